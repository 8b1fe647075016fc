/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-reference-row.h"

struct _OreeReferenceRow
{
  OreeFieldRow parent;
  GtkDropDown *choice;
  GtkStringList *words; /* the first is nothing's */
  char *none;
  char *value;
  gboolean filling;
};

enum
{
  PROP_NONE = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (OreeReferenceRow, oree_reference_row, OREE_TYPE_FIELD_ROW)

static guint
find (OreeReferenceRow *self, const char *name)
{
  for (guint i = 1; i < g_list_model_get_n_items (G_LIST_MODEL (self->words)); i++)
    if (g_str_equal (gtk_string_list_get_string (self->words, i), name))
      return i;
  return GTK_INVALID_LIST_POSITION;
}

static void
choose (OreeReferenceRow *self)
{
  const char *value = self->value != NULL ? self->value : "";

  self->filling = TRUE;
  if (*value != '\0' && find (self, value) == GTK_INVALID_LIST_POSITION)
    gtk_string_list_append (self->words, value);
  gtk_drop_down_set_selected (self->choice, *value != '\0' ? find (self, value) : 0);
  self->filling = FALSE;
}

static GVariant *
get_value (OreeFieldRow *row)
{
  OreeReferenceRow *self = OREE_REFERENCE_ROW (row);
  guint chosen = gtk_drop_down_get_selected (self->choice);

  return g_variant_new_string (chosen == 0 || chosen == GTK_INVALID_LIST_POSITION
                                   ? ""
                                   : gtk_string_list_get_string (self->words, chosen));
}

static void
set_value (OreeFieldRow *row, GVariant *value)
{
  OreeReferenceRow *self = OREE_REFERENCE_ROW (row);

  g_free (self->value);
  self->value = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL) : g_strdup ("");
  choose (self);
}

static void
set_editable (OreeFieldRow *row, gboolean editable)
{
  gtk_widget_set_sensitive (oree_field_row_get_control (row), editable);
}

static void
on_selected (OreeReferenceRow *self)
{
  g_autoptr (GVariant) now = NULL;

  if (self->filling)
    return;
  now = g_variant_ref_sink (get_value (OREE_FIELD_ROW (self)));
  g_free (self->value);
  self->value = g_variant_dup_string (now, NULL);
  oree_field_row_edited (OREE_FIELD_ROW (self));
}

static void
set_none (OreeReferenceRow *self, const char *none)
{
  g_free (self->none);
  self->none = g_strdup (none);
  oree_reference_row_set_names (self, NULL);
}

static void
oree_reference_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_NONE)
    set_none (OREE_REFERENCE_ROW (object), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_reference_row_finalize (GObject *object)
{
  OreeReferenceRow *self = OREE_REFERENCE_ROW (object);

  g_free (self->none);
  g_free (self->value);
  g_object_unref (self->words);
  G_OBJECT_CLASS (oree_reference_row_parent_class)->finalize (object);
}

static void
oree_reference_row_class_init (OreeReferenceRowClass *klass)
{
  OreeFieldRowClass *row_class = OREE_FIELD_ROW_CLASS (klass);

  G_OBJECT_CLASS (klass)->set_property = oree_reference_row_set_property;
  G_OBJECT_CLASS (klass)->finalize = oree_reference_row_finalize;
  row_class->get_value = get_value;
  row_class->set_value = set_value;
  row_class->set_editable = set_editable;
  props[PROP_NONE] = g_param_spec_string ("none", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
}

static void
oree_reference_row_init (OreeReferenceRow *self)
{
  GtkWidget *choice;

  self->words = gtk_string_list_new (NULL);
  choice = gtk_drop_down_new (g_object_ref (G_LIST_MODEL (self->words)), NULL);
  self->choice = GTK_DROP_DOWN (choice);
  g_signal_connect_swapped (choice, "notify::selected", G_CALLBACK (on_selected), self);
  oree_field_row_set_control (OREE_FIELD_ROW (self), choice);
}

void
oree_reference_row_set_names (OreeReferenceRow *self, const char *const *names)
{
  const char *first[] = { self->none != NULL ? self->none : "", NULL };

  self->filling = TRUE;
  gtk_string_list_splice (self->words, 0, g_list_model_get_n_items (G_LIST_MODEL (self->words)), first);
  for (; names != NULL && *names != NULL; names++)
    gtk_string_list_append (self->words, *names);
  self->filling = FALSE;
  choose (self);
}
