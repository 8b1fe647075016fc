/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeHistoryPage: every revision of the configuration. Places: a revision's number. */
#pragma once
#include "panel/oree-panel-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_HISTORY_PAGE (oree_history_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeHistoryPage, oree_history_page, OREE, HISTORY_PAGE, OreePanelPage)

G_END_DECLS
