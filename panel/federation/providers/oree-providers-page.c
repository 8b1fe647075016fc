/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/providers/oree-providers-page.h"

#include "client/oree-client-config.h"
#include "ui/oree-words.h"

#include <glib/gi18n-lib.h>

struct _OreeProvidersPage
{
  OreePanelList parent;
};

G_DEFINE_FINAL_TYPE (OreeProvidersPage, oree_providers_page, OREE_TYPE_PANEL_LIST)

static char *
type (OreeClientItem *item, gpointer data)
{
  return g_strdup (g_str_equal (oree_client_item_get_kind (item), "public-provider") ? C_ ("provider", "Public")
                                                                                     : C_ ("provider", "Hosted"));
}

static char *
enabled (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_client_item_flag (item, "enabled") ? "✔" : "–");
}

static char *
verification (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_words_label ("verification-short", oree_client_item_text (item, "verification-level")));
}

static const OreeListColumn columns[] = {
  { .id = "name", .title = N_ ("Provider name"), .field = "id", .expand = TRUE },
  { .id = "type", .title = N_ ("Type"), .text = type, .width = 90 },
  { .id = "enabled", .title = N_ ("Enabled"), .text = enabled, .width = 75 },
  { .id = "edge", .title = N_ ("Access Edge service (FQDN)"), .field = "proxy-fqdn", .width = 190 },
  { .id = "verification", .title = N_ ("Verification"), .text = verification, .width = 150 },
};

static const OreePanelKind kinds[] = {
  { .kind = "hosting-provider", .form = "oree-hosting-provider-form.ui", .new_label = N_ ("_Hosted provider"),
    .new_title = N_ ("New SIP Federated Provider: Hosted"), .edit_title = N_ ("Edit SIP Federated Provider: Hosted") },
  { .kind = "public-provider", .form = "oree-public-provider-form.ui", .new_label = N_ ("_Public provider"),
    .new_title = N_ ("New SIP Federated Provider: Public"), .edit_title = N_ ("Edit SIP Federated Provider: Public") },
};

static char *
count (guint n)
{
  return g_strdup_printf (ngettext ("%u provider", "%u providers", n), n);
}

static char *
ask_delete (guint n)
{
  return g_strdup_printf (ngettext ("Delete %u Provider?", "Delete %u Providers?", n), n);
}

static char *
committed (const char *id)
{
  /* TRANSLATORS: %s is the name of a provider. */
  return g_strdup_printf (_ ("Provider %s committed"), id);
}

static const OreePanelListSpec spec = {
  .heading = N_ ("SIP Federated Providers"),
  .kinds = kinds,
  .n_kinds = G_N_ELEMENTS (kinds),
  .columns = columns,
  .n_columns = G_N_ELEMENTS (columns),
  .icon = "network-server-symbolic",
  .empty_title = N_ ("No Providers"),
  .empty_text = N_ ("Hosting and public IM providers that serve many domains through one Edge server."),
  .count = count,
  .ask_delete = ask_delete,
  .committed = committed,
};

static void
set_enabled (OreePanelList *list, GPtrArray *selected, gboolean enable)
{
  GVariantBuilder changes;
  g_autofree char *done
      = enable ? g_strdup_printf (ngettext ("%u provider enabled", "%u providers enabled", selected->len), selected->len)
               : g_strdup_printf (ngettext ("%u provider disabled", "%u providers disabled", selected->len), selected->len);

  g_variant_builder_init (&changes, G_VARIANT_TYPE ("a(sssa{sv})"));
  for (guint i = 0; i < selected->len; i++)
    {
      GVariantDict fields;

      g_variant_dict_init (&fields, NULL);
      g_variant_dict_insert (&fields, "enabled", "b", enable);
      oree_client_add_change (&changes, "set", oree_client_item_get_kind (selected->pdata[i]),
                              oree_client_item_get_id (selected->pdata[i]), g_variant_dict_end (&fields));
    }
  oree_panel_list_apply (list, g_variant_builder_end (&changes), NULL, NULL, done);
}

static void
command (OreePanelList *list, const char *name, GPtrArray *selected)
{
  if (g_str_equal (name, "enable") || g_str_equal (name, "disable"))
    set_enabled (list, selected, g_str_equal (name, "enable"));
}

static void
prepare (OreePanelList *list)
{
  OreeListView *view = oree_panel_list_get_view (list);

  oree_list_view_add_action (view, "enable", _ ("_Enable"), OREE_LIST_SOME, TRUE);
  oree_list_view_add_action (view, "disable", _ ("_Disable"), OREE_LIST_SOME, TRUE);
}

static void
oree_providers_page_class_init (OreeProvidersPageClass *klass)
{
  OreePanelListClass *list_class = OREE_PANEL_LIST_CLASS (klass);

  list_class->spec = &spec;
  list_class->prepare = prepare;
  list_class->command = command;
}

static void
oree_providers_page_init (OreeProvidersPage *self)
{
}
