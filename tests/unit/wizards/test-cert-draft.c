/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages of the certificate wizard fill in, without a page. */
#include "wizards/certificate/oree-cert-draft.h"

static const OreeProblem *
problem (OreeCertDraft *draft, const char *field, OreeProblemCode code)
{
  const OreeProblem *found = oree_cert_draft_get_problem (draft, field);

  g_assert_nonnull (found);
  g_assert_cmpint (found->code, ==, code);
  return found;
}

static void
on_changed (OreeCertDraft *draft, const char *what, GString *heard)
{
  g_string_append_printf (heard, "%s ", what);
}

static void
test_defaults (void)
{
  g_autoptr (OreeCertDraft) draft = oree_cert_draft_new ();
  g_auto (GStrv) usages = oree_cert_draft_dup_list (draft, "usages");

  g_assert_cmpint (oree_cert_draft_get_task (draft), ==, OREE_CERT_TASK_REQUEST);
  g_assert_cmpstr (usages[0], ==, "external");
  g_assert_null (usages[1]);
  g_assert_cmpstr (oree_cert_draft_get_text (draft, "key-type"), ==, "rsa-2048");
  g_assert_cmpstr (oree_cert_draft_get_text (draft, "key-usage"), ==, "as-needed");
  g_assert_true (oree_cert_draft_get_flag (draft, "exportable"));
  g_assert_true (oree_cert_draft_get_flag (draft, "all-sip-domains"));
  g_assert_false (oree_cert_draft_get_flag (draft, "srv-names"));
  g_assert_false (oree_cert_draft_get_flag (draft, "xmpp-addresses"));
  g_assert_true (oree_cert_draft_get_assign_now (draft));
  g_assert_false (oree_cert_draft_is_dirty (draft));
}

static void
test_judged_as_typed (void)
{
  g_autoptr (OreeCertDraft) draft = oree_cert_draft_new ();

  problem (draft, "organization", OREE_PROBLEM_REQUIRED);
  oree_cert_draft_set_text (draft, "organization", "Société Générale");
  g_assert_null (oree_cert_draft_get_problem (draft, "organization"));
  g_assert_null (oree_cert_draft_get_problem (draft, NULL));
  oree_cert_draft_set_text (draft, "country", "Gaul");
  problem (draft, "country", OREE_PROBLEM_TOO_LONG);
  oree_cert_draft_set_text (draft, "country", "XX");
  problem (draft, "country", OREE_PROBLEM_BAD_COUNTRY);
  /* Kept as typed, right or wrong. */
  g_assert_cmpstr (oree_cert_draft_get_text (draft, "country"), ==, "XX");
  oree_cert_draft_set_text (draft, "country", "FR");
  g_assert_null (oree_cert_draft_get_problem (draft, "country"));
  /* A doubt is no error, and an error goes before it. */
  oree_cert_draft_set_flag (draft, "xmpp-addresses", TRUE);
  g_assert_cmpint (problem (draft, "xmpp-addresses", OREE_PROBLEM_EJABBERD_XMPP_ADDRESS)->severity, ==, OREE_SEVERITY_WARNING);
  oree_cert_draft_set_flag (draft, "srv-names", TRUE);
  problem (draft, "srv-names", OREE_PROBLEM_PRIVATE_AUTHORITY_ONLY);
  oree_cert_draft_set_text (draft, "organization", "");
  g_assert_cmpint (oree_cert_draft_get_problem (draft, NULL)->severity, ==, OREE_SEVERITY_ERROR);
}

static void
test_names_to_add (void)
{
  static const char *const added[] = { "xmpp.contoso.com", NULL };
  static const struct
  {
    const char *typed;
    const char *normal; /* NULL: refused */
    OreeProblemCode code;
  } rows[] = {
    { "im.contoso.com", "im.contoso.com", 0 },
    { "IM.Contoso.com.", "im.contoso.com", 0 },
    { "évêché.test", "xn--vch-9ladd.test", 0 },
    { "*.contoso.com", NULL, OREE_PROBLEM_WILDCARD },
    { "XMPP.contoso.COM", NULL, OREE_PROBLEM_ALREADY_IN_LIST },
    { "con toso", NULL, OREE_PROBLEM_BAD_DOMAIN },
    { "192.0.2.1", NULL, OREE_PROBLEM_DOMAIN_IS_ADDRESS },
  };
  g_autoptr (OreeCertDraft) draft = oree_cert_draft_new ();

  oree_cert_draft_set_list (draft, "additional-names", added);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *normal = NULL;
      g_autoptr (OreeProblems) problems = oree_cert_draft_check_name (draft, rows[i].typed, &normal);

      g_test_message ("%s → %s", rows[i].typed, normal != NULL ? normal : "refused");
      if (rows[i].normal != NULL)
        g_assert_cmpstr (normal, ==, rows[i].normal);
      else
        {
          g_assert_null (normal);
          g_assert_true (oree_problems_has (problems, rows[i].code, NULL));
        }
    }
}

