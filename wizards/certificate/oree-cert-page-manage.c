/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-manage.h"

#include "client/oree-sentences.h"
#include "ui/oree-ui.h"
#include "wizards/certificate/oree-cert-choice.h"
#include "wizards/certificate/oree-cert-details.h"
#include "wizards/certificate/oree-cert-text.h"
#include "wizards/certificate/oree-cert-wizard.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageManage
{
  OreeCertPage parent;
  GtkWidget *choice;
  GtkWidget *view;
  GtkWidget *renew;
  GtkWidget *assign;
  GtkWidget *process;
  GtkWidget *export;
  GtkWidget *remove;
  char *chosen; /* an id */
};

G_DEFINE_FINAL_TYPE (OreeCertPageManage, oree_cert_page_manage, OREE_TYPE_CERT_PAGE)

static const OreeCertRecord *
record_of (OreeCertPageManage *self)
{
  return self->chosen == NULL
             ? NULL
             : oree_client_certs_find (oree_cert_session_get_certs (oree_cert_page_get_session (OREE_CERT_PAGE (self))),
                                       self->chosen);
}

static OreeWizard *
wizard_of (OreeCertPageManage *self)
{
  return OREE_WIZARD (gtk_widget_get_root (GTK_WIDGET (self)));
}

/* Insensitive with the reason, never without. */
static void
allow (GtkWidget *button, const char *unless)
{
  gtk_widget_set_sensitive (button, unless == NULL);
  gtk_widget_set_tooltip_text (button, unless);
  oree_ui_set_description (button, unless);
}

static void
draw_buttons (OreeCertPageManage *self)
{
  const OreeCertRecord *record = record_of (self);
  const char *none = record == NULL ? _ ("Choose a certificate.") : NULL;
  gboolean request = record != NULL && record->is_request;
  gboolean stored = record != NULL && record->source == OREE_CERT_SOURCE_STORE;
  const char *only_certificates = none != NULL ? none : request ? _ ("This is a request, not a certificate.") : NULL;
  const char *not_stored = _ ("This certificate is not in the store: it comes from oreed.conf or from the lab.");

  allow (self->view, none);
  allow (self->renew, only_certificates);
  allow (self->assign, only_certificates != NULL ? only_certificates
                       : !record->has_key        ? _ ("This edge does not have its private key.")
                                                 : NULL);
  allow (self->process, none != NULL ? none : request ? NULL : _ ("Only requests wait for an answer."));
  allow (self->export, only_certificates != NULL ? only_certificates
                       : !stored                 ? not_stored
                       : !record->exportable     ? _ ("Its private key was requested as not exportable.")
                                                 : NULL);
  allow (self->remove, none != NULL ? none : request || stored ? NULL : not_stored);
}

static void
update (OreeCertPage *page)
{
  OreeCertPageManage *self = OREE_CERT_PAGE_MANAGE (page);
  OreeClientCerts *certs = oree_cert_session_get_certs (oree_cert_page_get_session (page));
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  g_ptr_array_extend (all, oree_client_certs_get_certificates (certs), NULL, NULL);
  g_ptr_array_extend (all, oree_client_certs_get_requests (certs), NULL, NULL);
  if (record_of (self) == NULL && all->len > 0)
    {
      g_free (self->chosen);
      self->chosen = g_strdup (((OreeCertRecord *) g_ptr_array_index (all, 0))->id);
    }
  oree_cert_choice_set (OREE_CERT_CHOICE (self->choice), all, NULL, self->chosen, _ ("There is no certificate yet."));
  draw_buttons (self);
}

static void
on_chosen (OreeCertPageManage *self, const char *id)
{
  g_free (self->chosen);
  self->chosen = g_strdup (id);
  oree_wizard_page_set_problem (OREE_WIZARD_PAGE (self), NULL);
  draw_buttons (self);
}

static void
on_view (OreeCertPageManage *self)
{
  oree_cert_details_show (GTK_WIDGET (self), oree_cert_page_get_session (OREE_CERT_PAGE (self)), record_of (self));
}

static void
on_renew (OreeCertPageManage *self)
{
  oree_cert_wizard_renew (wizard_of (self), self->chosen);
}

static void
on_assign (OreeCertPageManage *self)
{
  oree_cert_wizard_assign (wizard_of (self), self->chosen);
}

static void
on_process (OreeCertPageManage *self)
{
  OreeCertDraft *draft = oree_cert_page_get_draft (OREE_CERT_PAGE (self));

  oree_cert_draft_set_request (draft, self->chosen);
  oree_cert_draft_set_task (draft, OREE_CERT_TASK_PENDING);
  oree_wizard_go_to (wizard_of (self), "import");
}

