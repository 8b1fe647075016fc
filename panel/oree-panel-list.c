/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/oree-panel-list.h"

#include "client/oree-client-config.h"
#include "client/oree-sentences.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  GtkStack *stack;
  GtkLabel *heading;
  GtkLabel *note;
  GtkWidget *hint;
  GtkLabel *hint_text;
  GtkButton *hint_button;
  OreeListView *view;
  OreeRecordEditor *editor;
  GPtrArray *lists;  /* OreeClientList, one per kind of the spec */
  char *awaited;     /* an id to open or select once it is there */
  gboolean open_awaited;
  const char *singleton; /* being read, to be opened */
  GCancellable *cancellable;
} OreePanelListPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (OreePanelList, oree_panel_list, OREE_TYPE_PANEL_PAGE)

#define PRIVATE(self) ((OreePanelListPrivate *) oree_panel_list_get_instance_private (self))
#define SPEC(self) (OREE_PANEL_LIST_GET_CLASS (self)->spec)

static const OreePanelKind *
kind_of (OreePanelList *self, const char *name)
{
  for (guint i = 0; i < SPEC (self)->n_kinds; i++)
    if (g_str_equal (SPEC (self)->kinds[i].kind, name))
      return &SPEC (self)->kinds[i];
  return NULL;
}

static gboolean
is_editing (OreePanelList *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (PRIVATE (self)->stack), "editor") == 0;
}

/* ---- list and editor ---- */

static void
show_list (OreePanelList *self)
{
  gtk_stack_set_visible_child_name (PRIVATE (self)->stack, "list");
  oree_record_editor_clear (PRIVATE (self)->editor);
  oree_panel_page_actions_changed (OREE_PANEL_PAGE (self));
  oree_list_view_grab_list (PRIVATE (self)->view);
}

/* Owned. */
static GtkWidget *
form_new (const OreePanelKind *kind)
{
  g_autofree char *path = NULL;
  g_autoptr (GtkBuilder) builder = NULL;

  if (kind->form_type != NULL)
    return g_object_ref_sink (g_object_new (kind->form_type (), NULL));
  path = g_strconcat ("/org/oree/Edge1/Panel/", kind->form, NULL);
  builder = gtk_builder_new_from_resource (path);
  /* The builder's own reference goes with it. */
  return g_object_ref (GTK_WIDGET (gtk_builder_get_object (builder, "form")));
}

void
oree_panel_list_edit (OreePanelList *self, OreeClientDraft *draft)
{
  const OreePanelKind *kind = kind_of (self, oree_client_draft_get_kind (draft)->name);
  g_autoptr (GtkWidget) form = form_new (kind);

  gtk_stack_set_visible_child_name (PRIVATE (self)->stack, "editor");
  oree_record_editor_edit (PRIVATE (self)->editor, form, draft,
                           oree_client_draft_is_new (draft) ? _ (kind->new_title) : _ (kind->edit_title));
  oree_panel_page_actions_changed (OREE_PANEL_PAGE (self));
}

void
oree_panel_list_open (OreePanelList *self, OreeClientItem *item)
{
  const char *kind = oree_client_item_get_kind (item);
  g_autoptr (OreeClientDraft) draft = oree_client_draft_new_for (
      oree_kind_by_name (kind), oree_client_item_get_row (item),
      oree_client_list_get_revision (oree_panel_list_get_records (self, kind)));

  oree_panel_list_edit (self, draft);
}

static void
on_singleton (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autoptr (GVariant) row = NULL;
  g_autoptr (OreeClientDraft) draft = NULL;
  OreePanelList *self = data;
  guint64 revision;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (reply == NULL)
    {
      PRIVATE (self)->singleton = NULL;
      oree_ui_tell (GTK_WIDGET (self), _ ("The Settings Could Not Be Read"),
                    oree_sentence_error ((OreeError) error->code));
      return;
    }
  g_variant_get (reply, "(@a{sv}t)", &row, &revision);
  draft = oree_client_draft_new_for (oree_kind_by_name (g_steal_pointer (&PRIVATE (self)->singleton)), row, revision);
  oree_panel_list_edit (self, draft);
}

