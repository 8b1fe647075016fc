/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/domains/oree-import-dialog.h"

#include "client/oree-client-csv.h"
#include "client/oree-sentences.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

/* Lines that are shown; the rest are counted. */
#define PROBLEMS_SHOWN 200
/* A list of more octets is none that a person made. */
#define FILE_MAX (8 * 1024 * 1024)

typedef struct
{
  OreePanelList *list;
  OreeCsvDomains *domains;
} Import;

static void
import_free (gpointer data, GClosure *closure)
{
  Import *import = data;

  oree_csv_domains_free (import->domains);
  g_free (import);
}

static char *
problems_text (const OreeCsvDomains *domains)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < domains->problems->len && i < PROBLEMS_SHOWN; i++)
    {
      const OreeCsvProblem *problem = domains->problems->pdata[i];
      OreeProblem row = { "", "", "", problem->code, problem->detail, OREE_SEVERITY_ERROR };
      g_autofree char *sentence = oree_sentence_problem_alone (&row);

      /* TRANSLATORS: the number of a line of a file, and what is wrong with it. */
      g_string_append_printf (text, _ ("Line %u: %s"), problem->line, sentence);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

static GtkWidget *
problems_view (const OreeCsvDomains *domains)
{
  g_autofree char *text = problems_text (domains);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), label);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 300);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  return scrolled;
}

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Import *import = data;
  guint n = import->domains->n_allowed + import->domains->n_blocked;
  g_autofree char *done = NULL;

  if (!g_str_equal (response, "import"))
    return;
  done = g_strdup_printf (ngettext ("%u domain imported", "%u domains imported", n), n);
  oree_panel_list_apply (import->list, import->domains->changes, NULL, NULL, done);
}

static char *
summary (const OreeCsvDomains *domains)
{
  guint n = domains->problems->len;
  g_autofree char *allowed = g_strdup_printf (
      ngettext ("%u allowed domain", "%u allowed domains", domains->n_allowed), domains->n_allowed);
  g_autofree char *blocked = g_strdup_printf (
      ngettext ("%u blocked domain", "%u blocked domains", domains->n_blocked), domains->n_blocked);

  if (n > 0)
    return g_strdup_printf (ngettext ("%u line must be corrected in the file first. Nothing was imported.",
                                      "%u lines must be corrected in the file first. Nothing was imported.", n),
                            n);
  /* TRANSLATORS: "12 allowed domains, 3 blocked domains." */
  return g_strdup_printf (_ ("%s, %s."), allowed, blocked);
}

void
oree_import_dialog_show (OreePanelList *list, const char *name, const char *text)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (list));
  Import *import = g_new0 (Import, 1);
  /* TRANSLATORS: %s is the name of a file. */
  g_autofree char *heading = g_strdup_printf (_ ("Import “%s”?"), name);
  g_autofree char *body = NULL;
  AdwMessageDialog *dialog;
  gboolean good;

  import->list = list;
  import->domains = oree_csv_read_domains (text);
  body = summary (import->domains);
  good = import->domains->problems->len == 0 && import->domains->n_allowed + import->domains->n_blocked > 0;
  dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (root), NULL, NULL));
  adw_message_dialog_set_heading (dialog, heading);
  adw_message_dialog_set_body (dialog, body);
  if (import->domains->problems->len > 0)
    adw_message_dialog_set_extra_child (dialog, problems_view (import->domains));
  adw_message_dialog_add_response (dialog, "cancel", _ ("Cancel"));
  adw_message_dialog_add_response (dialog, "import", _ ("Import"));
  adw_message_dialog_set_response_appearance (dialog, "import", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (dialog, "import", good);
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), import, import_free, 0);
  oree_ui_present (GTK_WIDGET (dialog));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreePanelList) list = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  gsize length = 0;

  if (gtk_widget_get_root (GTK_WIDGET (list)) == NULL)
    return;
  if (!g_file_load_contents_finish (G_FILE (source), result, &text, &length, NULL, &error))
    oree_ui_tell (GTK_WIDGET (list), _ ("The File Could Not Be Read"), error->message);
  else if (length > FILE_MAX || !g_utf8_validate (text, (gssize) length, NULL))
    oree_ui_tell (GTK_WIDGET (list), _ ("The File Could Not Be Read"),
                  _ ("A list is a text file in UTF-8, with one domain per line."));
  else
    oree_import_dialog_show (list, name, text);
}

static void
on_chosen (GtkNativeDialog *chooser, int response, OreePanelList *list)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

      g_file_load_contents_async (file, NULL, on_read, g_object_ref (list));
    }
  g_object_unref (chooser);
}

void
oree_import_dialog_open (OreePanelList *list)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (list));
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_ ("Import a List of Domains"), GTK_WINDOW (root),
                                                               GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), _ ("_Cancel"));
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Lists (CSV)"));
  gtk_file_filter_add_pattern (filter, "*.csv");
  gtk_file_filter_add_pattern (filter, "*.txt");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_chosen), list, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
