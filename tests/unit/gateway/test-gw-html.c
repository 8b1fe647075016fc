/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formatted text: what is let through, and what it says without its form. */
#include "gw-test.h"
#include "codec/xml/oree-html-reader.h"
#include "gateway/oree-gw-html.h"
#include "oree-test.h"

static const struct
{
  const char *html;
  const char *body; /* the inside of the canonical body; NULL: nothing in it */
  const char *text;
} rows[] = {
  { "a <b>b</b> <i>c</i>", "<p>a <strong>b</strong> <em>c</em></p>", "a b c" },
  { "<p>one</p>\n<p>two<br>three</p>", "<p>one</p>\n<p>two<br/>three</p>", "one\ntwo\nthree" },
  { "<ul><li>a<li>b</ul><ol><li>c<li>d</ol>", "<ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>", "• a\n• b\n1. c\n2. d" },
  { "<blockquote>q</blockquote>x", "<blockquote>q</blockquote>x", "q\nx" },
  { "<div><div>a</div><div>b</div></div>", "<p>a</p><p>b</p>", "a\nb" },
  { "<pre>x</pre><h1>t</h1>", "<p style='font-family: monospace'>x</p><p style='font-weight: bold'>t</p>", "x\nt" },
  { "<q>x</q>", "“x”", "“x”" },
  { "<table><tr><td>1<td>2<tr><td>3</table>", "<p>1 2 </p><p>3 </p>", "1 2\n3" },
  /* links */
  { "<a href='https://x.test/?a=1&amp;b=2'>here</a>", "<a href='https://x.test/?a=1&amp;b=2'>here</a>", "here <https://x.test/?a=1&b=2>" },
  { "<a href='https://x.test/'>https://x.test/</a>", "<a href='https://x.test/'>https://x.test/</a>", "https://x.test/" },
  { "<a href='mailto:a@x.test'>a@x.test</a>", "<a href='mailto:a@x.test'>a@x.test</a>", "a@x.test" },
  { "<a href='JavaScript:alert(1)'>x</a>", "x", "x" },
  { "<a href=' javascript:alert(1)'>x</a>", "x", "x" },
  { "<a href='java\tscript:alert(1)'>x</a>", "x", "x" },
  { "<a href='data:text/html,x'>x</a>", "x", "x" },
  { "<a href='vbscript:x'>x</a>", "x", "x" },
  { "<a href='//evil.test/'>x</a>", "x", "x" },
  { "<a href='https://x.test/\" onclick=\"x'>x</a>", "x", "x" },
  { "<a href='https://\xe2\x80\xaex.test/'>x</a>", "x", "x" }, /* direction turned inside an address */
  { "<a href='https://x.test/' onclick='x()' target='_top' style='color: red'>x</a>", "<a href='https://x.test/' style='color: red'>x</a>", "x <https://x.test/>" },
  /* pictures */
  { "<img src='https://t.test/p.png' alt='cat'>", "<a href='https://t.test/p.png'>cat</a>", "cat <https://t.test/p.png>" },
  { "<img src='https://t.test/p.png'>", "<a href='https://t.test/p.png'>https://t.test/p.png</a>", "https://t.test/p.png" },
  { "<img src='cid:1' alt='cat'>", "cat", "cat" },
  { "<img src='data:image/png;base64,x'>", NULL, NULL },
  { "<a href='https://x.test/'><img src='https://t.test/p' alt='cat'></a>", "<a href='https://x.test/'>cat</a>", "cat <https://x.test/>" },
  /* styles */
  { "<span style='color: #f00; position: fixed; FONT-WEIGHT : bold'>x</span>", "<span style='color: #f00; font-weight: bold'>x</span>", "x" },
  { "<span style='background-color: url(https://t.test/)'>x</span>", "<span>x</span>", "x" },
  { "<span style='color: expression(alert(1))'>x</span>", "<span>x</span>", "x" },
  { "<span style='color: \\72 ed'>x</span>", "<span>x</span>", "x" },
  { "<span style='color: red !important'>x</span>", "<span>x</span>", "x" },
  { "<font color='red' face='Arial, sans-serif' size=7>x</font>", "<span style='color: red; font-family: Arial, sans-serif'>x</span>", "x" },
  { "<u>a</u><s>b</s><code>c</code>",
    "<span style='text-decoration: underline'>a</span><span style='text-decoration: line-through'>b</span><span style='font-family: monospace'>c</span>", "abc" },
  /* what goes */
  { "a<script>x</script><style>y</style><object>z</object><iframe src='x'>w</iframe>b", "<p>ab</p>", "ab" },
  { "a<svg><script>x</script><text>y</text></svg>b", "<p>ab</p>", "ab" },
  { "a<form action='x'>b<input value='c'></form>", "<p>a</p>b", "a\nb" },
  { "<p onmouseover='x()' class='c' id='i'>x</p>", "<p>x</p>", "x" },
  { "<marquee>x</marquee>", "x", "x" },
  { "&lt;script&gt;x&lt;/script&gt;", "<p>&lt;script&gt;x&lt;/script&gt;</p>", "<script>x</script>" },
  { "<p>  </p><br>", NULL, NULL },
};

