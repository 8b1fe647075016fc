/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An entry and not a spin button: a spin button would change what was typed without a word. */
#include "ui/oree-number-row.h"

struct _OreeNumberRow
{
  OreeFieldRow parent;
  GtkEditable *entry;
  GtkLabel *unit;
};

enum
{
  PROP_UNIT = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (OreeNumberRow, oree_number_row, OREE_TYPE_FIELD_ROW)

static GVariant *
get_value (OreeFieldRow *row)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (OREE_NUMBER_ROW (row)->entry)));
  guint64 number;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &number, NULL))
    return g_variant_new_uint64 (number);
  /* The model says what is wrong with it. */
  return g_variant_new_string (text);
}

static void
set_value (OreeFieldRow *row, GVariant *value)
{
  OreeNumberRow *self = OREE_NUMBER_ROW (row);
  g_autofree char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64)
                              ? g_strdup_printf ("%" G_GUINT64_FORMAT, g_variant_get_uint64 (value))
                              : g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                                                   : g_strdup ("");

  if (!g_str_equal (gtk_editable_get_text (self->entry), text))
    gtk_editable_set_text (self->entry, text);
}

static void
set_editable (OreeFieldRow *row, gboolean editable)
{
  gtk_editable_set_editable (OREE_NUMBER_ROW (row)->entry, editable);
}

static void
oree_number_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  OreeNumberRow *self = OREE_NUMBER_ROW (object);

  if (id == PROP_UNIT)
    {
      gtk_label_set_label (self->unit, g_value_get_string (value));
      gtk_widget_set_visible (GTK_WIDGET (self->unit), TRUE);
    }
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_number_row_class_init (OreeNumberRowClass *klass)
{
  OreeFieldRowClass *row_class = OREE_FIELD_ROW_CLASS (klass);

  G_OBJECT_CLASS (klass)->set_property = oree_number_row_set_property;
  row_class->get_value = get_value;
  row_class->set_value = set_value;
  row_class->set_editable = set_editable;
  props[PROP_UNIT] = g_param_spec_string ("unit", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
}

static void
oree_number_row_init (OreeNumberRow *self)
{
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *unit = gtk_label_new (NULL);

  self->entry = GTK_EDITABLE (entry);
  self->unit = GTK_LABEL (unit);
  gtk_editable_set_width_chars (self->entry, 10);
  gtk_editable_set_max_width_chars (self->entry, 12);
  gtk_editable_set_alignment (self->entry, 1);
  gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_DIGITS);
  gtk_widget_add_css_class (entry, "numeric");
  gtk_widget_add_css_class (unit, "dim-label");
  gtk_widget_set_visible (unit, FALSE);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (oree_field_row_edited), self);
  oree_field_row_set_control (OREE_FIELD_ROW (self), entry);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), unit);
}
