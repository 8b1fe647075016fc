/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listening and dialling over loopback. */
#include "base/oree-limits.h"
#include "net-fixture.h"
#include "net/oree-dial.h"
#include "net/oree-listen.h"
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static OreeWorker *worker;

static OreeEndpoint
endpoint (const char *text)
{
  OreeEndpoint result;

  g_assert_true (oree_endpoint_parse (&result, oree_span_str (text)));
  return result;
}

/* What was accepted, and where. */
typedef struct
{
  GPtrArray *conns;
  guint n;
} Accepted;

static void
accept_cb (OreeListen *listen, OreeConn *conn, gpointer data)
{
  Accepted *accepted = data;

  g_ptr_array_add (accepted->conns, conn);
  accepted->n++;
}

static void
free_conn (gpointer conn)
{
  oree_conn_free (conn);
}

static void
accepted_init (Accepted *self)
{
  *self = (Accepted){ g_ptr_array_new_with_free_func (free_conn), 0 };
}

typedef struct
{
  OreeConn *conn;
  guint index, n;
  char *reason;
} Dialled;

static void
dialled_cb (OreeConn *conn, guint index, const char *reason, gpointer data)
{
  Dialled *dialled = data;

  dialled->conn = conn;
  dialled->index = index;
  dialled->reason = g_strdup (reason);
  dialled->n++;
}

static void
dialled_clear (Dialled *self)
{
  oree_conn_free (self->conn);
  g_free (self->reason);
  *self = (Dialled){ NULL, 0, 0, NULL };
}

static void
test_workers_share_a_port (void)
{
  static const char *const places[] = { "127.0.0.1:0", "[::1]:0" };

  for (gsize p = 0; p < G_N_ELEMENTS (places); p++)
    {
      OreeEndpoint at = endpoint (places[p]), bound;
      OreeListen *listens[3];
      int fds[3];
      g_autoptr (GError) error = NULL;
      Accepted accepted;

      accepted_init (&accepted);
      g_assert_true (oree_listen_bind (&at, fds, 3, &bound, &error));
      g_assert_cmpuint (bound.port, !=, 0);
      for (guint i = 0; i < 3; i++)
        {
          listens[i] = oree_listen_new (worker, fds[i], accept_cb, &accepted);
          g_assert_true (oree_endpoint_equal (oree_listen_endpoint (listens[i]), &bound));
        }
      for (guint i = 0; i < 30; i++)
        {
          Dialled dialled = { NULL, 0, 0, NULL };

          oree_dial_start (worker, &bound, 1, OREE_TIME_NEVER, dialled_cb, &dialled);
          run_until (worker, &dialled.n, 1);
          g_assert_cmpstr (dialled.reason, ==, NULL);
          run_until (worker, &accepted.n, i + 1);
          g_assert_true (oree_endpoint_equal (oree_conn_peer (dialled.conn), &bound));
          dialled_clear (&dialled);
        }
      for (guint i = 0; i < 3; i++)
        oree_listen_free (listens[i]);
      g_ptr_array_unref (accepted.conns);
      g_assert_cmpuint (oree_admission_connections (oree_worker_admission (worker)), ==, 0);
    }
}

