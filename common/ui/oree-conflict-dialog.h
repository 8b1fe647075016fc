/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two people changed the same record: both versions side by side, and whose shall stand. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

typedef enum
{
  OREE_CONFLICT_CANCEL,
  OREE_CONFLICT_THEIRS,
  OREE_CONFLICT_OURS
} OreeConflictAnswer;

typedef struct
{
  char *title;
  char *theirs;
  char *ours;
} OreeConflictLine;

/* Takes `theirs` and `ours`. */
OreeConflictLine *oree_conflict_line_new (const char *title, char *theirs, char *ours);
void oree_conflict_line_free (gpointer line);

/* `name` of the record; `who` changed it (may be NULL) `when` (microseconds since 1970, 0 unknown), or removed it. `lines`:
 * the fields both changed. Calls `done` once. */
void oree_conflict_ask (GtkWidget *widget, const char *name, const char *who, gint64 when, gboolean removed,
                        GPtrArray *lines, void (*done) (OreeConflictAnswer answer, gpointer data), gpointer data);

G_END_DECLS