static void
test_changes_are_told_once (void)
{
  static const char *const av[] = { "av", NULL };
  g_autoptr (OreeCertDraft) draft = oree_cert_draft_new ();
  g_autoptr (GString) heard = g_string_new (NULL);

  g_signal_connect (draft, "changed", G_CALLBACK (on_changed), heard);
  oree_cert_draft_set_assign_usages (draft, av);
  oree_cert_draft_set_task (draft, OREE_CERT_TASK_ASSIGN);
  g_assert_false (oree_cert_draft_is_dirty (draft));
  oree_cert_draft_set_text (draft, "city", "Paris");
  oree_cert_draft_set_text (draft, "city", "Paris");
  oree_cert_draft_set_flag (draft, "exportable", TRUE);
  oree_cert_draft_set_file (draft, "/tmp/a.csr");
  g_assert_cmpstr (heard->str, ==, "assign task city file ");
  g_assert_true (oree_cert_draft_is_dirty (draft));
  oree_cert_draft_set_clean (draft);
  g_assert_false (oree_cert_draft_is_dirty (draft));
}

static void
test_what_bears_on_names (void)
{
  g_assert_true (oree_cert_draft_field_bears_on_names ("additional-names"));
  g_assert_true (oree_cert_draft_field_bears_on_names ("xmpp-addresses"));
  g_assert_false (oree_cert_draft_field_bears_on_names ("city"));
  g_assert_false (oree_cert_draft_field_bears_on_names ("friendly-name"));
}

static void
test_kept_for_the_next_time (void)
{
  static const char *const names[] = { "xmpp.contoso.com", "im.contoso.com", NULL };
  g_autoptr (OreeCertDraft) draft = oree_cert_draft_new (), whole = oree_cert_draft_new (), memory = oree_cert_draft_new ();
  g_autofree char *data = NULL, *remembered = NULL;
  g_auto (GStrv) back = NULL, none = NULL;

  oree_cert_draft_set_text (draft, "organization", "Société “Générale” ; fils");
  oree_cert_draft_set_list (draft, "additional-names", names);
  oree_cert_draft_set_flag (draft, "exportable", FALSE);
  oree_cert_draft_set_file (draft, "/home/été/a b.csr");
  oree_cert_draft_set_pair (draft, TRUE);
  data = oree_cert_draft_to_data (draft);
  oree_cert_draft_load_data (whole, data);
  g_assert_false (oree_cert_draft_is_dirty (whole));
  g_assert_cmpstr (oree_cert_draft_get_text (whole, "organization"), ==, "Société “Générale” ; fils");
  back = oree_cert_draft_dup_list (whole, "additional-names");
  g_assert_true (g_strv_equal ((const char *const *) back, names));
  g_assert_false (oree_cert_draft_get_flag (whole, "exportable"));
  g_assert_cmpstr (oree_cert_draft_get_file (whole), ==, "/home/été/a b.csr");
  g_assert_true (oree_cert_draft_get_pair (whole));

  remembered = oree_cert_draft_to_memory (draft);
  oree_cert_draft_load_data (memory, remembered);
  g_assert_cmpstr (oree_cert_draft_get_text (memory, "organization"), ==, "Société “Générale” ; fils");
  none = oree_cert_draft_dup_list (memory, "additional-names");
  g_assert_null (none[0]);
  g_assert_cmpstr (oree_cert_draft_get_file (memory), ==, "");
  g_assert_true (oree_cert_draft_get_flag (memory, "exportable"));
}

