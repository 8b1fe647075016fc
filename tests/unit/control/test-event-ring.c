/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-limits.h"
#include "control/oree-event-ring.h"

static void
push (OreeEventRing *ring, const char *partner)
{
  oree_event_ring_push (ring, oree_event_new (OREE_EVENT_STREAM_READY, "partner", partner, NULL));
}

/* "3 4 5": the serials listed. */
static char *
serials (OreeEventRing *ring, guint64 after, guint limit)
{
  g_autoptr (GVariant) list = g_variant_ref_sink (oree_event_ring_list (ring, after, limit));
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) event = g_variant_get_child_value (list, i);
      guint64 serial;

      g_assert_true (g_variant_lookup (event, "serial", "t", &serial));
      g_string_append_printf (text, "%s%u", i > 0 ? " " : "", (guint) serial);
    }
  return g_string_free (text, FALSE);
}

static void
test_lists_the_newest (void)
{
  static const struct
  {
    guint64 after;
    guint limit;
    const char *expected;
  } cases[] = {
    { 0, 100, "1 2 3 4 5" }, { 0, 2, "4 5" }, { 3, 100, "4 5" }, { 3, 1, "5" }, { 5, 100, "" }, { 99, 100, "" }, { 0, 0, "" },
  };
  g_autoptr (OreeEventRing) ring = oree_event_ring_new ();

  for (guint i = 0; i < 5; i++)
    push (ring, "a.test");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *seen = serials (ring, cases[i].after, cases[i].limit);

      g_assert_cmpstr (seen, ==, cases[i].expected);
    }
}

static void
test_empty (void)
{
  g_autoptr (OreeEventRing) ring = oree_event_ring_new ();
  g_autofree char *seen = serials (ring, 0, 10);

  g_assert_cmpstr (seen, ==, "");
  g_assert_cmpuint (oree_event_ring_last (ring), ==, 0);
  g_assert_null (oree_event_ring_find (ring, "partner", "a.test"));
}

static void
test_forgets_the_oldest (void)
{
  g_autoptr (OreeEventRing) ring = oree_event_ring_new ();
  g_autoptr (GVariant) list = NULL;
  g_autofree char *first = NULL;

  push (ring, "old.test");
  for (guint i = 0; i < OREE_EVENTS_KEPT; i++)
    push (ring, i == 7 ? "seven.test" : "a.test");
  list = g_variant_ref_sink (oree_event_ring_list (ring, 0, G_MAXUINT));
  g_assert_cmpuint (g_variant_n_children (list), ==, OREE_EVENTS_KEPT);
  g_assert_null (oree_event_ring_find (ring, "partner", "old.test"));
  g_assert_nonnull (oree_event_ring_find (ring, "partner", "seven.test"));
  first = serials (ring, 1, 3);
  g_assert_cmpstr (first, ==, "4095 4096 4097");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/event-ring/lists-the-newest", test_lists_the_newest);
  g_test_add_func ("/control/event-ring/empty", test_empty);
  g_test_add_func ("/control/event-ring/forgets-the-oldest", test_forgets_the_oldest);
  return g_test_run ();
}
