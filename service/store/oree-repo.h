/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records ⇄ rows: one table per kind, one column per stored field, both from the field tables of common/model. */
#pragma once
#include "model/oree-record-set.h"
#include "store/oree-db.h"

G_BEGIN_DECLS

/* Makes the tables and adds columns for fields this version is the first to know. Columns nobody knows any more
 * stay and are not read. One transaction; none when nothing is missing. */
gboolean oree_repo_prepare (OreeDb *db, GError **error);

/* Every readable record (OreeRecord *), owned. A row that is damaged (bad id, value of another type, out of range,
 * unknown choice) or a table that cannot be read becomes a problem with its kind and id, and is left out: never an
 * error. NULL column = the field's default. */
GPtrArray *oree_repo_load (OreeDb *db, OreeProblems *problems);

/* Writes one record over whatever row has its id. */
gboolean oree_repo_save (OreeDb *db, const OreeRecord *record, GError **error);
/* Deletes the row; fine when there is none. */
gboolean oree_repo_remove (OreeDb *db, const OreeKind *kind, const char *id, GError **error);

G_END_DECLS
