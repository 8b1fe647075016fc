/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every widget is made and destroyed, and is gone then, and so is what it had (the address sanitizer judges at the end); every
 * page of the panel fits beside the navigation in a window of the smallest size, in English and in French. Needs a display
 * and a bus, and no service. */
#include "client/oree-locale.h"
#include "panel/federation/domains/oree-domains-page.h"
#include "panel/federation/domains/oree-import-dialog.h"
#include "panel/federation/policy/oree-policy-form.h"
#include "panel/federation/policy/oree-site-dialog.h"
#include "panel/federation/xmpp-partners/oree-partner-form.h"
#include "panel/oree-panel-banner.h"
#include "panel/oree-panel-pages.h"
#include "panel/oree-panel-tabs.h"
#include "panel/oree-panel-resources.h"
#include "panel/oree-panel-window.h"
#include "panel/services/oree-role-details.h"
#include "panel/services/oree-role-row.h"
#include "panel/services/oree-stop-choice.h"
#include "panel/users/oree-grant-dialog.h"
#include "panel/users/oree-user-form.h"
#include "ui/oree-choice-row.h"
#include "ui/oree-conflict-dialog.h"
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

#include "wizards/certificate/oree-cert-wizard.h"
#include "wizards/flow/oree-wizard-field.h"

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
    OREE_TYPE_SWITCH_ROW, OREE_TYPE_TAB_BIN, OREE_TYPE_TEXT_ROW, OREE_TYPE_WIZARD_FIELD,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    make_and_destroy (types[i], NULL);
}

static void
test_panel (void)
{
  const GType types[] = { OREE_TYPE_PANEL_BANNER, OREE_TYPE_PARTNER_FORM, OREE_TYPE_POLICY_FORM, OREE_TYPE_USER_FORM,
                          OREE_TYPE_STOP_CHOICE, OREE_TYPE_ROLE_DETAILS, OREE_TYPE_ROLE_ROW };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    make_and_destroy (types[i], NULL);
}

/* ---- dialogs ---- */

static void
answered (gboolean go_on, gpointer data)
{
  *(gboolean *) data = go_on;
}

static void
conflict_answered (OreeConflictAnswer answer, gpointer data)
{
  *(OreeConflictAnswer *) data = answer;
}

/* The window that asks, over `parent`. */
static GtkWindow *
dialog_over (GtkWidget *parent)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (gtk_window_get_transient_for (window) == GTK_WINDOW (parent))
        return window; /* the list of windows has it */
    }
  g_error ("no dialog");
}

static void
answer (GtkWidget *parent, const char *response)
{
  GtkWindow *dialog = dialog_over (parent);
  gboolean is_gone = FALSE;

  g_object_weak_ref (G_OBJECT (dialog), gone, &is_gone);
  settle ();
  if (response != NULL)
    adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), response);
  gtk_window_destroy (dialog);
  settle ();
  g_assert_true (is_gone);
}

static void
test_dialogs (void)
{
  GtkWidget *parent = gtk_window_new (), *overlay = adw_toast_overlay_new (), *label = gtk_label_new ("here");
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (oree_conflict_line_free);
  OreeConflictAnswer conflict = OREE_CONFLICT_CANCEL;
  gboolean yes = FALSE, is_gone = FALSE;

  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), label);
  gtk_window_set_child (GTK_WINDOW (parent), overlay);
  gtk_window_present (GTK_WINDOW (parent));
  settle ();
  oree_ui_ask (parent, "Heading", "Body", "_Go on", TRUE, answered, &yes);
  answer (parent, "go-on");
  g_assert_true (yes);
  oree_ui_ask (parent, "Heading", "Body", "_Go on", FALSE, NULL, NULL);
  answer (parent, NULL);
  oree_ui_tell (parent, "Heading", "Body");
  answer (parent, NULL);
  g_ptr_array_add (lines, oree_conflict_line_new ("Field", g_strdup ("theirs"), g_strdup ("")));
  oree_conflict_ask (parent, "fabrikam.test", "root", 1, FALSE, lines, conflict_answered, &conflict);
  answer (parent, "ours");
  g_assert_cmpint (conflict, ==, OREE_CONFLICT_OURS);
  oree_ui_toast (label, "One", NULL, NULL, NULL);
  oree_ui_toast (label, "Two", "_Undo", "win.undo", "7");
  settle ();
  g_object_weak_ref (G_OBJECT (parent), gone, &is_gone);
  gtk_window_destroy (GTK_WINDOW (parent));
  settle ();
  g_assert_true (is_gone);
}

