/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-xmpp-in.h"

#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "roles/oree-census.h"
#include "roles/oree-listeners.h"
#include "roles/oree-refusal.h"
#include "roles/oree-xmpp-link.h"
#include "roles/oree-xmpp-out.h"
#include "roles/oree-xmpp-rx.h"
#include "roles/oree-xmpp-stand.h"
#include "roles/oree-xmpp-trust.h"

#define TLS_HANDSHAKE 0x16 /* the first byte of a connection that begins with TLS (RFC 8446 5.1) */

typedef struct
{
  OreeLane *lane;
  guint32 id;
  OreeS2sIn *machine;
  OreeXmlReader *reader;
  OreeConn *conn;
  GList waiting; /* in the queue of those who are nobody yet; its data is NULL when not there */
  char *secret;
  char *peer;
  char *remote; /* counted in the census under this name; NULL before the first proof */
  OreeTimer timer;
  gboolean begun; /* bytes came */
  OreeHook flush;
  OreeEffects effects;
  gboolean running, closed, direct_tls;
  gboolean counted; /* in the census: until its end is decided */
  OreeLane *moving; /* where to, as soon as the event at hand is over */
  OreeS2sProof proof;
  const char *cert_outcome;
  OreeTlsCtx *shown;     /* what we showed in the handshake; NULL before */
  const char *withdrawn; /* the certificate stopped proving the peer, and this is why: it is being closed */
  gint64 since;
  guint64 received, sent;
  GHashTable *names; /* domain → Names; made on first use */
} Stream;

/* What the names of a domain claimed here say of its servers' certificates. */
typedef struct
{
  Stream *stream;
  char *domain;
  OreeXmppDnaQuestion *asked; /* NULL: known */
  OreeXmppDna *dna;
} Names;

struct _OreeXmppIn
{
  GHashTable *streams;  /* id → Stream */
  GHashTable *carriers; /* "local remote" → Stream that carries our stanzas that way */
  GQueue nobodies;      /* Stream: no partner of ours has proved itself there; the oldest first */
  guint32 next_id;
};

static void run (Stream *stream);
static OreeXmppProof judge (Stream *stream, const char *domain, const OreePolicy *policy);

static Stream *
find (OreeLane *lane, guint32 id)
{
  return g_hash_table_lookup (lane->xmpp_in->streams, GUINT_TO_POINTER (id));
}

static OreeTime
now_of (const Stream *stream)
{
  return oree_worker_now (stream->lane->worker);
}

static void
flush_soon (Stream *stream)
{
  oree_reactor_at_end (oree_worker_reactor (stream->lane->worker), &stream->flush);
}

/* --- life -------------------------------------------------------------------------------------- */

static gboolean
is_carrier (gpointer key, gpointer value, gpointer stream)
{
  return value == stream;
}

static void
is_somebody (Stream *stream)
{
  if (stream->waiting.data == NULL)
    return;
  g_queue_unlink (&stream->lane->xmpp_in->nobodies, &stream->waiting);
  stream->waiting.data = NULL;
}

static void
uncount (Stream *stream)
{
  if (!stream->counted)
    return;
  stream->counted = FALSE;
  oree_census_leave (stream->lane->roles, NULL);
  if (stream->remote != NULL)
    oree_census_leave (stream->lane->roles, stream->remote);
}

/* Without a lane's tables: it left them, or is on its way between two. */
static void
stream_free (gpointer data)
{
  Stream *stream = data;

  is_somebody (stream);
  oree_worker_cancel (stream->lane->worker, &stream->timer);
  oree_hook_cancel (&stream->flush);
  g_clear_pointer (&stream->conn, oree_conn_free);
  g_clear_pointer (&stream->names, g_hash_table_unref);
  oree_s2s_in_free (stream->machine);
  oree_xml_reader_free (stream->reader);
  oree_effects_clear (&stream->effects);
  uncount (stream);
  oree_secret_free (stream->secret);
  oree_tls_ctx_unref (stream->shown);
  g_free (stream->remote);
  g_free (stream->peer);
  g_free (stream);
}

static void
names_free (gpointer data)
{
  Names *names = data;

  g_clear_pointer (&names->asked, oree_xmpp_dna_cancel);
  oree_xmpp_dna_unref (names->dna);
  g_free (names->domain);
  g_free (names);
}

