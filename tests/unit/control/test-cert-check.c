/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a certificate fit? One row per certificate: what is said of it, all of it. */
#include "cert-maker.h"
#include "../model/changes.h"
#include "control/oree-cert-check.h"
#include <openssl/pem.h>

#define DAY (G_USEC_PER_SEC * G_GINT64_CONSTANT (86400))
#define NAMES "DNS:sip.contoso.test,DNS:webcon.contoso.test,DNS:contoso.test,DNS:sip.fabrikam.test"
#define TOPOLOGY                                                                                            \
  "set topology global access-edge-external-fqdn=sip.contoso.test web-conferencing-enabled=true "           \
  "web-conferencing-external-fqdn=webcon.contoso.test xmpp-proxy-enabled=true edge-internal-fqdn=edge.inside.test " \
  "next-hop=pool.inside.test:5061;transport=tls\n"                                                         \
  "add sip-domain contoso.test default=true\nadd sip-domain fabrikam.test xmpp=false\n"

static MadeCert root, middle, stale, stranger;

typedef struct
{
  const char *title;
  CertSpec spec;
  const char *usages;    /* groups, comma-separated */
  const char *problems;  /* "code detail; code detail", sorted; dates are left out */
  const char *requested;
  const char *more;      /* changes of the topology */
  const char *asked;     /* the request's specification; NULL: none */
  const MadeCert *issuer;/* NULL: the middle */
  gboolean keyless, self, without_chain, sha1;
  int at_days;           /* it shall serve that many days from now */
} Row;

