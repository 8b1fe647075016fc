/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-wizard.h"

#include "client/oree-sentences.h"
#include "wizards/certificate/oree-cert-facts.h"
#include "wizards/certificate/oree-cert-choice.h"
#include "wizards/certificate/oree-cert-names.h"
#include "wizards/certificate/oree-cert-page-assign-summary.h"
#include "wizards/certificate/oree-cert-page-assign-usage.h"
#include "wizards/certificate/oree-cert-page-assigned.h"
#include "wizards/certificate/oree-cert-page-import.h"
#include "wizards/certificate/oree-cert-page-import-done.h"
#include "wizards/certificate/oree-cert-page-import-summary.h"
#include "wizards/certificate/oree-cert-page-manage.h"
#include "wizards/certificate/oree-cert-page-pending.h"
#include "wizards/certificate/oree-cert-page-roll.h"
#include "wizards/certificate/oree-cert-page-store.h"
#include "wizards/certificate/oree-cert-page-done.h"
#include "wizards/certificate/oree-cert-page-execute.h"
#include "wizards/certificate/oree-cert-page-extra.h"
#include "wizards/certificate/oree-cert-page-file.h"
#include "wizards/certificate/oree-cert-page-geography.h"
#include "wizards/certificate/oree-cert-page-organization.h"
#include "wizards/certificate/oree-cert-page-security.h"
#include "wizards/certificate/oree-cert-page-sip.h"
#include "wizards/certificate/oree-cert-page-subject.h"
#include "wizards/certificate/oree-cert-page-summary.h"
#include "wizards/certificate/oree-cert-page-tasks.h"
#include "wizards/certificate/oree-cert-page-template.h"
#include "wizards/certificate/oree-cert-page-timing.h"
#include "wizards/certificate/oree-cert-page-usage.h"
#include "wizards/certificate/oree-cert-problems.h"
#include "ui/oree-tab-bin.h"
#include "ui/oree-ui.h"
#include "wizards/oree-wizard-resources.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define STATE_KEY "oree-cert-wizard"

#define REQUEST (1 << OREE_CERT_TASK_REQUEST)
#define IMPORT (1 << OREE_CERT_TASK_IMPORT)
#define ASSIGN (1 << OREE_CERT_TASK_ASSIGN)
#define PENDING (1 << OREE_CERT_TASK_PENDING)
#define MANAGE (1 << OREE_CERT_TASK_MANAGE)
#define EVERY (REQUEST | IMPORT | ASSIGN | PENDING | MANAGE)

typedef enum
{
  WHEN_ALWAYS,
  WHEN_EXTERNAL, /* only for certificates whose names follow from SIP domains */
  WHEN_ASSIGNING, /* after an import, only when it shall be assigned */
  WHEN_ROLLING    /* likewise, when that can wait for a date */
} When;

typedef struct
{
  const char *name;
  GType (*type) (void);
  guint tasks;
  When when;
} PageRow;

/* In the order of the client's documents. */
static const PageRow pages[] = {
  { "tasks", oree_cert_page_tasks_get_type, EVERY, WHEN_ALWAYS },
  { "usage", oree_cert_page_usage_get_type, REQUEST, WHEN_ALWAYS },
  { "timing", oree_cert_page_timing_get_type, REQUEST, WHEN_ALWAYS },
  { "file", oree_cert_page_file_get_type, REQUEST, WHEN_ALWAYS },
  { "template", oree_cert_page_template_get_type, REQUEST, WHEN_ALWAYS },
  { "security", oree_cert_page_security_get_type, REQUEST, WHEN_ALWAYS },
  { "organization", oree_cert_page_organization_get_type, REQUEST, WHEN_ALWAYS },
  { "geography", oree_cert_page_geography_get_type, REQUEST, WHEN_ALWAYS },
  { "subject", oree_cert_page_subject_get_type, REQUEST, WHEN_ALWAYS },
  { "sip-domains", oree_cert_page_sip_get_type, REQUEST, WHEN_EXTERNAL },
  { "extra-sans", oree_cert_page_extra_get_type, REQUEST, WHEN_ALWAYS },
  { "summary", oree_cert_page_summary_get_type, REQUEST, WHEN_ALWAYS },
  { "execute", oree_cert_page_execute_get_type, REQUEST, WHEN_ALWAYS },
  { "done", oree_cert_page_done_get_type, REQUEST, WHEN_ALWAYS },
  { "pending", oree_cert_page_pending_get_type, PENDING, WHEN_ALWAYS },
  { "import", oree_cert_page_import_get_type, IMPORT | PENDING, WHEN_ALWAYS },
  { "import-summary", oree_cert_page_import_summary_get_type, IMPORT | PENDING, WHEN_ALWAYS },
  { "import-done", oree_cert_page_import_done_get_type, IMPORT | PENDING, WHEN_ALWAYS },
  { "assign-usage", oree_cert_page_assign_usage_get_type, ASSIGN | IMPORT | PENDING, WHEN_ASSIGNING },
  { "store", oree_cert_page_store_get_type, ASSIGN, WHEN_ALWAYS },
  { "roll", oree_cert_page_roll_get_type, ASSIGN | IMPORT | PENDING, WHEN_ROLLING },
  { "assign-summary", oree_cert_page_assign_summary_get_type, ASSIGN | IMPORT | PENDING, WHEN_ASSIGNING },
  { "assigned", oree_cert_page_assigned_get_type, ASSIGN | IMPORT | PENDING, WHEN_ASSIGNING },
  { "manage", oree_cert_page_manage_get_type, MANAGE, WHEN_ALWAYS },
};

