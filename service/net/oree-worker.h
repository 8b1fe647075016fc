/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data-plane thread: a GMainContext with an epoll set, a timer wheel and a mailbox.
 * What lives on a worker is touched by its thread only; others post to it. */
#pragma once
#include "net/oree-admission.h"
#include "net/oree-mailbox.h"
#include "net/oree-reactor.h"
#include "net/oree-wheel.h"

G_BEGIN_DECLS

typedef struct _OreeWorker OreeWorker;

/* A worker without a thread yet: posts to it are kept until it runs. `index` counts from 0. */
OreeWorker *oree_worker_new (guint index);
/* Starts its thread. */
void oree_worker_start (OreeWorker *self);
/* Asks the thread to end after the mail already posted is handled; returns at once, callable from any thread. */
void oree_worker_stop (OreeWorker *self);
/* Waits for the thread to end. Only after oree_worker_stop. */
void oree_worker_join (OreeWorker *self);
/* After oree_worker_join, or when it was never started; what lived on it must be gone. Mail left is freed. */
void oree_worker_free (OreeWorker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeWorker, oree_worker_free)

guint oree_worker_index (const OreeWorker *self);
/* The worker whose thread this is; NULL on other threads. */
OreeWorker *oree_worker_current (void);

/* `func (data)` on the worker's thread, in posting order per sender; owns `data`. Callable from any thread, also
 * from itself (runs once what is running returned). When the worker is gone or going, nothing runs and `data` is lost: use
 * oree_worker_post_full where that leaks. */
void oree_worker_post (OreeWorker *self, OreeMailHandler func, gpointer data);
/* The same with a destroy function for mail that can no longer be handled. FALSE when that was so at once. */
gboolean oree_worker_post_full (OreeWorker *self, OreeMailHandler func, gpointer data, GDestroyNotify free_data);

/* Its mailbox; a reference outlives the worker (posts then fail). Any thread. */
OreeMailbox *oree_worker_mailbox (OreeWorker *self);

/* The rest is for code on the worker's thread. */

/* Monotonic time of this wake-up; read the clock once per turn. */
OreeTime oree_worker_now (const OreeWorker *self);
OreeReactor *oree_worker_reactor (OreeWorker *self);
OreeWheel *oree_worker_wheel (OreeWorker *self);
GMainContext *oree_worker_context (OreeWorker *self);
/* oree_wheel_arm and _cancel on the worker's wheel. */
void oree_worker_arm (OreeWorker *self, OreeTimer *timer, OreeTime deadline);
void oree_worker_cancel (OreeWorker *self, OreeTimer *timer);

/* For a single-threaded program (tests, generators): makes the calling thread this worker's thread (it must not be
 * started), and runs one turn. Answers whether anything was done. */
void oree_worker_adopt (OreeWorker *self);
gboolean oree_worker_iterate (OreeWorker *self, gboolean may_block);

/* The connections this worker holds and may still take. */
OreeAdmission *oree_worker_admission (OreeWorker *self);

/* Room shared by the connections of a worker during one read: OREE_CONN_READ_BUDGET bytes. */
guint8 *oree_worker_scratch (OreeWorker *self);

G_END_DECLS
