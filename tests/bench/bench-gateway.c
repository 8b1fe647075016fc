/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Load generator: measures a server from outside, one JSON object per finding on standard output.
 *
 * Gateway (the default): it is the XMPP servers of --partners domains and a SIP user at once. SIP → XMPP counts a
 * message when its 2xx came and the stanza arrived; XMPP → SIP when the MESSAGE arrived.
 * Relay (--relay): it is those XMPP servers alone; the server in the middle sends a message for one of its users back
 * to the domain it came from, so that the same stanzas pass.
 *
 * --measure is a list of:
 *   each       --window messages under way, every one that is done followed by the next at once; partners in turn
 *   burst      the same, but --burst of them written together, as under load; partners in turn, a burst each
 *   half       messages at half the speed of "each", a few every millisecond: the time each takes
 *   single     one message at a time: the time each takes
 *   setup-in   streams set up by us and closed: TCP, STARTTLS, EXTERNAL
 *   setup-out  streams the server sets up to deliver one message, and we close
 *   idle       memory of --idle authenticated streams that do nothing
 * Messages go round between --pairs users of ours and one of the server's: the gateway keeps order within a pair by
 * having one message of it under way. CPU is the server process's own. */
#include "bench-process.h"
#include "bench-sip.h"
#include "bench-xmpp.h"
#include "net/oree-dial.h"
#include "net/oree-listen.h"
#include <locale.h>

#define STALLED (60 * G_USEC_PER_SEC)
#define SEQUENCE_DIGITS 8
#define SETUPS_AT_ONCE 8u
#define WARM_UP 2000u

static char *opt_sip, *opt_xmpp, *opt_listen, *opt_domain, *opt_user, *opt_password, *opt_credentials, *opt_label;
static char *opt_measure = (char *) "each,burst";
static int opt_pid, opt_partners = 1, opt_messages = 20000, opt_window = 50, opt_idle = 200, opt_body = 100;
static int opt_burst = 25, opt_pairs = 50, opt_setups = 500, opt_rest = 2;
static char *opt_ways = (char *) "to-xmpp,to-sip";
static gboolean opt_relay;

static const GOptionEntry entries[] = {
  { "relay", 0, 0, G_OPTION_ARG_NONE, &opt_relay, "measure an XMPP server between others", NULL },
  { "label", 0, 0, G_OPTION_ARG_STRING, &opt_label, "name of the server in the findings", "NAME" },
  { "pid", 0, 0, G_OPTION_ARG_INT, &opt_pid, "the process measured", "PID" },
  { "measure", 0, 0, G_OPTION_ARG_STRING, &opt_measure, "what to measure", "NAME,…" },
  { "ways", 0, 0, G_OPTION_ARG_STRING, &opt_ways, "which way messages go: to-sip, to-xmpp", "NAME,…" },
  { "sip", 0, 0, G_OPTION_ARG_STRING, &opt_sip, "where the SIP user signs in", "ADDRESS:PORT" },
  { "xmpp", 0, 0, G_OPTION_ARG_STRING, &opt_xmpp, "where the server takes XMPP streams", "ADDRESS:PORT" },
  { "listen", 0, 0, G_OPTION_ARG_STRING, &opt_listen, "where it calls us", "ADDRESS:PORT" },
  { "domain", 0, 0, G_OPTION_ARG_STRING, &opt_domain, "the server's domain", "DOMAIN" },
  { "partners", 0, 0, G_OPTION_ARG_INT, &opt_partners, "how many domains we are: p0.test, p1.test …", "N" },
  { "credentials", 0, 0, G_OPTION_ARG_FILENAME, &opt_credentials, "where p0.test.pem, p0.test.key … are", "DIRECTORY" },
  { "user", 0, 0, G_OPTION_ARG_STRING, &opt_user, "the SIP user (relay: the user messages go to)", "NAME" },
  { "password", 0, 0, G_OPTION_ARG_STRING, &opt_password, "the SIP user's password", "PASSWORD" },
  { "messages", 0, 0, G_OPTION_ARG_INT, &opt_messages, "messages each way", "N" },
  { "window", 0, 0, G_OPTION_ARG_INT, &opt_window, "messages under way", "N" },
  { "burst", 0, 0, G_OPTION_ARG_INT, &opt_burst, "in bursts: messages written together", "N" },
  { "pairs", 0, 0, G_OPTION_ARG_INT, &opt_pairs, "how many of our users take part in turn", "N" },
  { "body", 0, 0, G_OPTION_ARG_INT, &opt_body, "bytes of text in a message", "N" },
  { "setups", 0, 0, G_OPTION_ARG_INT, &opt_setups, "streams set up each way", "N" },
  { "idle", 0, 0, G_OPTION_ARG_INT, &opt_idle, "idle streams for the memory measurement", "N" },
  { "rest", 0, 0, G_OPTION_ARG_INT, &opt_rest, "how long they idle before we look", "SECONDS" },
  { NULL },
};

