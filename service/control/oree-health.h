/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the service manager hears from us (sd_notify): ready, status, stopping, and the watchdog, which is fed only
 * while every worker answers. Main thread. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct _OreeHealth OreeHealth;

/* Asked at each beat: call oree_health_beat once the data plane has answered. */
typedef void (*OreeHealthProbe) (gpointer data);

OreeHealth *oree_health_new (OreeHealthProbe probe, gpointer data);
void oree_health_free (OreeHealth *self);

void oree_health_ready (OreeHealth *self);
/* One English line for `systemctl status`. */
void oree_health_status (OreeHealth *self, const char *status);
void oree_health_stopping (OreeHealth *self);
void oree_health_beat (OreeHealth *self);

G_END_DECLS
