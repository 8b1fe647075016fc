/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a SIP domain has its federation servers (RFC 3263 as an edge needs it): SRV of _sipfederationtls._tcp, else of
 * _sips._tcp, else the domain's own addresses at 5061. Never in clear. Remembered per lane as long as DNS allows. */
#pragma once
#include "proto/oree-target.h"
#include "roles/oree-lane.h"

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount refs;
  OreeTargets *targets; /* in the order to be tried */
  GStrv hosts;          /* what SRV records name, for oree_decide_peer; empty: there are none */
} OreeSipFound;

OreeSipFound *oree_sip_found_ref (OreeSipFound *self);
void oree_sip_found_unref (OreeSipFound *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeSipFound, oree_sip_found_unref)
/* One server that a record names, port 5061. */
OreeSipFound *oree_sip_found_new_server (const char *host);

/* Why DNS names no host: DNS_BOGUS, DNS_FAILED; ALLOWED: it answered, be it that there is none. */
OreeReason oree_sip_found_trouble (const OreeSipFound *self);

/* `found` is borrowed. */
typedef void (*OreeSipFoundCb) (OreeLane *lane, OreeSipFound *found, gpointer data);

/* Calls back exactly once, at once when the answer is known; those who ask meanwhile are answered in their order.
 * `free_data`: the lane is gone first. FALSE, and no call: too many questions are open. */
gboolean oree_sip_find (OreeLane *lane, const char *domain, OreeSipFoundCb callback, gpointer data,
                        GDestroyNotify free_data);

void oree_sip_find_init (OreeLane *lane);
void oree_sip_find_clear (OreeLane *lane);

G_END_DECLS
