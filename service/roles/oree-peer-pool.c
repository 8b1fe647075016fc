/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-peer-pool.h"

#include "base/oree-limits.h"
#include "codec/sip/oree-sip-misc.h"
#include "net/oree-dial.h"
#include "net/oree-resolver.h"
#include "roles/oree-sip-peers.h"

typedef struct _Pool Pool;

typedef struct
{
  Pool *pool;
  char *domain;   /* it was opened for; others ride along, for their record is the same */
  OreeFlow flow;
  guint target;   /* in pool->found, the one at hand */
  char *server;   /* its name and port; NULL: unknown, the connection is offered */
  guint left;     /* targets not tried yet */
  OreeLookup *lookup;
  OreeDial *dial;
  const char *unreachable; /* why, when dialling comes to nothing */
  OreeConn *conn; /* in its handshake */
  gboolean ready;
  gboolean offered; /* the peer's connection, lent to us */
} Link;

struct _Pool
{
  OreeLane *lane;
  char *key;
  gboolean by_record; /* a record names its server */
  OreeSipFound *found;
  GPtrArray *links; /* Link *, owned */
  const char *trouble;
  char *trouble_host, *trouble_server; /* whose it is; NULL: it did not come so far */
  GHashTable *resting; /* server → OreeTime *: it is left alone until then */
  OreeTime retry_at;
  guint failures;
};

struct _OreePeerPool
{
  GHashTable *pools; /* key → Pool */
};

/* The server at the other end of a connection that is offered: which of the partner's it is nobody said. */
#define OFFERED ""

#define ASKED_FOR_REST "asked-for-rest"

static void try_target (Link *link);

static void
link_free (gpointer data)
{
  Link *link = data;

  g_clear_pointer (&link->lookup, oree_lookup_cancel);
  g_clear_pointer (&link->dial, oree_dial_cancel);
  g_clear_pointer (&link->conn, oree_conn_free);
  g_free (link->server);
  g_free (link->domain);
  g_free (link);
}

static void
pool_free (gpointer data)
{
  Pool *pool = data;

  g_ptr_array_unref (pool->links);
  g_hash_table_unref (pool->resting);
  oree_sip_found_unref (pool->found);
  g_free (pool->trouble_host);
  g_free (pool->trouble_server);
  g_free (pool->key);
  g_free (pool);
}

/* The name its connections are kept under: the server that a provider's record or the default route names, else the domain. */
static const char *
key_of (const char *domain, const OreePeerStand *stand)
{
  /* Two domains may name the same server, and want different things of its certificate: each has connections of its own. */
  return stand->server != NULL && stand->relation != OREE_RELATION_ALLOWED_SERVER ? stand->server : domain;
}

gboolean
oree_peer_pool_trouble (OreeLane *lane, const char *domain, const OreePeerStand *stand, OreeSipTrouble *trouble)
{
  const Pool *pool = g_hash_table_lookup (lane->peer_pool->pools, key_of (domain, stand));

  if (pool == NULL || pool->trouble == NULL)
    return FALSE;
  *trouble = (OreeSipTrouble){ pool->trouble, domain, pool->trouble_host, pool->trouble_server };
  return TRUE;
}

static void
tell_trouble (const Pool *pool, const char *domain, const char *reason, const char *server)
{
  oree_lane_event (pool->lane, oree_event_new (OREE_EVENT_SIP_PARTNER_FAILED, "partner", domain, "reason", reason,
                                               "detail", server != NULL ? server : pool->key, NULL));
}

/* `target` NULL: no server's. */
static void
keep_trouble (Pool *pool, const char *reason, const OreeTarget *target)
{
  pool->trouble = reason;
  g_free (pool->trouble_host);
  g_free (pool->trouble_server);
  pool->trouble_host = target != NULL ? g_strdup (target->host) : NULL;
  pool->trouble_server = target != NULL ? g_strdup_printf ("%s:%u", target->host, target->port) : NULL;
}

static void
set_trouble (Pool *pool, const char *domain, const char *reason, const OreeTarget *target)
{
  gboolean news = g_strcmp0 (pool->trouble, reason) != 0;

  keep_trouble (pool, reason, target);
  if (news)
    tell_trouble (pool, domain, reason, pool->trouble_server);
}

/* --- rest ---------------------------------------------------------------------------------------- */

