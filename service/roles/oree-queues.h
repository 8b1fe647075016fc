/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits for each partner domain on this lane, each way: how much, since when, how much may. Whatever waits carries a
 * place in its queue; the queues themselves hold nothing. */
#pragma once
#include "roles/oree-lane.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_QUEUE_TO_XMPP, /* stanzas not acknowledged, or written where nothing is acknowledged */
  OREE_QUEUE_TO_SIP,  /* messages without a final response */
  OREE_N_QUEUES
} OreeQueueDirection;

typedef struct _OreeQueue OreeQueue;

/* Embedded in what waits; all zero: it does not wait. */
typedef struct
{
  OreeQueue *queue;
  GList link; /* in the queue, oldest first; its data is this */
  OreeTime since;
  gsize bytes;
} OreeQueuePlace;

/* May `bytes` more wait for `domain` (normal form)? FALSE: the limit of the records (partner-queue-limit) or of bytes
 * (OREE_QUEUE_BYTES_MAX) is reached; counted as overflow, and told as an event once in OREE_LIMIT_SAID_SECONDS. The caller
 * answers whoever asked. */
gboolean oree_queues_have_room (OreeLane *lane, const char *domain, OreeQueueDirection direction, gsize bytes);
/* `place` waits from now on, whatever the limit: what must be said, such as an error, is not turned away here. */
void oree_queues_enter (OreeLane *lane, OreeQueuePlace *place, const char *domain, OreeQueueDirection direction, gsize bytes);
/* Counts and tells an overflow found elsewhere, by a stream's own limit, of what has this place. */
void oree_queues_overflowed (const OreeQueuePlace *place);
/* It waits no longer. Does nothing for a place that does not wait. */
void oree_queues_leave (OreeQueuePlace *place);

/* Rows of Monitor.Partners' making: domain, direction ("to-xmpp", "to-sip"), depth (u), bytes (t), age (t, milliseconds the
 * oldest has waited), overflows (t). */
void oree_queues_list (OreeLane *lane, GVariantBuilder *rows);

void oree_queues_init (OreeLane *lane);
void oree_queues_clear (OreeLane *lane);

G_END_DECLS
