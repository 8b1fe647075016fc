/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePanelBanner: at most one bar that says what is wrong with the connection, the rights or the versions. */
#pragma once
#include "client/oree-client-session.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_PANEL_BANNER (oree_panel_banner_get_type ())
G_DECLARE_FINAL_TYPE (OreePanelBanner, oree_panel_banner, OREE, PANEL_BANNER, AdwBin)

void oree_panel_banner_set_session (OreePanelBanner *self, OreeClientSession *session);

G_END_DECLS
