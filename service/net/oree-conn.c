/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TCP connection on a worker.
 *
 *   kernel → scratch → [filter] → unread → on_data          kernel ← wire ← [filter] ← unsent ← oree_conn_write
 *
 * Three moments run owner's code: readiness from epoll, the turn hook (what had to wait: deliveries again, drained,
 * closed) and the deadline. Writing happens in the flush hook at the turn's end and runs no owner's code: what it
 * finds out is left for the turn hook. */
#include "net/oree-conn.h"
#include "base/oree-enum.h"
#include "base/oree-limits.h"
#include "net/oree-conn-private.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

/* A filter that moved nothing for one to two of these rests. */
#define REST_AFTER OREE_SECOND

/* Encrypted bytes the kernel has not taken yet: beyond this, plain bytes wait unencrypted. */
#define WIRE_AHEAD (4 * OREE_TLS_RECORD_MAX)

struct _OreeConn
{
  OreeWorker *worker; /* NULL while between two workers */
  int fd;             /* -1 once lost */
  OreeIo io;
  OreeHook flush, turn;
  OreeTimer deadline, limit; /* the owner's; ours (handshake, goodbye) */
  OreeTimer rest;            /* armed while the filter is awake */
  OreeTime deadline_at, limit_at;

  const OreeConnCallbacks *callbacks; /* NULL until set */
  gpointer data;
  guint depth; /* callbacks in progress */

  OreeFilter *filter;
  GBytes *hello; /* read before the filter was there */
  OreeFilterState state; /* OPEN without a filter */
  OreeBuffer unread, unsent, wire;

  OreeEndpoint local, peer;
  OreeInetAddress admitted;
  OreeTime last_read;
  guint64 bytes_in, bytes_out;

  OreeClosedReason reason;
  char *detail;

  gboolean moved : 1; /* bytes went through the filter since `rest` was armed */
  gboolean paused : 1;
  gboolean again : 1;       /* deliver what is unread in the next turn */
  gboolean blocked : 1;     /* the kernel took no more */
  gboolean full : 1;
  gboolean drained : 1;     /* on_drained is due */
  gboolean tls_started : 1; /* within on_data: what is left of the clear bytes is void */
  gboolean tls_open : 1;    /* on_tls was called */
  gboolean peer_ended : 1;  /* the peer sends no more… */
  gboolean end_told : 1;    /* …and the owner knows */
  gboolean finishing : 1;   /* we send no more once the queue is empty… */
  gboolean finished : 1;    /* …and that is said */
  gboolean closing : 1;
  gboolean has_reason : 1;
  gboolean closed_told : 1;
  gboolean freed : 1;
  gboolean admission : 1;
};

static const OreeEnumValue reasons[] = {
  { OREE_CLOSED_LOCAL, "closed" },         { OREE_CLOSED_PEER, "peer-closed" },
  { OREE_CLOSED_TRUNCATED, "truncated" },  { OREE_CLOSED_RESET, "connection-reset" },
  { OREE_CLOSED_TLS, "tls-failed" },       { OREE_CLOSED_TIMED_OUT, "timed-out" },
  { OREE_CLOSED_OVERFLOW, "overflow" },    { 0, NULL },
};
G_STATIC_ASSERT (G_N_ELEMENTS (reasons) == OREE_N_CLOSED_REASONS + 1);

static void io_cb (OreeIo *io, guint32 events, gpointer data);
static void lose (OreeConn *self, OreeClosedReason reason, const char *detail);

const char *
oree_closed_reason_nick (OreeClosedReason reason)
{
  return oree_enum_to_nick (reasons, reason);
}

static OreeReactor *
reactor (OreeConn *self)
{
  return oree_worker_reactor (self->worker);
}

static gboolean
is_lost (const OreeConn *self)
{
  return self->fd < 0;
}

static void
soon (OreeConn *self)
{
  if (self->worker != NULL)
    oree_reactor_next_turn (reactor (self), &self->turn);
}

static void
flush_later (OreeConn *self)
{
  if (self->worker != NULL && !is_lost (self))
    oree_reactor_at_last (reactor (self), &self->flush);
}

