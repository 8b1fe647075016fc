/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Embedded front end: what its files need of one another. A connection lives on the lane that accepted it; a user's
 * bindings, presence and watchers live on the lane that owns the address of record. */
#pragma once
#include "proto/sip/oree-presentity.h"
#include "proto/sip/oree-registrar.h"
#include "proto/sip/oree-sip-backoff.h"
#include "proto/sip/oree-sip-digest.h"
#include "proto/sip/oree-sip-proxy.h"
#include "roles/oree-listeners.h"
#include "roles/oree-role-ops.h"
#include "roles/oree-sip-hub.h"

G_BEGIN_DECLS

typedef struct _OreeFrontEndPresence OreeFrontEndPresence;

struct _OreeFrontEndRole
{
  OreeLane *lane;
  OreeListeners listeners;
  OreeSipDigest *digest;
  OreeSipBackoff *backoff;
  GHashTable *signed_in; /* flow id → address of record, of the connections of this lane */
  OreeRegistrar *registrar; /* of the users this lane owns */
  OreeTimer registrar_timer;
  OreeFrontEndPresence *presence;
  GHashTable *forks; /* OreeSipKey → INVITE on its way to the devices of a user this lane owns */
};

/* --- oree-front-end-fork.c: requests on their way to the devices of a user this lane owns ------------ */

void oree_front_end_fork_init (OreeLane *lane);
void oree_front_end_fork_clear (OreeLane *lane);
/* To every device of `aor`, or inside a dialog to the one it is with. Answers. */
void oree_front_end_fork (OreeLane *lane, OreeSipRx *rx, const char *aor);
/* The CANCEL of an INVITE that is on its way; TRUE: it was one, or nothing is to be done about it. */
gboolean oree_front_end_fork_takes (OreeLane *lane, OreeSipRx *rx);

/* --- oree-front-end-presence.c: the presence agent of the users this lane owns ------------------- */

void oree_front_end_presence_init (OreeLane *lane);
void oree_front_end_presence_clear (OreeLane *lane);
/* PUBLISH and SUBSCRIBE for `aor`; authorised already. */
void oree_front_end_publish_in (OreeLane *lane, OreeSipRx *rx, const char *aor);
void oree_front_end_subscribe_in (OreeLane *lane, OreeSipRx *rx, const char *aor);
/* A contact was bound, or the last one went. */
void oree_front_end_registered (OreeLane *lane, const char *aor, gboolean registered);
/* Ends every subscription. */
void oree_front_end_presence_stop (OreeLane *lane);

G_END_DECLS
