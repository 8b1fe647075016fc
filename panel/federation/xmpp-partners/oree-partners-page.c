/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/xmpp-partners/oree-partners-page.h"

#include "panel/federation/oree-partner-commands.h"
#include "panel/federation/xmpp-partners/oree-partner-form.h"
#include "ui/oree-words.h"

#include <glib/gi18n-lib.h>

/* An event that concerns a partner is followed by others: one reading for all of them. */
#define PAUSE_MS 500

struct _OreePartnersPage
{
  OreePanelList parent;
  OreeClientList *live; /* Monitor.Partners */
  guint pause;
};

G_DEFINE_FINAL_TYPE (OreePartnersPage, oree_partners_page, OREE_TYPE_PANEL_LIST)

static char *
partner_type (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_words_label ("partner-type", oree_client_item_text (item, "partner-type")));
}

static char *
tls (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_words_label ("negotiation", oree_client_item_text (item, "tls-negotiation")));
}

static char *
sasl (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_words_label ("negotiation", oree_client_item_text (item, "sasl-negotiation")));
}

static char *
dialback (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_client_item_flag (item, "support-dialback-negotiation") ? "✔" : "–");
}

static char *
state (OreeClientItem *item, gpointer data)
{
  OreeClientItem *live = oree_client_list_find (OREE_PARTNERS_PAGE (data)->live, oree_client_item_get_id (item));

  if (live == NULL)
    return g_strdup ("");
  return g_strdup (oree_words_label ("partner-state", oree_enum_to_nick (oree_partner_states,
                                                                         (int) oree_client_item_partner_state (live))));
}

static const OreeListColumn columns[] = {
  { .id = "domain", .title = N_ ("Primary domain"), .field = "id", .expand = TRUE },
  { .id = "type", .title = N_ ("Type"), .text = partner_type, .width = 140 },
  { .id = "tls", .title = N_ ("TLS"), .text = tls, .width = 96 },
  { .id = "sasl", .title = N_ ("SASL"), .text = sasl, .width = 96 },
  { .id = "dialback", .title = N_ ("Dialback"), .text = dialback, .width = 60 },
  { .id = "state", .title = N_ ("State"), .text = state, .width = 106 },
};

static const OreePanelKind kinds[] = {
  { .kind = "xmpp-partner", .form_type = oree_partner_form_get_type, .new_label = N_ ("_XMPP partner"),
    .new_title = N_ ("New XMPP Federated Partner"), .edit_title = N_ ("Edit XMPP Federated Partner") },
  { .kind = "xmpp-gateway", .form = "oree-gateway-form.ui", .edit_title = N_ ("XMPP Gateway Settings"),
    .unlisted = TRUE },
};

static char *
count (guint n)
{
  return g_strdup_printf (ngettext ("%u partner", "%u partners", n), n);
}

static char *
ask_delete (guint n)
{
  return g_strdup_printf (ngettext ("Delete %u Partner?", "Delete %u Partners?", n), n);
}

static char *
committed (const char *id)
{
  if (g_str_equal (id, "global"))
    return g_strdup (_ ("Gateway settings committed"));
  /* TRANSLATORS: %s is a domain. */
  return g_strdup_printf (_ ("Partner %s committed"), id);
}

static const OreePanelListSpec spec = {
  .heading = N_ ("XMPP Federated Partners"),
  .kinds = kinds,
  .n_kinds = G_N_ELEMENTS (kinds),
  .columns = columns,
  .n_columns = G_N_ELEMENTS (columns),
  .icon = "system-users-symbolic",
  .empty_title = N_ ("No XMPP Partners"),
  .empty_text = N_ ("Add one entry for each XMPP domain your users may talk to."),
  .count = count,
  .ask_delete = ask_delete,
  .committed = committed,
};

/* ---- what is alive ---- */

/* The row of a partner is drawn again when its state is another than the one drawn. */
static void
on_live (OreePartnersPage *self)
{
  GListModel *records = G_LIST_MODEL (oree_panel_list_get_records (OREE_PANEL_LIST (self), "xmpp-partner"));

  for (guint i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (OreeClientItem) item = g_list_model_get_item (records, i);
      OreeClientItem *live = oree_client_list_find (self->live, oree_client_item_get_id (item));
      /* One more than the state, for 0 is: none drawn yet. */
      int now = live != NULL ? 1 + (int) oree_client_item_partner_state (live) : 0;

      if (GPOINTER_TO_INT (g_object_get_data (G_OBJECT (item), "oree-state")) == now)
        continue;
      g_object_set_data (G_OBJECT (item), "oree-state", GINT_TO_POINTER (now));
      g_object_notify (G_OBJECT (item), "row");
    }
}

