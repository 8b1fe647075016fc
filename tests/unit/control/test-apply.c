/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The path of a change, over a real store in a temporary directory and a fake data plane. */
#include "control/oree-apply.h"
#include "fake-roles.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

typedef struct
{
  char *directory;
  OreeStore *store;
  OreeStoreContent *content;
  OreeRoles *roles;
  OreeApply *apply;
  gboolean ready;
  GString *told; /* "2 xmpp-partner fabrikam.test;" for each Changed */
} Fixture;

typedef struct
{
  gboolean answered;
  guint64 revision;
  int error; /* -1: none */
  GVariant *problems;
  GVariant *effects;
} Outcome;

static void
on_opened (OreeStoreContent *content, const GError *error, gpointer data)
{
  Fixture *fixture = data;

  g_assert_no_error (error);
  fixture->content = oree_store_content_ref (content);
  fixture->ready = TRUE;
}

static void
on_committed (guint64 revision, const GError *error, gpointer data)
{
  g_assert_no_error (error);
  g_assert_cmpuint (revision, ==, 1);
  ((Fixture *) data)->ready = TRUE;
}

static void
on_changed (guint64 revision, GVariant *records, const char *who, gpointer data)
{
  Fixture *fixture = data;
  GVariantIter iter;
  const char *kind, *id;

  g_assert_cmpstr (who, ==, "tester");
  g_string_append_printf (fixture->told, "%u", (guint) revision);
  g_variant_iter_init (&iter, records);
  while (g_variant_iter_next (&iter, "(&s&s)", &kind, &id))
    g_string_append_printf (fixture->told, " %s %s", kind, id);
  g_string_append_c (fixture->told, ';');
}

