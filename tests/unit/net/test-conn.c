/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections over socket pairs and loopback, on a worker that runs in the test's own thread. */
#include "base/oree-limits.h"
#include "net-fixture.h"
#include "net/oree-conn.h"
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static TlsFixture fixture;
static OreeWorker *worker;

/* One end and what happened to it. */
typedef struct
{
  OreeConn *conn;
  GString *got;
  gsize take; /* consume at most that many bytes per call; 0: all */
  guint n_data, n_drained, n_tls, n_end, n_deadline, n_closed, n_any;
  gboolean tls_ok;
  char *tls_detail;
  OreeClosedReason reason;
  gboolean free_on_data;
  gboolean again;
  OreeTlsCtx *tls_on_data; /* start TLS as server when a line "TLS\n" came */
  OreeTlsCtx *tls_on_hello; /* and as one that was spoken to in TLS at once */
} End;

static gsize
on_data (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  End *end = data;
  gsize n = end->take != 0 ? MIN (end->take, bytes.length) : bytes.length;

  g_assert_cmpuint (bytes.length, >, 0);
  end->n_data++;
  end->n_any++;
  if (end->free_on_data)
    {
      g_clear_pointer (&end->conn, oree_conn_free);
      return 0;
    }
  if (end->tls_on_data != NULL && !oree_conn_is_tls (conn) && oree_span_starts_with (bytes, "TLS\n"))
    {
      oree_conn_write (conn, "OK\n", 3);
      oree_conn_start_tls (conn, end->tls_on_data, OREE_TLS_SERVER, NULL, NULL);
      return 4;
    }
  if (end->tls_on_hello != NULL && !oree_conn_is_tls (conn))
    {
      g_assert_cmpint (*(const guint8 *) bytes.data, ==, 0x16);
      oree_conn_accept_tls (conn, g_steal_pointer (&end->tls_on_hello), "xmpp-server", bytes);
      return bytes.length;
    }
  g_string_append_len (end->got, bytes.data, (gssize) n);
  if (end->again && n < bytes.length)
    oree_conn_again (conn);

  return n;
}

static void
on_drained (OreeConn *conn, gpointer data)
{
  ((End *) data)->n_drained++;
  ((End *) data)->n_any++;
}

static void
on_tls (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  End *end = data;

  end->n_tls++;
  end->n_any++;
  end->tls_ok = ok;
  g_free (end->tls_detail);
  end->tls_detail = g_strdup (detail);
}

static void
on_end (OreeConn *conn, gpointer data)
{
  ((End *) data)->n_end++;
  ((End *) data)->n_any++;
}

static void
on_deadline (OreeConn *conn, gpointer data)
{
  ((End *) data)->n_deadline++;
  ((End *) data)->n_any++;
}

static void
on_closed (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  End *end = data;

  end->n_closed++;
  end->n_any++;
  end->reason = reason;
}

static const OreeConnCallbacks with_end = { on_data, on_drained, on_tls, on_end, on_deadline, on_closed };
static const OreeConnCallbacks without_end = { on_data, on_drained, on_tls, NULL, on_deadline, on_closed };

static void
end_init (End *end, int fd, const OreeConnCallbacks *callbacks)
{
  *end = (End){ .conn = oree_conn_new (worker, fd), .got = g_string_new (NULL) };
  oree_conn_set_callbacks (end->conn, callbacks, end);
}

static void
end_clear (End *end)
{
  oree_conn_free (end->conn);
  g_string_free (end->got, TRUE);
  g_free (end->tls_detail);
}

static void
pair_init (End *a, End *b)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  end_init (a, fds[0], &without_end);
  end_init (b, fds[1], &without_end);
}

/* Until `end` got `length` bytes. */
static void
run_until_got (End *end, gsize length)
{
  while (end->got->len < length)
    {
      guint before = end->n_any;

      run_until (worker, &end->n_any, before + 1);
      g_assert_cmpuint (end->n_closed, ==, 0);
    }
}

