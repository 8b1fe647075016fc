/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/domains/oree-domains-page.h"

#include "client/oree-client-config.h"
#include "panel/federation/domains/oree-import-dialog.h"
#include "panel/federation/oree-partner-commands.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

struct _OreeDomainsPage
{
  OreePanelList parent;
  GtkDropDown *filter;
};

G_DEFINE_FINAL_TYPE (OreeDomainsPage, oree_domains_page, OREE_TYPE_PANEL_LIST)

static gboolean
is_blocked (OreeClientItem *item)
{
  return g_str_equal (oree_client_item_get_kind (item), "blocked-domain");
}

static char *
status (OreeClientItem *item, gpointer data)
{
  return g_strdup (is_blocked (item) ? _ ("✖ Blocked") : _ ("✔ Allowed"));
}

static char *
edge (OreeClientItem *item, gpointer data)
{
  if (is_blocked (item))
    return g_strdup (oree_client_item_flag (item, "include-subdomains") ? _ ("and every domain below it") : "");
  return g_strdup (oree_client_item_text (item, "proxy-fqdn"));
}

static const OreeListColumn columns[] = {
  { .id = "domain", .title = N_ ("Domain"), .field = "id", .expand = TRUE },
  { .id = "status", .title = N_ ("Status"), .text = status, .width = 120 },
  { .id = "edge", .title = N_ ("Access Edge service (FQDN)"), .text = edge, .width = 220 },
  { .id = "comment", .title = N_ ("Comment"), .field = "comment", .expand = TRUE },
};

static const OreePanelKind kinds[] = {
  { .kind = "allowed-domain", .form = "oree-allowed-domain-form.ui", .new_label = N_ ("_Allowed domain"),
    .new_title = N_ ("New SIP Federated Domain: Allowed"), .edit_title = N_ ("Edit SIP Federated Domain: Allowed") },
  { .kind = "blocked-domain", .form = "oree-blocked-domain-form.ui", .new_label = N_ ("_Blocked domain"),
    .new_title = N_ ("New SIP Federated Domain: Blocked"), .edit_title = N_ ("Edit SIP Federated Domain: Blocked") },
};

static char *
count (guint n)
{
  return g_strdup_printf (ngettext ("%u domain", "%u domains", n), n);
}

static char *
ask_delete (guint n)
{
  return g_strdup_printf (ngettext ("Delete %u Domain?", "Delete %u Domains?", n), n);
}

static char *
committed (const char *id)
{
  /* TRANSLATORS: %s is a domain. */
  return g_strdup_printf (_ ("Domain %s committed"), id);
}

static const OreePanelListSpec spec = {
  .heading = N_ ("SIP Federated Domains"),
  .kinds = kinds,
  .n_kinds = G_N_ELEMENTS (kinds),
  .columns = columns,
  .n_columns = G_N_ELEMENTS (columns),
  .icon = "network-server-symbolic",
  .empty_title = N_ ("No Federated Domains"),
  .empty_text
  = N_ ("Add the domains of the organizations you want to talk to, or enable partner discovery."),
  .count = count,
  .ask_delete = ask_delete,
  .committed = committed,
};

/* ---- the filter ---- */

enum
{
  SHOW_ALL,
  SHOW_ALLOWED,
  SHOW_BLOCKED
};

static gboolean
keep (gpointer item, gpointer data)
{
  guint shown = gtk_drop_down_get_selected (OREE_DOMAINS_PAGE (data)->filter);

  return shown == SHOW_ALL || (shown == SHOW_BLOCKED) == is_blocked (item);
}

static void
show_all (OreeDomainsPage *self)
{
  gtk_drop_down_set_selected (self->filter, SHOW_ALL);
}

/* ---- turning one into the other ---- */

