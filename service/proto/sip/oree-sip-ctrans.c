/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Client transaction; the diagram is in the header. */
#include "proto/sip/oree-sip-ctrans.h"
#include "codec/sip/oree-sip-via.h"
#include "codec/sip/oree-sip-write.h"

typedef enum
{
  STATE_CALLING, /* Trying, for all but INVITE */
  STATE_PROCEEDING,
  STATE_COMPLETED,
  STATE_ACCEPTED,
  STATE_TERMINATED
} State;

struct _OreeSipCtrans
{
  GBytes *request;
  GBytes *ack; /* for a final response that is no success */
  OreeSipKey key;
  OreeSipMethod method;
  State state;
  gboolean reliable;
  gboolean answered;
  gboolean cancel_wanted;
  gboolean cancel_asked;
  OreeTime interval;   /* A, E */
  OreeTime retransmit; /* when next, or NEVER */
  OreeTime end;        /* B, F, D, K, M: when the state ends */
};

OreeSipCtrans *
oree_sip_ctrans_new (GString *request, gboolean reliable, const guint8 *secret, OreeTime now, OreeEffects *out)
{
  g_autoptr (GBytes) bytes = g_string_free_to_bytes (request);
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  OreeSipMsg msg;
  OreeSipKey key;
  OreeSipCtrans *self;

  if (oree_sip_msg_parse (&msg, data, length, OREE_SIP_MSG_STREAM) != (gssize) length || !msg.is_request
      || msg.method == OREE_SIP_METHOD_ACK || !oree_sip_match_client (secret, &msg, &key))
    return NULL;
  self = g_new0 (OreeSipCtrans, 1);
  self->request = g_steal_pointer (&bytes);
  self->key = key;
  self->method = msg.method;
  self->state = STATE_CALLING;
  self->reliable = reliable;
  self->interval = OREE_SIP_T1;
  self->retransmit = reliable ? OREE_TIME_NEVER : now + OREE_SIP_T1;
  self->end = now + OREE_SIP_TIMEOUT;
  oree_effects_send_bytes (out, self->request);
  return self;
}

void
oree_sip_ctrans_free (OreeSipCtrans *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->request, g_bytes_unref);
  g_clear_pointer (&self->ack, g_bytes_unref);
  g_free (self);
}

const OreeSipKey *
oree_sip_ctrans_key (const OreeSipCtrans *self)
{
  return &self->key;
}

OreeSipMethod
oree_sip_ctrans_method (const OreeSipCtrans *self)
{
  return self->method;
}

GBytes *
oree_sip_ctrans_request (const OreeSipCtrans *self)
{
  return self->request;
}

gboolean
oree_sip_ctrans_is_terminated (const OreeSipCtrans *self)
{
  return self->state == STATE_TERMINATED;
}

gboolean
oree_sip_ctrans_is_answered (const OreeSipCtrans *self)
{
  return self->answered;
}

OreeTime
oree_sip_ctrans_deadline (const OreeSipCtrans *self)
{
  return self->state == STATE_TERMINATED ? OREE_TIME_NEVER : MIN (self->retransmit, self->end);
}

static void
parse_request (const OreeSipCtrans *self, OreeSipMsg *msg)
{
  gsize length;
  const char *data = g_bytes_get_data (self->request, &length);

  oree_sip_msg_parse (msg, data, length, OREE_SIP_MSG_STREAM); /* it did once */
}

GString *
oree_sip_companion (const OreeSipMsg *request, const char *method, OreeSpan to)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autoptr (GString) text = g_string_new (NULL);
  OreeSipVia via;

  oree_sip_via_top (&via, request);
  oree_sip_write_request (&writer, method, request->ruri);
  oree_sip_hdr_append_unfolded (text, via.value);
  oree_sip_write_header (&writer, OREE_SIP_HDR_VIA, text->str);
  oree_sip_write_header (&writer, OREE_SIP_HDR_MAX_FORWARDS, "70");
  oree_sip_write_headers_from (&writer, request, OREE_SIP_HDR_ROUTE);
  oree_sip_write_headers_from (&writer, request, OREE_SIP_HDR_FROM);
  g_string_truncate (text, 0);
  oree_sip_hdr_append_unfolded (text, to);
  oree_sip_write_header_span (&writer, OREE_SIP_HDR_TO, oree_span (text->str, text->len));
  oree_sip_write_headers_from (&writer, request, OREE_SIP_HDR_CALL_ID);
  oree_sip_write_header_format (&writer, OREE_SIP_HDR_CSEQ, "%u %s", request->cseq, method);
  return oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY);
}

static GString *
build_companion (const OreeSipCtrans *self, const char *method, OreeSpan to)
{
  OreeSipMsg request;

  parse_request (self, &request);
  return oree_sip_companion (&request, method, to);
}

GString *
oree_sip_ctrans_build_cancel (const OreeSipCtrans *self)
{
  OreeSipMsg request;

  parse_request (self, &request);
  return build_companion (self, "CANCEL", oree_sip_msg_value (&request, OREE_SIP_HDR_TO));
}

