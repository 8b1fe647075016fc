/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Via, addresses and the small headers. */
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-via.h"
#include "sip-test.h"

static void
test_via (void)
{
  static const struct
  {
    const char *value;
    gboolean fine;
    const char *host;
    guint16 port;
    const char *branch;
    const char *received;
    gboolean cookie;
  } rows[] = {
    { "SIP/2.0/TLS edge.test:5061;branch=z9hG4bKa", TRUE, "edge.test", 5061, "z9hG4bKa", "", TRUE },
    { "SIP / 2.0 / UDP  first.test : 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7", TRUE, "first.test", 4000,
      "z9hG4bKa7", "", TRUE },
    { "SIP/2.0/TLS [2001:db8::1]:5070;branch=Z9HG4BKx", TRUE, "2001:db8::1", 5070, "Z9HG4BKx", "", TRUE },
    { "SIP/2.0/TLS h;received=[2001:db8::2];branch=z9hG4bK", TRUE, "h", 0, "z9hG4bK", "2001:db8::2", FALSE },
    { "SIP/2.0/TLS h;received=2001:db8::2", TRUE, "h", 0, "", "2001:db8::2", FALSE },
    { "SIP/2.0/X-NEW h;hidden", TRUE, "h", 0, "", "", FALSE },
    { "SIP/2.0/TLS", FALSE, "", 0, "", "", FALSE },
    { "SIP/2.0 TLS h", FALSE, "", 0, "", "", FALSE },
    { "SIP/2.0/TLS h:0", FALSE, "", 0, "", "", FALSE },
    { "SIP/2.0/TLS h:65536", FALSE, "", 0, "", "", FALSE },
    { "SIP/2.0/TLS h:", FALSE, "", 0, "", "", FALSE },
    { "SIP/2.0/TLS 2001:db8::1", FALSE, "", 0, "", "", FALSE },
    { "SIP/2.0/TLS h branch=x", FALSE, "", 0, "", "", FALSE },
    { "SIP/2.0/TLS h;branch=a;branch=b", FALSE, "", 0, "", "", FALSE },
    { "SIP/2.0/TLS h;branch", FALSE, "", 0, "", "", FALSE },
    { "SIP/2.0/TLS h;rport=x", FALSE, "", 0, "", "", FALSE },
    { "", FALSE, "", 0, "", "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeSipVia via;
      gssize result = oree_sip_via_parse (&via, oree_span_str (rows[i].value));

      g_assert_cmpint (result > 0, ==, rows[i].fine);
      if (!rows[i].fine)
        continue;
      assert_span (via.host, rows[i].host);
      g_assert_cmpuint (via.port, ==, rows[i].port);
      assert_span (via.branch, rows[i].branch);
      assert_span (via.received, rows[i].received);
      g_assert_cmpint (via.has_cookie, ==, rows[i].cookie);
    }
}

static void
test_via_flags (void)
{
  OreeSipVia via;

  oree_sip_via_parse (&via, OREE_SPAN_LITERAL ("SIP/2.0/TLS h;rport;alias;branch=z9hG4bK1"));
  g_assert_true (via.has_rport && via.rport == 0 && via.has_alias);
  g_assert_cmpuint (oree_sip_via_port (&via), ==, 5061);
  oree_sip_via_parse (&via, OREE_SPAN_LITERAL ("SIP/7.0/TCP h;rport=99"));
  g_assert_true (via.bad_version && via.rport == 99);
  g_assert_cmpuint (oree_sip_via_port (&via), ==, 5060);
}

static void
test_addr (void)
{
  static const struct
  {
    const char *value;
    gboolean fine;
    const char *display;
    const char *uri;
    const char *tag;
  } rows[] = {
    { "<sip:a@b>;tag=1", TRUE, NULL, "sip:a@b", "1" },
    { "sip:a@b;tag=1", TRUE, NULL, "sip:a@b", "1" },
    { "Alice B <sip:a@b>", TRUE, "Alice B", "sip:a@b", "" },
    { "\"Alice, <x> \\\"A\\\"\" <sip:a@b>;TAG=x", TRUE, "Alice, <x> \"A\"", "sip:a@b", "x" },
    { "caller<sip:a@b>", TRUE, "caller", "sip:a@b", "" },
    { "<sip:a@b;p=1?h=2>;q=0.5;tag=z", TRUE, NULL, "sip:a@b;p=1?h=2", "z" },
    { "\"\"<sip:a@b>", TRUE, NULL, "sip:a@b", "" },
    { "tel:+1234", TRUE, NULL, "tel:+1234", "" },
    { "", FALSE, NULL, NULL, NULL },
    { "<>", FALSE, NULL, NULL, NULL },
    { "< sip:a@b>", FALSE, NULL, NULL, NULL },
    { "<sip:a@b", FALSE, NULL, NULL, NULL },
    { "\"open <sip:a@b>", FALSE, NULL, NULL, NULL },
    { "Bell, Alex <sip:a@b>", FALSE, NULL, NULL, NULL },
    { "\"a\" b <sip:a@b>", FALSE, NULL, NULL, NULL },
    { "sip:a@b?h=1", FALSE, NULL, NULL, NULL },
    { "sip:a@b,sip:c@d", FALSE, NULL, NULL, NULL },
    { "<sip:a@b>x", FALSE, NULL, NULL, NULL },
    { "<sip:a@b>;tag=1;tag=2", FALSE, NULL, NULL, NULL },
    { "<sip:a@b>;tag=", FALSE, NULL, NULL, NULL },
    { "<sip:a@b>;tag=\"x\\\"y\"", FALSE, NULL, NULL, NULL },
    { "<<sip:a@b>>", FALSE, NULL, NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeSipAddr addr;
      gssize result = oree_sip_addr_parse (&addr, oree_span_str (rows[i].value));
      g_autofree char *display = NULL;

      g_assert_cmpint (result > 0, ==, rows[i].fine);
      if (!rows[i].fine)
        continue;
      display = oree_sip_addr_dup_display (&addr);
      g_assert_cmpstr (display, ==, rows[i].display);
      assert_span (addr.uri, rows[i].uri);
      assert_span (addr.tag, rows[i].tag);
    }
}

static void
test_addr_write (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  OreeSipAddr addr;
  g_autofree char *display = NULL;

  oree_sip_addr_append (out, "J \"R\" \\", OREE_SPAN_LITERAL ("sip:a@b"), "t1");
  g_assert_cmpint (oree_sip_addr_parse (&addr, oree_span (out->str, out->len)), ==, (gssize) out->len);
  display = oree_sip_addr_dup_display (&addr);
  g_assert_cmpstr (display, ==, "J \"R\" \\");
  assert_span (addr.tag, "t1");
  g_assert_cmpint (oree_sip_addr_parse (&addr, OREE_SPAN_LITERAL ("*")), >, 0);
  g_assert_true (addr.star);
}

#define HEAD                                                                                                           \
  "NOTIFY sip:b@c SIP/2.0\r\nVia: SIP/2.0/TLS e;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@c>;tag=2\r\n"   \
  "Call-ID: 1\r\nCSeq: 1 NOTIFY\r\nContent-Length: 0\r\n"

static void
test_numbers (void)
{
  static const struct
  {
    const char *lines;
    int max_forwards;
    guint32 expires;
  } rows[] = {
    { "", 70, 3600 },
    { "Max-Forwards: 0\r\nExpires: 0\r\n", 0, 0 },
    { "Max-Forwards: 0068\r\nExpires: 60\r\n", 68, 60 },
    { "Max-Forwards: 300\r\nExpires: 100000000000000000\r\n", 70, G_MAXUINT32 },
    { "Max-Forwards: -1\r\nExpires: soon\r\n", -1, 3600 },
    { "Max-Forwards: \r\nExpires:\r\n", -1, 3600 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf (HEAD "%s\r\n", rows[i].lines);
      OreeSipMsg msg;

      parse_ok (&msg, text);
      g_assert_cmpint (oree_sip_max_forwards (&msg, 70), ==, rows[i].max_forwards);
      g_assert_cmpuint (oree_sip_expires (&msg, 3600), ==, rows[i].expires);
    }
}

static void
test_event (void)
{
  OreeSipEvent event;

  g_assert_cmpint (oree_sip_event_parse (&event, OREE_SPAN_LITERAL ("presence.winfo ; id = 7")), >, 0);
  assert_span (event.package, "presence.winfo");
  assert_span (event.id, "7");
  g_assert_cmpint (oree_sip_event_parse (&event, OREE_SPAN_LITERAL ("presence x")), <, 0);
  g_assert_cmpint (oree_sip_event_parse (&event, OREE_SPAN_EMPTY), <, 0);
}

static void
test_substate (void)
{
  OreeSipSubstate state;

  g_assert_cmpint (oree_sip_substate_parse (&state, OREE_SPAN_LITERAL ("active;expires=600")), >, 0);
  g_assert_cmpint (state.kind, ==, OREE_SIP_SUBSTATE_ACTIVE);
  g_assert_true (state.has_expires);
  g_assert_cmpuint (state.expires, ==, 600);
  g_assert_cmpint (
    oree_sip_substate_parse (&state, OREE_SPAN_LITERAL ("Terminated;reason=probation;retry-after=99999999999")), >, 0);
  g_assert_cmpint (state.kind, ==, OREE_SIP_SUBSTATE_TERMINATED);
  assert_span (state.reason, "probation");
  g_assert_cmpuint (state.retry_after, ==, G_MAXUINT32);
  g_assert_cmpint (oree_sip_substate_parse (&state, OREE_SPAN_LITERAL ("sleeping")), >, 0);
  g_assert_cmpint (state.kind, ==, OREE_SIP_SUBSTATE_OTHER);
  g_assert_cmpint (oree_sip_substate_parse (&state, OREE_SPAN_LITERAL (";x")), <, 0);
}

static void
test_content_type (void)
{
  OreeSipContentType type;
  OreeSipParam param;

  g_assert_cmpint (oree_sip_content_type_parse (&type, OREE_SPAN_LITERAL ("Text / Plain ; charset=\"UTF-8\"")), >, 0);
  g_assert_true (oree_sip_content_type_is (&type, "text", "plain"));
  g_assert_true (oree_sip_hdr_find_param (type.params, "CHARSET", &param));
  assert_span (param.value, "UTF-8");
  g_assert_cmpint (oree_sip_content_type_parse (&type, OREE_SPAN_LITERAL ("text/")), <, 0);
  g_assert_cmpint (oree_sip_content_type_parse (&type, OREE_SPAN_LITERAL ("text/plain;")), <, 0);
}

static void
test_retry_after (void)
{
  static const struct
  {
    const char *value;
    gboolean fine;
    guint32 seconds;
  } rows[] = {
    { "120", TRUE, 120 },
    { "120 (I'm in a meeting)", TRUE, 120 },
    { "18000;duration=3600", TRUE, 18000 },
    { "later", FALSE, 0 },
    { "12x", FALSE, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf (HEAD "Retry-After: %s\r\n\r\n", rows[i].value);
      OreeSipMsg msg;
      guint32 seconds = 0;

      parse_ok (&msg, text);
      g_assert_cmpint (oree_sip_retry_after (&msg, &seconds), ==, rows[i].fine);
      g_assert_cmpuint (seconds, ==, rows[i].seconds);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/sip/via/values", test_via);
  g_test_add_func ("/codec/sip/via/flags", test_via_flags);
  g_test_add_func ("/codec/sip/addr/values", test_addr);
  g_test_add_func ("/codec/sip/addr/reads-what-it-writes", test_addr_write);
  g_test_add_func ("/codec/sip/misc/numbers-clamp", test_numbers);
  g_test_add_func ("/codec/sip/misc/event", test_event);
  g_test_add_func ("/codec/sip/misc/subscription-state", test_substate);
  g_test_add_func ("/codec/sip/misc/content-type", test_content_type);
  g_test_add_func ("/codec/sip/misc/retry-after", test_retry_after);
  return g_test_run ();
}
