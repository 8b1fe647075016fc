/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media types, parts, multipart, charsets and transfer encodings. */
#include "base/oree-limits.h"
#include "codec/mime/oree-mime.h"
#include "oree-test.h"

static const struct
{
  const char *value;
  gssize result; /* 0: its length */
  const char *is, *param, *param_value;
} types[] = {
  { "text/plain", 0, "text/plain", "charset", NULL },
  { "TEXT/Plain;Charset=UTF-8", 0, "text/plain", "charset", "UTF-8" },
  { "text/plain; charset = \"utf-8\" ; x=y", 0, "text/plain", "x", "y" },
  { "multipart/alternative;boundary=\"a b\"", 0, "multipart/", "boundary", "a b" },
  { "multipart/mixed;\r\n boundary=x", 0, "multipart/mixed", "boundary", "x" },
  { "text/plain;a=\"q\\\"z\"", 0, "text/plain", "a", "q\"z" },
  { "text/plain;", 0, "text/plain", "a", NULL },
  { "text/plain;a=1;a=2", 0, "text/plain", "a", "1" },
  { "", OREE_PARSE_MISSING, NULL, NULL, NULL },
  { "text", OREE_PARSE_BAD_SYNTAX, NULL, NULL, NULL },
  { "text/", OREE_PARSE_BAD_SYNTAX, NULL, NULL, NULL },
  { "/plain", OREE_PARSE_BAD_SYNTAX, NULL, NULL, NULL },
  { "text/plain;a", OREE_PARSE_BAD_SYNTAX, NULL, NULL, NULL },
  { "text/plain;a=", OREE_PARSE_BAD_SYNTAX, NULL, NULL, NULL },
  { "text/plain;a=\"open", OREE_PARSE_BAD_SYNTAX, NULL, NULL, NULL },
  { "text/plain x", OREE_PARSE_BAD_SYNTAX, NULL, NULL, NULL },
};

static void
types_are_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      OreeMimeType type;
      OreeSpan value = oree_span_str (types[i].value);
      g_autofree char *param = NULL;

      oree_test_say (types[i].value);
      g_assert_cmpint (oree_mime_type_parse (&type, value), ==, types[i].result != 0 ? types[i].result : (gssize) value.length);
      if (types[i].result != 0)
        continue;
      g_assert_true (oree_mime_type_is (&type, types[i].is));
      g_assert_false (oree_mime_type_is (&type, "text/pl"));
      param = oree_mime_type_param (&type, types[i].param);
      g_assert_cmpstr (param, ==, types[i].param_value);
    }
}

#define A "--b\r\nContent-Type: text/plain\r\n\r\none\r\n"
#define H "--b\r\ncontent-type: text/html\r\nContent-Language: fr\r\n\r\n<b>two</b>\r\n"

static const struct
{
  const char *body;
  gssize result; /* 1: taken whole */
  guint n;
  const char *bodies[3];
} multiparts[] = {
  { A H "--b--\r\n", 1, 2, { "one", "<b>two</b>" } },
  { A H "--b--", 1, 2, { "one", "<b>two</b>" } },
  { "preamble\r\n" A "--b--\r\nepilogue --b", 1, 1, { "one" } },
  { "--b \t\r\n\r\nno headers\r\n--b--\r\n", 1, 1, { "no headers" } },
  { "--b\n\nlines of LF\n--b--\n", 1, 1, { "lines of LF" } },
  { "--b\r\n\r\none\r\n\r\n--b--\r\n", 1, 1, { "one\r\n" } },
  { "--b\r\n\r\n--bb is text\r\n-- b\r\n--b--\r\n", 1, 1, { "--bb is text\r\n-- b" } },
  { "--b\r\n\r\n--b--\r\n", 1, 1, { "" } },
  { A H, OREE_PARSE_MISSING, 0, { NULL } },        /* cut short: not a word of it is taken */
  { "--b--\r\n", OREE_PARSE_MISSING, 0, { NULL } },
  { "nothing", OREE_PARSE_MISSING, 0, { NULL } },
  { "", OREE_PARSE_MISSING, 0, { NULL } },
  { "--b\r\nno colon\r\n\r\nx\r\n--b--", OREE_PARSE_BAD_SYNTAX, 0, { NULL } },
  { "--b\r\nContent-Type: ???\r\n\r\nx\r\n--b--", OREE_PARSE_BAD_SYNTAX, 0, { NULL } },
};

static void
multipart_is_cut (void)
{
  OreeMimeType type;

  g_assert_cmpint (oree_mime_type_parse (&type, OREE_SPAN_LITERAL ("multipart/mixed;boundary=b")), >, 0);
  for (guint i = 0; i < G_N_ELEMENTS (multiparts); i++)
    {
      OreeMimePart parts[3];
      OreeSpan body = oree_span_str (multiparts[i].body);
      guint n;
      gssize taken = oree_mime_multipart_parse (&type, body, parts, 3, &n);

      oree_test_say (multiparts[i].body);
      g_assert_cmpint (taken, ==, multiparts[i].result == 1 ? (gssize) body.length : multiparts[i].result);
      if (multiparts[i].result != 1)
        continue;
      g_assert_cmpuint (n, ==, multiparts[i].n);
      for (guint p = 0; p < n; p++)
        {
          g_autofree char *text = oree_span_dup (parts[p].body);

          g_assert_cmpstr (text, ==, multiparts[i].bodies[p]);
        }
    }
}

