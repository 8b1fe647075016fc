/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-runtime-row.h"

OreeRuntimeRow *
oree_runtime_row_new (const char *space, const char *key, GVariant *value)
{
  OreeRuntimeRow *row = g_new0 (OreeRuntimeRow, 1);

  row->space = g_strdup (space);
  row->key = g_strdup (key);
  row->value = value ? g_variant_ref_sink (value) : NULL;
  return row;
}

OreeRuntimeRow *
oree_runtime_row_copy (const OreeRuntimeRow *row)
{
  return oree_runtime_row_new (row->space, row->key, row->value);
}

void
oree_runtime_row_free (OreeRuntimeRow *row)
{
  if (row == NULL)
    return;
  g_free (row->space);
  g_free (row->key);
  g_clear_pointer (&row->value, g_variant_unref);
  g_free (row);
}
