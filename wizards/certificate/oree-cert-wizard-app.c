/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-wizard-app.h"

#include "wizards/certificate/oree-cert-wizard.h"
#include "client/oree-sentences.h"
#include "ui/oree-ui-shot.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

/* Frames that must pass with everything there before a picture is taken, and how long that may take. */
#define SETTLED_FRAMES 5
#define SHOT_SECONDS 20

struct _OreeCertWizardApp
{
  AdwApplication parent;
  OreeClient *client;
  OreeWizard *wizard;
  GCancellable *connecting;
  char *bus;
  char *page;
  char *task;
  char *certificate;
  char *shot;
  char *size;
  gboolean no_memory;
  guint frames;
  gint64 started;
  int status;
};

G_DEFINE_FINAL_TYPE (OreeCertWizardApp, oree_cert_wizard_app, ADW_TYPE_APPLICATION)

/* ---- pictures ---- */

static gboolean
is_settled (OreeCertWizardApp *self)
{
  OreeCertSession *session = oree_cert_wizard_get_session (self->wizard);

  return !oree_client_certs_is_reading (oree_cert_session_get_certs (session))
         && oree_cert_session_names_are_current (session)
         && !oree_wizard_page_is_busy (oree_wizard_get_current (self->wizard));
}

static gboolean
on_frame (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  OreeCertWizardApp *self = data;
  g_autoptr (GError) error = NULL;
  gint64 age = g_get_monotonic_time () - self->started;

  self->frames = is_settled (self) ? self->frames + 1 : 0;
  if (self->frames < SETTLED_FRAMES && age < SHOT_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  if (self->frames < SETTLED_FRAMES || !oree_ui_shot (widget, self->shot, &error))
    {
      /* A window that was only now put on the screen has not been drawn. */
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED) && age < SHOT_SECONDS * G_USEC_PER_SEC)
        return G_SOURCE_CONTINUE;
      fprintf (stderr, "oree-certificate-wizard: %s\n", error != NULL ? error->message : _ ("The page does not settle."));
      self->status = 1;
    }
  gtk_window_destroy (GTK_WINDOW (widget));
  return G_SOURCE_REMOVE;
}

/* ---- the application ---- */

static void
apply_size (OreeCertWizardApp *self)
{
  g_auto (GStrv) parts = self->size != NULL ? g_strsplit (self->size, "x", 2) : NULL;
  guint64 width, height;

  if (parts != NULL && g_strv_length (parts) == 2
      && g_ascii_string_to_unsigned (parts[0], 10, 1, 16384, &width, NULL)
      && g_ascii_string_to_unsigned (parts[1], 10, 1, 16384, &height, NULL))
    gtk_window_set_default_size (GTK_WINDOW (self->wizard), (int) width, (int) height);
}

static void
apply_task (OreeCertWizardApp *self)
{
  int task;

  if (self->task == NULL)
    return;
  if (g_str_equal (self->task, "renew") && self->certificate != NULL)
    oree_cert_wizard_renew (self->wizard, self->certificate);
  else if (g_str_equal (self->task, "assign") && self->certificate != NULL)
    oree_cert_wizard_assign (self->wizard, self->certificate);
  else if (oree_enum_from_nick (oree_cert_tasks, oree_span_str (self->task), &task))
    {
      OreeCertDraft *draft = oree_cert_session_get_draft (oree_cert_wizard_get_session (self->wizard));

      oree_cert_draft_set_task (draft, (OreeCertTask) task);
      oree_wizard_next (self->wizard);
    }
  else
    /* TRANSLATORS: %s is what the user typed. */
    fprintf (stderr, _ ("oree-certificate-wizard: there is no task “%s”.\n"), self->task);
}

static void
open_wizard (OreeCertWizardApp *self)
{
  g_autofree char *memory = g_build_filename (g_get_user_config_dir (), "oree", "certificate-wizard.ini", NULL);

  self->wizard = oree_cert_wizard_new (self->client, self->no_memory || self->shot != NULL ? NULL : memory);
  g_object_add_weak_pointer (G_OBJECT (self->wizard), (gpointer *) &self->wizard);
  gtk_window_set_application (GTK_WINDOW (self->wizard), GTK_APPLICATION (self));
  gtk_window_set_icon_name (GTK_WINDOW (self->wizard), "org.oree.Edge1.CertificateWizard");
  apply_size (self);
  apply_task (self);
  if (self->page != NULL && !oree_wizard_go_to (self->wizard, self->page))
    /* TRANSLATORS: %s is what the user typed. */
    fprintf (stderr, _ ("oree-certificate-wizard: there is no page “%s” in this task.\n"), self->page);
  if (self->shot != NULL)
    gtk_widget_add_tick_callback (GTK_WIDGET (self->wizard), on_frame, self, NULL);
  gtk_window_present (GTK_WINDOW (self->wizard));
}

