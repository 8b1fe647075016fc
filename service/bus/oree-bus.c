/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One generic closure is connected to every handle-… signal of the skeletons:
 *
 *   call ─► permission (asynchronous) ─► handler ─► reply ─► audit
 */
#include "bus/oree-bus.h"

#include "base/oree-names.h"
#include "bus/oree-bus-audit.h"
#include "bus/oree-bus-auth.h"
#include "oree-bus-generated.h"

typedef struct
{
  const char *interface;
  const OreeBusMethod *methods;
} Adapter;

static const Adapter adapters[] = {
  { OREE_IFACE_MANAGER, oree_bus_manager_methods },         { OREE_IFACE_SERVICES, oree_bus_services_methods },
  { OREE_IFACE_CONFIGURATION, oree_bus_config_methods },    { OREE_IFACE_MONITOR, oree_bus_monitor_methods },
  { OREE_IFACE_DIAGNOSTICS, oree_bus_diagnostics_methods }, { OREE_IFACE_CERTIFICATES, oree_bus_certs_methods },
};

struct _OreeBus
{
  OreeService *service;
  OreeBusLost lost;
  gpointer data;
  GCancellable *cancellable;
  GDBusConnection *connection;
  OreeBusAuth *auth;
  GDBusInterfaceSkeleton *skeletons[G_N_ELEMENTS (adapters)];
  OreeBusGenManager *manager;
  guint owner;
  GHashTable *calls; /* OreeBusCall * not answered yet */
};

struct _OreeBusCall
{
  OreeBus *bus;
  GDBusMethodInvocation *invocation;
  OreeBusHandler handler;
  char *who;
  char *note;
};

/* ---- Calls ---- */

static void
call_free (OreeBusCall *call)
{
  g_free (call->who);
  g_free (call->note);
  g_free (call);
}

static void
audit (OreeBusCall *call, const char *outcome)
{
  oree_bus_audit (call->bus->service, call->who != NULL ? call->who : "?",
                  g_dbus_method_invocation_get_interface_name (call->invocation),
                  g_dbus_method_invocation_get_method_name (call->invocation), call->note, outcome);
}

/* Audits the call and takes the invocation out of it, for the caller to answer, which lets go of it. NULL when the bus
 * is gone and the call was answered for it. */
static GDBusMethodInvocation *
take_invocation (OreeBusCall *call, const char *outcome)
{
  GDBusMethodInvocation *invocation = call->invocation;

  if (call->bus == NULL)
    return NULL;
  audit (call, outcome);
  g_hash_table_remove (call->bus->calls, call);
  call->bus = NULL;
  call->invocation = NULL;
  return invocation;
}

static void
answer (OreeBusCall *call, GVariant *reply, const char *outcome)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (reply != NULL ? reply : g_variant_new ("()"));
  GDBusMethodInvocation *invocation = take_invocation (call, outcome);

  if (invocation != NULL)
    g_dbus_method_invocation_return_value (invocation, owned);
  call_free (call);
}

static void
answer_error (OreeBusCall *call, OreeError code, const char *text)
{
  const char *name = oree_error_to_dbus (code);
  GDBusMethodInvocation *invocation
      = take_invocation (call, code == OREE_ERROR_DENIED ? "denied" : name + strlen (OREE_BUS_ERROR_PREFIX));

  if (invocation != NULL)
    g_dbus_method_invocation_return_dbus_error (invocation, name, text);
}

void
oree_bus_call_reply (OreeBusCall *call, GVariant *reply)
{
  answer (call, reply, "ok");
}

void
oree_bus_call_reply_refused (OreeBusCall *call, GVariant *reply)
{
  answer (call, reply, "refused");
}

void
oree_bus_call_fail_code (OreeBusCall *call, OreeError code, const char *text)
{
  answer_error (call, code, text);
  call_free (call);
}

void
oree_bus_call_fail (OreeBusCall *call, const GError *error)
{
  OreeError code = error->domain == OREE_ERROR ? (OreeError) error->code : OREE_ERROR_FAILED;

  oree_bus_call_fail_code (call, code, error->message);
}

OreeService *
oree_bus_call_service (OreeBusCall *call)
{
  return call->bus != NULL ? call->bus->service : NULL;
}

const char *
oree_bus_call_who (OreeBusCall *call)
{
  return call->who;
}

void
oree_bus_call_note (OreeBusCall *call, const char *note)
{
  g_free (call->note);
  call->note = g_strdup (note);
}

static void
on_judged (const char *who, const GError *denied, gpointer data)
{
  OreeBusCall *call = data;

  call->who = g_strdup (who);
  if (denied != NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_DENIED, denied->message);
  else if (oree_service_apply (call->bus->service) == NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_UNAVAILABLE, "stopping");
  else
    call->handler (call, g_dbus_method_invocation_get_parameters (call->invocation));
}

