/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hierarchical timer wheel: arm and cancel in constant time, told the time, fires nothing early.
 * Pure: it reads no clock and wakes nobody. One wheel belongs to one thread. */
#pragma once
#include "base/oree-time.h"

G_BEGIN_DECLS

/* `data` is the one given to oree_timer_init. The timer is disarmed before the call: it may be armed again,
 * or freed, inside. */
typedef void (*OreeTimerCb) (gpointer data);

/* Embed it in the thing that waits; initialise once. The members are the wheel's own. */
typedef struct _OreeTimer OreeTimer;
struct _OreeTimer
{
  OreeTimer *next, *previous; /* NULL when not armed */
  OreeTime deadline;
  OreeTimerCb callback;
  gpointer data;
  guint8 level, slot;
};

typedef struct _OreeWheel OreeWheel;

OreeWheel *oree_wheel_new (OreeTime now);
/* Disarms whatever is still armed; no callback runs. */
void oree_wheel_free (OreeWheel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeWheel, oree_wheel_free)

void oree_timer_init (OreeTimer *timer, OreeTimerCb callback, gpointer data);
static inline gboolean
oree_timer_is_armed (const OreeTimer *timer)
{
  return timer->next != NULL;
}

/* Fires at the first oree_wheel_advance whose time is at or past `deadline` (at most 1 ms late, never early; a
 * deadline already past fires at the next millisecond). Arming an armed timer moves it.
 * OREE_TIME_NEVER disarms. */
void oree_wheel_arm (OreeWheel *self, OreeTimer *timer, OreeTime deadline);
/* Disarms; nothing happens when it is not armed. */
void oree_wheel_cancel (OreeWheel *self, OreeTimer *timer);

/* When oree_wheel_advance should be called next: never later than a timer is due, sometimes earlier.
 * OREE_TIME_NEVER when nothing is armed. */
OreeTime oree_wheel_next (const OreeWheel *self);
/* Runs the timers due at `now`, by millisecond and in the order they were armed within one. Answers how many ran.
 * A time before the last one is taken as the last one. */
guint oree_wheel_advance (OreeWheel *self, OreeTime now);
/* How many are armed. */
guint oree_wheel_count (const OreeWheel *self);

G_END_DECLS
