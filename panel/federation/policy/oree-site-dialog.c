/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/policy/oree-site-dialog.h"

#include "client/oree-client-list.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  OreeClientList *sites;
  GtkDropDown *choice;
  AdwMessageDialog *dialog;
  void (*done) (const char *site, gpointer data);
  gpointer data;
} Asked;

static void
asked_free (gpointer data, GClosure *closure)
{
  Asked *asked = data;

  g_object_unref (asked->sites);
  g_free (asked);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Asked *asked = data;
  OreeClientItem *item = gtk_drop_down_get_selected_item (asked->choice);

  asked->done (item != NULL && g_str_equal (response, "ok") ? oree_client_item_get_id (item) : NULL, asked->data);
}

static void
on_loaded (OreeClientList *sites, AdwMessageDialog *dialog)
{
  gboolean some = g_list_model_get_n_items (G_LIST_MODEL (sites)) > 0;

  adw_message_dialog_set_response_enabled (dialog, "ok", some);
  if (!some)
    adw_message_dialog_set_body (dialog, _ ("There is no site yet. Add one on the Topology page."));
}

void
oree_site_dialog_ask (GtkWidget *widget, OreeClientSession *session, void (*done) (const char *site, gpointer data),
                      gpointer data)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  Asked *asked = g_new0 (Asked, 1);
  GtkWidget *choice;

  asked->done = done;
  asked->data = data;
  asked->sites = oree_client_list_new_for_kind (session, "site");
  choice = gtk_drop_down_new (g_object_ref (G_LIST_MODEL (asked->sites)),
                              gtk_property_expression_new (OREE_TYPE_CLIENT_ITEM, NULL, "id"));
  asked->choice = GTK_DROP_DOWN (choice);
  gtk_drop_down_set_enable_search (asked->choice, TRUE);
  oree_ui_set_label (choice, _ ("Site"));
  asked->dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (root), _ ("Select a Site"),
                                                              _ ("The policy is for the users of this site.")));
  adw_message_dialog_set_extra_child (asked->dialog, choice);
  adw_message_dialog_add_response (asked->dialog, "cancel", _ ("Cancel"));
  adw_message_dialog_add_response (asked->dialog, "ok", _ ("OK"));
  adw_message_dialog_set_response_appearance (asked->dialog, "ok", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (asked->dialog, "ok", FALSE);
  adw_message_dialog_set_default_response (asked->dialog, "ok");
  adw_message_dialog_set_close_response (asked->dialog, "cancel");
  g_signal_connect_object (asked->sites, "loaded", G_CALLBACK (on_loaded), asked->dialog, 0);
  g_signal_connect_data (asked->dialog, "response", G_CALLBACK (on_response), asked, asked_free, 0);
  oree_ui_present (GTK_WIDGET (asked->dialog));
}