static void
only_what_is_listed_comes_through (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OreeXmlNode) tree = NULL, body = NULL, wanted = NULL;
      g_autofree char *text = NULL, *document = NULL;

      oree_test_say (rows[i].html);
      g_assert_cmpint (oree_html_parse (rows[i].html, strlen (rows[i].html), &oree_xml_caps_document, &tree), >, 0);
      body = oree_gw_html_canonical (tree);
      if (rows[i].body == NULL)
        {
          g_assert_null (body);
          continue;
        }
      document = g_strdup_printf ("<body xmlns='http://www.w3.org/1999/xhtml'>%s</body>", rows[i].body);
      wanted = gw_test_node (document);
      if (!oree_xml_node_equal (body, wanted))
        {
          g_autoptr (GString) got = g_string_new (NULL);

          oree_xml_write (got, body, NULL);
          g_assert_cmpstr (got->str, ==, document);
        }
      text = oree_gw_html_to_text (body);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

/* What is canonical stays as it is, in either protocol. */
static void
canonical_is_canonical (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OreeXmlNode) tree = NULL, body = NULL, again = NULL, read = NULL, back = NULL;
      g_autofree char *html = NULL;

      oree_html_parse (rows[i].html, strlen (rows[i].html), &oree_xml_caps_document, &tree);
      body = oree_gw_html_canonical (tree);
      if (body == NULL)
        continue;
      oree_test_say (rows[i].html);
      again = oree_gw_html_canonical (body);
      g_assert_true (oree_xml_node_equal (body, again));
      html = oree_gw_html_write (body);
      g_assert_cmpint (oree_html_parse (html, strlen (html), &oree_xml_caps_document, &read), >, 0);
      back = oree_gw_html_canonical (read);
      g_assert_nonnull (back);
      /* Text outside paragraphs may have got one around it. */
      {
        g_autofree char *one = oree_gw_html_to_text (body), *two = oree_gw_html_to_text (back);

        g_assert_cmpstr (one, ==, two);
      }
    }
}

static void
xhtml_im_is_read_from_its_body (void)
{
  g_autoptr (OreeXmlNode) html = gw_test_node (
      "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p>x <em>y</em></p>"
      "<evil xmlns='urn:evil'>z</evil></body><body xmlns='http://www.w3.org/1999/xhtml' xml:lang='fr'>autre</body></html>");
  g_autoptr (OreeXmlNode) body = oree_gw_html_canonical (html);
  g_autofree char *written = oree_gw_html_write (body);

  g_assert_cmpstr (written, ==, "<!DOCTYPE html>\r\n<html><body><p>x <em>y</em></p>z</body></html>\r\n");
  g_assert_true (oree_gw_html_is_rich (body));
}

static void
plain_paragraphs_are_not_rich (void)
{
  static const struct
  {
    const char *html;
    gboolean rich;
  } table[] = { { "x", FALSE }, { "<p>a</p><p>b<br>c</p>", FALSE }, { "<p>a <b>b</b></p>", TRUE }, { "<pre>x</pre>", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (OreeXmlNode) tree = NULL, body = NULL;

      oree_html_parse (table[i].html, strlen (table[i].html), &oree_xml_caps_document, &tree);
      body = oree_gw_html_canonical (tree);
      g_assert_cmpint (oree_gw_html_is_rich (body), ==, table[i].rich);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/html/only-what-is-listed-comes-through", only_what_is_listed_comes_through);
  g_test_add_func ("/gateway/html/canonical-is-canonical", canonical_is_canonical);
  g_test_add_func ("/gateway/html/xhtml-im-is-read-from-its-body", xhtml_im_is_read_from_its_body);
  g_test_add_func ("/gateway/html/plain-paragraphs-are-not-rich", plain_paragraphs_are_not_rich);
  return g_test_run ();
}
