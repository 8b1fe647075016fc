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
#include "codec/xmpp/oree-xmpp-stream.h"
#include "ident/oree-domain.h"

typedef enum
{
  NEW,
  HEADER,
  FEATURES,
  PROCEED,
  TLS,
  SASL,
  DIALBACK,
  ASKING,
  READY,
  DRAINING,
  CLOSING,
  CLOSED
} State;

typedef enum
{
  ACKS_OFF,
  ACKS_ASKED, /* <enable/> is under way; what is sent counts already */
  ACKS_ON
} Acks;

typedef struct
{
  GBytes *bytes;
  guint64 token;
} Item;

typedef struct
{
  OreeDialbackCheck *check;
  guint64 token;
  gboolean sent;
  OreeTime deadline;
} Question;

struct _OreeS2sOut
{
  char *from;
  char *to;
  OreeS2sPolicy policy;
  OreeSpan secret;
  gboolean certificate;
  gboolean direct_tls;
  gboolean verify_only;

  State state;
  OreeS2sReason reason; /* DRAINING, CLOSING, CLOSED: why */
  gboolean tls;
  gboolean proven; /* the server's certificate proves `to` */
  gboolean external_done;
  gboolean responded; /* to a challenge */
  char *stream_id;
  gboolean old_peer; /* of before 1.0: no features */
  gboolean dialback_declared;
  OreeStreamFeatures features;
  OreeStreamErr peer_error;

  GQueue queue; /* Item* */
  GPtrArray *questions;
  gboolean asked_once;
  Acks acks_state;
  OreeS2sAcksOut acks;

  OreeTime establish_by;
  OreeTime step_by;     /* DIALBACK, ACKS_ASKED, DRAINING, CLOSING */
  OreeTime last_stanza;
  OreeTime last_life;   /* bytes went either way */
};

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

static void
send_text (OreeS2sOut *self, GString *text, OreeTime now, OreeEffects *out)
{
  self->last_life = now;
  oree_effects_take_string (out, text);
}

static void
send_header (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  OreeStreamHeader header = { .from = self->from, .to = self->to, .lang = "en", .major = 1 };
  GString *text = g_string_new (NULL);

  oree_stream_header_write (text, &header);
  send_text (self, text, now, out);
  self->state = HEADER;
}

static void
ask_for_ack (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);

  oree_sm_request_write (text);
  send_text (self, text, now, out);
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