static gboolean
on_pause (gpointer data)
{
  OreePartnersPage *self = data;

  self->pause = 0;
  oree_client_list_refresh (self->live);
  return G_SOURCE_REMOVE;
}

static void
on_event (OreePartnersPage *self, GVariant *event)
{
  g_autoptr (GVariant) details = g_variant_lookup_value (event, "details", G_VARIANT_TYPE ("a{ss}"));
  const char *partner;

  if (self->pause == 0 && oree_panel_page_is_shown (OREE_PANEL_PAGE (self)) && details != NULL
      && g_variant_lookup (details, "partner", "&s", &partner))
    self->pause = g_timeout_add (PAUSE_MS, on_pause, self);
}

static void
shown (OreePanelPage *page)
{
  oree_client_list_refresh (OREE_PARTNERS_PAGE (page)->live);
}

static void
prepare (OreePanelList *list)
{
  OreePartnersPage *self = OREE_PARTNERS_PAGE (list);
  OreeListView *view = oree_panel_list_get_view (list);
  OreeClientSession *session = oree_panel_page_get_session (OREE_PANEL_PAGE (list));

  oree_list_view_add_action (view, "test", _ ("_Test connection…"), OREE_LIST_ONE, FALSE);
  oree_list_view_add_action (view, "reset", _ ("_Reset connections…"), OREE_LIST_ONE, FALSE);
  oree_list_view_add_action (view, "connections", _ ("Show _connections"), OREE_LIST_ONE, FALSE);
  oree_list_view_add_action (view, "gateway", _ ("_Gateway settings…"), OREE_LIST_ANY, FALSE);
  self->live = oree_client_list_new_for_call (session, OREE_CALL_PARTNERS, NULL, "partner");
  g_signal_connect_object (self->live, "loaded", G_CALLBACK (on_live), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "event", G_CALLBACK (on_event), self, G_CONNECT_SWAPPED);
  /* A partner just added has a state too. */
  g_signal_connect_object (oree_panel_list_get_records (list, "xmpp-partner"), "loaded", G_CALLBACK (shown), self,
                           G_CONNECT_SWAPPED);
}

static guint
open_streams (OreePartnersPage *self, const char *id)
{
  OreeClientItem *live = oree_client_list_find (self->live, id);

  return live == NULL ? 0 : (guint) (oree_client_item_number (live, "streams-in") + oree_client_item_number (live, "streams-out"));
}

static void
command (OreePanelList *list, const char *name, GPtrArray *selected)
{
  OreeClientSession *session = oree_panel_page_get_session (OREE_PANEL_PAGE (list));
  const char *id = selected->len > 0 ? oree_client_item_get_id (selected->pdata[0]) : NULL;

  if (g_str_equal (name, "test") && id != NULL)
    oree_partner_test (GTK_WIDGET (list), session, id);
  else if (g_str_equal (name, "reset") && id != NULL)
    oree_partner_reset (GTK_WIDGET (list), session, id, open_streams (OREE_PARTNERS_PAGE (list), id));
  else if (g_str_equal (name, "gateway"))
    oree_panel_list_open_singleton (list, "xmpp-gateway");
  else if (g_str_equal (name, "connections") && id != NULL)
    {
      g_autofree char *place = g_strconcat ("connections/", id, NULL);

      gtk_widget_activate_action (GTK_WIDGET (list), "win.go", "s", place);
    }
}

static void
oree_partners_page_dispose (GObject *object)
{
  OreePartnersPage *self = OREE_PARTNERS_PAGE (object);

  g_clear_handle_id (&self->pause, g_source_remove);
  G_OBJECT_CLASS (oree_partners_page_parent_class)->dispose (object);
}

static void
oree_partners_page_finalize (GObject *object)
{
  g_clear_object (&OREE_PARTNERS_PAGE (object)->live);
  G_OBJECT_CLASS (oree_partners_page_parent_class)->finalize (object);
}

static void
oree_partners_page_class_init (OreePartnersPageClass *klass)
{
  OreePanelListClass *list_class = OREE_PANEL_LIST_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_partners_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = oree_partners_page_finalize;
  OREE_PANEL_PAGE_CLASS (klass)->shown = shown;
  list_class->spec = &spec;
  list_class->prepare = prepare;
  list_class->command = command;
}

static void
oree_partners_page_init (OreePartnersPage *self)
{
}
