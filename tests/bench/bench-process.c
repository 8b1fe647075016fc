/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench-process.h"
#include <string.h>
#include <time.h>

gint64
bench_process_cpu (int pid)
{
  struct timespec now;
  clockid_t clock;

  /* Not /proc/PID/stat, which counts in hundredths of a second. */
  if (clock_getcpuclockid (pid, &clock) != 0 || clock_gettime (clock, &now) != 0)
    g_error ("process %d is gone", pid);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

static guint64
rollup (int pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", pid), *contents = NULL;
  char *line;

  if (!g_file_get_contents (path, &contents, NULL, NULL) || (line = strstr (contents, name)) == NULL)
    return 0;
  return g_ascii_strtoull (line + strlen (name), NULL, 10);
}

guint64
bench_process_memory (int pid)
{
  return rollup (pid, "Anonymous:");
}

GArray *
bench_processes_parse (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", ",", -1);
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (int));

  for (char **word = words; *word != NULL; word++)
    {
      int pid = (int) g_ascii_strtoll (*word, NULL, 10);

      if (pid > 0)
        g_array_append_val (pids, pid);
    }
  return pids;
}

gint64
bench_processes_cpu (const GArray *pids)
{
  gint64 sum = 0;

  for (guint i = 0; i < pids->len; i++)
    sum += bench_process_cpu (g_array_index (pids, int, i));
  return sum;
}

guint64
bench_processes_memory (const GArray *pids)
{
  guint64 sum = 0;

  for (guint i = 0; i < pids->len; i++)
    sum += rollup (g_array_index (pids, int, i), "\nPss:");
  return sum;
}
