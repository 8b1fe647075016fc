/* SPDX-License-Identifier: GPL-3.0-or-later */
/* However many events come, the list is read at most once a second, and only while somebody looks. */
#include "panel/events/oree-events-page.h"

#include "client/oree-client-list.h"
#include "client/oree-sentences.h"
#include "ui/oree-list-detail.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

/* How many are read. */
#define LIMIT 2000

struct _OreeEventsPage
{
  OreePanelPage parent;
  OreeListDetail *view;
  GtkDropDown *level;
  OreeClientList *events;
  guint timer;
  gboolean due; /* something happened since the last reading */
};

G_DEFINE_FINAL_TYPE (OreeEventsPage, oree_events_page, OREE_TYPE_PANEL_PAGE)

static const struct
{
  const char *nick;
  const char *mark;
  const char *filter; /* N_() */
} levels[] = {
  { "", "", N_ ("All levels") },
  { "information", "ℹ", N_ ("Information") },
  { "warning", "⚠", N_ ("Warnings") },
  { "error", "✖", N_ ("Errors") },
};

static char *
sentence (OreeClientItem *item, gpointer data)
{
  return oree_sentence_event (oree_client_item_get_row (item));
}

static char *
level (OreeClientItem *item, gpointer data)
{
  const char *nick = oree_client_item_text (item, "level"), *mark = "";

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (g_str_equal (levels[i].nick, nick))
      mark = levels[i].mark;
  return g_strdup_printf ("%s %s", mark, oree_sentence_event_level (nick));
}

static char *
when (OreeClientItem *item, gpointer data)
{
  return oree_ui_short_time (oree_client_item_time (item, "time"));
}

/* The newest first, which is what "ascending" makes of this. */
static char *
newest_first (OreeClientItem *item, gpointer data)
{
  return g_strdup_printf ("%020" G_GUINT64_FORMAT, G_MAXUINT64 - oree_client_item_number (item, "serial"));
}

static char *
number (OreeClientItem *item, gpointer data)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, oree_client_item_number (item, "number"));
}

static const OreeListColumn columns[] = {
  { .id = "time", .title = N_ ("Time"), .text = when, .sort = newest_first, .width = 130 },
  { .id = "level", .title = N_ ("Level"), .text = level, .width = 130 },
  { .id = "number", .title = N_ ("ID"), .text = number, .width = 60 },
  { .id = "message", .title = N_ ("Message"), .text = sentence, .expand = TRUE },
};

static char *
count (guint n)
{
  return g_strdup_printf (ngettext ("%u event", "%u events", n), n);
}

static void
tell_details (OreeFacts *facts, GVariant *details, const char **partner)
{
  GVariantIter iter;
  const char *name, *value;

  oree_facts_add_group (facts, _ ("Details"), _ ("As the service wrote them."));
  g_variant_iter_init (&iter, details);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    {
      oree_facts_add (facts, name, value);
      if (g_str_equal (name, "partner"))
        *partner = value;
    }
}

static void
on_open (OreeEventsPage *self, OreeClientItem *item)
{
  OreeFacts *facts = oree_list_detail_get_facts (self->view);
  g_autoptr (GVariant) details
      = g_variant_lookup_value (oree_client_item_get_row (item), "details", G_VARIANT_TYPE ("a{ss}"));
  g_autofree char *said = sentence (item, NULL), *time = oree_ui_time (oree_client_item_time (item, "time"));
  g_autofree char *how = level (item, NULL), *id = number (item, NULL), *place = NULL;
  const char *partner = NULL;

  oree_facts_clear (facts);
  oree_facts_add_group (facts, NULL, NULL);
  oree_facts_add (facts, _ ("Message"), said);
  oree_facts_add (facts, _ ("Time"), time);
  oree_facts_add (facts, _ ("Level"), how);
  oree_facts_add (facts, _ ("ID"), id);
  if (details != NULL && g_variant_n_children (details) > 0)
    tell_details (facts, details, &partner);
  if (partner != NULL)
    {
      place = g_strconcat ("connections/", partner, NULL);
      oree_list_detail_add_button (self->view, _ ("Show _connections"), "win.go", place);
    }
  oree_list_detail_open (self->view, said);
}

static gboolean
keep (gpointer item, gpointer data)
{
  OreeEventsPage *self = data;
  guint wanted = gtk_drop_down_get_selected (self->level);

  return wanted == 0 || wanted >= G_N_ELEMENTS (levels)
         || g_str_equal (oree_client_item_text (item, "level"), levels[wanted].nick);
}

