/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why presence is unknown: each link of the chain, missing once. */
#include "policy/oree-explain-presence.h"
#include "policy/oree-policy-build.h"

#include "../model/changes.h"

#define IN "{'watcher': <'Juliet@Fabrikam.test/balcony'>, 'presentity': <'sip:Alice@contoso.test'>}"
#define OUT "{'watcher': <'alice@contoso.test'>, 'presentity': <'xmpp:juliet@fabrikam.test'>}"
#define ROW_IN(rest) "[{'watcher': <'juliet@fabrikam.test'>, 'presentity': <'sip:alice@contoso.test'>, " rest "}]"
#define ROW_OUT(rest) "[{'watcher': <'sip:alice@contoso.test'>, 'presentity': <'juliet@fabrikam.test'>, " rest "}]"
#define STREAM "[{'partner': <'fabrikam.test'>, 'state': <'ready'>}]"
#define FAILED "{'nick': <'stream-failed'>, 'time': <@x 5>, 'details': <{'reason': <'connect-failed'>}>}"

static OreePolicy *
build (const char *type)
{
  g_autofree char *lines = g_strdup_printf ("add sip-domain contoso.test\nadd user alice@contoso.test\n"
                                            "set topology global xmpp-proxy-enabled=true\n"
                                            "set access-edge global allow-federated-users=true\n"
                                            "set external-access-policy global enable-federation-access=true "
                                            "enable-xmpp-access=true\n"
                                            "add xmpp-partner fabrikam.test partner-type=%s\n", type);
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();
  g_autoptr (OreeRecordSet) set = changes_apply_ok (initial, lines);

  return oree_policy_build (set, 1, NULL);
}

static GVariant *
parse (const char *type, const char *text)
{
  return text != NULL ? g_variant_parse (G_VARIANT_TYPE (type), text, NULL, NULL, NULL) : NULL;
}

/* facts, subscription rows, connections, last event → what is missing, and at which step */
static void
the_first_missing_link_is_named (void)
{
  static const struct { const char *facts, *rows, *streams, *event, *reason, *step; } rows[] = {
    { IN, "[]", "[]", NULL, "presence-never-asked", "presence-asked" },
    { IN, ROW_OUT ("'authorisation': <'granted'>"), "[]", NULL, "presence-never-asked", "presence-asked" },
    { IN, ROW_IN ("'authorisation': <'none'>, 'state': <'ending'>"), "[]", NULL, "presence-never-asked", "presence-asked" },
    { IN, ROW_IN ("'authorisation': <'pending'>, 'state': <'live'>"), STREAM, NULL, "presence-pending-sip", "presence-approved" },
    { IN, ROW_IN ("'authorisation': <'pending'>, 'state': <'waiting'>"), STREAM, NULL, "presence-waiting", "presence-approved" },
    { IN, ROW_IN ("'authorisation': <'granted'>, 'state': <'asking'>"), STREAM, NULL, "presence-asking", "presence-subscription" },
    { IN, ROW_IN ("'authorisation': <'granted'>, 'state': <'waiting'>"), "[]", NULL, "presence-waiting", "presence-subscription" },
    { IN, ROW_IN ("'authorisation': <'granted'>, 'state': <'asleep'>"), "[]", NULL, "presence-asleep", "presence-subscription" },
    { IN, ROW_IN ("'authorisation': <'granted'>, 'state': <'live'>"), "[]", NULL, "presence-nothing-told", "presence-told" },
    { IN, ROW_IN ("'authorisation': <'granted'>, 'state': <'live'>, 'known': <true>"), "[]", NULL, "allowed", NULL },
    { IN, ROW_IN ("'authorisation': <'granted'>, 'state': <'live'>, 'known': <true>"), "[]", FAILED, "connect-failed", "presence-stream" },
    { IN, ROW_IN ("'authorisation': <'granted'>, 'state': <'live'>, 'known': <true>"), STREAM, FAILED, "allowed", NULL },
    { OUT, "[]", "[]", NULL, "presence-never-asked", "presence-asked" },
    { OUT, ROW_OUT ("'authorisation': <'pending'>, 'state': <'live'>"), STREAM, NULL, "presence-pending-xmpp", "presence-approved" },
    { OUT, ROW_OUT ("'authorisation': <'pending'>, 'state': <'idle'>"), STREAM, NULL, "presence-pending-xmpp", "presence-approved" },
    { OUT, ROW_OUT ("'authorisation': <'granted'>, 'state': <'idle'>"), STREAM, NULL, "presence-no-device", "presence-subscription" },
    { OUT, ROW_OUT ("'authorisation': <'granted'>, 'state': <'live'>"), STREAM, NULL, "presence-nothing-told", "presence-told" },
    { OUT, ROW_OUT ("'authorisation': <'granted'>, 'state': <'live'>, 'known': <true>"), STREAM, NULL, "allowed", NULL },
  };
  g_autoptr (OreePolicy) policy = build ("federated");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GVariant) facts = parse ("a{sv}", rows[i].facts), subscriptions = parse ("aa{sv}", rows[i].rows);
      g_autoptr (GVariant) streams = parse ("aa{sv}", rows[i].streams), event = parse ("a{sv}", rows[i].event);
      OreePresenceLive live = { .subscriptions = subscriptions, .connections = streams };
      g_autoptr (OreeProblems) problems = oree_problems_new ();
      g_autoptr (GVariant) verdict = NULL, steps = NULL;
      const char *reason = NULL, *refused = NULL, *step, *outcome;
      gboolean allow = FALSE;

      g_assert_nonnull (subscriptions);
      g_assert_true (oree_explain_presence (policy, facts, &live, event, &verdict, &steps, problems));
      g_variant_ref_sink (verdict);
      g_variant_ref_sink (steps);
      g_test_message ("row %u", i);
      g_assert_true (g_variant_lookup (verdict, "reason", "&s", &reason) && g_variant_lookup (verdict, "allow", "b", &allow));
      g_assert_cmpstr (reason, ==, rows[i].reason);
      g_assert_cmpint (allow, ==, rows[i].step == NULL);
      for (gsize s = 0; s < g_variant_n_children (steps); s++)
        {
          g_autoptr (GVariant) one = g_variant_get_child_value (steps, s);

          g_assert_true (g_variant_lookup (one, "step", "&s", &step) && g_variant_lookup (one, "outcome", "&s", &outcome));
          g_assert_false (refused != NULL && strcmp (outcome, "skip") != 0); /* nothing is asked after the first no */
          if (strcmp (outcome, "refuse") == 0)
            refused = step;
        }
      g_assert_cmpstr (refused, ==, rows[i].step);
    }
}

