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

guint64
bench_process_memory (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", pid), *contents = NULL;
  char *line;

  if (!g_file_get_contents (path, &contents, NULL, NULL) || (line = strstr (contents, "Anonymous:")) == NULL)
    return 0;
  return g_ascii_strtoull (line + strlen ("Anonymous:"), NULL, 10);
}