static void
on_level (OreeEventsPage *self)
{
  /* On its way out the filter loses its choice. */
  if (gtk_widget_get_root (GTK_WIDGET (self->level)) != NULL)
    oree_list_view_refilter (oree_list_detail_get_list (self->view));
}

static void
on_event (OreeEventsPage *self)
{
  self->due = TRUE;
}

static gboolean
on_second (gpointer data)
{
  OreeEventsPage *self = data;

  if (self->due)
    oree_client_list_refresh (self->events);
  self->due = FALSE;
  return G_SOURCE_CONTINUE;
}

static GtkWidget *
make_level_filter (OreeEventsPage *self)
{
  GtkStringList *words = gtk_string_list_new (NULL);
  GtkWidget *filter;

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    gtk_string_list_append (words, _ (levels[i].filter));
  filter = gtk_drop_down_new (G_LIST_MODEL (words), NULL);
  oree_ui_set_label (filter, _ ("Level"));
  self->level = GTK_DROP_DOWN (filter);
  g_signal_connect_object (filter, "notify::selected", G_CALLBACK (on_level), self, G_CONNECT_SWAPPED);
  return filter;
}

static void
oree_events_page_setup (OreePanelPage *page)
{
  OreeEventsPage *self = OREE_EVENTS_PAGE (page);
  OreeClientSession *session = oree_panel_page_get_session (page);
  OreeListView *list = oree_list_detail_get_list (self->view);
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "limit", "u", LIMIT);
  self->events = oree_client_list_new_for_call (session, OREE_CALL_LIST_EVENTS,
                                                g_variant_new ("(@a{sv})", g_variant_dict_end (&options)), "serial");
  oree_list_view_set_columns (list, columns, G_N_ELEMENTS (columns), self);
  oree_list_view_set_count (list, count);
  oree_list_view_set_empty (list, "document-open-recent-symbolic", _ ("No Events"),
                            _ ("What the service notices appears here."), NULL);
  oree_list_view_add_tool (list, make_level_filter (self));
  oree_list_view_set_filter (list, keep, self);
  oree_list_view_set_model (list, G_LIST_MODEL (self->events));
  g_signal_connect_object (list, "open", G_CALLBACK (on_open), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "refresh", G_CALLBACK (oree_client_list_refresh), self->events, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "event", G_CALLBACK (on_event), self, G_CONNECT_SWAPPED);
}

static void
oree_events_page_shown (OreePanelPage *page)
{
  OreeEventsPage *self = OREE_EVENTS_PAGE (page);

  on_second (self);
  self->timer = g_timeout_add_seconds (1, on_second, self);
}

static void
oree_events_page_hidden (OreePanelPage *page)
{
  g_clear_handle_id (&OREE_EVENTS_PAGE (page)->timer, g_source_remove);
}

static void
oree_events_page_go (OreePanelPage *page, const char *name, const char *place)
{
  OreeEventsPage *self = OREE_EVENTS_PAGE (page);

  oree_list_detail_close (self->view);
  oree_list_view_set_search (oree_list_detail_get_list (self->view), oree_sentence_role (place));
}

static gboolean
oree_events_page_is_settled (OreePanelPage *page)
{
  return oree_list_view_is_settled (oree_list_detail_get_list (OREE_EVENTS_PAGE (page)->view));
}

static GActionGroup *
oree_events_page_get_actions (OreePanelPage *page)
{
  return oree_list_view_get_actions (oree_list_detail_get_list (OREE_EVENTS_PAGE (page)->view));
}

static void
oree_events_page_dispose (GObject *object)
{
  OreeEventsPage *self = OREE_EVENTS_PAGE (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->events);
  G_OBJECT_CLASS (oree_events_page_parent_class)->dispose (object);
}

static void
oree_events_page_class_init (OreeEventsPageClass *klass)
{
  OreePanelPageClass *page_class = OREE_PANEL_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_events_page_dispose;
  page_class->setup = oree_events_page_setup;
  page_class->shown = oree_events_page_shown;
  page_class->hidden = oree_events_page_hidden;
  page_class->go = oree_events_page_go;
  page_class->is_settled = oree_events_page_is_settled;
  page_class->get_actions = oree_events_page_get_actions;
}

static void
oree_events_page_init (OreeEventsPage *self)
{
  self->view = OREE_LIST_DETAIL (oree_list_detail_new ());
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->view));
}
