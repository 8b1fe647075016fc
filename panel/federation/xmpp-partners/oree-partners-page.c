/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/xmpp-partners/oree-partners-page.h"

#include "client/oree-client-list.h"
#include "ui/oree-list-view.h"

#include <glib/gi18n-lib.h>

struct _OreePartnersPage
{
  OreePanelPage parent;
  OreeListView *list;
  OreeClientList *records;
};

G_DEFINE_FINAL_TYPE (OreePartnersPage, oree_partners_page, OREE_TYPE_PANEL_PAGE)

static const OreeListColumn columns[] = {
  { .id = "domain", .title = N_ ("Primary domain"), .field = "id", .expand = TRUE },
  { .id = "type", .title = N_ ("Partner type"), .field = "partner-type", .width = 170 },
  { .id = "tls", .title = N_ ("TLS"), .field = "tls-negotiation", .width = 130 },
  { .id = "sasl", .title = N_ ("SASL"), .field = "sasl-negotiation", .width = 130 },
};

static char *
count (guint n)
{
  return g_strdup_printf (ngettext ("%u partner", "%u partners", n), n);
}

static void
setup (OreePanelPage *page)
{
  OreePartnersPage *self = OREE_PARTNERS_PAGE (page);

  self->records = oree_client_list_new_for_kind (oree_panel_page_get_session (page), "xmpp-partner");
  self->list = OREE_LIST_VIEW (oree_list_view_new ());
  oree_list_view_set_columns (self->list, columns, G_N_ELEMENTS (columns), self);
  oree_list_view_set_count (self->list, count);
  oree_list_view_add_new (self->list, _ ("_New"), "xmpp-partner");
  oree_list_view_set_empty (self->list, "system-users-symbolic", _ ("No XMPP Partners"),
                            _ ("Add one entry for each XMPP domain your users may talk to."), _ ("New"));
  oree_list_view_set_model (self->list, G_LIST_MODEL (self->records));
  g_signal_connect_object (self->list, "refresh", G_CALLBACK (oree_client_list_refresh), self->records,
                           G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->list));
}

static gboolean
is_settled (OreePanelPage *page)
{
  return oree_list_view_is_settled (OREE_PARTNERS_PAGE (page)->list);
}

static GActionGroup *
get_actions (OreePanelPage *page)
{
  return oree_list_view_get_actions (OREE_PARTNERS_PAGE (page)->list);
}

static void
oree_partners_page_dispose (GObject *object)
{
  g_clear_object (&OREE_PARTNERS_PAGE (object)->records);
  G_OBJECT_CLASS (oree_partners_page_parent_class)->dispose (object);
}

static void
oree_partners_page_class_init (OreePartnersPageClass *klass)
{
  OreePanelPageClass *page_class = OREE_PANEL_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_partners_page_dispose;
  page_class->setup = setup;
  page_class->is_settled = is_settled;
  page_class->get_actions = get_actions;
}

static void
oree_partners_page_init (OreePartnersPage *self)
{
}
