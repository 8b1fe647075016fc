/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people's programs call HTML, and the tree it is. */
#include "codec/xml/oree-html-reader.h"
#include "codec/xml/oree-xml-write.h"

static const struct
{
  const char *html, *tree; /* inside <html> */
} rows[] = {
  { "plain", "<p>plain</p>" },
  { "<b>x</b>", "<b>x</b>" },
  { "<B CLASS=a Title='t'>x</B>", "<b class='a' title='t'>x</b>" },
  { "a<br>b<br/>c", "<p>a<br/>b<br/>c</p>" },
  { "<p>one<p>two", "<p>one</p><p>two</p>" },
  { "<b><i>x</b>y</i>", "<b><i>x</i></b>y" },
  { "&eacute;&amp;&#233;&#xe9;&nbsp;", "<p>é&amp;éé\xc2\xa0</p>" },
  { "a<script>alert('<b>')</script>b<style>p{}</style>c", "<p>abc</p>" },
  { "<!DOCTYPE html><!-- c --><p>x</p>", "<p>x</p>" },
  { "<o:p>x</o:p>", "<span>x</span>" },
  { "<a href=\"http://x.test/?a=1&b=2\">x</a>", "<a href='http://x.test/?a=1&amp;b=2'>x</a>" },
  { "<a disabled>x</a>", "<a disabled=''>x</a>" },
  { "<p>x", "<p>x</p>" },
  { "<html><head><title>t</title></head><body bgcolor=red>a<title>u</title>b</body></html>", "ab" },
  { "</b></b>x", "<p>x</p>" },
  { "<meta charset=iso-8859-1>é", "<meta charset='iso-8859-1'/><p>é</p>" },
};

static void
whatever_it_is_has_a_tree (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OreeXmlNode) root = NULL;
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *wanted = g_strdup_printf ("<html>%s</html>", rows[i].tree);

      g_test_message ("%s", rows[i].html);
      g_assert_cmpint (oree_html_parse (rows[i].html, strlen (rows[i].html), &oree_xml_caps_document, &root), >, 0);
      oree_xml_write (text, root, NULL);
      g_assert_cmpstr (text->str, ==, wanted);
    }
}

static gssize
parse (const char *text, gsize length)
{
  g_autoptr (OreeXmlNode) root = NULL;
  gssize taken = oree_html_parse (text, length, &oree_xml_caps_document, &root);

  g_assert_true ((taken > 0) == (root != NULL));
  return taken;
}

static void
caps_hold (void)
{
  g_autoptr (GString) deep = g_string_new (NULL), many = g_string_new (NULL);
  g_autofree char *big = g_strnfill (oree_xml_caps_document.stanza + 1, 'x');

  for (guint i = 0; i < 200; i++)
    g_string_append (deep, "<div>");
  for (guint i = 0; i < 5000; i++)
    g_string_append (many, "<br>");
  g_assert_cmpint (parse (deep->str, deep->len), ==, OREE_PARSE_TOO_DEEP);
  g_assert_cmpint (parse (many->str, many->len), ==, OREE_PARSE_TOO_MANY);
  g_assert_cmpint (parse (big, strlen (big)), ==, OREE_PARSE_TOO_LONG);
  g_assert_cmpint (parse ("\xff", 1), ==, OREE_PARSE_BAD_ENCODING);
  g_assert_cmpint (parse ("a\0b", 3), ==, OREE_PARSE_BAD_ENCODING);
  g_assert_cmpint (parse ("\xc3", 1), ==, OREE_PARSE_BAD_ENCODING);
  g_assert_cmpint (parse ("", 0), ==, OREE_PARSE_MISSING);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/html/whatever-it-is-has-a-tree", whatever_it_is_has_a_tree);
  g_test_add_func ("/codec/html/caps-hold", caps_hold);
  return g_test_run ();
}
