/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record being edited: what is dirty, what is sent, what is wrong and when it is said; and lists from spreadsheets. */
#include "client/oree-client-csv.h"
#include "client/oree-client-draft.h"
#include "model/oree-field.h"

static void
set_text (OreeClientDraft *draft, const char *name, const char *text)
{
  oree_client_draft_set (draft, name, g_variant_new_string (text));
}

/* "add allowed-domain fabrikam.test {comment}"; owned. */
static char *
sent (OreeClientDraft *draft)
{
  g_autoptr (GVariant) changes = g_variant_ref_sink (oree_client_draft_changes (draft));
  g_autoptr (GString) text = g_string_new (NULL);
  GVariantIter iter, fields_iter;
  const char *operation, *kind, *id, *name;
  GVariant *fields;

  g_variant_iter_init (&iter, changes);
  while (g_variant_iter_next (&iter, "(&s&s&s@a{sv})", &operation, &kind, &id, &fields))
    {
      g_string_append_printf (text, "%s %s %s {", operation, kind, id);
      g_variant_iter_init (&fields_iter, fields);
      while (g_variant_iter_next (&fields_iter, "{&sv}", &name, NULL))
        g_string_append_printf (text, " %s", name);
      g_string_append (text, " }");
      g_variant_unref (fields);
    }
  return g_strdup (text->str);
}

static void
test_new (void)
{
  g_autoptr (OreeClientDraft) draft = oree_client_draft_new (oree_kind_by_name ("allowed-domain"), NULL);
  g_autofree char *normal = NULL, *changes = NULL;

  g_assert_false (oree_client_draft_is_dirty (draft));
  /* Nobody was there yet: it is known to be wrong, and not said. */
  g_assert_cmpuint (oree_client_draft_n_errors (draft), ==, 1);
  g_assert_cmpuint (oree_client_draft_n_shown_errors (draft), ==, 0);
  oree_client_draft_be_strict (draft);
  g_assert_cmpuint (oree_client_draft_n_shown_errors (draft), ==, 1);
  set_text (draft, "id", "fabrikam..test");
  g_assert_cmpint (oree_client_draft_get_problem (draft, "id")->code, ==, OREE_PROBLEM_BAD_ID);
  set_text (draft, "id", "Fabrikam.TEST.");
  g_assert_cmpuint (oree_client_draft_n_errors (draft), ==, 0);
  normal = oree_client_draft_dup_normal_id (draft);
  g_assert_cmpstr (normal, ==, "fabrikam.test");
  set_text (draft, "comment", "why");
  changes = sent (draft);
  g_assert_cmpstr (changes, ==, "add allowed-domain fabrikam.test { comment }");
  set_text (draft, "proxy-fqdn", "not a name");
  g_assert_nonnull (oree_client_draft_get_problem (draft, "proxy-fqdn"));
  /* What could not be taken over is a change too. */
  g_assert_true (oree_client_draft_is_changed (draft, "proxy-fqdn"));
}

static GVariant *
row (const char *comment)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", "adatum.test");
  g_variant_dict_insert (&dict, "comment", "s", comment);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