typedef struct
{
  OreeWizard *wizard; /* we live in it */
  OreeCertSession *session;
  GtkWidget *banner;
  char *memory;
  gboolean leaving; /* the user said so */
} State;

static void
state_free (gpointer data)
{
  State *state = data;

  g_signal_handlers_disconnect_by_data (state->session, state);
  g_signal_handlers_disconnect_by_data (oree_cert_session_get_client (state->session), state);
  g_object_unref (state->session);
  g_free (state->memory);
  g_free (state);
}

static gboolean
is_external (OreeCertDraft *draft)
{
  g_auto (GStrv) usages = oree_cert_draft_dup_list (draft, "usages");

  return (oree_edge_usages_from_words ((const char *const *) usages, NULL)
          & (OREE_EDGE_USAGES_EXTERNAL | OREE_EDGE_USAGE_BIT (OREE_EDGE_USAGE_CLIENT)))
         != 0;
}

static gboolean
is_assigning (OreeCertDraft *draft)
{
  return oree_cert_draft_get_task (draft) == OREE_CERT_TASK_ASSIGN || oree_cert_draft_get_assign_now (draft);
}

static gboolean
belongs (State *state, const PageRow *row)
{
  OreeCertDraft *draft = oree_cert_session_get_draft (state->session);

  if ((row->tasks & (1u << oree_cert_draft_get_task (draft))) == 0)
    return FALSE;
  switch (row->when)
    {
    case WHEN_ALWAYS:
      return TRUE;
    case WHEN_EXTERNAL:
      return is_external (draft);
    case WHEN_ASSIGNING:
      return is_assigning (draft);
    case WHEN_ROLLING:
      return is_assigning (draft) && oree_cert_draft_can_roll (draft);
    }
  return TRUE;
}

static void
on_session (State *state)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    oree_wizard_page_set_skippable (oree_wizard_get_page (state->wizard, pages[i].name), !belongs (state, &pages[i]));
}

static void
on_present (State *state)
{
  gtk_widget_set_visible (state->banner, !oree_client_is_present (oree_cert_session_get_client (state->session)));
}

