/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From words to changes, and from the service's answer to words. */
#pragma once
#include "ctl/oreectl-verb.h"
#include "model/oree-field.h"

G_BEGIN_DECLS

/* Adds "field=value", "field+=value" or "field-=value" to `fields` (a{sv} being built). What is not of the field's form
 * is sent as text: the service says what is wrong with it. Of a secret, "-" means: read it from the standard input.
 * A value "@FILE" is what the file holds, each line an entry of a list; "@@" begins a value with one "@".
 * FALSE (and said) when the word is none of the three, or the file cannot be read. */
gboolean oreectl_change_add_word (const OreeKind *kind, GVariantDict *fields, const char *word);
/* The same from a name (with "+" or "-" at its end for lists) and a value. */
void oreectl_change_add_field (const OreeKind *kind, GVariantDict *fields, const char *name, const char *value);

/* a{sv}, floating: `option` (may be NULL) is set, and "dry-run" as --dry-run says. */
GVariant *oreectl_change_options (const Oreectl *ctl, const char *option);
/* Sends a call that answers (revision, problems, effects) and says what came of it. */
OreectlStatus oreectl_change_send (Oreectl *ctl, OreeCall call, GVariant *parameters);
/* Sends `changes` (a(sssa{sv}), sunk) to Apply. */
OreectlStatus oreectl_change_apply (Oreectl *ctl, GVariant *changes, guint64 seen_revision);
/* Sends them to Check. */
OreectlStatus oreectl_change_check (Oreectl *ctl, GVariant *changes);
/* Says `rows` (aa{sv} of problems); TRUE when an error is among them. */
gboolean oreectl_change_say_problems (GVariant *rows);

G_END_DECLS
