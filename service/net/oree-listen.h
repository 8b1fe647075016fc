/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listening sockets: bound together for all workers before anything is committed, then accepted on by each.
 * The kernel spreads connections over the workers' sockets (SO_REUSEPORT). */
#pragma once
#include "net/oree-admission.h"
#include "net/oree-conn.h"
#include "net/oree-net-error.h"

G_BEGIN_DECLS

/* Binds and listens on `at` with `n` sockets, one per worker, into `fds`. Port 0 takes a free one, the same for all;
 * `bound` (may be NULL) gets what was bound. Any thread. FALSE: none is left open; errors OREE_NET_ERROR with the
 * endpoint in the message: PORT_BUSY (also when another socket of ours has it), ADDRESS_UNAVAILABLE, PERMISSION,
 * SYSTEM. */
gboolean oree_listen_bind (const OreeEndpoint *at, int *fds, guint n, OreeEndpoint *bound, GError **error);
/* Could `at` be bound now? Binds it alone, for a moment. FALSE: errors as oree_listen_bind. Any thread. */
gboolean oree_listen_try (const OreeEndpoint *at, GError **error);
/* Sockets handed over by systemd (sd_listen_fds) whose local endpoint is `at`; -1 when there is none. Not taken from
 * the environment twice. */
int oree_listen_inherit (const OreeEndpoint *at);

typedef struct _OreeListen OreeListen;

/* `conn` is the callback's; it reads nothing before its callbacks are set. */
typedef void (*OreeAcceptCb) (OreeListen *listen, OreeConn *conn, gpointer data);

/* Accepts on `fd` (taken) until freed. On the worker's thread. Connections beyond the caps are closed at once and
 * counted; when descriptors run out accepting pauses for a second. */
OreeListen *oree_listen_new (OreeWorker *worker, int fd, OreeAcceptCb callback, gpointer data);
/* Called for every connection closed because of the caps; `peer` is borrowed. */
typedef void (*OreeRefusedCb) (OreeListen *listen, const OreeEndpoint *peer, OreeAdmissionResult why, gpointer data);
void oree_listen_set_refused (OreeListen *self, OreeRefusedCb callback, gpointer data);
/* Closes the listening socket; accepted connections live on. */
void oree_listen_free (OreeListen *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeListen, oree_listen_free)

const OreeEndpoint *oree_listen_endpoint (const OreeListen *self);
guint64 oree_listen_accepted (const OreeListen *self);
guint64 oree_listen_refused (const OreeListen *self);

G_END_DECLS
