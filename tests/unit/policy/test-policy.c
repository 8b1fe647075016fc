/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The snapshot: what it finds, how it is shared, what explain refuses. */
#include "policy/oree-decide-xmpp.h"
#include "policy/oree-explain.h"
#include "policy/oree-policy-build.h"

#include "../model/changes.h"

static OreePolicy *
build (const char *lines)
{
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();
  g_autoptr (OreeRecordSet) set = changes_apply_ok (initial, lines);

  return oree_policy_build (set, 7, NULL);
}

static void
an_empty_configuration_builds (void)
{
  g_autoptr (OreeRecordSet) set = oree_record_set_new ();
  g_autoptr (OreePolicy) policy = oree_policy_build (set, 0, NULL);
  const OreeXmppFacts facts = { .local_domain = "contoso.test", .remote_domain = "fabrikam.test" };

  g_assert_null (oree_policy_default_domain (policy));
  g_assert_true (oree_policy_next_hop (policy)->embedded);
  g_assert_cmpint (oree_decide_xmpp (policy, &facts, NULL).reason, ==, OREE_REASON_NOT_OUR_DOMAIN);
}

#define ALICE "add sip-domain contoso.test\nadd user alice@contoso.test password=swordfish-2026\n"

static void
a_sign_in_holds_as_long_as_its_proof (void)
{
  static const struct { const char *more; gboolean holds; } rows[] = {
    { "", TRUE },
    { "set user alice@contoso.test display-name=Alice\n", TRUE },
    { "set user alice@contoso.test password=another-2026\n", FALSE },
    { "set user alice@contoso.test home=next-hop\n", FALSE },
    { "set topology '' 'next-hop=192.0.2.1:5060;transport=tcp'\n", FALSE },
    { "remove user alice@contoso.test\n", FALSE },
  };
  g_autoptr (OreePolicy) old = build (ALICE);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *lines = g_strconcat (ALICE, rows[i].more, NULL);
      g_autoptr (OreePolicy) next = build (lines);

      g_assert_cmpint (oree_policy_sign_in_holds (next, old, "sip:alice@contoso.test"), ==, rows[i].holds);
    }
}

static void
records_are_found (void)
{
  g_autoptr (OreePolicy) policy = build ("add sip-domain contoso.test\n"
                                         "add xmpp-partner fabrikam.test additional-domains=corp.fabrikam.test\n"
                                         "add xmpp-partner litware.test connection-limit=3 queue-limit=7 "
                                         "sasl-negotiation=not-supported\n"
                                         "add user alice@contoso.test\n"
                                         "set topology '' 'next-hop=[2001:db8::7]:5060;transport=tcp'\n");
  const OreeXmppPartner *fabrikam = oree_policy_xmpp_partner (policy, "fabrikam.test");
  const OreeNextHop *hop = oree_policy_next_hop (policy);
  OreeUserHome home;

  g_assert_cmpuint (oree_policy_revision (policy), ==, 7);
  g_assert_cmpstr (oree_policy_default_domain (policy)->record.id, ==, "contoso.test");
  g_assert_true (oree_policy_xmpp_partner (policy, "corp.fabrikam.test") == fabrikam);
  g_assert_null (oree_policy_xmpp_partner (policy, "x.fabrikam.test"));
  g_assert_cmpuint (oree_policy_partner_connection_limit (policy, fabrikam), ==, 20);
  g_assert_cmpuint (
      oree_policy_partner_connection_limit (policy, oree_policy_xmpp_partner (policy, "litware.test")), ==, 3);
  g_assert_cmpuint (oree_policy_queue_limit (policy, fabrikam), ==, 8192);
  g_assert_cmpuint (oree_policy_queue_limit (policy, NULL), ==, 8192);
  g_assert_cmpuint (oree_policy_queue_limit (policy, oree_policy_xmpp_partner (policy, "litware.test")), ==, 7);
  g_assert_cmpint (oree_policy_xmpp_methods (policy, "litware.test"), ==, OREE_XMPP_METHOD_TLS_DIALBACK);
  g_assert_cmpint (oree_policy_xmpp_methods (policy, "stranger.test"), ==,
                   OREE_XMPP_METHOD_SASL_TLS | OREE_XMPP_METHOD_TLS_DIALBACK);
  g_assert_cmpstr (hop->host, ==, "2001:db8::7");
  g_assert_cmpuint (hop->port, ==, 5060);
  g_assert_false (hop->tls);
  g_assert_true (oree_policy_user_home (policy, "sip:alice@contoso.test", &home));
  g_assert_cmpint (home, ==, OREE_HOME_EMBEDDED);
  g_assert_true (oree_policy_user_home (policy, "sip:other@contoso.test", &home));
  g_assert_cmpint (home, ==, OREE_HOME_NEXT_HOP);
  g_assert_false (oree_policy_user_home (policy, "sip:other@litware.test", &home));
  g_assert_cmpstr (oree_policy_external_access (policy, "sip:alice@contoso.test")->record.id, ==, "global");
}

