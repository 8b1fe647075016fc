/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows are made anew only when the service answers something else, so that the keyboard keeps its place. */
#include "panel/certificates/oree-certificates-page.h"

#include "client/oree-sentences.h"
#include "panel/certificates/oree-certificate-words.h"
#include "ui/oree-button-names.h"
#include "ui/oree-facts.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

#define WIZARD "oree-certificate-wizard"

struct _OreeCertificatesPage
{
  OreePanelPage parent;
  GtkStack *stack;
  GtkWidget *overview;
  GtkWidget *detail;
  GtkWidget *unavailable;
  GtkWidget *loading;
  GtkWidget *back;
  GtkLabel *title;
  OreeFacts *facts;
  AdwStatusPage *reason;
  AdwPreferencesGroup *usages;
  AdwPreferencesGroup *requests;
  AdwPreferencesGroup *certificates;
  GPtrArray *rows; /* with their group as data */
  GVariant *answer; /* the last one of Certificates.List */
  GSimpleActionGroup *actions;
  GCancellable *cancellable;
  char *wanted;
  gboolean settled;
};

G_DEFINE_FINAL_TYPE (OreeCertificatesPage, oree_certificates_page, OREE_TYPE_PANEL_PAGE)

static void refresh (OreeCertificatesPage *self);

/* ---- the wizard ---- */

static void
on_wizard_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeCertificatesPage) self = data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  refresh (self);
}

/* Beside our own program when it lies there (uninstalled too), else on the path. */
static char *
find_wizard (void)
{
  g_autofree char *ours = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = ours != NULL ? g_path_get_dirname (ours) : NULL;
  g_autofree char *beside = directory != NULL ? g_build_filename (directory, WIZARD, NULL) : NULL;

  return beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&beside)
                                                                         : g_find_program_in_path (WIZARD);
}

static void
start_wizard (OreeCertificatesPage *self, const char *task, const char *certificate)
{
  g_autofree char *program = find_wizard (), *with_task = g_strdup_printf ("--task=%s", task);
  g_autofree char *with_certificate = *certificate != '\0' ? g_strdup_printf ("--certificate=%s", certificate) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) wizard = NULL;

  if (program != NULL)
    wizard = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, with_task, with_certificate, NULL);
  if (wizard == NULL)
    oree_ui_tell (GTK_WIDGET (self), _ ("The certificate wizard could not be started"),
                  error != NULL ? error->message : _ ("The program oree-certificate-wizard is not installed."));
  else
    g_subprocess_wait_async (wizard, self->cancellable, on_wizard_ended, g_object_ref (self));
}

static void
on_task (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  start_wizard (data, g_action_get_name (G_ACTION (action)),
                parameter != NULL ? g_variant_get_string (parameter, NULL) : "");
}

/* ---- one of them ---- */

static GVariant *
find_in (GVariant *rows, const char *id)
{
  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      if (g_str_equal (oree_certificate_text (row, "id"), id))
        return g_steal_pointer (&row);
    }
  return NULL;
}

/* A certificate or a request; owned, NULL when there is none. */
static GVariant *
find (OreeCertificatesPage *self, const char *id)
{
  for (gsize list = 0; self->answer != NULL && list < 2; list++)
    {
      g_autoptr (GVariant) rows = g_variant_get_child_value (self->answer, list);
      GVariant *row = find_in (rows, id);

      if (row != NULL)
        return row;
    }
  return NULL;
}

static gboolean
show_detail (OreeCertificatesPage *self, const char *id)
{
  g_autoptr (GVariant) row = find (self, id);

  if (row == NULL)
    return FALSE;
  oree_facts_clear (self->facts);
  oree_certificate_tell (row, self->facts);
  gtk_label_set_text (self->title, oree_certificate_title (row));
  gtk_stack_set_visible_child (self->stack, self->detail);
  gtk_widget_grab_focus (self->back);
  return TRUE;
}

static void
on_show (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  show_detail (data, g_variant_get_string (parameter, NULL));
}

static void
on_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  OreeCertificatesPage *self = OREE_CERTIFICATES_PAGE (widget);

  if (gtk_stack_get_visible_child (self->stack) == self->detail)
    gtk_stack_set_visible_child (self->stack, self->overview);
}

/* ---- all of them ---- */

static void
add_row (OreeCertificatesPage *self, AdwPreferencesGroup *group, GtkWidget *row)
{
  adw_preferences_group_add (group, row);
  g_object_set_data (G_OBJECT (row), "oree-group", group);
  g_ptr_array_add (self->rows, row);
}