static void
start_tls (End *client, End *server)
{
  oree_conn_start_tls (server->conn, fixture.fabrikam, OREE_TLS_SERVER, NULL, NULL);
  oree_conn_start_tls (client->conn, fixture.contoso, OREE_TLS_CLIENT, "fabrikam.test", NULL);
}

static void
test_carries_bytes (gconstpointer with_tls)
{
  End a, b;
  g_autofree char *big = g_malloc (3 * 1000 * 1000);

  for (gsize i = 0; i < 3 * 1000 * 1000; i++)
    big[i] = (char) (i * 7 + i / 251);
  pair_init (&a, &b);
  if (with_tls != NULL)
    start_tls (&a, &b);
  g_assert_true (oree_conn_write (a.conn, "one ", 4));
  g_assert_true (oree_conn_write (a.conn, "two", 3));
  run_until_got (&b, 7);
  g_assert_cmpstr (b.got->str, ==, "one two");
  g_assert_cmpuint (b.n_data, ==, 1); /* one write per loop turn */
  g_string_truncate (b.got, 0);
  g_assert_true (oree_conn_write (a.conn, big, 3 * 1000 * 1000));
  g_assert_true (oree_conn_is_full (a.conn));
  g_assert_false (oree_conn_write (a.conn, big, 3 * 1000 * 1000)); /* the cap */
  run_until_got (&b, 3 * 1000 * 1000);
  g_assert_cmpint (memcmp (b.got->str, big, 3 * 1000 * 1000), ==, 0);
  run_until (worker, &a.n_drained, 1);
  g_assert_false (oree_conn_is_full (a.conn));
  g_assert_cmpuint (oree_conn_queued (a.conn), ==, 0);
  g_assert_cmpuint (oree_conn_bytes_out (a.conn), ==, oree_conn_bytes_in (b.conn));
  end_clear (&a);
  end_clear (&b);
}

/* TLS from the first byte, seen in what was read already; what the client wrote meanwhile arrives after it. */
static void
test_tls_from_the_first_byte (void)
{
  End a, b;

  pair_init (&a, &b);
  b.tls_on_hello = fixture.fabrikam;
  oree_conn_start_tls (a.conn, fixture.contoso, OREE_TLS_CLIENT, "fabrikam.test", "xmpp-server");
  g_assert_true (oree_conn_write (a.conn, "<stream>", 8));
  run_until_got (&b, 8);
  g_assert_cmpstr (b.got->str, ==, "<stream>");
  g_assert_true (b.tls_ok);
  g_assert_cmpstr (oree_conn_tls_alpn (b.conn), ==, "xmpp-server");
  g_assert_cmpstr (oree_conn_tls_alpn (a.conn), ==, "xmpp-server");
  g_assert_cmpstr (oree_conn_tls_sni (b.conn), ==, "fabrikam.test");
  g_assert_cmpuint (b.n_tls, ==, 1);
  oree_conn_write (b.conn, "back", 4);
  run_until_got (&a, 4);
  end_clear (&a);
  end_clear (&b);
}

/* Freed while the hello waits for its turn. */
static void
test_tls_from_the_first_byte_given_up (void)
{
  End a, b;

  pair_init (&a, &b);
  b.tls_on_hello = fixture.fabrikam;
  oree_conn_start_tls (a.conn, fixture.contoso, OREE_TLS_CLIENT, "fabrikam.test", NULL);
  run_until (worker, &b.n_data, 1);
  g_clear_pointer (&b.conn, oree_conn_free);
  run_until (worker, &a.n_closed, 1);
  g_assert_false (a.tls_ok);
  end_clear (&a);
  end_clear (&b);
}

