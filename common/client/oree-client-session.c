/* SPDX-License-Identifier: GPL-3.0-or-later */
/* connecting → ready ⇄ absent; no bus → (every few seconds) connecting. */
#include "client/oree-client-session.h"

/* Seconds until a bus that was not there is looked for again. */
#define RETRY_SECONDS 3

struct _OreeClientSession
{
  GObject parent;
  char *bus;
  OreeClient *client;
  GCancellable *cancellable;
  OreeSessionState state;
  gboolean read_only;
  GVariant *status;
  gint64 status_time;
  guint64 revision;
  guint retry;
};

enum
{
  PROP_STATE = 1,
  PROP_READ_ONLY,
  PROP_WRITABLE,
  PROP_STATUS,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_ROLE_CHANGED,
  SIGNAL_EVENT,
  SIGNAL_CERTIFICATES_CHANGED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeClientSession, oree_client_session, G_TYPE_OBJECT)

static void connect_to_bus (OreeClientSession *self);

static void
set_state (OreeClientSession *self, OreeSessionState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_WRITABLE]);
}

static void
set_read_only (OreeClientSession *self, gboolean read_only)
{
  if (self->read_only == read_only)
    return;
  self->read_only = read_only;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_READ_ONLY]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_WRITABLE]);
}

static void
set_status (OreeClientSession *self, GVariant *status)
{
  guint64 revision;

  g_clear_pointer (&self->status, g_variant_unref);
  self->status = g_variant_ref (status);
  self->status_time = g_get_real_time ();
  if (g_variant_lookup (status, "revision", "t", &revision))
    self->revision = revision;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATUS]);
}

static void
on_status (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) status = NULL;
  OreeClientSession *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (reply != NULL)
    {
      status = g_variant_get_child_value (reply, 0);
      set_status (self, status);
      set_state (self, OREE_SESSION_READY);
    }
  else if (g_error_matches (error, OREE_ERROR, OREE_ERROR_DENIED))
    set_state (self, OREE_SESSION_DENIED);
  else
    set_state (self, OREE_SESSION_ABSENT);
}

static void
read_status (OreeClientSession *self)
{
  oree_client_call_async (self->client, OREE_CALL_GET_STATUS, g_variant_new ("(a{sv})", NULL), self->cancellable,
                          on_status, self);
}

static void
on_present (OreeClientSession *self)
{
  if (oree_client_is_present (self->client))
    read_status (self);
  else
    set_state (self, OREE_SESSION_ABSENT);
}

static void
on_changed (OreeClientSession *self, guint64 revision, GVariant *records)
{
  self->revision = revision;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, revision, records);
}

static void
on_role_changed (OreeClientSession *self, const char *role, GVariant *row)
{
  g_signal_emit (self, signals[SIGNAL_ROLE_CHANGED], 0, role, row);
}

static void
on_event (OreeClientSession *self, GVariant *event)
{
  g_signal_emit (self, signals[SIGNAL_EVENT], 0, event);
}

static void
on_certificates_changed (OreeClientSession *self)
{
  g_signal_emit (self, signals[SIGNAL_CERTIFICATES_CHANGED], 0);
}

static gboolean
on_retry (gpointer data)
{
  OreeClientSession *self = data;

  self->retry = 0;
  connect_to_bus (self);
  return G_SOURCE_REMOVE;
}

static void
drop_client (OreeClientSession *self)
{
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
}

static void
retry_later (OreeClientSession *self)
{
  drop_client (self);
  set_state (self, OREE_SESSION_NO_BUS);
  if (self->retry == 0)
    self->retry = g_timeout_add_seconds (RETRY_SECONDS, on_retry, self);
}

static void
on_closed (OreeClientSession *self)
{
  retry_later (self);
}

