/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media types, parts and multipart bodies (RFC 2045 5.1, RFC 2046 5.1), as far as bodies in SIP need them: spans into the
 * body, nothing copied but what had to be decoded. */
#pragma once
#include "codec/oree-parse.h"

G_BEGIN_DECLS

typedef struct
{
  OreeSpan type;
  OreeSpan subtype;
  OreeSpan params; /* ";charset=utf-8"; may hold folds */
} OreeMimeType;

/* A Content-Type. > 0 length; BAD_SYNTAX when it is none, broken parameters included; MISSING when it is empty. */
gssize oree_mime_type_parse (OreeMimeType *self, OreeSpan value);
/* Is it "text/plain"? "multipart/" and nothing after it: any subtype. Case-insensitive. */
gboolean oree_mime_type_is (const OreeMimeType *self, const char *name);
/* The value of a parameter, quotes undone (the first of that name); owned, NULL when there is none. */
char *oree_mime_type_param (const OreeMimeType *self, const char *name);

typedef struct
{
  OreeMimeType type;    /* text/plain where the part says nothing (RFC 2045 5.2) */
  OreeSpan language;    /* Content-Language; empty: not said */
  OreeSpan disposition; /* Content-Disposition */
  OreeSpan encoding;    /* Content-Transfer-Encoding */
  OreeSpan body;
} OreeMimePart;

/* Headers, an empty line, a body. > 0 the length; BAD_SYNTAX, TOO_MANY headers, or what the Content-Type is told. */
gssize oree_mime_part_parse (OreeMimePart *self, OreeSpan text);
/* May whoever does not understand the part leave it out? (Content-Disposition handling=optional, RFC 3261 20.11; one that
 * is a session, an icon or an alert is no part of the text either.) */
gboolean oree_mime_part_is_optional (const OreeMimePart *self);

/* The parts of a multipart body, `max` at most. > 0 octets taken and *n parts; MISSING: no boundary, or the body ends
 * before its last delimiter; TOO_MANY; TOO_LONG: the boundary; or what a part is told. An empty list of parts is MISSING. */
gssize oree_mime_multipart_parse (const OreeMimeType *type, OreeSpan body, OreeMimePart *parts, guint max, guint *n);

/* The body with base64 or quoted-printable undone (7bit, 8bit, binary and none as it is); owned, NULL when the encoding is
 * another or broken. */
GString *oree_mime_decode (OreeSpan body, OreeSpan encoding);
/* The text of a body as UTF-8 without NUL, by the charset its type names (none: UTF-8, of which US-ASCII is a part); owned.
 * NULL when the charset is none of those we know, or the octets are not what it says. */
char *oree_mime_text (const OreeMimeType *type, OreeSpan body);

G_END_DECLS