static OreeBusHandler
handler_of (const char *interface, const char *method)
{
  for (gsize i = 0; i < G_N_ELEMENTS (adapters); i++)
    if (g_str_equal (adapters[i].interface, interface))
      for (const OreeBusMethod *row = adapters[i].methods; row->method != NULL; row++)
        if (g_str_equal (row->method, method))
          return row->handler;
  return NULL;
}

static void
begin_call (OreeBus *self, GDBusMethodInvocation *invocation)
{
  const char *interface = g_dbus_method_invocation_get_interface_name (invocation);
  const char *method = g_dbus_method_invocation_get_method_name (invocation);
  GDBusMessage *message = g_dbus_method_invocation_get_message (invocation);
  gboolean interactive
      = (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;
  OreeBusCall *call = g_new0 (OreeBusCall, 1);
  const char *action;

  call->bus = self;
  call->invocation = invocation;
  call->handler = handler_of (interface, method);
  g_hash_table_add (self->calls, call);
  /* A method that nobody handles is permitted to nobody. */
  action = call->handler != NULL ? oree_bus_auth_action (interface, method) : NULL;
  oree_bus_auth_check (self->auth, g_dbus_method_invocation_get_sender (invocation), action, interactive, on_judged,
                       call);
}

/* Marshals any handle-… signal: its second value is the invocation, which knows the rest. */
static void
marshal (GClosure *closure, GValue *result, guint n_values, const GValue *values, gpointer hint, gpointer data)
{
  begin_call (closure->data, g_value_get_object (&values[1]));
  g_value_set_boolean (result, TRUE);
}

static void
connect_handlers (OreeBus *self, GDBusInterfaceSkeleton *skeleton)
{
  g_autofree guint *ids = NULL;
  guint n_ids = 0;
  g_autofree GType *interfaces = NULL;
  guint n_interfaces = 0;

  /* The handle-… signals belong to the generated interface, not to the skeleton's own class. */
  interfaces = g_type_interfaces (G_OBJECT_TYPE (skeleton), &n_interfaces);
  for (guint i = 0; i < n_interfaces; i++)
    {
      g_clear_pointer (&ids, g_free);
      ids = g_signal_list_ids (interfaces[i], &n_ids);
      for (guint s = 0; s < n_ids; s++)
        if (g_str_has_prefix (g_signal_name (ids[s]), "handle-"))
          {
            GClosure *closure = g_closure_new_simple (sizeof (GClosure), self);

            g_closure_set_marshal (closure, marshal);
            g_signal_connect_closure_by_id (skeleton, ids[s], 0, closure, FALSE);
          }
    }
}

/* ---- Signals ---- */

static void
emit (OreeBus *self, const char *interface, const char *signal, GVariant *parameters)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (parameters);
  g_autoptr (GPtrArray) viewers = NULL;

  if (self->auth == NULL)
    return;
  viewers = oree_bus_auth_viewers (self->auth);
  for (guint i = 0; i < viewers->len; i++)
    g_dbus_connection_emit_signal (self->connection, g_ptr_array_index (viewers, i), OREE_BUS_PATH, interface, signal,
                                   owned, NULL);
}

static void
on_role_changed (OreeRoleId role, gpointer data)
{
  OreeBus *self = data;

  emit (self, OREE_IFACE_SERVICES, "StateChanged",
        g_variant_new ("(s@a{sv})", oree_role_nick (role),
                       oree_roster_row (oree_service_roster (self->service), role)));
}

static void
on_configuration_changed (guint64 revision, GVariant *records, gpointer data)
{
  emit (data, OREE_IFACE_CONFIGURATION, "Changed", g_variant_new ("(t@a(ss))", revision, records));
}

static void
on_certificates_changed (guint64 serial, gpointer data)
{
  emit (data, OREE_IFACE_CERTIFICATES, "Changed", g_variant_new ("(t)", serial));
}

static void
on_event (GVariant *event, gpointer data)
{
  emit (data, OREE_IFACE_MONITOR, "Event", g_variant_new ("(@a{sv})", event));
}

/* ---- The name ---- */

static void
on_name_acquired (GDBusConnection *connection, const char *name, gpointer data)
{
  OreeBus *self = data;

  oree_service_say_ready (self->service);
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer data)
{
  OreeBus *self = data;

  self->lost ("the name " OREE_BUS_NAME " is taken, or not ours to take", self->data);
}

static void
set_properties (OreeBus *self)
{
  g_auto (GStrv) degraded = oree_service_degraded (self->service);

  oree_bus_gen_manager_set_version (self->manager, OREE_VERSION);
  oree_bus_gen_manager_set_api_version (self->manager, OREE_API_VERSION);
  oree_bus_gen_manager_set_state (self->manager, oree_service_state_nick (oree_service_state (self->service)));
  oree_bus_gen_manager_set_revision (self->manager, oree_service_revision (self->service));
  oree_bus_gen_manager_set_degraded (self->manager, (const char *const *) degraded);
}