static void
set_limit (OreeConn *self, OreeTime at)
{
  self->limit_at = at;
  if (self->worker != NULL)
    oree_worker_arm (self->worker, &self->limit, at);
}

/* Bytes go through the filter: it stays awake a while longer. */
static void
wake_filter (OreeConn *self)
{
  self->moved = TRUE;
  if (!oree_timer_is_armed (&self->rest) && self->worker != NULL)
    oree_worker_arm (self->worker, &self->rest, oree_worker_now (self->worker) + REST_AFTER);
}

static void
rest_cb (gpointer data)
{
  OreeConn *self = data;

  if (self->moved)
    oree_worker_arm (self->worker, &self->rest, oree_worker_now (self->worker) + REST_AFTER);
  else
    self->filter->klass->rest (self->filter);
  self->moved = FALSE;
}

/* The first reason stays. */
static void
set_reason (OreeConn *self, OreeClosedReason reason, const char *detail)
{
  if (self->has_reason)
    return;

  self->has_reason = TRUE;
  self->reason = reason;
  self->detail = g_strdup (detail);
}

static void
watch (OreeConn *self)
{
  guint32 events = 0;

  if (is_lost (self) || self->worker == NULL)
    return;

  if (!self->peer_ended && (self->closing || (!self->paused && self->callbacks != NULL)))
    events |= EPOLLIN;
  if (self->blocked)
    events |= EPOLLOUT;

  /* New, or taken out by a hang-up while nobody wanted to read. */
  if (self->io.fd >= 0)
    oree_reactor_modify (reactor (self), &self->io, events);
  else if (events != 0 && !oree_reactor_add (reactor (self), &self->io, self->fd, events, io_cb, self))
    lose (self, OREE_CLOSED_RESET, g_strerror (errno));
}

/* Gone: the descriptor is closed now, the owner told in the next turn. */
static void
lose (OreeConn *self, OreeClosedReason reason, const char *detail)
{
  set_reason (self, reason, detail);
  if (is_lost (self))
    return;

  if (self->worker != NULL)
    {
      oree_reactor_remove (reactor (self), &self->io);
      oree_worker_cancel (self->worker, &self->deadline);
      oree_worker_cancel (self->worker, &self->rest);
    }
  oree_hook_cancel (&self->flush);
  set_limit (self, OREE_TIME_NEVER);
  close (self->fd);
  self->fd = -1;
  oree_buffer_clear (&self->unsent);
  oree_buffer_clear (&self->wire);
  soon (self);
}

/* Writing */

/* Gives `buffer` to the kernel as far as it goes; FALSE when it took no more or is gone. */
static gboolean
send_buffer (OreeConn *self, OreeBuffer *buffer)
{
  while (oree_buffer_length (buffer) > 0)
    {
      OreeSpan bytes = oree_buffer_span (buffer);
      gssize n = send (self->fd, bytes.data, bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (n >= 0)
        {
          self->bytes_out += (guint64) n;
          oree_buffer_consume (buffer, (gsize) n);
          continue;
        }
      if (errno == EINTR)
        continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK)
        {
          self->blocked = TRUE;
          return FALSE;
        }

      lose (self, errno == ETIMEDOUT ? OREE_CLOSED_TIMED_OUT : OREE_CLOSED_RESET, g_strerror (errno));
      return FALSE;
    }

  return TRUE;
}

static gboolean
may_send_plain (const OreeConn *self)
{
  return self->filter == NULL || self->state == OREE_FILTER_OPEN || self->state == OREE_FILTER_ENDED;
}

/* Encrypts what waits, as far ahead of the kernel as may be; FALSE when the connection is lost over it. */
static gboolean
encrypt_some (OreeConn *self)
{
  gsize ahead = MIN (oree_buffer_length (&self->wire), WIRE_AHEAD);
  OreeSpan chunk = oree_span_sub (oree_buffer_span (&self->unsent), 0, WIRE_AHEAD - ahead);

  if (chunk.length == 0 || !may_send_plain (self))
    return TRUE;
  wake_filter (self);
  if (self->filter->klass->out (self->filter, chunk, &self->wire) == OREE_FILTER_FAILED)
    {
      lose (self, OREE_CLOSED_TLS, self->filter->klass->error (self->filter));
      return FALSE;
    }
  oree_buffer_consume (&self->unsent, chunk.length);
  return TRUE;
}

