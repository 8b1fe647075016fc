/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-record-private.h"

#include "client/oree-sentences.h"
#include "ui/oree-field-row.h"
#include "ui/oree-servers-row.h"
#include "ui/oree-text-row.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

guint oree_editor_signals[OREE_EDITOR_N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeRecordEditor, oree_record_editor, GTK_TYPE_WIDGET)

/* ---- what is shown ---- */

static void
show_problem (OreeRecordEditor *self, OreeFieldRow *row)
{
  const OreeProblem *problem = oree_client_draft_get_problem (self->draft, oree_field_row_get_field (row));
  g_autofree char *text = problem != NULL ? oree_sentence_problem_alone (problem) : NULL;

  oree_field_row_set_problem (row, text, problem != NULL && problem->severity == OREE_SEVERITY_ERROR);
}

/* What is wrong elsewhere: with another record, or a field the form does not have. */
static void
show_notice (OreeRecordEditor *self)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  const OreeProblem *problem;
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    g_ptr_array_add (known, (gpointer) oree_field_row_get_field (self->rows->pdata[i]));
  g_ptr_array_add (known, NULL);
  problem = oree_client_draft_get_other_problem (self->draft, (const char *const *) known->pdata);
  if (problem != NULL)
    text = oree_sentence_problem (problem);
  if (text != NULL)
    gtk_label_set_label (self->notice, text);
  gtk_widget_set_visible (GTK_WIDGET (self->notice), text != NULL);
}

static void
show_rows (OreeRecordEditor *self)
{
  gboolean writable = oree_client_session_get_state (self->session) != OREE_SESSION_DENIED
                      && !oree_client_session_is_read_only (self->session) && !self->busy;

  for (guint i = 0; i < self->rows->len; i++)
    {
      OreeFieldRow *row = self->rows->pdata[i];
      const char *name = oree_field_row_get_field (row), *needs = oree_field_row_get_needs (row);
      const OreeField *field = oree_kind_field (oree_client_draft_get_kind (self->draft), name);
      gboolean fixed = !oree_client_draft_is_new (self->draft)
                       && (g_str_equal (name, "id")
                           || (field != NULL && (field->flags & OREE_FIELD_FLAG_WRITE_ONCE) != 0));

      show_problem (self, row);
      oree_field_row_set_editable (row, writable && !fixed);
      gtk_widget_set_sensitive (GTK_WIDGET (row), needs == NULL || oree_client_draft_get_flag (self->draft, needs));
      if (field != NULL && (field->flags & OREE_FIELD_FLAG_NO_EFFECT) != 0)
        oree_field_row_set_hint (row, _ ("Stored, but without effect in this version."));
    }
}

static char *
status_text (OreeRecordEditor *self, gboolean dirty, guint errors, guint shown)
{
  OreeSessionState state = oree_client_session_get_state (self->session);

  if (self->busy)
    return g_strdup (_ ("Committing…"));
  if (state != OREE_SESSION_READY)
    return g_strdup (_ ("Waiting for the service"));
  if (oree_client_session_is_read_only (self->session))
    return g_strdup (_ ("Read only"));
  if (shown > 0)
    return g_strdup_printf (ngettext ("Correct %u field", "Correct %u fields", shown), shown);
  if (!dirty)
    return g_strdup (_ ("No changes"));
  if (errors > 0)
    return g_strdup (_ ("Fill in the required fields"));
  if (self->effects != NULL)
    return g_strdup (self->effects);
  return g_strdup (_ ("Nothing that is connected now is cut."));
}

void
oree_record_editor_update (OreeRecordEditor *self)
{
  GAction *commit = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "commit");
  gboolean dirty, writable;
  guint errors, shown;
  g_autofree char *status = NULL;

  if (self->draft == NULL)
    return;
  dirty = oree_client_draft_is_dirty (self->draft);
  errors = oree_client_draft_n_errors (self->draft);
  shown = oree_client_draft_n_shown_errors (self->draft);
  writable = oree_client_session_is_writable (self->session);
  show_rows (self);
  show_notice (self);
  status = status_text (self, dirty, errors, shown);
  gtk_label_set_label (self->status, status);
  gtk_spinner_set_spinning (self->spinner, self->busy);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (commit), writable && dirty && errors == 0 && !self->busy);
  gtk_widget_set_visible (GTK_WIDGET (self->commit), !oree_client_session_is_read_only (self->session));
  gtk_button_set_label (self->cancel, oree_client_session_is_read_only (self->session) ? _ ("Close") : _ ("Cancel"));
}

void
oree_record_editor_fill (OreeRecordEditor *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      g_autoptr (GVariant) value = oree_client_draft_get (self->draft, oree_field_row_get_field (self->rows->pdata[i]));

      if (value != NULL)
        oree_field_row_set_value (self->rows->pdata[i], value);
    }
  oree_record_editor_update (self);
}

