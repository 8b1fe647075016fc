/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/oree-runtime-state.h"

static char *
text_of (OreeDbRows *rows, guint column)
{
  OreeDbValue value = oree_db_rows_value (rows, column);

  return value.type == OREE_DB_TEXT && g_utf8_validate_len (value.data, value.length, NULL)
           ? g_strndup (value.data, value.length)
           : NULL;
}

GPtrArray *
oree_runtime_state_list (OreeDb *db, guint *n_damaged, GError **error)
{
  g_autoptr (OreeDbRows) rows = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_runtime_row_free);
  GError *problem = NULL;

  *n_damaged = 0;
  rows = oree_db_query (db, "SELECT space, name, body FROM runtime ORDER BY space, name", NULL, 0, error);
  if (rows == NULL)
    return NULL;

  while (oree_db_rows_next (rows, &problem))
    {
      g_autofree char *space = text_of (rows, 0);
      g_autofree char *key = text_of (rows, 1);
      g_autofree char *body = text_of (rows, 2);
      g_autoptr (GVariant) value = NULL;

      if (body != NULL)
        value = g_variant_parse (G_VARIANT_TYPE_VARDICT, body, NULL, NULL, NULL);
      if (space == NULL || key == NULL || value == NULL)
        ++*n_damaged;
      else
        g_ptr_array_add (list, oree_runtime_row_new (space, key, value));
    }
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return NULL;
    }
  return g_steal_pointer (&list);
}

gboolean
oree_runtime_state_save (OreeDb *db, const OreeRuntimeRow *row, GError **error)
{
  g_autofree char *body = row->value ? g_variant_print (row->value, TRUE) : NULL;
  const OreeDbValue parameters[] = { oree_db_text (row->space), oree_db_text (row->key), oree_db_text (body) };

  if (body == NULL)
    return oree_db_run (db, "DELETE FROM runtime WHERE space = ? AND name = ?", parameters, 2, NULL, error);
  return oree_db_run (db,
                      "INSERT INTO runtime (space, name, body) VALUES (?, ?, ?)"
                      " ON CONFLICT (space, name) DO UPDATE SET body = excluded.body",
                      parameters, 3, NULL, error);
}
