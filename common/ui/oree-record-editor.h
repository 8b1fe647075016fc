/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeRecordEditor: the frame of every edit page. A form of OreeFieldRow in the middle, what is wrong and what a commit
 * would do at the bottom, Cancel and Commit. It connects rows and draft, asks the service while one types, commits in one
 * transaction, and settles conflicts. Its commands are actions of the group "page": commit, back; and refill, for a form
 * that changed the draft by itself. */
#pragma once
#include "client/oree-client-draft.h"
#include "client/oree-client-session.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_RECORD_EDITOR (oree_record_editor_get_type ())
/* Signals: "committed" (t revision, s id), "closed" () when the user goes back without committing, or after. */
G_DECLARE_FINAL_TYPE (OreeRecordEditor, oree_record_editor, OREE, RECORD_EDITOR, GtkWidget)

GtkWidget *oree_record_editor_new (void);
void oree_record_editor_set_session (OreeRecordEditor *self, OreeClientSession *session);

/* Begins to edit. `form` holds the rows; when it has the properties "session" and "draft" they are set. `title` is the
 * heading, `name` what the record is called in questions. */
void oree_record_editor_edit (OreeRecordEditor *self, GtkWidget *form, OreeClientDraft *draft, const char *title);
/* The draft being edited, borrowed; NULL. */
OreeClientDraft *oree_record_editor_get_draft (OreeRecordEditor *self);

gboolean oree_record_editor_is_dirty (OreeRecordEditor *self);
/* May it be left? Asks when something would be lost: Cancel, Discard, Commit. Calls `done` once. */
void oree_record_editor_leave (OreeRecordEditor *self, void (*done) (gboolean leave, gpointer data), gpointer data);
void oree_record_editor_commit (OreeRecordEditor *self);
GActionGroup *oree_record_editor_get_actions (OreeRecordEditor *self);
/* Ends editing: the form goes. */
void oree_record_editor_clear (OreeRecordEditor *self);
/* No call is under way. */
gboolean oree_record_editor_is_settled (OreeRecordEditor *self);

G_END_DECLS
