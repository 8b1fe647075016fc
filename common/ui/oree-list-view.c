/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model → sort (by column) → filter (search and the page's own) → selection → column view. Sorted first: what a search
 * leaves out and takes in again needs no new place. */
#include "ui/oree-list-private.h"

#include "client/oree-client-list.h"
#include "client/oree-sentences.h"
#include "ui/oree-list-cells.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

/* A few frames: until then the rows of a list just shown are there. */
#define FOCUS_MS 60

enum
{
  PROP_WRITABLE = 1,
  PROP_CAN_EDIT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
guint oree_list_signals[OREE_LIST_N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeListView, oree_list_view, GTK_TYPE_WIDGET)

/* ---- what is shown ---- */

static guint
n_all (OreeListView *self)
{
  return self->model != NULL ? g_list_model_get_n_items (self->model) : 0;
}

guint
oree_list_view_get_n_shown (OreeListView *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->selection));
}

static gboolean
has_property (gpointer object, const char *name)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (object), name) != NULL;
}

gboolean
oree_list_view_is_settled (OreeListView *self)
{
  for (guint i = 0; i < self->sources->len; i++)
    {
      gboolean loaded = TRUE;

      if (has_property (self->sources->pdata[i], "loaded"))
        g_object_get (self->sources->pdata[i], "loaded", &loaded, NULL);
      if (!loaded)
        return FALSE;
    }
  return self->sources->len > 0;
}

static gboolean
show_error (OreeListView *self)
{
  for (guint i = 0; i < self->sources->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!has_property (self->sources->pdata[i], "error"))
        continue;
      g_object_get (self->sources->pdata[i], "error", &error, NULL);
      if (error == NULL)
        continue;
      adw_status_page_set_description (self->error, error->domain == OREE_ERROR
                                                        ? oree_sentence_error ((OreeError) error->code)
                                                        : error->message);
      return TRUE;
    }
  return FALSE;
}

static void
show_count (OreeListView *self)
{
  guint all = n_all (self), shown = oree_list_view_get_n_shown (self), selected = self->n_selected;
  g_autofree char *text = NULL;

  if (shown < all && selected > 1)
    /* TRANSLATORS: rows shown, of how many; how many of them are selected. */
    text = g_strdup_printf (_ ("%u of %u shown, %u selected"), shown, all, selected);
  else if (shown < all)
    text = g_strdup_printf (_ ("%u of %u shown"), shown, all);
  else if (selected > 1)
    text = g_strdup_printf (_ ("%u selected"), selected);
  else
    text = self->count_words != NULL ? self->count_words (all) : oree_ui_number (all);
  gtk_label_set_label (self->count, text);
  gtk_widget_set_visible (GTK_WIDGET (self->count), all > 0);
}

static void
show_state (OreeListView *self)
{
  const char *name = "rows";

  if (n_all (self) == 0)
    name = oree_list_view_is_settled (self) ? "empty" : show_error (self) ? "error" : "loading";
  else if (oree_list_view_get_n_shown (self) == 0)
    name = "no-match";
  gtk_stack_set_visible_child_name (self->stack, name);
  gtk_spinner_set_spinning (self->spinner, g_str_equal (name, "loading"));
  show_count (self);
}

static void
on_selection_changed (OreeListView *self)
{
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));

  self->n_selected = (guint) gtk_bitset_get_size (selected);
  show_count (self);
  oree_list_actions_update (self);
}

static void
on_items_changed (OreeListView *self)
{
  on_selection_changed (self);
  show_state (self);
}

/* ---- search ---- */

/* Rows made ready for the search at a time, between frames. */
#define READY_ROWS 100

static gboolean
on_idle (gpointer data)
{
  OreeListView *self = data;
  guint end = MIN (self->n_ready + READY_ROWS, n_all (self));

  for (; self->n_ready < end; self->n_ready++)
    {
      g_autoptr (OreeClientItem) item = g_list_model_get_item (self->model, self->n_ready);

      oree_list_cells_match (item, self->columns, self->n_columns, self->column_data, "");
    }
  if (self->n_ready < n_all (self))
    return G_SOURCE_CONTINUE;
  self->ready_idle = 0;
  return G_SOURCE_REMOVE;
}

