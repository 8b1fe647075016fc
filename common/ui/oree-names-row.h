/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeNamesRow: a list of names, each added and removed. */
#pragma once
#include "ui/oree-field-row.h"

G_BEGIN_DECLS

#define OREE_TYPE_NAMES_ROW (oree_names_row_get_type ())
/* Property: "placeholder" (s). */
G_DECLARE_FINAL_TYPE (OreeNamesRow, oree_names_row, OREE, NAMES_ROW, OreeFieldRow)

G_END_DECLS
