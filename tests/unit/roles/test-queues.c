/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits for partners: counted, bounded, told. */
#include "base/oree-limits.h"
#include "policy/oree-policy-build.h"
#include "roles/oree-queues.h"

#include "../model/changes.h"

typedef struct
{
  OreeRoles *roles; /* for the events */
  OreeLane lane;
  GPtrArray *events;
} Fixture;

static void
on_event (gpointer data, OreeEvent *event)
{
  g_ptr_array_add (((Fixture *) data)->events, event);
}

static OreePolicy *
policy_of (const char *lines)
{
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();
  g_autoptr (OreeRecordSet) set = changes_apply_ok (initial, lines);

  return oree_policy_build (set, 1, NULL);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  OreeRolesOptions options = { .n_workers = 1, .hooks = { .data = self, .event = on_event } };

  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_event_free);
  self->lane.policy = policy_of ("add xmpp-partner fabrikam.test additional-domains=corp.fabrikam.test queue-limit=3\n"
                                 "add xmpp-partner litware.test\n"
                                 "set xmpp-gateway global partner-queue-limit=5\n");
  self->roles = oree_roles_new (self->lane.policy, &options);
  self->lane.roles = self->roles;
  self->lane.worker = oree_worker_new (0);
  oree_queues_init (&self->lane);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  oree_queues_clear (&self->lane);
  oree_worker_free (self->lane.worker);
  oree_roles_free (self->roles);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  oree_policy_unref (self->lane.policy);
  g_ptr_array_unref (self->events);
}

static gint
by_text (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/* "domain direction depth bytes overflows" of each queue, sorted. */
static char *
rows (Fixture *self)
{
  GVariantBuilder builder;
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  oree_queues_list (&self->lane, &builder);
  list = g_variant_ref_sink (g_variant_builder_end (&builder));
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (list, i);
      const char *domain = NULL, *direction = NULL;
      guint32 depth = 99;
      guint64 bytes = 99, overflows = 99;

      g_assert_true (g_variant_lookup (row, "domain", "&s", &domain));
      g_assert_true (g_variant_lookup (row, "direction", "&s", &direction));
      g_assert_true (g_variant_lookup (row, "depth", "u", &depth));
      g_assert_true (g_variant_lookup (row, "bytes", "t", &bytes));
      g_assert_true (g_variant_lookup (row, "overflows", "t", &overflows));
      g_ptr_array_add (lines, g_strdup_printf ("%s %s %u %u %u", domain, direction, depth, (guint) bytes, (guint) overflows));
    }
  g_ptr_array_sort (lines, by_text);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("; ", (char **) lines->pdata);
}

static void
assert_rows (Fixture *self, const char *expected)
{
  g_autofree char *text = rows (self);

  g_assert_cmpstr (text, ==, expected);
}

static void
what_waits_is_counted_until_it_leaves (Fixture *self, gconstpointer data)
{
  OreeQueuePlace first = { 0 }, second = { 0 }, other = { 0 }, never = { 0 };

  assert_rows (self, "");
  oree_queues_enter (&self->lane, &first, "fabrikam.test", OREE_QUEUE_TO_XMPP, 10);
  oree_queues_enter (&self->lane, &second, "fabrikam.test", OREE_QUEUE_TO_XMPP, 20);
  oree_queues_enter (&self->lane, &other, "fabrikam.test", OREE_QUEUE_TO_SIP, 5);
  assert_rows (self, "fabrikam.test to-sip 1 5 0; fabrikam.test to-xmpp 2 30 0");
  oree_queues_leave (&first);
  oree_queues_leave (&first);
  oree_queues_leave (&never);
  assert_rows (self, "fabrikam.test to-sip 1 5 0; fabrikam.test to-xmpp 1 20 0");
  oree_queues_leave (&second);
  oree_queues_leave (&other);
  assert_rows (self, "fabrikam.test to-sip 0 0 0; fabrikam.test to-xmpp 0 0 0");
}

