/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-file.h"

#include "wizards/certificate/oree-file-choice.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

struct _OreeCertPageFile
{
  OreeCertPage parent;
  GtkWidget *path;
  gboolean touched;
  char *replacing; /* the existing file the user agreed to replace */
};

G_DEFINE_FINAL_TYPE (OreeCertPageFile, oree_cert_page_file, OREE_TYPE_CERT_PAGE)

/* Why nothing can be written there, in words; NULL: it can. */
static const char *
problem_of (const char *path)
{
  g_autofree char *directory = NULL;

  if (*path == '\0')
    return _ ("Enter the full path and name of the file.");
  if (!g_path_is_absolute (path))
    return _ ("Enter the full path, beginning with “/”.");
  if (g_str_has_suffix (path, "/") || g_file_test (path, G_FILE_TEST_IS_DIR))
    return _ ("This is a folder: add the name of the file.");
  directory = g_path_get_dirname (path);
  if (!g_file_test (directory, G_FILE_TEST_IS_DIR))
    return _ ("The folder does not exist.");
  if (access (directory, W_OK) != 0 || (access (path, F_OK) == 0 && access (path, W_OK) != 0))
    return _ ("You cannot write there.");
  return NULL;
}

static void
on_text (OreeCertPageFile *self)
{
  self->touched = TRUE;
  oree_cert_draft_set_file (oree_cert_page_get_draft (OREE_CERT_PAGE (self)),
                            oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->path)));
}

static void
on_chosen (const char *path, gpointer data)
{
  OreeCertPageFile *self = data;

  /* The chooser asked about a file that exists already. */
  g_free (self->replacing);
  self->replacing = g_strdup (path);
  oree_wizard_field_set_text (OREE_WIZARD_FIELD (self->path), path);
}

static void
on_browse (OreeCertPageFile *self)
{
  oree_file_choice_save (GTK_WIDGET (self), _ ("Save the Request"),
                         oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->path)), on_chosen);
}

/* Documents/NAME.csr, the name being the subject's, until the user says otherwise. */
static void
suggest (OreeCertPageFile *self)
{
  GVariant *needs = oree_cert_session_get_needs (oree_cert_page_get_session (OREE_CERT_PAGE (self)));
  OreeCertDraft *draft = oree_cert_page_get_draft (OREE_CERT_PAGE (self));
  const char *directory = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);
  const char *subject;
  g_autofree char *name = NULL, *path = NULL;
  gboolean dirty = oree_cert_draft_is_dirty (draft);

  if (self->touched || needs == NULL || !g_variant_lookup (needs, "subject", "&s", &subject) || *subject == '\0')
    return;
  if (directory == NULL || !g_file_test (directory, G_FILE_TEST_IS_DIR))
    directory = g_get_home_dir ();
  name = g_strconcat (subject, ".csr", NULL);
  path = g_build_filename (directory, name, NULL);
  if (g_str_equal (path, oree_cert_draft_get_file (draft)))
    return;
  oree_cert_draft_set_file (draft, path);
  if (!dirty)
    oree_cert_draft_set_clean (draft);
}

static void
update (OreeCertPage *page)
{
  OreeCertPageFile *self = OREE_CERT_PAGE_FILE (page);
  const char *path, *problem;

  if (*oree_cert_draft_get_file (oree_cert_page_get_draft (page)) == '\0' || !self->touched)
    suggest (self);
  path = oree_cert_draft_get_file (oree_cert_page_get_draft (page));
  problem = problem_of (path);
  g_signal_handlers_block_by_func (self->path, on_text, self);
  oree_wizard_field_set_text (OREE_WIZARD_FIELD (self->path), path);
  g_signal_handlers_unblock_by_func (self->path, on_text, self);
  oree_wizard_field_set_problem (OREE_WIZARD_FIELD (self->path), self->touched || *path != '\0' ? problem : NULL);
  oree_wizard_field_set_warning (OREE_WIZARD_FIELD (self->path),
                              problem == NULL && g_file_test (path, G_FILE_TEST_EXISTS)
                                  ? _ ("The file exists and will be replaced.")
                                  : NULL);
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), problem);
}

static void
on_replace (gboolean yes, gpointer data)
{
  g_autoptr (GTask) task = data;
  OreeCertPageFile *self = g_task_get_source_object (task);

  if (yes)
    {
      g_free (self->replacing);
      self->replacing = g_strdup (oree_cert_draft_get_file (oree_cert_page_get_draft (OREE_CERT_PAGE (self))));
      g_task_return_boolean (task, TRUE);
    }
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "-");
}

/* Replacing a file is asked once, when going on. */
static void
apply_async (OreeWizardPage *page, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  OreeCertPageFile *self = OREE_CERT_PAGE_FILE (page);
  GTask *task = g_task_new (page, cancellable, callback, data);
  const char *path = oree_cert_draft_get_file (oree_cert_page_get_draft (OREE_CERT_PAGE (page)));
  g_autofree char *name = NULL, *heading = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS) || g_strcmp0 (path, self->replacing) == 0)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  name = g_path_get_basename (path);
  /* TRANSLATORS: %s is the name of a file. */
  heading = g_strdup_printf (_ ("Replace %s?"), name);
  oree_ui_ask (GTK_WIDGET (self), heading, _ ("What the file holds now is lost."), _ ("_Replace"), TRUE, on_replace, task);
}

static gboolean
apply_finish (OreeWizardPage *page, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
oree_cert_page_file_finalize (GObject *object)
{
  g_free (OREE_CERT_PAGE_FILE (object)->replacing);
  G_OBJECT_CLASS (oree_cert_page_file_parent_class)->finalize (object);
}

static void
oree_cert_page_file_class_init (OreeCertPageFileClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = oree_cert_page_file_finalize;
  OREE_CERT_PAGE_CLASS (klass)->update = update;
  OREE_WIZARD_PAGE_CLASS (klass)->apply_async = apply_async;
  OREE_WIZARD_PAGE_CLASS (klass)->apply_finish = apply_finish;
  oree_cert_page_class_set_template (klass, "file");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageFile, path);
}

static void
oree_cert_page_file_init (OreeCertPageFile *self)
{
  GtkWidget *browse;

  gtk_widget_init_template (GTK_WIDGET (self));
  browse = gtk_button_new_with_label (_ ("Browse…"));
  oree_wizard_field_add (OREE_WIZARD_FIELD (self->path), browse);
  g_signal_connect_object (browse, "clicked", G_CALLBACK (on_browse), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->path, "notify::text", G_CALLBACK (on_text), self, G_CONNECT_SWAPPED);
}
