/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-switch-row.h"

struct _OreeSwitchRow
{
  OreeFieldRow parent;
  GtkSwitch *control;
};

G_DEFINE_FINAL_TYPE (OreeSwitchRow, oree_switch_row, OREE_TYPE_FIELD_ROW)

static GVariant *
get_value (OreeFieldRow *row)
{
  return g_variant_new_boolean (gtk_switch_get_active (OREE_SWITCH_ROW (row)->control));
}

static void
set_value (OreeFieldRow *row, GVariant *value)
{
  gtk_switch_set_active (OREE_SWITCH_ROW (row)->control,
                         g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (value));
}

static void
set_editable (OreeFieldRow *row, gboolean editable)
{
  gtk_widget_set_sensitive (GTK_WIDGET (OREE_SWITCH_ROW (row)->control), editable);
}

static void
oree_switch_row_class_init (OreeSwitchRowClass *klass)
{
  OreeFieldRowClass *row_class = OREE_FIELD_ROW_CLASS (klass);

  row_class->get_value = get_value;
  row_class->set_value = set_value;
  row_class->set_editable = set_editable;
}

static void
oree_switch_row_init (OreeSwitchRow *self)
{
  GtkWidget *control = gtk_switch_new ();

  self->control = GTK_SWITCH (control);
  g_signal_connect_swapped (control, "notify::active", G_CALLBACK (oree_field_row_edited), self);
  /* A click anywhere in the row switches. */
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), control);
  oree_field_row_set_control (OREE_FIELD_ROW (self), control);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
}
