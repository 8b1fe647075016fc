/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The resolver against an unbound with made-up zones on a high loopback port, asked from a worker's thread. */
#include "net-fixture.h"
#include "net/oree-resolver.h"
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ZONES \
  "server:\n" \
  "  interface: 127.0.0.1@%u\n" \
  "  access-control: 127.0.0.0/8 allow\n" \
  "  do-daemonize: no\n  chroot: \"\"\n  username: \"\"\n  pidfile: \"\"\n" \
  "  use-syslog: no\n  logfile: \"%s/log\"\n  do-ip6: no\n" \
  "  local-zone: \"test.\" transparent\n" \
  "  local-zone: \"fabrikam.test.\" static\n" \
  "  local-data: \"_xmpp-server._tcp.fabrikam.test. 300 SRV 5 10 5269 xmpp.fabrikam.test.\"\n" \
  "  local-data: \"_xmpp-server._tcp.fabrikam.test. 300 SRV 10 0 5270 b.fabrikam.test.\"\n" \
  "  local-data: \"_sipfederationtls._tcp.fabrikam.test. SRV 0 0 0 .\"\n" \
  "  local-data: \"xmpp.fabrikam.test. 60 A 127.0.0.1\"\n" \
  "  local-data: \"xmpp.fabrikam.test. 60 AAAA ::1\"\n" \
  "  local-data: \"b.fabrikam.test. A 127.0.0.2\"\n" \
  "  local-data: \"text.fabrikam.test. TXT 'nothing else'\"\n" \
  "  local-zone: \"refused.test.\" refuse\n"

static char *directory;
static guint port;
static GPid unbound_pid;

static guint
free_port (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, length), ==, 0);
  getsockname (fd, (struct sockaddr *) &address, &length);
  close (fd);

  return ntohs (address.sin_port);
}

static gboolean
start_unbound (void)
{
  g_autofree char *program = g_find_program_in_path ("unbound");
  g_autofree char *path = g_build_filename (directory, "unbound.conf", NULL);
  g_autofree char *text = NULL;
  char *argv[] = { program, (char *) "-d", (char *) "-c", path, NULL };

  if (program == NULL && g_file_test ("/usr/sbin/unbound", G_FILE_TEST_IS_EXECUTABLE))
    argv[0] = program = g_strdup ("/usr/sbin/unbound");
  if (program == NULL)
    return FALSE;

  port = free_port ();
  text = g_strdup_printf (ZONES, port, directory);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return g_spawn_async (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &unbound_pid, NULL);
}

/* One question from a worker, everything about the answer as one line. */
typedef struct
{
  OreeResolver *resolver;
  OreeWorker *worker;
  OreeDnsKind kind;
  const char *name;
  char *line;
  gint done; /* atomic */
} Question;

static void
answer_cb (const OreeDnsAnswer *answer, gpointer data)
{
  Question *question = data;
  GString *line = g_string_new (oree_dns_outcome_nick (answer->outcome));

  g_assert_true (oree_worker_current () == question->worker);
  for (guint i = 0; i < answer->srv->len; i++)
    {
      const OreeDnsSrv *srv = g_ptr_array_index (answer->srv, i);

      g_string_append_printf (line, " %u/%u/%s:%u", srv->priority, srv->weight, srv->target, srv->port);
    }
  for (guint i = 0; i < answer->addresses->len; i++)
    {
      g_autofree char *text = oree_inet_address_to_string (&g_array_index (answer->addresses, OreeInetAddress, i));

      g_string_append_printf (line, " %s", text);
    }
  question->line = g_string_free (line, FALSE);
  g_atomic_int_set (&question->done, 1);
  g_main_context_wakeup (NULL);
}

static void
ask_cb (gpointer data)
{
  Question *question = data;

  if (question->kind == OREE_DNS_SRV)
    oree_resolver_lookup_srv (question->resolver, question->name, question->worker, answer_cb, question);
  else
    oree_resolver_lookup_addresses (question->resolver, question->name, question->worker, answer_cb, question);
}

static char *
ask (OreeResolver *resolver, OreeWorker *worker, OreeDnsKind kind, const char *name)
{
  Question question = { resolver, worker, kind, name, NULL, 0 };

  oree_worker_post (worker, ask_cb, &question);
  while (g_atomic_int_get (&question.done) == 0)
    g_main_context_iteration (NULL, TRUE);

  return question.line;
}

