/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-sip-peers.h"

#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "roles/oree-listeners.h"
#include "roles/oree-peer-pool.h"
#include "roles/oree-refusal.h"

/* What a domain proved on a connection, as long as it may go on. */
typedef struct
{
  OreeRelation relation;
  OreePeerProof proof;
  char *name;         /* of the certificate */
  OreeReason refused; /* told last; ALLOWED: it was allowed */
} Standing;

/* A connection that came in, as long as its handshake lasts. */
typedef struct
{
  OreeLane *lane;
  OreeConn *conn;
  GList link; /* in `guests` */
} Guest;

typedef struct
{
  OreeLane *lane;
  OreeFlow flow;
  OreeDirection direction;
  OreeSipPeer *id;
  GHashTable *domains; /* domain → Standing */
  OreeTimer timer;     /* nobody proved anything yet; later: keep-alive */
  GList link;          /* in `unproved`, as long as that is so of one that came in */
  gboolean proved;
  gboolean pinged;
  guint pongs; /* when the ping went */
  const char *why; /* it is closed by us: a reason code */
} Peer;

struct _OreeSipPeers
{
  GHashTable *peers; /* flow id → Peer */
  /* Strangers, the oldest first. */
  GQueue guests;   /* Guest *, owned */
  GQueue unproved; /* Peer * */
};

static void
standing_free (gpointer data)
{
  Standing *standing = data;

  g_free (standing->name);
  g_free (standing);
}

/* Somebody proved to be allowed on it, or it is gone. */
static void
no_stranger (Peer *peer)
{
  if (peer->link.data == NULL)
    return;
  g_queue_unlink (&peer->lane->sip_peers->unproved, &peer->link);
  peer->link.data = NULL;
}

static void
peer_free (gpointer data)
{
  Peer *peer = data;

  no_stranger (peer);
  oree_worker_cancel (peer->lane->worker, &peer->timer);
  g_hash_table_unref (peer->domains);
  oree_sip_peer_unref (peer->id);
  g_free (peer);
}

static Peer *
find (OreeLane *lane, OreeFlow flow)
{
  return g_hash_table_lookup (lane->sip_peers->peers, GUINT_TO_POINTER (flow.id));
}

/* A domain that was allowed on it, for people; NULL: none. */
static const char *
somebody (const Peer *peer)
{
  GHashTableIter iter;
  gpointer domain, standing;

  g_hash_table_iter_init (&iter, peer->domains);
  while (g_hash_table_iter_next (&iter, &domain, &standing))
    if (((Standing *) standing)->refused == OREE_REASON_ALLOWED)
      return domain;
  return NULL;
}

static void
close_peer (Peer *peer, const char *why)
{
  peer->why = why;
  oree_sip_hub_close (peer->lane, peer->flow);
}

/* --- time --------------------------------------------------------------------------------------- */

static void
arm_ping (Peer *peer)
{
  guint32 random;
  guint span = OREE_SIP_PING_SECONDS_MAX - OREE_SIP_PING_SECONDS_MIN + 1;

  oree_random_bytes (&random, sizeof random);
  oree_worker_arm (peer->lane->worker, &peer->timer,
                   oree_worker_now (peer->lane->worker) + (OREE_SIP_PING_SECONDS_MIN + random % span) * OREE_SECOND);
}

/* RFC 5626 4.4.1 on what we opened: silence after a ping is death only to those who answered one before. */
static void
keep_alive (Peer *peer)
{
  OreeLane *lane = peer->lane;
  OreeTime now = oree_worker_now (lane->worker);
  guint pongs = oree_sip_hub_pongs (lane, peer->flow);

  if (peer->pinged && pongs == peer->pongs && pongs > 0)
    {
      peer->why = "connection-lost";
      oree_conn_abort (oree_sip_hub_conn (lane, peer->flow));
      return;
    }
  if (!peer->pinged && oree_sip_hub_load (lane, peer->flow) == 0
      && now - oree_sip_hub_last_message (lane, peer->flow) > OREE_SIP_LINK_IDLE_SECONDS * OREE_SECOND)
    {
      close_peer (peer, "idle");
      return;
    }
  if (peer->pinged)
    {
      peer->pinged = FALSE;
      arm_ping (peer);
      return;
    }
  peer->pinged = TRUE;
  peer->pongs = pongs;
  oree_conn_write (oree_sip_hub_conn (lane, peer->flow), "\r\n\r\n", 4);
  oree_worker_arm (lane->worker, &peer->timer, now + OREE_SIP_PONG_SECONDS * OREE_SECOND);
}

