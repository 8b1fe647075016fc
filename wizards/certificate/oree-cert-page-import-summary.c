/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-import-summary.h"

#include "client/oree-sentences.h"
#include "wizards/certificate/oree-cert-answer.h"
#include "wizards/certificate/oree-cert-names.h"
#include "wizards/certificate/oree-cert-problems.h"
#include "wizards/certificate/oree-cert-text.h"
#include "wizards/certificate/oree-file-choice.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageImportSummary
{
  OreeCertPage parent;
  GtkWidget *facts;
  GtkWidget *problems;
  GtkWidget *more_box;
  GtkWidget *names;
};

G_DEFINE_FINAL_TYPE (OreeCertPageImportSummary, oree_cert_page_import_summary, OREE_TYPE_CERT_PAGE)

static void
draw_facts (OreeCertPageImportSummary *self, GVariant *answer)
{
  OreeCertFacts *facts = OREE_CERT_FACTS (self->facts);
  g_autoptr (GVariant) rows = g_variant_lookup_value (answer, "certificates", G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GStrv) issuers = NULL;
  const char *request = "", *common_name = "";
  gboolean has_key = FALSE;

  g_variant_lookup (answer, "request", "&s", &request);
  g_variant_lookup (answer, "common-name", "&s", &common_name);
  g_variant_lookup (answer, "has-key", "b", &has_key);
  g_variant_lookup (answer, "issuers", "^as", &issuers);
  oree_cert_facts_begin (facts);
  oree_cert_facts_add_group (facts, NULL, NULL);
  if (*request != '\0')
    {
      /* TRANSLATORS: %s is the host name a request was made for. */
      g_autofree char *matches = g_strdup_printf (_ ("Matches the pending request for %s"), common_name);

      oree_cert_facts_add (facts, _ ("Request"), matches);
    }
  oree_cert_facts_add (facts, _ ("Private key"), has_key          ? _ ("In the file")
                                                 : *request != '\0' ? _ ("Made here, with the request")
                                                                    : _ ("Not there"));
  for (gsize i = 0; rows != NULL && i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      g_autoptr (OreeCertRecord) record = oree_cert_record_from_variant (row);
      g_autofree char *issuer = oree_cert_text_common_name (record->issuer);
      g_autofree char *chain = g_strjoinv ("\n", record->chain);
      g_autofree char *names = g_strjoinv (", ", record->names);

      oree_cert_facts_add_group (facts, record->common_name, NULL);
      oree_cert_facts_add (facts, _ ("Subject"), record->subject);
      oree_cert_facts_add (facts, _ ("Subject alternative names"), names);
      oree_cert_facts_add (facts, _ ("Issuer"), issuer);
      oree_cert_facts_add (facts, _ ("Key usage"), oree_cert_text_eku (record));
      oree_cert_facts_add (facts, _ ("Chain"), chain);
    }
  if (issuers != NULL && issuers[0] != NULL)
    {
      g_autofree char *text = g_strjoinv ("\n", issuers);

      oree_cert_facts_add_group (facts, _ ("Certification authorities in the file"), NULL);
      oree_cert_facts_add (facts, _ ("Issuers"), text);
    }
  oree_cert_facts_end (facts);
}

