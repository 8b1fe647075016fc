/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client is known from its first call until it leaves the bus: who it is (asked of the bus once), and which
 * questions about it are open. */
#include "bus/oree-bus-auth.h"

#include "base/oree-names.h"

#include <polkit/polkit.h>
#include <unistd.h>

static const OreeBusPermission table[] = {
  { OREE_IFACE_MANAGER, "GetStatus", OREE_ACTION_VIEW },
  { OREE_IFACE_MANAGER, "Reload", OREE_ACTION_MANAGE_SERVICES },
  { OREE_IFACE_MANAGER, "Shutdown", OREE_ACTION_MANAGE_SERVICES },
  { OREE_IFACE_SERVICES, "List", OREE_ACTION_VIEW },
  { OREE_IFACE_SERVICES, "Start", OREE_ACTION_MANAGE_SERVICES },
  { OREE_IFACE_SERVICES, "Stop", OREE_ACTION_MANAGE_SERVICES },
  { OREE_IFACE_SERVICES, "Pause", OREE_ACTION_MANAGE_SERVICES },
  { OREE_IFACE_SERVICES, "Resume", OREE_ACTION_MANAGE_SERVICES },
  { OREE_IFACE_SERVICES, "Drain", OREE_ACTION_MANAGE_SERVICES },
  { OREE_IFACE_SERVICES, "SetStartType", OREE_ACTION_MANAGE_SERVICES },
  { OREE_IFACE_CONFIGURATION, "Describe", OREE_ACTION_VIEW },
  { OREE_IFACE_CONFIGURATION, "List", OREE_ACTION_VIEW },
  { OREE_IFACE_CONFIGURATION, "Get", OREE_ACTION_VIEW },
  { OREE_IFACE_CONFIGURATION, "Check", OREE_ACTION_VIEW },
  { OREE_IFACE_CONFIGURATION, "Apply", OREE_ACTION_CONFIGURE },
  { OREE_IFACE_CONFIGURATION, "History", OREE_ACTION_VIEW },
  { OREE_IFACE_CONFIGURATION, "Restore", OREE_ACTION_CONFIGURE },
  { OREE_IFACE_CONFIGURATION, "Export", OREE_ACTION_VIEW },
  { OREE_IFACE_CONFIGURATION, "Import", OREE_ACTION_CONFIGURE },
  { OREE_IFACE_CERTIFICATES, "List", OREE_ACTION_VIEW },
  { OREE_IFACE_CERTIFICATES, "Get", OREE_ACTION_VIEW },
  { OREE_IFACE_CERTIFICATES, "Describe", OREE_ACTION_VIEW },
  { OREE_IFACE_CERTIFICATES, "Needs", OREE_ACTION_VIEW },
  { OREE_IFACE_CERTIFICATES, "CheckRequest", OREE_ACTION_VIEW },
  { OREE_IFACE_CERTIFICATES, "CreateRequest", OREE_ACTION_MANAGE_CERTIFICATES },
  { OREE_IFACE_CERTIFICATES, "CheckAnswer", OREE_ACTION_VIEW },
  { OREE_IFACE_CERTIFICATES, "Import", OREE_ACTION_MANAGE_CERTIFICATES },
  { OREE_IFACE_CERTIFICATES, "CheckAssign", OREE_ACTION_VIEW },
  { OREE_IFACE_CERTIFICATES, "Assign", OREE_ACTION_MANAGE_CERTIFICATES },
  { OREE_IFACE_CERTIFICATES, "Roll", OREE_ACTION_MANAGE_CERTIFICATES },
  { OREE_IFACE_CERTIFICATES, "RollBack", OREE_ACTION_MANAGE_CERTIFICATES },
  { OREE_IFACE_CERTIFICATES, "Remove", OREE_ACTION_MANAGE_CERTIFICATES },
  { OREE_IFACE_CERTIFICATES, "Renewal", OREE_ACTION_VIEW },
  { OREE_IFACE_CERTIFICATES, "Renew", OREE_ACTION_MANAGE_CERTIFICATES },
  { OREE_IFACE_CERTIFICATES, "Export", OREE_ACTION_EXPORT_KEY },
  { OREE_IFACE_MONITOR, "Counters", OREE_ACTION_VIEW },
  { OREE_IFACE_MONITOR, "Connections", OREE_ACTION_VIEW },
  { OREE_IFACE_MONITOR, "Partners", OREE_ACTION_VIEW },
  { OREE_IFACE_MONITOR, "DiscoveredPartners", OREE_ACTION_VIEW },
  { OREE_IFACE_MONITOR, "Subscriptions", OREE_ACTION_VIEW },
  { OREE_IFACE_MONITOR, "Sessions", OREE_ACTION_VIEW },
  { OREE_IFACE_MONITOR, "AllowEntries", OREE_ACTION_VIEW },
  { OREE_IFACE_MONITOR, "RevokeAllowEntry", OREE_ACTION_CONFIGURE },
  { OREE_IFACE_MONITOR, "ResetConnections", OREE_ACTION_MANAGE_SERVICES },
  { OREE_IFACE_MONITOR, "ListEvents", OREE_ACTION_VIEW },
  { OREE_IFACE_DIAGNOSTICS, "Explain", OREE_ACTION_VIEW },
  { OREE_IFACE_DIAGNOSTICS, "Forecast", OREE_ACTION_VIEW },
  { OREE_IFACE_DIAGNOSTICS, "FindServers", OREE_ACTION_VIEW },
  { OREE_IFACE_DIAGNOSTICS, "TestPartner", OREE_ACTION_MANAGE_SERVICES },
  { NULL, NULL, NULL },
};

