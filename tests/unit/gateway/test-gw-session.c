/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-limits.h"
#include "gateway/oree-gw-session.h"

#define S OREE_SECOND
#define REST (OREE_GW_SESSION_REST_SECONDS * S)

static void
test_we_ask (void)
{
  OreeGwSession session;

  oree_gw_session_init (&session, TRUE, 0);
  g_assert_false (oree_gw_session_is_open (&session));
  g_assert_cmpint (oree_gw_session_deadline (&session), ==, OREE_TIME_NEVER);
  g_assert_cmpint (oree_gw_session_on_final (&session, TRUE, 1 * S), ==, OREE_GW_SESSION_NOTHING);
  g_assert_true (oree_gw_session_is_open (&session));
  g_assert_cmpint (oree_gw_session_deadline (&session), ==, 1 * S + REST);

  oree_gw_session_init (&session, TRUE, 0);
  g_assert_cmpint (oree_gw_session_on_final (&session, FALSE, 1 * S), ==, OREE_GW_SESSION_END);
  g_assert_false (oree_gw_session_is_open (&session));
}

/* RFC 3261 13.3.1.4: the 2xx again after T1, 2 T1, 4 T1 … T2, until the ACK; without one BYE after 64 T1. */
static void
test_no_ack (void)
{
  static const OreeTime steps[] = { S / 2, 3 * S / 2, 7 * S / 2, 15 * S / 2, 23 * S / 2, 31 * S / 2, 39 * S / 2,
                                    47 * S / 2, 55 * S / 2, 63 * S / 2 };
  OreeGwSession session;

  oree_gw_session_init (&session, FALSE, 0);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_assert_cmpint (oree_gw_session_deadline (&session), ==, steps[i]);
      g_assert_cmpint (oree_gw_session_on_deadline (&session, steps[i] - 1), ==, OREE_GW_SESSION_NOTHING);
      g_assert_cmpint (oree_gw_session_on_deadline (&session, steps[i]), ==, OREE_GW_SESSION_ACCEPT_AGAIN);
    }
  g_assert_cmpint (oree_gw_session_deadline (&session), ==, 32 * S);
  g_assert_cmpint (oree_gw_session_on_deadline (&session, 32 * S), ==, OREE_GW_SESSION_BYE);
  g_assert_cmpint (oree_gw_session_leave (&session), ==, OREE_GW_SESSION_NOTHING);
  g_assert_cmpint (oree_gw_session_on_left (&session), ==, OREE_GW_SESSION_END);
}

static void
test_they_ask (void)
{
  OreeGwSession session;

  oree_gw_session_init (&session, FALSE, 0);
  oree_gw_session_on_ack (&session, 1 * S);
  g_assert_true (oree_gw_session_is_open (&session));
  g_assert_cmpint (oree_gw_session_deadline (&session), ==, 1 * S + REST);
  /* What is said keeps it, a second ACK does not. */
  oree_gw_session_on_traffic (&session, 10 * S);
  oree_gw_session_on_ack (&session, 20 * S);
  g_assert_cmpint (oree_gw_session_deadline (&session), ==, 10 * S + REST);
  g_assert_cmpint (oree_gw_session_on_deadline (&session, 10 * S + REST), ==, OREE_GW_SESSION_BYE);
  g_assert_false (oree_gw_session_is_open (&session));
  /* Both say BYE at once. */
  g_assert_cmpint (oree_gw_session_on_bye (&session), ==, OREE_GW_SESSION_END);
}

static void
test_message_before_ack (void)
{
  OreeGwSession session;

  oree_gw_session_init (&session, FALSE, 0);
  oree_gw_session_on_traffic (&session, 1 * S);
  g_assert_true (oree_gw_session_is_open (&session));
}

static void
test_leave_before_answer (void)
{
  OreeGwSession session;

  oree_gw_session_init (&session, TRUE, 0);
  g_assert_cmpint (oree_gw_session_leave (&session), ==, OREE_GW_SESSION_END);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/session/we-ask", test_we_ask);
  g_test_add_func ("/gateway/session/they-ask", test_they_ask);
  g_test_add_func ("/gateway/session/no-ack", test_no_ack);
  g_test_add_func ("/gateway/session/message-before-ack", test_message_before_ack);
  g_test_add_func ("/gateway/session/leave-before-answer", test_leave_before_answer);
  return g_test_run ();
}
