/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/oree-verdict.h"

#include <string.h>

static const char *const nicks[] = {
#define X(symbol, nick, level) nick,
  OREE_REASONS (X)
#undef X
    NULL
};

static const OreeReasonLevel levels[] = {
#define X(symbol, nick, level) OREE_REASON_LEVEL_##level,
  OREE_REASONS (X)
#undef X
};

G_STATIC_ASSERT (G_N_ELEMENTS (nicks) == OREE_N_REASONS + 1);
G_STATIC_ASSERT (G_N_ELEMENTS (levels) == OREE_N_REASONS);

const char *
oree_reason_nick (OreeReason reason)
{
  g_return_val_if_fail ((guint) reason < OREE_N_REASONS, NULL);
  return nicks[reason];
}

gboolean
oree_reason_from_nick (const char *nick, OreeReason *reason)
{
  for (guint i = 0; i < OREE_N_REASONS; i++)
    if (strcmp (nicks[i], nick) == 0)
      {
        *reason = (OreeReason) i;
        return TRUE;
      }
  return FALSE;
}

OreeReasonLevel
oree_reason_level (OreeReason reason)
{
  g_return_val_if_fail ((guint) reason < OREE_N_REASONS, OREE_REASON_LEVEL_WARNING);
  return levels[reason];
}

const char *
oree_reason_level_nick (OreeReasonLevel level)
{
  static const char *const level_nicks[] = { "debug", "info", "warning" };

  return level_nicks[level];
}

const char *const *
oree_reason_nicks (void)
{
  return nicks;
}