static gboolean
is_resting (const Pool *pool, const char *server)
{
  const OreeTime *until = NULL;

  if (server != NULL && g_hash_table_size (pool->resting) > 0) /* asked for every request, and hardly ever is there one */
    until = g_hash_table_lookup (pool->resting, server);
  return until != NULL && *until > oree_worker_now (pool->lane->worker);
}

static gboolean
is_over (gpointer server, gpointer until, gpointer now)
{
  return *(OreeTime *) until <= *(OreeTime *) now;
}

static void
let_rest (Pool *pool, const char *server, guint32 seconds)
{
  OreeTime now = oree_worker_now (pool->lane->worker);
  OreeTime *until = g_new (OreeTime, 1);

  g_hash_table_foreach_remove (pool->resting, is_over, &now);
  *until = now + MIN (seconds, OREE_SIP_REST_SECONDS_MAX) * OREE_SECOND;
  g_hash_table_replace (pool->resting, g_strdup (server), until);
}

/* --- one connection being made ------------------------------------------------------------------ */

static const OreeTarget *
target_of (const Link *link)
{
  return g_ptr_array_index (link->pool->found->targets->targets, link->target);
}

static void
link_failed (Link *link, const char *reason)
{
  Pool *pool = link->pool;
  OreeLane *lane = pool->lane;
  OreeFlow flow = link->flow;
  OreeTime wait = MIN ((OreeTime) 1 << MIN (pool->failures, 6), OREE_SIP_LINK_RETRY_SECONDS_MAX) * OREE_SECOND;

  set_trouble (pool, link->domain, reason, target_of (link));
  pool->failures++;
  pool->retry_at = oree_worker_now (lane->worker) + wait;
  g_ptr_array_remove (pool->links, link); /* frees */
  oree_sip_hub_fail (lane, flow);
}

/* The target at hand came to nothing: the next, or the end. */
static void
next_target (Link *link, const char *reason)
{
  g_clear_pointer (&link->conn, oree_conn_free);
  if (link->left == 0)
    {
      link_failed (link, reason);
      return;
    }
  link->left--;
  link->target = (link->target + 1) % link->pool->found->targets->targets->len;
  try_target (link);
}

static const char *
judge (Link *link, OreeSipPeer **id, OreePeerStand *stand)
{
  const Pool *pool = link->pool;
  OreeLane *lane = pool->lane;
  const OreeSipDomain *ours = oree_policy_default_domain (lane->policy);
  OreeCertOutcome outcome = oree_sip_peer_judge (link->conn, OREE_CERT_PEER_IS_SERVER, id);
  OreePeerFacts facts = {
    .direction = OREE_DIRECTION_OUT,
    .local_domain = ours != NULL ? ours->record.id : "",
    .remote_domain = link->domain,
    .srv_targets = (const char *const *) pool->found->hosts,
  };
  OreeVerdict verdict;

  if (outcome != OREE_CERT_OK)
    {
      lane->certificates[outcome]++;
      oree_lane_count_one (lane, OREE_COUNT_SIP_PARTNERS_REFUSED);
      return oree_cert_outcome_nick (outcome);
    }
  facts.names = &(*id)->names;
  verdict = oree_decide_peer (lane->policy, &facts, stand, NULL);
  if (verdict.allow || verdict.reason == OREE_REASON_DOMAIN_WITHOUT_SIP)
    return NULL;
  oree_lane_count_one (lane, OREE_COUNT_SIP_PARTNERS_REFUSED);
  if (verdict.reason != OREE_REASON_NOT_AUTHENTICATED)
    return oree_reason_nick (verdict.reason);
  lane->certificates[OREE_CERT_WRONG_NAME]++;
  return oree_cert_outcome_nick (OREE_CERT_WRONG_NAME);
}

static void
handshake_done_cb (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  Link *link = data;
  Pool *pool = link->pool;
  OreeLane *lane = pool->lane;
  g_autoptr (OreeSipPeer) id = NULL;
  OreePeerStand stand;
  const char *problem;

  if (!ok)
    return; /* on_closed follows */
  problem = judge (link, &id, &stand);
  if (problem != NULL)
    {
      next_target (link, problem);
      return;
    }
  link->ready = TRUE;
  pool->trouble = NULL;
  pool->failures = 0;
  oree_sip_peers_add (lane, link->flow, OREE_DIRECTION_OUT, link->domain, id);
  oree_sip_hub_attach (lane, link->flow, g_steal_pointer (&link->conn));
  oree_sip_peers_allowed (lane, link->flow, link->domain, &stand);
}

static void
handshake_closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  next_target (data, reason == OREE_CLOSED_TLS ? "tls-failed" : "handshake-lost");
}