static OreeResolver *
resolver_new (guint at_port, gboolean lab, guint seconds)
{
  g_autofree char *forwarder = g_strdup_printf ("127.0.0.1@%u", at_port);
  const char *forwarders[] = { forwarder, NULL };
  OreeResolverOptions options = { forwarders, NULL, lab, seconds };
  g_autoptr (GError) error = NULL;
  OreeResolver *resolver = oree_resolver_new (NULL, &options, &error);

  g_assert_no_error (error);
  return resolver;
}

static void
test_answers (void)
{
  static const struct
  {
    OreeDnsKind kind;
    const char *name, *line;
  } rows[] = {
    { OREE_DNS_SRV, "_xmpp-server._tcp.fabrikam.test",
      "ok 5/10/xmpp.fabrikam.test:5269 10/0/b.fabrikam.test:5270" },
    { OREE_DNS_SRV, "_sipfederationtls._tcp.fabrikam.test", "ok 0/0/:0" },
    { OREE_DNS_SRV, "xmpp.fabrikam.test", "no-data" },
    { OREE_DNS_SRV, "_xmpp-server._tcp.absent.fabrikam.test", "no-name" },
    { OREE_DNS_SRV, "_xmpp-server._tcp.refused.test", "failed" },
    { OREE_DNS_ADDRESSES, "xmpp.fabrikam.test", "ok 127.0.0.1 ::1" },
    { OREE_DNS_ADDRESSES, "b.fabrikam.test", "ok 127.0.0.2" },
    { OREE_DNS_ADDRESSES, "text.fabrikam.test", "no-data" },
    { OREE_DNS_ADDRESSES, "absent.fabrikam.test", "no-name" },
    { OREE_DNS_ADDRESSES, "192.0.2.7", "ok 192.0.2.7" },
  };
  OreeResolver *resolver;
  OreeWorker *worker;

  if (unbound_pid == 0)
    {
      g_test_skip ("no unbound here");
      return;
    }

  resolver = resolver_new (port, TRUE, 0);
  worker = oree_worker_new (0);
  oree_worker_start (worker);
  /* The server may still be starting. */
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *line = ask (resolver, worker, OREE_DNS_ADDRESSES, "b.fabrikam.test");

      if (g_str_has_prefix (line, "ok"))
        break;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = ask (resolver, worker, rows[i].kind, rows[i].name);
      g_auto (GStrv) words = g_strsplit (rows[i].line, " ", -1);

      g_test_message ("%s", rows[i].name);
      /* Records of one set come in any order. */
      g_assert_cmpuint (strlen (line), ==, strlen (rows[i].line));
      for (char **word = words; *word != NULL; word++)
        g_assert_nonnull (strstr (line, *word));
    }
  oree_worker_stop (worker);
  oree_worker_join (worker);
  oree_resolver_free (resolver);
  oree_worker_free (worker);
}

/* Outside the lab nobody asks anybody for "test.". */
static void
test_production_keeps_test_to_itself (void)
{
  OreeResolver *resolver = resolver_new (port != 0 ? port : 9, FALSE, 0);
  OreeWorker *worker = oree_worker_new (0);
  g_autofree char *line = NULL;

  oree_worker_start (worker);
  line = ask (resolver, worker, OREE_DNS_ADDRESSES, "b.fabrikam.test");
  g_assert_cmpstr (line, ==, "no-name");
  oree_worker_stop (worker);
  oree_worker_join (worker);
  oree_resolver_free (resolver);
  oree_worker_free (worker);
}

/* A name server that knows 127.0.0.3 for every name and never says a word about AAAA; quits at an empty datagram. */
static gpointer
half_server (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);
  guint8 packet[512];
  struct sockaddr_storage peer;
  socklen_t length = sizeof peer;
  gssize n;

  while ((n = recvfrom (fd, packet, sizeof packet - 16, 0, (struct sockaddr *) &peer, &length)) > 0)
    {
      static const guint8 record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 3 };
      gsize at = 12;

      while (at < (gsize) n && packet[at] != 0)
        at += 1u + packet[at];
      at += 5; /* the root label, type, class */
      if (at > (gsize) n || packet[at - 3] != 1)
        continue;
      packet[2] = 0x81; /* an answer, recursion wanted */
      packet[3] = 0x80; /* and had, no error */
      packet[7] = 1;    /* one record */
      memset (packet + 8, 0, 4);
      memcpy (packet + at, record, sizeof record);
      sendto (fd, packet, at + sizeof record, 0, (struct sockaddr *) &peer, length);
      length = sizeof peer;
    }
  return NULL;
}