static void
forget (Stream *stream)
{
  OreeXmppIn *in = stream->lane->xmpp_in;

  g_hash_table_foreach_remove (in->carriers, is_carrier, stream);
  g_hash_table_remove (in->streams, GUINT_TO_POINTER (stream->id));
}

/* Strangers fill a table faster than partners do: the one who has been nobody for longest goes, without a word, so that
 * whoever calls now has as much time to prove itself as the flood leaves, and who is proved is never touched. */
gboolean
oree_xmpp_in_make_room (OreeLane *lane)
{
  GList *oldest = lane->xmpp_in != NULL ? g_queue_peek_head_link (&lane->xmpp_in->nobodies) : NULL;
  Stream *stream = oldest != NULL ? oldest->data : NULL;

  if (stream == NULL || stream->running)
    return FALSE;
  oree_listeners_say_limit (lane, "connection-limit", stream->peer);
  forget (stream);
  return TRUE;
}

static gboolean
enter_total (OreeLane *lane)
{
  guint64 limit = oree_policy_xmpp_gateway (lane->policy)->connection_limit;

  return oree_census_enter (lane->roles, NULL, limit, 0)
         || (oree_xmpp_in_make_room (lane) && oree_census_enter (lane->roles, NULL, limit, 0));
}

static void
enter (Stream *stream, OreeLane *lane)
{
  stream->lane = lane;
  stream->id = ++lane->xmpp_in->next_id & ~OREE_XMPP_STREAM_OUT;
  g_hash_table_insert (lane->xmpp_in->streams, GUINT_TO_POINTER (stream->id), stream);
}

/* --- both ways (XEP-0288) ---------------------------------------------------------------------- */

static char *
carrier_key (const char *local, const char *remote)
{
  return g_strconcat (local, " ", remote, NULL);
}

/* From here on stanzas to the domains that are proved here may go this way. */
static void
carry (Stream *stream)
{
  const OreeS2sPairs *pairs = oree_s2s_in_pairs (stream->machine);

  for (guint i = 0; i < oree_s2s_pairs_length (pairs); i++)
    {
      const OreeS2sPair *pair = oree_s2s_pairs_nth (pairs, i);
      g_autofree char *key = carrier_key (pair->to, pair->from);
      const Stream *other = g_hash_table_lookup (stream->lane->xmpp_in->carriers, key);

      if (oree_lane_of (stream->lane, pair->from) == stream->lane
          && (other == NULL || !oree_s2s_in_carries (other->machine, pair->to, pair->from)))
        g_hash_table_insert (stream->lane->xmpp_in->carriers, g_steal_pointer (&key), stream);
    }
}

/* Something was asked for this stream whose answer will come to this lane: about a key, or about a domain's names. */
static gboolean
awaits_answers (const Stream *stream)
{
  GHashTableIter iter;
  const Names *names;

  if (oree_s2s_in_awaits_keys (stream->machine))
    return TRUE;
  if (stream->names == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, stream->names);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &names))
    if (names->asked != NULL)
      return TRUE;
  return FALSE;
}

static void
move_in (OreeLane *lane, gpointer data)
{
  Stream *stream = data;

  stream->moving = NULL;
  enter (stream, lane);
  oree_conn_attach (stream->conn, lane->worker);
  oree_conn_resume (stream->conn);
  carry (stream);
  flush_soon (stream);
}

static gboolean
is_asked (gpointer key, gpointer value, gpointer data)
{
  return ((const Names *) value)->asked != NULL;
}

/* Between two events: nothing of it is being used. */
static void
move_out (OreeLane *lane, gpointer data)
{
  Stream *stream = find (lane, GPOINTER_TO_UINT (data));

  if (stream == NULL || stream->closed || stream->conn == NULL || stream->moving == NULL)
    return;
  if (awaits_answers (stream))
    {
      stream->moving = NULL;
      if (!oree_s2s_in_awaits_proof (stream->machine))
        oree_conn_resume (stream->conn);
      return;
    }
  g_hash_table_steal (lane->xmpp_in->streams, GUINT_TO_POINTER (stream->id));
  oree_worker_cancel (lane->worker, &stream->timer);
  oree_hook_cancel (&stream->flush);
  /* Nothing waits for an answer any more: oree_s2s_in_awaits_keys. */
  if (stream->names != NULL)
    g_hash_table_foreach_remove (stream->names, is_asked, NULL);
  oree_conn_detach (stream->conn);
  oree_lane_run (lane, stream->moving, move_in, stream, stream_free);
}

