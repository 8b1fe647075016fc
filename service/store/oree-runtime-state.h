/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durable state of the roles: (space, key) → a{sv}, outside revision and history. */
#pragma once
#include "model/oree-runtime-row.h"
#include "store/oree-db.h"

G_BEGIN_DECLS

/* Every readable row (OreeRuntimeRow *), owned; `n_damaged` counts those left out. */
GPtrArray *oree_runtime_state_list (OreeDb *db, guint *n_damaged, GError **error);
/* Writes the row, or forgets it when its value is NULL. */
gboolean oree_runtime_state_save (OreeDb *db, const OreeRuntimeRow *row, GError **error);

G_END_DECLS
