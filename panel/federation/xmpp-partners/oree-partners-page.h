/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePartnersPage: XMPP Federated Partners. */
#pragma once
#include "panel/oree-panel-list.h"

G_BEGIN_DECLS

#define OREE_TYPE_PARTNERS_PAGE (oree_partners_page_get_type ())
G_DECLARE_FINAL_TYPE (OreePartnersPage, oree_partners_page, OREE, PARTNERS_PAGE, OreePanelList)

G_END_DECLS
