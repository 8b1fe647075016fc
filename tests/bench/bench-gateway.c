/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Load generator: measures a server from outside, one JSON object per finding on standard output.
 *
 * Gateway (the default): it is a partner's XMPP server and a SIP user at once. SIP → XMPP counts a message when its
 * 2xx came and the stanza arrived; XMPP → SIP when the MESSAGE arrived.
 * Relay (--relay): it is two XMPP servers; the server in the middle passes the same stanzas from one to the other.
 *
 * Each way keeps --window messages under way, and is measured twice: "each", where every one that is done is followed
 * by the next at once, which keeps both sides waking each other up; and "burst", where --burst of them are, as under
 * load. Messages go round between --pairs users of ours and one of the server's: the gateway keeps order within a
 * pair by having one message of it under way. CPU is the server process's own, from /proc. With --idle the memory of
 * that many authenticated streams that do nothing. */
#include "bench-sip.h"
#include "bench-xmpp.h"
#include "net/oree-dial.h"
#include "net/oree-listen.h"
#include <locale.h>
#include <unistd.h>

static char *opt_sip, *opt_xmpp, *opt_listen, *opt_domain, *opt_partner, *opt_user, *opt_password;
static char *opt_certificate, *opt_key, *opt_label;
static int opt_pid, opt_messages = 20000, opt_window = 50, opt_idle, opt_body = 100, opt_burst = 25, opt_pairs = 50;
static gboolean opt_relay;

static const GOptionEntry entries[] = {
  { "relay", 0, 0, G_OPTION_ARG_NONE, &opt_relay, "measure an XMPP server between two others", NULL },
  { "label", 0, 0, G_OPTION_ARG_STRING, &opt_label, "name of the server in the findings", "NAME" },
  { "pid", 0, 0, G_OPTION_ARG_INT, &opt_pid, "the process measured", "PID" },
  { "sip", 0, 0, G_OPTION_ARG_STRING, &opt_sip, "where the SIP user signs in", "ADDRESS:PORT" },
  { "xmpp", 0, 0, G_OPTION_ARG_STRING, &opt_xmpp, "where the server takes XMPP streams", "ADDRESS:PORT" },
  { "listen", 0, 0, G_OPTION_ARG_STRING, &opt_listen, "where it calls us", "ADDRESS:PORT" },
  { "domain", 0, 0, G_OPTION_ARG_STRING, &opt_domain, "the server's domain", "DOMAIN" },
  { "partner", 0, 0, G_OPTION_ARG_STRING, &opt_partner, "our domain", "DOMAIN" },
  { "user", 0, 0, G_OPTION_ARG_STRING, &opt_user, "the SIP user (relay: the user messages go to)", "NAME" },
  { "password", 0, 0, G_OPTION_ARG_STRING, &opt_password, "the SIP user's password", "PASSWORD" },
  { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &opt_certificate, "our certificate", "FILE" },
  { "key", 0, 0, G_OPTION_ARG_FILENAME, &opt_key, "its key", "FILE" },
  { "messages", 0, 0, G_OPTION_ARG_INT, &opt_messages, "messages each way", "N" },
  { "window", 0, 0, G_OPTION_ARG_INT, &opt_window, "messages under way", "N" },
  { "burst", 0, 0, G_OPTION_ARG_INT, &opt_burst, "in bursts: messages written together", "N" },
  { "pairs", 0, 0, G_OPTION_ARG_INT, &opt_pairs, "how many of our users take part in turn", "N" },
  { "body", 0, 0, G_OPTION_ARG_INT, &opt_body, "bytes of text in a message", "N" },
  { "idle", 0, 0, G_OPTION_ARG_INT, &opt_idle, "idle streams for the memory measurement", "N" },
  { NULL },
};

typedef enum
{
  TO_XMPP,
  TO_SIP, /* relay: from stream to stream */
  NOTHING
} Way;