/* Everything that can go out goes out; TRUE when nothing is left. What a handshake leaves and what follows it go together. */
static gboolean
send_queues (OreeConn *self)
{
  if (self->filter == NULL)
    return send_buffer (self, &self->unsent);

  do
    if (!encrypt_some (self) || !send_buffer (self, &self->wire))
      return FALSE;
  while (oree_buffer_length (&self->unsent) > 0 && may_send_plain (self));

  return oree_buffer_length (&self->unsent) == 0;
}

/* Both directions are done, or there is nothing more to wait for. */
static void
lose_if_done (OreeConn *self)
{
  if (self->closing && self->finished && self->peer_ended)
    lose (self, OREE_CLOSED_LOCAL, NULL);
}

static void
say_goodbye (OreeConn *self)
{
  if (self->filter != NULL)
    {
      self->filter->klass->end (self->filter, &self->wire);
      send_buffer (self, &self->wire);
      if (is_lost (self) || self->blocked)
        return;
    }

  self->finished = TRUE;
  shutdown (self->fd, SHUT_WR);
  lose_if_done (self);
}

static void
flush_cb (gpointer data)
{
  OreeConn *self = data;
  gboolean empty;

  if (is_lost (self))
    return;

  self->blocked = FALSE;
  empty = send_queues (self);
  if (is_lost (self))
    return;

  if (self->full && oree_conn_queued (self) <= OREE_CONN_WRITE_LOW)
    {
      self->full = FALSE;
      self->drained = TRUE;
      soon (self);
    }
  if (empty && self->finishing && !self->finished && may_send_plain (self))
    say_goodbye (self);
  watch (self);
}

/* Reading */

static void
enter (OreeConn *self)
{
  self->depth++;
}

/* The last word after callbacks: the owner may have freed it inside. */
static void
leave (OreeConn *self)
{
  self->depth--;
  if (self->depth == 0 && self->freed)
    g_free (self);
}

/* May owner's code still be called about data? */
static gboolean
is_listening (const OreeConn *self)
{
  return !self->freed && !self->closing && self->callbacks != NULL;
}

/* Offers `bytes`; answers how many are used up. */
static gsize
offer (OreeConn *self, OreeSpan bytes)
{
  gsize used = 0;

  if (!is_listening (self) || self->paused || self->callbacks->on_data == NULL || bytes.length == 0)
    return 0;

  self->again = FALSE;
  self->tls_started = FALSE;
  used = self->callbacks->on_data (self, bytes, self->data);
  if (self->freed || self->tls_started || self->closing)
    return bytes.length;

  g_return_val_if_fail (used <= bytes.length, bytes.length);
  if (self->again && used < bytes.length)
    soon (self);

  return used;
}

static void
deliver (OreeConn *self)
{
  gsize used = offer (self, oree_buffer_span (&self->unread));

  /* Freed, or TLS begun: the buffer was emptied already. */
  if (used > 0 && used <= oree_buffer_length (&self->unread))
    oree_buffer_consume (&self->unread, used);
}

static void
tell_end (OreeConn *self)
{
  if (!self->peer_ended || self->end_told || !is_listening (self))
    return;
  if (self->paused && oree_buffer_length (&self->unread) > 0)
    return;

  self->end_told = TRUE;
  set_reason (self, OREE_CLOSED_PEER, NULL);
  if (self->callbacks->on_end != NULL)
    self->callbacks->on_end (self, self->data);
  else
    oree_conn_close (self);
}

static void
take_clear (OreeConn *self, OreeSpan bytes)
{
  gsize used;

  if (self->closing)
    return;

  if (oree_buffer_length (&self->unread) > 0)
    {
      oree_buffer_append (&self->unread, bytes.data, bytes.length);
      deliver (self);
      return;
    }

  used = offer (self, bytes);
  if (!self->freed && used < bytes.length)
    oree_buffer_append (&self->unread, bytes.data + used, bytes.length - used);
}

