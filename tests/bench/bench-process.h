/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process being measured, from outside. */
#pragma once
#include <glib.h>

/* Processor time of process `pid`, user and system, in nanoseconds. */
gint64 bench_process_cpu (int pid);
/* Memory of its own (anonymous), in KiB; 0 when it cannot be read. */
guint64 bench_process_memory (int pid);
