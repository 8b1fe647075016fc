/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every command is an action of the group "page": start, stop, pause, resume, drain, restart (of the role selected), and
 * the same for all. What the service answers comes back as StateChanged; only refusals are told here. */
#include "panel/services/oree-services-page.h"

#include "client/oree-client-counters.h"
#include "client/oree-client-list.h"
#include "client/oree-sentences.h"
#include "panel/services/oree-role-commands.h"
#include "panel/services/oree-role-details.h"
#include "panel/services/oree-role-figures.h"
#include "panel/services/oree-role-row.h"
#include "panel/services/oree-stop-choice.h"
#include "ui/oree-button-names.h"
#include "ui/oree-tab-bin.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

struct _OreeServicesPage
{
  OreePanelPage parent;
  GtkListBox *roles;
  OreeRoleDetails *details;
  GtkWidget *buttons;
  GtkWidget *pause;
  GtkWidget *resume; /* in the place of pause when the role is paused */
  OreeClientList *services;
  OreeClientList *connections;
  GSimpleActionGroup *actions;
  GCancellable *cancellable;
  char *wanted;    /* the role to select as soon as it is read */
  gboolean denied; /* the user may not control services */
};

G_DEFINE_FINAL_TYPE (OreeServicesPage, oree_services_page, OREE_TYPE_PANEL_PAGE)

/* A command on its way. */
typedef struct
{
  OreeServicesPage *self; /* a reference */
  char *role;
  gboolean then_start;    /* restarting: the second half */
} Order;

static void
order_free (Order *order)
{
  g_object_unref (order->self);
  g_free (order->role);
  g_free (order);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Order, order_free)

static OreeClientItem *
selected (OreeServicesPage *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->roles);

  return row != NULL ? oree_role_row_get_item (OREE_ROLE_ROW (row)) : NULL;
}

static void
enable (OreeServicesPage *self, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), name)),
                               enabled);
}

static void
show_start_type (OreeServicesPage *self, OreeClientItem *item)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "start-type");

  g_simple_action_set_state (G_SIMPLE_ACTION (action),
                             g_variant_new_string (item != NULL ? oree_client_item_text (item, "start-type") : ""));
}

/* Which commands make sense for the role that is selected. */
static void
update_actions (OreeServicesPage *self)
{
  static const char *const always[] = { "start-all", "stop-all", "drain-all", "start-type" };
  OreeClientItem *item = selected (self);
  gboolean able = oree_client_session_get_state (oree_panel_page_get_session (OREE_PANEL_PAGE (self)))
                      == OREE_SESSION_READY
                  && !self->denied;
  gboolean paused;

  for (guint i = 0; i < OREE_N_ROLE_COMMANDS; i++)
    enable (self, oree_role_command_name ((OreeRoleCommand) i),
            able && item != NULL
                && oree_role_command_is_offered ((OreeRoleCommand) i, oree_client_item_get_row (item)));
  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    enable (self, always[i], able && item != NULL);
  paused = item != NULL
           && oree_role_command_is_offered (OREE_ROLE_RESUME, oree_client_item_get_row (item));
  gtk_widget_set_visible (self->resume, paused);
  gtk_widget_set_visible (self->pause, !paused);
  show_start_type (self, item);
  gtk_widget_set_tooltip_text (self->buttons, self->denied ? _ ("Controlling services needs authorization.") : NULL);
}

static void
count_connections (OreeServicesPage *self)
{
  GListModel *rows = G_LIST_MODEL (self->connections);

  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->roles, i);
      const char *protocol;
      int count = 0;

      if (row == NULL)
        break;
      protocol = oree_role_figures (oree_client_item_text (oree_role_row_get_item (OREE_ROLE_ROW (row)), "role"))->protocol;
      for (guint j = 0; protocol != NULL && j < g_list_model_get_n_items (rows); j++)
        {
          g_autoptr (OreeClientItem) item = g_list_model_get_item (rows, j);

          count += g_str_equal (oree_client_item_text (item, "protocol"), protocol);
        }
      oree_role_row_set_connections (OREE_ROLE_ROW (row), protocol != NULL ? count : -1);
    }
}

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  return oree_role_row_new (item);
}

static void
select_wanted (OreeServicesPage *self)
{
  guint position;

  if (self->wanted == NULL || !oree_client_list_position (self->services, self->wanted, &position))
    return;
  gtk_list_box_select_row (self->roles, gtk_list_box_get_row_at_index (self->roles, (int) position));
  g_clear_pointer (&self->wanted, g_free);
}

