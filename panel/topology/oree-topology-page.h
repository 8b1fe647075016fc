/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeTopologyPage: edge server, SIP domains, sites. */
#pragma once
#include "panel/oree-panel-tabs.h"

G_BEGIN_DECLS

#define OREE_TYPE_TOPOLOGY_PAGE (oree_topology_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeTopologyPage, oree_topology_page, OREE, TOPOLOGY_PAGE, OreePanelTabs)

G_END_DECLS
