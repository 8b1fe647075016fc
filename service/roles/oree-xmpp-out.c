/* SPDX-License-Identifier: GPL-3.0-or-later */
/*   send ─► stream (pair) ─► find a server ─► machine ─► ready ─► idle ─► closed
 *      │       │                   ▲            │  effects: bytes, TLS, acknowledged, failed
 *      │       │                   └── again ───┘
 *      │       └ back-off in force: fails at once
 *      └─► an inbound stream of the domain that carries both ways (oree-xmpp-in) */
#include "roles/oree-xmpp-out.h"

#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "codec/xml/oree-xml-write.h"
#include "codec/xmpp/oree-stanza.h"
#include "codec/xmpp/oree-xmpp-ns.h"
#include "proto/xmpp/oree-s2s-backoff.h"
#include "roles/oree-census.h"
#include "roles/oree-queues.h"
#include "roles/oree-refusal.h"
#include "roles/oree-xmpp-find.h"
#include "roles/oree-xmpp-in.h"
#include "roles/oree-xmpp-link.h"
#include "roles/oree-xmpp-rx.h"
#include "roles/oree-xmpp-stand.h"
#include "roles/oree-xmpp-temper.h"
#include "roles/oree-xmpp-trust.h"

#define BACKOFF_MAX (20 * OREE_SECOND) /* a person is waiting: a domain that answers again is found again soon */

typedef struct
{
  OreeLane *lane;
  guint32 id; /* for the slots of what comes in on it */
  char *key; /* "local remote", with "?" before it when it carries questions only */
  char *local, *remote;
  OreeS2sOut *machine;
  OreeXmlReader *reader;
  OreeConn *conn;
  char *secret;
  OreeTimer timer;
  OreeHook flush;
  OreeEffects effects;
  gboolean running, closed, counted, verify_only;
  OreeXmppFind *find;
  gboolean direct_tls;  /* of the server that answered */
  gboolean in_handshake;
  OreeS2sReason failed; /* why the server before this one was given up; OK: it is the first */
  OreeXmppDna *dna;     /* what the server's zone says of it; NULL: nothing signed */
  OreeXmppPoshQuestion *posh_asked; /* what the domain publishes, while it is asked for */
  OreePosh *posh;
  gboolean judging;     /* the handshake is done, and the verdict waits for that */
  OreeS2sProof proof;
  gint64 since;
  guint64 sent, received;
  char *peer;
  const char *cert_outcome;
  OreeTlsCtx *shown;     /* what we showed in the handshake; NULL before */
  char *tls_said;        /* why the handshake failed, in OpenSSL's words: an alert of the peer's may be in them */
  const char *withdrawn; /* the certificate stopped proving the peer, and this is why: it is being closed */
} Stream;

typedef struct
{
  Stream *stream;  /* that carries it, until it reported */
  guint32 inbound; /* or the inbound one that does; 0: none */
  OreeXmppSent sent;
  OreeXmppVerified verified;
  gpointer data;
  OreeQueuePlace place;
} Item;

struct _OreeXmppOut
{
  GHashTable *streams;  /* key → Stream: those that take stanzas */
  GHashTable *by_id;    /* id → Stream: all there are */
  guint32 next_id;
  GHashTable *items;    /* token → Item */
  GHashTable *abandoned; /* OreeConn: of servers given up, saying their last words */
  GHashTable *backoffs; /* remote → OreeS2sBackoff */
  guint64 next_token;
};

static void run (Stream *stream);
static OreeXmppProof judge (Stream *stream, const char *domain, const OreePolicy *policy);

static void
item_free (gpointer data)
{
  Item *item = data;

  oree_queues_leave (&item->place);
  g_free (item);
}

static guint64 *
token_key (guint64 token)
{
  return g_memdup2 (&token, sizeof token);
}

/* --- outcomes ---------------------------------------------------------------------------------- */

