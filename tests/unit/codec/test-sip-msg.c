/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec/sip/oree-sip-check.h"
#include "codec/sip/oree-sip-msg.h"
#include "sip-test.h"

#define REQ "MESSAGE sip:b@contoso.test SIP/2.0\r\n"
#define VIA "Via: SIP/2.0/TLS edge.test:5061;branch=z9hG4bK1\r\n"
#define FROM "From: <sip:a@fabrikam.test>;tag=1\r\n"
#define TO "To: <sip:b@contoso.test>\r\n"
#define ID "Call-ID: c1\r\n"
#define CSEQ "CSeq: 1 MESSAGE\r\n"
#define REST VIA FROM TO ID CSEQ
#define END "Content-Length: 0\r\n\r\n"

typedef struct
{
  const char *name;
  const char *text;
  int error; /* 0: fine */
  gboolean answerable;
} Row;

static const Row rows[] = {
  { "plain", REQ REST END, 0, TRUE },
  { "compact", REQ "v: SIP/2.0/TLS e;branch=z9hG4bK1\r\nf: <sip:a@b>;tag=1\r\nt: <sip:b@c>\r\ni: 1\r\nCSeq: 1 MESSAGE\r\nl: 0\r\n\r\n",
    0, TRUE },
  { "response", "SIP/2.0 200 OK\r\n" REST END, 0, FALSE },
  { "response-without-phrase", "SIP/2.0 200 \r\n" REST END, 0, FALSE },
  { "version-in-any-case", "MESSAGE sip:b@contoso.test sip/2.0\r\n" REST END, 0, TRUE },
  { "white-space-line-in-a-fold", REQ "Subject: x\r\n  \r\n" REST END, 0, TRUE },
  { "quoted-control", REQ "Subject: \"\\\x01\"\r\n" REST END, 0, TRUE },
  { "bare-control", REQ "Subject: \x01\r\n" REST END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "control-in-quotes-unescaped", REQ "Subject: \"\x01\"\r\n" REST END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "delete-character", REQ "Subject: a\x7f\r\n" REST END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "control-before-colon", REQ VIA FROM "To\x01: <sip:b@contoso.test>\r\n" ID CSEQ END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "bare-line-feed", REQ "Subject: a\nX: b\r\n" REST END, OREE_PARSE_BAD_SYNTAX, FALSE },
  { "bare-carriage-return", REQ "Subject: a\rX: b\r\n" REST END, OREE_PARSE_BAD_SYNTAX, FALSE },
  { "no-colon", REQ "Subject\r\n" REST END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "empty-name", REQ ": x\r\n" REST END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "folded-start-line", "MESSAGE sip:b@c\r\n SIP/2.0\r\n" REST END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "fold-after-start-line", REQ " x\r\n" REST END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "fold-before-colon", REQ "Subject\r\n : x\r\n" REST END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "other-version", "MESSAGE sip:b@c SIP/3.0\r\n" REST END, OREE_PARSE_BAD_VERSION, TRUE },
  { "no-version", "MESSAGE sip:b@c\r\n" REST END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "http", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", OREE_PARSE_BAD_SYNTAX, FALSE },
  { "tab-in-uri", "MESSAGE sip:b\t@c SIP/2.0\r\n" REST END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "status-too-low", "SIP/2.0 099 X\r\n" REST END, OREE_PARSE_BAD_VALUE, FALSE },
  { "status-too-high", "SIP/2.0 700 X\r\n" REST END, OREE_PARSE_BAD_VALUE, FALSE },
  { "status-of-four-digits", "SIP/2.0 2000 X\r\n" REST END, OREE_PARSE_BAD_VALUE, FALSE },
  { "two-from", REQ REST "f: <sip:x@y>;tag=2\r\n" END, OREE_PARSE_DUPLICATE, TRUE },
  { "two-call-ids", REQ REST "i: 2\r\n" END, OREE_PARSE_DUPLICATE, TRUE },
  { "two-lengths-that-agree", REQ REST "l: 0\r\n" END, OREE_PARSE_DUPLICATE, TRUE },
  { "no-via", REQ FROM TO ID CSEQ END, OREE_PARSE_MISSING, FALSE },
  { "no-to", REQ VIA FROM ID CSEQ END, OREE_PARSE_MISSING, TRUE },
  { "empty-call-id", REQ VIA FROM TO "Call-ID:\r\n" CSEQ END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "cseq-of-another-method", REQ VIA FROM TO ID "CSeq: 1 INVITE\r\n" END, OREE_PARSE_BAD_VALUE, TRUE },
  { "cseq-too-large", REQ VIA FROM TO ID "CSeq: 4294967296 MESSAGE\r\n" END, OREE_PARSE_BAD_VALUE, TRUE },
  { "cseq-without-number", REQ VIA FROM TO ID "CSeq: MESSAGE\r\n" END, OREE_PARSE_BAD_SYNTAX, TRUE },
  { "no-length", REQ REST "\r\n", OREE_PARSE_MISSING, TRUE },
  { "folded-length", REQ REST "Content-Length:\r\n 0\r\n\r\n", OREE_PARSE_BAD_LENGTH, TRUE },
  { "length-over-cap", REQ REST "Content-Length: 65537\r\n\r\n", OREE_PARSE_TOO_LONG, TRUE },
  { "ack-is-never-answered", "ACK sip:b@c SIP/3.0\r\n" VIA FROM TO ID "CSeq: 1 ACK\r\n" END, OREE_PARSE_BAD_VERSION,
    FALSE },
  { "benotify-is-never-answered", "BENOTIFY sip:b@c SIP/2.0\r\n" VIA FROM TO ID "CSeq: 1 BENOTIFY\r\n" END, 0, FALSE },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  gsize length = strlen (row->text);
  g_autofree char *copy = exact_copy (row->text, length);
  OreeSipMsg msg;
  gssize result = oree_sip_msg_parse (&msg, copy, length, OREE_SIP_MSG_STREAM);

  g_assert_cmpint (result, ==, row->error != 0 ? row->error : (gssize) length);
  g_assert_cmpint (oree_sip_msg_can_answer (&msg), ==, row->answerable);
}

static void
assert_same_place (OreeSpan a, OreeSpan b, const char *a_base, const char *b_base)
{
  g_assert_cmpuint (a.length, ==, b.length);
  if (b.data != NULL)
    g_assert_true (a.data - a_base == b.data - b_base);
  else
    g_assert_null (a.data);
}

/* Moved, good or bad, a message speaks of its copy; into no more memory than it asks for. */
static void
test_moved (gconstpointer data)
{
  const Row *row = data;
  gsize length = strlen (row->text);
  g_autofree char *from = exact_copy (row->text, length), *to = exact_copy (row->text, length);
  g_autofree OreeSipMsg *moved = NULL;
  OreeSipMsg msg;

  oree_sip_msg_parse (&msg, from, length, OREE_SIP_MSG_STREAM);
  moved = g_malloc (oree_sip_msg_size (&msg));
  oree_sip_msg_move (moved, &msg, from, to);
  assert_same_place (moved->head, msg.head, to, from);
  assert_same_place (moved->body, msg.body, to, from);
  assert_same_place (moved->method_name, msg.method_name, to, from);
  assert_same_place (moved->ruri, msg.ruri, to, from);
  assert_same_place (moved->reason, msg.reason, to, from);
  g_assert_cmpuint (moved->n_headers, ==, msg.n_headers);
  for (guint i = 0; i < msg.n_headers; i++)
    {
      assert_same_place (moved->headers[i].name, msg.headers[i].name, to, from);
      assert_same_place (moved->headers[i].value, msg.headers[i].value, to, from);
    }
  g_assert_cmpint (oree_sip_msg_can_answer (moved), ==, row->answerable);
}

/* Cut short, a good message is only ever partial; whatever comes, nothing past the end is read. */
static void
test_splits (gconstpointer data)
{
  const Row *row = data;
  gsize length = strlen (row->text);

  for (gsize split = 0; split < length; split++)
    {
      g_autofree char *part = exact_copy (row->text, split);
      OreeSipMsg msg;
      gssize result = oree_sip_msg_parse (&msg, part, split, OREE_SIP_MSG_STREAM);

      if (row->error == 0)
        g_assert_cmpint (result, ==, OREE_PARSE_PARTIAL);
      else
        g_assert_cmpint (result, <=, 0);
    }
}

static void
test_lookup (void)
{
  OreeSipMsg msg;
  OreeSipValues values;
  OreeSpan value;
  const OreeSipHeader *header;
  static const char *const routes[] = { "<sip:1,2@x;lr>", "<sip:2;lr>", "\"a,b\" <sip:3>", "" };
  guint n = 0;

  parse_ok (&msg, REQ "Route: <sip:1,2@x;lr>, <sip:2;lr>\r\nX-One: 1\r\nROUTE: \"a,b\" <sip:3>,\r\nRequire: a, B\r\n"
                  REST "x-two : 2\r\nContent-Length: 2\r\n\r\nhi");
  g_assert_true (msg.is_request);
  g_assert_cmpint (msg.method, ==, OREE_SIP_METHOD_MESSAGE);
  assert_span (msg.ruri, "sip:b@contoso.test");
  assert_span (msg.body, "hi");
  assert_span (oree_sip_msg_value (&msg, OREE_SIP_HDR_CALL_ID), "c1");
  g_assert_null (oree_sip_msg_header (&msg, OREE_SIP_HDR_EVENT));
  header = oree_sip_msg_header_named (&msg, "X-TWO");
  g_assert_nonnull (header);
  assert_span (header->value, "2");
  g_assert_null (oree_sip_msg_header_named (&msg, "X-Three"));
  g_assert_true (oree_sip_msg_lists (&msg, OREE_SIP_HDR_REQUIRE, "b"));
  g_assert_false (oree_sip_msg_lists (&msg, OREE_SIP_HDR_REQUIRE, "c"));
  oree_sip_values_init (&values, &msg, OREE_SIP_HDR_ROUTE);
  while (oree_sip_values_next (&values, &value))
    {
      g_assert_cmpuint (n, <, G_N_ELEMENTS (routes));
      assert_span (value, routes[n]);
      n++;
    }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (routes));
}

