/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-threads.h"

#include "base/oree-hash.h"
#include "gateway/oree-gw-text.h"

#define CALL_ID_MAX 255

struct _OreeGwThreads
{
  guint max;
  GHashTable *threads; /* Call-ID → thread */
  GQueue order;        /* Call-IDs, borrowed, oldest first */
};

OreeGwThreads *
oree_gw_threads_new (guint max)
{
  OreeGwThreads *self = g_new0 (OreeGwThreads, 1);

  self->max = max;
  self->threads = g_hash_table_new_full (oree_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&self->order);
  return self;
}

void
oree_gw_threads_free (OreeGwThreads *self)
{
  if (self == NULL)
    return;
  g_queue_clear (&self->order);
  g_hash_table_unref (self->threads);
  g_free (self);
}

/* word of RFC 3261 25.1 */
static gboolean
is_word (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && (text[i] == '\0' || strchr ("-.!%*_+`'~()<>:\\\"/[]?{}", text[i]) == NULL))
      return FALSE;
  return length > 0;
}

/* Our derived names may not be written by somebody else: they go through the map as well. */
#define DERIVED "oree-thread-"

static gboolean
is_call_id (const char *text)
{
  gsize length = strlen (text);
  const char *at = strchr (text, '@');

  if (length > CALL_ID_MAX || g_str_has_prefix (text, DERIVED))
    return FALSE;
  return at == NULL ? is_word (text, length)
                    : is_word (text, (gsize) (at - text)) && is_word (at + 1, length - (gsize) (at - text) - 1);
}

char *
oree_gw_threads_call_id (OreeGwThreads *self, const char *thread)
{
  g_autofree char *digest = NULL;
  char *call_id;

  if (is_call_id (thread))
    return g_strdup (thread);
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, thread, -1);
  call_id = g_strconcat (DERIVED, digest, NULL);
  if (!g_hash_table_contains (self->threads, call_id))
    {
      char *kept = g_strdup (call_id);

      if (g_queue_get_length (&self->order) >= self->max)
        g_hash_table_remove (self->threads, g_queue_pop_head (&self->order));
      g_hash_table_insert (self->threads, kept, g_strdup (thread));
      g_queue_push_tail (&self->order, kept);
    }
  return call_id;
}

char *
oree_gw_threads_thread (const OreeGwThreads *self, OreeSpan call_id)
{
  g_autofree char *text = oree_span_dup (call_id);
  const char *thread = g_hash_table_lookup (self->threads, text);

  return thread != NULL ? g_strdup (thread) : oree_gw_text_line (call_id);
}
