/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-facts.h"

#include "ui/oree-ui.h"

struct _OreeFacts
{
  GtkWidget parent;
  GtkWidget *scroller;
  GtkWidget *groups;
  GtkWidget *group; /* the last one; NULL: none yet */
};

G_DEFINE_FINAL_TYPE (OreeFacts, oree_facts, GTK_TYPE_WIDGET)

static void
oree_facts_dispose (GObject *object)
{
  OreeFacts *self = OREE_FACTS (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (oree_facts_parent_class)->dispose (object);
}

static void
oree_facts_class_init (OreeFactsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_facts_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/ui/oree-facts.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeFacts, scroller);
  gtk_widget_class_bind_template_child (widget_class, OreeFacts, groups);
}

static void
oree_facts_init (OreeFacts *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
oree_facts_new (void)
{
  return g_object_new (OREE_TYPE_FACTS, NULL);
}

void
oree_facts_clear (OreeFacts *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->groups)) != NULL)
    gtk_box_remove (GTK_BOX (self->groups), child);
  self->group = NULL;
}

void
oree_facts_add_group (OreeFacts *self, const char *title, const char *description)
{
  g_autofree char *literal = g_markup_escape_text (title != NULL ? title : "", -1);
  g_autofree char *described = description != NULL ? g_markup_escape_text (description, -1) : NULL;

  self->group = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->group), literal);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->group), described);
  gtk_box_append (GTK_BOX (self->groups), self->group);
}

static void
add_row (OreeFacts *self, GtkWidget *row)
{
  if (self->group == NULL)
    oree_facts_add_group (self, NULL, NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
}

static GtkWidget *
row_of (const char *label)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), label);
  return row;
}

void
oree_facts_add (OreeFacts *self, const char *label, const char *value)
{
  GtkWidget *row, *text;

  if (value == NULL || *value == '\0')
    return;
  row = row_of (label);
  text = gtk_label_new (value);
  gtk_label_set_selectable (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (text), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_xalign (GTK_LABEL (text), 1);
  gtk_widget_set_margin_top (text, 8);
  gtk_widget_set_margin_bottom (text, 8);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), text);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  /* The row itself is no stop of the Tab key: its value is, for it can be copied. */
  gtk_widget_set_focusable (row, FALSE);
  add_row (self, row);
}

void
oree_facts_add_link (OreeFacts *self, const char *label, const char *action, const char *target)
{
  GtkWidget *row = row_of (label), *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

  oree_ui_set_label (arrow, label);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), action);
  if (target != NULL)
    gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", target);
  add_row (self, row);
}

void
oree_facts_add_widget (OreeFacts *self, GtkWidget *widget)
{
  if (self->group == NULL)
    oree_facts_add_group (self, NULL, NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), widget);
}