static void
test_bind_errors (void)
{
  OreeEndpoint any = endpoint ("127.0.0.1:0"), taken;
  int held, fds[2];
  g_autofree char *text = NULL;

  g_assert_true (oree_listen_bind (&any, &held, 1, &taken, NULL));
  text = oree_endpoint_to_string (&taken);
  {
    const struct
    {
      const char *at, *nick;
      gboolean as_user;
    } rows[] = {
      { text, "port-busy", FALSE },
      { "192.0.2.77:5061", "address-unavailable", FALSE },
      { "127.0.0.1:1", "permission", TRUE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        OreeEndpoint at = endpoint (rows[i].at);
        g_autoptr (GError) error = NULL;

        if (rows[i].as_user && geteuid () == 0)
          continue; /* root may bind anywhere */
        g_assert_false (oree_listen_bind (&at, fds, 2, NULL, &error));
        g_assert_cmpstr (oree_net_error_nick ((OreeNetError) error->code), ==, rows[i].nick);
        g_assert_true (g_str_has_prefix (error->message, rows[i].at));
      }
  }
  close (held);
  g_assert_true (oree_listen_bind (&taken, fds, 2, NULL, NULL)); /* free again at once */
  close (fds[0]);
  close (fds[1]);
}

/* As systemd hands sockets over: in the environment, from descriptor 3 on; in a process of its own. */
static void
test_inherited_sockets_are_found_once (void)
{
  OreeEndpoint at = endpoint ("127.0.0.1:0"), other = endpoint ("127.0.0.1:1"), bound;
  int fd, status = 1;
  pid_t child;

  g_assert_true (oree_listen_bind (&at, &fd, 1, &bound, NULL));
  child = fork ();
  if (child == 0)
    {
      g_autofree char *pid = g_strdup_printf ("%d", getpid ());

      dup2 (fd, 3);
      g_setenv ("LISTEN_FDS", "1", TRUE);
      if (oree_listen_inherit (&bound) != -1) /* meant for somebody else */
        _exit (2);
      g_setenv ("LISTEN_PID", pid, TRUE);
      _exit (oree_listen_inherit (&other) == -1 && oree_listen_inherit (&bound) == 3 &&
                 oree_listen_inherit (&bound) == -1
               ? 0
               : 3);
    }
  waitpid (child, &status, 0);
  g_assert_cmpint (status, ==, 0);
  close (fd);
}

static void
test_one_address_cannot_take_everything (void)
{
  OreeEndpoint at = endpoint ("127.0.0.1:0"), bound;
  enum { TRIES = OREE_PREAUTH_PER_ADDRESS_MAX + 10 };
  Dialled dialled[TRIES] = { 0 };
  OreeListen *listen;
  Accepted accepted;
  int fd;

  accepted_init (&accepted);
  g_assert_true (oree_listen_bind (&at, &fd, 1, &bound, NULL));
  listen = oree_listen_new (worker, fd, accept_cb, &accepted);
  for (guint i = 0; i < TRIES; i++)
    {
      oree_dial_start (worker, &bound, 1, OREE_TIME_NEVER, dialled_cb, &dialled[i]);
      run_until (worker, &dialled[i].n, 1);
    }
  for (guint i = 0; i < 50; i++)
    oree_worker_iterate (worker, FALSE);
  g_assert_cmpuint (oree_listen_accepted (listen), ==, OREE_PREAUTH_PER_ADDRESS_MAX);
  g_assert_cmpuint (oree_listen_refused (listen), ==, 10);

  /* Who authenticated makes room, and so does who leaves. */
  oree_conn_set_authenticated (g_ptr_array_index (accepted.conns, 0));
  oree_conn_set_authenticated (g_ptr_array_index (accepted.conns, 0));
  g_ptr_array_remove_index (accepted.conns, 1);
  for (guint i = 0; i < 3; i++)
    {
      dialled_clear (&dialled[i]);
      oree_dial_start (worker, &bound, 1, OREE_TIME_NEVER, dialled_cb, &dialled[i]);
      run_until (worker, &dialled[i].n, 1);
    }
  for (guint i = 0; i < 50; i++)
    oree_worker_iterate (worker, FALSE);
  g_assert_cmpuint (oree_listen_accepted (listen), ==, OREE_PREAUTH_PER_ADDRESS_MAX + 2);

  for (guint i = 0; i < TRIES; i++)
    dialled_clear (&dialled[i]);
  g_ptr_array_unref (accepted.conns);
  oree_listen_free (listen);
}

static void
test_out_of_descriptors_pauses (void)
{
  OreeEndpoint at = endpoint ("127.0.0.1:0"), bound;
  struct rlimit before, tight;
  OreeListen *listen;
  Dialled dialled = { NULL, 0, 0, NULL };
  Accepted accepted;
  guint turns = 0;
  int fd, probe;

  accepted_init (&accepted);
  g_assert_true (oree_listen_bind (&at, &fd, 1, &bound, NULL));
  listen = oree_listen_new (worker, fd, accept_cb, &accepted);
  oree_dial_start (worker, &bound, 1, OREE_TIME_NEVER, dialled_cb, &dialled);
  getrlimit (RLIMIT_NOFILE, &before);
  tight = before;
  probe = dup (0);
  close (probe);
  tight.rlim_cur = (rlim_t) probe;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &tight), ==, 0);
  while (accepted.n == 0)
    {
      turns++;
      oree_worker_iterate (worker, TRUE);
      if (turns == 4)
        setrlimit (RLIMIT_NOFILE, &before);
      g_assert_cmpuint (turns, <, 50); /* it does not spin while it waits */
    }
  run_until (worker, &dialled.n, 1);
  dialled_clear (&dialled);
  g_ptr_array_unref (accepted.conns);
  oree_listen_free (listen);
}

