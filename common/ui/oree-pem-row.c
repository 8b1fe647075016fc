/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-pem-row.h"

#include "base/oree-limits.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _OreePemRow
{
  OreeFieldRow parent;
  GtkLabel *said;
  GtkWidget *choose;
  GtkWidget *clear;
  GCancellable *cancellable;
  char *text;
  char *none;
};

enum
{
  PROP_NONE = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (OreePemRow, oree_pem_row, OREE_TYPE_FIELD_ROW)

static char *
words_for (OreePemRow *self, const char *text)
{
  static const char begin[] = "-----BEGIN CERTIFICATE-----";
  guint n = 0;

  for (const char *p = strstr (text, begin); p != NULL; p = strstr (p + 1, begin))
    n++;
  if (*text == '\0')
    return g_strdup (self->none != NULL ? self->none : _ ("None"));
  return g_strdup_printf (ngettext ("%u certificate", "%u certificates", n), n);
}

static void
show (OreePemRow *self)
{
  g_autofree char *said = words_for (self, self->text);

  gtk_label_set_label (self->said, said);
  gtk_widget_set_visible (self->clear, *self->text != '\0' && gtk_widget_get_sensitive (self->choose));
}

static void
take (OreePemRow *self, const char *text)
{
  g_free (self->text);
  self->text = g_strdup (text);
  show (self);
  oree_field_row_edited (OREE_FIELD_ROW (self));
}

static void
on_clear (OreePemRow *self)
{
  take (self, "");
  gtk_widget_grab_focus (self->choose);
}

/* ---- the file ---- */

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  OreePemRow *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;
  gboolean good = g_file_load_contents_finish (G_FILE (source), result, &text, &length, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (!good)
    oree_ui_tell (GTK_WIDGET (self), _ ("The File Could Not Be Read"), error->message);
  else if (length > OREE_PEM_MAX || strlen (text) < length || !g_utf8_validate (text, (gssize) length, NULL))
    oree_ui_tell (GTK_WIDGET (self), _ ("The File Could Not Be Read"),
                  _ ("It must be a text file with certificates in PEM form (“-----BEGIN CERTIFICATE-----”)."));
  else
    /* Whether they are certificates is the model's to say, below the row. */
    take (self, text);
}

static void
on_chosen (GtkNativeDialog *chooser, int response, OreePemRow *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

      g_file_load_contents_async (file, self->cancellable, on_read, self);
    }
  g_object_unref (chooser);
  /* Not every window manager gives the keyboard back by itself. */
  if (gtk_widget_get_root (GTK_WIDGET (self)) != NULL)
    gtk_window_present (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
}

static void
on_choose (OreePemRow *self)
{
  GtkFileChooserNative *chooser
      = gtk_file_chooser_native_new (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self)),
                                     GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), GTK_FILE_CHOOSER_ACTION_OPEN,
                                     _ ("_Open"), _ ("_Cancel"));
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Certificates (PEM)"));
  gtk_file_filter_add_pattern (filter, "*.pem");
  gtk_file_filter_add_pattern (filter, "*.crt");
  gtk_file_filter_add_pattern (filter, "*.cer");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* ---- the class ---- */

static GVariant *
get_value (OreeFieldRow *row)
{
  return g_variant_new_string (OREE_PEM_ROW (row)->text);
}

static void
set_value (OreeFieldRow *row, GVariant *value)
{
  take (OREE_PEM_ROW (row), g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : "");
}

static void
set_editable (OreeFieldRow *row, gboolean editable)
{
  gtk_widget_set_sensitive (OREE_PEM_ROW (row)->choose, editable);
  show (OREE_PEM_ROW (row));
}

static char *
describe (OreeFieldRow *row, GVariant *value)
{
  return words_for (OREE_PEM_ROW (row), g_variant_get_string (value, NULL));
}

static void
oree_pem_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_NONE)
    g_value_set_string (value, OREE_PEM_ROW (object)->none);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_pem_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  OreePemRow *self = OREE_PEM_ROW (object);

  if (id != PROP_NONE)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  g_free (self->none);
  self->none = g_value_dup_string (value);
  show (self);
}

static void
oree_pem_row_dispose (GObject *object)
{
  g_cancellable_cancel (OREE_PEM_ROW (object)->cancellable);
  G_OBJECT_CLASS (oree_pem_row_parent_class)->dispose (object);
}

static void
oree_pem_row_finalize (GObject *object)
{
  OreePemRow *self = OREE_PEM_ROW (object);

  g_object_unref (self->cancellable);
  g_free (self->text);
  g_free (self->none);
  G_OBJECT_CLASS (oree_pem_row_parent_class)->finalize (object);
}

static void
oree_pem_row_class_init (OreePemRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  OreeFieldRowClass *row_class = OREE_FIELD_ROW_CLASS (klass);

  object_class->get_property = oree_pem_row_get_property;
  object_class->set_property = oree_pem_row_set_property;
  object_class->dispose = oree_pem_row_dispose;
  object_class->finalize = oree_pem_row_finalize;
  row_class->get_value = get_value;
  row_class->set_value = set_value;
  row_class->set_editable = set_editable;
  row_class->describe = describe;
  props[PROP_NONE] = g_param_spec_string ("none", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
oree_pem_row_init (OreePemRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *said = gtk_label_new (NULL);

  self->cancellable = g_cancellable_new ();
  self->text = g_strdup ("");
  self->said = GTK_LABEL (said);
  self->choose = gtk_button_new_with_label (_ ("Choose a file…"));
  self->clear = gtk_button_new_from_icon_name ("edit-clear-symbolic");
  gtk_widget_set_tooltip_text (self->clear, _ ("Remove the certificates"));
  oree_ui_set_label (self->clear, _ ("Remove the certificates"));
  gtk_widget_add_css_class (said, "dim-label");
  gtk_box_append (GTK_BOX (box), said);
  gtk_box_append (GTK_BOX (box), self->clear);
  gtk_box_append (GTK_BOX (box), self->choose);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->choose, "clicked", G_CALLBACK (on_choose), self);
  g_signal_connect_swapped (self->clear, "clicked", G_CALLBACK (on_clear), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), box);
  oree_field_row_adopt_control (OREE_FIELD_ROW (self), self->choose);
  show (self);
}
