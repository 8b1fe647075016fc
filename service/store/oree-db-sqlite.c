/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SQLite driver: write-ahead log, synchronous FULL (a commit survives a power cut), foreign keys on.
 * Prepared statements are kept, keyed by their text. */
#include "store/oree-db.h"
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#define BUSY_MILLISECONDS 5000

typedef struct
{
  OreeDb base;
  sqlite3 *handle;
  GHashTable *statements; /* text → sqlite3_stmt, idle */
} Sqlite;

typedef struct
{
  OreeDbRows base;
  Sqlite *db;
  char *sql;
  sqlite3_stmt *statement;
} SqliteRows;

static OreeError
code_of (int result)
{
  switch (result & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return OREE_ERROR_BUSY;
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return OREE_ERROR_UNAVAILABLE;
    default:
      return OREE_ERROR_FAILED;
    }
}

static gboolean
fail (Sqlite *self, int result, GError **error)
{
  int extended = sqlite3_extended_errcode (self->handle);

  /* The extended code tells "disk I/O error" apart from what the disk said. */
  g_set_error (error, OREE_ERROR, code_of (result), "sqlite: %s (%d)", sqlite3_errmsg (self->handle),
               (extended & 0xff) == (result & 0xff) ? extended : result);
  return FALSE;
}

static sqlite3_stmt *
take_statement (Sqlite *self, const char *sql, GError **error)
{
  gpointer key, statement;
  sqlite3_stmt *fresh = NULL;
  int result;

  if (g_hash_table_steal_extended (self->statements, sql, &key, &statement))
    {
      g_free (key);
      return statement;
    }

  result = sqlite3_prepare_v2 (self->handle, sql, -1, &fresh, NULL);
  if (result != SQLITE_OK)
    {
      fail (self, result, error);
      return NULL;
    }
  return fresh;
}

static void
give_statement (Sqlite *self, const char *sql, sqlite3_stmt *statement)
{
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  g_hash_table_replace (self->statements, g_strdup (sql), statement);
}

static int
bind (sqlite3_stmt *statement, const OreeDbValue *parameters, guint n_parameters)
{
  int result = SQLITE_OK;

  if ((guint) sqlite3_bind_parameter_count (statement) != n_parameters)
    return SQLITE_RANGE;

  for (guint i = 0; i < n_parameters && result == SQLITE_OK; i++)
    {
      const OreeDbValue *v = &parameters[i];
      int column = (int) i + 1;

      switch (v->type)
        {
        case OREE_DB_NULL:
          result = sqlite3_bind_null (statement, column);
          break;
        case OREE_DB_INT:
          result = sqlite3_bind_int64 (statement, column, v->integer);
          break;
        case OREE_DB_TEXT:
          result = sqlite3_bind_text64 (statement, column, v->data, v->length, SQLITE_TRANSIENT, SQLITE_UTF8);
          break;
        case OREE_DB_BLOB:
          result = sqlite3_bind_blob64 (statement, column, v->data, v->length, SQLITE_TRANSIENT);
          break;
        }
    }
  return result;
}

static gboolean
run (OreeDb *db, const char *sql, const OreeDbValue *parameters, guint n_parameters, gint64 *changed, GError **error)
{
  Sqlite *self = (Sqlite *) db;
  sqlite3_stmt *statement = take_statement (self, sql, error);
  int result;

  if (statement == NULL)
    return FALSE;

  result = bind (statement, parameters, n_parameters);
  if (result == SQLITE_OK)
    do
      result = sqlite3_step (statement);
    while (result == SQLITE_ROW);

  if (result != SQLITE_DONE)
    {
      fail (self, result, error);
      sqlite3_finalize (statement);
      return FALSE;
    }

  if (changed != NULL)
    *changed = sqlite3_changes64 (self->handle);
  give_statement (self, sql, statement);
  return TRUE;
}

static gboolean
script (OreeDb *db, const char *sql, GError **error)
{
  Sqlite *self = (Sqlite *) db;
  int result = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);

  return result == SQLITE_OK ? TRUE : fail (self, result, error);
}

