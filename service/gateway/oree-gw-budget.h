/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of our own making a partner may cause: one token for each answer, notice or state, refilled with time. */
#pragma once
#include "base/oree-time.h"

G_BEGIN_DECLS

typedef struct
{
  OreeTime since; /* when `tokens` were right; 0: never used, full */
  gint64 tokens;  /* in microseconds of refill: one token is OREE_SECOND / rate */
} OreeGwBudget;

/* Takes one token of a bucket that holds `burst` and gets `rate` a second; FALSE when none is left. */
gboolean oree_gw_budget_take (OreeGwBudget *self, guint rate, guint burst, OreeTime now);

G_END_DECLS
