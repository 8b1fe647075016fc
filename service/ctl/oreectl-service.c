/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreectl service …, oreectl status [--watch]. */
#include "client/oree-sentences.h"
#include "ctl/oreectl-json.h"
#include "ctl/oreectl-table.h"
#include "ctl/oreectl-verb.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define WATCH_SECONDS 5 /* counters change without a signal */

static const struct
{
  const char *verb;
  OreeCall call;
} verbs[] = {
  { "start", OREE_CALL_SERVICES_START },   { "stop", OREE_CALL_SERVICES_STOP },   { "pause", OREE_CALL_SERVICES_PAUSE },
  { "resume", OREE_CALL_SERVICES_RESUME }, { "drain", OREE_CALL_SERVICES_DRAIN },
};

/* ---- Rows ---- */

static const char *
lookup (GVariant *row, const char *name)
{
  const char *text = "";

  g_variant_lookup (row, name, "&s", &text);
  return text;
}

static gboolean
is_set (GVariant *row, const char *name)
{
  gboolean value = FALSE;

  g_variant_lookup (row, name, "b", &value);
  return value;
}

static char *
why_degraded (GVariant *row)
{
  g_autofree char *reason = NULL;
  const char *detail = lookup (row, "detail");

  if (!is_set (row, "degraded"))
    return g_strdup ("");
  reason = oree_sentence_reason (lookup (row, "reason"));
  return *detail != '\0' ? g_strdup_printf ("%s (%s)", reason, detail) : g_steal_pointer (&reason);
}

static void
print_roles (GVariant *rows)
{
  const char *const headings[] = { _ ("SERVICE"), _ ("NAME"), _ ("STATE"), _ ("START TYPE"), _ ("REMARKS"), NULL };
  g_autoptr (OreectlTable) table = oreectl_table_new (G_N_ELEMENTS (headings) - 1, headings);

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      const char *role = lookup (row, "role");
      g_autofree char *why = why_degraded (row);

      oreectl_table_add (table, oree_sentence_role (role));
      oreectl_table_add (table, role);
      oreectl_table_add (table,
                         oree_sentence_role_state (is_set (row, "draining") ? "draining" : lookup (row, "state")));
      oreectl_table_add (table, oree_sentence_start_type (lookup (row, "start-type")));
      oreectl_table_add (table, why);
    }
  oreectl_table_print (table);
}

/* ---- service ---- */

static OreectlStatus
list_roles (Oreectl *ctl)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = oreectl_call (ctl, OREE_CALL_SERVICES_LIST, NULL, &status);
  g_autoptr (GVariant) rows = NULL;

  if (reply == NULL)
    return status;
  rows = g_variant_get_child_value (reply, 0);
  if (ctl->json)
    oreectl_json_print (rows);
  else
    print_roles (rows);
  return OREECTL_OK;
}

/* The row a call ended in: a role that could not says why in it. */
static OreectlStatus
say_row (Oreectl *ctl, GVariant *reply, gboolean wanted_running)
{
  g_autoptr (GVariant) row = g_variant_get_child_value (reply, 0);
  const char *state = lookup (row, "state");
  gboolean failed = wanted_running && !g_str_equal (state, "running");
  g_autofree char *why = why_degraded (row);

  if (ctl->json)
    oreectl_json_print (row);
  else
    /* TRANSLATORS: a service and its state: “XMPP proxy: Running”. */
    printf (_ ("%s: %s\n"), oree_sentence_role (lookup (row, "role")), oree_sentence_role_state (state));
  if (*why != '\0')
    fprintf (stderr, failed ? _ ("Error: %s\n") : _ ("Warning: %s\n"), why);
  return failed ? OREECTL_REFUSED : OREECTL_OK;
}

static OreectlStatus
control (Oreectl *ctl, OreeCall call, const char *role)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL;
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (ctl->deadline >= 0)
    g_variant_dict_insert (&options, "deadline", "u", (guint32) ctl->deadline);
  reply = oreectl_call (ctl, call, g_variant_new ("(s@a{sv})", role, g_variant_dict_end (&options)), &status);
  return reply != NULL ? say_row (ctl, reply, call == OREE_CALL_SERVICES_START || call == OREE_CALL_SERVICES_RESUME)
                       : status;
}

static OreectlStatus
set_start_type (Oreectl *ctl, const char *role, const char *type)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL;

  if (!g_str_equal (type, "automatic") && !g_str_equal (type, "manual") && !g_str_equal (type, "disabled"))
    return oreectl_usage (_ ("The start type is one of: automatic, manual, disabled."));
  reply = oreectl_call (ctl, OREE_CALL_SERVICES_SET_START_TYPE,
                        g_variant_new ("(ss@a{sv})", role, type, oreectl_no_options ()), &status);
  return reply != NULL ? say_row (ctl, reply, FALSE) : status;
}