static GtkWidget *
make_row (const char *mark, const char *title, const char *subtitle, const char *end)
{
  GtkWidget *row = adw_action_row_new (), *sign = gtk_label_new (mark), *words = gtk_label_new (end);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_add_css_class (sign, g_str_equal (mark, "✔") ? "success" : g_str_equal (mark, "✖") ? "error" : "warning");
  gtk_widget_add_css_class (words, "dim-label");
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), sign);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), words);
  return row;
}

static void
add_command (GtkWidget *row, const char *label, const char *action, const char *id, const char *what)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", id);
  oree_ui_set_description (button, what);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

/* The row opens the details of `id`. */
static void
make_openable (GtkWidget *row, const char *id)
{
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "page.show");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", id);
}

static void
add_usage (OreeCertificatesPage *self, GVariant *usage)
{
  const char *name = oree_sentence_edge_usage (oree_certificate_text (usage, "usage"));
  const char *id = oree_certificate_text (usage, "certificate");
  g_autoptr (GVariant) certificate = find (self, id);
  g_autofree char *summary = certificate != NULL ? oree_certificate_summary (certificate)
                                                 : g_strdup (oree_sentence_cert_source (
                                                       oree_certificate_text (usage, "source")));
  g_autofree char *days = NULL;
  GtkWidget *row;
  gboolean served = TRUE;

  g_variant_lookup (usage, "served", "b", &served);
  /* What nobody serves lacks nothing. */
  days = certificate != NULL || served ? oree_certificate_days (usage) : g_strdup ("");
  row = make_row (oree_certificate_mark (usage), name, summary, days);
  if (certificate != NULL)
    {
      add_command (row, _ ("Renew…"), "page.renew", id, name);
      make_openable (row, id);
    }
  else if (served)
    add_command (row, _ ("Request…"), "page.request-for", oree_certificate_text (usage, "usage"), name);
  add_row (self, self->usages, row);
}

static void
add_request (OreeCertificatesPage *self, GVariant *request)
{
  const char *id = oree_certificate_text (request, "id"), *title = oree_certificate_title (request);
  g_autofree char *summary = oree_certificate_summary (request), *created = NULL;
  gint64 time = 0;
  GtkWidget *row;

  g_variant_lookup (request, "created", "x", &time);
  created = oree_ui_short_time (time);
  row = make_row ("◌", title, summary, created);
  add_command (row, _ ("Import answer…"), "page.import-for", id, title);
  make_openable (row, id);
  add_row (self, self->requests, row);
}

static void
add_certificate (OreeCertificatesPage *self, GVariant *certificate)
{
  const char *id = oree_certificate_text (certificate, "id"), *title = oree_certificate_title (certificate);
  g_autofree char *summary = oree_certificate_summary (certificate), *days = oree_certificate_days (certificate);
  g_autofree const char **usages = NULL;
  GtkWidget *row;

  /* What is in use stands above. */
  if (g_variant_lookup (certificate, "usages", "^a&s", &usages) && usages[0] != NULL)
    return;
  row = make_row (oree_certificate_mark (certificate), title, summary, days);
  add_command (row, _ ("Assign…"), "page.assign-one", id, title);
  make_openable (row, id);
  add_row (self, self->certificates, row);
}

static void
for_each (OreeCertificatesPage *self, gsize list, void (*add) (OreeCertificatesPage *self, GVariant *row))
{
  g_autoptr (GVariant) rows = g_variant_get_child_value (self->answer, list);

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      add (self, row);
    }
}

