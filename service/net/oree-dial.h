/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connecting over a list of endpoints: in order, the next begun when one fails or OREE_DIAL_STAGGER_MS passed
 * (RFC 8305), the first that connects wins. */
#pragma once
#include "net/oree-conn.h"

G_BEGIN_DECLS

typedef struct _OreeDial OreeDial;

/* Connected: `conn` is the callback's, `index` the endpoint that answered, `reason` NULL. Failed: `conn` NULL and
 * `reason` a code: "no-address", "refused", "unreachable", "timed-out", "system"; of the endpoint tried last, as
 * `index`. The dial is freed after the call. Never called inside oree_dial_start. */
typedef void (*OreeDialCb) (OreeConn *conn, guint index, const char *reason, gpointer data);

/* Copies the endpoints. Each has OREE_DIAL_SECONDS, all OREE_DIAL_TOTAL_SECONDS, or until `deadline` if that is
 * sooner (OREE_TIME_NEVER: no more than that). On the worker's thread. Valid until the callback ran. */
OreeDial *oree_dial_start (OreeWorker *worker, const OreeEndpoint *endpoints, guint n, OreeTime deadline,
                           OreeDialCb callback, gpointer data);
/* No callback follows; frees it. */
void oree_dial_cancel (OreeDial *self);

G_END_DECLS