static void
take_filtered (OreeConn *self, OreeSpan bytes)
{
  gboolean was_open = self->tls_open;

  wake_filter (self);
  self->state = self->filter->klass->in (self->filter, bytes, &self->unread, &self->wire);
  if (oree_buffer_length (&self->wire) > 0)
    flush_later (self);

  if (self->state == OREE_FILTER_FAILED)
    {
      set_reason (self, OREE_CLOSED_TLS, self->filter->klass->error (self->filter));
      send_buffer (self, &self->wire); /* the alert tells the peer why */
      lose (self, OREE_CLOSED_TLS, self->filter->klass->error (self->filter));
      return;
    }

  if (!was_open && self->state != OREE_FILTER_HANDSHAKE)
    {
      self->tls_open = TRUE;
      if (!self->closing)
        set_limit (self, OREE_TIME_NEVER);
      flush_later (self); /* what was written during the handshake */
      if (is_listening (self) && self->callbacks->on_tls != NULL)
        self->callbacks->on_tls (self, TRUE, NULL, self->data);
      if (self->freed)
        return;
    }

  if (self->closing)
    oree_buffer_clear (&self->unread);
  else
    deliver (self);
  if (!self->freed && self->state == OREE_FILTER_ENDED)
    self->peer_ended = TRUE;
}

static void
take_hello (OreeConn *self)
{
  g_autoptr (GBytes) hello = g_steal_pointer (&self->hello);
  gsize length;
  const void *data;

  if (hello == NULL || is_lost (self))
    return;
  data = g_bytes_get_data (hello, &length);
  take_filtered (self, oree_span (data, length));
}

static void
on_end_of_input (OreeConn *self)
{
  if (self->filter != NULL && self->state == OREE_FILTER_HANDSHAKE)
    {
      lose (self, OREE_CLOSED_TLS, "the peer closed the connection during the handshake");
      return;
    }
  if (self->filter != NULL && self->state == OREE_FILTER_OPEN && !self->closing)
    set_reason (self, OREE_CLOSED_TRUNCATED, NULL);

  self->peer_ended = TRUE;
}

static void
read_some (OreeConn *self)
{
  guint8 *scratch = oree_worker_scratch (self->worker);
  gssize n;

  take_hello (self);
  if (self->freed || is_lost (self))
    return;
  n = recv (self->fd, scratch, OREE_CONN_READ_BUDGET, MSG_DONTWAIT);

  if (n < 0)
    {
      if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        lose (self, errno == ETIMEDOUT ? OREE_CLOSED_TIMED_OUT : OREE_CLOSED_RESET, g_strerror (errno));
      return;
    }

  if (n == 0)
    {
      on_end_of_input (self);
    }
  else
    {
      self->bytes_in += (guint64) n;
      self->last_read = oree_worker_now (self->worker);
      if (self->filter != NULL)
        take_filtered (self, oree_span (scratch, (gsize) n));
      else
        take_clear (self, oree_span (scratch, (gsize) n));
    }
  if (self->freed || is_lost (self))
    return;

  if (oree_buffer_length (&self->unread) > OREE_CONN_UNREAD_MAX)
    lose (self, OREE_CLOSED_OVERFLOW, NULL);
}

static void
io_cb (OreeIo *io, guint32 events, gpointer data)
{
  OreeConn *self = data;
  guint32 wanted = io->events;

  enter (self);
  if ((events & EPOLLOUT) != 0)
    flush_later (self);

  if ((wanted & EPOLLIN) != 0 && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0)
    {
      read_some (self);
    }
  else if ((events & EPOLLERR) != 0)
    {
      int number = 0;
      socklen_t length = sizeof number;

      getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &number, &length);
      lose (self, number == ETIMEDOUT ? OREE_CLOSED_TIMED_OUT : OREE_CLOSED_RESET, g_strerror (number));
    }
  else if ((events & EPOLLHUP) != 0 && !self->blocked)
    {
      /* Always reported, wanted or not: step out of the set until somebody reads. */
      oree_reactor_remove (reactor (self), &self->io);
    }

  if (!self->freed && !is_lost (self))
    tell_end (self);
  if (!self->freed && !is_lost (self))
    {
      lose_if_done (self);
      if (self->io.fd >= 0)
        watch (self);
    }
  leave (self);
}