static void
timer_cb (gpointer data)
{
  Peer *peer = data;

  if (oree_sip_hub_conn (peer->lane, peer->flow) == NULL)
    return;
  if (!peer->proved)
    close_peer (peer, "not-authenticated");
  else if (peer->direction == OREE_DIRECTION_OUT)
    keep_alive (peer);
}

/* --- coming and going --------------------------------------------------------------------------- */

void
oree_sip_peers_add (OreeLane *lane, OreeFlow flow, OreeDirection direction, const char *domain, OreeSipPeer *id)
{
  Peer *peer = g_new0 (Peer, 1);

  peer->lane = lane;
  peer->flow = flow;
  peer->direction = direction;
  peer->id = oree_sip_peer_ref (id);
  peer->domains = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, standing_free);
  oree_timer_init (&peer->timer, timer_cb, peer);
  g_hash_table_replace (lane->sip_peers->peers, GUINT_TO_POINTER (flow.id), peer);
  oree_sip_hub_identify (lane, flow, id);
  if (direction == OREE_DIRECTION_IN)
    {
      peer->link.data = peer;
      g_queue_push_tail_link (&lane->sip_peers->unproved, &peer->link);
    }
  oree_worker_arm (lane->worker, &peer->timer, oree_worker_now (lane->worker) + OREE_SIP_FIRST_SECONDS * OREE_SECOND);
}

static Standing *
standing_of (Peer *peer, const char *domain)
{
  Standing *standing = g_hash_table_lookup (peer->domains, domain);

  if (standing == NULL && g_hash_table_size (peer->domains) < OREE_SIP_FLOW_DOMAINS_MAX)
    {
      standing = g_new0 (Standing, 1);
      standing->refused = OREE_N_REASONS;
      g_hash_table_insert (peer->domains, g_strdup (domain), standing);
    }
  return standing;
}

typedef struct
{
  OreeFlow flow;
  char *domain, *name;
  OreeRelation relation;
  OreePeerProof proof;
  OreeReason reason;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  g_free (news->domain);
  g_free (news->name);
  g_free (news);
}

static void
allowed_on_lane (OreeLane *lane, gpointer data)
{
  News *news = data;
  Peer *peer = lane->sip_peers != NULL ? find (lane, news->flow) : NULL;
  Standing *standing = peer != NULL ? standing_of (peer, news->domain) : NULL;

  if (standing != NULL && (standing->refused != OREE_REASON_ALLOWED || standing->relation != news->relation))
    {
      OreeConn *conn = oree_sip_hub_conn (lane, peer->flow);

      standing->refused = OREE_REASON_ALLOWED;
      standing->relation = news->relation;
      standing->proof = news->proof;
      g_free (standing->name);
      standing->name = g_steal_pointer (&news->name);
      oree_lane_event (lane, oree_event_new (OREE_EVENT_SIP_PARTNER_READY, "partner", news->domain, "direction",
                                             oree_enum_to_nick (oree_directions, peer->direction), "relation",
                                             oree_enum_to_nick (oree_relations, standing->relation), "name",
                                             standing->name, NULL));
      if (!peer->proved && conn != NULL)
        {
          peer->proved = TRUE;
          no_stranger (peer);
          oree_lane_count_one (lane, OREE_COUNT_SIP_PARTNER_CONNECTIONS);
          oree_conn_set_authenticated (conn);
          arm_ping (peer);
        }
    }
  news_free (news);
}

void
oree_sip_peers_allowed (OreeLane *lane, OreeFlow flow, const char *domain, const OreePeerStand *stand)
{
  OreeLane *target = oree_lane_at (lane, flow.lane);
  Peer *peer = target == lane ? find (lane, flow) : NULL;
  const Standing *known = peer != NULL ? g_hash_table_lookup (peer->domains, domain) : NULL;
  News *news;

  if (known != NULL && known->refused == OREE_REASON_ALLOWED && known->relation == stand->relation)
    return;
  news = g_new0 (News, 1);
  *news = (News){ flow, g_strdup (domain), g_strdup (stand->proved_by), stand->relation, stand->proof, 0 };
  oree_lane_run (lane, target, allowed_on_lane, news, news_free);
}