typedef enum
{
  TO_XMPP,
  TO_SIP, /* relay: from stream to stream */
  SETTING_UP,
  NOTHING
} Way;

/* A domain of ours. */
typedef struct
{
  char *domain;
  OreeTlsCtx *ctx;
  BenchXmpp *out;   /* ours to the server */
  guint unasked;    /* stanzas written since we asked for an acknowledgement */
  BenchXmpp *in;    /* the server's to us, the newest */
  gboolean busy;    /* setup-out: a message for it is under way */
  guint asked;      /* setup-out: the acknowledgements given when the message arrived */
  gint64 arrived;   /* setup-out: when, 0: not yet */
} Partner;

static OreeWorker *worker;
static Partner *partners;
static GPtrArray *streams; /* all that lives, BenchXmpp */
static GPtrArray *dead;    /* closed; freed outside their callbacks */
static BenchSip *sip;
static guint n_ready;
static char *filling;

/* The load of now. */
static struct
{
  Way way;
  guint messages, window, burst, pairs;
  guint sent, arrived, answered, refused;
  gint64 *sent_at;
  GArray *took; /* guint32, microseconds */
} load = { .way = NOTHING };

/* The streams of now. */
static struct
{
  gboolean outbound;
  guint wanted, begun, done;
} setups;

