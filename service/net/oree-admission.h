/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may still connect to one worker: connections in all, and connections not yet authenticated per source
 * address. Counts only; one per worker. IPv6 sources count by /64. */
#pragma once
#include "ident/oree-inet.h"

G_BEGIN_DECLS

typedef struct _OreeAdmission OreeAdmission;

OreeAdmission *oree_admission_new (guint connections_max, guint per_address_max);
void oree_admission_free (OreeAdmission *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeAdmission, oree_admission_free)

typedef enum
{
  OREE_ADMITTED,
  OREE_ADMISSION_FULL,         /* too many connections */
  OREE_ADMISSION_ADDRESS_FULL, /* too many of this source not yet authenticated */
  OREE_N_ADMISSIONS
} OreeAdmissionResult;

/* A connection from `source` arrives. ADMITTED: it counts against its source until oree_admission_leave. */
OreeAdmissionResult oree_admission_enter (OreeAdmission *self, const OreeInetAddress *source);
/* It authenticated, or is gone: once per connection admitted. */
void oree_admission_leave (OreeAdmission *self, const OreeInetAddress *source);
/* Any connection, accepted, dialled or moved, came to this worker (+1) or left it (-1). */
void oree_admission_count (OreeAdmission *self, int change);

guint oree_admission_connections (const OreeAdmission *self);
/* How many of `source` are not yet authenticated. */
guint oree_admission_pending (const OreeAdmission *self, const OreeInetAddress *source);
/* How often each refusal was given. */
guint64 oree_admission_refused (const OreeAdmission *self, OreeAdmissionResult why);

G_END_DECLS