static void
on_summary_changed (gpointer data)
{
  OreeBus *self = data;

  if (self->connection == NULL)
    return;
  set_properties (self);
  if (self->owner == 0 && oree_service_state (self->service) == OREE_SERVICE_RUNNING)
    self->owner = g_bus_own_name_on_connection (self->connection, OREE_BUS_NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
                                                on_name_acquired, on_name_lost, self, NULL);
}

/* ---- The connection ---- */

static void
on_closed (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  OreeBus *self = data;

  self->lost (error != NULL ? error->message : "the bus closed the connection", self->data);
}

static gboolean
export (OreeBus *self, GError **error)
{
  GDBusInterfaceSkeleton *skeletons[] = {
    G_DBUS_INTERFACE_SKELETON (oree_bus_gen_manager_skeleton_new ()),
    G_DBUS_INTERFACE_SKELETON (oree_bus_gen_services_skeleton_new ()),
    G_DBUS_INTERFACE_SKELETON (oree_bus_gen_configuration_skeleton_new ()),
    G_DBUS_INTERFACE_SKELETON (oree_bus_gen_monitor_skeleton_new ()),
    G_DBUS_INTERFACE_SKELETON (oree_bus_gen_diagnostics_skeleton_new ()),
    G_DBUS_INTERFACE_SKELETON (oree_bus_gen_certificates_skeleton_new ()),
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (skeletons) == G_N_ELEMENTS (adapters));
  for (gsize i = 0; i < G_N_ELEMENTS (skeletons); i++)
    self->skeletons[i] = skeletons[i];
  self->manager = OREE_BUS_GEN_MANAGER (skeletons[0]);
  set_properties (self);
  for (gsize i = 0; i < G_N_ELEMENTS (skeletons); i++)
    {
      connect_handlers (self, skeletons[i]);
      if (!g_dbus_interface_skeleton_export (skeletons[i], self->connection, OREE_BUS_PATH, error))
        return FALSE;
    }
  return TRUE;
}

/* Takes `connection`. */
static void
on_connected (OreeBus *self, GDBusConnection *connection, GError *cause)
{
  const OreeConfig *config = oree_service_config (self->service);
  g_autoptr (GError) error = cause;

  if (connection != NULL)
    {
      self->connection = connection;
      g_dbus_connection_set_exit_on_close (connection, FALSE);
      g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
      self->auth = oree_bus_auth_new (connection, config->authorization, g_str_equal (config->bus, "system"));
      if (export (self, &error))
        {
          on_summary_changed (self);
          return;
        }
    }
  self->lost (error->message, self->data);
}

static void
on_bus (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;
  GDBusConnection *connection = g_bus_get_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_error_free (error);
  else
    on_connected (data, connection, error);
}

static void
on_address (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_error_free (error);
  else
    on_connected (data, connection, error);
}

OreeBus *
oree_bus_new (OreeService *service, OreeBusLost lost, gpointer data)
{
  OreeBus *self = g_new0 (OreeBus, 1);
  const OreeServiceListener listener
      = { self, on_role_changed, on_configuration_changed, on_event, on_summary_changed, on_certificates_changed };

  self->service = service;
  self->lost = lost;
  self->data = data;
  self->cancellable = g_cancellable_new ();
  self->calls = g_hash_table_new (NULL, NULL);
  oree_service_set_listener (service, &listener);
  return self;
}

void
oree_bus_start (OreeBus *self)
{
  const char *bus = oree_service_config (self->service)->bus;

  if (g_str_equal (bus, "system"))
    g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, on_bus, self);
  else if (g_str_equal (bus, "session"))
    g_bus_get (G_BUS_TYPE_SESSION, self->cancellable, on_bus, self);
  else
    g_dbus_connection_new_for_address (
        bus, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
        self->cancellable, on_address, self);
}

GDBusConnection *
oree_bus_connection (OreeBus *self)
{
  return self->connection;
}

/* Their handlers still hold the calls, and let go of them when they answer. */
static void
end_open_calls (OreeBus *self)
{
  g_autoptr (GList) open = g_hash_table_get_keys (self->calls);

  for (GList *item = open; item != NULL; item = item->next)
    answer_error (item->data, OREE_ERROR_UNAVAILABLE, "stopping");
}

void
oree_bus_free (OreeBus *self)
{
  if (self == NULL)
    return;
  oree_service_set_listener (self->service, NULL);
  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->auth, oree_bus_auth_free);
  end_open_calls (self);
  if (self->owner != 0)
    g_bus_unown_name (self->owner);
  for (gsize i = 0; i < G_N_ELEMENTS (self->skeletons); i++)
    if (self->skeletons[i] != NULL)
      {
        g_signal_handlers_disconnect_matched (self->skeletons[i], G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self);
        g_dbus_interface_skeleton_unexport (self->skeletons[i]);
        g_object_unref (self->skeletons[i]);
      }
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
  g_object_unref (self->cancellable);
  g_hash_table_unref (self->calls);
  g_free (self);
}
