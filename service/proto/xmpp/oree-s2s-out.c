/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outbound stream.
 *
 *   NEW ─start─► HEADER ─header─► FEATURES ─┬─ <starttls/> ─► PROCEED ─► TLS ─on_tls─► HEADER
 *                  ▲                        ├─ <auth/> ─► SASL ─success─► HEADER
 *                  └────────────────────────┤    └─ failure ─┐
 *                                           ├─ <db:result/> ◄┘─► DIALBACK ─valid─► READY
 *                                           ├─ after SASL ─► READY
 *                                           └─ questions only ─► ASKING
 *   READY ─close─► DRAINING ─all acknowledged, time─► CLOSING ─peer's end, time─► CLOSED
 */
#include "proto/xmpp/oree-s2s-out.h"
#include "base/oree-limits.h"
#include "codec/xml/oree-xml-write.h"
#include "proto/xmpp/oree-s2s-out-private.h"

static void
question_free (gpointer data)
{
  Question *self = data;

  oree_dialback_check_free (self->check);
  g_free (self);
}

OreeS2sOut *
oree_s2s_out_new (const OreeS2sOutOptions *options, OreeTime now)
{
  OreeS2sOut *self = g_new0 (OreeS2sOut, 1);

  self->from = g_strdup (options->from);
  self->to = g_strdup (options->to);
  self->policy = options->policy;
  self->secret = options->secret;
  self->certificate = options->certificate;
  self->verify_only = options->verify_only;
  self->may_bidi = options->queries != NULL && !options->verify_only;
  self->questions = g_ptr_array_new_with_free_func (question_free);
  oree_s2s_sender_init (&self->sender, now);
  if (self->verify_only)
    oree_s2s_sender_shut (&self->sender);
  oree_s2s_receiver_init (&self->receiver, options->queries, options->secret, now);
  self->started = now;
  self->step_by = self->peer_idle = OREE_TIME_NEVER;
  self->last_heard = self->last_sent = now;
  return self;
}

void
oree_s2s_out_free (OreeS2sOut *self)
{
  if (self == NULL)
    return;
  g_free (self->from);
  g_free (self->to);
  g_free (self->stream_id);
  g_free (self->external_detail);
  g_ptr_array_unref (self->questions);
  oree_s2s_sender_clear (&self->sender);
  oree_s2s_receiver_clear (&self->receiver);
  g_free (self);
}

/* ---- sending ---- */

void
oree_s2s_out_send_text (OreeS2sOut *self, GString *text, OreeTime now, OreeEffects *out)
{
  self->last_sent = now;
  oree_effects_take_string (out, text);
}

void
oree_s2s_out_send_header (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  OreeStreamHeader header = { .from = self->from, .to = self->to, .lang = "en", .major = 1 };
  GString *text = g_string_new (NULL);

  oree_stream_header_write (text, &header);
  oree_s2s_out_send_text (self, text, now, out);
  self->state = HEADER;
}

/* ---- ending ---- */

/* What the end of the stream means for a question still open on it; else a time-out. */
static const struct
{
  OreeS2sReason reason;
  OreeDialbackResult result;
} unanswered[] = {
  { OREE_S2S_NOT_FOUND, OREE_DIALBACK_RESULT_NOT_FOUND },
  { OREE_S2S_PEER_HOST_UNKNOWN, OREE_DIALBACK_RESULT_NOT_FOUND },
  { OREE_S2S_CONNECT_FAILED, OREE_DIALBACK_RESULT_CONNECT_FAILED },
  { OREE_S2S_WAITING, OREE_DIALBACK_RESULT_CONNECT_FAILED },
  { OREE_S2S_NO_ROOM, OREE_DIALBACK_RESULT_CONNECT_FAILED },
  { OREE_S2S_TLS_REQUIRED, OREE_DIALBACK_RESULT_REFUSED },
  { OREE_S2S_TLS_REFUSED, OREE_DIALBACK_RESULT_REFUSED },
  { OREE_S2S_TLS_FAILED, OREE_DIALBACK_RESULT_REFUSED },
  { OREE_S2S_CERT_NOT_PROVEN, OREE_DIALBACK_RESULT_REFUSED },
  { OREE_S2S_NO_METHOD, OREE_DIALBACK_RESULT_REFUSED },
};

