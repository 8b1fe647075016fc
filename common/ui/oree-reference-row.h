/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeReferenceRow: a field that names another record, or none. */
#pragma once
#include "ui/oree-field-row.h"

G_BEGIN_DECLS

#define OREE_TYPE_REFERENCE_ROW (oree_reference_row_get_type ())
/* Property: "none" (s): what the empty choice is called. */
G_DECLARE_FINAL_TYPE (OreeReferenceRow, oree_reference_row, OREE, REFERENCE_ROW, OreeFieldRow)

/* What can be chosen beside nothing; the value that stands there stays, be it among them or not. */
void oree_reference_row_set_names (OreeReferenceRow *self, const char *const *names);

G_END_DECLS
