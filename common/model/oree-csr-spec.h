/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certificate-request: what an administrator asks for, as a record outside the configuration: the field table gives the
 * checks as one types, the bus form, the command line. What it leads to (names, subject) is said by oree-cert-needs. */
#pragma once
#include "model/oree-edge-usage.h"
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_KEY_RSA_2048,
  OREE_KEY_RSA_3072,
  OREE_KEY_RSA_4096,
  OREE_KEY_EC_P256,
  OREE_KEY_EC_P384
} OreeKeyType;

extern const OreeEnumValue oree_key_types[]; /* "rsa-2048" "rsa-3072" "rsa-4096" "ecdsa-p256" "ecdsa-p384" */

typedef enum
{
  OREE_CSR_USAGE_AS_NEEDED, /* server, and client where something of today needs it */
  OREE_CSR_USAGE_SERVER,
  OREE_CSR_USAGE_CLIENT,
  OREE_CSR_USAGE_BOTH
} OreeCsrUsage;

extern const OreeEnumValue oree_csr_usages[]; /* "as-needed" "server" "client" "both" */

typedef struct
{
  OreeRecord record; /* the id is "" */
  char **usages;     /* nicks or groups */
  char *friendly_name;
  int key_type;      /* OreeKeyType */
  gboolean exportable;
  int key_usage;     /* OreeCsrUsage */
  char *organization;
  char *organizational_unit;
  char *country; /* two capital letters */
  char *state;
  char *city;
  char *template_name;
  gboolean all_sip_domains;
  char **sip_domains; /* when not all: whose sip.DOMAIN is asked for */
  char **additional_names;
  gboolean srv_names;
  gboolean xmpp_addresses;
  char *renews; /* the certificate; "": none */
} OreeCsrSpec;

/* Not one of oree_kinds (): it is never stored as configuration. */
extern const OreeKind oree_csr_spec_kind;

/* Defaults and the fields of `fields` (a{sv}, not sunk); what is wrong with single fields goes to `problems` and leaves
 * them at their default. Never NULL. */
OreeCsrSpec *oree_csr_spec_new (GVariant *fields, OreeProblems *problems);
void oree_csr_spec_free (OreeCsrSpec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeCsrSpec, oree_csr_spec_free)

/* The set of usages; 0 when none is given. */
OreeEdgeUsages oree_csr_spec_usages (const OreeCsrSpec *self);
/* The two-letter codes of ISO 3166-1, sorted, NULL-terminated; static. */
const char *const *oree_country_codes (void);

G_END_DECLS
