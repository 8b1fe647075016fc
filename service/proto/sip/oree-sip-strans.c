/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Server transaction; the diagram is in the header. */
#include "proto/sip/oree-sip-strans.h"

typedef enum
{
  STATE_TRYING, /* nothing sent yet; INVITE is in Proceeding from the start */
  STATE_PROCEEDING,
  STATE_COMPLETED,
  STATE_CONFIRMED,
  STATE_ACCEPTED,
  STATE_TERMINATED
} State;

struct _OreeSipStrans
{
  char *data; /* the request */
  gsize length;
  GBytes *response; /* the last one sent */
  OreeSipKey key;
  OreeSipMethod method;
  State state;
  gboolean reliable;
  gboolean answered;
  OreeTime trying;     /* when 100 is due */
  OreeTime interval;   /* G */
  OreeTime retransmit;
  OreeTime end;        /* H, I, J, L */
};

OreeSipStrans *
oree_sip_strans_new (const OreeSipMsg *request, const OreeSipKey *key, gboolean reliable, OreeTime now)
{
  OreeSipStrans *self;

  g_return_val_if_fail (request->is_request && request->method != OREE_SIP_METHOD_ACK, NULL);
  self = g_new0 (OreeSipStrans, 1);
  self->length = request->head.length + request->body.length;
  self->data = g_malloc (self->length);
  memcpy (self->data, request->head.data, request->head.length);
  if (request->body.length > 0)
    memcpy (self->data + request->head.length, request->body.data, request->body.length);
  self->key = *key;
  self->method = request->method;
  self->state = STATE_TRYING;
  self->reliable = reliable;
  self->trying
    = now + (request->method == OREE_SIP_METHOD_INVITE ? OREE_SIP_TRYING_INVITE : OREE_SIP_TRYING_OTHER);
  self->retransmit = OREE_TIME_NEVER;
  self->end = OREE_TIME_NEVER;
  return self;
}

void
oree_sip_strans_free (OreeSipStrans *self)
{
  if (self == NULL)
    return;
  g_free (self->data);
  g_clear_pointer (&self->response, g_bytes_unref);
  g_free (self);
}

const OreeSipKey *
oree_sip_strans_key (const OreeSipStrans *self)
{
  return &self->key;
}

OreeSipMethod
oree_sip_strans_method (const OreeSipStrans *self)
{
  return self->method;
}

gboolean
oree_sip_strans_is_terminated (const OreeSipStrans *self)
{
  return self->state == STATE_TERMINATED;
}

gboolean
oree_sip_strans_is_answered (const OreeSipStrans *self)
{
  return self->answered;
}

OreeTime
oree_sip_strans_deadline (const OreeSipStrans *self)
{
  if (self->state == STATE_TERMINATED)
    return OREE_TIME_NEVER;
  return MIN (self->trying, MIN (self->retransmit, self->end));
}

void
oree_sip_strans_request (const OreeSipStrans *self, OreeSipMsg *request)
{
  /* Framed when it came: as a datagram it parses whether or not it had a Content-Length. */
  oree_sip_msg_parse (request, self->data, self->length, OREE_SIP_MSG_DATAGRAM);
}

static void
repeat (const OreeSipStrans *self, OreeEffects *out)
{
  if (self->response != NULL)
    oree_effects_send_bytes (out, self->response);
}

static void
on_ack (OreeSipStrans *self, OreeTime now, OreeEffects *out)
{
  if (self->state == STATE_ACCEPTED)
    {
      oree_effects_add (out, OREE_EFFECT_DELIVER, 0);
    }
  else if (self->state == STATE_COMPLETED)
    {
      self->retransmit = OREE_TIME_NEVER;
      self->end = now + OREE_SIP_T4; /* I: only to absorb more ACKs */
      self->state = self->reliable ? STATE_TERMINATED : STATE_CONFIRMED;
    }
}