static const OreeConnCallbacks handshake_callbacks = {
  .on_tls = handshake_done_cb,
  .on_closed = handshake_closed_cb,
};

static void
dialled_cb (OreeConn *conn, guint index, const char *reason, gpointer data)
{
  Link *link = data;

  link->dial = NULL;
  if (conn == NULL)
    {
      next_target (link, link->unreachable);
      return;
    }
  link->conn = conn;
  oree_conn_set_callbacks (conn, &handshake_callbacks, link);
  oree_conn_start_tls (conn, link->pool->lane->tls->client.ctx, OREE_TLS_CLIENT, target_of (link)->host, NULL);
}

/* A domain without a record is called because it named itself: it shall not make us call what stands inside. */
static void
leave_out_private (const Link *link, GArray *endpoints)
{
  OreeLane *lane = link->pool->lane;

  if (oree_lane_options (lane)->private_for_anybody || link->pool->by_record
      || oree_policy_allowed_domain (lane->policy, link->domain) != NULL)
    return;
  for (guint i = endpoints->len; i > 0; i--)
    if (!oree_inet_address_is_public (&g_array_index (endpoints, OreeEndpoint, i - 1).address))
      g_array_remove_index (endpoints, i - 1);
}

static const char *
why_no_address (const Link *link, const OreeDnsAnswer *answer)
{
  if (answer->outcome == OREE_DNS_BOGUS)
    return "dns-bogus";
  return link->pool->found->targets->fallback ? "no-sip-server" : "no-address";
}

static void
dial_addresses (Link *link, const OreeDnsAnswer *answer)
{
  g_autoptr (GArray) endpoints = g_array_new (FALSE, FALSE, sizeof (OreeEndpoint));

  oree_target_endpoints (target_of (link), answer, endpoints);
  link->unreachable = endpoints->len > 0 ? "connect-failed" : why_no_address (link, answer);
  leave_out_private (link, endpoints);
  link->dial = oree_dial_start (link->pool->lane->worker, (const OreeEndpoint *) (gpointer) endpoints->data,
                                endpoints->len, OREE_TIME_NEVER, dialled_cb, link);
}

static void
resolved_cb (const OreeDnsAnswer *answer, gpointer data)
{
  Link *link = data;

  link->lookup = NULL;
  dial_addresses (link, answer);
}

static void
try_target (Link *link)
{
  OreeLane *lane = link->pool->lane;
  const char *host = target_of (link)->host;
  OreeInetAddress literal;

  g_free (link->server);
  link->server = g_strdup_printf ("%s:%u", host, target_of (link)->port);
  if (oree_inet_address_parse (&literal, oree_span_str (host)))
    {
      g_autoptr (OreeDnsAnswer) answer = oree_dns_answer_new (OREE_DNS_ADDRESSES, host, OREE_DNS_OK);

      oree_dns_answer_add_address (answer, &literal);
      dial_addresses (link, answer);
    }
  else
    link->lookup = oree_resolver_lookup_addresses (oree_lane_options (lane)->resolver, host, lane->worker, resolved_cb,
                                                   link);
}

/* --- the pool of one partner -------------------------------------------------------------------- */

static Link *
find_link (const Pool *pool, OreeFlow flow)
{
  for (guint i = 0; i < pool->links->len; i++)
    {
      Link *link = g_ptr_array_index (pool->links, i);

      if (link->flow.id == flow.id && link->flow.lane == flow.lane)
        return link;
    }
  return NULL;
}

void
oree_peer_pool_heard (OreeLane *lane, const char *domain, const OreePeerStand *stand, OreeFlow flow,
                      const OreeSipMsg *response)
{
  Pool *pool;
  const Link *link;
  guint32 seconds;

  if (response->status != 503 || !oree_sip_retry_after (response, &seconds) || seconds == 0)
    return;
  pool = g_hash_table_lookup (lane->peer_pool->pools, key_of (domain, stand));
  link = pool != NULL ? find_link (pool, flow) : NULL;
  if (link == NULL)
    return;
  let_rest (pool, link->offered ? OFFERED : link->server, seconds);
  oree_lane_count_one (lane, OREE_COUNT_SIP_SERVERS_RESTING);
  tell_trouble (pool, domain, ASKED_FOR_REST, link->server);
}

