/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-choice-row.h"

#include "ui/oree-ui.h"
#include "ui/oree-words.h"

#include <glib/gi18n-lib.h>

struct _OreeChoiceRow
{
  OreeFieldRow parent;
  char *set;
  const OreeWord *words;
  guint n_words;
  gboolean radio;
  GtkDropDown *drop_down;
  GPtrArray *buttons; /* GtkCheckButton, owned by the row's box */
};

enum
{
  PROP_WORDS = 1,
  PROP_RADIO,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (OreeChoiceRow, oree_choice_row, OREE_TYPE_FIELD_ROW)

static guint
chosen (OreeChoiceRow *self)
{
  if (!self->radio)
    return gtk_drop_down_get_selected (self->drop_down);
  for (guint i = 0; i < self->buttons->len; i++)
    if (gtk_check_button_get_active (self->buttons->pdata[i]))
      return i;
  return GTK_INVALID_LIST_POSITION;
}

static GVariant *
get_value (OreeFieldRow *row)
{
  OreeChoiceRow *self = OREE_CHOICE_ROW (row);
  guint place = chosen (self);

  return place < self->n_words ? g_variant_new_string (self->words[place].nick) : NULL;
}

static void
set_value (OreeFieldRow *row, GVariant *value)
{
  OreeChoiceRow *self = OREE_CHOICE_ROW (row);
  const char *nick = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : "";

  for (guint i = 0; i < self->n_words; i++)
    {
      if (!g_str_equal (self->words[i].nick, nick))
        continue;
      if (self->radio)
        gtk_check_button_set_active (self->buttons->pdata[i], TRUE);
      else
        gtk_drop_down_set_selected (self->drop_down, i);
    }
}

static void
set_editable (OreeFieldRow *row, gboolean editable)
{
  gtk_widget_set_sensitive (oree_field_row_get_control (row), editable);
}

static char *
describe (OreeFieldRow *row, GVariant *value)
{
  return g_strdup (oree_words_label (OREE_CHOICE_ROW (row)->set, g_variant_get_string (value, NULL)));
}

static void
on_toggled (OreeChoiceRow *self, GtkCheckButton *button)
{
  if (gtk_check_button_get_active (button))
    oree_field_row_edited (OREE_FIELD_ROW (self));
}

/* A radio button and, below it, a word about what it means. */
static GtkWidget *
radio_new (const char *text, const char *description)
{
  GtkWidget *button = gtk_check_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = gtk_label_new (text), *more = gtk_label_new (description);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (more), TRUE);
  gtk_label_set_xalign (GTK_LABEL (more), 0);
  gtk_widget_add_css_class (more, "dim-label");
  gtk_widget_add_css_class (more, "caption");
  gtk_widget_set_visible (more, description != NULL);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), more);
  gtk_widget_set_margin_start (box, 6);
  gtk_check_button_set_child (GTK_CHECK_BUTTON (button), box);
  oree_ui_set_label (button, text);
  oree_ui_set_description (button, description);
  return button;
}

static void
fill_radio (OreeChoiceRow *self)
{
  GtkBox *box = GTK_BOX (oree_field_row_get_control (OREE_FIELD_ROW (self)));

  for (guint i = 0; i < self->n_words; i++)
    {
      const OreeWord *word = &self->words[i];
      GtkWidget *button = radio_new (oree_words_label (self->set, word->nick),
                                     word->description != NULL ? _ (word->description) : NULL);

      if (i > 0)
        gtk_check_button_set_group (GTK_CHECK_BUTTON (button), self->buttons->pdata[0]);
      g_ptr_array_add (self->buttons, button);
      gtk_box_append (box, button);
      g_signal_connect_swapped (button, "toggled", G_CALLBACK (on_toggled), self);
    }
}

static void
fill_drop_down (OreeChoiceRow *self)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  for (guint i = 0; i < self->n_words; i++)
    gtk_string_list_append (list, oree_words_label (self->set, self->words[i].nick));
  gtk_drop_down_set_model (self->drop_down, G_LIST_MODEL (list));
}

/* Radio buttons need the whole width; the group's title names them, and the row's title the group of buttons for those who
 * do not see. */
static void
hide_title (OreeChoiceRow *self)
{
  GtkWidget *header = gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (self));

  for (GtkWidget *child = gtk_widget_get_first_child (header); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_has_css_class (child, "title"))
      gtk_widget_set_visible (child, FALSE);
}

static void
oree_choice_row_constructed (GObject *object)
{
  OreeChoiceRow *self = OREE_CHOICE_ROW (object);
  GtkWidget *control;

  G_OBJECT_CLASS (oree_choice_row_parent_class)->constructed (object);
  if (self->radio)
    {
      control = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
      gtk_widget_set_hexpand (control, TRUE);
      gtk_widget_set_margin_top (control, 9);
      gtk_widget_set_margin_bottom (control, 9);
    }
  else
    {
      control = gtk_drop_down_new (NULL, NULL);
      self->drop_down = GTK_DROP_DOWN (control);
      g_signal_connect_swapped (control, "notify::selected", G_CALLBACK (oree_field_row_edited), self);
    }
  oree_field_row_set_control (OREE_FIELD_ROW (self), control);
  if (self->radio)
    hide_title (self);
}

static void
set_words (OreeChoiceRow *self, const char *set)
{
  g_return_if_fail (self->set == NULL);
  self->set = g_strdup (set);
  self->words = oree_words (set, &self->n_words);
  if (self->radio)
    fill_radio (self);
  else
    fill_drop_down (self);
}

static void
oree_choice_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  OreeChoiceRow *self = OREE_CHOICE_ROW (object);

  if (id == PROP_RADIO)
    self->radio = g_value_get_boolean (value);
  else if (id == PROP_WORDS)
    set_words (self, g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_choice_row_finalize (GObject *object)
{
  OreeChoiceRow *self = OREE_CHOICE_ROW (object);

  g_free (self->set);
  g_ptr_array_unref (self->buttons);
  G_OBJECT_CLASS (oree_choice_row_parent_class)->finalize (object);
}

static void
oree_choice_row_class_init (OreeChoiceRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  OreeFieldRowClass *row_class = OREE_FIELD_ROW_CLASS (klass);
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;

  object_class->constructed = oree_choice_row_constructed;
  object_class->set_property = oree_choice_row_set_property;
  object_class->finalize = oree_choice_row_finalize;
  row_class->get_value = get_value;
  row_class->set_value = set_value;
  row_class->set_editable = set_editable;
  row_class->describe = describe;
  props[PROP_WORDS] = g_param_spec_string ("words", NULL, NULL, NULL, flags);
  props[PROP_RADIO] = g_param_spec_boolean ("radio", NULL, NULL, FALSE, flags | G_PARAM_CONSTRUCT_ONLY);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
oree_choice_row_init (OreeChoiceRow *self)
{
  self->buttons = g_ptr_array_new ();
}
