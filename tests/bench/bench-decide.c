/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long the decision on a SIP partner's request takes, with few and with many domains: oree_decide_peer as the Access
 * Edge calls it for a MESSAGE, each way, for a partner that is allowed, one that is blocked and one nobody knows. */
#include "../unit/model/changes.h"
#include "policy/oree-decide-peer.h"
#include "policy/oree-policy-build.h"
#include <time.h>

#define CALLS 400000u
#define AT_ONCE 400u /* domains in one change */

static gint64
cpu (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

static OreePolicy *
policy_of (guint domains)
{
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();
  OreeRecordSet *set = oree_record_set_ref (initial);
  OreePolicy *policy;
  g_autoptr (GString) lines = g_string_new ("add sip-domain contoso.test\nset topology global sip-federation-enabled=true\n"
                                            "set access-edge global allow-federated-users=true\n"
                                            "set external-access-policy global enable-federation-access=true\n"
                                            "add user alice@contoso.test\n");

  for (guint i = 0; i <= domains; i++)
    {
      OreeRecordSet *next;

      if (i == domains || i % AT_ONCE == AT_ONCE - 1)
        {
          next = changes_apply_ok (set, lines->str);
          oree_record_set_unref (set);
          set = next;
          g_string_truncate (lines, 0);
        }
      g_string_append_printf (lines, "add allowed-domain p%u.test\nadd blocked-domain b%u.test\n", i, i);
    }
  policy = oree_policy_build (set, 1, NULL);
  oree_record_set_unref (set);
  return policy;
}

static void
measure (const OreePolicy *policy, guint domains, const char *what, const char *kind, OreeDirection direction)
{
  gint64 began;
  guint allowed = 0;
  g_autofree char **names = g_new0 (char *, domains);

  for (guint i = 0; i < domains; i++)
    names[i] = g_strdup_printf ("%s%u.test", kind, i);
  began = cpu ();
  for (guint i = 0; i < CALLS; i++)
    {
      const char *domain = names[i % domains];
      const char *const certified[] = { domain, NULL };
      const OreePeerNames peer = { certified, certified, TRUE };
      const OreePeerFacts facts = { .direction = direction, .method = "MESSAGE", .local_domain = "contoso.test",
                                    .remote_domain = domain, .local_user = "sip:alice@contoso.test",
                                    .names = direction == OREE_DIRECTION_IN ? &peer : NULL };
      OreePeerStand stand;

      allowed += oree_decide_peer (policy, &facts, &stand, NULL).allow;
    }
  g_print ("{\"mode\": \"decide\", \"domains\": %u, \"what\": \"%s\", \"way\": \"%s\", \"ns\": %.0f, \"allowed\": %s}\n", domains,
           what, direction == OREE_DIRECTION_IN ? "in" : "out", (double) (cpu () - began) / CALLS,
           allowed == CALLS ? "true" : "false");
  for (guint i = 0; i < domains; i++)
    g_free (names[i]);
}

int
main (int argc, char **argv)
{
  static const guint sizes[] = { 10, 10000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (OreePolicy) policy = policy_of (sizes[i]);

      for (OreeDirection way = OREE_DIRECTION_IN; way <= OREE_DIRECTION_OUT; way++)
        {
          measure (policy, sizes[i], "allowed", "p", way);
          measure (policy, sizes[i], "blocked", "b", way);
          measure (policy, sizes[i], "unknown", "x", way);
        }
    }
  return 0;
}
