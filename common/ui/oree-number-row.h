/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeNumberRow: a number; the range is the model's, what is typed is shown as it is. */
#pragma once
#include "ui/oree-field-row.h"

G_BEGIN_DECLS

#define OREE_TYPE_NUMBER_ROW (oree_number_row_get_type ())
/* Property: "unit" (s, behind the number). */
G_DECLARE_FINAL_TYPE (OreeNumberRow, oree_number_row, OREE, NUMBER_ROW, OreeFieldRow)

G_END_DECLS
