/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two lists in one stack; the commands of the page are those of the list in front. A detail that is open is told anew
 * whenever its row changes. */
#include "panel/partners/oree-connections-page.h"

#include "client/oree-client-list.h"
#include "client/oree-sentences.h"
#include "panel/partners/oree-connection-words.h"
#include "ui/oree-list-detail.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

/* Seconds between readings while somebody looks. */
#define PERIOD 2
/* How many events about a partner are told, and among how many they are looked for. */
#define EVENTS_TOLD 10
#define EVENTS_READ 500

struct _OreeConnectionsPage
{
  OreePanelPage parent;
  GtkStack *stack;
  OreeListDetail *partners_view;
  OreeListDetail *connections_view;
  OreeClientList *partners;
  OreeClientList *connections;
  GCancellable *cancellable;
  char *wanted;  /* the partner to open as soon as it is read */
  char *opened;  /* the partner whose detail is shown */
  GVariant *told; /* what the detail says */
  guint timer;
};

G_DEFINE_FINAL_TYPE (OreeConnectionsPage, oree_connections_page, OREE_TYPE_PANEL_PAGE)

static OreeListDetail *
in_front (OreeConnectionsPage *self)
{
  return OREE_LIST_DETAIL (gtk_stack_get_visible_child (self->stack));
}

static char *
count_partners (guint n)
{
  return g_strdup_printf (ngettext ("%u partner", "%u partners", n), n);
}

static char *
count_connections (guint n)
{
  return g_strdup_printf (ngettext ("%u connection", "%u connections", n), n);
}

static gboolean
is_about (GVariant *event, const char *partner)
{
  g_autoptr (GVariant) details = g_variant_lookup_value (event, "details", G_VARIANT_TYPE ("a{ss}"));
  const char *whom;

  return details != NULL && g_variant_lookup (details, "partner", "&s", &whom) && g_str_equal (whom, partner);
}

static void
tell_event (GVariant *event, OreeFacts *facts)
{
  g_autofree char *when = NULL, *sentence = oree_sentence_event (event);
  gint64 time = 0;

  g_variant_lookup (event, "time", "x", &time);
  when = oree_ui_short_time (time);
  oree_facts_add (facts, when, sentence);
}

static void
on_events (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autoptr (GVariant) events = NULL;
  OreeConnectionsPage *self = data;
  OreeFacts *facts;
  guint told = 0;

  if (reply == NULL || self->opened == NULL)
    return;
  facts = oree_list_detail_get_facts (self->partners_view);
  events = g_variant_get_child_value (reply, 0);
  for (gsize i = g_variant_n_children (events); i > 0 && told < EVENTS_TOLD; i--)
    {
      g_autoptr (GVariant) event = g_variant_get_child_value (events, i - 1);

      if (!is_about (event, self->opened))
        continue;
      if (told++ == 0)
        oree_facts_add_group (facts, _ ("What happened last"), NULL);
      tell_event (event, facts);
    }
}

static void
tell_partner (OreeConnectionsPage *self, OreeClientItem *item)
{
  OreeFacts *facts = oree_list_detail_get_facts (self->partners_view);
  GVariantDict options;

  g_clear_pointer (&self->told, g_variant_unref);
  self->told = g_variant_ref (oree_client_item_get_row (item));
  oree_facts_clear (facts);
  oree_partner_tell (item, facts);
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "limit", "u", EVENTS_READ);
  oree_client_session_call_async (oree_panel_page_get_session (OREE_PANEL_PAGE (self)), OREE_CALL_LIST_EVENTS,
                                  g_variant_new ("(@a{sv})", g_variant_dict_end (&options)), self->cancellable, on_events,
                                  self);
}

static void
open_partner (OreeConnectionsPage *self, OreeClientItem *item)
{
  g_autofree char *place = g_strconcat ("xmpp/", oree_client_item_get_id (item), NULL);

  oree_list_detail_close (self->partners_view);
  self->opened = g_strdup (oree_client_item_get_id (item));
  tell_partner (self, item);
  oree_list_detail_add_button (self->partners_view, _ ("_Open partner"), "win.go", place);
  oree_list_detail_open (self->partners_view, self->opened);
}

static void
on_open_connection (OreeConnectionsPage *self, OreeClientItem *item)
{
  OreeFacts *facts = oree_list_detail_get_facts (self->connections_view);
  g_autofree char *title = oree_connection_title (item);

  oree_facts_clear (facts);
  oree_connection_tell (item, facts);
  oree_list_detail_open (self->connections_view, title);
}

static void
on_partner_closed (OreeConnectionsPage *self)
{
  g_clear_pointer (&self->opened, g_free);
}

static void
on_partners_loaded (OreeConnectionsPage *self)
{
  g_autofree char *wanted = g_steal_pointer (&self->wanted);
  const char *id = wanted != NULL ? wanted : self->opened;
  OreeClientItem *item = id != NULL ? oree_client_list_find (self->partners, id) : NULL;

  if (item == NULL)
    return;
  if (wanted != NULL)
    open_partner (self, item);
  else if (!g_variant_equal (self->told, oree_client_item_get_row (item)))
    tell_partner (self, item);
}

static void
refresh (OreeConnectionsPage *self)
{
  oree_client_list_refresh (self->partners);
  oree_client_list_refresh (self->connections);
}

static gboolean
on_period (gpointer data)
{
  refresh (data);
  return G_SOURCE_CONTINUE;
}

static void
on_front_changed (OreeConnectionsPage *self)
{
  oree_panel_page_actions_changed (OREE_PANEL_PAGE (self));
}

