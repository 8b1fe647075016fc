/* SPDX-License-Identifier: GPL-3.0-or-later */
/*   send ─► stream (pair) ─► resolve ─► dial target 1, 2 … ─► machine ─► ready ─► idle ─► closed
 *              │ back-off in force: fails at once            effects: bytes, TLS, acknowledged, failed */
#include "roles/oree-xmpp-out.h"

#include "base/oree-log.h"
#include "base/oree-secret.h"
#include "codec/xmpp/oree-stanza.h"
#include "net/oree-dial.h"
#include "net/oree-resolver.h"
#include "proto/oree-target.h"
#include "proto/xmpp/oree-s2s-backoff.h"
#include "roles/oree-census.h"
#include "roles/oree-refusal.h"
#include "roles/oree-xmpp-stand.h"
#include "roles/oree-xmpp-trust.h"

#define BACKOFF_MAX (20 * OREE_SECOND) /* a person is waiting: a domain that answers again is found again soon */
#define QUIET (30 * OREE_SECOND)       /* a stream without traffic gives its parser's memory back */

typedef struct
{
  OreeLane *lane;
  char *key; /* "local remote", with "?" before it when it carries questions only */
  char *local, *remote;
  OreeS2sOut *machine;
  OreeXmlReader *reader;
  OreeConn *conn;
  char *secret;
  OreeTimer timer, rest;
  OreeTime heard; /* when bytes last came */
  OreeHook flush;
  OreeEffects effects;
  gboolean running, closed, counted, verify_only;
  OreeLookup *lookup;
  OreeDial *dial;
  OreeTargets *targets;
  OreeXmppDnaQuestion *asked; /* the keys of the target at hand */
  OreeDnsAnswer *addresses;   /* … and where it is, meanwhile */
  OreeXmppDna *dna;           /* what its zone says; NULL: nothing signed */
  gboolean bogus;             /* DNSSEC failed for a target: why none is left */
  guint next_target;
  OreeS2sProof proof;
  gint64 since;
  guint64 sent;
  char *peer;
  const char *cert_outcome;
  OreeTlsCtx *shown;     /* what we showed in the handshake; NULL before */
  const char *withdrawn; /* the certificate stopped proving the peer, and this is why: it is being closed */
} Stream;

typedef struct
{
  Stream *stream; /* NULL once the stream reported it */
  OreeXmppSent sent;
  OreeXmppVerified verified;
  gpointer data;
} Item;

struct _OreeXmppOut
{
  GHashTable *streams;  /* key → Stream */
  GHashTable *leaving;  /* Stream: saying goodbye, another has its place */
  GHashTable *items;    /* token → Item */
  GHashTable *backoffs; /* remote → OreeS2sBackoff */
  guint64 next_token;
};

static void run (Stream *stream);

static guint64 *
token_key (guint64 token)
{
  return g_memdup2 (&token, sizeof token);
}

/* --- outcomes ---------------------------------------------------------------------------------- */

static void
report (OreeLane *lane, guint64 token, gboolean ok, OreeS2sAcked acked, OreeS2sReason reason)
{
  gpointer key, value;
  g_autofree Item *item = NULL;
  g_autofree guint64 *owned = NULL;

  if (!g_hash_table_steal_extended (lane->xmpp_out->items, &token, &key, &value))
    return;
  owned = key;
  item = value;
  if (item->sent != NULL)
    item->sent (lane, ok, acked, reason, item->data);
}

static void
report_answer (OreeLane *lane, guint64 token, OreeDialbackResult result)
{
  gpointer key, value;
  g_autofree Item *item = NULL;
  g_autofree guint64 *owned = NULL;

  if (!g_hash_table_steal_extended (lane->xmpp_out->items, &token, &key, &value))
    return;
  owned = key;
  item = value;
  if (item->verified != NULL)
    item->verified (lane, result, item->data);
}

/* --- life of a stream -------------------------------------------------------------------------- */