/* What a search looks at is folded before anybody searches: the first letter does not wait for ten thousand rows. */
static void
make_ready (OreeListView *self)
{
  self->n_ready = 0;
  if (self->ready_idle == 0)
    self->ready_idle = g_idle_add_full (G_PRIORITY_LOW, on_idle, self, NULL);
}

static gboolean
keep (gpointer object, gpointer data)
{
  OreeListView *self = data;

  if (self->keep != NULL && !self->keep (object, self->keep_data))
    return FALSE;
  return self->needle == NULL
         || oree_list_cells_match (object, self->columns, self->n_columns, self->column_data, self->needle);
}

static void
on_search_changed (OreeListView *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search))));
  g_autofree char *needle = *text != '\0' ? oree_list_cells_fold (text) : NULL;
  GtkFilterChange change = GTK_FILTER_CHANGE_DIFFERENT;

  if (g_strcmp0 (needle, self->needle) == 0)
    return;
  if (needle == NULL || (self->needle != NULL && g_str_has_prefix (self->needle, needle)))
    change = GTK_FILTER_CHANGE_LESS_STRICT;
  else if (self->needle == NULL || g_str_has_prefix (needle, self->needle))
    change = GTK_FILTER_CHANGE_MORE_STRICT;
  g_free (self->needle);
  self->needle = g_steal_pointer (&needle);
  gtk_filter_changed (GTK_FILTER (self->filter), change);
}

static void
on_clear_search (OreeListView *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  g_signal_emit (self, oree_list_signals[OREE_LIST_SIGNAL_CLEAR], 0);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static void
on_stop_search (OreeListView *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  else
    oree_list_view_grab_list (self);
}

void
oree_list_view_set_search (OreeListView *self, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
  on_search_changed (self);
}

static void
on_activate (OreeListView *self, guint position)
{
  g_autoptr (OreeClientItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (item != NULL)
    g_signal_emit (self, oree_list_signals[OREE_LIST_SIGNAL_OPEN], 0, item);
}

/* ---- the class ---- */

static void
oree_list_view_dispose (GObject *object)
{
  OreeListView *self = OREE_LIST_VIEW (object);
  GtkWidget *child;

  g_clear_pointer (&self->context_menu, gtk_widget_unparent);
  g_clear_handle_id (&self->focus_idle, g_source_remove);
  g_clear_handle_id (&self->ready_idle, g_source_remove);
  for (guint i = 0; i < self->sources->len; i++)
    g_signal_handlers_disconnect_by_data (self->sources->pdata[i], self);
  /* The column view takes its sorter with it, and the rows change once more: nobody asks the page about them then. */
  self->keep = NULL;
  gtk_sort_list_model_set_model (self->sorted, NULL);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (oree_list_view_parent_class)->dispose (object);
}

static void
oree_list_view_finalize (GObject *object)
{
  OreeListView *self = OREE_LIST_VIEW (object);

  /* What goes has its style taken away, which is a change of style. */
  g_clear_handle_id (&self->widths_idle, g_source_remove);
  g_ptr_array_unref (self->sources);
  g_clear_object (&self->model);
  g_clear_object (&self->filter);
  g_clear_object (&self->filtered);
  g_clear_object (&self->sorted);
  g_clear_object (&self->selection);
  g_clear_object (&self->actions);
  g_clear_object (&self->new_menu);
  g_clear_object (&self->action_menu);
  g_clear_object (&self->context);
  g_clear_pointer (&self->added, g_array_unref);
  g_free (self->needle);
  g_free (self->new_target);
  G_OBJECT_CLASS (oree_list_view_parent_class)->finalize (object);
}

static void
oree_list_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  OreeListView *self = OREE_LIST_VIEW (object);

  if (id == PROP_WRITABLE)
    g_value_set_boolean (value, self->writable);
  else if (id == PROP_CAN_EDIT)
    g_value_set_boolean (value, self->can_edit);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_list_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  OreeListView *self = OREE_LIST_VIEW (object);

  if (id == PROP_WRITABLE)
    self->writable = g_value_get_boolean (value);
  else if (id == PROP_CAN_EDIT)
    self->can_edit = g_value_get_boolean (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  oree_list_actions_update (self);
}

static void
oree_list_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (oree_list_view_parent_class)->css_changed (widget, change);
  oree_list_widths_update (OREE_LIST_VIEW (widget));
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/ui/oree-list-view.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeListView, toolbar);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, new_button);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, new_menu_button);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, edit_menu);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, edit_button);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, action_button);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, sort_button);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, tools);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, search);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, count);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, stack);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, spinner);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, view);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, empty);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, empty_button);
  gtk_widget_class_bind_template_child (widget_class, OreeListView, error);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_search);
  gtk_widget_class_bind_template_callback (widget_class, on_clear_search);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
}

