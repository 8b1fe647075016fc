/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeEventsPage: the event log. Places: a role or a partner, to which the list is narrowed. */
#pragma once
#include "panel/oree-panel-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_EVENTS_PAGE (oree_events_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeEventsPage, oree_events_page, OREE, EVENTS_PAGE, OreePanelPage)

G_END_DECLS
