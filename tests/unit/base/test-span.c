/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-enum.h"
#include "base/oree-span.h"

static void
trims_only_what_it_says (void)
{
  static const struct { const char *text, *blank, *lws; } rows[] = {
    { "", "", "" },          { " a ", "a", "a" },         { "\t a b\t", "a b", "a b" },
    { "\r\n a", "\r\n a", "a" }, { " \t ", "", "" },         { "a", "a", "a" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_true (oree_span_equal_str (oree_span_trim (oree_span_str (rows[i].text)), rows[i].blank));
      g_assert_true (oree_span_equal_str (oree_span_trim_lws (oree_span_str (rows[i].text)), rows[i].lws));
    }
  g_assert_cmpuint (oree_span_trim (oree_span ("\0 ", 2)).length, ==, 1);
}

static void
reads_decimal_numbers_within_a_limit (void)
{
  static const struct { const char *text; guint64 max; gboolean good; guint64 value; } rows[] = {
    { "0", 10, TRUE, 0 },       { "10", 10, TRUE, 10 },   { "11", 10, FALSE, 0 },  { "", 10, FALSE, 0 },
    { "-1", 10, FALSE, 0 },     { "+1", 10, FALSE, 0 },   { "1 ", 10, FALSE, 0 },  { "007", 10, TRUE, 7 },
    { "18446744073709551615", G_MAXUINT64, TRUE, G_MAXUINT64 },
    { "18446744073709551616", G_MAXUINT64, FALSE, 0 },
    { "99999999999999999999999", G_MAXUINT64, FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint64 value = 4711;

      g_assert_cmpint (oree_span_to_uint (oree_span_str (rows[i].text), rows[i].max, &value), ==, rows[i].good);
      g_assert_cmpuint (value, ==, rows[i].good ? rows[i].value : 4711);
    }
}

static void
compares_finds_and_cuts (void)
{
  OreeSpan s = OREE_SPAN_LITERAL ("Via: x; y");
  OreeSpan head, tail;
  g_autofree char *copy = oree_span_dup (s);
  g_autoptr (GString) out = g_string_new ("<");

  g_assert_cmpstr (copy, ==, "Via: x; y");
  g_assert_true (oree_span_equal_nocase_str (s, "vIA: X; Y"));
  g_assert_false (oree_span_equal_nocase_str (s, "via: x; yz"));
  g_assert_true (oree_span_equal (OREE_SPAN_EMPTY, oree_span ("a", 0)));
  g_assert_true (oree_span_starts_with (s, "Via") && oree_span_ends_with (s, "; y"));
  g_assert_true (oree_span_starts_with (OREE_SPAN_EMPTY, "") && !oree_span_starts_with (OREE_SPAN_EMPTY, "a"));
  g_assert_true (oree_span_cut (s, ':', &head, &tail));
  g_assert_true (oree_span_equal_str (head, "Via") && oree_span_equal_str (tail, " x; y"));
  g_assert_false (oree_span_cut (s, '#', &head, &tail));
  g_assert_true (oree_span_equal (head, s) && oree_span_is_empty (tail));
  g_assert_cmpint (oree_span_index (s, ';'), ==, 6);
  g_assert_cmpint (oree_span_index (OREE_SPAN_EMPTY, ';'), ==, -1);
  g_assert_true (oree_span_equal_str (oree_span_sub (s, 5, 1), "x"));
  g_assert_true (oree_span_equal_str (oree_span_sub (s, 5, G_MAXSIZE), "x; y"));
  g_assert_true (oree_span_is_empty (oree_span_from (s, 100)));
  g_assert_true (oree_span_is_empty (oree_span_from (OREE_SPAN_EMPTY, 3)));
  oree_span_append_to (s, out);
  oree_span_append_to (OREE_SPAN_EMPTY, out);
  g_assert_cmpstr (out->str, ==, "<Via: x; y");
  g_assert_cmpuint (oree_span_hash (s), ==, oree_span_hash (oree_span_str (copy)));
}

static void
writes_hexadecimal_numbers (void)
{
  char out[17];

  g_assert_true (oree_hex_write (out, G_GUINT64_CONSTANT (0x0123456789abcdef), 16) == out + 16);
  g_assert_cmpstr (out, ==, "0123456789abcdef");
  g_assert_true (oree_hex_write (out, 0xf1234, 4) == out + 4); /* the last ones */
  g_assert_cmpstr (out, ==, "1234");
  oree_hex_write (out, 10, 8);
  g_assert_cmpstr (out, ==, "0000000a");
}

static void
knows_utf8_without_nul (void)
{
  g_assert_true (oree_span_is_utf8 (OREE_SPAN_EMPTY));
  g_assert_true (oree_span_is_utf8 (OREE_SPAN_LITERAL ("jürg")));
  g_assert_false (oree_span_is_utf8 (OREE_SPAN_LITERAL ("a\0b")));
  g_assert_false (oree_span_is_utf8 (OREE_SPAN_LITERAL ("\xc3")));
  g_assert_false (oree_span_is_utf8 (OREE_SPAN_LITERAL ("\xed\xa0\x80")));
}

static void
maps_enums_both_ways (void)
{
  static const OreeEnumValue table[] = { { 3, "three-ways" }, { 0, "none" }, { 0, NULL } };
  int value = 9;

  g_assert_cmpstr (oree_enum_to_nick (table, 3), ==, "three-ways");
  g_assert_cmpstr (oree_enum_to_nick (table, 0), ==, "none");
  g_assert_null (oree_enum_to_nick (table, 1));
  g_assert_true (oree_enum_from_nick (table, OREE_SPAN_LITERAL ("three-ways"), &value) && value == 3);
  g_assert_false (oree_enum_from_nick (table, OREE_SPAN_LITERAL ("Three-ways"), &value));
  g_assert_false (oree_enum_from_nick (table, OREE_SPAN_EMPTY, &value));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/span/trims-only-what-it-says", trims_only_what_it_says);
  g_test_add_func ("/base/span/reads-decimal-numbers-within-a-limit", reads_decimal_numbers_within_a_limit);
  g_test_add_func ("/base/span/writes-hexadecimal-numbers", writes_hexadecimal_numbers);
  g_test_add_func ("/base/span/compares-finds-and-cuts", compares_finds_and_cuts);
  g_test_add_func ("/base/span/knows-utf8-without-nul", knows_utf8_without_nul);
  g_test_add_func ("/base/enum/maps-both-ways", maps_enums_both_ways);
  return g_test_run ();
}
