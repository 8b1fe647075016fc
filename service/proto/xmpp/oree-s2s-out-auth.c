/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of an outbound stream to READY: header, features, STARTTLS, SASL EXTERNAL, dialback; and questions to the
 * peer as authoritative server. */
#include "base/oree-limits.h"
#include "ident/oree-domain.h"
#include "proto/xmpp/oree-s2s-out-private.h"

/* ---- questions for the authoritative server ---- */

gboolean
oree_s2s_out_may_ask (const OreeS2sOut *self)
{
  return self->state == ASKING || self->state == READY || self->state == DIALBACK;
}

void
oree_s2s_out_send_question (OreeS2sOut *self, Question *question, OreeTime now, OreeEffects *out)
{
  const OreeDialbackCheck *check = question->check;
  OreeDialbackElement element = { TRUE,  OREE_DIALBACK_KEY, check->receiving, check->originating, check->stream_id,
                                  check->key, 0 };
  GString *text = g_string_new (NULL);

  oree_dialback_element_write (text, &element);
  oree_s2s_out_send_text (self, text, now, out);
  question->sent = TRUE;
}

static void
send_questions (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  for (guint i = 0; i < self->questions->len; i++)
    {
      Question *question = g_ptr_array_index (self->questions, i);

      if (!question->sent)
        oree_s2s_out_send_question (self, question, now, out);
    }
}

/* A stream made only to ask has nothing left to do after the last answer (XEP-0220 2.1.2). */
void
oree_s2s_out_end_if_answered (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  if (self->state == ASKING && self->asked_once && self->questions->len == 0)
    oree_s2s_out_stop (self, OREE_S2S_OK, now, out);
}

/* ---- authentication ---- */

static void
ready (OreeS2sOut *self, OreeS2sProof proof, OreeTime now, OreeEffects *out)
{
  self->state = READY;
  self->step_by = OREE_TIME_NEVER;
  self->sender.max_bytes = self->features.limits.max_bytes;
  self->peer_idle
    = self->features.limits.idle_seconds > 0 ? self->features.limits.idle_seconds * OREE_SECOND : OREE_TIME_NEVER;
  if (self->bidi)
    {
      /* Its certificate proved the server before <bidi/> went out. */
      oree_s2s_pairs_add (&self->receiver.pairs, self->to, self->from, OREE_S2S_PROOF_CERTIFICATE);
      self->receiver.tls = TRUE;
      self->receiver.stream_id = g_strdup (self->stream_id);
      self->receiver.last_stanza = now;
    }
  oree_effects_add (out, OREE_EFFECT_READY, (int) proof);
  oree_s2s_sender_open (&self->sender, self->features.sm, now, out);
  send_questions (self, now, out);
}

/* XEP-0288 2.2: before SASL and dialback. Only of a server whose certificate proves it, by a policy that takes that for
 * proof: dialback proves us to it, not it to us. */
static void
start_bidi (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  OreeStreamLimits limits = { OREE_XML_STANZA_MAX, oree_s2s_policy_idle_seconds (&self->policy) };
  GString *text;

  if (!self->features.bidi || !self->may_bidi || !self->policy.bidirectional || !self->tls || !self->proven
      || !oree_s2s_policy_sasl (&self->policy))
    return;
  text = g_string_new (NULL);
  oree_stream_bidi_write (text, &limits);
  oree_s2s_out_send_text (self, text, now, out);
  self->bidi = TRUE;
}

static gboolean
may_dialback (const OreeS2sOut *self)
{
  return oree_s2s_policy_dialback (&self->policy, self->tls)
         && (self->old_peer || self->features.dialback || self->dialback_declared) && self->stream_id != NULL;
}

static void
start_dialback (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  char *key = oree_dialback_key (self->secret, self->to, self->from, self->stream_id);
  OreeDialbackElement element = { FALSE, OREE_DIALBACK_KEY, self->from, self->to, NULL, key, 0 };
  GString *text = g_string_new (NULL);

  oree_dialback_element_write (text, &element);
  oree_s2s_out_send_text (self, text, now, out);
  g_free (key);
  self->state = DIALBACK;
  self->step_by = now + (OREE_S2S_DIALBACK_SECONDS + OREE_S2S_CLOSE_SECONDS) * OREE_SECOND;
  send_questions (self, now, out);
}

