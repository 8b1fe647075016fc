/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connection, name watch, calls. Plain GDBusConnection: no proxies, no property cache. */
#include "client/oree-client.h"

static const OreeCallRow rows[] = {
#define X(symbol, interface, method, parameters, reply) { interface, method, parameters, reply },
  OREE_CALLS (X)
#undef X
};
G_STATIC_ASSERT (G_N_ELEMENTS (rows) == OREE_N_CALLS);

struct _OreeClient
{
  GObject parent;
  GDBusConnection *connection;
  guint watch;
  guint subscription;
  gboolean present;
};

enum
{
  PROP_PRESENT = 1,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_STATE_CHANGED,
  SIGNAL_EVENT,
  SIGNAL_CERTIFICATES_CHANGED,
  SIGNAL_CLOSED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeClient, oree_client, G_TYPE_OBJECT)

const OreeCallRow *
oree_call_row (OreeCall call)
{
  return &rows[call];
}

static void
set_present (OreeClient *self, gboolean present)
{
  if (self->present == present)
    return;
  self->present = present;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PRESENT]);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
  set_present (data, TRUE);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer data)
{
  set_present (data, FALSE);
}

static void
on_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
           const char *name, GVariant *parameters, gpointer data)
{
  OreeClient *self = data;

  if (g_str_equal (interface, OREE_IFACE_CONFIGURATION) && g_str_equal (name, "Changed")
      && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ta(ss))")))
    {
      guint64 revision;
      g_autoptr (GVariant) records = NULL;

      g_variant_get (parameters, "(t@a(ss))", &revision, &records);
      g_signal_emit (self, signals[SIGNAL_CHANGED], 0, revision, records);
    }
  else if (g_str_equal (interface, OREE_IFACE_SERVICES) && g_str_equal (name, "StateChanged")
           && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv})")))
    {
      const char *role;
      g_autoptr (GVariant) row = NULL;

      g_variant_get (parameters, "(&s@a{sv})", &role, &row);
      g_signal_emit (self, signals[SIGNAL_STATE_CHANGED], 0, role, row);
    }
  else if (g_str_equal (interface, OREE_IFACE_MONITOR) && g_str_equal (name, "Event")
           && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(a{sv})")))
    {
      g_autoptr (GVariant) event = g_variant_get_child_value (parameters, 0);

      g_signal_emit (self, signals[SIGNAL_EVENT], 0, event);
    }
  else if (g_str_equal (interface, OREE_IFACE_CERTIFICATES) && g_str_equal (name, "Changed"))
    g_signal_emit (self, signals[SIGNAL_CERTIFICATES_CHANGED], 0);
}

static void
on_closed (OreeClient *self)
{
  set_present (self, FALSE);
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0);
}

static void
oree_client_dispose (GObject *object)
{
  OreeClient *self = OREE_CLIENT (object);

  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);

  if (self->watch != 0)
    g_bus_unwatch_name (self->watch);
  self->watch = 0;
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->subscription);
  self->subscription = 0;
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (oree_client_parent_class)->dispose (object);
}

