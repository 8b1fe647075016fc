/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-typing.h"
#include "base/oree-limits.h"

#define REFRESH (OREE_GW_TYPING_REFRESH * OREE_SECOND)
#define REFRESHES_MAX 5               /* who types longer than that has left the keyboard without saying so */
#define LAPSE_DEFAULT (120 * OREE_SECOND) /* RFC 3994 3.3 */

/* Tells the user's devices what they do not know, when that may be. */
static OreeGwTypingDo
tell_user (OreeGwTyping *self, OreeTime now)
{
  gboolean again = self->wanted && self->shown && self->refresh != 0 && now >= self->refresh;

  if (self->busy || now < self->quiet || now < self->refused || (self->wanted == self->shown && !again))
    return OREE_GW_TYPING_NOTHING;
  if (again && self->refreshes == 0)
    {
      self->wanted = self->shown = FALSE; /* it lapses over there by itself */
      self->refresh = 0;
      return OREE_GW_TYPING_NOTHING;
    }
  self->refreshes = again ? self->refreshes - 1 : REFRESHES_MAX;
  self->busy = TRUE;
  self->shown = self->wanted;
  self->quiet = now + OREE_GW_TYPING_APART_SECONDS * OREE_SECOND;
  self->refresh = self->shown ? now + REFRESH : 0;
  return self->shown ? OREE_GW_TYPING_ACTIVE : OREE_GW_TYPING_IDLE;
}

OreeGwTypingDo
oree_gw_typing_on_stanza (OreeGwTyping *self, OreeChatState state, gboolean content, OreeTime now)
{
  if (state != OREE_CHAT_STATE_NONE)
    self->follows = TRUE;
  if (state == OREE_CHAT_STATE_GONE) /* XEP-0085 5.1: nothing more until it speaks again */
    self->follows = self->composing = FALSE;
  if (content)
    {
      self->wanted = self->shown = FALSE; /* RFC 3994 3.3: content ends the active state by itself */
      self->refresh = 0;
      return OREE_GW_TYPING_NOTHING;
    }
  if (state == OREE_CHAT_STATE_NONE)
    return OREE_GW_TYPING_NOTHING;
  self->wanted = state == OREE_CHAT_STATE_COMPOSING;
  return tell_user (self, now);
}

OreeGwTypingDo
oree_gw_typing_on_outcome (OreeGwTyping *self, guint status, OreeTime now)
{
  self->busy = FALSE;
  if (status >= 200 && status < 300)
    return tell_user (self, now);
  self->wanted = self->shown = FALSE;
  self->refresh = 0;
  /* RFC 3994 4: after a 415 no more. Other refusals tell no less that nobody is there to read it; a passing failure only
   * makes us wait for the next occasion. */
  if (status == 415 || status == 405 || status == 488 || status == 501 || status == 606)
    self->refused = now + OREE_GW_TYPING_REFUSED_SECONDS * OREE_SECOND;
  return OREE_GW_TYPING_NOTHING;
}

OreeGwTypingDo
oree_gw_typing_on_status (OreeGwTyping *self, const OreeIsComposing *status, OreeTime now)
{
  self->refused = 0; /* who sends it reads it */
  if (!self->follows)
    return OREE_GW_TYPING_NOTHING;
  self->lapses = status->active ? now + (status->refresh > 0 ? status->refresh * OREE_SECOND : LAPSE_DEFAULT) : 0;
  if (status->active == self->composing)
    return OREE_GW_TYPING_NOTHING; /* XEP-0085 5.3: the same state is not sent twice in a row */
  self->composing = status->active;
  return self->composing ? OREE_GW_TYPING_COMPOSING : OREE_GW_TYPING_PAUSED;
}

void
oree_gw_typing_on_content (OreeGwTyping *self)
{
  self->composing = FALSE;
  self->lapses = 0;
}

OreeGwTypingDo
oree_gw_typing_on_deadline (OreeGwTyping *self, OreeTime now)
{
  if (self->lapses != 0 && now >= self->lapses)
    {
      self->lapses = 0;
      if (self->composing)
        {
          self->composing = FALSE;
          return OREE_GW_TYPING_PAUSED;
        }
    }
  return tell_user (self, now);
}

OreeTime
oree_gw_typing_deadline (const OreeGwTyping *self)
{
  OreeTime at = self->lapses != 0 ? self->lapses : OREE_TIME_NEVER;

  if (self->busy)
    return at;
  if (self->wanted != self->shown)
    at = MIN (at, MAX (self->quiet, self->refused));
  else if (self->wanted && self->refresh != 0)
    at = MIN (at, MAX (self->refresh, self->quiet));
  return at;
}
