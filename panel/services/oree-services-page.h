/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeServicesPage: the roles, each controlled alone like a Windows service. */
#pragma once
#include "panel/oree-panel-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_SERVICES_PAGE (oree_services_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeServicesPage, oree_services_page, OREE, SERVICES_PAGE, OreePanelPage)

G_END_DECLS
