/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-receipts.h"

#include "base/oree-hash.h"
#include <string.h>

typedef struct
{
  OreeGwReceipt receipt;
  GList *link; /* in the order */
} Entry;

struct _OreeGwReceipts
{
  guint max;
  GHashTable *entries; /* message id → Entry */
  GQueue order;        /* ids, borrowed, the oldest first */
};

void
oree_gw_receipt_clear (OreeGwReceipt *self)
{
  g_free (self->aor);
  g_free (self->contact);
  g_free (self->id);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  oree_gw_receipt_clear (&entry->receipt);
  g_free (entry);
}

OreeGwReceipts *
oree_gw_receipts_new (guint max)
{
  OreeGwReceipts *self = g_new0 (OreeGwReceipts, 1);

  self->max = max;
  self->entries = g_hash_table_new_full (oree_str_hash, g_str_equal, g_free, entry_free);
  g_queue_init (&self->order);
  return self;
}

void
oree_gw_receipts_free (OreeGwReceipts *self)
{
  if (self == NULL)
    return;
  g_queue_clear (&self->order);
  g_hash_table_unref (self->entries);
  g_free (self);
}

void
oree_gw_receipts_add (OreeGwReceipts *self, const char *message_id, OreeGwReceipt receipt)
{
  Entry *entry = g_new0 (Entry, 1);
  char *key = g_strdup (message_id);

  oree_gw_receipts_forget (self, message_id);
  entry->receipt = receipt;
  g_queue_push_tail (&self->order, key);
  entry->link = self->order.tail;
  g_hash_table_insert (self->entries, key, entry);
}

OreeGwReceipt *
oree_gw_receipts_find (OreeGwReceipts *self, const char *message_id, const char *aor)
{
  Entry *entry = g_hash_table_lookup (self->entries, message_id);

  return entry != NULL && strcmp (entry->receipt.aor, aor) == 0 ? &entry->receipt : NULL;
}

gboolean
oree_gw_receipts_forget (OreeGwReceipts *self, const char *message_id)
{
  Entry *entry = g_hash_table_lookup (self->entries, message_id);

  if (entry == NULL)
    return FALSE;
  g_queue_delete_link (&self->order, entry->link);
  g_hash_table_remove (self->entries, message_id);
  return TRUE;
}

char *
oree_gw_receipts_spill (OreeGwReceipts *self)
{
  g_autofree char *oldest = NULL;

  if (self->order.length <= self->max)
    return NULL;
  oldest = g_strdup (g_queue_peek_head (&self->order));
  oree_gw_receipts_forget (self, oldest);
  return g_steal_pointer (&oldest);
}

GVariant *
oree_gw_receipt_to_row (const OreeGwReceipt *receipt)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "user", "s", receipt->aor);
  g_variant_dict_insert (&dict, "contact", "s", receipt->contact);
  g_variant_dict_insert (&dict, "id", "s", receipt->id);
  g_variant_dict_insert (&dict, "type", "u", (guint32) receipt->type);
  g_variant_dict_insert (&dict, "receipt", "b", receipt->receipt);
  g_variant_dict_insert (&dict, "marker", "b", receipt->marker);
  return g_variant_dict_end (&dict);
}

gboolean
oree_gw_receipt_from_row (GVariant *row, OreeGwReceipt *out)
{
  const char *aor, *contact, *id;
  guint32 type;
  OreeGwReceipt receipt = { 0 };

  if (row == NULL || !g_variant_is_of_type (row, G_VARIANT_TYPE_VARDICT) || !g_variant_lookup (row, "user", "&s", &aor)
      || !g_variant_lookup (row, "contact", "&s", &contact) || !g_variant_lookup (row, "id", "&s", &id)
      || !g_variant_lookup (row, "type", "u", &type) || !g_variant_lookup (row, "receipt", "b", &receipt.receipt)
      || !g_variant_lookup (row, "marker", "b", &receipt.marker))
    return FALSE;
  receipt.aor = g_strdup (aor);
  receipt.contact = g_strdup (contact);
  receipt.id = g_strdup (id);
  receipt.type = (int) type;
  *out = receipt;
  return TRUE;
}