static void
on_export (OreeCertPageManage *self)
{
  oree_cert_export_show (GTK_WIDGET (self), oree_cert_page_get_session (OREE_CERT_PAGE (self)), record_of (self));
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeCertPageManage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autofree char *sentence = NULL;

  oree_wizard_page_end (OREE_WIZARD_PAGE (self));
  if (reply != NULL)
    {
      g_autoptr (GVariant) rows = g_variant_get_child_value (reply, 1);
      g_autoptr (OreeProblems) problems = oree_problems_from_variant (rows);

      if (oree_problems_n_errors (problems) > 0)
        sentence = oree_sentence_problem_alone (oree_problems_get (problems, 0));
      else
        oree_ui_toast (GTK_WIDGET (self), _ ("Removed"), NULL, NULL, NULL);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    sentence = g_strdup (oree_sentence_failure (error));
  oree_wizard_page_set_problem (OREE_WIZARD_PAGE (self), sentence);
  oree_client_certs_refresh (oree_cert_session_get_certs (oree_cert_page_get_session (OREE_CERT_PAGE (self))));
}

/* What is assigned is first withdrawn, and stays in the store; removing it once more destroys it. */
static void
on_remove_answer (gboolean yes, gpointer data)
{
  g_autoptr (OreeCertPageManage) self = data;
  const OreeCertRecord *record = record_of (self);
  GVariantDict options;

  if (!yes || record == NULL || oree_wizard_page_is_busy (OREE_WIZARD_PAGE (self)))
    return;
  g_variant_dict_init (&options, NULL);
  if (!record->is_request && record->usages != 0)
    {
      g_auto (GStrv) nicks = oree_edge_usages_to_nicks (record->usages);

      g_variant_dict_insert (&options, "usages", "^as", nicks);
    }
  oree_client_call_async (oree_cert_page_get_client (OREE_CERT_PAGE (self)), OREE_CALL_CERTIFICATES_REMOVE,
                          g_variant_new ("(s@a{sv})", record->id, g_variant_dict_end (&options)),
                          oree_wizard_page_begin (OREE_WIZARD_PAGE (self)), on_removed, g_object_ref (self));
}

static void
on_remove (OreeCertPageManage *self)
{
  const OreeCertRecord *record = record_of (self);
  const char *name = oree_cert_text_name (record);
  g_autofree char *heading = NULL;
  const char *body, *button;

  if (record->is_request)
    {
      /* TRANSLATORS: %s is the name of a request. */
      heading = g_strdup_printf (_ ("Delete the request “%s”?"), name);
      body = _ ("Its private key is destroyed: a certificate issued for it becomes useless.");
      button = _ ("_Delete");
    }
  else if (record->usages != 0)
    {
      /* TRANSLATORS: %s is the name of a certificate. */
      heading = g_strdup_printf (_ ("Stop using the certificate “%s”?"), name);
      body = _ ("What it was assigned to works without it or stops until another one is assigned. The certificate stays in the store.");
      button = _ ("_Remove");
    }
  else
    {
      heading = g_strdup_printf (_ ("Delete the certificate “%s”?"), name);
      body = _ ("Its private key is destroyed with it. This cannot be undone.");
      button = _ ("_Delete");
    }
  oree_ui_ask (GTK_WIDGET (self), heading, body, button, TRUE, on_remove_answer, g_object_ref (self));
}

static void
oree_cert_page_manage_finalize (GObject *object)
{
  g_free (OREE_CERT_PAGE_MANAGE (object)->chosen);
  G_OBJECT_CLASS (oree_cert_page_manage_parent_class)->finalize (object);
}

static void
oree_cert_page_manage_class_init (OreeCertPageManageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = oree_cert_page_manage_finalize;
  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "manage");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageManage, choice);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageManage, view);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageManage, renew);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageManage, assign);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageManage, process);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageManage, export);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageManage, remove);
  gtk_widget_class_bind_template_callback (widget_class, on_view);
  gtk_widget_class_bind_template_callback (widget_class, on_renew);
  gtk_widget_class_bind_template_callback (widget_class, on_assign);
  gtk_widget_class_bind_template_callback (widget_class, on_process);
  gtk_widget_class_bind_template_callback (widget_class, on_export);
  gtk_widget_class_bind_template_callback (widget_class, on_remove);
}

static void
oree_cert_page_manage_init (OreeCertPageManage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->choice, "chosen", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
}
