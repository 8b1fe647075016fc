/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store as its users see it: records, revision, history, audit, durable rows, damage. */
#include "model/oree-sip-domain.h"
#include "model/oree-xmpp-partner.h"
#include "store-fixture.h"
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

#define WAIT_SECONDS 60

/* --- Asking and waiting --- */

typedef struct
{
  gboolean done;
  guint64 revision;
  GError *error;
  OreeStoreContent *content;
  OreeRecordSet *set;
  GPtrArray *rows;
} Answer;

static void
answer_clear (Answer *self)
{
  g_clear_error (&self->error);
  g_clear_pointer (&self->content, oree_store_content_unref);
  g_clear_pointer (&self->set, oree_record_set_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static void
take (Answer *answer, const GError *error)
{
  answer->done = TRUE;
  answer->error = error ? g_error_copy (error) : NULL;
}

static void
opened_cb (OreeStoreContent *content, const GError *error, gpointer data)
{
  Answer *answer = data;

  take (answer, error);
  answer->content = content ? oree_store_content_ref (content) : NULL;
}

static void
committed_cb (guint64 revision, const GError *error, gpointer data)
{
  Answer *answer = data;

  take (answer, error);
  answer->revision = revision;
}

static void
listed_cb (GPtrArray *rows, const GError *error, gpointer data)
{
  Answer *answer = data;

  take (answer, error);
  answer->rows = rows ? g_ptr_array_ref (rows) : NULL;
}

static void
set_cb (OreeRecordSet *set, const GError *error, gpointer data)
{
  Answer *answer = data;

  take (answer, error);
  answer->set = set ? oree_record_set_ref (set) : NULL;
}

static gboolean
give_up (gpointer data)
{
  g_error ("no answer from the store");
  return G_SOURCE_REMOVE;
}

static void
wait_for (Answer *answer)
{
  guint guard = g_timeout_add_seconds (WAIT_SECONDS, give_up, NULL);

  while (!answer->done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (guard);
}

static OreeStoreContent *
open_store (OreeStore *store)
{
  g_auto (Answer) answer = { 0 };

  oree_store_open (store, opened_cb, &answer);
  wait_for (&answer);
  g_assert_no_error (answer.error);
  return g_steal_pointer (&answer.content);
}

static void
just_open (OreeStore *store)
{
  oree_store_content_unref (open_store (store));
}

static guint64
commit (OreeStore *store, OreeRecordSet *from, OreeRecordSet *to, guint64 expected)
{
  g_auto (Answer) answer = { 0 };

  oree_store_commit (store, from, to, expected, "uid:0", "apply", committed_cb, &answer);
  wait_for (&answer);
  g_assert_no_error (answer.error);
  return answer.revision;
}

static void
assert_same (OreeRecordSet *a, OreeRecordSet *b)
{
  g_autoptr (GVariant) changes = g_variant_ref_sink (oree_record_set_changes (a, b));

  if (g_variant_n_children (changes) > 0)
    {
      g_autofree char *text = g_variant_print (changes, FALSE);

      g_error ("the sets differ: %s", text);
    }
}

/* Runs SQL past the store. */
static void
meddle (const char *url, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeDb) db = oree_db_open (url, &error);

  g_assert_no_error (error);
  oree_db_script (db, sql, &error);
  g_assert_no_error (error);
}

/* One record of many kinds, lists, secrets, awkward text. */
static OreeRecordSet *
rich_set (OreeRecordSet *base)
{
  static const struct
  {
    const char *operation, *kind, *id, *fields;
  } steps[] = {
    { "add", "sip-domain", "contoso.test", "{'default': <true>, 'description': <\"l'été \\\"?\\\" 日本 🌲\">}" },
    { "add", "sip-domain", "other.test", "{'xmpp': <false>}" },
    { "add", "site", "Paris", "{}" },
    { "add", "user", "sip:alice@contoso.test", "{'display-name': <'Alice'>, 'password': <'se cret'>}" },
    { "add", "allowed-domain", "litware.test", "{}" },
    { "add", "blocked-domain", "spam.test", "{}" },
    { "add", "xmpp-partner", "fabrikam.test",
      "{'partner-type': <'federated'>, 'additional-domains': <['a.fabrikam.test', 'b.fabrikam.test']>}" },
    { "set", "topology", "global", "{'edge-internal-fqdn': <'edge.contoso.test'>}" },
  };
  OreeRecordSet *set = oree_record_set_ref (base);

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      OreeRecordSet *next
        = store_fixture_change (set, steps[i].operation, steps[i].kind, steps[i].id, steps[i].fields);

      oree_record_set_unref (set);
      set = next;
    }
  return set;
}

/* --- Records --- */

static void
new_store_is_empty_at_revision_0 (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) content = open_store (store);
  g_autoptr (OreeRecordSet) least = oree_record_set_new ();

  g_assert_cmpuint (content->revision, ==, 0);
  g_assert_cmpuint (content->runtime->len, ==, 0);
  g_assert_cmpuint (oree_problems_n (content->problems), ==, 0);
  g_assert_cmpuint (g_hash_table_size (content->changed), ==, 0);
  assert_same (content->set, least);
}

