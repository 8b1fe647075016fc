/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-access-edge-gate.h"

void
oree_access_edge_gate_in (OreeLane *lane, const OreeSipRx *rx, const OreeSipPeer *peer, const OreePeerStand *stand,
                          OreePeerFacts *facts)
{
  facts->mark = OREE_SOURCE_UNMARKED;
}

void
oree_access_edge_gate_answered (OreeLane *lane, const char *domain, const char *user, gboolean discovered, guint status)
{
}
