/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-limits.h"
#include "ident/oree-sip-uri.h"
#include "oree-test.h"

typedef struct
{
  const char *text;
  OreeSipScheme scheme;
  const char *user, *password, *host;
  guint port;
  const char *params, *headers;
} Row;

static const Row good[] = {
  { "sip:alice@contoso.test", OREE_SIP_SCHEME_SIP, "alice", "", "contoso.test", 0, "", "" },
  { "SIPS:alice:pw@contoso.test:5061;transport=tls;lr?subject=a%20b&x=",
    OREE_SIP_SCHEME_SIPS, "alice", "pw", "contoso.test", 5061, "transport=tls;lr", "subject=a%20b&x=" },
  { "sip:contoso.test", OREE_SIP_SCHEME_SIP, "", "", "contoso.test", 0, "", "" },
  { "sip:[2001:db8::9:1]:5060;lr", OREE_SIP_SCHEME_SIP, "", "", "[2001:db8::9:1]", 5060, "lr", "" },
  { "sip:a;b?c/d&e=f+g$h,i@192.0.2.1", OREE_SIP_SCHEME_SIP, "a;b?c/d&e=f+g$h,i", "", "192.0.2.1", 0, "", "" },
  { "sip:user;par=u%40example.net@example.com", OREE_SIP_SCHEME_SIP, "user;par=u%40example.net", "",
    "example.com", 0, "", "" },
  { "sip:otto@phone.test;gr=urn:uuid:0f3a", OREE_SIP_SCHEME_SIP, "otto", "", "phone.test", 0, "gr=urn:uuid:0f3a", "" },
  { "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com", OREE_SIP_SCHEME_SIP, "", "",
    "biloxi.com", 0, "transport=tcp;method=REGISTER", "to=sip:bob%40biloxi.com" },
  { "tel:+1-201-555-0123;phone-context=x", OREE_SIP_SCHEME_TEL, "+1-201-555-0123", "", "", 0, "phone-context=x", "" },
  { "im:mira#1@cafe.test", OREE_SIP_SCHEME_IM, "mira#1", "", "cafe.test", 0, "", "" },
  { "pres:mira@cafe.test", OREE_SIP_SCHEME_PRES, "mira", "", "cafe.test", 0, "", "" },
  { "http://x.test/a?b", OREE_SIP_SCHEME_OTHER, "", "", "", 0, "", "" },
  { "nobodyKnowsThisScheme:totallyopaquecontent", OREE_SIP_SCHEME_OTHER, "", "", "", 0, "", "" },
};

static void
parses_into_parts_and_writes_them_back (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      const Row *row = &good[i];
      OreeSipUri uri;
      g_autoptr (GString) out = g_string_new (NULL);
      OreeSipUri again;

      oree_test_say (row->text);
      g_assert_true (oree_sip_uri_parse (&uri, oree_span_str (row->text)));
      g_assert_cmpint (uri.scheme, ==, row->scheme);
      g_assert_true (oree_span_equal_str (uri.user, row->user));
      g_assert_true (oree_span_equal_str (uri.password, row->password));
      g_assert_true (oree_span_equal_str (uri.host, row->host));
      g_assert_cmpuint (uri.port, ==, row->port);
      g_assert_true (oree_span_equal_str (uri.params, row->params));
      g_assert_true (oree_span_equal_str (uri.headers, row->headers));
      oree_sip_uri_write (&uri, out);
      g_assert_true (oree_sip_uri_parse (&again, oree_span_str (out->str)));
      g_assert_true (oree_sip_uri_equal (&uri, &again));
      g_assert_true (oree_span_equal_nocase_str (uri.text, out->str));
    }
}