void
oree_record_editor_focus_problem (OreeRecordEditor *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      const OreeProblem *problem
          = oree_client_draft_get_problem (self->draft, oree_field_row_get_field (self->rows->pdata[i]));

      if (problem != NULL && problem->severity == OREE_SEVERITY_ERROR)
        {
          oree_field_row_focus (self->rows->pdata[i]);
          return;
        }
    }
}

/* ---- rows ---- */

/* What has no meaning without this switch goes off with it. */
static void
switch_dependents_off (OreeRecordEditor *self, const char *name)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      OreeFieldRow *row = self->rows->pdata[i];
      g_autoptr (GVariant) off = g_variant_ref_sink (g_variant_new_boolean (FALSE));

      if (g_strcmp0 (oree_field_row_get_needs (row), name) != 0
          || !oree_client_draft_get_flag (self->draft, oree_field_row_get_field (row)))
        continue;
      oree_field_row_set_value (row, off);
      oree_client_draft_set (self->draft, oree_field_row_get_field (row), off);
    }
}

static void
on_edited (OreeRecordEditor *self, OreeFieldRow *row)
{
  const char *name = oree_field_row_get_field (row);
  GVariant *value = oree_field_row_get_value (row);

  if (value == NULL || self->draft == NULL)
    return;
  oree_client_draft_set (self->draft, name, value);
  if (!oree_client_draft_get_flag (self->draft, name))
    switch_dependents_off (self, name);
}

/* A text is put in its normal form when it is left: who reads it again sees what will be stored. */
static void
on_left (GtkEventController *controller, OreeRecordEditor *self)
{
  GtkWidget *row = gtk_event_controller_get_widget (controller);
  const char *name = oree_field_row_get_field (OREE_FIELD_ROW (row));
  g_autofree char *text = NULL;
  g_autoptr (GVariant) value = NULL;

  if (self->draft == NULL || oree_client_draft_get_problem (self->draft, name) != NULL
      || !oree_client_draft_is_changed (self->draft, name))
    return;
  if (g_str_equal (name, "id"))
    text = oree_client_draft_dup_normal_id (self->draft);
  else
    text = g_strdup (oree_record_get_string (oree_client_draft_peek (self->draft),
                                             oree_kind_field (oree_client_draft_get_kind (self->draft), name)));
  if (text == NULL)
    return;
  value = g_variant_ref_sink (g_variant_new_string (text));
  oree_field_row_set_value (OREE_FIELD_ROW (row), value);
  oree_client_draft_set (self->draft, name, value);
}

static void
adopt_rows (OreeRecordEditor *self, GtkWidget *widget)
{
  /* libadwaita 1.2 leaves these without a name. */
  if (ADW_IS_EXPANDER_ROW (widget))
    oree_ui_set_label (widget, adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)));
  if (OREE_IS_FIELD_ROW (widget) && oree_field_row_get_field (OREE_FIELD_ROW (widget)) != NULL)
    {
      g_ptr_array_add (self->rows, widget);
      g_signal_connect_object (widget, "edited", G_CALLBACK (on_edited), self, G_CONNECT_SWAPPED);
      if (OREE_IS_TEXT_ROW (widget))
        {
          GtkEventController *focus = gtk_event_controller_focus_new ();

          g_signal_connect (focus, "leave", G_CALLBACK (on_left), self);
          gtk_widget_add_controller (widget, focus);
        }
      return;
    }
  if (OREE_IS_SERVERS_ROW (widget))
    {
      self->servers = OREE_SERVERS_ROW (widget);
      oree_servers_row_follow (self->servers, self->session, self->draft);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    adopt_rows (self, child);
}

static void
on_draft_changed (OreeRecordEditor *self)
{
  oree_record_editor_update (self);
}

static void
on_draft_edited (OreeRecordEditor *self)
{
  if (!self->answering)
    {
      g_clear_pointer (&self->effects, g_free);
      oree_record_commit_check_later (self);
    }
  oree_record_editor_update (self);
}

/* ---- commands ---- */

static void
on_commit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  oree_record_editor_commit (data);
}

void
oree_record_editor_discard (OreeRecordEditor *self)
{
  if (self->draft != NULL)
    g_signal_emit (self, oree_editor_signals[OREE_EDITOR_SIGNAL_CLOSED], 0);
}

static void
on_may_go_back (gboolean leave, gpointer data)
{
  g_autoptr (OreeRecordEditor) self = data;

  if (leave)
    oree_record_editor_discard (self);
}

static void
on_back (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  oree_record_editor_leave (data, on_may_go_back, g_object_ref (data));
}

/* A form changed the draft by itself. */
static void
on_refill (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  oree_record_editor_fill (data);
}

/* ---- the class ---- */

static void
oree_record_editor_dispose (GObject *object)
{
  OreeRecordEditor *self = OREE_RECORD_EDITOR (object);
  GtkWidget *child;

  oree_record_editor_clear (self);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (oree_record_editor_parent_class)->dispose (object);
}

