/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader: what it takes, what it refuses, at every split point. */
#include "base/oree-limits.h"
#include "codec/xml/oree-xml-reader.h"
#include "codec/xml/oree-xml-write.h"

#define HEAD "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'" \
             " xmlns:db='jabber:server:dialback' from='a.test' to='b.test' version='1.0'>"
#define OPEN "<s:stream xmlns='jabber:server' xmlns:s='http://etherx.jabber.org/streams'>"

static const OreeXmlCaps roomy = { 64, 64, 4096, 4096, 512 * 1024, 0 };

/* Feeds in pieces of the given sizes (the last repeats) and prints events: H header, S stanza, E end, !n error. */
static char *
run (const OreeXmlCaps *caps, OreeSpan input, gsize first, gsize then, gboolean rest)
{
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (caps);
  GString *log = g_string_new (NULL);
  gsize at = 0, limit = first;

  while (at <= input.length)
    {
      g_auto (OreeXmlEvent) event = { 0 };
      gsize n = MIN (limit, input.length - at);
      g_autofree char *copy = g_memdup2 (input.data + at, MAX (n, 1)); /* exact: overreads show */
      gssize used = oree_xml_reader_feed (reader, copy, n, &event);

      if (used < 0)
        {
          g_string_append_printf (log, "!%d", (int) used);
          break;
        }
      at += (gsize) used;
      limit = (gsize) used == n ? then : n - (gsize) used;
      if (event.kind == OREE_XML_EVENT_HEADER)
        g_string_append_c (log, 'H');
      else if (event.kind == OREE_XML_EVENT_END)
        g_string_append_c (log, 'E');
      else if (event.kind == OREE_XML_EVENT_STANZA)
        {
          g_string_append_printf (log, "S%zu:", event.size);
          oree_xml_write (log, event.node, "jabber:server");
        }
      else
        g_assert_cmpint (used, ==, n);
      if (rest)
        oree_xml_reader_clear_shelf ();
      if (at == input.length && event.kind == OREE_XML_EVENT_NONE)
        break;
    }
  return g_string_free (log, FALSE);
}

static void
check (const char *input, gsize length, const char *expected)
{
  OreeSpan span = oree_span (input, length);
  g_autofree char *whole = run (&roomy, span, length, length, FALSE);
  g_autofree char *bytes = run (&roomy, span, 1, 1, FALSE);
  g_autofree char *rested = run (&roomy, span, 1, 1, TRUE);

  g_assert_cmpstr (whole, ==, expected);
  g_assert_cmpstr (bytes, ==, expected);
  g_assert_cmpstr (rested, ==, expected);
  for (gsize split = 1; split < length; split++)
    {
      g_autofree char *got = run (&roomy, span, split, length, FALSE);

      g_assert_cmpstr (got, ==, expected);
    }
}

typedef struct
{
  const char *name;
  const char *input;
  const char *expected;
} Row;

