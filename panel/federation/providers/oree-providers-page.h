/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeProvidersPage: SIP Federated Providers, hosting and public. */
#pragma once
#include "panel/oree-panel-list.h"

G_BEGIN_DECLS

#define OREE_TYPE_PROVIDERS_PAGE (oree_providers_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeProvidersPage, oree_providers_page, OREE, PROVIDERS_PAGE, OreePanelList)

G_END_DECLS