static void
refuses_malformed (void)
{
  static const char *const bad[] = {
    "", "sip", "sip:", "sip:@x.test", "sip:a@", "sip:a@b@c", "sip:a b@x.test", "sip:a\"b@x.test", "sip:a%4@x.test",
    "sip:a%zz@x.test", "sip:x.test:", "sip:x.test:0", "sip:x.test:65536", "sip:x.test:5a", "sip:x.test;",
    "sip:x.test;;lr", "sip:x.test;=a", "sip:x.test?", "sip:x.test?a", "sip:x.test?a=b&", "sip:[::1",
    "sip:::1", "sip:[192.0.2.1]", "sip:a<b@x.test", "sip:jürg@x.test", "sip:bücher.test", "sip:a@x.test\r\nX: y",
    "tel:", "tel:+", "tel:12+3", "tel:12 3", "1sip:a@x", ":a", "http:", "http:a b", "sip:a:p@q:r@x.test",
    "sip:.x.test", "sip:x.test;lr;LR", "sip:x.test;gr=a;gr=b", "sip:a@x.test;gr=a b", "sip:a\\b@x.test",
  };
  g_autofree char *fill = g_strnfill (OREE_SIP_URI_MAX, 'a');
  g_autofree char *longest = g_strdup_printf ("sip:%s@x.test", fill);
  OreeSipUri uri;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      oree_test_say (bad[i]);
      g_assert_false (oree_sip_uri_parse (&uri, oree_span_str (bad[i])));
    }
  g_assert_false (oree_sip_uri_parse (&uri, oree_span_str (longest)));
  g_assert_false (oree_sip_uri_parse (&uri, OREE_SPAN_LITERAL ("sip:a\0@x.test")));
}