static const Row streams[] = {
  { "header", HEAD, "H" },
  { "header-with-end", HEAD "</stream:stream>", "HE" },
  { "too-short-for-a-header", "<a><b/></a>", "!-1" },
  { "header-self-closed", "<s:stream xmlns:s='urn:s'/>", "HE" },
  { "space-before-header", " \r\n" OPEN, "H" },
  { "one-stanza", OPEN "<message/>", "HS10:<message/>" },
  { "stanza-sizes-exclude-space", OPEN " \n <message/> \t<iq>x</iq> ", "HS10:<message/>S10:<iq>x</iq>" },
  { "nested", OPEN "<m><b>hi</b><b/></m></s:stream>", "HS20:<m><b>hi</b><b/></m>E" },
  { "space-inside-kept", OPEN "<m>\n <b/> </m>", "HS14:<m>\n <b/> </m>" },
  { "greater-in-value", OPEN "<m a='/>' b=\"x>y\"><c d='<'/></m>", "H!-1" },
  { "slash-greater-in-value", OPEN "<m a='/>' b=\"x>y\"><c d='/'/></m>",
    "HS32:<m a='/&gt;' b='x&gt;y'><c d='/'/></m>" },
  { "greater-in-text", OPEN "<m>a/>b > c</m>", "HS15:<m>a/&gt;b &gt; c</m>" },
  { "cdata", OPEN "<m><![CDATA[<a><b/>]]]]><c/></m>", "HS32:<m>&lt;a&gt;&lt;b/&gt;]]<c/></m>" },
  { "cdata-with-pi-look", OPEN "<m><![CDATA[<?x?><!--]]></m>", "HS28:<m>&lt;?x?&gt;&lt;!--</m>" },
  { "cdata-runs-join", OPEN "<m>a<![CDATA[b]]>c</m>", "HS22:<m>abc</m>" },
  { "predefined-entities", OPEN "<m a='&lt;&apos;&quot;'>&amp;&gt;&#65;&#x42;</m>",
    "HS48:<m a='&lt;&apos;&quot;'>&amp;&gt;AB</m>" },
  { "end-tag-with-space", OPEN "<m></m ><n/></s:stream  >", "HS8:<m/>S4:<n/>E" },
  { "feff-is-a-character", OPEN "<m>\xef\xbb\xbf</m>", "HS10:<m>\xef\xbb\xbf</m>" },
  { "four-byte-characters", OPEN "<m>\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9</m>",
    "HS16:<m>\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9</m>" },
  { "crlf-normalised", OPEN "<m>a\r\nb\rc</m>", "HS13:<m>a\nb\nc</m>" },
  { "carriage-return-reference", OPEN "<m>a&#13;b</m>", "HS14:<m>a&#13;b</m>" },
  { "declaration-with-encoding", "<?xml version='1.0' encoding=\"utf-8\" standalone = 'yes' ?>" OPEN, "H" },

  { "stanza-after-end", OPEN "</s:stream><m/>", "HE!-1" },
  { "text-under-root", OPEN "x", "H" },
  { "text-under-root-then-tag", OPEN "x<m/>", "H!-1" },
  { "text-before-root", "x<a/>", "!-1" },
  { "mismatched-end", OPEN "<a><b></a></b>", "H!-1" },
  { "mismatched-root-end", OPEN "</t:stream>", "H!-1" },
  { "unbound-prefix", OPEN "<x:m/>", "H!-1" },
  { "unbound-attribute-prefix", OPEN "<m x:a=''/>", "H!-1" },
  { "duplicate-attribute", OPEN "<m a='' a=''/>", "H!-1" },
  { "duplicate-by-namespace", OPEN "<m xmlns:p='urn:x' xmlns:q='urn:x' p:a='' q:a=''/>", "H!-1" },
  { "bare-ampersand", OPEN "<m>a & b</m>", "H!-1" },
  { "less-in-value", OPEN "<m a='<'/>", "H!-1" },
  { "cdata-end-in-text", OPEN "<m>a]]>b</m>", "H!-1" },
  { "unquoted-value", OPEN "<m a=b/>", "H!-1" },
  { "nul-reference", OPEN "<m>&#x0;</m>", "H!-1" },
  { "surrogate-reference", OPEN "<m>&#xD800;</m>", "H!-1" },
  { "noncharacter-reference", OPEN "<m>&#xFFFF;</m>", "H!-1" },
  { "control-reference-in-namespace", OPEN "<m xmlns='urn:x&#10;y'/>", "H!-1" },
  { "reserved-prefix", OPEN "<m xmlns:xmlns='urn:x'/>", "H!-1" },
  { "xml-prefix-rebound", OPEN "<m xmlns:xml='urn:x'/>", "H!-1" },
  { "empty-prefix-binding", OPEN "<m xmlns:p=''/>", "H!-1" },

  { "comment", OPEN "<!-- x --><m/>", "H!-11" },
  { "comment-in-stanza", OPEN "<m><!-", "H!-11" },
  { "comment-before-root", "<!-- x -->" OPEN, "!-11" },
  { "instruction", OPEN "<m><?php", "H!-11" },
  { "instruction-before-root", "<?php ?>" OPEN, "!-11" },
  { "second-declaration", "<?xml version='1.0'?><?xml version='1.0'?>" OPEN, "!-11" },
  { "declaration-inside", OPEN "<?xml version='1.0'?>" OPEN, "H!-11" },
  { "doctype", "<!DOCTYPE s [<!ENTITY a 'b'>]><s>&a;</s>", "!-11" },
  { "doctype-after-declaration", "<?xml version='1.0'?><!DOCTYPE s SYSTEM 'file:///etc/passwd'><s/>", "!-11" },
  { "doctype-in-stanza", OPEN "<m><!DOCTYPE", "H!-11" },
  { "unknown-entity", OPEN "<m>&lol;</m>", "H!-11" },
  { "unknown-entity-in-value", OPEN "<m a='&lol;'/>", "H!-11" },

  { "latin1-declared", "<?xml version='1.0' encoding='ISO-8859-1'?>" OPEN, "!-2" },
  { "utf16-declared", "<?xml version='1.0' encoding='UTF-16'?>" OPEN, "!-2" },
  { "xml11-declared", "<?xml version='1.1'?>" OPEN, "!-4" },
  { "declaration-without-version", "<?xml encoding='UTF-8'?>" OPEN, "!-1" },
  { "declaration-garbage", "<?xml version='1.0' lang='x'?>" OPEN, "!-1" },
  { "declaration-order", "<?xml version='1.0' standalone='no' encoding='UTF-8'?>" OPEN, "!-1" },
  { "byte-order-mark", "\xef\xbb\xbf" OPEN, "!-1" },
  { "utf16-mark", "\xff\xfe<", "!-2" },
  { "utf16-mark-big-endian", "\xfe\xff", "!-2" },
  { "overlong-slash", OPEN "<m>\xc0\xaf</m>", "H!-2" },
  { "overlong-three", OPEN "<m>\xe0\x80\xaf</m>", "H!-2" },
  { "overlong-four", OPEN "<m>\xf0\x80\x80\xaf</m>", "H!-2" },
  { "surrogate", OPEN "<m>\xed\xa0\x80</m>", "H!-2" },
  { "past-unicode", OPEN "<m>\xf4\x90\x80\x80</m>", "H!-2" },
  { "lone-continuation", OPEN "<m>\x80</m>", "H!-2" },
  { "cut-character-swallows-nothing", OPEN "<m a='\xe2\x82'/>", "H!-2" },
  { "cut-before-tag", OPEN "<m>\xf0\x9f<b/></m>", "H!-2" },
  { "noncharacter", OPEN "<m>\xef\xbf\xbf</m>", "H!-1" },
  { "control-character", OPEN "<m>a\x01</m>", "H!-1" },
  { "escape-character", OPEN "<m a='\x1b'/>", "H!-1" },
};

