/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes applied to a configuration: what is stored, what is refused and why. */
#include "model/oree-record-set.h"
#include "model/oree-sip-domain.h"
#include "model/oree-user.h"
#include "model/oree-validate.h"
#include "model/oree-xmpp-gateway.h"
#include "model/oree-xmpp-partner.h"

#include "changes.h"

static const char base_lines[] = "add sip-domain contoso.test\n"
                                 "add site Redmond\n"
                                 "add site Paris\n"
                                 "add external-access-policy site:Paris enable-federation-access=true\n"
                                 "add external-access-policy Sales\n"
                                 "add user alice@contoso.test password=one external-access-policy=Sales\n"
                                 "add user bob@contoso.test site=Redmond\n"
                                 "add allowed-domain adatum.test proxy-fqdn=sip.adatum.test\n"
                                 "add blocked-domain evil.test\n"
                                 "add hosting-provider Hoster proxy-fqdn=sip.hoster.test\n"
                                 "add boundary-profile Strict presence-shown=folded\n"
                                 "add xmpp-partner fabrikam.test additional-domains=corp.fabrikam.test boundary-profile=Strict\n"
                                 "set xmpp-gateway global dialback-passphrase=s3cret\n";

static OreeRecordSet *
new_base (void)
{
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();

  return changes_apply_ok (initial, base_lines);
}