void
oree_xmpp_out_report (OreeLane *lane, guint64 token, gboolean ok, OreeS2sAcked acked, OreeS2sReason reason)
{
  gpointer key, value;
  g_autofree Item *item = NULL;
  g_autofree guint64 *owned = NULL;

  if (!g_hash_table_steal_extended (lane->xmpp_out->items, &token, &key, &value))
    return;
  owned = key;
  item = value;
  if (!ok && reason == OREE_S2S_QUEUE_FULL)
    oree_queues_overflowed (&item->place);
  oree_queues_leave (&item->place);
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
uncount (Stream *stream)
{
  if (!stream->counted)
    return;
  stream->counted = FALSE;
  oree_census_leave (stream->lane->roles, NULL);
  oree_census_leave (stream->lane->roles, stream->remote);
}

static void
stream_free (gpointer data)
{
  Stream *stream = data;

  oree_worker_cancel (stream->lane->worker, &stream->timer);
  oree_hook_cancel (&stream->flush);
  g_clear_pointer (&stream->find, oree_xmpp_find_free);
  g_clear_pointer (&stream->dna, oree_xmpp_dna_unref);
  g_clear_pointer (&stream->posh_asked, oree_xmpp_posh_cancel);
  g_clear_pointer (&stream->posh, oree_posh_unref);
  g_clear_pointer (&stream->conn, oree_conn_free);
  g_clear_pointer (&stream->reader, oree_xml_reader_free);
  g_clear_pointer (&stream->machine, oree_s2s_out_free);
  oree_effects_clear (&stream->effects);
  uncount (stream);
  if (stream->secret != NULL)
    oree_secret_free (stream->secret);
  oree_tls_ctx_unref (stream->shown);
  g_free (stream->tls_said);
  g_free (stream->key);
  g_free (stream->local);
  g_free (stream->remote);
  g_free (stream->peer);
  g_free (stream);
}

static Stream *
find (OreeLane *lane, guint32 id)
{
  return g_hash_table_lookup (lane->xmpp_out->by_id, GUINT_TO_POINTER (id));
}

/* It takes no more stanzas: what is sent from here on opens a new stream. */
static void
retire (Stream *stream)
{
  GHashTable *streams = stream->lane->xmpp_out->streams;

  if (g_hash_table_lookup (streams, stream->key) == stream)
    g_hash_table_remove (streams, stream->key);
}

static void
forget (Stream *stream)
{
  retire (stream);
  g_hash_table_remove (stream->lane->xmpp_out->by_id, GUINT_TO_POINTER (stream->id));
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
 * whatever words the peer chose, but what we wanted ourselves, or did not even try: else whoever goes on writing
 * would put off the next attempt for ever. One made to ask questions may end in good order. */
static gboolean
is_failure (const Stream *stream, OreeS2sReason reason)
{
  if (stream->proof != OREE_S2S_PROOF_NONE || reason == OREE_S2S_SHUTDOWN || reason == OREE_S2S_REPLACED
      || reason == OREE_S2S_RESET || reason == OREE_S2S_BLOCKED || reason == OREE_S2S_WAITING || reason == OREE_S2S_NO_ROOM)
    return FALSE;
  return !stream->verify_only || (reason != OREE_S2S_OK && reason != OREE_S2S_IDLE);
}

/* What the peer made of our certificate, once it is known. */
static void
note_external (Stream *stream)
{
  const char *detail;
  OreeS2sExternal outcome = oree_s2s_out_external (stream->machine, &detail);

  oree_xmpp_temper_note (stream->lane, stream->remote, stream->shown, outcome, detail);
}

/* The most exact thing known of a failure: what was wrong with the certificate, the peer's stream error, its words when
 * it refused ours. NULL: nothing. */
static const char *
why_failed (const Stream *stream)
{
  const char *error = oree_s2s_out_peer_error (stream->machine), *refusal;

  oree_s2s_out_external (stream->machine, &refusal);
  if (stream->cert_outcome != NULL)
    return stream->cert_outcome;
  if (stream->tls_said != NULL)
    return stream->tls_said;
  if (*error != '\0')
    return error;
  return *refusal != '\0' ? refusal : NULL;
}

/* The machine said CLOSE: every token was reported. */
static void
ended (Stream *stream, OreeS2sReason reason)
{
  OreeLane *lane = stream->lane;
  OreeTime now = oree_worker_now (lane->worker);
  const char *detail = why_failed (stream);
  const char *nick = oree_xmpp_end_nick (lane->policy, OREE_DIRECTION_OUT, stream->local, stream->remote, stream->proof,
                                         reason);

  stream->closed = TRUE;
  if (stream->proof == OREE_S2S_PROOF_NONE)
    note_external (stream);
  if (stream->proof != OREE_S2S_PROOF_NONE && (reason == OREE_S2S_CONNECTION_LOST || reason == OREE_S2S_ACK_TIMEOUT))
    oree_xmpp_rx_lost (lane, stream->remote);
  if (is_failure (stream, reason))
    {
      guint32 random;
      OreeS2sBackoff *backoff = backoff_of (lane, stream->remote);

      oree_random_bytes (&random, sizeof random);
      oree_s2s_backoff_failed (backoff, random, now);
      backoff->until = MIN (backoff->until, now + BACKOFF_MAX);
      oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_FAILED, "partner", stream->remote, "direction", "out",
                                             "reason", nick, "detail", detail, "peer", stream->peer, NULL));
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

static void
ready (Stream *stream, OreeS2sProof proof)
{
  OreeLane *lane = stream->lane;
  OreeVerdict verdict = oree_xmpp_stream_verdict (lane->policy, OREE_DIRECTION_OUT, stream->local, stream->remote,
                                                  oree_xmpp_auth_of (proof));
  OreeXmppProof certified = judge (stream, stream->remote, NULL);

  stream->proof = proof;
  note_external (stream);
  oree_xml_reader_set_caps (stream->reader, &oree_xml_caps_stream);
  oree_s2s_backoff_succeeded (backoff_of (lane, stream->remote));
  oree_lane_count_one (lane, OREE_COUNT_XMPP_STREAMS_READY);
  oree_lane_event (lane, oree_event_new (OREE_EVENT_STREAM_READY, "partner", stream->remote, "direction", "out",
                                         "method", oree_xmpp_auth_nick (proof), "certificate-by",
                                         certified.proven ? oree_xmpp_by_nick (certified.by) : NULL,
                                         "certificate-problem", stream->cert_outcome, "peer", stream->peer, NULL));
  /* The records may have changed since the method was chosen. Strangers are written to with refusals. */
  if (!verdict.allow && verdict.reason != OREE_REASON_NOT_A_PARTNER)
    oree_s2s_out_close (stream->machine, OREE_S2S_BLOCKED, oree_worker_now (lane->worker), &stream->effects);
}

static void
abandoned_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  OreeLane *lane = data;

  g_hash_table_remove (lane->xmpp_out->abandoned, conn);
}

static void
abandon (OreeLane *lane, OreeConn *conn)
{
  static const OreeConnCallbacks on_closed = { .on_closed = abandoned_cb };

  g_hash_table_add (lane->xmpp_out->abandoned, conn);
  oree_conn_set_callbacks (conn, &on_closed, lane);
  oree_conn_close (conn);
}

/* The server came to nothing before anything was proved: the next one. */
static void
go_on (Stream *stream, OreeS2sReason reason)
{
  stream->failed = reason;
  stream->judging = FALSE;
  if (stream->conn != NULL)
    abandon (stream->lane, g_steal_pointer (&stream->conn));
  g_clear_pointer (&stream->peer, g_free);
  g_clear_pointer (&stream->shown, oree_tls_ctx_unref);
  oree_xml_reader_free (stream->reader);
  stream->reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  oree_xmpp_find_next (stream->find);
}

static void
start_tls (Stream *stream, const char *alpn)
{
  if (stream->conn == NULL)
    return;
  stream->in_handshake = TRUE;
  stream->shown = oree_tls_ctx_ref (oree_xmpp_trust_ctx (stream->lane, OREE_DIRECTION_OUT, stream->remote));
  oree_conn_start_tls (stream->conn, stream->shown, OREE_TLS_CLIENT, stream->remote, alpn);
}

static void
deliver (Stream *stream, OreeStanza *stanza, guint64 slot)
{
  OreeS2sProof proof
    = oree_s2s_pairs_find (oree_s2s_out_pairs (stream->machine), stanza->from.domain, stanza->to.domain);

  stream->received++;
  oree_xmpp_rx_deliver (stream->lane, stream->id, slot, stanza, oree_xmpp_auth_of (proof));
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
      start_tls (stream, NULL);
      break;
    case OREE_EFFECT_RESTART:
      oree_xml_reader_reset (stream->reader);
      break;
    case OREE_EFFECT_READY:
      if (effect->object == NULL)
        ready (stream, (OreeS2sProof) effect->code);
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
    case OREE_EFFECT_ANSWER:
      report_answer (lane, effect->token, (OreeDialbackResult) effect->code);
      break;
    case OREE_EFFECT_AGAIN:
      go_on (stream, (OreeS2sReason) effect->code);
      break;
    case OREE_EFFECT_CLOSE:
      if (!stream->closed)
        ended (stream, (OreeS2sReason) effect->code);
      break;
    case OREE_EFFECT_DELIVER:
      deliver (stream, g_steal_pointer (&effect->object), effect->token);
      break;
    case OREE_EFFECT_ASK:
      oree_xmpp_rx_ask (lane, stream->id, g_steal_pointer (&effect->object));
      break;
    }
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
      carry_out (stream, &effect);
      oree_effect_clear (&effect);
    }
  stream->running = FALSE;
  if (oree_s2s_out_is_closed (stream->machine))
    retire (stream);
  if (!stream->closed)
    {
      oree_reactor_at_end (oree_worker_reactor (lane->worker), &stream->flush);
      arm (stream);
      return;
    }
  oree_worker_cancel (lane->worker, &stream->timer);
  oree_hook_cancel (&stream->flush);
  if (stream->conn != NULL)
    oree_conn_close (stream->conn); /* on_closed forgets it */
  else
    forget (stream);
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
  guint budget = OREE_CONN_MESSAGE_BUDGET;

  if (stream->closed)
    return bytes.length;
  oree_s2s_out_on_bytes (stream->machine, now);
  oree_reactor_at_end (oree_worker_reactor (stream->lane->worker), &stream->flush);
  while (used < bytes.length && !stream->closed && stream->conn == conn)
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
      /* run () may have given this server up, or begun TLS: what came in clear behind <proceed/> is not looked at. */
      if (stream->conn != conn || (was_clear && oree_conn_tls_begun (conn)))
        return bytes.length;
      if (oree_s2s_out_open (stream->machine) >= OREE_S2S_UNACKED_MAX)
        {
          oree_conn_pause (conn);
          oree_conn_again (conn);
          return used;
        }
    }
  return stream->conn == conn ? used : bytes.length;
}