static void
test_stream (gconstpointer data)
{
  const Row *row = data;

  check (row->input, strlen (row->input), row->expected);
}

static void
test_nul (void)
{
  static const char input[] = OPEN "<m>\0</m>";

  check (input, sizeof input - 1, "H!-1");
}

static void
test_namespaces (void)
{
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&roomy);
  g_auto (OreeXmlEvent) header = { 0 }, stanza = { 0 };
  const char *input = HEAD "<db:result from='a'>k</db:result>"
                           "<iq xml:lang='fr'><q xmlns='urn:q' xmlns:p='urn:p' p:a='1' a='2'>t<p:r/><r xmlns=''/>u</q></iq>";
  OreeSpan rest = oree_span_str (input);
  const OreeXmlNode *q;

  rest = oree_span_from (rest, (gsize) oree_xml_reader_feed (reader, rest.data, rest.length, &header));
  g_assert_cmpint (header.kind, ==, OREE_XML_EVENT_HEADER);
  g_assert_true (oree_xml_node_is (header.node, "stream", "http://etherx.jabber.org/streams"));
  g_assert_cmpstr (oree_xml_node_attribute_ns (header.node, "xmlns", OREE_NS_XMLNS), ==, "jabber:server");
  g_assert_cmpstr (oree_xml_node_attribute_ns (header.node, "db", OREE_NS_XMLNS), ==, "jabber:server:dialback");
  g_assert_cmpstr (oree_xml_node_attribute (header.node, "to"), ==, "b.test");

  rest = oree_span_from (rest, (gsize) oree_xml_reader_feed (reader, rest.data, rest.length, &stanza));
  g_assert_true (oree_xml_node_is (stanza.node, "result", "jabber:server:dialback"));
  g_assert_cmpstr (oree_xml_node_text (stanza.node), ==, "k");
  oree_xml_event_clear (&stanza);

  oree_xml_reader_clear_shelf (); /* declarations of the header survive the parser */
  oree_xml_reader_feed (reader, rest.data, rest.length, &stanza);
  g_assert_true (oree_xml_node_is (stanza.node, "iq", "jabber:server"));
  q = oree_xml_node_child (stanza.node, "q", "urn:q");
  g_assert_nonnull (q);
  g_assert_cmpstr (oree_xml_node_attribute (q, "a"), ==, "2");
  g_assert_cmpstr (oree_xml_node_attribute_ns (q, "a", "urn:p"), ==, "1");
  g_assert_cmpstr (oree_xml_node_text (q), ==, "tu");
  g_assert_cmpstr (oree_xml_node_lang (q), ==, "fr");
  g_assert_nonnull (oree_xml_node_child (q, "r", "urn:p"));
  g_assert_nonnull (oree_xml_node_child (q, "r", ""));
  g_assert_null (oree_xml_node_child (q, "r", NULL));
}