/* A stream used both ways belongs to the lane that sends to its domain. One that waits for an answer stays where that
 * will come. */
static void
settle_down (Stream *stream, const char *remote)
{
  OreeLane *owner = oree_lane_of (stream->lane, remote);

  if (!oree_s2s_in_is_bidirectional (stream->machine) || stream->moving != NULL)
    return;
  if (owner == stream->lane)
    carry (stream);
  else if (stream->received == 0 && !awaits_answers (stream))
    {
      stream->moving = owner;
      oree_conn_pause (stream->conn);
      oree_lane_post (stream->lane, move_out, GUINT_TO_POINTER (stream->id), NULL);
    }
}

guint32
oree_xmpp_in_carrier (OreeLane *lane, const char *local, const char *remote)
{
  g_autofree char *key = NULL;
  const Stream *stream;

  if (g_hash_table_size (lane->xmpp_in->carriers) == 0)
    return 0;
  key = carrier_key (local, remote);
  stream = g_hash_table_lookup (lane->xmpp_in->carriers, key);
  return stream != NULL && oree_s2s_in_carries (stream->machine, local, remote) ? stream->id : 0;
}

void
oree_xmpp_in_send (OreeLane *lane, guint32 id, GBytes *stanza, guint64 token)
{
  Stream *stream = find (lane, id);

  g_return_if_fail (stream != NULL);
  stream->sent++;
  oree_s2s_in_send_bytes (stream->machine, stanza, token, now_of (stream), &stream->effects);
  flush_soon (stream);
}

gboolean
oree_xmpp_in_cancel (OreeLane *lane, guint32 id, guint64 token)
{
  Stream *stream = find (lane, id);

  return stream != NULL && oree_s2s_in_cancel (stream->machine, token);
}

/* --- what the machine wants -------------------------------------------------------------------- */

/* A pair of domains is proved. A proof that the records do not accept ends the stream; a stranger's stays, to be
 * answered. */
static void
ready (Stream *stream, const OreeS2sPair *pair, OreeS2sProof proof)
{
  OreeLane *lane = stream->lane;
  OreeVerdict verdict = oree_xmpp_stream_verdict (lane->policy, OREE_DIRECTION_IN, pair->to, pair->from,
                                                  oree_xmpp_auth_of (proof));
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (lane->policy, pair->from);
  OreeXmppProof certified = { .proven = FALSE };
  const char *problem = NULL;

  stream->proof = proof;
  oree_xml_reader_set_caps (stream->reader, &oree_xml_caps_stream);
  if (!verdict.allow)
    {
      oree_lane_count_one (lane, OREE_COUNT_XMPP_STREAMS_REFUSED);
      lane->reasons[verdict.reason]++;
      oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_REFUSED, "partner", pair->from, "direction", "in",
                                             "reason", oree_reason_nick (verdict.reason), "method",
                                             oree_xmpp_auth_nick (proof), "peer", stream->peer, NULL));
      if (verdict.reason != OREE_REASON_NOT_A_PARTNER)
        oree_s2s_in_close (stream->machine, OREE_S2S_BLOCKED, now_of (stream), &stream->effects);
      return;
    }
  is_somebody (stream);
  oree_conn_set_authenticated (stream->conn);
  if (oree_conn_is_tls (stream->conn))
    {
      certified = judge (stream, pair->from, NULL);
      problem = oree_xmpp_trust_refused (lane, &certified);
    }
  if (stream->remote == NULL)
    {
      if (!oree_census_enter (lane->roles, pair->from, 0, oree_policy_partner_connection_limit (lane->policy, partner)))
        {
          oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
          oree_lane_event (lane, oree_event_new (OREE_EVENT_LIMIT_HIT, "limit", "partner-connection-limit", "peer",
                                                 pair->from, NULL));
          oree_s2s_in_close (stream->machine, OREE_S2S_NO_ROOM, now_of (stream), &stream->effects);
          return;
        }
      stream->remote = g_strdup (pair->from);
    }
  oree_lane_count_one (lane, OREE_COUNT_XMPP_STREAMS_READY);
  oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_READY, "partner", pair->from, "direction", "in", "method",
                                         oree_xmpp_auth_nick (proof), "certificate-by",
                                         certified.proven ? oree_xmpp_by_nick (certified.by) : NULL,
                                         "certificate-problem", problem, "peer", stream->peer, NULL));
  settle_down (stream, pair->from);
  oree_xmpp_rx_alive (lane, pair->from);
}