static OreectlStatus
service (Oreectl *ctl, int argc, char **argv)
{
  const char *verb = argc > 0 ? argv[0] : "list";

  if (g_str_equal (verb, "list") && argc <= 1)
    return list_roles (ctl);
  if (g_str_equal (verb, "start-type") && argc == 3)
    return set_start_type (ctl, argv[1], argv[2]);
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].verb, verb) && argc == 2)
      return control (ctl, verbs[i].call, argv[1]);
  return oreectl_usage (
      _ ("Usage: oreectl service list, service start|stop|pause|resume|drain ROLE, service start-type ROLE TYPE."));
}

/* ---- status ---- */

static char *
first_line (GVariant *status)
{
  g_autofree char *number = NULL;
  g_autofree char *since = NULL;
  guint64 revision = 0;
  gint64 started = 0;

  g_variant_lookup (status, "revision", "t", &revision);
  g_variant_lookup (status, "started", "x", &started);
  number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision);
  since = oreectl_time (started);
  /* TRANSLATORS: version, number of the configuration's revision, date and time. */
  return g_strdup_printf (_ ("Orée %s, revision %s, running since %s."), lookup (status, "version"), number, since);
}

static void
print_bad_records (GVariant *status)
{
  g_autoptr (GVariant) bad = g_variant_lookup_value (status, "bad-records", G_VARIANT_TYPE_STRING_ARRAY);
  GVariantIter iter;
  const char *key;

  if (bad == NULL)
    return;
  g_variant_iter_init (&iter, bad);
  while (g_variant_iter_next (&iter, "&s", &key))
    printf (_ ("This record cannot be used and was left out: %s\n"), key);
}

static void
print_partners (GVariant *partners)
{
  const char *const headings[]
      = { _ ("XMPP PARTNER"), _ ("STREAMS IN"), _ ("STREAMS OUT"), _ ("SUBSCRIPTIONS"), _ ("WAITING"), _ ("LAST REASON"), NULL };
  g_autoptr (OreectlTable) table = NULL;

  if (g_variant_n_children (partners) == 0)
    return;
  table = oreectl_table_new (G_N_ELEMENTS (headings) - 1, headings);
  for (gsize i = 0; i < g_variant_n_children (partners); i++)
    {
      /* What waits is told as one, for whoever looks at a glance; `partners` has it by direction. */
      static const char *const counts[][2] = {
        { "streams-in" }, { "streams-out" }, { "subscriptions" }, { "queued-to-xmpp", "queued-to-sip" },
      };
      g_autoptr (GVariant) row = g_variant_get_child_value (partners, i);
      const char *reason = lookup (row, "last-reason");
      g_autofree char *words = *reason != '\0' ? oree_sentence_reason (reason) : NULL;

      oreectl_table_add (table, lookup (row, "partner"));
      for (gsize c = 0; c < G_N_ELEMENTS (counts); c++)
        {
          g_autofree char *text = NULL;
          guint32 n = 0, more = 0;

          g_variant_lookup (row, counts[c][0], "u", &n);
          if (counts[c][1] != NULL)
            g_variant_lookup (row, counts[c][1], "u", &more);
          text = g_strdup_printf ("%u", n + more);
          oreectl_table_add (table, text);
        }
      oreectl_table_add (table, words);
    }
  putchar ('\n');
  oreectl_table_print (table);
}

static OreectlStatus
show_status (Oreectl *ctl)
{
  OreectlStatus result;
  g_autoptr (GVariant) reply
      = oreectl_call (ctl, OREE_CALL_GET_STATUS, g_variant_new ("(@a{sv})", oreectl_no_options ()), &result);
  g_autoptr (GVariant) status = NULL;
  g_autoptr (GVariant) roles = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) partners = NULL;
  g_autofree char *line = NULL;

  if (reply == NULL)
    return result;
  status = g_variant_get_child_value (reply, 0);
  if (ctl->json)
    {
      oreectl_json_print (status);
      return OREECTL_OK;
    }
  answer = oreectl_call (ctl, OREE_CALL_PARTNERS, g_variant_new ("(@a{sv})", oreectl_no_options ()), &result);
  if (answer == NULL)
    return result;
  partners = g_variant_get_child_value (answer, 0);
  roles = g_variant_lookup_value (status, "roles", G_VARIANT_TYPE ("aa{sv}"));
  line = first_line (status);
  printf ("%s\n\n", line);
  print_roles (roles);
  print_partners (partners);
  print_bad_records (status);
  return OREECTL_OK;
}

/* ---- status --watch ---- */

typedef struct
{
  Oreectl *ctl;
  GMainLoop *loop;
  gboolean terminal;
  GSource *soon;
} Watch;

static void
redraw (Watch *watch)
{
  if (watch->terminal)
    fputs ("\033[H\033[2J", stdout);
  if (!oree_client_is_present (watch->ctl->client))
    puts (oree_sentence_error (OREE_ERROR_UNAVAILABLE));
  else
    show_status (watch->ctl);
  if (!watch->terminal)
    putchar ('\n');
  fflush (stdout);
}

static gboolean
on_soon (gpointer data)
{
  Watch *watch = data;

  g_clear_pointer (&watch->soon, g_source_unref);
  redraw (watch);
  return G_SOURCE_REMOVE;
}

