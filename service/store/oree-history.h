/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each transaction of records changed, kept as rows, so that any earlier state can be rebuilt. */
#pragma once
#include "model/oree-record-set.h"
#include "store/oree-db.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 revision;       /* of the transaction; rows of one share it */
  gint64 wall;            /* microseconds since 1970 */
  char *who;
  char *operation;        /* "apply", "undo", "restore", "import": what the caller said */
  char *kind;
  char *id;
  OreeRecord *old_record; /* NULL: was added (or is no longer readable by this version) */
  OreeRecord *new_record; /* NULL: was removed. Both hold secrets: show oree_record_diff () of them */
} OreeHistoryEntry;

void oree_history_entry_free (OreeHistoryEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeHistoryEntry, oree_history_entry_free)

/* Adds 1 to the revision when it is `expected`; else OREE_ERROR_CONFLICT. Inside a transaction. */
gboolean oree_history_advance (OreeDb *db, guint64 expected, GError **error);
/* The revision now; 0 in a new store. */
gboolean oree_history_revision (OreeDb *db, guint64 *revision, GError **error);
/* Appends one row, the `place`-th of its transaction. */
gboolean oree_history_append (OreeDb *db, const OreeHistoryEntry *entry, guint place, GError **error);

/* Whole transactions, newest first, those with a revision below `before` (0: the newest), at most `limit` of them.
 * OreeHistoryEntry *, owned. */
GPtrArray *oree_history_list (OreeDb *db, guint64 before, guint limit, GError **error);
/* Revision at which each record, existing or removed, was last changed: owned "kind id" → guint64 (owned). */
GHashTable *oree_history_last_changes (OreeDb *db, GError **error);
/* The set as it was at `revision`: today's rows, with every later transaction undone, newest first.
 * NOT_FOUND when there is no such revision yet. */
OreeRecordSet *oree_history_set_at (OreeDb *db, guint64 revision, GError **error);

G_END_DECLS
