/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/sip/oree-sip-sub.h"
#include "sip-text.h"

#define OTTO "sip:otto@contoso.test"
#define MIRA "sip:mira@contoso.test"
#define AT(seconds) ((OreeTime) (seconds) *OREE_SECOND)
#define WALL G_GINT64_CONSTANT (1900000000000000)
#define VIA "SIP/2.0/TLS edge.contoso.test;branch=z9hG4bK-n"

static const OreeSipSubRules rules = OREE_SIP_SUB_RULES_DEFAULT;

#define OUTSIDE "From: <" MIRA ">;tag=m\r\nTo: <" OTTO ">\r\nCall-ID: c1\r\nContact: <sip:mira@1.2.3.4:5061>\r\n"
#define INSIDE "From: <" MIRA ">;tag=m\r\nTo: <" OTTO ">;tag=o\r\nCall-ID: c1\r\nContact: <sip:mira@1.2.3.4:5061>\r\n"

static void
requests_are_read_in_order (void)
{
  static const struct
  {
    const char *lines;
    guint status;
    guint32 expires;
    const char *id;
  } cases[] = {
    { "Event: presence\r\n", 0, 3600, "" },
    { "o: presence;id=7\r\nExpires: 100\r\n", 0, 100, "7" },
    { "Event: presence\r\nExpires: 0\r\n", 0, 0, "" },
    { "Event: presence\r\nExpires: 99999999999\r\n", 0, 7200, "" },
    { "Event: presence\r\nAccept: text/plain, application/pidf+xml;q=0.5\r\n", 0, 3600, "" },
    { "Event: presence\r\nAccept: application/*\r\n", 0, 3600, "" },
    { "Event: presence\r\nAccept: application/cpim-pidf+xml\r\n", 406, 0, "" },
    { "Event: presence\r\nAccept:\r\n", 406, 0, "" },
    { "Event: presence\r\nExpires: 59\r\n", 423, 0, "" },
    { "Event: presence\r\nRequire: eventlist\r\n", 420, 0, "" },
    { "Event: presence.winfo\r\n", 489, 0, "" },
    { "Event: dialog\r\n", 489, 0, "" },
    { "", 489, 0, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *lines = g_strconcat (OUTSIDE, cases[i].lines, NULL);
      g_auto (SipText) text = { NULL };
      OreeSipSubRequest request;

      g_test_message ("%s", cases[i].lines);
      sip_text_init (&text, "SUBSCRIBE", OTTO, 1, lines, "");
      g_assert_cmpuint (oree_sip_sub_read (&request, &text.msg, &rules), ==, cases[i].status);
      if (cases[i].status != 0)
        continue;
      g_assert_cmpuint (request.expires, ==, cases[i].expires);
      g_assert_true (oree_span_equal_str (request.event_id, cases[i].id));
    }
}

static void
refusals_carry_what_they_must (void)
{
  static const struct
  {
    guint status;
    const char *line;
  } cases[] = {
    { 406, "Accept: application/pidf+xml\r\n" },
    { 420, "Unsupported: foo\r\n" },
    { 423, "Min-Expires: 60\r\n" },
    { 489, "Allow-Events: presence\r\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (SipText) text = { NULL };
      g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
      g_autofree char *out = NULL;

      sip_text_init (&text, "SUBSCRIBE", OTTO, 1, OUTSIDE "Require: foo\r\n", "");
      oree_sip_write_response (&writer, &text.msg, cases[i].status, NULL, "t", FALSE);
      oree_sip_sub_write_refusal (cases[i].status, &text.msg, &rules, &writer);
      out = sip_text_finish (&writer);
      g_assert_nonnull (strstr (out, cases[i].line));
    }
}

/* --- One subscription --- */

static OreeSipSub *
subscribe (const char *lines, OreeSipSubState state, OreeTime now)
{
  g_autofree char *all = g_strconcat (OUTSIDE, lines, NULL);
  g_auto (SipText) text = { NULL };
  OreeSipSubRequest request;

  sip_text_init (&text, "SUBSCRIBE", OTTO, 1, all, "");
  g_assert_cmpuint (oree_sip_sub_read (&request, &text.msg, &rules), ==, 0);
  return oree_sip_sub_new (oree_sip_dialog_new_uas (&text.msg, "o", "sip:otto@edge.contoso.test"), &request, state, now);
}

static guint
resubscribe (OreeSipSub *sub, guint cseq, const char *lines, OreeTime now)
{
  g_autofree char *all = g_strconcat (INSIDE, lines, NULL);
  g_auto (SipText) text = { NULL };
  guint32 expires = 0;

  sip_text_init (&text, "SUBSCRIBE", "sip:otto@edge.contoso.test", cseq, all, "");
  return oree_sip_sub_on_subscribe (sub, &text.msg, &rules, now, &expires);
}

static void
set_body (OreeSipSub *sub, const char *body, OreeTime now)
{
  g_autoptr (GBytes) bytes = body ? g_bytes_new (body, strlen (body)) : NULL;

  oree_sip_sub_set_body (sub, bytes, now);
}

/* The NOTIFY that is due as "Subscription-State|body", "" when none is. Answered with `status`, unless that is 1. */
static char *
notify (OreeSipSub *sub, OreeTime now, guint status)
{
  GString *text = oree_sip_sub_take_notify (sub, VIA, now);
  OreeSipMsg msg;
  OreeSpan state;
  char *out;

  if (text == NULL)
    return g_strdup ("");
  g_assert_cmpint (oree_sip_msg_parse (&msg, text->str, text->len, OREE_SIP_MSG_STREAM), ==, (gssize) text->len);
  g_assert_cmpint (msg.method, ==, OREE_SIP_METHOD_NOTIFY);
  state = oree_sip_msg_value (&msg, OREE_SIP_HDR_SUBSCRIPTION_STATE);
  g_assert_true ((msg.body.length > 0) == oree_sip_msg_content_is (&msg, OREE_SIP_SUB_TYPE));
  out = g_strdup_printf ("%.*s|%.*s", (int) state.length, state.data, (int) msg.body.length, msg.body.data);
  g_string_free (text, TRUE);
  if (status != 1)
    oree_sip_sub_on_response (sub, NULL, status, now);
  return out;
}

static void
assert_notify (OreeSipSub *sub, OreeTime now, guint status, const char *expected)
{
  g_autofree char *text = notify (sub, now, status);

  g_assert_cmpstr (text, ==, expected);
}

/* The same, whatever it says. */
static void
pass_notify (OreeSipSub *sub, OreeTime now, guint status)
{
  g_free (notify (sub, now, status));
}

static void
notify_is_a_request_of_the_dialog (void)
{
  g_autoptr (OreeSipSub) sub = subscribe ("Event: presence;id=9\r\nRecord-Route: <sip:p.test;lr>\r\n",
                                          OREE_SIP_SUB_ACTIVE, AT (0));
  GString *text;
  OreeSipMsg msg;

  set_body (sub, "<a/>", AT (0));
  text = oree_sip_sub_take_notify (sub, VIA, AT (0));
  g_assert_cmpint (oree_sip_msg_parse (&msg, text->str, text->len, OREE_SIP_MSG_STREAM), ==, (gssize) text->len);
  g_assert_true (oree_span_equal_str (msg.ruri, "sip:mira@1.2.3.4:5061"));
  g_assert_nonnull (strstr (text->str, "Route: <sip:p.test;lr>\r\n"));
  g_assert_nonnull (strstr (text->str, "From: <" OTTO ">;tag=o\r\n"));
  g_assert_nonnull (strstr (text->str, "To: <" MIRA ">;tag=m\r\n"));
  g_assert_nonnull (strstr (text->str, "Contact: <sip:otto@edge.contoso.test>\r\n"));
  g_assert_nonnull (strstr (text->str, "Event: presence;id=9\r\n"));
  g_string_free (text, TRUE);
}

static void
active_subscription_is_notified_and_rate_limited (void)
{
  g_autoptr (OreeSipSub) sub = subscribe ("Event: presence\r\nExpires: 600\r\n", OREE_SIP_SUB_ACTIVE, AT (100));

  g_assert_cmpint (oree_sip_sub_deadline (sub), <=, AT (100)); /* due at once */
  set_body (sub, "one", AT (100));
  assert_notify (sub, AT (100), 200, "active;expires=600|one");
  assert_notify (sub, AT (100), 200, "");
  g_assert_cmpint (oree_sip_sub_deadline (sub), ==, AT (700));

  /* a burst: only the last state, five seconds after the last NOTIFY */
  set_body (sub, "two", AT (101));
  set_body (sub, "three", AT (102));
  g_assert_cmpint (oree_sip_sub_deadline (sub), ==, AT (105));
  assert_notify (sub, AT (104), 200, "");
  assert_notify (sub, AT (105), 200, "active;expires=595|three");
  set_body (sub, "three", AT (106)); /* the same: nothing to say */
  g_assert_cmpint (oree_sip_sub_deadline (sub), ==, AT (700));

  /* quiet long enough: at once */
  set_body (sub, "four", AT (200));
  assert_notify (sub, AT (200), 200, "active;expires=500|four");

  /* nothing known any more */
  set_body (sub, NULL, AT (300));
  assert_notify (sub, AT (300), 200, "active;expires=400|");
}

static void
one_notify_is_under_way_at_a_time (void)
{
  g_autoptr (OreeSipSub) sub = subscribe ("Event: presence\r\nExpires: 600\r\n", OREE_SIP_SUB_ACTIVE, AT (0));

  assert_notify (sub, AT (0), 1, "active;expires=600|");
  set_body (sub, "one", AT (1));
  g_assert_cmpuint (resubscribe (sub, 2, "Event: presence\r\nExpires: 300\r\n", AT (10)), ==, 200);
  assert_notify (sub, AT (10), 1, "");
  g_assert_cmpint (oree_sip_sub_deadline (sub), ==, AT (310));
  oree_sip_sub_on_response (sub, NULL, 200, AT (11));
  assert_notify (sub, AT (11), 200, "active;expires=299|one");
  oree_sip_sub_on_response (sub, NULL, 481, AT (12)); /* a response to nothing */
  g_assert_false (oree_sip_sub_is_over (sub));
}

static void
pending_shows_nothing_until_admitted (void)
{
  g_autoptr (OreeSipSub) sub = subscribe ("Event: presence\r\nExpires: 600\r\n", OREE_SIP_SUB_PENDING, AT (0));

  set_body (sub, "secret", AT (0));
  assert_notify (sub, AT (0), 200, "pending;expires=600|");
  set_body (sub, "secret two", AT (10));
  g_assert_cmpint (oree_sip_sub_deadline (sub), ==, AT (600));
  assert_notify (sub, AT (20), 200, "");
  oree_sip_sub_set_state (sub, OREE_SIP_SUB_ACTIVE, NULL, 0, AT (21));
  assert_notify (sub, AT (21), 200, "active;expires=579|secret two");
  oree_sip_sub_set_state (sub, OREE_SIP_SUB_ACTIVE, NULL, 0, AT (22));
  assert_notify (sub, AT (22), 200, "");
}

static void
ends_are_told_with_their_reason (void)
{
  static const struct
  {
    OreeSipSubState before;
    const char *reason;
    guint32 retry_after;
    const char *expected;
  } cases[] = {
    { OREE_SIP_SUB_ACTIVE, "rejected", 0, "terminated;reason=rejected|" },
    { OREE_SIP_SUB_PENDING, "rejected", 0, "terminated;reason=rejected|" },
    { OREE_SIP_SUB_ACTIVE, "noresource", 0, "terminated;reason=noresource|body" },
    { OREE_SIP_SUB_PENDING, "giveup", 0, "terminated;reason=giveup|" },
    { OREE_SIP_SUB_ACTIVE, "probation", 30, "terminated;reason=probation;retry-after=30|body" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OreeSipSub) sub = subscribe ("Event: presence\r\n", cases[i].before, AT (0));

      set_body (sub, "body", AT (0));
      pass_notify (sub, AT (0), 200);
      oree_sip_sub_set_state (sub, OREE_SIP_SUB_TERMINATED, cases[i].reason, cases[i].retry_after, AT (1));
      oree_sip_sub_set_state (sub, OREE_SIP_SUB_ACTIVE, NULL, 0, AT (1)); /* too late */
      assert_notify (sub, AT (1), 1, cases[i].expected);
      g_assert_false (oree_sip_sub_is_over (sub));
      oree_sip_sub_on_response (sub, NULL, 200, AT (2));
      g_assert_true (oree_sip_sub_is_over (sub));
      g_assert_cmpint (oree_sip_sub_deadline (sub), ==, OREE_TIME_NEVER);
      g_assert_cmpuint (resubscribe (sub, 9, "Event: presence\r\n", AT (3)), ==, 481);
    }
}

static void
poll_is_one_notify (void)
{
  g_autoptr (OreeSipSub) sub = subscribe ("Event: presence\r\nExpires: 0\r\n", OREE_SIP_SUB_ACTIVE, AT (0));
  g_autoptr (OreeSipSub) stranger = subscribe ("Event: presence\r\nExpires: 0\r\n", OREE_SIP_SUB_PENDING, AT (0));

  set_body (sub, "state", AT (0));
  assert_notify (sub, AT (0), 200, "terminated;reason=timeout|state");
  g_assert_true (oree_sip_sub_is_over (sub));

  set_body (stranger, "state", AT (0));
  assert_notify (stranger, AT (0), 200, "terminated;reason=timeout|");
}

static void
refresh_end_and_expiry (void)
{
  g_autoptr (OreeSipSub) sub = subscribe ("Event: presence\r\nExpires: 600\r\n", OREE_SIP_SUB_ACTIVE, AT (0));
  g_autoptr (OreeSipSub) left = subscribe ("Event: presence\r\nExpires: 600\r\n", OREE_SIP_SUB_ACTIVE, AT (0));

  set_body (sub, "x", AT (0));
  assert_notify (sub, AT (0), 200, "active;expires=600|x");
  /* refresh: a NOTIFY though nothing changed (RFC 6665 4.2.1.2) */
  g_assert_cmpuint (resubscribe (sub, 2, "Event: presence\r\nExpires: 100\r\n", AT (1)), ==, 200);
  assert_notify (sub, AT (1), 200, "active;expires=100|x");
  g_assert_cmpuint (oree_sip_sub_expires (sub, AT (51)), ==, 50);

  /* refused, and nothing changes */
  g_assert_cmpuint (resubscribe (sub, 2, "Event: presence\r\nExpires: 100\r\n", AT (2)), ==, 500);
  g_assert_cmpuint (resubscribe (sub, 3, "Event: presence;id=2\r\n", AT (2)), ==, 481);
  g_assert_cmpuint (resubscribe (sub, 3, "Event: presence\r\nExpires: 1\r\n", AT (2)), ==, 423);
  assert_notify (sub, AT (2), 200, "");
  g_assert_cmpint (oree_sip_sub_deadline (sub), ==, AT (101));

  /* the end */
  g_assert_cmpuint (resubscribe (sub, 4, "Event: presence\r\nExpires: 0\r\n", AT (3)), ==, 200);
  assert_notify (sub, AT (3), 200, "terminated;reason=timeout|x");
  g_assert_true (oree_sip_sub_is_over (sub));

  /* nobody refreshed */
  pass_notify (left, AT (0), 200);
  oree_sip_sub_on_deadline (left, AT (599));
  g_assert_cmpint (oree_sip_sub_state (left), ==, OREE_SIP_SUB_ACTIVE);
  oree_sip_sub_on_deadline (left, AT (600));
  assert_notify (left, AT (600), 0, "terminated;reason=timeout|");
  g_assert_true (oree_sip_sub_is_over (left));
}

static void
failed_notify_may_end_it (void)
{
  static const struct
  {
    guint status;
    gboolean over;
  } cases[] = {
    { 200, FALSE }, { 0, TRUE },    { 404, TRUE },  { 405, TRUE },  { 408, TRUE },  { 410, TRUE },  { 416, TRUE },
    { 480, TRUE },  { 481, TRUE },  { 485, TRUE },  { 486, FALSE }, { 489, TRUE },  { 501, TRUE },  { 604, TRUE },
    { 400, FALSE }, { 401, FALSE }, { 500, FALSE }, { 503, FALSE }, { 603, FALSE }, { 479, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OreeSipSub) sub = subscribe ("Event: presence\r\n", OREE_SIP_SUB_ACTIVE, AT (0));

      pass_notify (sub, AT (0), cases[i].status);
      g_test_message ("%u", cases[i].status);
      g_assert_cmpint (oree_sip_sub_is_over (sub), ==, cases[i].over);
      g_assert_cmpint (oree_sip_sub_state (sub) == OREE_SIP_SUB_TERMINATED, ==, cases[i].over);
    }
}

static void
subscription_survives_a_restart (void)
{
  g_autoptr (OreeSipSub) sub = subscribe ("Event: presence;id=4\r\nExpires: 600\r\n", OREE_SIP_SUB_ACTIVE, AT (1000));
  g_autoptr (OreeSipSub) again = NULL;
  g_autoptr (GVariant) value = NULL, damaged = NULL;
  GString *text;
  OreeSipMsg msg;

  pass_notify (sub, AT (1000), 200);
  value = g_variant_ref_sink (oree_sip_sub_to_variant (sub, AT (1010), WALL));
  for (int i = 0; i < 50; i++) /* numbers used after it was kept */
    {
      g_autofree char *body = g_strdup_printf ("%d", i);

      set_body (sub, body, AT (1010 + 10 * i));
      pass_notify (sub, AT (1010 + 10 * i), 200);
    }
  again = oree_sip_sub_new_from_variant (value, AT (3), WALL + AT (20));
  g_assert_nonnull (again);
  set_body (again, "x", AT (3));
  text = oree_sip_sub_take_notify (again, VIA, AT (3));
  g_assert_cmpint (oree_sip_msg_parse (&msg, text->str, text->len, OREE_SIP_MSG_STREAM), ==, (gssize) text->len);
  g_assert_cmpuint (msg.cseq, >, oree_sip_sub_dialog (sub)->local_cseq);
  g_assert_nonnull (strstr (text->str, "Event: presence;id=4\r\nSubscription-State: active;expires=570\r\n"));
  g_assert_nonnull (strstr (text->str, "Call-ID: c1\r\n"));
  g_string_free (text, TRUE);
  oree_sip_sub_on_response (again, NULL, 200, AT (3));
  g_assert_cmpuint (resubscribe (again, 2, "Event: presence;id=4\r\n", AT (4)), ==, 200);

  g_assert_null (oree_sip_sub_new_from_variant (value, AT (3), WALL + AT (591)));
  damaged = g_variant_ref_sink (g_variant_new_parsed ("{'dialog': <'rubbish'>, 'event-id': <''>, 'active': <true>,"
                                                      " 'until': <int64 9000000000000000>}"));
  g_assert_null (oree_sip_sub_new_from_variant (damaged, AT (3), WALL));
  oree_sip_sub_set_state (sub, OREE_SIP_SUB_TERMINATED, "deactivated", 0, AT (1011));
  g_assert_null (oree_sip_sub_to_variant (sub, AT (1011), WALL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/sip/sub/requests-are-read-in-order", requests_are_read_in_order);
  g_test_add_func ("/proto/sip/sub/refusals-carry-what-they-must", refusals_carry_what_they_must);
  g_test_add_func ("/proto/sip/sub/notify-is-a-request-of-the-dialog", notify_is_a_request_of_the_dialog);
  g_test_add_func ("/proto/sip/sub/active-is-notified-and-rate-limited", active_subscription_is_notified_and_rate_limited);
  g_test_add_func ("/proto/sip/sub/one-notify-is-under-way-at-a-time", one_notify_is_under_way_at_a_time);
  g_test_add_func ("/proto/sip/sub/pending-shows-nothing-until-admitted", pending_shows_nothing_until_admitted);
  g_test_add_func ("/proto/sip/sub/ends-are-told-with-their-reason", ends_are_told_with_their_reason);
  g_test_add_func ("/proto/sip/sub/poll-is-one-notify", poll_is_one_notify);
  g_test_add_func ("/proto/sip/sub/refresh-end-and-expiry", refresh_end_and_expiry);
  g_test_add_func ("/proto/sip/sub/failed-notify-may-end-it", failed_notify_may_end_it);
  g_test_add_func ("/proto/sip/sub/survives-a-restart", subscription_survives_a_restart);
  return g_test_run ();
}
