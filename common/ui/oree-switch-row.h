/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeSwitchRow: a field that is on or off. */
#pragma once
#include "ui/oree-field-row.h"

G_BEGIN_DECLS

#define OREE_TYPE_SWITCH_ROW (oree_switch_row_get_type ())
G_DECLARE_FINAL_TYPE (OreeSwitchRow, oree_switch_row, OREE, SWITCH_ROW, OreeFieldRow)

G_END_DECLS
