/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configuration as text: a key file of one group per record (oreectl(1), FILES).
 *
 *   [xmpp-partner fabrikam.test]     the record shall have these fields; others keep their values, or defaults when new
 *   [remove xmpp-partner example.test]
 *   [topology]                       a singleton needs no name
 *
 * In names, "%", "[" and "]" are written %25, %5B and %5D. */
#pragma once
#include "ctl/oreectl-change.h"

G_BEGIN_DECLS

typedef struct
{
  char *operation; /* "put" (add or set), "add", "set", "remove", "reset" */
  const OreeKind *kind;
  char *id;
  GVariant *fields; /* a{sv} */
} OreectlEntry;

void oreectl_entry_free (OreectlEntry *entry);

/* Reads `text`. OreectlEntry *, owned; NULL with `error` (the text names the group) when it has not the form. */
GPtrArray *oreectl_file_parse (const char *text, gsize length, GError **error);
/* Writes records, a(ssa{sv}), as Export answers them; `comment` becomes the first line. Owned. */
char *oreectl_file_write (GVariant *records, const char *comment);

G_END_DECLS
