/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/xmpp-partners/oree-partners-page.h"

#include "panel/federation/xmpp-partners/oree-partner-form.h"
#include "ui/oree-words.h"

#include <glib/gi18n-lib.h>

struct _OreePartnersPage
{
  OreePanelList parent;
};

G_DEFINE_FINAL_TYPE (OreePartnersPage, oree_partners_page, OREE_TYPE_PANEL_LIST)

static char *
partner_type (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_words_label ("partner-type", oree_client_item_text (item, "partner-type")));
}

static char *
tls (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_words_label ("negotiation", oree_client_item_text (item, "tls-negotiation")));
}

static char *
sasl (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_words_label ("negotiation", oree_client_item_text (item, "sasl-negotiation")));
}

static char *
dialback (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_client_item_flag (item, "support-dialback-negotiation") ? "✔" : "–");
}

static const OreeListColumn columns[] = {
  { .id = "domain", .title = N_ ("Primary domain"), .field = "id", .expand = TRUE },
  { .id = "type", .title = N_ ("Partner type"), .text = partner_type, .width = 150 },
  { .id = "tls", .title = N_ ("TLS"), .text = tls, .width = 120 },
  { .id = "sasl", .title = N_ ("SASL"), .text = sasl, .width = 120 },
  { .id = "dialback", .title = N_ ("Dialback"), .text = dialback, .width = 90 },
  { .id = "description", .title = N_ ("Description"), .field = "description", .expand = TRUE },
};

static const OreePanelKind kinds[] = {
  { .kind = "xmpp-partner", .form_type = oree_partner_form_get_type, .new_label = N_ ("_XMPP partner"),
    .new_title = N_ ("New XMPP Federated Partner"), .edit_title = N_ ("Edit XMPP Federated Partner") },
  { .kind = "xmpp-gateway", .form = "oree-gateway-form.ui", .edit_title = N_ ("XMPP Gateway Settings"),
    .unlisted = TRUE },
};

static char *
count (guint n)
{
  return g_strdup_printf (ngettext ("%u partner", "%u partners", n), n);
}

static char *
ask_delete (guint n)
{
  return g_strdup_printf (ngettext ("Delete %u Partner?", "Delete %u Partners?", n), n);
}

static char *
committed (const char *id)
{
  if (g_str_equal (id, "global"))
    return g_strdup (_ ("Gateway settings committed"));
  /* TRANSLATORS: %s is a domain. */
  return g_strdup_printf (_ ("Partner %s committed"), id);
}

static const OreePanelListSpec spec = {
  .heading = N_ ("XMPP Federated Partners"),
  .kinds = kinds,
  .n_kinds = G_N_ELEMENTS (kinds),
  .columns = columns,
  .n_columns = G_N_ELEMENTS (columns),
  .icon = "system-users-symbolic",
  .empty_title = N_ ("No XMPP Partners"),
  .empty_text = N_ ("Add one entry for each XMPP domain your users may talk to."),
  .count = count,
  .ask_delete = ask_delete,
  .committed = committed,
};

static void
prepare (OreePanelList *list)
{
  oree_list_view_add_action (oree_panel_list_get_view (list), "gateway", _ ("_Gateway settings…"), OREE_LIST_ANY, FALSE);
}

static void
command (OreePanelList *list, const char *name, GPtrArray *selected)
{
  if (g_str_equal (name, "gateway"))
    oree_panel_list_open_singleton (list, "xmpp-gateway");
}

static void
oree_partners_page_class_init (OreePartnersPageClass *klass)
{
  OreePanelListClass *list_class = OREE_PANEL_LIST_CLASS (klass);

  list_class->spec = &spec;
  list_class->prepare = prepare;
  list_class->command = command;
}

static void
oree_partners_page_init (OreePartnersPage *self)
{
}