/* What follows a complete element stays with the caller: nothing after <starttls/> is looked at. */
static void
test_stops_behind_element (void)
{
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&roomy);
  g_auto (OreeXmlEvent) event = { 0 };
  const char *input = OPEN "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\xff\xff<not-xml";
  gssize header = oree_xml_reader_feed (reader, input, strlen (input), &event);
  gssize element;

  oree_xml_event_clear (&event);
  element = oree_xml_reader_feed (reader, input + header, strlen (input + header), &event);
  g_assert_cmpint (event.kind, ==, OREE_XML_EVENT_STANZA);
  g_assert_cmpmem (input + header + element, 2, "\xff\xff", 2);
  oree_xml_event_clear (&event);
  oree_xml_reader_reset (reader);
  g_assert_cmpint (oree_xml_reader_feed (reader, OPEN, strlen (OPEN), &event), ==, strlen (OPEN));
  g_assert_cmpint (event.kind, ==, OREE_XML_EVENT_HEADER);
}

typedef struct
{
  const char *name;
  OreeXmlCaps caps;
  const char *before;
  const char *repeat;
  guint times;
  const char *after;
  const char *expected; /* start of the log */
} CapRow;

static const CapRow caps[] = {
  { "depth-at", { 3, 64, 99, 4096, 9999, 0 }, OPEN, "<a>", 3, "</a></a></a>", "HS21:" },
  { "depth-over", { 3, 64, 99, 4096, 9999, 0 }, OPEN, "<a>", 4, "", "H!-10" },
  { "children-at", { 3, 64, 5, 4096, 9999, 0 }, OPEN "<m>", "<a/>", 4, "</m><m/>", "HS23:" },
  { "children-over", { 3, 64, 5, 4096, 9999, 0 }, OPEN "<m>", "<a/>", 5, "</m>", "H!-9" },
  { "stanza-at", { 3, 64, 5, 4096, 20, 0 }, OPEN "<m>", "x", 13, "</m>", "HS20:" },
  { "stanza-over", { 3, 64, 5, 4096, 20, 0 }, OPEN "<m>", "x", 14, "</m>", "H!-8" },
  { "endless-text", { 3, 64, 5, 4096, 5000, 0 }, OPEN "<m>", "x", 6000, "", "H!-8" },
  { "endless-start-tag", { 3, 64, 5, 4096, 5000, 0 }, OPEN "<m ", "x", 6000, "", "H!-8" },
  { "endless-value", { 3, 64, 5, 4096, 5000, 0 }, OPEN "<m a='", "x", 6000, "", "H!-8" },
  { "endless-cdata", { 3, 64, 5, 4096, 5000, 0 }, OPEN "<m><![CDATA[", "x", 6000, "", "H!-8" },
  { "endless-header", { 3, 64, 5, 4096, 5000, 0 }, "<s:s a='", "x", 5000, "", "!-8" },
  { "endless-declaration", { 3, 64, 5, 4096, 5000, 0 }, "<?xml ", " ", 5000, "", "!-8" },
  { "endless-space-before", { 3, 64, 5, 4096, 5000, 0 }, "", " ", 5000, "", "!-8" },
  { "space-between-is-free", { 3, 64, 5, 4096, 20, 0 }, OPEN "<m/>", " ", 5000, "<m/>", "HS4:<m/>S4:<m/>" },
  { "stage", { 3, 64, 5, 4096, 5000, 500 }, OPEN, "<m/>", 500, "", "HS4:" },
  { "text-under-root", { 3, 64, 5, 4096, 5000, 0 }, OPEN, "x", 6000, "", "H!" },
};