static Pool *
pool_of (OreeLane *lane, const char *domain, const OreePeerStand *stand, OreeSipFound *found)
{
  const char *key = key_of (domain, stand);
  Pool *pool = g_hash_table_lookup (lane->peer_pool->pools, key);

  if (pool == NULL)
    {
      pool = g_new0 (Pool, 1);
      pool->lane = lane;
      pool->key = g_strdup (key);
      pool->by_record = stand->server != NULL;
      pool->links = g_ptr_array_new_with_free_func (link_free);
      pool->resting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (lane->peer_pool->pools, pool->key, pool);
    }
  if (found == NULL)
    return pool;
  /* Links being made count targets of what was found before. */
  for (guint i = 0; i < pool->links->len; i++)
    if (!((Link *) g_ptr_array_index (pool->links, i))->ready)
      return pool;
  oree_sip_found_unref (pool->found);
  pool->found = oree_sip_found_ref (found);
  return pool;
}

static const char *
why_none (const OreeTargets *targets)
{
  switch (targets->outcome)
    {
    case OREE_TARGETS_OK:
      break;
    case OREE_TARGETS_NOT_OFFERED:
    case OREE_TARGETS_NO_NAME:
      return "no-sip-server";
    case OREE_TARGETS_UNUSABLE:
      return "dns-bogus";
    case OREE_TARGETS_UNREACHABLE:
      return "dns-failed";
    }
  return targets->targets->len == 0 ? "no-sip-server" : NULL;
}

static gboolean
target_rests (const Pool *pool, guint index)
{
  const OreeTarget *target = g_ptr_array_index (pool->found->targets->targets, index);
  g_autofree char *server = g_strdup_printf ("%s:%u", target->host, target->port);

  return is_resting (pool, server);
}

/* The first from `start` on, round and round, that may be asked; FALSE: all rest. */
static gboolean
find_awake (const Pool *pool, guint start, guint *found)
{
  guint n = pool->found->targets->targets->len;

  if (n == 1 && is_resting (pool, OFFERED))
    return FALSE; /* there is no other it could have been */
  for (guint i = 0; i < n; i++)
    if (!target_rests (pool, *found = (start + i) % n))
      return TRUE;
  return FALSE;
}

static OreeFlow
open_link (Pool *pool, const char *domain, guint start)
{
  OreeLane *lane = pool->lane;
  const char *problem = lane->tls->client.ctx == NULL ? "certificate-unreadable" : why_none (pool->found->targets);
  guint target = 0;
  OreeFlow flow;
  Link *link;

  if (problem != NULL)
    {
      set_trouble (pool, domain, problem, NULL);
      return OREE_FLOW_NONE;
    }
  if (!find_awake (pool, start, &target))
    {
      keep_trouble (pool, ASKED_FOR_REST, NULL); /* told when it asked */
      return OREE_FLOW_NONE;
    }
  link = g_new0 (Link, 1);
  link->pool = pool;
  link->domain = g_strdup (domain);
  link->flow = flow = oree_sip_hub_reserve (lane, OREE_LEG_PARTNER, pool->key);
  link->target = target;
  link->left = pool->found->targets->targets->len - 1;
  g_ptr_array_add (pool->links, link);
  try_target (link);
  return flow;
}

/* The link with least to do; NULL: none. */
static Link *
choose (Pool *pool, OreeFlow avoid, gboolean anyway, guint *load)
{
  Link *best = NULL;

  for (guint i = 0; i < pool->links->len; i++)
    {
      Link *link = g_ptr_array_index (pool->links, i);
      guint its = link->offered ? 0 : oree_sip_hub_load (pool->lane, link->flow);

      if (link->flow.id == avoid.id && link->flow.lane == avoid.lane && avoid.id != 0)
        continue;
      if (!anyway && (is_resting (pool, link->server) || (link->offered && is_resting (pool, OFFERED))))
        continue;
      if (best == NULL || its < *load)
        {
          best = link;
          *load = its;
        }
    }
  return best;
}

OreeFlow
oree_peer_pool_flow (OreeLane *lane, const char *domain, const OreePeerStand *stand, OreeSipFound *found, OreeFlow avoid,
                     gboolean anyway)
{
  Pool *pool = pool_of (lane, domain, stand, found);
  guint64 most = oree_policy_access_edge (lane->policy)->outgoing_tls_count_for_federated_partners;
  guint load = 0;
  const Link *avoided;
  Link *link = choose (pool, avoid, anyway, &load);

  if (link != NULL && link->ready)
    {
      pool->trouble = NULL;
      if (!link->offered)
        oree_sip_peers_carries (lane, link->flow, domain, (const char *const *) pool->found->hosts);
    }
  if (link != NULL && (load < OREE_SIP_LINK_LOAD || pool->links->len >= most))
    return link->flow;
  if (link == NULL && oree_worker_now (lane->worker) < pool->retry_at)
    return OREE_FLOW_NONE; /* it was asked a moment ago: pool->trouble says what came of it */
  avoided = find_link (pool, avoid);
  return open_link (pool, domain, avoided != NULL ? avoided->target + 1 : 0);
}

