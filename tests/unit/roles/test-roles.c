/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small pure parts between the machines: what refusals become, what is bound, how connections are counted. */
#include "roles/oree-census.h"
#include "roles/oree-listeners.h"
#include "roles/oree-refusal.h"
#include "roles/oree-sip-hub.h"
#include "roles/oree-xmpp-stand.h"

static void
every_reason_has_an_answer_in_each_protocol (void)
{
  for (guint i = 0; i < OREE_N_REASONS; i++)
    {
      const OreeRefusal *refusal = oree_refusal (i);

      if (i == OREE_REASON_ALLOWED)
        continue;
      g_assert_cmpuint (refusal->sip, >=, 400);
      g_assert_cmpuint (refusal->sip, <, 700);
      /* No challenge of ours stands behind 401 and 407, 408 is not for other than INVITE, 503 closes a whole hop. */
      g_assert_true (refusal->sip != 401 && refusal->sip != 407 && refusal->sip != 408 && refusal->sip != 503);
      g_assert_cmpint (refusal->stanza, !=, OREE_STANZA_ERR_ITEM_NOT_FOUND);
      g_assert_cmpint (refusal->stanza, !=, OREE_STANZA_ERR_RECIPIENT_UNAVAILABLE);
    }
}

static void
who_must_not_know_hears_the_same_for_unknown_and_unwilling (void)
{
  static const OreeReason alike[] = { OREE_REASON_USER_UNKNOWN, OREE_REASON_USER_XMPP_OFF,
                                      OREE_REASON_USER_FEDERATION_OFF, OREE_REASON_ALLOW_ENTRY_NEEDED };

  for (guint i = 0; i < G_N_ELEMENTS (alike); i++)
    g_assert_cmpint (oree_refusal (alike[i])->stanza, ==, OREE_STANZA_ERR_SERVICE_UNAVAILABLE);
}

static void
a_signature_names_each_endpoint (void)
{
  static const struct
  {
    const char *addresses[3];
    guint64 port;
    const char *text;
  } rows[] = {
    { { NULL }, 5061, "127.0.0.1:5061" },
    { { "192.0.2.1", NULL }, 5269, "192.0.2.1:5269" },
    { { "2001:db8::1", "192.0.2.1", NULL }, 5269, "[2001:db8::1]:5269 192.0.2.1:5269" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = oree_listeners_signature (rows[i].addresses, rows[i].port);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
connections_are_counted_in_all_and_by_domain (void)
{
  int roles;

  g_assert_true (oree_census_enter (&roles, NULL, 2, 0));
  g_assert_true (oree_census_enter (&roles, NULL, 2, 0));
  g_assert_false (oree_census_enter (&roles, NULL, 2, 0));
  g_assert_true (oree_census_enter (&roles, "fabrikam.test", 0, 1));
  g_assert_false (oree_census_enter (&roles, "fabrikam.test", 0, 1));
  g_assert_true (oree_census_enter (&roles, "litware.test", 0, 1));
  oree_census_leave (&roles, "fabrikam.test");
  g_assert_true (oree_census_enter (&roles, "fabrikam.test", 0, 1));
  oree_census_leave (&roles, NULL);
  g_assert_true (oree_census_enter (&roles, NULL, 2, 0));
}

static void
a_flow_survives_packing (void)
{
  OreeFlow flow = { 7, OREE_LEG_USER, 4000000000u };
  OreeFlow back = oree_flow_unpack (oree_flow_pack (flow));

  g_assert_cmpuint (back.lane, ==, flow.lane);
  g_assert_cmpuint (back.leg, ==, flow.leg);
  g_assert_cmpuint (back.id, ==, flow.id);
  g_assert_true (oree_flow_is_none (OREE_FLOW_NONE));
}

static void
every_role_has_a_name_and_back (void)
{
  for (guint i = 0; i < OREE_N_ROLES; i++)
    {
      OreeRoleId role;

      g_assert_true (oree_role_from_nick (oree_role_nick (i), &role));
      g_assert_cmpuint (role, ==, i);
    }
  g_assert_false (oree_role_from_nick ("director", &(OreeRoleId){ 0 }));
}

static void
a_proof_is_called_as_policy_calls_it (void)
{
  g_assert_cmpstr (oree_xmpp_auth_nick (OREE_S2S_PROOF_EXTERNAL), ==, "sasl-tls");
  g_assert_cmpstr (oree_xmpp_auth_nick (OREE_S2S_PROOF_DIALBACK_TLS), ==, "tls-dialback");
  g_assert_cmpstr (oree_xmpp_auth_nick (OREE_S2S_PROOF_DIALBACK), ==, "tcp-dialback");
  g_assert_cmpstr (oree_xmpp_auth_nick (OREE_S2S_PROOF_NONE), ==, "none");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/roles/refusal/every-reason-has-an-answer-in-each-protocol",
                   every_reason_has_an_answer_in_each_protocol);
  g_test_add_func ("/roles/refusal/who-must-not-know-hears-the-same",
                   who_must_not_know_hears_the_same_for_unknown_and_unwilling);
  g_test_add_func ("/roles/listeners/a-signature-names-each-endpoint", a_signature_names_each_endpoint);
  g_test_add_func ("/roles/census/counts-in-all-and-by-domain", connections_are_counted_in_all_and_by_domain);
  g_test_add_func ("/roles/flow/survives-packing", a_flow_survives_packing);
  g_test_add_func ("/roles/every-role-has-a-name-and-back", every_role_has_a_name_and_back);
  g_test_add_func ("/roles/a-proof-is-called-as-policy-calls-it", a_proof_is_called_as_policy_calls_it);
  return g_test_run ();
}
