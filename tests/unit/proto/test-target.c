/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/oree-target.h"
#include "base/oree-limits.h"

typedef struct
{
  guint16 priority;
  guint16 weight;
  guint16 port;
  const char *target;
} Srv;

typedef struct
{
  const char *name;
  OreeDnsOutcome dns;
  Srv records[6];
  guint16 fallback;
  OreeTargetsOutcome outcome;
  const char *targets; /* where chance has no part */
} Row;

static const Row rows[] = {
  { "one", OREE_DNS_OK, { { 0, 5, 5269, "x.test" } }, 5269, OREE_TARGETS_OK, "x.test:5269" },
  { "priorities", OREE_DNS_OK, { { 20, 0, 1, "b.test" }, { 10, 0, 2, "a.test" }, { 30, 9, 3, "c.test" } }, 5269,
    OREE_TARGETS_OK, "a.test:2 b.test:1 c.test:3" },
  { "not-offered", OREE_DNS_OK, { { 0, 0, 0, "." } }, 5269, OREE_TARGETS_NOT_OFFERED, "" },
  { "dot-among-others", OREE_DNS_OK, { { 0, 0, 1, "." }, { 1, 0, 2, "a.test" } }, 5269, OREE_TARGETS_OK, "a.test:2" },
  { "port-zero-is-none", OREE_DNS_OK, { { 0, 0, 0, "a.test" } }, 5269, OREE_TARGETS_NOT_OFFERED, "" },
  { "no-records-fall-back", OREE_DNS_NO_DATA, { { 0 } }, 5269, OREE_TARGETS_OK, "d.test:5269" },
  { "no-name-falls-back", OREE_DNS_NO_NAME, { { 0 } }, 5061, OREE_TARGETS_OK, "d.test:5061" },
  { "no-fallback-wanted", OREE_DNS_NO_DATA, { { 0 } }, 0, OREE_TARGETS_NO_NAME, "" },
  { "bogus-never-falls-back", OREE_DNS_BOGUS, { { 0 } }, 5269, OREE_TARGETS_UNUSABLE, "" },
  { "failure-never-falls-back", OREE_DNS_FAILED, { { 0 } }, 5269, OREE_TARGETS_UNREACHABLE, "" },
  { "time-out-never-falls-back", OREE_DNS_TIMED_OUT, { { 0 } }, 5269, OREE_TARGETS_UNREACHABLE, "" },
};

static char *
targets_to_text (const OreeTargets *targets)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < targets->targets->len; i++)
    {
      const OreeTarget *target = g_ptr_array_index (targets->targets, i);

      g_string_append_printf (text, "%s%s%s:%u", i > 0 ? " " : "", target->direct_tls ? "!" : "", target->host, target->port);
    }
  return g_string_free (text, FALSE);
}

static OreeDnsAnswer *
answer_of (OreeDnsOutcome outcome, const Srv *records)
{
  OreeDnsAnswer *answer = oree_dns_answer_new (OREE_DNS_SRV, "_x._tcp.d.test", outcome);

  for (const Srv *srv = records; srv->target != NULL; srv++)
    oree_dns_answer_add_srv (answer, srv->priority, srv->weight, srv->port, oree_span_str (srv->target));
  return answer;
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (OreeDnsAnswer) answer = answer_of (row->dns, row->records);

  for (guint64 random = 0; random < 50; random++)
    {
      g_autoptr (OreeTargets) targets = oree_targets_from_srv (answer, "d.test", row->fallback, random);
      g_autofree char *text = targets_to_text (targets);

      g_assert_cmpint (targets->outcome, ==, row->outcome);
      g_assert_cmpstr (text, ==, row->targets);
      g_assert_cmpint (targets->fallback, ==, g_str_has_prefix (row->targets, "d.test"));
    }
}

/* RFC 2782: within one priority the first choice falls in proportion to the weights. */
static void
test_weights (void)
{
  g_autoptr (OreeDnsAnswer) answer = oree_dns_answer_new (OREE_DNS_SRV, "_x._tcp.d.test", OREE_DNS_OK);
  const guint rounds = 20000;
  guint light = 0;
  guint heavy = 0;
  guint none = 0;

  oree_dns_answer_add_srv (answer, 0, 25, 1, OREE_SPAN_LITERAL ("light.test"));
  oree_dns_answer_add_srv (answer, 0, 75, 2, OREE_SPAN_LITERAL ("heavy.test"));
  oree_dns_answer_add_srv (answer, 0, 0, 3, OREE_SPAN_LITERAL ("none.test"));
  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (OreeTargets) targets = oree_targets_from_srv (answer, "d.test", 1, i * G_GUINT64_CONSTANT (977));
      const OreeTarget *first = g_ptr_array_index (targets->targets, 0);

      g_assert_cmpuint (targets->targets->len, ==, 3);
      light += g_str_equal (first->host, "light.test");
      heavy += g_str_equal (first->host, "heavy.test");
      none += g_str_equal (first->host, "none.test");
    }
  g_assert_cmpuint (light + heavy + none, ==, rounds);
  g_assert_cmpfloat_with_epsilon ((double) light / rounds, 25.0 / 101, 0.02);
  g_assert_cmpfloat_with_epsilon ((double) heavy / rounds, 75.0 / 101, 0.02);
  g_assert_cmpuint (none, >, 0);
}

