/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing the configuration: check, apply, undo, and who did what. */
#pragma once
#include "client/oree-client-session.h"
#include "model/oree-problem.h"

G_BEGIN_DECLS

/* What the service said of some changes. */
typedef struct
{
  guint64 revision; /* the new one; the old when nothing was stored; 0 from a check */
  OreeProblems *problems;
  GVariant *effects; /* a{sv}, see Configuration.Check */
} OreeClientOutcome;

void oree_client_outcome_free (OreeClientOutcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeClientOutcome, oree_client_outcome_free)

/* What would come of `changes` (a(sssa{sv}), sunk when floating). */
void oree_client_check_async (OreeClientSession *session, GVariant *changes, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
/* Does it, as one transaction; with an error among the problems nothing was stored. Error: CONFLICT when somebody changed
 * one of the records after `seen_revision` (0: whatever happened). */
void oree_client_apply_async (OreeClientSession *session, GVariant *changes, guint64 seen_revision,
                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* Takes back what `revision` changed, and that alone. Error: CONFLICT when it was changed again since. */
void oree_client_undo_async (OreeClientSession *session, guint64 revision, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);
/* Whatever was changed since: takes back `revision` alone, or goes back to it; `dry`: only says what would come of it. */
void oree_client_restore_async (OreeClientSession *session, guint64 revision, gboolean alone, gboolean dry,
                                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* The outcome of any of these, owned. */
OreeClientOutcome *oree_client_config_finish (OreeClientSession *session, GAsyncResult *result, GError **error);

/* Why nothing came of it, as a sentence, owned: the first error among the problems, or `error` where there is no outcome. NULL:
 * it was done. */
char *oree_client_outcome_why_not (const OreeClientOutcome *outcome, const GError *error);

/* One change more; `fields` (a{sv}) may be NULL. */
void oree_client_add_change (GVariantBuilder *changes, const char *operation, const char *kind, const char *id,
                             GVariant *fields);

/* Who touched this record last, when (microseconds since 1970): looked up in the newest part of the history. `who` is
 * owned; NULL when it is not found there. */
void oree_client_last_change_async (OreeClientSession *session, const char *kind, const char *id,
                                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
char *oree_client_last_change_finish (OreeClientSession *session, GAsyncResult *result, gint64 *when, GError **error);

G_END_DECLS
