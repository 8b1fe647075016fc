/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/home/oree-home-own-servers.h"

#include "client/oree-client-item.h"

#define PERIOD (60 * G_USEC_PER_SEC)

struct _OreeHomeOwnServers
{
  OreeClientSession *session;
  GListModel *domains;
  void (*changed) (gpointer data);
  gpointer data;
  GCancellable *cancellable;
  GHashTable *found; /* domain → GVariant */
  guint open;
  gint64 due; /* monotonic */
  gulong on_changed;
};

typedef struct
{
  OreeHomeOwnServers *owner;
  char *domain;
} Question;

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  Question *question = data;
  OreeHomeOwnServers *self = question->owner;

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      self->open--;
      if (reply != NULL)
        g_hash_table_replace (self->found, g_steal_pointer (&question->domain), g_variant_get_child_value (reply, 0));
      self->changed (self->data);
    }
  g_free (question->domain);
  g_free (question);
}

static void
ask (OreeHomeOwnServers *self, const char *domain)
{
  Question *question = g_new (Question, 1);

  *question = (Question){ self, g_strdup (domain) };
  self->open++;
  oree_client_session_call_async (self->session, OREE_CALL_FIND_SERVERS, g_variant_new ("(ssa{sv})", "sip", domain, NULL),
                                  self->cancellable, on_found, question);
}

void
oree_home_own_servers_look (OreeHomeOwnServers *self)
{
  guint n = g_list_model_get_n_items (self->domains);

  if (self->open > 0 || n == 0 || g_get_monotonic_time () < self->due
      || oree_client_session_get_state (self->session) != OREE_SESSION_READY)
    return;
  self->due = g_get_monotonic_time () + PERIOD;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OreeClientItem) item = g_list_model_get_item (self->domains, i);

      if (oree_client_item_flag (item, "sip"))
        ask (self, oree_client_item_get_id (item));
    }
}

/* What was found may be judged by what is no longer so. */
static void
ask_anew (OreeHomeOwnServers *self)
{
  self->due = 0;
}

OreeHomeOwnServers *
oree_home_own_servers_new (OreeClientSession *session, GListModel *domains, void (*changed) (gpointer data), gpointer data)
{
  OreeHomeOwnServers *self = g_new0 (OreeHomeOwnServers, 1);

  self->session = session;
  self->domains = domains;
  self->changed = changed;
  self->data = data;
  self->cancellable = g_cancellable_new ();
  self->found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  self->on_changed = g_signal_connect_swapped (session, "changed", G_CALLBACK (ask_anew), self);
  return self;
}

void
oree_home_own_servers_free (OreeHomeOwnServers *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_signal_handler_disconnect (self->session, self->on_changed);
  g_object_unref (self->cancellable);
  g_hash_table_unref (self->found);
  g_free (self);
}

gboolean
oree_home_own_servers_is_settled (const OreeHomeOwnServers *self)
{
  return self->open == 0;
}

GHashTable *
oree_home_own_servers_found (OreeHomeOwnServers *self)
{
  return self->found;
}