/* XEP-0368: two services, one order. "!" before a target: direct TLS. */
typedef struct
{
  const char *name;
  OreeDnsOutcome direct;
  Srv direct_records[4];
  OreeDnsOutcome plain;
  Srv plain_records[4];
  OreeTargetsOutcome outcome;
  const char *targets;
} XmppRow;

static const XmppRow xmpp_rows[] = {
  { "priorities-mix", OREE_DNS_OK, { { 10, 0, 1, "a.test" }, { 30, 0, 2, "c.test" } }, OREE_DNS_OK,
    { { 20, 0, 3, "b.test" } }, OREE_TARGETS_OK, "!a.test:1 b.test:3 !c.test:2" },
  { "plain-first-when-it-says-so", OREE_DNS_OK, { { 10, 0, 1, "a.test" } }, OREE_DNS_OK, { { 5, 0, 2, "a.test" } },
    OREE_TARGETS_OK, "a.test:2 !a.test:1" },
  { "direct-alone", OREE_DNS_OK, { { 0, 0, 443, "a.test" } }, OREE_DNS_NO_DATA, { { 0 } }, OREE_TARGETS_OK,
    "!a.test:443" },
  { "plain-alone", OREE_DNS_NO_NAME, { { 0 } }, OREE_DNS_OK, { { 0, 0, 1, "a.test" } }, OREE_TARGETS_OK, "a.test:1" },
  { "direct-refused", OREE_DNS_OK, { { 0, 0, 0, "." } }, OREE_DNS_OK, { { 0, 0, 1, "a.test" } }, OREE_TARGETS_OK,
    "a.test:1" },
  { "plain-refused", OREE_DNS_OK, { { 0, 0, 1, "a.test" } }, OREE_DNS_OK, { { 0, 0, 0, "." } }, OREE_TARGETS_OK,
    "!a.test:1" },
  { "both-refused", OREE_DNS_OK, { { 0, 0, 0, "." } }, OREE_DNS_OK, { { 0, 0, 0, "." } }, OREE_TARGETS_NOT_OFFERED,
    "" },
  { "direct-refused-forbids-the-fallback", OREE_DNS_OK, { { 0, 0, 0, "." } }, OREE_DNS_NO_DATA, { { 0 } },
    OREE_TARGETS_NOT_OFFERED, "" },
  { "plain-refused-forbids-the-fallback", OREE_DNS_NO_NAME, { { 0 } }, OREE_DNS_OK, { { 0, 0, 0, "." } },
    OREE_TARGETS_NOT_OFFERED, "" },
  { "neither-falls-back-in-clear", OREE_DNS_NO_NAME, { { 0 } }, OREE_DNS_NO_NAME, { { 0 } }, OREE_TARGETS_OK,
    "d.test:5269" },
  { "one-failed-the-other-serves", OREE_DNS_FAILED, { { 0 } }, OREE_DNS_OK, { { 0, 0, 1, "a.test" } },
    OREE_TARGETS_OK, "a.test:1" },
  { "one-failed-no-fallback", OREE_DNS_TIMED_OUT, { { 0 } }, OREE_DNS_NO_DATA, { { 0 } }, OREE_TARGETS_UNREACHABLE,
    "" },
  { "one-failed-one-refused-is-doubt", OREE_DNS_OK, { { 0, 0, 0, "." } }, OREE_DNS_FAILED, { { 0 } },
    OREE_TARGETS_UNREACHABLE, "" },
  { "one-bogus-ends-it", OREE_DNS_BOGUS, { { 0 } }, OREE_DNS_OK, { { 0, 0, 1, "a.test" } }, OREE_TARGETS_UNUSABLE,
    "" },
};

static void
test_xmpp_row (gconstpointer data)
{
  const XmppRow *row = data;
  g_autoptr (OreeDnsAnswer) direct = answer_of (row->direct, row->direct_records);
  g_autoptr (OreeDnsAnswer) plain = answer_of (row->plain, row->plain_records);

  direct->secure = TRUE;
  for (guint64 random = 0; random < 50; random++)
    {
      g_autoptr (OreeTargets) targets = oree_targets_from_xmpp (direct, plain, "d.test", random);
      g_autofree char *text = targets_to_text (targets);

      g_assert_cmpint (targets->outcome, ==, row->outcome);
      g_assert_cmpstr (text, ==, row->targets);
      g_assert_cmpint (targets->fallback, ==, g_str_equal (row->targets, "d.test:5269"));
      g_assert_false (targets->secure);
      for (guint i = 0; i < targets->targets->len; i++)
        {
          const OreeTarget *target = g_ptr_array_index (targets->targets, i);

          g_assert_cmpint (target->secure, ==, target->direct_tls);
        }
    }
}

