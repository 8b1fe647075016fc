/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loaded into a program with windows (LD_PRELOAD), it answers what no accessibility bus can say: which text is cut, where it
 * stands, what the keyboard reached. One question a line, on the socket OREE_INSPECT; one line in return:
 *
 *   widgets      every mapped widget worth a look, as text of a GVariant of type aa{sv}
 *   digest       a checksum of that
 *   judge        as widgets, with the contrast of every text as it is painted now
 *   size         of the window in front: "900 600"
 *   wear DRESS   another look (look.h)
 *   picture FILE what is seen, as PNG
 *   windows      how many there are
 *   allocated    bytes the program asked for and has not given back
 *   count        how many widgets there are, shown or not
 *   forget       what the keyboard reached until now
 *   go PLACE     the action win.go of the main window
 *   do ACTION    (and perhaps its target) an action of the window in front
 *   tab          moves the keyboard on as Tab does, once round the window in front
 *   leave        closes menus and dialogs; what asks whether to keep changes is told to discard them
 */
#include "look.h"

#include <dlfcn.h>
#include <gio/gunixsocketaddress.h>
#include <malloc.h>
#include <string.h>

#define REACHED "oree-reached"
/* More stops than any window of ours has. */
#define TABS 90

/* ---- what the keyboard reached ---- */

static void
on_focus (GtkWindow *window)
{
  /* Not its parents: a list whose row was reached asks for its own children. */
  if (gtk_window_get_focus (window) != NULL)
    g_object_set_data (G_OBJECT (gtk_window_get_focus (window)), REACHED, GINT_TO_POINTER (1));
}

static void
on_windows (GListModel *windows, guint position, guint removed, guint added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      g_signal_connect (window, "notify::focus-widget", G_CALLBACK (on_focus), NULL);
    }
}

static void
forget (GtkWidget *widget)
{
  g_object_set_data (G_OBJECT (widget), REACHED, NULL);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    forget (child);
}

/* It, or something in it. */
static gboolean
is_reached (GtkWidget *widget)
{
  if (g_object_get_data (G_OBJECT (widget), REACHED) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (is_reached (child))
      return TRUE;
  return FALSE;
}

/* ---- what is there ---- */

static gboolean
is_control (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_SWITCH (widget) || GTK_IS_CHECK_BUTTON (widget)
         || GTK_IS_EDITABLE (widget) || GTK_IS_DROP_DOWN (widget) || GTK_IS_LIST_BASE (widget)
         || (GTK_IS_LIST_BOX_ROW (widget) && gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (widget)));
}

static gboolean
is_inside (GtkWidget *widget, const char *type)
{
  GType wanted = g_type_from_name (type);

  for (widget = gtk_widget_get_parent (widget); wanted != 0 && widget != NULL; widget = gtk_widget_get_parent (widget))
    if (G_TYPE_CHECK_INSTANCE_TYPE (widget, wanted))
      return TRUE;
  return FALSE;
}

/* All of its height is on the screen. */
static gboolean
is_in_view (GtkWidget *widget)
{
  for (GtkWidget *up = gtk_widget_get_parent (widget); up != NULL; up = gtk_widget_get_parent (up))
    {
      graphene_rect_t box;

      if (gtk_widget_compute_bounds (widget, up, &box)
          && (box.origin.y < 0 || box.origin.y + box.size.height > gtk_widget_get_height (up))
          && (GTK_IS_NATIVE (up) || gtk_widget_get_overflow (up) == GTK_OVERFLOW_HIDDEN))
        return FALSE;
      if (GTK_IS_NATIVE (up))
        break;
    }
  return TRUE;
}

