/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-access-edge-crossing.h"

#include "roles/oree-access-edge-gate.h"
#include "roles/oree-sip-mark.h"

void
oree_access_edge_crossing (OreeLane *lane, OreeCrossing crossing, const OreeSipMsg *msg, const OreePeerStand *stand,
                           const char *remote_domain, OreeSipEdit *edit)
{
  const OreeSipMarking marking = { lane->policy, stand, remote_domain, crossing == OREE_CROSSING_INWARD };

  oree_sip_mark_edit (&marking, msg, edit);
  if (crossing == OREE_CROSSING_OUTWARD && msg->is_request)
    oree_access_edge_gate_out (lane, msg, stand, remote_domain);
}
