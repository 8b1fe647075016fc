/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-store.h"

#include "wizards/certificate/oree-cert-choice.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageStore
{
  OreeCertPage parent;
  GtkWidget *choice;
};

G_DEFINE_FINAL_TYPE (OreeCertPageStore, oree_cert_page_store, OREE_TYPE_CERT_PAGE)

static gboolean
has_key (const OreeCertRecord *record)
{
  return record->has_key;
}

static void
on_chosen (OreeCertPageStore *self, const char *id)
{
  oree_cert_draft_set_certificate (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), id);
}

static void
update (OreeCertPage *page)
{
  OreeCertPageStore *self = OREE_CERT_PAGE_STORE (page);
  OreeClientCerts *certs = oree_cert_session_get_certs (oree_cert_page_get_session (page));
  const char *id = oree_cert_draft_get_certificate (oree_cert_page_get_draft (page));
  const OreeCertRecord *chosen = oree_client_certs_find (certs, id);

  oree_cert_choice_set (OREE_CERT_CHOICE (self->choice), oree_client_certs_get_certificates (certs), has_key, id,
                        _ ("There is no certificate with a private key. Import one first."));
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), chosen == NULL ? _ ("Choose a certificate.") : NULL);
}

static void
oree_cert_page_store_class_init (OreeCertPageStoreClass *klass)
{
  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "store");
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), OreeCertPageStore, choice);
}

static void
oree_cert_page_store_init (OreeCertPageStore *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->choice, "chosen", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
}
