/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All connections with partners on this lane, whoever opened them: what domains speak through each, whether they still
 * may, keep-alives, and what Monitor shows. */
#pragma once
#include "roles/oree-role-ops.h"
#include "roles/oree-sip-hub.h"

G_BEGIN_DECLS

/* A listener's connection from outside: TLS with the external identity and the peer's certificate, or nothing. */
void oree_sip_peers_accept (OreeLane *lane, OreeConn *conn);
/* A flow of this lane (leg PARTNER) stands; `domain` is the one it was dialled for, NULL: nobody has spoken yet. */
void oree_sip_peers_add (OreeLane *lane, OreeFlow flow, OreeDirection direction, const char *domain, OreeSipPeer *id);
/* `domain` was proved and allowed on `flow`, on whichever lane that is. */
void oree_sip_peers_allowed (OreeLane *lane, OreeFlow flow, const char *domain, const OreePeerStand *stand);
/* A request for `domain` goes over `flow`, ours and of this lane, which was opened for another domain of the same server:
 * from now on it stands as long as either may. `srv_targets` as in OreePeerFacts. */
void oree_sip_peers_carries (OreeLane *lane, OreeFlow flow, const char *domain, const char *const *srv_targets);
/* Why a request of `domain` was refused on it: told once for each reason. */
void oree_sip_peers_refused (OreeLane *lane, OreeFlow flow, const char *domain, OreeReason reason);

/* A flow of leg PARTNER ended (OreeFlowGone). */
void oree_sip_peers_gone (OreeLane *lane, OreeFlow flow);

void oree_sip_peers_init (OreeLane *lane);
void oree_sip_peers_clear (OreeLane *lane);
void oree_sip_peers_close_all (OreeLane *lane);
/* Closes connections on which nobody may speak any more. */
void oree_sip_peers_publish (OreeLane *lane, OreePolicy *next, OreeImpact *impact);
/* Closes the connections on which `domain` speaks; the next ones are made anew. */
void oree_sip_peers_reset (OreeLane *lane, const char *domain, OreeImpact *impact);
/* The trust anchors changed, or time passed: what a certificate does not prove any more goes. */
void oree_sip_peers_retrust (OreeLane *lane, OreeImpact *impact);
void oree_sip_peers_list (OreeLane *lane, GVariantBuilder *rows);

G_END_DECLS
