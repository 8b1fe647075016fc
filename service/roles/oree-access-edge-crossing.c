/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-access-edge-crossing.h"

void
oree_access_edge_crossing (OreeLane *lane, OreeCrossing crossing, const OreeSipMsg *msg, const OreePeerStand *stand,
                           const char *remote_domain, OreeSipEdit *edit)
{
  /* What proved a sender to one side is not the other side's business. */
  oree_sip_edit_remove (edit, OREE_SIP_HDR_PROXY_AUTHORIZATION);
  if (crossing == OREE_CROSSING_INWARD)
    oree_sip_edit_remove_named (edit, "ms-edge-proxy-message-trust");
}
