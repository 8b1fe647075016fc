/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/oree-policy-build.h"

#include "base/oree-hash.h"
#include "model/oree-hosting-provider.h"
#include "model/oree-public-provider.h"
#include "policy/oree-policy-private.h"

static GHashTable *
new_table (void)
{
  return g_hash_table_new (oree_str_hash, g_str_equal);
}

/* The table key → record of every record of `kind`, by id. */
static GHashTable *
index_by_id (const OreeRecordSet *records, const OreeKind *kind)
{
  const GPtrArray *list = oree_record_set_list (records, kind);
  GHashTable *table = new_table ();

  for (guint i = 0; i < list->len; i++)
    {
      OreeRecord *record = g_ptr_array_index (list, i);

      g_hash_table_insert (table, record->id, record);
    }
  return table;
}

static void
claim_domain (OreePolicy *self, const char *domain, const char *field, const OreeXmppPartner *partner,
              OreeProblems *problems)
{
  const OreeRecord *other = g_hash_table_lookup (self->partners, domain);
  g_autofree char *detail = NULL;

  if (other == NULL)
    {
      g_hash_table_insert (self->partners, (gpointer) domain, (gpointer) partner);
      return;
    }
  detail = g_strdup_printf ("%s %s", other->kind->name, other->id);
  oree_problems_add (problems, partner->record.kind->name, partner->record.id, field, OREE_PROBLEM_DUPLICATE,
                     detail);
}

/* Primary domains first: no additional domain takes one away. */
static void
index_partners (OreePolicy *self, OreeProblems *problems)
{
  const GPtrArray *list = oree_record_set_list (self->records, &oree_xmpp_partner_kind);

  self->partners = new_table ();
  for (guint i = 0; i < list->len; i++)
    {
      const OreeXmppPartner *partner = g_ptr_array_index (list, i);

      claim_domain (self, partner->record.id, "id", partner, problems);
    }
  for (guint i = 0; i < list->len; i++)
    {
      const OreeXmppPartner *partner = g_ptr_array_index (list, i);

      for (char **domain = partner->additional_domains; *domain != NULL; domain++)
        claim_domain (self, *domain, "additional-domains", partner, problems);
    }
}

/* A partner whose profile is not there (a damaged store) is no partner: what its profile held back must not cross. */
static void
index_profiles (OreePolicy *self, OreeProblems *problems)
{
  GHashTableIter iter;
  const char *domain;
  const OreeXmppPartner *partner;

  g_hash_table_iter_init (&iter, self->partners);
  while (g_hash_table_iter_next (&iter, (gpointer *) &domain, (gpointer *) &partner))
    {
      OreeBoundaryProfile *profile;

      if (*partner->boundary_profile == '\0')
        continue;
      profile = (OreeBoundaryProfile *) oree_record_set_get (self->records, oree_boundary_profile_kind.name,
                                                             partner->boundary_profile);
      if (profile == NULL)
        {
          oree_problems_add (problems, partner->record.kind->name, partner->record.id, "boundary-profile",
                             OREE_PROBLEM_NO_SUCH_PROFILE, partner->boundary_profile);
          g_hash_table_iter_remove (&iter);
          continue;
        }
      if (self->profiles == NULL)
        self->profiles = new_table ();
      g_hash_table_insert (self->profiles, (gpointer) domain, profile);
      self->quiet = self->quiet || *profile->quiet_hours != '\0';
    }
}

static void
index_policies (OreePolicy *self)
{
  const GPtrArray *list = oree_record_set_list (self->records, &oree_external_policy_kind);

  self->user_policies = new_table ();
  self->site_policies = new_table ();
  for (guint i = 0; i < list->len; i++)
    {
      const OreeExternalPolicy *policy = g_ptr_array_index (list, i);
      const char *site = NULL;

      switch (oree_external_policy_scope (policy->record.id, &site))
        {
        case OREE_POLICY_SCOPE_GLOBAL:
          self->global_policy = policy;
          break;
        case OREE_POLICY_SCOPE_SITE:
          g_hash_table_insert (self->site_policies, (gpointer) site, (gpointer) policy);
          break;
        case OREE_POLICY_SCOPE_USER:
          g_hash_table_insert (self->user_policies, policy->record.id, (gpointer) policy);
          break;
        }
    }
  self->home_policy = g_hash_table_lookup (self->site_policies, self->topology->site);
  if (self->home_policy == NULL)
    self->home_policy = self->global_policy;
}

