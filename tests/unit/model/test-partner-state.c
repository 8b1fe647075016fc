/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-partner-state.h"

static void
test_states (void)
{
  static const struct
  {
    guint64 streams;
    const char *last;
    OreePartnerState state;
  } rows[] = {
    { 0, NULL, OREE_PARTNER_IDLE },
    { 0, "", OREE_PARTNER_IDLE },
    { 0, "stream-closed", OREE_PARTNER_IDLE },
    { 0, "stream-failed", OREE_PARTNER_FAILING },
    { 0, "stream-refused", OREE_PARTNER_FAILING },
    { 0, "posh-failed", OREE_PARTNER_FAILING },
    /* One direction works: what failed before is past. */
    { 1, "stream-failed", OREE_PARTNER_CONNECTED },
    { 2, NULL, OREE_PARTNER_CONNECTED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (oree_partner_state (rows[i].streams, rows[i].last), ==, rows[i].state);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/partner-state", test_states);
  return g_test_run ();
}
