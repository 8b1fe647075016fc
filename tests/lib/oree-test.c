/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "oree-test.h"

void
oree_test_say (const char *row)
{
  g_autofree char *escaped = g_strescape (row, NULL);

  g_test_message ("%s", escaped);
}

void
oree_test_every_split (const void *data, gsize length, OreeTestSplitFunc func, gpointer user_data)
{
  for (gsize cut = 0; cut <= length; cut++)
    {
      g_autofree guint8 *head = g_memdup2 (data, cut);
      g_autofree guint8 *tail = g_memdup2 ((const guint8 *) data + cut, length - cut);

      func (head, cut, tail, length - cut, user_data);
    }
}
