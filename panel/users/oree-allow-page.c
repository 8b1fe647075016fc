/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/users/oree-allow-page.h"

#include "client/oree-client-list.h"
#include "client/oree-sentences.h"
#include "ui/oree-list-view.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

struct _OreeAllowPage
{
  OreePanelPage parent;
  OreeListView *view;
  OreeClientList *entries;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (OreeAllowPage, oree_allow_page, OREE_TYPE_PANEL_PAGE)

static char *
since (OreeClientItem *item, gpointer data)
{
  return oree_ui_time (oree_client_item_time (item, "since"));
}

static char *
by_since (OreeClientItem *item, gpointer data)
{
  return g_strdup_printf ("%020" G_GINT64_FORMAT, oree_client_item_time (item, "since"));
}

static const OreeListColumn columns[] = {
  { .id = "user", .title = N_ ("User"), .field = "user", .expand = TRUE },
  { .id = "contact", .title = N_ ("Contact"), .field = "contact", .expand = TRUE },
  { .id = "since", .title = N_ ("Since"), .text = since, .sort = by_since, .width = 200 },
};

static char *
count (guint n)
{
  return g_strdup_printf (ngettext ("%u entry", "%u entries", n), n);
}

static void
on_revoked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply G_GNUC_UNUSED
      = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  OreeAllowPage *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error != NULL && !g_error_matches (error, OREE_ERROR, OREE_ERROR_NOT_FOUND))
    oree_ui_tell (GTK_WIDGET (self), _ ("The entry was not revoked"), oree_sentence_failure (error));
  oree_client_list_refresh (self->entries);
}

/* What was selected when the question was asked. */
typedef struct
{
  OreeAllowPage *self;
  GPtrArray *selected;
} Question;

static void
on_answer (gboolean yes, gpointer data)
{
  Question *question = data;
  OreeClientSession *session = oree_panel_page_get_session (OREE_PANEL_PAGE (question->self));

  for (guint i = 0; yes && i < question->selected->len; i++)
    {
      OreeClientItem *item = question->selected->pdata[i];

      oree_client_session_call_async (session, OREE_CALL_REVOKE_ALLOW_ENTRY,
                                      g_variant_new ("(ssa{sv})", oree_client_item_text (item, "user"),
                                                     oree_client_item_text (item, "contact"), NULL),
                                      question->self->cancellable, on_revoked, question->self);
    }
  g_ptr_array_unref (question->selected);
  g_object_unref (question->self);
  g_free (question);
}

static void
on_command (OreeAllowPage *self, const char *name)
{
  g_autoptr (GPtrArray) selected = oree_list_view_get_selected (self->view);
  g_autofree char *heading = NULL;
  Question *question;

  if (!g_str_equal (name, "revoke") || selected->len == 0)
    return;
  question = g_new0 (Question, 1);
  question->self = g_object_ref (self);
  question->selected = g_ptr_array_ref (selected);
  heading = g_strdup_printf (ngettext ("Revoke %u Entry?", "Revoke %u Entries?", selected->len), selected->len);
  oree_ui_ask (GTK_WIDGET (self), heading,
               _ ("A contact of a public partner cannot write any more until the user writes first, or adds it again."),
               _ ("Revoke"), TRUE, on_answer, question);
}

static void
on_writable (OreeAllowPage *self)
{
  g_object_set (self->view, "writable",
                oree_client_session_is_writable (oree_panel_page_get_session (OREE_PANEL_PAGE (self))), NULL);
}

static void
setup (OreePanelPage *page)
{
  OreeAllowPage *self = OREE_ALLOW_PAGE (page);
  OreeClientSession *session = oree_panel_page_get_session (page);

  self->entries = oree_client_list_new_for_call (session, OREE_CALL_ALLOW_ENTRIES, NULL, "key");
  oree_list_view_set_columns (self->view, columns, G_N_ELEMENTS (columns), self);
  oree_list_view_set_count (self->view, count);
  oree_list_view_set_empty (self->view, "contact-new-symbolic", _ ("No Allow Entries"),
                            _ ("A user who adds an outside contact, or writes to it first, makes an entry."), NULL);
  oree_list_view_add_action (self->view, "revoke", _ ("_Revoke…"), OREE_LIST_SOME, TRUE);
  oree_list_view_set_model (self->view, G_LIST_MODEL (self->entries));
  g_signal_connect_object (self->view, "command", G_CALLBACK (on_command), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "refresh", G_CALLBACK (oree_client_list_refresh), self->entries,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::writable", G_CALLBACK (on_writable), self, G_CONNECT_SWAPPED);
  on_writable (self);
}

static void
shown (OreePanelPage *page)
{
  oree_client_list_refresh (OREE_ALLOW_PAGE (page)->entries);
}

static gboolean
is_settled (OreePanelPage *page)
{
  return oree_list_view_is_settled (OREE_ALLOW_PAGE (page)->view);
}

static GActionGroup *
get_actions (OreePanelPage *page)
{
  return oree_list_view_get_actions (OREE_ALLOW_PAGE (page)->view);
}

static void
oree_allow_page_dispose (GObject *object)
{
  OreeAllowPage *self = OREE_ALLOW_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->entries);
  G_OBJECT_CLASS (oree_allow_page_parent_class)->dispose (object);
}

static void
oree_allow_page_finalize (GObject *object)
{
  g_object_unref (OREE_ALLOW_PAGE (object)->cancellable);
  G_OBJECT_CLASS (oree_allow_page_parent_class)->finalize (object);
}

static void
oree_allow_page_class_init (OreeAllowPageClass *klass)
{
  OreePanelPageClass *page_class = OREE_PANEL_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_allow_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = oree_allow_page_finalize;
  page_class->setup = setup;
  page_class->shown = shown;
  page_class->is_settled = is_settled;
  page_class->get_actions = get_actions;
}

static void
oree_allow_page_init (OreeAllowPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->view = OREE_LIST_VIEW (oree_list_view_new ());
  g_object_set (self->view, "can-edit", FALSE, NULL);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->view));
}
