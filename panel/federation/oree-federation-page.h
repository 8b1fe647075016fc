/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeFederationPage: Federation and External Access, five tabs. */
#pragma once
#include "panel/oree-panel-tabs.h"

G_BEGIN_DECLS

#define OREE_TYPE_FEDERATION_PAGE (oree_federation_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeFederationPage, oree_federation_page, OREE, FEDERATION_PAGE, OreePanelTabs)

G_END_DECLS
