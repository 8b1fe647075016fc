/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What carrying a message costs before anybody looks into it: a worker echoes 300-byte messages over TLS, in batches
 * and one at a time, in clear for comparison. Prints CPU of the echoing thread per message, in and out together, and
 * what an idle connection holds. */
#include "net-fixture.h"
#include "net/oree-conn.h"
#include <malloc.h>
#include <sys/socket.h>
#include <time.h>

enum { MESSAGE = 300 };

typedef struct
{
  OreeWorker *worker;
  OreeConn *conn;
  int fd;
  gboolean tls;
  gint64 cpu; /* ns of the thread at the last reading */
} Echo;

typedef struct
{
  guint window;
  gsize to_send, to_get;
  guint done;
} Load;

static TlsFixture fixture;
static char message[MESSAGE];

static gint64
thread_cpu (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

static gsize
echo_data (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  gsize whole = bytes.length / MESSAGE * MESSAGE;

  for (gsize at = 0; at < whole; at += MESSAGE)
    oree_conn_write (conn, bytes.data + at, MESSAGE);
  return whole;
}

static void
echo_closed (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  Echo *echo = data;

  oree_conn_free (conn);
  echo->cpu = thread_cpu ();
  oree_worker_stop (echo->worker);
}

static const OreeConnCallbacks echo_callbacks = { .on_data = echo_data, .on_closed = echo_closed };

static void
echo_begin (gpointer data)
{
  Echo *echo = data;

  echo->conn = oree_conn_new (echo->worker, echo->fd);
  oree_conn_set_callbacks (echo->conn, &echo_callbacks, echo);
  if (echo->tls)
    oree_conn_start_tls (echo->conn, fixture.fabrikam, OREE_TLS_SERVER, NULL, NULL);
}

static void
send_batch (OreeConn *conn, Load *load)
{
  for (guint i = 0; i < load->window && load->to_send > 0; i++, load->to_send--)
    oree_conn_write (conn, message, MESSAGE);
}

static gsize
load_data (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  Load *load = data;
  gsize whole = bytes.length / MESSAGE;

  load->to_get -= whole;
  /* The next batch when the last one is back, so that a window of one is one at a time. */
  if (load->to_get <= load->to_send)
    send_batch (conn, load);
  if (load->to_get == 0)
    oree_conn_close (conn);
  return whole * MESSAGE;
}

static void
load_closed (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  ((Load *) data)->done = 1;
}

static const OreeConnCallbacks load_callbacks = { .on_data = load_data, .on_closed = load_closed };

static void
run (gboolean tls, guint window, gsize messages)
{
  OreeWorker *worker = oree_worker_new (0);
  Echo echo = { .worker = oree_worker_new (1), .tls = tls };
  Load load = { window, messages, messages, 0 };
  OreeConn *conn;
  gint64 began;
  double seconds;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  oree_worker_adopt (worker);
  echo.fd = fds[0];
  oree_worker_post (echo.worker, echo_begin, &echo);
  oree_worker_start (echo.worker);
  conn = oree_conn_new (worker, fds[1]);
  oree_conn_set_callbacks (conn, &load_callbacks, &load);
  if (tls)
    oree_conn_start_tls (conn, fixture.contoso, OREE_TLS_CLIENT, NULL, NULL);
  began = g_get_monotonic_time ();
  send_batch (conn, &load);
  while (load.done == 0)
    oree_worker_iterate (worker, TRUE);
  seconds = (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  oree_worker_join (echo.worker);
  g_print ("%-6s window %4u: %7.2f us CPU per message, %9.0f messages/s\n", tls ? "TLS" : "clear", window,
           (double) echo.cpu / 1000 / (double) messages, (double) messages / seconds);
  oree_conn_free (conn);
  oree_worker_free (echo.worker);
  oree_worker_free (worker);
}

/* Connections that do nothing, both ends here: what one holds, and what setting one up costs. */
static guint opened;

static void
opened_cb (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  g_assert_true (ok);
  opened++;
}

static const OreeConnCallbacks idle_callbacks = { .on_data = echo_data, .on_tls = opened_cb, .on_closed = load_closed };

static gsize
heap_in_use (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static void
run_idle (gboolean tls, guint pairs)
{
  OreeWorker *worker = oree_worker_new (0);
  g_autofree OreeConn **conns = g_new0 (OreeConn *, 2 * pairs);
  Load load = { 0, 0, 0, 0 };
  gsize before;
  gint64 cpu;

  oree_worker_adopt (worker);
  opened = 0;
  before = heap_in_use ();
  cpu = thread_cpu ();
  for (guint i = 0; i < pairs; i++)
    {
      int fds[2];

      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
      for (guint end = 0; end < 2; end++)
        {
          conns[2 * i + end] = oree_conn_new (worker, fds[end]);
          oree_conn_set_callbacks (conns[2 * i + end], &idle_callbacks, &load);
          if (tls)
            oree_conn_start_tls (conns[2 * i + end], end ? fixture.contoso : fixture.fabrikam,
                                 end ? OREE_TLS_CLIENT : OREE_TLS_SERVER, NULL, NULL);
        }
      while (tls && opened < 2 * (i + 1))
        oree_worker_iterate (worker, TRUE);
    }
  cpu = thread_cpu () - cpu;
  /* Until they rest. */
  for (gint64 end = g_get_monotonic_time () + 3 * G_USEC_PER_SEC; g_get_monotonic_time () < end;)
    if (!oree_worker_iterate (worker, FALSE))
      g_usleep (10000);
  oree_buffer_forget ();
  g_print ("%-6s idle        %7.2f KiB each, set up in %.0f us CPU each\n", tls ? "TLS" : "clear",
           (double) (heap_in_use () - before) / 1024 / (2 * pairs),
           (double) cpu / 1000 / (2 * pairs));
  for (guint i = 0; i < 2 * pairs; i++)
    oree_conn_free (conns[i]);
  oree_worker_free (worker);
}

int
main (int argc, char **argv)
{
  memset (message, 'm', sizeof message);
  tls_fixture_init (&fixture);
  for (guint tls = 0; tls < 2; tls++)
    {
      run (tls != 0, 1, 50000);
      run (tls != 0, 10, 200000);
      run (tls != 0, 200, 500000);
      run_idle (tls != 0, 400);
    }
  tls_fixture_clear (&fixture);
  return 0;
}
