/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/oree-repo.h"
#include <string.h>

static gboolean
is_stored (const OreeField *field)
{
  return (field->flags & OREE_FIELD_FLAG_NOT_STORED) == 0;
}

static const char *
column_type (const OreeField *field)
{
  switch (field->type)
    {
    case OREE_FIELD_TYPE_BOOLEAN:
    case OREE_FIELD_TYPE_UINT:
      return "BIGINT";
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_ENUM:
    case OREE_FIELD_TYPE_LIST:
    case OREE_FIELD_TYPE_SECRET:
      return "TEXT";
    }
  g_assert_not_reached ();
}

/* The quoted name of a table or column: the kebab-case one with '_', never from outside. */
static void
append_name (GString *out, const char *name)
{
  g_string_append_c (out, '"');
  for (const char *p = name; *p != '\0'; p++)
    g_string_append_c (out, *p == '-' ? '_' : *p);
  g_string_append_c (out, '"');
}

static char *
column_name (const char *name)
{
  return g_strdelimit (g_strdup (name), "-", '_');
}

/* The columns the table has; NULL when there is none. */
static GHashTable *
read_columns (OreeDb *db, const OreeKind *kind)
{
  g_autoptr (GString) sql = g_string_new ("SELECT * FROM ");
  g_autoptr (OreeDbRows) rows = NULL;
  GHashTable *columns;

  append_name (sql, kind->name);
  g_string_append (sql, " WHERE 1 = 0");
  rows = oree_db_query (db, sql->str, NULL, 0, NULL);
  if (rows == NULL)
    return NULL;

  columns = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < oree_db_rows_n_columns (rows); i++)
    g_hash_table_add (columns, g_strdup (oree_db_rows_name (rows, i)));
  return columns;
}

/* What has to be run so that the table of `kind` has every column; empty when nothing has. */
static void
plan (OreeDb *db, const OreeKind *kind, GPtrArray *statements)
{
  g_autoptr (GHashTable) columns = read_columns (db, kind);

  if (columns == NULL)
    {
      GString *sql = g_string_new ("CREATE TABLE IF NOT EXISTS ");

      append_name (sql, kind->name);
      g_string_append (sql, " (\"id\" TEXT PRIMARY KEY");
      for (gsize i = 0; i < kind->n_fields; i++)
        if (is_stored (&kind->fields[i]))
          {
            g_string_append (sql, ", ");
            append_name (sql, kind->fields[i].name);
            g_string_append_printf (sql, " %s", column_type (&kind->fields[i]));
          }
      g_string_append_c (sql, ')');
      g_ptr_array_add (statements, g_string_free (sql, FALSE));
      return;
    }

  for (gsize i = 0; i < kind->n_fields; i++)
    {
      const OreeField *field = &kind->fields[i];
      g_autofree char *name = column_name (field->name);
      GString *sql;

      if (!is_stored (field) || g_hash_table_contains (columns, name))
        continue;
      sql = g_string_new ("ALTER TABLE ");
      append_name (sql, kind->name);
      g_string_append (sql, " ADD COLUMN ");
      append_name (sql, field->name);
      g_string_append_printf (sql, " %s", column_type (field));
      g_ptr_array_add (statements, g_string_free (sql, FALSE));
    }
}

gboolean
oree_repo_prepare (OreeDb *db, GError **error)
{
  g_autoptr (GPtrArray) statements = g_ptr_array_new_with_free_func (g_free);
  guint n_kinds;
  const OreeKind *const *kinds = oree_kinds (&n_kinds);

  for (guint i = 0; i < n_kinds; i++)
    plan (db, kinds[i], statements);
  if (statements->len == 0)
    return TRUE;

  if (!oree_db_begin (db, error))
    return FALSE;
  for (guint i = 0; i < statements->len; i++)
    if (!oree_db_run (db, g_ptr_array_index (statements, i), NULL, 0, NULL, error))
      {
        oree_db_rollback (db);
        return FALSE;
      }
  return oree_db_commit (db, error);
}

/* The value as the field's GVariant; one of another type when the column holds something else, which the
 * field's own check then refuses by name. */
static GVariant *
variant_of (const OreeField *field, OreeDbValue value)
{
  g_autofree char *text = NULL;
  GVariant *variant;

  if (value.type == OREE_DB_INT)
    return field->type == OREE_FIELD_TYPE_BOOLEAN && (value.integer == 0 || value.integer == 1)
             ? g_variant_new_boolean (value.integer != 0)
             : g_variant_new_int64 (value.integer);

  if (value.type == OREE_DB_TEXT && g_utf8_validate_len (value.data, value.length, NULL))
    {
      text = g_strndup (value.data, value.length);
      if (field->type != OREE_FIELD_TYPE_LIST)
        return g_variant_new_string (text);
      variant = oree_field_variant_from_text (field, text);
      if (variant != NULL)
        return variant;
    }
  return g_variant_new ("()");
}

/* The field a column belongs to; NULL for one this version does not know. */
static const OreeField *
field_of (const OreeKind *kind, const char *column)
{
  for (gsize i = 0; i < kind->n_fields; i++)
    {
      g_autofree char *name = column_name (kind->fields[i].name);

      if (is_stored (&kind->fields[i]) && g_str_equal (name, column))
        return &kind->fields[i];
    }
  return NULL;
}

