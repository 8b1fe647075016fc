/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages are made when they are first visited and kept. A page that holds unsaved changes is asked before it is left. */
#include "panel/oree-panel-window.h"

#include "client/oree-client-config.h"
#include "client/oree-sentences.h"
#include "panel/oree-panel-banner.h"
#include "panel/oree-panel-page.h"
#include "panel/oree-panel-pages.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _OreePanelWindow
{
  AdwApplicationWindow parent;
  AdwLeaflet *leaflet;
  GtkListBox *navigation;
  AdwToastOverlay *toasts;
  AdwWindowTitle *title;
  OreePanelBanner *banner;
  GtkStack *stack;
  AdwStatusPage *nothing; /* in place of the pages while there is nothing to show in them */
  OreeClientSession *session;
  OreePanelPage *page; /* in front; of the stack */
  char *wanted;        /* where to go when the page in front may be left */
  guint64 undo_revision; /* the last commit, 0 none */
  gint64 undo_since;
  gboolean closing;
  GSettings *settings; /* NULL: nothing is remembered */
};

G_DEFINE_FINAL_TYPE (OreePanelWindow, oree_panel_window, ADW_TYPE_APPLICATION_WINDOW)

static void
show_title (OreePanelWindow *self)
{
  const char *name = gtk_stack_get_visible_child_name (self->stack);
  const OreePanelPageRow *row = name != NULL ? oree_panel_pages_find (name) : NULL;

  adw_window_title_set_title (self->title, row != NULL ? _ (row->title) : _ ("Orée"));
}

static void
insert_actions (OreePanelWindow *self)
{
  gtk_widget_insert_action_group (GTK_WIDGET (self), "page",
                                  self->page != NULL ? oree_panel_page_get_actions (self->page) : NULL);
}

static OreePanelPage *
page_of (OreePanelWindow *self, const OreePanelPageRow *row)
{
  GtkWidget *page = gtk_stack_get_child_by_name (self->stack, row->name);

  if (page == NULL)
    {
      page = g_object_new (row->get_type (), "session", self->session, NULL);
      g_signal_connect_object (page, "actions-changed", G_CALLBACK (insert_actions), self, G_CONNECT_SWAPPED);
      gtk_stack_add_named (self->stack, page, row->name);
    }
  return OREE_PANEL_PAGE (page);
}

static void
select_row (OreePanelWindow *self, const OreePanelPageRow *wanted)
{
  guint n;
  const OreePanelPageRow *rows = oree_panel_pages (&n);
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->navigation, (int) (wanted - rows));

  gtk_list_box_select_row (self->navigation, row);
  /* The keyboard stays in the navigation when it is there, on what is shown. */
  if (gtk_widget_get_focus_child (GTK_WIDGET (self->navigation)) != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

/* Who came by a link of the page before had the keyboard there: it must not fall to what lies next, the Undo of a toast. */
static void
follow_with_focus (OreePanelWindow *self)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (self));

  if (focus != NULL && !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->navigation))
      && !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->page)))
    gtk_widget_child_focus (GTK_WIDGET (self->page), GTK_DIR_TAB_FORWARD);
}

static void
bring_to_front (OreePanelWindow *self, const OreePanelPageRow *row)
{
  OreePanelPage *page = page_of (self, row);

  if (page != self->page)
    {
      if (self->page != NULL)
        oree_panel_page_hidden (self->page);
      self->page = page;
      gtk_stack_set_visible_child (self->stack, GTK_WIDGET (page));
      insert_actions (self);
      oree_panel_page_shown (page);
    }
  select_row (self, row);
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->toasts));
  follow_with_focus (self);
  show_title (self);
}

static void
go_on (OreePanelWindow *self)
{
  g_autofree char *wanted = g_steal_pointer (&self->wanted);
  g_auto (GStrv) parts = g_strsplit (wanted, "/", 2);
  const OreePanelPageRow *row = oree_panel_pages_find (parts[0]);

  bring_to_front (self, row);
  if (!g_str_equal (parts[0], row->name) || parts[1] != NULL)
    oree_panel_page_go (self->page, parts[0], parts[1] != NULL ? parts[1] : "");
}