static void
on_client (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GApplication) application = data;
  OreeCertWizardApp *self = OREE_CERT_WIZARD_APP (application);
  g_autoptr (GError) error = NULL;

  self->client = oree_client_new_finish (result, &error);
  g_clear_object (&self->connecting);
  if (self->client != NULL)
    open_wizard (self);
  else
    {
      fprintf (stderr, "oree-certificate-wizard: %s\n", oree_sentence_error ((OreeError) error->code));
      self->status = 1;
    }
  g_application_release (application);
}

static void
oree_cert_wizard_app_activate (GApplication *application)
{
  OreeCertWizardApp *self = OREE_CERT_WIZARD_APP (application);

  if (self->wizard != NULL)
    {
      gtk_window_present (GTK_WINDOW (self->wizard));
      return;
    }
  if (self->connecting != NULL)
    return;
  self->connecting = g_cancellable_new ();
  g_application_hold (application);
  oree_client_new_async (self->bus, self->connecting, on_client, g_object_ref (application));
}

static void
oree_cert_wizard_app_startup (GApplication *application)
{
  OreeCertWizardApp *self = OREE_CERT_WIZARD_APP (application);
  static const char *const close_keys[] = { "<Control>w", "<Control>q", NULL };

  G_APPLICATION_CLASS (oree_cert_wizard_app_parent_class)->startup (application);
  oree_cert_wizard_init ();
  if (self->shot != NULL)
    g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, "gtk-cursor-blink", FALSE, NULL);
  gtk_application_set_accels_for_action (GTK_APPLICATION (self), "window.close", close_keys);
}

static int
oree_cert_wizard_app_local_options (GApplication *application, GVariantDict *options)
{
  OreeCertWizardApp *self = OREE_CERT_WIZARD_APP (application);

  /* A window of its own for whoever asks for another bus, another task or a picture. */
  if (self->bus != NULL || self->shot != NULL || self->task != NULL || self->page != NULL
      || g_getenv (OREE_ENV_BUS) != NULL)
    g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
  return -1;
}

static void
oree_cert_wizard_app_finalize (GObject *object)
{
  OreeCertWizardApp *self = OREE_CERT_WIZARD_APP (object);

  if (self->wizard != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->wizard), (gpointer *) &self->wizard);
  g_clear_object (&self->client);
  g_clear_object (&self->connecting);
  g_free (self->bus);
  g_free (self->page);
  g_free (self->task);
  g_free (self->certificate);
  g_free (self->shot);
  g_free (self->size);
  G_OBJECT_CLASS (oree_cert_wizard_app_parent_class)->finalize (object);
}

static void
oree_cert_wizard_app_class_init (OreeCertWizardAppClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = oree_cert_wizard_app_finalize;
  application_class->activate = oree_cert_wizard_app_activate;
  application_class->startup = oree_cert_wizard_app_startup;
  application_class->handle_local_options = oree_cert_wizard_app_local_options;
}

static void
oree_cert_wizard_app_init (OreeCertWizardApp *self)
{
  const GOptionEntry options[] = {
    { "bus", 0, 0, G_OPTION_ARG_STRING, &self->bus, N_ ("The message bus: system, session or an address"), N_ ("BUS") },
    { "task", 0, 0, G_OPTION_ARG_STRING, &self->task, N_ ("Begins with: request, import, assign, pending, manage, renew"),
      N_ ("TASK") },
    { "certificate", 0, 0, G_OPTION_ARG_STRING, &self->certificate, N_ ("The certificate to renew or to assign"), N_ ("ID") },
    { "page", 0, 0, G_OPTION_ARG_STRING, &self->page, N_ ("Opens this page of the task"), N_ ("PAGE") },
    { "screenshot", 0, 0, G_OPTION_ARG_FILENAME, &self->shot, N_ ("Writes a picture of the page and ends"), N_ ("FILE") },
    { "size", 0, 0, G_OPTION_ARG_STRING, &self->size, N_ ("Size of the window"), N_ ("WIDTHxHEIGHT") },
    { "no-memory", 0, 0, G_OPTION_ARG_NONE, &self->no_memory, N_ ("Keeps nothing for the next time"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  self->started = g_get_monotonic_time ();
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

OreeCertWizardApp *
oree_cert_wizard_app_new (void)
{
  return g_object_new (OREE_TYPE_CERT_WIZARD_APP, "application-id", "org.oree.Edge1.CertificateWizard", "flags",
                       G_APPLICATION_DEFAULT_FLAGS, "resource-base-path", "/org/oree/Edge1/certificate", NULL);
}

int
oree_cert_wizard_app_get_status (OreeCertWizardApp *self)
{
  return self->status;
}