void
oree_sip_peers_carries (OreeLane *lane, OreeFlow flow, const char *domain, const char *const *srv_targets)
{
  const OreeSipDomain *ours = oree_policy_default_domain (lane->policy);
  const Peer *peer = find (lane, flow);
  const Standing *known = peer != NULL ? g_hash_table_lookup (peer->domains, domain) : NULL;
  OreePeerFacts facts = { .direction = OREE_DIRECTION_OUT, .local_domain = ours != NULL ? ours->record.id : "",
                          .remote_domain = domain, .srv_targets = srv_targets };
  OreePeerStand stand;

  if (peer == NULL || (known != NULL && known->refused == OREE_REASON_ALLOWED))
    return;
  facts.names = &peer->id->names;
  oree_decide_peer (lane->policy, &facts, &stand, NULL);
  if (stand.proof != OREE_PEER_PROOF_NONE && stand.relation != OREE_RELATION_NONE)
    oree_sip_peers_allowed (lane, flow, domain, &stand);
}

static void
refused_on_lane (OreeLane *lane, gpointer data)
{
  News *news = data;
  Peer *peer = lane->sip_peers != NULL ? find (lane, news->flow) : NULL;
  Standing *standing = peer != NULL ? standing_of (peer, news->domain) : NULL;

  if (standing != NULL && standing->refused != news->reason && standing->refused != OREE_REASON_ALLOWED)
    {
      OreeConn *conn = oree_sip_hub_conn (lane, peer->flow);
      g_autofree char *address = conn != NULL ? oree_endpoint_to_string (oree_conn_peer (conn)) : NULL;

      standing->refused = news->reason;
      oree_lane_event (lane, oree_event_new (OREE_EVENT_SIP_PEER_REFUSED, "peer", address, "partner", news->domain,
                                             "reason", oree_reason_nick (news->reason), NULL));
    }
  news_free (news);
}

void
oree_sip_peers_refused (OreeLane *lane, OreeFlow flow, const char *domain, OreeReason reason)
{
  News *news = g_new0 (News, 1);

  *news = (News){ .flow = flow, .domain = g_strdup (domain), .reason = reason };
  oree_lane_run (lane, oree_lane_at (lane, flow.lane), refused_on_lane, news, news_free);
}

/* --- accepting ---------------------------------------------------------------------------------- */

static void
refuse (OreeLane *lane, OreeConn *conn, OreeCertOutcome outcome)
{
  g_autofree char *peer = oree_endpoint_to_string (oree_conn_peer (conn));

  oree_lane_count_one (lane, OREE_COUNT_SIP_PARTNERS_REFUSED);
  lane->certificates[outcome]++;
  oree_lane_event (lane, oree_event_new (OREE_EVENT_SIP_PEER_REFUSED, "peer", peer, "reason",
                                         oree_cert_outcome_nick (outcome), NULL));
}

/* Its connection is somebody else's, or gone. */
static void
guest_free (Guest *guest)
{
  g_queue_unlink (&guest->lane->sip_peers->guests, &guest->link);
  g_free (guest);
}

static void
guest_tls_cb (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  Guest *guest = data;
  OreeLane *lane = guest->lane;
  g_autoptr (OreeSipPeer) id = NULL;
  OreeCertOutcome outcome;

  if (!ok)
    return; /* on_closed follows */
  outcome = oree_sip_peer_judge (conn, OREE_CERT_PEER_IS_CLIENT, &id);
  if (outcome != OREE_CERT_OK)
    {
      refuse (lane, conn, outcome);
      oree_conn_close (conn);
      return;
    }
  guest_free (guest);
  oree_sip_peers_add (lane, oree_sip_hub_adopt (lane, conn, OREE_LEG_PARTNER), OREE_DIRECTION_IN, NULL, id);
}

static void
guest_closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  guest_free (data);
  oree_conn_free (conn);
}

static const OreeConnCallbacks guest_callbacks = {
  .on_tls = guest_tls_cb,
  .on_closed = guest_closed_cb,
};

static void
dismiss_guest (Guest *guest)
{
  OreeConn *conn = guest->conn;

  guest_free (guest);
  oree_conn_free (conn);
}

/* Strangers displace each other: first who has not even shown a certificate. Who proved to be a partner never goes. */
static void
make_room (OreeLane *lane, const OreeConn *conn)
{
  OreeSipPeers *self = lane->sip_peers;
  g_autofree char *peer = NULL;

  if (self->guests.length + self->unproved.length < OREE_SIP_STRANGERS_MAX)
    return;
  peer = oree_endpoint_to_string (oree_conn_peer (conn));
  oree_listeners_say_limit (lane, "strangers", peer);
  if (self->guests.length > 0)
    dismiss_guest (self->guests.head->data);
  else
    {
      Peer *oldest = self->unproved.head->data;

      no_stranger (oldest);
      oldest->why = "limit";
      oree_conn_abort (oree_sip_hub_conn (lane, oldest->flow));
    }
}

