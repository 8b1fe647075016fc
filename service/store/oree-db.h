/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database seam: run this statement with these parameters. Two drivers stand behind it, and SQL is written
 * once, in the subset both understand. Parameters are `?`, in order; identifiers are quoted with ".
 * One connection, one thread at a time. */
#pragma once
#include "base/oree-error.h"
#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  OREE_DB_NULL,
  OREE_DB_INT,
  OREE_DB_TEXT, /* UTF-8 without NUL */
  OREE_DB_BLOB
} OreeDbType;

typedef struct
{
  OreeDbType type;
  gint64 integer;
  const char *data; /* TEXT (also NUL-terminated) or BLOB; borrowed */
  gsize length;
} OreeDbValue;

OreeDbValue oree_db_null (void);
OreeDbValue oree_db_int (gint64 value);
/* NULL gives the NULL value. */
OreeDbValue oree_db_text (const char *text);
OreeDbValue oree_db_blob (const void *data, gsize length);

typedef struct _OreeDb OreeDb;
typedef struct _OreeDbRows OreeDbRows;

/* Opens `sqlite:PATH` (created, mode 0600, when absent) or `postgresql://…` (libpq's own URL).
 * Errors: UNSUPPORTED (no such driver here), UNAVAILABLE (cannot be opened, with the engine's reason). */
OreeDb *oree_db_open (const char *url, GError **error);
void oree_db_free (OreeDb *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeDb, oree_db_free)

/* "sqlite" or "postgresql"; static. */
const char *oree_db_engine (const OreeDb *self);

/* Runs one statement. `changed` (optional) gets the number of rows it touched.
 * Errors: CONFLICT (another writer came first), BUSY (locked too long), UNAVAILABLE (disk full, read-only,
 * damaged file, connection lost), FAILED (the statement itself). The message names the engine's reason. */
gboolean oree_db_run (OreeDb *self, const char *sql, const OreeDbValue *parameters, guint n_parameters,
                      gint64 *changed, GError **error);
/* Runs several statements separated by `;`, without parameters. */
gboolean oree_db_script (OreeDb *self, const char *sql, GError **error);

/* Runs one SELECT; step through the rows, then free. Only one such cursor at a time. */
OreeDbRows *oree_db_query (OreeDb *self, const char *sql, const OreeDbValue *parameters, guint n_parameters,
                           GError **error);
/* TRUE: a row is there. FALSE: the end, or `error` is set. */
gboolean oree_db_rows_next (OreeDbRows *self, GError **error);
guint oree_db_rows_n_columns (const OreeDbRows *self);
const char *oree_db_rows_name (const OreeDbRows *self, guint column);
/* Value of the current row, borrowed until the next step. */
OreeDbValue oree_db_rows_value (OreeDbRows *self, guint column);
void oree_db_rows_free (OreeDbRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeDbRows, oree_db_rows_free)

/* One transaction at a time. `begin` takes the write lock (SQLite) or a repeatable-read snapshot (PostgreSQL),
 * and first mends a connection that was lost. After a failed commit the transaction is rolled back. */
gboolean oree_db_begin (OreeDb *self, GError **error);
gboolean oree_db_commit (OreeDb *self, GError **error);
void oree_db_rollback (OreeDb *self);

/* What a driver implements. Private to the drivers. */
typedef struct
{
  const char *engine;
  gboolean (*run) (OreeDb *self, const char *sql, const OreeDbValue *parameters, guint n_parameters, gint64 *changed,
                   GError **error);
  gboolean (*script) (OreeDb *self, const char *sql, GError **error);
  OreeDbRows *(*query) (OreeDb *self, const char *sql, const OreeDbValue *parameters, guint n_parameters,
                        GError **error);
  gboolean (*next) (OreeDbRows *rows, GError **error);
  const char *(*name) (const OreeDbRows *rows, guint column);
  OreeDbValue (*value) (OreeDbRows *rows, guint column);
  void (*free_rows) (OreeDbRows *rows);
  gboolean (*begin) (OreeDb *self, GError **error);
  gboolean (*commit) (OreeDb *self, GError **error);
  void (*rollback) (OreeDb *self);
  void (*free) (OreeDb *self);
} OreeDbDriver;

struct _OreeDb
{
  const OreeDbDriver *driver;
};

struct _OreeDbRows
{
  const OreeDbDriver *driver;
  guint n_columns;
};

OreeDb *oree_db_sqlite_open (const char *path, GError **error);
OreeDb *oree_db_pgsql_open (const char *url, GError **error);

G_END_DECLS
