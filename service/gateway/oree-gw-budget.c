/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-budget.h"

gboolean
oree_gw_budget_take (OreeGwBudget *self, guint rate, guint burst, OreeTime now)
{
  gint64 one = OREE_SECOND / rate, full = one * burst;

  self->tokens = self->since == 0 ? full : MIN (full, self->tokens + (now - self->since));
  self->since = now;
  if (self->tokens < one)
    return FALSE;
  self->tokens -= one;
  return TRUE;
}
