/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding a remote domain's server: the host its record names, else SRV for both services, in order, each with all its
 * addresses (RFC 6120 3.2, XEP-0368, RFC 8305). One server after another, for as long as its owner asks for more. */
#pragma once
#include "net/oree-conn.h"
#include "proto/oree-target.h"
#include "proto/xmpp/oree-s2s-reason.h"
#include "roles/oree-lane.h"
#include "roles/oree-xmpp-dna.h"

G_BEGIN_DECLS

typedef struct _OreeXmppFind OreeXmppFind;

/* A server answered: `conn` is the callback's, `target` and `dna` (both borrowed) say which, and what its zone says of it
 * (NULL: nothing signed). Or none is left: `conn` NULL and `reason` NOT_FOUND (the domain says so), DNS_BOGUS or
 * CONNECT_FAILED. Might be called within oree_xmpp_find_next. */
typedef void (*OreeXmppFound) (OreeConn *conn, const OreeTarget *target, OreeXmppDna *dna, OreeS2sReason reason,
                               gpointer data);

OreeXmppFind *oree_xmpp_find_new (OreeLane *lane, const char *remote, OreeXmppFound found, gpointer data);
/* Nothing is called any more. */
void oree_xmpp_find_free (OreeXmppFind *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeXmppFind, oree_xmpp_find_free)

/* The first server, or the next: the last one was no good. */
void oree_xmpp_find_next (OreeXmppFind *self);
/* Is there one more to try? */
gboolean oree_xmpp_find_has_more (const OreeXmppFind *self);

G_END_DECLS
