/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-sparkline.h"

/* The top of the scale is never below this: one message in a minute is no mountain. */
#define LEAST_TOP 1.0
#define LINE_WIDTH 1.5
#define MINIMUM_WIDTH 80
#define NATURAL_WIDTH 180
#define MINIMUM_HEIGHT 24

struct _OreeSparkline
{
  GtkWidget parent;
  double *values;
  guint n;
  guint known;
};

G_DEFINE_FINAL_TYPE (OreeSparkline, oree_sparkline, GTK_TYPE_WIDGET)

static double
top_of (OreeSparkline *self)
{
  double top = LEAST_TOP;

  for (guint i = self->n - self->known; i < self->n; i++)
    top = MAX (top, self->values[i]);
  return top;
}

static void
draw (OreeSparkline *self, cairo_t *cr, double width, double height, const GdkRGBA *color)
{
  double top = top_of (self), step = width / (self->n - 1), base = height - LINE_WIDTH;
  guint first = self->n - self->known;

  cairo_set_line_width (cr, LINE_WIDTH);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = first; i < self->n; i++)
    cairo_line_to (cr, step * i, base - (base - LINE_WIDTH) * self->values[i] / top);
  gdk_cairo_set_source_rgba (cr, color);
  cairo_stroke_preserve (cr);
  /* The land under the line, pale. */
  cairo_line_to (cr, width, height);
  cairo_line_to (cr, step * first, height);
  cairo_close_path (cr);
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, color->alpha * 0.15);
  cairo_fill (cr);
}

static void
oree_sparkline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  OreeSparkline *self = OREE_SPARKLINE (widget);
  float width = (float) gtk_widget_get_width (widget), height = (float) gtk_widget_get_height (widget);
  GdkRGBA color;
  cairo_t *cr;

  if (width <= 0 || height <= 0)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    {
      cairo_translate (cr, width, 0);
      cairo_scale (cr, -1, 1);
    }
  /* The ground, so that an empty line is still seen to be one. */
  cairo_set_source_rgba (cr, color.red, color.green, color.blue, color.alpha * 0.35);
  cairo_rectangle (cr, 0, height - 1, width, 1);
  cairo_fill (cr);
  if (self->known > 1)
    draw (self, cr, width, height, &color);
  cairo_destroy (cr);
}

static void
oree_sparkline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  gboolean across = orientation == GTK_ORIENTATION_HORIZONTAL;

  *minimum = across ? MINIMUM_WIDTH : MINIMUM_HEIGHT;
  *natural = across ? NATURAL_WIDTH : MINIMUM_HEIGHT;
  *minimum_baseline = *natural_baseline = -1;
}

static void
oree_sparkline_finalize (GObject *object)
{
  g_free (OREE_SPARKLINE (object)->values);
  G_OBJECT_CLASS (oree_sparkline_parent_class)->finalize (object);
}

static void
oree_sparkline_class_init (OreeSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = oree_sparkline_finalize;
  widget_class->snapshot = oree_sparkline_snapshot;
  widget_class->measure = oree_sparkline_measure;
  gtk_widget_class_set_css_name (widget_class, "sparkline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
oree_sparkline_init (OreeSparkline *self)
{
}

GtkWidget *
oree_sparkline_new (void)
{
  return g_object_new (OREE_TYPE_SPARKLINE, NULL);
}

void
oree_sparkline_set_values (OreeSparkline *self, const double *values, guint n, guint known)
{
  g_return_if_fail (n > 1 && known <= n);
  g_free (self->values);
  self->values = g_memdup2 (values, n * sizeof *values);
  self->n = n;
  self->known = known;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
