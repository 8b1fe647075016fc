/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "s2s-script.h"

void
script_add_rows (const char *group, const Script *rows, gsize n, GTestDataFunc func)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/%s/%s", group, rows[i].name);

      g_test_add_data_func (path, &rows[i], func);
    }
}

char *
script_load (const char *name, char **expected)
{
  g_autofree char *path = g_build_filename (OREE_VECTORS, "xmpp", name, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;
  g_autoptr (GString) peer = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  parts = g_strsplit (text, "\n", 2);
  *expected = g_strdup (parts[0]);
  peer = g_string_new (parts[1]);
  g_string_replace (peer, "%TLS\n", "\1", 0);
  g_string_replace (peer, "%VALID\n", "\2" "0", 0);
  return g_string_free (g_steal_pointer (&peer), FALSE);
}