static void
test_caps (void)
{
  g_autoptr (GString) many = g_string_new (REQ);
  g_autoptr (GString) longest = g_string_new (REQ "Subject: ");
  OreeSipMsg msg;

  for (guint i = 0; i <= OREE_SIP_HEADERS_MAX; i++)
    g_string_append (many, "X: y\r\n");
  g_string_append (many, REST END);
  g_assert_cmpint (oree_sip_msg_parse (&msg, many->str, many->len, OREE_SIP_MSG_STREAM), ==, OREE_PARSE_TOO_MANY);
  for (guint i = 0; i < OREE_SIP_LINE_MAX; i++)
    g_string_append (longest, i % 1000 == 999 ? "\r\n " : "x");
  g_string_append (longest, "\r\n" REST END);
  g_assert_cmpint (oree_sip_msg_parse (&msg, longest->str, longest->len, OREE_SIP_MSG_STREAM), ==,
                   OREE_PARSE_TOO_LONG);
}

static void
test_via_cap (void)
{
  g_autoptr (GString) text = g_string_new (REQ);
  OreeSipMsg msg;

  for (guint i = 0; i < OREE_SIP_VIA_MAX; i++)
    g_string_append (text, VIA);
  g_string_append (text, REST END);
  g_assert_cmpint (oree_sip_msg_parse (&msg, text->str, text->len, OREE_SIP_MSG_STREAM), >, 0);
  g_assert_cmpuint (oree_sip_check (&msg).status, ==, 400);
}

