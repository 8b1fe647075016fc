/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The newest OREE_EVENTS_KEPT events, each with a serial that only grows. Main thread. */
#pragma once
#include "model/oree-event.h"

G_BEGIN_DECLS

typedef struct _OreeEventRing OreeEventRing;

OreeEventRing *oree_event_ring_new (void);
void oree_event_ring_free (OreeEventRing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeEventRing, oree_event_ring_free)

/* Takes `event`; returns it as the bus carries it (a{sv} with its serial); owned by the ring. */
GVariant *oree_event_ring_push (OreeEventRing *self, OreeEvent *event);
/* The newest serial, 0 before the first event. */
guint64 oree_event_ring_last (const OreeEventRing *self);
/* aa{sv}: the newest `limit` events with a serial above `after`, oldest first; floating. */
GVariant *oree_event_ring_list (const OreeEventRing *self, guint64 after, guint limit);
/* The newest event whose detail `name` is `value`; NULL when none is kept; borrowed. */
GVariant *oree_event_ring_find (const OreeEventRing *self, const char *name, const char *value);

G_END_DECLS
