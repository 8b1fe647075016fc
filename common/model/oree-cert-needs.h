/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which names a certificate of ours needs, in which order, and why; and what else its usages ask of it. From topology, SIP
 * domains, partners and providers alone: the same answer in the service, the wizard and a test. Pure. */
#pragma once
#include "model/oree-csr-spec.h"
#include "model/oree-record-set.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_NEED_DNS,  /* dNSName */
  OREE_NEED_SRV,  /* SRVName otherName (RFC 4985) "_xmpp-server.DOMAIN": private authorities only */
  OREE_NEED_XMPP  /* id-on-xmppAddr otherName (RFC 6120 13.7.1.4): private authorities only; ejabberd 23 dies of it */
} OreeNeedType;

extern const OreeEnumValue oree_need_types[]; /* "dns" "srv" "xmpp" */

typedef enum
{
  OREE_NEED_SUBJECT,          /* the subject's name once more: it must be among the alternative names */
  OREE_NEED_ACCESS_EDGE,
  OREE_NEED_WEB_CONFERENCING,
  OREE_NEED_SIP_DOMAIN,       /* sip.DOMAIN */
  OREE_NEED_XMPP_DOMAIN,      /* the domain itself */
  OREE_NEED_INTERNAL_NAME,
  OREE_NEED_SRV_NAME,
  OREE_NEED_XMPP_ADDRESS,
  OREE_NEED_ADDED,            /* by hand */
  OREE_N_NEED_REASONS
} OreeNeedReason;

extern const OreeEnumValue oree_need_reasons[];

typedef enum
{
  OREE_ORIGIN_AUTOMATIC,
  OREE_ORIGIN_SIP_DOMAIN, /* follows from a domain that was ticked */
  OREE_ORIGIN_ADDED
} OreeNeedOrigin;

extern const OreeEnumValue oree_need_origins[]; /* "automatic" "sip-domain" "added" */

typedef struct
{
  OreeNeedType type;
  char *name;             /* normal form (A-labels); of an SRVName with its service */
  OreeNeedReason reason;  /* the first that applies */
  char *detail;           /* the domain it is about, or "" */
  OreeEdgeUsages usages;  /* all who need it */
} OreeNeededName;

typedef enum
{
  OREE_CLIENT_USAGE_NO,
  OREE_CLIENT_USAGE_RECOMMENDED,
  OREE_CLIENT_USAGE_REQUIRED
} OreeClientUsage;

extern const OreeEnumValue oree_client_usages[]; /* "no" "recommended" "required" */

typedef struct
{
  OreeEdgeUsages usages;
  char *subject;            /* the common name; "" when the topology has none */
  GPtrArray *names;         /* OreeNeededName *, in the order of the request; none twice */
  char *first;              /* the name a next hop behind us wants to read first; "": it matters to nobody */
  OreeClientUsage client;
  const char *client_reason;/* "public-provider" "hosting-provider" "next-hop" "client-identity"; NULL: none */
  char *client_detail;      /* the provider, or "" */
  gboolean server_auth;     /* as the request would ask for, by needs and specification */
  gboolean client_auth;
} OreeCertNeeds;

/* `spec` says usages, which SIP domains are ticked, and what is added; what the topology lacks, and what is wrong or doubtful
 * in the specification itself, goes to `problems`. Never NULL. */
OreeCertNeeds *oree_cert_needs_new (const OreeRecordSet *records, const OreeCsrSpec *spec, OreeProblems *problems);
void oree_cert_needs_free (OreeCertNeeds *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeCertNeeds, oree_cert_needs_free)

/* NULL when it is not needed; `name` in any case. */
const OreeNeededName *oree_cert_needs_find (const OreeCertNeeds *self, OreeNeedType type, const char *name);
/* Those whose sip.DOMAIN can be ticked, the default domain first; and those the XMPP proxy speaks for. Borrowed ids, the
 * array owned; in the order of the request. */
GPtrArray *oree_cert_needs_sip_domains (const OreeRecordSet *records);
GPtrArray *oree_cert_needs_xmpp_domains (const OreeRecordSet *records);
/* "client-identity" → where a hint belongs: codes with a sentence, NULL-terminated array, owned; elements static. */
const char **oree_cert_needs_notes (const OreeCertNeeds *self);
/* Every note, NULL-terminated, static: a test holds the sentences against it. */
const char *const *oree_cert_needs_all_notes (void);

/* a{sv} of one name as a row of the bus; floating. */
GVariant *oree_needed_name_to_variant (const OreeNeededName *self);
/* aa{sv} of all; floating. */
GVariant *oree_cert_needs_names_to_variant (const OreeCertNeeds *self);
/* a{sv} as Certificates.Needs says it; floating. */
GVariant *oree_cert_needs_to_variant (const OreeCertNeeds *self, const OreeRecordSet *records);
/* aa{sv}: the needs, then what `have` (DNS names, normal form) has beyond them, each with `change`: "same", "new" (needed, not had),
 * "dropped" (had, not needed) as from the view of a renewal; floating. */
GVariant *oree_cert_needs_compare (const OreeCertNeeds *self, const char *const *have);

G_END_DECLS
