/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sending half of a stream. */
#include "proto/xmpp/oree-s2s-sender.h"
#include "base/oree-limits.h"
#include "codec/xmpp/oree-xmpp-stream.h"

typedef struct
{
  GBytes *bytes;
  guint64 token;
} Item;

static void
item_free (gpointer data)
{
  Item *self = data;

  g_bytes_unref (self->bytes);
  g_free (self);
}

void
oree_s2s_sender_init (OreeS2sSender *self, OreeTime now)
{
  *self = (OreeS2sSender){ .enabled_by = OREE_TIME_NEVER, .last_stanza = now, .last_sent = now };
  g_queue_init (&self->queue);
  oree_s2s_acks_out_init (&self->acks);
}

void
oree_s2s_sender_clear (OreeS2sSender *self)
{
  g_queue_clear_full (&self->queue, item_free);
  oree_s2s_acks_out_clear (&self->acks);
}

/* ---- the wire ---- */

static void
ask_for_ack (OreeS2sSender *self, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);

  oree_sm_request_write (text);
  oree_effects_take_string (out, text);
  self->last_sent = now;
  oree_s2s_acks_out_asked (&self->acks, now);
}

static void
transmit (OreeS2sSender *self, GBytes *bytes, guint64 token, OreeTime now, OreeEffects *out)
{
  if (self->max_bytes > 0 && g_bytes_get_size (bytes) > self->max_bytes)
    {
      oree_effects_add_token (out, OREE_EFFECT_FAIL, OREE_S2S_TOO_BIG, token);
      return;
    }
  oree_effects_send_bytes (out, bytes);
  self->last_sent = self->last_stanza = now;
  if (self->acks_state == OREE_S2S_SENDER_ACKS_OFF)
    oree_effects_add_token (out, OREE_EFFECT_ACKED, OREE_S2S_ACKED_WRITTEN, token);
  else
    oree_s2s_acks_out_sent (&self->acks, token);
  if (self->acks_state == OREE_S2S_SENDER_ACKS_ON && oree_s2s_acks_out_wants_ask (&self->acks, FALSE, now))
    ask_for_ack (self, now, out);
}

static gboolean
may_transmit (const OreeS2sSender *self)
{
  return self->open && !oree_s2s_acks_out_full (&self->acks);
}

static void
drain (OreeS2sSender *self, OreeTime now, OreeEffects *out)
{
  while (may_transmit (self) && !g_queue_is_empty (&self->queue))
    {
      Item *item = g_queue_pop_head (&self->queue);

      transmit (self, item->bytes, item->token, now, out);
      item_free (item);
    }
}

void
oree_s2s_sender_open (OreeS2sSender *self, gboolean enable, OreeTime now, OreeEffects *out)
{
  self->open = TRUE;
  self->last_stanza = now;
  if (enable)
    {
      GString *text = g_string_new (NULL);

      oree_sm_enable_write (text);
      oree_effects_take_string (out, text);
      self->last_sent = now;
      self->acks_state = OREE_S2S_SENDER_ACKS_ASKED;
      self->enabled_by = now + OREE_S2S_ACK_SECONDS * OREE_SECOND;
    }
  drain (self, now, out);
}

void
oree_s2s_sender_enabled_by_peer (OreeS2sSender *self)
{
  self->acks_state = OREE_S2S_SENDER_ACKS_ON;
}

void
oree_s2s_sender_shut (OreeS2sSender *self)
{
  self->shut = TRUE;
}

/* ---- stanzas ---- */

void
oree_s2s_sender_put (OreeS2sSender *self, GBytes *stanza, guint64 token, OreeTime now, OreeEffects *out)
{
  if (self->shut)
    oree_effects_add_token (out, OREE_EFFECT_FAIL, OREE_S2S_CONNECTION_LOST, token);
  else if (may_transmit (self) && g_queue_is_empty (&self->queue))
    transmit (self, stanza, token, now, out);
  else if (self->queue.length >= OREE_S2S_QUEUE_MAX)
    oree_effects_add_token (out, OREE_EFFECT_FAIL, OREE_S2S_QUEUE_FULL, token);
  else
    {
      Item *item = g_new (Item, 1);

      *item = (Item){ g_bytes_ref (stanza), token };
      g_queue_push_tail (&self->queue, item);
    }
}

gboolean
oree_s2s_sender_cancel (OreeS2sSender *self, guint64 token)
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
oree_s2s_sender_fail_waiting (OreeS2sSender *self, OreeS2sReason reason, OreeEffects *out)
{
  Item *item;

  while ((item = g_queue_pop_head (&self->queue)) != NULL)
    {
      oree_effects_add_token (out, OREE_EFFECT_FAIL, (int) reason, item->token);
      item_free (item);
    }
}