/* Asked for before the service was found it is read when it is. */
static void
read_singleton (OreePanelList *self)
{
  OreeClientSession *session = oree_panel_page_get_session (OREE_PANEL_PAGE (self));

  if (PRIVATE (self)->singleton == NULL || oree_client_session_get_state (session) == OREE_SESSION_CONNECTING)
    return;
  oree_client_session_call_async (session, OREE_CALL_GET, g_variant_new ("(ss)", PRIVATE (self)->singleton, ""),
                                  PRIVATE (self)->cancellable, on_singleton, self);
}

void
oree_panel_list_open_singleton (OreePanelList *self, const char *kind)
{
  if (PRIVATE (self)->singleton != NULL)
    return;
  PRIVATE (self)->singleton = kind;
  read_singleton (self);
}

static void
on_new (OreePanelList *self, const char *target)
{
  OreePanelListClass *klass = OREE_PANEL_LIST_GET_CLASS (self);
  const OreeKind *kind = oree_kind_by_name (target);
  g_autoptr (OreeClientDraft) draft = NULL;

  if (klass->begin_new != NULL && klass->begin_new (self, target))
    return;
  g_return_if_fail (kind != NULL);
  draft = oree_client_draft_new (kind, NULL);
  oree_panel_list_edit (self, draft);
}

static void
on_closed (OreePanelList *self)
{
  show_list (self);
}

static void
show_awaited (OreePanelList *self)
{
  OreePanelListPrivate *private = PRIVATE (self);
  g_autofree char *id = NULL;

  if (private->awaited == NULL || !oree_list_view_is_settled (private->view))
    return;
  if (!private->open_awaited)
    {
      if (oree_list_view_select (private->view, private->awaited))
        {
          g_clear_pointer (&private->awaited, g_free);
          oree_list_view_grab_list (private->view);
        }
      return;
    }
  id = g_steal_pointer (&private->awaited);
  oree_list_view_select (private->view, id);
  for (guint i = 0; i < private->lists->len; i++)
    {
      OreeClientItem *item = oree_client_list_find (private->lists->pdata[i], id);

      if (item != NULL)
        {
          oree_panel_list_open (self, item);
          return;
        }
    }
}

static void
await (OreePanelList *self, const char *id, gboolean open)
{
  OreePanelListPrivate *private = PRIVATE (self);

  g_free (private->awaited);
  private->awaited = g_strdup (id);
  private->open_awaited = open;
  show_awaited (self);
}

/* ---- what was done, and taking it back ---- */

static void
tell_done (OreePanelList *self, const char *text, guint64 revision)
{
  g_autofree char *target = g_strdup_printf ("%" G_GUINT64_FORMAT, revision);

  gtk_widget_activate_action (GTK_WIDGET (self), "win.remember", "s", target);
  oree_ui_toast (GTK_WIDGET (self), text, _ ("Undo"), "win.undo", target);
}

static void
on_committed (OreePanelList *self, guint64 revision, const char *id)
{
  g_autofree char *text = SPEC (self)->committed (id);

  show_list (self);
  await (self, id, FALSE);
  tell_done (self, text, revision);
}

/* ---- changes of several records at once ---- */

typedef struct
{
  OreePanelList *self;
  GVariant *changes;
  char *question;
  char *yes;
  char *done;
  guint64 seen;
} Batch;

static void
batch_free (Batch *batch)
{
  g_object_unref (batch->self);
  g_variant_unref (batch->changes);
  g_free (batch->question);
  g_free (batch->yes);
  g_free (batch->done);
  g_free (batch);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Batch, batch_free)

