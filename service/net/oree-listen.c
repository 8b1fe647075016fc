/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listening sockets: binding, inheriting, and accepting on one worker. */
#include "net/oree-listen.h"
#include "base/oree-limits.h"
#include "net/oree-conn-private.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <unistd.h>

#define ACCEPTS_PER_TURN 64
#define FIRST_INHERITED 3 /* sd_listen_fds(3) */

struct _OreeListen
{
  OreeWorker *worker;
  int fd;
  OreeIo io;
  OreeTimer pause; /* armed while the machine is out of descriptors */
  OreeEndpoint endpoint;
  OreeAcceptCb callback;
  OreeRefusedCb on_refused;
  gpointer refused_data;
  gpointer data;
  guint64 accepted, refused;
  guint depth;
  gboolean freed;
};

static const struct
{
  int number;
  OreeNetError code;
} bind_errors[] = {
  { EADDRINUSE, OREE_NET_ERROR_PORT_BUSY },
  { EADDRNOTAVAIL, OREE_NET_ERROR_ADDRESS_UNAVAILABLE },
  { EAFNOSUPPORT, OREE_NET_ERROR_ADDRESS_UNAVAILABLE },
  { EACCES, OREE_NET_ERROR_PERMISSION },
  { EPERM, OREE_NET_ERROR_PERMISSION },
};

static void
set_bind_error (GError **error, const OreeEndpoint *at, int number)
{
  g_autofree char *text = oree_endpoint_to_string (at);
  OreeNetError code = OREE_NET_ERROR_SYSTEM;

  for (gsize i = 0; i < G_N_ELEMENTS (bind_errors); i++)
    if (bind_errors[i].number == number)
      code = bind_errors[i].code;

  g_set_error (error, OREE_NET_ERROR, code, "%s: %s", text, g_strerror (number));
}

static gboolean
socket_endpoint (int fd, OreeEndpoint *endpoint)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;

  return getsockname (fd, (struct sockaddr *) &address, &length) == 0 &&
         oree_endpoint_from_sockaddr (endpoint, (struct sockaddr *) &address, length);
}

/* A bound socket, or -1 with errno. Without `share`, binding fails when anybody has the port, ourselves included. */
static int
bind_one (const OreeEndpoint *at, gboolean share)
{
  struct sockaddr_storage address;
  socklen_t length = oree_endpoint_to_sockaddr (at, &address);
  int fd = socket (address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int on = 1, saved;

  if (fd < 0)
    return -1;

  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (share)
    setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  /* "::" means IPv6; IPv4 has its own record, so that both can be told apart and bound apart. */
  if (address.ss_family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (bind (fd, (struct sockaddr *) &address, length) == 0)
    return fd;

  saved = errno;
  close (fd);
  errno = saved;
  return -1;
}

/* SO_REUSEPORT would let two services of one user share a port in silence: first ask for it alone. */
static gboolean
port_is_free (const OreeEndpoint *at)
{
  int fd;

  if (at->port == 0)
    return TRUE;

  fd = bind_one (at, FALSE);
  if (fd < 0)
    return FALSE;
  if (listen (fd, 1) < 0)
    {
      int saved = errno;

      close (fd);
      errno = saved;
      return FALSE;
    }

  close (fd);
  return TRUE;
}

gboolean
oree_listen_try (const OreeEndpoint *at, GError **error)
{
  if (port_is_free (at))
    return TRUE;
  set_bind_error (error, at, errno);
  return FALSE;
}

static void
close_all (int *fds, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      close (fds[i]);
      fds[i] = -1;
    }
}

gboolean
oree_listen_bind (const OreeEndpoint *at, int *fds, guint n, OreeEndpoint *bound, GError **error)
{
  OreeEndpoint wanted = *at;

  g_return_val_if_fail (n > 0, FALSE);
  if (!oree_listen_try (at, error))
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      fds[i] = bind_one (&wanted, TRUE);
      if (fds[i] < 0 || listen (fds[i], OREE_LISTEN_BACKLOG) < 0 || !socket_endpoint (fds[i], &wanted))
        {
          set_bind_error (error, &wanted, errno);
          close_all (fds, fds[i] < 0 ? i : i + 1);
          return FALSE;
        }
    }

  if (bound != NULL)
    *bound = wanted;

  return TRUE;
}

