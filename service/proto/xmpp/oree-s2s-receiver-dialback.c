/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dialback as receiving server (a key is presented to us: have it verified) and as authoritative server (somebody
 * asks whether a key is ours), XEP-0220. */
#include "base/oree-limits.h"
#include "codec/xmpp/oree-xmpp-stream.h"
#include "proto/xmpp/oree-s2s-receiver-private.h"

#define KEY_MAX 1024 /* ours has 64 digits, others are opaque */

void
oree_s2s_pending_free (gpointer data)
{
  OreeS2sPending *self = data;

  g_clear_pointer (&self->check, oree_dialback_check_free);
  g_free (self);
}

static void
answer (OreeS2sReceiver *self, gboolean verify, const char *from, const char *to, const char *id,
        OreeDialbackType type, OreeStanzaErr error, OreeTime now, OreeEffects *out)
{
  OreeDialbackElement element = { verify, type, from, to, id, NULL, error };
  GString *text = g_string_new (NULL);

  oree_dialback_element_write (text, &element);
  oree_s2s_receiver_send (self, text, now, out);
}

OreeS2sReason
oree_s2s_receiver_dialback_failed (OreeS2sReceiver *self)
{
  return ++self->dialback_failures >= OREE_S2S_DIALBACK_ATTEMPTS_MAX ? OREE_S2S_DIALBACK_ATTEMPTS : OREE_S2S_OK;
}

static OreeS2sPending *
find_pending (const OreeS2sReceiver *self, const char *receiving, const char *originating)
{
  for (guint i = 0; i < self->pending->len; i++)
    {
      OreeS2sPending *pending = g_ptr_array_index (self->pending, i);

      if (strcmp (pending->check->receiving, receiving) == 0
          && strcmp (pending->check->originating, originating) == 0)
        return pending;
    }
  return NULL;
}

/* ---- receiving server ---- */

/* Step 1: which error, if any, keeps the key from being looked at. */
static gboolean
judge_result (const OreeS2sReceiver *self, const OreeDialbackElement *request, const char *from, const char *to,
              const OreeS2sPolicy *policy, OreeStanzaErr *error)
{
  gsize length = strlen (request->key);

  if (!oree_s2s_receiver_is_ours (self, to))
    *error = OREE_STANZA_ERR_ITEM_NOT_FOUND; /* not a stream error: others may share the stream */
  else if (!oree_s2s_policy_dialback (policy, self->tls))
    *error = !self->tls && oree_s2s_policy_dialback (policy, TRUE) ? OREE_STANZA_ERR_POLICY_VIOLATION
                                                                   : OREE_STANZA_ERR_NOT_AUTHORIZED;
  else if (length == 0 || length > KEY_MAX)
    *error = OREE_STANZA_ERR_NOT_ACCEPTABLE;
  else if (oree_s2s_pairs_find (&self->pairs, from, to) == OREE_S2S_PROOF_NONE
           && (self->pending->len >= OREE_S2S_PENDING_MAX
               || oree_s2s_pairs_length (&self->pairs) + self->pending->len >= OREE_S2S_PAIRS_MAX))
    *error = OREE_STANZA_ERR_RESOURCE_CONSTRAINT;
  else
    return TRUE;
  return FALSE;
}

static void
ask (OreeS2sPending *pending, OreeEffects *out)
{
  const OreeDialbackCheck *check = pending->check;

  pending->awaits_proof = FALSE;
  oree_effects_add_object (out, OREE_EFFECT_ASK, 0,
                           oree_dialback_check_new (check->receiving, check->originating, check->stream_id, check->key),
                           (GDestroyNotify) oree_dialback_check_free);
}

/* `*added` is set on OK alone. */
static OreeS2sReason
add_pending (OreeS2sReceiver *self, const char *from, const char *to, const char *key, OreeTime now,
             OreeS2sPending **added)
{
  OreeS2sPending *pending = find_pending (self, to, from);
  OreeS2sReason reason = OREE_S2S_OK;

  if (pending != NULL)
    {
      /* A newer key replaces it, and the older one was an attempt that failed. */
      g_ptr_array_remove (self->pending, pending);
      reason = oree_s2s_receiver_dialback_failed (self);
    }
  if (reason != OREE_S2S_OK)
    return reason;
  pending = g_new0 (OreeS2sPending, 1);
  pending->check = oree_dialback_check_new (to, from, self->stream_id, key);
  pending->deadline = now + OREE_S2S_DIALBACK_SECONDS * OREE_SECOND;
  g_ptr_array_add (self->pending, pending);
  *added = pending;
  return OREE_S2S_OK;
}