/* TRUE: `outcome` has no error. Else it is told why nothing comes of it. */
static gboolean
came_out (Batch *batch, const OreeClientOutcome *outcome, const GError *error)
{
  g_autofree char *why = oree_client_outcome_why_not (outcome, error);

  if (why != NULL)
    oree_ui_tell (GTK_WIDGET (batch->self), _ ("The Changes Were Not Committed"), why);
  return why == NULL;
}

static void
on_applied (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Batch) batch = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeClientOutcome) outcome = oree_client_config_finish (OREE_CLIENT_SESSION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (came_out (batch, outcome, error))
    tell_done (batch->self, batch->done, outcome->revision);
}

static void
apply_batch (gboolean yes, gpointer data)
{
  Batch *batch = data;
  OreePanelList *self = batch->self;

  if (yes)
    oree_client_apply_async (oree_panel_page_get_session (OREE_PANEL_PAGE (self)), batch->changes, batch->seen,
                             PRIVATE (self)->cancellable, on_applied, batch);
  else
    batch_free (batch);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Batch) batch = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeClientOutcome) outcome = oree_client_config_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autofree char *effects = NULL, *question = NULL, *yes = NULL;
  GtkWidget *widget;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (!came_out (batch, outcome, error))
    return;
  effects = oree_sentence_effects (outcome->effects);
  if (effects == NULL && batch->question == NULL)
    {
      apply_batch (TRUE, g_steal_pointer (&batch));
      return;
    }
  widget = GTK_WIDGET (batch->self);
  question = g_strdup (batch->question != NULL ? batch->question : _ ("Commit the Changes?"));
  yes = g_strdup (batch->yes);
  oree_ui_ask (widget, question, effects != NULL ? effects : _ ("Nothing that is connected now is cut."), yes, TRUE,
               apply_batch, g_steal_pointer (&batch));
}

void
oree_panel_list_apply (OreePanelList *self, GVariant *changes, const char *question, const char *yes, const char *done)
{
  Batch *batch = g_new0 (Batch, 1);

  batch->self = g_object_ref (self);
  batch->changes = g_variant_ref_sink (changes);
  batch->question = g_strdup (question);
  batch->yes = g_strdup (yes != NULL ? yes : _ ("Commit"));
  batch->done = g_strdup (done);
  batch->seen = oree_client_list_get_revision (PRIVATE (self)->lists->pdata[0]);
  for (guint i = 1; i < PRIVATE (self)->lists->len; i++)
    batch->seen = MAX (batch->seen, oree_client_list_get_revision (PRIVATE (self)->lists->pdata[i]));
  oree_client_check_async (oree_panel_page_get_session (OREE_PANEL_PAGE (self)), batch->changes,
                           PRIVATE (self)->cancellable, on_checked, batch);
}

static void
delete_selected (OreePanelList *self, GPtrArray *selected)
{
  OreePanelListClass *klass = OREE_PANEL_LIST_GET_CLASS (self);
  GVariantBuilder changes;
  g_autofree char *question = SPEC (self)->ask_delete (selected->len);
  g_autofree char *done
      = g_strdup_printf (ngettext ("%u entry deleted", "%u entries deleted", selected->len), selected->len);

  g_variant_builder_init (&changes, G_VARIANT_TYPE ("a(sssa{sv})"));
  for (guint i = 0; i < selected->len; i++)
    {
      OreeClientItem *item = selected->pdata[i];
      const char *operation = klass->delete_operation != NULL ? klass->delete_operation (self, item) : "remove";

      oree_client_add_change (&changes, operation, oree_client_item_get_kind (item), oree_client_item_get_id (item), NULL);
    }
  oree_panel_list_apply (self, g_variant_builder_end (&changes), question, _ ("Delete"), done);
}

static void
duplicate (OreePanelList *self, OreeClientItem *item)
{
  g_autoptr (OreeClientDraft) draft
      = oree_client_draft_new (oree_kind_by_name (oree_client_item_get_kind (item)), oree_client_item_get_row (item));

  oree_panel_list_edit (self, draft);
}

