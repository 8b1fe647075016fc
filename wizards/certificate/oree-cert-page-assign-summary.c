/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-assign-summary.h"

#include "client/oree-sentences.h"
#include "ui/oree-ui.h"
#include "wizards/certificate/oree-cert-names.h"
#include "wizards/certificate/oree-cert-problems.h"
#include "wizards/certificate/oree-cert-text.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageAssignSummary
{
  OreeCertPage parent;
  GtkWidget *facts;
  GtkWidget *problems;
  GtkWidget *accept_group;
  GtkWidget *accept;
  GtkWidget *names;
  OreeProblems *found;    /* what CheckAssign said; NULL: not yet */
  GCancellable *checking; /* NULL: none under way */
};

G_DEFINE_FINAL_TYPE (OreeCertPageAssignSummary, oree_cert_page_assign_summary, OREE_TYPE_CERT_PAGE)

static void
draw_reason (OreeCertPageAssignSummary *self)
{
  const char *reason = NULL;
  guint n = self->found != NULL ? oree_problems_n (self->found) : 0;
  guint errors = self->found != NULL ? oree_problems_n_errors (self->found) : 0;

  if (self->found == NULL)
    reason = _ ("Waiting for the service…");
  else if (errors > 0)
    reason = _ ("It cannot be assigned: see what is marked ✖.");
  else if (n > 0 && !gtk_check_button_get_active (GTK_CHECK_BUTTON (self->accept)))
    reason = _ ("Accept the warnings, or choose another certificate.");
  gtk_widget_set_visible (self->accept_group, n > 0 && errors == 0);
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), reason);
}

/* Which partners the change of our identity would hurt. */
static void
add_forecast (OreeCertFacts *facts, GVariant *result)
{
  g_autoptr (GVariant) rows = g_variant_lookup_value (result, "forecast", G_VARIANT_TYPE ("aa{sv}"));

  if (rows == NULL || g_variant_n_children (rows) == 0)
    return;
  oree_cert_facts_add_group (facts, _ ("Forecast for partners"), NULL);
  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      const char *partner = "", *forecast = "";

      g_variant_lookup (row, "partner", "&s", &partner);
      g_variant_lookup (row, "forecast", "&s", &forecast);
      oree_cert_facts_add (facts, partner, oree_sentence_forecast (forecast));
    }
}

static void
draw (OreeCertPageAssignSummary *self, GVariant *result)
{
  OreeCertSession *session = oree_cert_page_get_session (OREE_CERT_PAGE (self));
  OreeCertDraft *draft = oree_cert_session_get_draft (session);
  OreeClientCerts *certs = oree_cert_session_get_certs (session);
  const OreeCertRecord *record = oree_client_certs_find (certs, oree_cert_draft_get_certificate (draft));
  OreeCertFacts *facts = OREE_CERT_FACTS (self->facts);
  g_autofree char *usages
      = oree_cert_text_usages (oree_edge_usages_from_words (oree_cert_draft_get_assign_usages (draft), NULL));
  g_autofree char *from = oree_ui_time (oree_cert_draft_get_effective (draft)); /* empty: at once */

  oree_cert_facts_begin (facts);
  oree_cert_facts_add_group (facts, NULL, NULL);
  if (record != NULL)
    {
      g_autofree char *summary = oree_cert_text_summary (record);

      oree_cert_facts_add (facts, _ ("Certificate"), summary);
    }
  oree_cert_facts_add (facts, _ ("Usage"), usages);
  oree_cert_facts_add (facts, _ ("Effective from"), from);
  if (result != NULL)
    {
      g_auto (GStrv) replaces = NULL;

      g_variant_lookup (result, "replaces", "^as", &replaces);
      for (gsize i = 0; replaces != NULL && replaces[i] != NULL; i++)
        {
          const OreeCertRecord *old = oree_client_certs_find (certs, replaces[i]);
          g_autofree char *summary = old != NULL ? oree_cert_text_summary (old) : NULL;

          oree_cert_facts_add (facts, _ ("Replaces"), summary);
        }
      add_forecast (facts, result);
    }
  oree_cert_facts_end (facts);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeCertPageAssignSummary) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) said = NULL, names = NULL, rows = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->checking);
  if (reply == NULL)
    {
      oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), oree_sentence_failure (error));
      return;
    }
  g_variant_get (reply, "(@a{sv}@aa{sv}@aa{sv})", &said, &names, &rows);
  g_clear_pointer (&self->found, oree_problems_free);
  self->found = oree_problems_from_variant (rows);
  draw (self, said);
  oree_cert_problems_set (OREE_CERT_PROBLEMS (self->problems), self->found, _ ("Nothing speaks against it."));
  oree_cert_names_set_rows (OREE_CERT_NAMES (self->names), names, OREE_CERT_NAMES_ANSWER);
  draw_reason (self);
}