static void
chosen (const char *name, gpointer data)
{
  *(gboolean *) data = name == NULL;
}

/* Those of the panel, closed with an answer and without one. */
static void
test_panel_dialogs (void)
{
  g_autoptr (OreeClientSession) session = oree_client_session_new (NO_BUS);
  GtkWidget *parent = gtk_window_new (), *page = g_object_new (OREE_TYPE_DOMAINS_PAGE, "session", session, NULL);
  gboolean cancelled = FALSE, is_gone = FALSE;

  gtk_window_set_child (GTK_WINDOW (parent), page);
  gtk_window_present (GTK_WINDOW (parent));
  settle ();
  oree_import_dialog_show (OREE_PANEL_LIST (page), "good.csv", "a.test\nb.test,blocked,,spam\n");
  answer (parent, "cancel");
  oree_import_dialog_show (OREE_PANEL_LIST (page), "bad.csv", "domain,status\nnot a domain,allowed\n");
  answer (parent, NULL);
  oree_site_dialog_ask (page, session, chosen, &cancelled);
  answer (parent, "cancel");
  g_assert_true (cancelled);
  oree_site_dialog_ask (page, session, chosen, &cancelled);
  answer (parent, NULL);
  cancelled = FALSE;
  oree_grant_dialog_ask (page, session, 2, chosen, &cancelled);
  answer (parent, "cancel");
  g_assert_true (cancelled);
  oree_grant_dialog_ask (page, session, 1, chosen, &cancelled);
  answer (parent, NULL);
  g_object_weak_ref (G_OBJECT (parent), gone, &is_gone);
  gtk_window_destroy (GTK_WINDOW (parent));
  settle ();
  g_assert_true (is_gone);
  g_assert_cmpuint (G_OBJECT (session)->ref_count, ==, 1);
}

/* ---- the wizard ---- */

static void
on_client (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(OreeClient **) data = oree_client_new_finish (result, &error);
  g_assert_no_error (error);
}

/* Every page of every task, as far as a service that is not there lets it. */
static void
test_wizard (void)
{
  const char *const tasks[] = { "request", "pending", "import", "assign", "manage" };
  const char *const pages[] = { "tasks", "usage", "timing", "file", "template", "security", "organization", "geography",
                                "subject", "sip-domains", "extra-sans", "summary", "execute", "done", "pending", "import",
                                "import-summary", "import-done", "assign-usage", "store", "roll", "assign-summary",
                                "assigned", "manage" };
  OreeClient *client = NULL;
  guint shown = 0;

  oree_client_new_async (g_getenv ("DBUS_SESSION_BUS_ADDRESS"), NULL, on_client, &client);
  while (client == NULL)
    g_main_context_iteration (NULL, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      OreeWizard *wizard = oree_cert_wizard_new (client, NULL);
      OreeCertDraft *draft = oree_cert_session_get_draft (oree_cert_wizard_get_session (wizard));
      gboolean is_gone = FALSE;
      int task;

      g_object_weak_ref (G_OBJECT (wizard), gone, &is_gone);
      gtk_window_present (GTK_WINDOW (wizard));
      settle ();
      g_assert_true (oree_enum_from_nick (oree_cert_tasks, oree_span_str (tasks[i]), &task));
      oree_cert_draft_set_task (draft, (OreeCertTask) task);
      for (gsize page = 0; page < G_N_ELEMENTS (pages); page++)
        {
          shown += oree_wizard_go_to (wizard, pages[page]);
          settle ();
        }
      gtk_window_destroy (GTK_WINDOW (wizard));
      settle ();
      g_assert_true (is_gone);
    }
  g_assert_cmpuint (shown, >=, G_N_ELEMENTS (pages));
  g_assert_cmpuint (G_OBJECT (client)->ref_count, ==, 1);
  g_object_unref (client);
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
  oree_cert_wizard_init ();
  g_test_add_func ("/widgets/panel", test_panel);
  g_test_add_func ("/widgets/dialogs", test_dialogs);
  g_test_add_func ("/widgets/panel-dialogs", test_panel_dialogs);
  g_test_add_func ("/widgets/wizard", test_wizard);
  g_test_add_func ("/widgets/pages", test_pages);
  g_test_add_func ("/widgets/window-fits", test_window_fits);
  return g_test_run ();
}
