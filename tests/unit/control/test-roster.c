/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of states against a data plane that answers when told. */
#include "control/oree-roster.h"
#include "fake-roles.h"

#include "policy/oree-policy-build.h"

typedef struct
{
  OreeRoster *roster;
  OreeRoles *roles;
  guint changes;
  guint answers;
  int error; /* of the last answer; -1: none */
} Fixture;

#define ROLE OREE_ROLE_XMPP_PROXY

static void
on_changed (OreeRoleId role, gpointer data)
{
  ((Fixture *) data)->changes++;
}

static void
on_done (OreeRoleId role, const GError *error, gpointer data)
{
  Fixture *fixture = data;

  fixture->answers++;
  fixture->error = error != NULL ? error->code : -1;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const OreeRolesOptions options = { 1 };
  g_autoptr (OreeRecordSet) set = oree_record_set_new ();
  g_autoptr (OreePolicy) policy = oree_policy_build (set, 1, NULL);

  fake_roles_reset ();
  fake_roles_hold (TRUE);
  fixture->roster = oree_roster_new (on_changed, fixture);
  fixture->roles = oree_roles_new (policy, &options);
  oree_roster_set_roles (fixture->roster, fixture->roles);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  while (fake_roles_answer (NULL, NULL))
    ;
  oree_roster_free (fixture->roster);
  oree_roles_free (fixture->roles);
  fake_roles_reset ();
}

static void
ask (Fixture *fixture, OreeRoleOp op)
{
  oree_roster_control (fixture->roster, ROLE, op, 10, on_done, fixture);
}

#define assert_state(expected) \
  g_assert_cmpstr (oree_role_state_nick (oree_roster_state (fixture->roster, ROLE)), ==, expected)

#define assert_asked(expected)                       \
  {                                                  \
    g_autofree char *seen = fake_roles_asked ();     \
    g_assert_cmpstr (seen, ==, expected);            \
  }

#define assert_answered(n, code)                 \
  {                                              \
    g_assert_cmpuint (fixture->answers, ==, n);  \
    g_assert_cmpint (fixture->error, ==, code);  \
  }

static void
test_seven_states (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    OreeRoleOp op;
    const char *during;
    const char *after;
  } steps[] = {
    { OREE_ROLE_OP_START, "start-pending", "running" },    { OREE_ROLE_OP_PAUSE, "pause-pending", "paused" },
    { OREE_ROLE_OP_RESUME, "continue-pending", "running" }, { OREE_ROLE_OP_STOP, "stop-pending", "stopped" },
  };

  assert_state ("stopped");
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      ask (fixture, steps[i].op);
      assert_state (steps[i].during);
      g_assert_true (fake_roles_answer (NULL, NULL));
      assert_state (steps[i].after);
      assert_answered (i + 1, -1);
    }
}

static void
test_asks_nothing_when_there (Fixture *fixture, gconstpointer data)
{
  ask (fixture, OREE_ROLE_OP_STOP);
  assert_answered (1, -1);
  ask (fixture, OREE_ROLE_OP_START);
  fake_roles_answer (NULL, NULL);
  g_free (fake_roles_asked ());
  ask (fixture, OREE_ROLE_OP_START);
  ask (fixture, OREE_ROLE_OP_RESUME);
  assert_answered (4, -1);
  assert_asked ("");
}

static void
test_refuses_what_the_state_forbids (Fixture *fixture, gconstpointer data)
{
  ask (fixture, OREE_ROLE_OP_PAUSE);
  assert_answered (1, OREE_ERROR_UNSUPPORTED);
  ask (fixture, OREE_ROLE_OP_RESUME);
  assert_answered (2, OREE_ERROR_UNSUPPORTED);
  ask (fixture, OREE_ROLE_OP_START);
  ask (fixture, OREE_ROLE_OP_PAUSE);
  assert_answered (3, OREE_ERROR_BUSY);
  assert_state ("start-pending");
}

static void
test_same_question_waits_along (Fixture *fixture, gconstpointer data)
{
  ask (fixture, OREE_ROLE_OP_START);
  ask (fixture, OREE_ROLE_OP_START);
  assert_asked ("start xmpp-proxy");
  fake_roles_answer (NULL, NULL);
  assert_answered (2, -1);
}

static void
test_failed_start_is_degraded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) row = NULL;
  const char *reason, *detail;
  gboolean degraded;

  ask (fixture, OREE_ROLE_OP_START);
  fake_roles_answer ("port-busy", "127.0.0.1:15269");
  assert_state ("stopped");
  assert_answered (1, OREE_ERROR_FAILED);
  row = g_variant_ref_sink (oree_roster_row (fixture->roster, ROLE));
  g_assert_true (g_variant_lookup (row, "degraded", "b", &degraded) && degraded);
  g_assert_true (g_variant_lookup (row, "reason", "&s", &reason));
  g_assert_cmpstr (reason, ==, "port-busy");
  g_assert_true (g_variant_lookup (row, "detail", "&s", &detail));
  g_assert_cmpstr (detail, ==, "127.0.0.1:15269");

  /* Tried again when something changed; success takes the reason away. */
  oree_roster_retry (fixture->roster);
  assert_asked ("start xmpp-proxy, start xmpp-proxy");
  fake_roles_answer (NULL, NULL);
  assert_state ("running");
  g_assert_null (oree_roster_reason (fixture->roster, ROLE));
}

static void
test_stopped_by_hand_is_not_retried (Fixture *fixture, gconstpointer data)
{
  ask (fixture, OREE_ROLE_OP_START);
  fake_roles_answer ("port-busy", NULL);
  ask (fixture, OREE_ROLE_OP_STOP);
  g_assert_null (oree_roster_reason (fixture->roster, ROLE));
  g_free (fake_roles_asked ());
  oree_roster_retry (fixture->roster);
  assert_asked ("");
}

