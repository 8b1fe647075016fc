/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Picks the driver by the URL's scheme and forwards to it. */
#include "store/oree-db.h"
#include <string.h>

OreeDbValue
oree_db_null (void)
{
  return (OreeDbValue){ .type = OREE_DB_NULL };
}

OreeDbValue
oree_db_int (gint64 value)
{
  return (OreeDbValue){ .type = OREE_DB_INT, .integer = value };
}

OreeDbValue
oree_db_text (const char *text)
{
  if (text == NULL)
    return oree_db_null ();
  return (OreeDbValue){ .type = OREE_DB_TEXT, .data = text, .length = strlen (text) };
}

OreeDbValue
oree_db_blob (const void *data, gsize length)
{
  return (OreeDbValue){ .type = OREE_DB_BLOB, .data = data, .length = length };
}

OreeDb *
oree_db_open (const char *url, GError **error)
{
  if (g_str_has_prefix (url, "sqlite:"))
    return oree_db_sqlite_open (url + strlen ("sqlite:"), error);

  if (g_str_has_prefix (url, "postgresql://") || g_str_has_prefix (url, "postgres://"))
#ifdef OREE_HAVE_LIBPQ
    return oree_db_pgsql_open (url, error);
#else
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_UNSUPPORTED, "this build has no PostgreSQL driver");
      return NULL;
    }
#endif

  /* The URL may hold a password: it is not repeated. */
  g_set_error (error, OREE_ERROR, OREE_ERROR_UNSUPPORTED,
               "a store URL begins with sqlite: or postgresql://");
  return NULL;
}

void
oree_db_free (OreeDb *self)
{
  if (self != NULL)
    self->driver->free (self);
}

const char *
oree_db_engine (const OreeDb *self)
{
  return self->driver->engine;
}

gboolean
oree_db_run (OreeDb *self, const char *sql, const OreeDbValue *parameters, guint n_parameters, gint64 *changed,
             GError **error)
{
  return self->driver->run (self, sql, parameters, n_parameters, changed, error);
}

gboolean
oree_db_script (OreeDb *self, const char *sql, GError **error)
{
  return self->driver->script (self, sql, error);
}

OreeDbRows *
oree_db_query (OreeDb *self, const char *sql, const OreeDbValue *parameters, guint n_parameters, GError **error)
{
  return self->driver->query (self, sql, parameters, n_parameters, error);
}

gboolean
oree_db_rows_next (OreeDbRows *self, GError **error)
{
  return self->driver->next (self, error);
}

guint
oree_db_rows_n_columns (const OreeDbRows *self)
{
  return self->n_columns;
}

const char *
oree_db_rows_name (const OreeDbRows *self, guint column)
{
  g_return_val_if_fail (column < self->n_columns, NULL);
  return self->driver->name (self, column);
}

OreeDbValue
oree_db_rows_value (OreeDbRows *self, guint column)
{
  g_return_val_if_fail (column < self->n_columns, oree_db_null ());
  return self->driver->value (self, column);
}

void
oree_db_rows_free (OreeDbRows *self)
{
  if (self != NULL)
    self->driver->free_rows (self);
}

gboolean
oree_db_begin (OreeDb *self, GError **error)
{
  return self->driver->begin (self, error);
}

gboolean
oree_db_commit (OreeDb *self, GError **error)
{
  if (self->driver->commit (self, error))
    return TRUE;
  self->driver->rollback (self);
  return FALSE;
}

void
oree_db_rollback (OreeDb *self)
{
  self->driver->rollback (self);
}
