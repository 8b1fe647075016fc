/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec/sip/oree-sip-frame.h"
#include "base/oree-limits.h"
#include "sip-test.h"

#define START "MESSAGE sip:b@contoso.test SIP/2.0\r\n"

typedef struct
{
  const char *name;
  const char *bytes;
  gssize result; /* > 0 length, 0 partial, < 0 error */
  OreeSipFrameKind kind;
  gsize head;
} Row;

#define MSG(n, body) START "Content-Length: " n "\r\n\r\n" body

static const Row rows[] = {
  { "no-body", MSG ("0", ""), sizeof (MSG ("0", "")) - 1, OREE_SIP_FRAME_MESSAGE, sizeof (MSG ("0", "")) - 1 },
  { "body", MSG ("5", "hello"), sizeof (MSG ("5", "hello")) - 1, OREE_SIP_FRAME_MESSAGE, sizeof (MSG ("5", "")) - 1 },
  { "next-message-stays", MSG ("5", "hello") START, sizeof (MSG ("5", "hello")) - 1, OREE_SIP_FRAME_MESSAGE,
    sizeof (MSG ("5", "")) - 1 },
  { "compact-name", START "l:2\r\n\r\nab", sizeof (START "l:2\r\n\r\nab") - 1, OREE_SIP_FRAME_MESSAGE,
    sizeof (START "l:2\r\n\r\n") - 1 },
  { "blank-before-colon", START "Content-length \t: 2\r\n\r\nab", sizeof (START "Content-length \t: 2\r\n\r\nab") - 1,
    OREE_SIP_FRAME_MESSAGE, sizeof (START "Content-length \t: 2\r\n\r\n") - 1 },
  { "body-that-looks-like-a-ping", MSG ("4", "\r\n\r\n"), sizeof (MSG ("4", "\r\n\r\n")) - 1, OREE_SIP_FRAME_MESSAGE,
    sizeof (MSG ("4", "")) - 1 },
  { "one-line-end", "\r\n", 2, OREE_SIP_FRAME_CRLF, 0 },
  { "line-end-then-message", "\r\n" START, 2, OREE_SIP_FRAME_CRLF, 0 },
  { "missing-length", START "Subject: x\r\n\r\n", OREE_PARSE_MISSING, 0, sizeof (START "Subject: x\r\n\r\n") - 1 },
  { "negative-length", MSG ("-1", ""), OREE_PARSE_BAD_LENGTH, 0, sizeof (MSG ("-1", "")) - 1 },
  { "signed-length", MSG ("+1", "a"), OREE_PARSE_BAD_LENGTH, 0, sizeof (MSG ("+1", "")) - 1 },
  { "hex-length", MSG ("0x1", "a"), OREE_PARSE_BAD_LENGTH, 0, sizeof (MSG ("0x1", "")) - 1 },
  { "empty-length", MSG ("", ""), OREE_PARSE_BAD_LENGTH, 0, sizeof (MSG ("", "")) - 1 },
  { "two-numbers", MSG ("1, 1", "a"), OREE_PARSE_BAD_LENGTH, 0, sizeof (MSG ("1, 1", "")) - 1 },
  { "overflowing-length", MSG ("18446744073709551617", "a"), OREE_PARSE_BAD_LENGTH, 0,
    sizeof (MSG ("18446744073709551617", "")) - 1 },
  { "length-too-large", MSG ("65537", ""), OREE_PARSE_TOO_LONG, 0, sizeof (MSG ("65537", "")) - 1 },
  { "folded-length", MSG ("\r\n 1", "a"), OREE_PARSE_BAD_LENGTH, 0, sizeof (MSG ("\r\n 1", "")) - 1 },
  { "length-with-a-fold-after", MSG ("1\r\n 2", "a"), OREE_PARSE_BAD_LENGTH, 0, sizeof (MSG ("1\r\n 2", "")) - 1 },
  { "two-lengths", START "l: 1\r\n" "Content-Length: 1\r\n\r\na", OREE_PARSE_DUPLICATE, 0,
    sizeof (START "l: 1\r\n" "Content-Length: 1\r\n\r\n") - 1 },
  { "fold-of-another-header", START "Subject: x\r\n Content-Length: 9\r\nl: 0\r\n\r\n",
    sizeof (START "Subject: x\r\n Content-Length: 9\r\nl: 0\r\n\r\n") - 1, OREE_SIP_FRAME_MESSAGE,
    sizeof (START "Subject: x\r\n Content-Length: 9\r\nl: 0\r\n\r\n") - 1 },
  { "bare-line-feed", "OPTIONS sip:a SIP/2.0\nl: 0\n\n", OREE_PARSE_BAD_SYNTAX, 0, 0 },
  { "carriage-return-without-line-feed", "\rX", OREE_PARSE_BAD_SYNTAX, 0, 0 },
  { "tls-on-a-clear-port", "\x16\x03\x01\x02", OREE_PARSE_BAD_SYNTAX, 0, 0 },
  { "blank-start-line", " OPTIONS", OREE_PARSE_BAD_SYNTAX, 0, 0 },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  gsize length = strlen (row->bytes);

  for (gsize split = 0; split <= length; split++)
    {
      g_autofree char *part = exact_copy (row->bytes, split);
      g_autofree char *all = exact_copy (row->bytes, length);
      OreeSipFrame frame;
      gssize result;

      oree_sip_frame_init (&frame);
      result = oree_sip_frame_next (&frame, part, split);
      if (result == OREE_PARSE_PARTIAL)
        result = oree_sip_frame_next (&frame, all, length);
      g_assert_cmpint (result, ==, row->result);
      g_assert_cmpuint (frame.head, ==, row->head);
      if (result > 0)
        {
          g_assert_cmpint (frame.kind, ==, row->kind);
          g_assert_false (oree_sip_frame_in_progress (&frame));
        }
    }
}