static OreeRecord *
read_record (const OreeKind *kind, const OreeField *const *fields, guint id_column, OreeDbRows *rows,
             OreeProblems *problems)
{
  OreeDbValue id = oree_db_rows_value (rows, id_column);
  g_autoptr (GVariant) values = NULL;
  g_autoptr (OreeRecord) record = NULL;
  g_autofree char *text = NULL;
  g_autofree char *normal = NULL;
  OreeProblemCode code = OREE_PROBLEM_BAD_TEXT;
  GVariantBuilder builder;

  if (id.type == OREE_DB_TEXT && g_utf8_validate_len (id.data, id.length, NULL))
    {
      text = g_strndup (id.data, id.length);
      normal = oree_kind_normalise_id (kind, text, &code);
    }
  if (normal == NULL || !g_str_equal (normal, text))
    {
      oree_problems_add (problems, kind->name, text, NULL, OREE_PROBLEM_BAD_ID, oree_problem_nick (code));
      return NULL;
    }

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < oree_db_rows_n_columns (rows); i++)
    {
      OreeDbValue value = oree_db_rows_value (rows, i);

      if (fields[i] != NULL && value.type != OREE_DB_NULL)
        g_variant_builder_add (&builder, "{sv}", fields[i]->name, variant_of (fields[i], value));
    }
  values = g_variant_ref_sink (g_variant_builder_end (&builder));

  record = oree_record_new (kind, normal);
  if (!oree_record_patch (record, values, OREE_RECORD_STORED, TRUE, problems))
    return NULL;
  return g_steal_pointer (&record);
}

static void
load_kind (OreeDb *db, const OreeKind *kind, GPtrArray *records, OreeProblems *problems)
{
  g_autoptr (GString) sql = g_string_new ("SELECT * FROM ");
  g_autoptr (OreeDbRows) rows = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree const OreeField **fields = NULL;
  guint id_column = 0;

  append_name (sql, kind->name);
  g_string_append (sql, " ORDER BY \"id\"");
  rows = oree_db_query (db, sql->str, NULL, 0, &error);
  if (rows != NULL)
    {
      fields = g_new0 (const OreeField *, oree_db_rows_n_columns (rows));
      for (guint i = 0; i < oree_db_rows_n_columns (rows); i++)
        {
          const char *name = oree_db_rows_name (rows, i);

          if (g_str_equal (name, "id"))
            id_column = i;
          else
            fields[i] = field_of (kind, name);
        }

      while (oree_db_rows_next (rows, &error))
        {
          OreeRecord *record = read_record (kind, fields, id_column, rows, problems);

          if (record != NULL)
            g_ptr_array_add (records, record);
        }
    }

  /* The table itself is damaged: what came before the damage is kept. */
  if (error != NULL)
    oree_problems_add (problems, kind->name, NULL, NULL, OREE_PROBLEM_BAD_TEXT, error->message);
}

GPtrArray *
oree_repo_load (OreeDb *db, OreeProblems *problems)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_record_unref);
  guint n_kinds;
  const OreeKind *const *kinds = oree_kinds (&n_kinds);

  for (guint i = 0; i < n_kinds; i++)
    load_kind (db, kinds[i], records, problems);
  return records;
}

gboolean
oree_repo_save (OreeDb *db, const OreeRecord *record, GError **error)
{
  const OreeKind *kind = record->kind;
  g_autoptr (GString) sql = g_string_new ("INSERT INTO ");
  g_autoptr (GString) marks = g_string_new ("?");
  g_autoptr (GString) updates = g_string_new (NULL);
  g_autoptr (GArray) parameters = g_array_new (FALSE, FALSE, sizeof (OreeDbValue));
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  OreeDbValue value = oree_db_text (record->id);

  append_name (sql, kind->name);
  g_string_append (sql, " (\"id\"");
  g_array_append_val (parameters, value);

  for (gsize i = 0; i < kind->n_fields; i++)
    {
      const OreeField *field = &kind->fields[i];

      if (!is_stored (field))
        continue;

      if (field->type == OREE_FIELD_TYPE_BOOLEAN)
        value = oree_db_int (oree_record_get_boolean (record, field) ? 1 : 0);
      else if (field->type == OREE_FIELD_TYPE_UINT)
        value = oree_db_int ((gint64) oree_record_get_uint (record, field));
      else
        {
          char *text = oree_record_get_text (record, field);

          g_ptr_array_add (texts, text);
          value = oree_db_text (text);
        }
      g_array_append_val (parameters, value);

      g_string_append (sql, ", ");
      append_name (sql, field->name);
      g_string_append (marks, ", ?");
      if (updates->len > 0)
        g_string_append (updates, ", ");
      append_name (updates, field->name);
      g_string_append (updates, " = excluded.");
      append_name (updates, field->name);
    }

  g_string_append_printf (sql, ") VALUES (%s) ON CONFLICT (\"id\") DO ", marks->str);
  if (updates->len > 0)
    g_string_append_printf (sql, "UPDATE SET %s", updates->str);
  else
    g_string_append (sql, "NOTHING");

  return oree_db_run (db, sql->str, (const OreeDbValue *) parameters->data, parameters->len, NULL, error);
}

gboolean
oree_repo_remove (OreeDb *db, const OreeKind *kind, const char *id, GError **error)
{
  g_autoptr (GString) sql = g_string_new ("DELETE FROM ");
  const OreeDbValue parameters[] = { oree_db_text (id) };

  append_name (sql, kind->name);
  g_string_append (sql, " WHERE \"id\" = ?");
  return oree_db_run (db, sql->str, parameters, 1, NULL, error);
}