static OreeXmppProof
judge (Stream *stream, const char *domain, const OreePolicy *policy)
{
  OreeXmppTrustFacts facts = { .direction = OREE_DIRECTION_OUT, .domain = domain, .policy = policy };

  /* On a stream used both ways the server may claim other domains: nothing that one domain's names say is proof of
   * another (CVE-2021-32919). */
  if (strcmp (domain, stream->remote) == 0)
    {
      facts.dna = stream->dna;
      facts.posh = stream->posh;
    }
  facts.cert = stream->conn != NULL ? oree_conn_peer_cert (stream->conn) : NULL;
  return oree_xmpp_trust_judge (stream->lane, &facts);
}

/* The handshake is done: what does the server's certificate prove? That may have to wait for what the domain publishes:
 * neither side says anything meanwhile. */
static void
judge_handshake (Stream *stream)
{
  OreeXmppProof proof = judge (stream, stream->remote, NULL);

  stream->judging = !proof.proven && proof.outcome != OREE_CERT_DANE_MISMATCH && stream->posh_asked != NULL;
  if (stream->judging)
    return;
  stream->cert_outcome = proof.proven ? NULL : oree_cert_outcome_nick (proof.outcome);
  oree_xmpp_trust_refused (stream->lane, &proof);
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

/* With TLS 1.3 a server says only after our handshake that it does not want our certificate. */
static void
tls_refused (Stream *stream, const char *detail)
{
  g_free (stream->tls_said);
  stream->tls_said = g_strdup (detail);
  if (detail != NULL && strstr (detail, "alert") != NULL)
    oree_xmpp_temper_note (stream->lane, stream->remote, stream->shown, OREE_S2S_EXTERNAL_REFUSED, detail);
}

static void
posh_cb (OreePosh *posh, gpointer data)
{
  Stream *stream = data;

  stream->posh_asked = NULL;
  stream->posh = posh != NULL ? oree_posh_ref (posh) : NULL;
  if (stream->judging && !stream->closed && stream->conn != NULL)
    judge_handshake (stream);
}

static void
tls_cb (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  Stream *stream = data;

  if (stream->closed || !ok)
    return; /* on_closed follows */
  stream->in_handshake = FALSE;
  judge_handshake (stream);
}

static void
closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  Stream *stream = data;

  if (reason == OREE_CLOSED_TLS && stream->proof == OREE_S2S_PROOF_NONE)
    tls_refused (stream, detail); /* the connection's own words: before it goes */
  g_clear_pointer (&stream->conn, oree_conn_free);
  if (stream->closed)
    forget (stream);
  else
    lost (stream, reason == OREE_CLOSED_TLS || stream->in_handshake ? OREE_S2S_TLS_FAILED : OREE_S2S_CONNECTION_LOST);
}