/* What waited for a turn of its own. */
static void
tell_closed (OreeConn *self)
{
  const OreeConnCallbacks *callbacks = self->callbacks;

  if (callbacks == NULL || self->closed_told)
    return;

  self->closed_told = TRUE;
  if (self->filter != NULL && !self->tls_open && callbacks->on_tls != NULL && self->reason != OREE_CLOSED_LOCAL)
    callbacks->on_tls (self, FALSE, self->detail != NULL ? self->detail : oree_closed_reason_nick (self->reason),
                       self->data);
  if (!self->freed && callbacks->on_closed != NULL)
    callbacks->on_closed (self, self->reason, self->detail, self->data);
}

static void
turn_cb (gpointer data)
{
  OreeConn *self = data;

  enter (self);
  take_hello (self);
  /* What arrived before the loss is still the owner's. */
  if (is_listening (self))
    deliver (self);
  if (is_listening (self) && self->drained)
    {
      self->drained = FALSE;
      if (self->callbacks->on_drained != NULL && !is_lost (self))
        self->callbacks->on_drained (self, self->data);
    }
  if (!self->freed && !is_lost (self))
    tell_end (self);
  if (!self->freed && !is_lost (self))
    watch (self);
  if (!self->freed && is_lost (self) && !(is_listening (self) && self->again))
    tell_closed (self);
  leave (self);
}

static void
deadline_cb (gpointer data)
{
  OreeConn *self = data;

  self->deadline_at = OREE_TIME_NEVER;
  enter (self);
  if (is_listening (self) && self->callbacks->on_deadline != NULL)
    self->callbacks->on_deadline (self, self->data);
  leave (self);
}

static void
limit_cb (gpointer data)
{
  OreeConn *self = data;

  self->limit_at = OREE_TIME_NEVER;
  if (self->closing)
    lose (self, OREE_CLOSED_LOCAL, NULL);
  else
    lose (self, OREE_CLOSED_TIMED_OUT, "TLS handshake");
}

/* Life */

static void
read_endpoints (OreeConn *self)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;

  if (getsockname (self->fd, (struct sockaddr *) &address, &length) == 0)
    oree_endpoint_from_sockaddr (&self->local, (struct sockaddr *) &address, length);
  length = sizeof address;
  if (getpeername (self->fd, (struct sockaddr *) &address, &length) == 0)
    oree_endpoint_from_sockaddr (&self->peer, (struct sockaddr *) &address, length);
}

static void
settle (OreeConn *self, OreeWorker *worker)
{
  self->worker = worker;
  oree_admission_count (oree_worker_admission (worker), 1);
  if (is_lost (self))
    soon (self);
}

OreeConn *
oree_conn_new (OreeWorker *worker, int fd)
{
  OreeConn *self = g_new0 (OreeConn, 1);
  int on = 1;
  unsigned int stall = OREE_CONN_STALL_SECONDS * 1000;

  self->fd = fd;
  self->io.fd = -1; /* watched once there is somebody to tell */
  self->state = OREE_FILTER_OPEN;
  self->last_read = oree_worker_now (worker);
  self->deadline_at = self->limit_at = OREE_TIME_NEVER;
  oree_hook_init (&self->flush, flush_cb, self);
  oree_hook_init (&self->turn, turn_cb, self);
  oree_timer_init (&self->deadline, deadline_cb, self);
  oree_timer_init (&self->limit, limit_cb, self);
  oree_timer_init (&self->rest, rest_cb, self);

  /* Refused for socket pairs, which have no use for them. */
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &stall, sizeof stall);
  read_endpoints (self);
  settle (self, worker);

  return self;
}

void
oree_conn_set_callbacks (OreeConn *self, const OreeConnCallbacks *callbacks, gpointer data)
{
  self->callbacks = callbacks;
  self->data = data;
  if (self->worker == NULL)
    return;

  watch (self);
  soon (self);
}

