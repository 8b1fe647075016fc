/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-blocked-domain.h"

#include "model/oree-normalise.h"

#define F(member, name, TYPE, doc) \
  OREE_FIELD (OreeBlockedDomain, member, name, TYPE, OREE_FIELD_FLAG_NONE, NULL, 0, 0, NULL, NULL, doc)

static const OreeField fields[] = {
  F (comment, "comment", STRING, "Free text."),
  F (include_subdomains, "include-subdomains", BOOLEAN, "Every domain below this one is blocked too."),
};

const OreeKind oree_blocked_domain_kind = {
  .name = "blocked-domain",
  .size = sizeof (OreeBlockedDomain),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .normalise_id = oree_normalise_domain,
  .id_doc = "The domain; never also an allowed domain.",
  .doc = "Nothing goes to this domain and nothing comes from it, whatever else says yes.",
};
