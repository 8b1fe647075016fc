/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XMPP proxy: the server-to-server listener and its inbound streams. A stream lives on the lane that accepted it;
 * its stanzas go to the lane that owns the sender's domain, in order, and their outcomes come back by slot. */
#include "base/oree-log.h"
#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "proto/xmpp/oree-s2s-in.h"
#include "roles/oree-census.h"
#include "roles/oree-listeners.h"
#include "roles/oree-refusal.h"
#include "roles/oree-role-ops.h"
#include "roles/oree-xmpp-out.h"
#include "roles/oree-xmpp-rx.h"
#include "roles/oree-xmpp-stand.h"
#include "roles/oree-xmpp-trust.h"

#define QUIET (30 * OREE_SECOND) /* a stream without traffic gives its parser's memory back */

typedef struct
{
  OreeLane *lane;
  guint32 id;
  OreeS2sIn *machine;
  OreeXmlReader *reader;
  OreeConn *conn;
  char *secret;
  char *peer;
  char *remote; /* counted in the census under this name; NULL before the first proof */
  OreeTimer timer, rest;
  OreeTime heard; /* when bytes last came */
  OreeHook flush;
  OreeEffects effects;
  gboolean running, closed;
  OreeS2sProof proof;
  const char *cert_outcome;
  OreeTlsCtx *shown;     /* what we showed in the handshake; NULL before */
  const char *withdrawn; /* the certificate stopped proving the peer, and this is why: it is being closed */
  gint64 since;
  guint64 received;
} Stream;

struct _OreeXmppIn
{
  OreeListeners listeners;
  GHashTable *streams; /* id → Stream */
  guint32 next_id;
  OreeTimer trust; /* the next look at the certificates of all streams, both directions */
  OreeXmppHandler handler;
  OreeXmppAlive alive;
};

static void run (Stream *stream);

/* --- stanzas ----------------------------------------------------------------------------------- */

OreeXmppRx *
oree_xmpp_rx_new (OreeStanza *stanza, OreeXmppSlot slot, OreeXmppAuth auth)
{
  OreeXmppRx *rx = g_new (OreeXmppRx, 1);

  *rx = (OreeXmppRx){ stanza, slot, auth };
  return rx;
}

void
oree_xmpp_rx_free (OreeXmppRx *rx)
{
  if (rx == NULL)
    return;
  oree_stanza_free (rx->stanza);
  g_free (rx);
}

void
oree_xmpp_set_handler (OreeLane *lane, OreeXmppHandler handler, OreeXmppAlive alive)
{
  lane->xmpp_in->handler = handler;
  lane->xmpp_in->alive = alive;
}

static Stream *
find (OreeLane *lane, guint32 id)
{
  return g_hash_table_lookup (lane->xmpp_in->streams, GUINT_TO_POINTER (id));
}

static void
settle_on_lane (OreeLane *lane, gpointer data)
{
  g_autofree OreeXmppSlot *slot = data;
  Stream *stream = find (lane, slot->stream);

  if (stream == NULL || stream->closed)
    return;
  oree_s2s_in_settle (stream->machine, slot->slot);
  if (stream->conn != NULL && oree_s2s_in_open (stream->machine) < OREE_S2S_UNACKED_MAX / 2)
    oree_conn_resume (stream->conn);
  oree_reactor_at_end (oree_worker_reactor (lane->worker), &stream->flush);
}

void
oree_xmpp_settle (OreeLane *lane, OreeXmppSlot slot)
{
  OreeLane *target = oree_lane_at (lane, slot.lane);

  if (slot.stream != 0 && target != NULL)
    oree_lane_run (lane, target, settle_on_lane, g_memdup2 (&slot, sizeof slot), g_free);
}

static void
handle_on_owner (OreeLane *lane, gpointer data)
{
  g_autoptr (OreeXmppRx) rx = data;

  if (lane->xmpp_in->handler != NULL)
    lane->xmpp_in->handler (lane, g_steal_pointer (&rx));
}