/* A store that something else wrote into: the first claimant of a domain wins, the loss is told. */
static void
a_damaged_set_still_builds (void)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_record_unref);
  g_autoptr (GVariant) fields
      = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} { 'additional-domains': <['a.test']> }"));
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (OreeRecordSet) set = NULL;
  g_autoptr (OreePolicy) policy = NULL;
  OreeRecord *partner = oree_record_new (&oree_xmpp_partner_kind, "b.test");
  OreeRecord *topology = oree_record_new (&oree_topology_kind, "global");

  g_assert_true (oree_record_patch (partner, fields, OREE_RECORD_STORED, TRUE, NULL));
  g_free (((OreeTopology *) topology)->next_hop);
  ((OreeTopology *) topology)->next_hop = g_strdup ("nonsense");
  g_ptr_array_add (records, partner);
  g_ptr_array_add (records, topology);
  g_ptr_array_add (records, oree_record_new (&oree_xmpp_partner_kind, "a.test"));
  set = oree_record_set_new_from (records);
  policy = oree_policy_build (set, 1, problems);
  g_assert_cmpstr (oree_policy_xmpp_partner (policy, "a.test")->record.id, ==, "a.test");
  g_assert_true (oree_problems_has (problems, OREE_PROBLEM_DUPLICATE, "additional-domains"));
  g_assert_true (oree_problems_has (problems, OREE_PROBLEM_BAD_NEXT_HOP, "next-hop"));
  g_assert_true (oree_policy_next_hop (policy)->embedded);
}

static gpointer
read_much (gpointer data)
{
  OreePolicy *policy = data;
  const OreeXmppFacts facts = {
    .local_domain = "contoso.test", .remote_domain = "fabrikam.test", .auth = OREE_XMPP_AUTH_SASL_TLS,
  };

  for (guint i = 0; i < 20000; i++)
    {
      OreePolicy *mine = oree_policy_ref (policy);

      g_assert_cmpint (oree_decide_xmpp (mine, &facts, NULL).reason, ==, OREE_REASON_FEDERATION_OFF);
      oree_policy_unref (mine);
    }
  oree_policy_unref (policy);
  return NULL;
}

static void
workers_share_one_policy (void)
{
  OreePolicy *policy = build ("add sip-domain contoso.test\nadd xmpp-partner fabrikam.test\n");
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_much, oree_policy_ref (policy));
  oree_policy_unref (policy);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* Facts a person may write, and the reason or the problem they get. */
static const struct
{
  const char *what, *facts, *reason;
  OreeProblemCode code;
} questions[] = {
  { "xmpp", "{'from': <'bob@fabrikam.test/Balcony'>, 'to': <'alice@contoso.test'>}", "allow-entry-needed", 0 },
  { "xmpp", "{'from': <'bob@fabrikam.test'>, 'to': <'Alice@CONTOSO.test'>, 'allow-entry': <true>}", "allowed", 0 },
  { "xmpp", "{'from': <'sip:alice@contoso.test'>, 'to': <'bob@fabrikam.test'>, 'direction': <'out'>}", "allowed", 0 },
  { "xmpp", "{'remote-domain': <'Fabrikam.test.'>, 'ask': <'stream'>}", "allowed", 0 },
  { "xmpp", "{'from': <'fabrikam.test'>, 'to': <'contoso.test'>, 'ask': <'iq'>}", "allowed", 0 },
  { "xmpp", "{'remote-domain': <'fabrikam.test'>, 'local-user': <'nobody@contoso.test'>, 'allow-entry': <'true'>}",
    "user-unknown", 0 },
  { "xmpp", "@a{sv} {}", NULL, OREE_PROBLEM_REQUIRED },
  { "xmpp", "{'remote-domain': <'fabrikam.test'>, 'colour': <'red'>}", NULL, OREE_PROBLEM_UNKNOWN_FIELD },
  { "xmpp", "{'remote-domain': <'fabrikam..test'>}", NULL, OREE_PROBLEM_BAD_DOMAIN },
  { "xmpp", "{'remote-domain': <'fabrikam.test'>, 'ask': <'dance'>}", NULL, OREE_PROBLEM_BAD_CHOICE },
  { "xmpp", "{'remote-domain': <uint32 7>}", NULL, OREE_PROBLEM_WRONG_TYPE },
  { "xmpp", "{'from': <'bob@@fabrikam.test'>}", NULL, OREE_PROBLEM_BAD_SIP_URI },
  { "sip", "{'from': <'alice@contoso.test'>, 'to': <'bob@fabrikam.test'>, 'method': <'message'>}", "allowed", 0 },
  { "sip", "{'from': <'alice@contoso.test'>}", NULL, OREE_PROBLEM_REQUIRED },
  { "turn", "@a{sv} {}", NULL, OREE_PROBLEM_UNKNOWN_KIND },
};

