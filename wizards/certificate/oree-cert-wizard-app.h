/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oree-certificate-wizard: its options, its one window. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_CERT_WIZARD_APP (oree_cert_wizard_app_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertWizardApp, oree_cert_wizard_app, OREE, CERT_WIZARD_APP, AdwApplication)

OreeCertWizardApp *oree_cert_wizard_app_new (void);
/* The status of the program when its main loop ended well. */
int oree_cert_wizard_app_get_status (OreeCertWizardApp *self);

G_END_DECLS
