/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inbound stream.
 *
 *   HEADER ──header──► OPEN ──<starttls/>──► TLS ──on_tls──► HEADER
 *     ▲                 │ ▲
 *     │                 │ └─ <db:result/> … on_verified: a pair is proved, the stream goes on
 *     └──── <auth/> ────┤
 *                       ├─ error, close, idle ──► CLOSING ──peer's end, time──► CLOSED
 *                       └─ peer's end, close with open stanzas ──► SETTLING ──► CLOSING or CLOSED
 */
#include "proto/xmpp/oree-s2s-in.h"
#include "base/oree-limits.h"
#include "proto/xmpp/oree-s2s-in-private.h"

#define NEWS_WAIT (50 * OREE_MS) /* an owner that forgets to flush */

static void
pending_free (gpointer data)
{
  Pending *self = data;

  oree_dialback_check_free (self->check);
  g_free (self);
}

OreeS2sIn *
oree_s2s_in_new (const OreeS2sQueries *queries, OreeSpan secret, gboolean certificate, gboolean direct_tls,
                 OreeTime now)
{
  OreeS2sIn *self = g_new0 (OreeS2sIn, 1);

  self->queries = *queries;
  self->secret = secret;
  self->certificate = certificate;
  self->tls = direct_tls;
  self->pending = g_ptr_array_new_with_free_func (pending_free);
  oree_s2s_acks_in_init (&self->acks);
  self->queries.policy (self->queries.data, NULL, &self->policy);
  self->establish_by = now + self->policy.establish;
  self->stranger_by = self->close_by = OREE_TIME_NEVER;
  self->news_since = OREE_TIME_NEVER;
  self->last_stanza = self->last_life = now;
  return self;
}

void
oree_s2s_in_free (OreeS2sIn *self)
{
  if (self == NULL)
    return;
  g_free (self->remote);
  g_free (self->local);
  g_free (self->stream_id);
  g_free (self->lang);
  oree_s2s_pairs_clear (&self->pairs);
  g_ptr_array_unref (self->pending);
  oree_s2s_acks_in_clear (&self->acks);
  g_free (self);
}

/* ---- small questions ---- */

gboolean
oree_s2s_in_is_ours (const OreeS2sIn *self, const char *domain)
{
  return domain != NULL && self->queries.is_ours (self->queries.data, domain);
}

gboolean
oree_s2s_in_proves (const OreeS2sIn *self, const char *domain)
{
  return self->tls && self->queries.proves (self->queries.data, domain);
}

gboolean
oree_s2s_in_offers_tls (const OreeS2sIn *self)
{
  return !self->tls && self->certificate && self->policy.tls != OREE_S2S_NOT_SUPPORTED;
}

static gboolean
is_established (const OreeS2sIn *self)
{
  return self->state == OPEN && oree_s2s_pairs_length (&self->pairs) > 0;
}

/* ---- sending and ending ---- */

void
oree_s2s_in_send_text (OreeS2sIn *self, GString *text, OreeTime now, OreeEffects *out)
{
  self->last_life = now;
  oree_effects_take_string (out, text);
}

/* A receiver always shows its own header before an error (RFC 6120 4.9.1.2). */
static void
append_header (OreeS2sIn *self, GString *text, const OreeStreamHeader *peer)
{
  OreeStreamHeader header = {
    .from = oree_s2s_in_is_ours (self, self->local) ? self->local : "",
    .to = peer != NULL ? peer->from : NULL,
    .lang = "en",
    .major = peer == NULL || peer->major > 0 ? 1 : 0, /* a peer of before 1.0 gets no version */
  };

  g_free (self->stream_id);
  self->stream_id = self->queries.stream_id (self->queries.data);
  header.id = self->stream_id;
  oree_stream_header_write (text, &header);
  self->header_sent = TRUE;
}

