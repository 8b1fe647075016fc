/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the Commit button to the stored record:
 *
 *   edited → (a pause) → Check → problems and effects beside the fields
 *   Commit → Check → effects? ask → Apply → committed
 *                                    └ Conflict → read theirs → side by side → theirs | Apply over it */
#include "ui/oree-record-private.h"

#include "client/oree-client-config.h"
#include "client/oree-sentences.h"
#include "ui/oree-conflict-dialog.h"
#include "ui/oree-field-row.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

/* After the last key, before the service is asked. */
#define PAUSE_MS 400

static void apply (OreeRecordEditor *self);

static void
set_busy (OreeRecordEditor *self, gboolean busy)
{
  self->busy = busy;
  oree_record_editor_update (self);
}

static void
take_effects (OreeRecordEditor *self, const OreeClientOutcome *outcome)
{
  g_free (self->effects);
  self->effects = oree_sentence_effects (outcome->effects);
  /* The answer is about these edits: telling them must not ask again. */
  self->answering = TRUE;
  oree_client_draft_set_answer (self->draft, outcome->problems);
  self->answering = FALSE;
  oree_record_editor_update (self);
}

/* ---- while one types ---- */

static void
on_previewed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeClientOutcome) outcome = oree_client_config_finish (OREE_CLIENT_SESSION (source), result, &error);
  OreeRecordEditor *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->checking = FALSE;
  /* Edited meanwhile: another question is on its way. */
  if (outcome != NULL && self->check_timer == 0)
    take_effects (self, outcome);
}

static gboolean
on_pause (gpointer data)
{
  OreeRecordEditor *self = data;

  self->check_timer = 0;
  if (self->draft == NULL || self->busy || !oree_client_draft_is_dirty (self->draft)
      || oree_client_draft_n_errors (self->draft) > 0
      || oree_client_session_get_state (self->session) != OREE_SESSION_READY)
    return G_SOURCE_REMOVE;
  self->checking = TRUE;
  oree_client_check_async (self->session, oree_client_draft_changes (self->draft), self->cancellable, on_previewed, self);
  return G_SOURCE_REMOVE;
}

void
oree_record_commit_check_later (OreeRecordEditor *self)
{
  g_clear_handle_id (&self->check_timer, g_source_remove);
  if (!self->busy)
    self->check_timer = g_timeout_add (PAUSE_MS, on_pause, self);
}

/* ---- conflict ---- */

typedef struct
{
  OreeRecordEditor *editor;
  GVariant *theirs; /* NULL: removed */
  guint64 revision;
  char *who;
  gint64 when;
} Conflict;

static void
conflict_free (Conflict *conflict)
{
  g_clear_pointer (&conflict->theirs, g_variant_unref);
  g_free (conflict->who);
  g_free (conflict);
}

static void
on_settled (OreeConflictAnswer answer, gpointer data)
{
  Conflict *conflict = data;
  OreeRecordEditor *self = conflict->editor;

  set_busy (self, FALSE);
  if (answer == OREE_CONFLICT_THEIRS)
    oree_client_draft_revert (self->draft);
  if (answer != OREE_CONFLICT_CANCEL)
    {
      oree_client_draft_rebase (self->draft, conflict->theirs, conflict->revision);
      oree_record_editor_fill (self);
    }
  if (answer == OREE_CONFLICT_OURS)
    apply (self);
  else
    oree_record_editor_settle_leave (self, FALSE);
  g_object_unref (self);
  conflict_free (conflict);
}

/* One line per field that both changed. */
static GPtrArray *
lines_of (OreeRecordEditor *self, GVariant *theirs)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (oree_conflict_line_free);

  for (guint i = 0; theirs != NULL && i < self->rows->len; i++)
    {
      OreeFieldRow *row = self->rows->pdata[i];
      const char *name = oree_field_row_get_field (row);
      g_autoptr (GVariant) other = g_variant_lookup_value (theirs, name, NULL);
      g_autoptr (GVariant) mine = oree_client_draft_get (self->draft, name);

      if (other == NULL || mine == NULL || g_variant_equal (other, mine)
          || !oree_client_draft_is_changed (self->draft, name))
        continue;
      g_ptr_array_add (lines,
                       oree_conflict_line_new (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)),
                                               oree_field_row_describe (row, other), oree_field_row_describe (row, mine)));
    }
  return lines;
}