static void
on_services_loaded (OreeServicesPage *self)
{
  select_wanted (self);
  if (gtk_list_box_get_selected_row (self->roles) == NULL)
    gtk_list_box_select_row (self->roles, gtk_list_box_get_row_at_index (self->roles, 0));
  update_actions (self);
  count_connections (self);
}

static void
on_row_selected (OreeServicesPage *self)
{
  oree_role_details_set_item (self->details, selected (self));
  update_actions (self);
}

static void
on_role_changed (OreeServicesPage *self, const char *role, GVariant *row)
{
  OreeClientItem *item = oree_client_list_find (self->services, role);

  if (item != NULL)
    oree_client_item_set_row (item, row);
  oree_client_list_refresh (self->connections);
  update_actions (self);
}

static void start_role (OreeServicesPage *self, const char *role);

static void
on_ordered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Order) order = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autofree char *heading = NULL;
  OreeServicesPage *self = order->self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  oree_client_list_refresh (self->services);
  if (reply != NULL)
    {
      if (order->then_start)
        start_role (self, order->role);
      return;
    }
  self->denied = g_error_matches (error, OREE_ERROR, OREE_ERROR_DENIED);
  update_actions (self);
  /* TRANSLATORS: heading of a message: a command to a role (Access Edge) was refused. */
  heading = g_strdup_printf (_ ("%s: the command was not carried out"), oree_sentence_role (order->role));
  oree_ui_tell (GTK_WIDGET (self), heading, oree_sentence_failure (error));
}

static void
order (OreeServicesPage *self, OreeCall call, const char *role, GVariant *parameters, gboolean then_start)
{
  Order *given = g_new0 (Order, 1);

  given->self = g_object_ref (self);
  given->role = g_strdup (role);
  given->then_start = then_start;
  oree_client_session_call_async (oree_panel_page_get_session (OREE_PANEL_PAGE (self)), call, parameters,
                                  self->cancellable, on_ordered, given);
}

static void
start_role (OreeServicesPage *self, const char *role)
{
  order (self, OREE_CALL_SERVICES_START, role, g_variant_new ("(sa{sv})", role, NULL), FALSE);
}

static GVariant *
stop_options (const char *role, gboolean graceful, guint deadline)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "graceful", "b", graceful);
  if (graceful)
    g_variant_dict_insert (&options, "deadline", "u", deadline);
  return g_variant_new ("(s@a{sv})", role, g_variant_dict_end (&options));
}

/* A question about stopping: what it is about, and where its answer goes. */
typedef struct
{
  OreeServicesPage *self;
  GtkWidget *choice;
  GStrv roles;
  gboolean then_start;
  gboolean drain;
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  g_strfreev (question->roles);
  g_object_unref (question->choice);
  g_object_unref (question->self);
  g_free (question);
}

static void
on_stop_answer (AdwMessageDialog *dialog, const char *response, Question *question)
{
  OreeStopChoice *choice = OREE_STOP_CHOICE (question->choice);
  gboolean graceful = question->drain || oree_stop_choice_is_graceful (choice);

  if (!g_str_equal (response, "go-on"))
    return;
  for (guint i = 0; question->roles[i] != NULL; i++)
    order (question->self, OREE_CALL_SERVICES_STOP, question->roles[i],
           stop_options (question->roles[i], graceful, oree_stop_choice_get_deadline (choice)), question->then_start);
}

/* What stopping these roles now would cut. */
static char *
cut_words (OreeServicesPage *self, const char *const *roles)
{
  GListModel *rows = G_LIST_MODEL (self->connections);
  guint count = 0;

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (OreeClientItem) item = g_list_model_get_item (rows, i);

      for (guint j = 0; roles[j] != NULL; j++)
        count += g_strcmp0 (oree_role_figures (roles[j])->protocol, oree_client_item_text (item, "protocol")) == 0;
    }
  if (count == 0)
    return g_strdup (_ ("Stop now"));
  return g_strdup_printf (ngettext ("Stop now: %u connection will be cut", "Stop now: %u connections will be cut", count),
                          count);
}

static void
ask_stop (OreeServicesPage *self, const char *const *roles, const char *heading, const char *body, const char *button,
          gboolean drain, gboolean then_start)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (root), heading, body);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);
  g_autofree char *cut = cut_words (self, roles);
  Question *question = g_new0 (Question, 1);

  question->self = g_object_ref (self);
  question->choice = g_object_ref_sink (oree_stop_choice_new (cut, drain));
  question->roles = g_strdupv ((GStrv) roles);
  question->then_start = then_start;
  question->drain = drain;
  adw_message_dialog_set_extra_child (message, question->choice);
  adw_message_dialog_add_response (message, "cancel", _ ("Cancel"));
  adw_message_dialog_add_response (message, "go-on", button);
  adw_message_dialog_set_response_appearance (message, "go-on", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (message, "cancel");
  adw_message_dialog_set_close_response (message, "cancel");
  oree_ui_name_buttons (dialog);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_stop_answer), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Of the role selected: its nick, as a list of one; owned array of borrowed words. */