static void
multipart_has_its_caps (void)
{
  g_autoptr (GString) headers = g_string_new ("--b\r\n");
  g_autofree char *wide = g_strnfill (71, 'x');
  g_autofree char *wide_type = g_strconcat ("multipart/mixed;boundary=", wide, NULL);
  OreeMimePart parts[2];
  OreeMimeType type, none, long_one;
  guint n;

  oree_mime_type_parse (&type, OREE_SPAN_LITERAL ("multipart/mixed;boundary=b"));
  oree_mime_type_parse (&none, OREE_SPAN_LITERAL ("multipart/mixed"));
  oree_mime_type_parse (&long_one, oree_span_str (wide_type));
  g_assert_cmpint (oree_mime_multipart_parse (&type, OREE_SPAN_LITERAL (A A A "--b--"), parts, 2, &n), ==, OREE_PARSE_TOO_MANY);
  g_assert_cmpint (oree_mime_multipart_parse (&none, OREE_SPAN_LITERAL (A "--b--"), parts, 2, &n), ==, OREE_PARSE_MISSING);
  g_assert_cmpint (oree_mime_multipart_parse (&long_one, OREE_SPAN_LITERAL (A "--b--"), parts, 2, &n), ==, OREE_PARSE_TOO_LONG);
  for (guint i = 0; i <= OREE_MIME_HEADERS_MAX; i++)
    g_string_append (headers, "X: y\r\n");
  g_string_append (headers, "\r\n\r\n--b--");
  g_assert_cmpint (oree_mime_multipart_parse (&type, oree_span (headers->str, headers->len), parts, 2, &n), ==,
                   OREE_PARSE_TOO_MANY);
}

static void
parts_say_whether_they_are_needed (void)
{
  static const struct
  {
    const char *disposition;
    gboolean optional;
  } rows[] = {
    { "", FALSE }, { "inline", FALSE }, { "attachment;handling=required", FALSE },
    { "render; handling=OPTIONAL", TRUE }, { "icon", TRUE }, { "session", TRUE }, { ";;;", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeMimePart part = { .disposition = oree_span_str (rows[i].disposition) };

      oree_test_say (rows[i].disposition);
      g_assert_cmpint (oree_mime_part_is_optional (&part), ==, rows[i].optional);
    }
}

static void
encodings_are_undone (void)
{
  static const struct
  {
    const char *encoding, *body, *decoded; /* NULL: refused */
  } rows[] = {
    { "", "a=b", "a=b" }, { "8BIT", "é", "é" }, { "binary", "x", "x" },
    { "base64", "aGVs\r\nbG8=", "hello" }, { "base64", "aGVsbG8", NULL }, { "base64", "a*==", NULL },
    { "Quoted-Printable", "caf=C3=A9=\r\n!=\n?", "café!?" }, { "quoted-printable", "=X", NULL },
    { "quoted-printable", "=", NULL }, { "gzip", "x", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GString *out = oree_mime_decode (oree_span_str (rows[i].body), oree_span_str (rows[i].encoding));

      oree_test_say (rows[i].body);
      g_assert_cmpstr (out ? out->str : NULL, ==, rows[i].decoded);
      if (out != NULL)
        g_string_free (out, TRUE);
    }
}

static void
charsets_become_utf8 (void)
{
  static const struct
  {
    const char *type;
    OreeSpan body;
    const char *text;
  } rows[] = {
    { "text/plain", OREE_SPAN_LITERAL ("é"), "é" },
    { "text/plain;charset=us-ascii", OREE_SPAN_LITERAL ("x"), "x" },
    { "text/plain;charset=ISO-8859-15", OREE_SPAN_LITERAL ("\xa4"), "€" },
    { "text/plain;charset=\"windows-1252\"", OREE_SPAN_LITERAL ("\x93x\x94"), "“x”" },
    { "text/plain;charset=utf-16be", OREE_SPAN_LITERAL ("\0a\0b"), "ab" },
    { "text/plain;charset=shift_jis", OREE_SPAN_LITERAL ("\x82\xa0"), "あ" },
    { "text/plain", OREE_SPAN_LITERAL ("\xe9"), NULL },
    { "text/plain", OREE_SPAN_LITERAL ("a\0b"), NULL },
    { "text/plain;charset=utf-16be", OREE_SPAN_LITERAL ("\0\0"), NULL }, /* a NUL */
    { "text/plain;charset=utf-16be", OREE_SPAN_LITERAL ("a"), NULL },
    { "text/plain;charset=klingon", OREE_SPAN_LITERAL ("x"), NULL },
    { "text/plain;charset=ISO-2022-CN-EXT", OREE_SPAN_LITERAL ("x"), NULL }, /* not everything the C library has */
    { "text/plain;charset=\"utf-8//IGNORE\"", OREE_SPAN_LITERAL ("x"), NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeMimeType type;
      g_autofree char *text = NULL;

      oree_test_say (rows[i].type);
      g_assert_cmpint (oree_mime_type_parse (&type, oree_span_str (rows[i].type)), >, 0);
      text = oree_mime_text (&type, rows[i].body);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/mime/types-are-read", types_are_read);
  g_test_add_func ("/codec/mime/multipart-is-cut", multipart_is_cut);
  g_test_add_func ("/codec/mime/multipart-has-its-caps", multipart_has_its_caps);
  g_test_add_func ("/codec/mime/parts-say-whether-they-are-needed", parts_say_whether_they_are_needed);
  g_test_add_func ("/codec/mime/encodings-are-undone", encodings_are_undone);
  g_test_add_func ("/codec/mime/charsets-become-utf8", charsets_become_utf8);
  return g_test_run ();
}