/* One transaction: gone from one list, come to the other; the comment goes along. */
static void
turn (OreePanelList *list, GPtrArray *selected, gboolean block)
{
  GVariantBuilder changes;
  guint n = 0;
  g_autofree char *question = NULL, *done = NULL;

  g_variant_builder_init (&changes, G_VARIANT_TYPE ("a(sssa{sv})"));
  for (guint i = 0; i < selected->len; i++)
    {
      OreeClientItem *item = selected->pdata[i];
      GVariantDict fields;

      if (is_blocked (item) == block)
        continue;
      g_variant_dict_init (&fields, NULL);
      g_variant_dict_insert (&fields, "comment", "s", oree_client_item_text (item, "comment"));
      oree_client_add_change (&changes, "remove", oree_client_item_get_kind (item), oree_client_item_get_id (item), NULL);
      oree_client_add_change (&changes, "add", block ? "blocked-domain" : "allowed-domain",
                              oree_client_item_get_id (item), g_variant_dict_end (&fields));
      n++;
    }
  if (n == 0)
    {
      g_variant_builder_clear (&changes);
      return;
    }
  if (block)
    {
      question = g_strdup_printf (ngettext ("Block %u Domain?", "Block %u Domains?", n), n);
      done = g_strdup_printf (ngettext ("%u domain blocked", "%u domains blocked", n), n);
    }
  else
    {
      question = g_strdup_printf (ngettext ("Allow %u Domain?", "Allow %u Domains?", n), n);
      done = g_strdup_printf (ngettext ("%u domain allowed", "%u domains allowed", n), n);
    }
  oree_panel_list_apply (list, g_variant_builder_end (&changes), question, block ? _ ("Block") : _ ("Allow"), done);
}

static void
command (OreePanelList *list, const char *name, GPtrArray *selected)
{
  if (g_str_equal (name, "allow"))
    turn (list, selected, FALSE);
  else if (g_str_equal (name, "block"))
    turn (list, selected, TRUE);
  else if (g_str_equal (name, "reset") && selected->len > 0)
    oree_partner_reset (GTK_WIDGET (list), oree_panel_page_get_session (OREE_PANEL_PAGE (list)),
                        oree_client_item_get_id (selected->pdata[0]), 0);
}

static gboolean
begin_new (OreePanelList *list, const char *target)
{
  if (!g_str_equal (target, "import"))
    return FALSE;
  oree_import_dialog_open (list);
  return TRUE;
}

static void
prepare (OreePanelList *list)
{
  OreeDomainsPage *self = OREE_DOMAINS_PAGE (list);
  OreeListView *view = oree_panel_list_get_view (list);
  const char *const choices[] = { _ ("All"), _ ("Allowed"), _ ("Blocked"), NULL };
  GtkWidget *filter = gtk_drop_down_new_from_strings (choices);

  self->filter = GTK_DROP_DOWN (filter);
  oree_ui_set_label (filter, _ ("Which domains"));
  oree_list_view_add_tool (view, filter);
  oree_list_view_set_filter (view, keep, self);
  g_signal_connect_object (filter, "notify::selected", G_CALLBACK (oree_list_view_refilter), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "clear-filter", G_CALLBACK (show_all), self, G_CONNECT_SWAPPED);
  oree_list_view_add_new (view, _ ("_Import a list…"), "import");
  oree_list_view_add_action (view, "allow", _ ("_Allow…"), OREE_LIST_SOME, TRUE);
  oree_list_view_add_action (view, "block", _ ("_Block…"), OREE_LIST_SOME, TRUE);
  oree_list_view_add_action (view, "reset", _ ("_Reset connections…"), OREE_LIST_ONE, FALSE);
}

static void
oree_domains_page_class_init (OreeDomainsPageClass *klass)
{
  OreePanelListClass *list_class = OREE_PANEL_LIST_CLASS (klass);

  list_class->spec = &spec;
  list_class->prepare = prepare;
  list_class->command = command;
  list_class->begin_new = begin_new;
}

static void
oree_domains_page_init (OreeDomainsPage *self)
{
}
