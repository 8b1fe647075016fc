/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store: one thread with one database connection. Everything is asked asynchronously and done in the order it was
 * asked; answers come on the context given at the start. An answer that came is on disk. */
#pragma once
#include "model/oree-record-set.h"
#include "model/oree-runtime-row.h"
#include "store/oree-audit-log.h"
#include "store/oree-history.h"

G_BEGIN_DECLS

typedef struct _OreeStore OreeStore;

/* What is in the store when it opens. */
typedef struct
{
  OreeRecordSet *set;     /* every readable record, singletons filled in */
  guint64 revision;       /* 0: nothing was ever written; the caller commits its initial set */
  GHashTable *changed;    /* "kind id" → guint64 *: revision of the last change, removed records too */
  GPtrArray *runtime;     /* OreeRuntimeRow * */
  guint n_runtime_damaged;
  OreeProblems *problems; /* damaged records, left out of `set`, left as they are in the database */
} OreeStoreContent;

OreeStoreContent *oree_store_content_ref (OreeStoreContent *content);
void oree_store_content_unref (OreeStoreContent *content);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeStoreContent, oree_store_content_unref)

/* In every callback `error` is NULL on success, else borrowed and the result is absent. Results are borrowed: take a
 * reference (or g_ptr_array_ref) to keep them. Codes: UNAVAILABLE (disk full, read-only, damaged, unreachable),
 * BUSY, CONFLICT, NOT_FOUND, UNSUPPORTED (newer schema), FAILED. */
typedef void (*OreeStoreOpened) (OreeStoreContent *content, const GError *error, gpointer data);
typedef void (*OreeStoreCommitted) (guint64 revision, const GError *error, gpointer data);
typedef void (*OreeStoreListed) (GPtrArray *rows, const GError *error, gpointer data);
typedef void (*OreeStoreSetRead) (OreeRecordSet *set, const GError *error, gpointer data);
/* Runs on the store's thread. */
typedef void (*OreeStoreRowSaved) (gpointer data, gboolean ok);

/* Starts the thread; touches nothing yet. `context` NULL: the default one. */
OreeStore *oree_store_new (const char *url, GMainContext *context);
/* Does what was already asked, then ends the thread and joins it. Answers to what was asked are still delivered when the
 * context runs again; runtime rows queued are saved. */
void oree_store_free (OreeStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeStore, oree_store_free)

/* Connects, migrates, reads all. May be asked again after it failed. */
void oree_store_open (OreeStore *self, OreeStoreOpened done, gpointer data);

/* One transaction: what differs between the sets, with its history, and revision + 1. CONFLICT, and nothing written, when
 * the revision in the store is not `expected`. `who` and `operation` go to the history. */
void oree_store_commit (OreeStore *self, OreeRecordSet *from, OreeRecordSet *to, guint64 expected, const char *who,
                        const char *operation, OreeStoreCommitted done, gpointer data);

/* OreeHistoryEntry *: see oree_history_list (). */
void oree_store_history (OreeStore *self, guint64 before, guint limit, OreeStoreListed done, gpointer data);
/* The set as it was: see oree_history_set_at (). */
void oree_store_set_at (OreeStore *self, guint64 revision, OreeStoreSetRead done, gpointer data);

/* Appends an audit line; `body` a{sv} is sunk. `done` may be NULL; revision is then not told. */
void oree_store_audit (OreeStore *self, gint64 wall, GVariant *body, OreeStoreCommitted done, gpointer data);
/* OreeAuditLine *: see oree_audit_log_list (). */
void oree_store_audit_list (OreeStore *self, guint64 before, guint limit, OreeStoreListed done, gpointer data);

/* Makes `row` durable, or forgets it (NULL value); takes it. From any thread. Rows queued meanwhile are written in one
 * transaction; `done (data, ok)` (may be NULL) runs on the store's thread once that is on disk, or failed. */
void oree_store_save_row (OreeStore *self, OreeRuntimeRow *row, OreeStoreRowSaved done, gpointer data);
/* OreeRuntimeRow *. */
void oree_store_list_rows (OreeStore *self, OreeStoreListed done, gpointer data);

G_END_DECLS