/* `problem`: "kind id field code", or NULL when it is stored. */
static const struct
{
  const char *lines, *problem;
} cases[] = {
  /* the change itself */
  { "rename site Redmond", "site Redmond - unknown-operation" },
  { "add web-conference x", "- x - unknown-kind" },
  { "add site Redmond", "site Redmond id exists" },
  { "set site Berlin", "site Berlin id not-found" },
  { "remove site Berlin", "site Berlin id not-found" },
  { "reset site Berlin", "site Berlin id not-found" },
  { "add topology ''", "topology global id exists" },
  { "add external-access-policy GLOBAL", "external-access-policy global id exists" },
  { "remove topology global", "topology global - cannot-remove" },
  { "add site ' x'", "site ' x' id bad-id" },
  { "set topology '' no-such=1", "topology global no-such unknown-field" },
  { "reset topology global no-such", "topology global no-such unknown-field" },
  { "add allowed-domain litware.test boundary-profile=x", "allowed-domain litware.test boundary-profile profile-xmpp-only" },
  { "remove external-access-policy global", NULL },
  { "", NULL },
  /* sip-domain */
  { "add sip-domain litware.test", NULL },
  { "add sip-domain litware.test default=true", NULL },
  { "set sip-domain contoso.test default=false", "sip-domain contoso.test default one-default-domain" },
  { "remove sip-domain contoso.test", "sip-domain contoso.test default one-default-domain" },
  { "add sip-domain litware.test default=true\nremove sip-domain contoso.test",
    "sip-domain contoso.test id in-use" },
  { "add sip-domain litware.test\nremove sip-domain litware.test", NULL },
  { "remove user alice@contoso.test\nremove user bob@contoso.test\nremove sip-domain contoso.test",
    "sip-domain contoso.test default one-default-domain" },
  { "add sip-domain adatum.test", "allowed-domain adatum.test id our-domain" },
  { "add sip-domain corp.fabrikam.test", "xmpp-partner fabrikam.test additional-domains our-domain" },
  /* allowed and blocked domains */
  { "add allowed-domain evil.test", "blocked-domain evil.test id duplicate" },
  { "add blocked-domain ADATUM.test.", "blocked-domain adatum.test id duplicate" },
  { "remove blocked-domain evil.test\nadd allowed-domain evil.test", NULL },
  { "add blocked-domain contoso.test", "blocked-domain contoso.test id our-domain" },
  { "add blocked-domain fabrikam.test include-subdomains=true", NULL },
  { "add allowed-domain b.test proxy-fqdn=sip.adatum.test", NULL },
  { "add allowed-domain 192.0.2.1", "allowed-domain 192.0.2.1 id bad-id" },
  /* providers */
  { "add hosting-provider Other", "hosting-provider Other proxy-fqdn required" },
  { "add hosting-provider aol proxy-fqdn=x.test", "public-provider AOL id duplicate" },
  { "add hosting-provider hoster proxy-fqdn=x.test", "hosting-provider hoster id duplicate" },
  { "add public-provider Other proxy-fqdn=sip.hoster.test", "public-provider Other proxy-fqdn duplicate" },
  { "add public-provider Other proxy-fqdn=sip.adatum.test", "public-provider Other proxy-fqdn duplicate" },
  { "set hosting-provider Hoster proxy-fqdn=y.test", "hosting-provider Hoster proxy-fqdn write-once" },
  { "set hosting-provider Hoster proxy-fqdn=SIP.hoster.test enabled=true", NULL },
  { "reset hosting-provider Hoster proxy-fqdn", "hosting-provider Hoster proxy-fqdn write-once" },
  { "reset hosting-provider Hoster", NULL },
  { "remove hosting-provider Hoster\nadd hosting-provider Hoster proxy-fqdn=y.test", NULL },
  { "set access-edge '' routing-method=use-default-routing",
    "access-edge global default-route-fqdn default-route-needed" },
  { "set access-edge '' routing-method=use-default-routing default-route-fqdn=r.test",
    "access-edge global routing-method default-route-with-providers" },
  { "remove hosting-provider Hoster\nremove public-provider AOL\nremove public-provider 'Windows Live'\n"
    "remove public-provider Yahoo!\nset access-edge '' routing-method=use-default-routing default-route-fqdn=r.test",
    NULL },
  /* XMPP partners */
  { "add xmpp-partner litware.test additional-domains=corp.fabrikam.test",
    "xmpp-partner litware.test additional-domains duplicate" },
  { "add xmpp-partner corp.fabrikam.test", "xmpp-partner fabrikam.test additional-domains duplicate" },
  { "set xmpp-partner fabrikam.test additional-domains+=fabrikam.test",
    "xmpp-partner fabrikam.test additional-domains duplicate" },
  { "add xmpp-partner contoso.test", "xmpp-partner contoso.test id our-domain" },
  { "set xmpp-partner fabrikam.test additional-domains+=it.fabrikam.test", NULL },
  { "set xmpp-partner fabrikam.test additional-domains-=corp.fabrikam.test\nadd xmpp-partner corp.fabrikam.test",
    NULL },
  { "set xmpp-partner fabrikam.test tls-negotiation=not-supported",
    "xmpp-partner fabrikam.test sasl-negotiation sasl-needs-tls" },
  { "set xmpp-partner fabrikam.test sasl-negotiation=not-supported support-dialback-negotiation=false",
    "xmpp-partner fabrikam.test sasl-negotiation no-authentication-method" },
  /* sites, policies, users */
  { "add external-access-policy site:Berlin", "external-access-policy site:Berlin id no-such-site" },
  { "add external-access-policy site:Redmond", NULL },
  { "add external-access-policy sales", "external-access-policy sales id duplicate" },
  /* boundary profiles */
  { "set xmpp-partner fabrikam.test boundary-profile=Lax", "xmpp-partner fabrikam.test boundary-profile no-such-profile" },
  { "remove boundary-profile Strict", "boundary-profile Strict id in-use" },
  { "set xmpp-partner fabrikam.test boundary-profile=\nremove boundary-profile Strict", NULL },
  { "add boundary-profile strict", "boundary-profile strict id duplicate" },
  { "set boundary-profile Strict presence-shown=half", "boundary-profile Strict presence-shown bad-choice" },
  { "set boundary-profile Strict quiet-hours=22:00", "boundary-profile Strict quiet-hours bad-hours" },
  { "set boundary-profile Strict body-limit=65537", "boundary-profile Strict body-limit out-of-range" },
  { "set boundary-profile Strict quiet-hours=22:00-06:00 messages=to-partner", NULL },
  { "add site paris", "site paris id duplicate" },
  { "remove site Paris", "site Paris id in-use" },
  { "remove site Redmond", "site Redmond id in-use" },
  { "set topology '' site=Berlin", "topology global site no-such-site" },
  { "set topology '' site=Paris", NULL },
  { "remove external-access-policy Sales", "external-access-policy Sales id in-use" },
  { "set user alice@contoso.test external-access-policy=\nremove external-access-policy Sales", NULL },
  { "add user carol@litware.test", "user sip:carol@litware.test id not-our-domain" },
  { "set user bob@contoso.test site=Berlin", "user sip:bob@contoso.test site no-such-site" },
  { "set user bob@contoso.test external-access-policy=Nobody",
    "user sip:bob@contoso.test external-access-policy no-such-policy" },
  { "set user bob@contoso.test external-access-policy=global",
    "user sip:bob@contoso.test external-access-policy no-such-policy" },
  { "set user bob@contoso.test ha1-md5=00112233445566778899aabbccddeeff",
    "user sip:bob@contoso.test ha1-md5 unknown-field" },
  /* topology */
  { "set topology '' xmpp-internal-port=5061", "topology global xmpp-internal-port port-taken-twice" },
  { "set topology '' xmpp-external-port=5061", "topology global xmpp-external-port port-taken-twice" },
  { "set topology '' access-edge-client-port=5061", NULL },
  { "set topology '' media-port-first=60000", "topology global media-port-last range-reversed" },
};