static void
deliver (Stream *stream, OreeStanza *stanza, guint64 slot)
{
  OreeS2sProof proof
    = oree_s2s_pairs_find (oree_s2s_in_pairs (stream->machine), stanza->from.domain, stanza->to.domain);

  stream->received++;
  oree_xmpp_rx_deliver (stream->lane, stream->id, slot, stanza, oree_xmpp_auth_of (proof));
}

static void
say_closed (Stream *stream, OreeS2sReason reason)
{
  OreeLane *lane = stream->lane;
  const char *claimed = oree_s2s_in_remote (stream->machine);
  gboolean was_ready = stream->proof != OREE_S2S_PROOF_NONE;
  const char *nick = oree_xmpp_end_nick (lane->policy, OREE_DIRECTION_IN, oree_s2s_in_local (stream->machine), claimed,
                                         stream->proof, reason);

  if (was_ready && reason == OREE_S2S_CONNECTION_LOST && claimed != NULL)
    oree_xmpp_rx_lost (lane, claimed);
  if (was_ready)
    oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_CLOSED, "partner", claimed, "direction", "in", "reason",
                                           nick, "detail", stream->withdrawn, "peer", stream->peer, NULL));
  else if (reason != OREE_S2S_OK && reason != OREE_S2S_SHUTDOWN && reason != OREE_S2S_NO_ROOM
           && reason != OREE_S2S_CONNECTION_LOST)
    {
      oree_lane_count_one (lane, OREE_COUNT_XMPP_STREAMS_REFUSED);
      if (reason == OREE_S2S_CERT_NOT_PROVEN && claimed != NULL)
        {
          OreeXmppProof proof = judge (stream, claimed, NULL);

          oree_xmpp_trust_refused (lane, &proof);
        }
      oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_REFUSED, "partner", claimed, "direction", "in", "reason",
                                             nick, "detail",
                                             stream->cert_outcome != NULL ? stream->cert_outcome
                                                                          : oree_s2s_in_peer_error (stream->machine),
                                             "peer", stream->peer, NULL));
    }
}

