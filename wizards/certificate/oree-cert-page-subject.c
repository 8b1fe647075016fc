/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-subject.h"

#include "wizards/certificate/oree-cert-names.h"
#include "client/oree-sentences.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageSubject
{
  OreeCertPage parent;
  GtkWidget *subject_group;
  GtkWidget *subject; /* the row in it */
  GtkWidget *names;
};

G_DEFINE_FINAL_TYPE (OreeCertPageSubject, oree_cert_page_subject, OREE_TYPE_CERT_PAGE)

/* What the topology lacks keeps the request from being made: it is said here, where the names are. */
static const char *
first_error (OreeProblems *problems, char **owned)
{
  for (guint i = 0; problems != NULL && i < oree_problems_n (problems); i++)
    if (oree_problems_get (problems, i)->severity == OREE_SEVERITY_ERROR)
      return *owned = oree_sentence_problem (oree_problems_get (problems, i));
  return NULL;
}

static void
update (OreeCertPage *page)
{
  OreeCertPageSubject *self = OREE_CERT_PAGE_SUBJECT (page);
  OreeCertSession *session = oree_cert_page_get_session (page);
  GVariant *needs = oree_cert_session_get_needs (session);
  g_autofree char *owned = NULL;
  const char *reason = first_error (oree_cert_session_get_needs_problems (session), &owned);
  const char *subject = "";

  if (needs == NULL)
    reason = _ ("Waiting for the service…");
  else
    g_variant_lookup (needs, "subject", "&s", &subject);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->subject), subject);
  oree_cert_names_set_rows (OREE_CERT_NAMES (self->names), oree_cert_session_get_names (session),
                            OREE_CERT_NAMES_REQUEST);
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), reason);
}

static void
oree_cert_page_subject_class_init (OreeCertPageSubjectClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "subject");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSubject, subject_group);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSubject, names);
}

static void
oree_cert_page_subject_init (OreeCertPageSubject *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->subject = adw_action_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->subject), FALSE);
  gtk_widget_set_focusable (self->subject, FALSE);
  gtk_widget_add_css_class (self->subject, "wizard-name");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->subject_group), self->subject);
}
