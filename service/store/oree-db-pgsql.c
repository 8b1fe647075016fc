/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PostgreSQL driver. Statements are written with `?` and sent with `$1 …`; a lost connection fails the
 * transaction it carried and is mended by the next one. */
#include "store/oree-db.h"
#include <libpq-fe.h>
#include <string.h>

/* Object identifiers of the types we speak; fixed in PostgreSQL's catalogue. */
enum
{
  OID_BOOL = 16,
  OID_BYTEA = 17,
  OID_INT8 = 20,
  OID_INT2 = 21,
  OID_INT4 = 23,
  OID_TEXT = 25
};

/* A statement of ours has at most one parameter per column of the widest record. */
#define PARAMETERS_MAX 256

typedef struct
{
  OreeDb base;
  PGconn *connection;
  GHashTable *translated; /* text with ? → text with $n */
  gboolean in_transaction;
  gboolean lost; /* the server said goodbye; libpq may not have noticed yet */
} Pgsql;

typedef struct
{
  OreeDbRows base;
  PGresult *result;
  int row;
  GPtrArray *blobs; /* decoded byte strings of the current row */
} PgsqlRows;

static void
fail_connection (Pgsql *self, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (PQerrorMessage (self->connection)));

  g_set_error (error, OREE_ERROR, OREE_ERROR_UNAVAILABLE, "postgresql: %s", text);
}

/* SQLSTATE classes: which of our codes they mean. Two characters match a class, five one state. */
static const struct
{
  const char *state;
  OreeError code;
} states[] = {
  { "40", OREE_ERROR_CONFLICT },    /* serialisation failure, deadlock */
  { "55P03", OREE_ERROR_BUSY },     /* lock not available */
  { "08", OREE_ERROR_UNAVAILABLE }, /* connection */
  { "25006", OREE_ERROR_UNAVAILABLE }, /* read-only transaction */
  { "28", OREE_ERROR_UNAVAILABLE }, /* authorisation */
  { "53", OREE_ERROR_UNAVAILABLE }, /* disk full, out of memory, too many connections */
  { "57", OREE_ERROR_UNAVAILABLE }, /* shut down by the administrator */
  { "58", OREE_ERROR_UNAVAILABLE }, /* I/O error */
  { "XX", OREE_ERROR_UNAVAILABLE }, /* damaged data */
};

static OreeError
code_of (const char *state)
{
  for (gsize i = 0; state != NULL && i < G_N_ELEMENTS (states); i++)
    if (g_str_has_prefix (state, states[i].state))
      return states[i].code;
  return OREE_ERROR_FAILED;
}

static gboolean
succeeded (Pgsql *self, PGresult *result, GError **error)
{
  ExecStatusType status = PQresultStatus (result);
  const char *state = PQresultErrorField (result, PG_DIAG_SQLSTATE);
  g_autofree char *text = NULL;

  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
    return TRUE;

  if (result == NULL || PQstatus (self->connection) == CONNECTION_BAD)
    {
      fail_connection (self, error);
      return FALSE;
    }
  /* Without a state the error is libpq's own. */
  self->lost = state == NULL || g_str_has_prefix (state, "57P") || g_str_has_prefix (state, "08");
  text = g_strstrip (g_strdup (PQresultErrorMessage (result)));
  g_set_error (error, OREE_ERROR, self->lost ? OREE_ERROR_UNAVAILABLE : code_of (state), "postgresql: %s", text);
  return FALSE;
}

/* `?` outside quotes becomes $1, $2 … */
static const char *
translate (Pgsql *self, const char *sql)
{
  const char *known = g_hash_table_lookup (self->translated, sql);
  GString *out;
  guint n = 0;
  char quote = 0;

  if (known != NULL)
    return known;

  out = g_string_new (NULL);
  for (const char *p = sql; *p != '\0'; p++)
    {
      if (quote != 0)
        quote = *p == quote ? 0 : quote;
      else if (*p == '\'' || *p == '"')
        quote = *p;
      else if (*p == '?')
        {
          g_string_append_printf (out, "$%u", ++n);
          continue;
        }
      g_string_append_c (out, *p);
    }

  known = g_string_free (out, FALSE);
  g_hash_table_insert (self->translated, g_strdup (sql), (char *) known);
  return known;
}

