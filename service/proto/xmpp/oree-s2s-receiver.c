/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving half of a stream: stanzas and their acknowledgements. */
#include "base/oree-limits.h"
#include "codec/xmpp/oree-xmpp-stream.h"
#include "proto/xmpp/oree-s2s-receiver-private.h"

#define NEWS_WAIT (50 * OREE_MS) /* an owner that forgets to flush */

void
oree_s2s_receiver_init (OreeS2sReceiver *self, const OreeS2sQueries *queries, OreeSpan secret, OreeTime now)
{
  *self = (OreeS2sReceiver){ .secret = secret, .news_since = OREE_TIME_NEVER, .stranger_by = OREE_TIME_NEVER,
                             .last_stanza = now, .last_sent = now };
  if (queries != NULL)
    self->queries = *queries;
  self->pending = g_ptr_array_new_with_free_func (oree_s2s_pending_free);
  oree_s2s_acks_in_init (&self->acks);
}

void
oree_s2s_receiver_clear (OreeS2sReceiver *self)
{
  g_free (self->stream_id);
  g_free (self->lang);
  oree_s2s_pairs_clear (&self->pairs);
  g_ptr_array_unref (self->pending);
  oree_s2s_acks_in_clear (&self->acks);
}

void
oree_s2s_receiver_reset (OreeS2sReceiver *self)
{
  oree_s2s_pairs_clear (&self->pairs);
  g_ptr_array_set_size (self->pending, 0);
  oree_s2s_acks_in_clear (&self->acks);
  self->acks_on = FALSE;
}

void
oree_s2s_receiver_send (OreeS2sReceiver *self, GString *text, OreeTime now, OreeEffects *out)
{
  self->last_sent = now;
  oree_effects_take_string (out, text);
}

gboolean
oree_s2s_receiver_is_ours (const OreeS2sReceiver *self, const char *domain)
{
  return domain != NULL && self->queries.is_ours (self->queries.data, domain);
}

gboolean
oree_s2s_receiver_proves (const OreeS2sReceiver *self, const char *domain)
{
  return self->tls && self->queries.proves (self->queries.data, domain);
}

gboolean
oree_s2s_receiver_awaits_proof (const OreeS2sReceiver *self, const char *domain)
{
  return self->tls && self->queries.awaits != NULL && !self->queries.proves (self->queries.data, domain)
         && self->queries.awaits (self->queries.data, domain);
}

gboolean
oree_s2s_receiver_is_proved (const OreeS2sReceiver *self)
{
  return oree_s2s_pairs_length (&self->pairs) > 0;
}

void
oree_s2s_receiver_proved (OreeS2sReceiver *self, const char *from, const char *to, OreeS2sProof proof, OreeTime now,
                          OreeEffects *out)
{
  OreeS2sPolicy policy;

  oree_s2s_pairs_add (&self->pairs, from, to, proof);
  self->queries.policy (self->queries.data, from, &policy);
  if (policy.standing == OREE_S2S_STANDING_STRANGER && self->stranger_by == OREE_TIME_NEVER)
    self->stranger_by = now + OREE_S2S_STRANGER_SECONDS * OREE_SECOND;
  self->last_stanza = now;
  oree_effects_add_object (out, OREE_EFFECT_READY, (int) proof, oree_s2s_pair_new (from, to, proof),
                           (GDestroyNotify) oree_s2s_pair_free);
}

/* ---- stanzas ---- */

/* Addressing comes before everything else; each failure ends the stream (sheet 14). */
static OreeS2sReason
judge_addresses (const OreeS2sReceiver *self, const OreeStanza *stanza)
{
  const char *from = stanza->from.domain, *to = stanza->to.domain;

  if (oree_s2s_receiver_is_ours (self, from) || !oree_s2s_pairs_has_from (&self->pairs, from))
    return OREE_S2S_INVALID_FROM;
  if (!oree_s2s_receiver_is_ours (self, to) || oree_s2s_pairs_find (&self->pairs, from, to) == OREE_S2S_PROOF_NONE)
    return OREE_S2S_HOST_UNKNOWN;
  return OREE_S2S_OK;
}