void
oree_peer_pool_offer (OreeLane *lane, const char *domain, const OreePeerStand *stand, OreeFlow flow)
{
  Pool *pool = pool_of (lane, domain, stand, NULL);
  Link *link;

  if (pool->links->len > 0)
    return;
  link = g_new0 (Link, 1);
  link->pool = pool;
  link->flow = flow;
  link->ready = link->offered = TRUE;
  g_ptr_array_add (pool->links, link);
}

/* Pools are few per lane; a connection is lost rarely. */
void
oree_peer_pool_lost (OreeLane *lane, OreeFlow flow)
{
  GHashTableIter iter;
  Pool *pool;

  g_hash_table_iter_init (&iter, lane->peer_pool->pools);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &pool))
    for (guint i = pool->links->len; i > 0; i--)
      {
        const Link *link = g_ptr_array_index (pool->links, i - 1);

        if (link->ready && link->flow.id == flow.id && link->flow.lane == flow.lane)
          g_ptr_array_remove_index (pool->links, i - 1);
      }
}

/* --- life --------------------------------------------------------------------------------------- */

void
oree_peer_pool_close_all (OreeLane *lane)
{
  g_autoptr (GList) pools = g_hash_table_get_values (lane->peer_pool->pools);

  for (GList *l = pools; l != NULL; l = l->next)
    {
      Pool *pool = l->data;

      while (pool->links->len > 0)
        {
          Link *link = g_ptr_array_index (pool->links, pool->links->len - 1);
          OreeFlow flow = link->flow;
          gboolean ours = !link->offered, ready = link->ready;

          g_ptr_array_remove_index (pool->links, pool->links->len - 1);
          if (ours && ready)
            oree_sip_hub_close (lane, flow);
          else if (ours)
            oree_sip_hub_fail (lane, flow);
        }
    }
  g_hash_table_remove_all (lane->peer_pool->pools);
}

static void
hurry (Pool *pool)
{
  pool->retry_at = 0;
  pool->failures = 0;
  pool->trouble = NULL;
}

void
oree_peer_pool_hurry (OreeLane *lane)
{
  GHashTableIter iter;
  gpointer pool;

  g_hash_table_iter_init (&iter, lane->peer_pool->pools);
  while (g_hash_table_iter_next (&iter, NULL, &pool))
    hurry (pool);
}

/* What stands is closed by oree-sip-peers, which counts it. Here go the roads that lead elsewhere now, and what is still
 * being made for whom it is not allowed any more. */
void
oree_peer_pool_publish (OreeLane *lane, OreePolicy *next, OreeImpact *impact)
{
  g_autoptr (GList) pools = g_hash_table_get_values (lane->peer_pool->pools);

  if (impact->dry)
    return;
  for (GList *l = pools; l != NULL; l = l->next)
    {
      Pool *pool = l->data;

      hurry (pool); /* what failed may have been mended */
      for (guint i = pool->links->len; i > 0; i--)
        {
          Link *link = g_ptr_array_index (pool->links, i - 1);
          const OreePeerFacts facts = {
            .direction = OREE_DIRECTION_OUT, .local_domain = "", .remote_domain = link->domain,
            .srv_targets = pool->found != NULL ? (const char *const *) pool->found->hosts : NULL,
          };
          OreePeerStand stand;

          if (link->ready)
            continue;
          oree_decide_peer (next, &facts, &stand, NULL);
          if (stand.relation != OREE_RELATION_NONE && oree_policy_blocked (next, link->domain) == NULL
              && g_str_equal (key_of (link->domain, &stand), pool->key))
            continue;
          link_failed (link, "idle");
        }
    }
}

void
oree_peer_pool_init (OreeLane *lane)
{
  lane->peer_pool = g_new0 (OreePeerPool, 1);
  lane->peer_pool->pools = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, pool_free);
}

void
oree_peer_pool_clear (OreeLane *lane)
{
  g_hash_table_unref (lane->peer_pool->pools);
  g_clear_pointer (&lane->peer_pool, g_free);
}