test_edited (void)
{
  g_autoptr (GVariant) before = row ("before"), theirs = row ("theirs");
  g_autoptr (OreeClientDraft) draft = oree_client_draft_new_for (oree_kind_by_name ("allowed-domain"), before, 7);
  g_autofree char *nothing = NULL, *comment = NULL, *again = NULL, *anew = NULL;

  g_assert_cmpuint (oree_client_draft_get_revision (draft), ==, 7);
  nothing = sent (draft);
  g_assert_cmpstr (nothing, ==, "");
  set_text (draft, "comment", "mine");
  g_assert_true (oree_client_draft_is_dirty (draft));
  comment = sent (draft);
  g_assert_cmpstr (comment, ==, "set allowed-domain adatum.test { comment }");
  /* Typed back to what it was: nothing to commit. */
  set_text (draft, "comment", "before");
  g_assert_false (oree_client_draft_is_dirty (draft));
  set_text (draft, "comment", "mine");
  oree_client_draft_rebase (draft, theirs, 8);
  g_assert_cmpuint (oree_client_draft_get_revision (draft), ==, 8);
  again = sent (draft);
  g_assert_cmpstr (again, ==, "set allowed-domain adatum.test { comment }");
  /* Somebody removed it: it is made anew, with all it had. */
  oree_client_draft_rebase (draft, NULL, 9);
  g_assert_true (oree_client_draft_is_new (draft));
  anew = sent (draft);
  g_assert_true (g_str_has_prefix (anew, "add allowed-domain adatum.test {"));
  oree_client_draft_revert (draft);
  g_assert_false (oree_client_draft_is_dirty (draft));
}

/* Only what is made of a password is kept: that there is a new one must be seen all the same. */
static void
test_password (void)
{
  g_autoptr (OreeClientDraft) fresh = oree_client_draft_new (oree_kind_by_name ("user"), NULL);
  g_autoptr (OreeClientDraft) known = NULL;
  g_autoptr (GVariant) before = NULL;
  g_autofree char *added = NULL, *changed = NULL;
  GVariantDict dict;

  set_text (fresh, "id", "sip:alice@contoso.test");
  set_text (fresh, "password", "secret");
  added = sent (fresh);
  g_assert_cmpstr (added, ==, "add user sip:alice@contoso.test { password }");

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", "sip:alice@contoso.test");
  before = g_variant_ref_sink (g_variant_dict_end (&dict));
  known = oree_client_draft_new_for (oree_kind_by_name ("user"), before, 7);
  set_text (known, "password", "another");
  g_assert_true (oree_client_draft_is_dirty (known));
  changed = sent (known);
  g_assert_cmpstr (changed, ==, "set user sip:alice@contoso.test { password }");
  set_text (known, "password", "");
  g_assert_false (oree_client_draft_is_dirty (known));
}

static void
test_answer (void)
{
  g_autoptr (GVariant) before = row ("before");
  g_autoptr (OreeClientDraft) draft = oree_client_draft_new_for (oree_kind_by_name ("allowed-domain"), before, 7);
  g_autoptr (OreeProblems) problems = oree_problems_new ();

  set_text (draft, "comment", "mine");
  oree_problems_add (problems, "allowed-domain", "adatum.test", "comment", OREE_PROBLEM_TOO_LONG, "3");
  oree_client_draft_set_answer (draft, problems);
  g_assert_cmpint (oree_client_draft_get_problem (draft, "comment")->code, ==, OREE_PROBLEM_TOO_LONG);
  g_assert_cmpuint (oree_client_draft_n_errors (draft), ==, 1);
  /* Another edit: the answer is about something else now. */
  set_text (draft, "comment", "m");
  g_assert_cmpuint (oree_client_draft_n_errors (draft), ==, 0);
}

static void
test_csv (void)
{
  g_autoptr (OreeCsvDomains) good
      = oree_csv_read_domains ("domain,status,edge,comment\r\na.test\n\"b.test\",blocked,,\"one, \"\"two\"\"\"\n\n");
  g_autoptr (OreeCsvDomains) bad = oree_csv_read_domains ("a.test\nnot a domain\nb.test,perhaps\n");

  g_assert_cmpuint (good->problems->len, ==, 0);
  g_assert_cmpuint (good->n_allowed, ==, 1);
  g_assert_cmpuint (good->n_blocked, ==, 1);
  g_assert_cmpuint (bad->problems->len, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draft/new", test_new);
  g_test_add_func ("/draft/edited", test_edited);
  g_test_add_func ("/draft/password", test_password);
  g_test_add_func ("/draft/answer", test_answer);
  g_test_add_func ("/csv/domains", test_csv);
  return g_test_run ();
}
