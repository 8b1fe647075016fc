/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-ui.h"

#include "ui/oree-button-names.h"
#include "ui/oree-choice-row.h"
#include "ui/oree-list-view.h"
#include "ui/oree-names-row.h"
#include "ui/oree-number-row.h"
#include "ui/oree-pem-row.h"
#include "ui/oree-record-editor.h"
#include "ui/oree-reference-row.h"
#include "ui/oree-secret-row.h"
#include "ui/oree-servers-row.h"
#include "ui/oree-switch-row.h"
#include "ui/oree-tab-bin.h"
#include "ui/oree-text-row.h"
#include "ui/oree-ui-resources.h"

#include <glib/gi18n-lib.h>

/* The font windows were drawn for: 11 points on a screen of 96 dots per inch, in pixels. */
#define USUAL_TEXT (11.0 * 96 / 72)

/* Seconds that a toast with a way back stays. */
#define TOAST_SECONDS 10

/* Every icon of ours stands beside a label or in a button that has a name; GTK 4.8 would have a screen reader call each of
 * them "GtkImage". */
static void
hide_images (void)
{
  gtk_widget_class_set_accessible_role (g_type_class_ref (GTK_TYPE_IMAGE), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

void
oree_ui_init (void)
{
  static gboolean done;
  g_autoptr (GtkCssProvider) style = NULL;

  if (done)
    return;
  done = TRUE;
  g_resources_register (oree_ui_get_resource ());
  hide_images ();
  g_type_ensure (OREE_TYPE_TAB_BIN);
  g_type_ensure (OREE_TYPE_LIST_VIEW);
  g_type_ensure (OREE_TYPE_RECORD_EDITOR);
  g_type_ensure (OREE_TYPE_TEXT_ROW);
  g_type_ensure (OREE_TYPE_SWITCH_ROW);
  g_type_ensure (OREE_TYPE_NUMBER_ROW);
  g_type_ensure (OREE_TYPE_CHOICE_ROW);
  g_type_ensure (OREE_TYPE_NAMES_ROW);
  g_type_ensure (OREE_TYPE_PEM_ROW);
  g_type_ensure (OREE_TYPE_REFERENCE_ROW);
  g_type_ensure (OREE_TYPE_SECRET_ROW);
  g_type_ensure (OREE_TYPE_SERVERS_ROW);
  style = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (style, "/org/oree/ui/oree-ui.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
on_toast_button (AdwToast *toast, gpointer data)
{
  GWeakRef *widget = g_object_get_data (G_OBJECT (toast), "oree-widget");
  g_autoptr (GtkWidget) origin = g_weak_ref_get (widget);
  const char *action = g_object_get_data (G_OBJECT (toast), "oree-action");
  const char *target = g_object_get_data (G_OBJECT (toast), "oree-target");

  if (origin == NULL)
    return;
  if (target != NULL)
    gtk_widget_activate_action (origin, action, "s", target);
  else
    gtk_widget_activate_action (origin, action, NULL);
}

/* Its buttons would be called "Undo Undo" and "GtkImage". */
static void
name_toasts (GtkWidget *overlay)
{
  GtkWidget *content = adw_toast_overlay_get_child (ADW_TOAST_OVERLAY (overlay));

  for (GtkWidget *toast = gtk_widget_get_first_child (overlay); toast != NULL; toast = gtk_widget_get_next_sibling (toast))
    {
      GtkWidget *close = gtk_widget_get_last_child (toast);

      if (toast == content)
        continue;
      /* Its label names it already. */
      for (GtkWidget *child = gtk_widget_get_first_child (toast); child != NULL; child = gtk_widget_get_next_sibling (child))
        if (GTK_IS_BUTTON (child) && child != close)
          gtk_accessible_reset_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL);
      if (GTK_IS_BUTTON (close) && gtk_button_get_icon_name (GTK_BUTTON (close)) != NULL)
        oree_ui_set_label (close, _ ("Close"));
    }
}

/* The news of now, not of ten seconds ago: the one before goes. */
static void
replace_toast (GtkWidget *overlay, AdwToast *toast)
{
  AdwToast *before = g_object_get_data (G_OBJECT (overlay), "oree-toast");

  if (before != NULL)
    adw_toast_dismiss (before);
  g_object_set_data_full (G_OBJECT (overlay), "oree-toast", g_object_ref (toast), g_object_unref);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

void
oree_ui_toast (GtkWidget *widget, const char *text, const char *button, const char *action, const char *target)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  g_autofree char *literal = NULL;
  AdwToast *toast;
  GWeakRef *origin;

  if (overlay == NULL)
    return;
  /* A toast's title is markup in libadwaita 1.2. */
  literal = g_markup_escape_text (text, -1);
  toast = adw_toast_new (literal);
  if (button != NULL)
    {
      origin = g_new0 (GWeakRef, 1);
      g_weak_ref_init (origin, widget);
      g_object_set_data_full (G_OBJECT (toast), "oree-widget", origin, weak_ref_free);
      g_object_set_data_full (G_OBJECT (toast), "oree-action", g_strdup (action), g_free);
      g_object_set_data_full (G_OBJECT (toast), "oree-target", g_strdup (target), g_free);
      adw_toast_set_button_label (toast, button);
      adw_toast_set_timeout (toast, TOAST_SECONDS);
      adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
      g_signal_connect (toast, "button-clicked", G_CALLBACK (on_toast_button), NULL);
    }
  replace_toast (overlay, toast);
  name_toasts (overlay);
}

void
oree_ui_set_label (GtkWidget *widget, const char *label)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  if (GTK_IS_DROP_DOWN (widget))
    gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (widget)), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    label, -1);
}