/* Some of its width lies where nothing is drawn. */
static gboolean
is_cut (GtkWidget *widget)
{
  for (GtkWidget *up = gtk_widget_get_parent (widget); up != NULL; up = gtk_widget_get_parent (up))
    {
      graphene_rect_t box;

      if (!GTK_IS_NATIVE (up) && gtk_widget_get_overflow (up) != GTK_OVERFLOW_HIDDEN)
        continue;
      if (!gtk_widget_compute_bounds (widget, up, &box))
        continue;
      if (box.origin.x < -1 || box.origin.x + box.size.width > gtk_widget_get_width (up) + 1)
        return TRUE;
      if (GTK_IS_NATIVE (up))
        break;
    }
  return FALSE;
}

static char *
path_of (GtkWidget *widget)
{
  GString *path = g_string_new (G_OBJECT_TYPE_NAME (widget));

  for (widget = gtk_widget_get_parent (widget); widget != NULL; widget = gtk_widget_get_parent (widget))
    {
      g_string_prepend_c (path, '/');
      g_string_prepend (path, G_OBJECT_TYPE_NAME (widget));
    }
  return g_string_free (path, FALSE);
}

static const char *
text_of (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    return gtk_label_get_text (GTK_LABEL (widget));
  if (GTK_IS_INSCRIPTION (widget))
    return gtk_inscription_get_text (GTK_INSCRIPTION (widget));
  if (GTK_IS_TEXT (widget))
    return gtk_editable_get_text (GTK_EDITABLE (widget));
  return "";
}

static void
describe (GtkWidget *widget, GtkNative *native, cairo_surface_t *picture, int left, int top, GVariantBuilder *all)
{
  GVariantDict row;
  graphene_rect_t box;
  g_autofree char *path = path_of (widget);
  const char *text = text_of (widget);
  gboolean label = GTK_IS_LABEL (widget);

  if (!gtk_widget_compute_bounds (widget, GTK_WIDGET (native), &box))
    return;
  g_variant_dict_init (&row, NULL);
  g_variant_dict_insert (&row, "path", "s", path);
  g_variant_dict_insert (&row, "type", "s", G_OBJECT_TYPE_NAME (widget));
  g_variant_dict_insert (&row, "text", "s", text != NULL ? text : "");
  g_variant_dict_insert (&row, "markup", "b", label && gtk_label_get_use_markup (GTK_LABEL (widget)));
  g_variant_dict_insert (&row, "box", "(iiii)", left + (int) box.origin.x, top + (int) box.origin.y, (int) box.size.width,
                         (int) box.size.height);
  g_variant_dict_insert (&row, "sensitive", "b", gtk_widget_is_sensitive (widget));
  g_variant_dict_insert (&row, "control", "b", is_control (widget));
  g_variant_dict_insert (&row, "focusable", "b", gtk_widget_get_focusable (widget));
  g_variant_dict_insert (&row, "reached", "b", is_reached (widget));
  g_variant_dict_insert (&row, "ellipsized", "b", label && pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (widget))));
  g_variant_dict_insert (&row, "in-view", "b", is_in_view (widget));
  g_variant_dict_insert (&row, "cut", "b", is_cut (widget));
  g_variant_dict_insert (&row, "cell", "b", is_inside (widget, "GtkColumnListView"));
  g_variant_dict_insert (&row, "active-window", "b",
                         !GTK_IS_WINDOW (native) || gtk_window_is_active (GTK_WINDOW (native)));
  g_variant_dict_insert (&row, "contrast", "d",
                         picture != NULL && text != NULL && *text != '\0'
                             ? look_contrast (picture, (int) box.origin.x, (int) box.origin.y, (int) box.size.width,
                                              (int) box.size.height)
                             : 0.0);
  g_variant_builder_add_value (all, g_variant_dict_end (&row));
}

