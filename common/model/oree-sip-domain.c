/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-sip-domain.h"

#include "model/oree-normalise.h"

#define F(member, name, TYPE, fallback, doc) \
  OREE_FIELD (OreeSipDomain, member, name, TYPE, OREE_FIELD_FLAG_NONE, fallback, 0, 0, NULL, NULL, doc)

static const OreeField fields[] = {
  F (is_default, "default", BOOLEAN, "false",
     "The primary domain; exactly one is, and making another one the default demotes it."),
  F (sip, "sip", BOOLEAN, "true", "Users have SIP addresses in this domain."),
  F (xmpp, "xmpp", BOOLEAN, "true", "The XMPP proxy speaks for this domain."),
  F (description, "description", STRING, "", "Free text."),
};

const OreeKind oree_sip_domain_kind = {
  .name = "sip-domain",
  .size = sizeof (OreeSipDomain),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .normalise_id = oree_normalise_domain,
  .id_doc = "The domain.",
  .doc = "A domain of ours, and what it is used for.",
};
