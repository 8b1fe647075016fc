/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeSecretRow: a password. What is stored is never read back: the row is empty, and leaves it alone while it is. */
#pragma once
#include "ui/oree-field-row.h"

G_BEGIN_DECLS

#define OREE_TYPE_SECRET_ROW (oree_secret_row_get_type ())
G_DECLARE_FINAL_TYPE (OreeSecretRow, oree_secret_row, OREE, SECRET_ROW, OreeFieldRow)

G_END_DECLS