static void
on_leave (gboolean leave, gpointer data)
{
  g_autoptr (OreePanelWindow) self = data;
  const char *name;

  if (leave && self->wanted != NULL)
    go_on (self);
  else
    {
      g_clear_pointer (&self->wanted, g_free);
      name = gtk_stack_get_visible_child_name (self->stack);
      if (name != NULL)
        select_row (self, oree_panel_pages_find (name));
    }
}

gboolean
oree_panel_window_go (OreePanelWindow *self, const char *place)
{
  g_auto (GStrv) parts = g_strsplit (place, "/", 2);

  if (*place == '\0' || oree_panel_pages_find (parts[0]) == NULL)
    return FALSE;
  g_free (self->wanted);
  self->wanted = g_strdup (place);
  if (self->page == NULL)
    go_on (self);
  else
    oree_panel_page_leave (self->page, on_leave, g_object_ref (self));
  return TRUE;
}

GtkWidget *
oree_panel_window_get_page (OreePanelWindow *self)
{
  return self->page != NULL ? GTK_WIDGET (self->page) : NULL;
}

gboolean
oree_panel_window_is_settled (OreePanelWindow *self)
{
  OreeSessionState state = oree_client_session_get_state (self->session);

  if (state == OREE_SESSION_CONNECTING)
    return FALSE;
  return self->page == NULL || state != OREE_SESSION_READY || oree_panel_page_is_settled (self->page);
}

static void
on_row_activated (OreePanelWindow *self, GtkListBoxRow *row)
{
  guint n;
  const OreePanelPageRow *rows = oree_panel_pages (&n);

  oree_panel_window_go (self, rows[gtk_list_box_row_get_index (row)].name);
}

static void
on_go (GtkWidget *widget, const char *action, GVariant *parameter)
{
  oree_panel_window_go (OREE_PANEL_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
on_place (GtkWidget *widget, const char *action, GVariant *parameter)
{
  guint n, place = (guint) g_variant_get_int32 (parameter);
  const OreePanelPageRow *rows = oree_panel_pages (&n);

  if (place >= 1 && place <= n)
    oree_panel_window_go (OREE_PANEL_WINDOW (widget), rows[place - 1].name);
}

/* Large text leaves no room for both: the navigation is behind the page then. */
static void
on_places (GtkWidget *widget, const char *action, GVariant *parameter)
{
  OreePanelWindow *self = OREE_PANEL_WINDOW (widget);

  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
  gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_selected_row (self->navigation)));
}

static void
on_turn (GtkWidget *widget, const char *action, GVariant *parameter)
{
  OreePanelPage *page = OREE_PANEL_WINDOW (widget)->page;

  if (page != NULL)
    oree_panel_page_turn (page, g_str_equal (action, "win.next-tab") ? 1 : -1);
}

/* ---- taking back ---- */

/* How long Ctrl+Z takes the last commit back: as long as its toast stands there. */
#define UNDO_SECONDS 10

static void
on_undone (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreePanelWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeClientOutcome) outcome = oree_client_config_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autofree char *why = oree_client_outcome_why_not (outcome, error);

  if (gtk_widget_in_destruction (GTK_WIDGET (self)))
    return;
  if (why == NULL)
    oree_ui_toast (GTK_WIDGET (self->stack), _ ("Undone"), NULL, NULL, NULL);
  else
    oree_ui_tell (GTK_WIDGET (self), _ ("It Could Not Be Undone"), why);
}

static void
on_undo (GtkWidget *widget, const char *action, GVariant *parameter)
{
  OreePanelWindow *self = OREE_PANEL_WINDOW (widget);
  const char *given = g_variant_get_string (parameter, NULL);
  guint64 revision = self->undo_revision;

  if (*given != '\0')
    g_ascii_string_to_unsigned (given, 10, 1, G_MAXUINT64, &revision, NULL);
  else if (g_get_monotonic_time () - self->undo_since > UNDO_SECONDS * G_USEC_PER_SEC)
    revision = 0;
  self->undo_revision = 0;
  if (revision != 0)
    oree_client_undo_async (self->session, revision, NULL, on_undone, g_object_ref (self));
}

