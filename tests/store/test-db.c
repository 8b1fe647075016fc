/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seam: what a driver gives back, how it fails, and the schema steps. */
#include "store-fixture.h"
#include "store/oree-migrate.h"
#include <glib/gstdio.h>
#include <sys/stat.h>

static OreeDb *
open_fresh (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (GError) error = NULL;
  OreeDb *db = oree_db_open (url, &error);

  g_assert_no_error (error);
  return db;
}

static void
run (OreeDb *db, const char *sql)
{
  g_autoptr (GError) error = NULL;

  oree_db_run (db, sql, NULL, 0, NULL, &error);
  g_assert_no_error (error);
}

static gint64
count_rows (OreeDb *db)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeDbRows) rows = oree_db_query (db, "SELECT COUNT(*) FROM t", NULL, 0, &error);

  g_assert_no_error (error);
  g_assert_true (oree_db_rows_next (rows, &error));
  return oree_db_rows_value (rows, 0).integer;
}

static void
values_come_back_as_they_went (void)
{
  static const guint8 bytes[] = { 0, 1, 255, '\'', '\\', 0, 'x' };
  static const char text[] = "l'été ? $1 \" \\ 日本語 🌲";
  g_autoptr (OreeDb) db = open_fresh ();
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeDbRows) rows = NULL;
  const OreeDbValue parameters[] = { oree_db_int (G_MININT64), oree_db_text (text), oree_db_blob (bytes, sizeof bytes),
                                     oree_db_null (),          oree_db_text (""),   oree_db_int (G_MAXINT64) };
  OreeDbValue v;
  gint64 changed = 0;

  run (db, store_fixture_is_sqlite ()
             ? "CREATE TABLE t (a BIGINT, b TEXT, c BLOB, d TEXT, e TEXT, \"f-g?\" BIGINT)"
             : "CREATE TABLE t (a BIGINT, b TEXT, c BYTEA, d TEXT, e TEXT, \"f-g?\" BIGINT)");
  oree_db_run (db, "INSERT INTO t (a, b, c, d, e, \"f-g?\") VALUES (?, ?, ?, ?, ?, ?)", parameters, 6, &changed, &error);
  g_assert_no_error (error);
  g_assert_cmpint (changed, ==, 1);

  rows = oree_db_query (db, "SELECT a, b, c, d, e, \"f-g?\", '?' AS mark FROM t WHERE b = ?", &parameters[1], 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (oree_db_rows_n_columns (rows), ==, 7);
  g_assert_cmpstr (oree_db_rows_name (rows, 5), ==, "f-g?");
  g_assert_true (oree_db_rows_next (rows, &error));
  g_assert_cmpint (oree_db_rows_value (rows, 0).integer, ==, G_MININT64);
  v = oree_db_rows_value (rows, 1);
  g_assert_cmpint (v.type, ==, OREE_DB_TEXT);
  g_assert_cmpmem (v.data, v.length, text, strlen (text));
  v = oree_db_rows_value (rows, 2);
  g_assert_cmpint (v.type, ==, OREE_DB_BLOB);
  g_assert_cmpmem (v.data, v.length, bytes, sizeof bytes);
  g_assert_cmpint (oree_db_rows_value (rows, 3).type, ==, OREE_DB_NULL);
  v = oree_db_rows_value (rows, 4);
  g_assert_cmpint (v.type, ==, OREE_DB_TEXT);
  g_assert_cmpuint (v.length, ==, 0);
  g_assert_cmpint (oree_db_rows_value (rows, 5).integer, ==, G_MAXINT64);
  g_assert_false (oree_db_rows_next (rows, &error));
  g_assert_no_error (error);
}