static void
stream_free (gpointer data)
{
  Stream *stream = data;

  oree_worker_cancel (stream->lane->worker, &stream->timer);
  oree_worker_cancel (stream->lane->worker, &stream->rest);
  oree_hook_cancel (&stream->flush);
  g_clear_pointer (&stream->lookup, oree_lookup_cancel);
  g_clear_pointer (&stream->asked, oree_xmpp_dna_cancel);
  g_clear_pointer (&stream->addresses, oree_dns_answer_unref);
  g_clear_pointer (&stream->dna, oree_xmpp_dna_unref);
  g_clear_pointer (&stream->dial, oree_dial_cancel);
  g_clear_pointer (&stream->conn, oree_conn_free);
  g_clear_pointer (&stream->reader, oree_xml_reader_free);
  g_clear_pointer (&stream->machine, oree_s2s_out_free);
  g_clear_pointer (&stream->targets, oree_targets_free);
  oree_effects_clear (&stream->effects);
  if (stream->counted)
    {
      oree_census_leave (stream->lane->roles, NULL);
      oree_census_leave (stream->lane->roles, stream->remote);
    }
  if (stream->secret != NULL)
    oree_secret_free (stream->secret);
  oree_tls_ctx_unref (stream->shown);
  g_free (stream->key);
  g_free (stream->local);
  g_free (stream->remote);
  g_free (stream->peer);
  g_free (stream);
}

static OreeS2sBackoff *
backoff_of (OreeLane *lane, const char *remote)
{
  OreeS2sBackoff *backoff = g_hash_table_lookup (lane->xmpp_out->backoffs, remote);

  if (backoff == NULL)
    {
      backoff = g_new0 (OreeS2sBackoff, 1);
      g_hash_table_insert (lane->xmpp_out->backoffs, g_strdup (remote), backoff);
    }
  return backoff;
}

/* Did the attempt fail, so that the next one must wait? Everything that ends a stream before it is ready does, in
 * whatever words the peer chose, but what we wanted ourselves; one made to ask questions may end in good order. */
static gboolean
is_failure (const Stream *stream, OreeS2sReason reason)
{
  if (stream->proof != OREE_S2S_PROOF_NONE || reason == OREE_S2S_SHUTDOWN || reason == OREE_S2S_REPLACED
      || reason == OREE_S2S_BLOCKED)
    return FALSE;
  return !stream->verify_only || (reason != OREE_S2S_OK && reason != OREE_S2S_IDLE);
}

/* The machine said CLOSE: every token was reported. The entry leaves the table now, so that what is sent from here on
 * opens a new stream; the connection ends by itself. */
static void
ended (Stream *stream, OreeS2sReason reason)
{
  OreeLane *lane = stream->lane;
  OreeTime now = oree_worker_now (lane->worker);
  const char *detail = oree_s2s_out_peer_error (stream->machine);
  const char *nick = oree_xmpp_end_nick (lane->policy, OREE_DIRECTION_OUT, stream->local, stream->remote, stream->proof,
                                         reason);

  stream->closed = TRUE;
  if (is_failure (stream, reason))
    {
      guint32 random;
      OreeS2sBackoff *backoff = backoff_of (lane, stream->remote);

      oree_random_bytes (&random, sizeof random);
      oree_s2s_backoff_failed (backoff, random, now);
      backoff->until = MIN (backoff->until, now + BACKOFF_MAX);
      oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_FAILED, "partner", stream->remote, "direction", "out",
                                             "reason", nick, "detail",
                                             stream->cert_outcome != NULL ? stream->cert_outcome
                                             : detail != NULL && *detail  ? detail
                                                                          : NULL,
                                             "peer", stream->peer, NULL));
    }
  else if (stream->proof != OREE_S2S_PROOF_NONE)
    oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_CLOSED, "partner", stream->remote, "direction", "out",
                                           "reason", nick, "detail", stream->withdrawn, "peer", stream->peer, NULL));
}

static void
arm (Stream *stream)
{
  oree_worker_arm (stream->lane->worker, &stream->timer, oree_s2s_out_deadline (stream->machine));
}