static OreeDialbackResult
result_of_reason (OreeS2sReason reason)
{
  for (guint i = 0; i < G_N_ELEMENTS (unanswered); i++)
    {
      if (unanswered[i].reason == reason)
        return unanswered[i].result;
    }
  return OREE_DIALBACK_RESULT_TIMEOUT;
}

/* Everything put in comes out. */
static void
report_all (OreeS2sOut *self, OreeS2sReason reason, OreeEffects *out)
{
  oree_s2s_sender_fail_all (&self->sender, reason, out);
  for (guint i = 0; i < self->questions->len; i++)
    {
      const Question *question = g_ptr_array_index (self->questions, i);

      oree_effects_add_token (out, OREE_EFFECT_ANSWER, (int) result_of_reason (reason), question->token);
    }
  g_ptr_array_set_size (self->questions, 0);
}

/* What another server of the domain may do better (RFC 6120 3.2.1, XEP-0368 3). */
static const OreeS2sReason worth_another[] = {
  OREE_S2S_CONNECTION_LOST, OREE_S2S_PEER_ERROR, OREE_S2S_PEER_HOST_UNKNOWN, OREE_S2S_BAD_XML,
  OREE_S2S_BAD_PROTOCOL,    OREE_S2S_BAD_HEADER, OREE_S2S_TLS_REQUIRED,      OREE_S2S_TLS_REFUSED,
  OREE_S2S_TLS_FAILED,      OREE_S2S_CERT_NOT_PROVEN, OREE_S2S_DANE_MISMATCH,
  OREE_S2S_NO_METHOD,       OREE_S2S_ESTABLISH_TIMEOUT, OREE_S2S_OK,
};

static gboolean
may_go_elsewhere (const OreeS2sOut *self, OreeS2sReason reason)
{
  if (!self->spare || self->external_done || self->state >= DIALBACK)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (worth_another); i++)
    if (worth_another[i] == reason)
      return TRUE;
  return FALSE;
}

/* Back to the beginning, with everything that waits. */
static void
go_elsewhere (OreeS2sOut *self, OreeS2sReason reason, OreeEffects *out)
{
  self->state = NEW;
  self->reason = reason;
  self->tls = self->tls_demanded = self->proven = self->bidi = self->spare = FALSE;
  for (guint i = 0; i < self->questions->len; i++)
    ((Question *) g_ptr_array_index (self->questions, i))->sent = FALSE;
  oree_effects_add (out, OREE_EFFECT_AGAIN, (int) reason);
}

static void
closed (OreeS2sOut *self, OreeS2sReason reason, OreeEffects *out)
{
  if (may_go_elsewhere (self, reason))
    {
      go_elsewhere (self, reason, out);
      return;
    }
  report_all (self, reason, out);
  self->state = CLOSED;
  self->reason = reason;
  oree_effects_add (out, OREE_EFFECT_CLOSE, (int) reason);
}

/* Our last word; the peer's end, or time, closes. `ended`: the peer has said its own already. */
void
oree_s2s_out_stop_with (OreeS2sOut *self, OreeS2sReason reason, OreeStreamErr err, gboolean ended, OreeTime now,
           OreeEffects *out)
{
  GString *text;

  if (self->state == NEW || self->state == TLS)
    {
      closed (self, reason, out); /* there is no stream to say anything on */
      return;
    }
  text = g_string_new (NULL);
  oree_s2s_receiver_last_ack (&self->receiver, text);
  if (err != OREE_STREAM_ERR_NONE)
    oree_stream_error_write (text, err, NULL);
  oree_stream_end_write (text);
  oree_s2s_out_send_text (self, text, now, out);
  if (ended || self->peer_ended || may_go_elsewhere (self, reason))
    {
      closed (self, reason, out);
      return;
    }
  report_all (self, reason, out);
  self->state = CLOSING;
  self->reason = reason;
  self->step_by = now + OREE_S2S_CLOSE_SECONDS * OREE_SECOND;
}

void
oree_s2s_out_stop (OreeS2sOut *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  oree_s2s_out_stop_with (self, reason, oree_s2s_reason_stream_err (reason), FALSE, now, out);
}

static void
stop_if_bad (OreeS2sOut *self, OreeS2sReason bad, OreeTime now, OreeEffects *out)
{
  if (bad != OREE_S2S_OK)
    oree_s2s_out_stop (self, bad, now, out);
}

