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
  OREE_ADMISSION_FULL,         /* OREE_CONNECTIONS_MAX */
  OREE_ADMISSION_ADDRESS_FULL, /* OREE_PREAUTH_PER_ADDRESS_MAX */
  OREE_N_ADMISSIONS
} OreeAdmissionResult;

/* A connection from `source` arrives; counted when admitted. */
OreeAdmissionResult oree_admission_enter (OreeAdmission *self, const OreeInetAddress *source);
/* It authenticated (once). */
void oree_admission_authenticated (OreeAdmission *self, const OreeInetAddress *source);
/* It is gone; `authenticated`: was oree_admission_authenticated called for it? */
void oree_admission_leave (OreeAdmission *self, const OreeInetAddress *source, gboolean authenticated);
/* A connection arrives or leaves that is not counted by source: dialled by us, or moved here. */
void oree_admission_count (OreeAdmission *self, int change);

guint oree_admission_connections (const OreeAdmission *self);
/* How often each refusal was given. */
guint64 oree_admission_refused (const OreeAdmission *self, OreeAdmissionResult why);

G_END_DECLS
