/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/sip/oree-sip-dialog.h"
#include "proto/sip/oree-sip-ua.h"
#include "sip-test.h"

#define VIA "Via: SIP/2.0/TLS e.test;branch=z9hG4bK1\r\n"
#define END "Content-Length: 0\r\n\r\n"

static const char subscribe_in[]
  = "SUBSCRIBE sip:b@c.test SIP/2.0\r\n" VIA "Record-Route: <sip:p2;lr>, <sip:p1;lr>\r\n"
    "From: \"A\" <sip:a@b.test>;tag=their\r\nTo: <sip:b@c.test>\r\nCall-ID: call-1\r\nCSeq: 10 SUBSCRIBE\r\n"
    "Contact: <sip:a@192.0.2.1:5061>\r\n" END;

static const char subscribe_out[] = "SUBSCRIBE sip:b@c.test SIP/2.0\r\n" VIA
                                    "From: <sip:a@b.test>;tag=our\r\nTo: <sip:b@c.test>\r\nCall-ID: call-2\r\n"
                                    "CSeq: 1 SUBSCRIBE\r\nContact: <sip:gw@edge.test>\r\n" END;

static char *
next_request (OreeSipDialog *dialog, const char *method)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  GString *text;

  oree_sip_dialog_begin_request (dialog, &writer, method, "SIP/2.0/TLS me;branch=z9hG4bKx");
  text = oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY);
  g_assert_nonnull (text);
  return g_string_free (text, FALSE);
}

static void
test_uas (void)
{
  OreeSipMsg msg;
  g_autoptr (OreeSipDialog) dialog = NULL;
  g_autofree char *notify = NULL;

  parse_ok (&msg, subscribe_in);
  dialog = oree_sip_dialog_new_uas (&msg, "mine", "sip:gw@edge.test");
  g_assert_nonnull (dialog);
  g_assert_true (oree_sip_dialog_is_complete (dialog));
  g_assert_cmpstr (oree_sip_dialog_next_hop (dialog), ==, "sip:p2;lr");
  notify = next_request (dialog, "NOTIFY");
  g_assert_cmpstr (notify, ==,
                   "NOTIFY sip:a@192.0.2.1:5061 SIP/2.0\r\nVia: SIP/2.0/TLS me;branch=z9hG4bKx\r\nMax-Forwards: 70\r\n"
                   "Route: <sip:p2;lr>\r\nRoute: <sip:p1;lr>\r\nFrom: <sip:b@c.test>;tag=mine\r\n"
                   "To: <sip:a@b.test>;tag=their\r\nCall-ID: call-1\r\nCSeq: 1 NOTIFY\r\n"
                   "Contact: <sip:gw@edge.test>\r\nContent-Length: 0\r\n\r\n");
}

typedef struct
{
  const char *name;
  const char *request;
  guint status;
} InDialog;

#define IN(cseq, id, from_tag, to_tag, contact)                                                                        \
  "SUBSCRIBE sip:gw@edge.test SIP/2.0\r\n" VIA "From: <sip:a@b.test>;tag=" from_tag "\r\nTo: <sip:b@c.test>;tag=" to_tag \
  "\r\nCall-ID: " id "\r\nCSeq: " cseq " SUBSCRIBE\r\n" contact END

static const InDialog in_dialog[] = {
  { "next", IN ("11", "call-1", "their", "mine", "Contact: <sip:a@192.0.2.9>\r\n"), 0 },
  { "gap-is-fine", IN ("99", "call-1", "their", "mine", ""), 0 },
  { "same-number", IN ("10", "call-1", "their", "mine", ""), 500 },
  { "behind", IN ("9", "call-1", "their", "mine", ""), 500 },
  { "other-call", IN ("11", "call-2", "their", "mine", ""), 481 },
  { "other-remote-tag", IN ("11", "call-1", "else", "mine", ""), 481 },
  { "other-local-tag", IN ("11", "call-1", "their", "else", ""), 481 },
};

static void
test_in_dialog (gconstpointer data)
{
  const InDialog *row = data;
  OreeSipMsg first;
  OreeSipMsg msg;
  g_autoptr (OreeSipDialog) dialog = NULL;

  parse_ok (&first, subscribe_in);
  dialog = oree_sip_dialog_new_uas (&first, "mine", "sip:gw@edge.test");
  parse_ok (&msg, row->request);
  g_assert_cmpuint (oree_sip_dialog_on_request (dialog, &msg), ==, row->status);
  if (g_str_equal (row->name, "next"))
    g_assert_cmpstr (dialog->remote_target, ==, "sip:a@192.0.2.9");
  else
    g_assert_cmpstr (dialog->remote_target, ==, "sip:a@192.0.2.1:5061");
}