/* Byte by byte, a stream of everything comes out as the same items. */
static void
test_stream (void)
{
  static const char stream[] = "\r\n\r\n" MSG ("2", "hi") "\r\n" MSG ("0", "") "\r\n\r\n\r\n" MSG ("1", "x");
  static const struct
  {
    OreeSipFrameKind kind;
    gsize body;
  } expected[] = {
    { OREE_SIP_FRAME_CRLF, 0 },    { OREE_SIP_FRAME_PING, 0 }, { OREE_SIP_FRAME_MESSAGE, 2 }, { OREE_SIP_FRAME_CRLF, 0 },
    { OREE_SIP_FRAME_MESSAGE, 0 }, { OREE_SIP_FRAME_CRLF, 0 }, { OREE_SIP_FRAME_PING, 0 },    { OREE_SIP_FRAME_CRLF, 0 },
    { OREE_SIP_FRAME_MESSAGE, 1 },
  };
  OreeSipFrame frame;
  gsize start = 0;
  guint n = 0;

  oree_sip_frame_init (&frame);
  for (gsize end = 1; end < sizeof stream; end++)
    {
      g_autofree char *part = exact_copy (stream + start, end - start);
      gssize result = oree_sip_frame_next (&frame, part, end - start);

      g_assert_cmpint (result, >=, 0);
      if (result == 0)
        continue;
      g_assert_cmpuint (n, <, G_N_ELEMENTS (expected));
      g_assert_cmpint (frame.kind, ==, expected[n].kind);
      if (frame.kind == OREE_SIP_FRAME_MESSAGE)
        g_assert_cmpuint (frame.body, ==, expected[n].body);
      n++;
      start += (gsize) result;
    }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (expected));
}

static gssize
frame_string (GString *text)
{
  OreeSipFrame frame;

  oree_sip_frame_init (&frame);
  return oree_sip_frame_next (&frame, text->str, text->len);
}

static void
test_caps (void)
{
  g_autoptr (GString) line = g_string_new (START "Subject: ");
  g_autoptr (GString) head = g_string_new (START);
  g_autoptr (GString) many = g_string_new (START);

  for (guint i = 0; i < OREE_SIP_LINE_MAX; i++)
    g_string_append_c (line, 'x');
  g_assert_cmpint (frame_string (line), ==, OREE_PARSE_TOO_LONG);
  while (head->len <= OREE_SIP_HEAD_MAX)
    {
      g_string_append (head, "Subject: ");
      for (guint i = 0; i < 1000; i++)
        g_string_append_c (head, 'x');
      g_string_append (head, "\r\n");
    }
  g_assert_cmpint (frame_string (head), ==, OREE_PARSE_TOO_LONG);
  for (guint i = 0; i <= OREE_SIP_HEADERS_MAX; i++)
    g_string_append (many, "X: y\r\n");
  g_string_append (many, "l: 0\r\n\r\n");
  g_assert_cmpint (frame_string (many), ==, OREE_PARSE_TOO_MANY);
}

static void
test_progress (void)
{
  OreeSipFrame frame;

  oree_sip_frame_init (&frame);
  g_assert_false (oree_sip_frame_in_progress (&frame));
  g_assert_cmpint (oree_sip_frame_next (&frame, "MES", 3), ==, 0);
  g_assert_true (oree_sip_frame_in_progress (&frame));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/codec/sip/frame/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/codec/sip/frame/byte-by-byte", test_stream);
  g_test_add_func ("/codec/sip/frame/every-cap-has-its-code", test_caps);
  g_test_add_func ("/codec/sip/frame/tells-when-something-is-under-way", test_progress);
  return g_test_run ();
}
