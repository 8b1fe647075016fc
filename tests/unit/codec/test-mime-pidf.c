/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-limits.h"
#include "base/oree-time.h"
#include "codec/mime/oree-pidf.h"
#include "codec/mime/oree-watcherinfo.h"
#include "oree-test.h"

#define HEAD "<presence xmlns='urn:ietf:params:xml:ns:pidf' xmlns:p='urn:ietf:params:xml:ns:pidf:data-model'" \
             " xmlns:r='urn:ietf:params:xml:ns:pidf:rpid' xmlns:c='jabber:client' entity='sip:otto@phone.test'>"
#define TAIL "</presence>"

static OreePidf *
parse (const char *text)
{
  OreePidf *pidf;

  g_assert_cmpint (oree_pidf_parse (&pidf, oree_span_str (text)), ==, (gssize) strlen (text));
  g_assert_nonnull (pidf);
  return pidf;
}

static OreePidfTuple *
nth (const OreePidf *pidf, guint n)
{
  g_assert_cmpuint (n, <, pidf->tuples->len);
  return g_ptr_array_index (pidf->tuples, n);
}

/* status and what follows in one tuple, what follows the tuple → open, show */
static void
basic_and_show_are_folded (void)
{
  static const struct { const char *tuple, *rest; gboolean open; OreeShow show; } rows[] = {
    { "<status><basic>open</basic></status>", "", TRUE, OREE_SHOW_NONE },
    { "<status><basic> open\n</basic></status>", "", TRUE, OREE_SHOW_NONE },
    { "<status><basic>closed</basic></status>", "", FALSE, OREE_SHOW_NONE },
    { "<status><basic>ajar</basic></status>", "", FALSE, OREE_SHOW_NONE },
    { "<status/>", "", FALSE, OREE_SHOW_NONE },
    { "", "", FALSE, OREE_SHOW_NONE },
    { "<status/><contact>sip:a@b</contact>", "", TRUE, OREE_SHOW_NONE },
    { "<status><c:show>dnd</c:show></status>", "", TRUE, OREE_SHOW_DND },
    { "<status><basic>open</basic><c:show>dnd</c:show></status>", "", TRUE, OREE_SHOW_DND },
    { "<status><basic>open</basic><c:show>chat</c:show></status><r:activities><r:away/></r:activities>", "", TRUE, OREE_SHOW_CHAT },
    { "<status><basic>open</basic><c:show>asleep</c:show></status>", "", TRUE, OREE_SHOW_NONE },
    { "<status><basic>open</basic><c:show>asleep</c:show><r:activities><r:busy/></r:activities></status>", "", TRUE, OREE_SHOW_DND },
    { "<status><basic>open</basic></status><r:activities><r:working/><r:vacation/></r:activities>", "", TRUE, OREE_SHOW_XA },
    { "<status><basic>open</basic></status>", "<p:person id='p'><r:activities><r:on-the-phone/></r:activities></p:person>", TRUE, OREE_SHOW_DND },
    { "<status><basic>open</basic></status><r:activities><r:meal/></r:activities>", "<p:person id='p'><r:activities><r:busy/></r:activities></p:person>", TRUE, OREE_SHOW_AWAY },
    { "<status><basic>closed</basic></status>", "<p:person id='p'><r:activities><r:busy/></r:activities></p:person>", FALSE, OREE_SHOW_NONE },
    { "<status><basic>open</basic></status><r:activities><r:unknown/></r:activities>", "", TRUE, OREE_SHOW_NONE },
    { "<status><basic>open</basic><show>dnd</show></status>", "", TRUE, OREE_SHOW_NONE },
    { "<status><basic>open</basic></status>", "<tuple id='u'><status><c:show>dnd</c:show></status></tuple>"
      "<p:person id='p'><r:activities><r:busy/></r:activities></p:person>", TRUE, OREE_SHOW_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (HEAD "<tuple id='t'>", rows[i].tuple, "</tuple>", rows[i].rest, TAIL, NULL);
      g_autoptr (OreePidf) pidf = parse (text);

      oree_test_say (text);
      g_assert_cmpint (nth (pidf, 0)->open, ==, rows[i].open);
      g_assert_cmpint (nth (pidf, 0)->show, ==, rows[i].show);
    }
}

static void
every_activity_has_its_show (void)
{
  static const struct { const char *names; OreeShow show; } rows[] = {
    { "away breakfast dinner meal in-transit travel steering shopping spectator performance sleeping tv worship playing", OREE_SHOW_AWAY },
    { "vacation holiday permanent-absence", OREE_SHOW_XA },
    { "busy on-the-phone meeting appointment presentation", OREE_SHOW_DND },
    { "working looking-for-work other unknown wedding", OREE_SHOW_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) names = g_strsplit (rows[i].names, " ", 0);

      for (guint n = 0; names[n]; n++)
        {
          g_autofree char *text = g_strdup_printf (HEAD "<tuple id='t'><status><basic>open</basic></status></tuple>"
                                                   "<p:person id='p'><r:activities><r:%s/></r:activities></p:person>" TAIL, names[n]);
          g_autoptr (OreePidf) pidf = parse (text);

          g_assert_cmpint (nth (pidf, 0)->show, ==, rows[i].show);
        }
    }
}

static void
notes_are_one_per_language_from_the_nearest_holder (void)
{
  static const struct { const char *tuple, *rest; const char *notes; } rows[] = {
    { "<note xml:lang='en'>one</note><note xml:lang='fr'>un</note><note xml:lang='EN'>two</note>", "<note>root</note>", "en=one;fr=un;" },
    { "", "<p:person id='p'><p:note>person</p:note></p:person><note>root</note>", "=person;" },
    { "", "<note xml:lang='de'> root\n</note>", "de=root;" },
    { "<note>  </note>", "<note>root</note>", "" },
    { "", "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (HEAD "<tuple id='t'><status/>", rows[i].tuple, "</tuple>", rows[i].rest, TAIL, NULL);
      g_autoptr (OreePidf) pidf = parse (text);
      g_autoptr (GString) got = g_string_new (NULL);

      for (guint n = 0; n < nth (pidf, 0)->notes->len; n++)
        {
          const OreePidfNote *note = g_ptr_array_index (nth (pidf, 0)->notes, n);

          g_string_append_printf (got, "%s=%s;", note->lang ? note->lang : "", note->text);
        }
      g_assert_cmpstr (got->str, ==, rows[i].notes);
    }
}

static void
reads_the_rest_of_a_tuple (void)
{
  g_autoptr (OreePidf) pidf = parse (HEAD
    "<tuple id='a'><status><basic>open</basic></status><p:deviceID>urn:uuid:1</p:deviceID>"
    "<contact priority='0.8'> sip:otto@phone.test;gr=x </contact><timestamp>2031-05-04T03:02:01Z</timestamp></tuple>"
    "<tuple id='b'><status/><contact priority='7'>x:</contact><timestamp>yesterday</timestamp></tuple>"
    "<x:y xmlns:x='urn:x' p:mustUnderstand='1'><x:z/></x:y>" TAIL);

  g_assert_cmpstr (pidf->entity, ==, "sip:otto@phone.test");
  g_assert_cmpuint (pidf->tuples->len, ==, 2);
  g_assert_cmpstr (nth (pidf, 0)->contact, ==, "sip:otto@phone.test;gr=x");
  g_assert_cmpstr (nth (pidf, 0)->device_id, ==, "urn:uuid:1");
  g_assert_cmpint (nth (pidf, 0)->priority, ==, 102);
  g_assert_cmpstr (nth (pidf, 0)->timestamp, ==, "2031-05-04T03:02:01Z");
  g_assert_cmpint (nth (pidf, 1)->priority, ==, OREE_PIDF_NO_PRIORITY);
  g_assert_null (nth (pidf, 1)->timestamp);
}

static void
refuses_what_is_no_presence_document (void)
{
  g_autoptr (GString) many = g_string_new (HEAD);
  g_autofree char *fill = g_strnfill (OREE_PIDF_BYTES_MAX, ' ');
  g_autofree char *longest = g_strconcat (HEAD, fill, TAIL, NULL);
  OreePidf *pidf;

  for (guint i = 0; i <= OREE_PIDF_TUPLES_MAX; i++)
    g_string_append_printf (many, "<tuple id='t%u'><status/></tuple>", i);
  g_string_append (many, TAIL);
  {
    const struct { const char *text; gssize error; } rows[] = {
      { "", OREE_PARSE_BAD_SYNTAX },
      { "nonsense", OREE_PARSE_BAD_SYNTAX },
      { HEAD, OREE_PARSE_BAD_SYNTAX },
      { "<presence/>", OREE_PARSE_BAD_VALUE },
      { "<presence xmlns='jabber:client' entity='x'/>", OREE_PARSE_BAD_VALUE },
      { "<presence xmlns='urn:ietf:params:xml:ns:pidf'/>", OREE_PARSE_MISSING },
      { "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity=''/>", OREE_PARSE_MISSING },
      { HEAD "<tuple/>" TAIL, OREE_PARSE_MISSING },
      { HEAD "<tuple id='a'/><tuple id='a'/>" TAIL, OREE_PARSE_DUPLICATE },
      { "<!DOCTYPE presence [<!ENTITY e 'x'>]>" HEAD TAIL, OREE_PARSE_RESTRICTED },
      { many->str, OREE_PARSE_TOO_MANY },
      { longest, OREE_PARSE_TOO_LONG },
    };

    for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_test_message ("%.60s", rows[i].text);
        g_assert_cmpint (oree_pidf_parse (&pidf, oree_span_str (rows[i].text)), ==, rows[i].error);
        g_assert_null (pidf);
      }
  }
}

/* A document cut anywhere is refused, never half taken. */
static void
a_cut_document_is_refused (void)
{
  const char *text = "<?xml version='1.0' encoding='UTF-8'?>" HEAD
    "<tuple id='a'><status><basic>open</basic></status><note xml:lang='fr'>à table</note></tuple>" TAIL;
  gsize length = strlen (text);

  for (gsize cut = 0; cut < length; cut++)
    {
      g_autofree char *part = g_memdup2 (text, MAX (cut, 1));
      OreePidf *pidf;

      g_assert_cmpint (oree_pidf_parse (&pidf, oree_span (part, cut)), <, 0);
      g_assert_null (pidf);
    }
}

static void
writes_in_schema_order_and_reads_back (void)
{
  g_autoptr (OreePidf) pidf = oree_pidf_new ("sip:mira@cafe.test");
  OreePidfTuple *desk = oree_pidf_add_tuple (pidf, "ID-6465736b");
  OreePidfTuple *odd = oree_pidf_add_tuple (pidf, "9 lives/ü");
  g_autoptr (GBytes) body = NULL;
  g_autoptr (OreePidf) back = NULL;
  g_autofree char *text = NULL, *resource = NULL;
  gsize length;

  desk->open = TRUE;
  desk->show = OREE_SHOW_DND;
  desk->priority = 5;
  desk->contact = g_strdup ("sip:mira@cafe.test;gr=desk");
  desk->timestamp = g_strdup ("2031-05-04T03:02:01Z");
  oree_pidf_tuple_add_note (desk, "en", "<rehearsing> & \"more\"");
  oree_pidf_tuple_add_note (desk, "EN", "again");
  odd->open = FALSE;
  body = oree_pidf_write (pidf);
  text = oree_span_dup (oree_span (g_bytes_get_data (body, &length), g_bytes_get_size (body)));
  g_assert_cmpstr (text, ==,
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:mira@cafe.test'>"
    "<tuple id='ID-6465736b'><status><basic>open</basic><show xmlns='jabber:client'>dnd</show></status>"
    "<contact priority='0.039'>sip:mira@cafe.test;gr=desk</contact>"
    "<note xml:lang='en'>&lt;rehearsing&gt; &amp; &quot;more&quot;</note><timestamp>2031-05-04T03:02:01Z</timestamp></tuple>"
    "<tuple id='ID-39206c697665732fc3bc'><status><basic>closed</basic></status></tuple>"
    "<person xmlns='urn:ietf:params:xml:ns:pidf:data-model' id='person'>"
    "<activities xmlns='urn:ietf:params:xml:ns:pidf:rpid'><busy/></activities></person></presence>");
  back = parse (text);
  g_assert_cmpuint (back->tuples->len, ==, 2);
  g_assert_true (nth (back, 0)->open && nth (back, 0)->show == OREE_SHOW_DND && nth (back, 0)->priority == 5);
  g_assert_cmpuint (nth (back, 0)->notes->len, ==, 1);
  g_assert_false (nth (back, 1)->open);
  resource = oree_pidf_resource_from_id (nth (back, 1)->id);
  g_assert_cmpstr (resource, ==, "9 lives/ü");
}

static void
long_notes_are_cut_at_a_character (void)
{
  g_autoptr (OreePidf) pidf = oree_pidf_new ("sip:a@b.test");
  OreePidfTuple *tuple = oree_pidf_add_tuple (pidf, "t");
  g_autoptr (GString) text = g_string_new ("x");
  const OreePidfNote *note;

  while (text->len < OREE_TEXT_MAX + 100)
    g_string_append (text, "ü");
  oree_pidf_tuple_add_note (tuple, NULL, text->str);
  note = g_ptr_array_index (tuple->notes, 0);
  g_assert_cmpuint (strlen (note->text), ==, OREE_TEXT_MAX - 1);
  g_assert_true (g_utf8_validate (note->text, -1, NULL));
}

/* text of a note as it came → as it is kept */
static void
notes_stay_inside_their_line (void)
{
  static const struct { const char *lang, *text, *kept_lang, *kept; } rows[] = {
    { "en", "plain, ünïcode 🌹 and \xe2\x80\x8f mark", "en", "plain, ünïcode 🌹 and \xe2\x80\x8f mark" },
    { "x", "a\x01\x02" "b\rc\td\x7f\xc2\x85" "e", "x", "a  b c d  e" },
    { NULL, "two\nlines\xe2\x80\xa8" "three", NULL, "two\nlines three" },
    { "fr-CA", "\xe2\x80\xae" "gpj.exe\xe2\x80\xac \xe2\x81\xa6x\xe2\x81\xa9", "fr-CA", "gpj.exe x" },
    { "en\r\nEvil: 1", "t", NULL, "t" },
    { "-en", "t", NULL, "t" },
    { "en-", "t", NULL, "t" },
    { "e--n", "t", NULL, "t" },
    { "x-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaaaa", "t", NULL, "t" },
    { "", "t", NULL, "t" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OreePidf) pidf = oree_pidf_new ("sip:a@b.test");
      OreePidfTuple *tuple = oree_pidf_add_tuple (pidf, "t");
      const OreePidfNote *note;

      oree_pidf_tuple_add_note (tuple, rows[i].lang, rows[i].text);
      note = g_ptr_array_index (tuple->notes, 0);
      g_assert_cmpstr (note->lang, ==, rows[i].kept_lang);
      g_assert_cmpstr (note->text, ==, rows[i].kept);
    }
}

/* inside the tuple, after it → idle, since (0: not said) */
static void
idleness_is_the_nearest_that_says (void)
{
#define WHEN "2031-05-04T03:02:01Z"
#define IDLE(since) "<r:user-input idle-threshold='300'" since ">idle</r:user-input>"
  static const struct { const char *tuple, *rest; gboolean idle; const char *since; } rows[] = {
    { "", "", FALSE, NULL },
    { IDLE (" last-input='" WHEN "'"), "", TRUE, WHEN },
    { IDLE (" last-input='2031-05-04T05:02:01.250+02:00'"), "", TRUE, WHEN },
    { IDLE (" last-input='yesterday'"), "", TRUE, NULL },
    { IDLE (""), "", TRUE, NULL },
    { "<r:user-input>active</r:user-input>", "<p:person id='p'>" IDLE ("") "</p:person>", FALSE, NULL },
    { "", "<p:person id='p'>" IDLE (" last-input='" WHEN "'") "</p:person>", TRUE, WHEN },
    { "<p:deviceID>urn:x:1</p:deviceID>",
      "<p:device id='d'>" IDLE (" last-input='" WHEN "'") "<p:deviceID> urn:x:1 </p:deviceID></p:device>"
      "<p:person id='p'><r:user-input>active</r:user-input></p:person>", TRUE, WHEN },
    { "<p:deviceID>urn:x:1</p:deviceID>", "<p:device id='d'>" IDLE ("") "<p:deviceID>urn:x:2</p:deviceID></p:device>", FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (HEAD "<tuple id='t'><status><basic>open</basic></status>", rows[i].tuple, "</tuple>",
                                           rows[i].rest, TAIL, NULL);
      g_autoptr (OreePidf) pidf = parse (text), back = NULL;
      g_autoptr (GBytes) body = oree_pidf_write (pidf);
      g_autofree char *since = NULL;

      oree_test_say (text);
      g_assert_cmpint (oree_pidf_parse (&back, oree_span (g_bytes_get_data (body, NULL), g_bytes_get_size (body))), >, 0);
      g_assert_cmpint (nth (pidf, 0)->idle, ==, rows[i].idle);
      g_assert_cmpint (nth (back, 0)->idle, ==, rows[i].idle);
      g_assert_cmpint (nth (back, 0)->idle_since / G_USEC_PER_SEC, ==, nth (pidf, 0)->idle_since / G_USEC_PER_SEC);
      if (nth (pidf, 0)->idle_since != 0)
        since = oree_time_format_wall (nth (pidf, 0)->idle_since);
      g_assert_cmpstr (since, ==, rows[i].since);
    }
}

static void
watchers_are_listed_in_full (void)
{
  const OreeWatcher watchers[] = {
    { .id = 7, .uri = "sip:mira@cafe.test", .status = "active", .event = "subscribe", .expiration = 600, .duration = 42 },
    { .id = 8, .uri = "sip:o'<malley>@cafe.test", .status = "pending", .event = "subscribe" },
  };
  g_autoptr (GBytes) full = oree_watcherinfo_write ("sip:otto@phone.test", 3, watchers, 2);
  g_autoptr (GBytes) none = oree_watcherinfo_write ("sip:otto@phone.test", 4, NULL, 0);
  g_autofree char *text = g_strndup (g_bytes_get_data (full, NULL), g_bytes_get_size (full));
  g_autofree char *empty = g_strndup (g_bytes_get_data (none, NULL), g_bytes_get_size (none));

  g_assert_cmpstr (text, ==,
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    "<watcherinfo xmlns='urn:ietf:params:xml:ns:watcherinfo' version='3' state='full'>"
    "<watcher-list resource='sip:otto@phone.test' package='presence'>"
    "<watcher id='w7' event='subscribe' status='active' duration-subscribed='42' expiration='600'>sip:mira@cafe.test</watcher>"
    "<watcher id='w8' event='subscribe' status='pending' duration-subscribed='0' expiration='0'>"
    "sip:o&apos;&lt;malley&gt;@cafe.test</watcher></watcher-list></watcherinfo>");
  g_assert_cmpstr (empty, ==,
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    "<watcherinfo xmlns='urn:ietf:params:xml:ns:watcherinfo' version='4' state='full'>"
    "<watcher-list resource='sip:otto@phone.test' package='presence'/></watcherinfo>");
}

static void
priorities_round_trip (void)
{
  static const struct { const char *q; int priority; } rows[] = {
    { "0", 0 }, { "0.", 0 }, { "1", 127 }, { "1.000", 127 }, { "0.5", 64 }, { "1.001", -1 }, { "", -1 }, { "2", -1 },
    { "0.1234", -1 }, { "0,5", -1 }, { "-1", -1 }, { "0.5x", -1 }, { ".5", -1 }, { "01", -1 },
  };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int p = 0; p <= 127; p++)
    {
      char *q = oree_pidf_priority_to_q (p);

      g_assert_cmpint (oree_pidf_priority_from_q (oree_span_str (q)), ==, p);
      g_assert_true (g_hash_table_add (seen, q));
    }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (oree_pidf_priority_from_q (oree_span_str (rows[i].q)), ==, rows[i].priority);
}

static void
resources_round_trip_as_identifiers (void)
{
  static const char *const resources[] = { "desk", "", "ID-", "my desk/ü🦊", "9", "a:b" };
  static const struct { const char *id, *resource; } foreign[] = {
    { "t1", "t1" }, { "ID-", "ID-" }, { "ID-4", "ID-4" }, { "ID-zz", "ID-zz" }, { "ID-ff", "ID-ff" }, { "ID-00", "ID-00" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (resources); i++)
    {
      g_autofree char *id = oree_pidf_id_from_resource (resources[i]);
      g_autofree char *back = oree_pidf_resource_from_id (id);

      g_assert_cmpstr (back, ==, *resources[i] ? resources[i] : "ID-");
    }
  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      g_autofree char *back = oree_pidf_resource_from_id (foreign[i].id);

      g_assert_cmpstr (back, ==, foreign[i].resource);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/pidf/basic-and-show-are-folded", basic_and_show_are_folded);
  g_test_add_func ("/codec/pidf/every-activity-has-its-show", every_activity_has_its_show);
  g_test_add_func ("/codec/pidf/notes-are-one-per-language-from-the-nearest-holder", notes_are_one_per_language_from_the_nearest_holder);
  g_test_add_func ("/codec/pidf/reads-the-rest-of-a-tuple", reads_the_rest_of_a_tuple);
  g_test_add_func ("/codec/pidf/refuses-what-is-no-presence-document", refuses_what_is_no_presence_document);
  g_test_add_func ("/codec/pidf/a-cut-document-is-refused", a_cut_document_is_refused);
  g_test_add_func ("/codec/pidf/writes-in-schema-order-and-reads-back", writes_in_schema_order_and_reads_back);
  g_test_add_func ("/codec/pidf/long-notes-are-cut-at-a-character", long_notes_are_cut_at_a_character);
  g_test_add_func ("/codec/pidf/notes-stay-inside-their-line", notes_stay_inside_their_line);
  g_test_add_func ("/codec/pidf/idleness-is-the-nearest-that-says", idleness_is_the_nearest_that_says);
  g_test_add_func ("/codec/pidf/watchers-are-listed-in-full", watchers_are_listed_in_full);
  g_test_add_func ("/codec/pidf/priorities-round-trip", priorities_round_trip);
  g_test_add_func ("/codec/pidf/resources-round-trip-as-identifiers", resources_round_trip_as_identifiers);
  return g_test_run ();
}
