/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-allowed-domain.h"

#include "base/oree-limits.h"
#include "model/oree-normalise.h"
#include "model/oree-sip-peer.h"

#define NOW OREE_FIELD_FLAG_NONE
#define LATER OREE_FIELD_FLAG_NO_EFFECT
#define F(member, name, TYPE, flags, max, choices, normalise, doc) \
  OREE_FIELD (OreeAllowedDomain, member, name, TYPE, flags, NULL, 0, max, choices, normalise, doc)

static const OreeField fields[] = {
  F (proxy_fqdn, "proxy-fqdn", STRING, NOW, OREE_NAME_MAX, NULL, oree_normalise_fqdn,
     "The partner's Access Edge; empty: found by DNS."),
  F (comment, "comment", STRING, NOW, 0, NULL, NULL, "Free text."),
  F (mark_for_monitoring, "mark-for-monitoring", BOOLEAN, LATER, 0, NULL, NULL,
     "The partner is watched more closely."),
  F (name_check, "name-check", ENUM, NOW, 0, oree_sip_name_checks, NULL, OREE_SIP_NAME_CHECK_DOC),
  F (client_certificate_usage, "client-certificate-usage", ENUM, NOW, 0, oree_sip_certificate_usages, NULL,
     OREE_SIP_CERTIFICATE_USAGE_DOC),
};

const OreeKind oree_allowed_domain_kind = {
  .name = "allowed-domain",
  .size = sizeof (OreeAllowedDomain),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .missing = oree_sip_peer_missing,
  .normalise_id = oree_normalise_domain,
  .id_doc = "The partner's SIP domain; never also a blocked domain.",
  .doc = "A SIP partner we know.",
};
