/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What expires when, and when to say so. Pure: the time is an argument, microseconds since 1970. */
#pragma once
#include "model/oree-cert-record.h"

G_BEGIN_DECLS

/* Whole days until the end, rounded down; negative when it is past. */
int oree_cert_clock_days (gint64 not_after, gint64 now);
/* Its state: `renew-soon` for the last 30 days, or the last third of a life shorter than 90; `renew-now` for the last 7. */
OreeCertState oree_cert_clock_state (gint64 not_before, gint64 not_after, gint64 now);

/* Days before the end at which it is said, and 0 for the end itself: 30, 14, 7, 1, 0; ended by -1; static. */
const int *oree_cert_clock_marks (void);
/* The mark that is due: the nearest one passed that is under `said` (the last one said; G_MAXINT: none) and was not passed already
 * when the certificate began to be valid. -1: none. */
int oree_cert_clock_due (gint64 not_before, gint64 not_after, gint64 now, int said);
/* When the state or the mark changes next; 0: never again. */
gint64 oree_cert_clock_next (gint64 not_before, gint64 not_after, gint64 now);

G_END_DECLS
