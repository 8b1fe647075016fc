/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeConnectionsPage: Partner Connections, live. Places: a partner's domain. */
#pragma once
#include "panel/oree-panel-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CONNECTIONS_PAGE (oree_connections_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeConnectionsPage, oree_connections_page, OREE, CONNECTIONS_PAGE, OreePanelPage)

G_END_DECLS