static OreeWorker *worker;
static OreeTlsCtx *ctx;
static BenchXmpp *out_stream;    /* ours to the server */
static GPtrArray *in_streams;    /* its to us */
static GPtrArray *idle_streams;
static BenchSip *sip;
static Way way = NOTHING;
static guint burst;
static guint sent, arrived, answered, refused, n_ready;
static char *text;

/* The process measured */

static double
server_cpu (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", opt_pid), *contents = NULL;
  g_auto (GStrv) fields = NULL;
  char *after;

  if (!g_file_get_contents (path, &contents, NULL, NULL))
    g_error ("process %d is gone", opt_pid);

  /* The name in brackets may hold anything; utime and stime are the 14th and 15th fields. */
  after = strrchr (contents, ')');
  fields = g_strsplit (after + 2, " ", 16);
  return (double) (g_ascii_strtoull (fields[11], NULL, 10) + g_ascii_strtoull (fields[12], NULL, 10)) /
         (double) sysconf (_SC_CLK_TCK);
}

/* KiB of memory of its own. */
static guint64
server_memory (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", opt_pid), *contents = NULL;
  char *line;

  if (!g_file_get_contents (path, &contents, NULL, NULL) || (line = strstr (contents, "Anonymous:")) == NULL)
    return 0;
  return g_ascii_strtoull (line + strlen ("Anonymous:"), NULL, 10);
}

/* Load */

static void
send_one (void)
{
  guint pair = sent % (guint) MAX (opt_pairs, 1);

  sent++;
  if (way == TO_XMPP)
    {
      g_autofree char *to = g_strdup_printf ("juliet%u@%s", pair, opt_partner);

      bench_sip_send (sip, to, text, strlen (text));
    }
  else
    {
      g_autofree char *stanza =
        g_strdup_printf ("<message from='juliet%u@%s/bench' to='%s@%s' type='chat' id='b%u' xml:lang='en'>"
                         "<body>%s</body></message>",
                         pair, opt_partner, opt_user, opt_domain, sent, text);

      bench_xmpp_write (out_stream, stanza, strlen (stanza));
      if (sent % 16 == 0)
        bench_xmpp_ask (out_stream);
    }
}

static guint
done (void)
{
  return way == TO_XMPP ? MIN (answered + refused, arrived + refused) : arrived + refused;
}

static void
send_more (void)
{
  guint room = (guint) opt_window - MIN ((guint) opt_window, sent - done ());
  guint left = way != NOTHING ? (guint) opt_messages - sent : 0;

  if (room < MIN (burst, left))
    return;
  for (guint i = 0; i < MIN (room, left); i++)
    send_one ();
}

static void
xmpp_ready (BenchXmpp *end, gpointer data)
{
  n_ready++;
}

static void
xmpp_stanza (BenchXmpp *end, OreeSpan stanza, gpointer data)
{
  if (!oree_span_starts_with (stanza, "<message"))
    return;

  if (memmem (stanza.data, MIN (stanza.length, 300), "type='error'", 12) != NULL ||
      memmem (stanza.data, MIN (stanza.length, 300), "type=\"error\"", 12) != NULL)
    {
      if (refused++ == 0)
        g_printerr ("error: %.*s\n", (int) MIN (stanza.length, 500), stanza.data);
    }
  else
    {
      arrived++;
    }
  send_more ();
}

static void
xmpp_closed (BenchXmpp *end, const char *why, gpointer data)
{
  if (end == out_stream || g_ptr_array_find (in_streams, end, NULL))
    g_error ("stream lost: %s", why);
  g_printerr ("stream lost: %s\n", why);
}

static const BenchXmppCallbacks xmpp_callbacks = { xmpp_ready, xmpp_stanza, xmpp_closed };

/* A stream the server ended while idling counts as not there; one it opened twice is its own business. */
static void
in_closed (BenchXmpp *end, const char *why, gpointer data)
{
  g_printerr ("the server ended its stream: %s\n", why);
}

