/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeEdgeServerPage: names, addresses, ports and the next hop of this edge. */
#pragma once
#include "panel/oree-panel-list.h"

G_BEGIN_DECLS

#define OREE_TYPE_EDGE_SERVER_PAGE (oree_edge_server_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeEdgeServerPage, oree_edge_server_page, OREE, EDGE_SERVER_PAGE, OreePanelList)

G_END_DECLS
