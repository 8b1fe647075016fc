/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration in force, and the only way to change it: check → build → commit → publish → audit → tell.
 * Everything that can fail happens before the commit, so what is stored is what runs. One change at a time, in the
 * order of arrival. Main thread. */
#pragma once
#include "policy/oree-policy.h"
#include "roles/oree-roles.h"
#include "store/oree-store.h"

G_BEGIN_DECLS

typedef struct _OreeApply OreeApply;

/* How a change came out. With an error among `problems` nothing was stored and `revision` is the old one. Borrowed. */
typedef struct
{
  guint64 revision;
  const OreeProblems *problems;
  GVariant *effects; /* a{sv} */
} OreeApplyResult;

/* `error` NULL on success; CONFLICT, NOT_FOUND (no such revision), UNAVAILABLE, BUSY…; borrowed, then no `result`. */
typedef void (*OreeApplyDone) (const OreeApplyResult *result, const GError *error, gpointer data);

/* A change is in force. `records` is a(ss), borrowed. */
typedef void (*OreeApplyChanged) (guint64 revision, GVariant *records, const char *who, gpointer data);

/* What a request is about. */
typedef enum
{
  OREE_APPLY_CHANGES, /* changes: a(sssa{sv}) */
  OREE_APPLY_IMPORT,  /* records: a(ssa{sv}), what there shall be */
  OREE_APPLY_RESTORE, /* back to `revision` */
  OREE_APPLY_UNDO     /* the reverse patch of `revision` */
} OreeApplyKind;

typedef struct
{
  OreeApplyKind kind;
  GVariant *body;        /* of CHANGES and IMPORT */
  guint64 revision;      /* of RESTORE and UNDO */
  guint64 seen_revision; /* 0: whatever there is; UNDO then means the revision undone */
  const char *who;
  gboolean dry; /* only the first two steps, and what publishing would do: nothing is stored */
} OreeApplyRequest;

/* `store` and `set` as read at the start; `changed` as in OreeStoreContent. References are taken; `store` is
 * borrowed. */
OreeApply *oree_apply_new (OreeStore *store, OreeRecordSet *set, guint64 revision, GHashTable *changed,
                           OreeApplyChanged changed_cb, gpointer data);
/* What waits is answered with UNAVAILABLE; what the store is at work on is answered when it is done. */
void oree_apply_free (OreeApply *self);

/* The data plane to publish to; NULL: none (yet, or any more). Borrowed. */
void oree_apply_set_roles (OreeApply *self, OreeRoles *roles);

/* Queues `request` (copied). */
void oree_apply_submit (OreeApply *self, const OreeApplyRequest *request, OreeApplyDone done, gpointer data);
/* A dry run of CHANGES that waits for nobody and is up to no revision. */
void oree_apply_check (OreeApply *self, const OreeApplyRequest *request, OreeApplyDone done, gpointer data);

OreePolicy *oree_apply_policy (OreeApply *self);
OreeRecordSet *oree_apply_records (OreeApply *self);
guint64 oree_apply_revision (OreeApply *self);

G_END_DECLS