static void
records_survive_a_restart (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) content = open_store (store);
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();
  g_autoptr (OreeRecordSet) rich = rich_set (initial);
  g_autoptr (OreeRecordSet) less = store_fixture_change (rich, "remove", "blocked-domain", "spam.test", "{}");
  g_autoptr (OreeStoreContent) again = NULL;

  g_assert_cmpuint (commit (store, content->set, initial, 0), ==, 1);
  g_assert_cmpuint (commit (store, initial, rich, 1), ==, 2);
  g_assert_cmpuint (commit (store, rich, less, 2), ==, 3);
  g_assert_cmpuint (commit (store, less, less, 3), ==, 4); /* nothing changed: a revision all the same */

  g_clear_pointer (&store, oree_store_free);
  store = oree_store_new (url, NULL);
  again = open_store (store);
  g_assert_cmpuint (again->revision, ==, 4);
  g_assert_cmpuint (oree_problems_n (again->problems), ==, 0);
  assert_same (again->set, less);
  g_assert_cmpuint (*(guint64 *) g_hash_table_lookup (again->changed, "user sip:alice@contoso.test"), ==, 2);
  g_assert_cmpuint (*(guint64 *) g_hash_table_lookup (again->changed, "blocked-domain spam.test"), ==, 3);
}

static void
stale_revision_conflicts_and_writes_nothing (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStore) other = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) content = open_store (store);
  g_autoptr (OreeRecordSet) a = store_fixture_change (content->set, "add", "sip-domain", "a.test", "{}");
  g_autoptr (OreeRecordSet) b = store_fixture_change (content->set, "add", "sip-domain", "b.test", "{}");
  g_autoptr (OreeStoreContent) after = NULL;
  g_auto (Answer) answer = { 0 };

  just_open (other);
  g_assert_cmpuint (commit (store, content->set, a, 0), ==, 1);
  oree_store_commit (other, content->set, b, 0, "uid:1", "apply", committed_cb, &answer);
  wait_for (&answer);
  g_assert_error (answer.error, OREE_ERROR, OREE_ERROR_CONFLICT);
  after = open_store (other);
  g_assert_cmpuint (after->revision, ==, 1);
  assert_same (after->set, a);
}

static void
history_tells_and_undoes (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) content = open_store (store);
  g_autoptr (OreeRecordSet) s1 = store_fixture_change (content->set, "add", "sip-domain", "a.test", "{}");
  g_autoptr (OreeRecordSet) s2 = rich_set (s1);
  g_autoptr (OreeRecordSet) s3
    = store_fixture_change (s2, "set", "user", "sip:alice@contoso.test", "{'display-name': <'A.'>}");
  g_autoptr (OreeRecordSet) s4 = store_fixture_change (s3, "remove", "user", "sip:alice@contoso.test", "{}");
  OreeRecordSet *const sets[] = { content->set, s1, s2, s3, s4 };
  const OreeHistoryEntry *entry;

  for (guint i = 1; i < G_N_ELEMENTS (sets); i++)
    g_assert_cmpuint (commit (store, sets[i - 1], sets[i], i - 1), ==, i);

  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_auto (Answer) answer = { 0 };

      oree_store_set_at (store, i, set_cb, &answer);
      wait_for (&answer);
      g_assert_no_error (answer.error);
      assert_same (answer.set, sets[i]);
    }
  {
    g_auto (Answer) answer = { 0 };

    oree_store_set_at (store, 5, set_cb, &answer);
    wait_for (&answer);
    g_assert_error (answer.error, OREE_ERROR, OREE_ERROR_NOT_FOUND);
  }
  {
    g_auto (Answer) answer = { 0 };

    oree_store_history (store, 0, 2, listed_cb, &answer);
    wait_for (&answer);
    g_assert_no_error (answer.error);
    g_assert_cmpuint (answer.rows->len, ==, 2);
    entry = g_ptr_array_index (answer.rows, 0);
    g_assert_cmpuint (entry->revision, ==, 4);
    g_assert_cmpstr (entry->who, ==, "uid:0");
    g_assert_cmpstr (entry->operation, ==, "apply");
    g_assert_cmpstr (entry->kind, ==, "user");
    g_assert_cmpstr (entry->id, ==, "sip:alice@contoso.test");
    g_assert_true (oree_record_equal (entry->old_record, oree_record_set_get (s3, "user", entry->id)));
    g_assert_null (entry->new_record);
    g_assert_cmpint (ABS (entry->wall - g_get_real_time ()), <, 60 * G_USEC_PER_SEC);
    entry = g_ptr_array_index (answer.rows, 1);
    g_assert_cmpuint (entry->revision, ==, 3);
    g_assert_true (oree_record_equal (entry->new_record, oree_record_set_get (s3, "user", entry->id)));
  }
  {
    /* A transaction comes whole, whatever the limit. */
    g_auto (Answer) answer = { 0 };

    oree_store_history (store, 3, 1, listed_cb, &answer);
    wait_for (&answer);
    g_assert_cmpuint (answer.rows->len, >, 5);
    for (guint i = 0; i < answer.rows->len; i++)
      g_assert_cmpuint (((const OreeHistoryEntry *) g_ptr_array_index (answer.rows, i))->revision, ==, 2);
  }
}

