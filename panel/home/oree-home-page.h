/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeHomePage: what is wrong first. Everything here leads somewhere; nothing is set here. */
#pragma once
#include "panel/oree-panel-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_HOME_PAGE (oree_home_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeHomePage, oree_home_page, OREE, HOME_PAGE, OreePanelPage)

G_END_DECLS