/* A file that somebody else wrote, or half of one. */
static void
test_a_spoiled_memory (void)
{
  static const char *const files[] = {
    "", "\xff\xfe[", "[request", "[request]\norganization", "[request]\nexportable=perhaps\nunknown=1\nusages=\n",
    "[wizard]\npair=maybe\nfile=\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (OreeCertDraft) draft = oree_cert_draft_new ();

      oree_cert_draft_load_data (draft, files[i]);
      g_assert_cmpstr (oree_cert_draft_get_text (draft, "organization"), ==, "");
      g_assert_false (oree_cert_draft_is_dirty (draft));
    }
}

static void
test_specification (void)
{
  static const char *const words[] = { "internal", NULL };
  g_autoptr (OreeCertDraft) draft = oree_cert_draft_new (), other = oree_cert_draft_new ();
  g_autoptr (GVariant) specification = NULL;
  GVariantDict dict;
  g_auto (GStrv) usages = NULL;

  oree_cert_draft_set_list (draft, "usages", words);
  oree_cert_draft_set_text (draft, "renews", "abc");
  specification = g_variant_ref_sink (oree_cert_draft_to_specification (draft));
  oree_cert_draft_take_specification (other, specification);
  usages = oree_cert_draft_dup_list (other, "usages");
  g_assert_cmpstr (usages[0], ==, "internal");
  g_assert_cmpstr (oree_cert_draft_get_text (other, "renews"), ==, "abc");
  /* What a later service may say and we do not know; what has another type than we know. */
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "colour", "s", "green");
  g_variant_dict_insert (&dict, "city", "u", 7);
  g_clear_pointer (&specification, g_variant_unref);
  specification = g_variant_ref_sink (g_variant_dict_end (&dict));
  oree_cert_draft_take_specification (other, specification);
  g_assert_cmpstr (oree_cert_draft_get_text (other, "city"), ==, "");
}

static void
test_rolls (void)
{
  static const char *const av[] = { "av", NULL }, *const both[] = { "av", "client", NULL }, *const external[] = { "external", NULL };
  static const struct
  {
    const char *date;
    const char *time;
    gint64 seconds; /* 0: no time */
  } rows[] = {
    { "2026-12-31", "06:00", 1798696800 }, { "1970-01-02", "00:00", 86400 },  { "2026-02-29", "06:00", 0 },
    { "2028-02-29", "06:00", 1835416800 }, { "2026-13-01", "06:00", 0 },      { "2026-12-31", "24:30", 0 },
    { "2026-12-31", "6:00", 0 },           { "31.12.2026", "06:00", 0 },      { "", "", 0 },
    { "2026-12-31", "06:00:00", 0 },       { "2026-W53-4", "06:00", 0 },
  };
  g_autoptr (OreeCertDraft) draft = oree_cert_draft_new ();
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (oree_cert_draft_parse_time (rows[i].date, rows[i].time, utc), ==, rows[i].seconds * G_USEC_PER_SEC);

  oree_cert_draft_set_effective (draft, 5);
  g_assert_false (oree_cert_draft_can_roll (draft));
  g_assert_cmpint (oree_cert_draft_get_effective (draft), ==, 0);
  oree_cert_draft_set_assign_usages (draft, av);
  g_assert_cmpint (oree_cert_draft_get_effective (draft), ==, 5);
  oree_cert_draft_set_assign_usages (draft, both);
  g_assert_cmpint (oree_cert_draft_get_effective (draft), ==, 5);
  /* Who goes back and chooses another usage has not chosen a date for it. */
  oree_cert_draft_set_assign_usages (draft, external);
  g_assert_cmpint (oree_cert_draft_get_effective (draft), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wizards/cert-draft/defaults", test_defaults);
  g_test_add_func ("/wizards/cert-draft/is-judged-as-typed", test_judged_as_typed);
  g_test_add_func ("/wizards/cert-draft/names-to-add", test_names_to_add);
  g_test_add_func ("/wizards/cert-draft/changes-are-told-once", test_changes_are_told_once);
  g_test_add_func ("/wizards/cert-draft/what-bears-on-names", test_what_bears_on_names);
  g_test_add_func ("/wizards/cert-draft/is-kept-for-the-next-time", test_kept_for_the_next_time);
  g_test_add_func ("/wizards/cert-draft/a-spoiled-memory-is-forgotten", test_a_spoiled_memory);
  g_test_add_func ("/wizards/cert-draft/specification", test_specification);
  g_test_add_func ("/wizards/cert-draft/rolls", test_rolls);
  return g_test_run ();
}