static void
on_command (OreePanelList *self, const char *name)
{
  OreePanelListClass *klass = OREE_PANEL_LIST_GET_CLASS (self);
  g_autoptr (GPtrArray) selected = oree_list_view_get_selected (PRIVATE (self)->view);

  if (klass->command != NULL)
    klass->command (self, name, selected);
  if (selected->len == 0)
    return;
  if (g_str_equal (name, "delete"))
    delete_selected (self, selected);
  else if (g_str_equal (name, "duplicate"))
    duplicate (self, selected->pdata[0]);
}

static void
on_refresh (OreePanelList *self)
{
  for (guint i = 0; i < PRIVATE (self)->lists->len; i++)
    oree_client_list_refresh (PRIVATE (self)->lists->pdata[i]);
}

void
oree_panel_list_set_hint (OreePanelList *self, const char *text, const char *button, const char *place)
{
  OreePanelListPrivate *private = PRIVATE (self);

  gtk_widget_set_visible (private->hint, text != NULL);
  if (text == NULL)
    return;
  gtk_label_set_label (private->hint_text, text);
  gtk_button_set_label (private->hint_button, button);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (private->hint_button), "s", place);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (private->hint_button), "win.go");
}

/* ---- the page ---- */

static void
setup (OreePanelPage *page)
{
  OreePanelList *self = OREE_PANEL_LIST (page);
  OreePanelListPrivate *private = PRIVATE (self);
  const OreePanelListSpec *spec = SPEC (self);
  OreeClientSession *session = oree_panel_page_get_session (page);
  gboolean makes = FALSE;

  gtk_label_set_label (private->heading, _ (spec->heading));
  if (spec->note != NULL)
    gtk_label_set_label (private->note, _ (spec->note));
  gtk_widget_set_visible (GTK_WIDGET (private->note), spec->note != NULL);
  oree_record_editor_set_session (private->editor, session);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (read_singleton), self, G_CONNECT_SWAPPED);
  oree_list_view_set_columns (private->view, spec->columns, spec->n_columns, self);
  oree_list_view_set_count (private->view, spec->count);
  for (guint i = 0; i < spec->n_kinds; i++)
    {
      OreeClientList *list;

      if (spec->kinds[i].unlisted)
        continue;
      list = oree_client_list_new_for_kind (session, spec->kinds[i].kind);

      g_ptr_array_add (private->lists, list);
      g_signal_connect_object (list, "loaded", G_CALLBACK (show_awaited), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
      if (spec->kinds[i].new_label == NULL)
        continue;
      makes = TRUE;
      oree_list_view_add_new (private->view, _ (spec->kinds[i].new_label), spec->kinds[i].kind);
    }
  oree_list_view_set_empty (private->view, spec->icon, _ (spec->empty_title), _ (spec->empty_text),
                            makes ? _ ("New") : NULL);
  oree_list_view_set_models (private->view, private->lists);
  g_object_bind_property (session, "writable", private->view, "writable", G_BINDING_SYNC_CREATE);
  if (OREE_PANEL_LIST_GET_CLASS (self)->prepare != NULL)
    OREE_PANEL_LIST_GET_CLASS (self)->prepare (self);
}

static void
go (OreePanelPage *page, const char *name, const char *place)
{
  OreePanelList *self = OREE_PANEL_LIST (page);

  if (is_editing (self))
    show_list (self);
  if (*place == '+')
    on_new (self, place[1] != '\0' ? place + 1 : SPEC (self)->kinds[0].kind);
  else if (*place == '?')
    oree_list_view_set_search (PRIVATE (self)->view, place + 1);
  else if (*place == '=')
    oree_panel_list_open_singleton (self, kind_of (self, place + 1) != NULL ? kind_of (self, place + 1)->kind
                                                                            : SPEC (self)->kinds[0].kind);
  else if (*place != '\0')
    await (self, place, TRUE);
}

