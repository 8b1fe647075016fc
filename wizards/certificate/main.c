/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-wizard-app.h"
#include "client/oree-locale.h"

int
main (int argc, char **argv)
{
  g_autoptr (OreeCertWizardApp) app = NULL;
  int status;

  oree_locale_init ();
  app = oree_cert_wizard_app_new ();
  status = g_application_run (G_APPLICATION (app), argc, argv);
  return status != 0 ? status : oree_cert_wizard_app_get_status (app);
}