static char *
problem_text (const OreeProblem *p)
{
  g_autofree char *id = g_str_has_prefix (p->id, " ") ? g_strdup_printf ("'%s'", p->id) : g_strdup (p->id);

  return g_strdup_printf ("%s %s %s %s", *p->kind ? p->kind : "-", id, *p->field ? p->field : "-",
                          oree_problem_nick (p->code));
}

static gboolean
has_problem (const OreeProblems *problems, const char *text)
{
  gboolean found = FALSE;

  for (guint i = 0; i < oree_problems_n (problems); i++)
    {
      g_autofree char *one = problem_text (oree_problems_get (problems, i));

      g_test_message ("  %s (%s)", one, oree_problems_get (problems, i)->detail);
      found |= g_strcmp0 (one, text) == 0;
    }
  return found;
}

static void
changes_are_stored_or_refused (void)
{
  g_autoptr (OreeRecordSet) base = new_base ();
  g_autoptr (GVariant) before = g_variant_ref_sink (oree_record_set_export (base));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OreeProblems) problems = oree_problems_new ();
      g_autoptr (OreeRecordSet) next = changes_apply (base, cases[i].lines, problems);
      g_autoptr (GVariant) after = g_variant_ref_sink (oree_record_set_export (base));
      gboolean found = has_problem (problems, cases[i].problem);

      g_test_message ("%s", cases[i].lines);
      g_assert_cmpint (next != NULL, ==, cases[i].problem == NULL);
      g_assert_true (cases[i].problem == NULL || found);
      g_assert_true (g_variant_equal (before, after));
      if (next != NULL)
        g_assert_true (oree_validate (next, NULL, NULL));
    }
}

/* What a client changed can be taken back, secrets included, and the reverse of a reverse is the change. */
static void
every_stored_change_can_be_undone (void)
{
  g_autoptr (OreeRecordSet) base = new_base ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OreeRecordSet) next = NULL;
      g_autoptr (OreeRecordSet) back = NULL;
      g_autoptr (OreeRecordSet) again = NULL;
      g_autoptr (OreeProblems) problems = oree_problems_new ();
      g_autoptr (GVariant) reverse = NULL;
      g_autoptr (GVariant) forward = NULL;
      g_autoptr (GVariant) left = NULL;

      if (cases[i].problem != NULL)
        continue;
      next = changes_apply (base, cases[i].lines, NULL);
      reverse = g_variant_ref_sink (oree_record_set_changes (next, base));
      forward = g_variant_ref_sink (oree_record_set_changes (base, next));
      back = oree_record_set_apply (next, reverse, OREE_RECORD_STORED, problems);
      g_assert_nonnull (back);
      left = g_variant_ref_sink (oree_record_set_changed_ids (back, base));
      g_assert_cmpuint (g_variant_n_children (left), ==, 0);
      g_variant_unref (left);
      again = oree_record_set_apply (back, forward, OREE_RECORD_STORED, problems);
      g_assert_nonnull (again);
      left = g_variant_ref_sink (oree_record_set_changed_ids (again, next));
      g_assert_cmpuint (g_variant_n_children (left), ==, 0);
    }
}

