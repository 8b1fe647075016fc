/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What frames a stream: header, features, errors, and the elements of STARTTLS, SASL, dialback and stream
 * management (RFC 6120 4-6, XEP-0178, 0220, 0198). Writers append bytes; readers look at elements. */
#pragma once
#include "codec/xml/oree-xml-node.h"
#include "codec/xmpp/oree-stanza-err.h"
#include "codec/xmpp/oree-xmpp-ns.h"

G_BEGIN_DECLS

typedef struct
{
  const char *from; /* as written; NULL when absent; all borrowed from the node */
  const char *to;
  const char *id;
  const char *lang;
  guint major; /* 0 when there is no version: a peer of before RFC 3920 */
  guint minor;
  gboolean dialback; /* xmlns:db is declared */
} OreeStreamHeader;

/* Reads a header element. Returns NONE, or the stream error it deserves (INVALID_NAMESPACE,
 * UNSUPPORTED_VERSION); what could be read is in *self either way. */
OreeStreamErr oree_stream_header_read (OreeStreamHeader *self, const OreeXmlNode *node);
/* XML declaration and start tag. `major` 0: no version attribute. */
void oree_stream_header_write (GString *out, const OreeStreamHeader *self);
void oree_stream_end_write (GString *out);

/* What a receiver of stanzas puts up with (XEP-0478). */
typedef struct
{
  gsize max_bytes;    /* of one stanza; 0: not said */
  guint idle_seconds; /* without anything from the other side; 0: not said */
} OreeStreamLimits;

typedef struct
{
  gboolean starttls;
  gboolean starttls_required;
  gboolean external;        /* SASL EXTERNAL */
  gboolean mechanisms;      /* any mechanism at all */
  gboolean dialback;
  gboolean dialback_errors;
  gboolean sm;
  gboolean bidi;            /* XEP-0288 */
  OreeStreamLimits limits;
} OreeStreamFeatures;

void oree_stream_features_read (OreeStreamFeatures *self, const OreeXmlNode *node);
void oree_stream_features_write (GString *out, const OreeStreamFeatures *self);
gboolean oree_stream_is_features (const OreeXmlNode *node);

gboolean oree_stream_is_error (const OreeXmlNode *node);
/* `text` (borrowed, may be NULL as pointer) gets the peer's text, or the target of see-other-host. */
OreeStreamErr oree_stream_error_read (const OreeXmlNode *node, const char **text);
/* <stream:error>…</stream:error>; `text` may be NULL. The end tag is written apart. */
void oree_stream_error_write (GString *out, OreeStreamErr err, const char *text);
/* The error for an <a/> that acknowledges more than was sent (XEP-0198 4). */
void oree_stream_error_write_handled_too_high (GString *out, guint32 h, guint32 sent);

/* STARTTLS */
void oree_stream_starttls_write (GString *out);
void oree_stream_proceed_write (GString *out);
void oree_stream_tls_failure_write (GString *out);

/* XEP-0288: the stream is to carry stanzas both ways; with the initiator's limits. */
void oree_stream_bidi_write (GString *out, const OreeStreamLimits *limits);
gboolean oree_stream_is_bidi (const OreeXmlNode *node);
/* The <limits/> child of <bidi/> or <stream:features/>. */
void oree_stream_limits_read (OreeStreamLimits *self, const OreeXmlNode *node);

/* SASL */
typedef enum
{
  OREE_SASL_ABORTED,
  OREE_SASL_INCORRECT_ENCODING,
  OREE_SASL_INVALID_AUTHZID,
  OREE_SASL_INVALID_MECHANISM,
  OREE_SASL_MALFORMED_REQUEST,
  OREE_SASL_NOT_AUTHORIZED,
  OREE_SASL_TEMPORARY_AUTH_FAILURE,
  OREE_SASL_ENCRYPTION_REQUIRED,
  OREE_SASL_UNDEFINED, /* read: some other condition */
  OREE_N_SASL_CONDITIONS
} OreeSaslCondition;

/* <auth mechanism='EXTERNAL'>base64 (authzid)</auth>; an empty authzid is "=". */
void oree_sasl_auth_write (GString *out, const char *authzid);
/* <response>base64 (authzid)</response>, or an empty one. */
void oree_sasl_response_write (GString *out, const char *authzid);
/* An empty <challenge/>: the initial response was missing. */
void oree_sasl_challenge_write (GString *out);
void oree_sasl_success_write (GString *out);
void oree_sasl_failure_write (GString *out, OreeSaslCondition condition);
OreeSaslCondition oree_sasl_failure_read (const OreeXmlNode *node);
/* The authorisation identity in an <auth/> or <response/>: "" for none, "=" or empty; NULL when it is no strict
 * base64 of clean UTF-8. *absent: there was no text at all. Owned. */
char *oree_sasl_authzid_read (const OreeXmlNode *node, gboolean *absent);

/* Dialback */
typedef enum
{
  OREE_DIALBACK_KEY,     /* no type: a key is presented */
  OREE_DIALBACK_VALID,
  OREE_DIALBACK_INVALID,
  OREE_DIALBACK_ERROR,
  OREE_DIALBACK_UNKNOWN  /* a type nobody defined */
} OreeDialbackType;

typedef struct
{
  gboolean verify; /* <db:verify/>, else <db:result/> */
  OreeDialbackType type;
  const char *from; /* as written; NULL when absent; all borrowed */
  const char *to;
  const char *id;   /* verify only */
  const char *key;
  OreeStanzaErr error; /* for type ERROR */
} OreeDialbackElement;

/* FALSE when `node` is no dialback element. */
gboolean oree_dialback_element_read (OreeDialbackElement *self, const OreeXmlNode *node);
void oree_dialback_element_write (GString *out, const OreeDialbackElement *self);

/* Stream management. Readers of numbers: FALSE when there is no valid h. */
void oree_sm_enable_write (GString *out);
void oree_sm_enabled_write (GString *out);
void oree_sm_failed_write (GString *out, OreeStanzaErr err);
void oree_sm_request_write (GString *out);
void oree_sm_ack_write (GString *out, guint32 h);
gboolean oree_sm_ack_read (const OreeXmlNode *node, guint32 *h);

G_END_DECLS