static void
the_policy_comes_first (void)
{
  g_autoptr (OreePolicy) policy = build ("public-unverified");
  g_autoptr (GVariant) facts = parse ("a{sv}", IN);
  g_autoptr (GVariant) rows = parse ("aa{sv}", ROW_IN ("'authorisation': <'granted'>, 'state': <'live'>, 'known': <true>"));
  g_autoptr (GVariant) entries = parse ("aa{sv}", "[{'user': <'sip:alice@contoso.test'>, 'contact': <'juliet@fabrikam.test'>}]");
  static const char *const expected[] = { "allow-entry-needed", "allowed" };

  for (guint i = 0; i < 2; i++)
    {
      OreePresenceLive live = { .subscriptions = rows, .allow_entries = i == 1 ? entries : NULL };
      g_autoptr (OreeProblems) problems = oree_problems_new ();
      g_autoptr (GVariant) verdict = NULL, steps = NULL;
      const char *reason = NULL;

      g_assert_true (oree_explain_presence (policy, facts, &live, NULL, &verdict, &steps, problems));
      g_variant_ref_sink (verdict);
      g_variant_ref_sink (steps);
      g_assert_true (g_variant_lookup (verdict, "reason", "&s", &reason));
      g_assert_cmpstr (reason, ==, expected[i]);
    }
}

static void
wrong_facts_are_named (void)
{
  static const struct { const char *facts, *field; OreeProblemCode code; } rows[] = {
    { "@a{sv} {}", "watcher", OREE_PROBLEM_REQUIRED },
    { "{'watcher': <'a@contoso.test'>}", "presentity", OREE_PROBLEM_REQUIRED },
    { "{'watcher': <'contoso.test'>, 'presentity': <'a@fabrikam.test'>}", "watcher", OREE_PROBLEM_BAD_SIP_URI },
    { "{'watcher': <'a@contoso.test'>, 'presentity': <'@'>}", "presentity", OREE_PROBLEM_BAD_SIP_URI },
    { "{'watcher': <'a@contoso.test'>, 'presentity': <'b@fabrikam.test'>, 'who': <'x'>}", "who", OREE_PROBLEM_UNKNOWN_FIELD },
  };
  g_autoptr (OreePolicy) policy = build ("federated");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GVariant) facts = parse ("a{sv}", rows[i].facts);
      OreePresenceLive live = { NULL };
      g_autoptr (OreeProblems) problems = oree_problems_new ();
      GVariant *verdict = NULL, *steps = NULL;

      g_assert_false (oree_explain_presence (policy, facts, &live, NULL, &verdict, &steps, problems));
      g_assert_true (oree_problems_has (problems, rows[i].code, rows[i].field));
      g_assert_null (verdict);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/explain-presence/the-first-missing-link-is-named", the_first_missing_link_is_named);
  g_test_add_func ("/policy/explain-presence/the-policy-comes-first", the_policy_comes_first);
  g_test_add_func ("/policy/explain-presence/wrong-facts-are-named", wrong_facts_are_named);
  return g_test_run ();
}
