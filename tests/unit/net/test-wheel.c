/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/oree-wheel.h"

typedef struct
{
  OreeTimer timer;
  OreeTime deadline; /* OREE_TIME_NEVER: not armed */
  guint fired;
} Probe;

static OreeTime test_now;
static guint order[16], n_order;

static void
probe_cb (gpointer data)
{
  Probe *probe = data;

  g_assert_cmpint (test_now, >=, probe->deadline);
  g_assert_false (oree_timer_is_armed (&probe->timer));
  probe->deadline = OREE_TIME_NEVER;
  probe->fired++;
}

/* Thousands of random arms, cancels and steps, against the plain rule: due when its time has come, not before, at
 * most a millisecond after. */
static void
test_matches_model (void)
{
  enum { PROBES = 400, STEPS = 20000 };
  g_autoptr (OreeWheel) wheel = NULL;
  g_autofree Probe *probes = g_new0 (Probe, PROBES);
  static const gint64 spans[] = { 500, 3000, 70 * OREE_MS, 5 * OREE_SECOND, 300 * OREE_SECOND, 90000 * OREE_SECOND };

  test_now = 123456789;
  wheel = oree_wheel_new (test_now);
  for (guint i = 0; i < PROBES; i++)
    {
      oree_timer_init (&probes[i].timer, probe_cb, &probes[i]);
      probes[i].deadline = OREE_TIME_NEVER;
    }

  for (guint step = 0; step < STEPS; step++)
    {
      Probe *probe = &probes[g_test_rand_int_range (0, PROBES)];
      gint64 span = spans[g_test_rand_int_range (0, G_N_ELEMENTS (spans))];
      guint armed = 0;
      OreeTime earliest = OREE_TIME_NEVER, next;

      if (g_test_rand_int_range (0, 4) == 0)
        {
          oree_wheel_cancel (wheel, &probe->timer);
          probe->deadline = OREE_TIME_NEVER;
        }
      else
        {
          probe->deadline = test_now + (OREE_TIME_NEVER == span ? 0 : (gint64) (g_test_rand_double () * span));
          oree_wheel_arm (wheel, &probe->timer, probe->deadline);
        }

      if (g_test_rand_int_range (0, 3) == 0)
        {
          test_now += (gint64) (g_test_rand_double () * spans[g_test_rand_int_range (0, 4)]);
          oree_wheel_advance (wheel, test_now);
        }

      for (guint i = 0; i < PROBES; i++)
        {
          armed += probes[i].deadline != OREE_TIME_NEVER;
          earliest = MIN (earliest, probes[i].deadline);
          /* Late by two ticks would be a lost timer. */
          g_assert_true (probes[i].deadline == OREE_TIME_NEVER || probes[i].deadline + 2 * OREE_MS > test_now);
        }
      g_assert_cmpuint (armed, ==, oree_wheel_count (wheel));
      next = oree_wheel_next (wheel);
      if (earliest == OREE_TIME_NEVER)
        g_assert_cmpint (next, ==, OREE_TIME_NEVER);
      else
        g_assert_cmpint (next, <=, MAX (earliest, test_now) + 2 * OREE_MS);
    }

  /* Following oree_wheel_next runs everything out. */
  while (oree_wheel_next (wheel) != OREE_TIME_NEVER)
    {
      test_now = oree_wheel_next (wheel);
      oree_wheel_advance (wheel, test_now);
    }
  g_assert_cmpuint (oree_wheel_count (wheel), ==, 0);
  for (guint i = 0; i < PROBES; i++)
    g_assert_cmpint (probes[i].deadline, ==, OREE_TIME_NEVER);
}

static void
order_cb (gpointer data)
{
  order[n_order++] = GPOINTER_TO_UINT (data);
}

static void
test_fires_in_order (void)
{
  static const struct
  {
    guint name;
    OreeTime deadline;
  } rows[] = { { 3, 70 * OREE_SECOND }, { 1, 5 * OREE_MS }, { 4, 70 * OREE_SECOND }, { 2, 6 * OREE_MS }, { 0, 0 } };
  g_autoptr (OreeWheel) wheel = oree_wheel_new (0);
  OreeTimer timers[G_N_ELEMENTS (rows)];

  n_order = 0;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      oree_timer_init (&timers[i], order_cb, GUINT_TO_POINTER (rows[i].name));
      oree_wheel_arm (wheel, &timers[i], rows[i].deadline);
    }
  g_assert_cmpuint (oree_wheel_advance (wheel, 80 * OREE_SECOND), ==, 5);
  for (guint i = 0; i < n_order; i++)
    g_assert_cmpuint (order[i], ==, i);
}

static OreeWheel *own_wheel;
static OreeTimer chained, victim;

static void
chain_cb (gpointer data)
{
  n_order++;
  oree_wheel_cancel (own_wheel, &victim);
  oree_wheel_arm (own_wheel, &chained, 0); /* long past: next time, not this time */
}

static void
test_callbacks_arm_and_cancel (void)
{
  own_wheel = oree_wheel_new (0);
  n_order = 0;
  oree_timer_init (&chained, chain_cb, NULL);
  oree_timer_init (&victim, order_cb, NULL);
  oree_wheel_arm (own_wheel, &chained, 10 * OREE_MS);
  oree_wheel_arm (own_wheel, &victim, 10 * OREE_MS);
  g_assert_cmpuint (oree_wheel_advance (own_wheel, 500 * OREE_MS), ==, 1);
  g_assert_cmpuint (n_order, ==, 1);
  g_assert_true (oree_timer_is_armed (&chained));
  g_assert_cmpint (oree_wheel_next (own_wheel), <=, 501 * OREE_MS);
  g_assert_cmpuint (oree_wheel_advance (own_wheel, 501 * OREE_MS), ==, 1);
  oree_wheel_free (own_wheel);
  g_assert_false (oree_timer_is_armed (&chained));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/wheel/matches-the-plain-rule", test_matches_model);
  g_test_add_func ("/net/wheel/fires-in-order-of-time-then-arming", test_fires_in_order);
  g_test_add_func ("/net/wheel/callbacks-may-arm-and-cancel", test_callbacks_arm_and_cancel);
  return g_test_run ();
}