static gboolean
is_draining (Fixture *fixture)
{
  g_autoptr (GVariant) row = g_variant_ref_sink (oree_roster_row (fixture->roster, ROLE));
  gboolean draining;

  g_assert_true (g_variant_lookup (row, "draining", "b", &draining));
  return draining;
}

static void
test_stop_overtakes_drain (Fixture *fixture, gconstpointer data)
{
  ask (fixture, OREE_ROLE_OP_START);
  fake_roles_answer (NULL, NULL);
  ask (fixture, OREE_ROLE_OP_DRAIN);
  assert_state ("stop-pending");
  g_assert_true (is_draining (fixture));
  ask (fixture, OREE_ROLE_OP_STOP);
  assert_asked ("start xmpp-proxy, drain xmpp-proxy, stop xmpp-proxy");
  g_assert_cmpuint (fixture->answers, ==, 1);
  /* The drain's own answer is late and means nothing; the stop's settles both. */
  fake_roles_answer (NULL, NULL);
  assert_state ("stop-pending");
  fake_roles_answer (NULL, NULL);
  assert_state ("stopped");
  assert_answered (3, -1);
  g_assert_false (is_draining (fixture));
}

static void
test_drain_has_a_deadline (Fixture *fixture, gconstpointer data)
{
  ask (fixture, OREE_ROLE_OP_START);
  fake_roles_answer (NULL, NULL);
  g_free (fake_roles_asked ());
  oree_roster_control (fixture->roster, ROLE, OREE_ROLE_OP_DRAIN, 0, on_done, fixture);
  while (fixture->answers < 2)
    {
      g_autofree char *seen = fake_roles_asked ();

      if (g_strrstr (seen, "stop") != NULL)
        {
          fake_roles_answer (NULL, NULL);
          fake_roles_answer (NULL, NULL);
        }
      else
        g_main_context_iteration (NULL, TRUE);
    }
  assert_state ("stopped");
}

static void
test_disabled_does_not_start (Fixture *fixture, gconstpointer data)
{
  oree_roster_set_start_type (fixture->roster, ROLE, OREE_START_DISABLED);
  ask (fixture, OREE_ROLE_OP_START);
  assert_answered (1, OREE_ERROR_UNSUPPORTED);
  oree_roster_set_start_type (fixture->roster, OREE_ROLE_FRONT_END, OREE_START_MANUAL);
  oree_roster_start_automatic (fixture->roster);
  assert_asked ("start access-edge, start xmpp-gateway");
}

static gboolean
on_all_stopped (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_stops_everything_in_any_state (Fixture *fixture, gconstpointer data)
{
  gboolean stopped = FALSE;

  oree_roster_start_automatic (fixture->roster);
  for (guint i = 0; i < 3; i++)
    fake_roles_answer (NULL, NULL);
  /* One is still starting. */
  g_free (fake_roles_asked ());
  oree_roster_stop_all (fixture->roster, 10, on_all_stopped, &stopped);
  assert_asked ("drain access-edge, drain xmpp-proxy, drain xmpp-gateway, stop front-end");
  while (!stopped)
    g_assert_true (fake_roles_answer (NULL, NULL));
  g_assert_false (fake_roles_answer (NULL, NULL)); /* every question was answered before */
  for (guint r = 0; r < OREE_N_ROLES; r++)
    g_assert_cmpint (oree_roster_state (fixture->roster, (OreeRoleId) r), ==, OREE_STATE_STOPPED);
}

static void
test_record_problem_stands_beside (Fixture *fixture, gconstpointer data)
{
  oree_roster_set_record_problem (fixture->roster, ROLE, "bad-record", "xmpp-partner x");
  g_assert_cmpstr (oree_roster_reason (fixture->roster, ROLE), ==, "bad-record");
  oree_roster_set_degraded (fixture->roster, ROLE, "port-busy", "x");
  g_assert_cmpstr (oree_roster_reason (fixture->roster, ROLE), ==, "port-busy");
  oree_roster_set_degraded (fixture->roster, ROLE, NULL, NULL);
  g_assert_cmpstr (oree_roster_detail (fixture->roster, ROLE), ==, "xmpp-partner x");
  oree_roster_set_record_problem (fixture->roster, ROLE, NULL, NULL);
  g_assert_null (oree_roster_reason (fixture->roster, ROLE));
}

static void
test_late_answer_after_free (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, NULL);
  ask (&fixture, OREE_ROLE_OP_START);
  oree_roster_free (fixture.roster);
  g_assert_true (fake_roles_answer (NULL, NULL));
  oree_roles_free (fixture.roles);
  fake_roles_reset ();
}

#define ADD(name, function) g_test_add ("/control/roster/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("seven-states", test_seven_states);
  ADD ("asks-nothing-when-there", test_asks_nothing_when_there);
  ADD ("refuses-what-the-state-forbids", test_refuses_what_the_state_forbids);
  ADD ("same-question-waits-along", test_same_question_waits_along);
  ADD ("failed-start-is-degraded", test_failed_start_is_degraded);
  ADD ("stopped-by-hand-is-not-retried", test_stopped_by_hand_is_not_retried);
  ADD ("stop-overtakes-drain", test_stop_overtakes_drain);
  ADD ("drain-has-a-deadline", test_drain_has_a_deadline);
  ADD ("disabled-does-not-start", test_disabled_does_not_start);
  ADD ("stops-everything-in-any-state", test_stops_everything_in_any_state);
  ADD ("record-problem-stands-beside", test_record_problem_stands_beside);
  g_test_add_func ("/control/roster/late-answer-after-free", test_late_answer_after_free);
  return g_test_run ();
}
