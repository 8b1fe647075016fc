/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec/sip/oree-sip-write.h"
#include "sip-test.h"

#define REQUEST                                                                                                        \
  "SUBSCRIBE sip:b@c SIP/2.0\r\nVia: SIP/2.0/TLS e:5061;branch=z9hG4bK1, SIP/2.0/TLS f;branch=z9hG4bK2\r\n"            \
  "v: SIP/2.0/TCP\r\n g;branch=z9hG4bK3\r\nRecord-Route: <sip:e;lr>\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\n"      \
  "Call-ID: x1\r\nCSeq: 7 SUBSCRIBE\r\nX-Odd:   a\r\n  b\r\nP-Asserted-Identity : <sip:q@c>\r\nms-trust: y\r\n"        \
  "Route: <sip:r1;lr>,<sip:r2;lr>\r\nRoute: <sip:r3>\r\nMax-Forwards: 9\r\nContent-Length: 2\r\n\r\nhi"

static void
test_request (void)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autoptr (GString) out = NULL;

  oree_sip_write_request (&writer, "MESSAGE", OREE_SPAN_LITERAL ("sip:b@c"));
  oree_sip_write_header (&writer, OREE_SIP_HDR_CALL_ID, "x");
  oree_sip_write_header_uint (&writer, OREE_SIP_HDR_MAX_FORWARDS, 70);
  oree_sip_write_header_format (&writer, OREE_SIP_HDR_CSEQ, "%u %s", 1u, "MESSAGE");
  oree_sip_write_header_named (&writer, "X-A", OREE_SPAN_LITERAL ("b"));
  out = oree_sip_write_finish (&writer, "text/plain", OREE_SPAN_LITERAL ("hi"));
  g_assert_cmpstr (out->str, ==,
                   "MESSAGE sip:b@c SIP/2.0\r\nCall-ID: x\r\nMax-Forwards: 70\r\nCSeq: 1 MESSAGE\r\nX-A: b\r\n"
                   "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi");
}

static void
test_injection (void)
{
  static const char *const values[] = { "a\r\nX: y", "a\nb", "a\rb" };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;

      oree_sip_write_request (&writer, "MESSAGE", OREE_SPAN_LITERAL ("sip:b@c"));
      oree_sip_write_header (&writer, OREE_SIP_HDR_SUBJECT, values[i]);
      g_assert_null (oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY));
      oree_sip_write_request (&writer, "MESSAGE", oree_span_str (values[i]));
      g_assert_null (oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY));
      oree_sip_write_request (&writer, "MESSAGE", OREE_SPAN_LITERAL ("sip:b@c"));
      oree_sip_write_header_named (&writer, values[i], OREE_SPAN_LITERAL ("x"));
      g_assert_null (oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY));
    }
  {
    g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;

    oree_sip_write_request (&writer, "MESSAGE", OREE_SPAN_LITERAL ("sip:b c"));
    g_assert_null (oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY));
    oree_sip_write_request (&writer, "MESSAGE", OREE_SPAN_LITERAL ("sip:b@c"));
    oree_sip_write_header_span (&writer, OREE_SIP_HDR_SUBJECT, oree_span ("a\0b", 3));
    g_assert_null (oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY));
    oree_sip_write_request (&writer, "MESSAGE", OREE_SPAN_LITERAL ("sip:b@c"));
    oree_sip_write_header_named (&writer, "l", OREE_SPAN_LITERAL ("5"));
    g_assert_null (oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY));
  }
}

static void
test_response (void)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autoptr (GString) out = NULL;
  OreeSipMsg msg;

  parse_ok (&msg, REQUEST);
  oree_sip_write_response (&writer, &msg, 200, NULL, "t9", TRUE);
  oree_sip_write_header (&writer, OREE_SIP_HDR_EXPIRES, "60");
  out = oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY);
  g_assert_cmpstr (out->str, ==,
                   "SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS e:5061;branch=z9hG4bK1, SIP/2.0/TLS f;branch=z9hG4bK2\r\n"
                   "Via: SIP/2.0/TCP g;branch=z9hG4bK3\r\nRecord-Route: <sip:e;lr>\r\nFrom: <sip:a@b>;tag=1\r\n"
                   "To: <sip:b@c>;tag=t9\r\nCall-ID: x1\r\nCSeq: 7 SUBSCRIBE\r\nExpires: 60\r\nContent-Length: 0\r\n\r\n");
}

