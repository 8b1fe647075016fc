/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outbound server-to-server streams, one per pair of domains, on the lane that owns the remote domain.
 * A stream is dialled when something is to be sent and lives until it is idle. */
#pragma once
#include "codec/xml/oree-xml-node.h"
#include "proto/xmpp/oree-s2s-out.h"
#include "roles/oree-lane.h"
#include "roles/oree-role-ops.h"

G_BEGIN_DECLS

/* What came of a stanza, exactly once. `ok`: acknowledged (`acked` says how); else `reason`. */
typedef void (*OreeXmppSent) (OreeLane *lane, gboolean ok, OreeS2sAcked acked, OreeS2sReason reason, gpointer data);
/* What the authoritative server said. */
typedef void (*OreeXmppVerified) (OreeLane *lane, OreeDialbackResult result, gpointer data);

void oree_xmpp_out_init (OreeLane *lane);
void oree_xmpp_out_clear (OreeLane *lane);

/* Sends `stanza` from domain `local` to domain `remote` (normal forms), in order per pair. `sent` may be NULL. Never
 * calls back inside. Returns a token for oree_xmpp_out_cancel. */
guint64 oree_xmpp_out_send (OreeLane *lane, const char *local, const char *remote, const OreeXmlNode *stanza,
                            OreeXmppSent sent, gpointer data);
/* The sender gives up: TRUE when it was still waiting; either way `sent` is not called any more. */
gboolean oree_xmpp_out_cancel (OreeLane *lane, guint64 token);
/* Asks the authoritative server of check->originating. Takes `check`. */
void oree_xmpp_out_verify (OreeLane *lane, OreeDialbackCheck *check, OreeXmppVerified verified, gpointer data);
/* What came of a token given to oree_xmpp_in_send. */
void oree_xmpp_out_report (OreeLane *lane, guint64 token, gboolean ok, OreeS2sAcked acked, OreeS2sReason reason);
/* As oree_xmpp_in_settle and oree_xmpp_in_verified, for what came in on a stream of ours (XEP-0288). */
void oree_xmpp_out_settle (OreeLane *lane, guint32 stream, guint64 slot);
void oree_xmpp_out_verified (OreeLane *lane, guint32 stream, const char *receiving, const char *originating,
                             const char *stream_id, OreeDialbackResult result);
/* The domain just proved itself to us: it is alive, so a back-off ends. */
void oree_xmpp_out_alive (OreeLane *lane, const char *remote);

/* Nothing queued, nothing in doubt. */
gboolean oree_xmpp_out_idle (OreeLane *lane);
/* Ends every stream in good order. */
void oree_xmpp_out_close_all (OreeLane *lane, OreeS2sReason reason);
/* Ends the streams to the domains of `partner` (a domain, or the record it is one of) in good order; the next one is
 * tried at once. Counted in `impact`. */
void oree_xmpp_out_reset (OreeLane *lane, const char *partner, OreeImpact *impact);
/* A stream for the pair, though there is nothing to send yet, and without waiting after a failure: what comes of it is an
 * event. Nothing when there is one. On the lane that owns `remote`. */
void oree_xmpp_out_open (OreeLane *lane, const char *local, const char *remote);
/* Streams that `next` forbids or changes end; counted in `impact`, and left alone when it is dry. */
void oree_xmpp_out_publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact);
/* As oree_xmpp_in_evict. */
void oree_xmpp_out_evict (OreeLane *lane, OreePolicy *next, OreeImpact *impact);
/* Streams whose certificate proves the peer no longer under `policy`, or that stand on one we no longer show, end. */
void oree_xmpp_out_recheck (OreeLane *lane, const OreePolicy *policy, OreeImpact *impact);
void oree_xmpp_out_list (OreeLane *lane, GVariantBuilder *rows);

G_END_DECLS
