/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Load generator for a SIP federation edge: it is the partners' servers, which connect by mutual TLS, and the next hop
 * inside, which the edge connects to. One JSON object per finding on standard output.
 *
 * --measure is a list of:
 *   message    --window MESSAGE transactions under way, every one that is done followed by the next; partners in turn
 *   subscribe  the same of SUBSCRIBE, which begins a dialog and is answered with Contact and Expires
 *   half       MESSAGE at half the speed of "message", a few every millisecond: the time each takes
 *   single     one MESSAGE at a time: the time each takes
 *   setup      connections: TCP, mutual TLS, OPTIONS and its answer, closed
 *   idle       memory of --idle such connections that stay and do nothing
 * CPU is that of the server's processes together. */
#include "bench-process.h"
#include "bench-sip-text.h"
#include "net/oree-conn.h"
#include "net/oree-dial.h"
#include "net/oree-listen.h"
#include "net/oree-tls-ctx.h"
#include <locale.h>
#include <string.h>

#define STALLED (60 * G_USEC_PER_SEC)
#define SETUPS_AT_ONCE 8u
#define WARM_UP 3000u

static char *opt_edge, *opt_listen, *opt_domain, *opt_user, *opt_credentials, *opt_label, *opt_pids;
static char *opt_measure = (char *) "message,subscribe";
static int opt_partners = 1, opt_messages = 20000, opt_window = 50, opt_idle = 5000, opt_body = 100, opt_setups = 500;
static int opt_rest = 2;

static const GOptionEntry entries[] = {
  { "label", 0, 0, G_OPTION_ARG_STRING, &opt_label, "name of the server in the findings", "NAME" },
  { "pids", 0, 0, G_OPTION_ARG_STRING, &opt_pids, "the processes measured", "PID,…" },
  { "measure", 0, 0, G_OPTION_ARG_STRING, &opt_measure, "what", "NAME,…" },
  { "edge", 0, 0, G_OPTION_ARG_STRING, &opt_edge, "where the edge takes partners", "ADDRESS:PORT" },
  { "listen", 0, 0, G_OPTION_ARG_STRING, &opt_listen, "where it finds its next hop: us", "ADDRESS:PORT" },
  { "domain", 0, 0, G_OPTION_ARG_STRING, &opt_domain, "the edge's domain", "DOMAIN" },
  { "user", 0, 0, G_OPTION_ARG_STRING, &opt_user, "whom the partners write to", "NAME" },
  { "partners", 0, 0, G_OPTION_ARG_INT, &opt_partners, "how many domains we are: p0.test, p1.test …", "N" },
  { "credentials", 0, 0, G_OPTION_ARG_FILENAME, &opt_credentials, "where inside.pem, p0.test.pem … and keys are", "DIRECTORY" },
  { "messages", 0, 0, G_OPTION_ARG_INT, &opt_messages, "transactions", "N" },
  { "window", 0, 0, G_OPTION_ARG_INT, &opt_window, "transactions under way", "N" },
  { "body", 0, 0, G_OPTION_ARG_INT, &opt_body, "bytes of text in a MESSAGE", "N" },
  { "setups", 0, 0, G_OPTION_ARG_INT, &opt_setups, "connections set up", "N" },
  { "idle", 0, 0, G_OPTION_ARG_INT, &opt_idle, "connections for the memory measurement", "N" },
  { "rest", 0, 0, G_OPTION_ARG_INT, &opt_rest, "how long they idle before we look", "SECONDS" },
  { NULL },
};

typedef enum
{
  NOTHING,
  TRANSACTIONS,
  CONNECTIONS
} Task;

/* A connection of a partner's server. */
typedef struct
{
  guint number; /* of its domain */
  OreeConn *conn;
  gboolean ready, kept;
} Link;

static OreeWorker *worker;
static OreeTlsCtx **identities, *inside;
static GArray *pids;
static Link *links; /* one a domain */
static GPtrArray *passing; /* Link *, of "setup" and "idle" */
static GPtrArray *guests;  /* OreeConn *, the edge's to us */
static GString *text;
static char *filling, *run_id;
static Task task;