static void
drain_queue (OreeS2sOut *self, OreeTime now, OreeEffects *out)
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
static void
stop_with (OreeS2sOut *self, OreeS2sReason reason, OreeStreamErr err, gboolean ended, OreeTime now,
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
  send_text (self, text, now, out);
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

static void
stop (OreeS2sOut *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  stop_with (self, reason, oree_s2s_reason_stream_err (reason), FALSE, now, out);
}

/* ---- questions for the authoritative server ---- */

static gboolean
may_ask (const OreeS2sOut *self)
{
  return self->state == ASKING || self->state == READY || self->state == DIALBACK;
}

static void
send_question (OreeS2sOut *self, Question *question, OreeTime now, OreeEffects *out)
{
  const OreeDialbackCheck *check = question->check;
  OreeDialbackElement element = { TRUE,  OREE_DIALBACK_KEY, check->receiving, check->originating, check->stream_id,
                                  check->key, 0 };
  GString *text = g_string_new (NULL);

  oree_dialback_element_write (text, &element);
  send_text (self, text, now, out);
  question->sent = TRUE;
}

static void
send_questions (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  for (guint i = 0; i < self->questions->len; i++)
    {
      Question *question = g_ptr_array_index (self->questions, i);

      if (!question->sent)
        send_question (self, question, now, out);
    }
}

/* A stream made only to ask has nothing left to do after the last answer (XEP-0220 2.1.2). */
static void
end_if_answered (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  if (self->state == ASKING && self->asked_once && self->questions->len == 0)
    stop (self, OREE_S2S_OK, now, out);
}

/* ---- authentication ---- */

static void
ready (OreeS2sOut *self, OreeS2sProof proof, OreeTime now, OreeEffects *out)
{
  self->state = READY;
  self->step_by = OREE_TIME_NEVER;
  self->last_stanza = now;
  oree_effects_add (out, OREE_EFFECT_READY, (int) proof);
  if (self->features.sm)
    {
      GString *text = g_string_new (NULL);

      oree_sm_enable_write (text);
      send_text (self, text, now, out);
      self->acks_state = ACKS_ASKED;
      self->step_by = now + OREE_S2S_ACK_SECONDS * OREE_SECOND;
    }
  send_questions (self, now, out);
  drain_queue (self, now, out);
}

static gboolean
may_dialback (const OreeS2sOut *self)
{
  return oree_s2s_policy_dialback (&self->policy, self->tls)
         && (self->old_peer || self->features.dialback || self->dialback_declared) && self->stream_id != NULL;
}

static void
start_dialback (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  char *key = oree_dialback_key (self->secret, self->to, self->from, self->stream_id);
  OreeDialbackElement element = { FALSE, OREE_DIALBACK_KEY, self->from, self->to, NULL, key, 0 };
  GString *text = g_string_new (NULL);

  oree_dialback_element_write (text, &element);
  send_text (self, text, now, out);
  g_free (key);
  self->state = DIALBACK;
  self->step_by = now + (OREE_S2S_DIALBACK_SECONDS + OREE_S2S_CLOSE_SECONDS) * OREE_SECOND;
  send_questions (self, now, out);
}

static gboolean
may_external (const OreeS2sOut *self)
{
  return self->tls && self->proven && self->certificate && self->features.external
         && oree_s2s_policy_sasl (&self->policy);
}

static void
start_external (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  GString *text;

  /* Questions go first: nothing may come between <auth/> and <success/> (RFC 6120 6.3.5). */
  send_questions (self, now, out);
  text = g_string_new (NULL);
  oree_sasl_auth_write (text, self->from);
  send_text (self, text, now, out);
  self->state = SASL;
  self->responded = FALSE;
}

/* The server has shown what it can do: the next step. */
static void
decide (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  gboolean required = self->policy.tls == OREE_S2S_REQUIRED;

  /* RFC 7590 3.1: where we require TLS it is tried even when not offered (somebody may have cut the offer out);
   * where we do not, a server without it is taken as it is. */
  if (!self->tls && !self->old_peer && self->policy.tls != OREE_S2S_NOT_SUPPORTED
      && (self->features.starttls || required))
    {
      GString *text = g_string_new (NULL);

      oree_stream_starttls_write (text);
      send_text (self, text, now, out);
      self->state = PROCEED;
    }
  else if (!self->tls && required)
    stop (self, OREE_S2S_TLS_REQUIRED, now, out);
  else if (!self->tls && self->features.starttls_required)
    stop (self, OREE_S2S_NO_METHOD, now, out);
  else if (self->verify_only)
    {
      self->state = ASKING;
      send_questions (self, now, out);
      end_if_answered (self, now, out);
    }
  else if (self->external_done)
    ready (self, OREE_S2S_PROOF_EXTERNAL, now, out);
  else if (self->tls && !self->proven && !oree_s2s_policy_dialback (&self->policy, TRUE))
    stop (self, OREE_S2S_CERT_NOT_PROVEN, now, out);
  else if (may_external (self))
    start_external (self, now, out);
  else if (may_dialback (self))
    start_dialback (self, now, out);
  else
    stop (self, OREE_S2S_NO_METHOD, now, out);
}

static void
on_header (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeStreamHeader header;
  OreeStreamErr err = oree_stream_header_read (&header, node);

  if (self->state != HEADER)
    return;
  if (err != OREE_STREAM_ERR_NONE)
    {
      stop_with (self, OREE_S2S_BAD_HEADER, err, FALSE, now, out);
      return;
    }
  g_free (self->stream_id);
  self->stream_id = header.id != NULL && *header.id != '\0' ? g_strdup (header.id) : NULL;
  self->old_peer = header.major == 0;
  self->dialback_declared = header.dialback;
  self->features = (OreeStreamFeatures){ 0 };
  self->state = FEATURES;
  /* A peer of before 1.0 sends no features. So does one of 1.0 on its way to an error: wait for that. */
  if (self->old_peer && self->stream_id != NULL)
    decide (self, now, out);
}

static void
on_sasl (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  const char *name = oree_xml_node_name (node);

  if (self->state != SASL)
    {
      stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
      return;
    }
  if (strcmp (name, "success") == 0)
    {
      self->external_done = TRUE;
      oree_effects_add (out, OREE_EFFECT_RESTART, 0);
      send_header (self, now, out);
    }
  else if (strcmp (name, "challenge") == 0 && !self->responded)
    {
      GString *text = g_string_new (NULL);

      self->responded = TRUE;
      oree_sasl_response_write (text, self->from);
      send_text (self, text, now, out);
    }
  else if (may_dialback (self)) /* failure, on the same stream (XEP-0178 3) */
    start_dialback (self, now, out);
  else
    stop (self, OREE_S2S_SASL_REFUSED, now, out);
}

static void
on_tls_element (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  if (self->state != PROCEED)
    stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
  else if (strcmp (oree_xml_node_name (node), "proceed") == 0)
    {
      self->state = TLS;
      oree_effects_add (out, OREE_EFFECT_TLS, 0);
      oree_effects_add (out, OREE_EFFECT_RESTART, 0);
    }
  else
    stop (self, OREE_S2S_TLS_REFUSED, now, out);
}

/* ---- dialback answers ---- */

static gboolean
same_domain (const char *written, const char *normal)
{
  g_autofree char *domain = written != NULL ? oree_domain_normalise (oree_span_str (written)) : NULL;

  return domain != NULL && strcmp (domain, normal) == 0;
}

static void
on_verify_answer (OreeS2sOut *self, const OreeDialbackElement *element, OreeTime now, OreeEffects *out)
{
  for (guint i = 0; i < self->questions->len; i++)
    {
      const Question *question = g_ptr_array_index (self->questions, i);
      OreeDialbackResult result;

      if (!question->sent || g_strcmp0 (element->id, question->check->stream_id) != 0
          || !same_domain (element->from, question->check->originating)
          || !same_domain (element->to, question->check->receiving))
        continue;
      if (element->type == OREE_DIALBACK_VALID)
        result = OREE_DIALBACK_RESULT_VALID;
      else if (element->type == OREE_DIALBACK_INVALID)
        result = OREE_DIALBACK_RESULT_INVALID;
      else
        result = element->error == OREE_STANZA_ERR_ITEM_NOT_FOUND ? OREE_DIALBACK_RESULT_NOT_FOUND
                                                                  : OREE_DIALBACK_RESULT_REFUSED;
      oree_effects_add_token (out, OREE_EFFECT_ANSWER, (int) result, question->token);
      g_ptr_array_remove_index (self->questions, i);
      end_if_answered (self, now, out);
      return;
    }
}

/* Only an answer to what was asked on this very stream counts (XEP-0220 3.1); anything else is not for us. */
static void
on_dialback (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeDialbackElement element;

  if (!oree_dialback_element_read (&element, node) || element.type == OREE_DIALBACK_KEY)
    return;
  if (element.verify)
    {
      on_verify_answer (self, &element, now, out);
      return;
    }
  if (self->state != DIALBACK || !same_domain (element.from, self->to) || !same_domain (element.to, self->from))
    return;
  switch (element.type)
    {
    case OREE_DIALBACK_VALID:
      ready (self, self->tls ? OREE_S2S_PROOF_DIALBACK_TLS : OREE_S2S_PROOF_DIALBACK, now, out);
      break;
    case OREE_DIALBACK_INVALID:
      stop_with (self, OREE_S2S_DIALBACK_INVALID, OREE_STREAM_ERR_NONE, FALSE, now, out);
      break;
    case OREE_DIALBACK_ERROR:
    case OREE_DIALBACK_UNKNOWN:
      /* This stream was for the one pair: nothing keeps it (XEP-0220 leaves it open for others). */
      stop (self, element.error == OREE_STANZA_ERR_ITEM_NOT_FOUND ? OREE_S2S_PEER_HOST_UNKNOWN
                                                                  : OREE_S2S_DIALBACK_ERROR, now, out);
      break;
    case OREE_DIALBACK_KEY:
      break;
    }
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
  drain_queue (self, now, out);
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
      stop_with (self, OREE_S2S_ACK_INVALID, OREE_STREAM_ERR_BAD_FORMAT, FALSE, now, out);
      return;
    }
  if (!oree_s2s_acks_out_on_ack (&self->acks, h, now, &count))
    {
      GString *text = g_string_new (NULL);

      oree_stream_error_write_handled_too_high (text, h, sent);
      send_text (self, text, now, out);
      stop_with (self, OREE_S2S_ACK_INVALID, OREE_STREAM_ERR_NONE, FALSE, now, out);
      return;
    }
  while (count-- > 0 && oree_s2s_acks_out_take (&self->acks, &token))
    oree_effects_add_token (out, OREE_EFFECT_ACKED, OREE_S2S_ACKED_BY_PEER, token);
  drain_queue (self, now, out);
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
      send_text (self, text, now, out);
    }
  if (self->state == DRAINING && is_drained (self))
    stop (self, self->reason, now, out);
}