#define NOTIFY(tag)                                                                                                    \
  "NOTIFY sip:gw@edge.test SIP/2.0\r\n" VIA "Record-Route: <sip:n1;lr>\r\nRecord-Route: <sip:n2;lr>\r\n"                \
  "From: <sip:b@c.test>;tag=" tag "\r\nTo: <sip:a@b.test>;tag=our\r\nCall-ID: call-2\r\nCSeq: 7 NOTIFY\r\n"             \
  "Contact: <sip:b@192.0.2.2>\r\n" END

#define OK_200                                                                                                         \
  "SIP/2.0 200 OK\r\n" VIA "Record-Route: <sip:p2;lr>\r\nRecord-Route: <sip:p1;lr>\r\n"                                \
  "From: <sip:a@b.test>;tag=our\r\nTo: <sip:b@c.test>;tag=t1\r\nCall-ID: call-2\r\nCSeq: 1 SUBSCRIBE\r\n"               \
  "Contact: <sip:b@192.0.2.3>\r\n" END

static void
test_uac_by_response (void)
{
  OreeSipMsg request;
  OreeSipMsg response;
  OreeSipMsg notify;
  g_autoptr (OreeSipDialog) dialog = NULL;
  g_autofree char *next = NULL;

  parse_ok (&request, subscribe_out);
  parse_ok (&response, OK_200);
  dialog = oree_sip_dialog_new_uac (&request);
  g_assert_false (oree_sip_dialog_is_complete (dialog));
  g_assert_true (oree_sip_dialog_on_response (dialog, &response));
  g_assert_true (oree_sip_dialog_is_complete (dialog));
  g_assert_cmpstr (oree_sip_dialog_next_hop (dialog), ==, "sip:p1;lr");
  parse_ok (&notify, NOTIFY ("t1"));
  g_assert_cmpuint (oree_sip_dialog_on_request (dialog, &notify), ==, 0);
  /* The route set stays what it was, the target moves. */
  next = next_request (dialog, "SUBSCRIBE");
  g_assert_nonnull (strstr (next, "SUBSCRIBE sip:b@192.0.2.2 SIP/2.0\r\n"));
  g_assert_nonnull (strstr (next, "Route: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\n"));
  g_assert_nonnull (strstr (next, "CSeq: 2 SUBSCRIBE\r\n"));
}

static void
test_uac_by_notify (void)
{
  OreeSipMsg request;
  OreeSipMsg response;
  OreeSipMsg notify;
  OreeSipMsg forked;
  g_autoptr (OreeSipDialog) dialog = NULL;

  parse_ok (&request, subscribe_out);
  parse_ok (&notify, NOTIFY ("t1"));
  parse_ok (&forked, NOTIFY ("t2"));
  parse_ok (&response, OK_200);
  dialog = oree_sip_dialog_new_uac (&request);
  g_assert_cmpuint (oree_sip_dialog_on_request (dialog, &notify), ==, 0);
  g_assert_true (oree_sip_dialog_is_complete (dialog));
  g_assert_cmpstr (oree_sip_dialog_next_hop (dialog), ==, "sip:n1;lr");
  g_assert_true (oree_sip_dialog_on_response (dialog, &response));
  g_assert_cmpstr (oree_sip_dialog_next_hop (dialog), ==, "sip:n1;lr");
  g_assert_cmpuint (oree_sip_dialog_on_request (dialog, &forked), ==, 481);
}

static void
test_strict_router (void)
{
  OreeSipMsg msg;
  g_autoptr (OreeSipDialog) dialog = NULL;
  g_autofree char *text = NULL;

  parse_ok (&msg, "SUBSCRIBE sip:b@c.test SIP/2.0\r\n" VIA "Record-Route: <sip:old>\r\nRecord-Route: <sip:p1;lr>\r\n"
                  "From: <sip:a@b.test>;tag=t\r\nTo: <sip:b@c.test>\r\nCall-ID: 1\r\nCSeq: 1 SUBSCRIBE\r\n"
                  "Contact: <sip:a@x>\r\n" END);
  dialog = oree_sip_dialog_new_uas (&msg, "m", "sip:gw@e");
  text = next_request (dialog, "NOTIFY");
  g_assert_nonnull (strstr (text, "NOTIFY sip:old SIP/2.0\r\n"));
  g_assert_nonnull (strstr (text, "Route: <sip:p1;lr>\r\nRoute: <sip:a@x>\r\n"));
}