static void
oree_list_view_class_init (OreeListViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = oree_list_view_dispose;
  GTK_WIDGET_CLASS (klass)->css_changed = oree_list_view_css_changed;
  object_class->finalize = oree_list_view_finalize;
  object_class->get_property = oree_list_view_get_property;
  object_class->set_property = oree_list_view_set_property;
  props[PROP_WRITABLE]
      = g_param_spec_boolean ("writable", NULL, NULL, TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_CAN_EDIT]
      = g_param_spec_boolean ("can-edit", NULL, NULL, TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  oree_list_signals[OREE_LIST_SIGNAL_NEW]
      = g_signal_new ("new", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  oree_list_signals[OREE_LIST_SIGNAL_OPEN]
      = g_signal_new ("open", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, OREE_TYPE_CLIENT_ITEM);
  oree_list_signals[OREE_LIST_SIGNAL_COMMAND] = g_signal_new ("command", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0,
                                                              NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  oree_list_signals[OREE_LIST_SIGNAL_REFRESH]
      = g_signal_new ("refresh", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  oree_list_signals[OREE_LIST_SIGNAL_CLEAR]
      = g_signal_new ("clear-filter", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
oree_list_view_init (OreeListView *self)
{
  self->sources = g_ptr_array_new_with_free_func (g_object_unref);
  self->writable = TRUE;
  self->can_edit = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->filter = gtk_custom_filter_new (keep, self, NULL);
  self->sorted = gtk_sort_list_model_new (NULL, g_object_ref (gtk_column_view_get_sorter (self->view)));
  self->filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->sorted)),
                                              g_object_ref (GTK_FILTER (self->filter)));
  self->selection = gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (self->filtered)));
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (on_selection_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (on_items_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_column_view_get_sorter (self->view), "changed", G_CALLBACK (oree_list_widths_update), self,
                           G_CONNECT_SWAPPED);
  oree_list_actions_init (self);
  oree_ui_watch_stack (GTK_WIDGET (self->stack));
  show_state (self);
}

GtkWidget *
oree_list_view_new (void)
{
  return g_object_new (OREE_TYPE_LIST_VIEW, NULL);
}

/* ---- what the page says ---- */

void
oree_list_view_set_columns (OreeListView *self, const OreeListColumn *columns, guint n_columns, gpointer data)
{
  self->columns = columns;
  self->n_columns = n_columns;
  self->column_data = data;
  for (guint i = 0; i < n_columns; i++)
    {
      g_autoptr (GtkColumnViewColumn) column = oree_list_cells_column (&columns[i], data);

      gtk_column_view_append_column (self->view, column);
      if (i == 0)
        gtk_column_view_sort_by_column (self->view, column, GTK_SORT_ASCENDING);
    }
  oree_list_actions_set_columns (self);
  oree_list_widths_update (self);
}

void
oree_list_view_set_models (OreeListView *self, GPtrArray *models)
{
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_LIST_MODEL);

  g_ptr_array_set_size (self->sources, 0);
  for (guint i = 0; i < models->len; i++)
    {
      GObject *model = models->pdata[i];

      g_ptr_array_add (self->sources, g_object_ref (model));
      g_list_store_append (store, model);
      if (has_property (model, "loaded"))
        g_signal_connect_object (model, "notify::loaded", G_CALLBACK (show_state), self, G_CONNECT_SWAPPED);
      if (has_property (model, "error"))
        g_signal_connect_object (model, "notify::error", G_CALLBACK (show_state), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "items-changed", G_CALLBACK (show_state), self,
                               G_CONNECT_SWAPPED | G_CONNECT_AFTER);
      g_signal_connect_object (model, "items-changed", G_CALLBACK (make_ready), self,
                               G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    }
  g_clear_object (&self->model);
  self->model = models->len == 1 ? g_object_ref (models->pdata[0])
                                 : G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (g_steal_pointer (&store))));
  gtk_sort_list_model_set_model (self->sorted, self->model);
  show_state (self);
}