/* Nothing waits, nothing is in doubt, nothing delivered is without its outcome. */
static gboolean
is_drained (const OreeS2sOut *self)
{
  return oree_s2s_sender_is_drained (&self->sender) && oree_s2s_receiver_open (&self->receiver) == 0;
}

static void
stop_if_drained (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  if (self->state == DRAINING && is_drained (self))
    oree_s2s_out_stop (self, self->reason, now, out);
}

/* ---- events ---- */

static void
on_sm (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  gboolean were_on = self->sender.acks_state == OREE_S2S_SENDER_ACKS_ON;
  OreeStreamErr err;
  OreeS2sReason bad;

  if (strcmp (oree_xml_node_name (node), "r") == 0)
    {
      oree_s2s_receiver_on_request (&self->receiver, now, out);
      return;
    }
  bad = oree_s2s_sender_on_sm (&self->sender, node, now, out, &err);
  if (bad != OREE_S2S_OK)
    {
      oree_s2s_out_stop_with (self, bad, err, FALSE, now, out);
      return;
    }
  /* What comes behind <enabled/> counts, in this direction too. */
  if (!were_on && self->sender.acks_state == OREE_S2S_SENDER_ACKS_ON && self->bidi)
    oree_s2s_receiver_enable_acks (&self->receiver);
  stop_if_drained (self, now, out);
}

static void
on_stanza (OreeS2sOut *self, const OreeXmlEvent *event, OreeTime now, OreeEffects *out)
{
  if (self->bidi && (self->state == READY || self->state == DRAINING))
    stop_if_bad (self, oree_s2s_receiver_on_stanza (&self->receiver, event, now, out), now, out);
  else
    oree_s2s_out_stop (self, OREE_S2S_NOT_AUTHENTICATED, now, out); /* one way only: RFC 6120 4.5 */
}

void
oree_s2s_out_on_dialback_request (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  if (self->bidi && self->state == READY)
    stop_if_bad (self, oree_s2s_receiver_on_dialback (&self->receiver, node, now, out), now, out);
}

static void
on_stream_error (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeS2sReason reason;

  self->peer_error = oree_stream_error_read (node, NULL);
  reason = oree_s2s_reason_of_peer_error (self->peer_error);
  /* STARTTLS was asked for though not offered: Prosody without TLS answers with an error of the stream. */
  if (reason == OREE_S2S_PEER_ERROR && self->state == PROCEED)
    reason = OREE_S2S_TLS_REFUSED;
  if (self->state == CLOSING)
    return;
  oree_s2s_out_stop_with (self, self->state == DRAINING ? self->reason : reason, OREE_STREAM_ERR_NONE, TRUE, now, out);
}

/* </stream:stream>. What the peer sent on this stream before is settled first, so that it learns of it. */
static void
on_end (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  OreeS2sReason reason = self->state == DRAINING ? self->reason : OREE_S2S_OK;

  if (self->state == CLOSING)
    {
      closed (self, self->reason, out);
      return;
    }
  self->peer_ended = TRUE;
  if ((self->state == READY || self->state == DRAINING) && oree_s2s_receiver_open (&self->receiver) > 0)
    {
      oree_s2s_sender_fail_all (&self->sender, reason, out);
      self->state = DRAINING;
      self->reason = reason;
      self->step_by = now + OREE_REPORT_SECONDS * OREE_SECOND;
    }
  else
    oree_s2s_out_stop_with (self, reason, OREE_STREAM_ERR_NONE, TRUE, now, out);
}

static void
on_element (OreeS2sOut *self, const OreeXmlEvent *event, OreeTime now, OreeEffects *out)
{
  const OreeXmlNode *node = event->node;
  const char *ns = oree_xml_node_ns (node);

  if (oree_stream_is_error (node))
    on_stream_error (self, node, now, out);
  else if (self->state == CLOSING)
    return;
  else if (oree_stream_is_features (node))
    {
      if (self->state == FEATURES)
        {
          oree_stream_features_read (&self->features, node);
          oree_s2s_out_decide (self, now, out);
        }
    }
  else if (strcmp (ns, OREE_NS_SM) == 0)
    on_sm (self, node, now, out);
  else if (strcmp (ns, OREE_NS_DIALBACK) == 0)
    oree_s2s_out_on_dialback (self, node, now, out);
  else if (strcmp (ns, OREE_NS_SASL) == 0)
    oree_s2s_out_on_sasl (self, node, now, out);
  else if (strcmp (ns, OREE_NS_TLS) == 0)
    oree_s2s_out_on_tls_element (self, node, now, out);
  else if (strcmp (ns, OREE_NS_SERVER) == 0)
    on_stanza (self, event, now, out);
  else
    oree_s2s_out_stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
}

