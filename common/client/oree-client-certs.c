/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/oree-client-certs.h"

struct _OreeClientCerts
{
  GObject parent;
  OreeClient *client;
  GCancellable *cancellable;
  GPtrArray *certificates;
  GPtrArray *requests;
  GVariant *usages;
  gboolean loaded;
  gboolean reading; /* a List is under way … */
  gboolean again;   /* … and something changed since it was asked */
};

enum
{
  PROP_LOADED = 1,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeClientCerts, oree_client_certs, G_TYPE_OBJECT)

static GPtrArray *
records_of (GVariant *rows)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_record_free);
  GVariantIter iter;
  GVariant *row;

  g_variant_iter_init (&iter, rows);
  while ((row = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_ptr_array_add (records, oree_cert_record_from_variant (row));
      g_variant_unref (row);
    }
  return records;
}

static void
on_list (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeClientCerts) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) certificates = NULL, requests = NULL, usages = NULL;

  self->reading = FALSE;
  if (reply == NULL)
    {
      /* Gone or busy: what we have stays; its return asks again. */
      self->again = FALSE;
      return;
    }
  g_variant_get (reply, "(@aa{sv}@aa{sv}@aa{sv})", &certificates, &requests, &usages);
  g_ptr_array_unref (self->certificates);
  self->certificates = records_of (certificates);
  g_ptr_array_unref (self->requests);
  self->requests = records_of (requests);
  g_variant_unref (self->usages);
  self->usages = g_steal_pointer (&usages);
  if (!self->loaded)
    {
      self->loaded = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADED]);
    }
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  if (self->again)
    oree_client_certs_refresh (self);
}

void
oree_client_certs_refresh (OreeClientCerts *self)
{
  self->again = self->reading;
  if (self->reading)
    return;
  self->reading = TRUE;
  oree_client_call_async (self->client, OREE_CALL_CERTIFICATES_LIST, g_variant_new ("(a{sv})", NULL),
                          self->cancellable, on_list, g_object_ref (self));
}

static void
on_present (OreeClientCerts *self)
{
  if (oree_client_is_present (self->client))
    oree_client_certs_refresh (self);
}

static void
oree_client_certs_dispose (GObject *object)
{
  OreeClientCerts *self = OREE_CLIENT_CERTS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (oree_client_certs_parent_class)->dispose (object);
}

static void
oree_client_certs_finalize (GObject *object)
{
  OreeClientCerts *self = OREE_CLIENT_CERTS (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->certificates);
  g_ptr_array_unref (self->requests);
  g_variant_unref (self->usages);
  G_OBJECT_CLASS (oree_client_certs_parent_class)->finalize (object);
}

static void
oree_client_certs_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LOADED)
    g_value_set_boolean (value, OREE_CLIENT_CERTS (object)->loaded);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_client_certs_class_init (OreeClientCertsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = oree_client_certs_dispose;
  object_class->finalize = oree_client_certs_finalize;
  object_class->get_property = oree_client_certs_get_property;
  props[PROP_LOADED]
      = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 0);
}

static void
oree_client_certs_init (OreeClientCerts *self)
{
  self->cancellable = g_cancellable_new ();
  self->certificates = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_record_free);
  self->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_record_free);
  self->usages = g_variant_ref_sink (g_variant_new ("aa{sv}", NULL));
}

OreeClientCerts *
oree_client_certs_new (OreeClient *client)
{
  OreeClientCerts *self = g_object_new (OREE_TYPE_CLIENT_CERTS, NULL);

  self->client = g_object_ref (client);
  g_signal_connect_object (client, "notify::present", G_CALLBACK (on_present), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "certificates-changed", G_CALLBACK (oree_client_certs_refresh), self,
                           G_CONNECT_SWAPPED);
  on_present (self);
  return self;
}

OreeClient *
oree_client_certs_get_client (OreeClientCerts *self)
{
  return self->client;
}

gboolean
oree_client_certs_is_loaded (OreeClientCerts *self)
{
  return self->loaded;
}

gboolean
oree_client_certs_is_reading (OreeClientCerts *self)
{
  return self->reading;
}

GPtrArray *
oree_client_certs_get_certificates (OreeClientCerts *self)
{
  return self->certificates;
}

GPtrArray *
oree_client_certs_get_requests (OreeClientCerts *self)
{
  return self->requests;
}

GVariant *
oree_client_certs_get_usages (OreeClientCerts *self)
{
  return self->usages;
}

static const OreeCertRecord *
find_in (GPtrArray *records, const char *id)
{
  for (guint i = 0; i < records->len; i++)
    {
      const OreeCertRecord *record = g_ptr_array_index (records, i);

      if (g_strcmp0 (record->id, id) == 0)
        return record;
    }
  return NULL;
}

const OreeCertRecord *
oree_client_certs_find (OreeClientCerts *self, const char *id)
{
  const OreeCertRecord *record = find_in (self->certificates, id);

  return record != NULL ? record : find_in (self->requests, id);
}
