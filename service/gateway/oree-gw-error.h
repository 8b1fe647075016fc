/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP status ⇄ stanza error: the tables of RFC 7247 7, and what other RFCs forbid of them. */
#pragma once
#include "codec/xmpp/oree-stanza-err.h"

G_BEGIN_DECLS

/* The status that answers a SIP request whose stanza failed with `err`. `full`: the stanza was for a full JID
 * (table 2, notes 1 and 2). `has_address`: gone carries a new address. Never 401 or 407 (we challenge nobody), nor
 * 408 (RFC 4320 forbids it to anything but INVITE: 504), nor 503. */
guint oree_gw_status_from_err (OreeStanzaErr err, gboolean full, gboolean has_address);

/* The condition for a sender whose stanza failed with `status` (200 and up). `authorised`: the sender may see the
 * recipient's presence; to all others, conditions that tell whether somebody exists or is there become
 * service-unavailable (RFC 6120 8.3.3.7, 8.3.3.13). */
OreeStanzaErr oree_gw_err_from_status (guint status, gboolean authorised);

G_END_DECLS
