/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/history/oree-history-page.h"

#include "client/oree-client-config.h"
#include "client/oree-client-list.h"
#include "client/oree-sentences.h"
#include "panel/history/oree-history-words.h"
#include "ui/oree-button-names.h"
#include "ui/oree-list-detail.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

/* How many revisions are read. */
#define LIMIT 500

struct _OreeHistoryPage
{
  OreePanelPage parent;
  OreeListDetail *view;
  OreeClientList *revisions;
  GCancellable *cancellable;
  char *wanted; /* the revision to show as soon as it is read */
};

G_DEFINE_FINAL_TYPE (OreeHistoryPage, oree_history_page, OREE_TYPE_PANEL_PAGE)

static char *
revision (OreeClientItem *item, gpointer data)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, oree_client_item_number (item, "revision"));
}

static char *
newest_first (OreeClientItem *item, gpointer data)
{
  return g_strdup_printf ("%020" G_GUINT64_FORMAT, G_MAXUINT64 - oree_client_item_number (item, "revision"));
}

static char *
when (OreeClientItem *item, gpointer data)
{
  return oree_ui_short_time (oree_client_item_time (item, "time"));
}

static char *
by_time (OreeClientItem *item, gpointer data)
{
  return g_strdup_printf ("%020" G_GINT64_FORMAT, oree_client_item_time (item, "time"));
}

static char *
summary (OreeClientItem *item, gpointer data)
{
  return oree_history_summary (item);
}

static char *
how (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_history_operation (item));
}

static const OreeListColumn columns[] = {
  { .id = "revision", .title = N_ ("Revision"), .text = revision, .sort = newest_first, .width = 80 },
  { .id = "time", .title = N_ ("Time"), .text = when, .sort = by_time, .width = 95 },
  { .id = "who", .title = N_ ("Who"), .field = "who", .width = 80 },
  { .id = "what", .title = N_ ("What"), .text = summary, .expand = TRUE },
  { .id = "how", .title = N_ ("How"), .text = how, .width = 105 },
};

static char *
count (guint n)
{
  return g_strdup_printf (ngettext ("%u revision", "%u revisions", n), n);
}

/* Going back: a question on its way. */
typedef struct
{
  OreeHistoryPage *self;
  guint64 revision;
  gboolean only_last; /* take back this revision alone */
} Question;

static void
question_free (Question *question)
{
  g_object_unref (question->self);
  g_free (question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

/* TRUE: `outcome` has no error. Else it is told why nothing comes of it. */
static gboolean
came_out (OreeHistoryPage *self, const OreeClientOutcome *outcome, const GError *error)
{
  g_autofree char *why = oree_client_outcome_why_not (outcome, error);

  if (why != NULL)
    oree_ui_tell (GTK_WIDGET (self), _ ("Nothing was changed"), why);
  return why == NULL;
}

static void
on_restored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeHistoryPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeClientOutcome) outcome = oree_client_config_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autofree char *said = NULL, *number = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !came_out (self, outcome, error))
    return;
  number = g_strdup_printf ("%" G_GUINT64_FORMAT, outcome->revision);
  /* TRANSLATORS: a passing word; %s is the number of the new revision. */
  said = g_strdup_printf (_ ("Done: this is revision %s now"), number);
  oree_list_detail_close (self->view);
  oree_ui_toast (GTK_WIDGET (self), said, NULL, NULL, NULL);
}

static void
restore (const Question *question, gboolean dry, GAsyncReadyCallback callback, gpointer data)
{
  oree_client_restore_async (oree_panel_page_get_session (OREE_PANEL_PAGE (question->self)), question->revision,
                             question->only_last, dry, question->self->cancellable, callback, data);
}

static void
on_answer (gboolean yes, gpointer data)
{
  g_autoptr (Question) question = data;

  if (yes)
    restore (question, FALSE, on_restored, g_object_ref (question->self));
}

/* What would come of it is known: does the administrator want that? */
static void
on_forecast (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Question) question = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeClientOutcome) outcome = oree_client_config_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autofree char *heading = NULL, *number = NULL, *effects = NULL, *text = NULL;
  gboolean only_last = question->only_last;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !came_out (question->self, outcome, error))
    return;
  number = g_strdup_printf ("%" G_GUINT64_FORMAT, question->revision);
  heading = only_last ? g_strdup_printf (_ ("Take back revision %s?"), number)
                      : g_strdup_printf (_ ("Go back to revision %s?"), number);
  effects = oree_sentence_effects (outcome->effects);
  text = g_strconcat (only_last ? _ ("What it changed becomes what it was before; later changes stay.")
                                : _ ("The whole configuration becomes what it was then. This is a change like any other: it can "
                                     "be taken back."),
                      "\n\n", effects != NULL ? effects : _ ("Nothing that is connected now is cut."), NULL);
  oree_ui_ask (GTK_WIDGET (question->self), heading, text, only_last ? _ ("_Take back") : _ ("_Go back"), TRUE, on_answer,
               question);
  g_steal_pointer (&question);
}