static void
on_remember (GtkWidget *widget, const char *action, GVariant *parameter)
{
  OreePanelWindow *self = OREE_PANEL_WINDOW (widget);

  g_ascii_string_to_unsigned (g_variant_get_string (parameter, NULL), 10, 1, G_MAXUINT64, &self->undo_revision, NULL);
  self->undo_since = g_get_monotonic_time ();
}

static void
on_status (OreePanelWindow *self)
{
  GVariant *status = oree_client_session_get_status (self->session);
  const char *host = NULL;

  if (status != NULL)
    g_variant_lookup (status, "host", "&s", &host);
  adw_window_title_set_subtitle (self->title, host != NULL ? host : "");
}

/* ---- nothing to show ---- */

static const struct
{
  OreeSessionState state;
  const char *icon, *title, *text; /* N_() */
} nothings[] = {
  { OREE_SESSION_DENIED, "changes-prevent-symbolic", N_ ("You May Not View This Edge"),
    N_ ("Ask the administrator of this computer for the permission to view the settings of the Orée edge service "
        "(org.oree.edge.view).") },
  { OREE_SESSION_ABSENT, "network-offline-symbolic", N_ ("The Edge Service Is Not Running"),
    N_ ("Its settings appear here as soon as it runs. To start it: systemctl start oreed") },
  { OREE_SESSION_NO_BUS, "network-offline-symbolic", N_ ("The Edge Service Cannot Be Reached"),
    N_ ("The message bus of this computer does not answer. It is tried again every few seconds.") },
};

/* A page that never had anything to show would load for ever. What was seen once stays, under the banner; but for who may
 * not look any more. */
static void
on_state (OreePanelWindow *self)
{
  OreeSessionState state = oree_client_session_get_state (self->session);
  gboolean nothing = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (nothings); i++)
    {
      if (nothings[i].state != state
          || (state != OREE_SESSION_DENIED && oree_client_session_get_status (self->session) != NULL))
        continue;
      nothing = TRUE;
      adw_status_page_set_icon_name (self->nothing, nothings[i].icon);
      adw_status_page_set_title (self->nothing, _ (nothings[i].title));
      adw_status_page_set_description (self->nothing, _ (nothings[i].text));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), nothing);
  gtk_widget_set_visible (GTK_WIDGET (self->stack), !nothing);
}

static void
on_again (OreePanelWindow *self)
{
  oree_client_session_refresh (self->session);
}

/* ---- what the window was like the last time ---- */

static void
remember (OreePanelWindow *self)
{
  const char *name = gtk_stack_get_visible_child_name (self->stack);
  int width, height;

  if (self->settings == NULL)
    return;
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (self->settings, "window-width", width);
  g_settings_set_int (self->settings, "window-height", height);
  g_settings_set_boolean (self->settings, "window-maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
  if (name != NULL)
    g_settings_set_string (self->settings, "last-page", name);
}

void
oree_panel_window_remember (OreePanelWindow *self, GSettings *settings)
{
  g_set_object (&self->settings, settings);
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
}

void
oree_panel_window_begin (OreePanelWindow *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->navigation);

  if (gtk_root_get_focus (GTK_ROOT (self)) == NULL && row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
on_may_close (gboolean leave, gpointer data)
{
  g_autoptr (OreePanelWindow) self = data;

  if (!leave)
    return;
  self->closing = TRUE;
  /* Within a request to close nothing comes of it: an answer at once is seen below. */
  gtk_window_close (GTK_WINDOW (self));
}

static gboolean
oree_panel_window_close_request (GtkWindow *window)
{
  OreePanelWindow *self = OREE_PANEL_WINDOW (window);

  if (!self->closing && self->page != NULL)
    oree_panel_page_leave (self->page, on_may_close, g_object_ref (self));
  if (!self->closing && self->page != NULL)
    return TRUE;
  remember (self);
  return GTK_WINDOW_CLASS (oree_panel_window_parent_class)->close_request (window);
}

/* Pixels a page needs with text of the usual size, so that no column of a list is out of sight. */
#define PAGE_WIDTH 640

/* Where text is larger a page is wider: the navigation goes behind it. */
static void
oree_panel_window_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  OreePanelWindow *self = OREE_PANEL_WINDOW (widget);

  GTK_WIDGET_CLASS (oree_panel_window_parent_class)->css_changed (widget, change);
  if (self->toasts != NULL)
    gtk_widget_set_size_request (GTK_WIDGET (self->toasts), (int) (PAGE_WIDTH * oree_ui_text_scale (widget)), -1);
}

static void
oree_panel_window_dispose (GObject *object)
{
  OreePanelWindow *self = OREE_PANEL_WINDOW (object);

  self->page = NULL;
  gtk_widget_insert_action_group (GTK_WIDGET (self), "page", NULL);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->wanted, g_free);
  G_OBJECT_CLASS (oree_panel_window_parent_class)->dispose (object);
}

