/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-addr.h"
#include "oree-test.h"

/* RFC 7247 6 and XEP-0106; each pair holds in both directions. */
static const struct { const char *uri, *jid; } pairs[] = {
  { "sip:otto@phone.test", "otto@phone.test" },
  { "sip:phone.test", "phone.test" },
  { "sip:j%C3%BCrg@phone.test", "jürg@phone.test" },
  { "sip:d'arcy@phone.test", "d\\27arcy@phone.test" },
  { "sip:a&b/c@phone.test", "a\\26b\\2fc@phone.test" },
  { "sip:x%5C27y@phone.test", "x\\5c27y@phone.test" },
  { "sip:al%40corp@phone.test", "al\\40corp@phone.test" },
  { "sip:100%25@phone.test", "100%@phone.test" },
  { "sip:otto@phone.test;gr=urn:uuid:0f3a", "otto@phone.test/urn:uuid:0f3a" },
  { "sip:mira@cafe.test;gr=my%20desk", "mira@cafe.test/my desk" },
  { "sip:mira@cafe.test;gr=a%40b/c%3B%3F%3D", "mira@cafe.test/a@b/c;?=" },
  { "sip:mira@cafe.test;gr=%F0%9F%A6%8A", "mira@cafe.test/🦊" },
  { "sip:mira@xn--bcher-kva.test", "mira@bücher.test" },
  { "sip:%D0%B4%D0%BC%D0%B8%D1%82%D1%80%D0%B8%D0%B9@phone.test", "дмитрий@phone.test" },
  { "sip:space%20cadet@phone.test", "space\\20cadet@phone.test" },
  { "sip:call%20me%20%22ishmael%22@phone.test", "call\\20me\\20\\22ishmael\\22@phone.test" },
  { "sip:at&t%20guy@phone.test", "at\\26t\\20guy@phone.test" },
  { "sip:/.fanboy@phone.test", "\\2f.fanboy@phone.test" },
  { "sip:%3A%3Afoo%3A%3A@phone.test", "\\3a\\3afoo\\3a\\3a@phone.test" },
  { "sip:%3Cfoo%3E@phone.test", "\\3cfoo\\3e@phone.test" },
  { "sip:c%3A%5Cnet@phone.test", "c\\3a\\net@phone.test" },
  { "sip:c%3A%5C%5Cnet@phone.test", "c\\3a\\\\net@phone.test" },
  { "sip:c%3A%5Ccool%20stuff@phone.test", "c\\3a\\cool\\20stuff@phone.test" },
  { "sip:c%3A%5C5commas@phone.test", "c\\3a\\5c5commas@phone.test" },
  { "sip:%5C3and%5C2is%5C5cool@phone.test", "\\5c3and\\2is\\5c5cool@phone.test" },
  { "sip:a%5Cz%5C2%5C41@phone.test", "a\\z\\2\\41@phone.test" },
  { "sip:!$*().,;=?_~-+@phone.test", "!$*().,;=?_~-+@phone.test" },
  { "sip:%23%5B%5D%5E%60%7B%7C%7D@phone.test", "#[]^`{|}@phone.test" },
};

static void
maps_both_ways (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_auto (OreeJid) jid = OREE_JID_INIT, mapped = OREE_JID_INIT;
      g_autofree char *uri = NULL, *wire = NULL;

      g_test_message ("%s %s", pairs[i].uri, pairs[i].jid);
      g_assert_true (oree_jid_parse (&jid, oree_span_str (pairs[i].jid)));
      uri = oree_gw_uri_from_jid (&jid);
      g_assert_cmpstr (uri, ==, pairs[i].uri);
      g_assert_true (oree_gw_jid_from_uri (&mapped, oree_span_str (pairs[i].uri)));
      wire = oree_jid_to_string (&mapped);
      g_assert_cmpstr (wire, ==, pairs[i].jid);
    }
}

