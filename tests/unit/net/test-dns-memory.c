/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is remembered of DNS, and for how long. */
#include "base/oree-limits.h"
#include "net/oree-dns-memory.h"

static void
put (OreeDnsMemory *memory, OreeDnsKind kind, const char *name, OreeDnsOutcome outcome, guint ttl, OreeTime now)
{
  g_autoptr (OreeDnsAnswer) answer = oree_dns_answer_new (kind, name, outcome);

  answer->ttl = ttl;
  oree_dns_memory_put (memory, answer, now);
}

static void
test_time_to_live (void)
{
  static const struct
  {
    OreeDnsOutcome outcome;
    guint ttl, at;
    gboolean known;
  } rows[] = {
    { OREE_DNS_OK, 60, 0, TRUE },
    { OREE_DNS_OK, 60, 59, TRUE },
    { OREE_DNS_OK, 60, 60, FALSE },
    { OREE_DNS_OK, 0, 0, FALSE },
    { OREE_DNS_OK, 86400, OREE_DNS_REMEMBERED_SECONDS - 1, TRUE },
    { OREE_DNS_OK, 86400, OREE_DNS_REMEMBERED_SECONDS, FALSE },
    { OREE_DNS_NO_DATA, 60, 0, FALSE },
    { OREE_DNS_NO_NAME, 60, 0, FALSE },
    { OREE_DNS_BOGUS, 60, 0, FALSE },
    { OREE_DNS_FAILED, 60, 0, FALSE },
    { OREE_DNS_TIMED_OUT, 60, 0, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OreeDnsMemory) memory = oree_dns_memory_new ();
      OreeTime start = 7 * OREE_SECOND;

      put (memory, OREE_DNS_SRV, "_xmpp-server._tcp.fabrikam.test", rows[i].outcome, rows[i].ttl, start);
      g_assert_cmpint (oree_dns_memory_get (memory, OREE_DNS_SRV, "_xmpp-server._tcp.fabrikam.test",
                                            start + rows[i].at * OREE_SECOND) != NULL, ==, rows[i].known);
      g_assert_null (oree_dns_memory_get (memory, OREE_DNS_ADDRESSES, "_xmpp-server._tcp.fabrikam.test", start));
      g_assert_null (oree_dns_memory_get (memory, OREE_DNS_SRV, "_xmpp-server._tcp.litware.test", start));
    }
}

/* The newest answer counts, and is kept by its own time. */
static void
test_replaced (void)
{
  g_autoptr (OreeDnsMemory) memory = oree_dns_memory_new ();

  put (memory, OREE_DNS_ADDRESSES, "a.test", OREE_DNS_OK, 60, 0);
  put (memory, OREE_DNS_ADDRESSES, "a.test", OREE_DNS_OK, 5, 0);
  g_assert_nonnull (oree_dns_memory_get (memory, OREE_DNS_ADDRESSES, "a.test", 4 * OREE_SECOND));
  g_assert_null (oree_dns_memory_get (memory, OREE_DNS_ADDRESSES, "a.test", 5 * OREE_SECOND));
}

/* Names without end push out what is over, then everything, never the newest. */
static void
test_full (void)
{
  g_autoptr (OreeDnsMemory) memory = oree_dns_memory_new ();

  put (memory, OREE_DNS_ADDRESSES, "long.test", OREE_DNS_OK, 200, 0);
  for (guint i = 1; i < OREE_DNS_REMEMBERED_MAX; i++)
    {
      g_autofree char *name = g_strdup_printf ("n%u.test", i);

      put (memory, OREE_DNS_ADDRESSES, name, OREE_DNS_OK, 10, 0);
    }
  put (memory, OREE_DNS_ADDRESSES, "late.test", OREE_DNS_OK, 10, 20 * OREE_SECOND);
  g_assert_nonnull (oree_dns_memory_get (memory, OREE_DNS_ADDRESSES, "late.test", 20 * OREE_SECOND));
  g_assert_nonnull (oree_dns_memory_get (memory, OREE_DNS_ADDRESSES, "long.test", 20 * OREE_SECOND));
  g_assert_null (oree_dns_memory_get (memory, OREE_DNS_ADDRESSES, "n7.test", 5 * OREE_SECOND));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/dns-memory/kept-by-its-time-to-live", test_time_to_live);
  g_test_add_func ("/net/dns-memory/newest-counts", test_replaced);
  g_test_add_func ("/net/dns-memory/is-bounded", test_full);
  return g_test_run ();
}