static gboolean
may_external (const OreeS2sOut *self)
{
  return self->tls && self->proven && self->certificate && self->features.external
         && oree_s2s_policy_sasl (&self->policy);
}

static void
start_external (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  GString *text;

  start_bidi (self, now, out);
  /* Questions go first: nothing may come between <auth/> and <success/> (RFC 6120 6.3.5). */
  send_questions (self, now, out);
  text = g_string_new (NULL);
  oree_sasl_auth_write (text, self->from);
  oree_s2s_out_send_text (self, text, now, out);
  self->state = SASL;
  self->responded = FALSE;
}

/* It has seen our certificate, and does not want it: worth knowing, for what other certificate it would. TRUE always. */
static gboolean
note_not_offered (OreeS2sOut *self)
{
  if (self->tls && self->certificate && !self->features.external && self->external == OREE_S2S_EXTERNAL_NOT_SEEN)
    self->external = OREE_S2S_EXTERNAL_NOT_OFFERED;
  return TRUE;
}

/* The peer's own words: the condition, and its text where there is one. */
static void
note_refused (OreeS2sOut *self, const OreeXmlNode *node)
{
  const char *text = oree_xml_node_child_text (node, "text", OREE_NS_SASL);

  self->external = OREE_S2S_EXTERNAL_REFUSED;
  g_free (self->external_detail);
  self->external_detail = g_strndup (text != NULL ? text : "", 200);
}

/* The server has shown what it can do: the next step. */
void
oree_s2s_out_decide (OreeS2sOut *self, OreeTime now, OreeEffects *out)
{
  gboolean required = self->policy.tls == OREE_S2S_REQUIRED || self->tls_demanded;

  /* RFC 7590 3.1: where we require TLS it is tried even when not offered (somebody may have cut the offer out);
   * where we do not, a server without it is taken as it is. */
  if (!self->tls && !self->old_peer && self->policy.tls != OREE_S2S_NOT_SUPPORTED
      && (self->features.starttls || required))
    {
      GString *text = g_string_new (NULL);

      oree_stream_starttls_write (text);
      oree_s2s_out_send_text (self, text, now, out);
      self->state = PROCEED;
    }
  else if (!self->tls && required)
    oree_s2s_out_stop (self, OREE_S2S_TLS_REQUIRED, now, out);
  else if (!self->tls && self->features.starttls_required)
    oree_s2s_out_stop (self, OREE_S2S_NO_METHOD, now, out);
  else if (self->verify_only)
    {
      self->state = ASKING;
      send_questions (self, now, out);
      oree_s2s_out_end_if_answered (self, now, out);
    }
  else if (self->external_done)
    ready (self, OREE_S2S_PROOF_EXTERNAL, now, out);
  else if (self->tls && !self->proven && !oree_s2s_policy_dialback (&self->policy, TRUE))
    oree_s2s_out_stop (self, OREE_S2S_CERT_NOT_PROVEN, now, out);
  else if (may_external (self))
    start_external (self, now, out);
  else if (note_not_offered (self) && may_dialback (self))
    {
      start_bidi (self, now, out);
      start_dialback (self, now, out);
    }
  else
    oree_s2s_out_stop (self, OREE_S2S_NO_METHOD, now, out);
}

void
oree_s2s_out_on_header (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeStreamHeader header;
  OreeStreamErr err = oree_stream_header_read (&header, node);

  if (self->state != HEADER)
    return;
  if (err != OREE_STREAM_ERR_NONE)
    {
      oree_s2s_out_stop_with (self, OREE_S2S_BAD_HEADER, err, FALSE, now, out);
      return;
    }
  g_free (self->stream_id);
  g_free (self->receiver.lang);
  self->receiver.lang = g_strdup (header.lang);
  self->stream_id = header.id != NULL && *header.id != '\0' ? g_strdup (header.id) : NULL;
  self->old_peer = header.major == 0;
  self->dialback_declared = header.dialback;
  self->features = (OreeStreamFeatures){ 0 };
  self->state = FEATURES;
  /* A peer of before 1.0 sends no features. So does one of 1.0 on its way to an error: wait for that. */
  if (self->old_peer && self->stream_id != NULL)
    oree_s2s_out_decide (self, now, out);
}