/* --- Damage --- */

static void
damaged_row_is_a_problem_not_an_end (void)
{
  static const char sqlite_damage[] = "UPDATE sip_domain SET \"sip\" = 'perhaps' WHERE id = 'other.test';";
  static const char damage[]
    = "UPDATE xmpp_partner SET partner_type = 'best-friend' WHERE id = 'fabrikam.test';"
      "INSERT INTO allowed_domain (id) VALUES ('NOT a domain');"
      "INSERT INTO allowed_domain (id) VALUES ('UPPER.test');"
      "UPDATE topology SET access_edge_external_port = 70000;";
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) content = open_store (store);
  g_autoptr (OreeRecordSet) rich = rich_set (content->set);
  g_autoptr (OreeRecordSet) next = NULL;
  g_autoptr (OreeStoreContent) after = NULL, mended = NULL;

  commit (store, content->set, rich, 0);
  meddle (url, damage);
  if (store_fixture_is_sqlite ())
    meddle (url, sqlite_damage);

  after = open_store (store);
  g_assert_cmpuint (after->revision, ==, 1);
  g_assert_cmpuint (oree_problems_n (after->problems), ==, store_fixture_is_sqlite () ? 5 : 4);
  g_assert_true (oree_problems_has (after->problems, OREE_PROBLEM_BAD_CHOICE, "partner-type"));
  g_assert_true (oree_problems_has (after->problems, OREE_PROBLEM_BAD_ID, NULL));
  g_assert_true (oree_problems_has (after->problems, OREE_PROBLEM_OUT_OF_RANGE, "access-edge-external-port"));
  g_assert_null (oree_record_set_get (after->set, "xmpp-partner", "fabrikam.test"));
  g_assert_nonnull (oree_record_set_get (after->set, "user", "sip:alice@contoso.test"));
  g_assert_nonnull (oree_record_set_get (after->set, "sip-domain", "contoso.test"));

  /* Writing the record anew mends its row. */
  next = store_fixture_change (after->set, "add", "xmpp-partner", "fabrikam.test", "{}");
  commit (store, after->set, next, 1);
  mended = open_store (store);
  g_assert_nonnull (oree_record_set_get (mended->set, "xmpp-partner", "fabrikam.test"));
  g_assert_false (oree_problems_has (mended->problems, OREE_PROBLEM_BAD_CHOICE, NULL));
}

static void
new_field_gets_its_column_and_default (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) content = open_store (store);
  g_autoptr (OreeRecordSet) rich = rich_set (content->set);
  g_autoptr (OreeStoreContent) after = NULL, again = NULL;
  const OreeSipDomain *domain;

  commit (store, content->set, rich, 0);
  /* As an older version left it: a column fewer; as a newer one did: a column more. */
  meddle (url, "ALTER TABLE sip_domain DROP COLUMN description; ALTER TABLE sip_domain ADD COLUMN colour TEXT;"
               "UPDATE sip_domain SET colour = 'blue'; DROP TABLE site;");
  after = open_store (store);
  g_assert_cmpuint (oree_problems_n (after->problems), ==, 0);
  domain = (const OreeSipDomain *) oree_record_set_get (after->set, "sip-domain", "contoso.test");
  g_assert_cmpstr (domain->description, ==, "");
  g_assert_true (domain->is_default);
  g_assert_null (oree_record_set_get (after->set, "site", "Paris"));

  commit (store, after->set, rich, 1);
  again = open_store (store);
  assert_same (again->set, rich);
}

