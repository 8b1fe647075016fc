/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is writing: chat states (XEP-0085) ⇄ isComposing (RFC 3994), for one pair of people, both ways. States that are late are
 * dropped, never queued; a side that does not follow gets none; nobody is told that a state was lost.
 *
 *   contact ─composing→ active, again each interval while it lasts ─paused, active, inactive, gone, content→ idle
 *   user    ─active→ composing ─idle, no refresh in time→ paused; content: nothing, for it says so itself */
#pragma once
#include "base/oree-time.h"
#include "codec/mime/oree-iscomposing.h"
#include "gateway/oree-gw-extras.h"

G_BEGIN_DECLS

typedef struct
{
  /* to SIP */
  gboolean wanted;     /* what the contact does */
  gboolean shown;      /* what the user's devices were told last */
  gboolean busy;       /* a status message is on its way */
  OreeTime quiet;      /* not before; 0: any time */
  OreeTime refused;    /* a device refused typing: not before; 0: none did */
  OreeTime refresh;    /* told again then; 0: not */
  guint refreshes;     /* how many are left */
  /* to XMPP */
  gboolean follows;    /* the contact's program speaks chat states: it sent one */
  gboolean composing;  /* what the contact was told last */
  OreeTime lapses;     /* when the user counts as idle; 0: never */
} OreeGwTyping;

/* What is to be sent now. */
typedef enum
{
  OREE_GW_TYPING_NOTHING,
  OREE_GW_TYPING_ACTIVE,   /* a status message: active, with refresh */
  OREE_GW_TYPING_IDLE,     /* a status message: idle */
  OREE_GW_TYPING_COMPOSING, /* a stanza <composing/> */
  OREE_GW_TYPING_PAUSED    /* a stanza <paused/> */
} OreeGwTypingDo;

/* The refresh interval we announce, in seconds (RFC 3994 3.2: 60 at least). */
#define OREE_GW_TYPING_REFRESH 90

/* A stanza of the contact: `state` (NONE: it had none), with `content` or alone. */
OreeGwTypingDo oree_gw_typing_on_stanza (OreeGwTyping *self, OreeChatState state, gboolean content, OreeTime now);
/* The outcome of a status message: `status` of its final response; anything but a 2xx tells that nobody follows. */
OreeGwTypingDo oree_gw_typing_on_outcome (OreeGwTyping *self, guint status, OreeTime now);
/* A status message of the user. */
OreeGwTypingDo oree_gw_typing_on_status (OreeGwTyping *self, const OreeIsComposing *status, OreeTime now);
/* A message with content of the user. */
void oree_gw_typing_on_content (OreeGwTyping *self);
/* Time passed: call until it gives NOTHING. */
OreeGwTypingDo oree_gw_typing_on_deadline (OreeGwTyping *self, OreeTime now);
/* When to call that next; OREE_TIME_NEVER: not. */
OreeTime oree_gw_typing_deadline (const OreeGwTyping *self);

G_END_DECLS