static void
wait_ready (Fixture *fixture)
{
  while (!fixture->ready)
    g_main_context_iteration (NULL, TRUE);
  fixture->ready = FALSE;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const OreeRolesOptions options = { 1 };
  g_autofree char *url = NULL;
  g_autoptr (OreeRecordSet) nothing = oree_record_set_new ();
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();

  fake_roles_reset ();
  fixture->told = g_string_new (NULL);
  fixture->directory = g_dir_make_tmp ("oree-apply-XXXXXX", NULL);
  url = g_strdup_printf ("sqlite:%s/oree.db", fixture->directory);
  fixture->store = oree_store_new (url, NULL);
  oree_store_open (fixture->store, on_opened, fixture);
  wait_ready (fixture);
  oree_store_commit (fixture->store, nothing, initial, 0, "tester", "first-start", on_committed, fixture);
  wait_ready (fixture);
  fixture->apply = oree_apply_new (fixture->store, initial, 1, NULL, on_changed, fixture);
  fixture->roles = oree_roles_new (oree_apply_policy (fixture->apply), &options);
  oree_apply_set_roles (fixture->apply, fixture->roles);
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_rmdir (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  oree_apply_free (fixture->apply);
  oree_roles_free (fixture->roles);
  oree_store_free (fixture->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  oree_store_content_unref (fixture->content);
  g_string_free (fixture->told, TRUE);
  remove_directory (fixture->directory);
  g_free (fixture->directory);
  fake_roles_reset ();
}

static void
on_done (const OreeApplyResult *result, const GError *error, gpointer data)
{
  Outcome *outcome = data;

  g_assert_false (outcome->answered);
  outcome->answered = TRUE;
  outcome->error = error != NULL ? error->code : -1;
  if (result == NULL)
    return;
  outcome->revision = result->revision;
  outcome->problems = g_variant_ref_sink (oree_problems_to_variant (result->problems));
  outcome->effects = g_variant_ref (result->effects);
}

static void
wait_for (Outcome *outcome)
{
  while (!outcome->answered)
    g_main_context_iteration (NULL, TRUE);
}

static void
clear (Outcome *outcome)
{
  g_clear_pointer (&outcome->problems, g_variant_unref);
  g_clear_pointer (&outcome->effects, g_variant_unref);
  *outcome = (Outcome){ FALSE };
}

static GVariant *
change (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *body = g_variant_parse (G_VARIANT_TYPE (OREE_CHANGES_TYPE), text, NULL, NULL, &error);

  g_assert_no_error (error);
  return body;
}

static void
submit (Fixture *fixture, OreeApplyKind kind, GVariant *body, guint64 revision, guint64 seen, Outcome *outcome)
{
  const OreeApplyRequest request = { kind, body, revision, seen, "tester" };

  oree_apply_submit (fixture->apply, &request, on_done, outcome);
}

/* Applies and expects success at `revision`. */
static void
must (Fixture *fixture, const char *text, guint64 revision)
{
  g_autoptr (GVariant) body = change (text);
  Outcome outcome = { FALSE };

  submit (fixture, OREE_APPLY_CHANGES, body, 0, 0, &outcome);
  wait_for (&outcome);
  g_assert_cmpint (outcome.error, ==, -1);
  g_assert_cmpuint (outcome.revision, ==, revision);
  clear (&outcome);
}

#define ADD_PARTNER                                                                                             \
  "[('add', 'xmpp-partner', 'fabrikam.test', {'partner-type': <'federated'>, 'sasl-negotiation': <'optional'>})]"

static const char *
partner_type (Fixture *fixture)
{
  const OreeRecord *record
      = oree_record_set_get (oree_apply_records (fixture->apply), "xmpp-partner", "fabrikam.test");
  const OreeField *field;

  if (record == NULL)
    return NULL;
  field = oree_kind_field (record->kind, "partner-type");
  return oree_enum_to_nick (field->choices, oree_record_get_enum (record, field));
}

static void
test_stores_publishes_tells (Fixture *fixture, gconstpointer data)
{
  g_autofree char *published = NULL;

  must (fixture, ADD_PARTNER, 2);
  g_assert_cmpstr (partner_type (fixture), ==, "federated");
  g_assert_cmpstr (fixture->told->str, ==, "2 xmpp-partner fabrikam.test;");
  published = fake_roles_published ();
  g_assert_cmpstr (published, ==, "2");
  g_assert_cmpuint (oree_policy_revision (oree_apply_policy (fixture->apply)), ==, 2);
}

static void
test_refuses_and_stores_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) body
      = change ("[('add', 'xmpp-partner', 'a.test', {}),"
                " ('add', 'xmpp-partner', 'b.test', {'tls-negotiation': <'not-supported'>,"
                "   'sasl-negotiation': <'required'>})]");
  Outcome outcome = { FALSE };
  g_autofree char *published = NULL;

  submit (fixture, OREE_APPLY_CHANGES, body, 0, 0, &outcome);
  wait_for (&outcome);
  g_assert_cmpint (outcome.error, ==, -1);
  g_assert_cmpuint (outcome.revision, ==, 1);
  g_assert_cmpuint (g_variant_n_children (outcome.problems), >=, 1);
  g_assert_null (oree_record_set_get (oree_apply_records (fixture->apply), "xmpp-partner", "a.test"));
  g_assert_cmpstr (fixture->told->str, ==, "");
  published = fake_roles_published ();
  g_assert_cmpstr (published, ==, "");
  clear (&outcome);
}

static void
test_nothing_differs (Fixture *fixture, gconstpointer data)
{
  must (fixture, ADD_PARTNER, 2);
  must (fixture, "[('set', 'xmpp-partner', 'fabrikam.test', {'partner-type': <'federated'>})]", 2);
}

