/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/oree-panel-app.h"

#include "panel/oree-panel-pages.h"
#include "panel/oree-panel-resources.h"
#include "ui/oree-ui-shot.h"
#include "panel/oree-panel-window.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

/* Frames that must pass without anything left to come before a picture is taken, and how long it may take. */
#define SETTLED_FRAMES 5
#define SHOT_SECONDS 20

#define APP_ID "org.oree.Edge1.Panel"

/* What a program ends with that was called wrongly. */
#define USAGE_STATUS 2

struct _OreePanelApp
{
  AdwApplication parent;
  OreeClientSession *session;
  OreePanelWindow *window;
  char *bus;
  char *page;
  char *shot;
  char *size;
  gboolean no_animations;
  gboolean time;
  guint frames;
  gint64 started;
  int status;
};

G_DEFINE_FINAL_TYPE (OreePanelApp, oree_panel_app, ADW_TYPE_APPLICATION)

typedef struct
{
  const char *action;
  const char *keys[3];
} Accelerator;

/* The keys that work wherever the focus is; those of a list work in the list alone (ui/oree-list-actions.c). */
static const Accelerator accelerators[] = {
  { "page.new('')", { "<Control>n" } },
  { "page.refresh", { "F5", "<Control>r" } },
  { "page.search", { "<Control>f" } },
  { "page.sort-menu", { "<Control><Shift>s" } },
  { "page.commit", { "<Control>Return", "<Control>KP_Enter" } },
  { "page.back", { "<Alt>Left" } },
  { "win.next-tab", { "<Control>Page_Down" } },
  { "win.previous-tab", { "<Control>Page_Up" } },
  { "window.close", { "<Control>w" } },
  { "app.quit", { "<Control>q" } },
};

/* ---- pictures ---- */

static gboolean
on_frame (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  OreePanelApp *self = data;
  g_autoptr (GError) error = NULL;
  gint64 age = g_get_monotonic_time () - self->started;

  self->frames = oree_panel_window_is_settled (self->window) ? self->frames + 1 : 0;
  if (self->frames < SETTLED_FRAMES && age < SHOT_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  if (self->frames < SETTLED_FRAMES || !oree_ui_shot (widget, self->shot, &error))
    {
      fprintf (stderr, "oree-panel: %s\n", error != NULL ? error->message : _ ("The page does not settle."));
      self->status = 1;
    }
  self->window = NULL;
  gtk_window_destroy (GTK_WINDOW (widget));
  return G_SOURCE_REMOVE;
}

/* ---- the application ---- */

/* Widest side of a window. */
#define SIDE_MAX 16384

static gboolean
parse_size (const char *text, int *width, int *height)
{
  g_auto (GStrv) parts = g_strsplit (text, "x", 2);
  guint64 w, h;

  if (g_strv_length (parts) != 2 || !g_ascii_string_to_unsigned (parts[0], 10, 1, SIDE_MAX, &w, NULL)
      || !g_ascii_string_to_unsigned (parts[1], 10, 1, SIDE_MAX, &h, NULL))
    return FALSE;
  *width = (int) w;
  *height = (int) h;
  return TRUE;
}

/* NULL where the schema is not installed, and for a picture: it must look the same whoever takes it. */
static GSettings *
settings_of (OreePanelApp *self)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (source == NULL || self->shot != NULL)
    return NULL;
  schema = g_settings_schema_source_lookup (source, APP_ID, TRUE);
  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
}

/* What was asked for, else where one was the last time, else the first. */
static void
go_to_first (OreePanelApp *self, GSettings *settings)
{
  guint n;
  const OreePanelPageRow *rows = oree_panel_pages (&n);
  g_autofree char *last = settings != NULL ? g_settings_get_string (settings, "last-page") : g_strdup ("");

  if (!oree_panel_window_go (self->window, self->page != NULL ? self->page : last))
    oree_panel_window_go (self->window, rows[0].name);
}

static void
open_window (OreePanelApp *self)
{
  g_autoptr (GSettings) settings = settings_of (self);
  int width, height;

  self->session = oree_client_session_new (self->bus);
  self->window = oree_panel_window_new (GTK_APPLICATION (self), self->session);
  if (settings != NULL)
    oree_panel_window_remember (self->window, settings);
  if (self->size != NULL && parse_size (self->size, &width, &height))
    gtk_window_set_default_size (GTK_WINDOW (self->window), width, height);
  go_to_first (self, settings);
  oree_panel_window_begin (self->window);
  if (self->shot != NULL)
    gtk_widget_add_tick_callback (GTK_WIDGET (self->window), on_frame, self, NULL);
}