void
oree_s2s_out_require_tls (OreeS2sOut *self)
{
  self->tls_demanded = TRUE;
}

void
oree_s2s_out_start (OreeS2sOut *self, gboolean direct_tls, gboolean spare, OreeTime now, OreeEffects *out)
{
  if (self->state != NEW)
    return;
  self->spare = spare;
  self->begun = now;
  self->peer_ended = FALSE;
  self->peer_error = OREE_STREAM_ERR_NONE;
  if (direct_tls)
    self->state = TLS;
  else
    oree_s2s_out_send_header (self, now, out);
}

void
oree_s2s_out_on_tls (OreeS2sOut *self, gboolean proven, OreeTime now, OreeEffects *out)
{
  if (self->state != TLS)
    return;
  self->tls = TRUE;
  self->proven = proven;
  oree_s2s_out_send_header (self, now, out);
}

void
oree_s2s_out_on_event (OreeS2sOut *self, const OreeXmlEvent *event, OreeTime now, OreeEffects *out)
{
  if (self->state == CLOSED || self->state == NEW || self->state == TLS)
    return;
  switch (event->kind)
    {
    case OREE_XML_EVENT_NONE:
      break;
    case OREE_XML_EVENT_HEADER:
      oree_s2s_out_on_header (self, event->node, now, out);
      break;
    case OREE_XML_EVENT_STANZA:
      on_element (self, event, now, out);
      break;
    case OREE_XML_EVENT_END:
      on_end (self, now, out);
      break;
    }
}

void
oree_s2s_out_on_parse_error (OreeS2sOut *self, gssize error, OreeTime now, OreeEffects *out)
{
  OreeStreamErr err = oree_stream_err_from_parse (error);

  if (self->state == CLOSED)
    return;
  if (self->state == CLOSING)
    closed (self, self->reason, out);
  else
    oree_s2s_out_stop_with (self, err == OREE_STREAM_ERR_POLICY_VIOLATION ? OREE_S2S_LIMIT : OREE_S2S_BAD_XML, err, FALSE, now,
               out);
}

void
oree_s2s_out_on_bytes (OreeS2sOut *self, OreeTime now)
{
  self->last_heard = now;
}

void
oree_s2s_out_on_policy (OreeS2sOut *self, const OreeS2sPolicy *policy)
{
  self->policy = *policy;
}

void
oree_s2s_out_on_lost (OreeS2sOut *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  if (self->state == CLOSED)
    return;
  closed (self, self->state == CLOSING || self->state == DRAINING ? self->reason : reason, out);
}

/* ---- what the owner puts in ---- */

void
oree_s2s_out_send (OreeS2sOut *self, const OreeXmlNode *stanza, guint64 token, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_sized_new (512);
  g_autoptr (GBytes) bytes = NULL;

  oree_xml_write (text, stanza, OREE_NS_SERVER);
  bytes = g_string_free_to_bytes (text);
  oree_s2s_out_send_bytes (self, bytes, token, now, out);
}

void
oree_s2s_out_send_bytes (OreeS2sOut *self, GBytes *stanza, guint64 token, OreeTime now, OreeEffects *out)
{
  oree_s2s_sender_put (&self->sender, stanza, token, now, out);
}

gboolean
oree_s2s_out_cancel (OreeS2sOut *self, guint64 token)
{
  return oree_s2s_sender_cancel (&self->sender, token);
}

void
oree_s2s_out_settle (OreeS2sOut *self, guint64 slot)
{
  oree_s2s_receiver_settle (&self->receiver, slot);
}

void
oree_s2s_out_on_verified (OreeS2sOut *self, const char *receiving, const char *originating, const char *stream_id,
                          OreeDialbackResult result, OreeTime now, OreeEffects *out)
{
  if (self->state == READY)
    stop_if_bad (self,
                 oree_s2s_receiver_on_verified (&self->receiver, receiving, originating, stream_id, result, now, out),
                 now, out);
}