static void
walk (GtkWidget *widget, GtkNative *native, cairo_surface_t *picture, int left, int top, GVariantBuilder *all)
{
  gboolean popover = GTK_IS_POPOVER (widget) && GTK_WIDGET (native) != widget;

  if (!gtk_widget_get_mapped (widget))
    return;
  if (popover)
    {
      GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (widget));

      native = GTK_NATIVE (widget);
      left += gdk_popup_get_position_x (GDK_POPUP (surface));
      top += gdk_popup_get_position_y (GDK_POPUP (surface));
      picture = picture != NULL ? look_paint (native) : NULL;
    }
  if (is_control (widget) || *text_of (widget) != '\0' || GTK_IS_IMAGE (widget) || GTK_IS_DRAWING_AREA (widget))
    describe (widget, native, picture, left, top, all);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    walk (child, native, picture, left, top, all);
  if (popover && picture != NULL)
    cairo_surface_destroy (picture);
}

static char *
widgets (gboolean painted)
{
  GListModel *windows = gtk_window_get_toplevels ();
  GVariantBuilder all;
  g_autoptr (GVariant) rows = NULL;

  g_variant_builder_init (&all, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);
      cairo_surface_t *picture = painted && gtk_widget_get_mapped (window) ? look_paint (GTK_NATIVE (window)) : NULL;

      walk (window, GTK_NATIVE (window), picture, 0, 0, &all);
      g_clear_pointer (&picture, cairo_surface_destroy);
    }
  rows = g_variant_ref_sink (g_variant_builder_end (&all));
  return g_variant_print (rows, TRUE);
}

/* ---- questions ---- */

static GtkWidget *
window_of (gboolean in_front)
{
  GListModel *windows = gtk_window_get_toplevels ();
  GtkWidget *found = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (in_front ? gtk_window_is_active (GTK_WINDOW (window)) : ADW_IS_APPLICATION_WINDOW (window))
        found = window;
    }
  return found;
}

static void
pop_down (GtkWidget *widget)
{
  if (GTK_IS_POPOVER (widget) && gtk_widget_get_mapped (widget))
    gtk_popover_popdown (GTK_POPOVER (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    pop_down (child);
}

static void
leave (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = g_list_model_get_n_items (windows); i > 0; i--)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i - 1);

      if (ADW_IS_APPLICATION_WINDOW (window))
        pop_down (window);
      else if (ADW_IS_MESSAGE_DIALOG (window) && adw_message_dialog_has_response (ADW_MESSAGE_DIALOG (window), "discard"))
        {
          adw_message_dialog_response (ADW_MESSAGE_DIALOG (window), "discard");
          gtk_window_destroy (GTK_WINDOW (window));
        }
      else if (gtk_widget_get_visible (window))
        gtk_window_close (GTK_WINDOW (window));
    }
}

/* Hidden ones, such as a list of shortcuts that was looked at, are kept for the next time. */
static guint
n_windows (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      n += gtk_widget_get_visible (window);
    }
  return n;
}

/* Bytes the program has asked for and not given back. The memory of a process says something else: what was freed stays
 * its own for a while, and under the address sanitizer for long. */
static gsize
allocated (void)
{
  gsize (*of_sanitizer) (void) = (gsize (*) (void)) dlsym (RTLD_DEFAULT, "__sanitizer_get_current_allocated_bytes");
  struct mallinfo2 info = mallinfo2 ();

  return of_sanitizer != NULL ? of_sanitizer () : info.uordblks + info.hblkhd;
}

static guint
n_below (GtkWidget *widget)
{
  guint n = 1;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += n_below (child);
  return n;
}

/* Every widget in a window, shown or not. */
static guint
n_widgets (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      n += n_below (window);
    }
  return n;
}

