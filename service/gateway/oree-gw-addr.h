/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JID ⇄ SIP URI (RFC 7247 6, XEP-0106). Every address mapped here maps back to itself: what would not is refused,
 * so two people never become one. */
#pragma once
#include "ident/oree-jid.h"
#include "ident/oree-sip-uri.h"

G_BEGIN_DECLS

/* "sip:user@domain;gr=resource" of a JID, domain in A-labels; "sip:domain" without local part. NULL when the JID is
 * no canonical XEP-0106 form (it would not come back): answer jid-malformed. Owned. */
char *oree_gw_uri_from_jid (const OreeJid *jid);
/* The same without resource: the address of record. Owned; NULL as above. */
char *oree_gw_aor_from_jid (const OreeJid *jid);

/* The JID of a sip:, sips:, im: or pres: URI; a `gr` parameter with a value becomes the resource (RFC 7247 6.4).
 * FALSE when the user part is not decodable, has no JID form (a leading or trailing space), or the host is no
 * domain: answer 404. */
gboolean oree_gw_jid_from_uri (OreeJid *jid, OreeSpan uri);

/* XEP-0106 both ways on a local part; owned. */
char *oree_gw_escape_local (const char *text);
char *oree_gw_unescape_local (const char *local);

/* Where somebody went, from one protocol to the other: an "xmpp:" URI (RFC 5122; its query is left out) → the SIP address of
 * record; a SIP URI → "xmpp:" and the bare JID. Owned; NULL when it has no form over there. */
char *oree_gw_aor_from_xmpp_uri (const char *uri);
char *oree_gw_xmpp_uri_from_uri (OreeSpan uri);

G_END_DECLS