static void
rx_free_data (gpointer data)
{
  oree_xmpp_rx_free (data);
}

/* A stranger's stanza: answered `forbidden` over our own stream to its domain, which it has proved. */
static void
answer_stranger (OreeLane *lane, gpointer data)
{
  g_autoptr (OreeXmppRx) rx = data;
  OreeReason reason = OREE_REASON_NOT_A_PARTNER;
  g_autoptr (OreeXmlNode) error = oree_stanza_build_error (rx->stanza, oree_refusal (reason)->stanza, NULL, NULL);
  g_autofree char *from = oree_jid_to_bare_string (&rx->stanza->from);
  g_autofree char *to = oree_jid_to_bare_string (&rx->stanza->to);

  oree_lane_count_one (lane, OREE_COUNT_XMPP_STANZAS_REFUSED);
  oree_refusal_report (lane, OREE_EVENT_STANZA_REFUSED, from, to, oree_stanza_kind_name (rx->stanza->kind), reason);
  if (error != NULL)
    oree_xmpp_out_send (lane, rx->stanza->to.domain, rx->stanza->from.domain, error, NULL, NULL);
}

/* --- dialback: asking the authoritative server ------------------------------------------------- */

typedef struct
{
  guint16 lane;
  guint32 stream;
  OreeDialbackCheck *check; /* for the question; its names come back with the answer */
  char *receiving, *originating, *stream_id;
  OreeDialbackResult result;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  if (question->check != NULL)
    oree_dialback_check_free (question->check);
  g_free (question->receiving);
  g_free (question->originating);
  g_free (question->stream_id);
  g_free (question);
}

static void
verified_on_lane (OreeLane *lane, gpointer data)
{
  Question *question = data;
  Stream *stream = find (lane, question->stream);

  if (stream != NULL && !stream->closed)
    {
      oree_s2s_in_on_verified (stream->machine, question->receiving, question->originating, question->stream_id,
                               question->result, oree_worker_now (lane->worker), &stream->effects);
      run (stream);
    }
  question_free (question);
}

static void
verified_cb (OreeLane *lane, OreeDialbackResult result, gpointer data)
{
  Question *question = data;

  question->result = result;
  oree_lane_run (lane, oree_lane_at (lane, question->lane), verified_on_lane, question, question_free);
}

static void
ask_on_owner (OreeLane *lane, gpointer data)
{
  Question *question = data;

  oree_xmpp_out_verify (lane, g_steal_pointer (&question->check), verified_cb, question);
}

static void
ask (Stream *stream, OreeDialbackCheck *check)
{
  Question *question = g_new0 (Question, 1);

  question->lane = (guint16) stream->lane->index;
  question->stream = stream->id;
  question->receiving = g_strdup (check->receiving);
  question->originating = g_strdup (check->originating);
  question->stream_id = g_strdup (check->stream_id);
  question->check = check;
  oree_lane_run (stream->lane, oree_lane_of (stream->lane, check->originating), ask_on_owner, question, question_free);
}

static void
alive_on_owner (OreeLane *lane, gpointer data)
{
  g_autofree char *remote = data;

  oree_xmpp_out_alive (lane, remote);
  if (lane->xmpp_in->alive != NULL)
    lane->xmpp_in->alive (lane, remote);
}

/* --- what the machine wants -------------------------------------------------------------------- */

static void
stream_free (gpointer data)
{
  Stream *stream = data;

  oree_worker_cancel (stream->lane->worker, &stream->timer);
  oree_worker_cancel (stream->lane->worker, &stream->rest);
  oree_hook_cancel (&stream->flush);
  g_clear_pointer (&stream->conn, oree_conn_free);
  oree_s2s_in_free (stream->machine);
  oree_xml_reader_free (stream->reader);
  oree_effects_clear (&stream->effects);
  oree_census_leave (stream->lane->roles, NULL);
  if (stream->remote != NULL)
    oree_census_leave (stream->lane->roles, stream->remote);
  oree_secret_free (stream->secret);
  oree_tls_ctx_unref (stream->shown);
  g_free (stream->remote);
  g_free (stream->peer);
  g_free (stream);
}