static void
a_new_default_domain_demotes_the_former (void)
{
  g_autoptr (OreeRecordSet) base = new_base ();
  g_autoptr (OreeRecordSet) next = changes_apply_ok (base, "add sip-domain litware.test default=true");
  const OreeSipDomain *former = (const OreeSipDomain *) oree_record_set_get (next, "sip-domain", "contoso.test");
  const OreeSipDomain *first = (const OreeSipDomain *) oree_record_set_get (base, "sip-domain", "contoso.test");
  g_autoptr (GVariant) changed = g_variant_ref_sink (oree_record_set_changed_ids (base, next));

  g_assert_true (first->is_default);
  g_assert_false (former->is_default);
  g_assert_cmpuint (g_variant_n_children (changed), ==, 2);
}

static void
removing_the_global_policy_resets_it (void)
{
  g_autoptr (OreeRecordSet) base = new_base ();
  g_autoptr (OreeRecordSet) on
      = changes_apply_ok (base, "set external-access-policy global enable-federation-access=true");
  g_autoptr (OreeRecordSet) off = changes_apply_ok (on, "remove external-access-policy global");
  const OreeRecord *policy = oree_record_set_get (off, "external-access-policy", "global");

  g_assert_nonnull (policy);
  g_assert_true (oree_record_equal (policy, oree_record_set_get (base, "external-access-policy", "global")));
}

static void
untouched_records_are_shared (void)
{
  g_autoptr (OreeRecordSet) base = new_base ();
  g_autoptr (OreeRecordSet) next = changes_apply_ok (base, "add xmpp-partner litware.test");

  g_assert_true (oree_record_set_get (base, "xmpp-partner", "fabrikam.test")
                 == oree_record_set_get (next, "xmpp-partner", "fabrikam.test"));
  g_assert_true (oree_record_set_list (base, &oree_user_kind) == oree_record_set_list (next, &oree_user_kind));
}

/* An export says no secret; importing it changes nothing and loses none. */
static void
an_export_comes_back_whole (void)
{
  g_autoptr (OreeRecordSet) base = new_base ();
  g_autoptr (OreeRecordSet) empty = oree_record_set_new ();
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (GVariant) exported = g_variant_ref_sink (oree_record_set_export (base));
  g_autofree char *said = g_variant_print (exported, FALSE);
  g_autoptr (OreeRecordSet) same = oree_record_set_import (base, exported, problems);
  g_autoptr (OreeRecordSet) elsewhere = oree_record_set_apply (empty, exported, OREE_RECORD_PUBLIC, problems);
  g_autoptr (GVariant) left = NULL;
  const OreeUser *user;

  g_assert_null (strstr (said, "s3cret"));
  g_assert_null (strstr (said, "ha1"));
  g_assert_null (strstr (said, "password"));
  g_assert_nonnull (same);
  left = g_variant_ref_sink (oree_record_set_changed_ids (base, same));
  g_assert_cmpuint (g_variant_n_children (left), ==, 0);
  g_assert_nonnull (elsewhere);
  g_assert_cmpuint (oree_record_set_n_records (elsewhere), ==, oree_record_set_n_records (base));
  user = (const OreeUser *) oree_record_set_get (elsewhere, "user", "alice@contoso.test");
  g_assert_cmpstr (user->ha1_md5, ==, "");
}

static void
an_import_replaces_what_it_does_not_name (void)
{
  g_autoptr (OreeRecordSet) base = new_base ();
  g_autoptr (GVariant) exported = changes_new ("add sip-domain contoso.test default=true\n"
                                               "add user alice@contoso.test display-name=Alice\n");
  g_autoptr (OreeRecordSet) next = oree_record_set_import (base, exported, NULL);
  const OreeUser *former = (const OreeUser *) oree_record_set_get (base, "user", "alice@contoso.test");
  const OreeUser *user;
  const OreeXmppGateway *gateway;

  g_assert_nonnull (next);
  g_assert_null (oree_record_set_get (next, "user", "bob@contoso.test"));
  g_assert_null (oree_record_set_get (next, "xmpp-partner", "fabrikam.test"));
  user = (const OreeUser *) oree_record_set_get (next, "user", "alice@contoso.test");
  g_assert_cmpstr (user->display_name, ==, "Alice");
  g_assert_cmpstr (user->ha1_sha256, ==, former->ha1_sha256);
  gateway = (const OreeXmppGateway *) oree_record_set_singleton (next, &oree_xmpp_gateway_kind);
  g_assert_cmpstr (gateway->dialback_passphrase, ==, "s3cret");
}