static void
release_admission (OreeConn *self)
{
  if (!self->admission)
    return;

  self->admission = FALSE;
  oree_admission_leave (oree_worker_admission (self->worker), &self->admitted);
}

void
oree_conn_free (OreeConn *self)
{
  if (self == NULL)
    return;

  g_return_if_fail (!self->freed);
  self->freed = TRUE;
  lose (self, OREE_CLOSED_LOCAL, NULL);
  oree_hook_cancel (&self->turn);
  if (self->worker != NULL)
    {
      release_admission (self);
      oree_admission_count (oree_worker_admission (self->worker), -1);
    }
  if (self->filter != NULL)
    self->filter->klass->free (self->filter);
  self->filter = NULL;
  oree_buffer_clear (&self->unread);
  g_clear_pointer (&self->hello, g_bytes_unref);
  g_clear_pointer (&self->detail, g_free);
  if (self->depth == 0)
    g_free (self);
}

gboolean
oree_conn_write (OreeConn *self, const void *data, gsize length)
{
  gsize queued = oree_conn_queued (self);

  if (is_lost (self) || self->finishing || length > OREE_CONN_WRITE_MAX || queued > OREE_CONN_WRITE_MAX - length)
    return FALSE;

  oree_buffer_append (&self->unsent, data, length);
  if (queued + length > OREE_CONN_WRITE_HIGH)
    self->full = TRUE;
  if (!self->blocked)
    flush_later (self);

  return TRUE;
}

gsize
oree_conn_queued (const OreeConn *self)
{
  return oree_buffer_length (&self->unsent) + oree_buffer_length (&self->wire);
}

gboolean
oree_conn_is_full (const OreeConn *self)
{
  return self->full;
}

void
oree_conn_pause (OreeConn *self)
{
  self->paused = TRUE;
  watch (self);
}

void
oree_conn_resume (OreeConn *self)
{
  if (!self->paused)
    return;

  self->paused = FALSE;
  watch (self);
  soon (self);
}

void
oree_conn_again (OreeConn *self)
{
  self->again = TRUE;
  soon (self);
}

void
oree_conn_start_tls (OreeConn *self, OreeTlsCtx *ctx, OreeTlsRole role, const char *sni, const char *alpn)
{
  g_return_if_fail (self->filter == NULL);
  if (is_lost (self))
    return;

  /* Nothing said in clear may be taken for something said under protection. */
  oree_buffer_clear (&self->unread);
  self->tls_started = TRUE;
  self->again = FALSE;
  if (oree_buffer_length (&self->unsent) > 0)
    {
      OreeSpan clear = oree_buffer_span (&self->unsent);

      oree_buffer_append (&self->wire, clear.data, clear.length);
      oree_buffer_clear (&self->unsent);
    }

  self->filter = oree_tls_new (ctx, role, sni, alpn);
  self->state = OREE_FILTER_HANDSHAKE;
  set_limit (self, oree_worker_now (self->worker) + OREE_TLS_HANDSHAKE_SECONDS * OREE_SECOND);
  if (role == OREE_TLS_CLIENT)
    self->state = self->filter->klass->in (self->filter, OREE_SPAN_EMPTY, &self->unread, &self->wire);
  if (self->state == OREE_FILTER_FAILED)
    lose (self, OREE_CLOSED_TLS, self->filter->klass->error (self->filter));
  flush_later (self);
}

void
oree_conn_accept_tls (OreeConn *self, OreeTlsCtx *ctx, const char *alpn, OreeSpan hello)
{
  g_autoptr (GBytes) copy = g_bytes_new (hello.data, hello.length); /* it may lie in what is cleared now */

  oree_conn_start_tls (self, ctx, OREE_TLS_SERVER, NULL, alpn);
  if (is_lost (self))
    return;
  /* Not from here: the owner is in the middle of on_data. */
  self->hello = g_steal_pointer (&copy);
  soon (self);
}

gboolean
oree_conn_tls_begun (const OreeConn *self)
{
  return self->filter != NULL;
}

