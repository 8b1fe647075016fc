/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-secret-row.h"

struct _OreeSecretRow
{
  OreeFieldRow parent;
  GtkEditable *entry;
};

G_DEFINE_FINAL_TYPE (OreeSecretRow, oree_secret_row, OREE_TYPE_FIELD_ROW)

static GVariant *
get_value (OreeFieldRow *row)
{
  return g_variant_new_string (gtk_editable_get_text (OREE_SECRET_ROW (row)->entry));
}

static void
set_value (OreeFieldRow *row, GVariant *value)
{
  OreeSecretRow *self = OREE_SECRET_ROW (row);
  const char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : "";

  if (!g_str_equal (gtk_editable_get_text (self->entry), text))
    gtk_editable_set_text (self->entry, text);
}

static void
set_editable (OreeFieldRow *row, gboolean editable)
{
  gtk_widget_set_sensitive (GTK_WIDGET (OREE_SECRET_ROW (row)->entry), editable);
}

static void
oree_secret_row_class_init (OreeSecretRowClass *klass)
{
  OreeFieldRowClass *row_class = OREE_FIELD_ROW_CLASS (klass);

  row_class->get_value = get_value;
  row_class->set_value = set_value;
  row_class->set_editable = set_editable;
}

static void
oree_secret_row_init (OreeSecretRow *self)
{
  GtkWidget *entry = gtk_password_entry_new ();

  self->entry = GTK_EDITABLE (entry);
  gtk_password_entry_set_show_peek_icon (GTK_PASSWORD_ENTRY (entry), TRUE);
  gtk_widget_set_size_request (entry, 260, -1);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (oree_field_row_edited), self);
  oree_field_row_set_control (OREE_FIELD_ROW (self), entry);
}
