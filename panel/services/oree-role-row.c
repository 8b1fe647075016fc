/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/services/oree-role-row.h"

#include "client/oree-sentences.h"
#include "panel/services/oree-role-commands.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

struct _OreeRoleRow
{
  GtkListBoxRow parent;
  OreeClientItem *item;
  GtkLabel *mark;
  GtkLabel *name;
  GtkLabel *complaint;
  GtkLabel *state;
  GtkLabel *start_type;
  GtkLabel *connections;
  GtkLabel *since;
};

G_DEFINE_FINAL_TYPE (OreeRoleRow, oree_role_row, GTK_TYPE_LIST_BOX_ROW)

static void
show_mark (OreeRoleRow *self, GVariant *row)
{
  static const char *const classes[] = { "success", "warning", "error" };
  const char *mark = oree_role_state_mark (row);
  const char *wanted = g_str_equal (mark, "✔") ? "success" : g_str_equal (mark, "⚠") ? "warning"
                       : g_str_equal (mark, "✖")                                   ? "error"
                                                                                    : NULL;

  gtk_label_set_text (self->mark, mark);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->mark), classes[i]);
  if (wanted != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->mark), wanted);
}

static void
show (OreeRoleRow *self)
{
  GVariant *row = oree_client_item_get_row (self->item);
  const char *name = oree_sentence_role (oree_client_item_text (self->item, "role"));
  const char *start_type = oree_sentence_start_type (oree_client_item_text (self->item, "start-type"));
  const char *state = oree_role_state_word (row);
  g_autofree char *complaint = oree_role_complaint (row);
  g_autofree char *since = oree_ui_short_time (oree_client_item_time (self->item, "since"));
  g_autofree char *all = NULL;

  show_mark (self, row);
  gtk_label_set_text (self->name, name);
  gtk_label_set_text (self->complaint, complaint != NULL ? complaint : "");
  gtk_widget_set_visible (GTK_WIDGET (self->complaint), complaint != NULL);
  gtk_label_set_text (self->state, state);
  gtk_label_set_text (self->start_type, start_type);
  gtk_label_set_text (self->since, since);
  /* TRANSLATORS: a role, its state, its start type: Access Edge, Running, Automatic. */
  all = g_strdup_printf (_ ("%s, %s, %s"), name, state, start_type);
  oree_ui_set_label (GTK_WIDGET (self), all);
  oree_ui_set_description (GTK_WIDGET (self), complaint);
}

static void
oree_role_row_finalize (GObject *object)
{
  g_clear_object (&OREE_ROLE_ROW (object)->item);
  G_OBJECT_CLASS (oree_role_row_parent_class)->finalize (object);
}

static void
oree_role_row_class_init (OreeRoleRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = oree_role_row_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-role-row.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeRoleRow, mark);
  gtk_widget_class_bind_template_child (widget_class, OreeRoleRow, name);
  gtk_widget_class_bind_template_child (widget_class, OreeRoleRow, complaint);
  gtk_widget_class_bind_template_child (widget_class, OreeRoleRow, state);
  gtk_widget_class_bind_template_child (widget_class, OreeRoleRow, start_type);
  gtk_widget_class_bind_template_child (widget_class, OreeRoleRow, connections);
  gtk_widget_class_bind_template_child (widget_class, OreeRoleRow, since);
}

static void
oree_role_row_init (OreeRoleRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
oree_role_row_new (OreeClientItem *item)
{
  OreeRoleRow *self = g_object_new (OREE_TYPE_ROLE_ROW, NULL);

  self->item = g_object_ref (item);
  g_signal_connect_object (item, "notify::row", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}

OreeClientItem *
oree_role_row_get_item (OreeRoleRow *self)
{
  return self->item;
}

void
oree_role_row_set_connections (OreeRoleRow *self, int count)
{
  g_autofree char *text = count >= 0 ? oree_ui_number ((guint64) count) : g_strdup ("–");

  gtk_label_set_text (self->connections, text);
}