static void
test_one_after_the_other (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) first = change (ADD_PARTNER);
  g_autoptr (GVariant) second = change ("[('set', 'xmpp-partner', 'fabrikam.test', {'description': <'x'>})]");
  g_autoptr (GVariant) third = change ("[('remove', 'xmpp-partner', 'fabrikam.test', {})]");
  Outcome outcomes[3] = { { FALSE } };

  submit (fixture, OREE_APPLY_CHANGES, first, 0, 0, &outcomes[0]);
  submit (fixture, OREE_APPLY_CHANGES, second, 0, 0, &outcomes[1]);
  submit (fixture, OREE_APPLY_CHANGES, third, 0, 0, &outcomes[2]);
  wait_for (&outcomes[2]);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (outcomes[i].answered);
      g_assert_cmpuint (outcomes[i].revision, ==, i + 2);
      clear (&outcomes[i]);
    }
}

/* Conflict only where a record that the change touches changed after what the client saw. */
static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) same = change ("[('set', 'xmpp-partner', 'fabrikam.test', {'description': <'mine'>})]");
  g_autoptr (GVariant) other = change ("[('set', 'xmpp-partner', 'other.test', {'description': <'mine'>})]");
  Outcome outcome = { FALSE };

  must (fixture, ADD_PARTNER, 2);
  must (fixture, "[('add', 'xmpp-partner', 'other.test', {})]", 3);
  must (fixture, "[('set', 'xmpp-partner', 'fabrikam.test', {'description': <'theirs'>})]", 4);

  submit (fixture, OREE_APPLY_CHANGES, same, 0, 3, &outcome);
  wait_for (&outcome);
  g_assert_cmpint (outcome.error, ==, OREE_ERROR_CONFLICT);
  clear (&outcome);

  submit (fixture, OREE_APPLY_CHANGES, other, 0, 3, &outcome);
  wait_for (&outcome);
  g_assert_cmpint (outcome.error, ==, -1);
  g_assert_cmpuint (outcome.revision, ==, 5);
  clear (&outcome);

  submit (fixture, OREE_APPLY_CHANGES, same, 0, 4, &outcome);
  wait_for (&outcome);
  g_assert_cmpuint (outcome.revision, ==, 6);
  clear (&outcome);
}

static void
test_undo_is_the_reverse_patch (Fixture *fixture, gconstpointer data)
{
  Outcome outcome = { FALSE };
  const OreeRecord *record;

  must (fixture, ADD_PARTNER, 2);
  must (fixture, "[('set', 'xmpp-partner', 'fabrikam.test', {'partner-type': <'public-verified'>})]", 3);
  must (fixture, "[('add', 'xmpp-partner', 'other.test', {})]", 4);
  submit (fixture, OREE_APPLY_UNDO, NULL, 3, 0, &outcome);
  wait_for (&outcome);
  g_assert_cmpint (outcome.error, ==, -1);
  g_assert_cmpuint (outcome.revision, ==, 5);
  g_assert_cmpstr (partner_type (fixture), ==, "federated");
  record = oree_record_set_get (oree_apply_records (fixture->apply), "xmpp-partner", "other.test");
  g_assert_nonnull (record);
  clear (&outcome);

  /* What revision 2 made was changed since: taking it back would take that back too. */
  submit (fixture, OREE_APPLY_UNDO, NULL, 2, 0, &outcome);
  wait_for (&outcome);
  g_assert_cmpint (outcome.error, ==, OREE_ERROR_CONFLICT);
  clear (&outcome);
}

static void
test_undo_of_nothing (Fixture *fixture, gconstpointer data)
{
  static const guint64 revisions[] = { 0, 1, 99 };

  for (gsize i = 0; i < G_N_ELEMENTS (revisions); i++)
    {
      Outcome outcome = { FALSE };

      submit (fixture, OREE_APPLY_UNDO, NULL, revisions[i], 0, &outcome);
      wait_for (&outcome);
      g_assert_cmpint (outcome.error, ==, OREE_ERROR_NOT_FOUND);
      clear (&outcome);
    }
}