static void
ask_cancel (OreeSipCtrans *self, OreeTime now, OreeEffects *out)
{
  self->cancel_asked = TRUE;
  self->end = now + OREE_SIP_TIMEOUT; /* RFC 3261 9.1: no final response until then, and it is over */
  oree_effects_add (out, OREE_EFFECT_ASK, OREE_SIP_ASK_CANCEL);
}

void
oree_sip_ctrans_cancel (OreeSipCtrans *self, OreeTime now, OreeEffects *out)
{
  if (self->method != OREE_SIP_METHOD_INVITE || self->cancel_asked)
    return;
  self->cancel_wanted = TRUE;
  if (self->state == STATE_PROCEEDING)
    ask_cancel (self, now, out);
}

static void
on_provisional (OreeSipCtrans *self, guint status, OreeTime now, OreeEffects *out)
{
  if (self->state != STATE_CALLING && self->state != STATE_PROCEEDING)
    return;
  if (self->method == OREE_SIP_METHOD_INVITE)
    {
      /* Only the user's Timer C ends a call that rings. */
      self->retransmit = OREE_TIME_NEVER;
      if (!self->cancel_asked)
        self->end = OREE_TIME_NEVER;
    }
  else if (!self->reliable)
    {
      self->interval = OREE_SIP_T2; /* RFC 3261 17.1.2.2: E runs every T2 in Proceeding */
    }
  self->state = STATE_PROCEEDING;
  oree_effects_add (out, OREE_EFFECT_DELIVER, (int) status);
  if (self->cancel_wanted && !self->cancel_asked)
    ask_cancel (self, now, out);
}

/* Into a state that only lingers; straight to the end where nothing can be repeated. */
static void
linger (OreeSipCtrans *self, State state, OreeTime now, OreeTime how_long)
{
  self->retransmit = OREE_TIME_NEVER;
  self->end = now + how_long;
  self->state = how_long > 0 ? state : STATE_TERMINATED;
}

static void
on_invite_final (OreeSipCtrans *self, const OreeSipMsg *response, OreeTime now, OreeEffects *out)
{
  gboolean success = response->status <= 299;

  if (self->state == STATE_ACCEPTED && success)
    {
      oree_effects_add (out, OREE_EFFECT_DELIVER, (int) response->status);
      return;
    }
  if (self->state == STATE_COMPLETED && !success)
    {
      if (self->ack != NULL)
        oree_effects_send_bytes (out, self->ack);
      return;
    }
  if (self->state != STATE_CALLING && self->state != STATE_PROCEEDING)
    return;
  self->answered = TRUE;
  if (success)
    {
      linger (self, STATE_ACCEPTED, now, OREE_SIP_TIMEOUT);
    }
  else
    {
      GString *ack = build_companion (self, "ACK", oree_sip_msg_value (response, OREE_SIP_HDR_TO));

      if (ack != NULL)
        {
          self->ack = g_string_free_to_bytes (ack);
          oree_effects_send_bytes (out, self->ack);
        }
      linger (self, STATE_COMPLETED, now, self->reliable ? 0 : OREE_SIP_TIMER_D);
    }
  oree_effects_add (out, OREE_EFFECT_DELIVER, (int) response->status);
}

static void
on_other_final (OreeSipCtrans *self, guint status, OreeTime now, OreeEffects *out)
{
  if (self->state != STATE_CALLING && self->state != STATE_PROCEEDING)
    return;
  self->answered = TRUE;
  linger (self, STATE_COMPLETED, now, self->reliable ? 0 : OREE_SIP_T4);
  oree_effects_add (out, OREE_EFFECT_DELIVER, (int) status);
}

void
oree_sip_ctrans_on_response (OreeSipCtrans *self, const OreeSipMsg *response, OreeTime now, OreeEffects *out)
{
  g_return_if_fail (!response->is_request);
  if (response->status < 200)
    on_provisional (self, response->status, now, out);
  else if (self->method == OREE_SIP_METHOD_INVITE)
    on_invite_final (self, response, now, out);
  else
    on_other_final (self, response->status, now, out);
}

static void
fail (OreeSipCtrans *self, OreeSipFailure failure, OreeEffects *out)
{
  gboolean silent = self->answered;

  self->state = STATE_TERMINATED;
  if (!silent)
    oree_effects_add (out, OREE_EFFECT_FAIL, failure);
}

void
oree_sip_ctrans_on_transport_error (OreeSipCtrans *self, OreeTime now, OreeEffects *out)
{
  if (self->state != STATE_TERMINATED)
    fail (self, OREE_SIP_FAILURE_TRANSPORT, out);
}

void
oree_sip_ctrans_on_deadline (OreeSipCtrans *self, OreeTime now, OreeEffects *out)
{
  if (self->state == STATE_TERMINATED)
    return;
  if (now >= self->end)
    {
      fail (self, OREE_SIP_FAILURE_TIMEOUT, out);
      return;
    }
  if (now < self->retransmit)
    return;
  oree_effects_send_bytes (out, self->request);
  /* A doubles without end, E up to T2. */
  self->interval = self->interval * 2;
  if (self->method != OREE_SIP_METHOD_INVITE)
    self->interval = MIN (self->interval, OREE_SIP_T2);
  self->retransmit = now + self->interval;
}