/* A pair of domains is proved. A proof that the records do not accept ends the stream; a stranger's stays, to be
 * answered. */
static void
ready (Stream *stream, const OreeS2sPair *pair, OreeS2sProof proof)
{
  OreeLane *lane = stream->lane;
  OreeVerdict verdict = oree_xmpp_stream_verdict (lane->policy, OREE_DIRECTION_IN, pair->to, pair->from,
                                                  oree_xmpp_auth_of (proof));
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (lane->policy, pair->from);

  stream->proof = proof;
  oree_xml_reader_set_caps (stream->reader, &oree_xml_caps_stream);
  oree_conn_set_authenticated (stream->conn);
  if (!verdict.allow)
    {
      oree_lane_count_one (lane, OREE_COUNT_XMPP_STREAMS_REFUSED);
      lane->reasons[verdict.reason]++;
      oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_REFUSED, "partner", pair->from, "direction", "in",
                                             "reason", oree_reason_nick (verdict.reason), "method",
                                             oree_xmpp_auth_nick (proof), "peer", stream->peer, NULL));
      if (verdict.reason != OREE_REASON_NOT_A_PARTNER)
        oree_s2s_in_close (stream->machine, OREE_S2S_BLOCKED, oree_worker_now (lane->worker), &stream->effects);
      return;
    }
  if (stream->remote == NULL)
    {
      if (!oree_census_enter (lane->roles, pair->from, 0, oree_policy_partner_connection_limit (lane->policy, partner)))
        {
          oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
          oree_lane_event (lane, oree_event_new (OREE_EVENT_LIMIT_HIT, "limit", "partner-connection-limit", "peer",
                                                 pair->from, NULL));
          oree_s2s_in_close (stream->machine, OREE_S2S_LIMIT, oree_worker_now (lane->worker), &stream->effects);
          return;
        }
      stream->remote = g_strdup (pair->from);
    }
  oree_lane_count_one (lane, OREE_COUNT_XMPP_STREAMS_READY);
  oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_READY, "partner", pair->from, "direction", "in", "method",
                                         oree_xmpp_auth_nick (proof), "peer", stream->peer, NULL));
  oree_lane_run (lane, oree_lane_of (lane, pair->from), alive_on_owner, g_strdup (pair->from), g_free);
}

static void
deliver (Stream *stream, OreeStanza *stanza, guint64 slot)
{
  OreeLane *lane = stream->lane;
  OreeXmppRx *rx;
  OreeS2sProof proof;

  stream->received++;
  oree_lane_count_one (lane, OREE_COUNT_XMPP_STANZAS_IN);
  proof = oree_s2s_pairs_find (oree_s2s_in_pairs (stream->machine), stanza->from.domain, stanza->to.domain);
  rx = oree_xmpp_rx_new (stanza, (OreeXmppSlot){ (guint16) lane->index, stream->id, slot }, oree_xmpp_auth_of (proof));
  oree_lane_run (lane, oree_lane_of (lane, stanza->from.domain), handle_on_owner, rx, rx_free_data);
}

