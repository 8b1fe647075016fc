/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of the bus as JSON (RFC 8259) for scripts: keys sorted, two spaces, numbers as numbers. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Dictionaries become objects, arrays and tuples arrays, variants what they hold. Owned, without a final newline. */
char *oreectl_json_from_variant (GVariant *value);
/* The same on the standard output, with a newline. `value` is sunk. */
void oreectl_json_print (GVariant *value);

G_END_DECLS
