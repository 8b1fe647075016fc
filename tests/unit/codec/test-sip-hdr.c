/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec/sip/oree-sip-hdr.h"
#include "codec/sip/oree-sip-status.h"
#include "sip-test.h"

static void
test_names (void)
{
  static const struct
  {
    const char *name;
    OreeSipHdrId id;
  } rows[] = {
    { "Call-ID", OREE_SIP_HDR_CALL_ID }, { "call-id", OREE_SIP_HDR_CALL_ID },   { "CALL-id", OREE_SIP_HDR_CALL_ID },
    { "i", OREE_SIP_HDR_CALL_ID },       { "I", OREE_SIP_HDR_CALL_ID },         { "Call-Id2", OREE_SIP_HDR_OTHER },
    { "v", OREE_SIP_HDR_VIA },           { "Vi", OREE_SIP_HDR_OTHER },          { "l", OREE_SIP_HDR_CONTENT_LENGTH },
    { "k", OREE_SIP_HDR_SUPPORTED },     { "o", OREE_SIP_HDR_EVENT },           { "q", OREE_SIP_HDR_OTHER },
    { "", OREE_SIP_HDR_OTHER },          { "Content_Length", OREE_SIP_HDR_OTHER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (oree_sip_hdr_id (oree_span_str (rows[i].name)), ==, rows[i].id);
  for (guint id = 1; id < OREE_SIP_N_HDRS; id++)
    g_assert_cmpint (oree_sip_hdr_id (oree_span_str (oree_sip_hdr_name (id))), ==, id);
}

static void
test_values (void)
{
  static const struct
  {
    const char *list;
    const char *values; /* joined by | */
  } rows[] = {
    { "a", "a" },
    { "a,b", "a|b" },
    { " a , b ", "a|b" },
    { "a\r\n ,\r\n b", "a|b" },
    { "\"x,y\" <sip:a>, <sip:b,c>", "\"x,y\" <sip:a>|<sip:b,c>" },
    { "\"q\\\",\" <sip:a>, b", "\"q\\\",\" <sip:a>|b" },
    { "a,", "a|" },
    { ",a", "|a" },
    { "\"open, b", "\"open, b" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeSpan rest = oree_span_str (rows[i].list);
      OreeSpan value;
      g_autoptr (GString) joined = g_string_new (NULL);
      guint n = 0;

      while (oree_sip_hdr_next_value (&rest, &value))
        {
          if (n++ > 0)
            g_string_append_c (joined, '|');
          oree_span_append_to (value, joined);
        }
      g_assert_cmpstr (joined->str, ==, rows[i].values);
    }
}

static void
test_params (void)
{
  static const struct
  {
    const char *params;
    const char *seen; /* name=value, with ! for quoted, joined by |; ends in E for an error */
  } rows[] = {
    { "", "" },
    { ";a", "a" },
    { ";a=b", "a=b" },
    { " ; a = b ; c", "a=b|c" },
    { ";\r\n a\r\n =\r\n b", "a=b" },
    { ";a=\"b;c\"", "a=!b;c" },
    { ";a=\"b\\\"c\";d", "a=!b\\\"c|d" },
    { ";received=[2001:db8::1];x", "received=[2001:db8::1]|x" },
    { ";received=2001:db8::1", "received=2001:db8::1" },
    { ";a=", "E" },
    { ";;", "E" },
    { ";", "E" },
    { ";a=\"b", "E" },
    { "a", "E" },
    { ";a b", "a|E" },
    { ";a=b,c", "a=b|E" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeSpan rest = oree_span_str (rows[i].params);
      OreeSipParam param;
      g_autoptr (GString) seen = g_string_new (NULL);
      int result;

      while ((result = oree_sip_hdr_next_param (&rest, &param)) > 0)
        {
          g_string_append (seen, seen->len > 0 ? "|" : "");
          oree_span_append_to (param.name, seen);
          if (param.has_value)
            g_string_append (seen, param.quoted ? "=!" : "=");
          oree_span_append_to (param.value, seen);
        }
      if (result < 0)
        g_string_append (seen, seen->len > 0 ? "|E" : "E");
      g_assert_cmpstr (seen->str, ==, rows[i].seen);
      g_assert_cmpint (oree_sip_hdr_check_params (oree_span_str (rows[i].params)) < 0, ==, result < 0);
    }
}

static void
test_auth_params (void)
{
  OreeSpan rest = oree_span_str ("username=\"a,b\", realm = \"r\",nonce=abc==, uri=\"sip:x\",nc=00000001");
  OreeSipParam param;
  guint n = 0;

  while (oree_sip_hdr_next_auth_param (&rest, &param) > 0)
    {
      if (oree_span_equal_str (param.name, "username"))
        assert_span (param.value, "a,b");
      if (oree_span_equal_str (param.name, "nonce"))
        assert_span (param.value, "abc==");
      n++;
    }
  g_assert_cmpuint (n, ==, 5);
  rest = oree_span_str ("a=b c=d");
  g_assert_cmpint (oree_sip_hdr_next_auth_param (&rest, &param), <, 0);
  rest = oree_span_str ("a=b,");
  g_assert_cmpint (oree_sip_hdr_next_auth_param (&rest, &param), <, 0);
}

static void
test_quoting (void)
{
  static const struct
  {
    const char *inside;
    const char *text;
  } rows[] = {
    { "plain", "plain" },
    { "a\\\"b\\\\c", "a\"b\\c" },
    { "fold\r\n  ed", "fold ed" },
    { "bell\\\x07", "bell\xef\xbf\xbd" },
    { "\xc3\xa9", "\xc3\xa9" },
    { "bad\xc3", "bad\xef\xbf\xbd" },
  };
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = oree_sip_hdr_dup_unquoted (oree_span_str (rows[i].inside));

      g_assert_cmpstr (text, ==, rows[i].text);
    }
  oree_sip_hdr_append_quoted (out, OREE_SPAN_LITERAL ("a\"b\\c\r\nX: y"));
  g_assert_cmpstr (out->str, ==, "\"a\\\"b\\\\cX: y\"");
  g_string_truncate (out, 0);
  oree_sip_hdr_append_unfolded (out, OREE_SPAN_LITERAL ("a\r\n b \r\n\t c"));
  g_assert_cmpstr (out->str, ==, "a b  c");
}

static void
test_status (void)
{
  g_assert_cmpstr (oree_sip_status_phrase (200), ==, "OK");
  g_assert_cmpstr (oree_sip_status_phrase (489), ==, "Bad Event");
  g_assert_cmpstr (oree_sip_status_phrase (100), ==, "Trying");
  g_assert_cmpstr (oree_sip_status_phrase (608), ==, "Rejected");
  g_assert_cmpstr (oree_sip_status_phrase (499), ==, "Request Failure");
  g_assert_cmpstr (oree_sip_status_phrase (42), ==, "Unknown");
  g_assert_false (oree_sip_status_is_valid (99));
  g_assert_false (oree_sip_status_is_valid (700));
  /* Sorted, as the search needs it: every phrase is found again. */
  for (guint status = 100; status < 700; status++)
    g_assert_cmpint (strlen (oree_sip_status_phrase (status)), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/sip/hdr/names-in-any-case-and-compact", test_names);
  g_test_add_func ("/codec/sip/hdr/splits-at-commas-that-separate", test_values);
  g_test_add_func ("/codec/sip/hdr/parameters", test_params);
  g_test_add_func ("/codec/sip/hdr/credentials", test_auth_params);
  g_test_add_func ("/codec/sip/hdr/quoting", test_quoting);
  g_test_add_func ("/codec/sip/status/phrases", test_status);
  return g_test_run ();
}
