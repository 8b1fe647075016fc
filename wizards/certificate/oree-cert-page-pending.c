/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-pending.h"

#include "wizards/certificate/oree-cert-choice.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPagePending
{
  OreeCertPage parent;
  GtkWidget *choice;
};

G_DEFINE_FINAL_TYPE (OreeCertPagePending, oree_cert_page_pending, OREE_TYPE_CERT_PAGE)

static void
on_chosen (OreeCertPagePending *self, const char *id)
{
  oree_cert_draft_set_request (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), id);
}

static void
update (OreeCertPage *page)
{
  OreeCertPagePending *self = OREE_CERT_PAGE_PENDING (page);
  OreeCertDraft *draft = oree_cert_page_get_draft (page);
  GPtrArray *requests = oree_client_certs_get_requests (oree_cert_session_get_certs (oree_cert_page_get_session (page)));
  const OreeCertRecord *chosen = NULL;

  for (guint i = 0; i < requests->len; i++)
    if (g_str_equal (((OreeCertRecord *) g_ptr_array_index (requests, i))->id, oree_cert_draft_get_request (draft)))
      chosen = g_ptr_array_index (requests, i);
  /* The newest is the one that is most likely meant. */
  if (chosen == NULL && requests->len > 0)
    {
      chosen = g_ptr_array_index (requests, 0);
      oree_cert_draft_set_request (draft, chosen->id);
    }
  oree_cert_choice_set (OREE_CERT_CHOICE (self->choice), requests, NULL, chosen != NULL ? chosen->id : NULL,
                        _ ("No request is pending"));
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), chosen == NULL ? _ ("No request is pending") : NULL);
}

static void
oree_cert_page_pending_class_init (OreeCertPagePendingClass *klass)
{
  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "pending");
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), OreeCertPagePending, choice);
}

static void
oree_cert_page_pending_init (OreeCertPagePending *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->choice, "chosen", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
}
