/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events kept in memory for those who ask later. */
#include "control/oree-event-ring.h"

#include "base/oree-limits.h"

struct _OreeEventRing
{
  GVariant *events[OREE_EVENTS_KEPT]; /* serial s lives at (s - 1) % OREE_EVENTS_KEPT */
  guint64 last;
};

OreeEventRing *
oree_event_ring_new (void)
{
  return g_new0 (OreeEventRing, 1);
}

void
oree_event_ring_free (OreeEventRing *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < OREE_EVENTS_KEPT; i++)
    g_clear_pointer (&self->events[i], g_variant_unref);
  g_free (self);
}

GVariant *
oree_event_ring_push (OreeEventRing *self, OreeEvent *event)
{
  g_autoptr (OreeEvent) owned = event;
  GVariant **slot = &self->events[self->last++ % OREE_EVENTS_KEPT];

  g_clear_pointer (slot, g_variant_unref);
  *slot = g_variant_ref_sink (oree_event_to_variant (owned, self->last));
  return *slot;
}

guint64
oree_event_ring_last (const OreeEventRing *self)
{
  return self->last;
}

static guint64
oldest (const OreeEventRing *self)
{
  return self->last > OREE_EVENTS_KEPT ? self->last - OREE_EVENTS_KEPT + 1 : 1;
}

static GVariant *
at (const OreeEventRing *self, guint64 serial)
{
  return self->events[(serial - 1) % OREE_EVENTS_KEPT];
}

GVariant *
oree_event_ring_list (const OreeEventRing *self, guint64 after, guint limit)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  guint64 first = oldest (self);

  if (after < self->last)
    first = MAX (first, after + 1);
  else
    first = self->last + 1;
  if (self->last + 1 - first > limit)
    first = self->last + 1 - limit;
  for (guint64 serial = first; serial <= self->last; serial++)
    g_variant_builder_add_value (&list, at (self, serial));
  return g_variant_builder_end (&list);
}

GVariant *
oree_event_ring_find (const OreeEventRing *self, const char *name, const char *value)
{
  for (guint64 serial = self->last; serial >= oldest (self); serial--)
    {
      g_autoptr (GVariant) details = g_variant_lookup_value (at (self, serial), "details", NULL);
      const char *found = NULL;

      if (g_variant_lookup (details, name, "&s", &found) && g_str_equal (found, value))
        return at (self, serial);
    }
  return NULL;
}