static char *
answer (const char *question)
{
  GtkWidget *main_window = window_of (FALSE), *active = window_of (TRUE), *front = active != NULL ? active : main_window;

  if (g_str_equal (question, "widgets"))
    return widgets (FALSE);
  if (g_str_equal (question, "judge"))
    {
      if (front != NULL)
        look_wait (front);
      return widgets (TRUE);
    }
  if (g_str_equal (question, "size") && front != NULL)
    return g_strdup_printf ("%d %d", gtk_widget_get_width (front), gtk_widget_get_height (front));
  if (g_str_has_prefix (question, "wear "))
    {
      const char *wrong = look_wear (question + strlen ("wear "));

      return g_strdup (wrong != NULL ? wrong : "done");
    }
  if (g_str_has_prefix (question, "picture ") && front != NULL)
    return g_strdup (look_save (main_window != NULL ? main_window : front, front, question + strlen ("picture "))
                         ? "done"
                         : "not written");
  if (g_str_equal (question, "digest"))
    {
      g_autofree char *all = widgets (FALSE);

      return g_compute_checksum_for_string (G_CHECKSUM_MD5, all, -1);
    }
  if (g_str_equal (question, "allocated"))
    return g_strdup_printf ("%" G_GSIZE_FORMAT, allocated ());
  if (g_str_equal (question, "count"))
    return g_strdup_printf ("%u", n_widgets ());
  if (g_str_equal (question, "forget") && front != NULL)
    forget (front);
  else if (g_str_equal (question, "leave"))
    leave ();
  else if (g_str_equal (question, "tab") && front != NULL)
    for (guint i = 0; i < TABS; i++)
      g_signal_emit_by_name (front, "move-focus", GTK_DIR_TAB_FORWARD);
  else if (g_str_equal (question, "windows"))
    return g_strdup_printf ("%u", n_windows ());
  else if (g_str_has_prefix (question, "go ") && main_window != NULL)
    return g_strdup (gtk_widget_activate_action (main_window, "win.go", "s", question + 3) ? "done" : "no such action");
  else if (g_str_has_prefix (question, "do ") && front != NULL)
    {
      GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (front));
      g_auto (GStrv) words = g_strsplit (question + 3, " ", 2);

      if (g_str_has_prefix (words[0], "app."))
        {
          g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), words[0] + strlen ("app."), NULL);
          return g_strdup ("done");
        }
      return g_strdup (gtk_widget_activate_action (focus != NULL ? focus : front, words[0], words[1] != NULL ? "s" : NULL,
                                                   words[1])
                           ? "done"
                           : "no such action");
    }
  return g_strdup ("done");
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GSocketConnection) connection = data;
  GDataInputStream *input = G_DATA_INPUT_STREAM (source);
  g_autofree char *line = g_data_input_stream_read_line_finish (input, result, NULL, NULL);
  g_autofree char *said = line != NULL ? answer (line) : NULL;
  g_autofree char *whole = said != NULL ? g_strconcat (said, "\n", NULL) : NULL;

  if (whole == NULL
      || !g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), whole, strlen (whole), NULL,
                                     NULL, NULL))
    {
      g_object_unref (input);
      return;
    }
  g_data_input_stream_read_line_async (input, G_PRIORITY_LOW, NULL, on_line, g_steal_pointer (&connection));
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection)
{
  GDataInputStream *input = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));

  g_data_input_stream_read_line_async (input, G_PRIORITY_LOW, NULL, on_line, g_object_ref (connection));
  return TRUE;
}

static gboolean
start (gpointer unused)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (g_getenv ("OREE_INSPECT"));
  static GSocketService *service; /* as long as the program lives */
  GListModel *windows = gtk_window_get_toplevels ();

  on_windows (windows, 0, 0, g_list_model_get_n_items (windows));
  g_signal_connect (windows, "items-changed", G_CALLBACK (on_windows), NULL);
  service = g_socket_service_new ();
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, NULL))
    g_error ("inspect: nowhere to listen");
  g_signal_connect (service, "incoming", G_CALLBACK (on_incoming), NULL);
  g_socket_service_start (service);
  return G_SOURCE_REMOVE;
}

__attribute__ ((constructor)) static void
load (void)
{
  if (g_getenv ("OREE_INSPECT") == NULL)
    return;
  /* For the program alone, not for what it starts. */
  g_unsetenv ("LD_PRELOAD");
  g_idle_add (start, NULL);
}
