/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/oree-client-item.h"

struct _OreeClientItem
{
  GObject parent;
  char *id;
  const char *kind; /* interned */
  GVariant *row;
};

enum
{
  PROP_ID = 1,
  PROP_ROW,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (OreeClientItem, oree_client_item, G_TYPE_OBJECT)

static void
oree_client_item_finalize (GObject *object)
{
  OreeClientItem *self = OREE_CLIENT_ITEM (object);

  g_free (self->id);
  g_clear_pointer (&self->row, g_variant_unref);
  G_OBJECT_CLASS (oree_client_item_parent_class)->finalize (object);
}

static void
oree_client_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  OreeClientItem *self = OREE_CLIENT_ITEM (object);

  if (id == PROP_ID)
    g_value_set_string (value, self->id);
  else if (id == PROP_ROW)
    g_value_set_variant (value, self->row);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_client_item_class_init (OreeClientItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = oree_client_item_finalize;
  object_class->get_property = oree_client_item_get_property;
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_ROW] = g_param_spec_variant ("row", NULL, NULL, G_VARIANT_TYPE_VARDICT, NULL,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
oree_client_item_init (OreeClientItem *self)
{
}

OreeClientItem *
oree_client_item_new (const char *id, GVariant *row)
{
  OreeClientItem *self = g_object_new (OREE_TYPE_CLIENT_ITEM, NULL);

  self->id = g_strdup (id);
  self->kind = "";
  self->row = g_variant_ref_sink (row);
  return self;
}

const char *
oree_client_item_get_id (OreeClientItem *self)
{
  return self->id;
}

const char *
oree_client_item_get_kind (OreeClientItem *self)
{
  return self->kind;
}

void
oree_client_item_set_kind (OreeClientItem *self, const char *kind)
{
  self->kind = g_intern_string (kind);
}

GVariant *
oree_client_item_get_row (OreeClientItem *self)
{
  return self->row;
}

gboolean
oree_client_item_set_row (OreeClientItem *self, GVariant *row)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (row);

  if (g_variant_equal (owned, self->row))
    return FALSE;
  g_variant_unref (self->row);
  self->row = g_steal_pointer (&owned);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ROW]);
  return TRUE;
}

OreePartnerState
oree_client_item_partner_state (OreeClientItem *self)
{
  return oree_partner_state (oree_client_item_number (self, "streams-in") + oree_client_item_number (self, "streams-out"),
                             oree_client_item_text (self, "last-event"));
}

const char *
oree_client_item_text (OreeClientItem *self, const char *name)
{
  const char *text;

  return g_variant_lookup (self->row, name, "&s", &text) ? text : "";
}

gboolean
oree_client_item_flag (OreeClientItem *self, const char *name)
{
  gboolean flag;

  return g_variant_lookup (self->row, name, "b", &flag) && flag;
}

gint64
oree_client_item_time (OreeClientItem *self, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (self->row, name, NULL);

  if (value == NULL)
    return 0;
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BYTE:
      return g_variant_get_byte (value);
    case G_VARIANT_CLASS_INT16:
      return g_variant_get_int16 (value);
    case G_VARIANT_CLASS_UINT16:
      return g_variant_get_uint16 (value);
    case G_VARIANT_CLASS_INT32:
      return g_variant_get_int32 (value);
    case G_VARIANT_CLASS_UINT32:
      return g_variant_get_uint32 (value);
    case G_VARIANT_CLASS_INT64:
      return g_variant_get_int64 (value);
    case G_VARIANT_CLASS_UINT64:
      return (gint64) MIN (g_variant_get_uint64 (value), G_MAXINT64);
    case G_VARIANT_CLASS_BOOLEAN:
    case G_VARIANT_CLASS_HANDLE:
    case G_VARIANT_CLASS_DOUBLE:
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
    case G_VARIANT_CLASS_VARIANT:
    case G_VARIANT_CLASS_MAYBE:
    case G_VARIANT_CLASS_ARRAY:
    case G_VARIANT_CLASS_TUPLE:
    case G_VARIANT_CLASS_DICT_ENTRY:
      break;
    }
  return 0;
}

guint64
oree_client_item_number (OreeClientItem *self, const char *name)
{
  return (guint64) MAX (oree_client_item_time (self, name), 0);
}

const char **
oree_client_item_list (OreeClientItem *self, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (self->row, name, G_VARIANT_TYPE_STRING_ARRAY);

  /* The texts live in the row's own data. */
  return value != NULL ? g_variant_get_strv (value, NULL) : g_new0 (const char *, 1);
}