/* An owner that consumes a few bytes at a time sees the rest again, in front, with or without new bytes. */
static void
test_unconsumed_comes_again (void)
{
  End a, b;

  pair_init (&a, &b);
  b.take = 3;
  b.again = TRUE;
  oree_conn_write (a.conn, "abcdefgh", 8);
  run_until_got (&b, 8);
  g_assert_cmpstr (b.got->str, ==, "abcdefgh");
  g_assert_cmpuint (b.n_data, ==, 3);

  b.again = FALSE;
  oree_conn_write (a.conn, "ijklm", 5);
  run_until_got (&b, 11);
  oree_conn_write (a.conn, "n", 1);
  run_until_got (&b, 14);
  g_assert_cmpstr (b.got->str, ==, "abcdefghijklmn");
  end_clear (&a);
  end_clear (&b);
}

static void
test_pause_holds_and_resume_delivers (void)
{
  End a, b;

  pair_init (&a, &b);
  oree_conn_pause (b.conn);
  oree_conn_write (a.conn, "held", 4);
  for (guint i = 0; i < 20; i++)
    oree_worker_iterate (worker, FALSE);
  g_assert_cmpuint (b.n_data, ==, 0);
  oree_conn_close (a.conn); /* the hang-up must not spin or swallow what waits */
  for (guint i = 0; i < 20; i++)
    oree_worker_iterate (worker, FALSE);
  g_assert_cmpuint (b.n_any, ==, 0);
  oree_conn_resume (b.conn);
  run_until (worker, &b.n_closed, 1);
  g_assert_cmpstr (b.got->str, ==, "held");
  g_assert_cmpint (b.reason, ==, OREE_CLOSED_PEER);
  end_clear (&a);
  end_clear (&b);
}

static void
test_unread_is_capped (void)
{
  End a, b;
  g_autofree char *big = g_malloc0 (2 * OREE_CONN_UNREAD_MAX);

  pair_init (&a, &b);
  b.take = 1;
  oree_conn_write (a.conn, big, 2 * OREE_CONN_UNREAD_MAX);
  run_until (worker, &b.n_closed, 1);
  g_assert_cmpstr (oree_closed_reason_nick (b.reason), ==, "overflow");
  end_clear (&a);
  end_clear (&b);
}

static void
test_close_writes_what_is_queued (gconstpointer with_tls)
{
  End a, b;
  g_autofree char *big = g_malloc0 (1000 * 1000);

  pair_init (&a, &b);
  if (with_tls != NULL)
    {
      start_tls (&a, &b);
      run_until (worker, &a.n_tls, 1);
    }
  oree_conn_write (a.conn, big, 1000 * 1000);
  oree_conn_close (a.conn);
  g_assert_false (oree_conn_write (a.conn, "late", 4));
  g_assert_cmpuint (a.n_closed, ==, 0); /* never inside a call */
  run_until (worker, &a.n_closed, 1);
  run_until (worker, &b.n_closed, 1);
  g_assert_cmpuint (b.got->len, ==, 1000 * 1000);
  g_assert_cmpint (a.reason, ==, OREE_CLOSED_LOCAL);
  g_assert_cmpint (b.reason, ==, OREE_CLOSED_PEER);
  end_clear (&a);
  end_clear (&b);
}

static void
test_half_close (gconstpointer with_tls)
{
  End a, b;

  pair_init (&a, &b);
  oree_conn_set_callbacks (b.conn, &with_end, &b);
  if (with_tls != NULL)
    {
      start_tls (&a, &b);
      run_until (worker, &a.n_tls, 1);
    }
  oree_conn_write (a.conn, "question", 8);
  oree_conn_finish (a.conn);
  run_until (worker, &b.n_end, 1);
  g_assert_cmpstr (b.got->str, ==, "question");
  oree_conn_write (b.conn, "answer", 6);
  oree_conn_close (b.conn);
  run_until (worker, &a.n_closed, 1);
  g_assert_cmpstr (a.got->str, ==, "answer");
  run_until (worker, &b.n_closed, 1);
  g_assert_cmpuint (b.n_end, ==, 1);
  end_clear (&a);
  end_clear (&b);
}