/* Several signals of one moment are one redrawing. */
static void
redraw_soon (Watch *watch)
{
  if (watch->soon != NULL)
    return;
  watch->soon = g_timeout_source_new (100);
  g_source_set_callback (watch->soon, on_soon, watch, NULL);
  g_source_attach (watch->soon, NULL);
}

static gboolean
on_tick (gpointer data)
{
  Watch *watch = data;

  /* Into a file, only changes are worth a line. */
  if (watch->terminal)
    redraw (watch);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer data)
{
  g_main_loop_quit (((Watch *) data)->loop);
  return G_SOURCE_CONTINUE;
}

static OreectlStatus
watch_status (Oreectl *ctl)
{
  Watch watch = { .ctl = ctl, .terminal = isatty (STDOUT_FILENO) };
  OreectlStatus status = show_status (ctl);
  guint tick, interrupt, terminate;

  if (status != OREECTL_OK)
    return status;
  if (!watch.terminal)
    putchar ('\n');
  fflush (stdout);
  /* It answered, so it is there: hear that before listening for changes. */
  while (!oree_client_is_present (ctl->client))
    g_main_context_iteration (NULL, TRUE);
  watch.loop = g_main_loop_new (NULL, FALSE);
  g_signal_connect_swapped (ctl->client, "state-changed", G_CALLBACK (redraw_soon), &watch);
  g_signal_connect_swapped (ctl->client, "changed", G_CALLBACK (redraw_soon), &watch);
  g_signal_connect_swapped (ctl->client, "event", G_CALLBACK (redraw_soon), &watch);
  g_signal_connect_swapped (ctl->client, "notify::present", G_CALLBACK (redraw_soon), &watch);
  tick = g_timeout_add_seconds (WATCH_SECONDS, on_tick, &watch);
  interrupt = g_unix_signal_add (SIGINT, on_interrupt, &watch);
  terminate = g_unix_signal_add (SIGTERM, on_interrupt, &watch);
  g_main_loop_run (watch.loop);
  g_source_remove (tick);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  g_signal_handlers_disconnect_by_data (ctl->client, &watch);
  if (watch.soon != NULL)
    g_source_destroy (watch.soon);
  g_clear_pointer (&watch.soon, g_source_unref);
  g_main_loop_unref (watch.loop);
  return OREECTL_OK;
}

static OreectlStatus
status (Oreectl *ctl, int argc, char **argv)
{
  if (argc > 0)
    return oreectl_usage (_ ("“status” takes no more words."));
  return ctl->watch ? watch_status (ctl) : show_status (ctl);
}

/* ---- reload ---- */

static void
say_reloaded (GVariant *result)
{
  g_autofree const char **changed = NULL;
  g_autofree char *names = NULL, *number = NULL;
  guint64 generation = 0;
  g_autofree char *effects = oree_sentence_effects (result);

  g_variant_lookup (result, "generation", "t", &generation);
  g_variant_lookup (result, "changed", "^a&s", &changed);
  names = changed != NULL ? g_strjoinv (", ", (char **) changed) : g_strdup ("");
  number = g_strdup_printf ("%" G_GUINT64_FORMAT, generation);
  /* TRANSLATORS: %s is a number. */
  printf (_ ("Certificates, keys and trust anchors were read again: generation %s is in force.\n"), number);
  if (*names != '\0')
    /* TRANSLATORS: %s is a list of names such as "external, trust-anchors". */
    printf (_ ("Changed: %s.\n"), names);
  else
    puts (_ ("Nothing differs."));
  if (effects != NULL)
    puts (effects);
}

static OreectlStatus
reload (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) result = NULL;
  g_autofree char *why = NULL;

  if (argc > 0)
    return oreectl_usage (_ ("This command takes no more words."));
  reply = oreectl_call (ctl, OREE_CALL_RELOAD, g_variant_new ("(@a{sv})", oreectl_no_options ()), &status);
  if (reply == NULL)
    return status;
  result = g_variant_get_child_value (reply, 0);
  if (ctl->json)
    oreectl_json_print (result);
  if (*lookup (result, "reason") == '\0')
    {
      if (!ctl->json)
        say_reloaded (result);
      return OREECTL_OK;
    }
  why = oree_sentence_reason (lookup (result, "reason"));
  /* TRANSLATORS: the first %s is a sentence, the second a file or a line. */
  fprintf (stderr, _ ("The certificates could not be read again, and those before remain in force. %s (%s)\n"), why,
           lookup (result, "detail"));
  return OREECTL_REFUSED;
}

const OreectlCommand oreectl_service_commands[] = {
  { "status", N_ ("[--watch]"), N_ ("show the services and partners; --watch: as they change"), status },
  { "service", N_ ("list|start|stop|pause|resume|drain|start-type [ROLE]"),
    N_ ("control one service (role) of the edge"), service },
  { "reload", "", N_ ("read certificates, keys and trust anchors again"), reload },
  { NULL, NULL, NULL, NULL },
};