static OreeListDetail *
add_view (OreeConnectionsPage *self, const char *name, const char *title)
{
  GtkWidget *view = oree_list_detail_new ();

  gtk_stack_add_titled (self->stack, view, name, title);
  g_signal_connect_object (oree_list_detail_get_list (OREE_LIST_DETAIL (view)), "refresh", G_CALLBACK (refresh), self,
                           G_CONNECT_SWAPPED);
  return OREE_LIST_DETAIL (view);
}

static void
setup_partners (OreeConnectionsPage *self, OreeListView *list)
{
  oree_list_view_set_columns (list, oree_partner_columns, oree_n_partner_columns, self);
  oree_list_view_set_count (list, count_partners);
  oree_list_view_set_empty (list, "system-users-symbolic", _ ("No XMPP Partners"),
                            _ ("Partners are added under Federation and External Access."), NULL);
  oree_list_view_set_model (list, G_LIST_MODEL (self->partners));
  g_signal_connect_object (list, "open", G_CALLBACK (open_partner), self, G_CONNECT_SWAPPED);
}

static void
setup_connections (OreeConnectionsPage *self, OreeListView *list)
{
  oree_list_view_set_columns (list, oree_connection_columns, oree_n_connection_columns, self);
  oree_list_view_set_count (list, count_connections);
  oree_list_view_set_empty (list, "network-offline-symbolic", _ ("No Connections"),
                            _ ("Connections to partners and users appear here while they last."), NULL);
  oree_list_view_set_model (list, G_LIST_MODEL (self->connections));
  g_signal_connect_object (list, "open", G_CALLBACK (on_open_connection), self, G_CONNECT_SWAPPED);
}

static void
oree_connections_page_setup (OreePanelPage *page)
{
  OreeConnectionsPage *self = OREE_CONNECTIONS_PAGE (page);
  OreeClientSession *session = oree_panel_page_get_session (page);

  self->partners = oree_client_list_new_for_call (session, OREE_CALL_PARTNERS, NULL, "partner");
  self->connections = oree_client_list_new_for_call (session, OREE_CALL_CONNECTIONS, NULL, NULL);
  self->partners_view = add_view (self, "partners", _ ("Partners"));
  self->connections_view = add_view (self, "connections", _ ("Connections"));
  setup_partners (self, oree_list_detail_get_list (self->partners_view));
  setup_connections (self, oree_list_detail_get_list (self->connections_view));
  g_signal_connect_object (self->partners, "loaded", G_CALLBACK (on_partners_loaded), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->partners_view, "closed", G_CALLBACK (on_partner_closed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->stack, "notify::visible-child", G_CALLBACK (on_front_changed), self, G_CONNECT_SWAPPED);
}

static void
oree_connections_page_shown (OreePanelPage *page)
{
  OreeConnectionsPage *self = OREE_CONNECTIONS_PAGE (page);

  refresh (self);
  self->timer = g_timeout_add_seconds (PERIOD, on_period, self);
}

static void
oree_connections_page_hidden (OreePanelPage *page)
{
  g_clear_handle_id (&OREE_CONNECTIONS_PAGE (page)->timer, g_source_remove);
}

static void
oree_connections_page_go (OreePanelPage *page, const char *name, const char *place)
{
  OreeConnectionsPage *self = OREE_CONNECTIONS_PAGE (page);

  if (g_str_equal (place, "+connections"))
    {
      gtk_stack_set_visible_child (self->stack, GTK_WIDGET (self->connections_view));
      return;
    }
  gtk_stack_set_visible_child (self->stack, GTK_WIDGET (self->partners_view));
  g_free (self->wanted);
  self->wanted = g_strdup (place);
  oree_client_list_refresh (self->partners);
}

static gboolean
oree_connections_page_is_settled (OreePanelPage *page)
{
  OreeConnectionsPage *self = OREE_CONNECTIONS_PAGE (page);

  return oree_list_view_is_settled (oree_list_detail_get_list (self->partners_view))
         && oree_list_view_is_settled (oree_list_detail_get_list (self->connections_view));
}

static GActionGroup *
oree_connections_page_get_actions (OreePanelPage *page)
{
  return oree_list_view_get_actions (oree_list_detail_get_list (in_front (OREE_CONNECTIONS_PAGE (page))));
}

static void
oree_connections_page_dispose (GObject *object)
{
  OreeConnectionsPage *self = OREE_CONNECTIONS_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  G_OBJECT_CLASS (oree_connections_page_parent_class)->dispose (object);
}

static void
oree_connections_page_finalize (GObject *object)
{
  OreeConnectionsPage *self = OREE_CONNECTIONS_PAGE (object);

  g_clear_object (&self->partners);
  g_clear_object (&self->connections);
  g_object_unref (self->cancellable);
  g_free (self->wanted);
  g_free (self->opened);
  g_clear_pointer (&self->told, g_variant_unref);
  G_OBJECT_CLASS (oree_connections_page_parent_class)->finalize (object);
}

static void
oree_connections_page_class_init (OreeConnectionsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  OreePanelPageClass *page_class = OREE_PANEL_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_connections_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = oree_connections_page_finalize;
  page_class->setup = oree_connections_page_setup;
  page_class->shown = oree_connections_page_shown;
  page_class->hidden = oree_connections_page_hidden;
  page_class->go = oree_connections_page_go;
  page_class->is_settled = oree_connections_page_is_settled;
  page_class->get_actions = oree_connections_page_get_actions;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-connections-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeConnectionsPage, stack);
}

static void
oree_connections_page_init (OreeConnectionsPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  oree_ui_watch_stack (GTK_WIDGET (self->stack));
}
