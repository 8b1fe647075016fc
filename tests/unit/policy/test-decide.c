/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the tables of tests/vectors/policy. Every case is decided twice, with and without a trail, and explained from the
 * same texts: the three must agree. Every reason there is must occur. */
#include "policy/oree-explain.h"
#include "policy/oree-policy-build.h"

#include "../model/changes.h"

static gboolean seen[OREE_N_REASONS];

static char *
read_table (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("OREE_VECTORS"), "policy", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static OreeRecordSet *
read_base (void)
{
  g_autofree char *text = read_table ("base.table");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) changes = g_string_new (NULL);
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();

  for (char **line = lines; *line != NULL; line++)
    if (**line != '#')
      g_string_append_printf (changes, "%s\n", *line);
  return changes_apply_ok (initial, changes->str);
}

/* "a=b c=d" over the defaults; a value "" takes the default away. */
static GHashTable *
read_facts (const char *text, const char *const *defaults)
{
  GHashTable *facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) words = g_strsplit_set (text, " ", -1);

  for (gsize i = 0; defaults[i] != NULL; i += 2)
    g_hash_table_insert (facts, g_strdup (defaults[i]), g_strdup (defaults[i + 1]));
  for (char **word = words; *word != NULL; word++)
    {
      char *equals = strchr (*word, '=');

      if (**word == '\0')
        continue;
      g_assert_nonnull (equals);
      *equals = '\0';
      g_assert_true (equals[1] == '\0' || g_hash_table_contains (facts, *word) || g_str_equal (*word, "authenticated")
                     || g_str_equal (*word, "names") || g_str_equal (*word, "srv-targets"));
      if (equals[1] != '\0')
        g_hash_table_replace (facts, g_strdup (*word), g_strdup (equals + 1));
      else
        g_hash_table_replace (facts, g_strdup (*word), NULL);
    }
  return facts;
}

static int
choice (GHashTable *facts, const char *name, const OreeEnumValue *choices)
{
  int value = -1;

  g_assert_true (oree_enum_from_nick (choices, oree_span_str (g_hash_table_lookup (facts, name)), &value));
  return value;
}

static OreeVerdict
decide_xmpp (const OreePolicy *policy, GHashTable *facts, OreeTrail *trail, const char **found)
{
  const OreeXmppFacts given = {
    .direction = (OreeDirection) choice (facts, "direction", oree_directions),
    .ask = (OreeXmppAsk) choice (facts, "ask", oree_xmpp_asks),
    .local_domain = g_hash_table_lookup (facts, "local-domain"),
    .remote_domain = g_hash_table_lookup (facts, "remote-domain"),
    .local_user = g_hash_table_lookup (facts, "local-user"),
    .auth = (OreeXmppAuth) choice (facts, "auth", oree_xmpp_auths),
    .by = (OreeXmppBy) choice (facts, "certificate-by", oree_xmpp_bys),
    .allow_entry = g_str_equal (g_hash_table_lookup (facts, "allow-entry"), "true"),
  };

  return oree_decide_xmpp (policy, &given, trail);
}

static OreeVerdict
decide_sip (const OreePolicy *policy, GHashTable *facts, OreeTrail *trail, const char **found)
{
  OreeSipRoute route = OREE_SIP_ROUTE_NONE;
  OreeVerdict verdict;
  const OreeSipFacts given = {
    .source = (OreeSipSource) choice (facts, "source", oree_sip_sources),
    .method = g_hash_table_lookup (facts, "method"),
    .from = g_hash_table_lookup (facts, "from"),
    .to = g_hash_table_lookup (facts, "to"),
    .authenticated = g_hash_table_contains (facts, "authenticated") ? g_hash_table_lookup (facts, "authenticated")
                                                                    : g_hash_table_lookup (facts, "from"),
  };

  verdict = oree_decide_sip (policy, &given, &route, trail);
  *found = oree_enum_to_nick (oree_sip_routes, route);
  return verdict;
}

/* "a,b" → names; "none": an empty list; none given: NULL. */
static GStrv
names (GHashTable *facts, const char *name)
{
  const char *text = g_hash_table_lookup (facts, name);

  return text == NULL ? NULL : g_strsplit (g_str_equal (text, "none") ? "" : text, ",", -1);
}

/* What stands there instead of names when DNS gave none that could be believed. */
static OreeReason
dns_trouble (GHashTable *facts, const char *name)
{
  const char *text = g_hash_table_lookup (facts, name);

  return g_strcmp0 (text, "dns-bogus") == 0    ? OREE_REASON_DNS_BOGUS
         : g_strcmp0 (text, "dns-failed") == 0 ? OREE_REASON_DNS_FAILED
                                               : OREE_REASON_ALLOWED;
}