static const OreeConnCallbacks callbacks = {
  .on_data = data_cb,
  .on_tls = tls_cb,
  .on_closed = closed_cb,
};

/* --- finding the server ------------------------------------------------------------------------ */

static void
found_cb (OreeConn *conn, const OreeTarget *target, OreeXmppDna *dna, OreeS2sReason reason, gpointer data)
{
  Stream *stream = data;

  if (conn == NULL)
    {
      /* Why the last server was of no use says more than that there is no other. */
      lost (stream, stream->failed != OREE_S2S_OK ? stream->failed : reason);
      return;
    }
  g_clear_pointer (&stream->dna, oree_xmpp_dna_unref);
  if (dna != NULL)
    stream->dna = oree_xmpp_dna_ref (dna);
  if (oree_xmpp_dna_has_keys (dna))
    oree_s2s_out_require_tls (stream->machine);
  stream->conn = conn;
  stream->peer = oree_endpoint_to_string (oree_conn_peer (conn));
  stream->direct_tls = target->direct_tls;
  stream->in_handshake = FALSE;
  oree_lane_count_one (stream->lane, OREE_COUNT_XMPP_STREAMS_OUT);
  oree_conn_set_authenticated (conn); /* we chose whom to call */
  oree_conn_set_callbacks (conn, &callbacks, stream);
  oree_s2s_out_start (stream->machine, target->direct_tls, oree_xmpp_find_has_more (stream->find),
                      oree_worker_now (stream->lane->worker), &stream->effects);
  if (target->direct_tls)
    start_tls (stream, OREE_XMPP_ALPN);
  run (stream);
}