static void
say_closed (Stream *stream, OreeS2sReason reason)
{
  OreeLane *lane = stream->lane;
  const char *claimed = oree_s2s_in_remote (stream->machine);
  gboolean was_ready = stream->proof != OREE_S2S_PROOF_NONE;
  const char *nick = oree_xmpp_end_nick (lane->policy, OREE_DIRECTION_IN, oree_s2s_in_local (stream->machine), claimed,
                                         stream->proof, reason);

  if (was_ready)
    oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_CLOSED, "partner", claimed, "direction", "in", "reason",
                                           nick, "detail", stream->withdrawn, "peer", stream->peer, NULL));
  else if (reason != OREE_S2S_OK && reason != OREE_S2S_SHUTDOWN && reason != OREE_S2S_CONNECTION_LOST)
    {
      oree_lane_count_one (lane, OREE_COUNT_XMPP_STREAMS_REFUSED);
      oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_REFUSED, "partner", claimed, "direction", "in", "reason",
                                             nick, "detail",
                                             stream->cert_outcome != NULL ? stream->cert_outcome
                                                                          : oree_s2s_in_peer_error (stream->machine),
                                             "peer", stream->peer, NULL));
    }
}

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
              stream->shown = oree_tls_ctx_ref (oree_xmpp_trust_ctx (lane, OREE_DIRECTION_IN, NULL));
              oree_conn_start_tls (stream->conn, stream->shown, OREE_TLS_SERVER, NULL, NULL);
            }
          break;
        case OREE_EFFECT_RESTART:
          oree_xml_reader_reset (stream->reader);
          break;
        case OREE_EFFECT_READY:
          ready (stream, effect.object, (OreeS2sProof) effect.code);
          break;
        case OREE_EFFECT_ASK:
          ask (stream, g_steal_pointer (&effect.object));
          break;
        case OREE_EFFECT_DELIVER:
          deliver (stream, g_steal_pointer (&effect.object), effect.token);
          break;
        case OREE_EFFECT_FAIL:
          if (effect.object != NULL)
            {
              OreeStanza *stanza = g_steal_pointer (&effect.object);
              OreeXmppRx *rx = oree_xmpp_rx_new (stanza, (OreeXmppSlot){ 0, 0, 0 }, OREE_XMPP_AUTH_NONE);

              oree_lane_run (lane, oree_lane_of (lane, stanza->from.domain), answer_stranger, rx, rx_free_data);
            }
          break;
        case OREE_EFFECT_CLOSE:
          if (!stream->closed)
            say_closed (stream, (OreeS2sReason) effect.code);
          stream->closed = TRUE;
          break;
        case OREE_EFFECT_ACKED:
        case OREE_EFFECT_ANSWER:
          break; /* a receiving stream sends no stanzas and asks through ASK */
        }
      oree_effect_clear (&effect);
    }
  stream->running = FALSE;
  if (!stream->closed)
    {
      oree_reactor_at_end (oree_worker_reactor (lane->worker), &stream->flush);
      oree_worker_arm (lane->worker, &stream->timer, oree_s2s_in_deadline (stream->machine));
      return;
    }
  oree_worker_cancel (lane->worker, &stream->timer);
  oree_hook_cancel (&stream->flush);
  if (stream->conn != NULL)
    oree_conn_close (stream->conn); /* on_closed removes the stream */
  else
    g_hash_table_remove (lane->xmpp_in->streams, GUINT_TO_POINTER (stream->id));
}

static gboolean
has_effects (Stream *stream)
{
  return stream->effects.items != NULL && stream->effects.items->len > stream->effects.next;
}

static void
flush_cb (gpointer data)
{
  Stream *stream = data;

  if (stream->closed)
    return;
  oree_s2s_in_flush (stream->machine, oree_worker_now (stream->lane->worker), &stream->effects);
  if (has_effects (stream))
    run (stream);
  else
    oree_worker_arm (stream->lane->worker, &stream->timer, oree_s2s_in_deadline (stream->machine));
}

