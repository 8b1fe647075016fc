/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quiet hours of boundary profiles: when no event names people of a partner. */
#pragma once
#include "model/oree-event.h"
#include "policy/oree-policy.h"

G_BEGIN_DECLS

/* Is this an event about people of a partner that has quiet hours at `minute` of the day (local time)? */
gboolean oree_quiet_event (const OreePolicy *policy, const OreeEvent *event, guint minute);
/* The minute of the day by the clock on the wall. */
guint oree_quiet_minute (void);

G_END_DECLS
