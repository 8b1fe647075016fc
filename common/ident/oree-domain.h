/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Domain names. One form inside the house: lower-case A-labels without trailing dot ("normal form"). */
#pragma once
#include "base/oree-span.h"

G_BEGIN_DECLS

/* "Fabrikam.TEST." → "fabrikam.test", "bücher.test" → "xn--bcher-kva.test". NULL for what is no host name:
 * empty, an IP literal, a label that is empty, over 63 octets, or has anything but letters, digits, inner
 * hyphens and underscore; over OREE_DOMAIN_MAX; not valid IDNA 2008. Idempotent. Owned. */
char *oree_domain_normalise (OreeSpan text);

/* TRUE when `text` already is in normal form (no allocation). */
gboolean oree_domain_is_normal (OreeSpan text);

/* The form for XMPP addresses and people: A-labels become U-labels; what does not convert stays. Owned. */
char *oree_domain_to_unicode (const char *domain);

/* Equality of two spellings, ASCII case and one trailing dot aside. U-labels are not converted. */
gboolean oree_domain_equal (OreeSpan a, OreeSpan b);

/* `domain` is `suffix` itself or below it, at a label boundary. Both in normal form. */
gboolean oree_domain_has_suffix (const char *domain, const char *suffix);
/* One label below it, as Lync wants an Access Edge: sip.litware.test is directly below litware.test, sip.eu.litware.test is not. */
gboolean oree_domain_is_directly_below (const char *host, const char *domain);

/* Does the name `presented` in a certificate stand for `domain` (normal form)? RFC 9525 6.3: "*" only as the
 * whole left-most label, standing for exactly one label, with at least two labels after it. An A-label is
 * compared as text; a U-label in a certificate is malformed and matches nothing. */
gboolean oree_domain_name_match (OreeSpan presented, const char *domain);

G_END_DECLS
