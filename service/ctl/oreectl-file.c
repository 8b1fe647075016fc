/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/oreectl-file.h"

#include <glib/gi18n.h>
#include <string.h>

static const char *const operations[] = { "add", "set", "remove", "reset", NULL };

void
oreectl_entry_free (OreectlEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->operation);
  g_free (entry->id);
  g_clear_pointer (&entry->fields, g_variant_unref);
  g_free (entry);
}

/* "xmpp-partner fabrikam.test", "remove user sip:bob@contoso.test", "topology". */
static OreectlEntry *
entry_of_group (const char *group, GError **error)
{
  g_auto (GStrv) words = g_strsplit (group, " ", 3);
  guint n = g_strv_length (words);
  guint first = n > 1 && g_strv_contains (operations, words[0]) ? 1 : 0;
  g_autofree char *rest = NULL;
  const OreeKind *kind = n > first ? oree_kind_by_name (words[first]) : NULL;
  OreectlEntry *entry;

  if (kind == NULL)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_BAD_RECORD, _ ("[%s]: there is no such kind of record."), group);
      return NULL;
    }
  /* What follows the kind is the name, with any spaces in it. */
  rest = g_strjoinv (" ", words + first + 1);
  entry = g_new0 (OreectlEntry, 1);
  entry->operation = g_strdup (first == 1 ? words[0] : "put");
  entry->kind = kind;
  entry->id = g_uri_unescape_string (rest, NULL);
  if (entry->id == NULL || !g_utf8_validate (entry->id, -1, NULL) || (*entry->id == '\0' && !kind->singleton))
    {
      oreectl_entry_free (entry);
      g_set_error (error, OREE_ERROR, OREE_ERROR_BAD_RECORD, _ ("[%s]: the name of the record is missing."), group);
      return NULL;
    }
  return entry;
}

static gboolean
read_fields (OreectlEntry *entry, GKeyFile *file, const char *group, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, error);
  GVariantDict fields;

  if (names == NULL)
    return FALSE;
  g_variant_dict_init (&fields, NULL);
  for (char **name = names; *name != NULL; name++)
    {
      g_autofree char *value = g_key_file_get_string (file, group, *name, error);

      if (value == NULL)
        {
          g_variant_dict_clear (&fields);
          return FALSE;
        }
      if (g_str_equal (entry->operation, "reset"))
        g_variant_dict_insert (&fields, *name, "b", TRUE);
      else
        oreectl_change_add_field (entry->kind, &fields, *name, value);
    }
  entry->fields = g_variant_ref_sink (g_variant_dict_end (&fields));
  return TRUE;
}

GPtrArray *
oreectl_file_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) oreectl_entry_free);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  if (length > 0 && !g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, error))
    return NULL;
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++)
    {
      OreectlEntry *entry = entry_of_group (*group, error);

      if (entry == NULL)
        return NULL;
      g_ptr_array_add (entries, entry);
      if (!read_fields (entry, file, *group, error))
        return NULL;
    }
  return g_steal_pointer (&entries);
}

static char *
value_text (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_autofree const char **items = g_variant_get_strv (value, NULL);

      return g_strjoinv (",", (char **) items);
    }
  return g_variant_print (value, FALSE);
}

/* Only what a group's name cannot hold is escaped: names stay readable. */
static char *
escape_id (const char *id)
{
  GString *out = g_string_new (NULL);

  for (; *id != '\0'; id++)
    if (*id == '%' || *id == '[' || *id == ']' || (guchar) *id < 0x20)
      g_string_append_printf (out, "%%%02X", (guint) (guchar) *id);
    else
      g_string_append_c (out, *id);
  return g_string_free (out, FALSE);
}

char *
oreectl_file_write (GVariant *records, const char *comment)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  GVariantIter iter;
  const char *kind_name, *id, *name;
  GVariant *fields, *value;

  if (comment != NULL)
    g_key_file_set_comment (file, NULL, NULL, comment, NULL);
  g_variant_iter_init (&iter, records);
  while (g_variant_iter_loop (&iter, "(&s&s@a{sv})", &kind_name, &id, &fields))
    {
      const OreeKind *kind = oree_kind_by_name (kind_name);
      g_autofree char *escaped = escape_id (id);
      g_autofree char *group = kind != NULL && kind->singleton ? g_strdup (kind_name)
                                                               : g_strconcat (kind_name, " ", escaped, NULL);
      GVariantIter field;

      g_variant_iter_init (&field, fields);
      while (g_variant_iter_loop (&field, "{&sv}", &name, &value))
        {
          g_autofree char *text = value_text (value);

          g_key_file_set_string (file, group, name, text);
        }
      /* A record without fields is still a record. */
      if (g_variant_n_children (fields) == 0)
        {
          g_key_file_set_string (file, group, "x", "");
          g_key_file_remove_key (file, group, "x", NULL);
        }
    }
  return g_key_file_to_data (file, NULL, NULL);
}