static void
on_who (GObject *source, GAsyncResult *result, gpointer data)
{
  Conflict *conflict = data;
  OreeRecordEditor *self = conflict->editor;
  g_autofree char *name = NULL;
  g_autoptr (GPtrArray) lines = NULL;

  conflict->who
      = oree_client_last_change_finish (OREE_CLIENT_SESSION (source), result, &conflict->when, NULL);
  if (self->draft == NULL)
    {
      g_object_unref (self);
      conflict_free (conflict);
      return;
    }
  name = oree_record_editor_dup_name (self);
  lines = lines_of (self, conflict->theirs);
  oree_conflict_ask (GTK_WIDGET (self), name, conflict->who, conflict->when, conflict->theirs == NULL, lines, on_settled,
                     conflict);
}

static void
on_theirs (GObject *source, GAsyncResult *result, gpointer data)
{
  Conflict *conflict = data;
  OreeRecordEditor *self = conflict->editor;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);

  if (self->draft == NULL)
    {
      g_object_unref (self);
      conflict_free (conflict);
      return;
    }
  if (reply != NULL)
    g_variant_get (reply, "(@a{sv}t)", &conflict->theirs, &conflict->revision);
  oree_client_last_change_async (self->session, oree_client_draft_get_kind (self->draft)->name,
                                 oree_client_draft_get_id (self->draft), NULL, on_who, conflict);
}

static void
begin_conflict (OreeRecordEditor *self)
{
  Conflict *conflict = g_new0 (Conflict, 1);

  conflict->editor = g_object_ref (self);
  conflict->revision = oree_client_session_get_revision (self->session);
  oree_client_session_call_async (self->session, OREE_CALL_GET,
                                  g_variant_new ("(ss)", oree_client_draft_get_kind (self->draft)->name,
                                                 oree_client_draft_get_id (self->draft)),
                                  NULL, on_theirs, conflict);
}

/* What the question about a change is called: a record that has no name of its own is the one on the page. */
static char *
question (OreeRecordEditor *self)
{
  g_autofree char *id = oree_client_draft_dup_normal_id (self->draft);

  if (oree_client_draft_get_kind (self->draft)->singleton || id == NULL || *id == '\0')
    return g_strdup (_ ("Commit the Changes?"));
  /* TRANSLATORS: %s is the name of a record: a domain, a policy. */
  return g_strdup_printf (_ ("Commit the Changes to “%s”?"), id);
}

/* ---- commit ---- */

static void
fail (OreeRecordEditor *self, const GError *error)
{
  set_busy (self, FALSE);
  if (error != NULL && !g_error_matches (error, OREE_ERROR, OREE_ERROR_UNAVAILABLE))
    oree_ui_tell (GTK_WIDGET (self), _ ("The Changes Were Not Committed"), oree_sentence_failure (error));
  oree_record_editor_settle_leave (self, FALSE);
}

/* A record the service no longer has, or one that is there already, is a conflict in all but name. */
static gboolean
is_gone (OreeRecordEditor *self, const OreeClientOutcome *outcome)
{
  return !oree_client_draft_is_new (self->draft)
         && oree_problems_has (outcome->problems, OREE_PROBLEM_NOT_FOUND, NULL);
}

static void
on_applied (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeRecordEditor) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeClientOutcome) outcome = oree_client_config_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autofree char *id = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->draft == NULL)
    return;
  if (g_error_matches (error, OREE_ERROR, OREE_ERROR_CONFLICT) || (outcome != NULL && is_gone (self, outcome)))
    begin_conflict (self);
  else if (outcome == NULL)
    fail (self, error);
  else if (oree_problems_n_errors (outcome->problems) > 0)
    {
      take_effects (self, outcome);
      fail (self, NULL);
      oree_record_editor_focus_problem (self);
    }
  else
    {
      set_busy (self, FALSE);
      id = oree_client_draft_dup_normal_id (self->draft);
      g_signal_emit (self, oree_editor_signals[OREE_EDITOR_SIGNAL_COMMITTED], 0, outcome->revision,
                     id != NULL ? id : "");
      oree_record_editor_settle_leave (self, TRUE);
    }
}