static OreeDbRows *
query (OreeDb *db, const char *sql, const OreeDbValue *parameters, guint n_parameters, GError **error)
{
  Sqlite *self = (Sqlite *) db;
  sqlite3_stmt *statement = take_statement (self, sql, error);
  SqliteRows *rows;
  int result;

  if (statement == NULL)
    return NULL;

  result = bind (statement, parameters, n_parameters);
  if (result != SQLITE_OK)
    {
      fail (self, result, error);
      sqlite3_finalize (statement);
      return NULL;
    }

  rows = g_new0 (SqliteRows, 1);
  rows->base.driver = db->driver;
  rows->base.n_columns = (guint) sqlite3_column_count (statement);
  rows->db = self;
  rows->sql = g_strdup (sql);
  rows->statement = statement;
  return &rows->base;
}

static gboolean
next (OreeDbRows *base, GError **error)
{
  SqliteRows *rows = (SqliteRows *) base;
  int result = sqlite3_step (rows->statement);

  if (result == SQLITE_ROW)
    return TRUE;
  if (result != SQLITE_DONE)
    fail (rows->db, result, error);
  return FALSE;
}

static const char *
name (const OreeDbRows *base, guint column)
{
  return sqlite3_column_name (((const SqliteRows *) base)->statement, (int) column);
}

static OreeDbValue
value (OreeDbRows *base, guint column)
{
  sqlite3_stmt *statement = ((SqliteRows *) base)->statement;
  int i = (int) column;

  /* Columns are dynamically typed here: what is stored decides, and the reader judges it. */
  switch (sqlite3_column_type (statement, i))
    {
    case SQLITE_INTEGER:
      return oree_db_int (sqlite3_column_int64 (statement, i));
    case SQLITE_TEXT:
    case SQLITE_FLOAT:
      {
        const char *text = (const char *) sqlite3_column_text (statement, i);

        return (OreeDbValue){ OREE_DB_TEXT, 0, text, (gsize) sqlite3_column_bytes (statement, i) };
      }
    case SQLITE_BLOB:
      {
        const void *data = sqlite3_column_blob (statement, i);

        return oree_db_blob (data, (gsize) sqlite3_column_bytes (statement, i));
      }
    default:
      return oree_db_null ();
    }
}

static void
free_rows (OreeDbRows *base)
{
  SqliteRows *rows = (SqliteRows *) base;

  give_statement (rows->db, rows->sql, rows->statement);
  g_free (rows->sql);
  g_free (rows);
}

static gboolean
begin (OreeDb *db, GError **error)
{
  return run (db, "BEGIN IMMEDIATE", NULL, 0, NULL, error);
}

static gboolean
commit (OreeDb *db, GError **error)
{
  return run (db, "COMMIT", NULL, 0, NULL, error);
}

static void
rollback (OreeDb *db)
{
  Sqlite *self = (Sqlite *) db;

  /* Some failures (disk full, I/O error) have rolled back by themselves. */
  if (!sqlite3_get_autocommit (self->handle))
    run (db, "ROLLBACK", NULL, 0, NULL, NULL);
}

static void
free_db (OreeDb *db)
{
  Sqlite *self = (Sqlite *) db;

  g_hash_table_unref (self->statements);
  sqlite3_close_v2 (self->handle);
  g_free (self);
}

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

static const OreeDbDriver driver = {
  "sqlite", run, script, query, next, name, value, free_rows, begin, commit, rollback, free_db,
};

OreeDb *
oree_db_sqlite_open (const char *path, GError **error)
{
  Sqlite *self;
  int file, result;

  if (path[0] == '\0')
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_UNSUPPORTED, "sqlite: needs a path");
      return NULL;
    }

  /* The file holds password hashes, and its log files inherit its mode: it is made here, for the owner only. */
  file = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 && errno != EROFS && errno != EACCES)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_UNAVAILABLE, "sqlite: %s: %s", path, g_strerror (errno));
      return NULL;
    }
  if (file >= 0)
    close (file);

  self = g_new0 (Sqlite, 1);
  self->base.driver = &driver;
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize_statement);

  result = sqlite3_open_v2 (path, &self->handle,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_busy_timeout (self->handle, BUSY_MILLISECONDS);
  if (result != SQLITE_OK)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_UNAVAILABLE, "sqlite: %s: %s", path,
                   self->handle ? sqlite3_errmsg (self->handle) : sqlite3_errstr (result));
      free_db (&self->base);
      return NULL;
    }

  if (!script (&self->base,
               "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
               "PRAGMA trusted_schema = OFF;",
               error))
    {
      g_prefix_error (error, "%s: ", path);
      free_db (&self->base);
      return NULL;
    }
  return &self->base;
}