static struct
{
  const char *method;
  guint total, window, sent, done, refused;
  gint64 *sent_at;
  GArray *took; /* guint32, microseconds */
} load;

static struct
{
  guint wanted, begun, done;
  gboolean keep;
} setups;

static void print_finding (const char *mode, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
print_finding (const char *mode, const char *format, ...)
{
  g_autofree char *rest = NULL;
  va_list arguments;

  va_start (arguments, format);
  rest = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_print ("{\"server\": \"%s\", \"partners\": %d, \"way\": \"in\", \"mode\": \"%s\", %s}\n", opt_label, opt_partners, mode,
           rest);
}

/* --- requests ------------------------------------------------------------------------------------- */

static void
write_request (Link *link, const char *method, const char *to, guint sequence, const char *more, const char *body,
               gsize length)
{
  g_string_printf (text,
                   "%s sip:%s SIP/2.0\r\n"
                   "Via: SIP/2.0/TLS sip.p%u.test:5061;branch=z9hG4bK%s%08u;rport\r\n"
                   "Max-Forwards: 70\r\n"
                   "From: <sip:bob@p%u.test>;tag=%s\r\n"
                   "To: <sip:%s>\r\n"
                   "Call-ID: %08u-%s\r\n"
                   "CSeq: 1 %s\r\n"
                   "%sContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                   method, to, link->number, run_id, sequence, link->number, run_id, to, sequence, run_id, method, more,
                   length);
  g_string_append_len (text, body, (gssize) length);
  oree_conn_write (link->conn, text->str, text->len);
}

static void
send_one (void)
{
  Link *link = &links[load.sent % (guint) opt_partners];
  g_autofree char *to = g_strdup_printf ("%s@%s", opt_user, opt_domain);

  load.sent_at[load.sent] = g_get_monotonic_time ();
  if (g_str_equal (load.method, "MESSAGE"))
    write_request (link, "MESSAGE", to, load.sent++, "Content-Type: text/plain;charset=UTF-8\r\n", filling,
                   strlen (filling));
  else
    write_request (link, load.method, to, load.sent++,
                   "Event: presence\r\nAccept: application/pidf+xml\r\nExpires: 600\r\n"
                   "Contact: <sip:bob@sip.p0.test:5061;transport=tls>\r\n",
                   "", 0);
}

static void
send_more (void)
{
  while (load.window > 0 && load.sent < load.total && load.sent - load.done < load.window)
    send_one ();
}

static void
transaction_done (OreeSpan head, guint status)
{
  guint64 sequence;

  if (!oree_span_to_uint (oree_span_sub (bench_sip_header (head, "Call-ID"), 0, 8), load.total, &sequence)
      || sequence >= load.sent)
    g_error ("an answer to nothing: %.*s", (int) head.length, head.data);
  load.done++;
  if (status >= 300 && load.refused++ == 0)
    g_printerr ("refused: %.*s\n", (int) MIN (head.length, 60), head.data);
  if (load.took != NULL)
    {
      guint32 took = (guint32) (g_get_monotonic_time () - load.sent_at[sequence]);

      g_array_append_val (load.took, took);
    }
  send_more ();
}

/* --- partners' connections ------------------------------------------------------------------------- */

static gsize
link_data_cb (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  Link *link = data;
  OreeSpan head, body;
  gsize used = 0, n;

  while ((n = bench_sip_cut (oree_span_from (bytes, used), &head, &body)) > 0)
    {
      guint64 status = 0;

      used += n;
      if (!oree_span_starts_with (head, "SIP/2.0 "))
        continue;
      oree_span_to_uint (oree_span_sub (head, 8, 3), 699, &status);
      if (status < 200)
        continue;
      if (task == TRANSACTIONS)
        {
          transaction_done (head, (guint) status);
          continue;
        }
      if (status != 200)
        g_error ("OPTIONS answered %.*s", (int) MIN (head.length, 60), head.data);
      link->ready = TRUE;
      if (setups.keep)
        setups.done++;
      else if (!link->kept)
        oree_conn_close (conn);
    }
  return used;
}

static void
link_tls_cb (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  if (ok)
    write_request (data, "OPTIONS", opt_domain, 0, "", "", 0);
}

static void
link_closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  Link *link = data;

  if (link->kept || setups.keep || !link->ready)
    g_error ("connection lost: %s %s", oree_closed_reason_nick (reason), detail != NULL ? detail : "");
  setups.done++;
}

