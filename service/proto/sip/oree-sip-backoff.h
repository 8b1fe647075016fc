/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Failed sign-ins per source: a few are free, then each one doubles the wait. A bounded table; told the time. */
#pragma once
#include "base/oree-time.h"

G_BEGIN_DECLS

typedef struct _OreeSipBackoff OreeSipBackoff;

OreeSipBackoff *oree_sip_backoff_new (void);
void oree_sip_backoff_free (OreeSipBackoff *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeSipBackoff, oree_sip_backoff_free)

/* How long `source` (an address, "address user", …) must still wait; 0: it may try. Refuse with 503 and Retry-After. */
OreeTime oree_sip_backoff_wait (OreeSipBackoff *self, const char *source, OreeTime now);
void oree_sip_backoff_failed (OreeSipBackoff *self, const char *source, OreeTime now);
/* Forgets its failures. */
void oree_sip_backoff_succeeded (OreeSipBackoff *self, const char *source);

G_END_DECLS