static OreeS2sReason
on_result (OreeS2sReceiver *self, const OreeDialbackElement *request, const char *from, const char *to, OreeTime now,
           OreeEffects *out)
{
  OreeS2sPolicy policy;
  OreeStanzaErr error;

  if (oree_s2s_receiver_is_ours (self, from))
    return OREE_S2S_INVALID_FROM;
  self->queries.policy (self->queries.data, from, &policy);
  if (policy.standing == OREE_S2S_STANDING_BLOCKED)
    return OREE_S2S_BLOCKED;
  if (!judge_result (self, request, from, to, &policy, &error))
    {
      if (!oree_s2s_policy_dialback (&policy, self->tls))
        self->refused = !self->tls && policy.tls == OREE_S2S_REQUIRED ? OREE_S2S_TLS_REQUIRED
                                                                      : OREE_S2S_DIALBACK_NOT_ALLOWED;
      answer (self, FALSE, request->to, request->from, NULL, OREE_DIALBACK_ERROR, error, now, out);
      return oree_s2s_receiver_dialback_failed (self);
    }
  if (oree_s2s_pairs_find (&self->pairs, from, to) != OREE_S2S_PROOF_NONE)
    answer (self, FALSE, to, from, NULL, OREE_DIALBACK_VALID, 0, now, out);
  else if (oree_s2s_policy_sasl (&policy) && oree_s2s_receiver_proves (self, from))
    {
      /* XEP-0344: the certificate proves this very name, there is nothing to ask. */
      answer (self, FALSE, to, from, NULL, OREE_DIALBACK_VALID, 0, now, out);
      oree_s2s_receiver_proved (self, from, to, OREE_S2S_PROOF_CERTIFICATE, now, out);
    }
  else
    {
      OreeS2sPending *pending;
      OreeS2sReason reason = add_pending (self, from, to, request->key, now, &pending);

      if (reason != OREE_S2S_OK)
        return reason;
      /* What proves this name must be of this name: CVE-2021-32919. */
      pending->awaits_proof = oree_s2s_policy_sasl (&policy) && oree_s2s_receiver_awaits_proof (self, from);
      if (!pending->awaits_proof)
        ask (pending, out);
    }
  return OREE_S2S_OK;
}

/* One key for `domain` that waited: proved without asking (XEP-0344), or asked for after all. */
static void
proof_known (OreeS2sReceiver *self, OreeS2sPending *pending, OreeTime now, OreeEffects *out)
{
  g_autoptr (OreeDialbackCheck) check = NULL;

  if (!oree_s2s_receiver_proves (self, pending->check->originating))
    {
      ask (pending, out);
      return;
    }
  check = g_steal_pointer (&pending->check);
  g_ptr_array_remove (self->pending, pending);
  answer (self, FALSE, check->receiving, check->originating, NULL, OREE_DIALBACK_VALID, 0, now, out);
  oree_s2s_receiver_proved (self, check->originating, check->receiving, OREE_S2S_PROOF_CERTIFICATE, now, out);
}

