/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phrases, refusals, queries, what is remembered of people and receipts. */
#include "gw-test.h"
#include "gateway/oree-gw-people.h"
#include "gateway/oree-gw-query.h"
#include "gateway/oree-gw-receipts.h"
#include "gateway/oree-gw-text.h"
#include "oree-test.h"

/* --- phrases and refusals ------------------------------------------------------------------------ */

static void
every_phrase_is_in_both_languages (void)
{
  for (guint i = 0; i < OREE_N_GW_PHRASES; i++)
    {
      const char *english = oree_gw_phrase (i, "en"), *french = oree_gw_phrase (i, "fr");

      g_assert_nonnull (english);
      g_assert_nonnull (french);
      g_assert_cmpstr (english, !=, french);
      g_assert_true (g_utf8_validate (french, -1, NULL));
      g_assert_cmpint (strstr (english, "{}") != NULL, ==, strstr (french, "{}") != NULL);
      g_assert_null (strpbrk (english, "\r\n\"")); /* fit for a status line */
      g_assert_null (strpbrk (french, "\r\n\""));
    }
  g_assert_cmpstr (oree_gw_phrase (OREE_GW_PHRASE_CALL, "fr-CA"), ==, oree_gw_phrase (OREE_GW_PHRASE_CALL, "FR"));
  g_assert_cmpstr (oree_gw_phrase (OREE_GW_PHRASE_CALL, "frr"), ==, oree_gw_phrase (OREE_GW_PHRASE_CALL, "en")); /* North Frisian */
  g_assert_cmpstr (oree_gw_phrase (OREE_GW_PHRASE_CALL, NULL), ==, oree_gw_phrase (OREE_GW_PHRASE_CALL, "de"));
}

