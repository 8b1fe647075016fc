/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subtitle is the help, and the problem instead when there is one. Never by colour alone: ✖ and ⚠ stand before it. */
#include "ui/oree-field-row.h"

#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  char *field;
  char *needs;
  char *help;
  char *hint;
  char *problem;
  gboolean is_error;
  gboolean setting;
  GtkWidget *control;
} OreeFieldRowPrivate;

enum
{
  PROP_FIELD = 1,
  PROP_HELP,
  PROP_NEEDS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint signal_edited;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (OreeFieldRow, oree_field_row, ADW_TYPE_ACTION_ROW)

#define PRIVATE(self) ((OreeFieldRowPrivate *) oree_field_row_get_instance_private (self))

static void
show_subtitle (OreeFieldRow *self)
{
  OreeFieldRowPrivate *private = PRIVATE (self);
  GtkWidget *widget = GTK_WIDGET (self);
  GString *text = g_string_new (NULL);
  g_autofree char *markup = NULL;

  if (private->problem != NULL)
    g_string_append_printf (text, "%s %s", private->is_error ? "✖" : "⚠", private->problem);
  if (private->help != NULL && (private->problem == NULL || !private->is_error))
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", private->help);
  if (private->hint != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", private->hint);
  /* Subtitles are markup in libadwaita 1.2. */
  markup = g_markup_escape_text (text->str, -1);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), markup);
  if (private->control != NULL)
    oree_ui_set_description (private->control, text->len > 0 ? text->str : NULL);
  g_string_free (text, TRUE);
  gtk_widget_remove_css_class (widget, "oree-error");
  gtk_widget_remove_css_class (widget, "oree-warning");
  if (private->problem != NULL)
    gtk_widget_add_css_class (widget, private->is_error ? "oree-error" : "oree-warning");
  if (private->control != NULL)
    gtk_accessible_update_state (GTK_ACCESSIBLE (private->control), GTK_ACCESSIBLE_STATE_INVALID,
                                 private->problem != NULL && private->is_error ? GTK_ACCESSIBLE_INVALID_TRUE
                                                                              : GTK_ACCESSIBLE_INVALID_FALSE,
                                 -1);
}

static void
show_name (OreeFieldRow *self)
{
  /* A row that is switched by a click anywhere names what it switches itself. */
  if (PRIVATE (self)->control != NULL && adw_action_row_get_activatable_widget (ADW_ACTION_ROW (self)) == NULL)
    oree_ui_set_label (PRIVATE (self)->control, adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self)));
}

static void
oree_field_row_finalize (GObject *object)
{
  OreeFieldRowPrivate *private = PRIVATE (OREE_FIELD_ROW (object));

  g_free (private->field);
  g_free (private->needs);
  g_free (private->help);
  g_free (private->hint);
  g_free (private->problem);
  G_OBJECT_CLASS (oree_field_row_parent_class)->finalize (object);
}

static void
oree_field_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  OreeFieldRowPrivate *private = PRIVATE (OREE_FIELD_ROW (object));

  if (id == PROP_FIELD)
    g_value_set_string (value, private->field);
  else if (id == PROP_HELP)
    g_value_set_string (value, private->help);
  else if (id == PROP_NEEDS)
    g_value_set_string (value, private->needs);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_field_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  OreeFieldRow *self = OREE_FIELD_ROW (object);
  OreeFieldRowPrivate *private = PRIVATE (self);
  char **text = id == PROP_FIELD ? &private->field : id == PROP_HELP ? &private->help : &private->needs;

  if (id != PROP_FIELD && id != PROP_HELP && id != PROP_NEEDS)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  g_free (*text);
  *text = g_value_dup_string (value);
  show_subtitle (self);
}

static void
oree_field_row_class_init (OreeFieldRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = oree_field_row_finalize;
  object_class->get_property = oree_field_row_get_property;
  object_class->set_property = oree_field_row_set_property;
  props[PROP_FIELD] = g_param_spec_string ("field", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_HELP] = g_param_spec_string ("help", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_NEEDS] = g_param_spec_string ("needs", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signal_edited
      = g_signal_new ("edited", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oree_field_row_init (OreeFieldRow *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "oree-field");
  /* The control takes the focus, not the row around it. */
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  g_signal_connect (self, "notify::title", G_CALLBACK (show_name), NULL);
}

const char *
oree_field_row_get_field (OreeFieldRow *self)
{
  return PRIVATE (self)->field;
}

const char *
oree_field_row_get_needs (OreeFieldRow *self)
{
  return PRIVATE (self)->needs;
}

GVariant *
oree_field_row_get_value (OreeFieldRow *self)
{
  return OREE_FIELD_ROW_GET_CLASS (self)->get_value (self);
}

char *
oree_field_row_describe (OreeFieldRow *self, GVariant *value)
{
  if (OREE_FIELD_ROW_GET_CLASS (self)->describe != NULL)
    return OREE_FIELD_ROW_GET_CLASS (self)->describe (self, value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? _ ("Yes") : _ ("No"));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return oree_ui_number (g_variant_get_uint64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_autofree const char **names = g_variant_get_strv (value, NULL);

      return g_strjoinv (", ", (char **) names);
    }
  return g_variant_print (value, FALSE);
}

void
oree_field_row_set_value (OreeFieldRow *self, GVariant *value)
{
  PRIVATE (self)->setting = TRUE;
  OREE_FIELD_ROW_GET_CLASS (self)->set_value (self, value);
  PRIVATE (self)->setting = FALSE;
}

void
oree_field_row_set_problem (OreeFieldRow *self, const char *text, gboolean is_error)
{
  OreeFieldRowPrivate *private = PRIVATE (self);

  if (g_strcmp0 (private->problem, text) == 0 && private->is_error == is_error)
    return;
  g_free (private->problem);
  private->problem = g_strdup (text);
  private->is_error = is_error;
  show_subtitle (self);
}

void
oree_field_row_set_hint (OreeFieldRow *self, const char *text)
{
  OreeFieldRowPrivate *private = PRIVATE (self);

  if (g_strcmp0 (private->hint, text) == 0)
    return;
  g_free (private->hint);
  private->hint = g_strdup (text);
  show_subtitle (self);
}

void
oree_field_row_set_editable (OreeFieldRow *self, gboolean editable)
{
  OREE_FIELD_ROW_GET_CLASS (self)->set_editable (self, editable);
}

void
oree_field_row_focus (OreeFieldRow *self)
{
  gtk_widget_grab_focus (PRIVATE (self)->control);
}

void
oree_field_row_adopt_control (OreeFieldRow *self, GtkWidget *control)
{
  PRIVATE (self)->control = control;
  show_name (self);
  show_subtitle (self);
}

void
oree_field_row_set_control (OreeFieldRow *self, GtkWidget *control)
{
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), control);
  oree_field_row_adopt_control (self, control);
}

GtkWidget *
oree_field_row_get_control (OreeFieldRow *self)
{
  return PRIVATE (self)->control;
}

void
oree_field_row_edited (OreeFieldRow *self)
{
  if (!PRIVATE (self)->setting)
    g_signal_emit (self, signal_edited, 0);
}
