/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeRoleRow: one role in the list of services. */
#pragma once
#include "client/oree-client-item.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_ROLE_ROW (oree_role_row_get_type ())
G_DECLARE_FINAL_TYPE (OreeRoleRow, oree_role_row, OREE, ROLE_ROW, GtkListBoxRow)

/* Follows `item`, a row of Services.List. */
GtkWidget *oree_role_row_new (OreeClientItem *item);
OreeClientItem *oree_role_row_get_item (OreeRoleRow *self);
/* How many connections it has now; negative: it has none of its own. */
void oree_role_row_set_connections (OreeRoleRow *self, int count);

G_END_DECLS
