/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs every file of the corpus directories named on the command line through one fuzz target, whole and
 * cut short at sixteen places, so that what a fuzzer once found stays found in every build. */
#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
main (int argc, char **argv)
{
  guint n = 0;

  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GDir) dir = g_dir_open (argv[i], 0, &error);
      const char *name;

      if (dir == NULL)
        {
          g_printerr ("%s\n", error->message);
          return 1;
        }
      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = g_build_filename (argv[i], name, NULL);
          g_autofree char *data = NULL;
          gsize size = 0;

          if (!g_file_get_contents (path, &data, &size, NULL))
            continue;
          for (guint cut = 0; cut <= 16; cut++)
            {
              gsize part = size * cut / 16;
              g_autofree guint8 *copy = g_memdup2 (data, MAX (part, 1)); /* exact size: overreads show */

              LLVMFuzzerTestOneInput (copy, part);
            }
          n++;
        }
    }
  g_print ("%u corpus files replayed\n", n);
  return n > 0 ? 0 : 1;
}