/* Every schema that was ever released opens, with what was in it. Made with sqlite3's .dump, never edited. */
static void
old_schema_opens (gconstpointer data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "old", data, NULL);
  g_autofree char *url = store_fixture_url ();
  g_autofree char *sql = NULL;
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) content = NULL;
  g_auto (Answer) first = { 0 };
  const OreeRecord *user;
  const OreeField *digest;

  g_assert_true (g_file_get_contents (path, &sql, NULL, NULL));
  meddle (url, sql);
  content = open_store (store);
  g_assert_cmpuint (content->revision, ==, 2);
  g_assert_cmpuint (oree_problems_n (content->problems), ==, 0);
  g_assert_cmpuint (content->runtime->len, ==, 1);
  user = oree_record_set_get (content->set, "user", "sip:alice@contoso.test");
  g_assert_nonnull (user);
  digest = oree_kind_field (user->kind, "ha1-sha256");
  g_assert_cmpuint (strlen (oree_record_get_string (user, digest)), ==, 64);
  g_assert_nonnull (oree_record_set_get (content->set, "xmpp-partner", "fabrikam.test"));

  oree_store_set_at (store, 1, set_cb, &first);
  wait_for (&first);
  g_assert_no_error (first.error);
  g_assert_null (oree_record_set_get (first.set, "user", "sip:alice@contoso.test"));
}

static void
unopened_store_answers_unavailable (void)
{
  g_autoptr (OreeStore) store = oree_store_new ("sqlite:/nonexistent/x.db", NULL);
  g_autoptr (OreeRecordSet) set = oree_record_set_new ();
  g_auto (Answer) opened = { 0 }, committed = { 0 }, listed = { 0 };

  oree_store_open (store, opened_cb, &opened);
  oree_store_commit (store, set, set, 0, "x", "apply", committed_cb, &committed);
  oree_store_history (store, 0, 10, listed_cb, &listed);
  wait_for (&opened);
  wait_for (&committed);
  wait_for (&listed);
  g_assert_error (opened.error, OREE_ERROR, OREE_ERROR_UNAVAILABLE);
  g_assert_error (committed.error, OREE_ERROR, OREE_ERROR_UNAVAILABLE);
  g_assert_error (listed.error, OREE_ERROR, OREE_ERROR_UNAVAILABLE);
}

/* --- Audit --- */

static void
audit_is_kept_in_order (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_auto (Answer) all = { 0 }, page = { 0 };
  const OreeAuditLine *line;
  gint64 outcome;

  just_open (store);
  for (gint64 i = 1; i <= 10; i++)
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "who", "s", "uid:0 'quoted' \n日本");
      g_variant_dict_insert (&dict, "outcome", "x", i);
      oree_store_audit (store, 1000 + i, g_variant_dict_end (&dict), NULL, NULL);
    }
  oree_store_audit_list (store, 0, 100, listed_cb, &all);
  oree_store_audit_list (store, 5, 2, listed_cb, &page);
  wait_for (&all);
  wait_for (&page);
  g_assert_cmpuint (all.rows->len, ==, 10);
  line = g_ptr_array_index (all.rows, 0);
  g_assert_cmpuint (line->number, ==, 10);
  g_assert_cmpint (line->wall, ==, 1010);
  g_assert_true (g_variant_lookup (line->body, "outcome", "x", &outcome));
  g_assert_cmpint (outcome, ==, 10);
  g_assert_cmpuint (page.rows->len, ==, 2);
  g_assert_cmpuint (((const OreeAuditLine *) g_ptr_array_index (page.rows, 0))->number, ==, 4);
}

/* --- Durable rows --- */

typedef struct
{
  int saved, failed; /* atomic: counted on the store's thread */
} Count;

static void
saved_cb (gpointer data, gboolean ok)
{
  Count *count = data;

  g_atomic_int_inc (ok ? &count->saved : &count->failed);
}

static OreeRuntimeRow *
row_of (const char *key, gint64 n)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "n", "x", n);
  return oree_runtime_row_new (OREE_SPACE_STATE, key, g_variant_dict_end (&dict));
}

