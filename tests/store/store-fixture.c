/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"
#include <glib/gstdio.h>
#include <unistd.h>

static char *directory;
static guint count;

gboolean
store_fixture_is_sqlite (void)
{
  return g_getenv ("OREE_TEST_PGHOST") == NULL;
}

const char *
store_fixture_path (const char *url)
{
  return url + strlen ("sqlite:");
}

char *
store_fixture_url (void)
{
  const char *host = g_getenv ("OREE_TEST_PGHOST");
  g_autofree char *name = g_strdup_printf ("t%d_%u", (int) getpid (), ++count);
  g_autofree char *admin = NULL;
  g_autofree char *sql = NULL;
  g_autoptr (OreeDb) db = NULL;
  g_autoptr (GError) error = NULL;

  if (host == NULL)
    {
      if (directory == NULL)
        directory = g_dir_make_tmp ("oree-store-XXXXXX", NULL);
      return g_strdup_printf ("sqlite:%s/%s.db", directory, name);
    }

  admin = g_strdup_printf ("postgresql:///postgres?host=%s&user=oree", host);
  db = oree_db_open (admin, &error);
  g_assert_no_error (error);
  sql = g_strdup_printf ("CREATE DATABASE %s", name);
  oree_db_run (db, sql, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  return g_strdup_printf ("postgresql:///%s?host=%s&user=oree", name, host);
}

void
store_fixture_clean_up (void)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (directory == NULL)
    return;
  dir = g_dir_open (directory, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (directory);
  g_clear_pointer (&directory, g_free);
}

OreeRecordSet *
store_fixture_change (OreeRecordSet *set, const char *operation, const char *kind, const char *id, const char *fields)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) values = g_variant_parse (G_VARIANT_TYPE_VARDICT, fields, NULL, NULL, &error);
  g_autoptr (GVariant) changes = NULL;
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  GVariantBuilder builder;
  OreeRecordSet *next;

  g_assert_no_error (error);
  g_variant_builder_init (&builder, G_VARIANT_TYPE (OREE_CHANGES_TYPE));
  g_variant_builder_add (&builder, "(sss@a{sv})", operation, kind, id, values);
  changes = g_variant_ref_sink (g_variant_builder_end (&builder));
  next = oree_record_set_apply (set, changes, OREE_RECORD_PUBLIC, problems);
  for (guint i = 0; i < oree_problems_n (problems); i++)
    {
      const OreeProblem *p = oree_problems_get (problems, i);

      g_test_message ("%s %s %s: %s %s", p->kind, p->id, p->field, oree_problem_nick (p->code), p->detail);
    }
  g_assert_nonnull (next);
  return next;
}
