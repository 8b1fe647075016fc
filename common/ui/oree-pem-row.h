/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePemRow: a field that holds certificates as text (PEM). They are read from a file; how many there are is said. */
#pragma once
#include "ui/oree-field-row.h"

G_BEGIN_DECLS

#define OREE_TYPE_PEM_ROW (oree_pem_row_get_type ())
/* Property: "none" (s): what no certificate at all means. */
G_DECLARE_FINAL_TYPE (OreePemRow, oree_pem_row, OREE, PEM_ROW, OreeFieldRow)

G_END_DECLS
