/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-facts.h"

#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  char *title;
  char *value;      /* NULL: a group begins */
  const char *page; /* of a group */
} Fact;

struct _OreeCertFacts
{
  AdwBin parent;
  GtkWidget *box;
  GPtrArray *shown; /* Fact */
  GPtrArray *next;  /* between begin and end */
};

enum
{
  SIGNAL_EDIT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeCertFacts, oree_cert_facts, ADW_TYPE_BIN)

static void
fact_free (gpointer data)
{
  Fact *fact = data;

  g_free (fact->title);
  g_free (fact->value);
  g_free (fact);
}

static void
add (OreeCertFacts *self, const char *title, const char *value, const char *page)
{
  Fact *fact = g_new0 (Fact, 1);

  fact->title = g_strdup (title);
  fact->value = g_strdup (value);
  fact->page = page;
  g_ptr_array_add (self->next, fact);
}

void
oree_cert_facts_begin (OreeCertFacts *self)
{
  g_ptr_array_set_size (self->next, 0);
}

void
oree_cert_facts_add_group (OreeCertFacts *self, const char *title, const char *page)
{
  add (self, title != NULL ? title : "", NULL, page);
}

void
oree_cert_facts_add (OreeCertFacts *self, const char *title, const char *value)
{
  if (value != NULL && *value != '\0')
    add (self, title, value, NULL);
}

static gboolean
same (GPtrArray *a, GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const Fact *x = g_ptr_array_index (a, i), *y = g_ptr_array_index (b, i);

      if (g_strcmp0 (x->title, y->title) != 0 || g_strcmp0 (x->value, y->value) != 0)
        return FALSE;
    }
  return TRUE;
}

static void
on_edit (GtkButton *button, gpointer data)
{
  g_signal_emit (data, signals[SIGNAL_EDIT], 0, g_object_get_data (G_OBJECT (button), "page"));
}

static GtkWidget *
group_of (OreeCertFacts *self, const Fact *fact)
{
  GtkWidget *group = adw_preferences_group_new ();

  if (*fact->title != '\0')
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), fact->title);
  if (fact->page != NULL)
    {
      GtkWidget *button = gtk_button_new_with_label (_ ("Edit"));
      g_autofree char *label = g_strdup_printf ("%s: %s", _ ("Edit"), fact->title);

      gtk_widget_add_css_class (button, "flat");
      oree_ui_set_label (button, label);
      g_object_set_data (G_OBJECT (button), "page", (gpointer) fact->page);
      g_signal_connect (button, "clicked", G_CALLBACK (on_edit), self);
      adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (group), button);
    }
  return group;
}

/* Longer values, and those of several lines, stand below their title. */
#define BESIDE_MAX 34

static GtkWidget *
row_of (const Fact *fact)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *value;

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), fact->title);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_set_focusable (row, FALSE);
  if (g_utf8_strlen (fact->value, -1) > BESIDE_MAX || strchr (fact->value, '\n') != NULL)
    {
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), fact->value);
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
      return row;
    }
  value = gtk_label_new (fact->value);
  gtk_label_set_selectable (GTK_LABEL (value), TRUE);
  gtk_widget_set_can_focus (value, FALSE);
  gtk_label_set_wrap (GTK_LABEL (value), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (value), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (value), 1);
  gtk_label_set_max_width_chars (GTK_LABEL (value), 44);
  gtk_widget_set_margin_top (value, 8);
  gtk_widget_set_margin_bottom (value, 8);
  gtk_widget_add_css_class (value, "wizard-value");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), value);
  return row;
}

void
oree_cert_facts_end (OreeCertFacts *self)
{
  GPtrArray *old = self->shown;
  GtkWidget *child, *group = NULL;

  if (same (self->shown, self->next))
    return;
  self->shown = self->next;
  self->next = old;
  g_ptr_array_set_size (self->next, 0);
  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  for (guint i = 0; i < self->shown->len; i++)
    {
      const Fact *fact = g_ptr_array_index (self->shown, i);

      if (fact->value == NULL)
        {
          group = group_of (self, fact);
          gtk_box_append (GTK_BOX (self->box), group);
        }
      else if (group != NULL)
        adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row_of (fact));
    }
}

char *
oree_cert_facts_to_text (OreeCertFacts *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->shown->len; i++)
    {
      const Fact *fact = g_ptr_array_index (self->shown, i);

      if (fact->value != NULL)
        g_string_append_printf (text, "%s%s%s\n", fact->title, C_ ("between name and sentence", ": "), fact->value);
      else
        g_string_append_printf (text, "%s%s\n", text->len > 0 ? "\n" : "", fact->title);
    }
  return g_string_free (text, FALSE);
}

static void
oree_cert_facts_finalize (GObject *object)
{
  OreeCertFacts *self = OREE_CERT_FACTS (object);

  g_ptr_array_unref (self->shown);
  g_ptr_array_unref (self->next);
  G_OBJECT_CLASS (oree_cert_facts_parent_class)->finalize (object);
}

static void
oree_cert_facts_class_init (OreeCertFactsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oree_cert_facts_finalize;
  signals[SIGNAL_EDIT] = g_signal_new ("edit", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
oree_cert_facts_init (OreeCertFacts *self)
{
  self->shown = g_ptr_array_new_with_free_func (fact_free);
  self->next = g_ptr_array_new_with_free_func (fact_free);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  adw_bin_set_child (ADW_BIN (self), self->box);
}