/* Whoever stands in the middle of the clear part can append to it; nothing of that may be read as protected. */
static void
test_start_tls_discards_clear_bytes (void)
{
  End server, client;
  int fds[2];
  const char injected[] = "TLS\n<evil/>";
  char reply[3];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  end_init (&server, fds[0], &without_end);
  server.tls_on_data = fixture.fabrikam;
  g_assert_cmpint (write (fds[1], injected, strlen (injected)), ==, (gssize) strlen (injected));
  run_until (worker, &server.n_data, 1);
  while (recv (fds[1], reply, sizeof reply, MSG_DONTWAIT) < 0 && errno == EAGAIN)
    oree_worker_iterate (worker, FALSE);
  g_assert_cmpint (memcmp (reply, "OK\n", 3), ==, 0);

  end_init (&client, fds[1], &without_end);
  oree_conn_start_tls (client.conn, fixture.contoso, OREE_TLS_CLIENT, "fabrikam.test", "xmpp-server");
  oree_conn_write (client.conn, "protected", 9); /* waits for the handshake */
  run_until_got (&server, 9);
  g_assert_cmpstr (server.got->str, ==, "protected");
  g_assert_true (server.tls_ok);
  g_assert_cmpstr (oree_conn_tls_sni (server.conn), ==, "fabrikam.test");
  g_assert_cmpint (oree_peer_cert_check_name (oree_conn_peer_cert (server.conn), OREE_CERT_NAMES_XMPP, "contoso.test"),
                   ==, OREE_CERT_OK);
  end_clear (&server);
  end_clear (&client);
}

static void
test_failed_handshake_says_why (void)
{
  End server;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  end_init (&server, fds[0], &without_end);
  oree_conn_start_tls (server.conn, fixture.fabrikam, OREE_TLS_SERVER, NULL, NULL);
  g_assert_cmpint (write (fds[1], "GET / HTTP/1.1\r\n\r\n", 18), ==, 18);
  run_until (worker, &server.n_closed, 1);
  g_assert_cmpuint (server.n_tls, ==, 1);
  g_assert_false (server.tls_ok);
  g_assert_cmpstr (server.tls_detail, ==, "http request");
  g_assert_cmpint (server.reason, ==, OREE_CLOSED_TLS);
  close (fds[1]);
  end_clear (&server);

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  end_init (&server, fds[0], &without_end);
  oree_conn_start_tls (server.conn, fixture.fabrikam, OREE_TLS_SERVER, NULL, NULL);
  close (fds[1]);
  run_until (worker, &server.n_closed, 1);
  g_assert_false (server.tls_ok);
  g_assert_cmpint (server.reason, ==, OREE_CLOSED_TLS);
  end_clear (&server);
}

static void
test_truncation_is_told_apart (void)
{
  End a, b;

  pair_init (&a, &b);
  start_tls (&a, &b);
  run_until (worker, &b.n_tls, 1);
  run_until (worker, &a.n_tls, 1);
  g_clear_pointer (&a.conn, oree_conn_free); /* no goodbye */
  run_until (worker, &b.n_closed, 1);
  g_assert_cmpstr (oree_closed_reason_nick (b.reason), ==, "truncated");
  end_clear (&a);
  end_clear (&b);
}

static void
test_freed_inside_its_callback (void)
{
  End a, b;

  pair_init (&a, &b);
  b.free_on_data = TRUE;
  oree_conn_write (a.conn, "x", 1);
  run_until (worker, &b.n_data, 1);
  g_assert_null (b.conn);
  run_until (worker, &a.n_closed, 1);
  end_clear (&a);
  end_clear (&b);
}