static void
explain_reads_what_people_write (void)
{
  g_autoptr (OreePolicy) policy = build (
      "add sip-domain contoso.test\nadd xmpp-partner fabrikam.test\nadd user alice@contoso.test\n"
      "set topology '' xmpp-proxy-enabled=true\nset access-edge '' allow-federated-users=true\n"
      "set external-access-policy global enable-federation-access=true enable-xmpp-access=true\n");

  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      g_autoptr (GVariant) facts = g_variant_ref_sink (g_variant_new_parsed (questions[i].facts));
      g_autoptr (OreeProblems) problems = oree_problems_new ();
      g_autoptr (GVariant) verdict = NULL;
      g_autoptr (GVariant) steps = NULL;
      const char *reason = NULL;
      gboolean ok = oree_explain (policy, questions[i].what, facts, &verdict, &steps, problems);

      g_test_message ("%s %s", questions[i].what, questions[i].facts);
      g_assert_cmpint (ok, ==, questions[i].reason != NULL);
      if (!ok)
        {
          g_assert_true (oree_problems_has (problems, questions[i].code, NULL));
          continue;
        }
      g_variant_ref_sink (verdict);
      g_variant_ref_sink (steps);
      g_assert_true (g_variant_lookup (verdict, "reason", "&s", &reason));
      g_assert_cmpstr (reason, ==, questions[i].reason);
      g_assert_cmpuint (g_variant_n_children (steps), >, 0);
    }
}

/* "field=value …" of the boundary steps. */
static char *
boundary_steps (const OreePolicy *policy, const char *what, const char *facts)
{
  g_autoptr (GVariant) given = g_variant_ref_sink (g_variant_new_parsed (facts));
  g_autoptr (GVariant) verdict = NULL, steps = NULL;
  GString *out = g_string_new (NULL);

  g_assert_true (oree_explain (policy, what, given, &verdict, &steps, NULL));
  g_variant_ref_sink (verdict);
  g_variant_ref_sink (steps);
  for (gsize i = 0; i < g_variant_n_children (steps); i++)
    {
      g_autoptr (GVariant) step = g_variant_get_child_value (steps, i);
      const char *nick = "", *field = "", *value = "";

      g_variant_lookup (step, "step", "&s", &nick);
      if (strcmp (nick, "boundary") != 0)
        continue;
      g_variant_lookup (step, "field", "&s", &field);
      g_variant_lookup (step, "value", "&s", &value);
      g_string_append_printf (out, "%s%s%s%s", out->len > 0 ? " " : "", field, *value ? "=" : "", value);
    }
  return g_string_free (out, FALSE);
}