/* Carries out what the machine wants, in order, however deep the calls that made it want it. */
static void
run (Stream *stream)
{
  OreeLane *lane = stream->lane;
  OreeEffect effect;

  if (stream->running)
    return;
  stream->running = TRUE;
  while (oree_effects_take (&stream->effects, &effect))
    {
      switch (effect.kind)
        {
        case OREE_EFFECT_SEND:
          if (stream->conn != NULL)
            {
              gsize length;
              const void *data = g_bytes_get_data (effect.bytes, &length);

              if (!oree_conn_write (stream->conn, data, length))
                oree_conn_abort (stream->conn);
            }
          break;
        case OREE_EFFECT_TLS:
          if (stream->conn != NULL)
            {
              stream->shown = oree_tls_ctx_ref (oree_xmpp_trust_ctx (lane, OREE_DIRECTION_OUT, stream->remote));
              oree_conn_start_tls (stream->conn, stream->shown, OREE_TLS_CLIENT, stream->remote, NULL);
            }
          break;
        case OREE_EFFECT_RESTART:
          oree_xml_reader_reset (stream->reader);
          break;
        case OREE_EFFECT_READY:
          stream->proof = (OreeS2sProof) effect.code;
          oree_xml_reader_set_caps (stream->reader, &oree_xml_caps_stream);
          oree_s2s_backoff_succeeded (backoff_of (lane, stream->remote));
          oree_lane_count_one (lane, OREE_COUNT_XMPP_STREAMS_READY);
          oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_READY, "partner", stream->remote, "direction", "out",
                                                 "method", oree_xmpp_auth_nick (stream->proof), "peer", stream->peer, NULL));
          break;
        case OREE_EFFECT_ACKED:
          report (lane, effect.token, TRUE, (OreeS2sAcked) effect.code, OREE_S2S_OK);
          break;
        case OREE_EFFECT_FAIL:
          report (lane, effect.token, FALSE, OREE_S2S_ACKED_WRITTEN, (OreeS2sReason) effect.code);
          break;
        case OREE_EFFECT_ANSWER:
          report_answer (lane, effect.token, (OreeDialbackResult) effect.code);
          break;
        case OREE_EFFECT_CLOSE:
          if (!stream->closed)
            ended (stream, (OreeS2sReason) effect.code);
          break;
        case OREE_EFFECT_DELIVER:
        case OREE_EFFECT_ASK:
          break; /* an initiating stream receives no stanzas and asks nothing */
        }
      oree_effect_clear (&effect);
    }
  stream->running = FALSE;
  if (!stream->closed)
    {
      oree_reactor_at_end (oree_worker_reactor (lane->worker), &stream->flush);
      arm (stream);
      return;
    }
  /* Leave the table (a new stream may have taken the place), then the connection, then ourselves. */
  if (g_hash_table_lookup (lane->xmpp_out->streams, stream->key) == stream)
    g_hash_table_steal (lane->xmpp_out->streams, stream->key);
  g_hash_table_steal (lane->xmpp_out->leaving, stream);
  oree_worker_cancel (lane->worker, &stream->timer);
  oree_hook_cancel (&stream->flush);
  if (stream->conn != NULL)
    oree_conn_close (stream->conn); /* on_closed frees */
  else
    stream_free (stream);
}

static void
flush_cb (gpointer data)
{
  Stream *stream = data;

  oree_s2s_out_flush (stream->machine, oree_worker_now (stream->lane->worker), &stream->effects);
  if (stream->effects.items != NULL && stream->effects.items->len > 0)
    run (stream);
  else
    arm (stream);
}

static void
timer_cb (gpointer data)
{
  Stream *stream = data;

  oree_s2s_out_on_deadline (stream->machine, oree_worker_now (stream->lane->worker), &stream->effects);
  run (stream);
}

static void
rest_cb (gpointer data)
{
  Stream *stream = data;

  if (oree_worker_now (stream->lane->worker) - stream->heard >= QUIET)
    oree_xml_reader_rest (stream->reader);
  else
    oree_worker_arm (stream->lane->worker, &stream->rest, stream->heard + QUIET);
}

static void
lost (Stream *stream, OreeS2sReason reason)
{
  oree_s2s_out_on_lost (stream->machine, reason, oree_worker_now (stream->lane->worker), &stream->effects);
  run (stream);
}

/* --- the connection ---------------------------------------------------------------------------- */

