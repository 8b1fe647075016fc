/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeAllowPage: which outside contacts which user of ours knows; a pair can be revoked. */
#pragma once
#include "panel/oree-panel-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_ALLOW_PAGE (oree_allow_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeAllowPage, oree_allow_page, OREE, ALLOW_PAGE, OreePanelPage)

G_END_DECLS