static void
test_cap (gconstpointer data)
{
  const CapRow *row = data;
  g_autoptr (GString) input = g_string_new (row->before);
  g_autofree char *whole = NULL, *bytes = NULL;

  for (guint i = 0; i < row->times; i++)
    g_string_append (input, row->repeat);
  g_string_append (input, row->after);
  whole = run (&row->caps, oree_span (input->str, input->len), input->len, input->len, FALSE);
  bytes = run (&row->caps, oree_span (input->str, input->len), 1, 1, FALSE);
  g_assert_true (g_str_has_prefix (whole, row->expected));
  g_assert_true (g_str_has_prefix (bytes, row->expected));
  if (strcmp (row->name, "stage") == 0)
    g_assert_true (g_str_has_suffix (whole, "!-8") && g_str_has_suffix (bytes, "!-8"));
}

/* What a stranger gets: the table itself, so that nobody loosens it unseen. */
static void
test_preauth_caps (void)
{
  static const struct
  {
    const char *before, *repeat;
    guint times;
    gboolean taken;
  } rows[] = {
    { OPEN, "<a>", OREE_XML_DEPTH_PREAUTH_MAX + 1, FALSE },
    { OPEN "<m>", "<a/>", OREE_XML_CHILDREN_PREAUTH_MAX - 1, TRUE },
    { OPEN "<m>", "<a/>", OREE_XML_CHILDREN_PREAUTH_MAX, FALSE },
    { OPEN "<m>", "x", OREE_XML_PREAUTH_MAX, FALSE },
    { OPEN, " ", OREE_XML_PREAUTH_MAX, FALSE },
    { OPEN, "<m/>", OREE_XML_PREAUTH_MAX / 4, FALSE },
    { "<s:stream a='", "x", OREE_XML_HEADER_MAX, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) input = g_string_new (rows[i].before);
      g_autofree char *log = NULL;

      for (guint n = 0; n < rows[i].times; n++)
        g_string_append (input, rows[i].repeat);
      log = run (&oree_xml_caps_preauth, oree_span (input->str, input->len), input->len, input->len, FALSE);
      g_assert_true ((strchr (log, '!') == NULL) == rows[i].taken);
    }
}

static void
test_attributes_cap (void)
{
  for (guint n = OREE_XML_ATTRIBUTES_MAX; n <= OREE_XML_ATTRIBUTES_MAX + 1; n++)
    {
      g_autoptr (GString) input = g_string_new (OPEN "<m");
      g_autofree char *log = NULL;

      for (guint i = 0; i < n; i++)
        g_string_append_printf (input, " a%u='%u'", i, i);
      g_string_append (input, "/>");
      log = run (&roomy, oree_span (input->str, input->len), input->len, 1, FALSE);
      g_assert_true (g_str_has_prefix (log, n <= OREE_XML_ATTRIBUTES_MAX ? "HS" : "H!-9"));
    }
}

/* libxml2's SAX hands an ampersand of an attribute, or of a namespace's name, on as a reference. */
static void
test_ampersand_in_attribute (void)
{
  static const char text[] =
    "<a xmlns='urn:1&amp;2' xmlns:p='&amp;#38;' b='1&amp;2' c='&amp;#38;' d='&#38;&lt;' e='plain' p:f='6'/>";
  g_autoptr (OreeXmlNode) root = NULL;

  g_assert_cmpint (oree_xml_document_parse (text, strlen (text), &oree_xml_caps_document, &root), >, 0);
  g_assert_cmpstr (oree_xml_node_attribute (root, "b"), ==, "1&2");
  g_assert_cmpstr (oree_xml_node_attribute (root, "c"), ==, "&#38;");
  g_assert_cmpstr (oree_xml_node_attribute (root, "d"), ==, "&<");
  g_assert_cmpstr (oree_xml_node_attribute (root, "e"), ==, "plain");
  g_assert_cmpstr (oree_xml_node_ns (root), ==, "urn:1&2");
  g_assert_cmpstr (oree_xml_node_attribute_ns (root, "f", "&#38;"), ==, "6");
}