static gsize
data_cb (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  Stream *stream = data;
  OreeTime now = oree_worker_now (stream->lane->worker);
  gsize used = 0;

  if (stream->closed)
    return bytes.length;
  oree_s2s_out_on_bytes (stream->machine, now);
  stream->heard = now;
  if (!oree_timer_is_armed (&stream->rest))
    oree_worker_arm (stream->lane->worker, &stream->rest, now + QUIET);
  oree_reactor_at_end (oree_worker_reactor (stream->lane->worker), &stream->flush);
  while (used < bytes.length && !stream->closed)
    {
      g_auto (OreeXmlEvent) event = { 0 };
      gssize n = oree_xml_reader_feed (stream->reader, bytes.data + used, bytes.length - used, &event);
      gboolean was_clear = !oree_conn_tls_begun (conn);

      if (n < 0)
        {
          oree_s2s_out_on_parse_error (stream->machine, n, now, &stream->effects);
          run (stream);
          return bytes.length;
        }
      used += (gsize) n;
      if (event.kind == OREE_XML_EVENT_NONE)
        break;
      oree_s2s_out_on_event (stream->machine, &event, now, &stream->effects);
      if (stream->effects.items != NULL && stream->effects.items->len > 0)
        run (stream);
      /* run () may have begun TLS: what came in clear behind <proceed/> is not looked at. */
      if (was_clear && oree_conn_tls_begun (conn))
        return bytes.length;
    }
  return used;
}

static OreeXmppProof
judge (Stream *stream, const OreePolicy *policy)
{
  OreeXmppTrustFacts facts = {
    .direction = OREE_DIRECTION_OUT, .domain = stream->remote, .dna = stream->dna, .policy = policy,
  };

  facts.cert = stream->conn != NULL ? oree_conn_peer_cert (stream->conn) : NULL;
  return oree_xmpp_trust_judge (stream->lane, &facts);
}

static void
tls_cb (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  Stream *stream = data;
  OreeXmppProof proof;

  if (stream->closed)
    return;
  if (!ok)
    {
      lost (stream, OREE_S2S_TLS_FAILED);
      return;
    }
  proof = judge (stream, NULL);
  stream->cert_outcome = proof.proven ? NULL : oree_cert_outcome_nick (proof.outcome);
  /* No dialback over a connection that the domain itself disowns (RFC 7671 4.1). */
  if (proof.outcome == OREE_CERT_DANE_MISMATCH)
    {
      oree_lane_count_one (stream->lane, OREE_COUNT_XMPP_DANE_MISMATCHES);
      lost (stream, OREE_S2S_DANE_MISMATCH);
      return;
    }
  oree_s2s_out_on_tls (stream->machine, proof.proven, oree_worker_now (stream->lane->worker), &stream->effects);
  run (stream);
}

static void
closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  Stream *stream = data;

  g_clear_pointer (&stream->conn, oree_conn_free);
  if (stream->closed)
    stream_free (stream);
  else
    lost (stream, reason == OREE_CLOSED_TLS ? OREE_S2S_TLS_FAILED : OREE_S2S_CONNECTION_LOST);
}

static const OreeConnCallbacks callbacks = {
  .on_data = data_cb,
  .on_tls = tls_cb,
  .on_closed = closed_cb,
};

/* --- finding the server ------------------------------------------------------------------------ */

static void try_target (Stream *stream);

static void
dialled_cb (OreeConn *conn, guint index, const char *reason, gpointer data)
{
  Stream *stream = data;

  stream->dial = NULL;
  if (conn == NULL)
    {
      try_target (stream);
      return;
    }
  stream->conn = conn;
  stream->peer = oree_endpoint_to_string (oree_conn_peer (conn));
  oree_lane_count_one (stream->lane, OREE_COUNT_XMPP_STREAMS_OUT);
  oree_conn_set_authenticated (conn); /* we chose whom to call */
  oree_conn_set_callbacks (conn, &callbacks, stream);
  oree_s2s_out_start (stream->machine, oree_worker_now (stream->lane->worker), &stream->effects);
  run (stream);
}

static void
dial_answer (Stream *stream, const OreeTarget *target, const OreeDnsAnswer *answer)
{
  g_autoptr (GArray) endpoints = g_array_new (FALSE, FALSE, sizeof (OreeEndpoint));

  oree_target_endpoints (target, answer, endpoints);
  if (endpoints->len == 0)
    try_target (stream);
  else
    stream->dial = oree_dial_start (stream->lane->worker, (const OreeEndpoint *) (gpointer) endpoints->data,
                                    endpoints->len, OREE_TIME_NEVER, dialled_cb, stream);
}

static const OreeTarget *
target_at_hand (const Stream *stream)
{
  return g_ptr_array_index (stream->targets->targets, stream->next_target - 1);
}

