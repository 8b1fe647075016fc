/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How wide the columns of a list are. A table says it for text of the usual size: with larger text a column is wider, and
 * never narrower than its title, whatever the language. One that somebody pulled to another width keeps it. */
#include "ui/oree-list-private.h"
#include "ui/oree-ui.h"

static int
natural_width (GtkWidget *widget)
{
  int width;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
  return width;
}

/* What a title needs: its words, and its arrow where the list is sorted by it. The whole would say at least the width that
 * its column was given, and keeps room for the arrow everywhere. */
static int
title_width (GtkWidget *title)
{
  GtkWidget *box = gtk_widget_get_first_child (title), *arrow = gtk_widget_get_last_child (box);
  GtkBorder padding;
  int width = natural_width (gtk_widget_get_first_child (box));

  if (gtk_widget_has_css_class (arrow, "ascending") || gtk_widget_has_css_class (arrow, "descending"))
    width += natural_width (arrow);
  gtk_style_context_get_padding (gtk_widget_get_style_context (title), &padding);
  return width + padding.left + padding.right;
}

static gboolean
on_idle (gpointer data)
{
  OreeListView *self = data;
  double scale = oree_ui_text_scale (GTK_WIDGET (self));
  GListModel *columns;
  GtkWidget *title;

  self->widths_idle = 0;
  /* On its way out. */
  if (gtk_widget_get_first_child (GTK_WIDGET (self)) == NULL)
    return G_SOURCE_REMOVE;
  columns = gtk_column_view_get_columns (self->view);
  /* The row of titles; GTK has no other way to them. */
  title = gtk_widget_get_first_child (gtk_widget_get_first_child (GTK_WIDGET (self->view)));
  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);
      int before = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (column), "oree-width"));
      int width = MAX ((int) (self->columns[i].width * scale + 0.5), title != NULL ? title_width (title) : 0);

      if (title != NULL)
        title = gtk_widget_get_next_sibling (title);
      if (self->columns[i].width == 0
          || (before != 0 && before != gtk_column_view_column_get_fixed_width (column)))
        continue;
      g_object_set_data (G_OBJECT (column), "oree-width", GINT_TO_POINTER (width));
      if (width != gtk_column_view_column_get_fixed_width (column))
        gtk_column_view_column_set_fixed_width (column, width);
    }
  return G_SOURCE_REMOVE;
}

void
oree_list_widths_update (OreeListView *self)
{
  /* Within a change of style the titles still have the old one. */
  if (self->widths_idle == 0)
    self->widths_idle = g_idle_add (on_idle, self);
}