static const char **
selected_role (OreeServicesPage *self)
{
  const char **roles = g_new0 (const char *, 2);
  OreeClientItem *item = selected (self);

  if (item != NULL)
    roles[0] = oree_client_item_text (item, "role");
  return roles;
}

static const char **
all_roles (OreeServicesPage *self, gboolean running)
{
  GListModel *rows = G_LIST_MODEL (self->services);
  GPtrArray *roles = g_ptr_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (OreeClientItem) item = g_list_model_get_item (rows, i);
      OreeRoleCommand command = running ? OREE_ROLE_STOP : OREE_ROLE_START;

      if (oree_role_command_is_offered (command, oree_client_item_get_row (item)))
        g_ptr_array_add (roles, (gpointer) oree_client_item_text (item, "role"));
    }
  g_ptr_array_add (roles, NULL);
  return (const char **) g_ptr_array_free (roles, FALSE);
}

/* What the role selected is called; NULL: none is. */
static const char *
selected_name (OreeServicesPage *self)
{
  OreeClientItem *item = selected (self);

  return item != NULL ? oree_sentence_role (oree_client_item_text (item, "role")) : NULL;
}

/* Takes `heading`. */
static void
ask_about_one (OreeServicesPage *self, char *heading, const char *button, gboolean drain, gboolean then_start)
{
  g_autofree char *taken = heading;
  g_autofree const char **roles = selected_role (self);

  if (roles[0] == NULL)
    return;
  ask_stop (self, roles, taken,
            drain ? _ ("New sessions are refused; the service stops when the last one has ended, or when the time is up.")
                  : NULL,
            button, drain, then_start);
}

static void
on_plain (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  static const OreeRoleCommand plain[] = { OREE_ROLE_START, OREE_ROLE_PAUSE, OREE_ROLE_RESUME };
  OreeServicesPage *self = data;
  g_autofree const char **roles = selected_role (self);

  for (guint i = 0; roles[0] != NULL && i < G_N_ELEMENTS (plain); i++)
    if (g_str_equal (g_action_get_name (G_ACTION (action)), oree_role_command_name (plain[i])))
      order (self, oree_role_command_call (plain[i]), roles[0], g_variant_new ("(sa{sv})", roles[0], NULL), FALSE);
}

static void
on_stop (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  /* TRANSLATORS: a question; %s is a role, such as XMPP proxy. */
  ask_about_one (data, g_strdup_printf (_ ("Stop %s?"), selected_name (data)), _ ("_Stop"), FALSE, FALSE);
}

static void
on_drain (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  /* TRANSLATORS: a question; %s is a role. */
  ask_about_one (data, g_strdup_printf (_ ("Drain %s?"), selected_name (data)), _ ("_Drain"), TRUE, FALSE);
}

static void
on_restart (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  /* TRANSLATORS: a question; %s is a role. */
  ask_about_one (data, g_strdup_printf (_ ("Restart %s?"), selected_name (data)), _ ("_Restart"), FALSE, TRUE);
}

static void
on_start_all (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autofree const char **roles = all_roles (data, FALSE);

  for (guint i = 0; roles[i] != NULL; i++)
    start_role (data, roles[i]);
}

static void
on_stop_all (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autofree const char **roles = all_roles (data, TRUE);

  ask_stop (data, roles, _ ("Stop all services?"), NULL, _ ("_Stop"), FALSE, FALSE);
}

static void
on_drain_all (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autofree const char **roles = all_roles (data, TRUE);

  ask_stop (data, roles, _ ("Prevent new sessions for all services?"),
            _ ("New sessions are refused; each service stops when its last one has ended, or when the time is up."),
            _ ("_Drain"), TRUE, FALSE);
}

static void
on_start_type (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  OreeServicesPage *self = data;
  g_autofree const char **roles = selected_role (self);

  if (roles[0] != NULL)
    order (self, OREE_CALL_SERVICES_SET_START_TYPE, roles[0],
           g_variant_new ("(ssa{sv})", roles[0], g_variant_get_string (parameter, NULL), NULL), FALSE);
}

