/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-access-edge.h"

#include "base/oree-limits.h"
#include "model/oree-normalise.h"

/* The first is the default everywhere: "only with people on the contacts list". */
const OreeEnumValue oree_verification_levels[] = {
  { OREE_VERIFY_ALWAYS_UNVERIFIABLE, "always-unverifiable" },
  { OREE_VERIFY_ALWAYS_VERIFIABLE, "always-verifiable" },
  { OREE_VERIFY_USE_SOURCE, "use-source-verification" },
  { 0, NULL },
};

static const OreeEnumValue routing_methods[] = {
  { OREE_ROUTING_DNS_SRV, "use-dns-srv-routing" },
  { OREE_ROUTING_DEFAULT_ROUTE, "use-default-routing" },
  { 0, NULL },
};

#define NOW OREE_FIELD_FLAG_NONE
#define LATER OREE_FIELD_FLAG_NO_EFFECT
#define F(member, name, TYPE, flags, fallback, min, max, choices, normalise, doc) \
  OREE_FIELD (OreeAccessEdge, member, name, TYPE, flags, fallback, min, max, choices, normalise, doc)
#define FLAG(member, name, flags, fallback, doc) F (member, name, BOOLEAN, flags, fallback, 0, 0, NULL, NULL, doc)
#define NUMBER(member, name, flags, fallback, min, max, doc) \
  F (member, name, UINT, flags, fallback, min, max, NULL, NULL, doc)

static const OreeField fields[] = {
  FLAG (allow_anonymous_users, "allow-anonymous-users", LATER, "false",
        "Unauthenticated users may come through to join conferences."),
  FLAG (allow_federated_users, "allow-federated-users", NOW, "false",
        "The organisation's switch: users may talk to other organisations at all."),
  FLAG (allow_outside_users, "allow-outside-users", LATER, "true", "Users may sign in from the Internet."),
  FLAG (be_clearing_house, "be-clearing-house", LATER, "false",
        "This edge connects other organisations with each other."),
  FLAG (enable_partner_discovery, "enable-partner-discovery", NOW, "false",
        "SIP partners that are not listed may be found by DNS SRV."),
  F (discovered_partner_verification_level, "discovered-partner-verification-level", ENUM, NOW,
     "use-source-verification", 0, 0, oree_verification_levels, NULL,
     "Whom to believe about the users of discovered partners."),
  FLAG (enable_archiving_disclaimer, "enable-archiving-disclaimer", NOW, "false",
        "Partners are told that conversations are archived."),
  FLAG (enable_user_replicator, "enable-user-replicator", LATER, "true", "User data is replicated to the edge."),
  FLAG (keep_crls_up_to_date_for_peers, "keep-crls-up-to-date-for-peers", LATER, "true",
        "Revocation lists of partners' certificates are fetched periodically."),
  FLAG (mark_source_verifiable_on_outgoing_messages, "mark-source-verifiable-on-outgoing-messages", NOW, "true",
        "Outgoing messages say that their sender is verified."),
  NUMBER (outgoing_tls_count_for_federated_partners, "outgoing-tls-count-for-federated-partners", NOW, "4", 1, 4,
          "TLS connections to one SIP partner."),
  NUMBER (discovered_partner_standard_rate, "discovered-partner-standard-rate", NOW, "20", 1, G_MAXUINT32,
          "Messages per second from one discovered partner."),
  FLAG (enable_discovered_partner_contacts_limit, "enable-discovered-partner-contacts-limit", NOW, "true",
        "A discovered partner may reach only so many of our users."),
  NUMBER (max_contacts_per_discovered_partner, "max-contacts-per-discovered-partner", NOW, "1000", 1, G_MAXUINT32,
          "How many of our users a discovered partner may reach."),
  NUMBER (discovered_partner_failure_percentage, "discovered-partner-failure-percentage", NOW, "1", 0, 100,
          "Share of failed answers above which a discovered partner is slowed down to one message per second, for it "
          "seems to try out addresses; 100: never."),
  NUMBER (discovered_partner_report_period_minutes, "discovered-partner-report-period-minutes", NOW, "60", 1,
          G_MAXUINT32, "Minutes between reports about discovered partners."),
  NUMBER (max_accepted_certificates_stored, "max-accepted-certificates-stored", LATER, "1000", 1, G_MAXUINT32,
          "Accepted certificates remembered."),
  NUMBER (max_rejected_certificates_stored, "max-rejected-certificates-stored", LATER, "500", 1, G_MAXUINT32,
          "Rejected certificates remembered."),
  NUMBER (certificates_deleted_percentage, "certificates-deleted-percentage", LATER, "20", 1, 100,
          "Share of the remembered certificates dropped when the memory is full."),
  F (routing_method, "routing-method", ENUM, NOW, "use-dns-srv-routing", 0, 0, routing_methods, NULL,
     "How SIP partners are found: by DNS, or all by one server."),
  F (default_route_fqdn, "default-route-fqdn", STRING, NOW, "", 0, OREE_NAME_MAX, NULL, oree_normalise_fqdn,
     "The server of default routing."),
  F (verification_level, "verification-level", ENUM, NOW, "use-source-verification", 0, 0,
     oree_verification_levels, NULL, "Whom to believe about users behind the default route."),
  FLAG (is_public_provider, "is-public-provider", NOW, "false",
        "The default route leads to a public provider."),
};

static void
check (const OreeRecord *record, OreeProblems *problems)
{
  const OreeAccessEdge *self = (const OreeAccessEdge *) record;

  if (self->routing_method == OREE_ROUTING_DEFAULT_ROUTE && *self->default_route_fqdn == '\0')
    oree_problems_add (problems, record->kind->name, record->id, "default-route-fqdn",
                       OREE_PROBLEM_DEFAULT_ROUTE_NEEDED, NULL);
}

const OreeKind oree_access_edge_kind = {
  .name = "access-edge",
  .singleton = TRUE,
  .size = sizeof (OreeAccessEdge),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .normalise_id = oree_normalise_global,
  .id_doc = "Always global.",
  .doc = "The organisation's switches, and the treatment of partners nobody listed.",
  .check = check,
};
