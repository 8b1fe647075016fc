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
};

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
