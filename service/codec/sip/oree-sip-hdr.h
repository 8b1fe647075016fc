/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of SIP headers and the grammar their values share: lists, parameters, quoted strings, folding
 * (RFC 3261 7.3, 25.1). A folded value keeps its CR LF; everything here reads them as white space. */
#pragma once
#include "codec/oree-parse.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_SIP_HDR_OTHER, /* a name we have no word for: kept as it came */
  OREE_SIP_HDR_ACCEPT,
  OREE_SIP_HDR_ALLOW,
  OREE_SIP_HDR_ALLOW_EVENTS,
  OREE_SIP_HDR_AUTHENTICATION_INFO,
  OREE_SIP_HDR_AUTHORIZATION,
  OREE_SIP_HDR_CALL_ID,
  OREE_SIP_HDR_CONTACT,
  OREE_SIP_HDR_CONTENT_DISPOSITION,
  OREE_SIP_HDR_CONTENT_ENCODING,
  OREE_SIP_HDR_CONTENT_LANGUAGE,
  OREE_SIP_HDR_CONTENT_LENGTH,
  OREE_SIP_HDR_CONTENT_TYPE,
  OREE_SIP_HDR_CSEQ,
  OREE_SIP_HDR_DATE,
  OREE_SIP_HDR_EVENT,
  OREE_SIP_HDR_EXPIRES,
  OREE_SIP_HDR_FROM,
  OREE_SIP_HDR_IN_REPLY_TO,
  OREE_SIP_HDR_MAX_BREADTH,
  OREE_SIP_HDR_MAX_FORWARDS,
  OREE_SIP_HDR_MIN_EXPIRES,
  OREE_SIP_HDR_P_ASSERTED_IDENTITY,
  OREE_SIP_HDR_P_PREFERRED_IDENTITY,
  OREE_SIP_HDR_PATH,
  OREE_SIP_HDR_PRIVACY,
  OREE_SIP_HDR_PROXY_AUTHENTICATE,
  OREE_SIP_HDR_PROXY_AUTHORIZATION,
  OREE_SIP_HDR_PROXY_REQUIRE,
  OREE_SIP_HDR_REASON,
  OREE_SIP_HDR_RECORD_ROUTE,
  OREE_SIP_HDR_REMOTE_PARTY_ID,
  OREE_SIP_HDR_REQUIRE,
  OREE_SIP_HDR_RETRY_AFTER,
  OREE_SIP_HDR_ROUTE,
  OREE_SIP_HDR_SERVER,
  OREE_SIP_HDR_SERVICE_ROUTE,
  OREE_SIP_HDR_SIP_ETAG,
  OREE_SIP_HDR_SIP_IF_MATCH,
  OREE_SIP_HDR_SUBJECT,
  OREE_SIP_HDR_SUBSCRIPTION_STATE,
  OREE_SIP_HDR_SUPPORTED,
  OREE_SIP_HDR_TIMESTAMP,
  OREE_SIP_HDR_TO,
  OREE_SIP_HDR_UNSUPPORTED,
  OREE_SIP_HDR_USER_AGENT,
  OREE_SIP_HDR_VIA,
  OREE_SIP_HDR_WARNING,
  OREE_SIP_HDR_WWW_AUTHENTICATE,
  OREE_SIP_N_HDRS
} OreeSipHdrId;

typedef enum
{
  OREE_SIP_HDR_FLAG_SINGLE = 1 << 0, /* at most one header line: a second one makes the message invalid */
  OREE_SIP_HDR_FLAG_LIST = 1 << 1    /* comma separated; several lines mean the same as one */
} OreeSipHdrFlags;

/* The id of a header name: ASCII case-insensitive, compact forms too; OTHER when it is none of ours. */
OreeSipHdrId oree_sip_hdr_id (OreeSpan name);
/* The name we write ("Call-ID"); "" for OTHER. */
const char *oree_sip_hdr_name (OreeSipHdrId id);
OreeSipHdrFlags oree_sip_hdr_flags (OreeSipHdrId id);

/* A non-empty RFC 3261 token? */
gboolean oree_sip_hdr_is_token (OreeSpan text);
/* Nothing in it ends a line (CR, LF, NUL)? What is written as a value must be such. */
gboolean oree_sip_hdr_is_one_line (OreeSpan value);
/* Length of the token at the start of `text`, 0 when there is none. */
gsize oree_sip_hdr_token_length (OreeSpan text);
/* Length of the white space (SP, HTAB, CR LF of a fold) at the start of `text`. */
gsize oree_sip_hdr_lws_length (OreeSpan text);
/* Length of the quoted string at the start of `text`, quotes included; 0 when there is none or it is not closed. */
gsize oree_sip_hdr_quoted_length (OreeSpan text);

/* Takes the next comma-separated value off `rest`, trimmed; commas inside quotes or <> do not split.
 * FALSE at the end. An empty value between commas is handed out empty: its parser refuses it. */
gboolean oree_sip_hdr_next_value (OreeSpan *rest, OreeSpan *value);

typedef struct
{
  OreeSpan name;
  OreeSpan value;     /* without the quotes, escapes still in; empty when there is none */
  gboolean has_value; /* "name=" something */
  gboolean quoted;
} OreeSipParam;

/* Takes the next ";name[=value]" off `rest` (which starts with optional white space and ';').
 * 1: `out` holds one; 0: the end; < 0: an OreeParseError. */
int oree_sip_hdr_next_param (OreeSpan *rest, OreeSipParam *out);
/* Looks `name` up (case-insensitive) in ";a=b;c" text; the first wins. */
gboolean oree_sip_hdr_find_param (OreeSpan params, const char *name, OreeSipParam *out);
/* Whole text is well-formed parameters (or empty)? 0 or an OreeParseError. */
int oree_sip_hdr_check_params (OreeSpan params);

/* Takes the next "name=value" of a credentials or challenge list (comma separated, after the scheme).
 * 1, 0 or an OreeParseError, as above. */
int oree_sip_hdr_next_auth_param (OreeSpan *rest, OreeSipParam *out);

/* TRUE when one of the comma-separated tokens of `list` is `token` (case-insensitive, as option tags and
 * event names compare; RFC 3261 7.3.1). */
gboolean oree_sip_hdr_list_has (OreeSpan list, const char *token);

/* The inside of a quoted string (without its quotes) with quoted-pairs undone; owned. Bytes a C string or a
 * line of text cannot carry (controls, DEL, invalid UTF-8) become U+FFFD. */
char *oree_sip_hdr_dup_unquoted (OreeSpan inside);
/* Appends `text` as a quoted string: escapes " and \, leaves out controls. */
void oree_sip_hdr_append_quoted (GString *out, OreeSpan text);
/* Appends `value` on one line: each fold becomes one space (RFC 3261 7.3.1). */
void oree_sip_hdr_append_unfolded (GString *out, OreeSpan value);

G_END_DECLS
