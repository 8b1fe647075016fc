/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the service's counters tell what about a role. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *label;           /* N_() */
  const char *counters[4];     /* their sum; NULL-terminated */
} OreeFigure;

typedef struct
{
  const char *role;
  const char *protocol;        /* of its connections in Monitor.Connections; NULL: it has none of its own */
  OreeFigure charts[2];        /* drawn, as rates per second */
  OreeFigure totals[6];        /* counted since the service started; a NULL label ends them */
} OreeRoleFigures;

/* Static; of an unknown role a row with nothing in it. */
const OreeRoleFigures *oree_role_figures (const char *role);

G_END_DECLS