static void
closed (OreeS2sIn *self, OreeS2sReason reason, OreeEffects *out)
{
  self->state = CLOSED;
  g_ptr_array_set_size (self->pending, 0);
  oree_effects_add (out, OREE_EFFECT_CLOSE, (int) reason);
}

/* Last words: what was handled, the error, the end tag. Then the peer's end, or time, closes. */
void
oree_s2s_in_stop_with (OreeS2sIn *self, OreeS2sReason reason, OreeStreamErr err, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);

  if (!self->header_sent)
    append_header (self, text, NULL);
  if (self->acks_on)
    oree_sm_ack_write (text, oree_s2s_acks_in_on_request (&self->acks));
  if (err != OREE_STREAM_ERR_NONE)
    oree_stream_error_write (text, err, NULL);
  oree_stream_end_write (text);
  oree_s2s_in_send_text (self, text, now, out);
  self->reason = reason;
  if (self->peer_ended)
    {
      closed (self, reason, out);
      return;
    }
  self->state = CLOSING;
  self->close_by = now + OREE_S2S_CLOSE_SECONDS * OREE_SECOND;
}

void
oree_s2s_in_stop (OreeS2sIn *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  oree_s2s_in_stop_with (self, reason, oree_s2s_reason_stream_err (reason), now, out);
}

/* The peer ends it. When nothing was proved and we had refused its try, that is why, whatever it says itself. */
static OreeS2sReason
reason_of_end (const OreeS2sIn *self, OreeS2sReason reason)
{
  return self->refused != OREE_S2S_OK && oree_s2s_pairs_length (&self->pairs) == 0 ? self->refused : reason;
}

/* In good order: what was delivered is settled first, so that the peer learns of it (at most
 * OREE_REPORT_SECONDS). */
static void
end_well (OreeS2sIn *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  self->reason = reason;
  if (self->acks_on && oree_s2s_acks_in_open (&self->acks) > 0)
    self->state = SETTLING;
  else
    oree_s2s_in_stop (self, reason, now, out);
}

/* ---- header and features ---- */

static void
send_features (OreeS2sIn *self, GString *text)
{
  OreeStreamFeatures features = { 0 };
  gboolean dialback = oree_s2s_policy_dialback (&self->policy, self->tls);

  features.starttls = oree_s2s_in_offers_tls (self);
  features.starttls_required = features.starttls && self->policy.tls == OREE_S2S_REQUIRED;
  /* When TLS is mandatory nothing else is offered (RFC 6120 5.3.1). */
  if (!features.starttls_required)
    {
      self->external_offered = self->tls && !self->external_done && self->remote != NULL
                               && oree_s2s_policy_sasl (&self->policy) && oree_s2s_in_proves (self, self->remote);
      features.external = self->external_offered;
      features.dialback = features.dialback_errors = dialback;
      features.sm = self->external_done || dialback;
      features.max_bytes = OREE_XML_STANZA_MAX;
    }
  oree_stream_features_write (text, &features);
}

/* What is wrong with a header; OK when nothing. */
static OreeS2sReason
judge_header (OreeS2sIn *self, const OreeStreamHeader *header, char *from, char *to)
{
  if (self->local != NULL && g_strcmp0 (self->local, to) != 0)
    return OREE_S2S_IDENTITY_SWAP;
  if (self->remote != NULL && g_strcmp0 (self->remote, from) != 0)
    return OREE_S2S_IDENTITY_SWAP;
  if (to == NULL || (header->from != NULL && from == NULL))
    return OREE_S2S_IMPROPER_ADDRESSING;
  if (!oree_s2s_in_is_ours (self, to))
    return OREE_S2S_HOST_UNKNOWN;
  return oree_s2s_in_is_ours (self, from) ? OREE_S2S_INVALID_FROM : OREE_S2S_OK;
}

