/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What streams of both directions share about the connection below them. */
#pragma once
#include "net/oree-conn.h"

G_BEGIN_DECLS

#define OREE_XMPP_ALPN "xmpp-server" /* XEP-0368 */

/* Adds what a list of connections says of TLS: "tls", "direct-tls", "alpn". `conn` may be NULL. */
void oree_xmpp_link_describe (GVariantDict *row, OreeConn *conn, gboolean direct_tls);

G_END_DECLS
