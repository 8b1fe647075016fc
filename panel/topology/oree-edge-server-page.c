/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/topology/oree-edge-server-page.h"

#include <glib/gi18n-lib.h>

struct _OreeEdgeServerPage
{
  OreePanelList parent;
};

G_DEFINE_FINAL_TYPE (OreeEdgeServerPage, oree_edge_server_page, OREE_TYPE_PANEL_LIST)

static char *
next_hop (OreeClientItem *item, gpointer data)
{
  const char *next = oree_client_item_text (item, "next-hop");

  return g_strdup (g_str_equal (next, "embedded") ? _ ("Embedded front end") : next);
}

static char *
xmpp (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_client_item_flag (item, "xmpp-proxy-enabled") ? "✔" : "–");
}

static char *
name (OreeClientItem *item, gpointer data)
{
  return g_strdup (C_ ("scope", "Global"));
}

static const OreeListColumn columns[] = {
  { .id = "name", .title = N_ ("Name"), .text = name, .width = 84 },
  { .id = "external", .title = N_ ("Access Edge service (FQDN)"), .field = "access-edge-external-fqdn", .expand = TRUE },
  { .id = "internal", .title = N_ ("Internal FQDN"), .field = "edge-internal-fqdn", .expand = TRUE },
  { .id = "xmpp", .title = N_ ("XMPP"), .text = xmpp, .width = 55 },
  { .id = "next-hop", .title = N_ ("Next hop"), .text = next_hop, .expand = TRUE },
};

static const OreePanelKind kinds[] = {
  { .kind = "topology", .form = "oree-topology-form.ui", .edit_title = N_ ("Edit Topology") },
};

static char *
count (guint n)
{
  return g_strdup ("");
}

static char *
ask_delete (guint n)
{
  return g_strdup (_ ("Reset the Topology to Its Defaults?"));
}

static char *
committed (const char *id)
{
  return g_strdup (_ ("Topology committed"));
}

static const OreePanelListSpec spec = {
  .heading = N_ ("Edge Server"),
  .note = N_ ("Names and addresses decide which names certificates need, and which records DNS."),
  .kinds = kinds,
  .n_kinds = G_N_ELEMENTS (kinds),
  .columns = columns,
  .n_columns = G_N_ELEMENTS (columns),
  .icon = "network-server-symbolic",
  .empty_title = N_ ("Nothing to Configure"),
  .empty_text = N_ ("The service answered without a topology."),
  .count = count,
  .ask_delete = ask_delete,
  .committed = committed,
};

static const char *
delete_operation (OreePanelList *list, OreeClientItem *item)
{
  return "reset";
}

static void
prepare (OreePanelList *list)
{
  oree_list_view_set_delete_label (oree_panel_list_get_view (list), _ ("_Reset to defaults…"));
}

static void
oree_edge_server_page_class_init (OreeEdgeServerPageClass *klass)
{
  OreePanelListClass *list_class = OREE_PANEL_LIST_CLASS (klass);

  list_class->spec = &spec;
  list_class->prepare = prepare;
  list_class->delete_operation = delete_operation;
}

static void
oree_edge_server_page_init (OreeEdgeServerPage *self)
{
}
