/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our connections to partners: one to four for each server or domain, on the lane that owns the domain. Dials what DNS or
 * the record names, in order, judges the certificate before the first byte of SIP, and says why it could not. */
#pragma once
#include "roles/oree-role-ops.h"
#include "roles/oree-sip-find.h"
#include "roles/oree-sip-diagnostics.h"
#include "roles/oree-sip-hub.h"

G_BEGIN_DECLS

/* A flow towards the partner, dialled if need be: what is written waits until it stands. `avoid` (FLOW_NONE: none) is one
 * whose server just said that it cannot: another server is taken if there is one. A server that asked for rest is left
 * alone unless `anyway`. FLOW_NONE: not now; see trouble. */
OreeFlow oree_peer_pool_flow (OreeLane *lane, const char *domain, const OreePeerStand *stand, OreeSipFound *found,
                              OreeFlow avoid, gboolean anyway);
/* Why the partner could not be reached the last time, borrowed until the pool is used again; FALSE: no trouble known. */
gboolean oree_peer_pool_trouble (OreeLane *lane, const char *domain, const OreePeerStand *stand, OreeSipTrouble *trouble);
/* A response came over `flow`. A 503 with Retry-After gives its server rest for so long (RFC 3261 21.5.4). */
void oree_peer_pool_heard (OreeLane *lane, const char *domain, const OreePeerStand *stand, OreeFlow flow,
                           const OreeSipMsg *response);
/* An inbound connection, on any lane, that the peer offers for requests of ours (RFC 5923). The peer is proved. */
void oree_peer_pool_offer (OreeLane *lane, const char *domain, const OreePeerStand *stand, OreeFlow flow);
/* The flow is gone, or what was written to it was lost. */
void oree_peer_pool_lost (OreeLane *lane, OreeFlow flow);

void oree_peer_pool_init (OreeLane *lane);
void oree_peer_pool_clear (OreeLane *lane);
void oree_peer_pool_close_all (OreeLane *lane);
/* Whoever could not be reached is tried again at once. */
void oree_peer_pool_hurry (OreeLane *lane);
/* Closes what `next` does not allow any more, or wants to go elsewhere. */
void oree_peer_pool_publish (OreeLane *lane, OreePolicy *next, OreeImpact *impact);

G_END_DECLS
