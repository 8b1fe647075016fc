/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enum ⇄ string tables. */
#pragma once
#include "base/oree-span.h"

G_BEGIN_DECLS

typedef struct
{
  int value;
  const char *nick; /* kebab-case */
} OreeEnumValue;

/* The nick of `value` in a table ended by { 0, NULL }; NULL when absent. */
const char *oree_enum_to_nick (const OreeEnumValue *table, int value);
/* The value of `nick`; FALSE when absent. Exact match. */
gboolean oree_enum_from_nick (const OreeEnumValue *table, OreeSpan nick, int *value);

G_END_DECLS
