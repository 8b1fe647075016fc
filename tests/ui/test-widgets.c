/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every widget is made and destroyed, and is gone then; every page of the panel fits beside the navigation in a window of
 * the smallest size, in English and in French. Needs a display, and no service. */
#include "client/oree-locale.h"
#include "panel/oree-panel-pages.h"
#include "panel/oree-panel-tabs.h"
#include "panel/oree-panel-resources.h"
#include "panel/oree-panel-window.h"
#include "ui/oree-choice-row.h"
#include "ui/oree-facts.h"
#include "ui/oree-list-detail.h"
#include "ui/oree-list-view.h"
#include "ui/oree-names-row.h"
#include "ui/oree-number-row.h"
#include "ui/oree-pem-row.h"
#include "ui/oree-record-editor.h"
#include "ui/oree-reference-row.h"
#include "ui/oree-secret-row.h"
#include "ui/oree-servers-row.h"
#include "ui/oree-sparkline.h"
#include "ui/oree-switch-row.h"
#include "ui/oree-tab-bin.h"
#include "ui/oree-text-row.h"
#include "ui/oree-ui.h"

#include <locale.h>

/* The smallest window less the navigation, the separator and the border of the window. */
#define ROOM (900 - 232 - 1 - 10)

/* Nobody listens there: pages live without a service. */
#define NO_BUS "unix:path=/nonexistent/oree"

static void
gone (gpointer data, GObject *where_it_was)
{
  *(gboolean *) data = TRUE;
}

/* What animations and idles hold lets go of it. */
static void
settle (void)
{
  for (int i = 0; i < 200 && g_main_context_pending (NULL); i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
make_and_destroy (GType type, OreeClientSession *session)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *widget = session != NULL ? g_object_new (type, "session", session, NULL) : g_object_new (type, NULL);
  GtkWidget *list = GTK_IS_LIST_BOX_ROW (widget) ? gtk_list_box_new () : NULL;
  gboolean is_gone = FALSE;

  g_object_weak_ref (G_OBJECT (widget), gone, &is_gone);
  if (list != NULL)
    gtk_list_box_append (GTK_LIST_BOX (list), widget);
  gtk_window_set_child (GTK_WINDOW (window), list != NULL ? list : widget);
  gtk_window_present (GTK_WINDOW (window));
  settle ();
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
  if (!is_gone)
    g_error ("%s is not gone", g_type_name (type));
}

static void
test_shared (void)
{
  const GType types[] = {
    OREE_TYPE_CHOICE_ROW, OREE_TYPE_FACTS, OREE_TYPE_LIST_DETAIL, OREE_TYPE_LIST_VIEW, OREE_TYPE_NAMES_ROW,
    OREE_TYPE_NUMBER_ROW, OREE_TYPE_PEM_ROW, OREE_TYPE_RECORD_EDITOR, OREE_TYPE_REFERENCE_ROW, OREE_TYPE_SECRET_ROW, OREE_TYPE_SERVERS_ROW, OREE_TYPE_SPARKLINE,
    OREE_TYPE_SWITCH_ROW, OREE_TYPE_TAB_BIN, OREE_TYPE_TEXT_ROW,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    make_and_destroy (types[i], NULL);
}

static void
test_pages (void)
{
  guint n;
  const OreePanelPageRow *rows = oree_panel_pages (&n);
  g_autoptr (OreeClientSession) session = oree_client_session_new (NO_BUS);

  for (guint i = 0; i < n; i++)
    {
      GType type = rows[i].get_type ();

      make_and_destroy (type, session);
      if (g_type_is_a (type, OREE_TYPE_PANEL_TABS))
        {
          OreePanelTabsClass *klass = g_type_class_ref (type);

          for (guint tab = 0; tab < klass->n_tabs; tab++)
            make_and_destroy (klass->tabs[tab].get_type (), session);
          g_type_class_unref (klass);
        }
    }
  g_assert_cmpuint (G_OBJECT (session)->ref_count, ==, 1);
}

/* Through every place of the navigation and every tab, as the window does it. */
static void
test_window_fits (void)
{
  guint n, too_wide = 0;
  const OreePanelPageRow *rows = oree_panel_pages (&n);
  g_autoptr (OreeClientSession) session = oree_client_session_new (NO_BUS);
  OreePanelWindow *window = oree_panel_window_new (NULL, session);
  gboolean is_gone = FALSE;

  g_object_weak_ref (G_OBJECT (window), gone, &is_gone);
  gtk_window_present (GTK_WINDOW (window));
  for (guint i = 0; i < n; i++)
    for (guint place = 0; place == 0 || rows[i].places[place - 1] != NULL; place++)
      {
        const char *name = place == 0 ? rows[i].name : rows[i].places[place - 1];
        int width;

        g_assert_true (oree_panel_window_go (window, name));
        settle ();
        gtk_widget_measure (oree_panel_window_get_page (window), GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
        g_test_message ("%s: %d px", name, width);
        if (width > ROOM)
          {
            g_printerr ("# %s is %d px wide at least, there are %d\n", name, width, ROOM);
            too_wide++;
          }
      }
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
  g_assert_true (is_gone);
  g_assert_cmpuint (too_wide, ==, 0);
}

int
main (int argc, char **argv)
{
  oree_locale_init ();
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();
  g_resources_register (oree_panel_get_resource ());
  oree_ui_init ();
  g_test_add_func ("/widgets/shared", test_shared);
  g_test_add_func ("/widgets/pages", test_pages);
  g_test_add_func ("/widgets/window-fits", test_window_fits);
  return g_test_run ();
}
