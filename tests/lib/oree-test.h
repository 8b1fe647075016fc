/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small things every unit test may want. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Says which row of a table is next, escaped: TAP is read as UTF-8 lines, and rows hold anything. */
void oree_test_say (const char *row);

typedef void (*OreeTestSplitFunc) (const guint8 *head, gsize head_length, const guint8 *tail, gsize tail_length,
                                   gpointer user_data);

/* Calls `func` with `data` cut in two at every place, both parts in memory of exactly their size, so that a sanitizer sees
 * a read past either. */
void oree_test_every_split (const void *data, gsize length, OreeTestSplitFunc func, gpointer user_data);

G_END_DECLS
