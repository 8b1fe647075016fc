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
#include "codec/xmpp/oree-xmpp-stream.h"
#include "ident/oree-domain.h"

#define KEY_MAX 1024              /* a dialback key; ours has 64 digits, others are opaque */
#define NEWS_WAIT (50 * OREE_MS)  /* an owner that forgets to flush */

typedef enum
{
  HEADER,
  OPEN,
  TLS,
  SETTLING,
  CLOSING,
  CLOSED
} State;

typedef struct
{
  OreeDialbackCheck *check;
  OreeTime deadline;
} Pending;

struct _OreeS2sIn
{
  OreeS2sQueries queries;
  OreeSpan secret;
  gboolean certificate;
  gboolean tls;

  State state;
  OreeS2sReason reason; /* SETTLING, CLOSING: why */
  gboolean peer_ended;
  char *remote; /* as the header said */
  char *local;
  char *stream_id;
  char *lang;
  OreeS2sPolicy policy; /* for remote, or for nobody yet */
  gboolean header_sent; /* on this stream */

  gboolean external_offered;
  gboolean external_done;
  gboolean challenged;
  guint sasl_failures;
  guint dialback_failures;
  gboolean asked_by_peer; /* it came to verify keys */
  OreeS2sPairs pairs;
  GPtrArray *pending; /* Pending */

  gboolean acks_on;
  OreeS2sAcksIn acks;
  guint stranger_stanzas;

  OreeTime establish_by;
  OreeTime stranger_by;
  OreeTime close_by;
  OreeTime last_stanza;
  OreeTime last_life; /* bytes went either way */
  OreeTime news_since;
};

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

static gboolean
is_ours (const OreeS2sIn *self, const char *domain)
{
  return domain != NULL && self->queries.is_ours (self->queries.data, domain);
}

static gboolean
proves (const OreeS2sIn *self, const char *domain)
{
  return self->tls && self->queries.proves (self->queries.data, domain);
}

static gboolean
offers_tls (const OreeS2sIn *self)
{
  return !self->tls && self->certificate && self->policy.tls != OREE_S2S_NOT_SUPPORTED;
}

static gboolean
is_established (const OreeS2sIn *self)
{
  return self->state == OPEN && oree_s2s_pairs_length (&self->pairs) > 0;
}

static char *
normal (const char *domain)
{
  return domain != NULL ? oree_domain_normalise (oree_span_str (domain)) : NULL;
}

/* ---- sending and ending ---- */

static void
send_text (OreeS2sIn *self, GString *text, OreeTime now, OreeEffects *out)
{
  self->last_life = now;
  oree_effects_take_string (out, text);
}

