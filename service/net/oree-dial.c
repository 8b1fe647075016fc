/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connecting over a list of endpoints: attempts begin in order and overlap; the first that connects wins. */
#include "net/oree-dial.h"
#include "base/oree-limits.h"
#include <errno.h>
#include <unistd.h>

typedef struct
{
  OreeDial *dial;
  OreeIo io;
  OreeTimer limit;
  int fd; /* -1: not begun, or over */
} Attempt;

struct _OreeDial
{
  OreeWorker *worker;
  OreeDialCb callback;
  gpointer data;
  OreeEndpoint *endpoints;
  Attempt *attempts;
  guint n;
  guint next;    /* first not begun */
  guint running;
  guint last;    /* the one that failed last, and why */
  const char *reason;
  OreeTimer stagger, total;
  OreeHook done; /* tells that nothing is left to try, in a turn of its own */
};

static void begin_next (OreeDial *self);

static const struct
{
  int number;
  const char *reason;
} reasons[] = {
  { ECONNREFUSED, "refused" },      { ECONNRESET, "refused" },       { ENETUNREACH, "unreachable" },
  { EHOSTUNREACH, "unreachable" },  { EADDRNOTAVAIL, "unreachable" }, { EAFNOSUPPORT, "unreachable" },
  { EACCES, "unreachable" },        { EPERM, "unreachable" },        { ETIMEDOUT, "timed-out" },
};

static const char *
reason_of (int number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].number == number)
      return reasons[i].reason;

  return "system";
}

static void
attempt_stop (Attempt *attempt)
{
  OreeDial *self = attempt->dial;

  if (attempt->fd < 0)
    return;

  oree_reactor_remove (oree_worker_reactor (self->worker), &attempt->io);
  oree_worker_cancel (self->worker, &attempt->limit);
  close (attempt->fd);
  attempt->fd = -1;
  self->running--;
}

void
oree_dial_cancel (OreeDial *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->n; i++)
    attempt_stop (&self->attempts[i]);
  oree_worker_cancel (self->worker, &self->stagger);
  oree_worker_cancel (self->worker, &self->total);
  oree_hook_cancel (&self->done);
  g_free (self->attempts);
  g_free (self->endpoints);
  g_free (self);
}

/* The last act: frees the dial before the owner hears, so that it may do anything. */
static void
finish (OreeDial *self, OreeConn *conn, guint index, const char *reason)
{
  OreeDialCb callback = self->callback;
  gpointer data = self->data;

  oree_dial_cancel (self);
  callback (conn, index, reason, data);
}

static void
attempt_failed (Attempt *attempt, const char *reason)
{
  OreeDial *self = attempt->dial;

  attempt_stop (attempt);
  self->last = (guint) (attempt - self->attempts);
  self->reason = reason;
  begin_next (self);
}

static void
attempt_ready_cb (OreeIo *io, guint32 events, gpointer data)
{
  Attempt *attempt = data;
  OreeDial *self = attempt->dial;
  guint index = (guint) (attempt - self->attempts);
  int number = 0;
  socklen_t length = sizeof number;
  int fd;

  if (getsockopt (attempt->fd, SOL_SOCKET, SO_ERROR, &number, &length) < 0)
    number = errno;
  if (number != 0)
    {
      attempt_failed (attempt, reason_of (number));
      return;
    }
  if ((events & EPOLLOUT) == 0)
    return;

  oree_reactor_remove (oree_worker_reactor (self->worker), &attempt->io);
  oree_worker_cancel (self->worker, &attempt->limit);
  fd = attempt->fd;
  attempt->fd = -1;
  self->running--;
  finish (self, oree_conn_new (self->worker, fd), index, NULL);
}

static void
attempt_limit_cb (gpointer data)
{
  attempt_failed (data, "timed-out");
}

/* FALSE when it failed at once. */
static gboolean
attempt_begin (Attempt *attempt, const OreeEndpoint *to)
{
  OreeDial *self = attempt->dial;
  struct sockaddr_storage address;
  socklen_t length = oree_endpoint_to_sockaddr (to, &address);
  int fd = socket (address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  self->last = (guint) (attempt - self->attempts);
  if (fd < 0 || (connect (fd, (struct sockaddr *) &address, length) < 0 && errno != EINPROGRESS) ||
      !oree_reactor_add (oree_worker_reactor (self->worker), &attempt->io, fd, EPOLLOUT, attempt_ready_cb, attempt))
    {
      self->reason = reason_of (errno);
      if (fd >= 0)
        close (fd);
      return FALSE;
    }

  attempt->fd = fd;
  self->running++;
  oree_worker_arm (self->worker, &attempt->limit, oree_worker_now (self->worker) + OREE_DIAL_SECONDS * OREE_SECOND);

  return TRUE;
}

static void
begin_next (OreeDial *self)
{
  while (self->next < self->n)
    {
      guint index = self->next++;

      if (attempt_begin (&self->attempts[index], &self->endpoints[index]))
        {
          oree_worker_arm (self->worker, &self->stagger,
                           self->next < self->n ? oree_worker_now (self->worker) + OREE_DIAL_STAGGER_MS * OREE_MS
                                                : OREE_TIME_NEVER);
          return;
        }
    }

  if (self->running == 0)
    oree_reactor_next_turn (oree_worker_reactor (self->worker), &self->done);
}

static void
stagger_cb (gpointer data)
{
  begin_next (data);
}

static void
total_cb (gpointer data)
{
  OreeDial *self = data;

  finish (self, NULL, self->last, "timed-out");
}

static void
done_cb (gpointer data)
{
  OreeDial *self = data;

  finish (self, NULL, self->last, self->reason);
}

OreeDial *
oree_dial_start (OreeWorker *worker, const OreeEndpoint *endpoints, guint n, OreeTime deadline, OreeDialCb callback,
                 gpointer data)
{
  OreeDial *self = g_new0 (OreeDial, 1);
  OreeTime total = oree_worker_now (worker) + OREE_DIAL_TOTAL_SECONDS * OREE_SECOND;

  self->worker = worker;
  self->callback = callback;
  self->data = data;
  self->n = n;
  self->endpoints = g_memdup2 (endpoints, n * sizeof *endpoints);
  self->attempts = g_new0 (Attempt, n);
  self->reason = "no-address";
  oree_timer_init (&self->stagger, stagger_cb, self);
  oree_timer_init (&self->total, total_cb, self);
  oree_hook_init (&self->done, done_cb, self);
  for (guint i = 0; i < n; i++)
    {
      self->attempts[i] = (Attempt){ .dial = self, .io.fd = -1, .fd = -1 };
      oree_timer_init (&self->attempts[i].limit, attempt_limit_cb, &self->attempts[i]);
    }

  oree_worker_arm (worker, &self->total, MIN (total, deadline));
  begin_next (self);

  return self;
}
