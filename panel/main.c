/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/oree-locale.h"
#include "panel/oree-panel-app.h"

int
main (int argc, char **argv)
{
  g_autoptr (OreePanelApp) app = NULL;
  int status;

  oree_locale_init ();
  app = oree_panel_app_new ();
  status = g_application_run (G_APPLICATION (app), argc, argv);
  return status != 0 ? status : oree_panel_app_get_status (app);
}
