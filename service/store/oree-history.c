/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/oree-history.h"
#include "store/oree-repo.h"
#include <string.h>

void
oree_history_entry_free (OreeHistoryEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->who);
  g_free (entry->operation);
  g_free (entry->kind);
  g_free (entry->id);
  g_clear_pointer (&entry->old_record, oree_record_unref);
  g_clear_pointer (&entry->new_record, oree_record_unref);
  g_free (entry);
}

gboolean
oree_history_revision (OreeDb *db, guint64 *revision, GError **error)
{
  g_autoptr (OreeDbRows) rows = NULL;
  GError *problem = NULL;

  rows = oree_db_query (db, "SELECT value FROM meta WHERE name = 'revision'", NULL, 0, error);
  if (rows == NULL)
    return FALSE;
  if (oree_db_rows_next (rows, &problem))
    {
      *revision = (guint64) oree_db_rows_value (rows, 0).integer;
      return TRUE;
    }
  if (problem == NULL)
    g_set_error (&problem, OREE_ERROR, OREE_ERROR_UNAVAILABLE, "the store has lost its revision");
  g_propagate_error (error, problem);
  return FALSE;
}

gboolean
oree_history_advance (OreeDb *db, guint64 expected, GError **error)
{
  const OreeDbValue parameters[] = { oree_db_int ((gint64) expected) };
  gint64 changed = 0;

  if (!oree_db_run (db, "UPDATE meta SET value = value + 1 WHERE name = 'revision' AND value = ?", parameters, 1,
                    &changed, error))
    return FALSE;
  if (changed == 1)
    return TRUE;
  g_set_error (error, OREE_ERROR, OREE_ERROR_CONFLICT, "the store is no longer at revision %" G_GUINT64_FORMAT, expected);
  return FALSE;
}

static char *
body_of (const OreeRecord *record)
{
  g_autoptr (GVariant) body = NULL;

  if (record == NULL)
    return NULL;
  body = g_variant_ref_sink (oree_record_to_variant (record, OREE_RECORD_STORED));
  return g_variant_print (body, TRUE);
}

gboolean
oree_history_append (OreeDb *db, const OreeHistoryEntry *entry, guint place, GError **error)
{
  g_autofree char *old_body = body_of (entry->old_record);
  g_autofree char *new_body = body_of (entry->new_record);
  const OreeDbValue parameters[] = {
    oree_db_int ((gint64) entry->revision), oree_db_int (place),      oree_db_int (entry->wall),
    oree_db_text (entry->who),              oree_db_text (entry->operation), oree_db_text (entry->kind),
    oree_db_text (entry->id),               oree_db_text (old_body),  oree_db_text (new_body),
  };

  return oree_db_run (db,
                      "INSERT INTO history (revision, place, written, who, operation, kind, id, old_body, new_body)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      parameters, G_N_ELEMENTS (parameters), NULL, error);
}

static char *
text_of (OreeDbRows *rows, guint column)
{
  OreeDbValue value = oree_db_rows_value (rows, column);

  return value.type == OREE_DB_TEXT ? g_utf8_make_valid (value.data, (gssize) value.length) : g_strdup ("");
}

/* Fields this version no longer knows, or refuses, are left at their defaults: history is for people to read and to
 * go back to as far as that is possible. */
static OreeRecord *
record_of (const char *kind_name, const char *id, OreeDbValue body)
{
  const OreeKind *kind = oree_kind_by_name (kind_name);
  g_autoptr (GVariant) fields = NULL;
  OreeRecord *record;

  if (kind == NULL || body.type != OREE_DB_TEXT)
    return NULL;
  fields = g_variant_parse (G_VARIANT_TYPE_VARDICT, body.data, body.data + body.length, NULL, NULL);
  if (fields == NULL)
    return NULL;

  record = oree_record_new (kind, id);
  oree_record_patch (record, fields, OREE_RECORD_STORED, TRUE, NULL);
  return record;
}

static OreeHistoryEntry *
read_entry (OreeDbRows *rows)
{
  OreeHistoryEntry *entry = g_new0 (OreeHistoryEntry, 1);

  entry->revision = (guint64) oree_db_rows_value (rows, 0).integer;
  entry->wall = oree_db_rows_value (rows, 1).integer;
  entry->who = text_of (rows, 2);
  entry->operation = text_of (rows, 3);
  entry->kind = text_of (rows, 4);
  entry->id = text_of (rows, 5);
  entry->old_record = record_of (entry->kind, entry->id, oree_db_rows_value (rows, 6));
  entry->new_record = record_of (entry->kind, entry->id, oree_db_rows_value (rows, 7));
  return entry;
}

#define SELECT_ENTRIES "SELECT revision, written, who, operation, kind, id, old_body, new_body FROM history"

static GPtrArray *
read_entries (OreeDb *db, const char *sql, const OreeDbValue *parameters, guint n_parameters, GError **error)
{
  g_autoptr (OreeDbRows) rows = oree_db_query (db, sql, parameters, n_parameters, error);
  g_autoptr (GPtrArray) entries = NULL;
  GError *problem = NULL;

  if (rows == NULL)
    return NULL;
  entries = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_history_entry_free);
  while (oree_db_rows_next (rows, &problem))
    g_ptr_array_add (entries, read_entry (rows));
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return NULL;
    }
  return g_steal_pointer (&entries);
}

