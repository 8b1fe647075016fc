/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreectl connections|partners|discovered-partners|subscriptions|sessions|allow-entry|counters|events: what is alive now. */
#include "client/oree-sentences.h"
#include "ctl/oreectl-json.h"
#include "ctl/oreectl-table.h"
#include "ctl/oreectl-verb.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>

/* ---- Rows whose columns the service chooses ---- */

static const char *const times[] = { "since", "until", "next", "last-time", "certificate-expires", "first-seen", "last-seen", NULL };
/* Too wide for a table: --json has them. */
static const char *const wide[] = { "certificate-fingerprint", "certificate-subject", "last-sip-time", "last-xmpp-time", NULL };

static char *
cell_text (const char *name, GVariant *value)
{
  if (value == NULL)
    return g_strdup ("");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) && g_strv_contains (times, name))
    return oreectl_time (g_variant_get_int64 (value));
  if (g_str_equal (name, "oldest-queued"))
    return g_strdup_printf ("%.1f s", (double) g_variant_get_uint64 (value) / 1000);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  return g_variant_print (value, FALSE);
}

/* The columns of every row, in the order of `first`, then as they come. */
static GPtrArray *
columns_of (GVariant *rows, const char *const *first)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) there = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      GVariantIter iter;
      const char *name;

      g_variant_iter_init (&iter, row);
      while (g_variant_iter_loop (&iter, "{&sv}", &name, NULL))
        if (!g_hash_table_contains (there, name))
          {
            char *copy = g_strdup (name);

            g_hash_table_add (there, copy);
            g_ptr_array_add (others, copy);
          }
    }
  for (; *first != NULL; first++)
    if (g_hash_table_contains (there, *first))
      g_ptr_array_add (names, g_strdup (*first));
  for (guint i = 0; i < others->len; i++)
    if (!g_ptr_array_find_with_equal_func (names, g_ptr_array_index (others, i), g_str_equal, NULL)
        && !g_strv_contains (wide, g_ptr_array_index (others, i)))
      g_ptr_array_add (names, g_strdup (g_ptr_array_index (others, i)));
  return names;
}

static void
print_rows (GVariant *rows, const char *const *first)
{
  g_autoptr (GPtrArray) names = columns_of (rows, first);
  g_autoptr (OreectlTable) table = NULL;

  if (names->len == 0)
    return;
  table = oreectl_table_new (names->len, (const char *const *) names->pdata);
  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      for (guint c = 0; c < names->len; c++)
        {
          const char *name = g_ptr_array_index (names, c);
          g_autoptr (GVariant) value = g_variant_lookup_value (row, name, NULL);
          g_autofree char *text = cell_text (name, value);

          oreectl_table_add (table, text);
        }
    }
  oreectl_table_print (table);
}

static OreectlStatus
list_rows (Oreectl *ctl, OreeCall call, int argc, const char *const *first, const char *none)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) rows = NULL;

  if (argc > 0)
    return oreectl_usage (_ ("This command takes no more words."));
  reply = oreectl_call (ctl, call, g_variant_new ("(@a{sv})", oreectl_no_options ()), &status);
  if (reply == NULL)
    return status;
  rows = g_variant_get_child_value (reply, 0);
  if (ctl->json)
    oreectl_json_print (rows);
  else if (g_variant_n_children (rows) == 0)
    puts (none);
  else
    print_rows (rows, first);
  return OREECTL_OK;
}

static OreectlStatus
connections (Oreectl *ctl, int argc, char **argv)
{
  static const char *const first[]
      = { "protocol", "direction", "leg", "partner", "local-domain", "peer", "state", "method", "tls", "direct-tls",
          "bidirectional", "since", "certificate-name", "certificate-by", "certificate-expires",
          "certificate-problem", NULL };

  return list_rows (ctl, OREE_CALL_CONNECTIONS, argc, first, _ ("There are no connections."));
}

static OreectlStatus
partners (Oreectl *ctl, int argc, char **argv)
{
  static const char *const first[]
      = { "partner", "partner-type", "streams-in", "streams-out", "subscriptions", "queued-to-xmpp", "queued-to-sip",
          "oldest-queued", "queue-limit", "queue-overflows", NULL };

  return list_rows (ctl, OREE_CALL_PARTNERS, argc, first, _ ("There are no XMPP partners."));
}

static OreectlStatus
discovered_partners (Oreectl *ctl, int argc, char **argv)
{
  static const char *const first[] = { "partner", "state", "first-seen", "last-seen", "requests", "rate", "refused-rate",
                                       "contacts", "refused-contacts", "successes", "failures", NULL };

  return list_rows (ctl, OREE_CALL_DISCOVERED_PARTNERS, argc, first, _ ("There are no discovered partners."));
}

static OreectlStatus
subscriptions (Oreectl *ctl, int argc, char **argv)
{
  static const char *const first[] = { "direction", "watcher", "presentity", "authorisation", "state", "known", "since", "next",
                                       "last-sip", "last-xmpp", NULL };

  return list_rows (ctl, OREE_CALL_SUBSCRIPTIONS, argc, first, _ ("There are no presence subscriptions."));
}

static OreectlStatus
sessions (Oreectl *ctl, int argc, char **argv)
{
  static const char *const first[] = { "direction", "user", "contact", "state", NULL };

  return list_rows (ctl, OREE_CALL_SESSIONS, argc, first, _ ("There are no message sessions."));
}