static void
oree_panel_app_activate (GApplication *application)
{
  OreePanelApp *self = OREE_PANEL_APP (application);

  if (self->session == NULL)
    open_window (self);
  gtk_window_present (GTK_WINDOW (self->window));
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  adw_show_about_window (gtk_application_get_active_window (data), "application-name", _ ("Orée"), "application-icon",
                         APP_ID, "version", OREE_VERSION, "developer-name", _ ("The Orée developers"),
                         "comments", _ ("The open federation edge"), "license-type", GTK_LICENSE_GPL_3_0, NULL);
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = gtk_application_get_active_window (data);

  if (window != NULL)
    gtk_window_close (window);
  else
    g_application_quit (data);
}

static void
oree_panel_app_startup (GApplication *application)
{
  OreePanelApp *self = OREE_PANEL_APP (application);
  static const GActionEntry entries[] = { { .name = "about", .activate = on_about }, { .name = "quit", .activate = on_quit } };

  G_APPLICATION_CLASS (oree_panel_app_parent_class)->startup (application);
  oree_ui_init ();
  if (self->no_animations || self->shot != NULL)
    g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, "gtk-cursor-blink", FALSE, NULL);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  for (gsize i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accelerators[i].action,
                                           (const char *const *) accelerators[i].keys);
}

static gboolean
is_page (const char *place)
{
  g_auto (GStrv) parts = g_strsplit (place, "/", 2);

  return parts[0] != NULL && oree_panel_pages_find (parts[0]) != NULL;
}

/* "home, federation, policies, …"; owned. */
static char *
page_names (void)
{
  guint n;
  const OreePanelPageRow *rows = oree_panel_pages (&n);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", rows[i].name);
      for (guint place = 0; rows[i].places[place] != NULL; place++)
        g_string_append_printf (names, ", %s", rows[i].places[place]);
    }
  return g_string_free (names, FALSE);
}

static int
oree_panel_app_local_options (GApplication *application, GVariantDict *options)
{
  OreePanelApp *self = OREE_PANEL_APP (application);
  int width, height;

  if (self->page != NULL && !is_page (self->page))
    {
      g_autofree char *names = page_names ();

      /* TRANSLATORS: what the user typed; the names of the pages. */
      fprintf (stderr, _ ("oree-panel: there is no page “%s”. The pages are: %s.\n"), self->page, names);
      return USAGE_STATUS;
    }
  if (self->size != NULL && !parse_size (self->size, &width, &height))
    {
      /* TRANSLATORS: %s is what the user typed. */
      fprintf (stderr, _ ("oree-panel: “%s” is not a size. Example: 1280x800.\n"), self->size);
      return USAGE_STATUS;
    }
  /* A window of its own for whoever asks for another bus, or for a picture. */
  if (self->bus != NULL || self->shot != NULL || g_getenv ("OREE_BUS") != NULL)
    g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
  return -1;
}

static void
oree_panel_app_finalize (GObject *object)
{
  OreePanelApp *self = OREE_PANEL_APP (object);

  g_clear_object (&self->session);
  g_free (self->bus);
  g_free (self->page);
  g_free (self->shot);
  g_free (self->size);
  G_OBJECT_CLASS (oree_panel_app_parent_class)->finalize (object);
}

static void
oree_panel_app_class_init (OreePanelAppClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = oree_panel_app_finalize;
  application_class->activate = oree_panel_app_activate;
  application_class->startup = oree_panel_app_startup;
  application_class->handle_local_options = oree_panel_app_local_options;
}

static void
oree_panel_app_init (OreePanelApp *self)
{
  const GOptionEntry options[] = {
    { "bus", 0, 0, G_OPTION_ARG_STRING, &self->bus, N_ ("The message bus: system, session or an address"), N_ ("BUS") },
    { "page", 0, 0, G_OPTION_ARG_STRING, &self->page, N_ ("Opens this page: NAME or NAME/RECORD"), N_ ("PAGE") },
    { "screenshot", 0, 0, G_OPTION_ARG_FILENAME, &self->shot, N_ ("Writes a picture of the page and ends"), N_ ("FILE") },
    { "size", 0, 0, G_OPTION_ARG_STRING, &self->size, N_ ("Size of the window"), N_ ("WIDTHxHEIGHT") },
    { "no-animations", 0, 0, G_OPTION_ARG_NONE, &self->no_animations, N_ ("Nothing moves"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  self->started = g_get_monotonic_time ();
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

OreePanelApp *
oree_panel_app_new (void)
{
  /* The resources of a static library are taken along by this call alone. */
  g_resources_register (oree_panel_get_resource ());
  return g_object_new (OREE_TYPE_PANEL_APP, "application-id", APP_ID, "resource-base-path",
                       "/org/oree/Edge1/Panel", NULL);
}

int
oree_panel_app_get_status (OreePanelApp *self)
{
  return self->status;
}
