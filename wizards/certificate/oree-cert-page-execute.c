/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-execute.h"

#include "client/oree-sentences.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The service's steps, in its order, then ours. */
static const char *const steps[] = { "generate-key", "build-request", "read-back", "store", "write-file" };

struct _OreeCertPageExecute
{
  OreeCertPage parent;
  GtkWidget *group;
  GtkWidget *log;
  GtkWidget *rows[G_N_ELEMENTS (steps)];
  GtkWidget *marks[G_N_ELEMENTS (steps)];
  GString *said; /* the log */
  gint64 began;  /* of writing the file, monotonic */
};

G_DEFINE_FINAL_TYPE (OreeCertPageExecute, oree_cert_page_execute, OREE_TYPE_CERT_PAGE)

typedef enum
{
  STEP_WAITING,
  STEP_RUNNING,
  STEP_DONE,
  STEP_FAILED
} StepState;

static void
note_step (OreeCertPageExecute *self, gsize step, StepState state, const char *words)
{
  static const char *const marks[] = { "–", "…", "✔", "✖" };
  static const char *const classes[] = { "dim", "dim", "success", "error" };
  const char *css[] = { "wizard-mark", classes[state], NULL };

  gtk_label_set_label (GTK_LABEL (self->marks[step]), marks[state]);
  gtk_widget_set_css_classes (self->marks[step], css);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->rows[step]), words != NULL ? words : "");
  if (state == STEP_DONE || state == STEP_FAILED)
    g_string_append_printf (self->said, "%s %s%s%s\n", marks[state],
                            adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self->rows[step])),
                            words != NULL && *words != '\0' ? C_ ("between name and sentence", ": ") : "",
                            words != NULL ? words : "");
}

static char *
milliseconds (gint64 microseconds)
{
  /* TRANSLATORS: how long a step took; %s is a number. */
  g_autofree char *number = g_strdup_printf ("%.1f", (double) microseconds / 1000.0);

  return g_strdup_printf (_ ("%s ms"), number);
}

static void
fail (OreeCertPageExecute *self, gsize step, const char *sentence)
{
  note_step (self, step, STEP_FAILED, sentence);
  oree_wizard_page_end (OREE_WIZARD_PAGE (self));
  oree_wizard_page_set_problem (OREE_WIZARD_PAGE (self), sentence);
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), _ ("Go back to correct it, then try again."));
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeCertPageExecute) self = data;
  g_autoptr (GError) error = NULL;
  gsize last = G_N_ELEMENTS (steps) - 1;
  g_autofree char *time = NULL;

  /* The request exists now, whether its file could be written or not: it is never made twice. */
  oree_wizard_page_end (OREE_WIZARD_PAGE (self));
  oree_wizard_page_set_sealed (OREE_WIZARD_PAGE (self), TRUE);
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), NULL);
  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    {
      time = milliseconds (g_get_monotonic_time () - self->began);
      note_step (self, last, STEP_DONE, time);
      return;
    }
  note_step (self, last, STEP_FAILED, error->message);
  oree_wizard_page_set_problem (OREE_WIZARD_PAGE (self),
                                _ ("The request waits in the service, but its file could not be written. Save it elsewhere on the next page."));
}

static void
write_file (OreeCertPageExecute *self, const char *csr)
{
  OreeCertDraft *draft = oree_cert_page_get_draft (OREE_CERT_PAGE (self));
  g_autoptr (GFile) file = g_file_new_for_path (oree_cert_draft_get_file (draft));
  g_autoptr (GBytes) bytes = g_bytes_new (csr, strlen (csr));

  self->began = g_get_monotonic_time ();
  note_step (self, G_N_ELEMENTS (steps) - 1, STEP_RUNNING, NULL);
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, on_written,
                                       g_object_ref (self));
}