static void
test_restore (Fixture *fixture, gconstpointer data)
{
  Outcome outcome = { FALSE };

  must (fixture, ADD_PARTNER, 2);
  must (fixture, "[('set', 'xmpp-partner', 'fabrikam.test', {'partner-type': <'public-verified'>})]", 3);
  must (fixture, "[('remove', 'xmpp-partner', 'fabrikam.test', {})]", 4);
  submit (fixture, OREE_APPLY_RESTORE, NULL, 2, 0, &outcome);
  wait_for (&outcome);
  g_assert_cmpuint (outcome.revision, ==, 5);
  g_assert_cmpstr (partner_type (fixture), ==, "federated");
  clear (&outcome);
  submit (fixture, OREE_APPLY_RESTORE, NULL, 1, 0, &outcome);
  wait_for (&outcome);
  g_assert_cmpuint (outcome.revision, ==, 6);
  g_assert_null (partner_type (fixture));
  clear (&outcome);
}

/* Whatever is asked for: what would come of it is answered, nothing is stored, nobody is told, and what waits goes on. */
static void
test_dry_run (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) remove = change ("[('remove', 'xmpp-partner', 'fabrikam.test', {})]");
  g_autoptr (GVariant) bad = change ("[('set', 'xmpp-partner', 'fabrikam.test', {'partner-type': <'friend'>})]");
  g_autoptr (GVariant) everything = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("(ssa{sv})"), NULL, 0));
  const OreeApplyRequest requests[] = {
    { OREE_APPLY_CHANGES, remove, 0, 0, "tester", TRUE }, { OREE_APPLY_IMPORT, everything, 0, 0, "tester", TRUE },
    { OREE_APPLY_RESTORE, NULL, 1, 0, "tester", TRUE },   { OREE_APPLY_UNDO, NULL, 2, 0, "tester", TRUE },
    { OREE_APPLY_CHANGES, bad, 0, 0, "tester", TRUE },
  };
  Outcome outcomes[G_N_ELEMENTS (requests)] = { { FALSE } };

  must (fixture, ADD_PARTNER, 2);
  g_string_truncate (fixture->told, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    oree_apply_submit (fixture->apply, &requests[i], on_done, &outcomes[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      guint streams = 0;

      wait_for (&outcomes[i]);
      g_assert_cmpint (outcomes[i].error, ==, -1);
      g_assert_cmpuint (outcomes[i].revision, ==, 2);
      g_assert_cmpuint (g_variant_n_children (outcomes[i].problems), ==, requests[i].body == bad ? 1 : 0);
      g_assert_cmpint (g_variant_lookup (outcomes[i].effects, "streams-closed", "u", &streams), ==, requests[i].body != bad);
      clear (&outcomes[i]);
    }
  g_assert_cmpstr (partner_type (fixture), ==, "federated");
  g_assert_cmpstr (fixture->told->str, ==, "");
  must (fixture, "[('remove', 'xmpp-partner', 'fabrikam.test', {})]", 3);
}

static GVariant *
exported (Fixture *fixture)
{
  g_autoptr (GVariant) changes = g_variant_ref_sink (oree_record_set_export (oree_apply_records (fixture->apply)));
  GVariantBuilder records;
  GVariantIter iter;
  const char *kind, *id;
  GVariant *fields;

  g_variant_builder_init (&records, G_VARIANT_TYPE ("a(ssa{sv})"));
  g_variant_iter_init (&iter, changes);
  while (g_variant_iter_loop (&iter, "(&s&s&s@a{sv})", NULL, &kind, &id, &fields))
    g_variant_builder_add (&records, "(ss@a{sv})", kind, id, fields);
  return g_variant_ref_sink (g_variant_builder_end (&records));
}

static void
test_import_makes_it_so (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) before = NULL;
  g_autoptr (GVariant) after = NULL;
  g_autofree char *digest = NULL;
  g_autofree char *kept = NULL;
  const OreeRecord *user;
  Outcome outcome = { FALSE };

  must (fixture,
        "[('add', 'sip-domain', 'contoso.test', {'default': <true>, 'sip': <true>, 'xmpp': <true>}),"
        " ('add', 'user', 'sip:alice@contoso.test', {'password': <'secret-of-alice'>}),"
        " ('add', 'xmpp-partner', 'fabrikam.test', {'description': <'x'>, 'partner-type': <'federated'>})]",
        2);
  before = exported (fixture);
  user = oree_record_set_get (oree_apply_records (fixture->apply), "user", "sip:alice@contoso.test");
  digest = oree_record_get_text (user, oree_kind_field (user->kind, "ha1-sha256"));
  g_assert_cmpstr (digest, !=, "");

  must (fixture,
        "[('remove', 'xmpp-partner', 'fabrikam.test', {}), ('add', 'xmpp-partner', 'other.test', {}),"
        " ('set', 'user', 'sip:alice@contoso.test', {'display-name': <'Alice'>}),"
        " ('set', 'topology', '', {'xmpp-external-port': <uint64 15269>})]",
        3);
  submit (fixture, OREE_APPLY_IMPORT, before, 0, 0, &outcome);
  wait_for (&outcome);
  g_assert_cmpint (outcome.error, ==, -1);
  g_assert_cmpuint (outcome.revision, ==, 4);
  after = exported (fixture);
  g_assert_cmpvariant (before, after);
  user = oree_record_set_get (oree_apply_records (fixture->apply), "user", "sip:alice@contoso.test");
  kept = oree_record_get_text (user, oree_kind_field (user->kind, "ha1-sha256"));
  g_assert_cmpstr (kept, ==, digest);
  clear (&outcome);
}