static void
keys_cb (OreeXmppDna *dna, gpointer data)
{
  Stream *stream = data;
  g_autoptr (OreeDnsAnswer) addresses = g_steal_pointer (&stream->addresses);

  stream->asked = NULL;
  /* RFC 7673 3.3: what might have named keys and was kept from us is no licence to do without. */
  if (dna->unusable)
    {
      stream->bogus = TRUE;
      try_target (stream);
      return;
    }
  stream->dna = oree_xmpp_dna_ref (dna);
  if (oree_xmpp_dna_has_keys (dna))
    oree_s2s_out_require_tls (stream->machine);
  dial_answer (stream, target_at_hand (stream), addresses);
}

static gboolean
wants_keys (const Stream *stream, const OreeDnsAnswer *addresses)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (stream->lane->policy, stream->remote);

  /* Where the administrator said that there is no TLS there is nothing to judge. */
  return (stream->targets->secure || stream->targets->fixed) && addresses->secure && addresses->outcome == OREE_DNS_OK
         && (partner == NULL || (partner->enable_dane && partner->tls_negotiation != OREE_NEGOTIATION_NOT_SUPPORTED));
}

static void
addresses_cb (const OreeDnsAnswer *answer, gpointer data)
{
  Stream *stream = data;
  const OreeTarget *target = target_at_hand (stream);

  stream->lookup = NULL;
  stream->bogus = stream->bogus || answer->outcome == OREE_DNS_BOGUS;
  if (!wants_keys (stream, answer))
    {
      dial_answer (stream, target, answer);
      return;
    }
  stream->addresses = oree_dns_answer_ref ((OreeDnsAnswer *) answer);
  stream->asked = oree_xmpp_dna_ask_host (stream->lane, target->host, target->port, !stream->targets->fixed,
                                           keys_cb, stream);
}

/* The next target, or the end. */
static void
try_target (Stream *stream)
{
  const OreeTarget *target;
  OreeInetAddress literal;

  if (stream->targets->outcome != OREE_TARGETS_OK || stream->next_target >= stream->targets->targets->len)
    {
      gboolean no_such = stream->targets->outcome == OREE_TARGETS_NO_NAME
                         || stream->targets->outcome == OREE_TARGETS_NOT_OFFERED;

      if (stream->bogus || stream->targets->outcome == OREE_TARGETS_UNUSABLE)
        {
          oree_lane_count_one (stream->lane, OREE_COUNT_XMPP_DNS_BOGUS);
          lost (stream, OREE_S2S_DNS_BOGUS);
        }
      else
        lost (stream, no_such ? OREE_S2S_NOT_FOUND : OREE_S2S_CONNECT_FAILED);
      return;
    }
  target = g_ptr_array_index (stream->targets->targets, stream->next_target++);
  g_clear_pointer (&stream->dna, oree_xmpp_dna_unref);
  if (oree_inet_address_parse (&literal, oree_span_str (target->host)))
    {
      g_autoptr (OreeDnsAnswer) answer = oree_dns_answer_new (OREE_DNS_ADDRESSES, target->host, OREE_DNS_OK);

      oree_dns_answer_add_address (answer, &literal);
      dial_answer (stream, target, answer);
    }
  else
    stream->lookup = oree_resolver_lookup_addresses (oree_lane_options (stream->lane)->resolver, target->host,
                                                     stream->lane->worker, addresses_cb, stream);
}

static void
srv_cb (const OreeDnsAnswer *answer, gpointer data)
{
  Stream *stream = data;
  guint64 random;

  stream->lookup = NULL;
  oree_random_bytes (&random, sizeof random);
  stream->targets = oree_targets_from_srv (answer, stream->remote, 5269, random);
  try_target (stream);
}

static void
find_server (Stream *stream)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (stream->lane->policy, stream->remote);
  OreeResolver *resolver = oree_lane_options (stream->lane)->resolver;
  OreeTargetQuestion question = { 0 };
  OreeSpan host;
  guint16 port;

  if (partner != NULL && *partner->proxy_fqdn
      && oree_host_port_parse (oree_span_str (partner->proxy_fqdn), 5269, &host, &port))
    {
      g_autofree char *name = oree_span_dup (host);

      stream->targets = oree_targets_from_host (name, port);
      try_target (stream);
      return;
    }
  oree_target_question_xmpp (stream->remote, &question);
  stream->lookup = oree_resolver_lookup_srv (resolver, question.name, stream->lane->worker, srv_cb, stream);
  oree_target_question_clear (&question);
}

