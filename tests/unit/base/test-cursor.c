/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-cursor.h"

static void
reads_back_what_was_written (void)
{
  guint8 buffer[18];
  OreeWriter w;
  OreeCursor c;

  oree_writer_init (&w, buffer, sizeof buffer);
  oree_writer_u8 (&w, 0xfe);
  oree_writer_u16 (&w, 0x1234);
  oree_writer_u32 (&w, 0xdeadbeef);
  oree_writer_u64 (&w, G_GUINT64_CONSTANT (0x0102030405060708));
  oree_writer_bytes (&w, "abc", 3);
  g_assert_false (w.failed);
  g_assert_cmpuint (w.length, ==, 18);
  g_assert_cmphex (buffer[1], ==, 0x12);
  oree_writer_u8 (&w, 1);
  g_assert_true (w.failed);
  g_assert_cmpuint (w.length, ==, 18);

  oree_cursor_init (&c, buffer, w.length);
  g_assert_cmphex (oree_cursor_u8 (&c), ==, 0xfe);
  g_assert_cmphex (oree_cursor_u16 (&c), ==, 0x1234);
  g_assert_cmphex (oree_cursor_u32 (&c), ==, 0xdeadbeef);
  g_assert_cmphex (oree_cursor_u64 (&c), ==, G_GUINT64_CONSTANT (0x0102030405060708));
  oree_cursor_skip (&c, 1);
  g_assert_true (oree_span_equal_str (oree_cursor_bytes (&c, 2), "bc"));
  g_assert_cmpuint (oree_cursor_left (&c), ==, 0);
  g_assert_false (c.failed);
}

static void
fails_once_and_for_all (void)
{
  OreeCursor c;

  oree_cursor_init (&c, "\1\2\3", 3);
  g_assert_cmpuint (oree_cursor_u16 (&c), ==, 0x0102);
  g_assert_cmpuint (oree_cursor_u16 (&c), ==, 0);
  g_assert_true (c.failed);
  g_assert_cmpuint (oree_cursor_u8 (&c), ==, 0);
  g_assert_cmpuint (oree_cursor_left (&c), ==, 0);
  oree_cursor_init (&c, "a", 1);
  g_assert_true (oree_span_is_empty (oree_cursor_bytes (&c, G_MAXSIZE)) && c.failed);
  oree_cursor_init (&c, NULL, 0);
  oree_cursor_skip (&c, 0);
  g_assert_false (c.failed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/cursor/reads-back-what-was-written", reads_back_what_was_written);
  g_test_add_func ("/base/cursor/fails-once-and-for-all", fails_once_and_for_all);
  return g_test_run ();
}
