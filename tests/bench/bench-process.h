/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process being measured, from outside. */
#pragma once
#include <glib.h>

/* "12,13,20" → the processes of one server; owned GArray of int. */
GArray *bench_processes_parse (const char *text);
/* Of all of them: processor time as below; memory in KiB, what they share divided among who shares it (Pss). */
gint64 bench_processes_cpu (const GArray *pids);
guint64 bench_processes_memory (const GArray *pids);

/* Processor time of process `pid`, user and system, in nanoseconds. */
gint64 bench_process_cpu (int pid);
/* Memory of its own (anonymous), in KiB; 0 when it cannot be read. */
guint64 bench_process_memory (int pid);
