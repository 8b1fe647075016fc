/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns for people: as wide as their widest cell, by what a terminal shows, not by bytes. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct _OreectlTable OreectlTable;

/* `headings`: NULL-terminated, or NULL for a table without a heading of `n_columns`. */
OreectlTable *oreectl_table_new (guint n_columns, const char *const *headings);
void oreectl_table_free (OreectlTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreectlTable, oreectl_table_free)

/* Adds one cell; rows fill from the left. NULL is an empty cell. Control characters are shown as “·”. */
void oreectl_table_add (OreectlTable *self, const char *cell);
/* The whole, each line ended by a newline, without spaces at the end of lines; owned. */
char *oreectl_table_to_text (const OreectlTable *self);
void oreectl_table_print (const OreectlTable *self);

G_END_DECLS
