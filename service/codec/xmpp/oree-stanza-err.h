/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conditions of stanza errors (RFC 6120 8.3.3) and stream errors (4.9.3): names, default types. */
#pragma once
#include "codec/xml/oree-xml-node.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_STANZA_ERR_BAD_REQUEST,
  OREE_STANZA_ERR_CONFLICT,
  OREE_STANZA_ERR_FEATURE_NOT_IMPLEMENTED,
  OREE_STANZA_ERR_FORBIDDEN,
  OREE_STANZA_ERR_GONE,
  OREE_STANZA_ERR_INTERNAL_SERVER_ERROR,
  OREE_STANZA_ERR_ITEM_NOT_FOUND,
  OREE_STANZA_ERR_JID_MALFORMED,
  OREE_STANZA_ERR_NOT_ACCEPTABLE,
  OREE_STANZA_ERR_NOT_ALLOWED,
  OREE_STANZA_ERR_NOT_AUTHORIZED,
  OREE_STANZA_ERR_PAYMENT_REQUIRED, /* legacy: read, not sent */
  OREE_STANZA_ERR_POLICY_VIOLATION,
  OREE_STANZA_ERR_RECIPIENT_UNAVAILABLE,
  OREE_STANZA_ERR_REDIRECT,
  OREE_STANZA_ERR_REGISTRATION_REQUIRED,
  OREE_STANZA_ERR_REMOTE_SERVER_NOT_FOUND,
  OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT,
  OREE_STANZA_ERR_RESOURCE_CONSTRAINT,
  OREE_STANZA_ERR_SERVICE_UNAVAILABLE,
  OREE_STANZA_ERR_SUBSCRIPTION_REQUIRED,
  OREE_STANZA_ERR_UNDEFINED_CONDITION, /* also whatever we do not know */
  OREE_STANZA_ERR_UNEXPECTED_REQUEST,
  OREE_N_STANZA_ERRS
} OreeStanzaErr;

typedef enum
{
  OREE_ERR_TYPE_AUTH,
  OREE_ERR_TYPE_CANCEL,
  OREE_ERR_TYPE_CONTINUE,
  OREE_ERR_TYPE_MODIFY,
  OREE_ERR_TYPE_WAIT,
  OREE_N_ERR_TYPES
} OreeErrType;

/* "service-unavailable"; static. */
const char *oree_stanza_err_condition (OreeStanzaErr err);
/* FALSE and UNDEFINED_CONDITION when unknown. */
gboolean oree_stanza_err_from_condition (const char *condition, OreeStanzaErr *err);
/* The type RFC 6120 gives it first. */
OreeErrType oree_stanza_err_type (OreeStanzaErr err);
/* The code of XEP-0086, for peers that still look at it. */
guint oree_stanza_err_legacy_code (OreeStanzaErr err);
/* "auth", "cancel", …; static. */
const char *oree_err_type_name (OreeErrType type);

typedef struct
{
  OreeStanzaErr condition;
  OreeErrType type;
  const char *text; /* borrowed; NULL when none */
  const char *by;   /* borrowed; NULL when none */
  const char *address; /* of gone and redirect: the new address, a URI as written; borrowed; NULL when none */
} OreeStanzaErrView;

/* Reads the <error/> child of a stanza. Never refuses an unusual pair of condition and type; a missing or empty
 * <error/> is UNDEFINED_CONDITION, cancel; FALSE then. */
gboolean oree_stanza_err_read (const OreeXmlNode *stanza, OreeStanzaErrView *out);
/* Adds <error type=… by=…><condition/><text/></error>; `text`, `by` may be NULL. */
void oree_stanza_err_build (OreeXmlBuilder *builder, OreeStanzaErr err, const char *text, const char *by);
/* The same with a text in the language `lang`; `address` (NULL: none) is where the recipient went, a URI, for gone and redirect
 * (RFC 6120 8.3.2, 8.3.3.5, 8.3.3.14). */
void oree_stanza_err_build_in (OreeXmlBuilder *builder, OreeStanzaErr err, const char *address, const char *text,
                               const char *lang);

typedef enum
{
  OREE_STREAM_ERR_NONE, /* closed without an error */
  OREE_STREAM_ERR_BAD_FORMAT,
  OREE_STREAM_ERR_BAD_NAMESPACE_PREFIX,
  OREE_STREAM_ERR_CONFLICT,
  OREE_STREAM_ERR_CONNECTION_TIMEOUT,
  OREE_STREAM_ERR_HOST_GONE,
  OREE_STREAM_ERR_HOST_UNKNOWN,
  OREE_STREAM_ERR_IMPROPER_ADDRESSING,
  OREE_STREAM_ERR_INTERNAL_SERVER_ERROR,
  OREE_STREAM_ERR_INVALID_FROM,
  OREE_STREAM_ERR_INVALID_ID, /* RFC 3920: read, not sent */
  OREE_STREAM_ERR_INVALID_NAMESPACE,
  OREE_STREAM_ERR_INVALID_XML,
  OREE_STREAM_ERR_NOT_AUTHORIZED,
  OREE_STREAM_ERR_NOT_WELL_FORMED, /* "xml-not-well-formed" is read as this */
  OREE_STREAM_ERR_POLICY_VIOLATION,
  OREE_STREAM_ERR_REMOTE_CONNECTION_FAILED,
  OREE_STREAM_ERR_RESET,
  OREE_STREAM_ERR_RESOURCE_CONSTRAINT,
  OREE_STREAM_ERR_RESTRICTED_XML,
  OREE_STREAM_ERR_SEE_OTHER_HOST,
  OREE_STREAM_ERR_SYSTEM_SHUTDOWN,
  OREE_STREAM_ERR_UNDEFINED_CONDITION,
  OREE_STREAM_ERR_UNSUPPORTED_ENCODING,
  OREE_STREAM_ERR_UNSUPPORTED_FEATURE,
  OREE_STREAM_ERR_UNSUPPORTED_STANZA_TYPE,
  OREE_STREAM_ERR_UNSUPPORTED_VERSION,
  OREE_N_STREAM_ERRS
} OreeStreamErr;

/* "host-unknown"; NULL for NONE; static. */
const char *oree_stream_err_condition (OreeStreamErr err);
/* UNDEFINED_CONDITION and FALSE when unknown. */
gboolean oree_stream_err_from_condition (const char *condition, OreeStreamErr *err);
/* What a parse error of the reader is to the peer. */
OreeStreamErr oree_stream_err_from_parse (gssize parse_error);

G_END_DECLS
