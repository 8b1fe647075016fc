/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-event.h"

#include <stdarg.h>

static const struct
{
  OreeEventId id;
  OreeEventLevel level;
  const char *nick;
} catalogue[] = {
#define X(symbol, number, level, nick) { OREE_EVENT_##symbol, OREE_EVENT_##level, nick },
  OREE_EVENTS (X)
#undef X
};

OreeEvent *
oree_event_new (OreeEventId id, ...)
{
  OreeEvent *event = g_new0 (OreeEvent, 1);
  g_auto (GVariantBuilder) details = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  const char *name;
  va_list args;

  event->id = id;
  event->wall = g_get_real_time ();
  for (gsize i = 0; i < G_N_ELEMENTS (catalogue); i++)
    if (catalogue[i].id == id)
      {
        event->level = catalogue[i].level;
        event->nick = catalogue[i].nick;
      }
  va_start (args, id);
  while ((name = va_arg (args, const char *)) != NULL)
    {
      const char *value = va_arg (args, const char *);

      if (value != NULL)
        {
          g_autofree char *valid = g_utf8_make_valid (value, -1);

          g_variant_builder_add (&details, "{ss}", name, valid);
        }
    }
  va_end (args);
  event->details = g_variant_ref_sink (g_variant_builder_end (&details));
  return event;
}

void
oree_event_add (OreeEvent *event, const char *name, const char *value)
{
  g_auto (GVariantBuilder) details = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GVariant) before = event->details;
  GVariantIter iter;
  const char *old_name, *old_value;

  g_variant_iter_init (&iter, before);
  while (g_variant_iter_next (&iter, "{&s&s}", &old_name, &old_value))
    g_variant_builder_add (&details, "{ss}", old_name, old_value);
  g_variant_builder_add (&details, "{ss}", name, value);
  event->details = g_variant_ref_sink (g_variant_builder_end (&details));
}

GVariant *
oree_event_to_variant (const OreeEvent *event, guint64 serial)
{
  /* Not a GVariantDict: every stream that comes and goes makes two of these. */
  GVariantBuilder fields;

  g_variant_builder_init (&fields, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&fields, "{sv}", "serial", g_variant_new_uint64 (serial));
  g_variant_builder_add (&fields, "{sv}", "number", g_variant_new_uint32 ((guint32) event->id));
  g_variant_builder_add (&fields, "{sv}", "level", g_variant_new_string (oree_event_level_nick (event->level)));
  g_variant_builder_add (&fields, "{sv}", "nick", g_variant_new_string (event->nick));
  g_variant_builder_add (&fields, "{sv}", "time", g_variant_new_int64 (event->wall));
  g_variant_builder_add (&fields, "{sv}", "details", event->details);
  return g_variant_builder_end (&fields);
}

const char *
oree_event_level_nick (OreeEventLevel level)
{
  static const char *const nicks[] = { "information", "warning", "error" };

  return nicks[level];
}

const char *
oree_event_nick (OreeEventId id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (catalogue); i++)
    if (catalogue[i].id == id)
      return catalogue[i].nick;
  return NULL;
}

const char *const *
oree_event_nicks (void)
{
  static const char *const nicks[] = {
#define X(symbol, number, level, nick) nick,
    OREE_EVENTS (X)
#undef X
      NULL
  };

  return nicks;
}

void
oree_event_free (OreeEvent *event)
{
  if (event == NULL)
    return;
  g_variant_unref (event->details);
  g_free (event);
}
