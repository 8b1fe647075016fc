/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-done.h"

#include "wizards/certificate/oree-cert-facts.h"
#include "wizards/certificate/oree-file-choice.h"
#include "wizards/flow/oree-wizard.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _OreeCertPageDone
{
  OreeCertPage parent;
  GtkWidget *facts;
  GtkWidget *text;
  GtkWidget *next_group;
  GtkWidget *next_row;
};

enum
{
  SIGNAL_SECOND,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeCertPageDone, oree_cert_page_done, OREE_TYPE_CERT_PAGE)

static void
update (OreeCertPage *page)
{
  OreeCertPageDone *self = OREE_CERT_PAGE_DONE (page);
  OreeCertSession *session = oree_cert_page_get_session (page);
  OreeCertDraft *draft = oree_cert_page_get_draft (page);
  GVariant *record = oree_cert_session_get_request (session);
  const char *csr = oree_cert_session_get_csr (session), *sha256 = "";
  OreeCertFacts *facts = OREE_CERT_FACTS (self->facts);
  g_autofree char *size = csr != NULL ? g_format_size (strlen (csr)) : NULL;
  gboolean written = g_file_test (oree_cert_draft_get_file (draft), G_FILE_TEST_EXISTS);

  if (record == NULL)
    return;
  g_variant_lookup (record, "sha256", "&s", &sha256);
  oree_cert_facts_begin (facts);
  oree_cert_facts_add_group (facts, NULL, NULL);
  oree_cert_facts_add (facts, _ ("File name"), written ? oree_cert_draft_get_file (draft) : _ ("(not written)"));
  oree_cert_facts_add (facts, _ ("Size"), size);
  oree_cert_facts_add (facts, _ ("SHA-256"), sha256);
  oree_cert_facts_end (facts);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text)), csr, -1);
  gtk_widget_set_visible (self->next_row, oree_cert_draft_get_pair (draft));
}

static void
on_copy (OreeCertPageDone *self)
{
  const char *csr = oree_cert_session_get_csr (oree_cert_page_get_session (OREE_CERT_PAGE (self)));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), csr != NULL ? csr : "");
  oree_ui_toast (GTK_WIDGET (self), _ ("Copied"), NULL, NULL, NULL);
}

static void
on_save_chosen (const char *path, gpointer data)
{
  OreeCertPageDone *self = data;
  const char *csr = oree_cert_session_get_csr (oree_cert_page_get_session (OREE_CERT_PAGE (self)));
  g_autoptr (GError) error = NULL;

  if (csr == NULL)
    return;
  if (!g_file_set_contents (path, csr, -1, &error))
    {
      oree_wizard_page_set_problem (OREE_WIZARD_PAGE (self), error->message);
      return;
    }
  oree_wizard_page_set_problem (OREE_WIZARD_PAGE (self), NULL);
  oree_cert_draft_set_file (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), path);
  oree_cert_draft_set_clean (oree_cert_page_get_draft (OREE_CERT_PAGE (self)));
}

static void
on_save (OreeCertPageDone *self)
{
  oree_file_choice_save (GTK_WIDGET (self), _ ("Save the Request"),
                         oree_cert_draft_get_file (oree_cert_page_get_draft (OREE_CERT_PAGE (self))), on_save_chosen);
}

static void
on_folder (OreeCertPageDone *self)
{
  g_autofree char *directory
      = g_path_get_dirname (oree_cert_draft_get_file (oree_cert_page_get_draft (OREE_CERT_PAGE (self))));
  g_autofree char *uri = g_filename_to_uri (directory, NULL, NULL);

  if (uri != NULL)
    gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), uri, GDK_CURRENT_TIME);
}

static void
on_second (OreeCertPageDone *self)
{
  g_signal_emit (self, signals[SIGNAL_SECOND], 0);
}

static void
oree_cert_page_done_class_init (OreeCertPageDoneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_CERT_PAGE_CLASS (klass)->update = update;
  /* "second-request" (): the user wants the other one of the pair now. */
  signals[SIGNAL_SECOND] = g_signal_new ("second-request", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 0);
  oree_cert_page_class_set_template (klass, "done");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageDone, facts);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageDone, text);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageDone, next_group);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
  gtk_widget_class_bind_template_callback (widget_class, on_save);
  gtk_widget_class_bind_template_callback (widget_class, on_folder);
}

static void
oree_cert_page_done_init (OreeCertPageDone *self)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Request Now"));

  gtk_widget_init_template (GTK_WIDGET (self));
  adw_preferences_group_set_description (
      ADW_PREFERENCES_GROUP (self->next_group),
      _ ("Send this file to your certification authority. When you receive the certificate, start the wizard again and choose “Process a pending request”."));
  self->next_row = adw_action_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->next_row), _ ("The client identity of the pair"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->next_row),
                               _ ("A second request, for a private authority or that of a partner."));
  gtk_widget_set_focusable (self->next_row, FALSE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->next_row), button);
  gtk_widget_set_visible (self->next_row, FALSE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->next_group), self->next_row);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_second), self, G_CONNECT_SWAPPED);
}