void
oree_s2s_out_verify (OreeS2sOut *self, const OreeDialbackCheck *check, guint64 token, OreeTime now,
                     OreeEffects *out)
{
  Question *question;

  if (self->state >= DRAINING || self->questions->len >= OREE_S2S_VERIFY_MAX)
    {
      oree_effects_add_token (out, OREE_EFFECT_ANSWER, OREE_DIALBACK_RESULT_TIMEOUT, token);
      return;
    }
  question = g_new0 (Question, 1);
  question->check = oree_dialback_check_new (check->receiving, check->originating, check->stream_id, check->key);
  question->token = token;
  question->deadline = now + OREE_S2S_DIALBACK_SECONDS * OREE_SECOND;
  g_ptr_array_add (self->questions, question);
  self->asked_once = TRUE;
  if (oree_s2s_out_may_ask (self))
    oree_s2s_out_send_question (self, question, now, out);
}

void
oree_s2s_out_flush (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  if (self->state != READY && self->state != DRAINING)
    return;
  stop_if_drained (self, now, out);
  if (self->state >= CLOSING)
    return;
  oree_s2s_receiver_flush (&self->receiver, now, out);
  oree_s2s_sender_flush (&self->sender, now, out);
}

void
oree_s2s_out_close (OreeS2sOut *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  if (self->state >= DRAINING)
    return;
  self->spare = FALSE;
  oree_s2s_sender_shut (&self->sender);
  if (self->state != READY || is_drained (self))
    {
      oree_s2s_out_stop (self, reason, now, out);
      return;
    }
  self->state = DRAINING;
  self->reason = reason;
  self->step_by = now + OREE_S2S_CLOSE_SECONDS * OREE_SECOND;
  oree_s2s_out_flush (self, now, out);
}

void
oree_s2s_out_withdraw (OreeS2sOut *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  if (self->state < DRAINING)
    oree_s2s_sender_fail_waiting (&self->sender, reason, out);
  oree_s2s_out_close (self, reason, now, out);
}

/* ---- time ---- */

static OreeTime
establish_by (const OreeS2sOut *self)
{
  return self->started + self->policy.establish;
}

/* One server that says nothing does not take the others' time: a quarter of it is enough. */
static OreeTime
prove_by (const OreeS2sOut *self)
{
  return self->spare ? MIN (establish_by (self), self->begun + self->policy.establish / 4) : establish_by (self);
}

static OreeTime
inactive_at (const OreeS2sOut *self)
{
  if (!is_drained (self) || self->questions->len > 0)
    return OREE_TIME_NEVER;
  return oree_s2s_policy_inactive_at (&self->policy, MAX (self->sender.last_stanza, self->receiver.last_stanza));
}

static OreeTime
keep_alive_at (const OreeS2sOut *self)
{
  OreeTime sent = MAX (self->last_sent, MAX (self->sender.last_sent, self->receiver.last_sent));

  return oree_s2s_policy_keep_alive_at (&self->policy, self->last_heard, sent, self->peer_idle);
}

/* What both halves have to do by now; FALSE when the stream ended of it. */
static gboolean
halves_on_deadline (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  OreeS2sReason bad = oree_s2s_sender_on_deadline (&self->sender, now, out);

  if (bad == OREE_S2S_OK)
    bad = oree_s2s_receiver_on_deadline (&self->receiver, TRUE, now, out);
  stop_if_bad (self, bad, now, out);
  return bad == OREE_S2S_OK;
}

static void
expire_questions (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  for (guint i = 0; i < self->questions->len;)
    {
      const Question *question = g_ptr_array_index (self->questions, i);

      if (now < question->deadline)
        {
          i++;
          continue;
        }
      oree_effects_add_token (out, OREE_EFFECT_ANSWER, OREE_DIALBACK_RESULT_TIMEOUT, question->token);
      g_ptr_array_remove_index (self->questions, i);
    }
  oree_s2s_out_end_if_answered (self, now, out);
}

static void
on_ready_deadline (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  if (!halves_on_deadline (self, now, out))
    return;
  if (now >= inactive_at (self))
    oree_s2s_out_stop (self, OREE_S2S_IDLE, now, out);
  else if (now >= keep_alive_at (self) && !oree_s2s_sender_probe (&self->sender, now, out))
    {
      oree_effects_send (out, " ", 1);
      self->last_sent = now;
    }
}

static void
on_draining_deadline (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  if (!halves_on_deadline (self, now, out))
    return;
  if (now >= self->step_by)
    oree_s2s_out_stop (self, self->reason, now, out);
  else
    oree_s2s_out_flush (self, now, out);
}