static void
carry_out (Stream *stream, OreeEffect *effect)
{
  OreeLane *lane = stream->lane;

  switch (effect->kind)
    {
    case OREE_EFFECT_SEND:
      if (stream->conn != NULL)
        {
          gsize length;
          const void *data = g_bytes_get_data (effect->bytes, &length);

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
      ready (stream, effect->object, (OreeS2sProof) effect->code);
      break;
    case OREE_EFFECT_ASK:
      oree_xmpp_rx_ask (lane, stream->id, g_steal_pointer (&effect->object));
      break;
    case OREE_EFFECT_DELIVER:
      deliver (stream, g_steal_pointer (&effect->object), effect->token);
      break;
    case OREE_EFFECT_ACKED:
      oree_xmpp_out_report (lane, effect->token, TRUE, (OreeS2sAcked) effect->code, OREE_S2S_OK);
      break;
    case OREE_EFFECT_FAIL:
      if (effect->object != NULL)
        oree_xmpp_rx_refuse (lane, g_steal_pointer (&effect->object));
      else
        oree_xmpp_out_report (lane, effect->token, FALSE, OREE_S2S_ACKED_WRITTEN, (OreeS2sReason) effect->code);
      break;
    case OREE_EFFECT_CLOSE:
      if (!stream->closed)
        say_closed (stream, (OreeS2sReason) effect->code);
      stream->closed = TRUE;
      break;
    case OREE_EFFECT_ANSWER:
    case OREE_EFFECT_AGAIN:
      break; /* of streams that we open */
    }
}

static void
run (Stream *stream)
{
  OreeEffect effect;

  if (stream->running)
    return;
  stream->running = TRUE;
  while (oree_effects_take (&stream->effects, &effect))
    {
      carry_out (stream, &effect);
      oree_effect_clear (&effect);
    }
  stream->running = FALSE;
  if (!stream->closed)
    {
      flush_soon (stream);
      oree_worker_arm (stream->lane->worker, &stream->timer, oree_s2s_in_deadline (stream->machine));
      return;
    }
  oree_worker_cancel (stream->lane->worker, &stream->timer);
  oree_hook_cancel (&stream->flush);
  if (stream->conn != NULL)
    oree_conn_close (stream->conn); /* on_closed removes the stream */
  else
    forget (stream);
}

static gboolean
has_effects (const Stream *stream)
{
  return stream->effects.items != NULL && stream->effects.items->len > stream->effects.next;
}

static void
flush_cb (gpointer data)
{
  Stream *stream = data;

  if (stream->closed)
    return;
  oree_s2s_in_flush (stream->machine, now_of (stream), &stream->effects);
  if (has_effects (stream))
    run (stream);
  else
    oree_worker_arm (stream->lane->worker, &stream->timer, oree_s2s_in_deadline (stream->machine));
}

static void
timer_cb (gpointer data)
{
  Stream *stream = data;

  oree_s2s_in_on_deadline (stream->machine, now_of (stream), &stream->effects);
  run (stream);
}

/* --- the connection ---------------------------------------------------------------------------- */

/* XEP-0368 on the port of RFC 6120: a header begins with "<" or white space, TLS with neither. */
static gboolean
begin_direct_tls (Stream *stream, OreeSpan bytes)
{
  if (bytes.length == 0 || ((const guint8 *) bytes.data)[0] != TLS_HANDSHAKE)
    return FALSE;
  stream->direct_tls = TRUE;
  oree_s2s_in_on_direct_tls (stream->machine);
  if (oree_xmpp_trust_has_certificate (stream->lane, OREE_DIRECTION_IN, NULL))
    {
      stream->shown = oree_tls_ctx_ref (oree_xmpp_trust_ctx (stream->lane, OREE_DIRECTION_IN, NULL));
      oree_conn_accept_tls (stream->conn, stream->shown, OREE_XMPP_ALPN, bytes);
    }
  else
    oree_conn_abort (stream->conn);
  return TRUE;
}

static gsize
data_cb (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  Stream *stream = data;
  OreeTime now = now_of (stream);
  gsize used = 0;
  guint budget = OREE_CONN_MESSAGE_BUDGET;

  if (stream->closed)
    return bytes.length;
  if (!stream->begun && begin_direct_tls (stream, bytes))
    {
      stream->begun = TRUE;
      return bytes.length;
    }
  oree_s2s_in_on_bytes (stream->machine, now);
  stream->begun = TRUE;
  flush_soon (stream);
  while (used < bytes.length && !stream->closed && stream->moving == NULL)
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
      if (oree_s2s_in_open (stream->machine) >= OREE_S2S_UNACKED_MAX || oree_s2s_in_awaits_proof (stream->machine))
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
  oree_s2s_in_on_tls (stream->machine, now_of (stream), &stream->effects);
  run (stream);
}

static void
closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  Stream *stream = data;

  g_clear_pointer (&stream->conn, oree_conn_free);
  if (stream->closed)
    {
      forget (stream);
      return;
    }
  if (reason == OREE_CLOSED_TLS)
    stream->cert_outcome = "tls-failed";
  oree_s2s_in_on_lost (stream->machine, now_of (stream), &stream->effects);
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
  const Names *names = stream->names != NULL ? g_hash_table_lookup (stream->names, domain) : NULL;

  facts.cert = stream->conn != NULL ? oree_conn_peer_cert (stream->conn) : NULL;
  if (names != NULL && names->dna != NULL)
    {
      facts.dna = names->dna;
      facts.posh = names->dna->posh;
    }
  return oree_xmpp_trust_judge (stream->lane, &facts);
}

static void
names_cb (OreeXmppDna *dna, gpointer data)
{
  Names *names = data;
  Stream *stream = names->stream;

  names->asked = NULL;
  names->dna = oree_xmpp_dna_ref (dna);
  if (stream->closed || stream->conn == NULL)
    return;
  oree_s2s_in_on_proof_known (stream->machine, names->domain, now_of (stream), &stream->effects);
  if (stream->moving == NULL && !oree_s2s_in_awaits_proof (stream->machine))
    oree_conn_resume (stream->conn);
  run (stream);
}