static const BenchXmppCallbacks in_callbacks = { xmpp_ready, xmpp_stanza, in_closed };

static void
sip_ready (BenchSip *user, gpointer data)
{
  n_ready++;
}

static void
sip_answer (BenchSip *user, guint status, gpointer data)
{
  if (status < 300)
    answered++;
  else if (refused++ == 0)
    g_printerr ("MESSAGE answered %u\n", status);
  send_more ();
}

static void
sip_message (BenchSip *user, OreeSpan body, gpointer data)
{
  arrived++;
  send_more ();
}

static void
sip_closed (BenchSip *user, const char *why, gpointer data)
{
  g_error ("SIP connection lost: %s", why);
}

static const BenchSipCallbacks sip_callbacks = { sip_ready, sip_answer, sip_message, sip_closed };

/* Connections */

static OreeEndpoint
endpoint (const char *name, const char *value)
{
  OreeEndpoint result;

  if (value == NULL || !oree_endpoint_parse (&result, oree_span_str (value)))
    g_error ("--%s: ADDRESS:PORT expected", name);
  return result;
}

static void
accept_cb (OreeListen *listen, OreeConn *conn, gpointer data)
{
  g_ptr_array_add (in_streams, bench_xmpp_new (conn, ctx, NULL, NULL, &in_callbacks, NULL));
}

static void
dialled_cb (OreeConn *conn, guint index, const char *reason, gpointer data)
{
  if (conn == NULL)
    g_error ("cannot connect: %s", reason);
  *(OreeConn **) data = conn;
}

static OreeConn *
dial (const char *name, const char *where)
{
  OreeEndpoint to = endpoint (name, where);
  OreeConn *conn = NULL;

  oree_dial_start (worker, &to, 1, OREE_TIME_NEVER, dialled_cb, &conn);
  while (conn == NULL)
    oree_worker_iterate (worker, TRUE);
  return conn;
}

static void
wait_ready (guint n, const char *what)
{
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  while (n_ready < n)
    {
      if (g_get_monotonic_time () > end)
        g_error ("%s: not ready", what);
      oree_worker_iterate (worker, FALSE);
      if (n_ready < n)
        g_usleep (1000);
    }
}

/* Measuring */

