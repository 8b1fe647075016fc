/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access-edge: the organisation's switches and the treatment of partners nobody listed. Singleton. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_VERIFY_ALWAYS_VERIFIABLE,  /* "communicate with everyone" */
  OREE_VERIFY_ALWAYS_UNVERIFIABLE,/* "only with people on the contacts list" */
  OREE_VERIFY_USE_SOURCE          /* as the sender's side marked it */
} OreeVerificationLevel;

extern const OreeEnumValue oree_verification_levels[];

typedef enum
{
  OREE_ROUTING_DNS_SRV,
  OREE_ROUTING_DEFAULT_ROUTE
} OreeRoutingMethod;

typedef struct
{
  OreeRecord record;
  gboolean allow_federated_users; /* the organisation's switch */
  gboolean allow_outside_users;
  gboolean allow_anonymous_users;
  gboolean be_clearing_house;
  gboolean enable_partner_discovery;
  int discovered_partner_verification_level;
  gboolean enable_archiving_disclaimer;
  gboolean enable_user_replicator;
  gboolean keep_crls_up_to_date_for_peers;
  gboolean mark_source_verifiable_on_outgoing_messages;
  guint64 outgoing_tls_count_for_federated_partners;
  guint64 discovered_partner_standard_rate;
  gboolean enable_discovered_partner_contacts_limit;
  guint64 max_contacts_per_discovered_partner;
  guint64 discovered_partner_failure_percentage;
  guint64 discovered_partner_report_period_minutes;
  guint64 max_accepted_certificates_stored;
  guint64 max_rejected_certificates_stored;
  guint64 certificates_deleted_percentage;
  int routing_method;
  char *default_route_fqdn;
  int verification_level; /* of the default route */
  gboolean is_public_provider;
} OreeAccessEdge;

extern const OreeKind oree_access_edge_kind;

G_END_DECLS
