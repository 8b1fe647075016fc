/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The certificate wizard: its pages in the client's order, and which of them belong to which task. */
#pragma once
#include "wizards/certificate/oree-cert-session.h"
#include "wizards/flow/oree-wizard.h"

G_BEGIN_DECLS

/* The window, not yet presented. `memory`: the path of the file that keeps an unfinished request and who requests, for the
 * next time; NULL: nothing is kept. */
OreeWizard *oree_cert_wizard_new (OreeClient *client, const char *memory);
/* Borrowed. */
OreeCertSession *oree_cert_wizard_get_session (OreeWizard *self);
/* Registers styles and the widgets that templates name. Once, after GTK was initialised. */
void oree_cert_wizard_init (void);

/* Prepares the renewal of a certificate: the draft is filled in, the first page of a request shown when the service said what
 * it would be. */
void oree_cert_wizard_renew (OreeWizard *self, const char *id);
/* Goes to the assignment of that certificate. */
void oree_cert_wizard_assign (OreeWizard *self, const char *id);

G_END_DECLS
