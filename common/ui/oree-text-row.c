/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-text-row.h"

struct _OreeTextRow
{
  OreeFieldRow parent;
  GtkEditable *entry;
};

enum
{
  PROP_PLACEHOLDER = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (OreeTextRow, oree_text_row, OREE_TYPE_FIELD_ROW)

static GVariant *
get_value (OreeFieldRow *row)
{
  return g_variant_new_string (gtk_editable_get_text (OREE_TEXT_ROW (row)->entry));
}

static void
set_value (OreeFieldRow *row, GVariant *value)
{
  OreeTextRow *self = OREE_TEXT_ROW (row);
  const char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : "";

  /* Not while it says so already: the cursor would jump. */
  if (!g_str_equal (gtk_editable_get_text (self->entry), text))
    gtk_editable_set_text (self->entry, text);
}

static void
set_editable (OreeFieldRow *row, gboolean editable)
{
  gtk_editable_set_editable (OREE_TEXT_ROW (row)->entry, editable);
}

static void
oree_text_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PLACEHOLDER)
    gtk_entry_set_placeholder_text (GTK_ENTRY (OREE_TEXT_ROW (object)->entry), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_text_row_class_init (OreeTextRowClass *klass)
{
  OreeFieldRowClass *row_class = OREE_FIELD_ROW_CLASS (klass);

  G_OBJECT_CLASS (klass)->set_property = oree_text_row_set_property;
  row_class->get_value = get_value;
  row_class->set_value = set_value;
  row_class->set_editable = set_editable;
  props[PROP_PLACEHOLDER]
      = g_param_spec_string ("placeholder", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
}

static void
oree_text_row_init (OreeTextRow *self)
{
  GtkWidget *entry = gtk_entry_new ();

  self->entry = GTK_EDITABLE (entry);
  /* All entries of a form stand in one column. */
  gtk_widget_set_size_request (entry, OREE_FIELD_WIDTH, -1);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), FALSE);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (oree_field_row_edited), self);
  oree_field_row_set_control (OREE_FIELD_ROW (self), entry);
}