void
oree_s2s_out_on_deadline (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  if (self->state < CLOSING)
    expire_questions (self, now, out);
  switch (self->state)
    {
    case NEW:
    case HEADER:
    case FEATURES:
    case PROCEED:
    case TLS:
    case SASL:
      if (now >= establish_by (self))
        self->spare = FALSE; /* the time is up for all of them */
      if (now >= prove_by (self))
        oree_s2s_out_stop (self, OREE_S2S_ESTABLISH_TIMEOUT, now, out);
      break;
    case DIALBACK:
      if (now >= MIN (self->step_by, establish_by (self)))
        oree_s2s_out_stop (self, OREE_S2S_DIALBACK_TIMEOUT, now, out);
      break;
    case ASKING:
      if (now >= establish_by (self) && self->questions->len == 0)
        oree_s2s_out_stop (self, OREE_S2S_IDLE, now, out);
      break;
    case READY:
      on_ready_deadline (self, now, out);
      break;
    case DRAINING:
      on_draining_deadline (self, now, out);
      break;
    case CLOSING:
      if (now >= self->step_by)
        closed (self, self->reason, out);
      break;
    case CLOSED:
      break;
    }
}

static OreeTime
halves_deadline (const OreeS2sOut *self)
{
  return MIN (oree_s2s_sender_deadline (&self->sender), oree_s2s_receiver_deadline (&self->receiver, TRUE));
}

OreeTime
oree_s2s_out_deadline (const OreeS2sOut *self)
{
  OreeTime at = OREE_TIME_NEVER;

  for (guint i = 0; i < self->questions->len; i++)
    at = MIN (at, ((const Question *) g_ptr_array_index (self->questions, i))->deadline);
  switch (self->state)
    {
    case NEW:
    case HEADER:
    case FEATURES:
    case PROCEED:
    case TLS:
    case SASL:
      return MIN (at, prove_by (self));
    case ASKING:
      return self->questions->len > 0 ? at : establish_by (self);
    case DIALBACK:
      return MIN (at, MIN (self->step_by, establish_by (self)));
    case READY:
      at = MIN (at, halves_deadline (self));
      return MIN (at, MIN (keep_alive_at (self), inactive_at (self)));
    case DRAINING:
      return is_drained (self) ? self->started : MIN (self->step_by, MIN (at, halves_deadline (self)));
    case CLOSING:
      return self->step_by;
    case CLOSED:
      return OREE_TIME_NEVER;
    }
  return at;
}

/* ---- getters ---- */

const char *
oree_s2s_out_from (const OreeS2sOut *self)
{
  return self->from;
}

const char *
oree_s2s_out_to (const OreeS2sOut *self)
{
  return self->to;
}

gboolean
oree_s2s_out_is_tls (const OreeS2sOut *self)
{
  return self->tls;
}

gboolean
oree_s2s_out_is_ready (const OreeS2sOut *self)
{
  return self->state == READY;
}

gboolean
oree_s2s_out_is_closed (const OreeS2sOut *self)
{
  return self->state >= DRAINING;
}

gboolean
oree_s2s_out_has_acks (const OreeS2sOut *self)
{
  return self->sender.acks_state == OREE_S2S_SENDER_ACKS_ON;
}

guint
oree_s2s_out_queued (const OreeS2sOut *self)
{
  return oree_s2s_sender_queued (&self->sender);
}

guint
oree_s2s_out_in_doubt (const OreeS2sOut *self)
{
  return oree_s2s_sender_in_doubt (&self->sender);
}

OreeS2sExternal
oree_s2s_out_external (const OreeS2sOut *self, const char **detail)
{
  if (detail != NULL)
    *detail = self->external_detail != NULL ? self->external_detail : "";
  return self->external;
}

const char *
oree_s2s_out_peer_error (const OreeS2sOut *self)
{
  const char *condition = oree_stream_err_condition (self->peer_error);

  return condition != NULL ? condition : "";
}

gboolean
oree_s2s_out_is_bidirectional (const OreeS2sOut *self)
{
  return self->bidi && (self->state == READY || self->state == DRAINING);
}

const OreeS2sPairs *
oree_s2s_out_pairs (const OreeS2sOut *self)
{
  return &self->receiver.pairs;
}

guint
oree_s2s_out_open (const OreeS2sOut *self)
{
  return oree_s2s_receiver_open (&self->receiver);
}
