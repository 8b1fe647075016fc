/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-details.h"

#include "ui/oree-ui.h"
#include "wizards/certificate/oree-cert-text.h"

#include <glib/gi18n-lib.h>

#define DETAILS_WIDTH 620
#define DETAILS_HEIGHT 560
#define PEM_KEY "oree-pem"

static void
on_copy (GtkButton *button, gpointer data)
{
  const char *pem = g_object_get_data (data, PEM_KEY);

  if (pem == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)), pem);
  oree_ui_toast (GTK_WIDGET (button), _ ("Copied"), NULL, NULL, NULL);
}

static void
on_pem (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) copy = data;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, NULL);
  const char *pem;

  if (reply == NULL || gtk_widget_get_root (copy) == NULL)
    return;
  g_variant_get (reply, "(@a{sv}&s)", NULL, &pem);
  g_object_set_data_full (G_OBJECT (gtk_widget_get_root (copy)), PEM_KEY, g_strdup (pem), g_free);
  gtk_widget_set_sensitive (copy, TRUE);
}

void
oree_cert_details_show (GtkWidget *owner, OreeCertSession *session, const OreeCertRecord *record)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *copy = gtk_button_new_with_label (_ ("Copy PEM"));
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *facts = g_object_new (OREE_TYPE_CERT_FACTS, NULL);
  GtkWidget *overlay = adw_toast_overlay_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();

  oree_cert_facts_begin (OREE_CERT_FACTS (facts));
  oree_cert_text_add_facts (OREE_CERT_FACTS (facts), record);
  oree_cert_facts_end (OREE_CERT_FACTS (facts));
  gtk_widget_add_css_class (facts, "wizard-page");
  gtk_widget_set_sensitive (copy, FALSE);
  g_signal_connect (copy, "clicked", G_CALLBACK (on_copy), window);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), copy);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), facts);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), scrolled);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), box);
  adw_window_set_content (ADW_WINDOW (window), overlay);
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0), gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (window, keys);
  gtk_window_set_title (GTK_WINDOW (window), oree_cert_text_name (record));
  gtk_window_set_default_size (GTK_WINDOW (window), DETAILS_WIDTH, DETAILS_HEIGHT);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (gtk_widget_get_root (owner)));
  gtk_window_present (GTK_WINDOW (window));
  oree_client_call_async (oree_cert_session_get_client (session), OREE_CALL_CERTIFICATES_GET,
                          g_variant_new ("(sa{sv})", record->id, NULL), NULL, on_pem, g_object_ref (copy));
}