void
oree_s2s_sender_fail_all (OreeS2sSender *self, OreeS2sReason reason, OreeEffects *out)
{
  guint64 token;

  while (oree_s2s_acks_out_take (&self->acks, &token))
    oree_effects_add_token (out, OREE_EFFECT_FAIL, OREE_S2S_OUTCOME_UNKNOWN, token);
  oree_s2s_sender_fail_waiting (self, reason == OREE_S2S_OK ? OREE_S2S_CONNECTION_LOST : reason, out);
  self->open = FALSE;
  self->shut = TRUE;
}

/* ---- stream management ---- */

/* The peer will not acknowledge: what was counted was at least written to an authenticated stream. */
static void
acks_refused (OreeS2sSender *self, OreeTime now, OreeEffects *out)
{
  guint64 token;

  self->acks_state = OREE_S2S_SENDER_ACKS_OFF;
  while (oree_s2s_acks_out_take (&self->acks, &token))
    oree_effects_add_token (out, OREE_EFFECT_ACKED, OREE_S2S_ACKED_WRITTEN, token);
  drain (self, now, out);
}

static OreeS2sReason
on_ack (OreeS2sSender *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out, OreeStreamErr *err)
{
  guint32 sent = self->acks.acked + oree_s2s_acks_out_length (&self->acks), h;
  guint count;
  guint64 token;

  if (!oree_sm_ack_read (node, &h))
    {
      *err = OREE_STREAM_ERR_BAD_FORMAT;
      return OREE_S2S_ACK_INVALID;
    }
  if (!oree_s2s_acks_out_on_ack (&self->acks, h, now, &count))
    {
      GString *text = g_string_new (NULL);

      oree_stream_error_write_handled_too_high (text, h, sent);
      oree_effects_take_string (out, text);
      return OREE_S2S_ACK_INVALID;
    }
  while (count-- > 0 && oree_s2s_acks_out_take (&self->acks, &token))
    oree_effects_add_token (out, OREE_EFFECT_ACKED, OREE_S2S_ACKED_BY_PEER, token);
  drain (self, now, out);
  return OREE_S2S_OK;
}

OreeS2sReason
oree_s2s_sender_on_sm (OreeS2sSender *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out,
                       OreeStreamErr *err)
{
  const char *name = oree_xml_node_name (node);

  *err = OREE_STREAM_ERR_NONE;
  if (strcmp (name, "a") == 0 && self->acks_state == OREE_S2S_SENDER_ACKS_ON)
    return on_ack (self, node, now, out, err);
  if (strcmp (name, "enabled") == 0 && self->acks_state == OREE_S2S_SENDER_ACKS_ASKED)
    self->acks_state = OREE_S2S_SENDER_ACKS_ON;
  else if (strcmp (name, "failed") == 0 && self->acks_state == OREE_S2S_SENDER_ACKS_ASKED)
    acks_refused (self, now, out);
  return OREE_S2S_OK;
}

void
oree_s2s_sender_flush (OreeS2sSender *self, OreeTime now, OreeEffects *out)
{
  if (self->open && self->acks_state == OREE_S2S_SENDER_ACKS_ON && oree_s2s_acks_out_wants_ask (&self->acks, TRUE, now))
    ask_for_ack (self, now, out);
}

gboolean
oree_s2s_sender_probe (OreeS2sSender *self, OreeTime now, OreeEffects *out)
{
  if (!self->open || self->acks_state != OREE_S2S_SENDER_ACKS_ON || self->acks.asked > 0)
    return FALSE;
  ask_for_ack (self, now, out);
  return TRUE;
}

/* ---- time ---- */

OreeS2sReason
oree_s2s_sender_on_deadline (OreeS2sSender *self, OreeTime now, OreeEffects *out)
{
  if (!self->open)
    return OREE_S2S_OK;
  if (self->acks_state == OREE_S2S_SENDER_ACKS_ASKED && now >= self->enabled_by)
    acks_refused (self, now, out);
  if (self->acks_state == OREE_S2S_SENDER_ACKS_ON && oree_s2s_acks_out_overdue (&self->acks, now))
    return OREE_S2S_ACK_TIMEOUT;
  oree_s2s_sender_flush (self, now, out);
  return OREE_S2S_OK;
}

OreeTime
oree_s2s_sender_deadline (const OreeS2sSender *self)
{
  if (!self->open)
    return OREE_TIME_NEVER;
  switch (self->acks_state)
    {
    case OREE_S2S_SENDER_ACKS_OFF:
      break;
    case OREE_S2S_SENDER_ACKS_ASKED:
      return self->enabled_by;
    case OREE_S2S_SENDER_ACKS_ON:
      return oree_s2s_acks_out_deadline (&self->acks);
    }
  return OREE_TIME_NEVER;
}

/* ---- getters ---- */

gboolean
oree_s2s_sender_is_drained (const OreeS2sSender *self)
{
  return self->queue.length == 0 && oree_s2s_acks_out_length (&self->acks) == 0;
}

guint
oree_s2s_sender_queued (const OreeS2sSender *self)
{
  return self->queue.length;
}

guint
oree_s2s_sender_in_doubt (const OreeS2sSender *self)
{
  return oree_s2s_acks_out_length (&self->acks);
}
