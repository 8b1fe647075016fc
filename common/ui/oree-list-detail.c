/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-list-detail.h"

#include "ui/oree-button-names.h"
#include "ui/oree-ui.h"

struct _OreeListDetail
{
  GtkWidget parent;
  GtkStack *stack;
  OreeListView *list;
  GtkWidget *detail;
  GtkWidget *back;
  GtkLabel *title;
  GtkBox *buttons;
  OreeFacts *facts;
};

static guint signal_closed;

G_DEFINE_FINAL_TYPE (OreeListDetail, oree_list_detail, GTK_TYPE_WIDGET)

static void
on_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  oree_list_detail_close (OREE_LIST_DETAIL (widget));
}

static void
oree_list_detail_dispose (GObject *object)
{
  OreeListDetail *self = OREE_LIST_DETAIL (object);
  GtkWidget *stack = GTK_WIDGET (self->stack);

  self->stack = NULL;
  g_clear_pointer (&stack, gtk_widget_unparent);
  G_OBJECT_CLASS (oree_list_detail_parent_class)->dispose (object);
}

static void
oree_list_detail_class_init (OreeListDetailClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_list_detail_dispose;
  signal_closed
      = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (OREE_TYPE_LIST_VIEW);
  g_type_ensure (OREE_TYPE_FACTS);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/ui/oree-list-detail.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeListDetail, stack);
  gtk_widget_class_bind_template_child (widget_class, OreeListDetail, list);
  gtk_widget_class_bind_template_child (widget_class, OreeListDetail, detail);
  gtk_widget_class_bind_template_child (widget_class, OreeListDetail, back);
  gtk_widget_class_bind_template_child (widget_class, OreeListDetail, title);
  gtk_widget_class_bind_template_child (widget_class, OreeListDetail, buttons);
  gtk_widget_class_bind_template_child (widget_class, OreeListDetail, facts);
  gtk_widget_class_install_action (widget_class, "detail.back", NULL, on_back);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "detail.back", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "detail.back", NULL);
}

static void
oree_list_detail_init (OreeListDetail *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  oree_ui_watch_stack (GTK_WIDGET (self->stack));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "detail.back", FALSE);
}

GtkWidget *
oree_list_detail_new (void)
{
  return g_object_new (OREE_TYPE_LIST_DETAIL, NULL);
}

OreeListView *
oree_list_detail_get_list (OreeListDetail *self)
{
  return self->list;
}

OreeFacts *
oree_list_detail_get_facts (OreeListDetail *self)
{
  return self->facts;
}

static void
remove_buttons (OreeListDetail *self)
{
  GtkWidget *button;

  while ((button = gtk_widget_get_first_child (GTK_WIDGET (self->buttons))) != NULL)
    gtk_box_remove (self->buttons, button);
}

void
oree_list_detail_open (OreeListDetail *self, const char *title)
{
  gtk_label_set_text (self->title, title);
  gtk_stack_set_visible_child (self->stack, self->detail);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "detail.back", TRUE);
  gtk_widget_grab_focus (self->back);
}

void
oree_list_detail_close (OreeListDetail *self)
{
  if (!oree_list_detail_is_open (self))
    return;
  gtk_stack_set_visible_child (self->stack, GTK_WIDGET (self->list));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "detail.back", FALSE);
  remove_buttons (self);
  oree_list_view_grab_list (self->list);
  g_signal_emit (self, signal_closed, 0);
}

gboolean
oree_list_detail_is_open (OreeListDetail *self)
{
  return self->stack != NULL && gtk_stack_get_visible_child (self->stack) == self->detail;
}

void
oree_list_detail_add_button (OreeListDetail *self, const char *label, const char *action, const char *target)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  oree_ui_name_buttons (button);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  if (target != NULL)
    gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", target);
  gtk_box_append (self->buttons, button);
}