static void
measure (Way direction, const char *name, guint at_once, guint messages, gboolean report)
{
  double cpu, seconds;
  gint64 began, progress;
  guint last = 0;
  int all = opt_messages;

  opt_messages = (int) messages;
  way = direction;
  burst = at_once;
  sent = arrived = answered = refused = 0;
  cpu = server_cpu ();
  began = progress = g_get_monotonic_time ();
  send_more ();
  while (done () < messages)
    {
      oree_worker_iterate (worker, TRUE);
      if (done () != last)
        {
          last = done ();
          progress = g_get_monotonic_time ();
        }
      if (g_get_monotonic_time () - progress > 60 * G_USEC_PER_SEC)
        g_error ("%s: stalled at %u of %u (sent %u, arrived %u, answered %u, refused %u)", name, last, messages, sent,
                 arrived, answered, refused);
    }
  seconds = (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  cpu = server_cpu () - cpu;
  way = NOTHING;
  opt_messages = all;
  if (!report)
    return;

  g_print ("{\"server\": \"%s\", \"way\": \"%s\", \"mode\": \"%s\", \"messages\": %u, \"refused\": %u, \"window\": %d, "
           "\"seconds\": %.3f, \"cpu_seconds\": %.3f, \"per_second\": %.0f, \"cpu_us\": %.2f}\n",
           opt_label, name, burst > 1 ? "burst" : "each", messages, refused, opt_window, seconds, cpu, messages / seconds, cpu * 1e6 / messages);
}

/* Nobody may end a loop turn for want of one: wakes it. */
static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
settle (guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * 1000;

  while (g_get_monotonic_time () < end)
    oree_worker_iterate (worker, TRUE);
}

static void
measure_idle (void)
{
  guint64 before;
  guint wanted = (guint) opt_idle;

  settle (500);
  before = server_memory ();
  n_ready = 0;
  for (guint i = 0; i < wanted; i++)
    {
      g_ptr_array_add (idle_streams, bench_xmpp_new (dial ("xmpp", opt_xmpp), ctx, opt_partner, opt_domain,
                                                     &xmpp_callbacks, NULL));
      wait_ready (i + 1, "idle stream");
    }
  settle (2000);
  g_print ("{\"server\": \"%s\", \"way\": \"idle\", \"streams\": %u, \"kib_before\": %" G_GUINT64_FORMAT
           ", \"kib_per_stream\": %.1f}\n",
           opt_label, wanted, before, (double) (server_memory () - before) / wanted);
}

static void
free_stream (gpointer stream)
{
  bench_xmpp_free (stream);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) options = g_option_context_new ("- load for a gateway or an XMPP server");
  g_autoptr (GError) error = NULL;
  OreeTlsCtxOptions tls = { NULL, NULL, NULL };
  OreeEndpoint at;
  OreeListen *listener;
  GSource *tick;
  int fd;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    g_error ("%s", error->message);

  text = g_strnfill ((gsize) opt_body, 'a');
  worker = oree_worker_new (0);
  oree_worker_adopt (worker);
  in_streams = g_ptr_array_new_with_free_func (free_stream);
  idle_streams = g_ptr_array_new_with_free_func (free_stream);
  tls.certificate = opt_certificate;
  tls.key = opt_key;
  ctx = oree_tls_ctx_new (&tls, &error);
  if (ctx == NULL)
    g_error ("%s", error->message);
  tick = g_timeout_source_new (200);
  g_source_set_callback (tick, tick_cb, NULL, NULL);
  g_source_attach (tick, oree_worker_context (worker));

  at = endpoint ("listen", opt_listen);
  if (!oree_listen_bind (&at, &fd, 1, NULL, &error))
    g_error ("%s", error->message);
  listener = oree_listen_new (worker, fd, accept_cb, NULL);

  out_stream = bench_xmpp_new (dial ("xmpp", opt_xmpp), ctx, opt_partner, opt_domain, &xmpp_callbacks, NULL);
  wait_ready (1, "XMPP stream");
  if (!opt_relay)
    {
      sip = bench_sip_new (dial ("sip", opt_sip), ctx, opt_user, opt_domain, opt_password, &sip_callbacks, NULL);
      wait_ready (2, "SIP user");
    }

  if (opt_messages > 0)
    {
      guint warm = (guint) MIN (2000, opt_messages);
      guint bursts[2] = { 1, (guint) CLAMP (opt_burst, 1, opt_window) };

      /* First some that do not count: the server dials back, warms up, allocates. */
      measure (TO_SIP, "warm-up", 1, warm, FALSE);
      if (!opt_relay)
        measure (TO_XMPP, "warm-up", 1, warm, FALSE);
      for (guint i = 0; i < G_N_ELEMENTS (bursts); i++)
        {
          measure (TO_SIP, opt_relay ? "xmpp-to-xmpp" : "xmpp-to-sip", bursts[i], (guint) opt_messages, TRUE);
          if (!opt_relay)
            measure (TO_XMPP, "sip-to-xmpp", bursts[i], (guint) opt_messages, TRUE);
        }
    }
  if (opt_idle > 0)
    measure_idle ();

  g_ptr_array_unref (idle_streams);
  bench_xmpp_free (out_stream);
  g_ptr_array_unref (in_streams);
  bench_sip_free (sip);
  oree_listen_free (listener);
  g_source_destroy (tick);
  g_source_unref (tick);
  oree_worker_free (worker);
  oree_tls_ctx_unref (ctx);
  g_free (text);
  return 0;
}
