/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One reading under way at most; a change heard meanwhile makes one more. The first reading of records asks for a screenful or
 * two before it asks for all: ten thousand take their time on the bus. A refresh keeps every item whose id is still
 * there and tells only the range that differs. */
#include "client/oree-client-list.h"

#include <string.h>

/* Records asked for before all of them. */
#define FIRST_ROWS 200

struct _OreeClientList
{
  GObject parent;
  OreeClientSession *session;
  char *kind; /* "" when not of records */
  OreeCall call;
  GVariant *parameters;
  char *key;
  GPtrArray *items;   /* OreeClientItem */
  GHashTable *places; /* id (of the item) → item */
  GCancellable *cancellable;
  GError *error;
  guint64 revision;
  gboolean loaded;
  gboolean loading;
  gboolean partly; /* the reading under way is of the first rows alone */
  gboolean again;
};

enum
{
  PROP_LOADED = 1,
  PROP_LOADING,
  PROP_ERROR,
  PROP_N_ITEMS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint signal_loaded;

static void list_model_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (OreeClientList, oree_client_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *model)
{
  return OREE_TYPE_CLIENT_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return OREE_CLIENT_LIST (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  OreeClientList *self = OREE_CLIENT_LIST (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position)) : NULL;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

/* What tells the row apart, owned. */
static char *
key_of (OreeClientList *self, GVariant *row, gsize place)
{
  g_autoptr (GVariant) value = self->key != NULL ? g_variant_lookup_value (row, self->key, NULL) : NULL;

  if (value == NULL)
    return g_strdup_printf ("%" G_GSIZE_FORMAT, place);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  return g_variant_print (value, FALSE);
}

/* Replaces the content; items present in both are kept, and only what lies between the first and the last difference
 * is told. Takes `next`. */
static void
replace (OreeClientList *self, GPtrArray *next)
{
  GPtrArray *old = self->items;
  guint head = 0, tail = 0;

  while (head < old->len && head < next->len && old->pdata[head] == next->pdata[head])
    head++;
  while (tail < old->len - head && tail < next->len - head
         && old->pdata[old->len - 1 - tail] == next->pdata[next->len - 1 - tail])
    tail++;
  self->items = next;
  g_hash_table_remove_all (self->places);
  for (guint i = 0; i < next->len; i++)
    g_hash_table_insert (self->places, (gpointer) oree_client_item_get_id (next->pdata[i]), next->pdata[i]);
  if (head + tail < old->len || head + tail < next->len)
    {
      g_list_model_items_changed (G_LIST_MODEL (self), head, old->len - head - tail, next->len - head - tail);
      if (old->len != next->len)
        g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_ITEMS]);
    }
  g_ptr_array_unref (old);
}

static void
take_rows (OreeClientList *self, GVariant *rows)
{
  gsize n = g_variant_n_children (rows);
  GPtrArray *next = g_ptr_array_new_full ((guint) n, g_object_unref);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      g_autofree char *id = key_of (self, row, i);
      OreeClientItem *item = g_hash_table_lookup (self->places, id);

      if (item != NULL)
        {
          oree_client_item_set_row (item, row);
          g_ptr_array_add (next, g_object_ref (item));
        }
      else
        {
          item = oree_client_item_new (id, row);
          oree_client_item_set_kind (item, self->kind);
          g_ptr_array_add (next, item);
        }
    }
  replace (self, next);
}

static void
set_loading (OreeClientList *self, gboolean loading)
{
  if (self->loading == loading)
    return;
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADING]);
}

static void
take_error (OreeClientList *self, GError *error)
{
  if (error == NULL && self->error == NULL)
    return;
  g_clear_error (&self->error);
  self->error = error;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
}

static void on_rows (GObject *source, GAsyncResult *result, gpointer data);

static void
ask (OreeClientList *self, GVariant *parameters)
{
  oree_client_session_call_async (self->session, self->call, parameters, self->cancellable, on_rows, self);
}

/* The parameters with a limit; floating. */
static GVariant *
some (OreeClientList *self)
{
  g_autoptr (GVariant) filter = g_variant_get_child_value (self->parameters, 1);
  GVariantDict dict;

  g_variant_dict_init (&dict, filter);
  g_variant_dict_insert (&dict, "first", "u", (guint32) FIRST_ROWS);
  return g_variant_new ("(s@a{sv})", self->kind, g_variant_dict_end (&dict));
}

static void
on_rows (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autoptr (GVariant) rows = NULL;
  OreeClientList *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      return;
    }
  take_error (self, error);
  if (reply != NULL)
    {
      rows = g_variant_get_child_value (reply, 0);
      take_rows (self, rows);
      if (self->partly && g_variant_n_children (rows) == FIRST_ROWS)
        {
          self->partly = FALSE;
          ask (self, self->parameters);
          return;
        }
      if (*self->kind != '\0')
        g_variant_get_child (reply, 1, "t", &self->revision);
      if (!self->loaded)
        {
          self->loaded = TRUE;
          g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADED]);
        }
    }
  set_loading (self, FALSE);
  if (reply != NULL)
    g_signal_emit (self, signal_loaded, 0);
  if (self->again)
    oree_client_list_refresh (self);
}

