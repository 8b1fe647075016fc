/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes in a message's headers when it crosses the edge. */
#pragma once
#include "codec/sip/oree-sip-write.h"
#include "policy/oree-decide-peer.h"
#include "roles/oree-lane.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_CROSSING_INWARD, /* from a partner to the inside */
  OREE_CROSSING_OUTWARD
} OreeCrossing;

/* SEAM (c): called once for every request and every response that crosses, with the edit that already holds what a
 * proxy must change (Via, routes, Max-Forwards): strip ms-edge-proxy-message-trust and kin and foreign identity headers
 * on the way in and add ours; strip credentials and internal detail on the way out. `stand` is the partner's. An edit
 * holds OREE_SIP_EDITS_MAX changes; the proxy uses at most 12. */
void oree_access_edge_crossing (OreeLane *lane, OreeCrossing crossing, const OreeSipMsg *msg, const OreePeerStand *stand,
                                const char *remote_domain, OreeSipEdit *edit);

G_END_DECLS
