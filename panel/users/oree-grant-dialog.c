/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/users/oree-grant-dialog.h"

#include "client/oree-client-list.h"
#include "model/oree-external-policy.h"
#include "ui/oree-button-names.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  OreeClientList *policies;
  GtkStringList *words; /* the first is <Automatic> */
  GtkDropDown *choice;
  void (*done) (const char *policy, gpointer data);
  gpointer data;
} Asked;

static void
asked_free (gpointer data, GClosure *closure)
{
  Asked *asked = data;

  g_signal_handlers_disconnect_by_data (asked->policies, asked);
  g_object_unref (asked->policies);
  g_object_unref (asked->words);
  g_free (asked);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Asked *asked = data;
  guint chosen = gtk_drop_down_get_selected (asked->choice);

  if (!g_str_equal (response, "grant") || chosen == GTK_INVALID_LIST_POSITION)
    asked->done (NULL, asked->data);
  else
    asked->done (chosen == 0 ? "" : gtk_string_list_get_string (asked->words, chosen), asked->data);
}

GStrv
oree_grant_user_policies (GListModel *policies)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < g_list_model_get_n_items (policies); i++)
    {
      g_autoptr (OreeClientItem) item = g_list_model_get_item (policies, i);

      if (oree_external_policy_scope (oree_client_item_get_id (item), NULL) == OREE_POLICY_SCOPE_USER)
        g_strv_builder_add (names, oree_client_item_get_id (item));
    }
  return g_strv_builder_end (names);
}

static void
on_loaded (OreeClientList *policies, Asked *asked)
{
  g_auto (GStrv) names = oree_grant_user_policies (G_LIST_MODEL (policies));

  gtk_string_list_splice (asked->words, 1, g_list_model_get_n_items (G_LIST_MODEL (asked->words)) - 1,
                          (const char *const *) names);
}

void
oree_grant_dialog_ask (GtkWidget *widget, OreeClientSession *session, guint n_users,
                       void (*done) (const char *policy, gpointer data), gpointer data)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  const char *const first[] = { _ ("<Automatic>"), NULL };
  g_autofree char *heading = NULL;
  Asked *asked = g_new0 (Asked, 1);
  AdwMessageDialog *dialog;
  GtkWidget *choice;

  heading = g_strdup_printf (ngettext ("Grant a Policy to %u User", "Grant a Policy to %u Users", n_users), n_users);
  asked->done = done;
  asked->data = data;
  asked->policies = oree_client_list_new_for_kind (session, "external-access-policy");
  asked->words = gtk_string_list_new (first);
  choice = gtk_drop_down_new (g_object_ref (G_LIST_MODEL (asked->words)), NULL);
  asked->choice = GTK_DROP_DOWN (choice);
  oree_ui_set_label (choice, _ ("External access policy"));
  dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (
      GTK_WINDOW (root), heading,
      _ ("<Automatic> takes a policy of their own away: the site's applies then, or the global one.")));
  adw_message_dialog_set_extra_child (dialog, choice);
  adw_message_dialog_add_response (dialog, "cancel", _ ("Cancel"));
  adw_message_dialog_add_response (dialog, "grant", _ ("_Grant"));
  adw_message_dialog_set_response_appearance (dialog, "grant", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "grant");
  adw_message_dialog_set_close_response (dialog, "cancel");
  oree_ui_name_buttons (GTK_WIDGET (dialog));
  g_signal_connect (asked->policies, "loaded", G_CALLBACK (on_loaded), asked);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), asked, asked_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
