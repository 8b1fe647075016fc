/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of certificates from topologies: tests/vectors/needs, and two hundred topologies at random. */
#include "changes.h"
#include "model/oree-cert-needs.h"
#include "model/oree-cert-record.h"

/* ---- Vectors ---- */

typedef struct
{
  const char *file;
  guint line;
  OreeRecordSet *set;
  GString *changes;
  GPtrArray *expected; /* lines, owned */
  char *ask;           /* NULL: none open */
} Reader;

static GVariant *
specification (const char *words)
{
  g_auto (GVariantBuilder) fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_auto (GStrv) split = NULL;

  if (g_shell_parse_argv (words, NULL, &split, NULL))
    for (char **word = split; *word != NULL; word++)
      change_field (&fields, &oree_csr_spec_kind, *word);
  return g_variant_ref_sink (g_variant_builder_end (&fields));
}

static const char *
usage_word (const OreeCertNeeds *needs)
{
  if (needs->server_auth)
    return needs->client_auth ? "both" : "server";
  return needs->client_auth ? "client" : "client-less";
}

/* The answer as the file would write it. Every specification has an organization, which is asked of all. */
static char *
answer (const OreeRecordSet *set, const char *ask)
{
  g_autofree char *words = g_strconcat (ask, " organization=Contoso", NULL);
  g_autoptr (GVariant) fields = specification (words);
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (OreeCsrSpec) spec = oree_csr_spec_new (fields, problems);
  g_autoptr (OreeCertNeeds) needs = NULL;
  GString *text = g_string_new (NULL);

  oree_record_check (&spec->record, problems);
  needs = oree_cert_needs_new (set, spec, problems);
  g_string_append_printf (text, "subject%s%s\n", *needs->subject != '\0' ? " " : "", needs->subject);
  for (guint i = 0; i < needs->names->len; i++)
    {
      const OreeNeededName *name = g_ptr_array_index (needs->names, i);

      g_string_append_printf (text, "name %s %s %s\n", oree_enum_to_nick (oree_need_types, (int) name->type), name->name,
                              oree_enum_to_nick (oree_need_reasons, (int) name->reason));
    }
  g_string_append_printf (text, "usage %s\n", usage_word (needs));
  g_string_append_printf (text, "client %s", oree_enum_to_nick (oree_client_usages, (int) needs->client));
  if (needs->client_reason != NULL)
    g_string_append_printf (text, " %s%s%s", needs->client_reason, *needs->client_detail != '\0' ? " " : "",
                            needs->client_detail);
  g_string_append_c (text, '\n');
  for (guint i = 0; i < oree_problems_n (problems); i++)
    {
      const OreeProblem *problem = oree_problems_get (problems, i);

      g_string_append_printf (text, "problem %s%s%s\n", oree_problem_nick (problem->code),
                              *problem->detail != '\0' ? " " : "", problem->detail);
    }
  return g_string_free (text, FALSE);
}

static void
settle (Reader *reader)
{
  g_autofree char *expected = NULL;
  g_autofree char *seen = NULL;

  if (reader->ask == NULL)
    return;
  g_ptr_array_add (reader->expected, g_strdup (""));
  g_ptr_array_add (reader->expected, NULL);
  expected = g_strjoinv ("\n", (char **) reader->expected->pdata);
  seen = answer (reader->set, reader->ask);
  if (!g_str_equal (expected, seen))
    g_test_message ("%s, before line %u: ask %s", reader->file, reader->line, reader->ask);
  g_assert_cmpstr (expected, ==, seen);
  g_ptr_array_set_size (reader->expected, 0);
  g_clear_pointer (&reader->ask, g_free);
}

static void
apply (Reader *reader)
{
  OreeRecordSet *next;

  if (reader->changes->len == 0)
    return;
  next = changes_apply_ok (reader->set, reader->changes->str);
  oree_record_set_unref (reader->set);
  reader->set = next;
  g_string_truncate (reader->changes, 0);
}

static void
read_line (Reader *reader, char *line)
{
  g_strchomp (line);
  if (*line == '\0' || *line == '#')
    return;
  if (g_str_has_prefix (line, "add ") || g_str_has_prefix (line, "set "))
    {
      settle (reader);
      g_string_append_printf (reader->changes, "%s\n", line);
    }
  else if (g_str_equal (line, "ask") || g_str_has_prefix (line, "ask "))
    {
      settle (reader);
      apply (reader);
      reader->ask = g_strdup (line + 3);
    }
  else
    g_ptr_array_add (reader->expected, g_strdup (line));
}