/* Is there any way left for this peer to authenticate? */
static OreeS2sReason
judge_methods (const OreeS2sIn *self, guint major)
{
  if (self->policy.standing == OREE_S2S_STANDING_BLOCKED)
    return OREE_S2S_BLOCKED;
  if (!self->tls && self->policy.tls == OREE_S2S_REQUIRED && (major == 0 || !self->certificate))
    return OREE_S2S_TLS_REQUIRED;
  if (self->tls && self->remote != NULL && !self->external_done && !oree_s2s_policy_dialback (&self->policy, TRUE))
    return oree_s2s_policy_sasl (&self->policy) && oree_s2s_in_proves (self, self->remote) ? OREE_S2S_OK
                                                                               : OREE_S2S_CERT_NOT_PROVEN;
  return OREE_S2S_OK;
}

static void
on_header (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeStreamHeader header;
  OreeStreamErr err = oree_stream_header_read (&header, node);
  g_autofree char *from = normal (header.from);
  g_autofree char *to = normal (header.to);
  OreeS2sReason bad = judge_header (self, &header, from, to);
  GString *text = g_string_new (NULL);

  if (bad == OREE_S2S_OK)
    {
      g_free (self->local);
      self->local = g_steal_pointer (&to);
      if (from != NULL)
        {
          g_free (self->remote);
          self->remote = g_steal_pointer (&from);
        }
      self->queries.policy (self->queries.data, self->remote, &self->policy);
    }
  append_header (self, text, &header);
  oree_s2s_in_send_text (self, text, now, out);
  g_free (self->lang);
  self->lang = g_strdup (header.lang);
  if (err != OREE_STREAM_ERR_NONE)
    {
      oree_s2s_in_stop_with (self, OREE_S2S_BAD_HEADER, err, now, out);
      return;
    }
  if (bad == OREE_S2S_OK)
    bad = judge_methods (self, header.major);
  if (bad != OREE_S2S_OK)
    {
      oree_s2s_in_stop (self, bad, now, out);
      return;
    }
  self->state = OPEN;
  if (header.major > 0)
    {
      text = g_string_new (NULL);
      send_features (self, text);
      oree_s2s_in_send_text (self, text, now, out);
    }
}

/* ---- stanzas ---- */

/* Addressing comes before everything else; each failure ends the stream (sheet 14). */
static OreeS2sReason
judge_addresses (const OreeS2sIn *self, const OreeStanza *stanza)
{
  const char *from = stanza->from.domain, *to = stanza->to.domain;

  if (oree_s2s_in_is_ours (self, from) || !oree_s2s_pairs_has_from (&self->pairs, from))
    return OREE_S2S_INVALID_FROM;
  if (!oree_s2s_in_is_ours (self, to) || oree_s2s_pairs_find (&self->pairs, from, to) == OREE_S2S_PROOF_NONE)
    return OREE_S2S_HOST_UNKNOWN;
  return OREE_S2S_OK;
}

static void
on_stanza (OreeS2sIn *self, const OreeXmlEvent *event, OreeTime now, OreeEffects *out)
{
  OreeStanza *stanza;
  OreeParseError error;
  OreeS2sReason bad;
  OreeS2sPolicy policy;
  guint64 slot;

  if (oree_s2s_pairs_length (&self->pairs) == 0)
    {
      oree_s2s_in_stop (self, OREE_S2S_NOT_AUTHENTICATED, now, out);
      return;
    }
  stanza = oree_stanza_new (event->node, self->lang, &error);
  if (stanza == NULL)
    {
      oree_s2s_in_stop (self, error == OREE_PARSE_UNSUPPORTED ? OREE_S2S_BAD_PROTOCOL : OREE_S2S_IMPROPER_ADDRESSING, now, out);
      return;
    }
  stanza->size = event->size;
  bad = judge_addresses (self, stanza);
  self->queries.policy (self->queries.data, stanza->from.domain, &policy);
  if (bad == OREE_S2S_OK && policy.standing == OREE_S2S_STANDING_BLOCKED)
    bad = OREE_S2S_BLOCKED;
  if (bad != OREE_S2S_OK)
    {
      oree_stanza_free (stanza);
      oree_s2s_in_stop (self, bad, now, out);
      return;
    }
  self->last_stanza = now;
  slot = self->acks_on ? oree_s2s_acks_in_received (&self->acks, now) : 0;
  if (policy.standing == OREE_S2S_STANDING_STRANGER)
    {
      oree_s2s_acks_in_settle (&self->acks, slot);
      oree_effects_add_object_token (out, OREE_EFFECT_FAIL, OREE_S2S_STRANGER, slot, stanza,
                                     (GDestroyNotify) oree_stanza_free);
      if (++self->stranger_stanzas >= OREE_S2S_STRANGER_STANZAS_MAX)
        oree_s2s_in_stop (self, OREE_S2S_STRANGER, now, out);
      return;
    }
  oree_effects_add_object_token (out, OREE_EFFECT_DELIVER, 0, slot, stanza, (GDestroyNotify) oree_stanza_free);
}