/* --- what the machine asks, of a stream used both ways ----------------------------------------- */

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

static gboolean
proves (gpointer data, const char *domain)
{
  return judge (data, domain, NULL).proven;
}

/* --- streams ----------------------------------------------------------------------------------- */

/* By which the stream of a pair is found; owned. */
static char *
key_of (const char *local, const char *remote, gboolean verify_only)
{
  return g_strconcat (verify_only ? "?" : "", local, " ", remote, NULL);
}

static Stream *
stream_new (OreeLane *lane, const char *local, const char *remote, gboolean verify_only)
{
  Stream *stream = g_new0 (Stream, 1);
  OreeS2sQueries queries = { .data = stream, .is_ours = is_ours, .policy = stand, .proves = proves };
  OreeS2sOutOptions options = { .from = local, .to = remote, .verify_only = verify_only, .queries = &queries };

  stream->lane = lane;
  stream->id = ++lane->xmpp_out->next_id | OREE_XMPP_STREAM_OUT;
  stream->verify_only = verify_only;
  stream->key = key_of (local, remote, verify_only);
  stream->local = g_strdup (local);
  stream->remote = g_strdup (remote);
  stream->secret = oree_xmpp_dialback_secret (lane);
  stream->reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  stream->since = g_get_real_time ();
  stream->find = oree_xmpp_find_new (lane, remote, found_cb, stream);
  oree_timer_init (&stream->timer, timer_cb, stream);
  oree_hook_init (&stream->flush, flush_cb, stream);
  oree_xmpp_stand (lane->policy, remote, &options.policy);
  options.secret = oree_span_str (stream->secret);
  options.certificate = oree_xmpp_trust_has_certificate (lane, OREE_DIRECTION_OUT, remote);
  stream->machine = oree_s2s_out_new (&options, oree_worker_now (lane->worker));
  g_hash_table_insert (lane->xmpp_out->by_id, GUINT_TO_POINTER (stream->id), stream);
  g_hash_table_insert (lane->xmpp_out->streams, stream->key, stream);
  return stream;
}

/* Begins the search for the server, or fails at once: back-off, limits. Only ever on the next turn, so that nothing
 * calls back into a sender. */
static void
begin (OreeLane *lane, gpointer data)
{
  Stream *stream = lane->xmpp_out != NULL ? find (lane, GPOINTER_TO_UINT (data)) : NULL;
  const OreeXmppGateway *gateway = oree_policy_xmpp_gateway (lane->policy);
  const OreeXmppPartner *partner;

  if (stream == NULL || stream->closed)
    return;
  partner = oree_policy_xmpp_partner (lane->policy, stream->remote);
  /* Whoever calls us is there: whether the call is its own is asked at once, one question stream at a time. */
  if (!stream->verify_only
      && !oree_s2s_backoff_may_try (backoff_of (lane, stream->remote), oree_worker_now (lane->worker)))
    {
      lost (stream, OREE_S2S_WAITING);
      return;
    }
  /* Strangers at the door keep nobody of ours from calling out. */
  if (!oree_census_enter (lane->roles, NULL, gateway->connection_limit, 0)
      && !(oree_xmpp_in_make_room (lane) && oree_census_enter (lane->roles, NULL, gateway->connection_limit, 0)))
    {
      oree_lane_event (lane, oree_event_new (OREE_EVENT_LIMIT_HIT, "limit", "connection-limit", "peer", stream->remote, NULL));
      oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
      lost (stream, OREE_S2S_NO_ROOM);
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
      lost (stream, OREE_S2S_NO_ROOM);
      return;
    }
  stream->counted = TRUE;
  if (partner != NULL && partner->enable_posh && partner->tls_negotiation != OREE_NEGOTIATION_NOT_SUPPORTED
      && oree_xmpp_trust_heeds_names (lane, stream->remote))
    stream->posh_asked = oree_xmpp_posh_ask (lane, stream->remote, posh_cb, stream);
  oree_xmpp_find_next (stream->find);
}

static Stream *
stream_for (OreeLane *lane, const char *local, const char *remote, gboolean verify_only)
{
  Stream *stream = stream_new (lane, local, remote, verify_only);

  oree_lane_post (lane, begin, GUINT_TO_POINTER (stream->id), NULL);
  return stream;
}

