/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/oree-policy.h"

#include "policy/oree-policy-private.h"
#include <string.h>

OreePolicy *
oree_policy_ref (OreePolicy *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_policy_unref (OreePolicy *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->sip_domains);
  g_hash_table_unref (self->users);
  g_hash_table_unref (self->partners);
  g_clear_pointer (&self->profiles, g_hash_table_unref);
  g_hash_table_unref (self->blocked);
  g_hash_table_unref (self->allowed);
  g_hash_table_unref (self->providers);
  g_hash_table_unref (self->user_policies);
  g_hash_table_unref (self->site_policies);
  oree_next_hop_clear (&self->next_hop);
  oree_record_set_unref (self->records);
  g_free (self);
}

guint64
oree_policy_revision (const OreePolicy *self)
{
  return self->revision;
}

const OreeRecordSet *
oree_policy_records (const OreePolicy *self)
{
  return self->records;
}

const OreeTopology *
oree_policy_topology (const OreePolicy *self)
{
  return self->topology;
}

const OreeNextHop *
oree_policy_next_hop (const OreePolicy *self)
{
  return &self->next_hop;
}

const OreeAccessEdge *
oree_policy_access_edge (const OreePolicy *self)
{
  return self->access_edge;
}

const OreeXmppGateway *
oree_policy_xmpp_gateway (const OreePolicy *self)
{
  return self->xmpp_gateway;
}

const OreeSipDomain *
oree_policy_sip_domain (const OreePolicy *self, const char *domain)
{
  return g_hash_table_lookup (self->sip_domains, domain);
}

const OreeSipDomain *
oree_policy_default_domain (const OreePolicy *self)
{
  return self->default_domain;
}

const OreeUser *
oree_policy_user (const OreePolicy *self, const char *aor)
{
  return g_hash_table_lookup (self->users, aor);
}

/* The domain of an address of record; the user part never holds an "@" of its own. */
static const char *
domain_of (const char *aor)
{
  const char *at = strrchr (aor, '@');

  return at ? at + 1 : "";
}

gboolean
oree_policy_user_home (const OreePolicy *self, const char *aor, OreeUserHome *home)
{
  const OreeUser *user = oree_policy_user (self, aor);
  const OreeSipDomain *domain = oree_policy_sip_domain (self, domain_of (aor));

  if (domain == NULL || !domain->sip)
    return FALSE;
  if (user == NULL && self->next_hop.embedded)
    return FALSE;
  *home = user ? (OreeUserHome) user->home : OREE_HOME_NEXT_HOP;
  return TRUE;
}

gboolean
oree_policy_sign_in_holds (const OreePolicy *self, const OreePolicy *old, const char *aor)
{
  const OreeUser *was = oree_policy_user (old, aor), *is = oree_policy_user (self, aor);

  if (is == NULL || is->home != OREE_HOME_EMBEDDED || !self->next_hop.embedded)
    return FALSE;
  return was == NULL || (g_str_equal (was->ha1_sha256, is->ha1_sha256) && g_str_equal (was->ha1_md5, is->ha1_md5));
}

const OreeXmppPartner *
oree_policy_xmpp_partner (const OreePolicy *self, const char *domain)
{
  return g_hash_table_lookup (self->partners, domain);
}

const OreeBoundaryProfile *
oree_policy_boundary_profile (const OreePolicy *self, const char *domain)
{
  return self->profiles != NULL ? g_hash_table_lookup (self->profiles, domain) : NULL;
}

gboolean
oree_policy_has_quiet_hours (const OreePolicy *self)
{
  return self->quiet;
}

guint64
oree_policy_partner_connection_limit (const OreePolicy *self, const OreeXmppPartner *partner)
{
  return partner->connection_limit ? partner->connection_limit : self->xmpp_gateway->partner_connection_limit;
}

guint64
oree_policy_queue_limit (const OreePolicy *self, const OreeXmppPartner *partner)
{
  return partner != NULL && partner->queue_limit ? partner->queue_limit : self->xmpp_gateway->partner_queue_limit;
}

const OreeBlockedDomain *
oree_policy_blocked (const OreePolicy *self, const char *domain)
{
  const OreeBlockedDomain *blocked = g_hash_table_lookup (self->blocked, domain);

  /* Matching is exact but for entries that opted in: walk up, label by label. */
  while (blocked == NULL && (domain = strchr (domain, '.')) != NULL)
    {
      blocked = g_hash_table_lookup (self->blocked, ++domain);
      if (blocked != NULL && !blocked->include_subdomains)
        blocked = NULL;
    }
  return blocked;
}

const OreeAllowedDomain *
oree_policy_allowed_domain (const OreePolicy *self, const char *domain)
{
  return g_hash_table_lookup (self->allowed, domain);
}

const OreePolicyProvider *
oree_policy_provider (const OreePolicy *self, const char *server)
{
  return g_hash_table_lookup (self->providers, server);
}

gboolean
oree_policy_has_providers (const OreePolicy *self)
{
  return g_hash_table_size (self->providers) > 0;
}

const OreePolicyProvider *
oree_policy_shared_provider (const OreePolicy *self)
{
  return self->shared_provider;
}

const OreeExternalPolicy *
oree_policy_external_access (const OreePolicy *self, const char *aor)
{
  const OreeUser *user = oree_policy_user (self, aor);
  const OreeExternalPolicy *policy = NULL;

  if (user == NULL)
    return self->home_policy;
  /* User beats site beats global, the whole record each time. */
  if (*user->external_access_policy != '\0')
    policy = g_hash_table_lookup (self->user_policies, user->external_access_policy);
  if (policy == NULL && *user->site == '\0')
    return self->home_policy;
  if (policy == NULL)
    policy = g_hash_table_lookup (self->site_policies, user->site);
  return policy ? policy : self->global_policy;
}