/* ---- events ---- */

static void
on_stream_error (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeS2sReason reason = OREE_S2S_PEER_ERROR;

  self->peer_error = oree_stream_error_read (node, NULL);
  if (self->peer_error == OREE_STREAM_ERR_HOST_UNKNOWN || self->peer_error == OREE_STREAM_ERR_HOST_GONE)
    reason = OREE_S2S_PEER_HOST_UNKNOWN;
  else if (self->peer_error == OREE_STREAM_ERR_POLICY_VIOLATION
           || self->peer_error == OREE_STREAM_ERR_NOT_AUTHORIZED)
    reason = OREE_S2S_PEER_POLICY;
  if (self->state == CLOSING)
    return;
  stop_with (self, self->state == DRAINING ? self->reason : reason, OREE_STREAM_ERR_NONE, TRUE, now, out);
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
          decide (self, now, out);
        }
    }
  else if (strcmp (ns, OREE_NS_SM) == 0)
    on_sm (self, node, now, out);
  else if (strcmp (ns, OREE_NS_DIALBACK) == 0)
    on_dialback (self, node, now, out);
  else if (strcmp (ns, OREE_NS_SASL) == 0)
    on_sasl (self, node, now, out);
  else if (strcmp (ns, OREE_NS_TLS) == 0)
    on_tls_element (self, node, now, out);
  else if (strcmp (ns, OREE_NS_SERVER) == 0)
    stop (self, OREE_S2S_NOT_AUTHENTICATED, now, out); /* one way only: RFC 6120 4.5 */
  else
    stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
}

