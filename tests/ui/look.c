/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "look.h"

#include <math.h>
#include <string.h>

/* Frames after which nothing of the old dress is left: one lays out and paints, the others for what came of that (a window
 * that grew, columns made wider). */
#define FRAMES 3
#define WAIT_SECONDS 10

static void
count_frame (guint *frames)
{
  ++*frames;
}

void
look_wait (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  gint64 end = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;
  guint frames = 0;
  gulong id = g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (count_frame), &frames);

  g_object_ref (window);
  g_object_ref (clock);
  while (frames < FRAMES && gtk_widget_get_mapped (window) && g_get_monotonic_time () < end)
    {
      gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_LAYOUT | GDK_FRAME_CLOCK_PHASE_PAINT);
      g_main_context_iteration (NULL, TRUE);
    }
  g_signal_handler_disconnect (clock, id);
  g_object_unref (clock);
  g_object_unref (window);
}

const char *
look_wear (const char *words)
{
  static GSettings *settings; /* as long as the program lives */
  g_auto (GStrv) parts = g_strsplit (words, " ", 3);
  AdwStyleManager *manager = adw_style_manager_get_default ();
  g_autofree char *font = NULL;
  gboolean dark, high;

  if (g_strv_length (parts) != 3)
    return "no such dress";
  dark = g_str_equal (parts[0], "dark");
  high = g_str_equal (parts[1], "high");
  font = g_strdup_printf ("Cantarell %s", parts[2]);
  if (settings == NULL)
    settings = g_settings_new ("org.gnome.desktop.a11y.interface");
  adw_style_manager_set_color_scheme (manager, dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
  g_settings_set_boolean (settings, "high-contrast", high);
  g_object_set (gtk_settings_get_default (), "gtk-font-name", font, NULL);
  if (adw_style_manager_get_dark (manager) != dark || adw_style_manager_get_high_contrast (manager) != high)
    return "the dress was not put on";
  return NULL;
}

cairo_surface_t *
look_paint (GtkNative *native)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (native));
  int width = gdk_paintable_get_intrinsic_width (paintable), height = gdk_paintable_get_intrinsic_height (paintable);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node;
  cairo_surface_t *surface;
  cairo_t *cr;
  graphene_rect_t box;

  gdk_paintable_snapshot (paintable, GDK_SNAPSHOT (snapshot), width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node == NULL)
    return NULL;
  /* A place in it is a place in the window: the border lies outside. */
  if (!gtk_widget_compute_bounds (GTK_WIDGET (native), GTK_WIDGET (native), &box))
    graphene_rect_init (&box, 0, 0, 0, 0);
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cr = cairo_create (surface);
  cairo_translate (cr, box.origin.x, box.origin.y);
  gsk_render_node_draw (node, cr);
  gsk_render_node_unref (node);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* ---- contrast ---- */

static double
linear (guint32 value)
{
  double part = (value & 0xff) / 255.0;

  return part <= 0.03928 ? part / 12.92 : pow ((part + 0.055) / 1.055, 2.4);
}

static double
luminance (guint32 colour)
{
  return 0.2126 * linear (colour >> 16) + 0.7152 * linear (colour >> 8) + 0.0722 * linear (colour);
}

double
look_contrast (cairo_surface_t *picture, int left, int top, int width, int height)
{
  g_autoptr (GHashTable) colours = g_hash_table_new (NULL, NULL);
  const unsigned char *data = cairo_image_surface_get_data (picture);
  int stride = cairo_image_surface_get_stride (picture);
  int right = MIN (left + width, cairo_image_surface_get_width (picture));
  int bottom = MIN (top + height, cairo_image_surface_get_height (picture));
  guint32 ground_colour = 0;
  guint most = 0;
  double ground, ratio = 1;
  GHashTableIter iter;
  gpointer key, value;

  for (int y = MAX (top, 0); y < bottom; y++)
    for (int x = MAX (left, 0); x < right; x++)
      {
        guint32 colour;
        guint count;

        memcpy (&colour, data + (gsize) y * (gsize) stride + (gsize) x * 4, sizeof colour);
        count = GPOINTER_TO_UINT (g_hash_table_lookup (colours, GUINT_TO_POINTER (colour))) + 1;
        g_hash_table_insert (colours, GUINT_TO_POINTER (colour), GUINT_TO_POINTER (count));
        if (count > most)
          {
            most = count;
            ground_colour = colour;
          }
      }
  if (most == 0)
    return 0;
  ground = luminance (ground_colour);
  g_hash_table_iter_init (&iter, colours);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      double ink = luminance (GPOINTER_TO_UINT (key));

      ratio = MAX (ratio, (MAX (ground, ink) + 0.05) / (MIN (ground, ink) + 0.05));
    }
  return ratio;
}

/* ---- pictures ---- */

static void
draw (cairo_t *cr, GtkWidget *widget, GtkWidget *window, double left, double top)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  if (widget == window || GTK_IS_POPOVER (widget))
    {
      cairo_surface_t *picture;

      if (GTK_IS_POPOVER (widget))
        {
          GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (widget));
          double inside_x, inside_y;

          gtk_native_get_surface_transform (GTK_NATIVE (window), &inside_x, &inside_y);
          left += gdk_popup_get_position_x (GDK_POPUP (surface)) - inside_x;
          top += gdk_popup_get_position_y (GDK_POPUP (surface)) - inside_y;
          gtk_native_get_surface_transform (GTK_NATIVE (widget), &inside_x, &inside_y);
          left += inside_x;
          top += inside_y;
          window = widget;
        }
      picture = look_paint (GTK_NATIVE (widget));
      if (picture != NULL)
        {
          cairo_set_source_surface (cr, picture, left, top);
          cairo_paint (cr);
          cairo_surface_destroy (picture);
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    draw (cr, child, window, left, top);
}

gboolean
look_save (GtkWidget *main_window, GtkWidget *front, const char *path)
{
  int width = MAX (gtk_widget_get_width (main_window), gtk_widget_get_width (front));
  int height = MAX (gtk_widget_get_height (main_window), gtk_widget_get_height (front));
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  draw (cr, main_window, main_window, 0, 0);
  if (front != main_window)
    draw (cr, front, front, (width - gtk_widget_get_width (front)) / 2, (height - gtk_widget_get_height (front)) / 2);
  cairo_destroy (cr);
  status = cairo_surface_write_to_png (surface, path);
  cairo_surface_destroy (surface);
  return status == CAIRO_STATUS_SUCCESS;
}