void
oree_s2s_out_on_sasl (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  const char *name = oree_xml_node_name (node);

  if (self->state != SASL)
    {
      oree_s2s_out_stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
      return;
    }
  if (strcmp (name, "success") == 0)
    {
      self->external_done = TRUE;
      self->external = OREE_S2S_EXTERNAL_ACCEPTED;
      oree_effects_add (out, OREE_EFFECT_RESTART, 0);
      oree_s2s_out_send_header (self, now, out);
    }
  else if (strcmp (name, "challenge") == 0 && !self->responded)
    {
      GString *text = g_string_new (NULL);

      self->responded = TRUE;
      oree_sasl_response_write (text, self->from);
      oree_s2s_out_send_text (self, text, now, out);
    }
  else /* failure: dialback on the same stream (XEP-0178 3) */
    {
      note_refused (self, node);
      if (may_dialback (self))
        start_dialback (self, now, out);
      else
        oree_s2s_out_stop (self, OREE_S2S_SASL_REFUSED, now, out);
    }
}

void
oree_s2s_out_on_tls_element (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  if (self->state != PROCEED)
    oree_s2s_out_stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
  else if (strcmp (oree_xml_node_name (node), "proceed") == 0)
    {
      self->state = TLS;
      oree_effects_add (out, OREE_EFFECT_TLS, 0);
      oree_effects_add (out, OREE_EFFECT_RESTART, 0);
    }
  else
    oree_s2s_out_stop (self, OREE_S2S_TLS_REFUSED, now, out);
}

/* ---- dialback answers ---- */

static gboolean
same_domain (const char *written, const char *normal)
{
  g_autofree char *domain = written != NULL ? oree_domain_normalise (oree_span_str (written)) : NULL;

  return domain != NULL && strcmp (domain, normal) == 0;
}

static void
on_verify_answer (OreeS2sOut *self, const OreeDialbackElement *element, OreeTime now, OreeEffects *out)
{
  for (guint i = 0; i < self->questions->len; i++)
    {
      const Question *question = g_ptr_array_index (self->questions, i);
      OreeDialbackResult result;

      if (!question->sent || g_strcmp0 (element->id, question->check->stream_id) != 0
          || !same_domain (element->from, question->check->originating)
          || !same_domain (element->to, question->check->receiving))
        continue;
      if (element->type == OREE_DIALBACK_VALID)
        result = OREE_DIALBACK_RESULT_VALID;
      else if (element->type == OREE_DIALBACK_INVALID)
        result = OREE_DIALBACK_RESULT_INVALID;
      else
        result = element->error == OREE_STANZA_ERR_ITEM_NOT_FOUND ? OREE_DIALBACK_RESULT_NOT_FOUND
                                                                  : OREE_DIALBACK_RESULT_REFUSED;
      oree_effects_add_token (out, OREE_EFFECT_ANSWER, (int) result, question->token);
      g_ptr_array_remove_index (self->questions, i);
      oree_s2s_out_end_if_answered (self, now, out);
      return;
    }
}

/* Only an answer to what was asked on this very stream counts (XEP-0220 3.1); anything else is not for us. */
void
oree_s2s_out_on_dialback (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeDialbackElement element;

  if (!oree_dialback_element_read (&element, node))
    return;
  if (element.type == OREE_DIALBACK_KEY)
    {
      oree_s2s_out_on_dialback_request (self, node, now, out);
      return;
    }
  if (element.verify)
    {
      on_verify_answer (self, &element, now, out);
      return;
    }
  if (self->state != DIALBACK || !same_domain (element.from, self->to) || !same_domain (element.to, self->from))
    return;
  switch (element.type)
    {
    case OREE_DIALBACK_VALID:
      ready (self, self->tls ? OREE_S2S_PROOF_DIALBACK_TLS : OREE_S2S_PROOF_DIALBACK, now, out);
      break;
    case OREE_DIALBACK_INVALID:
      oree_s2s_out_stop_with (self, OREE_S2S_DIALBACK_INVALID, OREE_STREAM_ERR_NONE, FALSE, now, out);
      break;
    case OREE_DIALBACK_ERROR:
    case OREE_DIALBACK_UNKNOWN:
      /* This stream was for the one pair: nothing keeps it (XEP-0220 leaves it open for others). */
      oree_s2s_out_stop (self, element.error == OREE_STANZA_ERR_ITEM_NOT_FOUND ? OREE_S2S_PEER_HOST_UNKNOWN
                                                                  : OREE_S2S_DIALBACK_ERROR, now, out);
      break;
    case OREE_DIALBACK_KEY:
      break;
    }
}
