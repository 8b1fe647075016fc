/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeAccessEdgePage: Access Edge Configuration, one record. */
#pragma once
#include "panel/oree-panel-list.h"

G_BEGIN_DECLS

#define OREE_TYPE_ACCESS_EDGE_PAGE (oree_access_edge_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeAccessEdgePage, oree_access_edge_page, OREE, ACCESS_EDGE_PAGE, OreePanelList)

G_END_DECLS