static void
test_deadline_fires_once (void)
{
  End a, b;

  pair_init (&a, &b);
  oree_conn_set_deadline (a.conn, oree_worker_now (worker) + 10 * OREE_MS);
  oree_conn_set_deadline (b.conn, oree_worker_now (worker) + 5 * OREE_MS);
  oree_conn_set_deadline (b.conn, OREE_TIME_NEVER);
  run_until (worker, &a.n_deadline, 1);
  g_assert_cmpuint (b.n_deadline, ==, 0);
  oree_conn_abort (a.conn);
  g_assert_cmpuint (a.n_closed, ==, 0);
  run_until (worker, &a.n_closed, 1);
  g_assert_cmpint (a.reason, ==, OREE_CLOSED_LOCAL);
  end_clear (&a);
  end_clear (&b);
}

/* Moving: an echo moves from this thread to another worker while bytes are under way. */
typedef struct
{
  OreeConn *conn;
  OreeWorker *to;
} Mover;

static gsize
echo_data (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  g_assert_true (oree_conn_worker (conn) == oree_worker_current ());
  oree_conn_write_span (conn, bytes);
  return bytes.length;
}

static void
echo_closed (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  oree_conn_free (conn);
  oree_worker_stop (data);
}

static const OreeConnCallbacks echo = { .on_data = echo_data, .on_closed = echo_closed };

static void
attach_cb (gpointer data)
{
  Mover *mover = data;

  oree_conn_attach (mover->conn, mover->to);
  g_free (mover);
}

static void
test_moves_to_another_worker (gconstpointer with_tls)
{
  OreeWorker *other = oree_worker_new (1);
  End a;
  int fds[2];
  OreeConn *conn;
  Mover *mover = g_new (Mover, 1);
  GString *sent = g_string_new (NULL);

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  end_init (&a, fds[0], &without_end);
  conn = oree_conn_new (worker, fds[1]);
  oree_conn_set_callbacks (conn, &echo, other);
  if (with_tls != NULL)
    {
      oree_conn_start_tls (conn, fixture.fabrikam, OREE_TLS_SERVER, NULL, NULL);
      oree_conn_start_tls (a.conn, fixture.contoso, OREE_TLS_CLIENT, NULL, NULL);
    }
  for (guint i = 0; i < 2000; i++)
    {
      g_string_append_printf (sent, "%u,", i);
      g_assert_true (oree_conn_write (a.conn, sent->str, 1 + i % 3)); /* some bytes, often */
      if (i % 100 == 0)
        oree_worker_iterate (worker, FALSE);
      if (i == 1000)
        {
          oree_conn_detach (conn);
          *mover = (Mover){ conn, other };
          oree_worker_post (other, attach_cb, mover);
          oree_worker_start (other);
        }
    }
  run_until_got (&a, 2000 / 3 * 6 + 3);
  oree_conn_close (a.conn);
  run_until (worker, &a.n_closed, 1);
  oree_worker_join (other);
  oree_worker_free (other);
  g_string_free (sent, TRUE);
  end_clear (&a);
}

/* Many connections between two workers, all at once, each echoing many times. */
enum { CONNECTIONS = 50, ROUNDS = 200 };

typedef struct
{
  OreeConn *conn;
  guint rounds;
} Pinger;

static guint finished;

static gsize
ping_data (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  Pinger *pinger = data;

  g_assert_cmpuint (bytes.length, ==, 5);
  if (++pinger->rounds == ROUNDS)
    oree_conn_close (conn);
  else
    oree_conn_write_span (conn, bytes);
  return bytes.length;
}

static void
ping_closed (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  Pinger *pinger = data;

  g_assert_cmpuint (pinger->rounds, ==, ROUNDS);
  oree_conn_free (conn);
  g_free (pinger);
  finished++;
}

static const OreeConnCallbacks ping = { .on_data = ping_data, .on_closed = ping_closed };

typedef struct
{
  OreeWorker *worker;
  int fd;
} Guest;

static void
pong_closed (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  oree_conn_free (conn);
}

