/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of all kinds. */
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
#include "model/oree-xmpp-gateway.h"
#include "model/oree-xmpp-partner.h"
#include <string.h>

static const OreeKind *const kinds[] = {
  &oree_sip_domain_kind,       &oree_site_kind,             &oree_topology_kind,
  &oree_access_edge_kind,      &oree_external_policy_kind,  &oree_allowed_domain_kind,
  &oree_blocked_domain_kind,   &oree_hosting_provider_kind, &oree_public_provider_kind,
  &oree_boundary_profile_kind, &oree_xmpp_partner_kind,     &oree_xmpp_gateway_kind,
  &oree_user_kind,
};

const OreeKind *const *
oree_kinds (guint *n_kinds)
{
  *n_kinds = G_N_ELEMENTS (kinds);
  return kinds;
}

const OreeKind *
oree_kind_by_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i]->name, name) == 0)
      return kinds[i];
  return NULL;
}
