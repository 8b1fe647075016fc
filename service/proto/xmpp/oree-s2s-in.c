/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inbound stream.
 *
 *   HEADER ──header──► OPEN ──<starttls/>──► TLS ──on_tls──► HEADER
 *     │ └─ what may prove the domain is not known yet ──► PROVING ──on_proof_known──► OPEN
 *     ▲                 │ ▲
 *     │                 │ └─ <db:result/> … on_verified: a pair is proved, the stream goes on
 *     └──── <auth/> ────┤
 *                       ├─ error, close, idle ──► CLOSING ──peer's end, time──► CLOSED
 *                       └─ peer's end, close with open stanzas ──► SETTLING ──► CLOSING or CLOSED
 */
#include "proto/xmpp/oree-s2s-in.h"
#include "base/oree-limits.h"
#include "proto/xmpp/oree-s2s-in-private.h"

#define ENABLE_WAIT OREE_SECOND

OreeS2sIn *
oree_s2s_in_new (const OreeS2sQueries *queries, OreeSpan secret, gboolean certificate, OreeTime now)
{
  OreeS2sIn *self = g_new0 (OreeS2sIn, 1);

  oree_s2s_receiver_init (&self->receiver, queries, secret, now);
  oree_s2s_sender_init (&self->sender, now);
  self->certificate = certificate;
  self->receiver.queries.policy (self->receiver.queries.data, NULL, &self->policy);
  self->started = now;
  self->close_by = self->peer_idle = OREE_TIME_NEVER;
  self->last_heard = self->last_sent = now;
  return self;
}

void
oree_s2s_in_free (OreeS2sIn *self)
{
  if (self == NULL)
    return;
  g_free (self->remote);
  g_free (self->local);
  oree_s2s_receiver_clear (&self->receiver);
  oree_s2s_sender_clear (&self->sender);
  g_free (self);
}

/* ---- small questions ---- */

gboolean
oree_s2s_in_offers_tls (const OreeS2sIn *self)
{
  return !self->receiver.tls && self->certificate && self->policy.tls != OREE_S2S_NOT_SUPPORTED;
}

static gboolean
is_established (const OreeS2sIn *self)
{
  return self->state == OPEN && oree_s2s_receiver_is_proved (&self->receiver);
}

/* Nothing delivered waits for its outcome, nothing of ours is in doubt. */
static gboolean
is_settled (const OreeS2sIn *self)
{
  return oree_s2s_receiver_open (&self->receiver) == 0 && oree_s2s_sender_is_drained (&self->sender);
}

static OreeTime
last_stanza (const OreeS2sIn *self)
{
  return MAX (self->receiver.last_stanza, self->sender.last_stanza);
}

static OreeTime
keep_alive_at (const OreeS2sIn *self)
{
  OreeTime sent = MAX (self->last_sent, MAX (self->receiver.last_sent, self->sender.last_sent));

  return oree_s2s_policy_keep_alive_at (&self->policy, self->last_heard, sent, self->peer_idle);
}

/* ---- sending and ending ---- */

void
oree_s2s_in_send_text (OreeS2sIn *self, GString *text, OreeTime now, OreeEffects *out)
{
  self->last_sent = now;
  oree_effects_take_string (out, text);
}

/* A receiver always shows its own header before an error (RFC 6120 4.9.1.2). */
static void
append_header (OreeS2sIn *self, GString *text, const OreeStreamHeader *peer)
{
  OreeStreamHeader header = {
    .from = oree_s2s_receiver_is_ours (&self->receiver, self->local) ? self->local : "",
    .to = peer != NULL ? peer->from : NULL,
    .lang = "en",
    .major = peer == NULL || peer->major > 0 ? 1 : 0, /* a peer of before 1.0 gets no version */
  };

  g_free (self->receiver.stream_id);
  self->receiver.stream_id = self->receiver.queries.stream_id (self->receiver.queries.data);
  header.id = self->receiver.stream_id;
  oree_stream_header_write (text, &header);
  self->header_sent = TRUE;
}

static void
closed (OreeS2sIn *self, OreeS2sReason reason, OreeEffects *out)
{
  oree_s2s_sender_fail_all (&self->sender, reason, out);
  self->state = CLOSED;
  g_ptr_array_set_size (self->receiver.pending, 0);
  oree_effects_add (out, OREE_EFFECT_CLOSE, (int) reason);
}