static void
timer_cb (gpointer data)
{
  Stream *stream = data;

  oree_s2s_in_on_deadline (stream->machine, oree_worker_now (stream->lane->worker), &stream->effects);
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

/* --- the connection ---------------------------------------------------------------------------- */

static gsize
data_cb (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  Stream *stream = data;
  OreeTime now = oree_worker_now (stream->lane->worker);
  gsize used = 0;
  guint budget = OREE_CONN_MESSAGE_BUDGET;

  if (stream->closed)
    return bytes.length;
  oree_s2s_in_on_bytes (stream->machine, now);
  stream->heard = now;
  if (!oree_timer_is_armed (&stream->rest))
    oree_worker_arm (stream->lane->worker, &stream->rest, now + QUIET);
  oree_reactor_at_end (oree_worker_reactor (stream->lane->worker), &stream->flush);
  while (used < bytes.length && !stream->closed)
    {
      g_auto (OreeXmlEvent) event = { 0 };
      gboolean was_clear = !oree_conn_tls_begun (conn);
      gssize n;

      if (budget-- == 0)
        {
          oree_conn_again (conn);
          return used;
        }
      n = oree_xml_reader_feed (stream->reader, bytes.data + used, bytes.length - used, &event);
      if (n < 0)
        {
          oree_s2s_in_on_parse_error (stream->machine, n, now, &stream->effects);
          run (stream);
          return bytes.length;
        }
      used += (gsize) n;
      if (event.kind == OREE_XML_EVENT_NONE)
        break;
      oree_s2s_in_on_event (stream->machine, &event, now, &stream->effects);
      if (has_effects (stream))
        run (stream);
      if (was_clear && oree_conn_tls_begun (conn))
        return bytes.length; /* what came in clear behind <starttls/> is thrown away: not even parsed */
      if (oree_s2s_in_open (stream->machine) >= OREE_S2S_UNACKED_MAX)
        {
          oree_conn_pause (conn);
          oree_conn_again (conn);
          return used;
        }
    }
  return used;
}

static void
tls_cb (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  Stream *stream = data;

  if (!ok || stream->closed)
    return; /* on_closed follows */
  oree_s2s_in_on_tls (stream->machine, oree_worker_now (stream->lane->worker), &stream->effects);
  run (stream);
}

static void
closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  Stream *stream = data;

  g_clear_pointer (&stream->conn, oree_conn_free);
  if (stream->closed)
    {
      g_hash_table_remove (stream->lane->xmpp_in->streams, GUINT_TO_POINTER (stream->id));
      return;
    }
  if (reason == OREE_CLOSED_TLS)
    stream->cert_outcome = "tls-failed";
  oree_s2s_in_on_lost (stream->machine, oree_worker_now (stream->lane->worker), &stream->effects);
  run (stream);
}

static const OreeConnCallbacks callbacks = {
  .on_data = data_cb,
  .on_tls = tls_cb,
  .on_closed = closed_cb,
};

/* --- what the machine asks --------------------------------------------------------------------- */

static gboolean
is_ours (gpointer data, const char *domain)
{
  return oree_xmpp_is_ours (((Stream *) data)->lane->policy, domain);
}

static void
stand (gpointer data, const char *domain, OreeS2sPolicy *out)
{
  oree_xmpp_stand (((Stream *) data)->lane->policy, domain, out);
}

static OreeXmppProof
judge (Stream *stream, const char *domain, const OreePolicy *policy)
{
  OreeXmppTrustFacts facts = { .direction = OREE_DIRECTION_IN, .domain = domain, .policy = policy };

  facts.cert = stream->conn != NULL ? oree_conn_peer_cert (stream->conn) : NULL;
  return oree_xmpp_trust_judge (stream->lane, &facts);
}

static gboolean
proves (gpointer data, const char *domain)
{
  Stream *stream = data;
  OreeXmppProof proof = judge (stream, domain, NULL);

  stream->cert_outcome = proof.proven ? NULL : oree_cert_outcome_nick (proof.outcome);
  return proof.proven;
}

static char *
stream_id (gpointer data)
{
  return oree_random_hex (16);
}