static void
ask (OreeHistoryPage *self, guint64 to, gboolean only_last)
{
  Question *question = g_new0 (Question, 1);

  question->self = g_object_ref (self);
  question->revision = to;
  question->only_last = only_last;
  restore (question, TRUE, on_forecast, question);
}

static void
on_restore (GtkWidget *widget, const char *action, GVariant *parameter)
{
  guint64 number;

  if (g_ascii_string_to_unsigned (g_variant_get_string (parameter, NULL), 10, 0, G_MAXINT64, &number, NULL))
    ask (OREE_HISTORY_PAGE (widget), number, g_str_equal (action, "history.take-back"));
}

static void
on_writable (OreeHistoryPage *self)
{
  gboolean writable = oree_client_session_is_writable (oree_panel_page_get_session (OREE_PANEL_PAGE (self)));

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "history.take-back", writable);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "history.go-back", writable);
}

static void
on_open (OreeHistoryPage *self, OreeClientItem *item)
{
  OreeFacts *facts = oree_list_detail_get_facts (self->view);
  g_autofree char *number = revision (item, NULL), *title = g_strdup_printf (_ ("Revision %s"), number);

  if (oree_list_detail_is_open (self->view))
    oree_list_detail_close (self->view);
  oree_facts_clear (facts);
  oree_history_tell (item, facts);
  oree_list_detail_add_button (self->view, _ ("_Take back…"), "history.take-back", number);
  oree_list_detail_add_button (self->view, _ ("_Go back to it…"), "history.go-back", number);
  oree_list_detail_open (self->view, title);
}

static void
on_loaded (OreeHistoryPage *self)
{
  g_autofree char *wanted = g_steal_pointer (&self->wanted);
  OreeClientItem *item = wanted != NULL ? oree_client_list_find (self->revisions, wanted) : NULL;

  if (item != NULL)
    on_open (self, item);
}

static void
oree_history_page_setup (OreePanelPage *page)
{
  OreeHistoryPage *self = OREE_HISTORY_PAGE (page);
  OreeClientSession *session = oree_panel_page_get_session (page);
  OreeListView *list = oree_list_detail_get_list (self->view);
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "limit", "u", LIMIT);
  self->revisions = oree_client_list_new_for_call (session, OREE_CALL_HISTORY,
                                                   g_variant_new ("(@a{sv})", g_variant_dict_end (&options)), "revision");
  oree_list_view_set_columns (list, columns, G_N_ELEMENTS (columns), self);
  oree_list_view_set_count (list, count);
  oree_list_view_set_empty (list, "document-open-recent-symbolic", _ ("No Revisions"),
                            _ ("Every change of the configuration is kept here."), NULL);
  oree_list_view_set_model (list, G_LIST_MODEL (self->revisions));
  g_signal_connect_object (list, "open", G_CALLBACK (on_open), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "refresh", G_CALLBACK (oree_client_list_refresh), self->revisions, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->revisions, "loaded", G_CALLBACK (on_loaded), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "changed", G_CALLBACK (oree_client_list_refresh), self->revisions, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::writable", G_CALLBACK (on_writable), self, G_CONNECT_SWAPPED);
  on_writable (self);
}

static void
oree_history_page_go (OreePanelPage *page, const char *name, const char *place)
{
  OreeHistoryPage *self = OREE_HISTORY_PAGE (page);

  g_free (self->wanted);
  self->wanted = g_strdup (place);
  oree_client_list_refresh (self->revisions);
}

static gboolean
oree_history_page_is_settled (OreePanelPage *page)
{
  OreeHistoryPage *self = OREE_HISTORY_PAGE (page);

  return self->wanted == NULL && oree_list_view_is_settled (oree_list_detail_get_list (self->view));
}

static GActionGroup *
oree_history_page_get_actions (OreePanelPage *page)
{
  return oree_list_view_get_actions (oree_list_detail_get_list (OREE_HISTORY_PAGE (page)->view));
}

static void
oree_history_page_dispose (GObject *object)
{
  OreeHistoryPage *self = OREE_HISTORY_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->revisions);
  G_OBJECT_CLASS (oree_history_page_parent_class)->dispose (object);
}

static void
oree_history_page_finalize (GObject *object)
{
  OreeHistoryPage *self = OREE_HISTORY_PAGE (object);

  g_object_unref (self->cancellable);
  g_free (self->wanted);
  G_OBJECT_CLASS (oree_history_page_parent_class)->finalize (object);
}

static void
oree_history_page_class_init (OreeHistoryPageClass *klass)
{
  OreePanelPageClass *page_class = OREE_PANEL_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_history_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = oree_history_page_finalize;
  page_class->setup = oree_history_page_setup;
  page_class->go = oree_history_page_go;
  page_class->is_settled = oree_history_page_is_settled;
  page_class->get_actions = oree_history_page_get_actions;
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "history.take-back", "s", on_restore);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "history.go-back", "s", on_restore);
}

static void
oree_history_page_init (OreeHistoryPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->view = OREE_LIST_DETAIL (oree_list_detail_new ());
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->view));
}
