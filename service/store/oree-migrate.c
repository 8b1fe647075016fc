/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/oree-migrate.h"

static gboolean
read_version (OreeDb *db, gint64 *version, GError **error)
{
  g_autoptr (OreeDbRows) rows = NULL;
  GError *problem = NULL;

  rows = oree_db_query (db, "SELECT version FROM schema_version", NULL, 0, error);
  if (rows == NULL)
    return FALSE;

  if (oree_db_rows_next (rows, &problem))
    {
      *version = oree_db_rows_value (rows, 0).integer;
      return TRUE;
    }
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  *version = -1;
  return TRUE;
}

/* The version row is made once; it is what later steps update. */
static gboolean
prepare (OreeDb *db, gint64 *version, GError **error)
{
  if (!oree_db_begin (db, error))
    return FALSE;

  if (oree_db_script (db, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)", error)
      && read_version (db, version, error)
      && (*version >= 0 || oree_db_run (db, "INSERT INTO schema_version (version) VALUES (0)", NULL, 0, NULL, error)))
    {
      *version = MAX (*version, 0);
      return oree_db_commit (db, error);
    }

  oree_db_rollback (db);
  return FALSE;
}

static gboolean
run_step (OreeDb *db, const OreeMigration *step, GError **error)
{
  const OreeDbValue parameters[] = { oree_db_int (step->number), oree_db_int (step->number - 1) };
  gint64 changed = 0;

  if (!oree_db_begin (db, error))
    return FALSE;

  if (oree_db_run (db, "UPDATE schema_version SET version = ? WHERE version = ?", parameters, 2, &changed, error)
      && changed == 1 && oree_db_script (db, step->sql, error))
    return oree_db_commit (db, error);

  oree_db_rollback (db);
  if (changed != 1 && (error == NULL || *error == NULL))
    g_set_error (error, OREE_ERROR, OREE_ERROR_CONFLICT, "another process changed the schema meanwhile");
  return FALSE;
}

gboolean
oree_migrate (OreeDb *db, const OreeMigration *steps, GError **error)
{
  gint64 version = 0, last = 0;

  for (const OreeMigration *step = steps; step->sql != NULL; step++)
    last = step->number;

  if (!prepare (db, &version, error))
    {
      g_prefix_error (error, "schema: ");
      return FALSE;
    }

  if (version > last)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_UNSUPPORTED,
                   "the store has schema %" G_GINT64_FORMAT ", made by a newer version; this one knows up to %" G_GINT64_FORMAT,
                   version, last);
      return FALSE;
    }

  for (const OreeMigration *step = steps; step->sql != NULL; step++)
    if (step->number > version && !run_step (db, step, error))
      {
        g_prefix_error (error, "schema step %" G_GINT64_FORMAT ": ", step->number);
        return FALSE;
      }
  return TRUE;
}
