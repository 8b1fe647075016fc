/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is typed is added by Enter or Add; several names may be pasted at once. What is wrong with one of them is said by the
 * model, of the whole list. */
#include "ui/oree-names-row.h"

#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

struct _OreeNamesRow
{
  OreeFieldRow parent;
  GtkEditable *entry;
  GtkWidget *add;
  GtkBox *list;
  GPtrArray *names; /* char * */
  gboolean editable;
};

enum
{
  PROP_PLACEHOLDER = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (OreeNamesRow, oree_names_row, OREE_TYPE_FIELD_ROW)

static void rebuild (OreeNamesRow *self);

static void
on_remove (OreeNamesRow *self, GtkWidget *button)
{
  guint place = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "oree-place"));

  g_ptr_array_remove_index (self->names, place);
  rebuild (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  oree_field_row_edited (OREE_FIELD_ROW (self));
}

static GtkWidget *
line_new (OreeNamesRow *self, guint place)
{
  const char *name = self->names->pdata[place];
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (name);
  GtkWidget *button = gtk_button_new_from_icon_name ("list-remove-symbolic");
  /* TRANSLATORS: %s is a name in a list. */
  g_autofree char *text = g_strdup_printf (_ ("Remove %s"), name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, text);
  gtk_widget_set_visible (button, self->editable);
  oree_ui_set_label (button, text);
  g_object_set_data (G_OBJECT (button), "oree-place", GUINT_TO_POINTER (place));
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_remove), self);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), button);
  return box;
}

static void
rebuild (OreeNamesRow *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_box_remove (self->list, child);
  for (guint i = 0; i < self->names->len; i++)
    gtk_box_append (self->list, line_new (self, i));
}

static void
on_add (OreeNamesRow *self)
{
  g_auto (GStrv) parts = g_strsplit_set (gtk_editable_get_text (self->entry), " ,;\t\r\n", -1);
  guint before = self->names->len;

  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0' && !g_ptr_array_find_with_equal_func (self->names, *part, g_str_equal, NULL))
      g_ptr_array_add (self->names, g_strdup (*part));
  gtk_editable_set_text (self->entry, "");
  if (self->names->len == before)
    return;
  rebuild (self);
  oree_field_row_edited (OREE_FIELD_ROW (self));
}

static void
on_entry_changed (OreeNamesRow *self)
{
  gtk_widget_set_sensitive (self->add, self->editable && *gtk_editable_get_text (self->entry) != '\0');
}

static GVariant *
get_value (OreeFieldRow *row)
{
  GPtrArray *names = OREE_NAMES_ROW (row)->names;

  return g_variant_new_strv ((const char *const *) names->pdata, names->len);
}

static void
set_value (OreeFieldRow *row, GVariant *value)
{
  OreeNamesRow *self = OREE_NAMES_ROW (row);
  g_autofree const char **names = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY)
                                      ? g_variant_get_strv (value, NULL)
                                      : g_new0 (const char *, 1);

  g_ptr_array_set_size (self->names, 0);
  for (const char **name = names; *name != NULL; name++)
    g_ptr_array_add (self->names, g_strdup (*name));
  rebuild (self);
}

static void
set_editable (OreeFieldRow *row, gboolean editable)
{
  OreeNamesRow *self = OREE_NAMES_ROW (row);

  self->editable = editable;
  gtk_editable_set_editable (self->entry, editable);
  on_entry_changed (self);
  rebuild (self);
}

static void
oree_names_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PLACEHOLDER)
    gtk_entry_set_placeholder_text (GTK_ENTRY (OREE_NAMES_ROW (object)->entry), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_names_row_finalize (GObject *object)
{
  g_ptr_array_unref (OREE_NAMES_ROW (object)->names);
  G_OBJECT_CLASS (oree_names_row_parent_class)->finalize (object);
}

static void
oree_names_row_class_init (OreeNamesRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  OreeFieldRowClass *row_class = OREE_FIELD_ROW_CLASS (klass);

  object_class->set_property = oree_names_row_set_property;
  object_class->finalize = oree_names_row_finalize;
  row_class->get_value = get_value;
  row_class->set_value = set_value;
  row_class->set_editable = set_editable;
  props[PROP_PLACEHOLDER]
      = g_param_spec_string ("placeholder", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
oree_names_row_init (OreeNamesRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->names = g_ptr_array_new_with_free_func (g_free);
  self->entry = GTK_EDITABLE (entry);
  self->list = GTK_BOX (list);
  self->add = gtk_button_new_with_label (_ ("Add"));
  self->editable = TRUE;
  gtk_widget_set_size_request (box, OREE_FIELD_WIDTH, -1);
  gtk_editable_set_width_chars (self->entry, 12);
  gtk_editable_set_max_width_chars (self->entry, 14);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_box_append (GTK_BOX (line), entry);
  gtk_box_append (GTK_BOX (line), self->add);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), list);
  gtk_widget_set_margin_top (box, 9);
  gtk_widget_set_margin_bottom (box, 9);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (on_add), self);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (on_entry_changed), self);
  g_signal_connect_swapped (self->add, "clicked", G_CALLBACK (on_add), self);
  /* What was typed and not added is meant all the same. */
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (on_add), self);
  gtk_widget_add_controller (entry, focus);
  on_entry_changed (self);
  /* The entry is what the row is about; the rest stands with it. */
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), box);
  oree_field_row_adopt_control (OREE_FIELD_ROW (self), entry);
}
