/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-csr-spec.h"

#include "base/oree-limits.h"
#include "model/oree-normalise.h"
#include <string.h>

/* X.520 and RFC 5280 appendix A.1: the longest an authority takes. */
#define ORGANIZATION_MAX 64
#define LOCALITY_MAX 128
#define FRIENDLY_MAX 64
#define ADDED_MAX 100

const OreeEnumValue oree_key_types[] = {
  { OREE_KEY_RSA_2048, "rsa-2048" },     { OREE_KEY_RSA_3072, "rsa-3072" },     { OREE_KEY_RSA_4096, "rsa-4096" },
  { OREE_KEY_EC_P256, "ecdsa-p256" },    { OREE_KEY_EC_P384, "ecdsa-p384" },    { 0, NULL },
};

const OreeEnumValue oree_csr_usages[] = {
  { OREE_CSR_USAGE_AS_NEEDED, "as-needed" },
  { OREE_CSR_USAGE_SERVER, "server" },
  { OREE_CSR_USAGE_CLIENT, "client" },
  { OREE_CSR_USAGE_BOTH, "both" },
  { 0, NULL },
};

static const char *const countries[] = {
  "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD",
  "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ", "CA",
  "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE",
  "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA",
  "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK",
  "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP",
  "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT",
  "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS",
  "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ",
  "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS",
  "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST",
  "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW",
  "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA",
  "ZM", "ZW", NULL
};

const char *const *
oree_country_codes (void)
{
  return countries;
}

/* ---- Fields ---- */

static char *
normalise_usage (const char *text, OreeProblemCode *code)
{
  if (oree_edge_usages_from_word (text) != 0)
    return g_strdup (text);
  *code = OREE_PROBLEM_UNKNOWN_USAGE;
  return NULL;
}

static char *
normalise_country (const char *text, OreeProblemCode *code)
{
  g_autofree char *upper = g_ascii_strup (text, -1);

  if (g_strv_contains (countries, upper))
    return g_steal_pointer (&upper);
  *code = OREE_PROBLEM_BAD_COUNTRY;
  return NULL;
}

/* No wildcards: Lync's services do not take them, and one stands for more than anybody looked at. */
static char *
normalise_host (const char *text, OreeProblemCode *code)
{
  if (strchr (text, '*') == NULL)
    return oree_normalise_fqdn (text, code);
  *code = OREE_PROBLEM_WILDCARD;
  return NULL;
}

/* Spaces at the ends come from copying. */
static char *
normalise_words (const char *text, OreeProblemCode *code)
{
  g_autofree char *words = g_strstrip (g_strdup (text));

  if (oree_text_is_clean (words))
    return g_steal_pointer (&words);
  *code = OREE_PROBLEM_BAD_TEXT;
  return NULL;
}

#define F(member, name, TYPE, flags, fallback, max, choices, normalise, doc) \
  OREE_FIELD (OreeCsrSpec, member, name, TYPE, OREE_FIELD_FLAG_##flags, fallback, 0, max, choices, normalise, doc)
#define WORDS(member, name, flags, max, doc) F (member, name, STRING, flags, "", max, NULL, normalise_words, doc)
#define FLAG(member, name, fallback, doc) F (member, name, BOOLEAN, NONE, fallback, 0, NULL, NULL, doc)

static const OreeField fields[] = {
  F (usages, "usages", LIST, REQUIRED, "", OREE_N_EDGE_USAGES, NULL, normalise_usage,
     "What the certificate will be assigned to: external, internal, client, av, or single usages."),
  WORDS (friendly_name, "friendly-name", NONE, FRIENDLY_MAX, "The name people know it by; empty: one is made."),
  F (key_type, "key-type", ENUM, NONE, "rsa-2048", 0, oree_key_types, NULL, "Kind and length of the private key."),
  FLAG (exportable, "exportable", "true", "The private key may be exported later, for the other servers of a pool."),
  F (key_usage, "key-usage", ENUM, NONE, "as-needed", 0, oree_csr_usages, NULL,
     "Extended key usage: server authentication, client authentication, both, or what is needed today."),
  WORDS (organization, "organization", REQUIRED, ORGANIZATION_MAX, "The name of the organization, in full."),
  WORDS (organizational_unit, "organizational-unit", NONE, ORGANIZATION_MAX, "The department; many authorities ignore it."),
  F (country, "country", STRING, NONE, "", 2, NULL, normalise_country, "Two letters, as in ISO 3166-1."),
  WORDS (state, "state", NONE, LOCALITY_MAX, "State or province, in full."),
  WORDS (city, "city", NONE, LOCALITY_MAX, "City or locality, in full."),
  WORDS (template_name, "template", NONE, FRIENDLY_MAX,
         "Name of a certificate template of a Microsoft authority; empty: it chooses."),
  FLAG (all_sip_domains, "all-sip-domains", "true", "Ask for sip.DOMAIN of every SIP domain."),
  F (sip_domains, "sip-domains", LIST, NONE, "", 0, NULL, oree_normalise_domain,
     "The SIP domains whose sip.DOMAIN is asked for, when not all."),
  F (additional_names, "additional-names", LIST, NONE, "", ADDED_MAX, NULL, normalise_host, "Further host names."),
  FLAG (srv_names, "srv-names", "false", "Ask for SRVNames of the XMPP domains too; private authorities only."),
  FLAG (xmpp_addresses, "xmpp-addresses", "false",
        "Ask for xmppAddr names of the XMPP domains too; private authorities only, and some servers fail on them."),
  F (renews, "renews", STRING, NONE, "", 64, NULL, oree_normalise_hex, "The certificate this one will replace."),
};

/* ---- Rules ---- */

static void
doubt_abbreviation (const OreeRecord *record, const char *field, const char *text, OreeProblems *problems)
{
  if (*text != '\0' && g_utf8_strlen (text, -1) <= 3)
    oree_problems_add (problems, record->kind->name, record->id, field, OREE_PROBLEM_ABBREVIATION, text);
}

static void
check (const OreeRecord *record, OreeProblems *problems)
{
  const OreeCsrSpec *self = (const OreeCsrSpec *) record;

  doubt_abbreviation (record, "state", self->state, problems);
  doubt_abbreviation (record, "city", self->city, problems);
  if (self->srv_names)
    oree_problems_add (problems, record->kind->name, record->id, "srv-names", OREE_PROBLEM_PRIVATE_AUTHORITY_ONLY, NULL);
  if (self->xmpp_addresses)
    oree_problems_add (problems, record->kind->name, record->id, "xmpp-addresses", OREE_PROBLEM_EJABBERD_XMPP_ADDRESS,
                       NULL);
}

const OreeKind oree_csr_spec_kind = {
  .name = "certificate-request",
  .singleton = TRUE,
  .size = sizeof (OreeCsrSpec),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .normalise_id = oree_normalise_global,
  .id_doc = "Always global.",
  .doc = "What a certificate is asked for with.",
  .check = check,
};

OreeCsrSpec *
oree_csr_spec_new (GVariant *values, OreeProblems *problems)
{
  OreeRecord *record = oree_record_new (&oree_csr_spec_kind, "");

  if (values != NULL)
    oree_record_patch (record, values, OREE_RECORD_PUBLIC, TRUE, problems);
  return (OreeCsrSpec *) record;
}

void
oree_csr_spec_free (OreeCsrSpec *self)
{
  if (self != NULL)
    oree_record_unref (&self->record);
}

OreeEdgeUsages
oree_csr_spec_usages (const OreeCsrSpec *self)
{
  return oree_edge_usages_from_words ((const char *const *) self->usages, NULL);
}
