/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acknowledgements, both directions. */
#include "proto/xmpp/oree-s2s-acks.h"
#include "base/oree-limits.h"
#include <string.h>

#define RING_MIN 16
#define ASK_EVERY 64                 /* stanzas; also in the middle of a burst */
#define ASK_AGAIN (2 * OREE_SECOND)  /* something is in doubt, nothing was asked since */

G_STATIC_ASSERT ((OREE_S2S_UNACKED_MAX & (OREE_S2S_UNACKED_MAX - 1)) == 0);

/* Both rings hold 64-bit words; doubles the capacity, first item to the front. */
static gpointer
grow (gpointer ring, guint *capacity, guint *first)
{
  guint wanted = MAX (RING_MIN, *capacity * 2);
  gint64 *bigger = g_new (gint64, wanted);

  for (guint i = 0; i < *capacity; i++)
    bigger[i] = ((gint64 *) ring)[(*first + i) & (*capacity - 1)];
  g_free (ring);
  *capacity = wanted;
  *first = 0;
  return bigger;
}

/* ---- outbound ---- */

void
oree_s2s_acks_out_init (OreeS2sAcksOut *self)
{
  *self = (OreeS2sAcksOut){ .oldest_ask = OREE_TIME_NEVER };
}

void
oree_s2s_acks_out_clear (OreeS2sAcksOut *self)
{
  g_free (self->ring);
  oree_s2s_acks_out_init (self);
}

gboolean
oree_s2s_acks_out_full (const OreeS2sAcksOut *self)
{
  return self->length >= OREE_S2S_UNACKED_MAX;
}

gboolean
oree_s2s_acks_out_sent (OreeS2sAcksOut *self, guint64 token)
{
  if (oree_s2s_acks_out_full (self))
    return FALSE;
  if (self->length == self->capacity)
    self->ring = grow (self->ring, &self->capacity, &self->first);
  self->ring[(self->first + self->length++) & (self->capacity - 1)] = token;
  self->unasked++;
  return TRUE;
}

guint
oree_s2s_acks_out_length (const OreeS2sAcksOut *self)
{
  return self->length;
}

gboolean
oree_s2s_acks_out_take (OreeS2sAcksOut *self, guint64 *token)
{
  if (self->length == 0)
    return FALSE;
  *token = self->ring[self->first];
  self->first = (self->first + 1) & (self->capacity - 1);
  self->length--;
  return TRUE;
}

gboolean
oree_s2s_acks_out_on_ack (OreeS2sAcksOut *self, guint32 h, OreeTime now, guint *count)
{
  guint32 step = h - self->acked; /* modulo 2^32; a step back is a huge step forward */

  *count = 0;
  if (step > self->length)
    return FALSE;
  *count = step;
  self->acked = h;
  if (self->asked > 0)
    self->asked--;
  self->oldest_ask = self->asked > 0 ? now : OREE_TIME_NEVER;
  return TRUE;
}

gboolean
oree_s2s_acks_out_wants_ask (const OreeS2sAcksOut *self, gboolean quiet, OreeTime now)
{
  if (self->length == 0 || self->asked >= OREE_S2S_ASKS_MAX)
    return FALSE;
  if (self->unasked > 0)
    return quiet || self->unasked >= ASK_EVERY;
  return self->asked == 0 && now >= self->last_ask + ASK_AGAIN;
}

void
oree_s2s_acks_out_asked (OreeS2sAcksOut *self, OreeTime now)
{
  self->unasked = 0;
  self->last_ask = now;
  if (self->asked++ == 0)
    self->oldest_ask = now;
}

OreeTime
oree_s2s_acks_out_deadline (const OreeS2sAcksOut *self)
{
  if (self->asked > 0)
    return self->oldest_ask + OREE_S2S_ACK_SECONDS * OREE_SECOND;
  if (self->length == 0)
    return OREE_TIME_NEVER;
  return self->last_ask + ASK_AGAIN;
}

gboolean
oree_s2s_acks_out_overdue (const OreeS2sAcksOut *self, OreeTime now)
{
  return self->asked > 0 && now >= self->oldest_ask + OREE_S2S_ACK_SECONDS * OREE_SECOND;
}

/* ---- inbound ---- */

void
oree_s2s_acks_in_init (OreeS2sAcksIn *self)
{
  *self = (OreeS2sAcksIn){ 0 };
}

void
oree_s2s_acks_in_clear (OreeS2sAcksIn *self)
{
  g_free (self->ring);
  oree_s2s_acks_in_init (self);
}

static OreeTime *
slot_at (const OreeS2sAcksIn *self, guint index)
{
  return &self->ring[(self->first + index) & (self->capacity - 1)];
}

guint64
oree_s2s_acks_in_received (OreeS2sAcksIn *self, OreeTime now)
{
  if (self->length == self->capacity)
    self->ring = grow (self->ring, &self->capacity, &self->first);
  *slot_at (self, self->length++) = MAX (now, 1); /* 0 means settled */
  return self->passed + self->length;
}

static void
advance (OreeS2sAcksIn *self)
{
  while (self->length > 0 && *slot_at (self, 0) == 0)
    {
      self->first = (self->first + 1) & (self->capacity - 1);
      self->length--;
      self->passed++;
    }
}

void
oree_s2s_acks_in_settle (OreeS2sAcksIn *self, guint64 slot)
{
  if (slot <= self->passed || slot > self->passed + self->length)
    return;
  *slot_at (self, (guint) (slot - self->passed - 1)) = 0;
  advance (self);
}

void
oree_s2s_acks_in_expire (OreeS2sAcksIn *self, OreeTime now)
{
  for (guint i = 0; i < self->length; i++)
    {
      OreeTime *slot = slot_at (self, i);

      if (*slot + OREE_REPORT_SECONDS * OREE_SECOND > now)
        break; /* they came in order */
      *slot = 0;
    }
  advance (self);
}

guint
oree_s2s_acks_in_open (const OreeS2sAcksIn *self)
{
  return self->length;
}

guint32
oree_s2s_acks_in_on_request (OreeS2sAcksIn *self)
{
  self->told = self->passed;
  self->wanted = self->length > 0;
  return (guint32) self->passed;
}

gboolean
oree_s2s_acks_in_has_news (const OreeS2sAcksIn *self)
{
  return self->wanted && self->passed != self->told;
}

gboolean
oree_s2s_acks_in_take_news (OreeS2sAcksIn *self, guint32 *h)
{
  if (!oree_s2s_acks_in_has_news (self))
    return FALSE;
  *h = oree_s2s_acks_in_on_request (self);
  return TRUE;
}

OreeTime
oree_s2s_acks_in_deadline (const OreeS2sAcksIn *self)
{
  return self->length > 0 ? *slot_at (self, 0) + OREE_REPORT_SECONDS * OREE_SECOND : OREE_TIME_NEVER;
}
