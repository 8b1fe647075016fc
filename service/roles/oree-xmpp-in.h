/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inbound server-to-server streams. A stream lives on the lane that accepted it; one that is used both ways (XEP-0288)
 * moves to the lane that owns the remote domain once that has proved itself. Its stanzas go to the lane that owns the
 * sender's domain, in order, and their outcomes come back by slot. */
#pragma once
#include "net/oree-listen.h"
#include "proto/xmpp/oree-s2s-in.h"
#include "roles/oree-lane.h"
#include "roles/oree-role-ops.h"

G_BEGIN_DECLS

void oree_xmpp_in_init (OreeLane *lane);
void oree_xmpp_in_clear (OreeLane *lane);

/* For oree_listeners_open; `data` is the lane. */
void oree_xmpp_in_accept (OreeListen *listen, OreeConn *conn, gpointer data);

/* The outcome of the stanza in `slot`; what the authoritative server said. Streams that are gone are ignored. */
void oree_xmpp_in_settle (OreeLane *lane, guint32 stream, guint64 slot);
void oree_xmpp_in_verified (OreeLane *lane, guint32 stream, const char *receiving, const char *originating,
                            const char *stream_id, OreeDialbackResult result);

/* The stream of this lane that carries stanzas of `local` to `remote`, by number; 0: none. */
guint32 oree_xmpp_in_carrier (OreeLane *lane, const char *local, const char *remote);
/* Sends over it; the outcome goes to oree_xmpp_out_report. Never calls back inside. */
void oree_xmpp_in_send (OreeLane *lane, guint32 stream, GBytes *stanza, guint64 token);
/* TRUE when it was still waiting. */
gboolean oree_xmpp_in_cancel (OreeLane *lane, guint32 stream, guint64 token);

/* The table of connections is full: ends the oldest inbound stream of this lane on which nobody has proved itself as a
 * partner. FALSE when there is none. */
gboolean oree_xmpp_in_make_room (OreeLane *lane);
/* Every delivered stanza is settled. */
gboolean oree_xmpp_in_idle (OreeLane *lane);
/* Ends every stream in good order. */
void oree_xmpp_in_close_all (OreeLane *lane, OreeS2sReason reason);
/* As oree_xmpp_out_reset. */
void oree_xmpp_in_reset (OreeLane *lane, const char *partner, OreeImpact *impact);
/* Streams that `next` forbids end; counted in `impact`, and left alone when it is dry. The others follow it. */
void oree_xmpp_in_publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact);
/* Those that are too many under the limits of `next` end. */
void oree_xmpp_in_evict (OreeLane *lane, OreePolicy *next, OreeImpact *impact);
/* Streams whose certificate proves the peer no longer under `policy`, or that stand on one we no longer show, end. */
void oree_xmpp_in_recheck (OreeLane *lane, const OreePolicy *policy, OreeImpact *impact);
void oree_xmpp_in_list (OreeLane *lane, GVariantBuilder *rows);

G_END_DECLS
