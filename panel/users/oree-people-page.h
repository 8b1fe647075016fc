/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePeoplePage: the users. */
#pragma once
#include "panel/oree-panel-list.h"

G_BEGIN_DECLS

#define OREE_TYPE_PEOPLE_PAGE (oree_people_page_get_type ())
G_DECLARE_FINAL_TYPE (OreePeoplePage, oree_people_page, OREE, PEOPLE_PAGE, OreePanelList)

G_END_DECLS