/* Last words: what was handled, the error, the end tag. Then the peer's end, or time, closes. */
void
oree_s2s_in_stop_with (OreeS2sIn *self, OreeS2sReason reason, OreeStreamErr err, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);

  if (!self->header_sent)
    append_header (self, text, NULL);
  oree_s2s_receiver_last_ack (&self->receiver, text);
  if (err != OREE_STREAM_ERR_NONE)
    oree_stream_error_write (text, err, NULL);
  oree_stream_end_write (text);
  oree_s2s_in_send_text (self, text, now, out);
  oree_s2s_sender_fail_all (&self->sender, reason, out);
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
  if (self->leave != OREE_S2S_OK)
    return self->leave;
  return self->receiver.refused != OREE_S2S_OK && !oree_s2s_receiver_is_proved (&self->receiver)
           ? self->receiver.refused
           : reason;
}

/* A pair is proved and the stream stands: our stanzas may go this way too (XEP-0288 2.3). After SASL a peer that knows
 * acknowledgements switches them on at once; it gets a moment, so that the first stanza counts already. */
static void
open_sender (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  if (self->bidi && is_established (self) && !self->sender.open && now >= self->enable_by)
    oree_s2s_sender_open (&self->sender, FALSE, now, out);
}

/* ---- header and features ---- */

/* Offered once TLS stands, before the peer has proved itself, to partners alone. */
static gboolean
offers_bidi (const OreeS2sIn *self)
{
  return self->receiver.tls && self->policy.bidirectional && self->remote != NULL
         && self->policy.standing == OREE_S2S_STANDING_PARTNER && !oree_s2s_receiver_is_proved (&self->receiver);
}

/* In good order: what was delivered is settled first, so that the peer learns of it (at most OREE_REPORT_SECONDS), and
 * what we sent is acknowledged, if the peer still speaks. */
static void
end_well (OreeS2sIn *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  self->reason = reason;
  if (self->peer_ended)
    oree_s2s_sender_fail_all (&self->sender, reason, out);
  self->enable_by = 0;
  open_sender (self, now, out);
  oree_s2s_sender_shut (&self->sender);
  if (is_settled (self))
    {
      oree_s2s_in_stop (self, reason, now, out);
      return;
    }
  self->state = SETTLING;
  self->close_by = now + MAX (OREE_S2S_CLOSE_SECONDS, OREE_REPORT_SECONDS) * OREE_SECOND;
  oree_s2s_sender_flush (&self->sender, now, out);
}

static void
stop_if_bad (OreeS2sIn *self, OreeS2sReason bad, OreeTime now, OreeEffects *out)
{
  if (bad != OREE_S2S_OK)
    oree_s2s_in_stop (self, bad, now, out);
}

