/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/services/oree-stop-choice.h"

struct _OreeStopChoice
{
  AdwBin parent;
  GtkCheckButton *graceful;
  GtkCheckButton *at_once;
  GtkSpinButton *minutes;
};

G_DEFINE_FINAL_TYPE (OreeStopChoice, oree_stop_choice, ADW_TYPE_BIN)

static void
oree_stop_choice_class_init (OreeStopChoiceClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-stop-choice.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeStopChoice, graceful);
  gtk_widget_class_bind_template_child (widget_class, OreeStopChoice, at_once);
  gtk_widget_class_bind_template_child (widget_class, OreeStopChoice, minutes);
}

static void
oree_stop_choice_init (OreeStopChoice *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
oree_stop_choice_new (const char *cut, gboolean drain_only)
{
  OreeStopChoice *self = g_object_new (OREE_TYPE_STOP_CHOICE, NULL);

  gtk_check_button_set_label (self->at_once, cut);
  gtk_widget_set_visible (GTK_WIDGET (self->at_once), !drain_only);
  gtk_widget_set_visible (GTK_WIDGET (self->graceful), !drain_only);
  return GTK_WIDGET (self);
}

gboolean
oree_stop_choice_is_graceful (OreeStopChoice *self)
{
  return gtk_check_button_get_active (self->graceful);
}

guint
oree_stop_choice_get_deadline (OreeStopChoice *self)
{
  return (guint) gtk_spin_button_get_value_as_int (self->minutes) * 60;
}