static const Row rows[] = {
  { "as it should be", { .cn = "sip.contoso.test", .san = NAMES, .extended = "serverAuth,clientAuth" }, "external", "" },
  { "without extended key usage everything is allowed", { .cn = "sip.contoso.test", .san = NAMES }, "external,client", "" },
  { "server alone suffices outside", { .cn = "sip.contoso.test", .san = NAMES, .extended = "serverAuth" }, "external", "" },
  { "… but not where we connect", { .cn = "sip.contoso.test", .san = NAMES, .extended = "serverAuth" }, "client",
    "client-usage-missing client-identity" },
  { "… and not with a provider that asks for more", { .cn = "sip.contoso.test", .san = NAMES, .extended = "serverAuth" },
    "external", "client-usage-missing AOL", .more = "set public-provider AOL enabled=true\n" },
  { "… and not where it was asked for", { .cn = "sip.contoso.test", .san = NAMES, .extended = "serverAuth" }, "external",
    "client-usage-not-granted", .asked = "{'key-usage': <'both'>}" },
  { "asked for and granted", { .cn = "sip.contoso.test", .san = NAMES, .extended = "serverAuth,clientAuth" }, "external", "",
    .asked = "{'key-usage': <'both'>}" },
  { "asked for the server alone", { .cn = "sip.contoso.test", .san = NAMES, .extended = "serverAuth" }, "external", "",
    .asked = "{'key-usage': <'server'>}" },
  { "client alone", { .cn = "sip.contoso.test", .san = NAMES, .extended = "clientAuth" }, "external", "server-usage-missing" },
  { "client alone, where we connect", { .cn = "sip.contoso.test", .san = NAMES, .extended = "clientAuth" }, "client", "" },
  { "key encipherment alone", { .cn = "sip.contoso.test", .san = NAMES, .key_usage = "critical,keyEncipherment" }, "external",
    "key-usage-wrong" },
  { "no key", { .cn = "sip.contoso.test", .san = NAMES }, "external", "key-missing", .keyless = TRUE },
  { "an authority's", { .cn = "sip.contoso.test", .san = NAMES, .constraints = "critical,CA:TRUE" }, "external", "is-authority" },
  { "1024 bits", { .cn = "sip.contoso.test", .san = NAMES, .rsa_bits = 1024 }, "external", "weak-key rsa-1024" },
  { "signed with SHA-1", { .cn = "sip.contoso.test", .san = NAMES }, "external", "weak-signature ecdsa-with-SHA1", .sha1 = TRUE },
  { "2048 bits", { .cn = "sip.contoso.test", .san = NAMES, .rsa_bits = 2048 }, "external", "" },
  /* Names: each that is missing today, and what was asked for beyond that. */
  { "one name only", { .cn = "sip.contoso.test", .san = "DNS:sip.contoso.test" }, "external",
    "name-missing contoso.test; name-missing sip.fabrikam.test; name-missing webcon.contoso.test" },
  { "asked for and left out",
    { .cn = "sip.contoso.test", .san = NAMES }, "external", "name-not-granted chat.contoso.test",
    .requested = "sip.contoso.test,webcon.contoso.test,contoso.test,sip.fabrikam.test,chat.contoso.test" },
  { "a domain was added since", { .cn = "sip.contoso.test", .san = NAMES }, "external",
    "name-missing northwind.test; name-missing sip.northwind.test", .more = "add sip-domain northwind.test\n" },
  { "a name more than needed", { .cn = "sip.contoso.test", .san = NAMES ",DNS:more.test" }, "external", "" },
  { "letters of either size", { .cn = "SIP.Contoso.Test", .san = "DNS:SIP.contoso.test,DNS:webcon.contoso.test,DNS:CONTOSO.test,DNS:sip.fabrikam.test" },
    "external", "" },
  { "a wildcard stands for one label", { .cn = "sip.contoso.test", .san = "DNS:sip.contoso.test,DNS:*.contoso.test,DNS:contoso.test,DNS:*.fabrikam.test" },
    "external", "" },
  { "the common name is no name", { .cn = "sip.contoso.test", .san = "DNS:webcon.contoso.test,DNS:contoso.test,DNS:sip.fabrikam.test" },
    "external", "name-missing sip.contoso.test" },
  { "another subject", { .cn = "contoso.test", .san = NAMES }, "external", "subject-differs sip.contoso.test" },
  { "SRVNames and the like are not asked for", { .cn = "sip.contoso.test", .san = NAMES ",otherName:1.3.6.1.5.5.7.8.7;IA5:_xmpp-server.contoso.test" }, "external", "" },
  /* Inside: the first DNS name counts. */
  { "inside", { .cn = "edge.inside.test", .san = "DNS:edge.inside.test" }, "internal", "" },
  { "inside, behind another name", { .cn = "edge.inside.test", .san = "DNS:a.inside.test,DNS:edge.inside.test" }, "internal",
    "first-name a.inside.test" },
  { "inside, a next hop over TCP looks at none", { .cn = "edge.inside.test", .san = "DNS:a.inside.test,DNS:edge.inside.test" }, "internal", "",
    .more = "set topology global next-hop=pool.inside.test:5060;transport=tcp\n" },
  { "inside, without it", { .cn = "a.inside.test", .san = "DNS:a.inside.test" }, "internal", "name-missing edge.inside.test" },
  { "for inside and outside", { .cn = "sip.contoso.test", .san = NAMES ",DNS:edge.inside.test" }, "external,internal",
    "first-name sip.contoso.test" },
  /* Chains. */
  { "self-signed", { .cn = "sip.contoso.test", .san = NAMES }, "external", "self-signed", .self = TRUE },
  { "the intermediate is missing", { .cn = "sip.contoso.test", .san = NAMES }, "external", "chain-incomplete CN=middle",
    .without_chain = TRUE },
  { "an authority nobody here trusts", { .cn = "sip.contoso.test", .san = NAMES }, "external", "root-untrusted CN=stranger",
    .issuer = &stranger },
  { "the intermediate is past its end", { .cn = "sip.contoso.test", .san = NAMES }, "external", "issuer-expired CN=stale",
    .issuer = &stale },
  /* Dates. */
  { "past its end", { .cn = "sip.contoso.test", .san = NAMES, .from_days = -20, .to_days = -1 }, "external",
    "certificate-expired *" },
  { "not valid yet", { .cn = "sip.contoso.test", .san = NAMES, .from_days = 2, .to_days = 90 }, "external",
    "certificate-not-yet-valid *" },
  { "not valid yet, but then", { .cn = "sip.contoso.test", .san = NAMES, .from_days = 2, .to_days = 90 }, "external", "",
    .at_days = 3 },
  { "three days left", { .cn = "sip.contoso.test", .san = NAMES, .from_days = -40, .to_days = 4 }, "external",
    "certificate-ends-soon 3" },
  { "good today, not then", { .cn = "sip.contoso.test", .san = NAMES, .from_days = -1, .to_days = 45 }, "external",
    "certificate-expired *", .at_days = 46 },
  /* For nothing in particular names and usages are not asked. */
  { "no usage", { .cn = "anything.test", .extended = "clientAuth" }, "", "" },
};