/* ---- stream management ---- */

static void
on_sm (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  const char *name = oree_xml_node_name (node);
  GString *text = g_string_new (NULL);
  guint32 h;

  if (strcmp (name, "enable") == 0)
    {
      if (self->acks_on || oree_s2s_pairs_length (&self->pairs) == 0)
        oree_sm_failed_write (text, OREE_STANZA_ERR_UNEXPECTED_REQUEST);
      else
        {
          self->acks_on = TRUE;
          self->external_offered = FALSE; /* no restart any more: the counts would be lost */
          oree_sm_enabled_write (text);
        }
    }
  else if (strcmp (name, "resume") == 0)
    oree_sm_failed_write (text, OREE_STANZA_ERR_ITEM_NOT_FOUND);
  else if (strcmp (name, "r") == 0 && self->acks_on)
    {
      oree_s2s_acks_in_expire (&self->acks, now);
      oree_sm_ack_write (text, oree_s2s_acks_in_on_request (&self->acks));
    }
  else if (strcmp (name, "a") == 0 && self->acks_on && oree_sm_ack_read (node, &h) && h > 0)
    {
      /* Nothing is ever sent this way, so nothing can have been handled. */
      oree_stream_error_write_handled_too_high (text, h, 0);
      oree_s2s_in_send_text (self, text, now, out);
      oree_s2s_in_stop_with (self, OREE_S2S_ACK_INVALID, OREE_STREAM_ERR_NONE, now, out);
      return;
    }
  if (text->len > 0)
    oree_s2s_in_send_text (self, text, now, out);
  else
    g_string_free (text, TRUE);
}

/* ---- events ---- */

static void
on_element (OreeS2sIn *self, const OreeXmlEvent *event, OreeTime now, OreeEffects *out)
{
  const OreeXmlNode *node = event->node;
  const char *ns = oree_xml_node_ns (node);

  if (strcmp (ns, OREE_NS_SERVER) == 0)
    on_stanza (self, event, now, out);
  else if (strcmp (ns, OREE_NS_SM) == 0)
    on_sm (self, node, now, out);
  else if (strcmp (ns, OREE_NS_DIALBACK) == 0)
    oree_s2s_in_on_dialback (self, node, now, out);
  else if (strcmp (ns, OREE_NS_SASL) == 0)
    oree_s2s_in_on_sasl (self, node, now, out);
  else if (oree_xml_node_is (node, "starttls", OREE_NS_TLS))
    oree_s2s_in_on_starttls (self, now, out);
  else if (oree_stream_is_error (node))
    {
      self->peer_ended = TRUE; /* an error is always the end (RFC 6120 4.9.1.1) */
      self->peer_error = oree_stream_error_read (node, NULL);
      oree_s2s_in_stop_with (self, reason_of_end (self, oree_s2s_reason_of_peer_error (self->peer_error)),
                             OREE_STREAM_ERR_NONE, now, out);
    }
  else
    oree_s2s_in_stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
}

