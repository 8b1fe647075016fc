/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/topology/oree-own-domains-page.h"

#include <glib/gi18n-lib.h>

struct _OreeOwnDomainsPage
{
  OreePanelList parent;
};

G_DEFINE_FINAL_TYPE (OreeOwnDomainsPage, oree_own_domains_page, OREE_TYPE_PANEL_LIST)

static char *
mark (OreeClientItem *item, const char *name)
{
  return g_strdup (oree_client_item_flag (item, name) ? "✔" : "–");
}

static char *
primary (OreeClientItem *item, gpointer data)
{
  return mark (item, "default");
}

static char *
sip (OreeClientItem *item, gpointer data)
{
  return mark (item, "sip");
}

static char *
xmpp (OreeClientItem *item, gpointer data)
{
  return mark (item, "xmpp");
}

static const OreeListColumn columns[] = {
  { .id = "domain", .title = N_ ("Domain"), .field = "id", .expand = TRUE },
  { .id = "primary", .title = N_ ("Primary"), .text = primary, .width = 100 },
  { .id = "sip", .title = N_ ("SIP"), .text = sip, .width = 70 },
  { .id = "xmpp", .title = N_ ("XMPP"), .text = xmpp, .width = 80 },
  { .id = "description", .title = N_ ("Description"), .field = "description", .expand = TRUE },
};

static const OreePanelKind kinds[] = {
  { .kind = "sip-domain", .form = "oree-own-domain-form.ui", .new_label = N_ ("_SIP domain"),
    .new_title = N_ ("New SIP Domain"), .edit_title = N_ ("Edit SIP Domain") },
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
  return g_strdup_printf (_ ("Domain %s committed"), id);
}

static const OreePanelListSpec spec = {
  .heading = N_ ("SIP Domains"),
  .kinds = kinds,
  .n_kinds = G_N_ELEMENTS (kinds),
  .columns = columns,
  .n_columns = G_N_ELEMENTS (columns),
  .icon = "network-workgroup-symbolic",
  .empty_title = N_ ("No SIP Domains"),
  .empty_text = N_ ("Add the domains in which your users have addresses; one of them is the primary one."),
  .count = count,
  .ask_delete = ask_delete,
  .committed = committed,
};

static void
oree_own_domains_page_class_init (OreeOwnDomainsPageClass *klass)
{
  OREE_PANEL_LIST_CLASS (klass)->spec = &spec;
}

static void
oree_own_domains_page_init (OreeOwnDomainsPage *self)
{
}