static void
accept_cb (OreeListen *listen, OreeConn *conn, gpointer data)
{
  OreeLane *lane = data;
  OreeS2sQueries queries = { .is_ours = is_ours, .policy = stand, .proves = proves, .stream_id = stream_id };
  Stream *stream;

  if (lane->mode[OREE_ROLE_XMPP_PROXY] != OREE_MODE_RUNNING
      || !oree_census_enter (lane->roles, NULL, oree_policy_xmpp_gateway (lane->policy)->connection_limit, 0))
    {
      g_autofree char *peer = oree_endpoint_to_string (oree_conn_peer (conn));

      if (lane->mode[OREE_ROLE_XMPP_PROXY] == OREE_MODE_RUNNING)
        oree_lane_event (lane, oree_event_new (OREE_EVENT_LIMIT_HIT, "limit", "connection-limit", "peer", peer, NULL));
      oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
      oree_conn_free (conn);
      return;
    }
  stream = g_new0 (Stream, 1);
  stream->lane = lane;
  stream->id = ++lane->xmpp_in->next_id;
  stream->conn = conn;
  stream->peer = oree_endpoint_to_string (oree_conn_peer (conn));
  stream->secret = oree_xmpp_dialback_secret (lane);
  stream->since = g_get_real_time ();
  stream->reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  queries.data = stream;
  stream->machine = oree_s2s_in_new (&queries, oree_span_str (stream->secret),
                                     oree_xmpp_trust_has_certificate (lane, OREE_DIRECTION_IN, NULL), FALSE,
                                     oree_worker_now (lane->worker));
  oree_timer_init (&stream->timer, timer_cb, stream);
  oree_timer_init (&stream->rest, rest_cb, stream);
  oree_hook_init (&stream->flush, flush_cb, stream);
  g_hash_table_insert (lane->xmpp_in->streams, GUINT_TO_POINTER (stream->id), stream);
  oree_lane_count_one (lane, OREE_COUNT_XMPP_STREAMS_IN);
  oree_conn_set_callbacks (conn, &callbacks, stream);
  oree_worker_arm (lane->worker, &stream->timer, oree_s2s_in_deadline (stream->machine));
}

/* --- certificates of streams that live ------------------------------------------------------------ */

/* The first pair that a certificate proved and proves no longer under `policy`: why not; NULL when all stands. */
static const char *
lost_trust (Stream *stream, const OreePolicy *policy)
{
  const OreeS2sPairs *pairs = oree_s2s_in_pairs (stream->machine);

  for (guint i = 0; i < oree_s2s_pairs_length (pairs); i++)
    {
      const OreeS2sPair *pair = oree_s2s_pairs_nth (pairs, i);
      OreeXmppProof proof = { .proven = TRUE };

      if (oree_xmpp_by_certificate (pair->proof))
        proof = judge (stream, pair->from, policy);
      if (!proof.proven)
        return oree_cert_outcome_nick (proof.outcome);
    }
  return NULL;
}

/* What a certificate proved and proves no longer ends with `reset`, what was delivered answered first; so does what
 * stands on a certificate of ours that is no longer shown. TRUE when it does, or would. */
static gboolean
recheck (Stream *stream, const OreePolicy *policy, OreeImpact *impact)
{
  OreeS2sReason reason = OREE_S2S_TRUST_WITHDRAWN;
  const char *lost;

  if (stream->closed || stream->withdrawn != NULL || !oree_xmpp_by_certificate (stream->proof))
    return stream->withdrawn != NULL;
  lost = lost_trust (stream, policy);
  if (lost == NULL && !oree_xmpp_trust_is_current (stream->lane, OREE_DIRECTION_IN, stream->shown))
    {
      reason = OREE_S2S_REPLACED;
      lost = "";
    }
  if (lost == NULL)
    return FALSE;
  impact->streams_closed++;
  if (impact->dry)
    return TRUE;
  stream->withdrawn = lost;
  oree_lane_count_one (stream->lane, OREE_COUNT_XMPP_TRUST_WITHDRAWN);
  oree_s2s_in_close (stream->machine, reason, oree_worker_now (stream->lane->worker), &stream->effects);
  run (stream);
  return TRUE;
}

static void
recheck_all (OreeLane *lane, const OreePolicy *policy, OreeImpact *impact)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_in->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    recheck (l->data, policy, impact);
  oree_xmpp_out_recheck (lane, policy, impact);
}

static void
retrust (OreeLane *lane, OreeImpact *impact)
{
  oree_xmpp_trust_forget (lane);
  recheck_all (lane, lane->policy, impact);
}

