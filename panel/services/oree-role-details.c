/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/services/oree-role-details.h"

#include "client/oree-sentences.h"
#include "panel/services/oree-role-commands.h"
#include "panel/services/oree-role-figures.h"
#include "ui/oree-duration.h"
#include "ui/oree-sparkline.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

/* What a line shows. */
#define SECONDS 60
#define N_CHARTS G_N_ELEMENTS (((OreeRoleFigures *) NULL)->charts)
#define N_TOTALS G_N_ELEMENTS (((OreeRoleFigures *) NULL)->totals)

struct _OreeRoleDetails
{
  AdwBin parent;
  OreeClientCounters *counters;
  OreeClientItem *item;
  gulong watched;
  GtkLabel *name;
  GtkLabel *uptime;
  GtkLabel *complaint;
  GtkLabel *chart_labels[N_CHARTS];
  GtkLabel *chart_values[N_CHARTS];
  OreeSparkline *charts[N_CHARTS];
  GtkLabel *total_labels[N_TOTALS];
  GtkLabel *total_values[N_TOTALS];
};

G_DEFINE_FINAL_TYPE (OreeRoleDetails, oree_role_details, ADW_TYPE_BIN)

static void
show_chart (OreeRoleDetails *self, guint place, const OreeFigure *figure)
{
  double values[SECONDS], peak = 0;
  guint known;
  g_autofree char *text = NULL, *whole = NULL;

  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (self->charts[place])), figure->label != NULL);
  if (figure->label == NULL)
    return;
  known = oree_client_counters_history (self->counters, figure->counters, values, SECONDS);
  for (guint i = 0; i < SECONDS; i++)
    peak = MAX (peak, values[i]);
  /* TRANSLATORS: a rate per second now, and the highest of the last minute: "now 4.3, peak 11.0". */
  text = g_strdup_printf (_ ("now %.1f, peak %.1f"), values[SECONDS - 1], peak);
  gtk_label_set_text (self->chart_labels[place], _ (figure->label));
  gtk_label_set_text (self->chart_values[place], text);
  oree_sparkline_set_values (self->charts[place], values, SECONDS, known);
  /* TRANSLATORS: what a line shows and its figures: "Messages per second: now 4.3, peak 11.0". */
  whole = g_strdup_printf (_ ("%s: %s"), _ (figure->label), text);
  oree_ui_set_label (GTK_WIDGET (self->charts[place]), whole);
}

static void
show_total (OreeRoleDetails *self, guint place, const OreeFigure *figure)
{
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->total_labels[place]), figure->label != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->total_values[place]), figure->label != NULL);
  if (figure->label == NULL)
    return;
  text = oree_ui_number (oree_client_counters_total (self->counters, figure->counters));
  gtk_label_set_text (self->total_labels[place], _ (figure->label));
  gtk_label_set_text (self->total_values[place], text);
}

static void
show (OreeRoleDetails *self)
{
  const OreeRoleFigures *figures;
  g_autofree char *complaint = NULL, *lasted = NULL, *uptime = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), self->item != NULL);
  if (self->item == NULL)
    return;
  figures = oree_role_figures (oree_client_item_text (self->item, "role"));
  complaint = oree_role_complaint (oree_client_item_get_row (self->item));
  lasted = oree_ui_duration (g_get_real_time () - oree_client_item_time (self->item, "since"));
  /* TRANSLATORS: a state and how long it has lasted: "Running for 3 h 4 min". */
  uptime = g_strdup_printf (_ ("%s for %s"), oree_role_state_word (oree_client_item_get_row (self->item)), lasted);
  gtk_label_set_text (self->name, oree_sentence_role (oree_client_item_text (self->item, "role")));
  gtk_label_set_text (self->uptime, uptime);
  gtk_label_set_text (self->complaint, complaint != NULL ? complaint : "");
  gtk_widget_set_visible (GTK_WIDGET (self->complaint), complaint != NULL);
  for (guint i = 0; i < N_CHARTS; i++)
    show_chart (self, i, &figures->charts[i]);
  for (guint i = 0; i < N_TOTALS; i++)
    show_total (self, i, &figures->totals[i]);
}

static void
oree_role_details_dispose (GObject *object)
{
  OreeRoleDetails *self = OREE_ROLE_DETAILS (object);

  oree_role_details_set_item (self, NULL);
  G_OBJECT_CLASS (oree_role_details_parent_class)->dispose (object);
}

/* The template's NAME_0, NAME_1 … are the members of the array at `offset`. */
static void
bind_all (GtkWidgetClass *widget_class, const char *name, gssize offset, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *full = g_strdup_printf ("%s_%u", name, i);

      gtk_widget_class_bind_template_child_full (widget_class, full, FALSE,
                                                 offset + (gssize) (i * sizeof (gpointer)));
    }
}

static void
oree_role_details_class_init (OreeRoleDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_role_details_dispose;
  g_type_ensure (OREE_TYPE_SPARKLINE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-role-details.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeRoleDetails, name);
  gtk_widget_class_bind_template_child (widget_class, OreeRoleDetails, uptime);
  gtk_widget_class_bind_template_child (widget_class, OreeRoleDetails, complaint);
  bind_all (widget_class, "chart_label", G_STRUCT_OFFSET (OreeRoleDetails, chart_labels), N_CHARTS);
  bind_all (widget_class, "chart_value", G_STRUCT_OFFSET (OreeRoleDetails, chart_values), N_CHARTS);
  bind_all (widget_class, "chart", G_STRUCT_OFFSET (OreeRoleDetails, charts), N_CHARTS);
  bind_all (widget_class, "total_label", G_STRUCT_OFFSET (OreeRoleDetails, total_labels), N_TOTALS);
  bind_all (widget_class, "total_value", G_STRUCT_OFFSET (OreeRoleDetails, total_values), N_TOTALS);
}

static void
oree_role_details_init (OreeRoleDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
oree_role_details_set_counters (OreeRoleDetails *self, OreeClientCounters *counters)
{
  self->counters = counters;
  g_signal_connect_object (counters, "sampled", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
}

void
oree_role_details_set_item (OreeRoleDetails *self, OreeClientItem *item)
{
  if (self->item != NULL)
    g_clear_signal_handler (&self->watched, self->item);
  g_set_object (&self->item, item);
  if (item == NULL)
    return;
  self->watched = g_signal_connect_object (item, "notify::row", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
}