/* The stream there is for the pair; NULL: none that takes anything. */
static Stream *
lookup (OreeLane *lane, const char *local, const char *remote, gboolean verify_only)
{
  g_autofree char *key = key_of (local, remote, verify_only);
  Stream *stream = g_hash_table_lookup (lane->xmpp_out->streams, key);

  if (stream == NULL || !oree_s2s_out_is_closed (stream->machine))
    return stream;
  retire (stream);
  return NULL;
}

static guint64
add_item (OreeLane *lane, Item *item)
{
  guint64 token = ++lane->xmpp_out->next_token;

  g_hash_table_insert (lane->xmpp_out->items, token_key (token), item);
  return token;
}

/* All stanzas of a pair go one way, so that they stay in order (RFC 6120 10.1): the stream of ours while there is one,
 * else the domain's own if it carries both ways, else a new one. */
guint64
oree_xmpp_out_send (OreeLane *lane, const char *local, const char *remote, const OreeXmlNode *stanza,
                    OreeXmppSent sent, gpointer data)
{
  Item *item = g_new0 (Item, 1);
  GString *text = g_string_sized_new (512);
  g_autoptr (GBytes) bytes = NULL;
  guint64 token = add_item (lane, item);

  oree_lane_count_one (lane, OREE_COUNT_XMPP_STANZAS_OUT);
  oree_xml_write (text, stanza, OREE_NS_SERVER);
  bytes = g_string_free_to_bytes (text);
  item->sent = sent;
  item->data = data;
  item->stream = lookup (lane, local, remote, FALSE);
  oree_queues_enter (lane, &item->place, remote, OREE_QUEUE_TO_XMPP, g_bytes_get_size (bytes));
  if (item->stream == NULL)
    item->inbound = oree_xmpp_in_carrier (lane, local, remote);
  if (item->stream == NULL && item->inbound == 0)
    item->stream = stream_for (lane, local, remote, FALSE);
  if (item->inbound != 0)
    {
      oree_xmpp_in_send (lane, item->inbound, bytes, token);
      return token;
    }
  item->stream->sent++;
  oree_s2s_out_send_bytes (item->stream->machine, bytes, token, oree_worker_now (lane->worker), &item->stream->effects);
  /* Effects are carried out at the end of the turn: never inside the sender's call. */
  oree_reactor_at_end (oree_worker_reactor (lane->worker), &item->stream->flush);
  return token;
}

gboolean
oree_xmpp_out_cancel (OreeLane *lane, guint64 token)
{
  const Item *item = g_hash_table_lookup (lane->xmpp_out->items, &token);
  gboolean waiting = FALSE;

  if (item != NULL && item->inbound != 0)
    waiting = oree_xmpp_in_cancel (lane, item->inbound, token);
  else if (item != NULL)
    waiting = oree_s2s_out_cancel (item->stream->machine, token);
  g_hash_table_remove (lane->xmpp_out->items, &token);
  return waiting;
}

void
oree_xmpp_out_verify (OreeLane *lane, OreeDialbackCheck *check, OreeXmppVerified verified, gpointer data)
{
  Item *item = g_new0 (Item, 1);
  guint64 token = add_item (lane, item);
  Stream *stream = lookup (lane, check->receiving, check->originating, TRUE);

  if (stream == NULL)
    stream = stream_for (lane, check->receiving, check->originating, TRUE);
  *item = (Item){ .stream = stream, .verified = verified, .data = data };
  oree_lane_count_one (lane, OREE_COUNT_XMPP_DIALBACK_ASKED);
  oree_s2s_out_verify (stream->machine, check, token, oree_worker_now (lane->worker), &stream->effects);
  oree_reactor_at_end (oree_worker_reactor (lane->worker), &stream->flush);
  oree_dialback_check_free (check);
}

void
oree_xmpp_out_settle (OreeLane *lane, guint32 id, guint64 slot)
{
  Stream *stream = find (lane, id);

  if (stream == NULL || stream->closed)
    return;
  oree_s2s_out_settle (stream->machine, slot);
  if (stream->conn != NULL && oree_s2s_out_open (stream->machine) < OREE_S2S_UNACKED_MAX / 2)
    oree_conn_resume (stream->conn);
  oree_reactor_at_end (oree_worker_reactor (lane->worker), &stream->flush);
}

void
oree_xmpp_out_verified (OreeLane *lane, guint32 id, const char *receiving, const char *originating,
                        const char *stream_id, OreeDialbackResult result)
{
  Stream *stream = find (lane, id);

  if (stream == NULL || stream->closed)
    return;
  oree_s2s_out_on_verified (stream->machine, receiving, originating, stream_id, result,
                            oree_worker_now (lane->worker), &stream->effects);
  run (stream);
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
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_out->by_id);

  for (GList *l = streams; l != NULL; l = l->next)
    {
      Stream *stream = l->data;

      if (stream->closed)
        continue;
      if (stream->conn != NULL)
        {
          oree_s2s_out_close (stream->machine, reason, oree_worker_now (lane->worker), &stream->effects);
          run (stream);
        }
      else
        lost (stream, OREE_S2S_CONNECT_FAILED);
    }
}