static OreectlStatus
allow_entry (Oreectl *ctl, int argc, char **argv)
{
  static const char *const first[] = { "user", "contact", NULL };
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL;

  if (argc == 0 || (argc == 1 && g_str_equal (argv[0], "list")))
    return list_rows (ctl, OREE_CALL_ALLOW_ENTRIES, 0, first, _ ("There are no allow entries."));
  if (argc != 3 || !g_str_equal (argv[0], "revoke"))
    return oreectl_usage (_ ("Usage: oreectl allow-entry list, allow-entry revoke USER CONTACT."));
  reply = oreectl_call (ctl, OREE_CALL_REVOKE_ALLOW_ENTRY,
                        g_variant_new ("(ss@a{sv})", argv[1], argv[2], oreectl_no_options ()), &status);
  if (reply == NULL)
    return status;
  if (!ctl->json)
    puts (_ ("The allow entry is revoked."));
  return OREECTL_OK;
}

/* ---- counters ---- */

static OreectlStatus
counters (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) values = NULL;
  g_autoptr (OreectlTable) table = NULL;
  GVariantIter iter;
  const char *name;
  guint64 value;

  if (argc > 0)
    return oreectl_usage (_ ("This command takes no more words."));
  reply = oreectl_call (ctl, OREE_CALL_COUNTERS, NULL, &status);
  if (reply == NULL)
    return status;
  values = g_variant_get_child_value (reply, 0);
  if (ctl->json)
    {
      oreectl_json_print (values);
      return OREECTL_OK;
    }
  table = oreectl_table_new (2, NULL);
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_next (&iter, "{&st}", &name, &value))
    {
      g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

      oreectl_table_add (table, name);
      oreectl_table_add (table, text);
    }
  oreectl_table_print (table);
  return OREECTL_OK;
}

/* ---- events ---- */

static void
print_event (GVariant *event)
{
  g_autofree char *sentence = oree_sentence_event (event);
  g_autofree char *time = NULL;
  const char *level = "";
  guint32 number = 0;
  gint64 wall = 0;

  g_variant_lookup (event, "time", "x", &wall);
  g_variant_lookup (event, "number", "u", &number);
  g_variant_lookup (event, "level", "&s", &level);
  time = oreectl_time (wall);
  printf ("%s  %u  %s  %s\n", time, number, oree_sentence_event_level (level), sentence);
}

static void
show_event (Oreectl *ctl, GVariant *event)
{
  if (ctl->json)
    oreectl_json_print (event);
  else
    print_event (event);
  fflush (stdout);
}

static void
on_event (OreeClient *client, GVariant *event, gpointer data)
{
  show_event (data, event);
}

static gboolean
on_interrupt (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

static void
follow_events (Oreectl *ctl)
{
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);
  gulong handler = g_signal_connect (ctl->client, "event", G_CALLBACK (on_event), ctl);
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupt, loop);
  guint terminate = g_unix_signal_add (SIGTERM, on_interrupt, loop);

  g_main_loop_run (loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  g_signal_handler_disconnect (ctl->client, handler);
  g_main_loop_unref (loop);
}

static OreectlStatus
events (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) rows = NULL;
  GVariantDict options;

  if (argc > 0)
    return oreectl_usage (_ ("This command takes no more words."));
  g_variant_dict_init (&options, NULL);
  if (ctl->limit > 0)
    g_variant_dict_insert (&options, "limit", "u", (guint32) CLAMP (ctl->limit, 0, G_MAXUINT32));
  if (ctl->after >= 0)
    g_variant_dict_insert (&options, "after", "t", (guint64) ctl->after);
  reply = oreectl_call (ctl, OREE_CALL_LIST_EVENTS, g_variant_new ("(@a{sv})", g_variant_dict_end (&options)), &status);
  if (reply == NULL)
    return status;
  rows = g_variant_get_child_value (reply, 0);
  if (ctl->json && !ctl->watch)
    oreectl_json_print (rows);
  else
    for (gsize i = 0; i < g_variant_n_children (rows); i++)
      {
        g_autoptr (GVariant) event = g_variant_get_child_value (rows, i);

        show_event (ctl, event);
      }
  if (ctl->watch)
    follow_events (ctl);
  return OREECTL_OK;
}

const OreectlCommand oreectl_monitor_commands[] = {
  { "connections", "", N_ ("list the connections that are open now"), connections },
  { "partners", "", N_ ("list the XMPP partners with what is alive at each"), partners },
  { "discovered-partners", "", N_ ("list the SIP partners that nobody listed, and how the safeguards treat them"),
    discovered_partners },
  { "subscriptions", "", N_ ("list the presence subscriptions"), subscriptions },
  { "sessions", "", N_ ("list the message sessions with clients behind the next hop"), sessions },
  { "allow-entry", N_ ("list | revoke USER CONTACT"), N_ ("contacts that our users know, of unverified partners"),
    allow_entry },
  { "counters", "", N_ ("show what was counted since the service started"), counters },
  { "events", N_ ("[--watch] [--limit N] [--after SERIAL]"), N_ ("list the newest events; --watch: and those to come"),
    events },
  { NULL, NULL, NULL, NULL },
};