static void
rebuild (OreeCertificatesPage *self)
{
  guint before;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (g_object_get_data (self->rows->pdata[i], "oree-group"), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for_each (self, 2, add_usage);
  before = self->rows->len;
  for_each (self, 1, add_request);
  gtk_widget_set_visible (GTK_WIDGET (self->requests), self->rows->len > before);
  before = self->rows->len;
  for_each (self, 0, add_certificate);
  gtk_widget_set_visible (GTK_WIDGET (self->certificates), self->rows->len > before);
}

static void
show_error (OreeCertificatesPage *self, const GError *error)
{
  if (self->answer != NULL)
    return;
  adw_status_page_set_description (self->reason, error->domain == OREE_ERROR
                                                     ? oree_sentence_error ((OreeError) error->code)
                                                     : error->message);
  gtk_stack_set_visible_child (self->stack, self->unavailable);
}

static void
on_list (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  OreeCertificatesPage *self = data;
  GtkWidget *shown;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->settled = TRUE;
  if (reply == NULL)
    {
      show_error (self, error);
      return;
    }
  if (self->answer == NULL || !g_variant_equal (self->answer, reply))
    {
      g_clear_pointer (&self->answer, g_variant_unref);
      self->answer = g_steal_pointer (&reply);
      rebuild (self);
    }
  shown = gtk_stack_get_visible_child (self->stack);
  if (shown != self->detail)
    gtk_stack_set_visible_child (self->stack, self->overview);
  if (self->wanted != NULL && show_detail (self, self->wanted))
    g_clear_pointer (&self->wanted, g_free);
}

static void
refresh (OreeCertificatesPage *self)
{
  oree_client_session_call_async (oree_panel_page_get_session (OREE_PANEL_PAGE (self)), OREE_CALL_CERTIFICATES_LIST,
                                  g_variant_new ("(a{sv})", NULL), self->cancellable, on_list, self);
}

/* Somebody changed them, or what they are needed for. */
static void
on_changed (OreeCertificatesPage *self)
{
  if (oree_panel_page_is_shown (OREE_PANEL_PAGE (self)))
    refresh (self);
}

static void
on_refresh (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  refresh (data);
}

static void
on_request_for (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  start_wizard (data, "request", "");
}

static void
on_import_for (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  start_wizard (data, "import", "");
}

static void
on_assign_one (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  start_wizard (data, "assign", g_variant_get_string (parameter, NULL));
}

static const GActionEntry entries[] = {
  { "request", on_task },     { "import", on_task },     { "assign", on_task }, { "pending", on_task },
  { "manage", on_task },      { "renew", on_task, "s" }, { "show", on_show, "s" },
  { "request-for", on_request_for, "s" },                { "import-for", on_import_for, "s" },
  { "assign-one", on_assign_one, "s" },                  { "refresh", on_refresh },
};

/* ---- the page ---- */

static void
oree_certificates_page_setup (OreePanelPage *page)
{
  OreeCertificatesPage *self = OREE_CERTIFICATES_PAGE (page);
  OreeClientSession *session = oree_panel_page_get_session (page);

  gtk_widget_insert_action_group (GTK_WIDGET (self), "page", G_ACTION_GROUP (self->actions));
  g_signal_connect_object (session, "notify::state", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "certificates-changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
}

static void
oree_certificates_page_shown (OreePanelPage *page)
{
  refresh (OREE_CERTIFICATES_PAGE (page));
}

static void
oree_certificates_page_go (OreePanelPage *page, const char *name, const char *place)
{
  OreeCertificatesPage *self = OREE_CERTIFICATES_PAGE (page);

  if (*place == '+')
    {
      start_wizard (self, place + 1, "");
      return;
    }
  g_free (self->wanted);
  self->wanted = *place != '\0' ? g_strdup (place) : NULL;
  refresh (self);
}

static gboolean
oree_certificates_page_is_settled (OreePanelPage *page)
{
  return OREE_CERTIFICATES_PAGE (page)->settled;
}

static GActionGroup *
oree_certificates_page_get_actions (OreePanelPage *page)
{
  return G_ACTION_GROUP (OREE_CERTIFICATES_PAGE (page)->actions);
}

static void
oree_certificates_page_dispose (GObject *object)
{
  OreeCertificatesPage *self = OREE_CERTIFICATES_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  G_OBJECT_CLASS (oree_certificates_page_parent_class)->dispose (object);
}

static void
oree_certificates_page_finalize (GObject *object)
{
  OreeCertificatesPage *self = OREE_CERTIFICATES_PAGE (object);

  g_object_unref (self->cancellable);
  g_object_unref (self->actions);
  g_ptr_array_unref (self->rows);
  g_clear_pointer (&self->answer, g_variant_unref);
  g_free (self->wanted);
  G_OBJECT_CLASS (oree_certificates_page_parent_class)->finalize (object);
}

static void
oree_certificates_page_class_init (OreeCertificatesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  OreePanelPageClass *page_class = OREE_PANEL_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_certificates_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = oree_certificates_page_finalize;
  page_class->setup = oree_certificates_page_setup;
  page_class->shown = oree_certificates_page_shown;
  page_class->go = oree_certificates_page_go;
  page_class->is_settled = oree_certificates_page_is_settled;
  page_class->get_actions = oree_certificates_page_get_actions;
  g_type_ensure (OREE_TYPE_FACTS);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-certificates-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, stack);
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, overview);
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, detail);
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, unavailable);
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, loading);
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, back);
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, title);
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, facts);
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, reason);
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, usages);
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, requests);
  gtk_widget_class_bind_template_child (widget_class, OreeCertificatesPage, certificates);
  gtk_widget_class_install_action (widget_class, "certificates.back", NULL, on_back);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "certificates.back", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "certificates.back", NULL);
}

static void
oree_certificates_page_init (OreeCertificatesPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->rows = g_ptr_array_new ();
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  oree_ui_name_buttons (GTK_WIDGET (self));
  oree_ui_watch_stack (GTK_WIDGET (self->stack));
  gtk_stack_set_visible_child (self->stack, self->loading);
}
