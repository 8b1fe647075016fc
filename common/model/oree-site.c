/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-site.h"

#include "model/oree-normalise.h"

const OreeKind oree_site_kind = {
  .name = "site",
  .size = sizeof (OreeSite),
  .normalise_id = oree_normalise_name,
  .id_doc = "The site's name.",
  .doc = "A place of the organisation that policies and users refer to.",
};