static void
the_best_language_is_chosen (void)
{
  static const struct
  {
    const char *list, *chosen;
  } rows[] = {
    { "fr", "fr" }, { "fr-CA", "fr" }, { "de, fr;q=0.8, en;q=0.9", "en" }, { "en;q=0.2,FR;q=0.25", "fr" }, { "de", NULL }, { "", NULL },
    { "fr;q=0, en;q=0.001", "en" }, { "en, fr", "en" }, { ",,;q=1", NULL }, { "fr;x", NULL }, { "fr; q=1", "fr" }, { "*", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      oree_test_say (rows[i].list);
      g_assert_cmpstr (oree_gw_phrase_choose (oree_span_str (rows[i].list)), ==, rows[i].chosen);
    }
}

static void
every_refusal_has_its_words (void)
{
  for (guint i = 1; i < OREE_N_GW_REFUSALS; i++)
    {
      const OreeGwRefusal *row = oree_gw_refusal (i);

      g_assert_true (*row->nick != '\0');
      g_assert_cmpuint (row->sip, >=, 400);
      g_assert_cmpuint (row->sip, <, 500); /* nothing here closes a next hop or other branches */
      g_assert_nonnull (oree_gw_phrase (row->phrase, NULL));
    }
  for (guint i = 0; i < OREE_N_STANZA_ERRS; i++)
    g_assert_null (strstr (oree_gw_phrase (oree_gw_phrase_of_err (i), NULL), "{}"));
}

/* --- queries ------------------------------------------------------------------------------------- */

#define DOMAIN_IQ "from='mira@cafe.test/desk' to='phone.test' id='q1' type="
#define USER_IQ "from='mira@cafe.test/desk' to='otto@phone.test' id='q1' type="
#define GET "'get'>"
#define SET "'set' xml:lang='fr'>"

static const struct
{
  const char *iq;
  gboolean authorised;
  const char *name;
  const char *answer;      /* "result", an error's condition; NULL: none */
  const char *payload;     /* namespace of the result's payload; NULL: empty */
  OreeGwRefusalId refusal;
} queries[] = {
  { DOMAIN_IQ GET "<query xmlns='" OREE_NS_DISCO_INFO "'/></iq>", FALSE, NULL, "result", OREE_NS_DISCO_INFO, 0 },
  { DOMAIN_IQ GET "<query xmlns='" OREE_NS_DISCO_INFO "' node='x'/></iq>", FALSE, NULL, "item-not-found", NULL, 0 },
  { DOMAIN_IQ GET "<query xmlns='" OREE_NS_DISCO_ITEMS "'/></iq>", FALSE, NULL, "result", OREE_NS_DISCO_ITEMS, 0 },
  { DOMAIN_IQ GET "<query xmlns='" OREE_NS_DISCO_ITEMS "' node='x'/></iq>", FALSE, NULL, "item-not-found", NULL, 0 },
  { DOMAIN_IQ GET "<ping xmlns='" OREE_NS_PING "'/></iq>", FALSE, NULL, "result", NULL, 0 },
  { DOMAIN_IQ GET "<query xmlns='" OREE_NS_VERSION "'/></iq>", FALSE, NULL, "result", OREE_NS_VERSION, 0 },
  { DOMAIN_IQ GET "<time xmlns='" OREE_NS_TIME "'/></iq>", FALSE, NULL, "result", OREE_NS_TIME, 0 },
  { DOMAIN_IQ GET "<query xmlns='" OREE_NS_LAST "'/></iq>", FALSE, NULL, "result", OREE_NS_LAST, 0 },
  { DOMAIN_IQ GET "<vCard xmlns='" OREE_NS_VCARD "'/></iq>", FALSE, NULL, "service-unavailable", NULL, 0 },
  { DOMAIN_IQ GET "<query xmlns='" OREE_NS_ROSTER "'/></iq>", FALSE, NULL, "service-unavailable", NULL, 0 },
  { DOMAIN_IQ SET "<ping xmlns='" OREE_NS_PING "'/></iq>", FALSE, NULL, "service-unavailable", NULL, 0 },
  { DOMAIN_IQ GET "</iq>", FALSE, NULL, "bad-request", NULL, 0 },
  { DOMAIN_IQ GET "<a/><b/></iq>", FALSE, NULL, "bad-request", NULL, 0 },
  { DOMAIN_IQ "'result'/>", FALSE, NULL, NULL, NULL, 0 },
  { DOMAIN_IQ "'error'/>", FALSE, NULL, NULL, NULL, 0 },
  { DOMAIN_IQ "'nonsense'><a/></iq>", FALSE, NULL, "bad-request", NULL, 0 },
  { USER_IQ GET "<query xmlns='" OREE_NS_DISCO_INFO "'/></iq>", TRUE, NULL, "result", OREE_NS_DISCO_INFO, 0 },
  { USER_IQ GET "<query xmlns='" OREE_NS_DISCO_INFO "'/></iq>", FALSE, NULL, "service-unavailable", NULL, 0 },
  { USER_IQ GET "<ping xmlns='" OREE_NS_PING "'/></iq>", FALSE, NULL, "service-unavailable", NULL, 0 },
  { USER_IQ GET "<vCard xmlns='" OREE_NS_VCARD "'/></iq>", TRUE, "Otto <O>", "result", OREE_NS_VCARD, 0 },
  { USER_IQ GET "<vCard xmlns='" OREE_NS_VCARD "'/></iq>", TRUE, NULL, "service-unavailable", NULL, 0 },
  { USER_IQ GET "<vCard xmlns='" OREE_NS_VCARD "'/></iq>", FALSE, "Otto", "service-unavailable", NULL, 0 },
  { USER_IQ GET "<query xmlns='" OREE_NS_LAST "'/></iq>", TRUE, NULL, "service-unavailable", NULL, 0 },
  { USER_IQ GET "<query xmlns='" OREE_NS_VERSION "'/></iq>", TRUE, NULL, "service-unavailable", NULL, 0 },
  { USER_IQ SET "<jingle xmlns='" OREE_NS_JINGLE "'><content><description xmlns='urn:xmpp:jingle:apps:rtp:1'/></content></jingle></iq>",
    TRUE, NULL, "service-unavailable", NULL, OREE_GW_REFUSAL_CALL },
  { USER_IQ SET "<jingle xmlns='" OREE_NS_JINGLE "'><content><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/></content></jingle></iq>",
    TRUE, NULL, "service-unavailable", NULL, OREE_GW_REFUSAL_FILE },
  { USER_IQ SET "<jingle xmlns='" OREE_NS_JINGLE "'/></iq>", TRUE, NULL, "service-unavailable", NULL, OREE_GW_REFUSAL_CALL },
  { USER_IQ SET "<si xmlns='" OREE_NS_SI "'/></iq>", TRUE, NULL, "service-unavailable", NULL, OREE_GW_REFUSAL_FILE },
  { USER_IQ SET "<open xmlns='" OREE_NS_IBB "'/></iq>", TRUE, NULL, "service-unavailable", NULL, OREE_GW_REFUSAL_FILE },
  { USER_IQ SET "<query xmlns='" OREE_NS_BYTESTREAMS "'/></iq>", TRUE, NULL, "service-unavailable", NULL, OREE_GW_REFUSAL_FILE },
  { USER_IQ SET "<query xmlns='" OREE_NS_OOB_IQ "'/></iq>", TRUE, NULL, "service-unavailable", NULL, OREE_GW_REFUSAL_FILE },
};

static void
queries_are_answered (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (OreeStanza) iq = gw_test_stanza ("iq", queries[i].iq);
      OreeGwQueryFacts facts = { queries[i].authorised, queries[i].name, iq->to.local ? "sip:otto@phone.test" : NULL, "1", G_USEC_PER_SEC, 7 };
      OreeGwRefusalId refusal;
      g_autoptr (OreeXmlNode) answer = oree_gw_query_answer (iq, &facts, &refusal);
      OreeStanzaErrView error;
      const OreeXmlNode *payload;

      oree_test_say (queries[i].iq);
      g_assert_cmpint (refusal, ==, queries[i].refusal);
      g_assert_cmpint (answer == NULL, ==, queries[i].answer == NULL);
      if (answer == NULL)
        continue;
      g_assert_cmpstr (oree_xml_node_attribute (answer, "id"), ==, "q1");
      g_assert_cmpstr (oree_xml_node_attribute (answer, "to"), ==, "mira@cafe.test/desk");
      if (!g_str_equal (queries[i].answer, "result"))
        {
          g_assert_true (oree_stanza_err_read (answer, &error));
          g_assert_cmpstr (oree_stanza_err_condition (error.condition), ==, queries[i].answer);
          if (refusal != OREE_GW_REFUSAL_NONE)
            g_assert_cmpstr (error.text, ==, oree_gw_phrase (oree_gw_refusal (refusal)->phrase, "fr"));
          continue;
        }
      g_assert_cmpstr (oree_xml_node_attribute (answer, "type"), ==, "result");
      payload = oree_xml_node_first (answer);
      g_assert_cmpstr (payload ? oree_xml_node_ns (payload) : NULL, ==, queries[i].payload);
    }
}

