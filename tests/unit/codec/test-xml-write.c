/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building, copying, comparing and writing trees. */
#include "codec/xml/oree-xml-reader.h"
#include "codec/xml/oree-xml-write.h"

static OreeXmlNode *
parse (const char *text)
{
  OreeXmlNode *root = NULL;

  g_assert_cmpint (oree_xml_document_parse (text, strlen (text), &oree_xml_caps_document, &root), >, 0);
  return root;
}

static char *
to_text (const OreeXmlNode *node, const char *ns)
{
  GString *out = g_string_new (NULL);

  oree_xml_write (out, node, ns);
  return g_string_free (out, FALSE);
}

typedef struct
{
  const char *name;
  const char *in;
  const char *out;
} Row;

static const Row escapes[] = {
  { "plain", "abc", "abc" },
  { "markup", "<a & 'b' \"c\">", "&lt;a &amp; &apos;b&apos; &quot;c&quot;&gt;" },
  { "white-space", "a\tb\nc\rd", "a\tb\nc&#13;d" },
  { "unicode", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
  { "control", "a\x01z\x1f", "a\xef\xbf\xbdz\xef\xbf\xbd" },
  { "delete-is-legal", "\x7f", "\x7f" },
  { "noncharacter", "\xef\xbf\xbe", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
  { "surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
  { "overlong", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
  { "cut", "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
  { "cut-before-markup", "\xf0\x9f<", "\xef\xbf\xbd\xef\xbf\xbd&lt;" },
};

static void
test_escape (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GString) out = g_string_new (NULL);

  oree_xml_escape_str (out, row->in);
  g_assert_cmpstr (out->str, ==, row->out);
  g_assert_true (oree_xml_is_clean (oree_span (out->str, out->len)));
}

/* input → canonical form; the canonical form is a fixed point and means the same. */
static const Row canonical[] = {
  { "empty", "<a></a>", "<a/>" },
  { "default-namespace", "<a xmlns='urn:a'><b/><c xmlns='urn:c'><d/></c></a>",
    "<a xmlns='urn:a'><b/><c xmlns='urn:c'><d/></c></a>" },
  { "prefix-becomes-default", "<p:a xmlns:p='urn:a'><p:b/></p:a>", "<a xmlns='urn:a'><b/></a>" },
  { "prefix-redeclared", "<p:a xmlns:p='urn:1'><p:b xmlns:p='urn:2'/><p:c/></p:a>",
    "<a xmlns='urn:1'><b xmlns='urn:2'/><c/></a>" },
  { "namespace-undone", "<a xmlns='urn:a'><b xmlns=''/></a>", "<a xmlns='urn:a'><b xmlns=''/></a>" },
  { "language", "<a xml:lang='fr'/>", "<a xml:lang='fr'/>" },
  { "foreign-attributes", "<a xmlns:p='urn:p' xmlns:q='urn:q' p:x='1' q:x='2' x='3'/>",
    "<a xmlns:ns1='urn:p' ns1:x='1' xmlns:ns2='urn:q' ns2:x='2' x='3'/>" },
  { "unused-declaration-dropped", "<a xmlns:p='urn:p'/>", "<a/>" },
  { "quotes", "<a b=\"it's\"/>", "<a b='it&apos;s'/>" },
  { "attribute-line-ends", "<a b='1&#10;2&#9;3&#13;4'/>", "<a b='1&#10;2&#9;3&#13;4'/>" },
  { "mixed-content", "<a>1<b>2</b>3<c/>4</a>", "<a>1<b>2</b>3<c/>4</a>" },
  { "cdata", "<a><![CDATA[<&]]></a>", "<a>&lt;&amp;</a>" },
};

static void
test_canonical (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (OreeXmlNode) node = parse (row->in);
  g_autofree char *once = to_text (node, NULL);
  g_autoptr (OreeXmlNode) again = parse (once);
  g_autofree char *twice = to_text (again, NULL);
  g_autoptr (OreeXmlNode) copy = oree_xml_node_copy (node);

  g_assert_cmpstr (once, ==, row->out);
  g_assert_cmpstr (twice, ==, row->out);
  g_assert_true (oree_xml_node_equal (node, again));
  g_assert_true (oree_xml_node_equal (node, copy));
}

static void
test_default_ns_in_force (void)
{
  g_autoptr (OreeXmlNode) node = parse ("<message xmlns='jabber:server'><body>x</body></message>");
  g_autofree char *inside = to_text (node, "jabber:server"), *alone = to_text (node, NULL);

  g_assert_cmpstr (inside, ==, "<message><body>x</body></message>");
  g_assert_cmpstr (alone, ==, "<message xmlns='jabber:server'><body>x</body></message>");
}

static void
test_builder (void)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autoptr (OreeXmlNode) first = NULL, second = NULL, child = NULL;
  g_autofree char *text = NULL, *other = NULL;

  oree_xml_builder_open (builder, "iq", "jabber:server");
  oree_xml_builder_attribute (builder, "id", "1");
  oree_xml_builder_attribute (builder, "type", NULL);
  oree_xml_builder_open (builder, "query", "urn:q");
  oree_xml_builder_text (builder, "a");
  oree_xml_builder_element (builder, "item", NULL, "i&");
  oree_xml_builder_text (builder, "b");
  oree_xml_builder_text (builder, "c");
  first = oree_xml_builder_finish (builder);
  text = to_text (first, "jabber:server");
  g_assert_cmpstr (text, ==, "<iq id='1'><query xmlns='urn:q'>a<item>i&amp;</item>bc</query></iq>");
  g_assert_cmpstr (oree_xml_node_child_text (first, "query", "urn:q"), ==, "abc");
  g_assert_cmpuint (oree_xml_node_n_children (first), ==, 1);
  g_assert_null (oree_xml_builder_finish (builder));

  oree_xml_builder_open (builder, "x", NULL);
  oree_xml_builder_add (builder, oree_xml_node_first (first));
  second = oree_xml_builder_finish (builder);
  child = oree_xml_node_ref (oree_xml_node_first (second));
  oree_xml_node_unref (g_steal_pointer (&second)); /* the child keeps its tree */
  other = to_text (child, NULL);
  g_assert_cmpstr (other, ==, "<query xmlns='urn:q'>a<item>i&amp;</item>bc</query>");
  g_assert_cmpstr (oree_xml_node_name (oree_xml_node_parent (child)), ==, "x");
}

static void
test_renamed (void)
{
  g_autoptr (OreeXmlNode) node
    = parse ("<message xmlns='jabber:client'><body/><x xmlns='urn:x'><forwarded xmlns='jabber:client'/></x></message>");
  g_autoptr (OreeXmlNode) copy = oree_xml_node_copy_renamed (node, "jabber:client", "jabber:server");
  g_autofree char *text = to_text (copy, NULL);

  g_assert_cmpstr (text, ==,
                   "<message xmlns='jabber:server'><body/><x xmlns='urn:x'><forwarded xmlns='jabber:server'/></x></message>");
}

static void
test_siblings (void)
{
  g_autoptr (OreeXmlNode) node = parse ("<a xmlns='u'>t<b>1</b><c/><b>2</b><b xmlns='v'>3</b></a>");
  const OreeXmlNode *b = oree_xml_node_child (node, "b", NULL);

  g_assert_cmpstr (oree_xml_node_text (b), ==, "1");
  b = oree_xml_node_next_named (b, "b", NULL);
  g_assert_cmpstr (oree_xml_node_text (b), ==, "2");
  g_assert_null (oree_xml_node_next_named (b, "b", NULL));
  g_assert_cmpstr (oree_xml_node_child_text (node, NULL, "v"), ==, "3");
  g_assert_null (oree_xml_node_child (NULL, "b", "u"));
  g_assert_true (oree_xml_node_is_text (oree_xml_node_first_item (node)));
}

static void
test_large_text (void)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autoptr (GString) big = g_string_new (NULL);
  g_autoptr (OreeXmlNode) node = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (big, "%u,", i);
  oree_xml_builder_open (builder, "a", NULL);
  oree_xml_builder_text_span (builder, oree_span (big->str, big->len));
  for (guint i = 0; i < 1000; i++)
    oree_xml_builder_element (builder, "b", "urn:b", "c");
  node = oree_xml_builder_finish (builder);
  g_assert_cmpstr (oree_xml_node_text (node), ==, big->str);
  g_assert_cmpuint (oree_xml_node_n_children (node), ==, 1000);
  g_assert_cmpuint (oree_xml_node_memory (node), <, 400 * 1024);
}

static void
add (const char *group, const Row *rows, gsize n, GTestDataFunc func)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/codec/xml-write/%s/%s", group, rows[i].name);

      g_test_add_data_func (path, &rows[i], func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("escape", escapes, G_N_ELEMENTS (escapes), test_escape);
  add ("canonical", canonical, G_N_ELEMENTS (canonical), test_canonical);
  g_test_add_func ("/codec/xml-write/default-namespace-in-force", test_default_ns_in_force);
  g_test_add_func ("/codec/xml-node/builder", test_builder);
  g_test_add_func ("/codec/xml-node/renamed", test_renamed);
  g_test_add_func ("/codec/xml-node/siblings", test_siblings);
  g_test_add_func ("/codec/xml-node/large", test_large_text);
  return g_test_run ();
}