static OreeVerdict
decide_peer (const OreePolicy *policy, GHashTable *facts, OreeTrail *trail, const char **found)
{
  const char *method = g_hash_table_lookup (facts, "method");
  OreeReason dns = dns_trouble (facts, "srv-targets");
  g_auto (GStrv) certified = names (facts, "names");
  g_auto (GStrv) targets = dns == OREE_REASON_ALLOWED ? names (facts, "srv-targets") : g_new0 (char *, 1);
  const OreePeerNames shown = { (const char *const *) certified, (const char *const *) certified,
                                g_str_equal (g_hash_table_lookup (facts, "usage"), "strict") };
  OreePeerStand stand;
  OreeVerdict verdict;
  const OreePeerFacts given = {
    .direction = (OreeDirection) choice (facts, "direction", oree_directions),
    .method = g_str_equal (method, "none") ? NULL : method,
    .local_domain = g_hash_table_lookup (facts, "local-domain"),
    .remote_domain = g_hash_table_lookup (facts, "remote-domain"),
    .local_user = g_hash_table_lookup (facts, "local-user"),
    .names = certified != NULL ? &shown : NULL,
    .srv_targets = (const char *const *) targets,
    .dns = dns,
    .mark = (OreeSourceMark) choice (facts, "mark", oree_source_marks),
    .allow_entry = g_str_equal (g_hash_table_lookup (facts, "allow-entry"), "true"),
    .in_dialog = g_str_equal (g_hash_table_lookup (facts, "in-dialog"), "true"),
    .audio_video = g_str_equal (g_hash_table_lookup (facts, "audio-video"), "true"),
  };

  verdict = oree_decide_peer (policy, &given, &stand, trail);
  *found = oree_enum_to_nick (oree_relations, stand.relation);
  return verdict;
}

typedef struct
{
  const char *what;
  const char *const *defaults;
  OreeVerdict (*decide) (const OreePolicy *policy, GHashTable *facts, OreeTrail *trail, const char **found);
} Table;

static void
explains_the_same (const Table *table, const OreePolicy *policy, GHashTable *facts, OreeVerdict expected,
                   const OreeTrail *trail)
{
  g_auto (GVariantBuilder) given = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (GVariant) texts = NULL;
  GVariant *verdict = NULL, *steps = NULL, *same;
  const char *reason;
  GHashTableIter iter;
  gpointer name, value;
  gboolean allow;

  g_hash_table_iter_init (&iter, facts);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      /* "Nobody signed in" cannot be said there: explain takes the sender as signed in. Nor does it take a method
       * in lower case for another. */
      if (g_str_equal (name, "authenticated") && value == NULL)
        return;
      if (g_str_equal (name, "method") && g_ascii_islower (*(const char *) value))
        return;
      if (value != NULL)
        g_variant_builder_add (&given, "{sv}", name, g_variant_new_string (value));
    }
  texts = g_variant_ref_sink (g_variant_builder_end (&given));
  g_assert_true (oree_explain (policy, table->what, texts, &verdict, &steps, problems));
  g_variant_ref_sink (verdict);
  g_variant_ref_sink (steps);
  same = g_variant_ref_sink (oree_trail_to_variant (trail));
  g_assert_true (g_variant_lookup (verdict, "allow", "b", &allow));
  g_assert_true (g_variant_lookup (verdict, "reason", "&s", &reason));
  g_assert_cmpint (allow, ==, expected.allow);
  g_assert_cmpstr (reason, ==, oree_reason_nick (expected.reason));
  g_assert_true (g_variant_equal (steps, same));
  g_variant_unref (verdict);
  g_variant_unref (steps);
  g_variant_unref (same);
}

static void
run_case (const Table *table, const OreePolicy *policy, const char *line)
{
  const char *colon = strstr (line, " : ");
  g_autofree char *given = NULL;
  g_autoptr (GHashTable) facts = NULL;
  g_auto (GStrv) expected = NULL;
  g_autoptr (OreeTrail) trail = oree_trail_new ();
  const char *found = NULL, *unheard;
  OreeVerdict verdict, silent;
  const OreeStep *last;

  g_test_message ("%s", line);
  g_assert_nonnull (colon);
  given = g_strndup (line, (gsize) (colon - line));
  facts = read_facts (given, table->defaults);
  expected = g_strsplit (colon + 3, " ", -1);
  verdict = table->decide (policy, facts, trail, &found);
  silent = table->decide (policy, facts, NULL, &unheard);
  last = oree_trail_get (trail, oree_trail_n_steps (trail) - 1);
  g_assert_cmpstr (oree_reason_nick (verdict.reason), ==, expected[0]);
  g_assert_cmpstr (oree_step_nick (last->step), ==, expected[1]);
  if (expected[2] != NULL)
    g_assert_cmpstr (found, ==, expected[2]);
  g_assert_cmpint (verdict.allow, ==, verdict.reason == OREE_REASON_ALLOWED);
  g_assert_cmpint (last->outcome == OREE_OUTCOME_REFUSE, ==, !verdict.allow);
  g_assert_cmpint (silent.allow, ==, verdict.allow);
  g_assert_cmpint (silent.reason, ==, verdict.reason);
  explains_the_same (table, policy, facts, verdict, trail);
  seen[verdict.reason] = TRUE;
}