/* --- people and receipts ------------------------------------------------------------------------- */

static const OreeSipMsg *
request (const char *headers)
{
  return gw_test_sip (g_strdup_printf ("MESSAGE sip:mira@cafe.test SIP/2.0\r\nVia: SIP/2.0/TLS phone.test;branch=z9hG4bK1\r\n"
                                       "Max-Forwards: 70\r\nFrom: <sip:otto@phone.test>;tag=1\r\nTo: <sip:mira@cafe.test>\r\n"
                                       "Call-ID: c\r\nCSeq: 1 MESSAGE\r\n%sContent-Length: 0\r\n\r\n", headers));
}

static void
people_are_remembered (void)
{
  g_autoptr (OreeGwPeople) people = oree_gw_people_new (2);
  g_autofree char *oldest = NULL;
  g_autofree char *wide = g_strnfill (2000, 'x');
  OreeGwContent rich = { .was_html = TRUE }, wrapped = { .was_cpim = TRUE };
  OreeGwPerson *person;

  g_assert_null (oree_gw_people_find (people, "sip:a@x"));
  oree_gw_people_learn (people, "sip:a@x", request ("Content-Language: en\r\n"), OREE_SPAN_LITERAL ("Ann\xe2\x80\xae\x01 B"), NULL);
  person = oree_gw_people_find (people, "sip:a@x");
  g_assert_cmpstr (person->name, ==, "Ann  B");
  g_assert_cmpstr (person->language, ==, "en");
  g_assert_false (person->takes_html || person->takes_cpim);
  oree_gw_people_learn (people, "sip:a@x", request ("Content-Language: en\r\nAccept-Language: fr\r\n"), oree_span_str (wide), &rich);
  g_assert_cmpstr (person->name, ==, "Ann  B"); /* an oversized name is nobody's */
  g_assert_cmpstr (person->language, ==, "fr"); /* what is read, not what is written */
  g_assert_true (person->takes_html);
  oree_gw_people_learn (people, "sip:a@x", request (""), OREE_SPAN_EMPTY, &wrapped);
  g_assert_true (person->takes_html && person->takes_cpim);
  g_assert_cmpstr (person->language, ==, "fr");
  oree_gw_people_learn (people, "sip:b@x", request (""), OREE_SPAN_EMPTY, NULL);
  oree_gw_people_learn (people, "sip:c@x", request (""), OREE_SPAN_EMPTY, NULL);
  oldest = oree_gw_people_spill (people);
  g_assert_cmpstr (oldest, ==, "sip:a@x");
  g_assert_null (oree_gw_people_find (people, "sip:a@x"));
  g_assert_nonnull (oree_gw_people_find (people, "sip:c@x"));
}