static const OreeConnCallbacks pong = { .on_data = echo_data, .on_closed = pong_closed };

static void
guest_cb (gpointer data)
{
  Guest *guest = data;
  OreeConn *conn = oree_conn_new (guest->worker, guest->fd);

  oree_conn_set_callbacks (conn, &pong, guest->worker);
  oree_conn_start_tls (conn, fixture.fabrikam, OREE_TLS_SERVER, NULL, NULL);
  g_free (guest);
}

static void
test_two_workers_many_connections (void)
{
  OreeWorker *other = oree_worker_new (1);

  finished = 0;
  oree_worker_start (other);
  for (guint i = 0; i < CONNECTIONS; i++)
    {
      Guest *guest = g_new (Guest, 1);
      Pinger *pinger = g_new0 (Pinger, 1);
      int fds[2];

      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
      *guest = (Guest){ other, fds[0] };
      oree_worker_post (other, guest_cb, guest);
      pinger->conn = oree_conn_new (worker, fds[1]);
      oree_conn_set_callbacks (pinger->conn, &ping, pinger);
      oree_conn_start_tls (pinger->conn, fixture.contoso, OREE_TLS_CLIENT, NULL, NULL);
      oree_conn_write (pinger->conn, "hello", 5);
    }
  run_until (worker, &finished, CONNECTIONS);
  oree_worker_stop (other);
  oree_worker_join (other);
  g_assert_cmpuint (oree_admission_connections (oree_worker_admission (worker)), ==, 0);
  g_assert_cmpuint (oree_admission_connections (oree_worker_admission (other)), ==, 0);
  oree_worker_free (other);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tls_fixture_init (&fixture);
  worker = oree_worker_new (0);
  oree_worker_adopt (worker);
  g_test_add_data_func ("/net/conn/carries-bytes", NULL, test_carries_bytes);
  g_test_add_data_func ("/net/conn/carries-bytes/tls", "tls", test_carries_bytes);
  g_test_add_func ("/net/conn/tls-from-the-first-byte", test_tls_from_the_first_byte);
  g_test_add_func ("/net/conn/tls-from-the-first-byte-given-up", test_tls_from_the_first_byte_given_up);
  g_test_add_func ("/net/conn/unconsumed-comes-again", test_unconsumed_comes_again);
  g_test_add_func ("/net/conn/pause-holds-and-resume-delivers", test_pause_holds_and_resume_delivers);
  g_test_add_func ("/net/conn/unread-is-capped", test_unread_is_capped);
  g_test_add_data_func ("/net/conn/close-writes-what-is-queued", NULL, test_close_writes_what_is_queued);
  g_test_add_data_func ("/net/conn/close-writes-what-is-queued/tls", "tls", test_close_writes_what_is_queued);
  g_test_add_data_func ("/net/conn/half-close", NULL, test_half_close);
  g_test_add_data_func ("/net/conn/half-close/tls", "tls", test_half_close);
  g_test_add_func ("/net/conn/start-tls-discards-clear-bytes", test_start_tls_discards_clear_bytes);
  g_test_add_func ("/net/conn/failed-handshake-says-why", test_failed_handshake_says_why);
  g_test_add_func ("/net/conn/truncation-is-told-apart", test_truncation_is_told_apart);
  g_test_add_func ("/net/conn/freed-inside-its-callback", test_freed_inside_its_callback);
  g_test_add_func ("/net/conn/deadline-fires-once", test_deadline_fires_once);
  g_test_add_data_func ("/net/conn/moves-to-another-worker", NULL, test_moves_to_another_worker);
  g_test_add_data_func ("/net/conn/moves-to-another-worker/tls", "tls", test_moves_to_another_worker);
  g_test_add_func ("/net/conn/two-workers-many-connections", test_two_workers_many_connections);
  result = g_test_run ();
  oree_worker_free (worker);
  tls_fixture_clear (&fixture);
  return result;
}
