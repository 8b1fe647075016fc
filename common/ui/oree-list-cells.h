/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cells of a list view: what they show, what they are sorted by, what a search looks at. */
#pragma once
#include "ui/oree-list-view.h"

G_BEGIN_DECLS

/* The header of `column`, in the user's language. */
const char *oree_list_cells_title (const OreeListColumn *column);

/* A column that shows and sorts as `column` (static) says; floating like every new object of GTK's: owned. */
GtkColumnViewColumn *oree_list_cells_column (const OreeListColumn *column, gpointer data);

/* Does any cell of the item contain `needle` (from oree_list_cells_fold ())? */
gboolean oree_list_cells_match (OreeClientItem *item, const OreeListColumn *columns, guint n_columns, gpointer data,
                                const char *needle);
/* The text without case and accents; owned. */
char *oree_list_cells_fold (const char *text);

/* What the cell of this column shows; owned. */
char *oree_list_cells_text (OreeClientItem *item, const OreeListColumn *column, gpointer data);

/* The list item that the widget shows, when it is (in) a cell; borrowed, NULL when not. */
GtkListItem *oree_list_cells_at (GtkWidget *widget);

G_END_DECLS