static void
people_come_back (void)
{
  g_autoptr (OreeGwPeople) people = oree_gw_people_new (2), again = oree_gw_people_new (1);
  g_autoptr (GVariant) row = NULL, odd = g_variant_ref_sink (g_variant_new_string ("x"));
  g_autofree char *spilt = NULL;
  OreeGwContent rich = { .was_html = TRUE };
  OreeGwPerson *person;

  g_assert_nonnull (oree_gw_people_learn (people, "sip:a@x", request ("Accept-Language: fr\r\n"), OREE_SPAN_LITERAL ("Ann\x01"), &rich));
  person = oree_gw_people_find (people, "sip:a@x");
  /* The same again is written nowhere. */
  g_assert_null (oree_gw_people_learn (people, "sip:a@x", request ("Accept-Language: fr\r\n"), OREE_SPAN_LITERAL ("Ann\x01"), &rich));
  row = g_variant_ref_sink (oree_gw_person_to_row (person));
  g_assert_false (oree_gw_people_take_row (again, "sip:a@x", odd));
  g_assert_false (oree_gw_people_take_row (again, "sip:a@x", NULL));
  g_assert_true (oree_gw_people_take_row (again, "sip:a@x", row));
  g_assert_cmpstr (oree_gw_people_find (again, "sip:a@x")->name, ==, person->name);
  g_assert_cmpstr (oree_gw_people_find (again, "sip:a@x")->language, ==, "fr");
  g_assert_true (oree_gw_people_find (again, "sip:a@x")->takes_html);
  g_assert_false (oree_gw_people_find (again, "sip:a@x")->takes_cpim);

  /* A refusal takes back what was known elsewhere too. */
  person->takes_html = FALSE;
  g_clear_pointer (&row, g_variant_unref);
  row = g_variant_ref_sink (oree_gw_person_to_row (person));
  g_assert_true (oree_gw_people_take_row (again, "sip:a@x", row));
  g_assert_false (oree_gw_people_find (again, "sip:a@x")->takes_html);

  g_assert_null (oree_gw_people_spill (again));
  g_assert_true (oree_gw_people_take_row (again, "sip:b@x", row));
  spilt = oree_gw_people_spill (again);
  g_assert_cmpstr (spilt, ==, "sip:a@x");
  g_assert_null (oree_gw_people_find (again, "sip:a@x"));
}

static OreeGwReceipt
receipt (const char *aor)
{
  return (OreeGwReceipt){ g_strdup (aor), g_strdup ("mira@cafe.test/desk"), g_strdup ("m1"), 0, TRUE, FALSE };
}