/* The examples of RFC 3261 19.1.4, and ours. */
static void
compares_as_the_rfc_says (void)
{
  static const struct { const char *a, *b; gboolean equal; } rows[] = {
    { "sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", TRUE },
    { "sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", TRUE },
    { "sip:carol@chicago.com", "sip:carol@chicago.com;security=on", TRUE },
    { "sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", FALSE },
    { "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
      "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com", TRUE },
    { "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
      "sip:alice@atlanta.com?priority=urgent&subject=project%20x", TRUE },
    { "SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", FALSE },
    { "sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", FALSE },
    { "sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", FALSE },
    { "sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", FALSE },
    { "sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", FALSE },
    { "sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", FALSE },
    { "sip:bob@biloxi.com", "sips:bob@biloxi.com", FALSE },
    { "sip:a%3Bb@x.test", "sip:a;b@x.test", FALSE },
    { "sip:a%3bb@x.test", "sip:a%3Bb@x.test", TRUE },
    { "sip:a@x.test;gr=1", "sip:a@x.test", FALSE },
    { "sip:a@x.test;gr=A", "sip:a@x.test;gr=a", FALSE },
    { "sip:a@x.test;user=phone", "sip:a@x.test", FALSE },
    { "sip:a@[2001:db8::0:1]", "sip:a@[2001:DB8::1]", TRUE },
    { "sip:a:x@x.test", "sip:a@x.test", FALSE },
    { "tel:+1-201-5550123", "tel:+1(201)5550123", TRUE },
    { "tel:+12015550123", "tel:+12015550124", FALSE },
    { "tel:+1201555012", "tel:+12015550124", FALSE },
    { "sip:x.test?a=1&a=2", "sip:x.test?a=2&a=1", TRUE },
    { "sip:x.test?a=1&a=2", "sip:x.test?a=1&a=1", FALSE },
    { "urn:a", "urn:a", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeSipUri a, b;

      g_test_message ("%s %s", rows[i].a, rows[i].b);
      g_assert_true (oree_sip_uri_parse (&a, oree_span_str (rows[i].a)));
      g_assert_true (oree_sip_uri_parse (&b, oree_span_str (rows[i].b)));
      g_assert_cmpint (oree_sip_uri_equal (&a, &b), ==, rows[i].equal);
      g_assert_cmpint (oree_sip_uri_equal (&b, &a), ==, rows[i].equal);
      g_assert_true (oree_sip_uri_equal (&a, &a));
    }
}

static void
canonical_address_of_record (void)
{
  static const struct { const char *text, *aor; } rows[] = {
    { "sip:Alice@Contoso.TEST:5061;transport=tls?x=y", "sip:alice@contoso.test" },
    { "sips:alice:secret@contoso.test.", "sip:alice@contoso.test" },
    { "pres:alice@contoso.test", "sip:alice@contoso.test" },
    { "sip:%61lice@contoso.test", "sip:alice@contoso.test" },
    { "sip:J%C3%9CRG@xn--BCHER-kva.test", "sip:j%C3%BCrg@xn--bcher-kva.test" },
    { "sip:al%40corp@contoso.test", "sip:al%40corp@contoso.test" },
    { "sip:a%26b%2Fc@phone.test", "sip:a&b/c@phone.test" },
    { "sip:contoso.test", "sip:contoso.test" },
    { "sip:a%ff@contoso.test", NULL },
    { "sip:a%00@contoso.test", NULL },
    { "sip:a%0d%0ab@contoso.test", NULL },
    { "sip:a%C2%85@contoso.test", NULL },
    { "sip:a%EF%BF%BE@contoso.test", NULL },
    { "sip:alice@192.0.2.1", NULL },
    { "sip:alice@[::1]", NULL },
    { "tel:+1", NULL },
    { "http://x.test/", NULL },
    { "nonsense", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *aor = oree_sip_aor_normalise (oree_span_str (rows[i].text));
      g_autofree char *again = aor ? oree_sip_aor_normalise (oree_span_str (aor)) : NULL;

      oree_test_say (rows[i].text);
      g_assert_cmpstr (aor, ==, rows[i].aor);
      g_assert_cmpstr (again, ==, aor);
    }
}

static void
finds_parameters_and_escapes (void)
{
  OreeSipUri uri;
  OreeSpan value;
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_true (oree_sip_uri_parse (&uri, OREE_SPAN_LITERAL ("sip:x.test;lr;Transport=tls;gr=")));
  g_assert_true (oree_sip_uri_param (&uri, "transport", &value) && oree_span_equal_str (value, "tls"));
  g_assert_true (oree_sip_uri_param (&uri, "LR", &value) && oree_span_is_empty (value));
  g_assert_true (oree_sip_uri_param (&uri, "gr", NULL));
  g_assert_false (oree_sip_uri_param (&uri, "maddr", &value));

  oree_sip_uri_escape_user (OREE_SPAN_LITERAL ("a#%b@\\ü\r\n;="), out);
  g_assert_cmpstr (out->str, ==, "a%23%25b%40%5C%C3%BC%0D%0A;=");
  g_string_truncate (out, 0);
  oree_sip_uri_escape_param (OREE_SPAN_LITERAL ("my desk;?=/[]:&+$\",<>@"), out);
  g_assert_cmpstr (out->str, ==, "my%20desk%3B%3F%3D/[]:&+$%22%2C%3C%3E%40");
}

/* Plain users take a shorter way: written with an escape, the same user takes the longer one. */
static void
the_short_way_leads_to_the_same_address (void)
{
  for (int c = '!'; c < 0x7f; c++)
    {
      g_autofree char *plain = g_strdup_printf ("sip:a%cb@Contoso.test", c);
      g_autofree char *escaped = g_strdup_printf ("sip:%%61%cb@contoso.test", c);
      g_autofree char *shorter = strchr ("@?;:,<>\"%", c) == NULL ? oree_sip_aor_normalise (oree_span_str (plain)) : NULL;
      g_autofree char *longer = shorter != NULL ? oree_sip_aor_normalise (oree_span_str (escaped)) : NULL;

      g_assert_cmpstr (shorter, ==, longer);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ident/sip-uri/parses-into-parts-and-writes-them-back", parses_into_parts_and_writes_them_back);
  g_test_add_func ("/ident/sip-uri/refuses-malformed", refuses_malformed);
  g_test_add_func ("/ident/sip-uri/compares-as-the-rfc-says", compares_as_the_rfc_says);
  g_test_add_func ("/ident/sip-uri/canonical-address-of-record", canonical_address_of_record);
  g_test_add_func ("/ident/sip-uri/the-short-way-leads-to-the-same-address", the_short_way_leads_to_the_same_address);
  g_test_add_func ("/ident/sip-uri/finds-parameters-and-escapes", finds_parameters_and_escapes);
  return g_test_run ();
}
