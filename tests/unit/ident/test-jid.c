/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-limits.h"
#include "ident/oree-jid.h"
#include "oree-test.h"

static void
parses_and_prepares (void)
{
  static const struct { const char *text, *local, *domain, *resource, *wire; } rows[] = {
    { "mira@cafe.test", "mira", "cafe.test", NULL, "mira@cafe.test" },
    { "MIRA@Cafe.TEST./Desk", "mira", "cafe.test", "Desk", "mira@cafe.test/Desk" },
    { "cafe.test", NULL, "cafe.test", NULL, "cafe.test" },
    { "cafe.test/a@b/c", NULL, "cafe.test", "a@b/c", "cafe.test/a@b/c" },
    { "mira@cafe.test/a@b/c d", "mira", "cafe.test", "a@b/c d", "mira@cafe.test/a@b/c d" },
    { "d\\27arcy@phone.test", "d\\27arcy", "phone.test", NULL, "d\\27arcy@phone.test" },
    { "A\\2FB@phone.test", "a\\2fb", "phone.test", NULL, "a\\2fb@phone.test" },
    { "JÜRG@bücher.test", "jürg", "xn--bcher-kva.test", NULL, "jürg@bücher.test" },
    { "ju\xcc\x88rg@x.test", "jürg", "x.test", NULL, "jürg@x.test" },
    { "Ｍira@x.test/Ⅳ", "mira", "x.test", "IV", "mira@x.test/IV" },
    { "дмитрий@x.test/дом", "дмитрий", "x.test", "дом", "дмитрий@x.test/дом" },
    { "ל@x.test", "ל", "x.test", NULL, "ל@x.test" },
    { "a\xc2\xad" "b@x.test", "ab", "x.test", NULL, "ab@x.test" },
    { "mira@x.test/🦊", "mira", "x.test", "🦊", "mira@x.test/🦊" },
  };
  static const char *const bad[] = {
    "", "@", "/", "@cafe.test", "mira@", "mira@/x", "mira@cafe.test/", "/x", "mi ra@cafe.test", "mi\"ra@cafe.test",
    "mi&ra@cafe.test", "mi'ra@cafe.test", "mi:ra@cafe.test", "mi<ra@cafe.test", "mira@b@cafe.test",
    "mira@192.0.2.1", "mira@[::1]", "mira@caf\xff", "m\xffra@cafe.test", "mira@cafe.test/\xff", "m\nra@cafe.test",
    "mira@cafe.test/a\x01", "mira@cafe.test/a\x7f", "m＠x@cafe.test", "\xc2\xad@x.test", "mira@cafe..test",
    "ל1a@x.test", "mira@x.test/\xef\xbf\xbd",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (OreeJid) jid = OREE_JID_INIT;
      g_auto (OreeJid) again = OREE_JID_INIT;
      g_auto (OreeJid) copy = OREE_JID_INIT;
      g_autofree char *wire = NULL;

      oree_test_say (rows[i].text);
      g_assert_true (oree_jid_parse (&jid, oree_span_str (rows[i].text)));
      g_assert_cmpstr (jid.local, ==, rows[i].local);
      g_assert_cmpstr (jid.domain, ==, rows[i].domain);
      g_assert_cmpstr (jid.resource, ==, rows[i].resource);
      wire = oree_jid_to_string (&jid);
      g_assert_cmpstr (wire, ==, rows[i].wire);
      g_assert_true (oree_jid_parse (&again, oree_span_str (wire)));
      g_assert_true (oree_jid_equal (&jid, &again));
      oree_jid_copy (&copy, &jid);
      g_assert_true (oree_jid_equal (&jid, &copy));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      OreeJid jid;

      oree_test_say (bad[i]);
      g_assert_false (oree_jid_parse (&jid, oree_span_str (bad[i])));
      g_assert_null (jid.local);
      g_assert_null (jid.domain);
      g_assert_null (jid.resource);
    }
}

static void
caps_each_part (void)
{
  g_autofree char *part = g_strnfill (OREE_JID_PART_MAX, 'a');
  g_autofree char *long_part = g_strnfill (OREE_JID_PART_MAX + 1, 'a');
  g_autofree char *wide = g_strconcat (part, "ü", NULL);
  g_auto (OreeJid) jid = OREE_JID_INIT;

  g_assert_true (oree_jid_set (&jid, part, "x.test", part));
  oree_jid_clear (&jid);
  g_assert_false (oree_jid_set (&jid, long_part, "x.test", NULL));
  g_assert_false (oree_jid_set (&jid, NULL, "x.test", long_part));
  g_assert_false (oree_jid_set (&jid, wide, "x.test", NULL));
  g_assert_false (oree_jid_set (&jid, "", "x.test", NULL));
  g_assert_false (oree_jid_set (&jid, NULL, "", NULL));
}

static void
compares_and_keys (void)
{
  g_auto (OreeJid) a = OREE_JID_INIT;
  g_auto (OreeJid) b = OREE_JID_INIT;
  g_autofree char *key = NULL;
  g_autofree char *bare = NULL;

  g_assert_true (oree_jid_parse (&a, OREE_SPAN_LITERAL ("Mira@bücher.test/A")));
  g_assert_true (oree_jid_parse (&b, OREE_SPAN_LITERAL ("mira@XN--bcher-kva.test/a")));
  g_assert_false (oree_jid_equal (&a, &b));
  g_assert_true (oree_jid_bare_equal (&a, &b));
  key = oree_jid_to_key (&a);
  g_assert_cmpstr (key, ==, "mira@xn--bcher-kva.test");
  bare = oree_jid_to_bare_string (&a);
  g_assert_cmpstr (bare, ==, "mira@bücher.test");
  g_assert_false (oree_jid_is_bare (&a));
}

static void
folds_what_a_local_part_may_not_hold (void)
{
  static const struct { const char *text, *folded; } rows[] = {
    { "Al@Corp", "al@corp" }, { "A/B&C", "a/b&c" }, { "STRASSE", "strasse" }, { "Straße", "strasse" },
    { "ÀB", "àb" },           { "＼2F", "\\2f" },   { "", NULL },             { "\xff", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = oree_jid_fold (oree_span_str (rows[i].text));

      g_assert_cmpstr (got, ==, rows[i].folded);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ident/jid/parses-and-prepares", parses_and_prepares);
  g_test_add_func ("/ident/jid/caps-each-part", caps_each_part);
  g_test_add_func ("/ident/jid/compares-and-keys", compares_and_keys);
  g_test_add_func ("/ident/jid/folds-what-a-local-part-may-not-hold", folds_what_a_local_part_may_not_hold);
  return g_test_run ();
}