static void
oree_panel_window_class_init (OreePanelWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_panel_window_dispose;
  widget_class->css_changed = oree_panel_window_css_changed;
  GTK_WINDOW_CLASS (klass)->close_request = oree_panel_window_close_request;
  g_type_ensure (OREE_TYPE_PANEL_BANNER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-panel-window.ui");
  gtk_widget_class_bind_template_child (widget_class, OreePanelWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, OreePanelWindow, navigation);
  gtk_widget_class_bind_template_child (widget_class, OreePanelWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, OreePanelWindow, title);
  gtk_widget_class_bind_template_child (widget_class, OreePanelWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, OreePanelWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, OreePanelWindow, nothing);
  gtk_widget_class_bind_template_callback (widget_class, on_again);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_install_action (widget_class, "win.go", "s", on_go);
  gtk_widget_class_install_action (widget_class, "win.place", "i", on_place);
  gtk_widget_class_install_action (widget_class, "win.places", NULL, on_places);
  gtk_widget_class_install_action (widget_class, "win.next-tab", NULL, on_turn);
  gtk_widget_class_install_action (widget_class, "win.previous-tab", NULL, on_turn);
  gtk_widget_class_install_action (widget_class, "win.undo", "s", on_undo);
  gtk_widget_class_install_action (widget_class, "win.remember", "s", on_remember);
  /* A text field that has the focus takes Ctrl+Z first. */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, "win.undo", "s", "");
  for (int i = 1; i <= 9; i++)
    gtk_widget_class_add_binding_action (widget_class, GDK_KEY_0 + (guint) i, GDK_ALT_MASK, "win.place", "i", i);
}

static void
oree_panel_window_init (OreePanelWindow *self)
{
  guint n;
  const OreePanelPageRow *rows = oree_panel_pages (&n);

  gtk_widget_init_template (GTK_WIDGET (self));
  oree_ui_watch_stack (GTK_WIDGET (self->stack));
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
      GtkWidget *label = gtk_label_new (_ (rows[i].title));
      GtkWidget *row = gtk_list_box_row_new ();

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_widget_set_hexpand (label, TRUE);
      gtk_widget_set_margin_start (box, 6);
      gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (rows[i].icon));
      gtk_box_append (GTK_BOX (box), label);
      gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
      oree_ui_set_label (row, _ (rows[i].title));
      gtk_list_box_append (self->navigation, row);
    }
}

OreePanelWindow *
oree_panel_window_new (GtkApplication *app, OreeClientSession *session)
{
  OreePanelWindow *self = g_object_new (OREE_TYPE_PANEL_WINDOW, "application", app, NULL);

  self->session = g_object_ref (session);
  oree_panel_banner_set_session (self->banner, session);
  g_signal_connect_object (session, "notify::status", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (on_state), self, G_CONNECT_SWAPPED);
  on_status (self);
  on_state (self);
  return self;
}