gboolean
oree_conn_is_tls (const OreeConn *self)
{
  return self->tls_open;
}

OreePeerCert *
oree_conn_peer_cert (OreeConn *self)
{
  return self->tls_open ? oree_tls_peer_cert (self->filter) : NULL;
}

const char *
oree_conn_tls_version (OreeConn *self)
{
  return self->tls_open ? oree_tls_version (self->filter) : NULL;
}

const char *
oree_conn_tls_cipher (OreeConn *self)
{
  return self->tls_open ? oree_tls_cipher (self->filter) : NULL;
}

const char *
oree_conn_tls_sni (OreeConn *self)
{
  return self->tls_open ? oree_tls_sni (self->filter) : NULL;
}

const char *
oree_conn_tls_alpn (OreeConn *self)
{
  return self->tls_open ? oree_tls_alpn (self->filter) : NULL;
}

void
oree_conn_close (OreeConn *self)
{
  if (is_lost (self) || self->closing)
    return;

  set_reason (self, OREE_CLOSED_LOCAL, NULL);
  self->closing = TRUE;
  self->finishing = TRUE;
  oree_buffer_clear (&self->unread);
  if (!may_send_plain (self))
    {
      lose (self, OREE_CLOSED_LOCAL, NULL);
      return;
    }

  set_limit (self, oree_worker_now (self->worker) + OREE_CONN_LINGER_SECONDS * OREE_SECOND);
  flush_later (self);
  watch (self);
}

void
oree_conn_finish (OreeConn *self)
{
  self->finishing = TRUE;
  flush_later (self);
}

void
oree_conn_abort (OreeConn *self)
{
  self->closing = TRUE;
  lose (self, OREE_CLOSED_LOCAL, NULL);
}

gboolean
oree_conn_is_open (const OreeConn *self)
{
  return !is_lost (self) && !self->closing;
}

void
oree_conn_set_deadline (OreeConn *self, OreeTime deadline)
{
  self->deadline_at = deadline;
  if (self->worker != NULL && !is_lost (self))
    oree_worker_arm (self->worker, &self->deadline, deadline);
}

void
oree_conn_hold_admission (OreeConn *self, const OreeInetAddress *source)
{
  self->admitted = *source; /* by then getpeername may fail: the peer can be gone already */
  self->admission = TRUE;
}

void
oree_conn_set_authenticated (OreeConn *self)
{
  release_admission (self);
}

OreeWorker *
oree_conn_worker (const OreeConn *self)
{
  return self->worker;
}

const OreeEndpoint *
oree_conn_local (const OreeConn *self)
{
  return &self->local;
}

const OreeEndpoint *
oree_conn_peer (const OreeConn *self)
{
  return &self->peer;
}

OreeTime
oree_conn_last_read (const OreeConn *self)
{
  return self->last_read;
}

guint64
oree_conn_bytes_in (const OreeConn *self)
{
  return self->bytes_in;
}

guint64
oree_conn_bytes_out (const OreeConn *self)
{
  return self->bytes_out;
}

void
oree_conn_detach (OreeConn *self)
{
  g_return_if_fail (self->worker != NULL && self->depth == 0);

  oree_reactor_remove (reactor (self), &self->io);
  oree_hook_cancel (&self->flush);
  oree_hook_cancel (&self->turn);
  oree_worker_cancel (self->worker, &self->deadline);
  oree_worker_cancel (self->worker, &self->limit);
  oree_worker_cancel (self->worker, &self->rest);
  release_admission (self);
  oree_admission_count (oree_worker_admission (self->worker), -1);
  self->worker = NULL;
}

void
oree_conn_attach (OreeConn *self, OreeWorker *worker)
{
  g_return_if_fail (self->worker == NULL);

  settle (self, worker);
  if (is_lost (self))
    return;

  oree_worker_arm (worker, &self->deadline, self->deadline_at);
  oree_worker_arm (worker, &self->limit, self->limit_at);
  if (self->filter != NULL)
    wake_filter (self);
  watch (self);
  flush_later (self);
  soon (self);
}
