/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeChoiceRow: one of a few values, in a drop-down or as radio buttons with a word about each. */
#pragma once
#include "ui/oree-field-row.h"

G_BEGIN_DECLS

#define OREE_TYPE_CHOICE_ROW (oree_choice_row_get_type ())
/* Properties: "words" (s, once: the name of a set of oree_words ()), "radio" (b, construct only). */
G_DECLARE_FINAL_TYPE (OreeChoiceRow, oree_choice_row, OREE, CHOICE_ROW, OreeFieldRow)

G_END_DECLS