static void
oree_record_editor_finalize (GObject *object)
{
  OreeRecordEditor *self = OREE_RECORD_EDITOR (object);

  g_ptr_array_unref (self->rows);
  g_object_unref (self->actions);
  g_clear_object (&self->cancellable);
  g_free (self->effects);
  G_OBJECT_CLASS (oree_record_editor_parent_class)->finalize (object);
}

static void
oree_record_editor_class_init (OreeRecordEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_record_editor_dispose;
  G_OBJECT_CLASS (klass)->finalize = oree_record_editor_finalize;
  oree_editor_signals[OREE_EDITOR_SIGNAL_COMMITTED] = g_signal_new (
      "committed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_STRING);
  oree_editor_signals[OREE_EDITOR_SIGNAL_CLOSED]
      = g_signal_new ("closed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/ui/oree-record-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeRecordEditor, back);
  gtk_widget_class_bind_template_child (widget_class, OreeRecordEditor, heading);
  gtk_widget_class_bind_template_child (widget_class, OreeRecordEditor, notice);
  gtk_widget_class_bind_template_child (widget_class, OreeRecordEditor, body);
  gtk_widget_class_bind_template_child (widget_class, OreeRecordEditor, status);
  gtk_widget_class_bind_template_child (widget_class, OreeRecordEditor, spinner);
  gtk_widget_class_bind_template_child (widget_class, OreeRecordEditor, cancel);
  gtk_widget_class_bind_template_child (widget_class, OreeRecordEditor, commit);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "page.back", NULL);
}

static void
oree_record_editor_init (OreeRecordEditor *self)
{
  static const GActionEntry entries[]
      = { { .name = "commit", .activate = on_commit }, { .name = "back", .activate = on_back },
          { .name = "refill", .activate = on_refill } };

  self->rows = g_ptr_array_new ();
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "page", G_ACTION_GROUP (self->actions));
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
oree_record_editor_new (void)
{
  return g_object_new (OREE_TYPE_RECORD_EDITOR, NULL);
}

void
oree_record_editor_set_session (OreeRecordEditor *self, OreeClientSession *session)
{
  g_set_object (&self->session, session);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (on_draft_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::read-only", G_CALLBACK (on_draft_changed), self, G_CONNECT_SWAPPED);
}

void
oree_record_editor_edit (OreeRecordEditor *self, GtkWidget *form, OreeClientDraft *draft, const char *title)
{
  GObjectClass *form_class = G_OBJECT_GET_CLASS (form);

  oree_record_editor_clear (self);
  self->draft = g_object_ref (draft);
  self->cancellable = g_cancellable_new ();
  gtk_label_set_label (self->heading, title);
  adw_bin_set_child (self->body, form);
  adopt_rows (self, form);
  if (g_object_class_find_property (form_class, "session") != NULL)
    g_object_set (form, "session", self->session, NULL);
  if (g_object_class_find_property (form_class, "draft") != NULL)
    g_object_set (form, "draft", draft, NULL);
  g_signal_connect_object (draft, "changed", G_CALLBACK (on_draft_edited), self, G_CONNECT_SWAPPED);
  oree_record_editor_fill (self);
  for (guint i = 0; i < self->rows->len; i++)
    if (oree_client_draft_is_new (draft) || !g_str_equal (oree_field_row_get_field (self->rows->pdata[i]), "id"))
      {
        oree_field_row_focus (self->rows->pdata[i]);
        break;
      }
}

OreeClientDraft *
oree_record_editor_get_draft (OreeRecordEditor *self)
{
  return self->draft;
}

void
oree_record_editor_clear (OreeRecordEditor *self)
{
  g_clear_handle_id (&self->check_timer, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->draft != NULL)
    g_signal_handlers_disconnect_by_data (self->draft, self);
  g_clear_object (&self->draft);
  g_clear_pointer (&self->effects, g_free);
  g_ptr_array_set_size (self->rows, 0);
  self->servers = NULL;
  self->busy = FALSE;
  self->checking = FALSE;
  if (self->body != NULL)
    adw_bin_set_child (self->body, NULL);
}

gboolean
oree_record_editor_is_dirty (OreeRecordEditor *self)
{
  return self->draft != NULL && oree_client_draft_is_dirty (self->draft);
}

gboolean
oree_record_editor_is_settled (OreeRecordEditor *self)
{
  return !self->busy && !self->checking && self->check_timer == 0
         && (self->servers == NULL || oree_servers_row_is_settled (self->servers));
}

GActionGroup *
oree_record_editor_get_actions (OreeRecordEditor *self)
{
  return G_ACTION_GROUP (self->actions);
}

char *
oree_record_editor_dup_name (OreeRecordEditor *self)
{
  g_autofree char *id = oree_client_draft_dup_normal_id (self->draft);

  if (oree_client_draft_get_kind (self->draft)->singleton || id == NULL || *id == '\0')
    return g_strdup (gtk_label_get_label (self->heading));
  return g_steal_pointer (&id);
}
