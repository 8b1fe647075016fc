/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreectl history|undo|restore. */
#include "base/oree-span.h"
#include "ctl/oreectl-change.h"
#include "ctl/oreectl-json.h"
#include "ctl/oreectl-table.h"

#include <glib/gi18n.h>
#include <stdio.h>

static GVariant *
read_history (Oreectl *ctl, guint32 limit, OreectlStatus *status)
{
  g_autoptr (GVariant) reply = NULL;
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (limit > 0)
    g_variant_dict_insert (&options, "limit", "u", limit);
  reply = oreectl_call (ctl, OREE_CALL_HISTORY, g_variant_new ("(@a{sv})", g_variant_dict_end (&options)), status);
  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

/* "set xmpp-partner fabrikam.test", one per line of the revision. */
static void
add_changes (OreectlTable *table, GVariant *changes)
{
  for (gsize i = 0; i < g_variant_n_children (changes); i++)
    {
      g_autoptr (GVariant) change = g_variant_get_child_value (changes, i);
      const char *operation = "", *kind = "", *id = "";
      g_autofree char *text = NULL;

      g_variant_lookup (change, "operation", "&s", &operation);
      g_variant_lookup (change, "kind", "&s", &kind);
      g_variant_lookup (change, "id", "&s", &id);
      text = g_strdup_printf ("%s %s %s", operation, kind, id);
      for (guint c = 0; i > 0 && c < 4; c++)
        oreectl_table_add (table, "");
      oreectl_table_add (table, text);
    }
  if (g_variant_n_children (changes) == 0)
    oreectl_table_add (table, "");
}

static void
print_history (GVariant *revisions)
{
  const char *const headings[] = { _ ("REVISION"), _ ("TIME"), _ ("WHO"), _ ("HOW"), _ ("CHANGES"), NULL };
  g_autoptr (OreectlTable) table = oreectl_table_new (G_N_ELEMENTS (headings) - 1, headings);

  for (gsize i = 0; i < g_variant_n_children (revisions); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (revisions, i);
      g_autoptr (GVariant) changes = g_variant_lookup_value (row, "changes", G_VARIANT_TYPE ("aa{sv}"));
      g_autofree char *number = NULL;
      g_autofree char *time = NULL;
      const char *who = "", *operation = "";
      guint64 revision = 0;
      gint64 wall = 0;

      g_variant_lookup (row, "revision", "t", &revision);
      g_variant_lookup (row, "time", "x", &wall);
      g_variant_lookup (row, "who", "&s", &who);
      g_variant_lookup (row, "operation", "&s", &operation);
      number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision);
      time = oreectl_time (wall);
      oreectl_table_add (table, number);
      oreectl_table_add (table, time);
      oreectl_table_add (table, who);
      oreectl_table_add (table, operation);
      add_changes (table, changes);
    }
  oreectl_table_print (table);
}

static OreectlStatus
history (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autoptr (GVariant) revisions = NULL;

  if (argc > 0)
    return oreectl_usage (_ ("“history” takes no more words."));
  revisions = read_history (ctl, (guint32) CLAMP (ctl->limit, 0, G_MAXUINT32), &status);
  if (revisions == NULL)
    return status;
  if (ctl->json)
    oreectl_json_print (revisions);
  else
    print_history (revisions);
  return OREECTL_OK;
}

static OreectlStatus
go_back (Oreectl *ctl, guint64 revision, gboolean only_last)
{
  OreectlStatus status = oreectl_change_send (
      ctl, OREE_CALL_RESTORE,
      g_variant_new ("(tt@a{sv})", revision, (guint64) 0, oreectl_change_options (ctl, only_last ? "only-last" : NULL)));

  if (status == OREECTL_NOT_FOUND)
    {
      g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision);

      /* TRANSLATORS: %s is a number. */
      fprintf (stderr, _ ("There is no revision %s, or nothing before it; “oreectl history” lists them.\n"), number);
    }
  return status;
}

static gboolean
parse_revision (const char *text, guint64 *revision)
{
  return oree_span_to_uint (oree_span_str (text), G_MAXINT64, revision);
}

static OreectlStatus
undo (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autoptr (GVariant) revisions = NULL;
  g_autoptr (GVariant) newest = NULL;
  guint64 revision = 0;

  if (argc > 1 || (argc == 1 && !parse_revision (argv[0], &revision)))
    return oreectl_usage (_ ("Give the number of one revision, or none for the newest."));
  if (argc == 0)
    {
      revisions = read_history (ctl, 1, &status);
      if (revisions == NULL)
        return status;
      if (g_variant_n_children (revisions) > 0)
        {
          newest = g_variant_get_child_value (revisions, 0);
          g_variant_lookup (newest, "revision", "t", &revision);
        }
    }
  return go_back (ctl, revision, TRUE);
}

static OreectlStatus
restore (Oreectl *ctl, int argc, char **argv)
{
  guint64 revision;

  if (argc != 1 || !parse_revision (argv[0], &revision))
    return oreectl_usage (_ ("Give the number of one revision; “oreectl history” lists them."));
  return go_back (ctl, revision, FALSE);
}

const OreectlCommand oreectl_history_commands[] = {
  { "history", "", N_ ("list the revisions: who changed what, newest first"), history },
  { "undo", N_ ("[REVISION]"), N_ ("take back what the newest (or that) revision changed"), undo },
  { "restore", N_ ("REVISION"), N_ ("go back to how everything was at a revision"), restore },
  { NULL, NULL, NULL, NULL },
};