static OreeCert *
cert_of (const MadeCert *made)
{
  g_autoptr (GBytes) der = cert_der (made);

  return oree_cert_new_from_der (g_bytes_get_data (der, NULL), g_bytes_get_size (der));
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static char *
said (const OreeProblems *problems)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < oree_problems_n (problems); i++)
    {
      const OreeProblem *problem = oree_problems_get (problems, i);
      gboolean date = g_str_has_suffix (problem->detail, "Z") && strchr (problem->detail, 'T') != NULL;

      g_assert_cmpstr (problem->kind, ==, "certificate");
      g_ptr_array_add (texts, g_strdup_printf ("%s%s%s", oree_problem_nick (problem->code), *problem->detail != '\0' ? " " : "",
                                               date ? "*" : problem->detail));
    }
  g_ptr_array_sort (texts, compare);
  g_ptr_array_add (texts, NULL);
  return g_strjoinv ("; ", (char **) texts->pdata);
}

static OreeRecordSet *
records_of (const char *more)
{
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();
  g_autofree char *lines = g_strconcat (TOPOLOGY, more, NULL);

  return changes_apply_ok (initial, lines);
}

static OreeEdgeUsages
usages_of (const char *words)
{
  g_auto (GStrv) split = g_strsplit (words, ",", -1);

  return oree_edge_usages_from_words ((const char *const *) split, NULL);
}

static MadeCert
make_row (const Row *row)
{
  CertSpec spec = row->spec;

  if (row->sha1)
    spec.digest = EVP_sha1 ();
  return cert_make (&spec, row->self ? NULL : row->issuer != NULL ? row->issuer : &middle);
}

static void
judged_as_in_the_table (gconstpointer data)
{
  const Row *row = data;
  MadeCert made = make_row (row);
  g_autoptr (OreeCert) cert = cert_of (&made);
  g_autoptr (GPtrArray) pool = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_unref);
  g_autoptr (GPtrArray) anchors = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_unref);
  g_autoptr (OreeRecordSet) records = records_of (row->more);
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (GVariant) asked
      = row->asked != NULL ? g_variant_parse (G_VARIANT_TYPE_VARDICT, row->asked, NULL, NULL, NULL) : NULL;
  g_autofree char *seen = NULL;
  const OreeCertQuestion question = { .cert = cert, .has_key = !row->keyless, .pool = pool, .anchors = anchors,
                                      .usages = usages_of (row->usages), .records = records, .requested = row->requested, .specification = asked,
                                      .at = g_get_real_time () + row->at_days * DAY };

  if (!row->without_chain)
    {
      g_ptr_array_add (pool, cert_of (&middle));
      g_ptr_array_add (pool, cert_of (&stale));
      g_ptr_array_add (pool, cert_of (&stranger));
    }
  g_ptr_array_add (anchors, cert_of (&root));
  oree_cert_check (&question, problems, NULL);
  seen = said (problems);
  g_assert_cmpstr (seen, ==, row->problems);
  cert_clear (&made);
}