static void
send_features (OreeS2sIn *self, GString *text)
{
  OreeStreamFeatures features = { 0 };
  gboolean dialback = oree_s2s_policy_dialback (&self->policy, self->receiver.tls);

  features.starttls = oree_s2s_in_offers_tls (self);
  features.starttls_required = features.starttls && self->policy.tls == OREE_S2S_REQUIRED;
  /* When TLS is mandatory nothing else is offered (RFC 6120 5.3.1). */
  if (!features.starttls_required)
    {
      self->external_offered = self->receiver.tls && !self->external_done && self->remote != NULL
                               && oree_s2s_policy_sasl (&self->policy)
                               && oree_s2s_receiver_proves (&self->receiver, self->remote);
      self->bidi_offered = offers_bidi (self);
      features.external = self->external_offered;
      features.dialback = features.dialback_errors = dialback;
      features.sm = self->external_done || dialback;
      features.bidi = self->bidi_offered;
      features.limits.max_bytes = OREE_XML_STANZA_MAX;
      features.limits.idle_seconds = oree_s2s_policy_idle_seconds (&self->policy);
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
  if (!oree_s2s_receiver_is_ours (&self->receiver, to))
    return OREE_S2S_HOST_UNKNOWN;
  return oree_s2s_receiver_is_ours (&self->receiver, from) ? OREE_S2S_INVALID_FROM : OREE_S2S_OK;
}

/* Is there any way left for this peer to authenticate? */
static OreeS2sReason
judge_methods (const OreeS2sIn *self, guint major)
{
  gboolean tls = self->receiver.tls;

  if (self->policy.standing == OREE_S2S_STANDING_BLOCKED)
    return OREE_S2S_BLOCKED;
  if (!tls && self->policy.tls == OREE_S2S_REQUIRED && (major == 0 || !self->certificate))
    return OREE_S2S_TLS_REQUIRED;
  if (tls && self->policy.tls == OREE_S2S_NOT_SUPPORTED)
    return OREE_S2S_TLS_NOT_ALLOWED; /* it began with TLS (XEP-0368): STARTTLS was not on offer */
  if (tls && self->remote != NULL && !self->external_done && !oree_s2s_policy_dialback (&self->policy, TRUE))
    return oree_s2s_policy_sasl (&self->policy) && oree_s2s_receiver_proves (&self->receiver, self->remote)
             ? OREE_S2S_OK
             : OREE_S2S_CERT_NOT_PROVEN;
  return OREE_S2S_OK;
}

/* The header was answered; what the certificate proves is known. */
static void
greet (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  OreeS2sReason bad = judge_methods (self, self->peer_major);

  if (bad != OREE_S2S_OK)
    {
      oree_s2s_in_stop (self, bad, now, out);
      return;
    }
  self->state = OPEN;
  if (self->peer_major > 0)
    {
      GString *text = g_string_new (NULL);

      send_features (self, text);
      oree_s2s_in_send_text (self, text, now, out);
      if (self->external_done && !self->receiver.acks_on)
        self->enable_by = now + ENABLE_WAIT;
    }
  open_sender (self, now, out);
}

/* The features say whether the certificate is proof enough: they wait until that is known. */
static gboolean
must_wait (const OreeS2sIn *self)
{
  return self->receiver.tls && self->remote != NULL && self->peer_major > 0 && !self->external_done
         && self->policy.standing == OREE_S2S_STANDING_PARTNER && oree_s2s_policy_sasl (&self->policy)
         && oree_s2s_receiver_awaits_proof (&self->receiver, self->remote);
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
      self->receiver.queries.policy (self->receiver.queries.data, self->remote, &self->policy);
    }
  append_header (self, text, &header);
  oree_s2s_in_send_text (self, text, now, out);
  g_free (self->receiver.lang);
  self->receiver.lang = g_strdup (header.lang);
  if (err != OREE_STREAM_ERR_NONE)
    {
      oree_s2s_in_stop_with (self, OREE_S2S_BAD_HEADER, err, now, out);
      return;
    }
  self->peer_major = header.major;
  if (bad == OREE_S2S_OK)
    bad = self->leave;
  if (bad != OREE_S2S_OK)
    oree_s2s_in_stop (self, bad, now, out);
  else if (must_wait (self))
    self->state = PROVING;
  else
    greet (self, now, out);
}

void
oree_s2s_in_on_proof_known (OreeS2sIn *self, const char *domain, OreeTime now, OreeEffects *out)
{
  if (self->state == PROVING && strcmp (domain, self->remote) == 0)
    greet (self, now, out);
  else if (self->state == OPEN)
    {
      stop_if_bad (self, oree_s2s_receiver_on_proof_known (&self->receiver, domain, now, out), now, out);
      open_sender (self, now, out);
    }
}

/* ---- elements ---- */

static void
on_bidi (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeStreamLimits limits;

  if (!self->bidi_offered || oree_s2s_receiver_is_proved (&self->receiver))
    {
      oree_s2s_in_stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
      return;
    }
  self->bidi = TRUE;
  oree_stream_limits_read (&limits, node);
  self->sender.max_bytes = limits.max_bytes;
  self->peer_idle = limits.idle_seconds > 0 ? limits.idle_seconds * OREE_SECOND : OREE_TIME_NEVER;
}

static void
on_enable (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);
  gboolean may = !self->receiver.acks_on && is_established (self);

  if (may)
    oree_sm_enabled_write (text);
  else
    oree_sm_failed_write (text, OREE_STANZA_ERR_UNEXPECTED_REQUEST);
  oree_s2s_in_send_text (self, text, now, out);
  if (!may)
    return;
  self->external_offered = FALSE; /* no restart any more: the counts would be lost */
  oree_s2s_receiver_enable_acks (&self->receiver);
  oree_s2s_sender_enabled_by_peer (&self->sender);
  self->enable_by = 0;
  open_sender (self, now, out);
}

static void
on_sm (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  const char *name = oree_xml_node_name (node);
  OreeStreamErr err;
  OreeS2sReason bad;

  if (strcmp (name, "enable") == 0)
    on_enable (self, now, out);
  else if (strcmp (name, "resume") == 0)
    {
      GString *text = g_string_new (NULL);

      oree_sm_failed_write (text, OREE_STANZA_ERR_ITEM_NOT_FOUND);
      oree_s2s_in_send_text (self, text, now, out);
    }
  else if (strcmp (name, "r") == 0 && self->receiver.acks_on)
    oree_s2s_receiver_on_request (&self->receiver, now, out);
  else
    {
      bad = oree_s2s_sender_on_sm (&self->sender, node, now, out, &err);
      if (bad != OREE_S2S_OK)
        oree_s2s_in_stop_with (self, bad, err, now, out);
    }
}

