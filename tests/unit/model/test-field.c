/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field tables themselves, and the generic code over them, for every kind there is. */
#include "model/oree-field.h"

#include "base/oree-span.h"
#include <string.h>

#define FOR_EACH_KIND(kind)                                                                   \
  guint n_kinds_;                                                                             \
  const OreeKind *const *kinds_ = oree_kinds (&n_kinds_);                                     \
  for (guint k_ = 0; k_ < n_kinds_; k_++)                                                     \
    for (const OreeKind *kind = kinds_[k_]; kind != NULL; kind = NULL)

static const char *
some_id (const OreeKind *kind)
{
  if (kind->singleton)
    return "global";
  if (strcmp (kind->name, "user") == 0)
    return "sip:alice@contoso.test";
  return "fabrikam.test";
}

/* A legal value other than the default. */
static GVariant *
other_value (const OreeField *field)
{
  static const char *const samples[] = { "other.fabrikam.test", "192.0.2.7", "host.test:5061;transport=tls",
                                         "https://host.test/x", "00112233445566778899aabbccddeeff",
                                         "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                         "22:00-06:00", "-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----" };
  OreeProblemCode code;
  guint64 number;

  switch (field->type)
    {
    case OREE_FIELD_TYPE_BOOLEAN:
      return g_variant_new_boolean (strcmp (oree_field_default_text (field), "true") != 0);
    case OREE_FIELD_TYPE_UINT:
      g_assert_true (oree_span_to_uint (oree_span_str (oree_field_default_text (field)), G_MAXUINT64, &number));
      return g_variant_new_uint64 (number == field->max ? number - 1 : number + 1);
    case OREE_FIELD_TYPE_ENUM:
      return g_variant_new_string (
          field->choices[strcmp (field->choices[0].nick, oree_field_default_text (field)) == 0].nick);
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_SECRET:
    case OREE_FIELD_TYPE_LIST:
      for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
        {
          g_autofree char *normal = field->normalise ? field->normalise (samples[i], &code) : g_strdup ("text");

          if (normal != NULL && field->type == OREE_FIELD_TYPE_LIST)
            return g_variant_new_strv ((const char *[]){ normal }, 1);
          if (normal != NULL)
            return g_variant_new_string (normal);
        }
    }
  g_assert_not_reached ();
}

static GVariant *
one_field (const char *name, GVariant *value)
{
  return g_variant_ref_sink (g_variant_new_parsed ("@a{sv} { %s: %v }", name, value));
}

static void
tables_are_sound (void)
{
  FOR_EACH_KIND (kind)
    {
      g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

      g_assert_true (oree_kind_by_name (kind->name) == kind);
      g_assert_nonnull (kind->normalise_id);
      g_assert_cmpuint (strlen (kind->doc), >, 0);
      g_assert_cmpuint (strlen (kind->id_doc), >, 0);
      for (gsize i = 0; i < kind->n_fields; i++)
        {
          const OreeField *field = &kind->fields[i];

          g_test_message ("%s %s", kind->name, field->name);
          g_assert_true (g_hash_table_add (names, (gpointer) field->name));
          g_assert_true (oree_kind_field (kind, field->name) == field);
          g_assert_cmpuint (strspn (field->name, "abcdefghijklmnopqrstuvwxyz0123456789-"), ==,
                            strlen (field->name));
          g_assert_cmpuint (field->offset, >=, sizeof (OreeRecord));
          g_assert_cmpuint (field->offset, <, kind->size);
          g_assert_cmpuint (field->max, <=, G_MAXINT64);
          g_assert_true (g_str_has_suffix (field->doc, "."));
          g_assert_cmpint (field->type == OREE_FIELD_TYPE_ENUM, ==, field->choices != NULL);
          g_assert_cmpint (field->type == OREE_FIELD_TYPE_SECRET, ==, (field->flags & OREE_FIELD_FLAG_SECRET) != 0);
          g_assert_cmpstr (field->name, !=, "id");
        }
    }
}

/* Every declared default is a value the field accepts. */
static void
defaults_are_legal (void)
{
  FOR_EACH_KIND (kind)
    {
      g_autoptr (OreeRecord) record = oree_record_new (kind, some_id (kind));
      g_autoptr (OreeRecord) copy = oree_record_copy (record);
      g_autoptr (OreeProblems) problems = oree_problems_new ();
      g_autoptr (GVariant) all = g_variant_ref_sink (oree_record_to_variant (record, OREE_RECORD_STORED));

      g_assert_true (oree_record_patch (copy, all, OREE_RECORD_STORED, TRUE, problems));
      g_assert_cmpuint (oree_problems_n (problems), ==, 0);
      g_assert_true (oree_record_equal (record, copy));
    }
}

static void
values_travel_both_ways (void)
{
  FOR_EACH_KIND (kind)
    for (gsize i = 0; i < kind->n_fields; i++)
      {
        const OreeField *field = &kind->fields[i];
        g_autoptr (OreeRecord) blank = oree_record_new (kind, some_id (kind));
        g_autoptr (OreeRecord) record = oree_record_new (kind, some_id (kind));
        g_autoptr (OreeRecord) again = oree_record_new (kind, some_id (kind));
        g_autoptr (OreeRecord) copy = NULL;
        g_autoptr (GVariant) fields = one_field (field->name, other_value (field));
        g_autoptr (GVariant) stored = NULL;
        g_autoptr (GVariant) from_text = NULL;
        g_autoptr (GVariant) value = NULL;
        g_autoptr (GVariant) diff = NULL;
        g_autofree char *text = NULL;

        if (field->flags & OREE_FIELD_FLAG_NOT_STORED)
          continue;
        g_assert_true (oree_record_patch (record, fields, OREE_RECORD_STORED, TRUE, NULL));
        g_assert_false (oree_record_equal (blank, record));
        stored = g_variant_ref_sink (oree_record_to_variant (record, OREE_RECORD_STORED));
        g_assert_true (oree_record_patch (again, stored, OREE_RECORD_STORED, TRUE, NULL));
        g_assert_true (oree_record_equal (record, again));
        copy = oree_record_copy (record);
        g_assert_true (oree_record_equal (record, copy));
        text = oree_record_get_text (record, field);
        value = g_variant_ref_sink (oree_record_get_variant (record, field));
        from_text = g_variant_ref_sink (oree_field_variant_from_text (field, text));
        g_assert_true (g_variant_equal (value, from_text));
        diff = g_variant_ref_sink (oree_record_diff (blank, record));
        g_assert_cmpuint (g_variant_n_children (diff), ==, 1);
      }
}

/* A secret is nowhere but in the stored view: neither in the public one, nor in what the audit keeps. */
static void
secrets_stay_inside (void)
{
  FOR_EACH_KIND (kind)
    for (gsize i = 0; i < kind->n_fields; i++)
      {
        const OreeField *field = &kind->fields[i];
        g_autoptr (OreeRecord) blank = oree_record_new (kind, some_id (kind));
        g_autoptr (OreeRecord) record = oree_record_new (kind, some_id (kind));
        g_autoptr (GVariant) fields = NULL;
        g_autoptr (GVariant) public = NULL;
        g_autoptr (GVariant) diff = NULL;
        g_autoptr (GVariant) added = NULL;
        g_autofree char *said = NULL;
        const char *needle = "00112233445566778899aabbccddeeff";

        if (!(field->flags & OREE_FIELD_FLAG_SECRET) || (field->flags & OREE_FIELD_FLAG_NOT_STORED))
          continue;
        fields = one_field (field->name, g_variant_new_string (needle));
        g_assert_true (oree_record_patch (record, fields, OREE_RECORD_STORED, TRUE, NULL));
        g_assert_cmpstr (oree_record_get_string (record, field), ==, needle);
        public = g_variant_ref_sink (oree_record_to_variant (record, OREE_RECORD_PUBLIC));
        diff = g_variant_ref_sink (oree_record_diff (blank, record));
        added = g_variant_ref_sink (oree_record_diff (NULL, record));
        g_assert_cmpuint (g_variant_n_children (diff), ==, 1);
        said = g_variant_print (public, FALSE);
        g_assert_null (strstr (said, needle));
        g_free (said);
        said = g_variant_print (diff, FALSE);
        g_assert_null (strstr (said, needle));
        g_free (said);
        said = g_variant_print (added, FALSE);
        g_assert_null (strstr (said, needle));
      }
}

static void
describe_names_every_field (void)
{
  FOR_EACH_KIND (kind)
    {
      g_autoptr (GVariant) rows = g_variant_ref_sink (oree_kind_describe (kind));
      gsize row_index = 1;

      for (gsize i = 0; i < kind->n_fields; i++)
        {
          const OreeField *field = &kind->fields[i];
          g_autoptr (GVariant) row = NULL;
          g_autofree const char **flags = NULL;
          const char *name, *type, *doc;

          if (field->flags & OREE_FIELD_FLAG_HIDDEN)
            continue;
          row = g_variant_get_child_value (rows, row_index++);
          g_assert_true (g_variant_lookup (row, "name", "&s", &name));
          g_assert_true (g_variant_lookup (row, "type", "&s", &type));
          g_assert_true (g_variant_lookup (row, "doc", "&s", &doc));
          g_assert_true (g_variant_lookup (row, "flags", "^a&s", &flags));
          g_assert_cmpstr (name, ==, field->name);
          g_assert_cmpstr (type, ==, oree_field_type_nick (field->type));
          g_assert_cmpint (g_strv_contains (flags, "no-effect-yet"), ==,
                           (field->flags & OREE_FIELD_FLAG_NO_EFFECT) != 0);
          g_assert_cmpint (g_variant_lookup (row, "default", "s", NULL), ==,
                           !(field->flags & OREE_FIELD_FLAG_SECRET));
        }
      g_assert_cmpuint (g_variant_n_children (rows), ==, row_index);
    }
}

/* What a client may get wrong about one field. `value` is GVariant text. */
static const struct
{
  const char *kind, *field, *value;
  OreeProblemCode code; /* OREE_N_PROBLEMS: accepted */
  const char *text;     /* the field afterwards */
} patches[] = {
  { "xmpp-gateway", "connection-limit", "<uint64 7>", OREE_N_PROBLEMS, "7" },
  { "xmpp-gateway", "connection-limit", "<7>", OREE_N_PROBLEMS, "7" },
  { "xmpp-gateway", "connection-limit", "<byte 7>", OREE_N_PROBLEMS, "7" },
  { "xmpp-gateway", "connection-limit", "<-7>", OREE_PROBLEM_OUT_OF_RANGE, "1000" },
  { "xmpp-gateway", "connection-limit", "<uint64 0>", OREE_PROBLEM_OUT_OF_RANGE, "1000" },
  { "xmpp-gateway", "connection-limit", "<uint64 4294967295>", OREE_N_PROBLEMS, "4294967295" },
  { "xmpp-gateway", "connection-limit", "<uint64 4294967296>", OREE_PROBLEM_OUT_OF_RANGE, "1000" },
  { "xmpp-gateway", "connection-limit", "<uint64 18446744073709551615>", OREE_PROBLEM_OUT_OF_RANGE, "1000" },
  { "xmpp-gateway", "connection-limit", "<'7'>", OREE_PROBLEM_WRONG_TYPE, "1000" },
  { "xmpp-gateway", "connection-limit", "<7.0>", OREE_PROBLEM_WRONG_TYPE, "1000" },
  { "xmpp-gateway", "no-such", "<7>", OREE_PROBLEM_UNKNOWN_FIELD, NULL },
  { "xmpp-gateway", "connection-limit+", "<7>", OREE_PROBLEM_UNKNOWN_FIELD, NULL },
  { "xmpp-gateway", "", "<7>", OREE_PROBLEM_UNKNOWN_FIELD, NULL },
  { "access-edge", "outgoing-tls-count-for-federated-partners", "<5>", OREE_PROBLEM_OUT_OF_RANGE, "4" },
  { "access-edge", "allow-federated-users", "<true>", OREE_N_PROBLEMS, "true" },
  { "access-edge", "allow-federated-users", "<'true'>", OREE_PROBLEM_WRONG_TYPE, "false" },
  { "xmpp-partner", "partner-type", "<'federated'>", OREE_N_PROBLEMS, "federated" },
  { "xmpp-partner", "partner-type", "<'Federated'>", OREE_PROBLEM_BAD_CHOICE, "public-unverified" },
  { "xmpp-partner", "partner-type", "<2>", OREE_PROBLEM_WRONG_TYPE, "public-unverified" },
  { "xmpp-partner", "description", "<'one\\ntwo'>", OREE_PROBLEM_BAD_TEXT, "" },
  { "xmpp-partner", "description", "<'Fabrikam \xc3\x89""dition'>", OREE_N_PROBLEMS, "Fabrikam \xc3\x89""dition" },
  { "xmpp-partner", "proxy-fqdn", "<'XMPP.Fabrikam.test.'>", OREE_N_PROBLEMS, "xmpp.fabrikam.test" },
  { "xmpp-partner", "proxy-fqdn", "<'XMPP.Fabrikam.test:05222'>", OREE_N_PROBLEMS, "xmpp.fabrikam.test:5222" },
  { "xmpp-partner", "proxy-fqdn", "<'xmpp.fabrikam.test:0'>", OREE_PROBLEM_BAD_PORT, "" },
  { "xmpp-partner", "proxy-fqdn", "<'xmpp.fabrikam.test:65536'>", OREE_PROBLEM_BAD_PORT, "" },
  { "xmpp-partner", "proxy-fqdn", "<'xmpp.fabrikam.test:'>", OREE_PROBLEM_BAD_PORT, "" },
  { "xmpp-partner", "proxy-fqdn", "<'192.0.2.1:5269'>", OREE_PROBLEM_DOMAIN_IS_ADDRESS, "" },
  { "xmpp-partner", "proxy-fqdn", "<'2001:db8::1'>", OREE_PROBLEM_DOMAIN_IS_ADDRESS, "" },
  { "xmpp-partner", "proxy-fqdn", "<'192.0.2.1'>", OREE_PROBLEM_DOMAIN_IS_ADDRESS, "" },
  { "xmpp-partner", "proxy-fqdn", "<'*'>", OREE_PROBLEM_BAD_DOMAIN, "" },
  { "xmpp-partner", "proxy-fqdn", "<'localhost'>", OREE_PROBLEM_BAD_DOMAIN, "" },
  { "xmpp-partner", "certificate-pins", "<['sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855']>", OREE_N_PROBLEMS, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  { "xmpp-partner", "certificate-pins", "<'SHA256:E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55'>", OREE_N_PROBLEMS, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  { "xmpp-partner", "certificate-pins", "<'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'>", OREE_PROBLEM_BAD_PIN, "" },
  { "xmpp-partner", "certificate-pins", "<'sha1:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'>", OREE_PROBLEM_BAD_PIN, "" },
  { "xmpp-partner", "certificate-pins", "<'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85'>", OREE_PROBLEM_BAD_PIN, "" },
  { "xmpp-partner", "certificate-pins", "<'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8550'>", OREE_PROBLEM_BAD_PIN, "" },
  { "xmpp-partner", "certificate-pins", "<'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85g'>", OREE_PROBLEM_BAD_PIN, "" },
  { "xmpp-partner", "certificate-pins", "<'sha256:e3::b0'>", OREE_PROBLEM_BAD_PIN, "" },
  { "xmpp-partner", "certificate-pins", "<'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855:'>", OREE_PROBLEM_BAD_PIN, "" },
  { "xmpp-partner", "certificate-pins", "<['sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855']>", OREE_PROBLEM_ALREADY_IN_LIST, "" },
  { "xmpp-partner", "trust-anchors", "<'subject=x\\r\\n-----BEGIN CERTIFICATE-----\\r\\nAAAA\\r\\nBBB=\\r\\n-----END CERTIFICATE-----\\r\\n'>", OREE_N_PROBLEMS,
    "-----BEGIN CERTIFICATE-----\nAAAABBB=\n-----END CERTIFICATE-----\n" },
  { "xmpp-partner", "trust-anchors", "<'-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----\\n-----BEGIN CERTIFICATE-----BBBB-----END CERTIFICATE-----'>", OREE_N_PROBLEMS,
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n" },
  { "xmpp-partner", "trust-anchors", "<'nothing'>", OREE_PROBLEM_BAD_PEM, "" },
  { "xmpp-partner", "trust-anchors", "<'-----BEGIN CERTIFICATE-----\\nAAA\\n-----END CERTIFICATE-----'>", OREE_PROBLEM_BAD_PEM, "" },
  { "xmpp-partner", "trust-anchors", "<'-----BEGIN CERTIFICATE-----\\nA=AA\\n-----END CERTIFICATE-----'>", OREE_PROBLEM_BAD_PEM, "" },
  { "xmpp-partner", "trust-anchors", "<'-----BEGIN CERTIFICATE-----\\nA*AA\\n-----END CERTIFICATE-----'>", OREE_PROBLEM_BAD_PEM, "" },
  { "xmpp-partner", "trust-anchors", "<'-----BEGIN CERTIFICATE-----\\n-----END CERTIFICATE-----'>", OREE_PROBLEM_BAD_PEM, "" },
  { "xmpp-partner", "trust-anchors", "<'-----BEGIN CERTIFICATE-----\\nAAAA'>", OREE_PROBLEM_BAD_PEM, "" },
  { "xmpp-partner", "trust-anchors", "<'-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----'>",
    OREE_PROBLEM_BAD_PEM, "" },
  { "xmpp-partner", "trust-anchors", "<'one\\u0001two'>", OREE_PROBLEM_BAD_TEXT, "" },
  { "xmpp-partner", "additional-domains", "<['A.test', 'b.test']>", OREE_N_PROBLEMS, "a.test,b.test" },
  { "xmpp-partner", "additional-domains", "<'A.test'>", OREE_N_PROBLEMS, "a.test" },
  { "xmpp-partner", "additional-domains", "<@as []>", OREE_N_PROBLEMS, "" },
  { "xmpp-partner", "additional-domains", "<['a.test', 'A.TEST']>", OREE_PROBLEM_ALREADY_IN_LIST, "" },
  { "xmpp-partner", "additional-domains", "<['a.test,b.test']>", OREE_PROBLEM_BAD_TEXT, "" },
  { "xmpp-partner", "additional-domains", "<['']>", OREE_PROBLEM_BAD_TEXT, "" },
  { "xmpp-partner", "additional-domains-", "<'a.test'>", OREE_PROBLEM_NOT_IN_LIST, "" },
  { "xmpp-partner", "additional-domains+", "<'a.test'>", OREE_N_PROBLEMS, "a.test" },
  { "topology", "next-hop", "<'EMBEDDED'>", OREE_N_PROBLEMS, "embedded" },
  { "topology", "next-hop", "<'Kam.contoso.test:5061;transport=TLS'>", OREE_N_PROBLEMS,
    "kam.contoso.test:5061;transport=tls" },
  { "topology", "next-hop", "<'[2001:db8:0::1]:5060;transport=tcp'>", OREE_N_PROBLEMS,
    "[2001:db8::1]:5060;transport=tcp" },
  { "topology", "next-hop", "<'kam.contoso.test:5061'>", OREE_PROBLEM_BAD_NEXT_HOP, "embedded" },
  { "topology", "next-hop", "<'kam.contoso.test;transport=tls'>", OREE_PROBLEM_BAD_NEXT_HOP, "embedded" },
  { "topology", "next-hop", "<'kam.contoso.test:5061;transport=udp'>", OREE_PROBLEM_BAD_NEXT_HOP, "embedded" },
  { "topology", "next-hop", "<':5061;transport=tls'>", OREE_PROBLEM_BAD_NEXT_HOP, "embedded" },
  { "topology", "internal-addresses", "<['127.0.0.1', '::1']>", OREE_N_PROBLEMS, "127.0.0.1,::1" },
  { "topology", "internal-addresses", "<['127.1']>", OREE_PROBLEM_BAD_ADDRESS, "" },
  { "topology", "xmpp-external-port", "<65536>", OREE_PROBLEM_OUT_OF_RANGE, "5269" },
  { "topology", "xmpp-external-port", "<0>", OREE_PROBLEM_OUT_OF_RANGE, "5269" },
  { "public-provider", "icon-url", "<'javascript:alert(1)'>", OREE_PROBLEM_BAD_URL, "" },
  { "public-provider", "icon-url", "<'https://aol.test/i.png'>", OREE_N_PROBLEMS, "https://aol.test/i.png" },
  { "user", "ha1-md5", "<'00112233445566778899aabbccddeeff'>", OREE_PROBLEM_UNKNOWN_FIELD, "" },
};

static void
patches_are_checked (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (patches); i++)
    {
      const OreeKind *kind = oree_kind_by_name (patches[i].kind);
      const OreeField *field;
      g_autoptr (OreeRecord) record = oree_record_new (kind, some_id (kind));
      g_autoptr (OreeProblems) problems = oree_problems_new ();
      g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed (patches[i].value));
      g_autoptr (GVariant) inner = NULL;
      g_autoptr (GVariant) fields = NULL;
      g_autofree char *bare = g_strdup (patches[i].field);
      gboolean good = patches[i].code == OREE_N_PROBLEMS;

      g_test_message ("%s %s %s", patches[i].kind, patches[i].field, patches[i].value);
      inner = g_variant_get_variant (value);
      fields = one_field (patches[i].field, inner);
      g_assert_cmpint (oree_record_patch (record, fields, OREE_RECORD_PUBLIC, TRUE, problems), ==, good);
      g_assert_cmpuint (oree_problems_n_errors (problems), ==, good ? 0 : 1);
      if (!good)
        g_assert_true (oree_problems_has (problems, patches[i].code, NULL));
      if (patches[i].text == NULL)
        continue;
      if (strchr ("+-", bare[strlen (bare) - 1]) != NULL)
        bare[strlen (bare) - 1] = '\0';
      field = oree_kind_field (kind, bare);
      {
        g_autofree char *text = oree_record_get_text (record, field);

        g_assert_cmpstr (text, ==, patches[i].text);
      }
    }
}

static void
long_texts_and_lists_are_refused (void)
{
  const OreeKind *kind = oree_kind_by_name ("xmpp-partner");
  g_autoptr (OreeRecord) record = oree_record_new (kind, "fabrikam.test");
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autofree char *fits = g_strnfill (1024, 'x');
  g_autofree char *over = g_strnfill (1025, 'x');
  g_auto (GVariantBuilder) many = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  g_autoptr (GVariant) a = one_field ("description", g_variant_new_string (fits));
  g_autoptr (GVariant) b = one_field ("description", g_variant_new_string (over));
  g_autoptr (GVariant) c = NULL;

  for (guint i = 0; i < 257; i++)
    {
      g_autofree char *domain = g_strdup_printf ("d%u.test", i);

      g_variant_builder_add (&many, "s", domain);
    }
  c = one_field ("additional-domains", g_variant_builder_end (&many));
  g_assert_true (oree_record_patch (record, a, OREE_RECORD_PUBLIC, TRUE, problems));
  g_assert_false (oree_record_patch (record, b, OREE_RECORD_PUBLIC, TRUE, problems));
  g_assert_true (oree_problems_has (problems, OREE_PROBLEM_TOO_LONG, "description"));
  g_assert_false (oree_record_patch (record, c, OREE_RECORD_PUBLIC, TRUE, problems));
  g_assert_true (oree_problems_has (problems, OREE_PROBLEM_TOO_MANY, "additional-domains"));
}

static void
problems_travel_both_ways (void)
{
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (OreeProblems) again = NULL;
  g_autoptr (GVariant) rows = NULL;

  for (guint i = 0; i < OREE_N_PROBLEMS; i++)
    oree_problems_add (problems, "xmpp-partner", "fabrikam.test", "proxy-fqdn", (OreeProblemCode) i, "detail");
  rows = g_variant_ref_sink (oree_problems_to_variant (problems));
  again = oree_problems_from_variant (rows);
  g_assert_cmpuint (oree_problems_n (again), ==, OREE_N_PROBLEMS);
  g_assert_cmpuint (oree_problems_n_errors (again), ==, oree_problems_n_errors (problems));
  for (guint i = 0; i < OREE_N_PROBLEMS; i++)
    {
      g_assert_cmpint (oree_problems_get (again, i)->code, ==, i);
      g_assert_cmpstr (oree_problems_get (again, i)->detail, ==, "detail");
      g_assert_cmpint (oree_problems_get (again, i)->severity, ==, oree_problem_severity ((OreeProblemCode) i));
    }
}

static void
a_flood_of_warnings_hides_no_error (void)
{
  g_autoptr (OreeProblems) problems = oree_problems_new ();

  for (guint i = 0; i < 5000; i++)
    oree_problems_add (problems, "x", "y", "z", OREE_PROBLEM_NO_EFFECT, NULL);
  oree_problems_add (problems, "x", "y", "z", OREE_PROBLEM_DUPLICATE, NULL);
  g_assert_cmpuint (oree_problems_n (problems), ==, 1001);
  g_assert_true (oree_problems_has (problems, OREE_PROBLEM_DUPLICATE, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/field/tables-are-sound", tables_are_sound);
  g_test_add_func ("/model/field/defaults-are-legal", defaults_are_legal);
  g_test_add_func ("/model/field/values-travel-both-ways", values_travel_both_ways);
  g_test_add_func ("/model/field/secrets-stay-inside", secrets_stay_inside);
  g_test_add_func ("/model/field/describe-names-every-field", describe_names_every_field);
  g_test_add_func ("/model/field/patches-are-checked", patches_are_checked);
  g_test_add_func ("/model/field/long-texts-and-lists-are-refused", long_texts_and_lists_are_refused);
  g_test_add_func ("/model/problem/travels-both-ways", problems_travel_both_ways);
  g_test_add_func ("/model/problem/a-flood-of-warnings-hides-no-error", a_flood_of_warnings_hides_no_error);
  return g_test_run ();
}
