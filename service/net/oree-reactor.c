/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An epoll set behind one GSource. GLib visits every source and polls every descriptor on each turn; here it sees
 * one of each, whatever the number of connections. `prepare` is the last thing before sleeping: the turn's end. */
#include "net/oree-reactor.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BATCH 128     /* events taken from the kernel at once */
#define END_PASSES 8  /* hooks that queue hooks: the rest waits for the next turn */

typedef struct
{
  GSource source;
  OreeReactor *reactor;
} ReactorSource;

struct _OreeReactor
{
  int epoll_fd;
  GSource *source;
  gpointer tag;
  OreeHook at_end, at_last, next_turn; /* list heads */
  struct epoll_event batch[BATCH];
  OreeHookCb after;
  gpointer after_data;
  int batch_at, batch_length; /* events of the batch not yet handed out; 0, 0 outside dispatch */
};

static gboolean
hooks_empty (const OreeHook *head)
{
  return head->next == head;
}

static void
hook_append (OreeHook *head, OreeHook *hook)
{
  if (hook->next != NULL)
    return;

  hook->previous = head->previous;
  hook->next = head;
  head->previous->next = hook;
  head->previous = hook;
}

/* Runs what is queued now, not what is queued meanwhile. */
static void
hooks_run (OreeHook *head)
{
  OreeHook batch = { &batch, &batch, NULL, NULL };

  if (hooks_empty (head))
    return;

  batch.next = head->next;
  batch.previous = head->previous;
  batch.next->previous = &batch;
  batch.previous->next = &batch;
  head->next = head->previous = head;
  while (!hooks_empty (&batch))
    {
      OreeHook *hook = batch.next;

      oree_hook_cancel (hook);
      hook->callback (hook->data);
    }
}

static gboolean
has_hooks (const OreeReactor *self)
{
  return !hooks_empty (&self->next_turn) || !hooks_empty (&self->at_end) || !hooks_empty (&self->at_last);
}

static gboolean
reactor_prepare (GSource *source, int *timeout)
{
  OreeReactor *self = ((ReactorSource *) source)->reactor;

  oree_reactor_flush (self);
  *timeout = -1;
  return has_hooks (self);
}

static gboolean
reactor_check (GSource *source)
{
  OreeReactor *self = ((ReactorSource *) source)->reactor;

  return g_source_query_unix_fd (source, self->tag) != 0 || has_hooks (self);
}

static gboolean
reactor_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  OreeReactor *self = ((ReactorSource *) source)->reactor;
  int n;

  hooks_run (&self->next_turn);

  n = epoll_wait (self->epoll_fd, self->batch, BATCH, 0);
  self->batch_length = MAX (n, 0);
  for (self->batch_at = 0; self->batch_at < self->batch_length;)
    {
      struct epoll_event *event = &self->batch[self->batch_at++];
      OreeIo *io = event->data.ptr;

      if (io != NULL)
        io->callback (io, event->events, io->data);
    }
  self->batch_at = self->batch_length = 0;
  if (self->after != NULL)
    self->after (self->after_data);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs reactor_funcs = {
  .prepare = reactor_prepare,
  .check = reactor_check,
  .dispatch = reactor_dispatch,
};

OreeReactor *
oree_reactor_new (GMainContext *context)
{
  OreeReactor *self = g_new0 (OreeReactor, 1);

  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll_fd < 0)
    g_error ("epoll_create1: %s", g_strerror (errno));

  self->at_end.next = self->at_end.previous = &self->at_end;
  self->at_last.next = self->at_last.previous = &self->at_last;
  self->next_turn.next = self->next_turn.previous = &self->next_turn;
  self->source = g_source_new (&reactor_funcs, sizeof (ReactorSource));
  ((ReactorSource *) self->source)->reactor = self;
  self->tag = g_source_add_unix_fd (self->source, self->epoll_fd, G_IO_IN);
  g_source_set_static_name (self->source, "oree-reactor");
  /* Not that it recurses: else GLib takes the descriptor out and puts it back around every dispatch, and wakes itself
   * up for it: four system calls a turn. */
  g_source_set_can_recurse (self->source, TRUE);
  g_source_attach (self->source, context);

  return self;
}

static void
hooks_drop (OreeHook *head)
{
  while (!hooks_empty (head))
    oree_hook_cancel (head->next);
}

void
oree_reactor_free (OreeReactor *self)
{
  if (self == NULL)
    return;

  hooks_drop (&self->at_end);
  hooks_drop (&self->at_last);
  hooks_drop (&self->next_turn);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  close (self->epoll_fd);
  g_free (self);
}

gboolean
oree_reactor_add (OreeReactor *self, OreeIo *io, int fd, guint32 events, OreeIoCb callback, gpointer data)
{
  struct epoll_event event = { .events = events, .data.ptr = io };

  *io = (OreeIo){ -1, events, callback, data };
  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    return FALSE;

  io->fd = fd;
  return TRUE;
}

void
oree_reactor_modify (OreeReactor *self, OreeIo *io, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = io };

  if (io->fd < 0 || io->events == events)
    return;

  io->events = events;
  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, io->fd, &event) < 0)
    g_error ("epoll_ctl (MOD): %s", g_strerror (errno));
}

void
oree_reactor_remove (OreeReactor *self, OreeIo *io)
{
  if (io->fd < 0)
    return;

  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, io->fd, NULL);
  io->fd = -1;
  /* Its event may wait in the batch being handed out. */
  for (int i = self->batch_at; i < self->batch_length; i++)
    if (self->batch[i].data.ptr == io)
      self->batch[i].data.ptr = NULL;
}

void
oree_reactor_set_after (OreeReactor *self, OreeHookCb after, gpointer data)
{
  self->after = after;
  self->after_data = data;
}

void
oree_hook_init (OreeHook *hook, OreeHookCb callback, gpointer data)
{
  *hook = (OreeHook){ NULL, NULL, callback, data };
}

void
oree_reactor_at_end (OreeReactor *self, OreeHook *hook)
{
  hook_append (&self->at_end, hook);
}

void
oree_reactor_at_last (OreeReactor *self, OreeHook *hook)
{
  hook_append (&self->at_last, hook);
}

void
oree_reactor_next_turn (OreeReactor *self, OreeHook *hook)
{
  hook_append (&self->next_turn, hook);
}

void
oree_hook_cancel (OreeHook *hook)
{
  if (hook->next == NULL)
    return;

  hook->previous->next = hook->next;
  hook->next->previous = hook->previous;
  hook->next = hook->previous = NULL;
}

void
oree_reactor_flush (OreeReactor *self)
{
  for (int pass = 0; pass < END_PASSES && !hooks_empty (&self->at_end); pass++)
    hooks_run (&self->at_end);
  hooks_run (&self->at_last);
}