static void
apply (OreeRecordEditor *self)
{
  set_busy (self, TRUE);
  oree_client_apply_async (self->session, oree_client_draft_changes (self->draft),
                           oree_client_draft_get_revision (self->draft), self->cancellable, on_applied,
                           g_object_ref (self));
}

static void
on_effects_accepted (gboolean yes, gpointer data)
{
  g_autoptr (OreeRecordEditor) self = data;

  if (self->draft == NULL)
    return;
  if (yes)
    apply (self);
  else
    fail (self, NULL);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeRecordEditor) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeClientOutcome) outcome = oree_client_config_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autofree char *heading = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->draft == NULL)
    return;
  if (outcome == NULL)
    {
      fail (self, error);
      return;
    }
  if (is_gone (self, outcome))
    {
      begin_conflict (self);
      return;
    }
  take_effects (self, outcome);
  if (oree_problems_n_errors (outcome->problems) > 0)
    {
      fail (self, NULL);
      oree_record_editor_focus_problem (self);
      return;
    }
  if (self->effects == NULL)
    {
      apply (self);
      return;
    }
  heading = question (self);
  oree_ui_ask (GTK_WIDGET (self), heading, self->effects, _ ("Commit"), TRUE, on_effects_accepted, g_object_ref (self));
}

void
oree_record_editor_commit (OreeRecordEditor *self)
{
  if (self->draft == NULL || self->busy)
    return;
  g_clear_handle_id (&self->check_timer, g_source_remove);
  oree_client_draft_be_strict (self->draft);
  if (oree_client_draft_n_errors (self->draft) > 0)
    {
      oree_record_editor_focus_problem (self);
      oree_record_editor_settle_leave (self, FALSE);
      return;
    }
  g_clear_handle_id (&self->check_timer, g_source_remove);
  set_busy (self, TRUE);
  oree_client_check_async (self->session, oree_client_draft_changes (self->draft), self->cancellable, on_checked,
                           g_object_ref (self));
}

/* ---- leaving ---- */

void
oree_record_editor_settle_leave (OreeRecordEditor *self, gboolean leave)
{
  void (*done) (gboolean, gpointer) = self->leave_done;

  self->leave_done = NULL;
  if (done != NULL)
    done (leave, self->leave_data);
}

static void
on_leave_answer (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  OreeRecordEditor *self = data;

  if (g_str_equal (response, "commit"))
    oree_record_editor_commit (self);
  else
    {
      /* Whoever comes back to the page must not find what was given up. */
      if (g_str_equal (response, "discard"))
        oree_record_editor_discard (self);
      oree_record_editor_settle_leave (self, g_str_equal (response, "discard"));
    }
}

void
oree_record_editor_leave (OreeRecordEditor *self, void (*done) (gboolean leave, gpointer data), gpointer data)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autofree char *heading = NULL;
  AdwMessageDialog *dialog;

  if (!oree_record_editor_is_dirty (self))
    {
      done (TRUE, data);
      return;
    }
  if (self->leave_done != NULL || self->busy)
    {
      done (FALSE, data);
      return;
    }
  self->leave_done = done;
  self->leave_data = data;
  heading = question (self);
  dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (root), NULL, NULL));
  adw_message_dialog_set_heading (dialog, heading);
  adw_message_dialog_set_body (dialog, _ ("If you do not commit them, they are lost."));
  adw_message_dialog_add_response (dialog, "cancel", _ ("Cancel"));
  adw_message_dialog_add_response (dialog, "discard", _ ("Discard"));
  adw_message_dialog_add_response (dialog, "commit", _ ("Commit"));
  adw_message_dialog_set_response_appearance (dialog, "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (dialog, "commit", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (dialog, "commit",
                                           oree_client_session_is_writable (self->session)
                                               && oree_client_draft_n_errors (self->draft) == 0);
  adw_message_dialog_set_default_response (dialog, "commit");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_leave_answer), self, 0);
  oree_ui_present (GTK_WIDGET (dialog));
}