void
oree_xmpp_out_reset (OreeLane *lane, const char *partner, OreeImpact *impact)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_out->by_id);
  GHashTableIter iter;
  gpointer remote, backoff;

  for (GList *l = streams; l != NULL; l = l->next)
    {
      Stream *stream = l->data;

      /* What is still being looked for comes anew already. */
      if (stream->closed || stream->conn == NULL || !oree_xmpp_is_of (lane->policy, partner, stream->remote))
        continue;
      impact->streams_closed++;
      oree_s2s_out_close (stream->machine, OREE_S2S_RESET, oree_worker_now (lane->worker), &stream->effects);
      run (stream);
    }
  g_hash_table_iter_init (&iter, lane->xmpp_out->backoffs);
  while (g_hash_table_iter_next (&iter, &remote, &backoff))
    if (oree_xmpp_is_of (lane->policy, partner, remote))
      oree_s2s_backoff_succeeded (backoff);
}

void
oree_xmpp_out_open (OreeLane *lane, const char *local, const char *remote)
{
  if (lookup (lane, local, remote, FALSE) != NULL)
    return;
  oree_xmpp_out_alive (lane, remote);
  stream_for (lane, local, remote, FALSE);
}

/* TRUE when it ends, or would. A stream used both ways takes the peer's stanzas by its certificate, however we proved
 * ourselves. */
static gboolean
recheck (Stream *stream, const OreePolicy *policy, OreeImpact *impact)
{
  OreeLane *lane = stream->lane;
  OreeS2sReason reason = OREE_S2S_TRUST_WITHDRAWN;
  OreeXmppProof proof;

  if (stream->closed || stream->withdrawn != NULL
      || !(oree_xmpp_by_certificate (stream->proof) || oree_s2s_out_is_bidirectional (stream->machine)))
    return stream->withdrawn != NULL;
  proof = judge (stream, stream->remote, policy);
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
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_out->by_id);

  for (GList *l = streams; l != NULL; l = l->next)
    recheck (l->data, policy, impact);
}

static void
end (Stream *stream, OreeS2sReason reason)
{
  OreeTime now = oree_worker_now (stream->lane->worker);

  uncount (stream);
  if (stream->conn == NULL)
    {
      lost (stream, reason);
      return;
    }
  if (reason == OREE_S2S_BLOCKED)
    oree_s2s_out_withdraw (stream->machine, reason, now, &stream->effects);
  else
    oree_s2s_out_close (stream->machine, reason, now, &stream->effects);
  run (stream);
}

/* The record names another server than it did. */
static gboolean
is_elsewhere (const OreePolicy *old, const OreePolicy *next, const char *remote)
{
  const OreeXmppPartner *was = oree_policy_xmpp_partner (old, remote), *is = oree_policy_xmpp_partner (next, remote);

  return was != NULL && is != NULL && strcmp (was->proxy_fqdn, is->proxy_fqdn) != 0;
}

/* Why the stream ends with the change; OK: it does not. */
static OreeS2sReason
judge_change (const Stream *stream, const OreePolicy *old, const OreePolicy *next)
{
  gboolean is_ready = oree_s2s_out_is_ready (stream->machine);
  gboolean both = oree_s2s_out_is_bidirectional (stream->machine);
  OreeXmppAuth auth = stream->proof == OREE_S2S_PROOF_NONE ? OREE_XMPP_AUTH_PENDING : oree_xmpp_auth_of (stream->proof);
  const OreeS2sPairs *pairs = oree_s2s_out_pairs (stream->machine);
  OreeS2sPolicy policy;

  if (oree_xmpp_stream_verdict (old, OREE_DIRECTION_OUT, stream->local, stream->remote, auth).allow
      && !oree_xmpp_stream_verdict (next, OREE_DIRECTION_OUT, stream->local, stream->remote, auth).allow)
    return OREE_S2S_BLOCKED;
  for (guint i = 0; both && i < oree_s2s_pairs_length (pairs); i++)
    {
      const OreeS2sPair *pair = oree_s2s_pairs_nth (pairs, i);

      if (!oree_xmpp_stream_verdict (next, OREE_DIRECTION_IN, pair->to, pair->from, oree_xmpp_auth_of (pair->proof)).allow)
        return OREE_S2S_BLOCKED;
    }
  oree_xmpp_stand (next, stream->remote, &policy);
  if ((both && !policy.bidirectional) || (is_ready && is_elsewhere (old, next, stream->remote)))
    return OREE_S2S_REPLACED;
  return OREE_S2S_OK;
}