typedef struct
{
  const char *line;
  guint status;
  OreeSipHdrId header;
} CheckRow;

static const CheckRow checks[] = {
  { "Subject: fine\r\n", 0, OREE_SIP_HDR_OTHER },
  { "Via: SIP/2.0/TLS\r\n", 400, OREE_SIP_HDR_VIA },
  { "Contact: *\r\n", 0, OREE_SIP_HDR_OTHER },
  { "Contact: < sip:a@b>\r\n", 400, OREE_SIP_HDR_CONTACT },
  { "Contact: <sip:a@b>,\r\n", 400, OREE_SIP_HDR_CONTACT },
  { "Route: *\r\n", 400, OREE_SIP_HDR_ROUTE },
  { "Record-Route: sip:a@\r\n", 400, OREE_SIP_HDR_RECORD_ROUTE },
  { "P-Asserted-Identity: \"open <sip:a@b>\r\n", 400, OREE_SIP_HDR_P_ASSERTED_IDENTITY },
  { "Max-Forwards: many\r\n", 400, OREE_SIP_HDR_MAX_FORWARDS },
  { "Max-Forwards: 256\r\n", 0, OREE_SIP_HDR_OTHER },
  { "Content-Type: text\r\n", 400, OREE_SIP_HDR_CONTENT_TYPE },
};

