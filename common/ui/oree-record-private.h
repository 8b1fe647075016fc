/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the editor and its way to commit share. */
#pragma once
#include "ui/oree-record-editor.h"
#include "ui/oree-servers-row.h"

G_BEGIN_DECLS

enum
{
  OREE_EDITOR_SIGNAL_COMMITTED,
  OREE_EDITOR_SIGNAL_CLOSED,
  OREE_EDITOR_N_SIGNALS
};

extern guint oree_editor_signals[OREE_EDITOR_N_SIGNALS];

struct _OreeRecordEditor
{
  GtkWidget parent;

  GtkWidget *back;
  GtkLabel *heading;
  GtkLabel *notice;
  AdwBin *body;
  GtkLabel *status;
  GtkSpinner *spinner;
  GtkButton *cancel;
  GtkButton *commit;

  OreeClientSession *session;
  OreeClientDraft *draft;
  GPtrArray *rows; /* OreeFieldRow, of the form */
  OreeServersRow *servers; /* of the form; NULL */
  GSimpleActionGroup *actions;
  GCancellable *cancellable; /* of what is under way for this draft */
  guint check_timer;
  char *effects; /* what a commit would do to the living, in words */
  gboolean checking;  /* a question while one types is under way */
  gboolean answering; /* its answer is just being told to the draft */
  gboolean busy;
  void (*leave_done) (gboolean leave, gpointer data); /* who waits for a commit to leave */
  gpointer leave_data;
};

/* Shows what the draft and the session say now. */
void oree_record_editor_update (OreeRecordEditor *self);
/* Sets every row to the draft's value. */
void oree_record_editor_fill (OreeRecordEditor *self);
/* What was edited is lost: back to the list. */
void oree_record_editor_discard (OreeRecordEditor *self);
void oree_record_editor_focus_problem (OreeRecordEditor *self);
/* Tells who waits to leave. */
void oree_record_editor_settle_leave (OreeRecordEditor *self, gboolean leave);
/* "fabrikam.test"; of a singleton the heading; owned. */
char *oree_record_editor_dup_name (OreeRecordEditor *self);
/* Asks the service after a pause what would come of the edits. */
void oree_record_commit_check_later (OreeRecordEditor *self);

G_END_DECLS