/* The names as a difference: against what is needed today, and what was asked for. */
static void
names_are_a_difference (void)
{
  static const char *const expected[] = {
    "sip.contoso.test same asked", "webcon.contoso.test dropped asked", "contoso.test same", "sip.fabrikam.test dropped",
    "more.test new",
  };
  MadeCert made = cert_make (&(CertSpec){ .cn = "sip.contoso.test", .san = "DNS:sip.contoso.test,DNS:more.test,DNS:contoso.test" }, &middle);
  g_autoptr (OreeCert) cert = cert_of (&made);
  g_autoptr (OreeRecordSet) records = records_of ("");
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  GVariant *rows_seen = NULL;
  g_autoptr (GVariant) owned = NULL;
  const OreeCertQuestion question = { .cert = cert, .has_key = TRUE, .usages = OREE_EDGE_USAGES_EXTERNAL, .records = records,
                                      .requested = "sip.contoso.test,webcon.contoso.test", .at = g_get_real_time () };

  oree_cert_check (&question, problems, &rows_seen);
  owned = g_variant_ref_sink (rows_seen);
  g_assert_cmpuint (g_variant_n_children (owned), ==, G_N_ELEMENTS (expected));
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (owned, i);
      const char *name = "", *change = "";
      gboolean requested = FALSE;
      g_autofree char *text = NULL;

      g_variant_lookup (row, "name", "&s", &name);
      g_variant_lookup (row, "change", "&s", &change);
      g_variant_lookup (row, "requested", "b", &requested);
      text = g_strdup_printf ("%s %s%s", name, change, requested ? " asked" : "");
      g_assert_cmpstr (text, ==, expected[i]);
    }
  cert_clear (&made);
}

/* What was ticked and added in the request is needed today too; nothing else of it is. */
static void
the_specification_says_what_is_needed (void)
{
  g_autoptr (OreeRecordSet) records = records_of ("");
  g_autoptr (GVariant) specification = g_variant_ref_sink (g_variant_new_parsed (
      "{'usages': <['internal']>, 'all-sip-domains': <false>, 'additional-names': <['chat.contoso.test']>, 'key-usage': <'both'>}"));
  g_autoptr (OreeCertNeeds) needs = oree_cert_needs_today (records, specification, OREE_EDGE_USAGES_EXTERNAL, NULL);

  g_assert_nonnull (oree_cert_needs_find (needs, OREE_NEED_DNS, "chat.contoso.test"));
  g_assert_null (oree_cert_needs_find (needs, OREE_NEED_DNS, "sip.fabrikam.test"));
  g_assert_null (oree_cert_needs_find (needs, OREE_NEED_DNS, "edge.inside.test"));
  g_assert_cmpint (needs->client, ==, OREE_CLIENT_USAGE_NO);
}

int
main (int argc, char **argv)
{
  const CertSpec authority = { .cn = "root", .constraints = "critical,CA:TRUE", .key_usage = "critical,keyCertSign" };
  CertSpec spec = authority;
  int status;

  g_test_init (&argc, &argv, NULL);
  root = cert_make (&spec, NULL);
  spec.cn = "middle";
  middle = cert_make (&spec, &root);
  spec.cn = "stranger";
  stranger = cert_make (&spec, NULL);
  spec = (CertSpec){ .cn = "stale", .constraints = authority.constraints, .key_usage = authority.key_usage, .from_days = -30, .to_days = -2 };
  stale = cert_make (&spec, &root);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/control/cert-check/%s", rows[i].title);

      g_test_add_data_func (g_strdelimit (path, " ", '-'), &rows[i], judged_as_in_the_table);
    }
  g_test_add_func ("/control/cert-check/names-are-a-difference", names_are_a_difference);
  g_test_add_func ("/control/cert-check/the-specification-says-what-is-needed", the_specification_says_what_is_needed);
  status = g_test_run ();
  cert_clear (&stale);
  cert_clear (&stranger);
  cert_clear (&middle);
  cert_clear (&root);
  return status;
}
