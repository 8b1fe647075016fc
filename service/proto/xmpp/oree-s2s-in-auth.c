/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the peer of an inbound stream proves its domains: STARTTLS, SASL EXTERNAL, dialback in the receiving role; and
 * our answers in the authoritative role. */
#include "base/oree-limits.h"
#include "proto/xmpp/oree-s2s-in-private.h"

#define KEY_MAX 1024 /* a dialback key; ours has 64 digits, others are opaque */

/* ---- TLS and SASL ---- */

void
oree_s2s_in_on_starttls (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);

  if (!oree_s2s_in_offers_tls (self))
    {
      oree_stream_tls_failure_write (text);
      oree_s2s_in_send_text (self, text, now, out);
      oree_s2s_in_stop_with (self,
                             !self->tls && self->policy.tls == OREE_S2S_NOT_SUPPORTED ? OREE_S2S_TLS_NOT_ALLOWED
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
oree_s2s_in_on_tls (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  if (self->state != TLS)
    return;
  self->tls = TRUE;
  self->state = HEADER;
  self->header_sent = FALSE;
  /* Everything learnt in clear is void (RFC 6120 5.4.3.3), but the pair may not change. */
  oree_s2s_pairs_clear (&self->pairs);
  g_ptr_array_set_size (self->pending, 0);
  oree_s2s_acks_in_clear (&self->acks);
  self->acks_on = FALSE;
}

static void
proved (OreeS2sIn *self, const char *from, const char *to, OreeS2sProof proof, OreeTime now, OreeEffects *out)
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
  if (self->remote == NULL || !oree_s2s_in_proves (self, self->remote))
    {
      self->refused = OREE_S2S_CERT_NOT_PROVEN;
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
  proved (self, self->remote, self->local, OREE_S2S_PROOF_EXTERNAL, now, out);
}

static void
on_auth (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  const char *mechanism = oree_xml_node_attribute (node, "mechanism");
  g_autofree char *authzid = NULL;
  gboolean absent;

  if (!self->tls)
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

/* ---- dialback ---- */

static void
answer (OreeS2sIn *self, gboolean verify, const char *from, const char *to, const char *id, OreeDialbackType type,
        OreeStanzaErr error, OreeTime now, OreeEffects *out)
{
  OreeDialbackElement element = { verify, type, from, to, id, NULL, error };
  GString *text = g_string_new (NULL);

  oree_dialback_element_write (text, &element);
  oree_s2s_in_send_text (self, text, now, out);
}

/* Counts what a peer may get wrong only so often. */
static void
dialback_failed (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  if (++self->dialback_failures >= OREE_S2S_DIALBACK_ATTEMPTS_MAX && self->state == OPEN)
    oree_s2s_in_stop (self, OREE_S2S_DIALBACK_ATTEMPTS, now, out);
}

static Pending *
find_pending (const OreeS2sIn *self, const char *receiving, const char *originating)
{
  for (guint i = 0; i < self->pending->len; i++)
    {
      Pending *pending = g_ptr_array_index (self->pending, i);

      if (strcmp (pending->check->receiving, receiving) == 0
          && strcmp (pending->check->originating, originating) == 0)
        return pending;
    }
  return NULL;
}

static void
refuse_result (OreeS2sIn *self, const OreeDialbackElement *request, OreeStanzaErr error, OreeTime now,
               OreeEffects *out)
{
  answer (self, FALSE, request->to, request->from, NULL, OREE_DIALBACK_ERROR, error, now, out);
  dialback_failed (self, now, out);
}

/* The receiving role, step 1: which error, if any, keeps the key from being looked at. */
static gboolean
judge_result (const OreeS2sIn *self, const OreeDialbackElement *request, const char *from, const char *to,
              const OreeS2sPolicy *policy, OreeStanzaErr *error)
{
  gsize length = strlen (request->key);

  if (!oree_s2s_in_is_ours (self, to))
    *error = OREE_STANZA_ERR_ITEM_NOT_FOUND; /* not a stream error: others may share the stream */
  else if (!oree_s2s_policy_dialback (policy, self->tls))
    *error = !self->tls && oree_s2s_policy_dialback (policy, TRUE) ? OREE_STANZA_ERR_POLICY_VIOLATION
                                                                   : OREE_STANZA_ERR_NOT_AUTHORIZED;
  else if (length == 0 || length > KEY_MAX)
    *error = OREE_STANZA_ERR_NOT_ACCEPTABLE;
  else if (oree_s2s_pairs_find (&self->pairs, from, to) == OREE_S2S_PROOF_NONE
           && oree_s2s_pairs_length (&self->pairs) + self->pending->len >= OREE_S2S_PAIRS_MAX)
    *error = OREE_STANZA_ERR_RESOURCE_CONSTRAINT;
  else
    return TRUE;
  return FALSE;
}

static void
ask (OreeS2sIn *self, const char *from, const char *to, const char *key, OreeTime now, OreeEffects *out)
{
  Pending *pending = find_pending (self, to, from);

  if (pending != NULL)
    g_ptr_array_remove (self->pending, pending); /* a newer key replaces it */
  pending = g_new (Pending, 1);
  pending->check = oree_dialback_check_new (to, from, self->stream_id, key);
  pending->deadline = now + OREE_S2S_DIALBACK_SECONDS * OREE_SECOND;
  g_ptr_array_add (self->pending, pending);
  oree_effects_add_object (out, OREE_EFFECT_ASK, 0, oree_dialback_check_new (to, from, self->stream_id, key),
                           (GDestroyNotify) oree_dialback_check_free);
}

static void
on_result (OreeS2sIn *self, const OreeDialbackElement *request, const char *from, const char *to, OreeTime now,
           OreeEffects *out)
{
  OreeS2sPolicy policy;
  OreeStanzaErr error;

  if (oree_s2s_in_is_ours (self, from))
    {
      oree_s2s_in_stop (self, OREE_S2S_INVALID_FROM, now, out);
      return;
    }
  self->queries.policy (self->queries.data, from, &policy);
  if (policy.standing == OREE_S2S_STANDING_BLOCKED)
    oree_s2s_in_stop (self, OREE_S2S_BLOCKED, now, out);
  else if (!judge_result (self, request, from, to, &policy, &error))
    {
      if (!oree_s2s_policy_dialback (&policy, self->tls))
        self->refused = !self->tls && policy.tls == OREE_S2S_REQUIRED ? OREE_S2S_TLS_REQUIRED
                                                                      : OREE_S2S_DIALBACK_NOT_ALLOWED;
      refuse_result (self, request, error, now, out);
    }
  else if (oree_s2s_pairs_find (&self->pairs, from, to) != OREE_S2S_PROOF_NONE)
    answer (self, FALSE, to, from, NULL, OREE_DIALBACK_VALID, 0, now, out);
  else if (oree_s2s_policy_sasl (&policy) && oree_s2s_in_proves (self, from))
    {
      /* XEP-0344: the certificate proves this very name, there is nothing to ask. */
      answer (self, FALSE, to, from, NULL, OREE_DIALBACK_VALID, 0, now, out);
      proved (self, from, to, OREE_S2S_PROOF_CERTIFICATE, now, out);
    }
  else
    ask (self, from, to, request->key, now, out);
}

/* The authoritative role: the key is recomputed, the stream it belongs to need not be known. */
static void
on_verify (OreeS2sIn *self, const OreeDialbackElement *request, const char *from, const char *to, OreeTime now,
           OreeEffects *out)
{
  OreeS2sPolicy policy;
  gboolean valid;

  self->asked_by_peer = TRUE;
  self->queries.policy (self->queries.data, from, &policy);
  if (policy.standing == OREE_S2S_STANDING_BLOCKED)
    {
      oree_s2s_in_stop (self, OREE_S2S_BLOCKED, now, out);
      return;
    }
  if (!oree_s2s_in_is_ours (self, to) || request->id == NULL || (policy.tls == OREE_S2S_REQUIRED && !self->tls))
    {
      OreeStanzaErr error = request->id == NULL   ? OREE_STANZA_ERR_BAD_REQUEST
                            : !oree_s2s_in_is_ours (self, to) ? OREE_STANZA_ERR_ITEM_NOT_FOUND
                                                  : OREE_STANZA_ERR_POLICY_VIOLATION;

      answer (self, TRUE, request->to, request->from, request->id, OREE_DIALBACK_ERROR, error, now, out);
      dialback_failed (self, now, out);
      return;
    }
  valid = oree_dialback_key_check (self->secret, from, to, request->id, oree_span_str (request->key));
  answer (self, TRUE, to, from, request->id, valid ? OREE_DIALBACK_VALID : OREE_DIALBACK_INVALID, 0, now, out);
  if (!valid)
    dialback_failed (self, now, out);
}

void
oree_s2s_in_on_dialback (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeDialbackElement element;
  g_autofree char *from = NULL, *to = NULL;

  if (!oree_dialback_element_read (&element, node))
    {
      oree_s2s_in_stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
      return;
    }
  if (element.type != OREE_DIALBACK_KEY)
    {
      /* An answer to a question never put here (XEP-0220 3.1): ignored, but only so often. */
      dialback_failed (self, now, out);
      return;
    }
  from = normal (element.from);
  to = normal (element.to);
  if (from == NULL || to == NULL)
    oree_s2s_in_stop (self, OREE_S2S_IMPROPER_ADDRESSING, now, out);
  else if (element.verify)
    on_verify (self, &element, from, to, now, out);
  else
    on_result (self, &element, from, to, now, out);
}

static OreeStanzaErr
result_error (OreeDialbackResult result)
{
  switch (result)
    {
    case OREE_DIALBACK_RESULT_NOT_FOUND:
      return OREE_STANZA_ERR_REMOTE_SERVER_NOT_FOUND;
    case OREE_DIALBACK_RESULT_CONNECT_FAILED:
    case OREE_DIALBACK_RESULT_TIMEOUT:
      return OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT;
    case OREE_DIALBACK_RESULT_INVALID:
      return OREE_STANZA_ERR_FORBIDDEN;
    case OREE_DIALBACK_RESULT_REFUSED:
    case OREE_DIALBACK_RESULT_VALID:
      break;
    }
  return OREE_STANZA_ERR_NOT_ACCEPTABLE;
}

/* Takes `check` off the list of pending ones first; the strings come from there. */
void
oree_s2s_in_conclude (OreeS2sIn *self, Pending *pending, OreeDialbackResult result, OreeTime now, OreeEffects *out)
{
  g_autoptr (OreeDialbackCheck) check = g_steal_pointer (&pending->check);

  g_ptr_array_remove (self->pending, pending);
  if (result == OREE_DIALBACK_RESULT_VALID)
    {
      answer (self, FALSE, check->receiving, check->originating, NULL, OREE_DIALBACK_VALID, 0, now, out);
      proved (self, check->originating, check->receiving,
              self->tls ? OREE_S2S_PROOF_DIALBACK_TLS : OREE_S2S_PROOF_DIALBACK, now, out);
      return;
    }
  if (result == OREE_DIALBACK_RESULT_INVALID && oree_s2s_pairs_length (&self->pairs) == 0)
    {
      /* XEP-0220 2.2.2: a wrong key and nothing else proved: say so and close. */
      answer (self, FALSE, check->receiving, check->originating, NULL, OREE_DIALBACK_INVALID, 0, now, out);
      oree_s2s_in_stop (self, OREE_S2S_DIALBACK_INVALID, now, out);
      return;
    }
  self->refused = result == OREE_DIALBACK_RESULT_TIMEOUT ? OREE_S2S_DIALBACK_TIMEOUT : OREE_S2S_DIALBACK_ERROR;
  answer (self, FALSE, check->receiving, check->originating, NULL, OREE_DIALBACK_ERROR, result_error (result), now,
          out);
  dialback_failed (self, now, out);
}

void
oree_s2s_in_on_verified (OreeS2sIn *self, const char *receiving, const char *originating, const char *stream_id,
                         OreeDialbackResult result, OreeTime now, OreeEffects *out)
{
  Pending *pending;

  if (self->state != OPEN || strcmp (stream_id, self->stream_id) != 0)
    return;
  pending = find_pending (self, receiving, originating);
  if (pending != NULL)
    oree_s2s_in_conclude (self, pending, result, now, out);
}