static void
trust_cb (gpointer data)
{
  OreeLane *lane = data;
  OreeImpact impact = { 0 };

  recheck_all (lane, lane->policy, &impact);
  oree_worker_arm (lane->worker, &lane->xmpp_in->trust,
                   oree_worker_now (lane->worker) + OREE_S2S_TRUST_SECONDS * OREE_SECOND);
}

/* --- the role ---------------------------------------------------------------------------------- */

static void
init (OreeLane *lane)
{
  lane->xmpp_in = g_new0 (OreeXmppIn, 1);
  lane->xmpp_in->streams = g_hash_table_new_full (NULL, NULL, NULL, stream_free);
  oree_timer_init (&lane->xmpp_in->trust, trust_cb, lane);
  oree_xmpp_trust_init (lane);
  oree_xmpp_out_init (lane);
}

static char *
signature_of (const OreePolicy *policy)
{
  const OreeTopology *topology = oree_policy_topology (policy);

  return oree_listeners_signature ((const char *const *) topology->access_edge_external_addresses,
                                   topology->xmpp_external_port);
}

static const char *
start (OreeLane *lane, char **detail)
{
  g_autofree char *signature = signature_of (lane->policy);

  if (lane->tls->client.ctx == NULL && lane->tls->external.ctx != NULL)
    {
      *detail = g_strdup (lane->tls->client.detail);
      return lane->tls->client.problem;
    }
  if (lane->tls->external.ctx == NULL)
    {
      *detail = g_strdup (lane->tls->external.detail);
      return lane->tls->external.problem != NULL ? lane->tls->external.problem : "certificate-unreadable";
    }
  oree_worker_arm (lane->worker, &lane->xmpp_in->trust,
                   oree_worker_now (lane->worker) + OREE_S2S_TRUST_SECONDS * OREE_SECOND);
  if (!oree_policy_topology (lane->policy)->xmpp_proxy_enabled)
    return NULL; /* runs, and has nothing to do: the switch is off */
  return oree_listeners_open (&lane->xmpp_in->listeners, lane, OREE_ROLE_XMPP_PROXY, signature, accept_cb, lane, detail);
}

static void
close_inbound (OreeLane *lane, OreeS2sReason reason)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_in->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    {
      Stream *stream = l->data;

      if (stream->closed)
        continue;
      oree_s2s_in_close (stream->machine, reason, oree_worker_now (lane->worker), &stream->effects);
      run (stream);
    }
}

static void
stop (OreeLane *lane)
{
  oree_worker_cancel (lane->worker, &lane->xmpp_in->trust);
  oree_listeners_close (&lane->xmpp_in->listeners);
  close_inbound (lane, OREE_S2S_SHUTDOWN);
  oree_xmpp_out_close_all (lane, OREE_S2S_SHUTDOWN);
}

static void
clear (OreeLane *lane)
{
  g_hash_table_remove_all (lane->xmpp_in->streams);
  g_hash_table_unref (lane->xmpp_in->streams);
  oree_xmpp_out_clear (lane);
  oree_xmpp_trust_clear (lane);
  g_clear_pointer (&lane->xmpp_in, g_free);
}

static gboolean
idle (OreeLane *lane)
{
  GHashTableIter iter;
  Stream *stream;

  oree_listeners_close (&lane->xmpp_in->listeners);
  g_hash_table_iter_init (&iter, lane->xmpp_in->streams);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &stream))
    if (!stream->closed && oree_s2s_in_open (stream->machine) > 0)
      return FALSE;
  return oree_xmpp_out_idle (lane);
}

