/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-import.h"

#include "client/oree-sentences.h"
#include "wizards/certificate/oree-cert-answer.h"
#include "wizards/certificate/oree-cert-text.h"
#include "wizards/certificate/oree-file-choice.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageImport
{
  OreeCertPage parent;
  GtkWidget *path;
  GtkWidget *has_key;
  GtkWidget *password;
  GtkWidget *waiting;
};

G_DEFINE_FINAL_TYPE (OreeCertPageImport, oree_cert_page_import, OREE_TYPE_CERT_PAGE)

static void
draw (OreeCertPageImport *self)
{
  const char *path = oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->path));
  const char *problem = NULL;

  if (*path == '\0')
    problem = _ ("Choose the file that the authority sent.");
  else if (!g_path_is_absolute (path))
    problem = _ ("Enter the full path, beginning with “/”.");
  else if (g_file_test (path, G_FILE_TEST_IS_DIR))
    problem = _ ("This is a folder: add the name of the file.");
  else if (!g_file_test (path, G_FILE_TEST_EXISTS))
    problem = _ ("There is no such file.");
  oree_wizard_field_set_problem (OREE_WIZARD_FIELD (self->path), *path != '\0' ? problem : NULL);
  gtk_widget_set_sensitive (self->password, gtk_check_button_get_active (GTK_CHECK_BUTTON (self->has_key)));
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), problem);
}

static void
on_change (OreeCertPageImport *self)
{
  oree_wizard_field_set_problem (OREE_WIZARD_FIELD (self->password), NULL);
  oree_wizard_page_set_problem (OREE_WIZARD_PAGE (self), NULL);
  draw (self);
}

/* These two kinds of files carry keys: the box is ticked for the user, who may untick it. */
static void
on_path (OreeCertPageImport *self)
{
  g_autofree char *lower = g_ascii_strdown (oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->path)), -1);

  if (g_str_has_suffix (lower, ".pfx") || g_str_has_suffix (lower, ".p12"))
    gtk_check_button_set_active (GTK_CHECK_BUTTON (self->has_key), TRUE);
  on_change (self);
}

static void
on_chosen (const char *path, gpointer data)
{
  oree_wizard_field_set_text (OREE_WIZARD_FIELD (((OreeCertPageImport *) data)->path), path);
}

static void
on_browse (OreeCertPageImport *self)
{
  oree_file_choice_open (GTK_WIDGET (self), _ ("Import a Certificate"), on_chosen);
}

static void
update (OreeCertPage *page)
{
  OreeCertPageImport *self = OREE_CERT_PAGE_IMPORT (page);
  OreeCertDraft *draft = oree_cert_page_get_draft (page);
  const OreeCertRecord *request
      = oree_cert_draft_get_task (draft) == OREE_CERT_TASK_PENDING
            ? oree_client_certs_find (oree_cert_session_get_certs (oree_cert_page_get_session (page)),
                                      oree_cert_draft_get_request (draft))
            : NULL;
  g_autofree char *text = NULL;

  if (request != NULL)
    /* TRANSLATORS: %s is the name of a request. */
    text = g_strdup_printf (_ ("It should answer the request “%s”."), oree_cert_text_name (request));
  gtk_label_set_label (GTK_LABEL (self->waiting), text != NULL ? text : "");
  gtk_widget_set_visible (self->waiting, text != NULL);
  draw (self);
}

/* What is wrong with the password belongs to its field; the rest is for the next page, as a list with ways out. */
static gboolean
judge (OreeCertPageImport *self, GTask *task)
{
  OreeProblems *problems = oree_cert_session_get_answer_problems (oree_cert_page_get_session (OREE_CERT_PAGE (self)));
  static const OreeProblemCode fatal[] = { OREE_PROBLEM_PASSWORD_NEEDED, OREE_PROBLEM_WRONG_PASSWORD, OREE_PROBLEM_FILE_UNKNOWN,
                                           OREE_PROBLEM_FILE_EMPTY, OREE_PROBLEM_FILE_TOO_BIG };

  for (guint i = 0; i < oree_problems_n (problems); i++)
    {
      const OreeProblem *problem = oree_problems_get (problems, i);

      for (gsize j = 0; j < G_N_ELEMENTS (fatal); j++)
        if (problem->code == fatal[j])
          {
            g_autofree char *sentence = oree_sentence_problem_alone (problem);

            if (problem->code == OREE_PROBLEM_PASSWORD_NEEDED || problem->code == OREE_PROBLEM_WRONG_PASSWORD)
              {
                gtk_check_button_set_active (GTK_CHECK_BUTTON (self->has_key), TRUE);
                oree_wizard_field_set_problem (OREE_WIZARD_FIELD (self->password), sentence);
                gtk_widget_grab_focus (GTK_WIDGET (oree_wizard_field_get_editable (OREE_WIZARD_FIELD (self->password))));
              }
            g_task_return_new_error (task, OREE_ERROR, OREE_ERROR_FAILED, "%s", sentence);
            return FALSE;
          }
    }
  return TRUE;
}

static void
on_judged (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  OreeCertPageImport *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  if (!oree_cert_answer_finish (OREE_CERT_SESSION (source), result, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (judge (self, task))
    g_task_return_boolean (task, TRUE);
}

static void
apply_async (OreeWizardPage *page, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  OreeCertPageImport *self = OREE_CERT_PAGE_IMPORT (page);
  GTask *task = g_task_new (page, cancellable, callback, data);
  const char *password = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->has_key))
                             ? oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->password))
                             : NULL;

  oree_cert_answer_read_async (oree_cert_page_get_session (OREE_CERT_PAGE (page)),
                               oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->path)), password, cancellable,
                               on_judged, task);
}

static gboolean
apply_finish (OreeWizardPage *page, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
oree_cert_page_import_class_init (OreeCertPageImportClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_CERT_PAGE_CLASS (klass)->update = update;
  OREE_WIZARD_PAGE_CLASS (klass)->apply_async = apply_async;
  OREE_WIZARD_PAGE_CLASS (klass)->apply_finish = apply_finish;
  oree_cert_page_class_set_template (klass, "import");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImport, path);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImport, has_key);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImport, password);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImport, waiting);
}

static void
oree_cert_page_import_init (OreeCertPageImport *self)
{
  GtkWidget *browse;

  gtk_widget_init_template (GTK_WIDGET (self));
  browse = gtk_button_new_with_label (_ ("Browse…"));
  oree_wizard_field_add (OREE_WIZARD_FIELD (self->path), browse);
  g_signal_connect_object (browse, "clicked", G_CALLBACK (on_browse), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->path, "notify::text", G_CALLBACK (on_path), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->password, "notify::text", G_CALLBACK (on_change), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->has_key, "notify::active", G_CALLBACK (on_change), self, G_CONNECT_SWAPPED);
}
