/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Back-off. */
#include "proto/xmpp/oree-s2s-backoff.h"
#include "base/oree-limits.h"

gboolean
oree_s2s_backoff_may_try (const OreeS2sBackoff *self, OreeTime now)
{
  return now >= self->until;
}

OreeTime
oree_s2s_backoff_failed (OreeS2sBackoff *self, guint32 random, OreeTime now)
{
  OreeTime wait = OREE_SECOND << MIN (self->failures, 16);

  wait = MIN (wait, OREE_S2S_BACKOFF_SECONDS_MAX * OREE_SECOND);
  wait = wait / 2 + (OreeTime) ((double) (wait / 2) * random / G_MAXUINT32);
  self->failures++;
  self->until = now + wait;
  return self->until;
}

void
oree_s2s_backoff_succeeded (OreeS2sBackoff *self)
{
  *self = (OreeS2sBackoff)OREE_S2S_BACKOFF_INIT;
}
