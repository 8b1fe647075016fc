/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreectl apply|check|export|import FILE; "-" is the standard input or output. */
#include "ctl/oreectl-file.h"
#include "ctl/oreectl-json.h"

#include <glib/gi18n.h>
#include <stdio.h>

static GPtrArray *
read_file (const char *path, OreectlStatus *status)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  gsize length = 0;

  /* /dev/stdin is a file like others. */
  if (g_file_get_contents (g_str_equal (path, "-") ? "/dev/stdin" : path, &text, &length, &error))
    entries = oreectl_file_parse (text, length, &error);
  if (entries == NULL)
    {
      fprintf (stderr, "oreectl: %s: %s\n", path, error->message);
      *status = OREECTL_USAGE;
    }
  return g_steal_pointer (&entries);
}

/* Names of everything there is now ("kind id"), and the revision it was read at. */
static GHashTable *
read_names (Oreectl *ctl, guint64 *revision, OreectlStatus *status)
{
  g_autoptr (GVariant) reply
      = oreectl_call (ctl, OREE_CALL_EXPORT, g_variant_new ("(@a{sv})", oreectl_no_options ()), status);
  g_autoptr (GVariant) records = NULL;
  GHashTable *names;
  GVariantIter iter;
  const char *kind, *id;

  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(@a(ssa{sv})t)", &records, revision);
  names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_variant_iter_init (&iter, records);
  while (g_variant_iter_loop (&iter, "(&s&s@a{sv})", &kind, &id, NULL))
    g_hash_table_add (names, g_strconcat (kind, " ", id, NULL));
  return names;
}

static const char *
operation_of (const OreectlEntry *entry, GHashTable *names)
{
  OreeProblemCode code;
  g_autofree char *id = NULL;
  g_autofree char *key = NULL;

  if (!g_str_equal (entry->operation, "put"))
    return entry->operation;
  if (entry->kind->singleton)
    return "set";
  id = oree_kind_normalise_id (entry->kind, entry->id, &code);
  key = g_strconcat (entry->kind->name, " ", id != NULL ? id : entry->id, NULL);
  /* The second group of a name in one file finds it added by the first. */
  return g_hash_table_add (names, g_steal_pointer (&key)) ? "add" : "set";
}

static OreectlStatus
apply_or_check (Oreectl *ctl, int argc, char **argv, gboolean apply)
{
  OreectlStatus status = OREECTL_OK;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GHashTable) names = NULL;
  GVariantBuilder changes;
  guint64 revision = 0;

  if (argc != 1)
    return oreectl_usage (_ ("Give the name of one file, or “-” for the standard input."));
  entries = read_file (argv[0], &status);
  if (entries == NULL)
    return status;
  names = read_names (ctl, &revision, &status);
  if (names == NULL)
    return status;
  g_variant_builder_init (&changes, G_VARIANT_TYPE ("a(sssa{sv})"));
  for (guint i = 0; i < entries->len; i++)
    {
      const OreectlEntry *entry = g_ptr_array_index (entries, i);

      g_variant_builder_add (&changes, "(sss@a{sv})", operation_of (entry, names), entry->kind->name, entry->id,
                             entry->fields);
    }
  return apply ? oreectl_change_apply (ctl, g_variant_builder_end (&changes), revision)
               : oreectl_change_check (ctl, g_variant_builder_end (&changes));
}

static OreectlStatus
apply (Oreectl *ctl, int argc, char **argv)
{
  return apply_or_check (ctl, argc, argv, TRUE);
}

static OreectlStatus
check (Oreectl *ctl, int argc, char **argv)
{
  return apply_or_check (ctl, argc, argv, FALSE);
}

static OreectlStatus
export (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) records = NULL;
  g_autofree char *comment = NULL;
  g_autofree char *number = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  guint64 revision;

  if (argc > 1)
    return oreectl_usage (_ ("Give the name of one file, or none for the standard output."));
  reply = oreectl_call (ctl, OREE_CALL_EXPORT, g_variant_new ("(@a{sv})", oreectl_no_options ()), &status);
  if (reply == NULL)
    return status;
  g_variant_get (reply, "(@a(ssa{sv})t)", &records, &revision);
  if (ctl->json)
    {
      oreectl_json_print (reply);
      return OREECTL_OK;
    }
  number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision);
  /* TRANSLATORS: %s is a number. First line of a file of settings. */
  comment = g_strdup_printf (_ (" Orée configuration, revision %s; read it with “oreectl import” or “oreectl apply”"),
                             number);
  text = oreectl_file_write (records, comment);
  if (argc == 0 || g_str_equal (argv[0], "-"))
    fputs (text, stdout);
  else if (!g_file_set_contents (argv[0], text, -1, &error))
    return oreectl_fail (g_steal_pointer (&error));
  return OREECTL_OK;
}

static OreectlStatus
import (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status = OREECTL_OK;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GHashTable) names = NULL;
  GVariantBuilder records;
  guint64 revision = 0;

  if (argc != 1)
    return oreectl_usage (_ ("Give the name of one file, or “-” for the standard input."));
  entries = read_file (argv[0], &status);
  if (entries == NULL)
    return status;
  for (guint i = 0; i < entries->len; i++)
    if (!g_str_equal (((const OreectlEntry *) g_ptr_array_index (entries, i))->operation, "put"))
      return oreectl_usage (_ ("A file to import says what there shall be: it holds no operations. Use “apply”."));
  names = read_names (ctl, &revision, &status);
  if (names == NULL)
    return status;
  g_variant_builder_init (&records, G_VARIANT_TYPE ("a(ssa{sv})"));
  for (guint i = 0; i < entries->len; i++)
    {
      const OreectlEntry *entry = g_ptr_array_index (entries, i);

      g_variant_builder_add (&records, "(ss@a{sv})", entry->kind->name, entry->id, entry->fields);
    }
  return oreectl_change_send (ctl, OREE_CALL_IMPORT,
                              g_variant_new ("(a(ssa{sv})t@a{sv})", &records, revision, oreectl_change_options (ctl, NULL)));
}

const OreectlCommand oreectl_file_commands[] = {
  { "apply", N_ ("FILE"), N_ ("apply the changes of a file, all or none"), apply },
  { "check", N_ ("FILE"), N_ ("say what is wrong with the changes of a file, and what they would do"), check },
  { "export", N_ ("[FILE]"), N_ ("write the whole configuration, without secrets"), export },
  { "import", N_ ("FILE"), N_ ("make the configuration that of a file; what is not in it is removed"), import },
  { NULL, NULL, NULL, NULL },
};
