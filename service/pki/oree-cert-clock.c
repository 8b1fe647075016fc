/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/oree-cert-clock.h"

#define DAY (G_USEC_PER_SEC * G_GINT64_CONSTANT (86400))
#define SOON_DAYS 30
#define NOW_DAYS 7

static const int marks[] = { 30, 14, 7, 1, 0, -1 };

int
oree_cert_clock_days (gint64 not_after, gint64 now)
{
  gint64 left = not_after - now;
  gint64 days = left >= 0 ? left / DAY : -((-left + DAY - 1) / DAY);

  return (int) CLAMP (days, G_MININT, G_MAXINT);
}

/* When renewal should begin. */
static gint64
soon (gint64 not_before, gint64 not_after)
{
  return not_after - MIN (SOON_DAYS * DAY, MAX (not_after - not_before, 0) / 3);
}

static gint64
urgent (gint64 not_before, gint64 not_after)
{
  return MAX (not_after - NOW_DAYS * DAY, soon (not_before, not_after));
}

OreeCertState
oree_cert_clock_state (gint64 not_before, gint64 not_after, gint64 now)
{
  if (now > not_after)
    return OREE_CERT_STATE_EXPIRED;
  if (now < not_before)
    return OREE_CERT_STATE_NOT_YET_VALID;
  if (now >= urgent (not_before, not_after))
    return OREE_CERT_STATE_RENEW_NOW;
  return now >= soon (not_before, not_after) ? OREE_CERT_STATE_RENEW_SOON : OREE_CERT_STATE_MONITORING;
}

const int *
oree_cert_clock_marks (void)
{
  return marks;
}

int
oree_cert_clock_due (gint64 not_before, gint64 not_after, gint64 now, int said)
{
  int due = -1;

  for (const int *mark = marks; *mark >= 0; mark++)
    {
      /* It is good up to the last moment, that one included (RFC 5280 4.1.2.5). */
      gint64 when = not_after - *mark * DAY + (*mark == 0);

      if (now >= when && *mark < said && when > not_before)
        due = *mark;
    }
  return due;
}

gint64
oree_cert_clock_next (gint64 not_before, gint64 not_after, gint64 now)
{
  const gint64 turns[] = { not_before,
                           soon (not_before, not_after),
                           urgent (not_before, not_after),
                           not_after - 30 * DAY,
                           not_after - 14 * DAY,
                           not_after - 7 * DAY,
                           not_after - 1 * DAY,
                           not_after + 1 };
  gint64 next = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (turns); i++)
    if (turns[i] > now && (next == 0 || turns[i] < next))
      next = turns[i];
  return next;
}