/* Asked for once per domain and stream, when the certificate alone was not enough. */
static gboolean
awaits (gpointer data, const char *domain)
{
  Stream *stream = data;
  Names *names = stream->names != NULL ? g_hash_table_lookup (stream->names, domain) : NULL;

  if (names != NULL)
    return names->asked != NULL;
  if (stream->conn == NULL || !oree_peer_cert_is_readable (oree_conn_peer_cert (stream->conn))
      || !oree_xmpp_trust_heeds_names (stream->lane, domain))
    return FALSE;
  if (stream->names == NULL)
    stream->names = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, names_free);
  if (g_hash_table_size (stream->names) >= OREE_S2S_PAIRS_MAX)
    return FALSE;
  names = g_new0 (Names, 1);
  names->stream = stream;
  names->domain = g_strdup (domain);
  g_hash_table_insert (stream->names, names->domain, names);
  names->asked = oree_xmpp_dna_ask_domain (stream->lane, domain, names_cb, names);
  return TRUE;
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

void
oree_xmpp_in_accept (OreeListen *listen, OreeConn *conn, gpointer data)
{
  OreeLane *lane = data;
  OreeS2sQueries queries = { .is_ours = is_ours, .policy = stand, .proves = proves, .stream_id = stream_id,
                             .awaits = awaits };
  Stream *stream;

  if (lane->mode[OREE_ROLE_XMPP_PROXY] != OREE_MODE_RUNNING)
    {
      oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
      oree_conn_free (conn);
      return;
    }
  stream = g_new0 (Stream, 1);
  stream->counted = enter_total (lane);
  stream->conn = conn;
  stream->peer = oree_endpoint_to_string (oree_conn_peer (conn));
  stream->secret = oree_xmpp_dialback_secret (lane);
  stream->since = g_get_real_time ();
  stream->reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  enter (stream, lane);
  if (stream->counted)
    {
      stream->waiting.data = stream;
      g_queue_push_tail_link (&lane->xmpp_in->nobodies, &stream->waiting);
    }
  queries.data = stream;
  stream->machine = oree_s2s_in_new (&queries, oree_span_str (stream->secret),
                                     oree_xmpp_trust_has_certificate (lane, OREE_DIRECTION_IN, NULL),
                                     now_of (stream));
  oree_timer_init (&stream->timer, timer_cb, stream);
  oree_hook_init (&stream->flush, flush_cb, stream);
  oree_lane_count_one (lane, OREE_COUNT_XMPP_STREAMS_IN);
  oree_conn_set_callbacks (conn, &callbacks, stream);
  oree_worker_arm (lane->worker, &stream->timer, oree_s2s_in_deadline (stream->machine));
  if (!stream->counted)
    {
      oree_listeners_say_limit (lane, "connection-limit", stream->peer);
      oree_s2s_in_close (stream->machine, OREE_S2S_NO_ROOM, now_of (stream), &stream->effects);
      run (stream);
    }
}

/* --- from others ------------------------------------------------------------------------------- */

void
oree_xmpp_in_settle (OreeLane *lane, guint32 id, guint64 slot)
{
  Stream *stream = find (lane, id);

  if (stream == NULL || stream->closed)
    return;
  oree_s2s_in_settle (stream->machine, slot);
  if (stream->conn != NULL && stream->moving == NULL
      && oree_s2s_in_open (stream->machine) < OREE_S2S_UNACKED_MAX / 2)
    oree_conn_resume (stream->conn);
  flush_soon (stream);
}

void
oree_xmpp_in_verified (OreeLane *lane, guint32 id, const char *receiving, const char *originating,
                       const char *id_of_stream, OreeDialbackResult result)
{
  Stream *stream = find (lane, id);

  if (stream == NULL || stream->closed)
    return;
  oree_s2s_in_on_verified (stream->machine, receiving, originating, id_of_stream, result, now_of (stream),
                           &stream->effects);
  run (stream);
}

void
oree_xmpp_in_init (OreeLane *lane)
{
  lane->xmpp_in = g_new0 (OreeXmppIn, 1);
  lane->xmpp_in->streams = g_hash_table_new_full (NULL, NULL, NULL, stream_free);
  lane->xmpp_in->carriers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&lane->xmpp_in->nobodies);
}

void
oree_xmpp_in_clear (OreeLane *lane)
{
  g_hash_table_unref (lane->xmpp_in->carriers);
  g_hash_table_unref (lane->xmpp_in->streams);
  g_clear_pointer (&lane->xmpp_in, g_free);
}

