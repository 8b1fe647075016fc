/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-servers-row.h"

#include "client/oree-sentences.h"
#include "client/oree-server-words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* After the last key, before DNS is asked. */
#define PAUSE_MS 600

struct _OreeServersRow
{
  AdwActionRow parent;
  char *kind;
  gboolean own; /* the domain is, or is about to be, ours */
  OreeClientSession *session;
  OreeClientDraft *draft;
  GCancellable *cancellable; /* of the open question */
  char *asked;               /* "domain server", of the open question or of the answer shown */
  guint pause;
};

enum
{
  PROP_KIND = 1,
  PROP_OWN,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (OreeServersRow, oree_servers_row, ADW_TYPE_ACTION_ROW)

static void
say (OreeServersRow *self, const char *text)
{
  g_autofree char *literal = g_markup_escape_text (text, -1);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), literal);
}

/* ---- the question ---- */

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autoptr (GVariant) found = NULL;
  g_autofree char *text = NULL;
  OreeServersRow *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  if (reply == NULL)
    {
      say (self, oree_sentence_error ((OreeError) error->code));
      g_clear_pointer (&self->asked, g_free);
      return;
    }
  found = g_variant_get_child_value (reply, 0);
  text = oree_server_words (self->kind, found);
  say (self, text);
}

/* The host of "host" or "host:port"; owned. */
static char *
host_of (OreeClientDraft *draft)
{
  g_autoptr (GVariant) value = oree_client_draft_get (draft, "proxy-fqdn");
  const char *text = value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                         ? g_variant_get_string (value, NULL) : "";
  const char *colon = strchr (text, ':');

  return colon != NULL ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
}

/* A domain of ours without SIP addresses is found by nobody, and needs no record. */
static gboolean
is_asked_for (OreeServersRow *self)
{
  g_autoptr (GVariant) sip = self->own ? oree_client_draft_get (self->draft, "sip") : NULL;

  return sip == NULL || !g_variant_is_of_type (sip, G_VARIANT_TYPE_BOOLEAN) || g_variant_get_boolean (sip);
}

static void
forget (OreeServersRow *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->asked, g_free);
}

static gboolean
on_pause (gpointer data)
{
  OreeServersRow *self = data;
  g_autofree char *domain = oree_client_draft_dup_normal_id (self->draft);
  g_autofree char *host = host_of (self->draft);
  g_autofree char *asked = NULL;
  GVariantDict options;

  self->pause = 0;
  if (domain == NULL || *domain == '\0' || !is_asked_for (self)
      || oree_client_draft_get_problem (self->draft, "proxy-fqdn") != NULL)
    {
      forget (self);
      say (self, _ ("What DNS says of the domain appears here."));
      return G_SOURCE_REMOVE;
    }
  asked = g_strdup_printf ("%s %s", domain, host);
  if (oree_client_session_get_state (self->session) != OREE_SESSION_READY || g_strcmp0 (asked, self->asked) == 0)
    return G_SOURCE_REMOVE;
  forget (self);
  self->asked = g_steal_pointer (&asked);
  self->cancellable = g_cancellable_new ();
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "server", "s", host);
  if (self->own)
    g_variant_dict_insert (&options, "own", "b", TRUE);
  say (self, _ ("Asking DNS…"));
  oree_client_session_call_async (self->session, OREE_CALL_FIND_SERVERS,
                                  g_variant_new ("(ss@a{sv})", self->kind, domain, g_variant_dict_end (&options)),
                                  self->cancellable, on_found, self);
  return G_SOURCE_REMOVE;
}

static void
ask_later (OreeServersRow *self)
{
  g_clear_handle_id (&self->pause, g_source_remove);
  self->pause = g_timeout_add (PAUSE_MS, on_pause, self);
}

/* ---- the class ---- */

static void
oree_servers_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_KIND:
      g_free (OREE_SERVERS_ROW (object)->kind);
      OREE_SERVERS_ROW (object)->kind = g_value_dup_string (value);
      break;
    case PROP_OWN:
      OREE_SERVERS_ROW (object)->own = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
oree_servers_row_dispose (GObject *object)
{
  OreeServersRow *self = OREE_SERVERS_ROW (object);

  g_clear_handle_id (&self->pause, g_source_remove);
  forget (self);
  g_clear_object (&self->session);
  g_clear_object (&self->draft);
  G_OBJECT_CLASS (oree_servers_row_parent_class)->dispose (object);
}

static void
oree_servers_row_finalize (GObject *object)
{
  g_free (OREE_SERVERS_ROW (object)->kind);
  G_OBJECT_CLASS (oree_servers_row_parent_class)->finalize (object);
}

static void
oree_servers_row_class_init (OreeServersRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = oree_servers_row_set_property;
  object_class->dispose = oree_servers_row_dispose;
  object_class->finalize = oree_servers_row_finalize;
  props[PROP_KIND] = g_param_spec_string ("kind", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_OWN] = g_param_spec_boolean ("own", NULL, NULL, FALSE, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
oree_servers_row_init (OreeServersRow *self)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _ ("Effect"));
  gtk_widget_add_css_class (GTK_WIDGET (self), "property");
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
  say (self, _ ("What DNS says of the domain appears here."));
}

void
oree_servers_row_follow (OreeServersRow *self, OreeClientSession *session, OreeClientDraft *draft)
{
  self->session = g_object_ref (session);
  self->draft = g_object_ref (draft);
  g_signal_connect_object (draft, "changed", G_CALLBACK (ask_later), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (ask_later), self, G_CONNECT_SWAPPED);
  ask_later (self);
}

gboolean
oree_servers_row_is_settled (OreeServersRow *self)
{
  return self->pause == 0 && self->cancellable == NULL;
}