/* A receiver always shows its own header before an error (RFC 6120 4.9.1.2). */
static void
append_header (OreeS2sIn *self, GString *text, const OreeStreamHeader *peer)
{
  OreeStreamHeader header = {
    .from = is_ours (self, self->local) ? self->local : "",
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
static void
stop_with (OreeS2sIn *self, OreeS2sReason reason, OreeStreamErr err, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);

  if (!self->header_sent)
    append_header (self, text, NULL);
  if (self->acks_on)
    oree_sm_ack_write (text, oree_s2s_acks_in_on_request (&self->acks));
  if (err != OREE_STREAM_ERR_NONE)
    oree_stream_error_write (text, err, NULL);
  oree_stream_end_write (text);
  send_text (self, text, now, out);
  self->reason = reason;
  if (self->peer_ended)
    {
      closed (self, reason, out);
      return;
    }
  self->state = CLOSING;
  self->close_by = now + OREE_S2S_CLOSE_SECONDS * OREE_SECOND;
}

static void
stop (OreeS2sIn *self, OreeS2sReason reason, OreeTime now, OreeEffects *out)
{
  stop_with (self, reason, oree_s2s_reason_stream_err (reason), now, out);
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
    stop (self, reason, now, out);
}

/* ---- header and features ---- */

static void
send_features (OreeS2sIn *self, GString *text)
{
  OreeStreamFeatures features = { 0 };
  gboolean dialback = oree_s2s_policy_dialback (&self->policy, self->tls);

  features.starttls = offers_tls (self);
  features.starttls_required = features.starttls && self->policy.tls == OREE_S2S_REQUIRED;
  /* When TLS is mandatory nothing else is offered (RFC 6120 5.3.1). */
  if (!features.starttls_required)
    {
      self->external_offered = self->tls && !self->external_done && self->remote != NULL
                               && oree_s2s_policy_sasl (&self->policy) && proves (self, self->remote);
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
  if (!is_ours (self, to))
    return OREE_S2S_HOST_UNKNOWN;
  return is_ours (self, from) ? OREE_S2S_INVALID_FROM : OREE_S2S_OK;
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
    return oree_s2s_policy_sasl (&self->policy) && proves (self, self->remote) ? OREE_S2S_OK
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
  send_text (self, text, now, out);
  g_free (self->lang);
  self->lang = g_strdup (header.lang);
  if (err != OREE_STREAM_ERR_NONE)
    {
      stop_with (self, OREE_S2S_BAD_HEADER, err, now, out);
      return;
    }
  if (bad == OREE_S2S_OK)
    bad = judge_methods (self, header.major);
  if (bad != OREE_S2S_OK)
    {
      stop (self, bad, now, out);
      return;
    }
  self->state = OPEN;
  if (header.major > 0)
    {
      text = g_string_new (NULL);
      send_features (self, text);
      send_text (self, text, now, out);
    }
}

/* ---- TLS and SASL ---- */

static void
on_starttls (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  GString *text = g_string_new (NULL);

  if (!offers_tls (self))
    {
      oree_stream_tls_failure_write (text);
      send_text (self, text, now, out);
      stop_with (self, OREE_S2S_BAD_PROTOCOL, OREE_STREAM_ERR_NONE, now, out);
      return;
    }
  oree_stream_proceed_write (text);
  send_text (self, text, now, out);
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
  send_text (self, text, now, out);
  if (++self->sasl_failures >= OREE_S2S_SASL_ATTEMPTS_MAX)
    stop (self, OREE_S2S_SASL_ATTEMPTS, now, out);
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
  if (self->remote == NULL || !proves (self, self->remote))
    {
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
  send_text (self, text, now, out);
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
      send_text (self, text, now, out);
    }
  else
    on_authzid (self, authzid, now, out);
}

static void
on_sasl (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
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
  send_text (self, text, now, out);
}

/* Counts what a peer may get wrong only so often. */
static void
dialback_failed (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  if (++self->dialback_failures >= OREE_S2S_DIALBACK_ATTEMPTS_MAX && self->state == OPEN)
    stop (self, OREE_S2S_DIALBACK_ATTEMPTS, now, out);
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

  if (!is_ours (self, to))
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

  if (is_ours (self, from))
    {
      stop (self, OREE_S2S_INVALID_FROM, now, out);
      return;
    }
  self->queries.policy (self->queries.data, from, &policy);
  if (policy.standing == OREE_S2S_STANDING_BLOCKED)
    stop (self, OREE_S2S_BLOCKED, now, out);
  else if (!judge_result (self, request, from, to, &policy, &error))
    refuse_result (self, request, error, now, out);
  else if (oree_s2s_pairs_find (&self->pairs, from, to) != OREE_S2S_PROOF_NONE)
    answer (self, FALSE, to, from, NULL, OREE_DIALBACK_VALID, 0, now, out);
  else if (proves (self, from))
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
      stop (self, OREE_S2S_BLOCKED, now, out);
      return;
    }
  if (!is_ours (self, to) || request->id == NULL || (policy.tls == OREE_S2S_REQUIRED && !self->tls))
    {
      OreeStanzaErr error = request->id == NULL   ? OREE_STANZA_ERR_BAD_REQUEST
                            : !is_ours (self, to) ? OREE_STANZA_ERR_ITEM_NOT_FOUND
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

static void
on_dialback (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out)
{
  OreeDialbackElement element;
  g_autofree char *from = NULL, *to = NULL;

  if (!oree_dialback_element_read (&element, node))
    {
      stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
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
    stop (self, OREE_S2S_IMPROPER_ADDRESSING, now, out);
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
static void
conclude (OreeS2sIn *self, Pending *pending, OreeDialbackResult result, OreeTime now, OreeEffects *out)
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
      stop (self, OREE_S2S_DIALBACK_INVALID, now, out);
      return;
    }
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
    conclude (self, pending, result, now, out);
}

/* ---- stanzas ---- */

/* Addressing comes before everything else; each failure ends the stream (sheet 14). */
static OreeS2sReason
judge_addresses (const OreeS2sIn *self, const OreeStanza *stanza)
{
  const char *from = stanza->from.domain, *to = stanza->to.domain;

  if (is_ours (self, from) || !oree_s2s_pairs_has_from (&self->pairs, from))
    return OREE_S2S_INVALID_FROM;
  if (!is_ours (self, to) || oree_s2s_pairs_find (&self->pairs, from, to) == OREE_S2S_PROOF_NONE)
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
      stop (self, OREE_S2S_NOT_AUTHENTICATED, now, out);
      return;
    }
  stanza = oree_stanza_new (event->node, self->lang, &error);
  if (stanza == NULL)
    {
      stop (self, error == OREE_PARSE_UNSUPPORTED ? OREE_S2S_BAD_PROTOCOL : OREE_S2S_IMPROPER_ADDRESSING, now, out);
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
      stop (self, bad, now, out);
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
        stop (self, OREE_S2S_STRANGER, now, out);
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
      send_text (self, text, now, out);
      stop_with (self, OREE_S2S_ACK_INVALID, OREE_STREAM_ERR_NONE, now, out);
      return;
    }
  if (text->len > 0)
    send_text (self, text, now, out);
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
    on_dialback (self, node, now, out);
  else if (strcmp (ns, OREE_NS_SASL) == 0)
    on_sasl (self, node, now, out);
  else if (oree_xml_node_is (node, "starttls", OREE_NS_TLS))
    on_starttls (self, now, out);
  else if (oree_stream_is_error (node))
    {
      self->peer_ended = TRUE; /* an error is always the end (RFC 6120 4.9.1.1) */
      stop_with (self, OREE_S2S_PEER_ERROR, OREE_STREAM_ERR_NONE, now, out);
    }
  else
    stop (self, OREE_S2S_BAD_PROTOCOL, now, out);
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
        end_well (self, OREE_S2S_OK, now, out);
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
  stop_with (self, err == OREE_STREAM_ERR_POLICY_VIOLATION ? OREE_S2S_LIMIT : OREE_S2S_BAD_XML, err, now, out);
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
      stop (self, self->reason, now, out);
      return;
    }
  if ((self->state == OPEN || self->state == SETTLING) && oree_s2s_acks_in_take_news (&self->acks, &h))
    {
      GString *text = g_string_new (NULL);

      oree_sm_ack_write (text, h);
      send_text (self, text, now, out);
    }
}

void
oree_s2s_in_on_lost (OreeS2sIn *self, OreeTime now, OreeEffects *out)
{
  if (self->state == CLOSED)
    return;
  closed (self, self->state == CLOSING || self->state == SETTLING ? self->reason : OREE_S2S_CONNECTION_LOST, out);
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
      stop (self, reason, now, out);
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
          conclude (self, pending, OREE_DIALBACK_RESULT_TIMEOUT, now, out);
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
        stop (self, self->asked_by_peer ? OREE_S2S_IDLE : OREE_S2S_ESTABLISH_TIMEOUT, now, out);
      return;
    }
  if (now >= self->stranger_by)
    stop (self, OREE_S2S_STRANGER, now, out);
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
