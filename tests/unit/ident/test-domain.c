/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ident/oree-domain.h"
#include "oree-test.h"

#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

static void
normalises_to_a_labels (void)
{
  static const struct { const char *text, *domain; } rows[] = {
    { "Fabrikam.TEST.", "fabrikam.test" },
    { "fabrikam.test", "fabrikam.test" },
    { "localhost", "localhost" },
    { "_sip._tls.contoso.test", "_sip._tls.contoso.test" },
    { "bücher.test", "xn--bcher-kva.test" },
    { "BÜCHER.test", "xn--bcher-kva.test" },
    { "bu\xcc\x88" "cher.test", "xn--bcher-kva.test" },
    { "XN--BCHER-KVA.test", "xn--bcher-kva.test" },
    { "straße.test", "xn--strae-oqa.test" },
    { "例え。テスト", "xn--r8jz45g.xn--zckzah" },
    { L63 ".test", L63 ".test" },
    { "a1.2b.test", "a1.2b.test" },
    /* refused */
    { "", NULL }, { ".", NULL }, { "a..b", NULL }, { ".a", NULL }, { "a.b..", NULL }, { "-a.test", NULL },
    { "a-.test", NULL }, { "a b.test", NULL }, { "a/b.test", NULL }, { "a@b.test", NULL }, { "a:5269", NULL },
    { "*.test", NULL }, { L63 "x.test", NULL }, { "192.0.2.1", NULL }, { "1.2.3.4.", NULL }, { "[::1]", NULL },
    { "2001:db8::1", NULL }, { "127.1", NULL }, { "123", NULL }, { "xn--.test", NULL },
    { "xn--\xc3\xbc.test", NULL }, { "\xff.test", NULL }, { "a\xef\xbc\x8f" "b.test", NULL },
    { "１２７.０.０.１", NULL }, { "xn--abc-.test", NULL }, { "a\xc2\xa0.test", NULL },
    { L63 "." L63 "." L63 "." L63 ".test", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = oree_domain_normalise (oree_span_str (rows[i].text));
      g_autofree char *again = got ? oree_domain_normalise (oree_span_str (got)) : NULL;

      oree_test_say (rows[i].text);
      g_assert_cmpstr (got, ==, rows[i].domain);
      g_assert_cmpstr (again, ==, got);
      if (got != NULL)
        g_assert_true (oree_domain_is_normal (oree_span_str (got)));
    }
  g_assert_null (oree_domain_normalise (OREE_SPAN_LITERAL ("a\0b.test")));
  g_assert_false (oree_domain_is_normal (OREE_SPAN_LITERAL ("A.test")));
  g_assert_false (oree_domain_is_normal (OREE_SPAN_LITERAL ("a.test.")));
}

static void
shows_u_labels (void)
{
  g_autofree char *plain = oree_domain_to_unicode ("fabrikam.test");
  g_autofree char *unicode = oree_domain_to_unicode ("xn--bcher-kva.test");

  g_assert_cmpstr (plain, ==, "fabrikam.test");
  g_assert_cmpstr (unicode, ==, "bücher.test");
}

static void
matches_suffixes_at_label_boundaries (void)
{
  g_assert_true (oree_domain_has_suffix ("a.contoso.test", "contoso.test"));
  g_assert_true (oree_domain_has_suffix ("contoso.test", "contoso.test"));
  g_assert_false (oree_domain_has_suffix ("notcontoso.test", "contoso.test"));
  g_assert_false (oree_domain_has_suffix ("test", "contoso.test"));
  g_assert_false (oree_domain_has_suffix ("contoso.test", ""));
  g_assert_true (oree_domain_is_directly_below ("sip.contoso.test", "contoso.test"));
  g_assert_false (oree_domain_is_directly_below ("sip.eu.contoso.test", "contoso.test"));
  g_assert_false (oree_domain_is_directly_below ("contoso.test", "contoso.test"));
  g_assert_false (oree_domain_is_directly_below ("notcontoso.test", "contoso.test"));
  g_assert_true (oree_domain_equal (OREE_SPAN_LITERAL ("A.test."), OREE_SPAN_LITERAL ("a.TEST")));
}

static void
matches_certificate_names (void)
{
  static const struct { const char *presented, *domain; gboolean match; } rows[] = {
    { "fabrikam.test", "fabrikam.test", TRUE },
    { "FABRIKAM.test", "fabrikam.test", TRUE },
    { "*.fabrikam.test", "xmpp.fabrikam.test", TRUE },
    { "*.fabrikam.test", "fabrikam.test", FALSE },
    { "*.fabrikam.test", "a.b.fabrikam.test", FALSE },
    { "*.test", "fabrikam.test", FALSE },
    { "*", "fabrikam.test", FALSE },
    { "*.", "fabrikam.test", FALSE },
    { "x*.fabrikam.test", "xmpp.fabrikam.test", FALSE },
    { "*p.fabrikam.test", "xmpp.fabrikam.test", FALSE },
    { "xmpp.*.test", "xmpp.fabrikam.test", FALSE },
    { "*.*.test", "xmpp.fabrikam.test", FALSE },
    { "fabrikam.test.", "fabrikam.test", FALSE },
    { "fabrikam.test\0.evil.test", "fabrikam.test", TRUE }, /* a C string here; with its NUL see below */
    { "xn--bcher-kva.test", "xn--bcher-kva.test", TRUE },
    { "bücher.test", "xn--bcher-kva.test", FALSE },
    { "", "fabrikam.test", FALSE },
    { "192.0.2.1", "192.0.2.1", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (oree_domain_name_match (oree_span_str (rows[i].presented), rows[i].domain), ==, rows[i].match);
  g_assert_false (oree_domain_name_match (OREE_SPAN_LITERAL ("fabrikam.test\0.evil.test"), "fabrikam.test"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ident/domain/normalises-to-a-labels", normalises_to_a_labels);
  g_test_add_func ("/ident/domain/shows-u-labels", shows_u_labels);
  g_test_add_func ("/ident/domain/matches-suffixes-at-label-boundaries", matches_suffixes_at_label_boundaries);
  g_test_add_func ("/ident/domain/matches-certificate-names", matches_certificate_names);
  return g_test_run ();
}