/* Within a priority both services take their chance. */
static void
test_xmpp_weights (void)
{
  g_autoptr (OreeDnsAnswer) direct = answer_of (OREE_DNS_OK, (Srv[]){ { 0, 75, 1, "a.test" }, { 0 } });
  g_autoptr (OreeDnsAnswer) plain = answer_of (OREE_DNS_OK, (Srv[]){ { 0, 25, 2, "a.test" }, { 0 } });
  const guint rounds = 20000;
  guint first = 0;

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (OreeTargets) targets = oree_targets_from_xmpp (direct, plain, "d.test", i * G_GUINT64_CONSTANT (977));

      g_assert_cmpuint (targets->targets->len, ==, 2);
      first += ((const OreeTarget *) g_ptr_array_index (targets->targets, 0))->direct_tls;
    }
  g_assert_cmpfloat_with_epsilon ((double) first / rounds, 0.75, 0.02);
}

static void
test_questions (void)
{
  static const struct
  {
    const char *host;
    guint16 port;
    OreeTargetAsk ask;
    const char *name;
    guint16 asked_port;
  } sip[] = {
    { "c.test", 0, OREE_TARGET_ASK_SRV, "_sips._tcp.c.test", 0 },
    { "c.test", 5080, OREE_TARGET_ASK_ADDRESSES, "c.test", 5080 },
    { "192.0.2.1", 0, OREE_TARGET_ASK_ADDRESSES, "192.0.2.1", 5061 },
    { "2001:db8::1", 0, OREE_TARGET_ASK_ADDRESSES, "2001:db8::1", 5061 },
  };
  OreeTargetQuestion question;

  for (gsize i = 0; i < G_N_ELEMENTS (sip); i++)
    {
      oree_target_question_sip (sip[i].host, sip[i].port, &question);
      g_assert_cmpint (question.ask, ==, sip[i].ask);
      g_assert_cmpstr (question.name, ==, sip[i].name);
      g_assert_cmpuint (question.port, ==, sip[i].asked_port);
      oree_target_question_clear (&question);
    }
  oree_target_question_xmpp ("c.test", FALSE, &question);
  g_assert_cmpstr (question.name, ==, "_xmpp-server._tcp.c.test");
  oree_target_question_clear (&question);
  oree_target_question_xmpp ("c.test", TRUE, &question);
  g_assert_cmpstr (question.name, ==, "_xmpps-server._tcp.c.test");
  oree_target_question_clear (&question);
}

static void
test_endpoints (void)
{
  static const char *const addresses[]
    = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2", "192.0.2.4" };
  static const char *const expected[] = { "[2001:db8::1]:5269", "192.0.2.1:5269", "[2001:db8::2]:5269", "192.0.2.2:5269",
                                          "192.0.2.3:5269" };
  g_autoptr (OreeDnsAnswer) answer = oree_dns_answer_new (OREE_DNS_ADDRESSES, "x.test", OREE_DNS_OK);
  g_autoptr (GArray) endpoints = g_array_new (FALSE, FALSE, sizeof (OreeEndpoint));
  char host[] = "x.test";
  OreeTarget target = { .host = host, .port = 5269 };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      OreeInetAddress address;

      g_assert_true (oree_inet_address_parse (&address, oree_span_str (addresses[i])));
      oree_dns_answer_add_address (answer, &address);
    }
  oree_target_endpoints (&target, answer, endpoints);
  g_assert_cmpuint (endpoints->len, ==, OREE_DNS_ADDRESSES_MAX);
  for (guint i = 0; i < endpoints->len; i++)
    {
      g_autofree char *text = oree_endpoint_to_string (&g_array_index (endpoints, OreeEndpoint, i));

      g_assert_cmpstr (text, ==, expected[i]);
    }
}

static void
test_host (void)
{
  g_autoptr (OreeTargets) targets = oree_targets_from_host ("proxy.test", 5062);
  g_autofree char *text = targets_to_text (targets);

  g_assert_cmpstr (text, ==, "proxy.test:5062");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/target/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (xmpp_rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/target/xmpp/%s", xmpp_rows[i].name);

      g_test_add_data_func (path, &xmpp_rows[i], test_xmpp_row);
    }
  g_test_add_func ("/proto/target/xmpp/weights-in-proportion", test_xmpp_weights);
  g_test_add_func ("/proto/target/weights-in-proportion", test_weights);
  g_test_add_func ("/proto/target/questions", test_questions);
  g_test_add_func ("/proto/target/addresses-in-turn", test_endpoints);
  g_test_add_func ("/proto/target/configured-host", test_host);
  return g_test_run ();
}