static gboolean
is_settled (OreePanelPage *page)
{
  OreePanelList *self = OREE_PANEL_LIST (page);

  return oree_list_view_is_settled (PRIVATE (self)->view) && PRIVATE (self)->singleton == NULL
         && PRIVATE (self)->awaited == NULL && oree_record_editor_is_settled (PRIVATE (self)->editor);
}

static GActionGroup *
get_actions (OreePanelPage *page)
{
  OreePanelList *self = OREE_PANEL_LIST (page);

  return is_editing (self) ? oree_record_editor_get_actions (PRIVATE (self)->editor)
                           : oree_list_view_get_actions (PRIVATE (self)->view);
}

static void
leave (OreePanelPage *page, OreePanelLeave done, gpointer data)
{
  oree_record_editor_leave (PRIVATE (OREE_PANEL_LIST (page))->editor, done, data);
}

static void
oree_panel_list_dispose (GObject *object)
{
  OreePanelListPrivate *private = PRIVATE (OREE_PANEL_LIST (object));

  g_cancellable_cancel (private->cancellable);
  g_ptr_array_set_size (private->lists, 0);
  G_OBJECT_CLASS (oree_panel_list_parent_class)->dispose (object);
}

static void
oree_panel_list_finalize (GObject *object)
{
  OreePanelListPrivate *private = PRIVATE (OREE_PANEL_LIST (object));

  g_ptr_array_unref (private->lists);
  g_object_unref (private->cancellable);
  g_free (private->awaited);
  G_OBJECT_CLASS (oree_panel_list_parent_class)->finalize (object);
}

static void
oree_panel_list_class_init (OreePanelListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  OreePanelPageClass *page_class = OREE_PANEL_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_panel_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = oree_panel_list_finalize;
  page_class->setup = setup;
  page_class->go = go;
  page_class->is_settled = is_settled;
  page_class->get_actions = get_actions;
  page_class->leave = leave;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-panel-list.ui");
  gtk_widget_class_bind_template_child_private (widget_class, OreePanelList, stack);
  gtk_widget_class_bind_template_child_private (widget_class, OreePanelList, heading);
  gtk_widget_class_bind_template_child_private (widget_class, OreePanelList, note);
  gtk_widget_class_bind_template_child_private (widget_class, OreePanelList, hint);
  gtk_widget_class_bind_template_child_private (widget_class, OreePanelList, hint_text);
  gtk_widget_class_bind_template_child_private (widget_class, OreePanelList, hint_button);
  gtk_widget_class_bind_template_child_private (widget_class, OreePanelList, view);
  gtk_widget_class_bind_template_child_private (widget_class, OreePanelList, editor);
  gtk_widget_class_bind_template_callback (widget_class, on_new);
  gtk_widget_class_bind_template_callback (widget_class, oree_panel_list_open);
  gtk_widget_class_bind_template_callback (widget_class, on_command);
  gtk_widget_class_bind_template_callback (widget_class, on_refresh);
  gtk_widget_class_bind_template_callback (widget_class, on_committed);
  gtk_widget_class_bind_template_callback (widget_class, on_closed);
}

static void
oree_panel_list_init (OreePanelList *self)
{
  PRIVATE (self)->lists = g_ptr_array_new_with_free_func (g_object_unref);
  PRIVATE (self)->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  oree_ui_watch_stack (GTK_WIDGET (PRIVATE (self)->stack));
}

OreeListView *
oree_panel_list_get_view (OreePanelList *self)
{
  return PRIVATE (self)->view;
}

OreeRecordEditor *
oree_panel_list_get_editor (OreePanelList *self)
{
  return PRIVATE (self)->editor;
}

OreeClientList *
oree_panel_list_get_records (OreePanelList *self, const char *kind)
{
  for (guint i = 0; i < PRIVATE (self)->lists->len; i++)
    if (g_str_equal (oree_client_list_get_kind (PRIVATE (self)->lists->pdata[i]), kind))
      return PRIVATE (self)->lists->pdata[i];
  return NULL;
}
