/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeClientCounters: the service's counters as they move. It asks once a second while somebody watches and remembers the
 * last minutes, as rates per second. */
#pragma once
#include "client/oree-client-session.h"

G_BEGIN_DECLS

/* How many seconds are remembered. */
#define OREE_COUNTERS_REMEMBERED 300

#define OREE_TYPE_CLIENT_COUNTERS (oree_client_counters_get_type ())
/* Signal: "sampled" (), after every reading. */
G_DECLARE_FINAL_TYPE (OreeClientCounters, oree_client_counters, OREE, CLIENT_COUNTERS, GObject)

/* The one of this session, made when it is first asked for; borrowed, it lives as long as the session. */
OreeClientCounters *oree_client_counters_of (OreeClientSession *session);

/* Each watch () asks for one unwatch (). Without watchers nothing is asked. */
void oree_client_counters_watch (OreeClientCounters *self);
void oree_client_counters_unwatch (OreeClientCounters *self);

/* Counted since the service started, the sum over `names` (NULL-terminated); 0 for what is unknown. */
guint64 oree_client_counters_total (OreeClientCounters *self, const char *const *names);
/* Of the last second, the same sum. */
double oree_client_counters_rate (OreeClientCounters *self, const char *const *names);
/* The last `n` rates, oldest first, into `values`; seconds not known are 0. Returns how many are known. */
guint oree_client_counters_history (OreeClientCounters *self, const char *const *names, double *values, guint n);
/* How much was counted during the last `seconds` that are remembered. */
guint64 oree_client_counters_recent (OreeClientCounters *self, const char *const *names, guint seconds);

/* What a reading does, for whoever has one already and for the tests: `counters` a{st}, `now` monotonic microseconds. */
void oree_client_counters_take (OreeClientCounters *self, GVariant *counters, gint64 now);

G_END_DECLS