static void
takes_other_spellings_from_sip (void)
{
  static const struct { const char *uri, *jid; } rows[] = {
    { "SIP:Otto@Phone.TEST.", "otto@phone.test" },
    { "sips:otto:secret@phone.test:5061;transport=tls?x=y", "otto@phone.test" },
    { "im:otto@phone.test", "otto@phone.test" },
    { "pres:ot%23to@phone.test", "ot#to@phone.test" },
    { "sip:a%26b%2Fc@phone.test", "a\\26b\\2fc@phone.test" },
    { "sip:J%C3%9CRG@phone.test", "jürg@phone.test" },
    { "sip:otto@phone.test;gr", "otto@phone.test" },
    { "sip:x%EF%BC%A0y@phone.test", "x\\40y@phone.test" }, /* a full-width @ */
    { "sip:x%5C2Fy@phone.test", "x\\5c2fy@phone.test" },
    { "sip:%2541@phone.test", "%41@phone.test" },          /* decoded once, not twice */
    { "tel:+4912345", NULL }, { "http://x.test/", NULL }, { "sip:otto@192.0.2.1", NULL }, { "sip:otto@[::1]", NULL },
    { "sip:a%FFb@phone.test", NULL }, { "sip:a%00b@phone.test", NULL }, { "sip:a%0D%0Ab@phone.test", NULL },
    { "sip:%20otto@phone.test", NULL }, { "sip:otto%20@phone.test", NULL }, { "sip:a%EF%BF%BEb@phone.test", NULL },
    { "otto@phone.test", NULL }, { "", NULL }, { "sip:otto@phone.test;gr=a%00b", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (OreeJid) jid = OREE_JID_INIT;
      gboolean good = oree_gw_jid_from_uri (&jid, oree_span_str (rows[i].uri));
      g_autofree char *wire = good ? oree_jid_to_string (&jid) : NULL;

      oree_test_say (rows[i].uri);
      if (rows[i].jid != NULL || strstr (rows[i].uri, ";gr=") == NULL)
        g_assert_cmpstr (wire, ==, rows[i].jid);
      else if (good) /* an unusable GRUU may only cost the resource */
        g_assert_true (oree_jid_is_bare (&jid));
    }
}

/* What does not come back as it went is refused: two people must not become one. */
static void
refuses_jids_that_would_not_come_back (void)
{
  static const char *const rows[] = {
    "a\\5cb@phone.test",      /* escaped without need: "a\b" over there, which is another account here */
    "\\20otto@phone.test",    /* XEP-0106: not first */
    "otto\\20@phone.test",    /* nor last */
    "a\\5c\\5cb@phone.test",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (OreeJid) jid = OREE_JID_INIT;

      oree_test_say (rows[i]);
      g_assert_true (oree_jid_parse (&jid, oree_span_str (rows[i])));
      g_assert_null (oree_gw_uri_from_jid (&jid));
      g_assert_null (oree_gw_aor_from_jid (&jid));
    }
}

static const char *const pieces[] = {
  "a", "b", "z", "0", "9", "A", ".", "-", "_", "\\", "\\2f", "\\5c", "\\20", "5c", "27", "%", "%41", "#", "[", "]", "^", "`", "{",
  "|", "}", "~", "!", "$", "(", ")", "*", "+", ",", ";", "=", "?", "ü", "é", "ß", "д", "ل", "語", "🦊", " ", "\"", "&", "'", "/",
  ":", "<", ">", "@", "ﬀ", "Ⅳ", "＠", "＼", "e\xcc\x81",
};

static char *
random_text (guint most)
{
  GString *text = g_string_new (NULL);

  for (gint n = g_test_rand_int_range (1, (gint32) most); n > 0; n--)
    g_string_append (text, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
  return g_string_free (text, FALSE);
}

static void
random_jids_round_trip (void)
{
  guint mapped = 0, refused = 0;

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *local = random_text (8), *resource = random_text (8);
      g_auto (OreeJid) jid = OREE_JID_INIT, back = OREE_JID_INIT;
      g_autofree char *uri = NULL, *plain = NULL, *again = NULL;

      if (!oree_jid_set (&jid, local, "phone.test", i % 2 ? resource : NULL))
        continue;
      plain = oree_gw_unescape_local (jid.local);
      again = oree_gw_escape_local (plain);
      uri = oree_gw_uri_from_jid (&jid);
      if (uri == NULL)
        {
          /* only what is no canonical XEP-0106 form, or starts or ends with a space */
          g_assert_true (strcmp (again, jid.local) != 0 || plain[0] == ' ' || g_str_has_suffix (plain, " "));
          refused++;
          continue;
        }
      g_assert_cmpstr (again, ==, jid.local);
      g_assert_true (oree_gw_jid_from_uri (&back, oree_span_str (uri)));
      g_assert_true (oree_jid_equal (&jid, &back));
      mapped++;
    }
  g_test_message ("%u mapped, %u refused", mapped, refused);
  g_assert_cmpuint (mapped, >, 200);
}

static void
random_uris_round_trip (void)
{
  guint mapped = 0;

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *user = random_text (8);
      g_autoptr (GString) uri = g_string_new ("sip:");
      g_auto (OreeJid) jid = OREE_JID_INIT;
      g_autofree char *back = NULL, *aor = NULL;

      oree_sip_uri_escape_user (oree_span_str (user), uri);
      g_string_append (uri, "@phone.test");
      if (!oree_gw_jid_from_uri (&jid, oree_span_str (uri->str)))
        continue;
      back = oree_gw_uri_from_jid (&jid);
      aor = oree_sip_aor_normalise (oree_span_str (uri->str));
      g_assert_cmpstr (back, ==, aor); /* registrar and gateway agree on who it is */
      mapped++;
    }
  g_assert_cmpuint (mapped, >, 10000);
}

