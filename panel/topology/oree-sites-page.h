/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeSitesPage: places of the organisation that policies and users refer to. */
#pragma once
#include "panel/oree-panel-list.h"

G_BEGIN_DECLS

#define OREE_TYPE_SITES_PAGE (oree_sites_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeSitesPage, oree_sites_page, OREE, SITES_PAGE, OreePanelList)

G_END_DECLS