static const OreeConnCallbacks link_callbacks = {
  .on_data = link_data_cb, .on_tls = link_tls_cb, .on_closed = link_closed_cb,
};

static void
dialled_cb (OreeConn *conn, guint index, const char *reason, gpointer data)
{
  Link *link = data;

  if (conn == NULL)
    g_error ("cannot connect: %s", reason);
  link->conn = conn;
  oree_conn_set_callbacks (conn, &link_callbacks, link);
  oree_conn_start_tls (conn, identities[link->number], OREE_TLS_CLIENT, opt_domain, NULL);
}

static OreeEndpoint
endpoint (const char *name, const char *value)
{
  OreeEndpoint result;

  if (value == NULL || !oree_endpoint_parse (&result, oree_span_str (value)))
    g_error ("--%s: ADDRESS:PORT expected", name);
  return result;
}

static void
open_link (Link *link)
{
  OreeEndpoint to = endpoint ("edge", opt_edge);

  oree_dial_start (worker, &to, 1, OREE_TIME_NEVER, dialled_cb, link);
}

/* --- the inside ------------------------------------------------------------------------------------- */

static gsize
guest_data_cb (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  OreeSpan head, body;
  gsize used = 0, n;

  while ((n = bench_sip_cut (oree_span_from (bytes, used), &head, &body)) > 0)
    {
      used += n;
      if (oree_span_is_empty (head) || oree_span_starts_with (head, "SIP/2.0 "))
        continue;
      g_string_truncate (text, 0);
      bench_sip_write_answer (text, head, "inside",
                              oree_span_starts_with (head, "SUBSCRIBE ")
                                ? "Expires: 600\r\nContact: <sip:alice@inside.test:5061;transport=tls>\r\n" : "");
      oree_conn_write (conn, text->str, text->len);
    }
  return used;
}

static void
guest_closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  g_ptr_array_remove_fast (guests, conn);
  oree_conn_free (conn);
}

static const OreeConnCallbacks guest_callbacks = { .on_data = guest_data_cb, .on_closed = guest_closed_cb };

static void
accept_cb (OreeListen *listen, OreeConn *conn, gpointer data)
{
  g_ptr_array_add (guests, conn);
  oree_conn_set_callbacks (conn, &guest_callbacks, NULL);
  oree_conn_start_tls (conn, inside, OREE_TLS_SERVER, NULL, NULL);
}

/* --- measuring -------------------------------------------------------------------------------------- */

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

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;

  return left < right ? -1 : left > right;
}

static guint32
quantile (double share)
{
  return g_array_index (load.took, guint32, (guint) (share * (load.took->len - 1)));
}

static void
keep_pace (gint64 began, double rate)
{
  double due = (double) (g_get_monotonic_time () - began) * rate / G_USEC_PER_SEC;

  while (load.sent < load.total && load.sent <= due)
    send_one ();
}