static void
names_are_those_of_the_table (gconstpointer data)
{
  g_autofree char *path = g_build_filename (g_getenv ("OREE_VECTORS"), "needs", (const char *) data, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) expected = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) changes = g_string_new (NULL);
  Reader reader = { .file = data, .set = oree_record_set_new_initial (), .changes = changes, .expected = expected };

  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      reader.line++;
      read_line (&reader, *line);
    }
  settle (&reader);
  g_assert_cmpuint (changes->len, ==, 0);
  oree_record_set_unref (reader.set);
}

/* ---- Properties ---- */

static gboolean
toss (void)
{
  return g_test_rand_bit ();
}

static OreeRecordSet *
random_set (void)
{
  static const char *const tops[] = { "example", "test", "com", "bücher.example", "xn--caf-dma.example" };
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();
  g_autoptr (GString) lines = g_string_new (NULL);
  int n = g_test_rand_int_range (0, 8);
  int best = n > 0 ? g_test_rand_int_range (0, n) : 0;

  g_string_append_printf (lines, "set topology global xmpp-proxy-enabled=%s web-conferencing-enabled=%s",
                          toss () ? "true" : "false", toss () ? "true" : "false");
  if (toss ())
    g_string_append_printf (lines, " access-edge-external-fqdn=%s.d0.example", toss () ? "sip" : "access");
  if (toss ())
    g_string_append (lines, " web-conferencing-external-fqdn=web.d0.example");
  if (toss ())
    g_string_append (lines, " edge-internal-fqdn=edge.inside.example");
  if (toss ())
    g_string_append (lines, " next-hop=pool.inside.example:5061;transport=tls");
  g_string_append_c (lines, '\n');
  for (int i = 0; i < n; i++)
    g_string_append_printf (lines, "add sip-domain d%d.%s sip=%s xmpp=%s%s\n", i,
                            tops[g_test_rand_int_range (0, G_N_ELEMENTS (tops))], toss () ? "true" : "false",
                            toss () ? "true" : "false", i == best ? " default=true" : "");
  if (toss ())
    g_string_append (lines, "set public-provider AOL enabled=true\n");
  return changes_apply_ok (initial, lines->str);
}

static char *
random_ask (void)
{
  static const char *const usages[] = { "external", "internal", "client", "av", "external,internal", "access-edge-external",
                                        "web-conferencing-external", "external,client,av" };
  static const char *const extras[] = { "", " srv-names=true", " xmpp-addresses=true", " additional-names=sip.d0.example,x.example",
                                        " key-usage=both", " all-sip-domains=false" };

  return g_strconcat (" organization=X usages=", usages[g_test_rand_int_range (0, G_N_ELEMENTS (usages))],
                      extras[g_test_rand_int_range (0, G_N_ELEMENTS (extras))], NULL);
}

static void
check_properties (const OreeRecordSet *set, const char *ask)
{
  g_autoptr (GVariant) fields = specification (ask);
  g_autoptr (OreeCsrSpec) spec = oree_csr_spec_new (fields, NULL);
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (OreeCertNeeds) needs = oree_cert_needs_new (set, spec, problems);
  g_autoptr (OreeCertNeeds) again = oree_cert_needs_new (set, spec, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean others = FALSE;

  /* The subject is the first name; a topology that gives none is told. */
  if (*needs->subject != '\0')
    {
      const OreeNeededName *first = g_ptr_array_index (needs->names, 0);

      g_assert_cmpstr (first->name, ==, needs->subject);
      g_assert_cmpint (first->reason, ==, OREE_NEED_SUBJECT);
    }
  else
    g_assert_true (oree_problems_has (problems, OREE_PROBLEM_REQUIRED, NULL));
  for (guint i = 0; i < needs->names->len; i++)
    {
      const OreeNeededName *name = g_ptr_array_index (needs->names, i);

      /* None twice, no wildcard, A-labels in lower case, each needed by a usage that was asked for. */
      g_assert_true (g_hash_table_add (seen, g_strdup_printf ("%d %s", (int) name->type, name->name)));
      g_assert_null (strchr (name->name, '*'));
      g_assert_true (g_str_is_ascii (name->name));
      for (const char *c = name->name; *c != '\0'; c++)
        g_assert_false (g_ascii_isupper (*c));
      g_assert_cmpuint (name->usages, !=, 0);
      g_assert_cmpuint (name->usages & ~needs->usages, ==, 0);
      g_assert_cmpstr (name->name, ==, ((const OreeNeededName *) g_ptr_array_index (again->names, i))->name);
      /* DNS names first, what is not one behind them. */
      g_assert_false (others && name->type == OREE_NEED_DNS);
      others |= name->type != OREE_NEED_DNS;
    }
  g_assert_cmpuint (needs->names->len, ==, again->names->len);
  g_assert_true (needs->server_auth || needs->client_auth);
}

static void
random_topologies_keep_the_rules (void)
{
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (OreeRecordSet) set = random_set ();
      g_autofree char *ask = random_ask ();

      check_properties (set, ask);
    }
}