static void
explain_shows_the_boundary_profile (void)
{
  static const struct
  {
    const char *what, *facts, *steps;
  } rows[] = {
    { "xmpp", "{'from': <'bob@fabrikam.test'>, 'to': <'alice@contoso.test'>}", "body-limit=2000 formatting=false receipts=none quiet-hours=22:00-06:00" },
    { "xmpp", "{'from': <'bob@fabrikam.test'>, 'to': <'alice@contoso.test'>, 'ask': <'subscribe'>}",
      "presence-shown=folded notes-taken=false quiet-hours=22:00-06:00" },
    { "xmpp", "{'from': <'bob@fabrikam.test'>, 'ask': <'iq'>}", "queries=false quiet-hours=22:00-06:00" },
    { "sip", "{'from': <'alice@contoso.test'>, 'to': <'bob@fabrikam.test'>}", "body-limit=2000 formatting=false receipts=none quiet-hours=22:00-06:00" },
    { "sip", "{'from': <'alice@contoso.test'>, 'to': <'bob@fabrikam.test'>, 'method': <'SUBSCRIBE'>}",
      "presence-shown=folded notes-taken=false quiet-hours=22:00-06:00" },
    { "xmpp", "{'from': <'eve@open.test'>, 'to': <'alice@contoso.test'>}", "" },
    { "xmpp", "{'from': <'eve@other.test'>, 'to': <'alice@contoso.test'>}", "" },
    /* refused for another reason: what would have crossed is not the question */
    { "xmpp", "{'from': <'bob@fabrikam.test'>, 'to': <'nobody@contoso.test'>}", "" },
  };
  g_autoptr (OreePolicy) policy = build (
      "add sip-domain contoso.test\nadd user alice@contoso.test\n"
      "add boundary-profile strict presence-shown=folded notes-taken=false formatting=false receipts=none queries=false "
      "body-limit=2000 quiet-hours=22:00-06:00\nadd boundary-profile empty\n"
      "add xmpp-partner fabrikam.test partner-type=federated boundary-profile=strict\n"
      "add xmpp-partner open.test partner-type=federated\nadd xmpp-partner other.test partner-type=federated boundary-profile=empty\n"
      "set topology '' xmpp-proxy-enabled=true\nset access-edge '' allow-federated-users=true\n"
      "set external-access-policy global enable-federation-access=true enable-xmpp-access=true\n");

  g_assert_true (oree_policy_has_quiet_hours (policy));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = boundary_steps (policy, rows[i].what, rows[i].facts);

      g_test_message ("%s %s", rows[i].what, rows[i].facts);
      g_assert_cmpstr (got, ==, rows[i].steps);
    }
}

static void
profiles_are_found_by_every_domain_of_a_partner (void)
{
  g_autoptr (OreePolicy) none = build ("add sip-domain contoso.test\nadd xmpp-partner fabrikam.test\nadd boundary-profile a");
  g_autoptr (OreePolicy) policy = build ("add sip-domain contoso.test\nadd boundary-profile a\nadd boundary-profile b\n"
                                         "add xmpp-partner fabrikam.test additional-domains=corp.fabrikam.test boundary-profile=a\n"
                                         "add xmpp-partner litware.test boundary-profile=b\nadd xmpp-partner open.test");

  g_assert_null (oree_policy_boundary_profile (none, "fabrikam.test"));
  g_assert_cmpstr (oree_policy_boundary_profile (policy, "fabrikam.test")->record.id, ==, "a");
  g_assert_cmpstr (oree_policy_boundary_profile (policy, "corp.fabrikam.test")->record.id, ==, "a");
  g_assert_cmpstr (oree_policy_boundary_profile (policy, "litware.test")->record.id, ==, "b");
  g_assert_null (oree_policy_boundary_profile (policy, "open.test"));
  g_assert_null (oree_policy_boundary_profile (policy, "stranger.test"));
  g_assert_false (oree_policy_has_quiet_hours (policy));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/snapshot/an-empty-configuration-builds", an_empty_configuration_builds);
  g_test_add_func ("/policy/snapshot/records-are-found", records_are_found);
  g_test_add_func ("/policy/snapshot/a-sign-in-holds-as-long-as-its-proof", a_sign_in_holds_as_long_as_its_proof);
  g_test_add_func ("/policy/snapshot/a-damaged-set-still-builds", a_damaged_set_still_builds);
  g_test_add_func ("/policy/snapshot/workers-share-one-policy", workers_share_one_policy);
  g_test_add_func ("/policy/snapshot/profiles-are-found-by-every-domain-of-a-partner",
                   profiles_are_found_by_every_domain_of_a_partner);
  g_test_add_func ("/policy/explain/shows-the-boundary-profile", explain_shows_the_boundary_profile);
  g_test_add_func ("/policy/explain/reads-what-people-write", explain_reads_what_people_write);
  return g_test_run ();
}