/* Transactions a second. `window` 0: at `rate`. `mode` NULL: it does not count. */
static double
measure (const char *mode, const char *method, guint total, guint window, double rate)
{
  gint64 cpu, began, progress;
  double seconds;
  guint last = 0;
  GSource *pace = NULL;

  g_free (run_id);
  run_id = g_strdup_printf ("%08x", g_random_int ());
  memset (&load, 0, sizeof load);
  load.method = method;
  load.total = total;
  load.window = window;
  load.sent_at = g_new (gint64, total);
  load.took = window <= 1 ? g_array_sized_new (FALSE, FALSE, sizeof (guint32), total) : NULL;
  task = TRANSACTIONS;
  cpu = bench_processes_cpu (pids);
  began = progress = g_get_monotonic_time ();
  if (window == 0)
    {
      pace = g_timeout_source_new (1);
      g_source_set_callback (pace, tick_cb, NULL, NULL);
      g_source_attach (pace, oree_worker_context (worker));
    }
  send_more ();
  while (load.done < total)
    {
      if (window == 0)
        keep_pace (began, rate);
      oree_worker_iterate (worker, TRUE);
      if (load.done != last)
        {
          last = load.done;
          progress = g_get_monotonic_time ();
        }
      if (g_get_monotonic_time () - progress > STALLED)
        g_error ("%s: stalled at %u of %u (sent %u)", method, load.done, total, load.sent);
    }
  seconds = (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  cpu = bench_processes_cpu (pids) - cpu;
  if (pace != NULL)
    g_source_destroy (pace);
  g_clear_pointer (&pace, g_source_unref);
  if (mode != NULL && load.took != NULL)
    {
      g_array_sort (load.took, compare_times);
      print_finding (mode, "\"messages\": %u, \"refused\": %u, \"per_second\": %.0f, \"p50_us\": %u, \"p99_us\": %u, "
                     "\"max_us\": %u", total, load.refused, total / seconds, quantile (0.5), quantile (0.99), quantile (1));
    }
  else if (mode != NULL)
    print_finding (mode, "\"messages\": %u, \"refused\": %u, \"window\": %u, \"per_second\": %.0f, \"cpu_us\": %.2f", total,
                   load.refused, window, total / seconds, (double) cpu / 1000 / total);
  g_free (load.sent_at);
  g_clear_pointer (&load.took, g_array_unref);
  task = NOTHING;
  return total / seconds;
}

static void
measure_transactions (const char *const *wanted)
{
  guint total = (guint) opt_messages, window = (guint) opt_window;
  double speed = 0;

  measure (NULL, "MESSAGE", MIN (WARM_UP, total), window, 0);
  if (g_strv_contains (wanted, "message") || g_strv_contains (wanted, "half"))
    speed = measure ("message", "MESSAGE", total, window, 0);
  if (g_strv_contains (wanted, "half"))
    measure ("half", "MESSAGE", total, 0, speed / 2);
  if (g_strv_contains (wanted, "single"))
    measure ("single", "MESSAGE", MAX (total / 5, 1), 1, 0);
  if (g_strv_contains (wanted, "subscribe"))
    {
      measure (NULL, "SUBSCRIBE", MIN (WARM_UP, total), window, 0);
      measure ("subscribe", "SUBSCRIBE", total, window, 0);
    }
}

static void
run_setups (guint wanted, gboolean keep)
{
  gint64 began = g_get_monotonic_time ();

  memset (&setups, 0, sizeof setups);
  setups.wanted = wanted;
  setups.keep = keep;
  task = CONNECTIONS;
  while (setups.done < wanted)
    {
      while (setups.begun < wanted && setups.begun - setups.done < SETUPS_AT_ONCE)
        {
          Link *link = g_new0 (Link, 1);

          link->number = setups.begun++ % (guint) opt_partners;
          g_ptr_array_add (passing, link);
          open_link (link);
        }
      oree_worker_iterate (worker, TRUE);
      if (g_get_monotonic_time () - began > 5 * STALLED)
        g_error ("%u of %u connections in five minutes", setups.done, wanted);
    }
  task = NOTHING;
}

static void
forget_passing (void)
{
  setups.keep = FALSE;
  for (guint i = 0; i < passing->len; i++)
    {
      Link *link = g_ptr_array_index (passing, i);

      oree_conn_free (link->conn);
      g_free (link);
    }
  g_ptr_array_set_size (passing, 0);
}

static void
measure_setups (void)
{
  gint64 cpu, began;
  guint wanted = (guint) opt_setups;

  run_setups (MIN (20, wanted), FALSE);
  forget_passing ();
  settle (200);
  cpu = bench_processes_cpu (pids);
  began = g_get_monotonic_time ();
  run_setups (wanted, FALSE);
  settle (100);
  cpu = bench_processes_cpu (pids) - cpu;
  print_finding ("setup", "\"streams\": %u, \"per_second\": %.0f, \"cpu_us\": %.1f", wanted,
                 wanted / ((double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC), (double) cpu / 1000 / wanted);
  forget_passing ();
}

static void
measure_idle (void)
{
  guint64 before;
  guint wanted = (guint) opt_idle;

  settle (500);
  before = bench_processes_memory (pids);
  run_setups (wanted, TRUE);
  settle ((guint) opt_rest * 1000);
  print_finding ("idle", "\"streams\": %u, \"kib_before\": %" G_GUINT64_FORMAT ", \"kib_per_stream\": %.1f", wanted, before,
                 ((double) bench_processes_memory (pids) - (double) before) / wanted);
  forget_passing ();
  settle (500);
}

/* --- the program ------------------------------------------------------------------------------------ */

static OreeTlsCtx *
identity (const char *name)
{
  g_autofree char *certificate = g_strdup_printf ("%s/%s.pem", opt_credentials, name);
  g_autofree char *key = g_strdup_printf ("%s/%s.key", opt_credentials, name);
  const OreeTlsCtxOptions options = { .certificate = certificate, .key = key };
  g_autoptr (GError) error = NULL;
  OreeTlsCtx *ctx = oree_tls_ctx_new (&options, &error);

  if (ctx == NULL)
    g_error ("%s", error->message);
  return ctx;
}

static void
open_partners (void)
{
  setups.keep = TRUE;
  links = g_new0 (Link, opt_partners);
  for (int i = 0; i < opt_partners; i++)
    {
      links[i].number = (guint) i;
      links[i].kept = TRUE;
      open_link (&links[i]);
      for (gint64 end = g_get_monotonic_time () + STALLED; !links[i].ready; oree_worker_iterate (worker, TRUE))
        if (g_get_monotonic_time () > end)
          g_error ("partner %d: not ready", i);
    }
}

static void
close_all (void)
{
  forget_passing ();
  for (int i = 0; i < opt_partners; i++)
    {
      oree_conn_free (links[i].conn);
      oree_tls_ctx_unref (identities[i]);
    }
  for (guint i = 0; i < guests->len; i++)
    oree_conn_free (g_ptr_array_index (guests, i));
  oree_tls_ctx_unref (inside);
  g_ptr_array_unref (passing);
  g_ptr_array_unref (guests);
  g_array_unref (pids);
  g_string_free (text, TRUE);
  g_free (identities);
  g_free (links);
  g_free (filling);
  g_free (run_id);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) options = g_option_context_new ("- load for a SIP federation edge");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) wanted = NULL;
  const char *const *names;
  OreeEndpoint at;
  OreeListen *listener;
  GSource *tick;
  int fd;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    g_error ("%s", error->message);
  if (opt_credentials == NULL || opt_partners < 1 || opt_messages < 1 || opt_window < 1)
    g_error ("--credentials, and --partners, --messages and --window above zero");
  pids = bench_processes_parse (opt_pids);
  wanted = g_strsplit (opt_measure, ",", -1);
  names = (const char *const *) wanted;
  filling = g_strnfill ((gsize) MAX (opt_body, 0), 'a');
  run_id = g_strdup ("first");
  text = g_string_new (NULL);
  passing = g_ptr_array_new ();
  guests = g_ptr_array_new ();
  inside = identity ("inside");
  identities = g_new0 (OreeTlsCtx *, opt_partners);
  for (int i = 0; i < opt_partners; i++)
    {
      g_autofree char *name = g_strdup_printf ("p%d.test", i);

      identities[i] = identity (name);
    }
  worker = oree_worker_new (0);
  oree_worker_adopt (worker);
  tick = g_timeout_source_new (20);
  g_source_set_callback (tick, tick_cb, NULL, NULL);
  g_source_attach (tick, oree_worker_context (worker));
  at = endpoint ("listen", opt_listen);
  if (!oree_listen_bind (&at, &fd, 1, NULL, &error))
    g_error ("%s", error->message);
  listener = oree_listen_new (worker, fd, accept_cb, NULL);

  open_partners ();
  /* Memory first: later what was freed is there to be taken. */
  if (g_strv_contains (names, "idle"))
    measure_idle ();
  if (g_strv_contains (names, "message") || g_strv_contains (names, "subscribe") || g_strv_contains (names, "half")
      || g_strv_contains (names, "single"))
    measure_transactions (names);
  if (g_strv_contains (names, "setup"))
    measure_setups ();
  close_all ();
  oree_listen_free (listener);
  g_source_destroy (tick);
  g_source_unref (tick);
  oree_worker_free (worker);
  return 0;
}
