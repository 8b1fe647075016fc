/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/oree-client-counters.h"

static const char *const messages[] = { "in", "out", NULL };

static OreeClientCounters *
make (void)
{
  return g_object_new (OREE_TYPE_CLIENT_COUNTERS, NULL);
}

static void
take (OreeClientCounters *counters, guint second, guint64 in, guint64 out)
{
  g_autoptr (GVariant) row = g_variant_ref_sink (
      g_variant_new_parsed ("{'in': %t, 'out': %t, 'other': 7}", in, out));

  oree_client_counters_take (counters, row, (gint64) (1 + second) * G_USEC_PER_SEC);
}

static void
test_rates (void)
{
  g_autoptr (OreeClientCounters) counters = make ();
  double values[3];

  take (counters, 0, 1000, 1000);
  g_assert_cmpuint (oree_client_counters_history (counters, messages, values, 3), ==, 0);
  g_assert_cmpuint (oree_client_counters_total (counters, messages), ==, 2000);
  take (counters, 1, 1003, 1001);
  take (counters, 3, 1005, 1001);
  g_assert_cmpuint (oree_client_counters_history (counters, messages, values, 3), ==, 2);
  g_assert_cmpfloat (values[0], ==, 0.0);
  g_assert_cmpfloat (values[1], ==, 4.0);
  g_assert_cmpfloat (values[2], ==, 1.0);
  g_assert_cmpfloat (oree_client_counters_rate (counters, messages), ==, 1.0);
  g_assert_cmpuint (oree_client_counters_recent (counters, messages, 60), ==, 6);
}

static void
test_started_again (void)
{
  g_autoptr (OreeClientCounters) counters = make ();

  take (counters, 0, 1000, 0);
  take (counters, 1, 5, 0);
  g_assert_cmpfloat (oree_client_counters_rate (counters, messages), ==, 5.0);
}

static void
test_silence (void)
{
  g_autoptr (OreeClientCounters) counters = make ();
  double values[2];

  take (counters, 0, 10, 0);
  take (counters, 1, 20, 0);
  take (counters, 60, 5000, 0);
  g_assert_cmpuint (oree_client_counters_history (counters, messages, values, 2), ==, 0);
  g_assert_cmpuint (oree_client_counters_recent (counters, messages, 60), ==, 0);
}

static void
test_ring (void)
{
  g_autoptr (OreeClientCounters) counters = make ();
  double values[OREE_COUNTERS_REMEMBERED];

  for (guint second = 0; second <= OREE_COUNTERS_REMEMBERED + 10; second++)
    take (counters, second, (guint64) second * (second + 1) / 2, 0);
  g_assert_cmpuint (oree_client_counters_history (counters, messages, values, OREE_COUNTERS_REMEMBERED), ==,
                    OREE_COUNTERS_REMEMBERED);
  g_assert_cmpfloat (values[0], ==, 11.0);
  g_assert_cmpfloat (values[OREE_COUNTERS_REMEMBERED - 1], ==, OREE_COUNTERS_REMEMBERED + 10.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/counters/rates", test_rates);
  g_test_add_func ("/client/counters/started-again", test_started_again);
  g_test_add_func ("/client/counters/silence", test_silence);
  g_test_add_func ("/client/counters/ring", test_ring);
  return g_test_run ();
}
