/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/home/oree-home-page.h"

#include "client/oree-client-counters.h"
#include "client/oree-client-list.h"
#include "panel/home/oree-home-concerns.h"
#include "panel/home/oree-home-own-servers.h"
#include "ui/oree-sparkline.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

/* Seconds between readings while somebody looks, and what a line shows. */
#define PERIOD 5
#define SECONDS OREE_COUNTERS_REMEMBERED

typedef struct
{
  const char *title; /* N_() */
  const char *counters[8];
} Activity;

static const Activity activities[] = {
  { N_ ("Messages between SIP and XMPP"), { "messages-to-sip", "messages-to-xmpp" } },
  { N_ ("Requests and stanzas"), { "sip-requests-in", "sip-requests-out", "xmpp-stanzas-in", "xmpp-stanzas-out" } },
  { N_ ("Refusals and failures"),
    { "xmpp-streams-refused", "xmpp-stanzas-refused", "sip-timeouts", "messages-to-sip-reported",
      "messages-to-xmpp-reported", "sign-ins-refused" } },
};

typedef struct
{
  const char *title; /* N_() */
  const char *place;
} Task;

static const Task first_steps[OREE_HOME_N_STEPS] = {
  [OREE_HOME_STEP_TOPOLOGY] = { N_ ("1. Describe your topology"), "topology" },
  [OREE_HOME_STEP_CERTIFICATE] = { N_ ("2. Request a certificate"), "certificates" },
  [OREE_HOME_STEP_FEDERATION] = { N_ ("3. Enable federation"), "edge" },
};

static const Task tasks[] = {
  { N_ ("Add an XMPP partner"), "xmpp/+xmpp-partner" },
  { N_ ("Allow a SIP domain"), "domains/+allowed-domain" },
  { N_ ("Request a certificate"), "certificates" },
  { N_ ("Add a user"), "users/+user" },
};

struct _OreeHomePage
{
  OreePanelPage parent;
  AdwPreferencesGroup *steps;
  AdwPreferencesGroup *concerns;
  AdwPreferencesGroup *status;
  AdwPreferencesGroup *activity;
  AdwPreferencesGroup *tasks;
  OreeClientList *services;
  OreeClientList *partners;
  OreeClientList *access_edge;
  OreeClientList *sip_domains;
  OreeHomeOwnServers *own_servers;
  GVariant *usages;
  GtkWidget *step_rows[OREE_HOME_N_STEPS];
  GtkLabel *step_marks[OREE_HOME_N_STEPS];
  GtkLabel *values[G_N_ELEMENTS (activities)];
  OreeSparkline *lines[G_N_ELEMENTS (activities)];
  GPtrArray *rows; /* those that are made anew, with their group as data */
  char *said;      /* what they say */
  GCancellable *cancellable;
  guint timer;
  guint idle;
};

G_DEFINE_FINAL_TYPE (OreeHomePage, oree_home_page, OREE_TYPE_PANEL_PAGE)

static GtkWidget *
make_row (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle != NULL ? subtitle : "");
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  return row;
}

static void
add_mark (GtkWidget *row, const char *mark)
{
  GtkWidget *label = gtk_label_new (mark);

  gtk_widget_add_css_class (label, g_str_equal (mark, "✔") ? "success" : g_str_equal (mark, "✖") ? "error" : "warning");
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), label);
}

/* A row with a button that leads to `place`; `what` tells the button from others of its label. */
static void
add_button (GtkWidget *row, const char *label, const char *place, const char *what)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  g_autofree char *name = g_strdup_printf ("%s: %s", label, what);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.go");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", place);
  oree_ui_set_description (button, name);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  /* The row is no stop of its own: its button is. */
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
}

static void
add_passing_row (OreeHomePage *self, AdwPreferencesGroup *group, GtkWidget *row)
{
  adw_preferences_group_add (group, row);
  g_object_set_data (G_OBJECT (row), "oree-group", group);
  g_ptr_array_add (self->rows, row);
}

static void
remove_passing_rows (OreeHomePage *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (g_object_get_data (self->rows->pdata[i], "oree-group"), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
}

static GtkWidget *
add_link (AdwPreferencesGroup *group, const Task *task)
{
  GtkWidget *row = make_row (_ (task->title), NULL), *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

  oree_ui_set_label (arrow, _ (task->title));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.go");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", task->place);
  adw_preferences_group_add (group, row);
  return row;
}

