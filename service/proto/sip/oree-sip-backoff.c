/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/sip/oree-sip-backoff.h"
#include "base/oree-limits.h"

#define FREE_FAILURES 3
#define FIRST_WAIT OREE_SECOND
#define LONGEST_WAIT (5 * OREE_MINUTE)
/* A source silent that long starts anew. */
#define MEMORY (15 * OREE_MINUTE)

typedef struct
{
  char *source; /* owned by the table's key */
  guint failures;
  OreeTime last;
  GList link; /* in `order`: oldest failure first */
} Entry;

struct _OreeSipBackoff
{
  GHashTable *entries; /* source → Entry */
  GQueue order;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->source);
  g_free (entry);
}

OreeSipBackoff *
oree_sip_backoff_new (void)
{
  OreeSipBackoff *self = g_new0 (OreeSipBackoff, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  g_queue_init (&self->order);
  return self;
}

void
oree_sip_backoff_free (OreeSipBackoff *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->entries);
  g_free (self);
}

static void
forget (OreeSipBackoff *self, Entry *entry)
{
  g_queue_unlink (&self->order, &entry->link);
  g_hash_table_remove (self->entries, entry->source);
}

/* Whoever has been silent long enough goes; and the longest silent one when the table is full. */
static void
prune (OreeSipBackoff *self, OreeTime now)
{
  Entry *oldest;

  while ((oldest = g_queue_peek_head (&self->order)) != NULL
         && (now - oldest->last >= MEMORY || g_hash_table_size (self->entries) > OREE_SIP_BACKOFF_SOURCES_MAX))
    forget (self, oldest);
}

OreeTime
oree_sip_backoff_wait (OreeSipBackoff *self, const char *source, OreeTime now)
{
  const Entry *entry = g_hash_table_lookup (self->entries, source);
  OreeTime wait, until;

  if (entry == NULL || entry->failures <= FREE_FAILURES)
    return 0;

  wait = FIRST_WAIT;
  for (guint i = FREE_FAILURES + 1; i < entry->failures && wait < LONGEST_WAIT; i++)
    wait *= 2;
  until = entry->last + MIN (wait, LONGEST_WAIT);
  return MAX (until - now, 0);
}

void
oree_sip_backoff_failed (OreeSipBackoff *self, const char *source, OreeTime now)
{
  Entry *entry;

  prune (self, now);
  entry = g_hash_table_lookup (self->entries, source);
  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->source = g_strdup (source);
      entry->link.data = entry;
      g_hash_table_insert (self->entries, entry->source, entry);
    }
  else
    g_queue_unlink (&self->order, &entry->link);

  g_queue_push_tail_link (&self->order, &entry->link);
  entry->failures = MIN (entry->failures + 1, 1000);
  entry->last = now;
  prune (self, now);
}

void
oree_sip_backoff_succeeded (OreeSipBackoff *self, const char *source)
{
  Entry *entry = g_hash_table_lookup (self->entries, source);

  if (entry != NULL)
    forget (self, entry);
}
