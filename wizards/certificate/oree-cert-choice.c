/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-choice.h"

#include "ui/oree-ui.h"
#include "wizards/certificate/oree-cert-text.h"

struct _OreeCertChoice
{
  AdwBin parent;
  char *shown; /* what is drawn, as text, to know when it changes */
  GPtrArray *buttons; /* borrowed; each knows its id */
};

enum
{
  SIGNAL_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeCertChoice, oree_cert_choice, ADW_TYPE_BIN)

static const char *
id_of (GtkWidget *button)
{
  return g_object_get_data (G_OBJECT (button), "id");
}

static void
on_toggled (GtkCheckButton *button, gpointer data)
{
  if (gtk_check_button_get_active (button))
    g_signal_emit (data, signals[SIGNAL_CHOSEN], 0, id_of (GTK_WIDGET (button)));
}

static GtkWidget *
plain_row (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_set_focusable (row, FALSE);
  return row;
}

static void
add_record (OreeCertChoice *self, GtkWidget *group, const OreeCertRecord *record)
{
  g_autofree char *summary = oree_cert_text_summary (record);
  GtkWidget *row = plain_row (oree_cert_text_name (record), summary);
  GtkWidget *button = gtk_check_button_new ();

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  if (self->buttons->len > 0)
    gtk_check_button_set_group (GTK_CHECK_BUTTON (button), g_ptr_array_index (self->buttons, 0));
  g_object_set_data_full (G_OBJECT (button), "id", g_strdup (record->id), g_free);
  oree_ui_set_description (button, summary);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  g_ptr_array_add (self->buttons, button);
  g_signal_connect (button, "toggled", G_CALLBACK (on_toggled), self);
}

static char *
signature (GPtrArray *records, gboolean (*keep) (const OreeCertRecord *record))
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < records->len; i++)
    {
      const OreeCertRecord *record = g_ptr_array_index (records, i);
      g_autofree char *summary = NULL;

      if (keep != NULL && !keep (record))
        continue;
      summary = oree_cert_text_summary (record);
      g_string_append_printf (text, "%s\n%s\n%s\n", record->id, record->friendly_name, summary);
    }
  return g_string_free (text, FALSE);
}

void
oree_cert_choice_set (OreeCertChoice *self, GPtrArray *records, gboolean (*keep) (const OreeCertRecord *record),
                      const char *chosen, const char *empty)
{
  g_autofree char *text = signature (records, keep);

  if (g_strcmp0 (text, self->shown) != 0)
    {
      GtkWidget *group = adw_preferences_group_new ();

      g_free (self->shown);
      self->shown = g_steal_pointer (&text);
      g_ptr_array_set_size (self->buttons, 0);
      for (guint i = 0; i < records->len; i++)
        if (keep == NULL || keep (g_ptr_array_index (records, i)))
          add_record (self, group, g_ptr_array_index (records, i));
      if (self->buttons->len == 0)
        adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), plain_row (empty, ""));
      adw_bin_set_child (ADW_BIN (self), group);
    }
  for (guint i = 0; i < self->buttons->len; i++)
    {
      GtkWidget *button = g_ptr_array_index (self->buttons, i);

      g_signal_handlers_block_by_func (button, on_toggled, self);
      gtk_check_button_set_active (GTK_CHECK_BUTTON (button), g_strcmp0 (id_of (button), chosen) == 0);
      g_signal_handlers_unblock_by_func (button, on_toggled, self);
    }
}

static void
oree_cert_choice_finalize (GObject *object)
{
  g_free (OREE_CERT_CHOICE (object)->shown);
  g_ptr_array_unref (OREE_CERT_CHOICE (object)->buttons);
  G_OBJECT_CLASS (oree_cert_choice_parent_class)->finalize (object);
}

static void
oree_cert_choice_class_init (OreeCertChoiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oree_cert_choice_finalize;
  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
oree_cert_choice_init (OreeCertChoice *self)
{
  self->buttons = g_ptr_array_new ();
}
