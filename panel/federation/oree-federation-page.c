/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/oree-federation-page.h"

#include "panel/federation/access-edge/oree-access-edge-page.h"
#include "panel/federation/domains/oree-domains-page.h"
#include "panel/federation/policy/oree-policies-page.h"
#include "panel/federation/providers/oree-providers-page.h"
#include "panel/federation/xmpp-partners/oree-partners-page.h"

#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

struct _OreeFederationPage
{
  OreePanelPage parent;
  AdwViewStack *stack;
  OreePanelPage *tab; /* in front */
};

G_DEFINE_FINAL_TYPE (OreeFederationPage, oree_federation_page, OREE_TYPE_PANEL_PAGE)

typedef struct
{
  const char *name;
  const char *title; /* short: five full titles do not fit */
  const char *icon;
  GType (*get_type) (void);
} Tab;

static const Tab tabs[] = {
  { "policies", N_ ("Policies"), "security-high-symbolic", oree_policies_page_get_type },
  { "edge", N_ ("Access Edge"), "network-server-symbolic", oree_access_edge_page_get_type },
  { "domains", N_ ("SIP Domains"), "network-workgroup-symbolic", oree_domains_page_get_type },
  { "providers", N_ ("SIP Providers"), "network-transmit-receive-symbolic", oree_providers_page_get_type },
  { "xmpp", N_ ("XMPP Partners"), "system-users-symbolic", oree_partners_page_get_type },
};

static void
on_visible_child (OreeFederationPage *self)
{
  GtkWidget *child = adw_view_stack_get_visible_child (self->stack);

  if (child == NULL || child == GTK_WIDGET (self->tab))
    return;
  if (self->tab != NULL)
    oree_panel_page_hidden (self->tab);
  self->tab = OREE_PANEL_PAGE (child);
  if (oree_panel_page_is_shown (OREE_PANEL_PAGE (self)))
    oree_panel_page_shown (self->tab);
  oree_panel_page_actions_changed (OREE_PANEL_PAGE (self));
}

static void
setup (OreePanelPage *page)
{
  OreeFederationPage *self = OREE_FEDERATION_PAGE (page);

  for (gsize i = 0; i < G_N_ELEMENTS (tabs); i++)
    {
      GtkWidget *tab = g_object_new (tabs[i].get_type (), "session", oree_panel_page_get_session (page), NULL);

      g_signal_connect_object (tab, "actions-changed", G_CALLBACK (oree_panel_page_actions_changed), self,
                               G_CONNECT_SWAPPED);
      adw_view_stack_add_titled (self->stack, tab, tabs[i].name, _ (tabs[i].title));
      adw_view_stack_page_set_icon_name (adw_view_stack_get_page (self->stack, tab), tabs[i].icon);
    }
  on_visible_child (self);
}

static void
shown (OreePanelPage *page)
{
  oree_panel_page_shown (OREE_FEDERATION_PAGE (page)->tab);
}

static void
hidden (OreePanelPage *page)
{
  oree_panel_page_hidden (OREE_FEDERATION_PAGE (page)->tab);
}

static void
go (OreePanelPage *page, const char *name, const char *place)
{
  OreeFederationPage *self = OREE_FEDERATION_PAGE (page);

  if (adw_view_stack_get_child_by_name (self->stack, name) == NULL)
    return;
  adw_view_stack_set_visible_child_name (self->stack, name);
  oree_panel_page_go (self->tab, name, place);
}

static gboolean
is_settled (OreePanelPage *page)
{
  return oree_panel_page_is_settled (OREE_FEDERATION_PAGE (page)->tab);
}

static GActionGroup *
get_actions (OreePanelPage *page)
{
  return oree_panel_page_get_actions (OREE_FEDERATION_PAGE (page)->tab);
}

static void
leave (OreePanelPage *page, OreePanelLeave done, gpointer data)
{
  oree_panel_page_leave (OREE_FEDERATION_PAGE (page)->tab, done, data);
}

static void
oree_federation_page_class_init (OreeFederationPageClass *klass)
{
  OreePanelPageClass *page_class = OREE_PANEL_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  page_class->setup = setup;
  page_class->shown = shown;
  page_class->hidden = hidden;
  page_class->go = go;
  page_class->is_settled = is_settled;
  page_class->get_actions = get_actions;
  page_class->leave = leave;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-federation-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeFederationPage, stack);
  gtk_widget_class_bind_template_callback (widget_class, on_visible_child);
}

static void
oree_federation_page_init (OreeFederationPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  oree_ui_watch_stack (GTK_WIDGET (self->stack));
}