/* Larger than any room that may be left. */
static OreeRuntimeRow *
big_row (const char *key)
{
  g_autofree char *text = g_strnfill (512 * 1024, 'x');
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "text", "s", text);
  return oree_runtime_row_new (OREE_SPACE_STATE, key, g_variant_dict_end (&dict));
}

static gint64
number_of (GPtrArray *rows, const char *key)
{
  gint64 n = -1;

  for (guint i = 0; i < rows->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (rows, i);

      if (g_str_equal (row->key, key))
        g_variant_lookup (row->value, "n", "x", &n);
    }
  return n;
}

static gpointer
save_many (gpointer data)
{
  gpointer *arguments = data;

  for (gint64 i = 0; i < 500; i++)
    {
      g_autofree char *key = g_strdup_printf ("%s-%d", (const char *) arguments[2], (int) (i % 50));

      oree_store_save_row (arguments[0], row_of (key, i), saved_cb, arguments[1]);
    }
  return NULL;
}

static void
rows_from_many_threads_are_all_saved (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) again = NULL;
  Count count = { 0, 0 };
  gpointer arguments[4][3];
  GThread *threads[4];
  static char *const names[] = { "a", "b", "c", "d" };

  just_open (store);
  for (guint i = 0; i < 4; i++)
    {
      arguments[i][0] = store;
      arguments[i][1] = &count;
      arguments[i][2] = names[i];
      threads[i] = g_thread_new ("saver", save_many, arguments[i]);
    }
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  oree_store_save_row (store, oree_runtime_row_new (OREE_SPACE_STATE, "a-0", NULL), saved_cb, &count);
  oree_store_save_row (store, oree_runtime_row_new (OREE_SPACE_ALLOW, "never there", NULL), NULL, NULL);
  g_clear_pointer (&store, oree_store_free); /* what was asked is done first */
  g_assert_cmpint (g_atomic_int_get (&count.saved), ==, 2001);
  g_assert_cmpint (g_atomic_int_get (&count.failed), ==, 0);

  store = oree_store_new (url, NULL);
  again = open_store (store);
  g_assert_cmpuint (again->runtime->len, ==, 199);
  g_assert_cmpuint (again->n_runtime_damaged, ==, 0);
  g_assert_cmpint (number_of (again->runtime, "a-0"), ==, -1);
  g_assert_cmpint (number_of (again->runtime, "a-1"), ==, 451);
  g_assert_cmpint (number_of (again->runtime, "d-49"), ==, 499);
}

static void
bad_row_does_not_fail_its_neighbours (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) again = NULL;
  g_auto (Answer) listed = { 0 };
  Count good = { 0, 0 }, bad = { 0, 0 };

  just_open (store);
  /* Only PostgreSQL minds text that is not UTF-8; SQLite keeps it, and the reader leaves it out. */
  for (int i = 0; i < 20; i++)
    {
      g_autofree char *key = g_strdup_printf ("good-%d", i);

      oree_store_save_row (store, row_of (key, i), saved_cb, &good);
      if (i == 10)
        oree_store_save_row (store, row_of ("bad-\xff", i), saved_cb, &bad);
    }
  oree_store_list_rows (store, listed_cb, &listed);
  wait_for (&listed);
  g_assert_no_error (listed.error);
  g_assert_cmpint (g_atomic_int_get (&good.saved), ==, 20);
  g_assert_cmpuint (listed.rows->len, ==, 20);
  g_assert_cmpint (g_atomic_int_get (store_fixture_is_sqlite () ? &bad.saved : &bad.failed), ==, 1);
  again = open_store (store);
  g_assert_cmpuint (again->n_runtime_damaged, ==, store_fixture_is_sqlite () ? 1 : 0);
}

static void
damaged_rows_are_counted (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) again = NULL;

  just_open (store);
  oree_store_save_row (store, row_of ("good", 1), NULL, NULL);
  just_open (store); /* the row is on disk before anybody meddles */
  meddle (url, "INSERT INTO runtime (space, name, body) VALUES ('state', 'x', 'rubbish'), ('state', 'y', '<1>')");
  again = open_store (store);
  g_assert_cmpuint (again->runtime->len, ==, 1);
  g_assert_cmpuint (again->n_runtime_damaged, ==, 2);
}

/* --- Only SQLite: the disk --- */