OreeS2sReason
oree_s2s_receiver_on_stanza (OreeS2sReceiver *self, const OreeXmlEvent *event, OreeTime now, OreeEffects *out)
{
  g_autoptr (OreeStanza) stanza = NULL;
  OreeParseError error;
  OreeS2sReason bad;
  OreeS2sPolicy policy;
  guint64 slot;

  if (!oree_s2s_receiver_is_proved (self))
    return OREE_S2S_NOT_AUTHENTICATED;
  stanza = oree_stanza_new (event->node, self->lang, &error);
  if (stanza == NULL)
    return error == OREE_PARSE_UNSUPPORTED ? OREE_S2S_BAD_PROTOCOL : OREE_S2S_IMPROPER_ADDRESSING;
  stanza->size = event->size;
  bad = judge_addresses (self, stanza);
  if (bad != OREE_S2S_OK)
    return bad;
  self->queries.policy (self->queries.data, stanza->from.domain, &policy);
  if (policy.standing == OREE_S2S_STANDING_BLOCKED)
    return OREE_S2S_BLOCKED;
  self->last_stanza = now;
  slot = self->acks_on ? oree_s2s_acks_in_received (&self->acks, now) : 0;
  if (policy.standing == OREE_S2S_STANDING_STRANGER)
    {
      oree_s2s_acks_in_settle (&self->acks, slot);
      oree_effects_add_object_token (out, OREE_EFFECT_FAIL, OREE_S2S_STRANGER, slot, g_steal_pointer (&stanza),
                                     (GDestroyNotify) oree_stanza_free);
      return ++self->stranger_stanzas >= OREE_S2S_STRANGER_STANZAS_MAX ? OREE_S2S_STRANGER : OREE_S2S_OK;
    }
  oree_effects_add_object_token (out, OREE_EFFECT_DELIVER, 0, slot, g_steal_pointer (&stanza),
                                 (GDestroyNotify) oree_stanza_free);
  return OREE_S2S_OK;
}

/* ---- acknowledgements ---- */

void
oree_s2s_receiver_enable_acks (OreeS2sReceiver *self)
{
  self->acks_on = TRUE;
}

static void
send_ack (OreeS2sReceiver *self, guint32 h, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);

  oree_sm_ack_write (text, h);
  oree_s2s_receiver_send (self, text, now, out);
}

void
oree_s2s_receiver_on_request (OreeS2sReceiver *self, OreeTime now, OreeEffects *out)
{
  oree_s2s_acks_in_expire (&self->acks, now);
  send_ack (self, oree_s2s_acks_in_on_request (&self->acks), now, out);
}

void
oree_s2s_receiver_last_ack (OreeS2sReceiver *self, GString *text)
{
  if (self->acks_on)
    oree_sm_ack_write (text, oree_s2s_acks_in_on_request (&self->acks));
}

void
oree_s2s_receiver_settle (OreeS2sReceiver *self, guint64 slot)
{
  oree_s2s_acks_in_settle (&self->acks, slot);
  if (self->news_since == OREE_TIME_NEVER && oree_s2s_acks_in_has_news (&self->acks))
    self->news_since = self->last_stanza;
}

void
oree_s2s_receiver_flush (OreeS2sReceiver *self, OreeTime now, OreeEffects *out)
{
  guint32 h;

  self->news_since = OREE_TIME_NEVER;
  if (oree_s2s_acks_in_take_news (&self->acks, &h))
    send_ack (self, h, now, out);
}

guint
oree_s2s_receiver_open (const OreeS2sReceiver *self)
{
  return oree_s2s_acks_in_open (&self->acks);
}

/* ---- time ---- */

OreeS2sReason
oree_s2s_receiver_on_deadline (OreeS2sReceiver *self, gboolean keys, OreeTime now, OreeEffects *out)
{
  oree_s2s_acks_in_expire (&self->acks, now);
  oree_s2s_receiver_flush (self, now, out);
  return keys ? oree_s2s_receiver_expire_keys (self, now, out) : OREE_S2S_OK;
}

OreeTime
oree_s2s_receiver_deadline (const OreeS2sReceiver *self, gboolean keys)
{
  OreeTime at = oree_s2s_acks_in_deadline (&self->acks);

  if (self->news_since != OREE_TIME_NEVER)
    at = MIN (at, self->news_since + NEWS_WAIT);
  for (guint i = 0; keys && i < self->pending->len; i++)
    at = MIN (at, ((const OreeS2sPending *) g_ptr_array_index (self->pending, i))->deadline);
  return at;
}
