/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a field of a record is called where it is edited, for the history: read from the forms themselves, so that both say
 * the same. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* The title of the row that edits this field of this kind of record, in the user's language; owned. The field's own name
 * where no form has it. */
char *oree_history_field_title (const char *kind, const char *field);
/* A value of it, as text of the history, in the words of that row: "Required" for "required", "Yes" for "true"; owned. */
char *oree_history_field_words (const char *kind, const char *field, const char *value);

G_END_DECLS
