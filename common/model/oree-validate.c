/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-validate.h"

#include "model/oree-access-edge.h"
#include "model/oree-allowed-domain.h"
#include "model/oree-blocked-domain.h"
#include "model/oree-boundary-profile.h"
#include "model/oree-external-policy.h"
#include "model/oree-hosting-provider.h"
#include "model/oree-public-provider.h"
#include "model/oree-sip-domain.h"
#include "model/oree-site.h"
#include "model/oree-topology.h"
#include "model/oree-user.h"
#include "model/oree-xmpp-partner.h"
#include <string.h>

typedef struct
{
  const OreeRecordSet *set;
  const OreeRecordSet *before; /* may be NULL */
  OreeProblems *problems;
} Check;

#define FOR_EACH(set_, kind_, Type, item)                                                                \
  for (const GPtrArray *list_ = oree_record_set_list (set_, &kind_); list_ != NULL; list_ = NULL)        \
    for (guint i_ = 0; i_ < list_->len; i_++)                                                            \
      for (const Type *item = g_ptr_array_index (list_, i_); item != NULL; item = NULL)

static void
complain (Check *check, const OreeRecord *record, const char *field, OreeProblemCode code,
          const OreeRecord *other)
{
  g_autofree char *detail = other ? g_strdup_printf ("%s %s", other->kind->name, other->id) : NULL;

  oree_problems_add (check->problems, record->kind->name, record->id, field, code, detail);
}

/* `table` (key → OreeRecord *) takes `key` for `record`, or says who has it. Keys are compared as they are. */
static void
claim (Check *check, GHashTable *table, const char *key, const OreeRecord *record, const char *field)
{
  const OreeRecord *other = g_hash_table_lookup (table, key);

  if (other != NULL)
    complain (check, record, field, OREE_PROBLEM_DUPLICATE, other);
  else
    g_hash_table_insert (table, g_strdup (key), (gpointer) record);
}