static PGresult *
execute (Pgsql *self, const char *sql, const OreeDbValue *parameters, guint n_parameters, GError **error)
{
  Oid types[PARAMETERS_MAX];
  const char *values[PARAMETERS_MAX];
  int lengths[PARAMETERS_MAX];
  int formats[PARAMETERS_MAX];
  char numbers[PARAMETERS_MAX][24];
  PGresult *result;

  if (n_parameters > PARAMETERS_MAX)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_FAILED, "postgresql: more than %d parameters", PARAMETERS_MAX);
      return NULL;
    }

  for (guint i = 0; i < n_parameters; i++)
    {
      const OreeDbValue *v = &parameters[i];

      types[i] = 0;
      values[i] = NULL;
      lengths[i] = 0;
      formats[i] = 0;
      switch (v->type)
        {
        case OREE_DB_NULL:
          break;
        case OREE_DB_INT:
          g_snprintf (numbers[i], sizeof numbers[i], "%" G_GINT64_FORMAT, v->integer);
          types[i] = OID_INT8;
          values[i] = numbers[i];
          break;
        case OREE_DB_TEXT:
          types[i] = OID_TEXT;
          values[i] = v->data;
          break;
        case OREE_DB_BLOB:
          types[i] = OID_BYTEA;
          values[i] = v->data ? v->data : "";
          lengths[i] = (int) v->length;
          formats[i] = 1;
          break;
        }
    }

  result = PQexecParams (self->connection, translate (self, sql), (int) n_parameters, types, values, lengths, formats, 0);
  if (!succeeded (self, result, error))
    {
      PQclear (result);
      return NULL;
    }
  return result;
}

/* What the server wrote is a number, or nothing at all where a statement has no count. */
static gint64
to_integer (const char *text)
{
  gint64 value = 0;

  return g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL) ? value : 0;
}

/* Outside a transaction a lost connection is mended before the statement, not after it was lost in the middle. */
static gboolean
mend (Pgsql *self, GError **error)
{
  if (self->in_transaction || (PQstatus (self->connection) == CONNECTION_OK && !self->lost))
    return TRUE;

  PQreset (self->connection);
  self->lost = FALSE;
  if (PQstatus (self->connection) == CONNECTION_OK)
    return TRUE;
  fail_connection (self, error);
  return FALSE;
}

static gboolean
run (OreeDb *db, const char *sql, const OreeDbValue *parameters, guint n_parameters, gint64 *changed, GError **error)
{
  Pgsql *self = (Pgsql *) db;
  PGresult *result;

  if (!mend (self, error))
    return FALSE;
  result = execute (self, sql, parameters, n_parameters, error);
  if (result == NULL)
    return FALSE;

  if (changed != NULL)
    *changed = to_integer (PQcmdTuples (result));
  PQclear (result);
  return TRUE;
}

static gboolean
script (OreeDb *db, const char *sql, GError **error)
{
  Pgsql *self = (Pgsql *) db;
  PGresult *result;
  gboolean ok;

  if (!mend (self, error))
    return FALSE;
  result = PQexec (self->connection, sql);
  ok = succeeded (self, result, error);
  PQclear (result);
  return ok;
}

static OreeDbRows *
query (OreeDb *db, const char *sql, const OreeDbValue *parameters, guint n_parameters, GError **error)
{
  Pgsql *self = (Pgsql *) db;
  PGresult *result;
  PgsqlRows *rows;

  if (!mend (self, error))
    return NULL;
  result = execute (self, sql, parameters, n_parameters, error);
  if (result == NULL)
    return NULL;

  rows = g_new0 (PgsqlRows, 1);
  rows->base.driver = db->driver;
  rows->base.n_columns = (guint) PQnfields (result);
  rows->result = result;
  rows->row = -1;
  rows->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) PQfreemem);
  return &rows->base;
}

static gboolean
next (OreeDbRows *base, GError **error)
{
  PgsqlRows *rows = (PgsqlRows *) base;

  g_ptr_array_set_size (rows->blobs, 0);
  if (rows->row + 1 >= PQntuples (rows->result))
    return FALSE;
  rows->row++;
  return TRUE;
}