static const OreePolicyProvider *
add_provider (OreePolicy *self, const OreeRecord *record, const char *server, int level, gboolean is_public,
              gboolean shared)
{
  OreePolicyProvider *provider = g_new (OreePolicyProvider, 1);

  *provider = (OreePolicyProvider){ record, server, (OreeVerificationLevel) level, is_public, shared };
  g_hash_table_replace (self->providers, (gpointer) server, provider);
  return provider;
}

/* Those that are switched on; under default routing there are none (validation says so). */
static void
index_providers (OreePolicy *self)
{
  const GPtrArray *hosting = oree_record_set_list (self->records, &oree_hosting_provider_kind);
  const GPtrArray *public = oree_record_set_list (self->records, &oree_public_provider_kind);

  self->providers = g_hash_table_new_full (oree_str_hash, g_str_equal, NULL, g_free);
  for (guint i = 0; i < public->len; i++)
    {
      const OreePublicProvider *provider = g_ptr_array_index (public, i);

      if (provider->enabled)
        add_provider (self, &provider->record, provider->proxy_fqdn, provider->verification_level, TRUE, FALSE);
    }
  for (guint i = 0; i < hosting->len; i++)
    {
      const OreeHostingProvider *provider = g_ptr_array_index (hosting, i);
      const OreePolicyProvider *added;

      if (!provider->enabled)
        continue;
      added = add_provider (self, &provider->record, provider->proxy_fqdn, provider->verification_level, FALSE,
                            provider->enabled_shared_address_space);
      if (added->shared && self->shared_provider == NULL)
        self->shared_provider = added;
    }
}

static void
find_default_domain (OreePolicy *self)
{
  const GPtrArray *list = oree_record_set_list (self->records, &oree_sip_domain_kind);

  for (guint i = 0; i < list->len && self->default_domain == NULL; i++)
    {
      const OreeSipDomain *domain = g_ptr_array_index (list, i);

      if (domain->is_default)
        self->default_domain = domain;
    }
}

OreePolicy *
oree_policy_build (OreeRecordSet *records, guint64 revision, OreeProblems *problems)
{
  OreePolicy *self = g_new0 (OreePolicy, 1);

  g_atomic_ref_count_init (&self->refs);
  self->revision = revision;
  self->records = oree_record_set_ref (records);
  self->topology = (const OreeTopology *) oree_record_set_singleton (records, &oree_topology_kind);
  self->access_edge = (const OreeAccessEdge *) oree_record_set_singleton (records, &oree_access_edge_kind);
  self->xmpp_gateway = (const OreeXmppGateway *) oree_record_set_singleton (records, &oree_xmpp_gateway_kind);
  if (!oree_next_hop_parse (&self->next_hop, self->topology->next_hop))
    {
      oree_problems_add (problems, self->topology->record.kind->name, self->topology->record.id, "next-hop",
                         OREE_PROBLEM_BAD_NEXT_HOP, self->topology->next_hop);
      self->next_hop = (OreeNextHop){ .embedded = TRUE };
    }
  self->sip_domains = index_by_id (records, &oree_sip_domain_kind);
  self->users = index_by_id (records, &oree_user_kind);
  self->blocked = index_by_id (records, &oree_blocked_domain_kind);
  self->allowed = index_by_id (records, &oree_allowed_domain_kind);
  index_providers (self);
  find_default_domain (self);
  index_partners (self, problems);
  index_profiles (self, problems);
  index_policies (self);
  return self;
}
