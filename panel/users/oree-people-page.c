/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/users/oree-people-page.h"

#include "client/oree-client-config.h"
#include "panel/users/oree-grant-dialog.h"
#include "panel/users/oree-user-form.h"
#include "ui/oree-words.h"

#include <glib/gi18n-lib.h>

struct _OreePeoplePage
{
  OreePanelList parent;
};

G_DEFINE_FINAL_TYPE (OreePeoplePage, oree_people_page, OREE_TYPE_PANEL_LIST)

static char *
policy (OreeClientItem *item, gpointer data)
{
  const char *id = oree_client_item_text (item, "external-access-policy");

  return g_strdup (*id != '\0' ? id : _ ("<Automatic>"));
}

static char *
home (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_words_label ("home", oree_client_item_text (item, "home")));
}

static const OreeListColumn columns[] = {
  { .id = "address", .title = N_ ("SIP address"), .field = "id", .width = 182, .expand = TRUE },
  { .id = "name", .title = N_ ("Display name"), .field = "display-name", .expand = TRUE },
  { .id = "policy", .title = N_ ("External access policy"), .text = policy, .width = 150 },
  { .id = "home", .title = N_ ("Home server"), .text = home, .width = 130 },
  { .id = "site", .title = N_ ("Site"), .field = "site", .width = 60 },
};

static const OreePanelKind kinds[] = {
  { .kind = "user", .form_type = oree_user_form_get_type, .new_label = N_ ("_User"), .new_title = N_ ("New User"),
    .edit_title = N_ ("Edit User") },
};

static char *
count (guint n)
{
  return g_strdup_printf (ngettext ("%u user", "%u users", n), n);
}

static char *
ask_delete (guint n)
{
  return g_strdup_printf (ngettext ("Delete %u User?", "Delete %u Users?", n), n);
}

static char *
committed (const char *id)
{
  /* TRANSLATORS: %s is a SIP address. */
  return g_strdup_printf (_ ("User %s committed"), id);
}

static const OreePanelListSpec spec = {
  .heading = N_ ("Users"),
  .note = N_ ("A policy granted to a user overrides that of the site and the global one."),
  .kinds = kinds,
  .n_kinds = G_N_ELEMENTS (kinds),
  .columns = columns,
  .n_columns = G_N_ELEMENTS (columns),
  .icon = "system-users-symbolic",
  .empty_title = N_ ("No Users"),
  .empty_text = N_ ("Add the people who sign in here, and those behind the next hop who need a policy of their own."),
  .count = count,
  .ask_delete = ask_delete,
  .committed = committed,
};

/* A grant that was asked for. */
typedef struct
{
  OreePanelList *list;
  GPtrArray *users;
} Grant;

static void
on_granted (const char *granted, gpointer data)
{
  Grant *grant = data;
  GVariantBuilder changes;
  g_autofree char *done = NULL;
  guint n = grant->users->len;

  if (granted != NULL)
    {
      g_variant_builder_init (&changes, G_VARIANT_TYPE ("a(sssa{sv})"));
      for (guint i = 0; i < n; i++)
        {
          GVariantDict fields;

          g_variant_dict_init (&fields, NULL);
          g_variant_dict_insert (&fields, "external-access-policy", "s", granted);
          oree_client_add_change (&changes, "set", "user", oree_client_item_get_id (grant->users->pdata[i]),
                                  g_variant_dict_end (&fields));
        }
      done = g_strdup_printf (ngettext ("Policy granted to %u user", "Policy granted to %u users", n), n);
      oree_panel_list_apply (grant->list, g_variant_builder_end (&changes), NULL, NULL, done);
    }
  g_ptr_array_unref (grant->users);
  g_object_unref (grant->list);
  g_free (grant);
}

static void
command (OreePanelList *list, const char *name, GPtrArray *selected)
{
  Grant *grant;

  if (!g_str_equal (name, "grant") || selected->len == 0)
    return;
  grant = g_new0 (Grant, 1);
  grant->list = g_object_ref (list);
  grant->users = g_ptr_array_ref (selected);
  oree_grant_dialog_ask (GTK_WIDGET (list), oree_panel_page_get_session (OREE_PANEL_PAGE (list)), selected->len,
                         on_granted, grant);
}

static void
prepare (OreePanelList *list)
{
  oree_list_view_add_action (oree_panel_list_get_view (list), "grant", _ ("_Grant policy…"), OREE_LIST_SOME, TRUE);
}

static void
oree_people_page_class_init (OreePeoplePageClass *klass)
{
  OreePanelListClass *list_class = OREE_PANEL_LIST_CLASS (klass);

  list_class->spec = &spec;
  list_class->prepare = prepare;
  list_class->command = command;
}

static void
oree_people_page_init (OreePeoplePage *self)
{
}
