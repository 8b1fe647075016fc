/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeUsersPage: users and allow entries, two tabs. */
#pragma once
#include "panel/oree-panel-tabs.h"

G_BEGIN_DECLS

#define OREE_TYPE_USERS_PAGE (oree_users_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeUsersPage, oree_users_page, OREE, USERS_PAGE, OreePanelTabs)

G_END_DECLS
