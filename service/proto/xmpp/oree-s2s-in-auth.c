/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the peer of an inbound stream proves the domain of its header: STARTTLS and SASL EXTERNAL. (Dialback is the
 * receiving half's.) */
#include "base/oree-limits.h"
#include "proto/xmpp/oree-s2s-in-private.h"

void
oree_s2s_in_on_starttls (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);

  if (!oree_s2s_in_offers_tls (self))
    {
      oree_stream_tls_failure_write (text);
      oree_s2s_in_send_text (self, text, now, out);
      oree_s2s_in_stop_with (self,
                             !self->receiver.tls && self->policy.tls == OREE_S2S_NOT_SUPPORTED
                               ? OREE_S2S_TLS_NOT_ALLOWED
                               : OREE_S2S_BAD_PROTOCOL,
                             OREE_STREAM_ERR_NONE, now, out);
      return;
    }
  oree_stream_proceed_write (text);
  oree_s2s_in_send_text (self, text, now, out);
  self->state = TLS;
  oree_effects_add (out, OREE_EFFECT_TLS, 0);
  oree_effects_add (out, OREE_EFFECT_RESTART, 0);
}

void
oree_s2s_in_on_direct_tls (OreeS2sIn *self)
{
  if (self->state == HEADER && !self->header_sent)
    self->state = TLS;
}

void
oree_s2s_in_on_tls (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  if (self->state != TLS)
    return;
  self->receiver.tls = TRUE;
  self->state = HEADER;
  self->header_sent = FALSE;
  /* Everything learnt in clear is void (RFC 6120 5.4.3.3), but the pair may not change. */
  self->bidi = self->bidi_offered = FALSE;
  oree_s2s_receiver_reset (&self->receiver);
}

static void
sasl_failed (OreeS2sIn *self, OreeSaslCondition condition, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);

  self->challenged = FALSE;
  oree_sasl_failure_write (text, condition);
  oree_s2s_in_send_text (self, text, now, out);
  if (++self->sasl_failures >= OREE_S2S_SASL_ATTEMPTS_MAX)
    oree_s2s_in_stop (self, OREE_S2S_SASL_ATTEMPTS, now, out);
}

/* The authorisation identity is there: XEP-0178 3, all checks anew. */
static void
on_authzid (OreeS2sIn *self, const char *authzid, OreeTime now, OreeEffects *out)
{
  GString *text;

  if (*authzid != '\0')
    {
      g_autofree char *domain = normal (authzid);

      if (domain == NULL || g_strcmp0 (domain, self->remote) != 0)
        {
          sasl_failed (self, OREE_SASL_INVALID_AUTHZID, now, out);
          return;
        }
    }
  if (self->remote == NULL || !oree_s2s_receiver_proves (&self->receiver, self->remote))
    {
      self->receiver.refused = OREE_S2S_CERT_NOT_PROVEN;
      sasl_failed (self, OREE_SASL_NOT_AUTHORIZED, now, out);
      return;
    }
  self->external_done = TRUE;
  self->external_offered = FALSE;
  self->challenged = FALSE;
  self->state = HEADER;
  self->header_sent = FALSE;
  text = g_string_new (NULL);
  oree_sasl_success_write (text);
  oree_s2s_in_send_text (self, text, now, out);
  oree_effects_add (out, OREE_EFFECT_RESTART, 0);
  oree_s2s_receiver_proved (&self->receiver, self->remote, self->local, OREE_S2S_PROOF_EXTERNAL, now, out);
}

static void
on_auth (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  const char *mechanism = oree_xml_node_attribute (node, "mechanism");
  g_autofree char *authzid = NULL;
  gboolean absent;

  if (!self->receiver.tls)
    {
      sasl_failed (self, OREE_SASL_ENCRYPTION_REQUIRED, now, out);
      return;
    }
  if (mechanism == NULL || strcmp (mechanism, "EXTERNAL") != 0)
    {
      sasl_failed (self, OREE_SASL_INVALID_MECHANISM, now, out);
      return;
    }
  if (!self->external_offered)
    {
      sasl_failed (self, OREE_SASL_NOT_AUTHORIZED, now, out);
      return;
    }
  authzid = oree_sasl_authzid_read (node, &absent);
  if (authzid == NULL)
    sasl_failed (self, OREE_SASL_INCORRECT_ENCODING, now, out);
  else if (absent)
    {
      GString *text = g_string_new (NULL);

      self->challenged = TRUE;
      oree_sasl_challenge_write (text);
      oree_s2s_in_send_text (self, text, now, out);
    }
  else
    on_authzid (self, authzid, now, out);
}

void
oree_s2s_in_on_sasl (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  const char *name = oree_xml_node_name (node);

  if (strcmp (name, "auth") == 0)
    on_auth (self, node, now, out);
  else if (strcmp (name, "response") == 0 && self->challenged)
    {
      gboolean absent;
      g_autofree char *authzid = oree_sasl_authzid_read (node, &absent);

      if (authzid == NULL)
        sasl_failed (self, OREE_SASL_INCORRECT_ENCODING, now, out);
      else
        on_authzid (self, authzid, now, out);
    }
  else if (strcmp (name, "abort") == 0)
    sasl_failed (self, OREE_SASL_ABORTED, now, out);
  else
    sasl_failed (self, OREE_SASL_MALFORMED_REQUEST, now, out);
}