typedef struct
{
  OreeBusAuth *auth;
  char *name;
  char *who;
  guint32 uid;
  guint32 pid;
  gboolean known;
  gboolean viewer;
  guint watch;
  GCancellable *cancellable; /* cancelled when the client leaves */
  GPtrArray *waiting;        /* Question *, until it is known */
} Client;

typedef struct
{
  OreeBusAuth *auth;
  char *sender;
  const char *action;
  gboolean interactive;
  OreeBusAuthDone done;
  gpointer data;
} Question;

struct _OreeBusAuth
{
  GDBusConnection *connection;
  OreeAuthorization mode;
  gboolean on_system_bus;
  PolkitAuthority *authority;
  gboolean authority_asked;
  GPtrArray *for_authority; /* Question *, until polkit is reached */
  GHashTable *clients;      /* unique name → Client * */
  GHashTable *open;         /* Question * that polkit is asked */
  GCancellable *cancellable;
};

const OreeBusPermission *
oree_bus_auth_table (void)
{
  return table;
}

const char *
oree_bus_auth_action (const char *interface, const char *method)
{
  for (const OreeBusPermission *row = table; row->interface != NULL; row++)
    if (g_str_equal (row->interface, interface) && g_str_equal (row->method, method))
      return row->action;
  return NULL;
}

static void
question_free (Question *question)
{
  g_free (question->sender);
  g_free (question);
}

static void
client_free (gpointer data)
{
  Client *client = data;

  if (client->watch != 0)
    g_bus_unwatch_name (client->watch);
  g_cancellable_cancel (client->cancellable);
  g_object_unref (client->cancellable);
  g_ptr_array_unref (client->waiting);
  g_free (client->who);
  g_free (client->name);
  g_free (client);
}

static void
settle (Question *question, const char *who, GError *denied)
{
  question->done (who, denied, question->data);
  g_clear_error (&denied);
  question_free (question);
}

static void
settle_all (GPtrArray *questions, int code, const char *text)
{
  g_autoptr (GPtrArray) list = g_ptr_array_copy (questions, NULL, NULL);

  g_ptr_array_set_size (questions, 0);
  for (guint i = 0; i < list->len; i++)
    settle (g_ptr_array_index (list, i), "?",
            code == G_IO_ERROR_CANCELLED ? g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, text)
                                         : g_error_new_literal (OREE_ERROR, OREE_ERROR_DENIED, text));
}