static void
oree_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PRESENT)
    g_value_set_boolean (value, OREE_CLIENT (object)->present);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_client_class_init (OreeClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = oree_client_dispose;
  object_class->get_property = oree_client_get_property;
  props[PROP_PRESENT]
      = g_param_spec_boolean ("present", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                          G_TYPE_UINT64, G_TYPE_VARIANT);
  signals[SIGNAL_STATE_CHANGED] = g_signal_new ("state-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
  signals[SIGNAL_CERTIFICATES_CHANGED]
      = g_signal_new ("certificates-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_EVENT]
      = g_signal_new ("event", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oree_client_init (OreeClient *self)
{
}

/* Takes `connection`. */
static OreeClient *
client_on (GDBusConnection *connection)
{
  OreeClient *self = g_object_new (OREE_TYPE_CLIENT, NULL);

  self->connection = connection;
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  g_signal_connect_swapped (connection, "closed", G_CALLBACK (on_closed), self);
  self->subscription = g_dbus_connection_signal_subscribe (connection, OREE_BUS_NAME, NULL, NULL, OREE_BUS_PATH, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
  self->watch = g_bus_watch_name_on_connection (connection, OREE_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared,
                                                on_vanished, self, NULL);
  return self;
}

static const char *
bus_or_default (const char *bus)
{
  if (bus == NULL)
    bus = g_getenv (OREE_ENV_BUS);
  return bus == NULL || *bus == '\0' ? "system" : bus;
}

static gboolean
bus_type (const char *bus, GBusType *type)
{
  if (g_str_equal (bus, "system"))
    *type = G_BUS_TYPE_SYSTEM;
  else if (g_str_equal (bus, "session"))
    *type = G_BUS_TYPE_SESSION;
  else
    return FALSE;
  return TRUE;
}

#define CONNECT_FLAGS \
  (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION)

static GError *
no_bus (GError *cause)
{
  g_autoptr (GError) owned = cause;

  if (g_error_matches (owned, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_steal_pointer (&owned);
  return g_error_new_literal (OREE_ERROR, OREE_ERROR_UNAVAILABLE, owned->message);
}

OreeClient *
oree_client_new_sync (const char *bus, GCancellable *cancellable, GError **error)
{
  g_autoptr (GDBusConnection) connection = NULL;
  GError *cause = NULL;
  GBusType type;

  bus = bus_or_default (bus);
  connection = bus_type (bus, &type)
                   ? g_bus_get_sync (type, cancellable, &cause)
                   : g_dbus_connection_new_for_address_sync (bus, CONNECT_FLAGS, NULL, cancellable, &cause);
  if (connection == NULL)
    {
      g_propagate_error (error, no_bus (cause));
      return NULL;
    }
  return client_on (g_steal_pointer (&connection));
}

static void
on_connection (GTask *task, GDBusConnection *connection, GError *cause)
{
  g_autoptr (GTask) owned = task;

  if (connection == NULL)
    g_task_return_error (owned, no_bus (cause));
  else
    g_task_return_pointer (owned, client_on (connection), g_object_unref);
}

static void
on_bus (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *cause = NULL;
  GDBusConnection *connection = g_bus_get_finish (result, &cause);

  on_connection (data, connection, cause);
}

static void
on_address (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *cause = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_finish (result, &cause);

  on_connection (data, connection, cause);
}

void
oree_client_new_async (const char *bus, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  GBusType type;

  g_task_set_source_tag (task, oree_client_new_async);
  bus = bus_or_default (bus);
  if (bus_type (bus, &type))
    g_bus_get (type, cancellable, on_bus, task);
  else
    g_dbus_connection_new_for_address (bus, CONNECT_FLAGS, NULL, cancellable, on_address, task);
}

OreeClient *
oree_client_new_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
oree_client_is_present (OreeClient *self)
{
  return self->present;
}

static gboolean
is_absence (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static OreeError
code_of (const GError *error)
{
  if (is_absence (error))
    return OREE_ERROR_UNAVAILABLE;
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED)
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_AUTH_FAILED))
    return OREE_ERROR_DENIED;
  /* The service went away between the call and its answer. */
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY))
    return OREE_ERROR_UNAVAILABLE;
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT)
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_TIMED_OUT)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return OREE_ERROR_TIMED_OUT;
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD)
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE)
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT))
    return OREE_ERROR_UNSUPPORTED;
  return OREE_ERROR_FAILED;
}

GError *
oree_client_map_error (GError *remote)
{
  g_autoptr (GError) owned = remote;
  g_autofree char *name = NULL;
  OreeError code;

  if (g_error_matches (owned, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_steal_pointer (&owned);
  name = g_dbus_error_get_remote_error (owned);
  if (name == NULL || !oree_error_from_dbus (name, &code))
    code = code_of (owned);
  g_dbus_error_strip_remote_error (owned);
  return g_error_new_literal (OREE_ERROR, (int) code, owned->message);
}

GVariant *
oree_client_call_sync (OreeClient *self, OreeCall call, GVariant *parameters, GCancellable *cancellable,
                       GError **error)
{
  const OreeCallRow *row = &rows[call];
  GError *remote = NULL;
  GVariant *reply;

  reply = g_dbus_connection_call_sync (self->connection, OREE_BUS_NAME, OREE_BUS_PATH, row->interface, row->method,
                                       parameters, G_VARIANT_TYPE (row->reply),
                                       G_DBUS_CALL_FLAGS_NO_AUTO_START | G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
                                       G_MAXINT, cancellable, &remote);
  if (reply == NULL)
    g_propagate_error (error, oree_client_map_error (remote));
  return reply;
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *remote = NULL;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &remote);

  if (reply == NULL)
    g_task_return_error (task, oree_client_map_error (remote));
  else
    g_task_return_pointer (task, reply, (GDestroyNotify) g_variant_unref);
}

void
oree_client_call_async (OreeClient *self, OreeCall call, GVariant *parameters, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
  const OreeCallRow *row = &rows[call];
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, oree_client_call_async);
  g_dbus_connection_call (self->connection, OREE_BUS_NAME, OREE_BUS_PATH, row->interface, row->method, parameters,
                          G_VARIANT_TYPE (row->reply),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START | G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
                          G_MAXINT, cancellable, on_reply, task);
}

GVariant *
oree_client_call_finish (OreeClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