static void print_finding (const char *way, const char *mode, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
print_finding (const char *way, const char *mode, const char *format, ...)
{
  g_autofree char *rest = NULL;
  va_list arguments;

  va_start (arguments, format);
  rest = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_print ("{\"server\": \"%s\", \"partners\": %d, \"way\": \"%s\", \"mode\": \"%s\", %s}\n", opt_label, opt_partners,
           way, mode, rest);
}

/* --- load -------------------------------------------------------------------------------------- */

static void
send_to_sip (Partner *partner, guint user, guint sequence)
{
  g_autofree char *stanza =
    g_strdup_printf ("<message from='juliet%u@%s/bench' to='%s@%s' type='chat' id='b%u' xml:lang='en'>"
                     "<body>%0*u%s</body></message>",
                     user, partner->domain, opt_user, opt_domain, sequence, SEQUENCE_DIGITS, sequence, filling);

  bench_xmpp_write (partner->out, stanza, strlen (stanza));
  if (++partner->unasked == 16)
    {
      partner->unasked = 0;
      bench_xmpp_ask (partner->out);
    }
}

static void
send_to_xmpp (Partner *partner, guint user, guint sequence)
{
  g_autofree char *to = g_strdup_printf ("juliet%u@%s", user, partner->domain);
  g_autofree char *text = g_strdup_printf ("%0*u%s", SEQUENCE_DIGITS, sequence, filling);

  bench_sip_send (sip, to, text, strlen (text));
}

static void
send_one (void)
{
  guint n = (guint) opt_partners;
  guint turn = load.sent / load.burst;
  Partner *partner = &partners[turn % n];
  /* A burst has a pair for each of its messages; else the pairs are spread over the partners. */
  guint user = load.burst > 1 ? load.sent % load.pairs : turn / n % MAX (load.pairs / n, 1);

  load.sent_at[load.sent] = g_get_monotonic_time ();
  if (load.way == TO_XMPP)
    send_to_xmpp (partner, user, load.sent++);
  else
    send_to_sip (partner, user, load.sent++);
}

static guint
done (void)
{
  return load.way == TO_XMPP ? MIN (load.answered, load.arrived) + load.refused : load.arrived + load.refused;
}

static void
send_more (void)
{
  guint room = load.window - MIN (load.window, load.sent - done ());
  guint left = load.messages - load.sent;

  if (load.window == 0 || room < MIN (load.burst, left))
    return;
  for (guint i = 0; i < MIN (room, left); i++)
    send_one ();
}

/* The message whose text is `text` came through. */
static void
message_arrived (OreeSpan text)
{
  guint64 sequence;

  if (!oree_span_to_uint (oree_span_sub (text, 0, SEQUENCE_DIGITS), G_MAXUINT32, &sequence) || sequence >= load.sent)
    g_error ("a message nobody sent: %.*s", (int) text.length, text.data);
  load.arrived++;
  if (load.took != NULL)
    {
      guint32 took = (guint32) (g_get_monotonic_time () - load.sent_at[sequence]);

      g_array_append_val (load.took, took);
    }
  send_more ();
}

static void
message_refused (const char *why)
{
  if (load.refused++ == 0)
    g_printerr ("refused: %s\n", why);
  if (load.way != SETTING_UP)
    send_more ();
}

/* --- streams ----------------------------------------------------------------------------------- */

static Partner *
partner_of (const char *domain)
{
  guint64 index;
  OreeSpan rest = oree_span_str (domain);

  if (!oree_span_starts_with (rest, "p") || !oree_span_cut (oree_span_from (rest, 1), '.', &rest, &(OreeSpan){ 0 })
      || !oree_span_to_uint (rest, (guint64) opt_partners - 1, &index))
    g_error ("%s is no domain of ours", domain);
  return &partners[index];
}

static OreeTlsCtx *
identity (const char *domain)
{
  return partner_of (domain)->ctx;
}

static void
stream_ready (BenchXmpp *end, gpointer data)
{
  n_ready++;
}

static void
stream_gone (BenchXmpp *end)
{
  g_ptr_array_remove_fast (streams, end);
  g_ptr_array_add (dead, end);
}

static void
forget_dead (void)
{
  for (guint i = 0; i < dead->len; i++)
    bench_xmpp_free (g_ptr_array_index (dead, i));
  g_ptr_array_set_size (dead, 0);
}

static void
stream_stanza (BenchXmpp *end, OreeSpan stanza, gpointer data)
{
  OreeSpan start = oree_span_sub (stanza, 0, 300);
  const char *body;

  if (!oree_span_starts_with (stanza, "<message"))
    return;

  if (memmem (start.data, start.length, "type='error'", 12) != NULL
      || memmem (start.data, start.length, "type=\"error\"", 12) != NULL)
    {
      g_autofree char *why = oree_span_dup (oree_span_sub (stanza, 0, 500));

      message_refused (why);
      return;
    }
  if (load.way == SETTING_UP)
    {
      Partner *partner = partner_of (bench_xmpp_from (end));

      partner->in = end;
      partner->asked = bench_xmpp_asked (end);
      partner->arrived = g_get_monotonic_time ();
      return;
    }
  body = memmem (stanza.data, stanza.length, "<body>", 6);
  if (body == NULL)
    g_error ("a message without text: %.*s", (int) stanza.length, stanza.data);
  message_arrived (oree_span_from (stanza, (gsize) (body + 6 - stanza.data)));
}

static void
own_closed (BenchXmpp *end, const char *why, gpointer data)
{
  g_error ("stream lost: %s", why);
}

static const BenchXmppCallbacks own_callbacks = { stream_ready, stream_stanza, own_closed, identity };

/* A stream of the server's is its to end. */
static void
in_closed (BenchXmpp *end, const char *why, gpointer data)
{
  if (load.way == SETTING_UP && setups.outbound && g_str_equal (why, "ended"))
    {
      partner_of (bench_xmpp_from (end))->busy = FALSE;
      setups.done++;
    }
  stream_gone (end);
}

static const BenchXmppCallbacks in_callbacks = { stream_ready, stream_stanza, in_closed, identity };

/* --- the SIP user ------------------------------------------------------------------------------ */

static void
sip_ready (BenchSip *user, gpointer data)
{
  n_ready++;
}

static void
sip_answer (BenchSip *user, guint status, gpointer data)
{
  g_autofree char *why = NULL;

  if (status >= 300)
    {
      why = g_strdup_printf ("MESSAGE answered %u", status);
      message_refused (why);
      return;
    }
  load.answered++;
  if (load.way == TO_XMPP)
    send_more ();
}

static void
sip_message (BenchSip *user, OreeSpan body, gpointer data)
{
  message_arrived (body);
}

static void
sip_closed (BenchSip *user, const char *why, gpointer data)
{
  g_error ("SIP connection lost: %s", why);
}

static const BenchSipCallbacks sip_callbacks = { sip_ready, sip_answer, sip_message, sip_closed };

/* --- connections ------------------------------------------------------------------------------- */

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
  g_ptr_array_add (streams, bench_xmpp_new (conn, NULL, NULL, &in_callbacks, NULL));
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

static BenchXmpp *
open_stream (Partner *partner, const BenchXmppCallbacks *callbacks)
{
  BenchXmpp *stream = bench_xmpp_new (dial ("xmpp", opt_xmpp), partner->domain, opt_domain, callbacks, NULL);

  g_ptr_array_add (streams, stream);
  return stream;
}

static void
wait_ready (guint n, const char *what)
{
  gint64 end = g_get_monotonic_time () + STALLED;

  while (n_ready < n)
    {
      if (g_get_monotonic_time () > end)
        g_error ("%s: not ready", what);
      oree_worker_iterate (worker, TRUE);
    }
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

/* --- measuring messages ------------------------------------------------------------------------ */

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

/* Writes what is due, at `rate` a second, without waiting for what came of the others. */
static void
keep_pace (gint64 began, double rate)
{
  double due = (double) (g_get_monotonic_time () - began) * rate / G_USEC_PER_SEC;

  while (load.sent < load.messages && load.sent <= due)
    send_one ();
}

/* Messages a second. `window` 0: at `rate`. */
static double
measure (Way way, const char *mode, guint messages, guint window, guint burst, double rate)
{
  static const char *const names[] = { [TO_XMPP] = "sip-to-xmpp", [TO_SIP] = "xmpp-to-sip" };
  gboolean timed = burst == 1 && (window <= 1), warming = g_str_equal (mode, "warm-up");
  gint64 cpu, began, progress;
  double seconds;
  GSource *pace = NULL;
  guint last = 0;

  load.way = way;
  load.messages = messages;
  load.window = window;
  load.burst = burst;
  load.pairs = MAX ((guint) opt_pairs, 1);
  load.sent = load.arrived = load.answered = load.refused = 0;
  load.sent_at = g_new (gint64, messages);
  load.took = timed ? g_array_sized_new (FALSE, FALSE, sizeof (guint32), messages) : NULL;
  cpu = bench_process_cpu (opt_pid);
  began = progress = g_get_monotonic_time ();
  if (window == 0)
    {
      /* Asleep in between: who spins takes a core away from who is measured. */
      pace = g_timeout_source_new (1);
      g_source_set_callback (pace, tick_cb, NULL, NULL);
      g_source_attach (pace, oree_worker_context (worker));
    }
  send_more ();
  while (done () < messages)
    {
      if (window == 0)
        keep_pace (began, rate);
      oree_worker_iterate (worker, TRUE);
      if (done () != last)
        {
          last = done ();
          progress = g_get_monotonic_time ();
        }
      if (g_get_monotonic_time () - progress > STALLED)
        g_error ("%s: stalled at %u of %u (sent %u, arrived %u, answered %u, refused %u)", mode, last, messages,
                 load.sent, load.arrived, load.answered, load.refused);
    }
  seconds = (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  cpu = bench_process_cpu (opt_pid) - cpu;
  if (pace != NULL)
    g_source_destroy (pace);
  g_clear_pointer (&pace, g_source_unref);
  load.way = NOTHING;
  load.window = 0;
  g_free (load.sent_at);
  if (!warming && timed)
    {
      g_array_sort (load.took, compare_times);
      print_finding (opt_relay ? "xmpp-to-xmpp" : names[way], mode,
                     "\"messages\": %u, \"refused\": %u, \"per_second\": %.0f, \"p50_us\": %u, \"p99_us\": %u, "
                     "\"max_us\": %u",
                     messages, load.refused, messages / seconds, quantile (0.5), quantile (0.99), quantile (1));
    }
  else if (!warming)
    {
      print_finding (opt_relay ? "xmpp-to-xmpp" : names[way], mode,
                     "\"messages\": %u, \"refused\": %u, \"window\": %u, \"seconds\": %.3f, \"per_second\": %.0f, "
                     "\"cpu_us\": %.2f",
                     messages, load.refused, window, seconds, messages / seconds, (double) cpu / 1000 / messages);
    }
  g_clear_pointer (&load.took, g_array_unref);
  return messages / seconds;
}

static void
measure_messages (const char *const *wanted)
{
  guint messages = (guint) opt_messages, window = (guint) opt_window, burst = (guint) CLAMP (opt_burst, 1, opt_window);
  guint warm = MIN (MAX (WARM_UP, 10 * (guint) opt_partners), MAX (messages, (guint) opt_partners));

  for (Way way = TO_XMPP; way <= TO_SIP; way++)
    {
      double speed;

      if (opt_relay ? way == TO_XMPP : strstr (opt_ways, way == TO_XMPP ? "to-xmpp" : "to-sip") == NULL)
        continue;

      /* First some that do not count: the server dials back, warms up, allocates. */
      measure (way, "warm-up", warm, window, 1, 0);
      if (g_strv_contains (wanted, "burst"))
        measure (way, "burst", messages, window, burst, 0);
      if (g_strv_contains (wanted, "each") || g_strv_contains (wanted, "half"))
        {
          speed = measure (way, "each", messages, window, 1, 0);
          if (g_strv_contains (wanted, "half"))
            measure (way, "half", messages, 0, 1, speed / 2);
        }
      if (g_strv_contains (wanted, "single"))
        measure (way, "single", MAX (messages / 5, 1), 1, 1, 0);
    }
}

/* --- measuring streams ------------------------------------------------------------------------- */

static void
setup_ready (BenchXmpp *end, gpointer data)
{
  bench_xmpp_end (end);
}

static void
setup_closed (BenchXmpp *end, const char *why, gpointer data)
{
  if (!g_str_equal (why, "ended"))
    g_error ("stream refused: %s", why);
  setups.done++;
  stream_gone (end);
}

static const BenchXmppCallbacks setup_callbacks = { setup_ready, stream_stanza, setup_closed, identity };

static void
setup_dialled_cb (OreeConn *conn, guint index, const char *reason, gpointer data)
{
  Partner *partner = data;

  if (conn == NULL)
    g_error ("cannot connect: %s", reason);
  g_ptr_array_add (streams, bench_xmpp_new (conn, partner->domain, opt_domain, &setup_callbacks, NULL));
}

static Partner *
next_partner (void)
{
  for (guint i = 0; i < (guint) opt_partners; i++)
    {
      Partner *partner = &partners[(setups.begun + i) % (guint) opt_partners];

      if (!partner->busy)
        return partner;
    }
  return NULL;
}

static void
begin_setup (const OreeEndpoint *to)
{
  Partner *partner = setups.outbound ? next_partner () : &partners[setups.begun % (guint) opt_partners];

  if (partner == NULL)
    return;
  setups.begun++;
  if (!setups.outbound)
    {
      oree_dial_start (worker, to, 1, OREE_TIME_NEVER, setup_dialled_cb, partner);
      return;
    }
  partner->busy = TRUE;
  partner->in = NULL;
  partner->arrived = 0;
  if (opt_relay)
    send_to_sip (partner, 0, setups.begun);
  else
    send_to_xmpp (partner, 0, setups.begun);
}

/* A stream whose message is here and acknowledged ends; not every server asks for acknowledgement at once. */
static void
end_served (void)
{
  for (guint i = 0; i < (guint) opt_partners; i++)
    {
      Partner *partner = &partners[i];

      if (partner->busy && partner->arrived != 0
          && (bench_xmpp_asked (partner->in) != partner->asked
              || g_get_monotonic_time () - partner->arrived > G_USEC_PER_SEC / 10))
        {
          partner->arrived = 0;
          bench_xmpp_end (partner->in);
        }
    }
}

static void
run_setups (gboolean outbound, guint wanted, const char *mode)
{
  OreeEndpoint to = endpoint ("xmpp", opt_xmpp);
  guint at_once = outbound ? MIN (SETUPS_AT_ONCE, (guint) opt_partners) : SETUPS_AT_ONCE;
  gint64 cpu, began = g_get_monotonic_time ();

  load.way = SETTING_UP;
  load.refused = 0;
  memset (&setups, 0, sizeof setups);
  setups.outbound = outbound;
  setups.wanted = wanted;
  cpu = bench_process_cpu (opt_pid);
  while (setups.done < wanted)
    {
      while (setups.begun < wanted && setups.begun - setups.done < at_once)
        begin_setup (&to);
      oree_worker_iterate (worker, TRUE);
      if (outbound)
        end_served ();
      forget_dead ();
      if (load.refused > 0 || g_get_monotonic_time () - began > STALLED)
        g_error ("%s: %u of %u streams in a minute, %u messages refused", mode, setups.done, wanted, load.refused);
    }
  cpu = bench_process_cpu (opt_pid) - cpu;
  load.way = NOTHING;
  if (!g_str_equal (mode, "warm-up"))
    print_finding (outbound ? "out" : "in", mode, "\"streams\": %u, \"per_second\": %.0f, \"cpu_us\": %.1f", wanted,
                   wanted / ((double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC),
                   (double) cpu / 1000 / wanted);
}

static void
measure_setups (gboolean outbound)
{
  if (outbound)
    {
      /* Those it has would be used. */
      for (guint i = 0; i < streams->len; i++)
        if (bench_xmpp_is_called (g_ptr_array_index (streams, i)))
          bench_xmpp_end (g_ptr_array_index (streams, i));
      settle (500);
      forget_dead ();
    }
  run_setups (outbound, MIN (20, (guint) opt_setups), "warm-up");
  run_setups (outbound, (guint) opt_setups, "setup");
}

static void
measure_idle (void)
{
  guint64 before;
  guint wanted = (guint) opt_idle;
  g_autofree BenchXmpp **idle = g_new (BenchXmpp *, wanted);

  settle (500);
  before = bench_process_memory (opt_pid);
  n_ready = 0;
  for (guint i = 0; i < wanted; i++)
    {
      idle[i] = open_stream (&partners[i % (guint) opt_partners], &in_callbacks);
      wait_ready (i + 1, "idle stream");
    }
  settle ((guint) opt_rest * 1000);
  print_finding ("in", "idle", "\"streams\": %u, \"kib_before\": %" G_GUINT64_FORMAT ", \"kib_per_stream\": %.1f",
                 wanted, before, ((double) bench_process_memory (opt_pid) - (double) before) / wanted);
  for (guint i = 0; i < wanted; i++)
    bench_xmpp_end (idle[i]);
  settle (500);
  forget_dead ();
}

/* --- the program ------------------------------------------------------------------------------- */

static void
load_partners (void)
{
  g_autoptr (GError) error = NULL;

  partners = g_new0 (Partner, opt_partners);
  for (int i = 0; i < opt_partners; i++)
    {
      g_autofree char *domain = g_strdup_printf ("p%d.test", i);
      g_autofree char *certificate = g_strdup_printf ("%s/%s.pem", opt_credentials, domain);
      g_autofree char *key = g_strdup_printf ("%s/%s.key", opt_credentials, domain);
      OreeTlsCtxOptions tls = { .certificate = certificate, .key = key };

      partners[i].ctx = oree_tls_ctx_new (&tls, &error);
      if (partners[i].ctx == NULL)
        g_error ("%s", error->message);
      partners[i].domain = g_steal_pointer (&domain);
    }
}

static void
close_all (void)
{
  for (guint i = 0; i < streams->len; i++)
    bench_xmpp_free (g_ptr_array_index (streams, i));
  forget_dead ();
  g_ptr_array_unref (streams);
  g_ptr_array_unref (dead);
  bench_sip_free (sip);
  for (int i = 0; i < opt_partners; i++)
    {
      oree_tls_ctx_unref (partners[i].ctx);
      g_free (partners[i].domain);
    }
  g_free (partners);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) options = g_option_context_new ("- load for a gateway or an XMPP server");
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
  if (opt_credentials == NULL || opt_partners < 1 || opt_messages < 1 || opt_window < 1 || opt_pid < 1)
    g_error ("--credentials, and --partners, --messages, --window and --pid above zero");

  wanted = g_strsplit (opt_measure, ",", -1);
  names = (const char *const *) wanted;
  filling = g_strnfill ((gsize) MAX (opt_body - SEQUENCE_DIGITS, 0), 'a');
  load_partners ();
  worker = oree_worker_new (0);
  oree_worker_adopt (worker);
  streams = g_ptr_array_new ();
  dead = g_ptr_array_new ();
  tick = g_timeout_source_new (20);
  g_source_set_callback (tick, tick_cb, NULL, NULL);
  g_source_attach (tick, oree_worker_context (worker));

  at = endpoint ("listen", opt_listen);
  if (!oree_listen_bind (&at, &fd, 1, NULL, &error))
    g_error ("%s", error->message);
  listener = oree_listen_new (worker, fd, accept_cb, NULL);
  if (!opt_relay)
    {
      sip = bench_sip_new (dial ("sip", opt_sip), partners[0].ctx, opt_user, opt_domain, opt_password, &sip_callbacks,
                           NULL);
      wait_ready (1, "SIP user");
    }
  n_ready = 0;
  for (int i = 0; i < opt_partners; i++)
    {
      partners[i].out = open_stream (&partners[i], &own_callbacks);
      wait_ready ((guint) i + 1, "XMPP stream");
    }

  /* Memory while none was freed that streams could take. */
  if (g_strv_contains (names, "idle"))
    measure_idle ();
  if (g_strv_contains (names, "each") || g_strv_contains (names, "burst") || g_strv_contains (names, "half")
      || g_strv_contains (names, "single"))
    measure_messages (names);
  if (g_strv_contains (names, "setup-in"))
    measure_setups (FALSE);
  if (g_strv_contains (names, "setup-out"))
    measure_setups (TRUE);
  /* The answers to what arrived last: else the server would tell the next round that they were lost. */
  settle (500);
  close_all ();
  oree_listen_free (listener);
  g_source_destroy (tick);
  g_source_unref (tick);
  oree_worker_free (worker);
  g_free (filling);
  return 0;
}