static void
transactions_are_all_or_nothing (void)
{
  g_autoptr (OreeDb) db = open_fresh ();
  g_autoptr (GError) error = NULL;

  run (db, "CREATE TABLE t (a BIGINT PRIMARY KEY)");
  g_assert_true (oree_db_begin (db, &error));
  run (db, "INSERT INTO t VALUES (1)");
  oree_db_rollback (db);
  g_assert_cmpint (count_rows (db), ==, 0);

  g_assert_true (oree_db_begin (db, &error));
  run (db, "INSERT INTO t VALUES (1)");
  g_assert_true (oree_db_commit (db, &error));
  g_assert_cmpint (count_rows (db), ==, 1);

  /* A statement that fails, then a rollback: the connection is usable again. */
  g_assert_true (oree_db_begin (db, &error));
  run (db, "INSERT INTO t VALUES (2)");
  g_assert_false (oree_db_run (db, "INSERT INTO t VALUES (1)", NULL, 0, NULL, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_FAILED);
  g_clear_error (&error);
  oree_db_rollback (db);
  g_assert_cmpint (count_rows (db), ==, 1);
  oree_db_rollback (db); /* without a transaction: nothing */
  g_assert_cmpint (count_rows (db), ==, 1);
}

static void
changed_counts_rows (void)
{
  g_autoptr (OreeDb) db = open_fresh ();
  g_autoptr (GError) error = NULL;
  gint64 changed = -1;

  run (db, "CREATE TABLE t (a BIGINT)");
  run (db, "INSERT INTO t VALUES (1), (2), (3)");
  g_assert_true (oree_db_run (db, "UPDATE t SET a = 9 WHERE a > 1", NULL, 0, &changed, &error));
  g_assert_cmpint (changed, ==, 2);
  g_assert_true (oree_db_run (db, "UPDATE t SET a = 9 WHERE a = 77", NULL, 0, &changed, &error));
  g_assert_cmpint (changed, ==, 0);
}

static void
bad_statements_and_urls_say_why (void)
{
  static const struct
  {
    const char *url;
    OreeError code;
  } urls[] = {
    { "mysql://x", OREE_ERROR_UNSUPPORTED },
    { "", OREE_ERROR_UNSUPPORTED },
    { "sqlite:", OREE_ERROR_UNSUPPORTED },
    { "sqlite:/nonexistent/directory/x.db", OREE_ERROR_UNAVAILABLE },
    { "sqlite:/tmp", OREE_ERROR_UNAVAILABLE },
    { "postgresql:///x?host=/nonexistent&user=nobody", OREE_ERROR_UNAVAILABLE },
  };
  g_autoptr (OreeDb) db = open_fresh ();
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_assert_null (oree_db_open (urls[i].url, &error));
      g_test_message ("%s: %s", urls[i].url, error->message);
      g_assert_error (error, OREE_ERROR, (int) urls[i].code);
      g_clear_error (&error);
    }

  g_assert_false (oree_db_run (db, "SELEKT", NULL, 0, NULL, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_null (oree_db_query (db, "SELECT a FROM nowhere", NULL, 0, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_FAILED);
}

/* --- Schema steps --- */

static const OreeMigration one[] = { { 1, "CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (1);" }, { 0, NULL } };
static const OreeMigration two[] = { { 1, "CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (1);" },
                                     { 2, "ALTER TABLE t ADD COLUMN b TEXT;\n-- a comment\nINSERT INTO t VALUES (2, 'x');" },
                                     { 0, NULL } };
static const OreeMigration broken[] = { { 1, "CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (1);" },
                                        { 2, "INSERT INTO t VALUES (2); INSERT INTO nowhere VALUES (1);" },
                                        { 0, NULL } };

static void
steps_run_once_each_and_in_order (void)
{
  g_autoptr (OreeDb) db = open_fresh ();
  g_autoptr (GError) error = NULL;

  g_assert_true (oree_migrate (db, one, &error));
  g_assert_cmpint (count_rows (db), ==, 1);
  g_assert_true (oree_migrate (db, one, &error));
  g_assert_cmpint (count_rows (db), ==, 1);
  g_assert_true (oree_migrate (db, two, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count_rows (db), ==, 2);
  g_assert_true (oree_migrate (db, two, &error));
  g_assert_cmpint (count_rows (db), ==, 2);
}

static void
failing_step_leaves_the_one_before (void)
{
  g_autoptr (OreeDb) db = open_fresh ();
  g_autoptr (GError) error = NULL;

  g_assert_false (oree_migrate (db, broken, &error));
  g_assert_nonnull (error);
  g_assert_true (g_str_has_prefix (error->message, "schema step 2: "));
  g_clear_error (&error);
  g_assert_cmpint (count_rows (db), ==, 1);
  g_assert_true (oree_migrate (db, two, &error));
  g_assert_cmpint (count_rows (db), ==, 2);
}

static void
newer_schema_is_refused_and_left_alone (void)
{
  g_autoptr (OreeDb) db = open_fresh ();
  g_autoptr (GError) error = NULL;

  g_assert_true (oree_migrate (db, two, &error));
  g_assert_false (oree_migrate (db, one, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_UNSUPPORTED);
  g_assert_cmpint (count_rows (db), ==, 2);
}

static void
built_in_steps_apply (void)
{
  g_autoptr (OreeDb) db = open_fresh ();
  g_autoptr (GError) error = NULL;

  oree_migrate (db, oree_migrations, &error);
  g_assert_no_error (error);
  oree_migrate (db, oree_migrations, &error);
  g_assert_no_error (error);
}

/* --- Only SQLite: a file --- */

static void
database_is_for_its_owner_only (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeDb) db = oree_db_open (url, NULL);
  g_autofree char *log = g_strconcat (store_fixture_path (url), "-wal", NULL);
  struct stat info;

  run (db, "CREATE TABLE t (a BIGINT)");
  g_assert_cmpint (stat (store_fixture_path (url), &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (log, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
full_disk_says_so (void)
{
  g_autoptr (OreeDb) db = open_fresh ();
  g_autoptr (GError) error = NULL;
  g_autofree char *big = g_strnfill (3000, 'x');
  const OreeDbValue parameters[] = { oree_db_text (big) };
  guint n = 0;

  run (db, "CREATE TABLE t (a TEXT)");
  {
    g_autoptr (OreeDbRows) rows = oree_db_query (db, "PRAGMA max_page_count = 8", NULL, 0, NULL);

    g_assert_true (oree_db_rows_next (rows, NULL));
  }
  while (n < 100 && oree_db_run (db, "INSERT INTO t VALUES (?)", parameters, 1, NULL, &error))
    n++;
  g_assert_error (error, OREE_ERROR, OREE_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "full"));
  g_assert_cmpint (count_rows (db), ==, n);
}

static void
rubbish_is_not_a_database (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autofree char *rubbish = g_strnfill (8192, 'r');
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (store_fixture_path (url), rubbish, 8192, NULL));
  g_assert_null (oree_db_open (url, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_UNAVAILABLE);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/db/values-come-back-as-they-went", values_come_back_as_they_went);
  g_test_add_func ("/store/db/transactions-are-all-or-nothing", transactions_are_all_or_nothing);
  g_test_add_func ("/store/db/changed-counts-rows", changed_counts_rows);
  g_test_add_func ("/store/db/bad-statements-and-urls-say-why", bad_statements_and_urls_say_why);
  g_test_add_func ("/store/migrate/steps-run-once-each-and-in-order", steps_run_once_each_and_in_order);
  g_test_add_func ("/store/migrate/failing-step-leaves-the-one-before", failing_step_leaves_the_one_before);
  g_test_add_func ("/store/migrate/newer-schema-is-refused-and-left-alone", newer_schema_is_refused_and_left_alone);
  g_test_add_func ("/store/migrate/built-in-steps-apply", built_in_steps_apply);
  if (store_fixture_is_sqlite ())
    {
      g_test_add_func ("/store/sqlite/database-is-for-its-owner-only", database_is_for_its_owner_only);
      g_test_add_func ("/store/sqlite/full-disk-says-so", full_disk_says_so);
      g_test_add_func ("/store/sqlite/rubbish-is-not-a-database", rubbish_is_not_a_database);
    }
  status = g_test_run ();
  store_fixture_clean_up ();
  return status;
}
