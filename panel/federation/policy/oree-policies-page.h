/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePoliciesPage: External Access Policy: global, of sites, of users. */
#pragma once
#include "panel/oree-panel-list.h"

G_BEGIN_DECLS

#define OREE_TYPE_POLICIES_PAGE (oree_policies_page_get_type ())
G_DECLARE_FINAL_TYPE (OreePoliciesPage, oree_policies_page, OREE, POLICIES_PAGE, OreePanelList)

G_END_DECLS
