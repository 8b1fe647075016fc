/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeListView: a list page's body. Toolbar (New, Edit, Action, Refresh, sort, search, count), columns that sort, a context
 * menu, and what is shown instead of rows: nothing there, nothing found, not read yet, could not be read.
 *
 * Its commands are actions of the group "page": new, open, duplicate, copy, select-all, select-none, delete, refresh,
 * search, sort, and those added. A window inserts oree_list_view_get_actions () as "page" so that accelerators work from
 * anywhere in it. */
#pragma once
#include "client/oree-client-item.h"
#include <adwaita.h>

G_BEGIN_DECLS

/* What one cell shows, owned; never NULL. */
typedef char *(*OreeListText) (OreeClientItem *item, gpointer data);

typedef struct
{
  const char *id;     /* for sorting and tests */
  const char *title;  /* N_(), or NC_() with this context: */
  const char *context;
  const char *field;  /* the text of this value of the row; "id" is the item's id; NULL: `text` says */
  OreeListText text;
  OreeListText sort;  /* by what it is sorted; NULL: by its text. A number is best padded with zeros */
  int width;          /* in pixels, with text of the usual size; never less than the title; 0: as it needs */
  gboolean expand;
  gboolean number;    /* to the right */
} OreeListColumn;

typedef enum
{
  OREE_LIST_ANY,  /* whatever is selected */
  OREE_LIST_ONE,  /* exactly one */
  OREE_LIST_SOME  /* at least one */
} OreeListNeed;

#define OREE_TYPE_LIST_VIEW (oree_list_view_get_type ())
/* Properties: "writable" (b, default TRUE: commands that change may be given), "can-edit" (b, default TRUE: Duplicate and
 * Delete exist). Signals:
 *   "new" (s target)        what oree_list_view_add_new () named
 *   "open" (OreeClientItem) Enter, a double click, Show details
 *   "command" (s name)      "duplicate", "delete" and the added ones; what is meant is the selection
 *   "refresh" () */
G_DECLARE_FINAL_TYPE (OreeListView, oree_list_view, OREE, LIST_VIEW, GtkWidget)

GtkWidget *oree_list_view_new (void);

/* `columns` is static; `data` goes to the column functions. Once. */
void oree_list_view_set_columns (OreeListView *self, const OreeListColumn *columns, guint n_columns, gpointer data);
/* A list of OreeClientItem; when it has a property "loaded" (OreeClientList), that is heeded, and "error". */
void oree_list_view_set_model (OreeListView *self, GListModel *model);
/* Several lists (GListModel) one after the other: loaded when all are. */
void oree_list_view_set_models (OreeListView *self, GPtrArray *models);
/* Only items that `keep` says TRUE of; NULL: all. Call oree_list_view_refilter () when its mind changes. */
void oree_list_view_set_filter (OreeListView *self, GtkCustomFilterFunc keep, gpointer data);
void oree_list_view_refilter (OreeListView *self);

/* What is created here; one makes New a button, several a menu. The label with its mnemonic is translated. */
void oree_list_view_add_new (OreeListView *self, const char *label, const char *target);
/* An entry of Action and of the context menu: the action "page.NAME", signal "command". */
void oree_list_view_add_action (OreeListView *self, const char *name, const char *label, OreeListNeed need,
                                gboolean changes);
/* A widget of the page's own in the toolbar, before the search: a filter. */
void oree_list_view_add_tool (OreeListView *self, GtkWidget *tool);
/* What stands there when the list is empty: texts translated; `button` NULL: none, else it is New's. */
void oree_list_view_set_empty (OreeListView *self, const char *icon, const char *title, const char *description,
                               const char *button);
/* "12 partners": `words` gives it for a number, owned. */
void oree_list_view_set_count (OreeListView *self, char *(*words) (guint n));
/* Another word for Delete (Reset…), or NULL. */
void oree_list_view_set_delete_label (OreeListView *self, const char *label);

/* Of the group "page"; borrowed. */
GActionGroup *oree_list_view_get_actions (OreeListView *self);
/* The selected items, owned array of references, in the order shown. */
GPtrArray *oree_list_view_get_selected (OreeListView *self);
/* Selects the item with this id alone and scrolls to it. FALSE when it is not shown. */
gboolean oree_list_view_select (OreeListView *self, const char *id);
void oree_list_view_grab_list (OreeListView *self);
/* How many rows are shown, after search and filter. */
guint oree_list_view_get_n_shown (OreeListView *self);
/* For the tests and the bench. */
void oree_list_view_set_search (OreeListView *self, const char *text);
/* TRUE when the rows are there (or it is known that there are none). */
gboolean oree_list_view_is_settled (OreeListView *self);

G_END_DECLS
