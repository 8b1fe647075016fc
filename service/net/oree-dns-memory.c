/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/oree-dns-memory.h"
#include "base/oree-hash.h"
#include "base/oree-limits.h"

typedef struct
{
  OreeDnsAnswer *answer;
  OreeTime until;
} Kept;

struct _OreeDnsMemory
{
  GHashTable *kept[OREE_DNS_TLSA + 1]; /* by kind: name → Kept */
};

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  oree_dns_answer_unref (kept->answer);
  g_free (kept);
}

OreeDnsMemory *
oree_dns_memory_new (void)
{
  OreeDnsMemory *self = g_new0 (OreeDnsMemory, 1);

  for (guint i = 0; i < G_N_ELEMENTS (self->kept); i++)
    self->kept[i] = g_hash_table_new_full (oree_str_hash, g_str_equal, NULL, kept_free);
  return self;
}

void
oree_dns_memory_free (OreeDnsMemory *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->kept); i++)
    g_hash_table_unref (self->kept[i]);
  g_free (self);
}

static gboolean
is_over (gpointer key, gpointer value, gpointer now)
{
  return ((Kept *) value)->until <= *(OreeTime *) now;
}

void
oree_dns_memory_put (OreeDnsMemory *self, OreeDnsAnswer *answer, OreeTime now)
{
  GHashTable *kept = self->kept[answer->kind];
  Kept *entry;

  if (answer->outcome != OREE_DNS_OK || answer->ttl == 0)
    return;
  if (g_hash_table_size (kept) >= OREE_DNS_REMEMBERED_MAX)
    {
      g_hash_table_foreach_remove (kept, is_over, &now);
      if (g_hash_table_size (kept) >= OREE_DNS_REMEMBERED_MAX)
        g_hash_table_remove_all (kept); /* libunbound still knows them */
    }
  entry = g_new (Kept, 1);
  *entry = (Kept){ oree_dns_answer_ref (answer),
                   now + MIN (answer->ttl, OREE_DNS_REMEMBERED_SECONDS) * OREE_SECOND };
  g_hash_table_replace (kept, answer->name, entry);
}

OreeDnsAnswer *
oree_dns_memory_get (OreeDnsMemory *self, OreeDnsKind kind, const char *name, OreeTime now)
{
  Kept *entry = g_hash_table_lookup (self->kept[kind], name);

  return entry != NULL && entry->until > now ? entry->answer : NULL;
}