static void
add_step (OreeHomePage *self, OreeHomeStep step)
{
  GtkWidget *mark = gtk_label_new (NULL);

  self->step_rows[step] = add_link (self->steps, &first_steps[step]);
  self->step_marks[step] = GTK_LABEL (mark);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self->step_rows[step]), mark);
}

static void
show_steps (OreeHomePage *self, const OreeHomeFacts *facts)
{
  gtk_widget_set_visible (GTK_WIDGET (self->steps), oree_home_is_first_run (facts));
  for (guint i = 0; i < OREE_HOME_N_STEPS; i++)
    {
      gboolean done = oree_home_is_done (facts, (OreeHomeStep) i);
      GtkWidget *mark = GTK_WIDGET (self->step_marks[i]);

      gtk_label_set_text (self->step_marks[i], done ? "✔" : "○");
      (done ? gtk_widget_add_css_class : gtk_widget_remove_css_class) (mark, "success");
      (done ? gtk_widget_remove_css_class : gtk_widget_add_css_class) (mark, "dim-label");
      oree_ui_set_description (self->step_rows[i], done ? C_ ("first step", "Done") : C_ ("first step", "To be done"));
    }
}

static void
show_concerns (OreeHomePage *self, const GPtrArray *concerns)
{
  for (guint i = 0; i < concerns->len; i++)
    {
      const OreeConcern *concern = concerns->pdata[i];
      GtkWidget *row = make_row (concern->title, concern->detail);

      add_mark (row, concern->mark);
      add_button (row, concern->button, concern->place, concern->title);
      add_passing_row (self, self->concerns, row);
    }
  if (concerns->len == 0)
    {
      GtkWidget *row = make_row (_ ("Everything works as it should"), NULL);

      add_mark (row, "✔");
      gtk_widget_set_focusable (row, FALSE);
      add_passing_row (self, self->concerns, row);
    }
}

static void
add_status (OreeHomePage *self, const char *title, const char *subtitle, const char *button, const char *place)
{
  GtkWidget *row = make_row (title, subtitle);

  add_button (row, button, place, title);
  add_passing_row (self, self->status, row);
}

static void
show_status (OreeHomePage *self, const OreeHomeFacts *facts)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->partners));
  g_autofree char *certificate = oree_home_certificate (facts);
  g_autofree char *federation = NULL, *started = NULL, *since = NULL;
  gint64 when = 0;

  if (facts->status != NULL && g_variant_lookup (facts->status, "started", "x", &when))
    {
      started = oree_ui_time (when);
      since = g_strdup_printf (_ ("Since %s"), started);
    }
  add_status (self,
              oree_client_session_get_state (oree_panel_page_get_session (OREE_PANEL_PAGE (self))) == OREE_SESSION_READY
                  ? _ ("Edge service running")
                  : _ ("Edge service not running"),
              since, _ ("View services"), "services");
  federation = oree_home_is_federation_enabled (facts)
                   ? g_strdup_printf (ngettext ("Federation enabled · %u partner", "Federation enabled · %u partners", n), n)
                   : g_strdup (_ ("Federation disabled"));
  add_status (self, federation, NULL, _ ("Configure"), "edge");
  if (certificate != NULL)
    add_status (self, certificate, NULL, _ ("View certificates"), "certificates");
}

/* Everything the rows will say, so that they are made anew, and the keyboard's place lost, only when that differs. */
static char *
everything (OreeHomePage *self, const OreeHomeFacts *facts, const GPtrArray *concerns)
{
  g_autofree char *certificate = oree_home_certificate (facts);
  GString *all = g_string_new (certificate);
  gint64 started = 0;

  if (facts->status != NULL)
    g_variant_lookup (facts->status, "started", "x", &started);
  g_string_append_printf (all, "/%d/%u/%d/%d/%" G_GINT64_FORMAT, oree_home_is_first_run (facts), g_list_model_get_n_items (facts->partners),
                          oree_home_is_federation_enabled (facts),
                          (int) oree_client_session_get_state (oree_panel_page_get_session (OREE_PANEL_PAGE (self))),
                          started);
  for (guint i = 0; i < OREE_HOME_N_STEPS; i++)
    g_string_append_printf (all, "/%d", oree_home_is_done (facts, (OreeHomeStep) i));
  for (guint i = 0; i < concerns->len; i++)
    {
      const OreeConcern *concern = concerns->pdata[i];

      g_string_append_printf (all, "/%s/%s/%s", concern->title, concern->detail != NULL ? concern->detail : "",
                              concern->place);
    }
  return g_string_free (all, FALSE);
}