void
oree_ui_set_description (GtkWidget *widget, const char *description)
{
  if (description != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
}

static void
tell_hidden (GtkWidget *stack)
{
  GtkWidget *front = NULL;

  g_object_get (stack, "visible-child", &front, NULL);
  for (GtkWidget *child = gtk_widget_get_first_child (stack); child != NULL; child = gtk_widget_get_next_sibling (child))
    gtk_accessible_update_state (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_STATE_HIDDEN, child != front, -1);
  g_clear_object (&front);
}

void
oree_ui_watch_stack (GtkWidget *stack)
{
  g_autoptr (GtkSelectionModel) pages = NULL;

  g_object_get (stack, "pages", &pages, NULL);
  g_signal_connect (stack, "notify::visible-child", G_CALLBACK (tell_hidden), NULL);
  /* The model of the pages lives as long as somebody holds it: the stack's data does. */
  g_signal_connect_object (pages, "items-changed", G_CALLBACK (tell_hidden), stack, G_CONNECT_SWAPPED);
  g_object_set_data_full (G_OBJECT (stack), "oree-pages", g_object_ref (pages), g_object_unref);
  tell_hidden (stack);
}

typedef struct
{
  OreeUiAnswer done;
  gpointer data;
} Asked;

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Asked *asked = data;

  /* The answer may close the window beneath: GTK 4.8 would ask the dialog, on its way out, after a window that is gone. */
  gtk_window_set_transient_for (GTK_WINDOW (dialog), NULL);
  if (asked->done != NULL)
    asked->done (g_str_equal (response, "go-on"), asked->data);
}

static GtkWidget *
dialog_over (GtkWidget *widget, const char *heading, const char *body)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *dialog = adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, NULL);

  /* Never markup: what people typed may be in it. */
  adw_message_dialog_set_heading (ADW_MESSAGE_DIALOG (dialog), heading);
  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), body);
  return dialog;
}

void
oree_ui_present (GtkWidget *dialog)
{
  oree_ui_name_buttons (dialog);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
oree_ui_ask (GtkWidget *widget, const char *heading, const char *body, const char *response, gboolean destructive,
             OreeUiAnswer done, gpointer data)
{
  GtkWidget *dialog = dialog_over (widget, heading, body);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);
  Asked *asked = g_new (Asked, 1);

  asked->done = done;
  asked->data = data;
  adw_message_dialog_add_response (message, "cancel", _ ("Cancel"));
  adw_message_dialog_add_response (message, "go-on", response);
  adw_message_dialog_set_response_appearance (message, "go-on",
                                              destructive ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (message, destructive ? "cancel" : "go-on");
  adw_message_dialog_set_close_response (message, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), asked, (GClosureNotify) (void *) g_free, 0);
  oree_ui_present (dialog);
}

void
oree_ui_tell (GtkWidget *widget, const char *heading, const char *body)
{
  GtkWidget *dialog = dialog_over (widget, heading, body);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("Close"));
  oree_ui_present (dialog);
}

char *
oree_ui_time (gint64 when)
{
  g_autoptr (GDateTime) time = when != 0 ? g_date_time_new_from_unix_local (when / G_USEC_PER_SEC) : NULL;

  /* TRANSLATORS: a date and a time, in the form of g_date_time_format(): 21 November 2026, 14:02. */
  return time != NULL ? g_date_time_format (time, _ ("%-d %B %Y, %H:%M")) : g_strdup ("");
}

char *
oree_ui_short_time (gint64 when)
{
  g_autoptr (GDateTime) time = when != 0 ? g_date_time_new_from_unix_local (when / G_USEC_PER_SEC) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  gboolean today;

  if (time == NULL)
    return g_strdup ("");
  today = g_date_time_get_year (time) == g_date_time_get_year (now)
          && g_date_time_get_day_of_year (time) == g_date_time_get_day_of_year (now);
  /* TRANSLATORS: a time of today, and a date with a time, in the form of g_date_time_format(). */
  return g_date_time_format (time, today ? _ ("%H:%M:%S") : _ ("%-d %b %H:%M"));
}

double
oree_ui_text_scale (GtkWidget *widget)
{
  const PangoFontDescription *font = pango_context_get_font_description (gtk_widget_get_pango_context (widget));
  double size = (double) pango_font_description_get_size (font) / PANGO_SCALE;

  return (pango_font_description_get_size_is_absolute (font) ? size : size * 96 / 72) / USUAL_TEXT;
}

char *
oree_ui_number (guint64 number)
{
  return g_strdup_printf ("%'" G_GUINT64_FORMAT, number);
}
