/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-tab-bin.h"

struct _OreeTabBin
{
  AdwBin parent;
};

G_DEFINE_FINAL_TYPE (OreeTabBin, oree_tab_bin, ADW_TYPE_BIN)

static gboolean
oree_tab_bin_focus (GtkWidget *widget, GtkDirectionType direction)
{
  if ((direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD)
      && gtk_widget_get_focus_child (widget) != NULL)
    return FALSE;
  return GTK_WIDGET_CLASS (oree_tab_bin_parent_class)->focus (widget, direction);
}

static void
oree_tab_bin_class_init (OreeTabBinClass *klass)
{
  GTK_WIDGET_CLASS (klass)->focus = oree_tab_bin_focus;
}

static void
oree_tab_bin_init (OreeTabBin *self)
{
}

GtkWidget *
oree_tab_bin_new (void)
{
  return g_object_new (OREE_TYPE_TAB_BIN, NULL);
}
