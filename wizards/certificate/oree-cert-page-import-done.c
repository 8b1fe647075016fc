/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-import-done.h"

#include "wizards/certificate/oree-cert-problems.h"
#include "wizards/certificate/oree-cert-text.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageImportDone
{
  OreeCertPage parent;
  GtkWidget *facts;
  GtkWidget *problems;
  GtkWidget *assign;
  GtkWidget *assign_row;
};

G_DEFINE_FINAL_TYPE (OreeCertPageImportDone, oree_cert_page_import_done, OREE_TYPE_CERT_PAGE)

static void
on_assign (OreeCertPageImportDone *self)
{
  oree_cert_draft_set_assign_now (oree_cert_page_get_draft (OREE_CERT_PAGE (self)),
                                  gtk_check_button_get_active (GTK_CHECK_BUTTON (self->assign)));
}

static void
update (OreeCertPage *page)
{
  OreeCertPageImportDone *self = OREE_CERT_PAGE_IMPORT_DONE (page);
  OreeCertSession *session = oree_cert_page_get_session (page);
  GVariant *imported = oree_cert_session_get_imported (session);
  OreeCertFacts *facts = OREE_CERT_FACTS (self->facts);
  const OreeCertRecord *record;
  g_auto (GStrv) ids = NULL;
  guint32 issuers = 0;
  g_autofree char *count = NULL;

  if (imported == NULL)
    return;
  g_variant_lookup (imported, "imported", "^as", &ids);
  g_variant_lookup (imported, "intermediates", "u", &issuers);
  record = ids != NULL && ids[0] != NULL
               ? oree_client_certs_find (oree_cert_session_get_certs (session), ids[0])
               : NULL;
  count = g_strdup_printf ("%u", issuers);
  oree_cert_facts_begin (facts);
  oree_cert_facts_add_group (facts, NULL, NULL);
  if (record != NULL)
    {
      g_autofree char *summary = oree_cert_text_summary (record);

      oree_cert_facts_add (facts, _ ("Certificate"), summary);
    }
  oree_cert_facts_add (facts, _ ("Certificates of authorities kept"), count);
  oree_cert_facts_end (facts);
  oree_cert_problems_set (OREE_CERT_PROBLEMS (self->problems), oree_cert_session_get_imported_problems (session), NULL);
  gtk_widget_set_visible (self->assign_row, ids != NULL && ids[0] != NULL);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->assign),
                               oree_cert_draft_get_assign_now (oree_cert_page_get_draft (page)));
}

static void
oree_cert_page_import_done_class_init (OreeCertPageImportDoneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "import-done");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImportDone, facts);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImportDone, problems);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImportDone, assign);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageImportDone, assign_row);
}

static void
oree_cert_page_import_done_init (OreeCertPageImportDone *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->assign, "notify::active", G_CALLBACK (on_assign), self, G_CONNECT_SWAPPED);
}