static void
test_import_of_part_resets_the_rest (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) records = g_variant_ref_sink (
      g_variant_new_parsed ("[('xmpp-partner', 'fabrikam.test', {'description': <'y'>})]"));
  g_autoptr (GVariant) body = g_variant_ref_sink (g_variant_new ("(@a(ssa{sv}))", records));
  g_autoptr (GVariant) only = g_variant_get_child_value (body, 0);
  Outcome outcome = { FALSE };

  must (fixture,
        "[('add', 'xmpp-partner', 'fabrikam.test', {'partner-type': <'federated'>}),"
        " ('set', 'access-edge', '', {'allow-federated-users': <true>})]",
        2);
  submit (fixture, OREE_APPLY_IMPORT, only, 0, 0, &outcome);
  wait_for (&outcome);
  g_assert_cmpint (outcome.error, ==, -1);
  g_assert_cmpuint (outcome.revision, ==, 3);
  g_assert_cmpstr (partner_type (fixture), ==, "public-unverified");
  clear (&outcome);
}

static void
test_check_stores_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) body = change (ADD_PARTNER);
  const OreeApplyRequest request = { OREE_APPLY_CHANGES, body, 0, 0, "tester" };
  Outcome outcome = { FALSE };
  guint32 streams;

  oree_apply_check (fixture->apply, &request, on_done, &outcome);
  wait_for (&outcome);
  g_assert_cmpuint (outcome.revision, ==, 1);
  g_assert_true (g_variant_lookup (outcome.effects, "streams-closed", "u", &streams));
  g_assert_cmpuint (streams, ==, 2);
  g_assert_null (partner_type (fixture));
  clear (&outcome);
}

