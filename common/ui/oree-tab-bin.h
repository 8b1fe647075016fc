/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeTabBin: the Tab key enters its child once and then leaves it. GTK before 4.12 walks through every row of a list
 * otherwise: ten thousand Tabs to leave ten thousand rows. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_TAB_BIN (oree_tab_bin_get_type ())
G_DECLARE_FINAL_TYPE (OreeTabBin, oree_tab_bin, OREE, TAB_BIN, AdwBin)

GtkWidget *oree_tab_bin_new (void);

G_END_DECLS