static GHashTable *
new_claims (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* Names people give differ only when they differ beyond case. */
static void
claim_name (Check *check, GHashTable *table, const OreeRecord *record)
{
  g_autofree char *folded = g_utf8_casefold (record->id, -1);

  claim (check, table, folded, record, "id");
}

static gboolean
has (const OreeRecordSet *set, const OreeKind *kind, const char *id)
{
  return set != NULL && oree_record_set_get (set, kind->name, id) != NULL;
}

static void
check_default_domain (Check *check)
{
  const GPtrArray *domains = oree_record_set_list (check->set, &oree_sip_domain_kind);
  const OreeRecord *first = NULL;

  FOR_EACH (check->set, oree_sip_domain_kind, OreeSipDomain, domain)
    {
      if (!domain->is_default)
        continue;
      if (first == NULL)
        first = &domain->record;
      else
        complain (check, &domain->record, "default", OREE_PROBLEM_ONE_DEFAULT_DOMAIN, first);
    }
  if (first != NULL)
    return;
  if (check->before != NULL)
    {
      /* The default was removed or unset: the default goes to another domain first, and a last one stays. */
      FOR_EACH (check->before, oree_sip_domain_kind, OreeSipDomain, domain)
        if (domain->is_default)
          {
            complain (check, &domain->record, "default", OREE_PROBLEM_ONE_DEFAULT_DOMAIN, NULL);
            return;
          }
    }
  if (domains->len > 0)
    complain (check, g_ptr_array_index (domains, 0), "default", OREE_PROBLEM_ONE_DEFAULT_DOMAIN, NULL);
}

static void
check_ours (Check *check, const OreeRecord *record, const char *domain, const char *field)
{
  const OreeRecord *ours = oree_record_set_get (check->set, oree_sip_domain_kind.name, domain);

  if (ours != NULL)
    complain (check, record, field, OREE_PROBLEM_OUR_DOMAIN, ours);
}

static void
check_lists (Check *check)
{
  g_autoptr (GHashTable) claims = new_claims ();

  FOR_EACH (check->set, oree_allowed_domain_kind, OreeAllowedDomain, domain)
    {
      claim (check, claims, domain->record.id, &domain->record, "id");
      check_ours (check, &domain->record, domain->record.id, "id");
    }
  FOR_EACH (check->set, oree_blocked_domain_kind, OreeBlockedDomain, domain)
    {
      claim (check, claims, domain->record.id, &domain->record, "id");
      check_ours (check, &domain->record, domain->record.id, "id");
    }
}

/* Two allowed domains may share an Access Edge (a partner with two domains); providers share with nobody. */
static void
check_providers (Check *check)
{
  g_autoptr (GHashTable) names = new_claims ();
  g_autoptr (GHashTable) proxies = new_claims ();
  const OreeRecord *any = NULL;
  const OreeAccessEdge *edge;

  FOR_EACH (check->set, oree_allowed_domain_kind, OreeAllowedDomain, domain)
    if (*domain->proxy_fqdn != '\0')
      g_hash_table_insert (proxies, g_strdup (domain->proxy_fqdn), (gpointer) &domain->record);
  FOR_EACH (check->set, oree_hosting_provider_kind, OreeHostingProvider, provider)
    {
      any = &provider->record;
      claim_name (check, names, &provider->record);
      claim (check, proxies, provider->proxy_fqdn, &provider->record, "proxy-fqdn");
    }
  FOR_EACH (check->set, oree_public_provider_kind, OreePublicProvider, provider)
    {
      any = &provider->record;
      claim_name (check, names, &provider->record);
      claim (check, proxies, provider->proxy_fqdn, &provider->record, "proxy-fqdn");
    }
  edge = (const OreeAccessEdge *) oree_record_set_singleton (check->set, &oree_access_edge_kind);
  if (edge->routing_method == OREE_ROUTING_DEFAULT_ROUTE && any != NULL)
    complain (check, &edge->record, "routing-method", OREE_PROBLEM_DEFAULT_ROUTE_WITH_PROVIDERS, any);
}

static void
check_partners (Check *check)
{
  g_autoptr (GHashTable) claims = new_claims ();

  /* Primary domains first: an additional domain never takes one away. */
  FOR_EACH (check->set, oree_xmpp_partner_kind, OreeXmppPartner, partner)
    {
      claim (check, claims, partner->record.id, &partner->record, "id");
      check_ours (check, &partner->record, partner->record.id, "id");
    }
  FOR_EACH (check->set, oree_xmpp_partner_kind, OreeXmppPartner, partner)
    for (char **domain = partner->additional_domains; *domain != NULL; domain++)
      {
        claim (check, claims, *domain, &partner->record, "additional-domains");
        check_ours (check, &partner->record, *domain, "additional-domains");
      }
}

/* `record` names `id` of `kind`, which is not there: said on what was removed when it just was. */
static void
missing (Check *check, const OreeRecord *record, const char *field, const OreeKind *kind, const char *id,
         OreeProblemCode code)
{
  const OreeRecord *removed = check->before ? oree_record_set_get (check->before, kind->name, id) : NULL;

  if (removed != NULL)
    complain (check, removed, "id", OREE_PROBLEM_IN_USE, record);
  else
    oree_problems_add (check->problems, record->kind->name, record->id, field, code, id);
}

static void
check_profiles (Check *check)
{
  g_autoptr (GHashTable) names = new_claims ();

  FOR_EACH (check->set, oree_boundary_profile_kind, OreeBoundaryProfile, profile)
    claim_name (check, names, &profile->record);
  FOR_EACH (check->set, oree_xmpp_partner_kind, OreeXmppPartner, partner)
    if (*partner->boundary_profile != '\0' && !has (check->set, &oree_boundary_profile_kind, partner->boundary_profile))
      missing (check, &partner->record, "boundary-profile", &oree_boundary_profile_kind, partner->boundary_profile,
               OREE_PROBLEM_NO_SUCH_PROFILE);
}

static void
check_policies (Check *check)
{
  g_autoptr (GHashTable) names = new_claims ();

  FOR_EACH (check->set, oree_external_policy_kind, OreeExternalPolicy, policy)
    {
      const char *site = NULL;

      claim_name (check, names, &policy->record);
      if (oree_external_policy_scope (policy->record.id, &site) == OREE_POLICY_SCOPE_SITE
          && !has (check->set, &oree_site_kind, site))
        missing (check, &policy->record, "id", &oree_site_kind, site, OREE_PROBLEM_NO_SUCH_SITE);
    }
}

static void
check_sites (Check *check)
{
  g_autoptr (GHashTable) names = new_claims ();
  const OreeTopology *topology;

  FOR_EACH (check->set, oree_site_kind, OreeSite, site)
    claim_name (check, names, &site->record);
  topology = (const OreeTopology *) oree_record_set_singleton (check->set, &oree_topology_kind);
  if (*topology->site != '\0' && !has (check->set, &oree_site_kind, topology->site))
    missing (check, &topology->record, "site", &oree_site_kind, topology->site, OREE_PROBLEM_NO_SUCH_SITE);
}

static void
check_users (Check *check)
{
  FOR_EACH (check->set, oree_user_kind, OreeUser, user)
    {
      const char *policy = user->external_access_policy;
      g_autofree char *domain = oree_user_domain (user->record.id);

      if (domain == NULL || !has (check->set, &oree_sip_domain_kind, domain))
        missing (check, &user->record, "id", &oree_sip_domain_kind, domain ? domain : "",
                 OREE_PROBLEM_NOT_OUR_DOMAIN);
      if (*user->site != '\0' && !has (check->set, &oree_site_kind, user->site))
        missing (check, &user->record, "site", &oree_site_kind, user->site, OREE_PROBLEM_NO_SUCH_SITE);
      if (*policy == '\0')
        continue;
      /* Only user policies are granted: the global and site ones reach users by themselves. */
      if (oree_external_policy_scope (policy, NULL) != OREE_POLICY_SCOPE_USER)
        oree_problems_add (check->problems, user->record.kind->name, user->record.id, "external-access-policy",
                           OREE_PROBLEM_NO_SUCH_POLICY, policy);
      else if (!has (check->set, &oree_external_policy_kind, policy))
        missing (check, &user->record, "external-access-policy", &oree_external_policy_kind, policy,
                 OREE_PROBLEM_NO_SUCH_POLICY);
    }
}

gboolean
oree_validate (const OreeRecordSet *set, const OreeRecordSet *before, OreeProblems *problems)
{
  g_autoptr (OreeProblems) scratch = problems ? NULL : oree_problems_new ();
  Check check = { set, before, problems ? problems : scratch };
  guint errors = oree_problems_n_errors (check.problems);

  check_default_domain (&check);
  check_lists (&check);
  check_providers (&check);
  check_partners (&check);
  check_profiles (&check);
  check_policies (&check);
  check_sites (&check);
  check_users (&check);
  return oree_problems_n_errors (check.problems) == errors;
}