static void
note_service_steps (OreeCertPageExecute *self, GVariant *record)
{
  g_autoptr (GVariant) rows = g_variant_lookup_value (record, "steps", G_VARIANT_TYPE ("aa{sv}"));

  for (gsize s = 0; s + 1 < G_N_ELEMENTS (steps); s++)
    {
      g_autofree char *time = NULL;

      for (gsize i = 0; rows != NULL && i < g_variant_n_children (rows); i++)
        {
          g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
          const char *nick = "";
          gint64 took;

          g_variant_lookup (row, "step", "&s", &nick);
          if (g_str_equal (nick, steps[s]) && g_variant_lookup (row, "microseconds", "x", &took))
            time = milliseconds (took);
        }
      note_step (self, s, STEP_DONE, time);
    }
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeCertPageExecute) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) record = NULL, rows = NULL;
  const char *id, *csr;

  if (!gtk_widget_get_root (GTK_WIDGET (self)))
    return;
  if (reply == NULL)
    {
      fail (self, 0, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? _ ("Cancelled.")
                                                                              : oree_sentence_failure (error));
      return;
    }
  g_variant_get (reply, "(&s&s@a{sv}@aa{sv})", &id, &csr, &record, &rows);
  if (*id == '\0')
    {
      g_autoptr (OreeProblems) problems = oree_problems_from_variant (rows);
      g_autofree char *sentence = oree_problems_n (problems) > 0 ? oree_sentence_problem (oree_problems_get (problems, 0))
                                                                 : g_strdup (oree_sentence_error (OREE_ERROR_FAILED));

      fail (self, 0, sentence);
      return;
    }
  note_service_steps (self, record);
  oree_cert_draft_set_clean (oree_cert_page_get_draft (OREE_CERT_PAGE (self)));
  oree_cert_session_set_request (oree_cert_page_get_session (OREE_CERT_PAGE (self)), id, csr, record);
  write_file (self, csr);
}

static void
shown (OreeWizardPage *page)
{
  OreeCertPageExecute *self = OREE_CERT_PAGE_EXECUTE (page);

  if (oree_wizard_page_is_busy (page) || oree_wizard_page_is_sealed (page))
    return;
  oree_wizard_page_set_problem (page, NULL);
  oree_wizard_page_set_reason (page, _ ("Please wait…"));
  g_string_truncate (self->said, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    note_step (self, i, i == 0 ? STEP_RUNNING : STEP_WAITING, NULL);
  oree_client_call_async (oree_cert_page_get_client (OREE_CERT_PAGE (page)), OREE_CALL_CERTIFICATES_CREATE_REQUEST,
                          g_variant_new ("(@a{sv}a{sv})",
                                         oree_cert_draft_to_specification (oree_cert_page_get_draft (OREE_CERT_PAGE (page))),
                                         NULL),
                          oree_wizard_page_begin (page), on_created, g_object_ref (self));
}

static void
on_log (OreeCertPageExecute *self)
{
  oree_ui_tell (GTK_WIDGET (self), _ ("Log"), self->said->str);
}

static void
oree_cert_page_execute_finalize (GObject *object)
{
  g_string_free (OREE_CERT_PAGE_EXECUTE (object)->said, TRUE);
  G_OBJECT_CLASS (oree_cert_page_execute_parent_class)->finalize (object);
}

static void
oree_cert_page_execute_class_init (OreeCertPageExecuteClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = oree_cert_page_execute_finalize;
  OREE_WIZARD_PAGE_CLASS (klass)->shown = shown;
  oree_cert_page_class_set_template (klass, "execute");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageExecute, group);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageExecute, log);
  gtk_widget_class_bind_template_callback (widget_class, on_log);
}

static void
oree_cert_page_execute_init (OreeCertPageExecute *self)
{
  self->said = g_string_new (NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      self->rows[i] = adw_action_row_new ();
      self->marks[i] = gtk_label_new (NULL);
      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->rows[i]), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->rows[i]),
                                     g_str_equal (steps[i], "write-file") ? _ ("Write the file")
                                                                          : oree_sentence_csr_step (steps[i]));
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->rows[i]), 0);
      gtk_widget_set_focusable (self->rows[i], FALSE);
      adw_action_row_add_prefix (ADW_ACTION_ROW (self->rows[i]), self->marks[i]);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), self->rows[i]);
      note_step (self, i, STEP_WAITING, NULL);
    }
}
