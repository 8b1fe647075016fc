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
item_free (gpointer data)
{
  Item *self = data;

  g_bytes_unref (self->bytes);
  g_free (self);
}

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
  self->direct_tls = options->direct_tls;
  self->verify_only = options->verify_only;
  g_queue_init (&self->queue);
  self->questions = g_ptr_array_new_with_free_func (question_free);
  oree_s2s_acks_out_init (&self->acks);
  self->establish_by = now + self->policy.establish;
  self->step_by = OREE_TIME_NEVER;
  self->last_stanza = self->last_life = now;
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
  g_queue_clear_full (&self->queue, item_free);
  g_ptr_array_unref (self->questions);
  oree_s2s_acks_out_clear (&self->acks);
  g_free (self);
}

/* ---- sending ---- */

void
oree_s2s_out_send_text (OreeS2sOut *self, GString *text, OreeTime now, OreeEffects *out)
{
  self->last_life = now;
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

static void
ask_for_ack (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);

  oree_sm_request_write (text);
  oree_s2s_out_send_text (self, text, now, out);
  oree_s2s_acks_out_asked (&self->acks, now);
}

static void
transmit (OreeS2sOut *self, GBytes *bytes, guint64 token, OreeTime now, OreeEffects *out)
{
  if (self->features.max_bytes > 0 && g_bytes_get_size (bytes) > self->features.max_bytes)
    {
      oree_effects_add_token (out, OREE_EFFECT_FAIL, OREE_S2S_TOO_BIG, token);
      return;
    }
  oree_effects_send_bytes (out, bytes);
  self->last_life = self->last_stanza = now;
  if (self->acks_state == ACKS_OFF)
    oree_effects_add_token (out, OREE_EFFECT_ACKED, OREE_S2S_ACKED_WRITTEN, token);
  else
    oree_s2s_acks_out_sent (&self->acks, token);
  if (self->acks_state == ACKS_ON && oree_s2s_acks_out_wants_ask (&self->acks, FALSE, now))
    ask_for_ack (self, now, out);
}

static gboolean
may_transmit (const OreeS2sOut *self)
{
  return (self->state == READY || self->state == DRAINING) && !oree_s2s_acks_out_full (&self->acks);
}