static void
rebuild (OreeHomePage *self)
{
  g_autoptr (GPtrArray) concerns = NULL;
  g_autofree char *all = NULL;
  OreeHomeFacts facts = {
    .services = G_LIST_MODEL (self->services),
    .partners = G_LIST_MODEL (self->partners),
    .access_edge = oree_client_list_is_loaded (self->access_edge) ? G_LIST_MODEL (self->access_edge) : NULL,
    .sip_domains = oree_client_list_is_loaded (self->sip_domains) ? G_LIST_MODEL (self->sip_domains) : NULL,
    .own_servers = oree_home_own_servers_found (self->own_servers),
    .usages = self->usages,
    .status = oree_client_session_get_status (oree_panel_page_get_session (OREE_PANEL_PAGE (self))),
  };

  concerns = oree_home_concerns (&facts);
  all = everything (self, &facts, concerns);
  if (g_strcmp0 (all, self->said) == 0)
    return;
  g_free (self->said);
  self->said = g_steal_pointer (&all);
  remove_passing_rows (self);
  show_concerns (self, concerns);
  show_status (self, &facts);
  show_steps (self, &facts);
}

static gboolean
on_idle (gpointer data)
{
  OreeHomePage *self = data;

  self->idle = 0;
  rebuild (self);
  return G_SOURCE_REMOVE;
}

/* Many things change at once when the service comes: one rebuilding for all, and none of a page nobody sees. */
static void
rebuild_soon (OreeHomePage *self)
{
  if (self->idle == 0)
    self->idle = g_idle_add (on_idle, self);
}

static void
on_certificates (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  OreeHomePage *self = data;

  if (reply == NULL)
    return;
  g_clear_pointer (&self->usages, g_variant_unref);
  self->usages = g_variant_get_child_value (reply, 2);
  rebuild_soon (self);
}

static void
refresh (OreeHomePage *self)
{
  OreeClientSession *session = oree_panel_page_get_session (OREE_PANEL_PAGE (self));

  oree_client_list_refresh (self->services);
  oree_client_list_refresh (self->partners);
  oree_home_own_servers_look (self->own_servers);
  oree_client_session_call_async (session, OREE_CALL_CERTIFICATES_LIST, g_variant_new ("(a{sv})", NULL),
                                  self->cancellable, on_certificates, self);
  rebuild_soon (self);
}

static gboolean
on_period (gpointer data)
{
  refresh (data);
  return G_SOURCE_CONTINUE;
}

static void
on_sampled (OreeHomePage *self, OreeClientCounters *counters)
{
  for (guint i = 0; i < G_N_ELEMENTS (activities); i++)
    {
      double values[SECONDS];
      guint known = oree_client_counters_history (counters, activities[i].counters, values, SECONDS);
      g_autofree char *recent = oree_ui_number (oree_client_counters_recent (counters, activities[i].counters, SECONDS));
      g_autofree char *text = NULL, *whole = NULL;

      /* TRANSLATORS: how many now per second; how many altogether in the last five minutes. */
      text = g_strdup_printf (_ ("%.1f/s, %s in all"), values[SECONDS - 1], recent);
      whole = g_strdup_printf (_ ("%s: %s"), _ (activities[i].title), text);
      gtk_label_set_text (self->values[i], text);
      oree_sparkline_set_values (self->lines[i], values, SECONDS, known);
      oree_ui_set_label (GTK_WIDGET (self->lines[i]), whole);
    }
}

