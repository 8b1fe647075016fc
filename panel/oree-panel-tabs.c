/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/oree-panel-tabs.h"

#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  AdwViewSwitcher *switcher;
  AdwViewStack *stack;
  OreePanelPage *tab; /* in front */
} OreePanelTabsPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (OreePanelTabs, oree_panel_tabs, OREE_TYPE_PANEL_PAGE)

#define PRIVATE(self) ((OreePanelTabsPrivate *) oree_panel_tabs_get_instance_private (OREE_PANEL_TABS (self)))

static void
on_visible_child (OreePanelTabs *self)
{
  OreePanelTabsPrivate *priv = PRIVATE (self);
  GtkWidget *child = adw_view_stack_get_visible_child (priv->stack);

  if (child == NULL || child == GTK_WIDGET (priv->tab))
    return;
  if (priv->tab != NULL)
    oree_panel_page_hidden (priv->tab);
  priv->tab = OREE_PANEL_PAGE (child);
  if (oree_panel_page_is_shown (OREE_PANEL_PAGE (self)))
    oree_panel_page_shown (priv->tab);
  oree_panel_page_actions_changed (OREE_PANEL_PAGE (self));
}

static void
oree_panel_tabs_setup (OreePanelPage *page)
{
  OreePanelTabsClass *klass = OREE_PANEL_TABS_GET_CLASS (page);
  AdwViewStack *stack = PRIVATE (page)->stack;

  if (klass->narrow)
    adw_view_switcher_set_policy (PRIVATE (page)->switcher, ADW_VIEW_SWITCHER_POLICY_NARROW);
  for (guint i = 0; i < klass->n_tabs; i++)
    {
      const OreePanelTab *row = &klass->tabs[i];
      GtkWidget *tab = g_object_new (row->get_type (), "session", oree_panel_page_get_session (page), NULL);

      g_signal_connect_object (tab, "actions-changed", G_CALLBACK (oree_panel_page_actions_changed), page,
                               G_CONNECT_SWAPPED);
      adw_view_stack_add_titled (stack, tab, row->name, _ (row->title));
      adw_view_stack_page_set_icon_name (adw_view_stack_get_page (stack, tab), row->icon);
    }
  on_visible_child (OREE_PANEL_TABS (page));
}

static void
oree_panel_tabs_shown (OreePanelPage *page)
{
  oree_panel_page_shown (PRIVATE (page)->tab);
}

static void
oree_panel_tabs_hidden (OreePanelPage *page)
{
  oree_panel_page_hidden (PRIVATE (page)->tab);
}

static void
oree_panel_tabs_go (OreePanelPage *page, const char *name, const char *place)
{
  OreePanelTabsPrivate *priv = PRIVATE (page);

  /* A name that is no tab's is the page's own: its first tab. */
  if (adw_view_stack_get_child_by_name (priv->stack, name) != NULL)
    adw_view_stack_set_visible_child_name (priv->stack, name);
  else
    adw_view_stack_set_visible_child_name (priv->stack, OREE_PANEL_TABS_GET_CLASS (page)->tabs[0].name);
  if (*place != '\0')
    oree_panel_page_go (priv->tab, name, place);
}

static gboolean
oree_panel_tabs_is_settled (OreePanelPage *page)
{
  return oree_panel_page_is_settled (PRIVATE (page)->tab);
}

static GActionGroup *
oree_panel_tabs_get_actions (OreePanelPage *page)
{
  return oree_panel_page_get_actions (PRIVATE (page)->tab);
}

/* ---- leaving: a tab behind may hold unsaved changes too ---- */

typedef struct
{
  OreePanelTabs *self;
  guint next; /* tab to be asked */
  OreePanelPage *asked;
  OreePanelLeave done;
  gpointer data;
} Leave;

static void ask_next (Leave *leave);

static void
on_tab_left (gboolean may_leave, gpointer data)
{
  Leave *leave = data;

  if (may_leave)
    {
      ask_next (leave);
      return;
    }
  /* Who stays sees why. */
  adw_view_stack_set_visible_child (PRIVATE (leave->self)->stack, GTK_WIDGET (leave->asked));
  leave->done (FALSE, leave->data);
  g_object_unref (leave->self);
  g_free (leave);
}

static void
ask_next (Leave *leave)
{
  OreePanelTabsClass *klass = OREE_PANEL_TABS_GET_CLASS (leave->self);

  if (leave->next < klass->n_tabs)
    {
      leave->asked = OREE_PANEL_PAGE (
          adw_view_stack_get_child_by_name (PRIVATE (leave->self)->stack, klass->tabs[leave->next++].name));
      oree_panel_page_leave (leave->asked, on_tab_left, leave);
      return;
    }
  leave->done (TRUE, leave->data);
  g_object_unref (leave->self);
  g_free (leave);
}

static void
oree_panel_tabs_leave (OreePanelPage *page, OreePanelLeave done, gpointer data)
{
  Leave *leave = g_new0 (Leave, 1);

  leave->self = g_object_ref (OREE_PANEL_TABS (page));
  leave->done = done;
  leave->data = data;
  ask_next (leave);
}

static gboolean
oree_panel_tabs_turn (OreePanelPage *page, int step)
{
  OreePanelTabsClass *klass = OREE_PANEL_TABS_GET_CLASS (page);
  AdwViewStack *stack = PRIVATE (page)->stack;
  const char *name = adw_view_stack_get_visible_child_name (stack);
  int n = (int) klass->n_tabs, place = 0;

  while (place < n - 1 && g_strcmp0 (klass->tabs[place].name, name) != 0)
    place++;
  adw_view_stack_set_visible_child_name (stack, klass->tabs[(place + step + n) % n].name);
  return TRUE;
}

static void
oree_panel_tabs_class_init (OreePanelTabsClass *klass)
{
  OreePanelPageClass *page_class = OREE_PANEL_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  page_class->setup = oree_panel_tabs_setup;
  page_class->shown = oree_panel_tabs_shown;
  page_class->hidden = oree_panel_tabs_hidden;
  page_class->go = oree_panel_tabs_go;
  page_class->is_settled = oree_panel_tabs_is_settled;
  page_class->get_actions = oree_panel_tabs_get_actions;
  page_class->leave = oree_panel_tabs_leave;
  page_class->turn = oree_panel_tabs_turn;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-panel-tabs.ui");
  gtk_widget_class_bind_template_child_private (widget_class, OreePanelTabs, switcher);
  gtk_widget_class_bind_template_child_private (widget_class, OreePanelTabs, stack);
  gtk_widget_class_bind_template_callback (widget_class, on_visible_child);
}

static void
oree_panel_tabs_init (OreePanelTabs *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  oree_ui_watch_stack (GTK_WIDGET (PRIVATE (self)->stack));
}
