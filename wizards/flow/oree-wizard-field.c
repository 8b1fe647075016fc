/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/flow/oree-wizard-field.h"

struct _OreeWizardField
{
  AdwPreferencesRow parent;
  GtkWidget *title;
  GtkWidget *entry;
  GtkWidget *line; /* the entry and what stands behind it */
  GtkWidget *said;
  char *hint;
  char *problem;
  char *warning;
};

enum
{
  PROP_TEXT = 1,
  PROP_HINT,
  PROP_PROBLEM,
  PROP_WARNING,
  PROP_SECRET,
  PROP_MAX_LENGTH,
  N_PROPS
};

enum
{
  SIGNAL_ENTRY_ACTIVATED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeWizardField, oree_wizard_field, ADW_TYPE_PREFERENCES_ROW)

static void
set_class (GtkWidget *widget, const char *css, gboolean on)
{
  if (on)
    gtk_widget_add_css_class (widget, css);
  else
    gtk_widget_remove_css_class (widget, css);
}

/* A mark and words, never colour alone. */
static void
draw (OreeWizardField *self)
{
  g_autofree char *text = NULL;
  const char *said = self->problem != NULL ? self->problem : self->warning;

  text = said == NULL ? g_strdup (self->hint != NULL ? self->hint : "")
                      : g_strconcat (self->problem != NULL ? "✖ " : "⚠ ", said, NULL);
  gtk_label_set_label (GTK_LABEL (self->said), text);
  gtk_widget_set_visible (self->said, *text != '\0');
  set_class (GTK_WIDGET (self), "field-problem", self->problem != NULL);
  set_class (GTK_WIDGET (self), "field-warning", self->problem == NULL && self->warning != NULL);
  set_class (self->entry, "error", self->problem != NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               self->problem != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

static void
set_said (OreeWizardField *self, char **text, const char *to, int prop)
{
  if (g_strcmp0 (*text, to) == 0)
    return;
  g_free (*text);
  *text = g_strdup (to);
  draw (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

static void
oree_wizard_field_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  OreeWizardField *self = OREE_WIZARD_FIELD (object);

  switch (id)
    {
    case PROP_TEXT:
      g_value_set_string (value, oree_wizard_field_get_text (self));
      break;
    case PROP_HINT:
      g_value_set_string (value, self->hint);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    case PROP_WARNING:
      g_value_set_string (value, self->warning);
      break;
    case PROP_SECRET:
      g_value_set_boolean (value, !gtk_entry_get_visibility (GTK_ENTRY (self->entry)));
      break;
    case PROP_MAX_LENGTH:
      g_value_set_int (value, gtk_entry_get_max_length (GTK_ENTRY (self->entry)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
oree_wizard_field_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  OreeWizardField *self = OREE_WIZARD_FIELD (object);

  switch (id)
    {
    case PROP_TEXT:
      oree_wizard_field_set_text (self, g_value_get_string (value));
      break;
    case PROP_HINT:
      set_said (self, &self->hint, g_value_get_string (value), PROP_HINT);
      break;
    case PROP_PROBLEM:
      oree_wizard_field_set_problem (self, g_value_get_string (value));
      break;
    case PROP_WARNING:
      oree_wizard_field_set_warning (self, g_value_get_string (value));
      break;
    case PROP_SECRET:
      gtk_entry_set_visibility (GTK_ENTRY (self->entry), !g_value_get_boolean (value));
      gtk_entry_set_input_purpose (GTK_ENTRY (self->entry), g_value_get_boolean (value)
                                                                ? GTK_INPUT_PURPOSE_PASSWORD
                                                                : GTK_INPUT_PURPOSE_FREE_FORM);
      break;
    case PROP_MAX_LENGTH:
      gtk_entry_set_max_length (GTK_ENTRY (self->entry), g_value_get_int (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
on_entry_changed (OreeWizardField *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEXT]);
}

static void
on_entry_activate (OreeWizardField *self)
{
  if (g_signal_has_handler_pending (self, signals[SIGNAL_ENTRY_ACTIVATED], 0, FALSE))
    g_signal_emit (self, signals[SIGNAL_ENTRY_ACTIVATED], 0);
  else
    gtk_widget_activate_default (GTK_WIDGET (self));
}

static void
on_title (OreeWizardField *self)
{
  const char *title = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self));

  gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
}

static void
oree_wizard_field_finalize (GObject *object)
{
  OreeWizardField *self = OREE_WIZARD_FIELD (object);

  g_free (self->hint);
  g_free (self->problem);
  g_free (self->warning);
  G_OBJECT_CLASS (oree_wizard_field_parent_class)->finalize (object);
}

static void
oree_wizard_field_class_init (OreeWizardFieldClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags both = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = oree_wizard_field_get_property;
  object_class->set_property = oree_wizard_field_set_property;
  object_class->finalize = oree_wizard_field_finalize;
  props[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, both);
  props[PROP_HINT] = g_param_spec_string ("hint", NULL, NULL, NULL, both);
  props[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, both);
  props[PROP_WARNING] = g_param_spec_string ("warning", NULL, NULL, NULL, both);
  props[PROP_SECRET] = g_param_spec_boolean ("secret", NULL, NULL, FALSE, both);
  props[PROP_MAX_LENGTH] = g_param_spec_int ("max-length", NULL, NULL, 0, G_MAXUINT16, 0, both);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[SIGNAL_ENTRY_ACTIVATED] = g_signal_new ("entry-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                                  NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
small_label (const char *css)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, css);
  return label;
}

static void
oree_wizard_field_init (OreeWizardField *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->title = small_label ("field-title");
  self->entry = gtk_entry_new ();
  gtk_widget_set_hexpand (self->entry, TRUE);
  self->line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_box_append (GTK_BOX (self->line), self->entry);
  self->said = small_label ("field-said");
  gtk_widget_set_visible (self->said, FALSE);
  gtk_box_append (GTK_BOX (box), self->title);
  gtk_box_append (GTK_BOX (box), self->line);
  gtk_box_append (GTK_BOX (box), self->said);
  gtk_widget_add_css_class (box, "field-box");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  /* The entry alone takes the keyboard: one Tab per field. */
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
  g_signal_connect_object (self->entry, "changed", G_CALLBACK (on_entry_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "activate", G_CALLBACK (on_entry_activate), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::title", G_CALLBACK (on_title), NULL);
}

GtkWidget *
oree_wizard_field_new (const char *title)
{
  return g_object_new (OREE_TYPE_WIZARD_FIELD, "title", title, NULL);
}

const char *
oree_wizard_field_get_text (OreeWizardField *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

void
oree_wizard_field_set_text (OreeWizardField *self, const char *text)
{
  if (g_strcmp0 (oree_wizard_field_get_text (self), text == NULL ? "" : text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), text == NULL ? "" : text);
}

void
oree_wizard_field_set_problem (OreeWizardField *self, const char *problem)
{
  set_said (self, &self->problem, problem, PROP_PROBLEM);
}

void
oree_wizard_field_set_warning (OreeWizardField *self, const char *warning)
{
  set_said (self, &self->warning, warning, PROP_WARNING);
}

GtkEditable *
oree_wizard_field_get_editable (OreeWizardField *self)
{
  return GTK_EDITABLE (self->entry);
}

void
oree_wizard_field_add (OreeWizardField *self, GtkWidget *widget)
{
  gtk_box_append (GTK_BOX (self->line), widget);
}
