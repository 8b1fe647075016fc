/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-list-cells.h"

#include <string.h>

typedef struct
{
  const OreeListColumn *column;
  gpointer data;
} Cell;

char *
oree_list_cells_text (OreeClientItem *item, const OreeListColumn *column, gpointer data)
{
  if (column->text != NULL)
    return column->text (item, data);
  if (g_str_equal (column->field, "id"))
    return g_strdup (oree_client_item_get_id (item));
  return g_strdup (oree_client_item_text (item, column->field));
}

const char *
oree_list_cells_title (const OreeListColumn *column)
{
  if (column->context != NULL)
    return g_dpgettext2 (GETTEXT_PACKAGE, column->context, column->title);
  return g_dgettext (GETTEXT_PACKAGE, column->title);
}

/* ---- what a search looks at ---- */

char *
oree_list_cells_fold (const char *text)
{
  g_autofree char *decomposed = NULL, *folded = NULL;
  GString *bare;

  /* Domains and addresses are, and ten thousand of them are folded at the first letter. */
  if (g_str_is_ascii (text))
    return g_ascii_strdown (text, -1);
  decomposed = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  folded = g_utf8_casefold (decomposed != NULL ? decomposed : "", -1);
  bare = g_string_sized_new (strlen (folded));
  for (const char *p = folded; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_ismark (c))
        g_string_append_unichar (bare, c);
    }
  return g_string_free (bare, FALSE);
}

typedef struct
{
  GVariant *row; /* which it was made of */
  char *text;
} Haystack;

static void
haystack_free (gpointer data)
{
  Haystack *haystack = data;

  g_variant_unref (haystack->row);
  g_free (haystack->text);
  g_free (haystack);
}

/* Every cell, folded, kept with the item until its row changes. */
static const char *
haystack_of (OreeClientItem *item, const OreeListColumn *columns, guint n_columns, gpointer data)
{
  Haystack *haystack = g_object_get_data (G_OBJECT (item), "oree-haystack");
  g_autoptr (GString) all = NULL;

  if (haystack != NULL && haystack->row == oree_client_item_get_row (item))
    return haystack->text;
  all = g_string_new (NULL);
  for (guint i = 0; i < n_columns; i++)
    {
      g_autofree char *text = oree_list_cells_text (item, &columns[i], data);

      g_string_append (all, text);
      g_string_append_c (all, '\n');
    }
  haystack = g_new (Haystack, 1);
  haystack->row = g_variant_ref (oree_client_item_get_row (item));
  haystack->text = oree_list_cells_fold (all->str);
  g_object_set_data_full (G_OBJECT (item), "oree-haystack", haystack, haystack_free);
  return haystack->text;
}

gboolean
oree_list_cells_match (OreeClientItem *item, const OreeListColumn *columns, guint n_columns, gpointer data,
                       const char *needle)
{
  return strstr (haystack_of (item, columns, n_columns, data), needle) != NULL;
}

/* ---- showing ---- */

static void
show (GtkListItem *list_item, const Cell *cell)
{
  GtkWidget *label = gtk_list_item_get_child (list_item);
  g_autofree char *text = oree_list_cells_text (gtk_list_item_get_item (list_item), cell->column, cell->data);

  gtk_label_set_label (GTK_LABEL (label), text);
}

static void
on_row (OreeClientItem *item, GParamSpec *pspec, GtkListItem *list_item)
{
  show (list_item, g_object_get_data (G_OBJECT (list_item), "oree-cell"));
}

static void
on_setup (GtkListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  const Cell *cell = data;
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), cell->column->number ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  if (cell->column->number)
    gtk_widget_add_css_class (label, "numeric");
  g_object_set_data (G_OBJECT (list_item), "oree-cell", data);
  g_object_set_data (G_OBJECT (label), "oree-list-item", list_item);
  gtk_list_item_set_child (list_item, label);
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  g_signal_connect (gtk_list_item_get_item (list_item), "notify::row", G_CALLBACK (on_row), list_item);
  show (list_item, data);
}

static void
on_unbind (GtkListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (list_item), on_row, list_item);
}

GtkListItem *
oree_list_cells_at (GtkWidget *widget)
{
  for (; widget != NULL; widget = gtk_widget_get_parent (widget))
    {
      GtkListItem *list_item = g_object_get_data (G_OBJECT (widget), "oree-list-item");
      GtkWidget *child = gtk_widget_get_first_child (widget);

      if (list_item == NULL && child != NULL)
        list_item = g_object_get_data (G_OBJECT (child), "oree-list-item");
      if (list_item != NULL)
        return list_item;
      if (GTK_IS_COLUMN_VIEW (widget))
        return NULL;
    }
  return NULL;
}

/* ---- sorting ---- */

static char *
sort_text (OreeClientItem *item, GVariant *row, const Cell *cell)
{
  if (cell->column->sort != NULL)
    return cell->column->sort (item, cell->data);
  return oree_list_cells_text (item, cell->column, cell->data);
}

/* A string sorter keeps its keys: ten thousand rows are put in order in a blink. */
static GtkSorter *
sorter_for (Cell *cell)
{
  GtkExpression *row = gtk_property_expression_new (OREE_TYPE_CLIENT_ITEM, NULL, "row");
  GtkExpression *params[] = { row };

  return GTK_SORTER (gtk_string_sorter_new (
      gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 1, params, G_CALLBACK (sort_text), cell, NULL)));
}

GtkColumnViewColumn *
oree_list_cells_column (const OreeListColumn *column, gpointer data)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkSorter) sorter = NULL;
  GtkColumnViewColumn *result;
  Cell *cell = g_new (Cell, 1);

  cell->column = column;
  cell->data = data;
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), cell);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), cell);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), cell);
  result = gtk_column_view_column_new (oree_list_cells_title (column), factory);
  g_object_set_data_full (G_OBJECT (result), "oree-cell", cell, g_free);
  g_object_set_data (G_OBJECT (result), "oree-column", (gpointer) column);
  sorter = sorter_for (cell);
  gtk_column_view_column_set_sorter (result, sorter);
  gtk_column_view_column_set_resizable (result, TRUE);
  gtk_column_view_column_set_expand (result, column->expand);
  if (column->width > 0)
    gtk_column_view_column_set_fixed_width (result, column->width);
  return result;
}
