/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What registrar, subscriptions and publications check alike before they look closer (RFC 3261 8.2, RFC 6665, RFC 3903). */
#pragma once
#include "codec/sip/oree-sip-write.h"

G_BEGIN_DECLS

/* A Require names an option that is not in `known` (NULL-terminated): 420. Those go to `unknown` (may be NULL). */
gboolean oree_sip_admit_requires_unknown (const OreeSipMsg *msg, const char *const *known, GString *unknown);

/* From an hour up no lifetime may be called too brief (RFC 3261 10.3, RFC 6665 4.2.1.1, RFC 3903 6). */
gboolean oree_sip_admit_too_brief (guint32 expires, guint32 min_expires);

/* "123" → 123; past 2^32-1 that. FALSE for anything but digits. */
gboolean oree_sip_admit_seconds (OreeSpan text, guint32 *seconds);

/* The event package is `package`? `id` (may be NULL) receives its id parameter. */
gboolean oree_sip_admit_event (const OreeSipMsg *msg, const char *package, OreeSpan *id);
/* Accept is absent or takes `type`, an application/…. */
gboolean oree_sip_admit_accepts (const OreeSipMsg *msg, const char *type);

/* Adds what a refusal of `status` carries: 406 and 415 Accept, 420 Unsupported, 423 Min-Expires, 489 Allow-Events,
 * 503 Retry-After. */
void oree_sip_admit_write_refusal (guint status, const OreeSipMsg *msg, const char *const *known, guint32 min_expires,
                                   OreeSipWriter *writer);

G_END_DECLS
