/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text on its way from one protocol to the other: line ends, what a header line and what XML may hold, dates. */
#pragma once
#include "base/oree-span.h"

G_BEGIN_DECLS

/* Any line end → CR LF. Owned. */
char *oree_gw_text_to_crlf (const char *text);
/* CR LF and CR → LF. Owned. */
char *oree_gw_text_from_crlf (OreeSpan text);
/* One line for a header: controls and line separators become spaces; what turns the direction of the text around it
 * (U+202A…202E, U+2066…2069) goes, for it would turn that of its neighbours. Invalid UTF-8, and what XML cannot carry, becomes U+FFFD. Owned. */
char *oree_gw_text_line (OreeSpan text);
/* What XML cannot carry becomes U+FFFD (XML 1.0 2.2). Takes `text`, owned. */
char *oree_gw_text_clean (char *text);
/* A language tag as BCP 47 writes it; anything else is not handed on. */
gboolean oree_gw_text_is_language (OreeSpan tag);

/* "2010-11-13T23:29:00Z" (XEP-0082, RFC 3339) → "Sat, 13 Nov 2010 23:29:00 GMT" (RFC 3261 20.17). Owned; NULL when it is none. */
char *oree_gw_date_to_sip (const char *stamp);
/* A Date header, or an RFC 3339 DateTime, → microseconds since 1970. */
gboolean oree_gw_date_parse (OreeSpan text, gint64 *wall);

G_END_DECLS
