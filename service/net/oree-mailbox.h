/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages between threads: any thread posts, one GMainContext receives, in the order posted by each sender.
 * Posting is wait-free for practical purposes, takes no lock, and wakes the receiver only when its box was empty. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Runs on the receiver's thread; owns `data` from then on. */
typedef void (*OreeMailHandler) (gpointer data);

typedef struct _OreeMailbox OreeMailbox;

/* Delivers on whichever thread iterates `context`. */
OreeMailbox *oree_mailbox_new (GMainContext *context);
OreeMailbox *oree_mailbox_ref (OreeMailbox *self);
/* Thread-safe. */
void oree_mailbox_unref (OreeMailbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeMailbox, oree_mailbox_unref)

/* Posts from any thread. `handler (data)` runs once on the receiver; when the box is closed instead, `free_data (data)`
 * runs (on the thread that notices), if not NULL. Answers FALSE when the box was already closed. */
gboolean oree_mailbox_post (OreeMailbox *self, OreeMailHandler handler, gpointer data, GDestroyNotify free_data);

/* The calling thread is the one that iterates the context, and whatever it posts here itself is posted from within
 * that: its own mail needs no waking. */
void oree_mailbox_bind (OreeMailbox *self);
/* On the receiver's thread: handles what is there now, without waiting for the context to come around. FALSE when
 * there was nothing. */
gboolean oree_mailbox_drain (OreeMailbox *self);
/* On the receiver's thread: no handler runs any more; what waits is freed. */
void oree_mailbox_close (OreeMailbox *self);

G_END_DECLS