/* A peer that invents names for ever must not make the table of names grow for ever. */
static void
test_invented_names (void)
{
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&roomy);
  g_auto (OreeXmlEvent) event = { 0 };

  g_assert_cmpint (oree_xml_reader_feed (reader, OPEN, strlen (OPEN), &event), >, 0);
  oree_xml_event_clear (&event);
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *stanza = g_strdup_printf ("<message><invented-name-%u xmlns='urn:invented:%u'/></message>", i, i);

      g_assert_cmpint (oree_xml_reader_feed (reader, stanza, strlen (stanza), &event), ==, strlen (stanza));
      g_assert_cmpint (event.kind, ==, OREE_XML_EVENT_STANZA);
      g_assert_true (oree_xml_node_is (event.node, "message", "jabber:server"));
      oree_xml_event_clear (&event);
    }
}

static const Row documents[] = {
  { "plain", "<?xml version='1.0' encoding='UTF-8'?>\n<presence xmlns='urn:p'><t/></presence>\n",
    "<presence xmlns='urn:p'><t/></presence>" },
  { "byte-order-mark", "\xef\xbb\xbf<a/>", "<a/>" },
  { "short", "<a/>", "<a/>" },
  { "prefixes", "<p:a xmlns:p='urn:p' xmlns:q='urn:q'><q:b q:c='d' e='f'/></p:a>",
    "<a xmlns='urn:p'><b xmlns='urn:q' xmlns:ns1='urn:q' ns1:c='d' e='f'/></a>" },
  { "billion-laughs", "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><l>&b;</l>", NULL },
  { "two-roots", "<a/><b/>", NULL },
  { "text-after", "<a/>x", NULL },
  { "comment-after", "<a/><!-- x -->", NULL },
  { "unfinished", "<a><b/>", NULL },
  { "empty", "", NULL },
  { "space-only", " \n ", NULL },
};

static void
test_document (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (OreeXmlNode) root = NULL;
  gssize n = oree_xml_document_parse (row->input, strlen (row->input), &oree_xml_caps_document, &root);
  g_autoptr (GString) out = g_string_new (NULL);

  if (row->expected == NULL)
    {
      g_assert_cmpint (n, <, 0);
      g_assert_null (root);
      return;
    }
  g_assert_cmpint (n, ==, strlen (row->input));
  oree_xml_write (out, root, NULL);
  g_assert_cmpstr (out->str, ==, row->expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_autofree char *path = g_strdup_printf ("/codec/xml-reader/stream/%s", streams[i].name);

      g_test_add_data_func (path, &streams[i], test_stream);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (caps); i++)
    {
      g_autofree char *path = g_strdup_printf ("/codec/xml-reader/cap/%s", caps[i].name);

      g_test_add_data_func (path, &caps[i], test_cap);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autofree char *path = g_strdup_printf ("/codec/xml-reader/document/%s", documents[i].name);

      g_test_add_data_func (path, &documents[i], test_document);
    }
  g_test_add_func ("/codec/xml-reader/refuses-nul", test_nul);
  g_test_add_func ("/codec/xml-reader/resolves-namespaces", test_namespaces);
  g_test_add_func ("/codec/xml-reader/stops-behind-element", test_stops_behind_element);
  g_test_add_func ("/codec/xml-reader/cap/attributes", test_attributes_cap);
  g_test_add_func ("/codec/xml-reader/cap/before-authentication", test_preauth_caps);
  g_test_add_func ("/codec/xml-reader/ampersand-in-attribute", test_ampersand_in_attribute);
  g_test_add_func ("/codec/xml-reader/cap/invented-names", test_invented_names);
  return g_test_run ();
}
