/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip:, sips:, tel:, im: and pres: URIs (RFC 3261 19.1, 25.1; RFC 3966; RFC 3859, 3860) as spans into their text. */
#pragma once
#include "base/oree-span.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_SIP_SCHEME_SIP,
  OREE_SIP_SCHEME_SIPS,
  OREE_SIP_SCHEME_TEL,
  OREE_SIP_SCHEME_IM,
  OREE_SIP_SCHEME_PRES,
  OREE_SIP_SCHEME_OTHER /* well-formed scheme we do not know: only `text` is set (answer 416) */
} OreeSipScheme;

/* All spans point into the parsed text and keep its percent-encoding. */
typedef struct
{
  OreeSipScheme scheme;
  OreeSpan text;     /* the whole URI */
  OreeSpan user;     /* before ":" or "@"; the number of a tel: URI; empty when there is none */
  OreeSpan password; /* after ":" in the userinfo; never used, never copied */
  OreeSpan host;     /* name, IPv4, or IPv6 in brackets; empty for tel: */
  guint16 port;      /* 0: not written */
  OreeSpan params;   /* after the first ";", without it */
  OreeSpan headers;  /* after "?", without it */
} OreeSipUri;

/* FALSE when malformed or longer than OREE_SIP_URI_MAX. An IPv6 host must be in brackets. */
gboolean oree_sip_uri_parse (OreeSipUri *self, OreeSpan text);

/* A URI parameter by name (ASCII case-insensitive); `value` (may be NULL) is empty when it has none. */
gboolean oree_sip_uri_param (const OreeSipUri *self, const char *name, OreeSpan *value);
/* Walks "name[=value]" parts separated by `separator`; start with *rest = self->params (';') or ->headers ('&'). */
gboolean oree_sip_uri_next_part (OreeSpan *rest, char separator, OreeSpan *name, OreeSpan *value);

/* Appends the URI as it would be written from its parts (after a caller changed some). */
void oree_sip_uri_write (const OreeSipUri *self, GString *out);

/* RFC 3261 19.1.4. Not transitive, as the RFC has it. */
gboolean oree_sip_uri_equal (const OreeSipUri *a, const OreeSipUri *b);

/* Percent-decoded user part: UTF-8 without NUL and control characters, else NULL. Once only. Owned. */
char *oree_sip_uri_dup_user (const OreeSipUri *self);
/* The host as domain in normal form; NULL for IP literals and bad names. Owned. */
char *oree_sip_uri_dup_domain (const OreeSipUri *self);

/* The canonical address of record: "sip:user@domain", scheme sip whatever it was, no password, port, parameters
 * or headers, domain in normal form, user decoded, folded (oree_jid_fold: registrar and gateway must agree on who
 * is one user) and encoded again. "sip:domain" without user. NULL for tel:, IP hosts, undecodable users. Owned. */
char *oree_sip_uri_dup_aor (const OreeSipUri *self);
/* The same from text; NULL when it does not parse. */
char *oree_sip_aor_normalise (OreeSpan text);

/* Percent-decodes into `out`; FALSE on a broken escape or a NUL octet. */
gboolean oree_sip_uri_unescape (OreeSpan text, GString *out);
/* Percent-encodes what the `user` and the `pvalue` grammar do not allow; upper-case hex. */
void oree_sip_uri_escape_user (OreeSpan text, GString *out);
void oree_sip_uri_escape_param (OreeSpan text, GString *out);

G_END_DECLS