static void
test_response_keeps_tag (void)
{
  g_autoptr (GString) out = NULL;
  OreeSipMsg msg;

  parse_ok (&msg, "NOTIFY sip:b@c SIP/2.0\r\nVia: SIP/2.0/TLS e;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
                  "To: <sip:b@c>;tag=old\r\nCall-ID: 1\r\nCSeq: 1 NOTIFY\r\nContent-Length: 0\r\n\r\n");
  out = oree_sip_write_simple_response (&msg, 481, "Gone away", "new");
  g_assert_nonnull (strstr (out->str, "SIP/2.0 481 Gone away\r\n"));
  g_assert_nonnull (strstr (out->str, "To: <sip:b@c>;tag=old\r\n"));
  g_assert_null (strstr (out->str, "new"));
}

static GString *
edited (void (*change) (OreeSipEdit *))
{
  g_auto (OreeSipEdit) edit = { 0 };
  OreeSipMsg msg;

  parse_ok (&msg, REQUEST);
  oree_sip_edit_init (&edit, &msg);
  change (&edit);
  return oree_sip_edit_finish (&edit);
}

static void
nothing (OreeSipEdit *edit)
{
}

static void
forward (OreeSipEdit *edit)
{
  oree_sip_edit_set_ruri (edit, OREE_SPAN_LITERAL ("sip:new@host"));
  oree_sip_edit_replace_top (edit, OREE_SIP_HDR_VIA,
                             OREE_SPAN_LITERAL ("SIP/2.0/TLS e:5061;branch=z9hG4bK1;received=192.0.2.1"));
  oree_sip_edit_prepend (edit, OREE_SIP_HDR_VIA, OREE_SPAN_LITERAL ("SIP/2.0/TLS me;branch=z9hG4bKx"));
  oree_sip_edit_prepend (edit, OREE_SIP_HDR_RECORD_ROUTE, OREE_SPAN_LITERAL ("<sip:in;lr>"));
  oree_sip_edit_prepend (edit, OREE_SIP_HDR_RECORD_ROUTE, OREE_SPAN_LITERAL ("<sip:out;lr>"));
  oree_sip_edit_drop_top (edit, OREE_SIP_HDR_ROUTE);
  oree_sip_edit_drop_last (edit, OREE_SIP_HDR_ROUTE);
  oree_sip_edit_replace (edit, OREE_SIP_HDR_MAX_FORWARDS, OREE_SPAN_LITERAL ("8"));
  oree_sip_edit_replace (edit, OREE_SIP_HDR_USER_AGENT, OREE_SPAN_LITERAL ("me"));
  oree_sip_edit_remove (edit, OREE_SIP_HDR_P_ASSERTED_IDENTITY);
  oree_sip_edit_remove_named (edit, "MS-*");
  oree_sip_edit_append_named (edit, "X-New", OREE_SPAN_LITERAL ("z"));
}

static void
return_up (OreeSipEdit *edit)
{
  oree_sip_edit_drop_top (edit, OREE_SIP_HDR_VIA);
  oree_sip_edit_drop_top (edit, OREE_SIP_HDR_VIA);
}

static void
no_route (OreeSipEdit *edit)
{
  for (guint i = 0; i < 3; i++)
    oree_sip_edit_drop_top (edit, OREE_SIP_HDR_ROUTE);
}

static void
inject (OreeSipEdit *edit)
{
  oree_sip_edit_append (edit, OREE_SIP_HDR_SUBJECT, OREE_SPAN_LITERAL ("a\r\nVia: b"));
}

static void
inject_length (OreeSipEdit *edit)
{
  oree_sip_edit_append_named (edit, "content-length", OREE_SPAN_LITERAL ("3"));
}

static void
too_many (OreeSipEdit *edit)
{
  for (guint i = 0; i <= OREE_SIP_EDITS_MAX; i++)
    oree_sip_edit_append (edit, OREE_SIP_HDR_SUBJECT, OREE_SPAN_LITERAL ("a"));
}

#define TAIL                                                                                                           \
  "From: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: x1\r\nCSeq: 7 SUBSCRIBE\r\nX-Odd: a b\r\n"

