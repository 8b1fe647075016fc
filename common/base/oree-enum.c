/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enum ⇄ string tables. */
#include "base/oree-enum.h"

const char *
oree_enum_to_nick (const OreeEnumValue *table, int value)
{
  for (; table->nick != NULL; table++)
    if (table->value == value)
      return table->nick;
  return NULL;
}

gboolean
oree_enum_from_nick (const OreeEnumValue *table, OreeSpan nick, int *value)
{
  for (; table->nick != NULL; table++)
    if (oree_span_equal_str (nick, table->nick))
      {
        *value = table->value;
        return TRUE;
      }
  return FALSE;
}
