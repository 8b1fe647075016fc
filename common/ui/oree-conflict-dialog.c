/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-conflict-dialog.h"

#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

OreeConflictLine *
oree_conflict_line_new (const char *title, char *theirs, char *ours)
{
  OreeConflictLine *line = g_new (OreeConflictLine, 1);

  line->title = g_strdup (title);
  line->theirs = theirs;
  line->ours = ours;
  return line;
}

void
oree_conflict_line_free (gpointer data)
{
  OreeConflictLine *line = data;

  g_free (line->title);
  g_free (line->theirs);
  g_free (line->ours);
  g_free (line);
}

typedef struct
{
  void (*done) (OreeConflictAnswer answer, gpointer data);
  gpointer data;
} Asked;

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Asked *asked = data;

  asked->done (g_str_equal (response, "theirs") ? OREE_CONFLICT_THEIRS
               : g_str_equal (response, "ours") ? OREE_CONFLICT_OURS
                                                : OREE_CONFLICT_CANCEL,
               asked->data);
}

static void
put (GtkGrid *grid, int column, int row, const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (*text != '\0' ? text : "–");

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_label_set_selectable (GTK_LABEL (label), row > 0 && column > 0);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  gtk_grid_attach (grid, label, column, row, 1, 1);
}

static GtkWidget *
grid_of (GPtrArray *lines)
{
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());

  gtk_grid_set_column_spacing (grid, 18);
  gtk_grid_set_row_spacing (grid, 6);
  put (grid, 0, 0, _ ("Field"), "heading");
  put (grid, 1, 0, _ ("Theirs"), "heading");
  put (grid, 2, 0, _ ("Yours"), "heading");
  for (guint i = 0; i < lines->len; i++)
    {
      const OreeConflictLine *line = lines->pdata[i];

      put (grid, 0, (int) i + 1, line->title, "dim-label");
      put (grid, 1, (int) i + 1, line->theirs, NULL);
      put (grid, 2, (int) i + 1, line->ours, NULL);
    }
  return GTK_WIDGET (grid);
}

static char *
body_of (const char *who, gint64 when, gboolean removed, guint n_lines)
{
  g_autofree char *time = oree_ui_short_time (when);

  if (removed)
    return g_strdup (_ ("It no longer exists. Shall it be created again?"));
  if (who == NULL)
    return g_strdup (_ ("Somebody else changed it since you opened it."));
  if (n_lines == 0)
    /* TRANSLATORS: who, and at what time. */
    return g_strdup_printf (_ ("%s changed it at %s, in other fields than you."), who, time);
  /* TRANSLATORS: who, and at what time. */
  return g_strdup_printf (_ ("%s changed it at %s."), who, time);
}

void
oree_conflict_ask (GtkWidget *widget, const char *name, const char *who, gint64 when, gboolean removed,
                   GPtrArray *lines, void (*done) (OreeConflictAnswer answer, gpointer data), gpointer data)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (root), NULL, NULL));
  /* TRANSLATORS: %s is the name of a record. */
  g_autofree char *heading = g_strdup_printf (_ ("“%s” Was Changed"), name);
  g_autofree char *body = body_of (who, when, removed, lines->len);
  Asked *asked = g_new (Asked, 1);

  asked->done = done;
  asked->data = data;
  adw_message_dialog_set_heading (dialog, heading);
  adw_message_dialog_set_body (dialog, body);
  if (lines->len > 0)
    adw_message_dialog_set_extra_child (dialog, grid_of (lines));
  adw_message_dialog_add_response (dialog, "cancel", _ ("Cancel"));
  if (!removed)
    adw_message_dialog_add_response (dialog, "theirs", _ ("Use Theirs"));
  adw_message_dialog_add_response (dialog, "ours", removed ? _ ("Create") : _ ("Overwrite"));
  adw_message_dialog_set_response_appearance (dialog, "ours", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), asked, (GClosureNotify) (void *) g_free, 0);
  oree_ui_present (GTK_WIDGET (dialog));
}