/* RFC 8305 3: who has one address does not wait for the other family's until it times out. */
static void
test_one_family_does_not_wait (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  OreeWorker *worker = oree_worker_new (0);
  OreeResolver *resolver;
  GThread *server;
  g_autofree char *line = NULL;
  gint64 began;

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, length), ==, 0);
  getsockname (fd, (struct sockaddr *) &address, &length);
  server = g_thread_new ("half", half_server, GINT_TO_POINTER (fd));
  resolver = resolver_new (ntohs (address.sin_port), TRUE, 30);
  oree_worker_start (worker);
  began = g_get_monotonic_time ();
  line = ask (resolver, worker, OREE_DNS_ADDRESSES, "half.test");
  g_assert_cmpstr (line, ==, "ok 127.0.0.3");
  g_assert_cmpint (g_get_monotonic_time () - began, <, 15 * G_USEC_PER_SEC); /* not the 30 s of the question */
  oree_worker_stop (worker);
  oree_worker_join (worker);
  oree_resolver_free (resolver);
  oree_worker_free (worker);
  g_assert_cmpint (sendto (fd, "", 0, 0, (struct sockaddr *) &address, length), ==, 0);
  g_thread_join (server);
  close (fd);
}

/* A server that never answers: the question ends by itself, and one cancelled before is never heard of. */
static OreeLookup *given_up;

static void
never_cb (const OreeDnsAnswer *answer, gpointer data)
{
  g_assert_not_reached ();
}

static void
begin_cb (gpointer data)
{
  Question *question = data;

  given_up = oree_resolver_lookup_srv (question->resolver, "_x._tcp.silent.test", question->worker, never_cb, NULL);
}

static void
cancel_cb (gpointer data)
{
  oree_lookup_cancel (given_up);
}

static void
test_times_out_and_cancels (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int silent = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  OreeResolver *resolver;
  OreeWorker *worker = oree_worker_new (0);
  g_autofree char *line = NULL;
  Question question = { NULL, worker, OREE_DNS_SRV, NULL, NULL, 0 };

  g_assert_cmpint (bind (silent, (struct sockaddr *) &address, length), ==, 0);
  getsockname (silent, (struct sockaddr *) &address, &length);
  question.resolver = resolver = resolver_new (ntohs (address.sin_port), TRUE, 1);
  oree_worker_post (worker, begin_cb, &question);
  oree_worker_post (worker, cancel_cb, &question);
  oree_worker_start (worker);
  line = ask (resolver, worker, OREE_DNS_ADDRESSES, "silent.test");
  g_assert_cmpstr (line, ==, "timed-out");

  /* One still open when the resolver goes: the worker may hear of it, nobody crashes. */
  oree_worker_post (worker, begin_cb, &question);
  oree_worker_post (worker, cancel_cb, &question);
  oree_worker_stop (worker);
  oree_worker_join (worker);
  oree_resolver_free (resolver);
  oree_worker_free (worker);
  close (silent);
}

static void
test_option_errors (void)
{
  static const char *const bad[] = { "dns.fabrikam.test", "127.0.0.1:53", "127.0.0.1@", "127.0.0.1@70000", "@53", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const char *forwarders[] = { bad[i], NULL };
      OreeResolverOptions options = { forwarders, NULL, FALSE, 0 };
      g_autoptr (GError) error = NULL;

      g_assert_null (oree_resolver_new (NULL, &options, &error));
      g_assert_error (error, OREE_NET_ERROR, OREE_NET_ERROR_RESOLVER_OPTION);
    }
  {
    OreeResolverOptions options = { NULL, "/no/such/anchor", FALSE, 0 };
    g_autoptr (GError) error = NULL;

    g_assert_null (oree_resolver_new (NULL, &options, &error));
    g_assert_error (error, OREE_NET_ERROR, OREE_NET_ERROR_RESOLVER_OPTION);
    g_assert_cmpstr (oree_net_error_nick ((OreeNetError) error->code), ==, "resolver-option");
  }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  directory = g_dir_make_tmp ("oree-dns-XXXXXX", NULL);
  if (!start_unbound ())
    unbound_pid = 0;
  g_test_add_func ("/net/resolver/answers", test_answers);
  g_test_add_func ("/net/resolver/production-keeps-test-to-itself", test_production_keeps_test_to_itself);
  g_test_add_func ("/net/resolver/one-family-does-not-wait", test_one_family_does_not_wait);
  g_test_add_func ("/net/resolver/times-out-and-cancels", test_times_out_and_cancels);
  g_test_add_func ("/net/resolver/option-errors", test_option_errors);
  result = g_test_run ();
  if (unbound_pid != 0)
    {
      kill (unbound_pid, SIGTERM);
      waitpid (unbound_pid, NULL, 0);
    }
  remove_directory (directory);
  g_free (directory);
  return result;
}