void
oree_xmpp_in_close_all (OreeLane *lane, OreeS2sReason reason)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_in->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    {
      Stream *stream = l->data;

      if (stream->closed)
        continue;
      oree_s2s_in_close (stream->machine, reason, now_of (stream), &stream->effects);
      run (stream);
    }
}

void
oree_xmpp_in_reset (OreeLane *lane, const char *partner, OreeImpact *impact)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_in->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    {
      Stream *stream = l->data;
      const OreeS2sPairs *pairs = oree_s2s_in_pairs (stream->machine);
      gboolean theirs = FALSE;

      for (guint i = 0; i < oree_s2s_pairs_length (pairs); i++)
        theirs |= oree_xmpp_is_of (lane->policy, partner, oree_s2s_pairs_nth (pairs, i)->from);
      if (stream->closed || !theirs)
        continue;
      impact->streams_closed++;
      oree_s2s_in_close (stream->machine, OREE_S2S_RESET, now_of (stream), &stream->effects);
      run (stream);
    }
}

gboolean
oree_xmpp_in_idle (OreeLane *lane)
{
  GHashTableIter iter;
  Stream *stream;

  g_hash_table_iter_init (&iter, lane->xmpp_in->streams);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &stream))
    if (!stream->closed && oree_s2s_in_open (stream->machine) > 0)
      return FALSE;
  return TRUE;
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
  if (reason == OREE_S2S_REPLACED)
    oree_s2s_in_close (stream->machine, reason, now_of (stream), &stream->effects);
  else
    oree_s2s_in_withdraw (stream->machine, reason, now_of (stream), &stream->effects);
  run (stream);
  return TRUE;
}

void
oree_xmpp_in_recheck (OreeLane *lane, const OreePolicy *policy, OreeImpact *impact)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_in->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    recheck (l->data, policy, impact);
}

/* --- a new snapshot ---------------------------------------------------------------------------- */

/* Does what may not stand under `next` any more stand under `old`? A stranger's stream, that lives to be answered, is no
 * concern of the change. */
static gboolean
is_forbidden (const OreePolicy *old, const OreePolicy *next, const char *local, const char *remote, OreeXmppAuth auth,
              OreeReason *reason)
{
  OreeVerdict verdict = oree_xmpp_stream_verdict (next, OREE_DIRECTION_IN, local, remote, auth);

  *reason = verdict.reason;
  return !verdict.allow && oree_xmpp_stream_verdict (old, OREE_DIRECTION_IN, local, remote, auth).allow;
}

/* Why the stream ends with the change; OK: it does not. */
static OreeS2sReason
judge_change (Stream *stream, const OreePolicy *old, const OreePolicy *next, OreeReason *reason)
{
  const OreeS2sPairs *pairs = oree_s2s_in_pairs (stream->machine);
  const char *local = oree_s2s_in_local (stream->machine), *remote = oree_s2s_in_remote (stream->machine);
  OreeS2sPolicy stand;

  for (guint i = 0; i < oree_s2s_pairs_length (pairs); i++)
    {
      const OreeS2sPair *pair = oree_s2s_pairs_nth (pairs, i);

      if (is_forbidden (old, next, pair->to, pair->from, oree_xmpp_auth_of (pair->proof), reason))
        return OREE_S2S_BLOCKED;
    }
  /* Not proved yet, but who it says it is need not go on. */
  if (oree_s2s_pairs_length (pairs) == 0 && local != NULL && remote != NULL
      && is_forbidden (old, next, local, remote, OREE_XMPP_AUTH_PENDING, reason)
      && *reason != OREE_REASON_NOT_A_PARTNER)
    return OREE_S2S_BLOCKED;
  if (remote == NULL || !oree_s2s_in_is_bidirectional (stream->machine))
    return OREE_S2S_OK;
  oree_xmpp_stand (next, remote, &stand);
  return stand.bidirectional ? OREE_S2S_OK : OREE_S2S_REPLACED;
}

static void
end (Stream *stream, OreeS2sReason reason)
{
  uncount (stream);
  if (reason == OREE_S2S_BLOCKED)
    oree_s2s_in_withdraw (stream->machine, reason, now_of (stream), &stream->effects);
  else
    oree_s2s_in_close (stream->machine, reason, now_of (stream), &stream->effects);
  run (stream);
}

