/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePanelApp: options, keys, About. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_PANEL_APP (oree_panel_app_get_type ())
G_DECLARE_FINAL_TYPE (OreePanelApp, oree_panel_app, OREE, PANEL_APP, AdwApplication)

OreePanelApp *oree_panel_app_new (void);
/* What main () returns when the run itself went well: 1 when a picture could not be taken. */
int oree_panel_app_get_status (OreePanelApp *self);

G_END_DECLS
