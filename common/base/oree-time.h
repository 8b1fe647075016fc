/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time: OreeTime is microseconds on the monotonic clock. Pure code is told the time. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef gint64 OreeTime;

#define OREE_TIME_NEVER G_MAXINT64
#define OREE_MS ((OreeTime) 1000)
#define OREE_SECOND ((OreeTime) 1000000)
#define OREE_MINUTE (60 * OREE_SECOND)

/* Now, monotonic microseconds. */
static inline OreeTime
oree_time_now (void)
{
  return g_get_monotonic_time ();
}

/* Wall clock microseconds since 1970 → "2031-05-04T03:02:01Z" (RFC 3339, UTC, whole seconds); owned. */
char *oree_time_format_wall (gint64 wall_us);
/* RFC 3339 text → wall microseconds; FALSE when it is none. */
gboolean oree_time_parse_wall (const char *text, gsize length, gint64 *wall_us);

G_END_DECLS