void
oree_s2s_out_drain_queue (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  while (may_transmit (self) && !g_queue_is_empty (&self->queue))
    {
      Item *item = g_queue_pop_head (&self->queue);

      transmit (self, item->bytes, item->token, now, out);
      item_free (item);
    }
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

/* Everything put in comes out: sent and unacknowledged is unknown, waiting has failed, questions have no answer. */
static void
report_all (OreeS2sOut *self, OreeS2sReason reason, OreeEffects *out)
{
  OreeS2sReason waiting = reason == OREE_S2S_OK ? OREE_S2S_CONNECTION_LOST : reason;
  guint64 token;
  Item *item;

  while (oree_s2s_acks_out_take (&self->acks, &token))
    oree_effects_add_token (out, OREE_EFFECT_FAIL, OREE_S2S_OUTCOME_UNKNOWN, token);
  while ((item = g_queue_pop_head (&self->queue)) != NULL)
    {
      oree_effects_add_token (out, OREE_EFFECT_FAIL, (int) waiting, item->token);
      item_free (item);
    }
  for (guint i = 0; i < self->questions->len; i++)
    {
      const Question *question = g_ptr_array_index (self->questions, i);

      oree_effects_add_token (out, OREE_EFFECT_ANSWER, (int) result_of_reason (reason), question->token);
    }
  g_ptr_array_set_size (self->questions, 0);
}

static void
closed (OreeS2sOut *self, OreeS2sReason reason, OreeEffects *out)
{
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
  if (err != OREE_STREAM_ERR_NONE)
    oree_stream_error_write (text, err, NULL);
  oree_stream_end_write (text);
  oree_s2s_out_send_text (self, text, now, out);
  if (ended)
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

/* ---- stream management ---- */

/* The peer will not acknowledge: what was counted was at least written to an authenticated stream. */
static void
acks_refused (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  guint64 token;

  self->acks_state = ACKS_OFF;
  self->step_by = OREE_TIME_NEVER;
  while (oree_s2s_acks_out_take (&self->acks, &token))
    oree_effects_add_token (out, OREE_EFFECT_ACKED, OREE_S2S_ACKED_WRITTEN, token);
  oree_s2s_out_drain_queue (self, now, out);
}

static void
on_ack (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  guint32 h;
  guint count;
  guint64 token;
  guint32 sent = self->acks.acked + oree_s2s_acks_out_length (&self->acks);

  if (!oree_sm_ack_read (node, &h))
    {
      oree_s2s_out_stop_with (self, OREE_S2S_ACK_INVALID, OREE_STREAM_ERR_BAD_FORMAT, FALSE, now, out);
      return;
    }
  if (!oree_s2s_acks_out_on_ack (&self->acks, h, now, &count))
    {
      GString *text = g_string_new (NULL);

      oree_stream_error_write_handled_too_high (text, h, sent);
      oree_s2s_out_send_text (self, text, now, out);
      oree_s2s_out_stop_with (self, OREE_S2S_ACK_INVALID, OREE_STREAM_ERR_NONE, FALSE, now, out);
      return;
    }
  while (count-- > 0 && oree_s2s_acks_out_take (&self->acks, &token))
    oree_effects_add_token (out, OREE_EFFECT_ACKED, OREE_S2S_ACKED_BY_PEER, token);
  oree_s2s_out_drain_queue (self, now, out);
}

static gboolean
is_drained (const OreeS2sOut *self)
{
  return self->queue.length == 0 && oree_s2s_acks_out_length (&self->acks) == 0;
}

static void
on_sm (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  const char *name = oree_xml_node_name (node);

  if (strcmp (name, "a") == 0 && self->acks_state == ACKS_ON)
    on_ack (self, node, now, out);
  else if (strcmp (name, "enabled") == 0 && self->acks_state == ACKS_ASKED)
    {
      self->acks_state = ACKS_ON;
      if (self->state == READY)
        self->step_by = OREE_TIME_NEVER;
    }
  else if (strcmp (name, "failed") == 0 && self->acks_state == ACKS_ASKED)
    acks_refused (self, now, out);
  else if (strcmp (name, "r") == 0)
    {
      GString *text = g_string_new (NULL);

      oree_sm_ack_write (text, 0); /* stanzas never come this way */
      oree_s2s_out_send_text (self, text, now, out);
    }
  if (self->state == DRAINING && is_drained (self))
    oree_s2s_out_stop (self, self->reason, now, out);
}

/* ---- events ---- */

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

static void
on_element (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
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
    oree_s2s_out_stop (self, OREE_S2S_NOT_AUTHENTICATED, now, out); /* one way only: RFC 6120 4.5 */
  else
    oree_s2s_out_stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
}

void
oree_s2s_out_require_tls (OreeS2sOut *self)
{
  self->tls_demanded = TRUE;
}

void
oree_s2s_out_start (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  if (self->state != NEW)
    return;
  if (self->direct_tls)
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
      on_element (self, event->node, now, out);
      break;
    case OREE_XML_EVENT_END:
      if (self->state == CLOSING)
        closed (self, self->reason, out);
      else
        oree_s2s_out_stop_with (self, self->state == DRAINING ? self->reason : OREE_S2S_OK, OREE_STREAM_ERR_NONE, TRUE, now, out);
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
  self->last_life = now;
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
  Item *item;

  if (self->state >= DRAINING || self->verify_only)
    oree_effects_add_token (out, OREE_EFFECT_FAIL, OREE_S2S_CONNECTION_LOST, token);
  else if (may_transmit (self) && g_queue_is_empty (&self->queue))
    transmit (self, stanza, token, now, out);
  else if (self->queue.length >= OREE_S2S_QUEUE_MAX)
    oree_effects_add_token (out, OREE_EFFECT_FAIL, OREE_S2S_QUEUE_FULL, token);
  else
    {
      item = g_new (Item, 1);
      *item = (Item){ g_bytes_ref (stanza), token };
      g_queue_push_tail (&self->queue, item);
    }
}

gboolean
oree_s2s_out_cancel (OreeS2sOut *self, guint64 token)
{
  for (GList *link = self->queue.head; link != NULL; link = link->next)
    {
      Item *item = link->data;

      if (item->token == token)
        {
          g_queue_delete_link (&self->queue, link);
          item_free (item);
          return TRUE;
        }
    }
  return FALSE;
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
  if (self->acks_state == ACKS_ON && self->state < CLOSING && oree_s2s_acks_out_wants_ask (&self->acks, TRUE, now))
    ask_for_ack (self, now, out);
}

void
oree_s2s_out_close (OreeS2sOut *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  if (self->state >= DRAINING)
    return;
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
  Item *item;

  while (self->state < DRAINING && (item = g_queue_pop_head (&self->queue)) != NULL)
    {
      oree_effects_add_token (out, OREE_EFFECT_FAIL, (int) reason, item->token);
      item_free (item);
    }
  oree_s2s_out_close (self, reason, now, out);
}

/* ---- time ---- */

static OreeTime
after (OreeTime from, OreeTime span)
{
  return span == OREE_TIME_NEVER ? OREE_TIME_NEVER : from + span;
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
  if (self->acks_state == ACKS_ASKED && now >= self->step_by)
    acks_refused (self, now, out);
  if (self->acks_state == ACKS_ON && oree_s2s_acks_out_overdue (&self->acks, now))
    {
      oree_s2s_out_stop (self, OREE_S2S_ACK_TIMEOUT, now, out);
      return;
    }
  if (is_drained (self) && self->questions->len == 0 && now >= after (self->last_stanza, self->policy.inactivity))
    oree_s2s_out_stop (self, OREE_S2S_IDLE, now, out);
  else if (now >= after (self->last_life, self->policy.keep_alive_interval))
    {
      if (self->acks_state == ACKS_ON && self->acks.asked == 0)
        ask_for_ack (self, now, out); /* an answer shows that the peer lives */
      else
        oree_effects_send (out, " ", 1);
      self->last_life = now;
    }
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
      if (now >= self->establish_by)
        oree_s2s_out_stop (self, OREE_S2S_ESTABLISH_TIMEOUT, now, out);
      break;
    case DIALBACK:
      if (now >= MIN (self->step_by, self->establish_by))
        oree_s2s_out_stop (self, OREE_S2S_DIALBACK_TIMEOUT, now, out);
      break;
    case ASKING:
      if (now >= self->establish_by && self->questions->len == 0)
        oree_s2s_out_stop (self, OREE_S2S_IDLE, now, out);
      break;
    case READY:
      on_ready_deadline (self, now, out);
      break;
    case DRAINING:
      if (now >= self->step_by)
        oree_s2s_out_stop (self, self->reason, now, out);
      else
        oree_s2s_out_flush (self, now, out);
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
ready_deadline (const OreeS2sOut *self)
{
  OreeTime at = after (self->last_life, self->policy.keep_alive_interval);

  if (is_drained (self) && self->questions->len == 0)
    at = MIN (at, after (self->last_stanza, self->policy.inactivity));
  if (self->acks_state == ACKS_ASKED)
    at = MIN (at, self->step_by);
  if (self->acks_state == ACKS_ON)
    at = MIN (at, oree_s2s_acks_out_deadline (&self->acks));
  return at;
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
      return MIN (at, self->establish_by);
    case ASKING:
      return self->questions->len > 0 ? at : self->establish_by;
    case DIALBACK:
      return MIN (at, MIN (self->step_by, self->establish_by));
    case READY:
      return MIN (at, ready_deadline (self));
    case DRAINING:
      if (self->acks_state == ACKS_ON)
        at = MIN (at, oree_s2s_acks_out_deadline (&self->acks));
      return MIN (at, self->step_by);
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
  return self->acks_state == ACKS_ON;
}

guint
oree_s2s_out_queued (const OreeS2sOut *self)
{
  return self->queue.length;
}

guint
oree_s2s_out_in_doubt (const OreeS2sOut *self)
{
  return oree_s2s_acks_out_length (&self->acks);
}

const char *
oree_s2s_out_peer_error (const OreeS2sOut *self)
{
  const char *condition = oree_stream_err_condition (self->peer_error);

  return condition != NULL ? condition : "";
}
