/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/oree-sentences.h"
#include "ui/oree-ui.h"
#include "wizards/certificate/oree-cert-details.h"
#include "wizards/certificate/oree-cert-page.h"
#include "wizards/certificate/oree-cert-text.h"
#include "wizards/certificate/oree-file-choice.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  GtkWidget *window;
  OreeWizardField *password;
  OreeWizardField *again;
  GtkWidget *button;
  OreeCertSession *session;
  char *id;
  char *name;
  char *path;
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  g_object_unref (export->session);
  g_free (export->id);
  g_free (export->name);
  g_free (export->path);
  g_free (export);
}

#define EXPORT_KEY "oree-export"

static Export *
export_of (gpointer window)
{
  return g_object_get_data (window, EXPORT_KEY);
}

static void
on_typed (Export *export)
{
  const char *password = oree_wizard_field_get_text (export->password);
  const char *again = oree_wizard_field_get_text (export->again);
  gboolean differ = *again != '\0' && g_strcmp0 (password, again) != 0;

  oree_wizard_field_set_problem (export->password, NULL);
  oree_wizard_field_set_problem (export->again, differ ? _ ("The two passwords differ.") : NULL);
  gtk_widget_set_sensitive (export->button, *password != '\0' && g_strcmp0 (password, again) == 0);
}

static void
on_exported (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) window = data;
  Export *export = export_of (window);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) file = NULL, rows = NULL;
  g_autoptr (OreeProblems) problems = NULL;
  gsize length;
  gconstpointer bytes;

  if (gtk_window_get_transient_for (GTK_WINDOW (window)) == NULL) /* closed meanwhile */
    return;
  gtk_widget_set_sensitive (export->button, TRUE);
  if (reply == NULL)
    {
      oree_wizard_field_set_problem (export->password, oree_sentence_failure (error));
      return;
    }
  g_variant_get (reply, "(@ay@aa{sv})", &file, &rows);
  problems = oree_problems_from_variant (rows);
  if (oree_problems_n_errors (problems) > 0)
    {
      g_autofree char *sentence = oree_sentence_problem_alone (oree_problems_get (problems, 0));

      oree_wizard_field_set_problem (export->password, sentence);
      return;
    }
  bytes = g_variant_get_fixed_array (file, &length, 1);
  /* Nobody but the user reads it, password or not. */
  if (!g_file_set_contents_full (export->path, bytes, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    {
      oree_wizard_field_set_problem (export->password, error->message);
      return;
    }
  oree_ui_toast (GTK_WIDGET (g_object_get_data (G_OBJECT (window), "oree-owner")), _ ("Exported"), NULL, NULL, NULL);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
on_chosen (const char *path, gpointer window)
{
  Export *export = export_of (window);

  g_free (export->path);
  export->path = g_strdup (path);
  gtk_widget_set_sensitive (export->button, FALSE);
  oree_client_call_async (oree_cert_session_get_client (export->session), OREE_CALL_CERTIFICATES_EXPORT,
                          g_variant_new ("(ssa{sv})", export->id, oree_wizard_field_get_text (export->password), NULL), NULL,
                          on_exported, g_object_ref (window));
}

static void
on_export (Export *export)
{
  g_autofree char *suggestion = g_strdup_printf ("%s/%s.p12", g_get_home_dir (), export->name);

  oree_file_choice_save (export->window, _ ("Export the Certificate and Its Key"), suggestion, on_chosen);
}

static OreeWizardField *
secret_row (const char *title, const char *hint)
{
  return g_object_new (OREE_TYPE_WIZARD_FIELD, "title", title, "hint", hint, "secret", TRUE, NULL);
}

void
oree_cert_export_show (GtkWidget *owner, OreeCertSession *session, const OreeCertRecord *record)
{
  Export *export = g_new0 (Export, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  export->window = adw_window_new ();
  export->session = g_object_ref (session);
  export->id = g_strdup (record->id);
  export->name = g_strdup (record->common_name);
  export->password = secret_row (_ ("Password"), _ ("It protects the private key in the file."));
  export->again = secret_row (_ ("Password again"), NULL);
  export->button = gtk_button_new_with_label (_ ("Export…"));
  gtk_widget_add_css_class (export->button, "suggested-action");
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group),
                                         _ ("A PKCS #12 file (.p12) with the certificate, its issuers and its private key, for the other Edge servers of a pool."));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (export->password));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (export->again));
  gtk_widget_add_css_class (page, "wizard-page");
  gtk_box_append (GTK_BOX (page), group);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), export->button);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), page);
  adw_window_set_content (ADW_WINDOW (export->window), box);
  gtk_window_set_title (GTK_WINDOW (export->window), oree_cert_text_name (record));
  gtk_window_set_default_size (GTK_WINDOW (export->window), 520, -1);
  gtk_window_set_default_widget (GTK_WINDOW (export->window), export->button);
  gtk_window_set_modal (GTK_WINDOW (export->window), TRUE);
  gtk_window_set_transient_for (GTK_WINDOW (export->window), GTK_WINDOW (gtk_widget_get_root (owner)));
  g_object_set_data_full (G_OBJECT (export->window), "oree-owner", g_object_ref (owner), g_object_unref);
  g_object_set_data_full (G_OBJECT (export->window), EXPORT_KEY, export, export_free);
  g_signal_connect_swapped (export->password, "notify::text", G_CALLBACK (on_typed), export);
  g_signal_connect_swapped (export->again, "notify::text", G_CALLBACK (on_typed), export);
  g_signal_connect_swapped (export->button, "clicked", G_CALLBACK (on_export), export);
  on_typed (export);
  gtk_window_present (GTK_WINDOW (export->window));
}