void
oree_sip_strans_on_request (OreeSipStrans *self, const OreeSipMsg *request, OreeTime now, OreeEffects *out)
{
  if (request->method == OREE_SIP_METHOD_ACK)
    {
      if (self->method == OREE_SIP_METHOD_INVITE)
        on_ack (self, now, out);
      return;
    }
  /* A retransmission: the last response again, while repeating it means something (RFC 6026 7.1: not in Accepted). */
  if (self->state == STATE_PROCEEDING || self->state == STATE_COMPLETED)
    repeat (self, out);
}

/* Where a final response leads, and for how long. */
static void
finish (OreeSipStrans *self, guint status, OreeTime now)
{
  self->answered = TRUE;
  self->trying = OREE_TIME_NEVER;
  if (self->method != OREE_SIP_METHOD_INVITE)
    {
      self->state = self->reliable ? STATE_TERMINATED : STATE_COMPLETED;
      self->end = now + OREE_SIP_TIMEOUT; /* J */
      return;
    }
  self->end = now + OREE_SIP_TIMEOUT; /* L, H */
  if (status <= 299)
    {
      self->state = STATE_ACCEPTED;
      return;
    }
  self->state = STATE_COMPLETED;
  self->interval = OREE_SIP_T1;
  self->retransmit = self->reliable ? OREE_TIME_NEVER : now + OREE_SIP_T1;
}

static void
send_response (OreeSipStrans *self, GString *response, OreeEffects *out)
{
  g_clear_pointer (&self->response, g_bytes_unref);
  self->response = g_string_free_to_bytes (response);
  oree_effects_send_bytes (out, self->response);
}

static gboolean
may_respond (const OreeSipStrans *self, guint status)
{
  if (self->state == STATE_ACCEPTED)
    return status >= 200 && status <= 299; /* a forked 2xx, or one repeated by the user (RFC 6026 7.1) */
  if (self->state != STATE_TRYING && self->state != STATE_PROCEEDING)
    return FALSE;
  if (self->method == OREE_SIP_METHOD_INVITE)
    return TRUE;
  /* RFC 4320 4.1, 4.2: to others no provisional but 100, and never 408. */
  return status != 408 && (status >= 200 || status == 100);
}

gboolean
oree_sip_strans_respond (OreeSipStrans *self, guint status, GString *response, OreeTime now, OreeEffects *out)
{
  if (response == NULL)
    return FALSE;
  if (!may_respond (self, status))
    {
      g_string_free (response, TRUE);
      return FALSE;
    }
  if (self->state == STATE_ACCEPTED)
    {
      send_response (self, response, out);
      return TRUE;
    }
  send_response (self, response, out);
  if (status >= 200)
    {
      finish (self, status, now);
    }
  else
    {
      self->state = STATE_PROCEEDING;
      self->trying = OREE_TIME_NEVER;
    }
  return TRUE;
}

gboolean
oree_sip_strans_respond_simple (OreeSipStrans *self, guint status, const char *phrase, const char *to_tag,
                                OreeTime now, OreeEffects *out)
{
  OreeSipMsg request;

  oree_sip_strans_request (self, &request);
  return oree_sip_strans_respond (self, status, oree_sip_write_simple_response (&request, status, phrase, to_tag),
                                  now, out);
}

void
oree_sip_strans_on_deadline (OreeSipStrans *self, OreeTime now, OreeEffects *out)
{
  if (self->state == STATE_TERMINATED)
    return;
  if (now >= self->end)
    {
      if (self->method == OREE_SIP_METHOD_INVITE && self->state == STATE_COMPLETED)
        oree_effects_add (out, OREE_EFFECT_FAIL, OREE_SIP_FAILURE_NO_ACK);
      self->state = STATE_TERMINATED;
      return;
    }
  if (now >= self->trying)
    {
      self->trying = OREE_TIME_NEVER;
      oree_sip_strans_respond_simple (self, 100, NULL, NULL, now, out);
    }
  if (now >= self->retransmit)
    {
      repeat (self, out);
      self->interval = MIN (self->interval * 2, OREE_SIP_T2);
      self->retransmit = now + self->interval;
    }
}
