/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of a list: one table says what each needs; keys that would disturb typing work in the list alone. */
#include "ui/oree-list-private.h"

#include "ui/oree-list-cells.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *name;
  OreeListNeed need;
  gboolean changes;
} Command;

/* Told to the page as "command". */
static const Command own[] = {
  { "duplicate", OREE_LIST_ONE, TRUE },
  { "delete", OREE_LIST_SOME, TRUE },
};

static void
enable (OreeListView *self, const Command *command)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), command->name);
  gboolean enough = command->need == OREE_LIST_ANY || (command->need == OREE_LIST_ONE && self->n_selected == 1)
                    || (command->need == OREE_LIST_SOME && self->n_selected > 0);

  if (action != NULL)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enough && (self->writable || !command->changes));
}

void
oree_list_actions_update (OreeListView *self)
{
  static const Command looking[] = { { "open", OREE_LIST_ONE, FALSE }, { "copy", OREE_LIST_SOME, FALSE } };
  static const Command making = { "new", OREE_LIST_ANY, TRUE };
  const char *reason = self->writable ? NULL : _ ("You cannot change anything at the moment.");

  if (self->actions == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (looking); i++)
    enable (self, &looking[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    enable (self, &own[i]);
  for (guint i = 0; i < self->added->len; i++)
    enable (self, &g_array_index (self->added, Command, i));
  enable (self, &making);
  if (!self->can_edit)
    for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
      g_action_map_remove_action (G_ACTION_MAP (self->actions), own[i].name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->new_button), reason != NULL ? reason : _ ("New (Ctrl+N)"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->new_menu_button), reason != NULL ? reason : _ ("New (Ctrl+N)"));
}

/* ---- what the commands do ---- */

static void
on_command (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  const char *name = g_action_get_name (G_ACTION (action));

  g_signal_emit (data, oree_list_signals[OREE_LIST_SIGNAL_COMMAND], g_quark_from_string (name), name);
}

static void
on_new (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  OreeListView *self = data;
  const char *target = g_variant_get_string (parameter, NULL);

  /* Ctrl+N names no target: the only one, or the menu that asks. */
  if (*target == '\0' && self->n_new > 1)
    {
      gtk_menu_button_popup (self->new_menu_button);
      return;
    }
  g_signal_emit (self, oree_list_signals[OREE_LIST_SIGNAL_NEW], 0, *target != '\0' ? target : self->new_target);
}

static void
on_open (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GPtrArray) selected = oree_list_view_get_selected (data);

  if (selected->len == 1)
    g_signal_emit (data, oree_list_signals[OREE_LIST_SIGNAL_OPEN], 0, selected->pdata[0]);
}

/* The selected rows as lines of tab-separated cells, which a spreadsheet takes. */
static void
on_copy (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  OreeListView *self = data;
  g_autoptr (GPtrArray) selected = oree_list_view_get_selected (self);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < selected->len; i++)
    for (guint c = 0; c < self->n_columns; c++)
      {
        g_autofree char *cell = oree_list_cells_text (selected->pdata[i], &self->columns[c], self->column_data);

        g_string_append_printf (text, "%s%s", cell, c + 1 < self->n_columns ? "\t" : "\n");
      }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text->str);
  oree_ui_toast (GTK_WIDGET (self), _ ("Copied"), NULL, NULL, NULL);
}

static void
on_select_all (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_selection_model_select_all (GTK_SELECTION_MODEL (OREE_LIST_VIEW (data)->selection));
}

static void
on_select_none (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_selection_model_unselect_all (GTK_SELECTION_MODEL (OREE_LIST_VIEW (data)->selection));
}

static void
on_refresh (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_signal_emit (data, oree_list_signals[OREE_LIST_SIGNAL_REFRESH], 0);
}

static void
on_search (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_widget_grab_focus (GTK_WIDGET (OREE_LIST_VIEW (data)->search));
}

static void
on_sort (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  OreeListView *self = data;
  GListModel *columns = gtk_column_view_get_columns (self->view);
  const char *wanted = g_variant_get_string (parameter, NULL);
  const char *now = g_object_get_data (G_OBJECT (self), "oree-sorted");
  GtkSortType order = g_strcmp0 (now, wanted) == 0 ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING;

  for (guint i = 0; i < self->n_columns; i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);

      if (g_str_equal (self->columns[i].id, wanted))
        gtk_column_view_sort_by_column (self->view, column, order);
    }
  /* A second time turns the order round. */
  g_object_set_data (G_OBJECT (self), "oree-sorted",
                     order == GTK_SORT_ASCENDING ? (gpointer) g_intern_string (wanted) : NULL);
}

static void
on_sort_menu (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_menu_button_popup (OREE_LIST_VIEW (data)->sort_button);
}

static const GActionEntry entries[] = {
  { .name = "new", .activate = on_new, .parameter_type = "s" },
  { .name = "open", .activate = on_open },
  { .name = "duplicate", .activate = on_command },
  { .name = "copy", .activate = on_copy },
  { .name = "select-all", .activate = on_select_all },
  { .name = "select-none", .activate = on_select_none },
  { .name = "delete", .activate = on_command },
  { .name = "refresh", .activate = on_refresh },
  { .name = "search", .activate = on_search },
  { .name = "sort", .activate = on_sort, .parameter_type = "s" },
  { .name = "sort-menu", .activate = on_sort_menu },
};

/* ---- menus ---- */