static void
write_memory (State *state, const char *data)
{
  g_autofree char *directory = NULL;

  if (state->memory == NULL)
    return;
  directory = g_path_get_dirname (state->memory);
  g_mkdir_with_parents (directory, 0700);
  /* What cannot be kept is typed again: no reason to bother anybody. */
  g_file_set_contents_full (state->memory, data, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}

static void
on_discard (gboolean yes, gpointer data)
{
  g_autoptr (OreeWizard) wizard = data;
  State *state = g_object_get_data (G_OBJECT (wizard), STATE_KEY);

  if (!yes || state == NULL)
    return;
  state->leaving = TRUE;
  gtk_window_close (GTK_WINDOW (wizard));
}

/* What was typed is kept for the next time, so closing loses nothing; still, who closes by mistake is asked. */
static gboolean
on_close (State *state)
{
  OreeCertDraft *draft = oree_cert_session_get_draft (state->session);

  if (!state->leaving && oree_cert_draft_is_dirty (draft) && oree_cert_draft_get_task (draft) == OREE_CERT_TASK_REQUEST)
    {
      oree_ui_ask (GTK_WIDGET (state->wizard), _ ("Leave this request?"),
                   _ ("Nothing was sent to the service so far. What you entered is kept on this computer for the next time."),
                   _ ("_Leave"), FALSE, on_discard, g_object_ref (state->wizard));
      return GDK_EVENT_STOP;
    }
  if (oree_cert_draft_is_dirty (draft))
    {
      g_autofree char *data = oree_cert_draft_to_data (draft);

      write_memory (state, data);
    }
  return GDK_EVENT_PROPAGATE;
}

/* The request was made: the next one starts anew, from who requests alone. */
static void
on_page_changed (State *state)
{
  OreeCertDraft *draft = oree_cert_session_get_draft (state->session);
  g_autofree char *data = NULL;

  if (g_strcmp0 (oree_wizard_get_current_name (state->wizard), "done") != 0)
    return;
  data = oree_cert_draft_to_memory (draft);
  write_memory (state, data);
  oree_cert_draft_set_clean (draft);
}

static void
load_memory (State *state)
{
  g_autofree char *data = NULL;

  if (state->memory != NULL && g_file_get_contents (state->memory, &data, NULL, NULL))
    oree_cert_draft_load_data (oree_cert_session_get_draft (state->session), data);
}

/* The other one of the pair: the same requester, the client's usage, a file of its own. */
static void
on_second (State *state)
{
  static const char *const client[] = { "client", NULL };
  OreeCertDraft *draft = oree_cert_session_get_draft (state->session);
  g_autofree char *old = g_strdup (oree_cert_draft_get_file (draft));
  g_autofree char *base = g_str_has_suffix (old, ".csr") ? g_strndup (old, strlen (old) - 4) : g_strdup (old);
  g_autofree char *path = g_strconcat (base, "-client.csr", NULL);

  oree_cert_draft_set_pair (draft, FALSE);
  oree_cert_draft_set_list (draft, "usages", client);
  oree_cert_draft_set_text (draft, "key-usage", "client");
  oree_cert_draft_set_text (draft, "friendly-name", "");
  oree_cert_draft_set_file (draft, path);
  oree_wizard_page_set_sealed (oree_wizard_get_page (state->wizard, "execute"), FALSE);
  oree_wizard_go_to (state->wizard, "usage");
}

/* Shown while the service is not there: everything typed stays, and works again when it returns. */
static GtkWidget *
make_banner (void)
{
  GtkWidget *bar = gtk_info_bar_new ();
  GtkWidget *label = gtk_label_new (_ ("The edge service is not running. What you enter is kept; it can be sent when the service runs again."));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_info_bar_set_message_type (GTK_INFO_BAR (bar), GTK_MESSAGE_WARNING);
  gtk_info_bar_add_child (GTK_INFO_BAR (bar), label);
  return bar;
}

void
oree_cert_wizard_init (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  oree_ui_init ();
  /* A static library's constructor would be left out: registered by hand. */
  g_resources_register (oree_wizards_get_resource ());
  g_type_ensure (OREE_TYPE_TAB_BIN);
  g_type_ensure (OREE_TYPE_WIZARD_FIELD);
  g_type_ensure (OREE_TYPE_CERT_NAMES);
  g_type_ensure (OREE_TYPE_CERT_CHOICE);
  g_type_ensure (OREE_TYPE_CERT_FACTS);
  g_type_ensure (OREE_TYPE_CERT_PROBLEMS);
  gtk_css_provider_load_from_resource (provider, "/org/oree/Edge1/flow/wizard.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

OreeWizard *
oree_cert_wizard_new (OreeClient *client, const char *memory)
{
  OreeWizard *wizard = oree_wizard_new (_ ("Certificate Wizard"));
  State *state = g_new0 (State, 1);

  state->wizard = wizard;
  state->session = oree_cert_session_new (client);
  state->memory = g_strdup (memory);
  load_memory (state);
  state->banner = make_banner ();
  oree_wizard_add_above (wizard, state->banner);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    oree_wizard_add_page (wizard, pages[i].name,
                          g_object_new (pages[i].type (), "session", state->session, NULL));
  g_object_set_data_full (G_OBJECT (wizard), STATE_KEY, state, state_free);
  g_signal_connect_swapped (state->session, "changed", G_CALLBACK (on_session), state);
  g_signal_connect_swapped (client, "notify::present", G_CALLBACK (on_present), state);
  g_signal_connect_swapped (wizard, "close-request", G_CALLBACK (on_close), state);
  g_signal_connect_swapped (wizard, "page-changed", G_CALLBACK (on_page_changed), state);
  g_signal_connect_swapped (oree_wizard_get_page (wizard, "done"), "second-request", G_CALLBACK (on_second), state);
  on_session (state);
  on_present (state);
  return wizard;
}

OreeCertSession *
oree_cert_wizard_get_session (OreeWizard *self)
{
  State *state = g_object_get_data (G_OBJECT (self), STATE_KEY);

  return state->session;
}

static void
on_renewal (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeWizard) wizard = data;
  State *state = g_object_get_data (G_OBJECT (wizard), STATE_KEY);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) specification = NULL;
  OreeCertDraft *draft;

  if (state == NULL || oree_wizard_get_current (wizard) == NULL)
    return;
  if (reply == NULL)
    {
      oree_wizard_page_set_problem (oree_wizard_get_current (wizard), oree_sentence_failure (error));
      return;
    }
  draft = oree_cert_session_get_draft (state->session);
  specification = g_variant_get_child_value (reply, 0);
  oree_cert_draft_take_specification (draft, specification);
  oree_cert_draft_set_task (draft, OREE_CERT_TASK_REQUEST);
  oree_cert_draft_set_clean (draft);
  oree_wizard_go_to (wizard, "usage");
}

void
oree_cert_wizard_renew (OreeWizard *self, const char *id)
{
  State *state = g_object_get_data (G_OBJECT (self), STATE_KEY);

  oree_client_call_async (oree_cert_session_get_client (state->session), OREE_CALL_CERTIFICATES_RENEWAL,
                          g_variant_new ("(sa{sv})", id, NULL), NULL, on_renewal, g_object_ref (self));
}

void
oree_cert_wizard_assign (OreeWizard *self, const char *id)
{
  State *state = g_object_get_data (G_OBJECT (self), STATE_KEY);
  OreeCertDraft *draft = oree_cert_session_get_draft (state->session);

  oree_cert_draft_set_certificate (draft, id);
  oree_cert_draft_set_task (draft, OREE_CERT_TASK_ASSIGN);
  oree_wizard_go_to (self, "assign-usage");
}
