/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-names.h"

#include "client/oree-sentences.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

struct _OreeCertNames
{
  AdwBin parent;
  GtkWidget *group;
  GPtrArray *rows; /* borrowed widgets in the group */
  GVariant *shown;
  OreeCertNamesView view;
  gboolean editable;
};

enum
{
  SIGNAL_REMOVE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeCertNames, oree_cert_names, ADW_TYPE_BIN)

static const struct
{
  const char *nick;
  const char *text;
} origins[] = {
  { "automatic", N_ ("Automatic") },
  { "sip-domain", NC_ ("where a name comes from", "SIP domain") },
  { "added", N_ ("Added by you") },
};

/* What `change` means, by view: a mark and a word. */
static const struct
{
  const char *nick;
  const char *mark[2];
  const char *word[2];
} changes[] = {
  { "same", { "", "✔" }, { "", N_ ("Present") } },
  { "new", { "+", "○" }, { N_ ("New since the present certificate"), N_ ("Not needed") } },
  { "dropped", { "−", "✖" }, { N_ ("No longer needed"), N_ ("Missing") } },
};

static const char *
text_of (GVariant *row, const char *key)
{
  const char *text = "";

  g_variant_lookup (row, key, "&s", &text);
  return text;
}

static const char *
origin_in_words (const char *nick)
{
  for (gsize i = 0; i < G_N_ELEMENTS (origins); i++)
    if (g_str_equal (origins[i].nick, nick))
      return g_str_equal (nick, "sip-domain") ? g_dpgettext2 (GETTEXT_PACKAGE, "where a name comes from", origins[i].text)
                                              : _ (origins[i].text);
  return nick;
}

static void
on_remove (GtkButton *button, gpointer data)
{
  g_signal_emit (data, signals[SIGNAL_REMOVE], 0, g_object_get_data (G_OBJECT (button), "name"));
}

static GtkWidget *
remove_button (OreeCertNames *self, const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("list-remove-symbolic");
  /* TRANSLATORS: {name} is a host name; leave it as it is. */
  g_auto (GStrv) parts = g_strsplit (_ ("Remove {name}"), "{name}", 2);
  g_autofree char *label = g_strjoinv (name, parts);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, label);
  oree_ui_set_label (button, label);
  g_object_set_data_full (G_OBJECT (button), "name", g_strdup (name), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (on_remove), self);
  return button;
}

static GtkWidget *
chip (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "wizard-chip");
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  return label;
}

/* The kind of an otherName is said; of most names nobody wants to read "dns". */
static char *
title_of (GVariant *row)
{
  const char *name = text_of (row, "name"), *unicode = text_of (row, "unicode"), *type = text_of (row, "type");

  if (g_str_equal (type, "xmpp"))
    return g_strdup_printf ("xmppAddr: %s", name);
  if (g_str_equal (type, "srv"))
    return g_strdup_printf ("SRVName: %s", name);
  /* The name people know beside the one machines use. */
  return *unicode != '\0' ? g_strdup_printf ("%s (%s)", unicode, name) : g_strdup (name);
}

static void
add_change (OreeCertNames *self, GtkWidget *widget, GVariant *row)
{
  const char *change = text_of (row, "change");

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    if (g_str_equal (changes[i].nick, change) && *changes[i].word[self->view] != '\0')
      {
        g_autofree char *text = g_strdup_printf ("%s %s", changes[i].mark[self->view], _ (changes[i].word[self->view]));
        GtkWidget *label = chip (text);

        gtk_widget_add_css_class (label, g_str_equal (changes[i].mark[self->view], "✖") ? "error" : "plain");
        adw_action_row_add_suffix (ADW_ACTION_ROW (widget), label);
      }
}

static void
add_row (OreeCertNames *self, GVariant *row)
{
  GtkWidget *widget = adw_action_row_new ();
  const char *origin = text_of (row, "origin");
  g_autofree char *title = title_of (row);
  g_autofree char *reason = oree_sentence_need (text_of (row, "reason"), text_of (row, "detail"));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (widget), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (widget), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (widget), reason);
  gtk_widget_set_focusable (widget, FALSE);
  gtk_widget_add_css_class (widget, "wizard-name");
  add_change (self, widget, row);
  if (self->view == OREE_CERT_NAMES_REQUEST && *origin != '\0')
    adw_action_row_add_suffix (ADW_ACTION_ROW (widget), chip (origin_in_words (origin)));
  if (self->editable && g_str_equal (origin, "added"))
    adw_action_row_add_suffix (ADW_ACTION_ROW (widget), remove_button (self, text_of (row, "name")));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), widget);
  g_ptr_array_add (self->rows, widget);
}

static void
draw (OreeCertNames *self)
{
  GVariantIter iter;
  GVariant *row;
  g_autofree char *count = NULL;
  gsize n = self->shown != NULL ? g_variant_n_children (self->shown) : 0;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self->group), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  /* TRANSLATORS: how many names the certificate has or will have. */
  count = g_strdup_printf (ngettext ("%u name", "%u names", (gulong) n), (guint) n);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->group), count);
  gtk_widget_set_visible (GTK_WIDGET (self), n > 0);
  if (n == 0)
    return;
  g_variant_iter_init (&iter, self->shown);
  while ((row = g_variant_iter_next_value (&iter)) != NULL)
    {
      add_row (self, row);
      g_variant_unref (row);
    }
}

void
oree_cert_names_set_rows (OreeCertNames *self, GVariant *rows, OreeCertNamesView view)
{
  if (self->view == view
      && (rows == self->shown || (rows != NULL && self->shown != NULL && g_variant_equal (rows, self->shown))))
    return;
  self->view = view;
  g_clear_pointer (&self->shown, g_variant_unref);
  self->shown = rows != NULL ? g_variant_ref_sink (rows) : NULL;
  draw (self);
}

void
oree_cert_names_set_editable (OreeCertNames *self, gboolean editable)
{
  if (self->editable == editable)
    return;
  self->editable = editable;
  draw (self);
}

static void
oree_cert_names_finalize (GObject *object)
{
  OreeCertNames *self = OREE_CERT_NAMES (object);

  g_ptr_array_unref (self->rows);
  g_clear_pointer (&self->shown, g_variant_unref);
  G_OBJECT_CLASS (oree_cert_names_parent_class)->finalize (object);
}

static void
oree_cert_names_class_init (OreeCertNamesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oree_cert_names_finalize;
  signals[SIGNAL_REMOVE] = g_signal_new ("remove", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
oree_cert_names_init (OreeCertNames *self)
{
  self->rows = g_ptr_array_new ();
  self->group = adw_preferences_group_new ();
  adw_bin_set_child (ADW_BIN (self), self->group);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
