/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeTextRow: a line of text. */
#pragma once
#include "ui/oree-field-row.h"

G_BEGIN_DECLS

#define OREE_TYPE_TEXT_ROW (oree_text_row_get_type ())
/* Property: "placeholder" (s). */
G_DECLARE_FINAL_TYPE (OreeTextRow, oree_text_row, OREE, TEXT_ROW, OreeFieldRow)

G_END_DECLS