static void
make_activity (OreeHomePage *self, guint place)
{
  GtkWidget *row = make_row (_ (activities[place].title), NULL), *line = oree_sparkline_new ();
  GtkWidget *value = gtk_label_new (NULL), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  gtk_widget_set_valign (line, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (line, 160, 28);
  gtk_widget_add_css_class (line, place == G_N_ELEMENTS (activities) - 1 ? "error" : "accent");
  gtk_widget_add_css_class (value, "dim-label");
  gtk_widget_add_css_class (value, "numeric");
  oree_ui_set_label (line, _ (activities[place].title));
  gtk_box_append (GTK_BOX (box), value);
  gtk_box_append (GTK_BOX (box), line);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  adw_preferences_group_add (self->activity, row);
  self->values[place] = GTK_LABEL (value);
  self->lines[place] = OREE_SPARKLINE (line);
}

static void
own_servers_changed (gpointer data)
{
  rebuild_soon (data);
}

static void
look_for_own (OreeHomePage *self)
{
  oree_home_own_servers_look (self->own_servers);
}

static OreeClientList *
follow (OreeHomePage *self, OreeClientList *list)
{
  g_signal_connect_object (list, "loaded", G_CALLBACK (rebuild_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "items-changed", G_CALLBACK (rebuild_soon), self, G_CONNECT_SWAPPED);
  return list;
}

static void
oree_home_page_setup (OreePanelPage *page)
{
  OreeHomePage *self = OREE_HOME_PAGE (page);
  OreeClientSession *session = oree_panel_page_get_session (page);

  self->services = follow (self, oree_client_list_new_for_call (session, OREE_CALL_SERVICES_LIST, NULL, "role"));
  self->partners = follow (self, oree_client_list_new_for_call (session, OREE_CALL_PARTNERS, NULL, "partner"));
  self->access_edge = follow (self, oree_client_list_new_for_kind (session, "access-edge"));
  self->sip_domains = follow (self, oree_client_list_new_for_kind (session, "sip-domain"));
  self->own_servers = oree_home_own_servers_new (session, G_LIST_MODEL (self->sip_domains), own_servers_changed, self);
  g_signal_connect_object (self->sip_domains, "loaded", G_CALLBACK (look_for_own), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::status", G_CALLBACK (rebuild_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "role-changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (oree_client_counters_of (session), "sampled", G_CALLBACK (on_sampled), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < OREE_HOME_N_STEPS; i++)
    add_step (self, (OreeHomeStep) i);
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    add_link (self->tasks, &tasks[i]);
  for (guint i = 0; i < G_N_ELEMENTS (activities); i++)
    make_activity (self, i);
}

static void
oree_home_page_shown (OreePanelPage *page)
{
  OreeHomePage *self = OREE_HOME_PAGE (page);

  refresh (self);
  self->timer = g_timeout_add_seconds (PERIOD, on_period, self);
  oree_client_counters_watch (oree_client_counters_of (oree_panel_page_get_session (page)));
}

static void
oree_home_page_hidden (OreePanelPage *page)
{
  g_clear_handle_id (&OREE_HOME_PAGE (page)->timer, g_source_remove);
  oree_client_counters_unwatch (oree_client_counters_of (oree_panel_page_get_session (page)));
}

static gboolean
oree_home_page_is_settled (OreePanelPage *page)
{
  OreeHomePage *self = OREE_HOME_PAGE (page);

  return oree_client_list_is_loaded (self->services) && oree_client_list_is_loaded (self->partners)
         && oree_client_list_is_loaded (self->access_edge) && oree_client_list_is_loaded (self->sip_domains)
         && oree_home_own_servers_is_settled (self->own_servers) && self->idle == 0;
}

static void
oree_home_page_dispose (GObject *object)
{
  OreeHomePage *self = OREE_HOME_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_pointer (&self->own_servers, oree_home_own_servers_free);
  g_clear_object (&self->services);
  g_clear_object (&self->partners);
  g_clear_object (&self->access_edge);
  g_clear_object (&self->sip_domains);
  g_clear_pointer (&self->usages, g_variant_unref);
  G_OBJECT_CLASS (oree_home_page_parent_class)->dispose (object);
}

static void
oree_home_page_finalize (GObject *object)
{
  OreeHomePage *self = OREE_HOME_PAGE (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->rows);
  g_free (self->said);
  G_OBJECT_CLASS (oree_home_page_parent_class)->finalize (object);
}

static void
oree_home_page_class_init (OreeHomePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  OreePanelPageClass *page_class = OREE_PANEL_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_home_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = oree_home_page_finalize;
  page_class->setup = oree_home_page_setup;
  page_class->shown = oree_home_page_shown;
  page_class->hidden = oree_home_page_hidden;
  page_class->is_settled = oree_home_page_is_settled;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-home-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeHomePage, steps);
  gtk_widget_class_bind_template_child (widget_class, OreeHomePage, concerns);
  gtk_widget_class_bind_template_child (widget_class, OreeHomePage, status);
  gtk_widget_class_bind_template_child (widget_class, OreeHomePage, activity);
  gtk_widget_class_bind_template_child (widget_class, OreeHomePage, tasks);
}

static void
oree_home_page_init (OreeHomePage *self)
{
  self->cancellable = g_cancellable_new ();
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
