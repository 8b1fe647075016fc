/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/topology/oree-sites-page.h"

#include <glib/gi18n-lib.h>

struct _OreeSitesPage
{
  OreePanelList parent;
};

G_DEFINE_FINAL_TYPE (OreeSitesPage, oree_sites_page, OREE_TYPE_PANEL_LIST)

static const OreeListColumn columns[] = {
  { .id = "name", .title = N_ ("Name"), .field = "id", .expand = TRUE },
};

static const OreePanelKind kinds[] = {
  { .kind = "site", .form = "oree-site-form.ui", .new_label = N_ ("_Site"), .new_title = N_ ("New Site"),
    .edit_title = N_ ("Edit Site") },
};

static char *
count (guint n)
{
  return g_strdup_printf (ngettext ("%u site", "%u sites", n), n);
}

static char *
ask_delete (guint n)
{
  return g_strdup_printf (ngettext ("Delete %u Site?", "Delete %u Sites?", n), n);
}

static char *
committed (const char *id)
{
  return g_strdup_printf (_ ("Site %s committed"), id);
}

static const OreePanelListSpec spec = {
  .heading = N_ ("Sites"),
  .kinds = kinds,
  .n_kinds = G_N_ELEMENTS (kinds),
  .columns = columns,
  .n_columns = G_N_ELEMENTS (columns),
  .icon = "mark-location-symbolic",
  .empty_title = N_ ("No Sites"),
  .empty_text = N_ ("Sites give the users of one place an external access policy of their own."),
  .count = count,
  .ask_delete = ask_delete,
  .committed = committed,
};

static void
oree_sites_page_class_init (OreeSitesPageClass *klass)
{
  OREE_PANEL_LIST_CLASS (klass)->spec = &spec;
}

static void
oree_sites_page_init (OreeSitesPage *self)
{
}