static void
test_refuses (void)
{
  static const char *const lines[] = {
    "", "Contact: *\r\n", "Contact: <tel:1>\r\n", "Contact: < sip:x>\r\n", "Contact: <sip:a@x>\r\nRecord-Route: <sip:>x\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *text = g_strdup_printf ("SUBSCRIBE sip:b@c.test SIP/2.0\r\n" VIA
                                               "From: <sip:a@b.test>;tag=t\r\nTo: <sip:b@c.test>\r\nCall-ID: 1\r\n"
                                               "CSeq: 1 SUBSCRIBE\r\n%s" END, lines[i]);
      OreeSipMsg msg;

      parse_ok (&msg, text);
      g_assert_null (oree_sip_dialog_new_uas (&msg, "m", "sip:gw@e"));
    }
}

static void
test_save (void)
{
  OreeSipMsg msg;
  g_autoptr (OreeSipDialog) dialog = NULL;
  g_autoptr (OreeSipDialog) again = NULL;
  g_autoptr (OreeSipDialog) half = NULL;
  g_autoptr (OreeSipDialog) half_again = NULL;
  g_autofree char *saved = NULL;
  g_autofree char *saved_again = NULL;
  g_autofree char *saved_half = NULL;
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;

  parse_ok (&msg, subscribe_in);
  dialog = oree_sip_dialog_new_uas (&msg, "mine", "sip:gw@edge.test");
  saved = oree_sip_dialog_save (dialog);
  again = oree_sip_dialog_load (saved);
  g_assert_nonnull (again);
  saved_again = oree_sip_dialog_save (again);
  g_assert_cmpstr (saved, ==, saved_again);
  a = next_request (dialog, "NOTIFY");
  b = next_request (again, "NOTIFY");
  g_assert_cmpstr (a, ==, b);
  parse_ok (&msg, subscribe_out);
  half = oree_sip_dialog_new_uac (&msg);
  saved_half = oree_sip_dialog_save (half);
  half_again = oree_sip_dialog_load (saved_half);
  g_assert_false (oree_sip_dialog_is_complete (half_again));
  g_assert_null (oree_sip_dialog_load ("rubbish"));
  g_assert_null (oree_sip_dialog_load ("('a', 'b')"));
}

static void
test_ua (void)
{
  static const char *const routes[] = { "sip:next;lr", NULL };
  OreeSipIds ids;
  OreeSipUaRequest parts = { .method = "MESSAGE",
                             .from_uri = "sip:juliet@fabrikam.test",
                             .from_display = "Juliet \"J\"",
                             .to_uri = "sip:romeo@contoso.test",
                             .call_id = "c1",
                             .cseq = 4,
                             .max_forwards = 69,
                             .transport = "TLS",
                             .sent_by = "edge.test:5061",
                             .routes = routes };
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autoptr (GString) text = NULL;
  OreeSipMsg msg;

  oree_sip_ids_init (&ids, test_secret);
  oree_sip_ua_begin (&parts, &ids, &writer);
  text = oree_sip_write_finish (&writer, "text/plain", OREE_SPAN_LITERAL ("hi"));
  parse_ok (&msg, text->str);
  g_assert_true (oree_span_equal_str (msg.ruri, "sip:romeo@contoso.test"));
  g_assert_cmpuint (msg.cseq, ==, 4);
  g_assert_nonnull (strstr (text->str, "From: \"Juliet \\\"J\\\"\" <sip:juliet@fabrikam.test>;tag="));
  g_assert_nonnull (strstr (text->str, "Route: <sip:next;lr>\r\n"));
  g_assert_null (oree_sip_msg_header (&msg, OREE_SIP_HDR_CONTACT));
  parts.to_uri = "sip:x@y>;evil=\"";
  oree_sip_ua_begin (&parts, &ids, &writer);
  g_assert_null (oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/sip/dialog/asked", test_uas);
  for (gsize i = 0; i < G_N_ELEMENTS (in_dialog); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/sip/dialog/request/%s", in_dialog[i].name);

      g_test_add_data_func (path, &in_dialog[i], test_in_dialog);
    }
  g_test_add_func ("/proto/sip/dialog/completed-by-response", test_uac_by_response);
  g_test_add_func ("/proto/sip/dialog/completed-by-notify", test_uac_by_notify);
  g_test_add_func ("/proto/sip/dialog/strict-router", test_strict_router);
  g_test_add_func ("/proto/sip/dialog/refuses-what-it-cannot-answer-to", test_refuses);
  g_test_add_func ("/proto/sip/dialog/survives-a-restart", test_save);
  g_test_add_func ("/proto/sip/ua/page-mode-request", test_ua);
  return g_test_run ();
}
