/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePanelTabs: a page made of tabs, each a page of its own class. A subclass says which. */
#pragma once
#include "panel/oree-panel-page.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;         /* one of the places of the page's row in the table of pages */
  const char *title;        /* N_() */
  const char *icon;
  GType (*get_type) (void); /* a subclass of OreePanelPage */
} OreePanelTab;

#define OREE_TYPE_PANEL_TABS (oree_panel_tabs_get_type ())
G_DECLARE_DERIVABLE_TYPE (OreePanelTabs, oree_panel_tabs, OREE, PANEL_TABS, OreePanelPage)

struct _OreePanelTabsClass
{
  OreePanelPageClass parent_class;

  const OreePanelTab *tabs; /* set by class_init */
  guint n_tabs;
  gboolean narrow; /* the icons stand above the titles: many tabs */
};

G_END_DECLS