static void
publish_stream (Stream *stream, const OreePolicy *old, const OreePolicy *next, OreeImpact *impact)
{
  OreeS2sPolicy policy;
  OreeS2sReason why;

  if (recheck (stream, next, impact) || stream->verify_only)
    return;
  why = judge_change (stream, old, next);
  if (why != OREE_S2S_OK)
    impact->streams_closed++;
  if (impact->dry)
    return;
  if (why != OREE_S2S_OK)
    {
      end (stream, why);
      return;
    }
  oree_xmpp_stand (next, stream->remote, &policy);
  oree_s2s_out_on_policy (stream->machine, &policy);
  arm (stream);
}

void
oree_xmpp_out_publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_out->by_id);

  for (GList *l = streams; l != NULL; l = l->next)
    {
      Stream *stream = l->data;

      if (!stream->closed && !oree_s2s_out_is_closed (stream->machine))
        publish_stream (stream, old, next, impact);
    }
}

/* Does this one have to go because a limit was lowered? */
static gboolean
is_surplus (Stream *stream, const OreePolicy *policy)
{
  gpointer roles = stream->lane->roles;

  if (!stream->counted)
    return FALSE;
  if (oree_census_evict (roles, stream->remote, oree_xmpp_limit (policy, stream->remote)))
    oree_census_leave (roles, NULL);
  else if (oree_census_evict (roles, NULL, oree_policy_xmpp_gateway (policy)->connection_limit))
    oree_census_leave (roles, stream->remote);
  else
    return FALSE;
  stream->counted = FALSE;
  return TRUE;
}

void
oree_xmpp_out_evict (OreeLane *lane, OreePolicy *next, OreeImpact *impact)
{
  g_autoptr (GList) streams = g_hash_table_get_values (lane->xmpp_out->by_id);

  for (GList *l = streams; l != NULL; l = l->next)
    {
      Stream *stream = l->data;

      if (!stream->closed && is_surplus (stream, next))
        {
          impact->streams_closed++;
          end (stream, OREE_S2S_NO_ROOM);
        }
    }
}

void
oree_xmpp_out_list (OreeLane *lane, GVariantBuilder *rows)
{
  GHashTableIter iter;
  Stream *stream;

  g_hash_table_iter_init (&iter, lane->xmpp_out->by_id);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &stream))
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
      oree_xmpp_link_describe (&row, stream->conn, stream->direct_tls);
      if (stream->conn != NULL && oree_conn_is_tls (stream->conn))
        {
          OreeXmppProof proof = judge (stream, stream->remote, NULL);

          oree_xmpp_trust_describe (oree_conn_peer_cert (stream->conn), &proof, &row);
        }
      g_variant_dict_insert (&row, "bidirectional", "b", oree_s2s_out_is_bidirectional (stream->machine));
      g_variant_dict_insert (&row, "acknowledgements", "b", oree_s2s_out_has_acks (stream->machine));
      g_variant_dict_insert (&row, "since", "x", stream->since);
      g_variant_dict_insert (&row, "messages-out", "t", stream->sent);
      g_variant_dict_insert (&row, "queued", "u", oree_s2s_out_queued (stream->machine));
      g_variant_dict_insert (&row, "in-doubt", "u", oree_s2s_out_in_doubt (stream->machine));
      if (oree_s2s_out_is_bidirectional (stream->machine))
        {
          g_variant_dict_insert (&row, "messages-in", "t", stream->received);
          g_variant_dict_insert (&row, "unsettled", "u", oree_s2s_out_open (stream->machine));
        }
      g_variant_builder_add_value (rows, g_variant_dict_end (&row));
    }
}

void
oree_xmpp_out_init (OreeLane *lane)
{
  lane->xmpp_out = g_new0 (OreeXmppOut, 1);
  lane->xmpp_out->streams = g_hash_table_new (g_str_hash, g_str_equal);
  lane->xmpp_out->by_id = g_hash_table_new_full (NULL, NULL, NULL, stream_free);
  lane->xmpp_out->abandoned = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) oree_conn_free, NULL);
  lane->xmpp_out->items = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, item_free);
  lane->xmpp_out->backoffs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
oree_xmpp_out_clear (OreeLane *lane)
{
  g_hash_table_unref (lane->xmpp_out->streams);
  g_hash_table_unref (lane->xmpp_out->by_id);
  g_hash_table_unref (lane->xmpp_out->abandoned);
  g_hash_table_unref (lane->xmpp_out->items);
  g_hash_table_unref (lane->xmpp_out->backoffs);
  g_clear_pointer (&lane->xmpp_out, g_free);
}