static void
popup_at (OreeListView *self, double x, double y)
{
  GdkRectangle at = { (int) x, (int) y, 1, 1 };

  if (self->context_menu == NULL)
    {
      self->context_menu = gtk_popover_menu_new_from_model (G_MENU_MODEL (self->context));
      gtk_widget_set_parent (self->context_menu, GTK_WIDGET (self->view));
      gtk_popover_set_has_arrow (GTK_POPOVER (self->context_menu), FALSE);
      gtk_widget_set_halign (self->context_menu, GTK_ALIGN_START);
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (self->context_menu), &at);
  gtk_popover_popup (GTK_POPOVER (self->context_menu));
}

/* The row under the pointer is what is meant, unless it is one of the selected already. */
static void
on_right_click (GtkGestureClick *gesture, int n_press, double x, double y, gpointer data)
{
  OreeListView *self = data;
  GtkWidget *under = gtk_widget_pick (GTK_WIDGET (self->view), x, y, GTK_PICK_DEFAULT);
  GtkListItem *item = oree_list_cells_at (under);

  if (item == NULL)
    return;
  if (!gtk_list_item_get_selected (item))
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), gtk_list_item_get_position (item), TRUE);
  popup_at (self, x, y);
}

static gboolean
on_menu_key (GtkWidget *widget, GVariant *args, gpointer data)
{
  OreeListView *self = data;
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  double x = 24, y = 48;

  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->view)))
    gtk_widget_translate_coordinates (focus, GTK_WIDGET (self->view), 24, gtk_widget_get_height (focus), &x, &y);
  popup_at (self, x, y);
  return TRUE;
}

static void
add_key (GtkShortcutController *controller, const char *trigger, const char *action)
{
  gtk_shortcut_controller_add_shortcut (
      controller, gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger), gtk_named_action_new (action)));
}

static void
add_keys (OreeListView *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  add_key (GTK_SHORTCUT_CONTROLLER (keys), "Delete|KP_Delete", "page.delete");
  add_key (GTK_SHORTCUT_CONTROLLER (keys), "<Control>d", "page.duplicate");
  add_key (GTK_SHORTCUT_CONTROLLER (keys), "<Control>c", "page.copy");
  add_key (GTK_SHORTCUT_CONTROLLER (keys), "<Control>a", "page.select-all");
  add_key (GTK_SHORTCUT_CONTROLLER (keys), "<Control><Shift>a", "page.select-none");
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Shift>F10|Menu"),
                        gtk_callback_action_new (on_menu_key, self, NULL)));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self->view), keys);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (on_right_click), self);
  gtk_widget_add_controller (GTK_WIDGET (self->view), GTK_EVENT_CONTROLLER (click));
}

static void
set_delete_label (OreeListView *self, const char *label)
{
  g_autoptr (GMenu) section = g_menu_new ();
  g_autoptr (GMenuItem) item = g_menu_item_new (label, "page.delete");

  g_menu_item_set_attribute (item, "hidden-when", "s", "action-missing");
  g_menu_append_item (section, item);
  if (g_menu_model_get_n_items (G_MENU_MODEL (self->edit_menu)) > 1)
    g_menu_remove (self->edit_menu, 1);
  g_menu_append_section (self->edit_menu, NULL, G_MENU_MODEL (section));
}

void
oree_list_view_set_delete_label (OreeListView *self, const char *label)
{
  set_delete_label (self, label != NULL ? label : _ ("_Delete…"));
}

void
oree_list_actions_init (OreeListView *self)
{
  self->added = g_array_new (FALSE, FALSE, sizeof (Command));
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "page", G_ACTION_GROUP (self->actions));
  self->new_menu = g_menu_new ();
  self->action_menu = g_menu_new ();
  self->context = g_menu_new ();
  gtk_menu_button_set_menu_model (self->new_menu_button, G_MENU_MODEL (self->new_menu));
  gtk_menu_button_set_menu_model (self->action_button, G_MENU_MODEL (self->action_menu));
  set_delete_label (self, _ ("_Delete…"));
  g_menu_append_section (self->context, NULL, G_MENU_MODEL (self->action_menu));
  g_menu_append_section (self->context, NULL, G_MENU_MODEL (self->edit_menu));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->new_button), "page.new");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->new_button), "s", "");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->empty_button), "page.new");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->empty_button), "s", "");
  add_keys (self);
  oree_list_actions_update (self);
}

void
oree_list_actions_set_columns (OreeListView *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  for (guint i = 0; i < self->n_columns; i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (oree_list_cells_title (&self->columns[i]), NULL);

      g_menu_item_set_action_and_target (item, "page.sort", "s", self->columns[i].id);
      g_menu_append_item (menu, item);
    }
  gtk_menu_button_set_menu_model (self->sort_button, G_MENU_MODEL (menu));
}

void
oree_list_view_add_new (OreeListView *self, const char *label, const char *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "page.new", "s", target);
  g_menu_append_item (self->new_menu, item);
  if (self->n_new++ == 0)
    self->new_target = g_strdup (target);
  gtk_widget_set_visible (GTK_WIDGET (self->new_button), self->n_new == 1);
  gtk_widget_set_visible (GTK_WIDGET (self->new_menu_button), self->n_new > 1);
}

void
oree_list_view_add_action (OreeListView *self, const char *name, const char *label, OreeListNeed need,
                           gboolean changes)
{
  Command command = { g_intern_string (name), need, changes };
  GActionEntry entry = { .name = name, .activate = on_command };
  g_autofree char *detailed = g_strconcat ("page.", name, NULL);

  g_array_append_val (self->added, command);
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), &entry, 1, self);
  g_menu_append (self->action_menu, label, detailed);
  gtk_widget_set_visible (GTK_WIDGET (self->action_button), TRUE);
  oree_list_actions_update (self);
}

GActionGroup *
oree_list_view_get_actions (OreeListView *self)
{
  return G_ACTION_GROUP (self->actions);
}