GPtrArray *
oree_history_list (OreeDb *db, guint64 before, guint limit, GError **error)
{
  /* Revisions have no gaps, so the newest `limit` transactions are a range. */
  guint64 newest = 0, first, last;

  if (!oree_history_revision (db, &newest, error))
    return NULL;
  last = before > 0 ? MIN (before - 1, newest) : newest;
  first = last > limit ? last - limit + 1 : 1;
  return read_entries (db, SELECT_ENTRIES " WHERE revision >= ? AND revision <= ? ORDER BY revision DESC, place",
                       (const OreeDbValue[]){ oree_db_int ((gint64) first), oree_db_int ((gint64) last) }, 2, error);
}

GHashTable *
oree_history_last_changes (OreeDb *db, GError **error)
{
  g_autoptr (OreeDbRows) rows = NULL;
  g_autoptr (GHashTable) changes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GError *problem = NULL;

  rows = oree_db_query (db, "SELECT kind, id, MAX(revision) FROM history GROUP BY kind, id", NULL, 0, error);
  if (rows == NULL)
    return NULL;

  while (oree_db_rows_next (rows, &problem))
    {
      g_autofree char *kind = text_of (rows, 0);
      g_autofree char *id = text_of (rows, 1);
      guint64 revision = (guint64) oree_db_rows_value (rows, 2).integer;

      g_hash_table_replace (changes, g_strdup_printf ("%s %s", kind, id), g_memdup2 (&revision, sizeof revision));
    }
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return NULL;
    }
  return g_steal_pointer (&changes);
}

OreeRecordSet *
oree_history_set_at (OreeDb *db, guint64 revision, GError **error)
{
  g_autoptr (GHashTable) records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                          (GDestroyNotify) oree_record_unref);
  g_autoptr (GPtrArray) today = NULL, entries = NULL, list = NULL;
  guint64 newest = 0;
  GHashTableIter iter;
  gpointer record;

  if (!oree_history_revision (db, &newest, error))
    return NULL;
  if (revision > newest)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_NOT_FOUND, "there is no revision %" G_GUINT64_FORMAT, revision);
      return NULL;
    }

  entries = read_entries (db, SELECT_ENTRIES " WHERE revision > ? ORDER BY revision DESC, place DESC",
                          (const OreeDbValue[]){ oree_db_int ((gint64) revision) }, 1, error);
  if (entries == NULL)
    return NULL;

  today = oree_repo_load (db, NULL);
  for (guint i = 0; i < today->len; i++)
    {
      OreeRecord *r = g_ptr_array_index (today, i);

      g_hash_table_replace (records, g_strdup_printf ("%s %s", r->kind->name, r->id), oree_record_ref (r));
    }
  for (guint i = 0; i < entries->len; i++)
    {
      const OreeHistoryEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *key = g_strdup_printf ("%s %s", entry->kind, entry->id);

      if (entry->old_record != NULL)
        g_hash_table_replace (records, g_steal_pointer (&key), oree_record_ref (entry->old_record));
      else
        g_hash_table_remove (records, key);
    }

  list = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, records);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    g_ptr_array_add (list, record);
  return oree_record_set_new_from (list);
}