void
oree_s2s_in_on_event (OreeS2sIn *self, const OreeXmlEvent *event, OreeTime now, OreeEffects *out)
{
  if (self->state == CLOSED || self->state == TLS)
    return;
  switch (event->kind)
    {
    case OREE_XML_EVENT_NONE:
      break;
    case OREE_XML_EVENT_HEADER:
      if (self->state == HEADER)
        on_header (self, event->node, now, out);
      break;
    case OREE_XML_EVENT_STANZA:
      /* What comes after our last word is not taken, and not acknowledged. */
      if (self->state == OPEN)
        on_element (self, event, now, out);
      break;
    case OREE_XML_EVENT_END:
      self->peer_ended = TRUE;
      if (self->state == CLOSING)
        closed (self, self->reason, out);
      else if (self->state == OPEN)
        {
          OreeS2sReason reason = reason_of_end (self, OREE_S2S_OK);

          if (reason == OREE_S2S_OK)
            end_well (self, reason, now, out);
          else
            oree_s2s_in_stop_with (self, reason, OREE_STREAM_ERR_NONE, now, out);
        }
      else if (self->state == HEADER)
        closed (self, OREE_S2S_BAD_PROTOCOL, out);
      break;
    }
}

void
oree_s2s_in_on_parse_error (OreeS2sIn *self, gssize error, OreeTime now, OreeEffects *out)
{
  OreeStreamErr err = oree_stream_err_from_parse (error);

  if (self->state == CLOSED || self->state == TLS)
    return;
  if (self->state == CLOSING)
    {
      closed (self, self->reason, out);
      return;
    }
  oree_s2s_in_stop_with (self, err == OREE_STREAM_ERR_POLICY_VIOLATION ? OREE_S2S_LIMIT : OREE_S2S_BAD_XML, err, now, out);
}

void
oree_s2s_in_on_bytes (OreeS2sIn *self, OreeTime now)
{
  self->last_life = now;
}

void
oree_s2s_in_settle (OreeS2sIn *self, guint64 slot)
{
  oree_s2s_acks_in_settle (&self->acks, slot);
  if (self->news_since == OREE_TIME_NEVER && oree_s2s_acks_in_has_news (&self->acks))
    self->news_since = self->last_stanza;
}

void
oree_s2s_in_flush (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  guint32 h;

  self->news_since = OREE_TIME_NEVER;
  if (self->state == SETTLING && oree_s2s_acks_in_open (&self->acks) == 0)
    {
      oree_s2s_in_stop (self, self->reason, now, out);
      return;
    }
  if ((self->state == OPEN || self->state == SETTLING) && oree_s2s_acks_in_take_news (&self->acks, &h))
    {
      GString *text = g_string_new (NULL);

      oree_sm_ack_write (text, h);
      oree_s2s_in_send_text (self, text, now, out);
    }
}

void
oree_s2s_in_on_lost (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  if (self->state == CLOSED)
    return;
  closed (self,
          self->state == CLOSING || self->state == SETTLING ? self->reason
                                                            : reason_of_end (self, OREE_S2S_CONNECTION_LOST),
          out);
}

void
oree_s2s_in_close (OreeS2sIn *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  switch (self->state)
    {
    case OPEN:
      end_well (self, reason, now, out);
      break;
    case HEADER:
      oree_s2s_in_stop (self, reason, now, out);
      break;
    case TLS:
      closed (self, reason, out); /* nothing can be said in the middle of a handshake */
      break;
    case SETTLING:
    case CLOSING:
    case CLOSED:
      break;
    }
}

/* ---- time ---- */

static gboolean
expire_pending (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  for (guint i = 0; i < self->pending->len; i++)
    {
      Pending *pending = g_ptr_array_index (self->pending, i);

      if (now >= pending->deadline)
        {
          oree_s2s_in_conclude (self, pending, OREE_DIALBACK_RESULT_TIMEOUT, now, out);
          return TRUE;
        }
    }
  return FALSE;
}

