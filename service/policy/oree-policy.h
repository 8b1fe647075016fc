/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePolicy: the configuration frozen for deciding. Immutable, shared by all workers, atomically counted.
 * Everything returned is borrowed and lives as long as the policy. Domains are in normal form
 * (oree_domain_normalise), users are addresses of record (oree_sip_aor_normalise). */
#pragma once
#include "model/oree-access-edge.h"
#include "model/oree-allowed-domain.h"
#include "model/oree-blocked-domain.h"
#include "model/oree-boundary-profile.h"
#include "model/oree-external-policy.h"
#include "model/oree-record-set.h"
#include "model/oree-sip-domain.h"
#include "model/oree-topology.h"
#include "model/oree-user.h"
#include "model/oree-xmpp-gateway.h"
#include "model/oree-xmpp-partner.h"

G_BEGIN_DECLS

typedef struct _OreePolicy OreePolicy;

OreePolicy *oree_policy_ref (OreePolicy *self);
void oree_policy_unref (OreePolicy *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreePolicy, oree_policy_unref)

/* The revision the policy was built from. */
guint64 oree_policy_revision (const OreePolicy *self);
/* The records behind it. */
const OreeRecordSet *oree_policy_records (const OreePolicy *self);

const OreeTopology *oree_policy_topology (const OreePolicy *self);
/* topology's next-hop, parsed. */
const OreeNextHop *oree_policy_next_hop (const OreePolicy *self);
const OreeAccessEdge *oree_policy_access_edge (const OreePolicy *self);
const OreeXmppGateway *oree_policy_xmpp_gateway (const OreePolicy *self);

/* NULL when the domain is none of ours. */
const OreeSipDomain *oree_policy_sip_domain (const OreePolicy *self, const char *domain);
/* The default domain; NULL when there is none yet. */
const OreeSipDomain *oree_policy_default_domain (const OreePolicy *self);
/* NULL when the user has no record. */
const OreeUser *oree_policy_user (const OreePolicy *self, const char *aor);
/* Is this one of our users, and where does the user live? A record says so; without one a user of a SIP domain of
 * ours lives at the next hop when there is one, and is unknown (FALSE) when the front end is embedded. */
gboolean oree_policy_user_home (const OreePolicy *self, const char *aor, OreeUserHome *home);
/* Does what `aor` proved when signing in at the embedded front end under `old` hold under `self` too? Not when the user is gone,
 * lives elsewhere, or has another password. */
gboolean oree_policy_sign_in_holds (const OreePolicy *self, const OreePolicy *old, const char *aor);
/* By primary or additional domain; NULL for a stranger. Blocked domains are not looked at. */
const OreeXmppPartner *oree_policy_xmpp_partner (const OreePolicy *self, const char *domain);
/* The boundary profile of the partner that has this domain; NULL when it names none, as most do: that costs one comparison
 * as long as nobody names one. */
const OreeBoundaryProfile *oree_policy_boundary_profile (const OreePolicy *self, const char *domain);
/* Has any of those profiles quiet hours? */
gboolean oree_policy_has_quiet_hours (const OreePolicy *self);
/* Connections allowed at once with this partner: its own limit, or the gateway's. */
guint64 oree_policy_partner_connection_limit (const OreePolicy *self, const OreeXmppPartner *partner);
/* Messages that may wait for one domain of this partner, each way: its own limit, or the gateway's; that of a stranger
 * (NULL) is the gateway's. */
guint64 oree_policy_queue_limit (const OreePolicy *self, const OreeXmppPartner *partner);
/* The entry that blocks the domain, itself or from above (include-subdomains); NULL when none does. */
const OreeBlockedDomain *oree_policy_blocked (const OreePolicy *self, const char *domain);
/* The allowed domain of that name; NULL when it is not on the list. */
const OreeAllowedDomain *oree_policy_allowed_domain (const OreePolicy *self, const char *domain);

/* A hosting or public provider that is switched on. */
typedef struct
{
  const OreeRecord *record;
  const char *server; /* its Access Edge */
  OreeVerificationLevel level;
  gboolean is_public;
  gboolean shared; /* users of our own domains are there */
} OreePolicyProvider;

/* By the name of its Access Edge; NULL when that is no enabled provider's. */
const OreePolicyProvider *oree_policy_provider (const OreePolicy *self, const char *server);
/* TRUE when any provider is switched on. */
gboolean oree_policy_has_providers (const OreePolicy *self);
/* The provider with which we share our domains; NULL when there is none. */
const OreePolicyProvider *oree_policy_shared_provider (const OreePolicy *self);
/* The external access policy in force for a user, with or without record: user, else site, else global. Never NULL. */
const OreeExternalPolicy *oree_policy_external_access (const OreePolicy *self, const char *aor);

G_END_DECLS
