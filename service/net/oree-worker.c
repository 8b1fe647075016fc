/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data-plane thread. Sources are attached in the order their `prepare` must run: the reactor (ends the turn, may
 * arm timers), the wheel (how long to sleep), the mailbox. */
#include "net/oree-worker.h"
#include "base/oree-limits.h"
#include "net/oree-buffer.h"

#define HOPS_PER_TURN 8

typedef struct
{
  GSource source;
  OreeWorker *worker;
} WheelSource;

struct _OreeWorker
{
  guint index;
  GMainContext *context;
  GThread *thread;
  OreeReactor *reactor;
  OreeWheel *wheel;
  GSource *wheel_source;
  OreeMailbox *mailbox;
  OreeAdmission *admission;
  guint8 *scratch; /* made on first use */
  OreeTime now;
  gboolean quit;
};

static _Thread_local OreeWorker *current_worker;

/* Mail to oneself hops from role to role; a few hops fit in the turn that began them, the rest waits its turn. */
static void
after_events (gpointer data)
{
  OreeWorker *self = data;

  for (guint hop = 0; hop < HOPS_PER_TURN && oree_mailbox_drain (self->mailbox); hop++)
    ;
}

static gboolean
wheel_prepare (GSource *source, int *timeout)
{
  OreeWorker *self = ((WheelSource *) source)->worker;
  OreeTime next = oree_wheel_next (self->wheel);
  OreeTime wait;

  *timeout = -1;
  if (next == OREE_TIME_NEVER)
    return FALSE;

  self->now = oree_time_now ();
  if (next <= self->now)
    return TRUE;

  wait = (next - self->now + OREE_MS - 1) / OREE_MS;
  *timeout = (int) MIN (wait, G_MAXINT);
  return FALSE;
}

/* Runs after each poll, before any callback of ours: the one reading of the clock per wake-up. */
static gboolean
wheel_check (GSource *source)
{
  OreeWorker *self = ((WheelSource *) source)->worker;

  self->now = oree_time_now ();
  return oree_wheel_next (self->wheel) <= self->now;
}

static gboolean
wheel_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  OreeWorker *self = ((WheelSource *) source)->worker;

  oree_wheel_advance (self->wheel, self->now);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs wheel_funcs = {
  .prepare = wheel_prepare,
  .check = wheel_check,
  .dispatch = wheel_dispatch,
};

OreeWorker *
oree_worker_new (guint index)
{
  OreeWorker *self = g_new0 (OreeWorker, 1);

  self->index = index;
  self->now = oree_time_now ();
  self->context = g_main_context_new ();
  self->reactor = oree_reactor_new (self->context);
  self->wheel = oree_wheel_new (self->now);
  self->wheel_source = g_source_new (&wheel_funcs, sizeof (WheelSource));
  ((WheelSource *) self->wheel_source)->worker = self;
  g_source_set_static_name (self->wheel_source, "oree-wheel");
  g_source_set_can_recurse (self->wheel_source, TRUE);
  g_source_attach (self->wheel_source, self->context);
  self->mailbox = oree_mailbox_new (self->context);
  oree_reactor_set_after (self->reactor, after_events, self);
  self->admission = oree_admission_new (OREE_CONNECTIONS_MAX, OREE_PREAUTH_PER_ADDRESS_MAX);

  return self;
}

static gpointer
worker_main (gpointer data)
{
  OreeWorker *self = data;

  current_worker = self;
  oree_mailbox_bind (self->mailbox);
  g_main_context_push_thread_default (self->context);
  while (!self->quit)
    g_main_context_iteration (self->context, TRUE);
  oree_reactor_flush (self->reactor);
  g_main_context_pop_thread_default (self->context);
  oree_buffer_forget ();
  current_worker = NULL;

  return NULL;
}

void
oree_worker_start (OreeWorker *self)
{
  g_autofree char *name = g_strdup_printf ("worker-%u", self->index);

  g_return_if_fail (self->thread == NULL);
  self->thread = g_thread_new (name, worker_main, self);
}

static void
quit_cb (gpointer data)
{
  OreeWorker *self = data;

  self->quit = TRUE;
}

void
oree_worker_stop (OreeWorker *self)
{
  oree_mailbox_post (self->mailbox, quit_cb, self, NULL);
}

void
oree_worker_join (OreeWorker *self)
{
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
}

void
oree_worker_free (OreeWorker *self)
{
  if (self == NULL)
    return;

  g_return_if_fail (self->thread == NULL);
  oree_mailbox_close (self->mailbox);
  oree_mailbox_unref (self->mailbox);
  g_source_destroy (self->wheel_source);
  g_source_unref (self->wheel_source);
  oree_wheel_free (self->wheel);
  oree_reactor_free (self->reactor);
  oree_admission_free (self->admission);
  g_main_context_unref (self->context);
  if (current_worker == self)
    current_worker = NULL;
  g_free (self->scratch);
  g_free (self);
}

guint
oree_worker_index (const OreeWorker *self)
{
  return self->index;
}

OreeWorker *
oree_worker_current (void)
{
  return current_worker;
}

void
oree_worker_post (OreeWorker *self, OreeMailHandler func, gpointer data)
{
  oree_mailbox_post (self->mailbox, func, data, NULL);
}

gboolean
oree_worker_post_full (OreeWorker *self, OreeMailHandler func, gpointer data, GDestroyNotify free_data)
{
  return oree_mailbox_post (self->mailbox, func, data, free_data);
}

OreeMailbox *
oree_worker_mailbox (OreeWorker *self)
{
  return self->mailbox;
}

OreeTime
oree_worker_now (const OreeWorker *self)
{
  return self->now;
}

OreeReactor *
oree_worker_reactor (OreeWorker *self)
{
  return self->reactor;
}

OreeWheel *
oree_worker_wheel (OreeWorker *self)
{
  return self->wheel;
}

GMainContext *
oree_worker_context (OreeWorker *self)
{
  return self->context;
}

OreeAdmission *
oree_worker_admission (OreeWorker *self)
{
  return self->admission;
}

void
oree_worker_arm (OreeWorker *self, OreeTimer *timer, OreeTime deadline)
{
  oree_wheel_arm (self->wheel, timer, deadline);
}

void
oree_worker_cancel (OreeWorker *self, OreeTimer *timer)
{
  oree_wheel_cancel (self->wheel, timer);
}

void
oree_worker_adopt (OreeWorker *self)
{
  g_return_if_fail (self->thread == NULL);
  current_worker = self;
  oree_mailbox_bind (self->mailbox);
  self->now = oree_time_now ();
}

gboolean
oree_worker_iterate (OreeWorker *self, gboolean may_block)
{
  return g_main_context_iteration (self->context, may_block);
}

guint8 *
oree_worker_scratch (OreeWorker *self)
{
  if (self->scratch == NULL)
    self->scratch = g_malloc (OREE_CONN_READ_BUDGET);

  return self->scratch;
}