/* Where somebody went (RFC 7247 tables 2 and 3: gone, 301). */
static void
new_addresses_cross (void)
{
  static const struct
  {
    const char *xmpp, *sip; /* sip NULL: refused */
    gboolean back;
  } rows[] = {
    { "xmpp:mira@cafe.test", "sip:mira@cafe.test", TRUE },
    { "XMPP:mira@cafe.test/desk?message;body=x", "sip:mira@cafe.test", FALSE },
    { "xmpp:d%5C27arcy@cafe.test", "sip:d'arcy@cafe.test", TRUE },
    { "xmpp:j%C3%BCrg@cafe.test", "sip:j%C3%BCrg@cafe.test", TRUE },
    { "xmpp:cafe.test", NULL, FALSE },
    { "xmpp:a%00b@cafe.test", NULL, FALSE },
    { "xmpp:a%0D%0AX@cafe.test", NULL, FALSE },
    { "xmpp:", NULL, FALSE },
    { "https://cafe.test/", NULL, FALSE },
    { "mira@cafe.test", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *sip = oree_gw_aor_from_xmpp_uri (rows[i].xmpp);
      g_autofree char *back = NULL;

      g_test_message ("%s", rows[i].xmpp);
      g_assert_cmpstr (sip, ==, rows[i].sip);
      if (rows[i].back)
        {
          back = oree_gw_xmpp_uri_from_uri (oree_span_str (sip));
          g_assert_cmpstr (back, ==, rows[i].xmpp);
        }
    }
  g_assert_null (oree_gw_xmpp_uri_from_uri (OREE_SPAN_LITERAL ("sip:phone.test")));
  g_assert_null (oree_gw_xmpp_uri_from_uri (OREE_SPAN_LITERAL ("tel:+123")));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/addr/maps-both-ways", maps_both_ways);
  g_test_add_func ("/gateway/addr/takes-other-spellings-from-sip", takes_other_spellings_from_sip);
  g_test_add_func ("/gateway/addr/refuses-jids-that-would-not-come-back", refuses_jids_that_would_not_come_back);
  g_test_add_func ("/gateway/addr/random-jids-round-trip", random_jids_round_trip);
  g_test_add_func ("/gateway/addr/random-uris-round-trip", random_uris_round_trip);
  g_test_add_func ("/gateway/addr/new-addresses-cross", new_addresses_cross);
  return g_test_run ();
}
