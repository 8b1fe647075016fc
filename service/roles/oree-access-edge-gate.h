/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gate of the Access Edge: what is looked at in a partner's request before it is routed, and what is learnt from its
 * answer. Runs on the lane that owns the partner's domain, so one place sees all its connections. */
#pragma once
#include "policy/oree-decide-peer.h"
#include "roles/oree-sip-hub.h"
#include "roles/oree-sip-peer.h"

G_BEGIN_DECLS

/* Called for every request from a partner, dialogs included, after its facts are read and before oree_decide_peer: fills
 * facts->mark, facts->allow_entry and facts->safeguard. `stand` is the partner's standing without a message (relation,
 * discovered flag). */
void oree_access_edge_gate_in (OreeLane *lane, const OreeSipRx *rx, const OreeSipPeer *peer, const OreePeerStand *stand,
                               OreePeerFacts *facts);
/* The final status that went back to a partner for such a request: harvesting shows in the share of failures.
 * `domain` is theirs, `user` the one of ours they asked for (NULL: none). */
void oree_access_edge_gate_answered (OreeLane *lane, const char *domain, const char *user, gboolean discovered,
                                     guint status);
/* A user of ours sent `msg` to somebody at `domain`: whoever writes to a contact, watches or calls it knows it from then
 * on, where the partner's verification level asks for that (lync-behaviour 4). */
void oree_access_edge_gate_out (OreeLane *lane, const OreeSipMsg *msg, const OreePeerStand *stand, const char *domain);

void oree_access_edge_gate_init (OreeLane *lane);
void oree_access_edge_gate_clear (OreeLane *lane);
/* Rows of "discovered-partners". */
void oree_access_edge_gate_list (OreeLane *lane, GVariantBuilder *rows);

G_END_DECLS