void
oree_s2s_out_start (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  if (self->state != NEW)
    return;
  if (self->direct_tls)
    self->state = TLS;
  else
    send_header (self, now, out);
}

void
oree_s2s_out_on_tls (OreeS2sOut *self, gboolean proven, OreeTime now, OreeEffects *out)
{
  if (self->state != TLS)
    return;
  self->tls = TRUE;
  self->proven = proven;
  send_header (self, now, out);
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
      on_header (self, event->node, now, out);
      break;
    case OREE_XML_EVENT_STANZA:
      on_element (self, event->node, now, out);
      break;
    case OREE_XML_EVENT_END:
      if (self->state == CLOSING)
        closed (self, self->reason, out);
      else
        stop_with (self, self->state == DRAINING ? self->reason : OREE_S2S_OK, OREE_STREAM_ERR_NONE, TRUE, now, out);
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
    stop_with (self, err == OREE_STREAM_ERR_POLICY_VIOLATION ? OREE_S2S_LIMIT : OREE_S2S_BAD_XML, err, FALSE, now,
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
  if (may_ask (self))
    send_question (self, question, now, out);
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
      stop (self, reason, now, out);
      return;
    }
  self->state = DRAINING;
  self->reason = reason;
  self->step_by = now + OREE_S2S_CLOSE_SECONDS * OREE_SECOND;
  oree_s2s_out_flush (self, now, out);
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
  end_if_answered (self, now, out);
}

static void
on_ready_deadline (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  if (self->acks_state == ACKS_ASKED && now >= self->step_by)
    acks_refused (self, now, out);
  if (self->acks_state == ACKS_ON && oree_s2s_acks_out_overdue (&self->acks, now))
    {
      stop (self, OREE_S2S_ACK_TIMEOUT, now, out);
      return;
    }
  if (is_drained (self) && self->questions->len == 0 && now >= after (self->last_stanza, self->policy.inactivity))
    stop (self, OREE_S2S_IDLE, now, out);
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
        stop (self, OREE_S2S_ESTABLISH_TIMEOUT, now, out);
      break;
    case DIALBACK:
      if (now >= MIN (self->step_by, self->establish_by))
        stop (self, OREE_S2S_DIALBACK_TIMEOUT, now, out);
      break;
    case ASKING:
      if (now >= self->establish_by && self->questions->len == 0)
        stop (self, OREE_S2S_IDLE, now, out);
      break;
    case READY:
      on_ready_deadline (self, now, out);
      break;
    case DRAINING:
      if (now >= self->step_by)
        stop (self, self->reason, now, out);
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