static void
test_check (gconstpointer data)
{
  const CheckRow *row = data;
  g_autofree char *text = g_strdup_printf (REQ REST "%s" END, row->line);
  OreeSipMsg msg;
  OreeSipCheck check;

  parse_ok (&msg, text);
  check = oree_sip_check (&msg);
  g_assert_cmpuint (check.status, ==, row->status);
  g_assert_cmpint (check.header, ==, row->header);
}

/* What a server parses before it decides anything; printed, not gated. */
static void
test_speed (void)
{
  static const char text[]
    = "MESSAGE sip:alice@contoso.test SIP/2.0\r\n"
      "Via: SIP/2.0/TLS edge.contoso.test:5061;branch=z9hG4bK8b7e2f1c9d3a4455\r\n"
      "Max-Forwards: 70\r\n"
      "From: <sip:juliet@fabrikam.test>;tag=9fb21c\r\n"
      "To: <sip:alice@contoso.test>\r\n"
      "Call-ID: 5f9d2c1e7a6b4d3c8e0f@edge.contoso.test\r\n"
      "CSeq: 17 MESSAGE\r\n"
      "User-Agent: Oree/0.1.0\r\n"
      "Content-Type: text/plain;charset=utf-8\r\n"
      "Content-Length: 32\r\n\r\n"
      "Art thou not Romeo, a Montague??";
  const guint rounds = g_test_perf () ? 2000000 : 2000;
  OreeSipMsg msg;
  double seconds;

  g_test_timer_start ();
  for (guint i = 0; i < rounds; i++)
    g_assert_cmpint (oree_sip_msg_parse (&msg, text, sizeof text - 1, OREE_SIP_MSG_STREAM), ==, sizeof text - 1);
  seconds = g_test_timer_elapsed ();
  g_test_message ("parse: %.0f ns", seconds / rounds * 1e9);
  g_test_timer_start ();
  for (guint i = 0; i < rounds; i++)
    g_assert_cmpuint (oree_sip_check (&msg).status, ==, 0);
  seconds = g_test_timer_elapsed ();
  g_test_message ("check: %.0f ns", seconds / rounds * 1e9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/codec/sip/msg/%s", rows[i].name);
      g_autofree char *splits = g_strdup_printf ("/codec/sip/msg/splits/%s", rows[i].name);
      g_autofree char *moved = g_strdup_printf ("/codec/sip/msg/moved/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
      g_test_add_data_func (splits, &rows[i], test_splits);
      g_test_add_data_func (moved, &rows[i], test_moved);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/codec/sip/check/%u", (guint) i);

      g_test_add_data_func (path, &checks[i], test_check);
    }
  g_test_add_func ("/codec/sip/msg/finds-headers-and-values", test_lookup);
  g_test_add_func ("/codec/sip/msg/every-cap-has-its-code", test_caps);
  g_test_add_func ("/codec/sip/check/too-many-hops-to-be-true", test_via_cap);
  g_test_add_func ("/codec/sip/msg/speed", test_speed);
  return g_test_run ();
}