static guint
environment_number (const char *name)
{
  guint64 value = 0;

  oree_span_to_uint (oree_span_str (g_getenv (name)), G_MAXINT, &value);
  return (guint) value;
}

int
oree_listen_inherit (const OreeEndpoint *at)
{
  static GHashTable *taken; /* main thread only: activation happens before roles start */
  guint n = environment_number ("LISTEN_FDS");

  if (environment_number ("LISTEN_PID") != (guint) getpid ())
    return -1;
  if (taken == NULL)
    taken = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < n; i++)
    {
      int fd = FIRST_INHERITED + (int) i;
      OreeEndpoint endpoint;

      if (g_hash_table_contains (taken, GINT_TO_POINTER (fd)) || !socket_endpoint (fd, &endpoint) ||
          !oree_endpoint_equal (&endpoint, at))
        continue;

      fcntl (fd, F_SETFD, FD_CLOEXEC);
      fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
      g_hash_table_add (taken, GINT_TO_POINTER (fd));
      return fd;
    }

  return -1;
}

/* Answers whether there may be more. */
static gboolean
accept_one (OreeListen *self)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  int fd = accept4 (self->fd, (struct sockaddr *) &address, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
  OreeEndpoint peer;
  OreeAdmissionResult admission = OREE_ADMISSION_FULL;
  gboolean known;
  OreeConn *conn;

  if (fd < 0)
    {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        {
          /* The queue stays readable: without a pause this would spin. */
          oree_reactor_modify (oree_worker_reactor (self->worker), &self->io, 0);
          oree_worker_arm (self->worker, &self->pause, oree_worker_now (self->worker) + OREE_SECOND);
          return FALSE;
        }
      return errno == EINTR || errno == ECONNABORTED || errno == EPROTO;
    }

  known = oree_endpoint_from_sockaddr (&peer, (struct sockaddr *) &address, length);
  if (known)
    admission = oree_admission_enter (oree_worker_admission (self->worker), &peer.address);
  if (admission != OREE_ADMITTED)
    {
      self->refused++;
      close (fd);
      if (known && self->on_refused != NULL)
        self->on_refused (self, &peer, admission, self->refused_data);
      return !self->freed;
    }

  self->accepted++;
  conn = oree_conn_new (self->worker, fd);
  oree_conn_hold_admission (conn, &peer.address);
  self->callback (self, conn, self->data);

  return !self->freed;
}

static void
io_cb (OreeIo *io, guint32 events, gpointer data)
{
  OreeListen *self = data;

  self->depth++;
  for (guint i = 0; i < ACCEPTS_PER_TURN; i++)
    if (!accept_one (self))
      break;
  self->depth--;
  if (self->freed)
    g_free (self);
}

static void
pause_over_cb (gpointer data)
{
  OreeListen *self = data;

  oree_reactor_modify (oree_worker_reactor (self->worker), &self->io, EPOLLIN);
}

OreeListen *
oree_listen_new (OreeWorker *worker, int fd, OreeAcceptCb callback, gpointer data)
{
  OreeListen *self = g_new0 (OreeListen, 1);

  self->worker = worker;
  self->fd = fd;
  self->callback = callback;
  self->data = data;
  socket_endpoint (fd, &self->endpoint);
  oree_timer_init (&self->pause, pause_over_cb, self);
  if (!oree_reactor_add (oree_worker_reactor (worker), &self->io, fd, EPOLLIN, io_cb, self))
    g_critical ("epoll_ctl: %s", g_strerror (errno));

  return self;
}

void
oree_listen_free (OreeListen *self)
{
  if (self == NULL)
    return;

  oree_reactor_remove (oree_worker_reactor (self->worker), &self->io);
  oree_worker_cancel (self->worker, &self->pause);
  close (self->fd);
  self->freed = TRUE;
  if (self->depth == 0)
    g_free (self);
}

const OreeEndpoint *
oree_listen_endpoint (const OreeListen *self)
{
  return &self->endpoint;
}

guint64
oree_listen_accepted (const OreeListen *self)
{
  return self->accepted;
}

void
oree_listen_set_refused (OreeListen *self, OreeRefusedCb callback, gpointer data)
{
  self->on_refused = callback;
  self->refused_data = data;
}

guint64
oree_listen_refused (const OreeListen *self)
{
  return self->refused;
}