void
oree_sip_peers_accept (OreeLane *lane, OreeConn *conn)
{
  Guest *guest = g_new0 (Guest, 1);

  make_room (lane, conn);
  guest->lane = lane;
  guest->conn = conn;
  guest->link.data = guest;
  g_queue_push_tail_link (&lane->sip_peers->guests, &guest->link);
  oree_conn_set_callbacks (conn, &guest_callbacks, guest);
  oree_conn_start_tls (conn, lane->tls->external.ctx, OREE_TLS_SERVER, NULL, NULL);
}

void
oree_sip_peers_gone (OreeLane *lane, OreeFlow flow)
{
  Peer *peer = find (lane, flow);

  oree_peer_pool_lost (lane, flow);
  if (peer == NULL)
    return;
  if (peer->proved)
    oree_lane_event (lane, oree_event_new (OREE_EVENT_SIP_PARTNER_CLOSED, "partner", somebody (peer), "direction",
                                           oree_enum_to_nick (oree_directions, peer->direction), "reason",
                                           peer->why != NULL ? peer->why : "peer-closed", NULL));
  g_hash_table_remove (lane->sip_peers->peers, GUINT_TO_POINTER (flow.id));
}

/* --- policy ------------------------------------------------------------------------------------- */

/* What was proved once counts on; whether it may speak is asked anew. */
static OreeReason
ask_again (const Peer *peer, const OreePolicy *policy, const char *domain, const Standing *standing)
{
  const OreeSipDomain *ours = oree_policy_default_domain (policy);
  /* DNS named it then: the target itself, or the provider's server. */
  const char *const targets[] = { standing->proof == OREE_PEER_PROOF_DOMAIN ? NULL : standing->name, NULL };
  const OreePeerFacts facts = {
    .direction = peer->direction,
    .local_domain = ours != NULL ? ours->record.id : "",
    .remote_domain = domain,
    .names = &peer->id->names,
    .srv_targets = targets,
  };
  OreeVerdict verdict = oree_decide_peer (policy, &facts, NULL, NULL);

  /* The default domain may be one without SIP: that is not this connection's affair. */
  return verdict.reason == OREE_REASON_DOMAIN_WITHOUT_SIP ? OREE_REASON_ALLOWED : verdict.reason;
}

/* The reason why nobody may speak on it any more; ALLOWED: somebody may, or nobody was heard yet. */
static OreeReason
recheck (Peer *peer, const OreePolicy *policy, gboolean dry)
{
  GHashTableIter iter;
  gpointer domain, standing;
  OreeReason refused = OREE_REASON_ALLOWED;
  gboolean anybody = FALSE;

  g_hash_table_iter_init (&iter, peer->domains);
  while (g_hash_table_iter_next (&iter, &domain, &standing))
    {
      OreeReason reason;

      if (((Standing *) standing)->refused != OREE_REASON_ALLOWED)
        continue;
      reason = ask_again (peer, policy, domain, standing);
      if (reason == OREE_REASON_ALLOWED)
        anybody = TRUE;
      else
        refused = reason;
      if (reason != OREE_REASON_ALLOWED && !dry)
        ((Standing *) standing)->refused = reason;
    }
  return anybody ? OREE_REASON_ALLOWED : refused;
}

void
oree_sip_peers_publish (OreeLane *lane, OreePolicy *next, OreeImpact *impact)
{
  g_autoptr (GList) peers = g_hash_table_get_values (lane->sip_peers->peers);

  for (GList *l = peers; l != NULL; l = l->next)
    {
      Peer *peer = l->data;
      g_autofree char *domain = g_strdup (somebody (peer));
      OreeReason reason = recheck (peer, next, impact->dry);

      if (reason == OREE_REASON_ALLOWED)
        continue;
      impact->sip_closed++;
      if (impact->dry)
        continue;
      oree_lane_event (lane, oree_event_new (OREE_EVENT_SIP_PARTNER_CLOSED, "partner", domain, "direction",
                                             oree_enum_to_nick (oree_directions, peer->direction), "reason",
                                             oree_reason_nick (reason), NULL));
      peer->proved = FALSE; /* told already */
      close_peer (peer, oree_reason_nick (reason));
    }
}

void
oree_sip_peers_reset (OreeLane *lane, const char *domain, OreeImpact *impact)
{
  g_autoptr (GList) peers = g_hash_table_get_values (lane->sip_peers->peers);

  for (GList *l = peers; l != NULL; l = l->next)
    {
      Peer *peer = l->data;
      const Standing *standing = g_hash_table_lookup (peer->domains, domain);

      if (standing == NULL || standing->refused != OREE_REASON_ALLOWED)
        continue;
      impact->sip_closed++;
      close_peer (peer, "reset");
    }
}

