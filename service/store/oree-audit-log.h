/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit: one row per call over the bus, append-only. What a line says is the caller's: a{sv} without secrets. */
#pragma once
#include "store/oree-db.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 number; /* 1, 2, 3 … */
  gint64 wall;    /* microseconds since 1970 */
  GVariant *body; /* a{sv} */
} OreeAuditLine;

void oree_audit_line_free (OreeAuditLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeAuditLine, oree_audit_line_free)

/* Appends; `body` is a{sv} (sunk if floating). */
gboolean oree_audit_log_append (OreeDb *db, gint64 wall, GVariant *body, GError **error);
/* Lines with a number below `before` (0: the newest), newest first, at most `limit`; OreeAuditLine *, owned.
 * A damaged line is left out. */
GPtrArray *oree_audit_log_list (OreeDb *db, guint64 before, guint limit, GError **error);

G_END_DECLS
