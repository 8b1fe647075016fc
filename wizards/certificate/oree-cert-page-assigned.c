/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-assigned.h"

#include "client/oree-sentences.h"
#include "ui/oree-ui.h"
#include "wizards/certificate/oree-cert-text.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageAssigned
{
  OreeCertPage parent;
  GtkWidget *facts;
  GtkWidget *back;
  gboolean undone;
};

G_DEFINE_FINAL_TYPE (OreeCertPageAssigned, oree_cert_page_assigned, OREE_TYPE_CERT_PAGE)

/* `effective`: 0 when it is in use already. Owned. */
static char *
state_of (OreeCertPageAssigned *self, gint64 effective)
{
  g_autofree char *time = oree_ui_time (effective);

  if (effective == 0)
    return g_strdup (self->undone ? _ ("Undone: the former certificate is in use again") : _ ("In use for new connections"));
  if (self->undone)
    return g_strdup (_ ("Withdrawn: the certificate in use stays"));
  /* TRANSLATORS: %s is a date and a time. */
  return g_strdup_printf (_ ("Waits: in use from %s on"), time);
}

static void
update (OreeCertPage *page)
{
  OreeCertPageAssigned *self = OREE_CERT_PAGE_ASSIGNED (page);
  OreeCertSession *session = oree_cert_page_get_session (page);
  GVariant *assigned = oree_cert_session_get_assigned (session);
  OreeCertDraft *draft = oree_cert_session_get_draft (session);
  const OreeCertRecord *record
      = oree_client_certs_find (oree_cert_session_get_certs (session), oree_cert_draft_get_certificate (draft));
  OreeCertFacts *facts = OREE_CERT_FACTS (self->facts);
  g_auto (GStrv) usages = NULL;
  g_autofree char *words = NULL;
  g_autofree char *state = NULL;
  guint32 accepted = 0;
  gint64 effective = 0;

  if (assigned == NULL)
    return;
  g_variant_lookup (assigned, "usages", "^as", &usages);
  g_variant_lookup (assigned, "accepted", "u", &accepted);
  g_variant_lookup (assigned, "effective", "x", &effective);
  state = state_of (self, effective);
  words = oree_cert_text_usages (oree_edge_usages_from_words ((const char *const *) usages, NULL));
  oree_cert_facts_begin (facts);
  oree_cert_facts_add_group (facts, NULL, NULL);
  if (record != NULL)
    {
      g_autofree char *summary = oree_cert_text_summary (record);

      oree_cert_facts_add (facts, _ ("Certificate"), summary);
    }
  oree_cert_facts_add (facts, _ ("Usage"), words);
  oree_cert_facts_add (facts, _ ("State"), state);
  if (accepted > 0)
    {
      g_autofree char *count = g_strdup_printf ("%u", accepted);

      oree_cert_facts_add (facts, _ ("Warnings accepted"), count);
    }
  oree_cert_facts_end (facts);
  gtk_widget_set_sensitive (self->back, !self->undone);
}

static void
on_rolled_back (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeCertPageAssigned) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) rows = NULL;
  g_autoptr (OreeProblems) problems = NULL;
  g_autofree char *sentence = NULL;

  oree_wizard_page_end (OREE_WIZARD_PAGE (self));
  if (reply != NULL)
    {
      rows = g_variant_get_child_value (reply, 1);
      problems = oree_problems_from_variant (rows);
      if (oree_problems_n_errors (problems) > 0)
        sentence = oree_sentence_problem_alone (oree_problems_get (problems, 0));
      self->undone = sentence == NULL;
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    sentence = g_strdup (oree_sentence_failure (error));
  oree_wizard_page_set_problem (OREE_WIZARD_PAGE (self), sentence);
  update (OREE_CERT_PAGE (self));
}

/* A roll that waits ends; the certificate is kept. */
static void
withdraw (OreeCertPageAssigned *self, char **usages)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "usages", "^as", usages);
  oree_client_call_async (oree_cert_page_get_client (OREE_CERT_PAGE (self)), OREE_CALL_CERTIFICATES_REMOVE,
                          g_variant_new ("(s@a{sv})", oree_cert_draft_get_certificate (oree_cert_page_get_draft (OREE_CERT_PAGE (self))),
                                         g_variant_dict_end (&options)),
                          oree_wizard_page_begin (OREE_WIZARD_PAGE (self)), on_rolled_back, g_object_ref (self));
}

static void
on_back (OreeCertPageAssigned *self)
{
  GVariant *assigned = oree_cert_session_get_assigned (oree_cert_page_get_session (OREE_CERT_PAGE (self)));
  g_auto (GStrv) usages = NULL;
  gint64 effective = 0;

  if (assigned == NULL || !g_variant_lookup (assigned, "usages", "^as", &usages))
    return;
  g_variant_lookup (assigned, "effective", "x", &effective);
  if (effective != 0)
    {
      withdraw (self, usages);
      return;
    }
  oree_client_call_async (oree_cert_page_get_client (OREE_CERT_PAGE (self)), OREE_CALL_CERTIFICATES_ROLL_BACK,
                          g_variant_new ("(^asa{sv})", usages, NULL), oree_wizard_page_begin (OREE_WIZARD_PAGE (self)),
                          on_rolled_back, g_object_ref (self));
}

static void
shown (OreeWizardPage *page)
{
  OREE_CERT_PAGE_ASSIGNED (page)->undone = FALSE;
  update (OREE_CERT_PAGE (page));
}

static void
oree_cert_page_assigned_class_init (OreeCertPageAssignedClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_CERT_PAGE_CLASS (klass)->update = update;
  OREE_WIZARD_PAGE_CLASS (klass)->shown = shown;
  oree_cert_page_class_set_template (klass, "assigned");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageAssigned, facts);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageAssigned, back);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
}

static void
oree_cert_page_assigned_init (OreeCertPageAssigned *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
