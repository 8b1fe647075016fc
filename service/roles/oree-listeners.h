/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listening sockets of one role: bound once for all lanes, then accepted on by each. */
#pragma once
#include "net/oree-listen.h"
#include "roles/oree-lane.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *listens; /* OreeListen *, of this lane */
  char *signature;    /* what is bound: compared when the policy changes */
} OreeListeners;

/* "addr:port addr:port", what these settings ask for; owned. An empty list of addresses means loopback. */
char *oree_listeners_signature (const char *const *addresses, guint64 port);
/* Opens this lane's sockets on every endpoint of `signature`. The first lane to come binds for all; `group` names
 * the role so that lanes share. NULL, or the reason code with `detail` (owned) naming the endpoint. */
const char *oree_listeners_open (OreeListeners *self, OreeLane *lane, OreeRoleId role, const char *signature,
                                 OreeAcceptCb accept, gpointer data, char **detail);
/* A connection from `peer` was refused because of `limit` (a code; static): counted each time, an event for the first
 * in OREE_LIMIT_SAID_SECONDS. */
void oree_listeners_say_limit (OreeLane *lane, const char *limit, const char *peer);
void oree_listeners_close (OreeListeners *self);

G_END_DECLS
