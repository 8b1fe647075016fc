/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An epoll set behind one GSource, and the moments of a loop turn others hook into: its end; after that, where
 * connections write what the turn produced; and the next turn, for work that must not run inside a call.
 * A reactor belongs to the thread that iterates its context. */
#pragma once
#include <glib.h>
#include <sys/epoll.h>

G_BEGIN_DECLS

typedef struct _OreeReactor OreeReactor;
typedef struct _OreeIo OreeIo;

/* `events` as epoll gives them (EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP, EPOLLRDHUP); level-triggered. */
typedef void (*OreeIoCb) (OreeIo *io, guint32 events, gpointer data);

/* One watched descriptor; embed it. It may be removed (and freed) at any time, also inside any callback. */
struct _OreeIo
{
  int fd; /* -1 when not registered */
  guint32 events;
  OreeIoCb callback;
  gpointer data;
};

typedef void (*OreeHookCb) (gpointer data);

/* Work to run once; embed it, initialise it once. */
typedef struct _OreeHook OreeHook;
struct _OreeHook
{
  OreeHook *next, *previous; /* NULL when not queued */
  OreeHookCb callback;
  gpointer data;
};

/* Creates the set and attaches its source to `context`. Aborts when the kernel gives no epoll descriptor. */
OreeReactor *oree_reactor_new (GMainContext *context);
void oree_reactor_free (OreeReactor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeReactor, oree_reactor_free)

/* Watches `fd` (not taken) for `events`. FALSE with errno when the kernel refuses. */
gboolean oree_reactor_add (OreeReactor *self, OreeIo *io, int fd, guint32 events, OreeIoCb callback, gpointer data);
/* Changes what is watched; no system call when nothing changes. */
void oree_reactor_modify (OreeReactor *self, OreeIo *io, guint32 events);
/* Stops watching, before the descriptor is closed. Nothing happens when it is not registered. */
void oree_reactor_remove (OreeReactor *self, OreeIo *io);

/* Called after each round of events, in the same turn: what the events posted to their own thread is handled before
 * the turn ends. */
void oree_reactor_set_after (OreeReactor *self, OreeHookCb after, gpointer data);

void oree_hook_init (OreeHook *hook, OreeHookCb callback, gpointer data);
/* Run `hook` at the end of this loop turn; once, however often it is asked for. */
void oree_reactor_at_end (OreeReactor *self, OreeHook *hook);
/* The same, when all of these have run: what they still wrote goes out with the rest. Such a hook queues none at the end. */
void oree_reactor_at_last (OreeReactor *self, OreeHook *hook);
/* Run `hook` in the next loop turn, which then does not wait. A hook is in at most one queue: the first asked for. */
void oree_reactor_next_turn (OreeReactor *self, OreeHook *hook);
void oree_hook_cancel (OreeHook *hook);
/* Run what waits for the end of the turn now (when the loop ends). */
void oree_reactor_flush (OreeReactor *self);

G_END_DECLS
