/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/oree-audit-log.h"

void
oree_audit_line_free (OreeAuditLine *line)
{
  if (line == NULL)
    return;
  g_clear_pointer (&line->body, g_variant_unref);
  g_free (line);
}

gboolean
oree_audit_log_append (OreeDb *db, gint64 wall, GVariant *body, GError **error)
{
  g_autoptr (GVariant) kept = g_variant_ref_sink (body);
  g_autofree char *text = g_variant_print (kept, TRUE);
  const OreeDbValue parameters[] = { oree_db_int (wall), oree_db_text (text) };

  return oree_db_run (db,
                      "INSERT INTO audit (number, written, body)"
                      " SELECT COALESCE(MAX(number), 0) + 1, CAST(? AS BIGINT), CAST(? AS TEXT) FROM audit",
                      parameters, G_N_ELEMENTS (parameters), NULL, error);
}

GPtrArray *
oree_audit_log_list (OreeDb *db, guint64 before, guint limit, GError **error)
{
  const OreeDbValue parameters[] = { oree_db_int (before > 0 && before < G_MAXINT64 ? (gint64) before : G_MAXINT64),
                                     oree_db_int (limit) };
  g_autoptr (OreeDbRows) rows = NULL;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_audit_line_free);
  GError *problem = NULL;

  rows = oree_db_query (db, "SELECT number, written, body FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?",
                        parameters, G_N_ELEMENTS (parameters), error);
  if (rows == NULL)
    return NULL;

  while (oree_db_rows_next (rows, &problem))
    {
      OreeDbValue body = oree_db_rows_value (rows, 2);
      OreeAuditLine *line;
      GVariant *value = NULL;

      if (body.type == OREE_DB_TEXT)
        value = g_variant_parse (G_VARIANT_TYPE_VARDICT, body.data, body.data + body.length, NULL, NULL);
      if (value == NULL)
        continue;
      line = g_new0 (OreeAuditLine, 1);
      line->number = (guint64) oree_db_rows_value (rows, 0).integer;
      line->wall = oree_db_rows_value (rows, 1).integer;
      line->body = value;
      g_ptr_array_add (lines, line);
    }
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return NULL;
    }
  return g_steal_pointer (&lines);
}