/* ---- events ---- */

static void
on_element (OreeS2sIn *self, const OreeXmlEvent *event, OreeTime now, OreeEffects *out)
{
  const OreeXmlNode *node = event->node;
  const char *ns = oree_xml_node_ns (node);

  if (strcmp (ns, OREE_NS_SERVER) == 0)
    stop_if_bad (self, oree_s2s_receiver_on_stanza (&self->receiver, event, now, out), now, out);
  else if (strcmp (ns, OREE_NS_SM) == 0)
    on_sm (self, node, now, out);
  else if (strcmp (ns, OREE_NS_DIALBACK) == 0)
    {
      stop_if_bad (self, oree_s2s_receiver_on_dialback (&self->receiver, node, now, out), now, out);
      open_sender (self, now, out);
    }
  else if (strcmp (ns, OREE_NS_SASL) == 0)
    oree_s2s_in_on_sasl (self, node, now, out);
  else if (oree_xml_node_is (node, "starttls", OREE_NS_TLS))
    oree_s2s_in_on_starttls (self, now, out);
  else if (oree_stream_is_bidi (node))
    on_bidi (self, node, now, out);
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

/* While the last things are settled only acknowledgements of what we sent still matter. */
static void
on_element_settling (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeStreamErr err;

  if (strcmp (oree_xml_node_ns (node), OREE_NS_SM) == 0
      && oree_s2s_sender_on_sm (&self->sender, node, now, out, &err) == OREE_S2S_OK)
    return;
  if (oree_stream_is_error (node))
    {
      self->peer_ended = TRUE;
      oree_s2s_sender_fail_all (&self->sender, self->reason, out);
    }
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
      else if (self->state == SETTLING)
        on_element_settling (self, event->node, now, out);
      break;
    case OREE_XML_EVENT_END:
      self->peer_ended = TRUE;
      if (self->state == CLOSING)
        closed (self, self->reason, out);
      else if (self->state == SETTLING)
        oree_s2s_sender_fail_all (&self->sender, self->reason, out);
      else if (self->state == OPEN)
        {
          OreeS2sReason reason = reason_of_end (self, OREE_S2S_OK);

          if (reason == OREE_S2S_OK)
            end_well (self, reason, now, out);
          else
            oree_s2s_in_stop_with (self, reason, OREE_STREAM_ERR_NONE, now, out);
        }
      else if (self->state == HEADER || self->state == PROVING)
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
  self->last_heard = now;
}

void
oree_s2s_in_on_verified (OreeS2sIn *self, const char *receiving, const char *originating, const char *stream_id,
                         OreeDialbackResult result, OreeTime now, OreeEffects *out)
{
  if (self->state != OPEN)
    return;
  stop_if_bad (self,
               oree_s2s_receiver_on_verified (&self->receiver, receiving, originating, stream_id, result, now, out),
               now, out);
  open_sender (self, now, out);
}

void
oree_s2s_in_settle (OreeS2sIn *self, guint64 slot)
{
  oree_s2s_receiver_settle (&self->receiver, slot);
}

void
oree_s2s_in_flush (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  if (self->state == SETTLING && is_settled (self))
    {
      oree_s2s_in_stop (self, self->reason, now, out);
      return;
    }
  if (self->state != OPEN && self->state != SETTLING)
    return;
  oree_s2s_receiver_flush (&self->receiver, now, out);
  oree_s2s_sender_flush (&self->sender, now, out);
}

/* ---- what the owner puts in ---- */

gboolean
oree_s2s_in_carries (const OreeS2sIn *self, const char *local, const char *remote)
{
  /* Between SASL's success and the new header it waits a moment. */
  return self->bidi && !self->sender.shut
         && oree_s2s_pairs_find (&self->receiver.pairs, remote, local) != OREE_S2S_PROOF_NONE;
}

void
oree_s2s_in_send_bytes (OreeS2sIn *self, GBytes *stanza, guint64 token, OreeTime now, OreeEffects *out)
{
  if (!self->bidi || self->state == CLOSED)
    oree_effects_add_token (out, OREE_EFFECT_FAIL, OREE_S2S_CONNECTION_LOST, token);
  else
    oree_s2s_sender_put (&self->sender, stanza, token, now, out);
}

gboolean
oree_s2s_in_cancel (OreeS2sIn *self, guint64 token)
{
  return oree_s2s_sender_cancel (&self->sender, token);
}

void
oree_s2s_in_on_policy (OreeS2sIn *self)
{
  self->receiver.queries.policy (self->receiver.queries.data, self->remote, &self->policy);
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
    case PROVING:
      /* Between <success/> and the peer's next header it still reads the old stream: a header of ours would be
       * broken XML there (RFC 6120 6.4.6). */
      if (self->state == HEADER && self->external_done && !self->header_sent)
        {
          self->leave = reason;
          self->close_by = now + OREE_S2S_CLOSE_SECONDS * OREE_SECOND;
        }
      else
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

void
oree_s2s_in_withdraw (OreeS2sIn *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  if (self->state == OPEN || self->state == HEADER || self->state == PROVING)
    oree_s2s_sender_fail_waiting (&self->sender, reason, out);
  oree_s2s_in_close (self, reason, now, out);
}

/* ---- time ---- */

static OreeTime
establish_by (const OreeS2sIn *self)
{
  return self->leave != OREE_S2S_OK ? self->close_by : self->started + self->policy.establish;
}

static void
on_deadline_unproved (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  if (now < establish_by (self))
    return;
  if (self->state == TLS)
    closed (self, OREE_S2S_ESTABLISH_TIMEOUT, out);
  else if (self->leave != OREE_S2S_OK)
    closed (self, self->leave, out);
  else
    oree_s2s_in_stop (self, self->receiver.asked_by_peer ? OREE_S2S_IDLE : OREE_S2S_ESTABLISH_TIMEOUT, now, out);
}

void
oree_s2s_in_on_deadline (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  OreeS2sReason bad;

  if (self->state == CLOSED)
    return;
  if (self->state == CLOSING)
    {
      if (now >= self->close_by)
        closed (self, self->reason, out);
      return;
    }
  bad = oree_s2s_receiver_on_deadline (&self->receiver, self->state == OPEN, now, out);
  if (bad == OREE_S2S_OK)
    bad = oree_s2s_sender_on_deadline (&self->sender, now, out);
  if (bad != OREE_S2S_OK && self->state != TLS)
    {
      oree_s2s_in_stop (self, bad, now, out);
      return;
    }
  if (self->state == SETTLING)
    {
      if (is_settled (self) || now >= self->close_by)
        oree_s2s_in_stop (self, self->reason, now, out);
      return;
    }
  open_sender (self, now, out);
  if (!is_established (self))
    on_deadline_unproved (self, now, out);
  else if (now >= self->receiver.stranger_by)
    oree_s2s_in_stop (self, OREE_S2S_STRANGER, now, out);
  else if (now >= oree_s2s_policy_inactive_at (&self->policy, last_stanza (self)))
    end_well (self, OREE_S2S_IDLE, now, out);
  else if (now >= keep_alive_at (self) && !oree_s2s_sender_probe (&self->sender, now, out))
    {
      oree_effects_send (out, " ", 1); /* RFC 6120 4.6.1 */
      self->last_sent = now;
    }
}

OreeTime
oree_s2s_in_deadline (const OreeS2sIn *self)
{
  OreeTime at;

  if (self->state == CLOSED)
    return OREE_TIME_NEVER;
  if (self->state == CLOSING)
    return self->close_by;
  at = MIN (oree_s2s_receiver_deadline (&self->receiver, self->state == OPEN),
            oree_s2s_sender_deadline (&self->sender));
  if (self->state == SETTLING)
    return is_settled (self) ? self->last_heard : MIN (at, self->close_by);
  if (!is_established (self))
    return MIN (at, establish_by (self));
  if (self->bidi && !self->sender.open)
    at = MIN (at, self->enable_by);
  at = MIN (at, self->receiver.stranger_by);
  at = MIN (at, oree_s2s_policy_inactive_at (&self->policy, last_stanza (self)));
  return MIN (at, keep_alive_at (self));
}

/* ---- getters ---- */

const OreeS2sPairs *
oree_s2s_in_pairs (const OreeS2sIn *self)
{
  return &self->receiver.pairs;
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
  return self->receiver.stream_id;
}

gboolean
oree_s2s_in_is_tls (const OreeS2sIn *self)
{
  return self->receiver.tls;
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
  return self->receiver.acks_on;
}

guint
oree_s2s_in_open (const OreeS2sIn *self)
{
  return oree_s2s_receiver_open (&self->receiver);
}

gboolean
oree_s2s_in_is_bidirectional (const OreeS2sIn *self)
{
  return self->bidi;
}

const OreeS2sSender *
oree_s2s_in_sender (const OreeS2sIn *self)
{
  return &self->sender;
}

gboolean
oree_s2s_in_awaits_proof (const OreeS2sIn *self)
{
  return self->state == PROVING;
}

gboolean
oree_s2s_in_awaits_keys (const OreeS2sIn *self)
{
  return self->receiver.pending->len > 0;
}
