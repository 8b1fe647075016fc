/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Access Edge's way through: requests of partners to the inside, requests of the inside to partners, responses back.
 * All that concerns a partner's domain happens on the lane that owns the domain: decisions, safeguards, transactions and
 * the connections we open. A request changes lanes at most once each way.
 *
 *   partner's connection ─► owner of the domain: dialog? gate, decision, crossing ─► front end or next hop
 *   front end, next hop  ─► owner of the domain: DNS, decision, crossing ─► oree-peer-pool
 *
 * A dialog is known by the parameter of our Record-Route, which nobody else can make: it names the partner and is bound to
 * the Call-ID. So no one gets a request through as belonging to a dialog that never was admitted, and a Route header
 * leads to that partner's servers only: the edge is no open relay. */
#pragma once
#include "roles/oree-role-ops.h"
#include "roles/oree-sip-hub.h"

G_BEGIN_DECLS

/* A request on a partner's connection (OreeSipHandler of leg PARTNER). */
void oree_access_edge_inward (OreeLane *lane, OreeSipRx *rx);
/* Does a request of the inside belong to a dialog with a partner, by its Route? Then it was handed over. */
gboolean oree_access_edge_takes (OreeLane *lane, OreeSipRx *rx);
/* A request of the inside, its sender proved, for somebody at `domain`. */
void oree_access_edge_outward (OreeLane *lane, OreeSipRx *rx, const char *domain);

/* What rings here for a partner that `next` does not allow any more stops ringing. */
void oree_access_edge_proxy_publish (OreeLane *lane, const OreePolicy *next);
void oree_access_edge_proxy_init (OreeLane *lane);
void oree_access_edge_proxy_clear (OreeLane *lane);

G_END_DECLS