static void
test_edit (void)
{
  static const struct
  {
    void (*change) (OreeSipEdit *);
    const char *text; /* NULL: refused */
  } rows[] = {
    { nothing,
      "SUBSCRIBE sip:b@c SIP/2.0\r\nVia: SIP/2.0/TLS e:5061;branch=z9hG4bK1, SIP/2.0/TLS f;branch=z9hG4bK2\r\n"
      "Via: SIP/2.0/TCP g;branch=z9hG4bK3\r\nRecord-Route: <sip:e;lr>\r\n" TAIL
      "P-Asserted-Identity: <sip:q@c>\r\nms-trust: y\r\nRoute: <sip:r1;lr>,<sip:r2;lr>\r\nRoute: <sip:r3>\r\n"
      "Max-Forwards: 9\r\nContent-Length: 2\r\n\r\nhi" },
    { forward,
      "SUBSCRIBE sip:new@host SIP/2.0\r\nVia: SIP/2.0/TLS me;branch=z9hG4bKx\r\n"
      "Via: SIP/2.0/TLS e:5061;branch=z9hG4bK1;received=192.0.2.1, SIP/2.0/TLS f;branch=z9hG4bK2\r\n"
      "Via: SIP/2.0/TCP g;branch=z9hG4bK3\r\nRecord-Route: <sip:out;lr>\r\nRecord-Route: <sip:in;lr>\r\n"
      "Record-Route: <sip:e;lr>\r\n" TAIL "Route: <sip:r2;lr>\r\nMax-Forwards: 8\r\nUser-Agent: me\r\nX-New: z\r\n"
      "Content-Length: 2\r\n\r\nhi" },
    { return_up,
      "SUBSCRIBE sip:b@c SIP/2.0\r\nVia: SIP/2.0/TCP g;branch=z9hG4bK3\r\nRecord-Route: <sip:e;lr>\r\n" TAIL
      "P-Asserted-Identity: <sip:q@c>\r\nms-trust: y\r\nRoute: <sip:r1;lr>,<sip:r2;lr>\r\nRoute: <sip:r3>\r\n"
      "Max-Forwards: 9\r\nContent-Length: 2\r\n\r\nhi" },
    { no_route,
      "SUBSCRIBE sip:b@c SIP/2.0\r\nVia: SIP/2.0/TLS e:5061;branch=z9hG4bK1, SIP/2.0/TLS f;branch=z9hG4bK2\r\n"
      "Via: SIP/2.0/TCP g;branch=z9hG4bK3\r\nRecord-Route: <sip:e;lr>\r\n" TAIL
      "P-Asserted-Identity: <sip:q@c>\r\nms-trust: y\r\nMax-Forwards: 9\r\nContent-Length: 2\r\n\r\nhi" },
    { inject, NULL },
    { inject_length, NULL },
    { too_many, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GString *out = edited (rows[i].change);

      if (rows[i].text == NULL)
        {
          g_assert_null (out);
          continue;
        }
      g_assert_nonnull (out);
      g_assert_cmpstr (out->str, ==, rows[i].text);
      g_string_free (out, TRUE);
    }
}

static void
test_edit_status (void)
{
  g_auto (OreeSipEdit) edit = { 0 };
  g_autoptr (GString) out = NULL;
  OreeSipMsg msg;

  parse_ok (&msg, "SIP/2.0 503 Busy\r\nVia: SIP/2.0/TLS e;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
                  "To: <sip:b@c>\r\nCall-ID: 1\r\nCSeq: 1 NOTIFY\r\nContent-Length: 0\r\n\r\n");
  oree_sip_edit_init (&edit, &msg);
  oree_sip_edit_set_status (&edit, 500, NULL);
  oree_sip_edit_prepend (&edit, OREE_SIP_HDR_WARNING, OREE_SPAN_LITERAL ("399 e \"x\""));
  out = oree_sip_edit_finish (&edit);
  g_assert_true (g_str_has_prefix (out->str, "SIP/2.0 500 Server Internal Error\r\nWarning: 399 e \"x\"\r\nVia:"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/sip/write/request", test_request);
  g_test_add_func ("/codec/sip/write/refuses-what-would-inject", test_injection);
  g_test_add_func ("/codec/sip/write/response-copies-what-it-must", test_response);
  g_test_add_func ("/codec/sip/write/response-keeps-a-tag", test_response_keeps_tag);
  g_test_add_func ("/codec/sip/edit/changes", test_edit);
  g_test_add_func ("/codec/sip/edit/status", test_edit_status);
  return g_test_run ();
}