static void
run_table (const Table *table, const char *name)
{
  g_autofree char *text = read_table (name);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (OreeRecordSet) base = read_base ();
  g_autoptr (OreeRecordSet) set = oree_record_set_ref (base);
  g_autoptr (OreePolicy) policy = oree_policy_build (set, 1, NULL);
  guint n_cases = 0;

  for (char **line = lines; *line != NULL; line++)
    {
      OreeRecordSet *next = NULL;

      if (**line == '\0' || **line == '#')
        continue;
      if (g_str_has_prefix (*line, "change "))
        next = changes_apply_ok (set, *line + strlen ("change "));
      else if (g_str_equal (*line, "base"))
        next = oree_record_set_ref (base);
      if (next != NULL)
        {
          oree_record_set_unref (set);
          set = next;
          oree_policy_unref (policy);
          policy = oree_policy_build (set, 1, NULL);
          continue;
        }
      run_case (table, policy, *line);
      n_cases++;
    }
  g_test_message ("%s: %u cases", name, n_cases);
  g_assert_cmpuint (n_cases, >, 20);
}

static const char *const xmpp_defaults[] = {
  "direction",     "in",
  "ask",           "message",
  "local-domain",  "contoso.test",
  "local-user",    "sip:alice@contoso.test",
  "remote-domain", "fabrikam.test",
  "auth",          "sasl-tls",
  "certificate-by", "unknown",
  "allow-entry",   "false",
  NULL,
};

static const char *const sip_defaults[] = {
  "source", "client", "method", "MESSAGE", "from", "sip:alice@contoso.test", "to", "sip:bob@fabrikam.test", NULL,
};

static const char *const peer_defaults[] = {
  "direction",     "in",
  "method",        "MESSAGE",
  "local-domain",  "contoso.test",
  "local-user",    "sip:alice@contoso.test",
  "remote-domain", "litware.test",
  "mark",          "unmarked",
  "allow-entry",   "false",
  "in-dialog",     "false",
  "audio-video",   "false",
  "usage",         "strict",
  NULL,
};

static void
xmpp_passes_as_the_table_says (void)
{
  static const Table table = { "xmpp", xmpp_defaults, decide_xmpp };

  run_table (&table, "xmpp.table");
}

static void
sip_passes_as_the_table_says (void)
{
  static const Table table = { "sip", sip_defaults, decide_sip };

  run_table (&table, "sip.table");
}

static void
peers_pass_as_the_table_says (void)
{
  static const Table table = { "peer", peer_defaults, decide_peer };

  run_table (&table, "peer.table");
}

/* What test-safeguard plays: "AT request … : REASON". */
static void
see_what_safeguards_say (void)
{
  g_autofree char *text = read_table ("safeguard.table");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      const char *colon = strstr (*line, " : ");
      OreeReason reason;

      if (**line != '#' && colon != NULL && strstr (*line, " request ") != NULL)
        {
          g_auto (GStrv) expected = g_strsplit (colon + 3, " ", -1);

          g_assert_true (oree_reason_from_nick (expected[0], &reason));
          seen[reason] = TRUE;
        }
    }
}

/* Runs after the tables. */
static void
every_reason_occurs_in_a_table (void)
{
  see_what_safeguards_say ();
  for (guint i = 0; i < OREE_N_REASONS; i++)
    {
      g_test_message ("%s", oree_reason_nick ((OreeReason) i));
      g_assert_true (seen[i]);
    }
}

static void
nicks_travel_both_ways (void)
{
  OreeReason reason;

  for (guint i = 0; i < OREE_N_REASONS; i++)
    {
      g_assert_true (oree_reason_from_nick (oree_reason_nick ((OreeReason) i), &reason));
      g_assert_cmpint (reason, ==, i);
      g_assert_nonnull (oree_reason_level_nick (oree_reason_level (reason)));
    }
  g_assert_false (oree_reason_from_nick ("no-such", &reason));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/decide/1-xmpp-passes-as-the-table-says", xmpp_passes_as_the_table_says);
  g_test_add_func ("/policy/decide/2-sip-passes-as-the-table-says", sip_passes_as_the_table_says);
  g_test_add_func ("/policy/decide/3-peers-pass-as-the-table-says", peers_pass_as_the_table_says);
  g_test_add_func ("/policy/decide/4-every-reason-occurs-in-a-table", every_reason_occurs_in_a_table);
  g_test_add_func ("/policy/verdict/nicks-travel-both-ways", nicks_travel_both_ways);
  return g_test_run ();
}