/* --- streams ----------------------------------------------------------------------------------- */

static Stream *
stream_new (OreeLane *lane, const char *local, const char *remote, gboolean verify_only)
{
  Stream *stream = g_new0 (Stream, 1);
  OreeS2sOutOptions options = { .from = local, .to = remote, .verify_only = verify_only };

  stream->lane = lane;
  stream->verify_only = verify_only;
  stream->key = g_strdup_printf ("%s%s %s", verify_only ? "?" : "", local, remote);
  stream->local = g_strdup (local);
  stream->remote = g_strdup (remote);
  stream->secret = oree_xmpp_dialback_secret (lane);
  stream->reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  stream->since = g_get_real_time ();
  oree_timer_init (&stream->timer, timer_cb, stream);
  oree_timer_init (&stream->rest, rest_cb, stream);
  oree_hook_init (&stream->flush, flush_cb, stream);
  oree_xmpp_stand (lane->policy, remote, &options.policy);
  options.secret = oree_span_str (stream->secret);
  options.certificate = oree_xmpp_trust_has_certificate (lane, OREE_DIRECTION_OUT, remote);
  stream->machine = oree_s2s_out_new (&options, oree_worker_now (lane->worker));
  g_hash_table_insert (lane->xmpp_out->streams, stream->key, stream);
  return stream;
}

/* Begins the search for the server, or fails at once: back-off, limits. Only ever on the next turn, so that nothing
 * calls back into a sender. */
static void
begin (OreeLane *lane, gpointer data)
{
  g_autofree char *key = data;
  Stream *stream = lane->xmpp_out != NULL ? g_hash_table_lookup (lane->xmpp_out->streams, key) : NULL;
  const OreeXmppGateway *gateway = oree_policy_xmpp_gateway (lane->policy);
  const OreeXmppPartner *partner;

  if (stream == NULL || stream->targets != NULL || stream->lookup != NULL || stream->conn != NULL)
    return;
  partner = oree_policy_xmpp_partner (lane->policy, stream->remote);
  if (!oree_s2s_backoff_may_try (backoff_of (lane, stream->remote), oree_worker_now (lane->worker)))
    {
      stream->closed = FALSE;
      lost (stream, OREE_S2S_CONNECT_FAILED);
      return;
    }
  if (!oree_census_enter (lane->roles, NULL, gateway->connection_limit, 0))
    {
      oree_lane_event (lane, oree_event_new (OREE_EVENT_LIMIT_HIT, "limit", "connection-limit", "peer", stream->remote, NULL));
      oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
      lost (stream, OREE_S2S_CONNECT_FAILED);
      return;
    }
  if (!oree_census_enter (lane->roles, stream->remote, 0,
                          partner != NULL ? oree_policy_partner_connection_limit (lane->policy, partner)
                                          : gateway->partner_connection_limit))
    {
      oree_census_leave (lane->roles, NULL);
      oree_lane_event (lane, oree_event_new (OREE_EVENT_LIMIT_HIT, "limit", "partner-connection-limit", "peer",
                                             stream->remote, NULL));
      oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
      lost (stream, OREE_S2S_CONNECT_FAILED);
      return;
    }
  stream->counted = TRUE;
  find_server (stream);
}

static Stream *
stream_for (OreeLane *lane, const char *local, const char *remote, gboolean verify_only)
{
  g_autofree char *key = g_strdup_printf ("%s%s %s", verify_only ? "?" : "", local, remote);
  Stream *stream = g_hash_table_lookup (lane->xmpp_out->streams, key);

  /* One that waits for the peer's goodbye takes nothing more; what comes now is not lost with it. */
  if (stream != NULL && stream->conn != NULL && oree_s2s_out_is_closed (stream->machine))
    {
      g_hash_table_steal (lane->xmpp_out->streams, key);
      g_hash_table_add (lane->xmpp_out->leaving, stream);
      stream = NULL;
    }
  if (stream == NULL)
    {
      stream = stream_new (lane, local, remote, verify_only);
      oree_lane_post (lane, begin, g_strdup (key), g_free);
    }
  return stream;
}

