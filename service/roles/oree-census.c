/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-census.h"

#include <string.h>

static GMutex lock;
static GHashTable *counts; /* "pointer domain" → count; "pointer" → total */

static char *
key_of (gpointer roles, const char *domain)
{
  return g_strdup_printf ("%p %s", roles, domain != NULL ? domain : "");
}

static void
add (const char *key, int step)
{
  int now;

  if (counts == NULL)
    counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  now = GPOINTER_TO_INT (g_hash_table_lookup (counts, key)) + step;
  if (now > 0)
    g_hash_table_insert (counts, g_strdup (key), GINT_TO_POINTER (now));
  else
    g_hash_table_remove (counts, key);
}

static guint64
count (const char *key)
{
  return counts == NULL ? 0 : (guint64) GPOINTER_TO_INT (g_hash_table_lookup (counts, key));
}

gboolean
oree_census_enter (gpointer roles, const char *domain, guint64 total_limit, guint64 domain_limit)
{
  g_autofree char *total = key_of (roles, NULL), *one = key_of (roles, domain);
  gboolean room;

  g_mutex_lock (&lock);
  room = (domain == NULL ? count (total) < total_limit : count (one) < domain_limit);
  if (room && domain == NULL)
    add (total, 1);
  else if (room)
    add (one, 1);
  g_mutex_unlock (&lock);
  return room;
}

void
oree_census_leave (gpointer roles, const char *domain)
{
  g_autofree char *key = key_of (roles, domain);

  g_mutex_lock (&lock);
  add (key, -1);
  g_mutex_unlock (&lock);
}

gboolean
oree_census_evict (gpointer roles, const char *domain, guint64 limit)
{
  g_autofree char *key = key_of (roles, domain);
  gboolean over;

  g_mutex_lock (&lock);
  over = count (key) > limit;
  if (over)
    add (key, -1);
  g_mutex_unlock (&lock);
  return over;
}

void
oree_census_foreach (gpointer roles, OreeCensusFunc func, gpointer data)
{
  g_autofree char *prefix = key_of (roles, NULL);
  gsize length = strlen (prefix);
  GHashTableIter iter;
  gpointer key, value;

  g_mutex_lock (&lock);
  if (counts != NULL)
    {
      g_hash_table_iter_init (&iter, counts);
      while (g_hash_table_iter_next (&iter, &key, &value))
        if (g_str_has_prefix (key, prefix))
          func (((char *) key)[length] != '\0' ? (char *) key + length : NULL, (guint64) GPOINTER_TO_INT (value), data);
    }
  g_mutex_unlock (&lock);
}