static void
full_disk_is_an_answer_and_passes (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) content = open_store (store), after = NULL;
  g_autoptr (OreeRecordSet) set = oree_record_set_ref (content->set);
  struct rlimit old, small;
  guint64 revision = 0;
  Count count = { 0, 0 };
  gboolean failed = FALSE;

  /* A file may not grow past this: the same error path as a disk without room. */
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 400 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);

  for (guint i = 0; i < 500 && !failed; i++)
    {
      g_autofree char *id = g_strdup_printf ("d%u.test", i);
      g_autoptr (OreeRecordSet) next = store_fixture_change (set, "add", "allowed-domain", id, "{}");
      g_auto (Answer) answer = { 0 };

      oree_store_commit (store, set, next, revision, "uid:0", "apply", committed_cb, &answer);
      wait_for (&answer);
      failed = answer.error != NULL;
      if (failed)
        {
          g_assert_error (answer.error, OREE_ERROR, OREE_ERROR_UNAVAILABLE);
          g_test_message ("after %u: %s", i, answer.error->message);
          break;
        }
      revision = answer.revision;
      oree_record_set_unref (set);
      set = oree_record_set_ref (next);
    }
  g_assert_true (failed);
  oree_store_save_row (store, big_row ("x"), saved_cb, &count); /* a page or two may still fit */
  {
    g_auto (Answer) listed = { 0 };

    oree_store_list_rows (store, listed_cb, &listed);
    wait_for (&listed);
  }
  g_assert_cmpint (g_atomic_int_get (&count.failed), ==, 1);

  /* Room again: what was answered is there, what was refused is not, and it goes on. */
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  after = open_store (store);
  g_assert_cmpuint (after->revision, ==, revision);
  assert_same (after->set, set);
  {
    g_autoptr (OreeRecordSet) next = store_fixture_change (set, "add", "allowed-domain", "last.test", "{}");

    g_assert_cmpuint (commit (store, set, next, revision), ==, revision + 1);
  }
}

/* --- Only PostgreSQL: the connection --- */

static void
lost_connection_fails_once_and_mends (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  g_autoptr (OreeStoreContent) content = open_store (store);
  g_autoptr (OreeRecordSet) a = store_fixture_change (content->set, "add", "sip-domain", "a.test", "{}");
  g_autoptr (OreeRecordSet) b = store_fixture_change (a, "add", "sip-domain", "b.test", "{}");
  g_autoptr (OreeStoreContent) after = NULL;
  int status = 1;

  g_assert_cmpuint (commit (store, content->set, a, 0), ==, 1);
  g_assert_true (g_spawn_command_line_sync (g_getenv ("OREE_TEST_PGRESTART"), NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);

  /* Nothing was under way: the next transaction finds a new connection by itself. */
  g_assert_cmpuint (commit (store, a, b, 1), ==, 2);
  after = open_store (store);
  assert_same (after->set, b);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/records/new-store-is-empty-at-revision-0", new_store_is_empty_at_revision_0);
  g_test_add_func ("/store/records/survive-a-restart", records_survive_a_restart);
  g_test_add_func ("/store/records/stale-revision-conflicts-and-writes-nothing",
                   stale_revision_conflicts_and_writes_nothing);
  g_test_add_func ("/store/history/tells-and-undoes", history_tells_and_undoes);
  g_test_add_func ("/store/damage/row-is-a-problem-not-an-end", damaged_row_is_a_problem_not_an_end);
  g_test_add_func ("/store/damage/runtime-rows-are-counted", damaged_rows_are_counted);
  g_test_add_func ("/store/repo/new-field-gets-its-column-and-default", new_field_gets_its_column_and_default);
  g_test_add_data_func ("/store/migrate/schema-1-opens", "0001.sql", old_schema_opens);
  g_test_add_func ("/store/store/unopened-answers-unavailable", unopened_store_answers_unavailable);
  g_test_add_func ("/store/audit/kept-in-order", audit_is_kept_in_order);
  g_test_add_func ("/store/runtime/rows-from-many-threads-are-all-saved", rows_from_many_threads_are_all_saved);
  g_test_add_func ("/store/runtime/bad-row-does-not-fail-its-neighbours", bad_row_does_not_fail_its_neighbours);
  if (store_fixture_is_sqlite ())
    g_test_add_func ("/store/sqlite/full-disk-is-an-answer-and-passes", full_disk_is_an_answer_and_passes);
  else
    g_test_add_func ("/store/pgsql/lost-connection-fails-once-and-mends", lost_connection_fails_once_and_mends);
  status = g_test_run ();
  store_fixture_clean_up ();
  return status;
}