/* ---- On the bus ---- */

static void
rows_say_origin_and_unicode (void)
{
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();
  g_autoptr (OreeRecordSet) set = changes_apply_ok (
      initial, "set topology global access-edge-external-fqdn=sip.bücher.example xmpp-proxy-enabled=true\n"
               "add sip-domain bücher.example default=true\nadd sip-domain b.example xmpp=false\n");
  g_autoptr (GVariant) fields = specification ("usages=external additional-names=x.example organization=X");
  g_autoptr (OreeCsrSpec) spec = oree_csr_spec_new (fields, NULL);
  g_autoptr (OreeCertNeeds) needs = oree_cert_needs_new (set, spec, NULL);
  const char *const have[] = { "SIP.xn--bcher-kva.example", "old.example", NULL };
  g_autoptr (GVariant) rows = g_variant_ref_sink (oree_cert_needs_compare (needs, have));
  static const char *const expected[][4] = {
    { "sip.xn--bcher-kva.example", "sip.bücher.example", "automatic", "same" },
    { "xn--bcher-kva.example", "bücher.example", "automatic", "new" },
    { "sip.b.example", NULL, "sip-domain", "new" },
    { "x.example", NULL, "added", "new" },
    { "old.example", NULL, "added", "dropped" },
  };

  g_assert_cmpuint (g_variant_n_children (rows), ==, G_N_ELEMENTS (expected));
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      const char *name = NULL, *unicode = NULL, *origin = NULL, *change = NULL;

      g_variant_lookup (row, "name", "&s", &name);
      g_variant_lookup (row, "unicode", "&s", &unicode);
      g_variant_lookup (row, "origin", "&s", &origin);
      g_variant_lookup (row, "change", "&s", &change);
      g_assert_cmpstr (name, ==, expected[i][0]);
      g_assert_cmpstr (unicode, ==, expected[i][1]);
      g_assert_cmpstr (origin, ==, expected[i][2]);
      g_assert_cmpstr (change, ==, expected[i][3]);
    }
}

static void
records_travel_whole (void)
{
  g_autoptr (OreeCertRecord) record = oree_cert_record_new ();
  g_autoptr (OreeCertRecord) back = NULL;
  g_autoptr (GVariant) row = NULL, again = NULL;

  g_free (record->id);
  record->id = g_strdup ("abc");
  g_strfreev (record->names);
  record->names = g_strsplit ("a.example,b.example", ",", -1);
  record->state = OREE_CERT_STATE_RENEW_SOON;
  record->source = OREE_CERT_SOURCE_FILE;
  record->usages = OREE_EDGE_USAGES_EXTERNAL;
  record->not_after = 123456789;
  record->days_left = -4;
  record->has_key = record->client_auth = TRUE;
  row = g_variant_ref_sink (oree_cert_record_to_variant (record));
  back = oree_cert_record_from_variant (row);
  again = g_variant_ref_sink (oree_cert_record_to_variant (back));
  g_assert_cmpvariant (row, again);
  g_assert_cmpint (back->days_left, ==, -4);
  g_assert_cmpint (back->state, ==, OREE_CERT_STATE_RENEW_SOON);
  g_assert_cmpuint (back->usages, ==, OREE_EDGE_USAGES_EXTERNAL);
}

static void
groups_stand_for_usages (void)
{
  const char *const both[] = { "external", "client", NULL };
  const char *const wrong[] = { "external", "inside", NULL };
  const char *bad;
  g_auto (GStrv) nicks = oree_edge_usages_to_nicks (oree_edge_usages_from_words (both, &bad));
  g_autofree char *joined = g_strjoinv (" ", nicks);

  g_assert_cmpstr (joined, ==, "access-edge-external web-conferencing-external client-identity");
  g_assert_null (bad);
  g_assert_cmpuint (oree_edge_usages_from_words (wrong, &bad), ==, 0);
  g_assert_cmpstr (bad, ==, "inside");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/model/cert-needs/seed", "seed.needs", names_are_those_of_the_table);
  g_test_add_data_func ("/model/cert-needs/lync", "lync.needs", names_are_those_of_the_table);
  g_test_add_data_func ("/model/cert-needs/rules", "rules.needs", names_are_those_of_the_table);
  g_test_add_func ("/model/cert-needs/random-topologies-keep-the-rules", random_topologies_keep_the_rules);
  g_test_add_func ("/model/cert-needs/rows-say-origin-and-unicode", rows_say_origin_and_unicode);
  g_test_add_func ("/model/cert-record/travels-whole", records_travel_whole);
  g_test_add_func ("/model/edge-usage/groups-stand-for-usages", groups_stand_for_usages);
  return g_test_run ();
}
