/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sd_notify and the watchdog. Without a service manager every call does nothing. */
#include "control/oree-health.h"

#include <systemd/sd-daemon.h>

struct _OreeHealth
{
  OreeHealthProbe probe;
  gpointer data;
  GSource *timer;
};

static gboolean
on_timer (gpointer data)
{
  OreeHealth *self = data;

  self->probe (self->data);
  return G_SOURCE_CONTINUE;
}

OreeHealth *
oree_health_new (OreeHealthProbe probe, gpointer data)
{
  OreeHealth *self = g_new0 (OreeHealth, 1);
  guint64 watchdog_us = 0;

  self->probe = probe;
  self->data = data;
  /* sd_watchdog_enabled(3) recommends half of the interval. */
  if (sd_watchdog_enabled (0, &watchdog_us) > 0)
    {
      self->timer = g_timeout_source_new ((guint) CLAMP (watchdog_us / 2000, 100, G_MAXINT));
      g_source_set_callback (self->timer, on_timer, self, NULL);
      g_source_attach (self->timer, NULL);
    }
  return self;
}

void
oree_health_free (OreeHealth *self)
{
  if (self == NULL)
    return;
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_free (self);
}

void
oree_health_ready (OreeHealth *self)
{
  sd_notify (0, "READY=1");
}

void
oree_health_status (OreeHealth *self, const char *status)
{
  sd_notifyf (0, "STATUS=%s", status);
}

void
oree_health_stopping (OreeHealth *self)
{
  sd_notify (0, "STOPPING=1");
}

void
oree_health_beat (OreeHealth *self)
{
  sd_notify (0, "WATCHDOG=1");
}