static void
shown (OreeWizardPage *page)
{
  OreeCertPageAssignSummary *self = OREE_CERT_PAGE_ASSIGN_SUMMARY (page);
  OreeCertDraft *draft = oree_cert_page_get_draft (OREE_CERT_PAGE (page));

  if (self->checking != NULL)
    g_cancellable_cancel (self->checking);
  g_clear_object (&self->checking);
  g_clear_pointer (&self->found, oree_problems_free);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->accept), FALSE);
  g_object_set (self, "explanation",
                oree_cert_draft_get_effective (draft) != 0
                    ? _ ("The certificate in use stays until then; a roll that waits survives a restart of the service.")
                    : _ ("New connections use it at once; existing streams keep the old one until they close. Nothing is restarted."),
                NULL);
  draw (self, NULL);
  draw_reason (self);
  self->checking = g_cancellable_new ();
  oree_client_call_async (oree_cert_page_get_client (OREE_CERT_PAGE (page)), OREE_CALL_CERTIFICATES_CHECK_ASSIGN,
                          g_variant_new ("(s^asa{sv})", oree_cert_draft_get_certificate (draft),
                                         oree_cert_draft_get_assign_usages (draft), NULL),
                          self->checking, on_checked, g_object_ref (self));
}

static void
on_assigned (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  OreeCertPageAssignSummary *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) said = NULL, rows = NULL;
  gboolean assigned = FALSE;

  if (reply == NULL)
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_task_return_error (task, g_steal_pointer (&error));
      else
        g_task_return_new_error (task, OREE_ERROR, OREE_ERROR_FAILED, "%s", oree_sentence_failure (error));
      return;
    }
  g_variant_get (reply, "(@a{sv}@aa{sv})", &said, &rows);
  if (!g_variant_lookup (said, "assigned", "b", &assigned))
    g_variant_lookup (said, "scheduled", "b", &assigned);
  if (!assigned)
    {
      /* Something changed since it was checked: what speaks against it now is shown. */
      g_clear_pointer (&self->found, oree_problems_free);
      self->found = oree_problems_from_variant (rows);
      oree_cert_problems_set (OREE_CERT_PROBLEMS (self->problems), self->found, NULL);
      gtk_check_button_set_active (GTK_CHECK_BUTTON (self->accept), FALSE);
      draw_reason (self);
      g_task_return_new_error (task, OREE_ERROR, OREE_ERROR_FAILED, "%s", _ ("Nothing was assigned."));
      return;
    }
  oree_cert_session_set_assigned (oree_cert_page_get_session (OREE_CERT_PAGE (self)), said);
  oree_wizard_page_set_sealed (OREE_WIZARD_PAGE (self), TRUE);
  g_task_return_boolean (task, TRUE);
}

static void
apply_async (OreeWizardPage *page, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  OreeCertPageAssignSummary *self = OREE_CERT_PAGE_ASSIGN_SUMMARY (page);
  OreeCertDraft *draft = oree_cert_page_get_draft (OREE_CERT_PAGE (page));
  GTask *task = g_task_new (page, cancellable, callback, data);
  gint64 effective = oree_cert_draft_get_effective (draft);
  GVariantDict options;
  GVariant *parameters;

  g_variant_dict_init (&options, NULL);
  if (gtk_check_button_get_active (GTK_CHECK_BUTTON (self->accept)))
    g_variant_dict_insert (&options, "accept-warnings", "b", TRUE);
  parameters = effective != 0
                   ? g_variant_new ("(s^asx@a{sv})", oree_cert_draft_get_certificate (draft),
                                    oree_cert_draft_get_assign_usages (draft), effective, g_variant_dict_end (&options))
                   : g_variant_new ("(s^as@a{sv})", oree_cert_draft_get_certificate (draft),
                                    oree_cert_draft_get_assign_usages (draft), g_variant_dict_end (&options));
  oree_client_call_async (oree_cert_page_get_client (OREE_CERT_PAGE (page)),
                          effective != 0 ? OREE_CALL_CERTIFICATES_ROLL : OREE_CALL_CERTIFICATES_ASSIGN, parameters,
                          cancellable, on_assigned, task);
}

static gboolean
apply_finish (OreeWizardPage *page, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
oree_cert_page_assign_summary_dispose (GObject *object)
{
  OreeCertPageAssignSummary *self = OREE_CERT_PAGE_ASSIGN_SUMMARY (object);

  if (self->checking != NULL)
    g_cancellable_cancel (self->checking);
  g_clear_object (&self->checking);
  g_clear_pointer (&self->found, oree_problems_free);
  G_OBJECT_CLASS (oree_cert_page_assign_summary_parent_class)->dispose (object);
}

static void
oree_cert_page_assign_summary_class_init (OreeCertPageAssignSummaryClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_cert_page_assign_summary_dispose;
  OREE_WIZARD_PAGE_CLASS (klass)->shown = shown;
  OREE_WIZARD_PAGE_CLASS (klass)->apply_async = apply_async;
  OREE_WIZARD_PAGE_CLASS (klass)->apply_finish = apply_finish;
  oree_cert_page_class_set_template (klass, "assign-summary");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageAssignSummary, facts);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageAssignSummary, problems);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageAssignSummary, accept_group);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageAssignSummary, accept);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageAssignSummary, names);
}

static void
oree_cert_page_assign_summary_init (OreeCertPageAssignSummary *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->accept, "notify::active", G_CALLBACK (draw_reason), self, G_CONNECT_SWAPPED);
}