/* What cannot be had is refused before anything is stored, with the field that asks for it. */
static void
test_busy_port_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketListener) other = g_socket_listener_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_from_string ("127.0.0.1");
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0), bound = NULL;
  g_autofree char *text = NULL, *detail = NULL;
  g_autoptr (GVariant) body = NULL;
  Outcome outcome = { FALSE };
  const char *field = NULL, *code = NULL;

  g_assert_true (g_socket_listener_add_address (other, any, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound,
                                                NULL));
  detail = g_strdup_printf ("127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  text = g_strdup_printf ("[('set', 'topology', 'global', {'xmpp-proxy-enabled': <true>, 'xmpp-external-port': <%s>})]",
                          strchr (detail, ':') + 1);
  body = change (text);
  submit (fixture, OREE_APPLY_CHANGES, body, 0, 0, &outcome);
  wait_for (&outcome);
  g_assert_cmpuint (outcome.revision, ==, 1);
  g_assert_cmpuint (g_variant_n_children (outcome.problems), ==, 1);
  {
    g_autoptr (GVariant) problem = g_variant_get_child_value (outcome.problems, 0);
    const char *said = NULL;

    g_assert_true (g_variant_lookup (problem, "field", "&s", &field) && g_variant_lookup (problem, "code", "&s", &code)
                   && g_variant_lookup (problem, "detail", "&s", &said));
    g_assert_cmpstr (field, ==, "xmpp-external-port");
    g_assert_cmpstr (code, ==, "port-busy");
    g_assert_cmpstr (said, ==, detail);
  }
  clear (&outcome);

  g_socket_listener_close (other);
  submit (fixture, OREE_APPLY_CHANGES, body, 0, 0, &outcome);
  wait_for (&outcome);
  g_assert_cmpuint (outcome.revision, ==, 2);
  clear (&outcome);
}

static void
test_foreign_address_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) body
      = change ("[('set', 'topology', 'global', {'internal-addresses': <['192.0.2.77']>})]");
  Outcome outcome = { FALSE };
  g_autoptr (GVariant) problem = NULL;
  const char *field = NULL, *code = NULL;

  submit (fixture, OREE_APPLY_CHANGES, body, 0, 0, &outcome);
  wait_for (&outcome);
  g_assert_cmpuint (outcome.revision, ==, 1);
  problem = g_variant_get_child_value (outcome.problems, 0);
  g_assert_true (g_variant_lookup (problem, "field", "&s", &field) && g_variant_lookup (problem, "code", "&s", &code));
  g_assert_cmpstr (field, ==, "internal-addresses");
  g_assert_cmpstr (code, ==, "address-unavailable");
  clear (&outcome);
}

/* The owner may go while the store is at work: the answer still comes, exactly once. */
static void
test_freed_in_the_middle (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) body = change (ADD_PARTNER);
  Outcome working = { FALSE }, queued = { FALSE };

  submit (fixture, OREE_APPLY_CHANGES, body, 0, 0, &working);
  submit (fixture, OREE_APPLY_CHANGES, body, 0, 0, &queued);
  oree_apply_free (fixture->apply);
  fixture->apply = NULL;
  g_assert_true (queued.answered);
  g_assert_cmpint (queued.error, ==, OREE_ERROR_UNAVAILABLE);
  wait_for (&working);
  g_assert_cmpint (working.error, ==, -1);
  clear (&working);
  clear (&queued);
}

#define ADD(name, function) g_test_add ("/control/apply/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("stores-publishes-tells", test_stores_publishes_tells);
  ADD ("refuses-and-stores-nothing", test_refuses_and_stores_nothing);
  ADD ("nothing-differs-makes-no-revision", test_nothing_differs);
  ADD ("one-after-the-other", test_one_after_the_other);
  ADD ("conflict-only-on-touched-records", test_conflict);
  ADD ("undo-is-the-reverse-patch", test_undo_is_the_reverse_patch);
  ADD ("undo-of-nothing", test_undo_of_nothing);
  ADD ("restore", test_restore);
  ADD ("dry-run", test_dry_run);
  ADD ("import-makes-it-so", test_import_makes_it_so);
  ADD ("import-of-part-resets-the-rest", test_import_of_part_resets_the_rest);
  ADD ("check-stores-nothing", test_check_stores_nothing);
  ADD ("busy-port-is-refused", test_busy_port_is_refused);
  ADD ("foreign-address-is-refused", test_foreign_address_is_refused);
  ADD ("freed-in-the-middle", test_freed_in_the_middle);
  return g_test_run ();
}