static GError *
denial (const char *action)
{
  return g_error_new_literal (OREE_ERROR, OREE_ERROR_DENIED, action != NULL ? action : "no such permission");
}

static void
permit (Question *question, Client *client)
{
  client->viewer = TRUE;
  settle (question, client->who, NULL);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  Question *question = data;
  OreeBusAuth *self = question->auth;
  g_autoptr (GError) error = NULL;
  g_autoptr (PolkitAuthorizationResult) answer
      = polkit_authority_check_authorization_finish (POLKIT_AUTHORITY (source), result, &error);
  Client *client;

  /* Freed meanwhile: it was answered then, and only the memory is left. */
  if (self == NULL)
    {
      question_free (question);
      return;
    }
  g_hash_table_remove (self->open, question);
  client = g_hash_table_lookup (self->clients, question->sender);
  if (client == NULL)
    settle (question, "?", g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the caller left the bus"));
  else if (answer != NULL && polkit_authorization_result_get_is_authorized (answer))
    permit (question, client);
  else
    settle (question, client->who, denial (error != NULL ? error->message : question->action));
}

static PolkitSubject *
subject_of (OreeBusAuth *self, const Client *client)
{
  if (self->on_system_bus)
    return polkit_system_bus_name_new (client->name);
  return polkit_unix_process_new_for_owner ((gint) client->pid, 0, (gint) client->uid);
}

static void
ask_polkit (Question *question, Client *client)
{
  OreeBusAuth *self = question->auth;
  g_autoptr (PolkitSubject) subject = subject_of (self, client);

  g_hash_table_add (self->open, question);
  polkit_authority_check_authorization (self->authority, subject, question->action, NULL,
                                        question->interactive
                                            ? POLKIT_CHECK_AUTHORIZATION_FLAGS_ALLOW_USER_INTERACTION
                                            : POLKIT_CHECK_AUTHORIZATION_FLAGS_NONE,
                                        client->cancellable, on_checked, question);
}

static void judge (Question *question, Client *client);

static void
on_authority (GObject *source, GAsyncResult *result, gpointer data)
{
  OreeBusAuth *self;
  g_autoptr (GError) error = NULL;
  g_autoptr (PolkitAuthority) authority = polkit_authority_get_finish (result, &error);
  g_autoptr (GPtrArray) list = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = data;
  self->authority_asked = FALSE;
  if (authority == NULL)
    {
      settle_all (self->for_authority, 0, error->message);
      return;
    }
  self->authority = g_steal_pointer (&authority);
  list = g_ptr_array_copy (self->for_authority, NULL, NULL);
  g_ptr_array_set_size (self->for_authority, 0);
  for (guint i = 0; i < list->len; i++)
    {
      Question *question = g_ptr_array_index (list, i);
      Client *client = g_hash_table_lookup (self->clients, question->sender);

      if (client != NULL)
        judge (question, client);
      else
        settle (question, "?", g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the caller left the bus"));
    }
}

/* The client is known. */
static void
judge (Question *question, Client *client)
{
  OreeBusAuth *self = question->auth;

  if (question->action == NULL)
    settle (question, client->who, denial (NULL));
  else if (self->mode == OREE_AUTHORIZATION_SAME_UID)
    {
      if (client->uid == geteuid ())
        permit (question, client);
      else
        settle (question, client->who, denial (question->action));
    }
  else if (self->authority != NULL)
    ask_polkit (question, client);
  else
    {
      g_ptr_array_add (self->for_authority, question);
      if (!self->authority_asked)
        {
          self->authority_asked = TRUE;
          polkit_authority_get_async (self->cancellable, on_authority, self);
        }
    }
}

/* Names of accounts may live behind a network: we only name those we know without asking. */
static char *
who_is (guint32 uid)
{
  if (uid == geteuid ())
    return g_strdup (g_get_user_name ());
  return uid == 0 ? g_strdup ("root") : g_strdup_printf ("uid:%u", uid);
}

static void
on_credentials (GObject *source, GAsyncResult *result, gpointer data)
{
  Client *client = data;
  OreeBusAuth *self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) credentials = NULL;
  g_autoptr (GPtrArray) list = NULL;

  /* The client is gone, and with it our memory of it. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = client->auth;
  if (reply != NULL)
    credentials = g_variant_get_child_value (reply, 0);
  if (credentials == NULL || !g_variant_lookup (credentials, "UnixUserID", "u", &client->uid))
    {
      settle_all (client->waiting, 0, "the bus does not say who calls");
      g_hash_table_remove (self->clients, client->name);
      return;
    }
  g_variant_lookup (credentials, "ProcessID", "u", &client->pid);
  client->who = who_is (client->uid);
  client->known = TRUE;
  list = g_ptr_array_copy (client->waiting, NULL, NULL);
  g_ptr_array_set_size (client->waiting, 0);
  for (guint i = 0; i < list->len; i++)
    judge (g_ptr_array_index (list, i), client);
}

static void
on_left (GDBusConnection *connection, const char *name, gpointer data)
{
  OreeBusAuth *self = data;
  Client *client = g_hash_table_lookup (self->clients, name);

  if (client == NULL)
    return;
  settle_all (client->waiting, G_IO_ERROR_CANCELLED, "the caller left the bus");
  g_hash_table_remove (self->clients, name);
}

static Client *
meet (OreeBusAuth *self, const char *sender)
{
  Client *client = g_new0 (Client, 1);

  client->auth = self;
  client->name = g_strdup (sender);
  client->cancellable = g_cancellable_new ();
  client->waiting = g_ptr_array_new ();
  g_hash_table_insert (self->clients, client->name, client);
  client->watch = g_bus_watch_name_on_connection (self->connection, sender, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_left,
                                                  self, NULL);
  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "GetConnectionCredentials", g_variant_new ("(s)", sender), G_VARIANT_TYPE ("(a{sv})"),
                          G_DBUS_CALL_FLAGS_NONE, -1, client->cancellable, on_credentials, client);
  return client;
}

OreeBusAuth *
oree_bus_auth_new (GDBusConnection *connection, OreeAuthorization mode, gboolean on_system_bus)
{
  OreeBusAuth *self = g_new0 (OreeBusAuth, 1);

  self->connection = g_object_ref (connection);
  self->mode = mode;
  self->on_system_bus = on_system_bus;
  self->for_authority = g_ptr_array_new ();
  self->clients = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, client_free);
  self->open = g_hash_table_new (NULL, NULL);
  self->cancellable = g_cancellable_new ();
  return self;
}

/* polkit answers later still, and finds a question that is settled and belongs to nobody. */
static void
abandon (Question *question)
{
  g_autoptr (GError) gone = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopping");

  question->done ("?", gone, question->data);
  question->auth = NULL;
}

void
oree_bus_auth_free (OreeBusAuth *self)
{
  GHashTableIter iter;
  gpointer key, value;

  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  settle_all (self->for_authority, G_IO_ERROR_CANCELLED, "stopping");
  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    abandon (key);
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    settle_all (((Client *) value)->waiting, G_IO_ERROR_CANCELLED, "stopping");
  g_hash_table_unref (self->clients);
  g_hash_table_unref (self->open);
  g_ptr_array_unref (self->for_authority);
  g_clear_object (&self->authority);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self);
}

void
oree_bus_auth_check (OreeBusAuth *self, const char *sender, const char *action, gboolean interactive,
                     OreeBusAuthDone done, gpointer data)
{
  Client *client = g_hash_table_lookup (self->clients, sender);
  Question *question = g_new0 (Question, 1);

  question->auth = self;
  question->sender = g_strdup (sender);
  question->action = action;
  question->interactive = interactive;
  question->done = done;
  question->data = data;
  if (client == NULL)
    client = meet (self, sender);
  if (client->known)
    judge (question, client);
  else
    g_ptr_array_add (client->waiting, question);
}

GPtrArray *
oree_bus_auth_viewers (OreeBusAuth *self)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Client *) value)->viewer)
      g_ptr_array_add (names, g_strdup (((Client *) value)->name));
  return names;
}
