/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a domain that failed may be tried again: truncated exponential back-off with jitter (RFC 6120 3.3). */
#pragma once
#include "base/oree-time.h"

G_BEGIN_DECLS

typedef struct
{
  guint failures;
  OreeTime until; /* not before */
} OreeS2sBackoff;

#define OREE_S2S_BACKOFF_INIT { 0, 0 }

/* May a connection be tried now? */
gboolean oree_s2s_backoff_may_try (const OreeS2sBackoff *self, OreeTime now);
/* It failed: 1 s, 2 s, 4 s … up to 300 s, each times 0.5 … 1 by `random`. Returns when to try again. */
OreeTime oree_s2s_backoff_failed (OreeS2sBackoff *self, guint32 random, OreeTime now);
void oree_s2s_backoff_succeeded (OreeS2sBackoff *self);

G_END_DECLS
