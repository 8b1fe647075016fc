/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page of the certificate wizard: it has the session and is told when that changed. Its fields are bound to fields of
 * the draft by name; the model says what is wrong with them, the page shows it. */
#pragma once
#include "wizards/certificate/oree-cert-session.h"
#include "wizards/flow/oree-wizard-field.h"
#include "wizards/flow/oree-wizard-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE (oree_cert_page_get_type ())
/* Property "session" (construct only). */
G_DECLARE_DERIVABLE_TYPE (OreeCertPage, oree_cert_page, OREE, CERT_PAGE, OreeWizardPage)

struct _OreeCertPageClass
{
  OreeWizardPageClass parent_class;

  /* The session changed; also called once when the page is made. Bound fields follow by themselves, before it. */
  void (*update) (OreeCertPage *self);
};

OreeCertSession *oree_cert_page_get_session (OreeCertPage *self);
OreeCertDraft *oree_cert_page_get_draft (OreeCertPage *self);
OreeClient *oree_cert_page_get_client (OreeCertPage *self);

/* Text, switch or check button ⇄ a field of the draft. A text's problem is shown in its row, once it was touched, and
 * keeps the page from being complete in any case. */
void oree_cert_page_bind_text (OreeCertPage *self, OreeWizardField *row, const char *field);
void oree_cert_page_bind_flag (OreeCertPage *self, GObject *widget, const char *property, const char *field);

/* Why the fields of this page do not let the user go on: a sentence, owned, or NULL. */
char *oree_cert_page_dup_field_reason (OreeCertPage *self);

/* Loads the template of `klass` from certificate/NAME.ui. */
void oree_cert_page_class_set_template (gpointer klass, const char *name);

G_END_DECLS