static void
on_log (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autofree const char **roles = selected_role (data);
  g_autofree char *place = g_strconcat ("events/", roles[0], NULL);

  if (roles[0] != NULL)
    gtk_widget_activate_action (GTK_WIDGET (data), "win.go", "s", place);
}

static void
on_refresh (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  OreeServicesPage *self = data;

  self->denied = FALSE;
  oree_client_list_refresh (self->services);
  oree_client_list_refresh (self->connections);
}

static const GActionEntry entries[] = {
  { "start", on_plain },          { "pause", on_plain },         { "resume", on_plain },
  { "stop", on_stop },            { "drain", on_drain },         { "restart", on_restart },
  { "start-all", on_start_all },  { "stop-all", on_stop_all },   { "drain-all", on_drain_all },
  { "start-type", on_start_type, "s", "''" },                    { "log", on_log },
  { "refresh", on_refresh },
};

static void
oree_services_page_setup (OreePanelPage *page)
{
  OreeServicesPage *self = OREE_SERVICES_PAGE (page);
  OreeClientSession *session = oree_panel_page_get_session (page);

  self->services = oree_client_list_new_for_call (session, OREE_CALL_SERVICES_LIST, NULL, "role");
  self->connections = oree_client_list_new_for_call (session, OREE_CALL_CONNECTIONS, NULL, NULL);
  oree_role_details_set_counters (self->details, oree_client_counters_of (session));
  gtk_list_box_bind_model (self->roles, G_LIST_MODEL (self->services), make_row, self, NULL);
  g_signal_connect_object (self->services, "loaded", G_CALLBACK (on_services_loaded), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->connections, "loaded", G_CALLBACK (count_connections), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "role-changed", G_CALLBACK (on_role_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (update_actions), self, G_CONNECT_SWAPPED);
  update_actions (self);
}

static void
oree_services_page_shown (OreePanelPage *page)
{
  oree_client_counters_watch (oree_client_counters_of (oree_panel_page_get_session (page)));
  oree_client_list_refresh (OREE_SERVICES_PAGE (page)->connections);
}

static void
oree_services_page_hidden (OreePanelPage *page)
{
  oree_client_counters_unwatch (oree_client_counters_of (oree_panel_page_get_session (page)));
}

static void
oree_services_page_go (OreePanelPage *page, const char *name, const char *place)
{
  OreeServicesPage *self = OREE_SERVICES_PAGE (page);

  g_free (self->wanted);
  self->wanted = g_strdup (place);
  select_wanted (self);
}

static gboolean
oree_services_page_is_settled (OreePanelPage *page)
{
  return oree_client_list_is_loaded (OREE_SERVICES_PAGE (page)->services);
}

static GActionGroup *
oree_services_page_get_actions (OreePanelPage *page)
{
  return G_ACTION_GROUP (OREE_SERVICES_PAGE (page)->actions);
}

static void
oree_services_page_dispose (GObject *object)
{
  OreeServicesPage *self = OREE_SERVICES_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  if (self->roles != NULL)
    gtk_list_box_bind_model (self->roles, NULL, NULL, NULL, NULL);
  G_OBJECT_CLASS (oree_services_page_parent_class)->dispose (object);
}

static void
oree_services_page_finalize (GObject *object)
{
  OreeServicesPage *self = OREE_SERVICES_PAGE (object);

  g_clear_object (&self->services);
  g_clear_object (&self->connections);
  g_free (self->wanted);
  g_object_unref (self->actions);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (oree_services_page_parent_class)->finalize (object);
}

static void
oree_services_page_class_init (OreeServicesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  OreePanelPageClass *page_class = OREE_PANEL_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_services_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = oree_services_page_finalize;
  page_class->setup = oree_services_page_setup;
  page_class->shown = oree_services_page_shown;
  page_class->hidden = oree_services_page_hidden;
  page_class->go = oree_services_page_go;
  page_class->is_settled = oree_services_page_is_settled;
  page_class->get_actions = oree_services_page_get_actions;
  g_type_ensure (OREE_TYPE_ROLE_DETAILS);
  g_type_ensure (OREE_TYPE_TAB_BIN);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-services-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeServicesPage, roles);
  gtk_widget_class_bind_template_child (widget_class, OreeServicesPage, details);
  gtk_widget_class_bind_template_child (widget_class, OreeServicesPage, buttons);
  gtk_widget_class_bind_template_child (widget_class, OreeServicesPage, pause);
  gtk_widget_class_bind_template_child (widget_class, OreeServicesPage, resume);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
}

static void
oree_services_page_init (OreeServicesPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  oree_ui_name_buttons (GTK_WIDGET (self));
}