static void
publish_stream (Stream *stream, OreePolicy *next, OreeImpact *impact)
{
  const OreeS2sPairs *pairs = oree_s2s_in_pairs (stream->machine);

  /* First, for it leaves the peer another way in where the record has one. */
  if (recheck (stream, next, impact))
    return;
  for (guint i = 0; i < oree_s2s_pairs_length (pairs); i++)
    {
      const OreeS2sPair *pair = oree_s2s_pairs_nth (pairs, i);
      OreeVerdict verdict = oree_xmpp_stream_verdict (next, OREE_DIRECTION_IN, pair->to, pair->from,
                                                      oree_xmpp_auth_of (pair->proof));

      if (verdict.allow)
        continue;
      impact->streams_closed++;
      if (!impact->dry)
        {
          stream->lane->reasons[verdict.reason]++;
          oree_s2s_in_close (stream->machine, OREE_S2S_BLOCKED, oree_worker_now (stream->lane->worker),
                             &stream->effects);
          run (stream);
        }
      return;
    }
}

static void
publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_in->streams);
  gboolean was_on = oree_policy_topology (old)->xmpp_proxy_enabled, is_on = oree_policy_topology (next)->xmpp_proxy_enabled;
  g_autofree char *was = signature_of (old), *is = signature_of (next), *detail = NULL;
  const char *problem = NULL;

  if (!impact->dry)
    oree_xmpp_trust_forget (lane);
  for (GList *l = streams; l != NULL; l = l->next)
    if (!((Stream *) l->data)->closed)
      publish_stream (l->data, next, impact);
  oree_xmpp_out_publish (lane, next, impact);
  if (was_on == is_on && (!is_on || g_str_equal (was, is)))
    return;
  impact->listeners_changed = 1;
  if (impact->dry)
    return;
  oree_listeners_close (&lane->xmpp_in->listeners);
  if (is_on)
    problem = oree_listeners_open (&lane->xmpp_in->listeners, lane, OREE_ROLE_XMPP_PROXY, is, accept_cb, lane, &detail);
  if (problem != NULL)
    oree_lane_degraded (lane, OREE_ROLE_XMPP_PROXY, problem, detail);
}

static void
list (OreeLane *lane, const char *what, GVariantBuilder *rows)
{
  GHashTableIter iter;
  Stream *stream;

  if (g_strcmp0 (what, "connections") != 0)
    return;
  oree_xmpp_out_list (lane, rows);
  g_hash_table_iter_init (&iter, lane->xmpp_in->streams);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &stream))
    {
      GVariantDict row;
      const char *remote = oree_s2s_in_remote (stream->machine), *local = oree_s2s_in_local (stream->machine);

      g_variant_dict_init (&row, NULL);
      g_variant_dict_insert (&row, "protocol", "s", "xmpp");
      g_variant_dict_insert (&row, "direction", "s", "in");
      g_variant_dict_insert (&row, "partner", "s", remote != NULL ? remote : "");
      g_variant_dict_insert (&row, "local-domain", "s", local != NULL ? local : "");
      g_variant_dict_insert (&row, "peer", "s", stream->peer);
      g_variant_dict_insert (&row, "state", "s", oree_s2s_in_is_ready (stream->machine) ? "ready" : "connecting");
      g_variant_dict_insert (&row, "method", "s", oree_xmpp_auth_nick (stream->proof));
      g_variant_dict_insert (&row, "tls", "b", stream->conn != NULL && oree_conn_is_tls (stream->conn));
      if (stream->conn != NULL && oree_conn_is_tls (stream->conn) && remote != NULL)
        {
          OreeXmppProof proof = judge (stream, remote, NULL);

          oree_xmpp_trust_describe (oree_conn_peer_cert (stream->conn), &proof, &row);
        }
      g_variant_dict_insert (&row, "acknowledgements", "b", oree_s2s_in_has_acks (stream->machine));
      g_variant_dict_insert (&row, "since", "x", stream->since);
      g_variant_dict_insert (&row, "messages-in", "t", stream->received);
      g_variant_dict_insert (&row, "unsettled", "u", oree_s2s_in_open (stream->machine));
      g_variant_builder_add_value (rows, g_variant_dict_end (&row));
    }
}

const OreeRoleOps oree_xmpp_proxy_ops = { init, clear, start, stop, idle, publish, NULL, retrust, list };