static OreeTime
after (OreeTime from, OreeTime span)
{
  return span == OREE_TIME_NEVER ? OREE_TIME_NEVER : from + span;
}

void
oree_s2s_in_on_deadline (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  if (self->state == CLOSED)
    return;
  if (self->state == CLOSING)
    {
      if (now >= self->close_by)
        closed (self, self->reason, out);
      return;
    }
  oree_s2s_acks_in_expire (&self->acks, now);
  oree_s2s_in_flush (self, now, out);
  if (self->state == CLOSED || self->state == CLOSING || self->state == SETTLING)
    return;
  while (self->state == OPEN && expire_pending (self, now, out))
    ;
  if (!is_established (self))
    {
      if (now >= self->establish_by && self->state == TLS)
        closed (self, OREE_S2S_ESTABLISH_TIMEOUT, out);
      else if (now >= self->establish_by && self->state != CLOSING)
        oree_s2s_in_stop (self, self->asked_by_peer ? OREE_S2S_IDLE : OREE_S2S_ESTABLISH_TIMEOUT, now, out);
      return;
    }
  if (now >= self->stranger_by)
    oree_s2s_in_stop (self, OREE_S2S_STRANGER, now, out);
  else if (now >= after (self->last_stanza, self->policy.inactivity))
    end_well (self, OREE_S2S_IDLE, now, out);
  else if (now >= after (self->last_life, self->policy.keep_alive_interval))
    {
      oree_effects_send (out, " ", 1); /* RFC 6120 4.6.1 */
      self->last_life = now;
    }
}

OreeTime
oree_s2s_in_deadline (const OreeS2sIn *self)
{
  OreeTime at = oree_s2s_acks_in_deadline (&self->acks);

  if (self->state == CLOSED)
    return OREE_TIME_NEVER;
  if (self->state == CLOSING)
    return self->close_by;
  if (self->news_since != OREE_TIME_NEVER)
    at = MIN (at, self->news_since + NEWS_WAIT);
  if (self->state == SETTLING)
    return oree_s2s_acks_in_open (&self->acks) == 0 ? self->last_stanza : at;
  for (guint i = 0; i < self->pending->len; i++)
    at = MIN (at, ((Pending *) g_ptr_array_index (self->pending, i))->deadline);
  if (!is_established (self))
    return MIN (at, self->establish_by);
  at = MIN (at, self->stranger_by);
  at = MIN (at, after (self->last_stanza, self->policy.inactivity));
  return MIN (at, after (self->last_life, self->policy.keep_alive_interval));
}

/* ---- getters ---- */

const OreeS2sPairs *
oree_s2s_in_pairs (const OreeS2sIn *self)
{
  return &self->pairs;
}

const char *
oree_s2s_in_remote (const OreeS2sIn *self)
{
  return self->remote;
}

const char *
oree_s2s_in_local (const OreeS2sIn *self)
{
  return self->local;
}

const char *
oree_s2s_in_stream_id (const OreeS2sIn *self)
{
  return self->stream_id;
}

gboolean
oree_s2s_in_is_tls (const OreeS2sIn *self)
{
  return self->tls;
}

gboolean
oree_s2s_in_is_ready (const OreeS2sIn *self)
{
  return is_established (self);
}

gboolean
oree_s2s_in_is_closed (const OreeS2sIn *self)
{
  return self->state == CLOSED;
}

const char *
oree_s2s_in_peer_error (const OreeS2sIn *self)
{
  return oree_stream_err_condition (self->peer_error);
}

gboolean
oree_s2s_in_has_acks (const OreeS2sIn *self)
{
  return self->acks_on;
}

guint
oree_s2s_in_open (const OreeS2sIn *self)
{
  return oree_s2s_acks_in_open (&self->acks);
}