void
oree_client_list_refresh (OreeClientList *self)
{
  if (oree_client_session_get_state (self->session) != OREE_SESSION_READY)
    return;
  self->again = self->loading;
  if (self->loading)
    return;
  set_loading (self, TRUE);
  self->partly = !self->loaded && *self->kind != '\0';
  ask (self, self->partly ? some (self) : self->parameters);
}

static void
on_state (OreeClientList *self)
{
  oree_client_list_refresh (self);
}

static gboolean
concerns (OreeClientList *self, GVariant *records)
{
  GVariantIter iter;
  const char *kind, *id;

  g_variant_iter_init (&iter, records);
  while (g_variant_iter_next (&iter, "(&s&s)", &kind, &id))
    if (g_str_equal (kind, self->kind))
      return TRUE;
  return FALSE;
}

static void
on_changed (OreeClientList *self, guint64 revision, GVariant *records)
{
  if (concerns (self, records))
    oree_client_list_refresh (self);
}

static void
oree_client_list_dispose (GObject *object)
{
  OreeClientList *self = OREE_CLIENT_LIST (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (oree_client_list_parent_class)->dispose (object);
}

static void
oree_client_list_finalize (GObject *object)
{
  OreeClientList *self = OREE_CLIENT_LIST (object);

  g_hash_table_unref (self->places);
  g_ptr_array_unref (self->items);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->parameters, g_variant_unref);
  g_clear_error (&self->error);
  g_free (self->kind);
  g_free (self->key);
  G_OBJECT_CLASS (oree_client_list_parent_class)->finalize (object);
}

static void
oree_client_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  OreeClientList *self = OREE_CLIENT_LIST (object);

  if (id == PROP_LOADED)
    g_value_set_boolean (value, self->loaded);
  else if (id == PROP_LOADING)
    g_value_set_boolean (value, self->loading);
  else if (id == PROP_ERROR)
    g_value_set_boxed (value, self->error);
  else if (id == PROP_N_ITEMS)
    g_value_set_uint (value, self->items->len);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_client_list_class_init (OreeClientListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = oree_client_list_dispose;
  object_class->finalize = oree_client_list_finalize;
  object_class->get_property = oree_client_list_get_property;
  props[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_LOADING]
      = g_param_spec_boolean ("loading", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_ERROR]
      = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_N_ITEMS]
      = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signal_loaded = g_signal_new ("loaded", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
oree_client_list_init (OreeClientList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->places = g_hash_table_new (g_str_hash, g_str_equal);
  self->cancellable = g_cancellable_new ();
}

static OreeClientList *
list_new (OreeClientSession *session, const char *kind, OreeCall call, GVariant *parameters, const char *key)
{
  OreeClientList *self = g_object_new (OREE_TYPE_CLIENT_LIST, NULL);

  self->session = g_object_ref (session);
  self->kind = g_strdup (kind);
  self->call = call;
  self->parameters = g_variant_ref_sink (parameters);
  self->key = g_strdup (key);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (on_state), self, G_CONNECT_SWAPPED);
  if (*kind != '\0')
    g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  oree_client_list_refresh (self);
  return self;
}

OreeClientList *
oree_client_list_new_for_kind (OreeClientSession *session, const char *kind)
{
  return list_new (session, kind, OREE_CALL_LIST, g_variant_new ("(sa{sv})", kind, NULL), "id");
}

OreeClientList *
oree_client_list_new_for_call (OreeClientSession *session, OreeCall call, GVariant *parameters, const char *key)
{
  if (parameters == NULL)
    parameters = g_str_equal (oree_call_row (call)->parameters, "()") ? g_variant_new ("()")
                                                                     : g_variant_new ("(a{sv})", NULL);
  return list_new (session, "", call, parameters, key);
}

const char *
oree_client_list_get_kind (OreeClientList *self)
{
  return self->kind;
}

void
oree_client_list_set_parameters (OreeClientList *self, GVariant *parameters)
{
  g_variant_unref (self->parameters);
  self->parameters = g_variant_ref_sink (parameters);
  oree_client_list_refresh (self);
}

OreeClientItem *
oree_client_list_find (OreeClientList *self, const char *id)
{
  return g_hash_table_lookup (self->places, id);
}

gboolean
oree_client_list_position (OreeClientList *self, const char *id, guint *position)
{
  OreeClientItem *item = oree_client_list_find (self, id);

  return item != NULL && g_ptr_array_find (self->items, item, position);
}

GStrv
oree_client_list_dup_ids (OreeClientList *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->items->len; i++)
    g_strv_builder_add (builder, oree_client_item_get_id (self->items->pdata[i]));
  return g_strv_builder_end (builder);
}

gboolean
oree_client_list_is_loaded (OreeClientList *self)
{
  return self->loaded;
}

guint64
oree_client_list_get_revision (OreeClientList *self)
{
  return self->revision;
}
