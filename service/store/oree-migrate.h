/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schema steps: numbered SQL files built into the program, one transaction each. */
#pragma once
#include "store/oree-db.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 number;   /* 1, 2, 3 … without a gap */
  const char *sql;
} OreeMigration;

/* The steps of this program, in order, ended by { 0, NULL }. */
extern const OreeMigration oree_migrations[];

/* Brings the database from its version to the last of `steps`. A database newer than the last step is refused with
 * OREE_ERROR_UNSUPPORTED and left alone. A failing step leaves the version before it. */
gboolean oree_migrate (OreeDb *db, const OreeMigration *steps, GError **error);

G_END_DECLS