/* First a closed port, then one that answers. */
static void
test_dial_goes_on_to_the_next (void)
{
  OreeEndpoint at = endpoint ("127.0.0.1:0"), targets[3];
  OreeListen *listen;
  Dialled dialled = { NULL, 0, 0, NULL };
  Accepted accepted;
  int fd;

  accepted_init (&accepted);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (oree_listen_bind (&at, &fd, 1, &targets[i], NULL));
      if (i < 2)
        close (fd);
    }
  listen = oree_listen_new (worker, fd, accept_cb, &accepted);
  oree_dial_start (worker, targets, 3, OREE_TIME_NEVER, dialled_cb, &dialled);
  g_assert_cmpuint (dialled.n, ==, 0);
  run_until (worker, &dialled.n, 1);
  g_assert_nonnull (dialled.conn);
  g_assert_cmpuint (dialled.index, ==, 2);
  dialled_clear (&dialled);

  oree_dial_start (worker, targets, 2, OREE_TIME_NEVER, dialled_cb, &dialled);
  run_until (worker, &dialled.n, 1);
  g_assert_null (dialled.conn);
  g_assert_cmpstr (dialled.reason, ==, "refused");
  g_assert_cmpuint (dialled.index, ==, 1);
  dialled_clear (&dialled);

  oree_dial_start (worker, NULL, 0, OREE_TIME_NEVER, dialled_cb, &dialled);
  run_until (worker, &dialled.n, 1);
  g_assert_cmpstr (dialled.reason, ==, "no-address");
  dialled_clear (&dialled);
  g_ptr_array_unref (accepted.conns);
  oree_listen_free (listen);
}

static int
shrink_backlog (int fd)
{
  return listen (fd, 0);
}

/* A listener whose queue is full answers nothing: the next address is tried beside it, and the deadline holds. */
static void
test_dial_staggers_and_gives_up (void)
{
  OreeEndpoint at = endpoint ("127.0.0.1:0"), targets[2];
  OreeListen *listen;
  Dialled dialled = { NULL, 0, 0, NULL }, filler[4] = { 0 };
  OreeDial *dials[4];
  Accepted accepted;
  int silent, fd;

  accepted_init (&accepted);
  g_assert_true (oree_listen_bind (&at, &silent, 1, &targets[0], NULL));
  g_assert_cmpint (shrink_backlog (silent), ==, 0);
  g_assert_true (oree_listen_bind (&at, &fd, 1, &targets[1], NULL));
  listen = oree_listen_new (worker, fd, accept_cb, &accepted);
  for (guint i = 0; i < G_N_ELEMENTS (filler); i++)
    dials[i] = oree_dial_start (worker, targets, 1, OREE_TIME_NEVER, dialled_cb, &filler[i]);
  for (guint i = 0; i < 20; i++)
    oree_worker_iterate (worker, FALSE);

  oree_dial_start (worker, targets, 2, OREE_TIME_NEVER, dialled_cb, &dialled);
  run_until (worker, &dialled.n, 1);
  g_assert_nonnull (dialled.conn);
  g_assert_cmpuint (dialled.index, ==, 1);
  dialled_clear (&dialled);

  oree_dial_start (worker, targets, 1, oree_worker_now (worker) + 50 * OREE_MS, dialled_cb, &dialled);
  run_until (worker, &dialled.n, 1);
  g_assert_null (dialled.conn);
  g_assert_cmpstr (dialled.reason, ==, "timed-out");
  dialled_clear (&dialled);

  for (guint i = 0; i < G_N_ELEMENTS (filler); i++)
    {
      if (filler[i].n == 0)
        oree_dial_cancel (dials[i]);
      dialled_clear (&filler[i]);
    }
  close (silent);
  g_ptr_array_unref (accepted.conns);
  oree_listen_free (listen);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  worker = oree_worker_new (0);
  oree_worker_adopt (worker);
  g_test_add_func ("/net/listen/workers-share-a-port", test_workers_share_a_port);
  g_test_add_func ("/net/listen/bind-errors-have-reasons", test_bind_errors);
  g_test_add_func ("/net/listen/inherited-sockets-are-found-once", test_inherited_sockets_are_found_once);
  g_test_add_func ("/net/listen/one-address-cannot-take-everything", test_one_address_cannot_take_everything);
  g_test_add_func ("/net/listen/out-of-descriptors-pauses", test_out_of_descriptors_pauses);
  g_test_add_func ("/net/dial/goes-on-to-the-next", test_dial_goes_on_to_the_next);
  g_test_add_func ("/net/dial/staggers-and-gives-up", test_dial_staggers_and_gives_up);
  result = g_test_run ();
  oree_worker_free (worker);
  return result;
}