static void
receipts_are_bounded_and_personal (void)
{
  g_autoptr (OreeGwReceipts) receipts = oree_gw_receipts_new (2);
  g_autofree char *oldest = NULL;

  oree_gw_receipts_add (receipts, "1", receipt ("sip:a@x"));
  g_assert_null (oree_gw_receipts_find (receipts, "1", "sip:b@x")); /* somebody else confirms nothing */
  g_assert_nonnull (oree_gw_receipts_find (receipts, "1", "sip:a@x"));
  oree_gw_receipts_add (receipts, "1", receipt ("sip:b@x"));
  g_assert_nonnull (oree_gw_receipts_find (receipts, "1", "sip:b@x"));
  oree_gw_receipts_add (receipts, "2", receipt ("sip:a@x"));
  g_assert_null (oree_gw_receipts_spill (receipts));
  oree_gw_receipts_add (receipts, "3", receipt ("sip:a@x"));
  oldest = oree_gw_receipts_spill (receipts);
  g_assert_cmpstr (oldest, ==, "1");
  g_assert_null (oree_gw_receipts_find (receipts, "1", "sip:b@x"));
  g_assert_true (oree_gw_receipts_forget (receipts, "2"));
  g_assert_false (oree_gw_receipts_forget (receipts, "2"));
  g_assert_null (oree_gw_receipts_find (receipts, "2", "sip:a@x"));
  g_assert_nonnull (oree_gw_receipts_find (receipts, "3", "sip:a@x"));
}

static void
receipts_come_back (void)
{
  g_autoptr (OreeGwReceipts) receipts = oree_gw_receipts_new (2);
  OreeGwReceipt before = receipt ("sip:a@x"), after = { 0 };
  g_autoptr (GVariant) row = g_variant_ref_sink (oree_gw_receipt_to_row (&before));
  g_autoptr (GVariant) odd = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));

  g_assert_false (oree_gw_receipt_from_row (odd, &after));
  g_assert_false (oree_gw_receipt_from_row (NULL, &after));
  g_assert_null (after.aor);
  g_assert_true (oree_gw_receipt_from_row (row, &after));
  g_assert_cmpstr (after.aor, ==, before.aor);
  g_assert_cmpstr (after.contact, ==, before.contact);
  g_assert_cmpstr (after.id, ==, before.id);
  g_assert_true (after.type == before.type && after.receipt == before.receipt && after.marker == before.marker);
  oree_gw_receipt_clear (&before);
  oree_gw_receipts_add (receipts, "1", after);
}

/* --- text ---------------------------------------------------------------------------------------- */

static void
dates_cross (void)
{
  static const struct
  {
    const char *text;
    gint64 seconds; /* -1: none */
  } rows[] = {
    { "Sat, 13 Nov 2010 23:29:00 GMT", 1289690940 }, { " Sat, 13 Nov 2010 23:29:00 GMT", 1289690940 },
    { "2010-11-13T23:29:00Z", 1289690940 }, { "2010-11-14T00:29:00+01:00", 1289690940 },
    { "Sat, 13 Nov 2010 23:29:00 CET", -1 }, { "Sat, 13 Foo 2010 23:29:00 GMT", -1 }, { "Sat, 31 Feb 2010 23:29:00 GMT", -1 },
    { "Sat, 13 Nov 2010 25:29:00 GMT", -1 }, { "Sat, 13 Nov 2010 23:29:00 GMT+1", -1 }, { "yesterday", -1 }, { "", -1 },
  };
  static const char *const bad[] = { "", "yesterday", "2010-13-13T23:29:00Z", "2010-11-13T23:29:00Z\r\nX: y" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 wall = 0;

      oree_test_say (rows[i].text);
      g_assert_cmpint (oree_gw_date_parse (oree_span_str (rows[i].text), &wall), ==, rows[i].seconds >= 0);
      if (rows[i].seconds >= 0)
        g_assert_cmpint (wall / G_USEC_PER_SEC, ==, rows[i].seconds);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (oree_gw_date_to_sip (bad[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/phrase/every-phrase-is-in-both-languages", every_phrase_is_in_both_languages);
  g_test_add_func ("/gateway/phrase/the-best-language-is-chosen", the_best_language_is_chosen);
  g_test_add_func ("/gateway/refusal/every-refusal-has-its-words", every_refusal_has_its_words);
  g_test_add_func ("/gateway/query/queries-are-answered", queries_are_answered);
  g_test_add_func ("/gateway/people/people-are-remembered", people_are_remembered);
  g_test_add_func ("/gateway/people/people-come-back", people_come_back);
  g_test_add_func ("/gateway/receipts/receipts-are-bounded-and-personal", receipts_are_bounded_and_personal);
  g_test_add_func ("/gateway/receipts/receipts-come-back", receipts_come_back);
  g_test_add_func ("/gateway/text/dates-cross", dates_cross);
  return g_test_run ();
}
