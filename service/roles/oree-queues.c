/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-queues.h"

#include "base/oree-hash.h"
#include "base/oree-limits.h"

struct _OreeQueue
{
  OreeLane *lane;
  char *domain;
  OreeQueueDirection direction;
  GQueue places; /* OreeQueuePlace.link, oldest first */
  gsize bytes;
  guint64 overflows;
  OreeTime told; /* when an overflow was told last */
};

struct _OreeQueues
{
  GHashTable *by_domain[OREE_N_QUEUES]; /* domain → OreeQueue */
};

static const char *const direction_nicks[OREE_N_QUEUES] = {
  [OREE_QUEUE_TO_XMPP] = "to-xmpp",
  [OREE_QUEUE_TO_SIP] = "to-sip",
};

static void
queue_free (gpointer data)
{
  OreeQueue *queue = data;

  g_free (queue->domain);
  g_free (queue);
}

static OreeQueue *
find (OreeLane *lane, const char *domain, OreeQueueDirection direction)
{
  return g_hash_table_lookup (lane->queues->by_domain[direction], domain);
}

static OreeQueue *
obtain (OreeLane *lane, const char *domain, OreeQueueDirection direction)
{
  OreeQueue *queue = find (lane, domain, direction);

  if (queue != NULL)
    return queue;
  queue = g_new0 (OreeQueue, 1);
  queue->lane = lane;
  queue->domain = g_strdup (domain);
  queue->direction = direction;
  g_queue_init (&queue->places);
  g_hash_table_insert (lane->queues->by_domain[direction], queue->domain, queue);
  return queue;
}

/* Only a partner's is kept while it is empty: strangers have as many domains as they like. */
static gboolean
is_over (const OreeQueue *queue)
{
  return queue->places.length == 0 && oree_policy_xmpp_partner (queue->lane->policy, queue->domain) == NULL;
}

static guint64
limit_of (OreeLane *lane, const char *domain)
{
  return oree_policy_queue_limit (lane->policy, oree_policy_xmpp_partner (lane->policy, domain));
}

/* ---- overflow ---- */

static void
tell (OreeQueue *queue)
{
  OreeTime now = oree_worker_now (queue->lane->worker);
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (queue->lane->policy, queue->domain);
  g_autofree char *depth = NULL;

  if (queue->overflows > 1 && now < queue->told + OREE_LIMIT_SAID_SECONDS * OREE_SECOND)
    return;
  queue->told = now;
  depth = g_strdup_printf ("%u", queue->places.length);
  oree_lane_event (queue->lane, oree_event_new (OREE_EVENT_QUEUE_FULL, "partner",
                                                partner != NULL ? partner->record.id : queue->domain, "domain", queue->domain,
                                                "direction", direction_nicks[queue->direction], "depth", depth, NULL));
}

static void
overflowed (OreeQueue *queue)
{
  queue->overflows++;
  oree_lane_count_one (queue->lane, OREE_COUNT_QUEUES_FULL);
  oree_lane_count_one (queue->lane, OREE_COUNT_LIMITS_HIT);
  tell (queue);
}

void
oree_queues_overflowed (const OreeQueuePlace *place)
{
  if (place->queue != NULL)
    overflowed (place->queue);
}

gboolean
oree_queues_have_room (OreeLane *lane, const char *domain, OreeQueueDirection direction, gsize bytes)
{
  OreeQueue *queue = find (lane, domain, direction);

  if (queue == NULL || queue->places.length == 0)
    return TRUE; /* one, however big it is */
  if (queue->places.length < limit_of (lane, domain) && queue->bytes + bytes <= OREE_QUEUE_BYTES_MAX)
    return TRUE;
  overflowed (queue);
  return FALSE;
}

/* ---- places ---- */

void
oree_queues_enter (OreeLane *lane, OreeQueuePlace *place, const char *domain, OreeQueueDirection direction, gsize bytes)
{
  OreeQueue *queue = obtain (lane, domain, direction);

  g_return_if_fail (place->queue == NULL);
  *place = (OreeQueuePlace){ .queue = queue, .since = oree_worker_now (lane->worker), .bytes = bytes };
  place->link.data = place;
  g_queue_push_tail_link (&queue->places, &place->link);
  queue->bytes += bytes;
}

void
oree_queues_leave (OreeQueuePlace *place)
{
  OreeQueue *queue = g_steal_pointer (&place->queue);

  if (queue == NULL)
    return;
  g_queue_unlink (&queue->places, &place->link);
  queue->bytes -= place->bytes;
  if (is_over (queue))
    g_hash_table_remove (queue->lane->queues->by_domain[queue->direction], queue->domain); /* frees */
}

/* ---- views ---- */

static GVariant *
row_of (const OreeQueue *queue)
{
  const OreeQueuePlace *oldest = queue->places.head != NULL ? queue->places.head->data : NULL;
  OreeTime now = oree_worker_now (queue->lane->worker);
  GVariantDict row;

  g_variant_dict_init (&row, NULL);
  g_variant_dict_insert (&row, "domain", "s", queue->domain);
  g_variant_dict_insert (&row, "direction", "s", direction_nicks[queue->direction]);
  g_variant_dict_insert (&row, "depth", "u", queue->places.length);
  g_variant_dict_insert (&row, "bytes", "t", (guint64) queue->bytes);
  g_variant_dict_insert (&row, "age", "t", oldest != NULL ? (guint64) ((now - oldest->since) / OREE_MS) : (guint64) 0);
  g_variant_dict_insert (&row, "overflows", "t", queue->overflows);
  return g_variant_dict_end (&row);
}

void
oree_queues_list (OreeLane *lane, GVariantBuilder *rows)
{
  for (guint direction = 0; direction < OREE_N_QUEUES; direction++)
    {
      GHashTableIter iter;
      OreeQueue *queue;

      g_hash_table_iter_init (&iter, lane->queues->by_domain[direction]);
      while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &queue))
        {
          if (is_over (queue)) /* no partner any more */
            g_hash_table_iter_remove (&iter);
          else
            g_variant_builder_add_value (rows, row_of (queue));
        }
    }
}

/* ---- life ---- */

void
oree_queues_init (OreeLane *lane)
{
  lane->queues = g_new0 (OreeQueues, 1);
  for (guint direction = 0; direction < OREE_N_QUEUES; direction++)
    lane->queues->by_domain[direction] = g_hash_table_new_full (oree_str_hash, g_str_equal, NULL, queue_free);
}

void
oree_queues_clear (OreeLane *lane)
{
  for (guint direction = 0; direction < OREE_N_QUEUES; direction++)
    g_hash_table_unref (lane->queues->by_domain[direction]);
  g_clear_pointer (&lane->queues, g_free);
}