OreeS2sReason
oree_s2s_receiver_on_proof_known (OreeS2sReceiver *self, const char *domain, OreeTime now, OreeEffects *out)
{
  for (guint i = self->pending->len; i > 0; i--)
    {
      OreeS2sPending *pending = g_ptr_array_index (self->pending, i - 1);

      if (pending->awaits_proof && strcmp (pending->check->originating, domain) == 0)
        proof_known (self, pending, now, out);
    }
  return OREE_S2S_OK;
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

/* A pending question has its answer, or its time is over. Takes `check` off the list first; the strings come from
 * there. */
static OreeS2sReason
conclude (OreeS2sReceiver *self, OreeS2sPending *pending, OreeDialbackResult result, OreeTime now, OreeEffects *out)
{
  g_autoptr (OreeDialbackCheck) check = g_steal_pointer (&pending->check);

  g_ptr_array_remove (self->pending, pending);
  if (result == OREE_DIALBACK_RESULT_VALID)
    {
      answer (self, FALSE, check->receiving, check->originating, NULL, OREE_DIALBACK_VALID, 0, now, out);
      oree_s2s_receiver_proved (self, check->originating, check->receiving,
                                self->tls ? OREE_S2S_PROOF_DIALBACK_TLS : OREE_S2S_PROOF_DIALBACK, now, out);
      return OREE_S2S_OK;
    }
  if (result == OREE_DIALBACK_RESULT_INVALID && !oree_s2s_receiver_is_proved (self))
    {
      /* XEP-0220 2.2.2: a wrong key and nothing else proved: say so and close. */
      answer (self, FALSE, check->receiving, check->originating, NULL, OREE_DIALBACK_INVALID, 0, now, out);
      return OREE_S2S_DIALBACK_INVALID;
    }
  self->refused = result == OREE_DIALBACK_RESULT_TIMEOUT ? OREE_S2S_DIALBACK_TIMEOUT : OREE_S2S_DIALBACK_ERROR;
  answer (self, FALSE, check->receiving, check->originating, NULL, OREE_DIALBACK_ERROR, result_error (result), now,
          out);
  return oree_s2s_receiver_dialback_failed (self);
}

OreeS2sReason
oree_s2s_receiver_on_verified (OreeS2sReceiver *self, const char *receiving, const char *originating,
                               const char *stream_id, OreeDialbackResult result, OreeTime now, OreeEffects *out)
{
  OreeS2sPending *pending = NULL;

  if (self->stream_id != NULL && strcmp (stream_id, self->stream_id) == 0)
    pending = find_pending (self, receiving, originating);
  return pending != NULL && !pending->awaits_proof ? conclude (self, pending, result, now, out) : OREE_S2S_OK;
}

OreeS2sReason
oree_s2s_receiver_expire_keys (OreeS2sReceiver *self, OreeTime now, OreeEffects *out)
{
  for (guint i = 0; i < self->pending->len;)
    {
      OreeS2sPending *pending = g_ptr_array_index (self->pending, i);
      OreeS2sReason bad;

      if (now < pending->deadline)
        {
          i++;
          continue;
        }
      bad = conclude (self, pending, OREE_DIALBACK_RESULT_TIMEOUT, now, out);
      if (bad != OREE_S2S_OK)
        return bad;
    }
  return OREE_S2S_OK;
}

/* ---- authoritative server ---- */

/* The key is recomputed, the stream it belongs to need not be known. */
static OreeS2sReason
on_verify (OreeS2sReceiver *self, const OreeDialbackElement *request, const char *from, const char *to, OreeTime now,
           OreeEffects *out)
{
  OreeS2sPolicy policy;
  gboolean valid;

  self->asked_by_peer = TRUE;
  self->queries.policy (self->queries.data, from, &policy);
  if (policy.standing == OREE_S2S_STANDING_BLOCKED)
    return OREE_S2S_BLOCKED;
  if (!oree_s2s_receiver_is_ours (self, to) || request->id == NULL
      || (policy.tls == OREE_S2S_REQUIRED && !self->tls))
    {
      OreeStanzaErr error = request->id == NULL                       ? OREE_STANZA_ERR_BAD_REQUEST
                            : !oree_s2s_receiver_is_ours (self, to) ? OREE_STANZA_ERR_ITEM_NOT_FOUND
                                                                      : OREE_STANZA_ERR_POLICY_VIOLATION;

      answer (self, TRUE, request->to, request->from, request->id, OREE_DIALBACK_ERROR, error, now, out);
      return oree_s2s_receiver_dialback_failed (self);
    }
  valid = oree_dialback_key_check (self->secret, from, to, request->id, oree_span_str (request->key));
  answer (self, TRUE, to, from, request->id, valid ? OREE_DIALBACK_VALID : OREE_DIALBACK_INVALID, 0, now, out);
  return valid ? OREE_S2S_OK : oree_s2s_receiver_dialback_failed (self);
}

OreeS2sReason
oree_s2s_receiver_on_dialback (OreeS2sReceiver *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeDialbackElement element;
  g_autofree char *from = NULL, *to = NULL;

  if (!oree_dialback_element_read (&element, node))
    return OREE_S2S_BAD_PROTOCOL;
  if (element.type != OREE_DIALBACK_KEY)
    return oree_s2s_receiver_dialback_failed (self); /* an answer to a question never put here (XEP-0220 3.1) */
  if (element.from != NULL)
    from = oree_domain_normalise (oree_span_str (element.from));
  if (element.to != NULL)
    to = oree_domain_normalise (oree_span_str (element.to));
  if (from == NULL || to == NULL)
    return OREE_S2S_IMPROPER_ADDRESSING;
  return element.verify ? on_verify (self, &element, from, to, now, out)
                        : on_result (self, &element, from, to, now, out);
}
