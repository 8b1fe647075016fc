/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeClientDraft: a record while somebody edits it. It holds what was typed, good or bad, judges it by the rules of
 * common/model, and says which change it makes. No widgets, no bus. */
#pragma once
#include "model/oree-field.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define OREE_TYPE_CLIENT_DRAFT (oree_client_draft_get_type ())
/* Signal: "changed" () — a value, a problem or what it is compared with. */
G_DECLARE_FINAL_TYPE (OreeClientDraft, oree_client_draft, OREE, CLIENT_DRAFT, GObject)

/* A record that is not there yet; with `like` (a{sv} as List gives it, or NULL) the values of another one. */
OreeClientDraft *oree_client_draft_new (const OreeKind *kind, GVariant *like);
/* A record that is there: `row` (a{sv} with its "id") as it was read at `revision`. Values this version does not know
 * are left alone. */
OreeClientDraft *oree_client_draft_new_for (const OreeKind *kind, GVariant *row, guint64 revision);

const OreeKind *oree_client_draft_get_kind (OreeClientDraft *self);
gboolean oree_client_draft_is_new (OreeClientDraft *self);
/* As typed; the normal form once it is valid. Borrowed. */
const char *oree_client_draft_get_id (OreeClientDraft *self);
/* The id in normal form; NULL while it is none. Owned. */
char *oree_client_draft_dup_normal_id (OreeClientDraft *self);
/* The revision it was read at. */
guint64 oree_client_draft_get_revision (OreeClientDraft *self);

/* What was typed into `name` (a field; "id" of a new record): of the field's type, or a string. Sunk. */
void oree_client_draft_set (OreeClientDraft *self, const char *name, GVariant *value);
/* The value as typed, else as read, else the default; owned, never floating. NULL: no such field. */
GVariant *oree_client_draft_get (OreeClientDraft *self, const char *name);
gboolean oree_client_draft_get_flag (OreeClientDraft *self, const char *name);
/* Every edit gone. */
void oree_client_draft_revert (OreeClientDraft *self);
/* The record with every good edit; borrowed, valid until the next edit. */
const OreeRecord *oree_client_draft_peek (OreeClientDraft *self);

/* Would a commit change anything, or is there something typed that is wrong? */
gboolean oree_client_draft_is_dirty (OreeClientDraft *self);
/* Does the field (or "id") differ from what was read? */
gboolean oree_client_draft_is_changed (OreeClientDraft *self, const char *name);
/* What is wrong with the field, worst first; borrowed, NULL when nothing is. A required field nobody touched yet is not
 * complained about, though oree_client_draft_n_errors () counts it. */
const OreeProblem *oree_client_draft_get_problem (OreeClientDraft *self, const char *name);
/* What is wrong with the record as a whole, or with a field that `known` (NULL-terminated names) does not have. */
const OreeProblem *oree_client_draft_get_other_problem (OreeClientDraft *self, const char *const *known);
guint oree_client_draft_n_errors (OreeClientDraft *self);
/* Errors that are shown, not merely required fields nobody touched. */
guint oree_client_draft_n_shown_errors (OreeClientDraft *self);
/* What the service said of the changes; forgotten at the next edit. Copies. */
void oree_client_draft_set_answer (OreeClientDraft *self, const OreeProblems *problems);
/* From now on untouched required fields are complained about as well. */
void oree_client_draft_be_strict (OreeClientDraft *self);

/* a(sssa{sv}): what a commit sends; floating. Empty when nothing differs. */
GVariant *oree_client_draft_changes (OreeClientDraft *self);
/* Somebody else changed the record: `row` read at `revision` is what edits are compared with from now on. NULL: it was
 * removed, and a commit would create it anew. */
void oree_client_draft_rebase (OreeClientDraft *self, GVariant *row, guint64 revision);

G_END_DECLS
