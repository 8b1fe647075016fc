/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-hosting-provider.h"

#include "base/oree-limits.h"
#include "model/oree-access-edge.h"
#include "model/oree-normalise.h"
#include "model/oree-sip-peer.h"

#define NOW OREE_FIELD_FLAG_NONE
#define LATER OREE_FIELD_FLAG_NO_EFFECT
#define F(member, name, TYPE, flags, fallback, min, max, choices, normalise, doc) \
  OREE_FIELD (OreeHostingProvider, member, name, TYPE, flags, fallback, min, max, choices, normalise, doc)
#define FLAG(member, name, flags, doc) F (member, name, BOOLEAN, flags, "false", 0, 0, NULL, NULL, doc)

static const OreeField fields[] = {
  FLAG (enabled, "enabled", NOW, "Messages pass to and from this provider."),
  F (proxy_fqdn, "proxy-fqdn", STRING, OREE_FIELD_FLAG_REQUIRED | OREE_FIELD_FLAG_WRITE_ONCE, "", 0,
     OREE_NAME_MAX, NULL, oree_normalise_fqdn,
     "The provider's Access Edge; to change it, remove the provider and add it again."),
  FLAG (enabled_shared_address_space, "enabled-shared-address-space", NOW,
        "Some of our users are at the provider, under our domains."),
  FLAG (hosts_ocs_users, "hosts-ocs-users", LATER, "The provider hosts Lync users, not only other accounts."),
  FLAG (is_local, "is-local", LATER, "The provider's proxy is inside this topology."),
  F (verification_level, "verification-level", ENUM, NOW, "always-unverifiable", 0, 0,
     oree_verification_levels, NULL, "Whom to believe about the provider's users."),
  F (autodiscover_url, "autodiscover-url", STRING, LATER, "", 0, 0, NULL, oree_normalise_url,
     "The provider's autodiscover address."),
  F (sip_client_port, "sip-client-port", UINT, LATER, "443", 1, 65535, NULL, NULL,
     "The port clients reach the provider on."),
  F (name_check, "name-check", ENUM, NOW, NULL, 0, 0, oree_sip_name_checks, NULL, OREE_SIP_NAME_CHECK_DOC),
  F (client_certificate_usage, "client-certificate-usage", ENUM, NOW, NULL, 0, 0, oree_sip_certificate_usages, NULL,
     OREE_SIP_CERTIFICATE_USAGE_DOC),
  F (client_authentication_needed, "client-authentication-needed", BOOLEAN, OREE_FIELD_FLAG_NONE, "false", 0, 0, NULL, NULL,
     "The provider wants client authentication in our certificate's key usage: requests for certificates ask for it."),
};

static void
check (const OreeRecord *record, OreeProblems *problems)
{
  const OreeHostingProvider *self = (const OreeHostingProvider *) record;

  if (self->hosts_ocs_users && !self->enabled_shared_address_space)
    oree_problems_add (problems, record->kind->name, record->id, "hosts-ocs-users",
                       OREE_PROBLEM_HOSTS_NEEDS_SHARED, NULL);
}

const OreeKind oree_hosting_provider_kind = {
  .name = "hosting-provider",
  .size = sizeof (OreeHostingProvider),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .missing = oree_sip_peer_missing,
  .normalise_id = oree_normalise_name,
  .id_doc = "Any name, unique among hosting and public providers.",
  .doc = "A third party that hosts SIP for other organisations.",
  .check = check,
};
