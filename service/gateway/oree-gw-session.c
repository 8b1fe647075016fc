/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-session.h"

#include "base/oree-limits.h"

#define T1 (500 * OREE_MS) /* RFC 3261 17.1.1.1 */
#define T2 (4 * OREE_SECOND)

void
oree_gw_session_init (OreeGwSession *self, gboolean ours, OreeTime now)
{
  *self = (OreeGwSession){ .state = ours ? OREE_GW_SESSION_INVITING : OREE_GW_SESSION_ACCEPTED, .ours = ours,
                           .interval = T1, .again = now + T1, .until = now + 64 * T1 };
}

static void
open_it (OreeGwSession *self, OreeTime now)
{
  self->state = OREE_GW_SESSION_OPEN;
  oree_gw_session_on_traffic (self, now);
}

OreeGwSessionStep
oree_gw_session_on_final (OreeGwSession *self, gboolean success, OreeTime now)
{
  if (self->state != OREE_GW_SESSION_INVITING)
    return OREE_GW_SESSION_NOTHING;
  if (success)
    {
      open_it (self, now);
      return OREE_GW_SESSION_NOTHING;
    }
  self->state = OREE_GW_SESSION_OVER;
  return OREE_GW_SESSION_END;
}

void
oree_gw_session_on_ack (OreeGwSession *self, OreeTime now)
{
  if (self->state == OREE_GW_SESSION_ACCEPTED)
    open_it (self, now);
}

void
oree_gw_session_on_traffic (OreeGwSession *self, OreeTime now)
{
  /* A client may speak before its ACK is here; that it heard our 2xx is certain then. */
  if (self->state == OREE_GW_SESSION_ACCEPTED)
    self->state = OREE_GW_SESSION_OPEN;
  if (self->state == OREE_GW_SESSION_OPEN)
    self->until = now + OREE_GW_SESSION_REST_SECONDS * OREE_SECOND;
}

OreeGwSessionStep
oree_gw_session_on_bye (OreeGwSession *self)
{
  self->state = OREE_GW_SESSION_OVER;
  return OREE_GW_SESSION_END;
}

OreeGwSessionStep
oree_gw_session_leave (OreeGwSession *self)
{
  if (self->state == OREE_GW_SESSION_LEAVING || self->state == OREE_GW_SESSION_OVER)
    return OREE_GW_SESSION_NOTHING;
  /* An INVITE of ours that is not answered yet is left to its time-out: there is nothing to say BYE to. */
  if (self->state == OREE_GW_SESSION_INVITING)
    {
      self->state = OREE_GW_SESSION_OVER;
      return OREE_GW_SESSION_END;
    }
  self->state = OREE_GW_SESSION_LEAVING;
  return OREE_GW_SESSION_BYE;
}

OreeGwSessionStep
oree_gw_session_on_left (OreeGwSession *self)
{
  self->state = OREE_GW_SESSION_OVER;
  return OREE_GW_SESSION_END;
}

OreeGwSessionStep
oree_gw_session_on_deadline (OreeGwSession *self, OreeTime now)
{
  if (now < oree_gw_session_deadline (self))
    return OREE_GW_SESSION_NOTHING;
  if (now >= self->until)
    return oree_gw_session_leave (self);
  self->interval = MIN (2 * self->interval, T2);
  self->again = now + self->interval;
  return OREE_GW_SESSION_ACCEPT_AGAIN;
}

OreeTime
oree_gw_session_deadline (const OreeGwSession *self)
{
  switch (self->state)
    {
    case OREE_GW_SESSION_ACCEPTED:
      return MIN (self->again, self->until);
    case OREE_GW_SESSION_OPEN:
      return self->until;
    case OREE_GW_SESSION_INVITING: /* the transaction has its own time-out */
    case OREE_GW_SESSION_LEAVING:
    case OREE_GW_SESSION_OVER:
      break;
    }
  return OREE_TIME_NEVER;
}

gboolean
oree_gw_session_is_open (const OreeGwSession *self)
{
  return self->state == OREE_GW_SESSION_OPEN;
}

const char *
oree_gw_session_state_nick (const OreeGwSession *self)
{
  static const char *const nicks[] = { "inviting", "accepted", "open", "leaving", "over" };

  return nicks[self->state];
}
