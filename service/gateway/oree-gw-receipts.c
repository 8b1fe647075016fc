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

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->receipt.aor);
  g_free (entry->receipt.contact);
  g_free (entry->receipt.id);
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
  if (self->order.length >= self->max)
    oree_gw_receipts_forget (self, g_queue_peek_head (&self->order));
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

void
oree_gw_receipts_forget (OreeGwReceipts *self, const char *message_id)
{
  Entry *entry = g_hash_table_lookup (self->entries, message_id);

  if (entry == NULL)
    return;
  g_queue_delete_link (&self->order, entry->link);
  g_hash_table_remove (self->entries, message_id);
}