typedef struct
{
  guint64 token;
  OreeS2sReason reason;
} Refusal;

static guint64
add_item (OreeLane *lane, Stream *stream, OreeXmppSent sent, OreeXmppVerified verified, gpointer data)
{
  Item *item = g_new (Item, 1);
  guint64 token = ++lane->xmpp_out->next_token;

  *item = (Item){ stream, sent, verified, data };
  g_hash_table_insert (lane->xmpp_out->items, token_key (token), item);
  return token;
}

guint64
oree_xmpp_out_send (OreeLane *lane, const char *local, const char *remote, const OreeXmlNode *stanza,
                    OreeXmppSent sent, gpointer data)
{
  Stream *stream = stream_for (lane, local, remote, FALSE);
  guint64 token = add_item (lane, stream, sent, NULL, data);

  oree_lane_count_one (lane, OREE_COUNT_XMPP_STANZAS_OUT);
  stream->sent++;
  oree_s2s_out_send (stream->machine, stanza, token, oree_worker_now (lane->worker), &stream->effects);
  /* Effects are carried out at the end of the turn: never inside the sender's call. */
  oree_reactor_at_end (oree_worker_reactor (lane->worker), &stream->flush);
  return token;
}

gboolean
oree_xmpp_out_cancel (OreeLane *lane, guint64 token)
{
  Item *item = g_hash_table_lookup (lane->xmpp_out->items, &token);
  gboolean waiting = item != NULL && oree_s2s_out_cancel (item->stream->machine, token);

  g_hash_table_remove (lane->xmpp_out->items, &token);
  return waiting;
}

void
oree_xmpp_out_verify (OreeLane *lane, OreeDialbackCheck *check, OreeXmppVerified verified, gpointer data)
{
  Stream *stream = stream_for (lane, check->receiving, check->originating, TRUE);
  guint64 token = add_item (lane, stream, NULL, verified, data);

  oree_lane_count_one (lane, OREE_COUNT_XMPP_DIALBACK_ASKED);
  oree_s2s_out_verify (stream->machine, check, token, oree_worker_now (lane->worker), &stream->effects);
  oree_reactor_at_end (oree_worker_reactor (lane->worker), &stream->flush);
  oree_dialback_check_free (check);
}

void
oree_xmpp_out_alive (OreeLane *lane, const char *remote)
{
  OreeS2sBackoff *backoff = g_hash_table_lookup (lane->xmpp_out->backoffs, remote);

  if (backoff != NULL)
    oree_s2s_backoff_succeeded (backoff);
}

gboolean
oree_xmpp_out_idle (OreeLane *lane)
{
  return g_hash_table_size (lane->xmpp_out->items) == 0;
}

void
oree_xmpp_out_close_all (OreeLane *lane, OreeS2sReason reason)
{
  g_autoptr (GList) keys = g_hash_table_get_values (lane->xmpp_out->streams);

  for (GList *l = keys; l != NULL; l = l->next)
    {
      Stream *stream = l->data;

      if (stream->conn != NULL)
        {
          oree_s2s_out_close (stream->machine, reason, oree_worker_now (lane->worker), &stream->effects);
          run (stream);
        }
      else
        lost (stream, OREE_S2S_CONNECT_FAILED);
    }
}

/* TRUE when it ends, or would. */
static gboolean
recheck (Stream *stream, const OreePolicy *policy, OreeImpact *impact)
{
  OreeLane *lane = stream->lane;
  OreeS2sReason reason = OREE_S2S_TRUST_WITHDRAWN;
  OreeXmppProof proof;

  if (stream->closed || stream->withdrawn != NULL || !oree_xmpp_by_certificate (stream->proof))
    return stream->withdrawn != NULL;
  proof = judge (stream, policy);
  if (proof.proven && oree_xmpp_trust_is_current (lane, OREE_DIRECTION_OUT, stream->shown))
    return FALSE;
  impact->streams_closed++;
  if (impact->dry)
    return TRUE;
  if (proof.proven)
    reason = OREE_S2S_REPLACED;
  stream->withdrawn = proof.proven ? "" : oree_cert_outcome_nick (proof.outcome);
  oree_lane_count_one (lane, OREE_COUNT_XMPP_TRUST_WITHDRAWN);
  if (proof.proven)
    oree_s2s_out_close (stream->machine, reason, oree_worker_now (lane->worker), &stream->effects);
  else
    oree_s2s_out_withdraw (stream->machine, reason, oree_worker_now (lane->worker), &stream->effects);
  run (stream);
  return TRUE;
}

