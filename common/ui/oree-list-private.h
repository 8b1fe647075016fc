/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the list view and its actions share. */
#pragma once
#include "ui/oree-list-view.h"

G_BEGIN_DECLS

enum
{
  OREE_LIST_SIGNAL_NEW,
  OREE_LIST_SIGNAL_OPEN,
  OREE_LIST_SIGNAL_COMMAND,
  OREE_LIST_SIGNAL_REFRESH,
  OREE_LIST_SIGNAL_CLEAR, /* "clear-filter" () : the page's own filter, too */
  OREE_LIST_N_SIGNALS
};

extern guint oree_list_signals[OREE_LIST_N_SIGNALS];

struct _OreeListView
{
  GtkWidget parent;

  GtkBox *toolbar;
  GtkButton *new_button;
  GtkMenuButton *new_menu_button;
  GMenu *edit_menu;
  GtkMenuButton *edit_button;
  GtkMenuButton *action_button;
  GtkMenuButton *sort_button;
  GtkBox *tools;
  GtkSearchEntry *search;
  GtkLabel *count;
  GtkStack *stack;
  GtkSpinner *spinner;
  GtkColumnView *view;
  AdwStatusPage *empty;
  GtkButton *empty_button;
  AdwStatusPage *error;

  GListModel *model;
  GPtrArray *sources; /* of the model: what may be loaded, or fail */
  GtkCustomFilter *filter;
  GtkFilterListModel *filtered;
  guint ready_idle; /* makes rows ready for the search */
  guint n_ready;
  GtkSortListModel *sorted;
  GtkMultiSelection *selection;
  GtkCustomFilterFunc keep;
  gpointer keep_data;
  char *needle;

  const OreeListColumn *columns;
  guint n_columns;
  gpointer column_data;

  GSimpleActionGroup *actions;
  GArray *added; /* of the pages: name, need, changes */
  GMenu *new_menu;
  char *new_target;
  guint n_new;
  GMenu *action_menu;
  GMenu *context;
  GtkWidget *context_menu;
  char *(*count_words) (guint n);
  guint n_selected;
  guint focus_idle;
  guint widths_idle;
  gboolean writable;
  gboolean can_edit;
};

/* Makes the action group, the menus, the keys. */
void oree_list_actions_init (OreeListView *self);
/* Which commands may be given now. */
void oree_list_actions_update (OreeListView *self);
/* Gives the columns their widths, soon: the text is larger, another title has the arrow. */
void oree_list_widths_update (OreeListView *self);
/* Makes "Sort by". */
void oree_list_actions_set_columns (OreeListView *self);

G_END_DECLS