static void
publish_stream (Stream *stream, const OreePolicy *old, const OreePolicy *next, OreeImpact *impact)
{
  OreeReason reason = OREE_REASON_ALLOWED;
  OreeS2sReason why;

  /* First, for it leaves the peer another way in where the record has one. */
  if (recheck (stream, next, impact))
    return;
  why = judge_change (stream, old, next, &reason);
  if (why != OREE_S2S_OK)
    impact->streams_closed++;
  if (impact->dry)
    return;
  if (why == OREE_S2S_BLOCKED)
    stream->lane->reasons[reason]++;
  if (why != OREE_S2S_OK)
    {
      end (stream, why);
      return;
    }
  oree_s2s_in_on_policy (stream->machine);
  oree_worker_arm (stream->lane->worker, &stream->timer, oree_s2s_in_deadline (stream->machine));
}

/* Does this one have to go because a limit was lowered? */
static gboolean
is_surplus (Stream *stream, const OreePolicy *policy)
{
  gpointer roles = stream->lane->roles;

  if (!stream->counted)
    return FALSE;
  if (stream->remote != NULL && oree_census_evict (roles, stream->remote, oree_xmpp_limit (policy, stream->remote)))
    oree_census_leave (roles, NULL);
  else if (!oree_census_evict (roles, NULL, oree_policy_xmpp_gateway (policy)->connection_limit))
    return FALSE;
  else if (stream->remote != NULL)
    oree_census_leave (roles, stream->remote);
  stream->counted = FALSE;
  return TRUE;
}

void
oree_xmpp_in_publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_in->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    if (!((Stream *) l->data)->closed)
      publish_stream (l->data, old, next, impact);
}

void
oree_xmpp_in_evict (OreeLane *lane, OreePolicy *next, OreeImpact *impact)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_in->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    if (!((Stream *) l->data)->closed && is_surplus (l->data, next))
      {
        impact->streams_closed++;
        end (l->data, OREE_S2S_NO_ROOM);
      }
}

void
oree_xmpp_in_list (OreeLane *lane, GVariantBuilder *rows)
{
  GHashTableIter iter;
  Stream *stream;

  g_hash_table_iter_init (&iter, lane->xmpp_in->streams);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &stream))
    {
      GVariantDict row;
      const char *remote = oree_s2s_in_remote (stream->machine), *local = oree_s2s_in_local (stream->machine);
      const OreeS2sSender *sender = oree_s2s_in_sender (stream->machine);

      g_variant_dict_init (&row, NULL);
      g_variant_dict_insert (&row, "protocol", "s", "xmpp");
      g_variant_dict_insert (&row, "direction", "s", "in");
      g_variant_dict_insert (&row, "partner", "s", remote != NULL ? remote : "");
      g_variant_dict_insert (&row, "local-domain", "s", local != NULL ? local : "");
      g_variant_dict_insert (&row, "peer", "s", stream->peer);
      g_variant_dict_insert (&row, "state", "s", oree_s2s_in_is_ready (stream->machine) ? "ready" : "connecting");
      g_variant_dict_insert (&row, "method", "s", oree_xmpp_auth_nick (stream->proof));
      oree_xmpp_link_describe (&row, stream->conn, stream->direct_tls);
      if (stream->conn != NULL && oree_conn_is_tls (stream->conn) && remote != NULL)
        {
          OreeXmppProof proof = judge (stream, remote, NULL);

          oree_xmpp_trust_describe (oree_conn_peer_cert (stream->conn), &proof, &row);
        }
      g_variant_dict_insert (&row, "bidirectional", "b", oree_s2s_in_is_bidirectional (stream->machine));
      g_variant_dict_insert (&row, "acknowledgements", "b", oree_s2s_in_has_acks (stream->machine));
      g_variant_dict_insert (&row, "since", "x", stream->since);
      g_variant_dict_insert (&row, "messages-in", "t", stream->received);
      g_variant_dict_insert (&row, "unsettled", "u", oree_s2s_in_open (stream->machine));
      if (oree_s2s_in_is_bidirectional (stream->machine))
        {
          g_variant_dict_insert (&row, "messages-out", "t", stream->sent);
          g_variant_dict_insert (&row, "queued", "u", oree_s2s_sender_queued (sender));
          g_variant_dict_insert (&row, "in-doubt", "u", oree_s2s_sender_in_doubt (sender));
        }
      g_variant_builder_add_value (rows, g_variant_dict_end (&row));
    }
}