void
oree_list_view_set_model (OreeListView *self, GListModel *model)
{
  g_autoptr (GPtrArray) models = g_ptr_array_new ();

  g_ptr_array_add (models, model);
  oree_list_view_set_models (self, models);
}

void
oree_list_view_set_filter (OreeListView *self, GtkCustomFilterFunc function, gpointer data)
{
  self->keep = function;
  self->keep_data = data;
  oree_list_view_refilter (self);
}

void
oree_list_view_refilter (OreeListView *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  show_state (self);
}

void
oree_list_view_add_tool (OreeListView *self, GtkWidget *tool)
{
  gtk_box_append (self->tools, tool);
}

void
oree_list_view_set_empty (OreeListView *self, const char *icon, const char *title, const char *description,
                          const char *button)
{
  adw_status_page_set_icon_name (self->empty, icon);
  adw_status_page_set_title (self->empty, title);
  adw_status_page_set_description (self->empty, description);
  gtk_widget_set_visible (GTK_WIDGET (self->empty_button), button != NULL);
  if (button != NULL)
    gtk_button_set_label (self->empty_button, button);
  oree_list_actions_update (self);
}

void
oree_list_view_set_count (OreeListView *self, char *(*words) (guint n))
{
  self->count_words = words;
  show_count (self);
}

GPtrArray *
oree_list_view_get_selected (OreeListView *self)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  GtkBitsetIter iter;
  guint position;

  for (gboolean more = gtk_bitset_iter_init_first (&iter, selected, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    g_ptr_array_add (items, g_list_model_get_item (G_LIST_MODEL (self->selection), position));
  return items;
}

/* gtk_column_view_scroll_to () is of GTK 4.12: the inner list has the action. */
static void
scroll_to (OreeListView *self, guint position)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->view)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_activate_action (child, "list.scroll-to-item", "u", position))
      return;
}

gboolean
oree_list_view_select (OreeListView *self, const char *id)
{
  guint n = oree_list_view_get_n_shown (self);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OreeClientItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), i);

      if (g_str_equal (oree_client_item_get_id (item), id))
        {
          gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), i, TRUE);
          scroll_to (self, i);
          return TRUE;
        }
    }
  return FALSE;
}

/* The row of the first selected item, when it is on the screen. */
static GtkWidget *
selected_row (OreeListView *self)
{
  GtkWidget *inner = gtk_widget_get_last_child (GTK_WIDGET (self->view));

  for (GtkWidget *row = gtk_widget_get_first_child (inner); row != NULL; row = gtk_widget_get_next_sibling (row))
    {
      GtkWidget *cell = gtk_widget_get_first_child (row);
      GtkListItem *item = cell != NULL ? oree_list_cells_at (cell) : NULL;

      if (item != NULL && gtk_list_item_get_selected (item))
        return row;
    }
  return NULL;
}

static gboolean
focus_row (gpointer data)
{
  OreeListView *self = data;
  GtkWidget *row = selected_row (self);

  self->focus_idle = 0;
  /* Who went on in the meantime is not called back. */
  if (gtk_widget_get_mapped (GTK_WIDGET (self->view)))
    gtk_widget_grab_focus (row != NULL ? row : GTK_WIDGET (self->view));
  return G_SOURCE_REMOVE;
}

void
oree_list_view_grab_list (OreeListView *self)
{
  /* Rows are made in the next frame: after it there is one to take the keyboard. */
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
  if (self->focus_idle == 0)
    self->focus_idle = g_timeout_add (FOCUS_MS, focus_row, self);
}