static void
update (OreeCertPage *page)
{
  OreeCertPageImportSummary *self = OREE_CERT_PAGE_IMPORT_SUMMARY (page);
  OreeCertSession *session = oree_cert_page_get_session (page);
  OreeProblems *problems = oree_cert_session_get_answer_problems (session);
  GVariant *answer = oree_cert_session_get_answer (session);

  if (answer == NULL)
    return;
  draw_facts (self, answer);
  oree_cert_problems_set (OREE_CERT_PROBLEMS (self->problems), problems, _ ("Nothing speaks against this certificate."));
  oree_cert_names_set_rows (OREE_CERT_NAMES (self->names), oree_cert_session_get_answer_names (session),
                            OREE_CERT_NAMES_ANSWER);
  gtk_widget_set_visible (self->more_box, oree_problems_has (problems, OREE_PROBLEM_CHAIN_INCOMPLETE, NULL));
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self),
                               oree_problems_n_errors (problems) > 0 ? _ ("It cannot be imported: see what is marked ✖.")
                                                                     : NULL);
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeCertPageImportSummary) self = data;
  g_autoptr (GError) error = NULL;

  oree_wizard_page_end (OREE_WIZARD_PAGE (self));
  if (!oree_cert_answer_finish (OREE_CERT_SESSION (source), result, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    oree_wizard_page_set_problem (OREE_WIZARD_PAGE (self), error->message);
}

static void
on_more_chosen (const char *path, gpointer data)
{
  OreeCertPageImportSummary *self = data;

  oree_wizard_page_set_problem (OREE_WIZARD_PAGE (self), NULL);
  oree_cert_answer_add_async (oree_cert_page_get_session (OREE_CERT_PAGE (self)), path,
                              oree_wizard_page_begin (OREE_WIZARD_PAGE (self)), on_added, g_object_ref (self));
}

static void
on_more (OreeCertPageImportSummary *self)
{
  oree_file_choice_open (GTK_WIDGET (self), _ ("Add the Certificates of the Authority"), on_more_chosen);
}

static void
on_imported (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  OreeCertPageImportSummary *self = g_task_get_source_object (task);
  OreeCertSession *session = oree_cert_page_get_session (OREE_CERT_PAGE (self));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) answer = NULL, rows = NULL;
  g_autoptr (OreeProblems) problems = NULL;

  if (reply == NULL)
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_task_return_error (task, g_steal_pointer (&error));
      else
        g_task_return_new_error (task, OREE_ERROR, OREE_ERROR_FAILED, "%s", oree_sentence_failure (error));
      return;
    }
  g_variant_get (reply, "(@a{sv}@aa{sv})", &answer, &rows);
  problems = oree_problems_from_variant (rows);
  if (oree_problems_n_errors (problems) > 0)
    {
      g_autofree char *sentence = oree_sentence_problem_alone (oree_problems_get (problems, 0));

      g_task_return_new_error (task, OREE_ERROR, OREE_ERROR_FAILED, "%s", sentence);
      return;
    }
  oree_cert_session_set_imported (session, answer, g_steal_pointer (&problems));
  oree_wizard_page_set_sealed (OREE_WIZARD_PAGE (self), TRUE);
  g_task_return_boolean (task, TRUE);
}

static void
apply_async (OreeWizardPage *page, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  OreeCertSession *session = oree_cert_page_get_session (OREE_CERT_PAGE (page));
  GTask *task = g_task_new (page, cancellable, callback, data);
  const char *password = oree_cert_session_get_answer_password (session);
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (password != NULL && *password != '\0')
    g_variant_dict_insert (&options, "password", "s", password);
  oree_client_call_async (oree_cert_session_get_client (session), OREE_CALL_CERTIFICATES_IMPORT,
                          g_variant_new ("(@ay@a{sv})",
                                         g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING,
                                                                   oree_cert_session_get_answer_file (session), TRUE),
                                         g_variant_dict_end (&options)),
                          cancellable, on_imported, task);
}

static gboolean
apply_finish (OreeWizardPage *page, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
oree_cert_page_import_summary_class_init (OreeCertPageImportSummaryClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_CERT_PAGE_CLASS (klass)->update = update;
  OREE_WIZARD_PAGE_CLASS (klass)->apply_async = apply_async;
  OREE_WIZARD_PAGE_CLASS (klass)->apply_finish = apply_finish;
  oree_cert_page_class_set_template (klass, "import-summary");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImportSummary, facts);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImportSummary, problems);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImportSummary, more_box);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImportSummary, names);
  gtk_widget_class_bind_template_callback (widget_class, on_more);
}

static void
oree_cert_page_import_summary_init (OreeCertPageImportSummary *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