static void
each_domain_has_its_partners_limit (Fixture *self, gconstpointer data)
{
  static const struct { const char *domain; guint limit; } limits[] = {
    { "fabrikam.test", 3 }, { "corp.fabrikam.test", 3 }, { "litware.test", 5 }, { "stranger.test", 5 },
  };
  OreeQueuePlace places[5] = { { 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      for (guint n = 0; n < limits[i].limit; n++)
        {
          g_assert_true (oree_queues_have_room (&self->lane, limits[i].domain, OREE_QUEUE_TO_SIP, 1));
          oree_queues_enter (&self->lane, &places[n], limits[i].domain, OREE_QUEUE_TO_SIP, 1);
        }
      g_assert_false (oree_queues_have_room (&self->lane, limits[i].domain, OREE_QUEUE_TO_SIP, 1));
      g_assert_true (oree_queues_have_room (&self->lane, limits[i].domain, OREE_QUEUE_TO_XMPP, 1));
      oree_queues_leave (&places[0]);
      g_assert_true (oree_queues_have_room (&self->lane, limits[i].domain, OREE_QUEUE_TO_SIP, 1));
      for (guint n = 1; n < limits[i].limit; n++)
        oree_queues_leave (&places[n]);
    }
  g_assert_cmpuint (self->lane.counters[OREE_COUNT_QUEUES_FULL], ==, G_N_ELEMENTS (limits));
}

static void
bytes_have_a_limit_of_their_own_but_one_is_always_taken (Fixture *self, gconstpointer data)
{
  OreeQueuePlace place = { 0 };

  g_assert_true (oree_queues_have_room (&self->lane, "litware.test", OREE_QUEUE_TO_SIP, OREE_QUEUE_BYTES_MAX + 1));
  oree_queues_enter (&self->lane, &place, "litware.test", OREE_QUEUE_TO_SIP, OREE_QUEUE_BYTES_MAX - 1);
  g_assert_true (oree_queues_have_room (&self->lane, "litware.test", OREE_QUEUE_TO_SIP, 1));
  g_assert_false (oree_queues_have_room (&self->lane, "litware.test", OREE_QUEUE_TO_SIP, 2));
  oree_queues_leave (&place);
}

static void
an_overflow_is_counted_each_time_and_told_once (Fixture *self, gconstpointer data)
{
  OreeQueuePlace places[3] = { { 0 } };
  const OreeEvent *event;
  const char *text;

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    oree_queues_enter (&self->lane, &places[i], "corp.fabrikam.test", OREE_QUEUE_TO_XMPP, 1);
  g_assert_false (oree_queues_have_room (&self->lane, "corp.fabrikam.test", OREE_QUEUE_TO_XMPP, 1));
  oree_queues_overflowed (&places[1]);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (self->events->len, ==, 1);
  event = g_ptr_array_index (self->events, 0);
  g_assert_cmpstr (event->nick, ==, "queue-full");
  g_assert_true (g_variant_lookup (event->details, "partner", "&s", &text));
  g_assert_cmpstr (text, ==, "fabrikam.test");
  g_assert_true (g_variant_lookup (event->details, "domain", "&s", &text));
  g_assert_cmpstr (text, ==, "corp.fabrikam.test");
  g_assert_true (g_variant_lookup (event->details, "depth", "&s", &text));
  g_assert_cmpstr (text, ==, "3");
  assert_rows (self, "corp.fabrikam.test to-xmpp 3 3 2");
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    oree_queues_leave (&places[i]);
  assert_rows (self, "corp.fabrikam.test to-xmpp 0 0 2");
}

static void
nothing_is_kept_of_strangers (Fixture *self, gconstpointer data)
{
  OreeQueuePlace place = { 0 };

  oree_queues_enter (&self->lane, &place, "stranger.test", OREE_QUEUE_TO_XMPP, 1);
  assert_rows (self, "stranger.test to-xmpp 1 1 0");
  oree_queues_leave (&place);
  assert_rows (self, "");
  /* Nor of who is a partner no more. */
  oree_queues_enter (&self->lane, &place, "litware.test", OREE_QUEUE_TO_XMPP, 1);
  oree_queues_leave (&place);
  assert_rows (self, "litware.test to-xmpp 0 0 0");
  oree_policy_unref (self->lane.policy);
  self->lane.policy = policy_of ("add xmpp-partner fabrikam.test\n");
  assert_rows (self, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/roles/queues/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("what-waits-is-counted-until-it-leaves", what_waits_is_counted_until_it_leaves);
  ADD ("each-domain-has-its-partners-limit", each_domain_has_its_partners_limit);
  ADD ("bytes-have-a-limit-of-their-own", bytes_have_a_limit_of_their_own_but_one_is_always_taken);
  ADD ("an-overflow-is-counted-each-time-and-told-once", an_overflow_is_counted_each_time_and_told_once);
  ADD ("nothing-is-kept-of-strangers", nothing_is_kept_of_strangers);
  return g_test_run ();
}