static void
a_knob_without_effect_says_so (void)
{
  g_autoptr (OreeRecordSet) base = new_base ();
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (OreeRecordSet) next
      = changes_apply (base, "set access-edge '' be-clearing-house=true allow-federated-users=true", problems);

  g_assert_nonnull (next);
  g_assert_true (oree_problems_has (problems, OREE_PROBLEM_NO_EFFECT, "be-clearing-house"));
  g_assert_false (oree_problems_has (problems, OREE_PROBLEM_NO_EFFECT, "allow-federated-users"));
}

static void
wrong_shapes_and_floods_are_refused (void)
{
  g_autoptr (OreeRecordSet) base = new_base ();
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (GVariant) shape = g_variant_ref_sink (g_variant_new_string ("add"));
  g_auto (GVariantBuilder) many = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (OREE_CHANGES_TYPE));
  g_autoptr (GVariant) flood = NULL;

  for (guint i = 0; i < 20001; i++)
    g_variant_builder_add (&many, "(sss@a{sv})", "reset", "topology", "global", g_variant_new ("a{sv}", NULL));
  flood = g_variant_ref_sink (g_variant_builder_end (&many));
  g_assert_null (oree_record_set_apply (base, shape, OREE_RECORD_PUBLIC, problems));
  g_assert_true (oree_problems_has (problems, OREE_PROBLEM_WRONG_TYPE, NULL));
  g_assert_null (oree_record_set_apply (base, flood, OREE_RECORD_PUBLIC, problems));
  g_assert_true (oree_problems_has (problems, OREE_PROBLEM_TOO_MANY_CHANGES, NULL));
}

static void
twenty_thousand_changes_go_in_at_once (void)
{
  g_autoptr (OreeRecordSet) base = new_base ();
  g_auto (GVariantBuilder) many = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (OREE_CHANGES_TYPE));
  g_autoptr (GVariant) changes = NULL;
  g_autoptr (OreeRecordSet) next = NULL;
  gint64 start;

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *id = g_strdup_printf ("sip:u%u@contoso.test", i);

      g_variant_builder_add (&many, "(sss@a{sv})", "add", "user", id, g_variant_new ("a{sv}", NULL));
    }
  changes = g_variant_ref_sink (g_variant_builder_end (&many));
  start = g_get_monotonic_time ();
  next = oree_record_set_apply (base, changes, OREE_RECORD_PUBLIC, NULL);
  g_test_message ("%" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - start) / 1000);
  g_assert_nonnull (next);
  g_assert_cmpuint (oree_record_set_list (next, &oree_user_kind)->len, ==, 20002);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/record-set/changes-are-stored-or-refused", changes_are_stored_or_refused);
  g_test_add_func ("/model/record-set/every-stored-change-can-be-undone", every_stored_change_can_be_undone);
  g_test_add_func ("/model/record-set/a-new-default-domain-demotes-the-former",
                   a_new_default_domain_demotes_the_former);
  g_test_add_func ("/model/record-set/removing-the-global-policy-resets-it", removing_the_global_policy_resets_it);
  g_test_add_func ("/model/record-set/untouched-records-are-shared", untouched_records_are_shared);
  g_test_add_func ("/model/record-set/an-export-comes-back-whole", an_export_comes_back_whole);
  g_test_add_func ("/model/record-set/an-import-replaces-what-it-does-not-name",
                   an_import_replaces_what_it_does_not_name);
  g_test_add_func ("/model/record-set/a-knob-without-effect-says-so", a_knob_without_effect_says_so);
  g_test_add_func ("/model/record-set/wrong-shapes-and-floods-are-refused", wrong_shapes_and_floods_are_refused);
  g_test_add_func ("/model/record-set/twenty-thousand-changes-go-in-at-once", twenty_thousand_changes_go_in_at_once);
  return g_test_run ();
}
