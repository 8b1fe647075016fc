/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/policy/oree-policies-page.h"

#include "model/oree-external-policy.h"
#include "panel/federation/policy/oree-policy-form.h"
#include "panel/federation/policy/oree-site-dialog.h"
#include "ui/oree-words.h"

#include <glib/gi18n-lib.h>

struct _OreePoliciesPage
{
  OreePanelList parent;
  OreeClientList *edge; /* the two pages must agree */
};

G_DEFINE_FINAL_TYPE (OreePoliciesPage, oree_policies_page, OREE_TYPE_PANEL_LIST)

static char *
flag (OreeClientItem *item, const char *name)
{
  return g_strdup (oree_client_item_flag (item, name) ? "✔" : "–");
}

static char *
name (OreeClientItem *item, gpointer data)
{
  const char *site = oree_client_item_get_id (item);

  if (oree_external_policy_scope (oree_client_item_get_id (item), &site) == OREE_POLICY_SCOPE_GLOBAL)
    return g_strdup (C_ ("scope", "Global"));
  return g_strdup (site);
}

/* The global one first, then sites, then users. */
static char *
sort_name (OreeClientItem *item, gpointer data)
{
  g_autofree char *shown = name (item, data);

  return g_strdup_printf ("%d %s", (int) oree_external_policy_scope (oree_client_item_get_id (item), NULL), shown);
}

static char *
scope (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_policy_form_scope (oree_client_item_get_id (item)));
}

static char *
federated (OreeClientItem *item, gpointer data)
{
  return flag (item, "enable-federation-access");
}

static char *
xmpp (OreeClientItem *item, gpointer data)
{
  return flag (item, "enable-xmpp-access");
}

static char *
outside (OreeClientItem *item, gpointer data)
{
  return flag (item, "enable-outside-access");
}

static char *
public (OreeClientItem *item, gpointer data)
{
  return flag (item, "enable-public-cloud-access");
}

static const OreeListColumn columns[] = {
  { .id = "name", .title = N_ ("Name"), .text = name, .sort = sort_name, .expand = TRUE },
  { .id = "scope", .title = N_ ("Scope"), .text = scope, .width = 94 },
  { .id = "federated", .title = N_ ("Federated users"), .text = federated, .width = 60 },
  { .id = "xmpp", .title = N_ ("XMPP"), .text = xmpp, .width = 50 },
  { .id = "remote", .title = N_ ("Remote users"), .text = outside, .width = 60 },
  { .id = "public", .title = N_ ("Public users"), .text = public, .width = 60 },
  { .id = "description", .title = N_ ("Description"), .field = "description", .expand = TRUE },
};

static const OreePanelKind kinds[] = {
  { .kind = "external-access-policy", .form_type = oree_policy_form_get_type, .new_label = N_ ("_User policy"),
    .new_title = N_ ("New External Access Policy"), .edit_title = N_ ("Edit External Access Policy") },
};

static char *
count (guint n)
{
  return g_strdup_printf (ngettext ("%u policy", "%u policies", n), n);
}

static char *
ask_delete (guint n)
{
  return g_strdup_printf (ngettext ("Delete %u Policy? The global one is reset to its defaults instead.",
                                    "Delete %u Policies? The global one is reset to its defaults instead.", n),
                          n);
}

static char *
committed (const char *id)
{
  /* TRANSLATORS: %s is the name of a policy. */
  return g_strdup_printf (_ ("Policy %s committed"), id);
}

static const OreePanelListSpec spec = {
  .heading = N_ ("External Access Policy"),
  .note = N_ ("User policies override site policies, which override the global policy."),
  .kinds = kinds,
  .n_kinds = G_N_ELEMENTS (kinds),
  .columns = columns,
  .n_columns = G_N_ELEMENTS (columns),
  .icon = "security-high-symbolic",
  .empty_title = N_ ("No Policies"),
  .empty_text = N_ ("The service answered without a global policy."),
  .count = count,
  .ask_delete = ask_delete,
  .committed = committed,
};

static void
on_site (const char *site, gpointer data)
{
  g_autoptr (OreePanelList) list = data;
  g_autofree char *id = site != NULL ? g_strconcat (OREE_EXTERNAL_POLICY_SITE_PREFIX, site, NULL) : NULL;
  g_autoptr (OreeClientDraft) draft = NULL;

  if (id == NULL)
    return;
  draft = oree_client_draft_new (&oree_external_policy_kind, NULL);
  oree_client_draft_set (draft, "id", g_variant_new_string (id));
  oree_panel_list_edit (list, draft);
}

static gboolean
begin_new (OreePanelList *list, const char *target)
{
  if (!g_str_equal (target, "site"))
    return FALSE;
  oree_site_dialog_ask (GTK_WIDGET (list), oree_panel_page_get_session (OREE_PANEL_PAGE (list)), on_site,
                        g_object_ref (list));
  return TRUE;
}

static const char *
delete_operation (OreePanelList *list, OreeClientItem *item)
{
  return oree_external_policy_scope (oree_client_item_get_id (item), NULL) == OREE_POLICY_SCOPE_GLOBAL ? "reset"
                                                                                                      : "remove";
}

/* Policies without effect, and where the switch is. */
static void
show_hint (OreePoliciesPage *self)
{
  OreeClientItem *edge = oree_client_list_find (self->edge, "global");

  if (edge != NULL && !oree_client_item_flag (edge, "allow-federated-users"))
    oree_panel_list_set_hint (
        OREE_PANEL_LIST (self),
        _ ("Federation is disabled in the Access Edge configuration: these policies have no effect."), _ ("Open"),
        "edge/global");
  else
    oree_panel_list_set_hint (OREE_PANEL_LIST (self), NULL, NULL, NULL);
}

static void
prepare (OreePanelList *list)
{
  OreePoliciesPage *self = OREE_POLICIES_PAGE (list);

  oree_list_view_add_new (oree_panel_list_get_view (list), _ ("_Site policy…"), "site");
  oree_list_view_set_delete_label (oree_panel_list_get_view (list), _ ("_Delete or reset…"));
  self->edge = oree_client_list_new_for_kind (oree_panel_page_get_session (OREE_PANEL_PAGE (list)), "access-edge");
  g_signal_connect_object (self->edge, "loaded", G_CALLBACK (show_hint), self, G_CONNECT_SWAPPED);
}

static void
oree_policies_page_dispose (GObject *object)
{
  g_clear_object (&OREE_POLICIES_PAGE (object)->edge);
  G_OBJECT_CLASS (oree_policies_page_parent_class)->dispose (object);
}

static void
oree_policies_page_class_init (OreePoliciesPageClass *klass)
{
  OreePanelListClass *list_class = OREE_PANEL_LIST_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_policies_page_dispose;
  list_class->spec = &spec;
  list_class->prepare = prepare;
  list_class->begin_new = begin_new;
  list_class->delete_operation = delete_operation;
}

static void
oree_policies_page_init (OreePoliciesPage *self)
{
}
