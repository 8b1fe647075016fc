/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/access-edge/oree-access-edge-page.h"

#include <glib/gi18n-lib.h>

struct _OreeAccessEdgePage
{
  OreePanelList parent;
  OreeClientList *policies; /* the two pages must agree */
};

G_DEFINE_FINAL_TYPE (OreeAccessEdgePage, oree_access_edge_page, OREE_TYPE_PANEL_LIST)

static char *
flag (OreeClientItem *item, const char *name)
{
  return g_strdup (oree_client_item_flag (item, name) ? "✔" : "–");
}

static char *
name (OreeClientItem *item, gpointer data)
{
  return g_strdup (C_ ("scope", "Global"));
}

static char *
federation (OreeClientItem *item, gpointer data)
{
  return flag (item, "allow-federated-users");
}

static char *
discovery (OreeClientItem *item, gpointer data)
{
  return flag (item, "enable-partner-discovery");
}

static char *
disclaimer (OreeClientItem *item, gpointer data)
{
  return flag (item, "enable-archiving-disclaimer");
}

static char *
outside (OreeClientItem *item, gpointer data)
{
  return flag (item, "allow-outside-users");
}

static char *
anonymous (OreeClientItem *item, gpointer data)
{
  return flag (item, "allow-anonymous-users");
}

static const OreeListColumn columns[] = {
  { .id = "name", .title = N_ ("Name"), .text = name, .expand = TRUE },
  { .id = "federation", .title = N_ ("Federation"), .text = federation, .width = 60 },
  { .id = "discovery", .title = N_ ("Discovery"), .text = discovery, .width = 60 },
  { .id = "disclaimer", .title = N_ ("Disclaimer"), .text = disclaimer, .width = 60 },
  { .id = "remote", .title = N_ ("Remote users"), .text = outside, .width = 60 },
  { .id = "anonymous", .title = N_ ("Anonymous users"), .text = anonymous, .width = 60 },
};

static const OreePanelKind kinds[] = {
  { .kind = "access-edge", .form = "oree-access-edge-form.ui", .edit_title = N_ ("Edit Access Edge Configuration") },
};

static char *
count (guint n)
{
  return g_strdup ("");
}

static char *
ask_delete (guint n)
{
  return g_strdup (_ ("Reset the Access Edge Configuration to Its Defaults?"));
}

static char *
committed (const char *id)
{
  return g_strdup (_ ("Access Edge configuration committed"));
}

static const OreePanelListSpec spec = {
  .heading = N_ ("Access Edge Configuration"),
  .kinds = kinds,
  .n_kinds = G_N_ELEMENTS (kinds),
  .columns = columns,
  .n_columns = G_N_ELEMENTS (columns),
  .icon = "preferences-system-symbolic",
  .empty_title = N_ ("Nothing to Configure"),
  .empty_text = N_ ("The service answered without an Access Edge configuration."),
  .count = count,
  .ask_delete = ask_delete,
  .committed = committed,
};

static const char *
delete_operation (OreePanelList *list, OreeClientItem *item)
{
  return "reset";
}

/* Federation on, and no policy that lets anybody use it. */
static void
show_hint (OreeAccessEdgePage *self)
{
  OreePanelList *list = OREE_PANEL_LIST (self);
  OreeClientItem *edge = oree_client_list_find (oree_panel_list_get_records (list, "access-edge"), "global");
  gboolean some = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->policies)); i++)
    {
      g_autoptr (OreeClientItem) policy = g_list_model_get_item (G_LIST_MODEL (self->policies), i);

      some = some || oree_client_item_flag (policy, "enable-federation-access");
    }
  if (edge != NULL && oree_client_item_flag (edge, "allow-federated-users")
      && oree_client_list_is_loaded (self->policies) && !some)
    oree_panel_list_set_hint (list, _ ("No external access policy enables federated users yet."), _ ("Open policies"),
                              "policies");
  else
    oree_panel_list_set_hint (list, NULL, NULL, NULL);
}

static void
prepare (OreePanelList *list)
{
  OreeAccessEdgePage *self = OREE_ACCESS_EDGE_PAGE (list);
  OreeListView *view = oree_panel_list_get_view (list);

  oree_list_view_set_delete_label (view, _ ("_Reset to defaults…"));
  self->policies = oree_client_list_new_for_kind (oree_panel_page_get_session (OREE_PANEL_PAGE (list)),
                                                  "external-access-policy");
  g_signal_connect_object (self->policies, "loaded", G_CALLBACK (show_hint), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (oree_panel_list_get_records (list, "access-edge"), "loaded", G_CALLBACK (show_hint), self,
                           G_CONNECT_SWAPPED);
}

static void
oree_access_edge_page_dispose (GObject *object)
{
  g_clear_object (&OREE_ACCESS_EDGE_PAGE (object)->policies);
  G_OBJECT_CLASS (oree_access_edge_page_parent_class)->dispose (object);
}

static void
oree_access_edge_page_class_init (OreeAccessEdgePageClass *klass)
{
  OreePanelListClass *list_class = OREE_PANEL_LIST_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_access_edge_page_dispose;
  list_class->spec = &spec;
  list_class->prepare = prepare;
  list_class->delete_operation = delete_operation;
}

static void
oree_access_edge_page_init (OreeAccessEdgePage *self)
{
}
