/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashing of names that strangers choose. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* For GHashTable, with g_str_equal: a NUL-terminated string. Keyed with a secret of this process, so that nobody outside
 * can choose names that all fall into one place; hence also another order in every process: not for tables whose order
 * shows. Any thread. */
guint oree_str_hash (gconstpointer key);

G_END_DECLS