void
oree_xmpp_out_recheck (OreeLane *lane, const OreePolicy *policy, OreeImpact *impact)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_out->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    recheck (l->data, policy, impact);
}

void
oree_xmpp_out_publish (OreeLane *lane, OreePolicy *next, OreeImpact *impact)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_out->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    {
      Stream *stream = l->data;
      OreeVerdict verdict = oree_xmpp_stream_verdict (next, OREE_DIRECTION_OUT, stream->local, stream->remote,
                                                      stream->proof == OREE_S2S_PROOF_NONE
                                                        ? OREE_XMPP_AUTH_PENDING
                                                        : oree_xmpp_auth_of (stream->proof));

      if (recheck (stream, next, impact) || verdict.allow || stream->verify_only)
        continue;
      impact->streams_closed++;
      if (impact->dry)
        continue;
      if (stream->conn != NULL)
        {
          oree_s2s_out_close (stream->machine, OREE_S2S_BLOCKED, oree_worker_now (lane->worker), &stream->effects);
          run (stream);
        }
      else
        lost (stream, OREE_S2S_BLOCKED);
    }
}

static void
list_one (Stream *stream, GVariantBuilder *rows)
{
  GVariantDict row;

  g_variant_dict_init (&row, NULL);
  g_variant_dict_insert (&row, "protocol", "s", "xmpp");
  g_variant_dict_insert (&row, "direction", "s", "out");
  g_variant_dict_insert (&row, "partner", "s", stream->remote);
  g_variant_dict_insert (&row, "local-domain", "s", stream->local);
  g_variant_dict_insert (&row, "peer", "s", stream->peer != NULL ? stream->peer : "");
  g_variant_dict_insert (&row, "state", "s", oree_s2s_out_is_ready (stream->machine) ? "ready" : "connecting");
  g_variant_dict_insert (&row, "method", "s", oree_xmpp_auth_nick (stream->proof));
  g_variant_dict_insert (&row, "tls", "b", stream->conn != NULL && oree_conn_is_tls (stream->conn));
  if (stream->conn != NULL && oree_conn_is_tls (stream->conn))
    {
      OreeXmppProof proof = judge (stream, NULL);

      oree_xmpp_trust_describe (oree_conn_peer_cert (stream->conn), &proof, &row);
    }
  g_variant_dict_insert (&row, "acknowledgements", "b", oree_s2s_out_has_acks (stream->machine));
  g_variant_dict_insert (&row, "since", "x", stream->since);
  g_variant_dict_insert (&row, "messages-out", "t", stream->sent);
  g_variant_dict_insert (&row, "queued", "u", oree_s2s_out_queued (stream->machine));
  g_variant_dict_insert (&row, "in-doubt", "u", oree_s2s_out_in_doubt (stream->machine));
  g_variant_builder_add_value (rows, g_variant_dict_end (&row));
}

void
oree_xmpp_out_list (OreeLane *lane, GVariantBuilder *rows)
{
  GHashTableIter iter;
  Stream *stream;

  g_hash_table_iter_init (&iter, lane->xmpp_out->streams);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &stream))
    list_one (stream, rows);
  g_hash_table_iter_init (&iter, lane->xmpp_out->leaving);
  while (g_hash_table_iter_next (&iter, (gpointer *) &stream, NULL))
    list_one (stream, rows);
}

void
oree_xmpp_out_init (OreeLane *lane)
{
  lane->xmpp_out = g_new0 (OreeXmppOut, 1);
  lane->xmpp_out->streams = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, stream_free);
  lane->xmpp_out->leaving = g_hash_table_new_full (NULL, NULL, stream_free, NULL);
  lane->xmpp_out->items = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  lane->xmpp_out->backoffs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
oree_xmpp_out_clear (OreeLane *lane)
{
  g_hash_table_unref (lane->xmpp_out->streams);
  g_hash_table_unref (lane->xmpp_out->leaving);
  g_hash_table_unref (lane->xmpp_out->items);
  g_hash_table_unref (lane->xmpp_out->backoffs);
  g_clear_pointer (&lane->xmpp_out, g_free);
}