void
oree_sip_peers_retrust (OreeLane *lane, OreeImpact *impact)
{
  g_autoptr (GList) peers = g_hash_table_get_values (lane->sip_peers->peers);

  for (GList *l = peers; l != NULL; l = l->next)
    {
      Peer *peer = l->data;
      OreeTlsCtx *ctx = peer->direction == OREE_DIRECTION_OUT ? lane->tls->client.ctx : lane->tls->external.ctx;
      g_autoptr (OreePeerCert) cert
        = ctx != NULL ? oree_peer_cert_under (peer->id->cert, oree_tls_ctx_anchors (ctx), g_get_real_time ()) : NULL;

      if (cert != NULL
          && oree_peer_cert_check (cert, peer->id->direction, OREE_CERT_USAGE_LENIENT, g_get_real_time ()) == OREE_CERT_OK)
        continue;
      impact->sip_closed++;
      close_peer (peer, "trust-withdrawn");
    }
}

void
oree_sip_peers_close_all (OreeLane *lane)
{
  g_autoptr (GList) peers = g_hash_table_get_values (lane->sip_peers->peers);

  while (lane->sip_peers->guests.length > 0)
    dismiss_guest (lane->sip_peers->guests.head->data);
  for (GList *l = peers; l != NULL; l = l->next)
    close_peer (l->data, "shutdown");
}

/* --- what Monitor shows ------------------------------------------------------------------------- */

static void
describe_standing (const Peer *peer, GVariantDict *row)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  const char *first = somebody (peer);
  const Standing *standing = first != NULL ? g_hash_table_lookup (peer->domains, first) : NULL;
  GHashTableIter iter;
  gpointer domain, each;
  g_auto (GStrv) names = NULL;

  g_hash_table_iter_init (&iter, peer->domains);
  while (g_hash_table_iter_next (&iter, &domain, &each))
    if (((Standing *) each)->refused == OREE_REASON_ALLOWED)
      g_strv_builder_add (all, domain);
  names = g_strv_builder_end (all);
  g_variant_dict_insert (row, "partner", "s", first != NULL ? first : "");
  g_variant_dict_insert (row, "partners", "^as", names);
  g_variant_dict_insert (row, "state", "s", standing != NULL ? "ready" : "connecting");
  if (standing == NULL)
    return;
  g_variant_dict_insert (row, "relation", "s", oree_enum_to_nick (oree_relations, standing->relation));
  if (standing->name != NULL)
    g_variant_dict_insert (row, "certificate-name", "s", standing->name);
}

void
oree_sip_peers_list (OreeLane *lane, GVariantBuilder *rows)
{
  GHashTableIter iter;
  Peer *peer;

  g_hash_table_iter_init (&iter, lane->sip_peers->peers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &peer))
    {
      OreeConn *conn = oree_sip_hub_conn (lane, peer->flow);
      GVariantDict row;

      g_variant_dict_init (&row, NULL);
      oree_sip_hub_describe (lane, peer->flow, &row);
      g_variant_dict_insert (&row, "direction", "s", oree_enum_to_nick (oree_directions, peer->direction));
      describe_standing (peer, &row);
      if (conn != NULL && oree_conn_is_tls (conn))
        {
          g_variant_dict_insert (&row, "tls-version", "s", oree_conn_tls_version (conn));
          g_variant_dict_insert (&row, "tls-cipher", "s", oree_conn_tls_cipher (conn));
        }
      g_variant_dict_insert (&row, "certificate-expires", "x", oree_peer_cert_not_after (peer->id->cert));
      g_variant_dict_insert (&row, "certificate-fingerprint", "s", oree_peer_cert_fingerprint (peer->id->cert));
      g_variant_dict_insert (&row, "certificate-subject", "s", oree_peer_cert_subject (peer->id->cert));
      g_variant_builder_add_value (rows, g_variant_dict_end (&row));
    }
}

void
oree_sip_peers_init (OreeLane *lane)
{
  lane->sip_peers = g_new0 (OreeSipPeers, 1);
  lane->sip_peers->peers = g_hash_table_new_full (NULL, NULL, NULL, peer_free);
}

void
oree_sip_peers_clear (OreeLane *lane)
{
  while (lane->sip_peers->guests.length > 0)
    dismiss_guest (lane->sip_peers->guests.head->data);
  g_hash_table_unref (lane->sip_peers->peers);
  g_clear_pointer (&lane->sip_peers, g_free);
}