static void
on_client (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeClient) client = oree_client_new_finish (result, &error);
  OreeClientSession *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (client == NULL)
    {
      retry_later (self);
      return;
    }
  self->client = g_steal_pointer (&client);
  g_signal_connect_object (self->client, "notify::present", G_CALLBACK (on_present), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "state-changed", G_CALLBACK (on_role_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "event", G_CALLBACK (on_event), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "certificates-changed", G_CALLBACK (on_certificates_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "closed", G_CALLBACK (on_closed), self, G_CONNECT_SWAPPED);
  /* The watch may need a moment to tell that nobody is there; the call tells at once. */
  read_status (self);
}

static void
connect_to_bus (OreeClientSession *self)
{
  oree_client_new_async (self->bus, self->cancellable, on_client, self);
}

static void
oree_client_session_dispose (GObject *object)
{
  OreeClientSession *self = OREE_CLIENT_SESSION (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->retry, g_source_remove);
  drop_client (self);
  G_OBJECT_CLASS (oree_client_session_parent_class)->dispose (object);
}

static void
oree_client_session_finalize (GObject *object)
{
  OreeClientSession *self = OREE_CLIENT_SESSION (object);

  g_object_unref (self->cancellable);
  g_clear_pointer (&self->status, g_variant_unref);
  g_free (self->bus);
  G_OBJECT_CLASS (oree_client_session_parent_class)->finalize (object);
}

static void
oree_client_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  OreeClientSession *self = OREE_CLIENT_SESSION (object);

  if (id == PROP_STATE)
    g_value_set_int (value, (int) self->state);
  else if (id == PROP_READ_ONLY)
    g_value_set_boolean (value, self->read_only);
  else if (id == PROP_WRITABLE)
    g_value_set_boolean (value, oree_client_session_is_writable (self));
  else if (id == PROP_STATUS)
    g_value_set_variant (value, self->status);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_client_session_class_init (OreeClientSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = oree_client_session_dispose;
  object_class->finalize = oree_client_session_finalize;
  object_class->get_property = oree_client_session_get_property;
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, OREE_SESSION_DENIED, 0,
                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_READ_ONLY]
      = g_param_spec_boolean ("read-only", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_WRITABLE]
      = g_param_spec_boolean ("writable", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_STATUS] = g_param_spec_variant ("status", NULL, NULL, G_VARIANT_TYPE_VARDICT, NULL,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                          G_TYPE_UINT64, G_TYPE_VARIANT);
  signals[SIGNAL_ROLE_CHANGED] = g_signal_new ("role-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                               G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
  signals[SIGNAL_EVENT]
      = g_signal_new ("event", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[SIGNAL_CERTIFICATES_CHANGED]
      = g_signal_new ("certificates-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oree_client_session_init (OreeClientSession *self)
{
  self->cancellable = g_cancellable_new ();
}

OreeClientSession *
oree_client_session_new (const char *bus)
{
  OreeClientSession *self = g_object_new (OREE_TYPE_CLIENT_SESSION, NULL);

  self->bus = g_strdup (bus);
  connect_to_bus (self);
  return self;
}

OreeSessionState
oree_client_session_get_state (OreeClientSession *self)
{
  return self->state;
}

gboolean
oree_client_session_is_writable (OreeClientSession *self)
{
  return self->state == OREE_SESSION_READY && !self->read_only;
}

gboolean
oree_client_session_is_read_only (OreeClientSession *self)
{
  return self->read_only;
}

void
oree_client_session_unlock (OreeClientSession *self)
{
  set_read_only (self, FALSE);
}

GVariant *
oree_client_session_get_status (OreeClientSession *self)
{
  return self->status;
}

gint64
oree_client_session_get_status_time (OreeClientSession *self)
{
  return self->status_time;
}

guint64
oree_client_session_get_revision (OreeClientSession *self)
{
  return self->revision;
}

int
oree_client_session_compare_version (OreeClientSession *self)
{
  guint32 version;

  if (self->status == NULL || !g_variant_lookup (self->status, "api-version", "u", &version))
    return 0;
  return (int) version - OREE_API_VERSION;
}

void
oree_client_session_refresh (OreeClientSession *self)
{
  if (self->client != NULL)
    read_status (self);
  else
    {
      g_clear_handle_id (&self->retry, g_source_remove);
      connect_to_bus (self);
    }
}

/* What a refusal of this call says about the user's rights: of these, that nothing may be changed. */
static gboolean
is_change (OreeCall call)
{
  return call == OREE_CALL_APPLY || call == OREE_CALL_RESTORE || call == OREE_CALL_IMPORT;
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  OreeClientSession *self = g_task_get_source_object (task);
  GError *error = NULL;
  GVariant *reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);

  if (reply != NULL)
    {
      g_task_return_pointer (task, reply, (GDestroyNotify) g_variant_unref);
      return;
    }
  if (g_error_matches (error, OREE_ERROR, OREE_ERROR_DENIED)
      && is_change ((OreeCall) GPOINTER_TO_INT (g_task_get_task_data (task))))
    set_read_only (self, TRUE);
  g_task_return_error (task, error);
}

void
oree_client_session_call_async (OreeClientSession *self, OreeCall call, GVariant *parameters,
                                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, oree_client_session_call_async);
  g_task_set_task_data (task, GINT_TO_POINTER (call), NULL);
  if (self->client == NULL)
    {
      g_autoptr (GVariant) unused G_GNUC_UNUSED = g_variant_ref_sink (parameters);

      g_task_return_new_error (task, OREE_ERROR, OREE_ERROR_UNAVAILABLE, "no bus");
      g_object_unref (task);
      return;
    }
  oree_client_call_async (self->client, call, parameters, cancellable, on_reply, task);
}

GVariant *
oree_client_session_call_finish (OreeClientSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