static const char *
name (const OreeDbRows *base, guint column)
{
  return PQfname (((const PgsqlRows *) base)->result, (int) column);
}

static OreeDbValue
value (OreeDbRows *base, guint column)
{
  PgsqlRows *rows = (PgsqlRows *) base;
  int i = (int) column;
  const char *text;

  if (PQgetisnull (rows->result, rows->row, i))
    return oree_db_null ();

  text = PQgetvalue (rows->result, rows->row, i);
  switch (PQftype (rows->result, i))
    {
    case OID_BOOL:
      return oree_db_int (text[0] == 't');
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
      return oree_db_int (to_integer (text));
    case OID_BYTEA:
      {
        gsize length = 0;
        guint8 *bytes = PQunescapeBytea ((const guint8 *) text, &length);

        g_ptr_array_add (rows->blobs, bytes);
        return oree_db_blob (bytes, length);
      }
    default:
      return (OreeDbValue){ OREE_DB_TEXT, 0, text, (gsize) PQgetlength (rows->result, rows->row, i) };
    }
}

static void
free_rows (OreeDbRows *base)
{
  PgsqlRows *rows = (PgsqlRows *) base;

  g_ptr_array_unref (rows->blobs);
  PQclear (rows->result);
  g_free (rows);
}

static gboolean
begin (OreeDb *db, GError **error)
{
  Pgsql *self = (Pgsql *) db;

  /* PQstatus learns of a lost connection only by using it: one retry, before anything was asked. */
  for (int attempt = 0; attempt < 2; attempt++)
    {
      if (!mend (self, error))
        return FALSE;
      if (script (db, "BEGIN ISOLATION LEVEL REPEATABLE READ", attempt == 0 ? NULL : error))
        {
          self->in_transaction = TRUE;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
commit (OreeDb *db, GError **error)
{
  Pgsql *self = (Pgsql *) db;
  PGresult *result = PQexec (self->connection, "COMMIT");
  gboolean ok = succeeded (self, result, error);

  /* COMMIT of a transaction that failed earlier succeeds, and says ROLLBACK. */
  if (ok && g_str_equal (PQcmdStatus (result), "ROLLBACK"))
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_FAILED, "postgresql: the transaction had failed");
      ok = FALSE;
    }
  PQclear (result);
  if (ok)
    self->in_transaction = FALSE;
  return ok;
}

static void
rollback (OreeDb *db)
{
  Pgsql *self = (Pgsql *) db;

  if (!self->in_transaction)
    return;
  if (PQtransactionStatus (self->connection) != PQTRANS_IDLE)
    PQclear (PQexec (self->connection, "ROLLBACK"));
  self->in_transaction = FALSE;
}

static void
free_db (OreeDb *db)
{
  Pgsql *self = (Pgsql *) db;

  PQfinish (self->connection);
  g_hash_table_unref (self->translated);
  g_free (self);
}

static const OreeDbDriver driver = {
  "postgresql", run, script, query, next, name, value, free_rows, begin, commit, rollback, free_db,
};

static void
ignore_notice (void *data, const PGresult *result)
{
}

OreeDb *
oree_db_pgsql_open (const char *url, GError **error)
{
  /* Later entries win, so the URL may overrule the first two. `options` also holds after a reconnect: a commit
   * answered is a commit on disk whatever the server's default, and a lock is not waited for for ever. */
  static const char *const keywords[] = { "connect_timeout", "application_name", "client_encoding",
                                          "options",         "dbname",           NULL };
  const char *const values[] = { "10", "oreed", "UTF8", "-c synchronous_commit=on -c lock_timeout=5s", url, NULL };
  Pgsql *self = g_new0 (Pgsql, 1);

  self->base.driver = &driver;
  self->translated = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->connection = PQconnectdbParams (keywords, values, 1);
  if (PQstatus (self->connection) != CONNECTION_OK)
    {
      fail_connection (self, error);
      free_db (&self->base);
      return NULL;
    }
  PQsetNoticeReceiver (self->connection, ignore_notice, NULL);
  return &self->base;
}
