/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One session of messages with a Lync-like client (INVITE with "m=message … sip", MESSAGE inside the dialog): when it
 * opens, rests and ends. Dialogs and sockets are the owner's; it asks after each event what is to be done.
 *
 *   we ask     INVITING ─2xx─► OPEN ─leave, rest─► LEAVING ─answer─► OVER
 *                  └─ else ─► OVER
 *   they ask   ACCEPTED ─ACK─► OPEN ─BYE─► OVER
 *                  └─ no ACK in 64*T1 ─► LEAVING (RFC 3261 13.3.1.4) */
#pragma once
#include "base/oree-time.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_GW_SESSION_INVITING,
  OREE_GW_SESSION_ACCEPTED, /* our 2xx is on its way, until the ACK */
  OREE_GW_SESSION_OPEN,
  OREE_GW_SESSION_LEAVING,  /* our BYE is on its way */
  OREE_GW_SESSION_OVER
} OreeGwSessionState;

typedef enum
{
  OREE_GW_SESSION_NOTHING,
  OREE_GW_SESSION_ACCEPT_AGAIN, /* send the 2xx once more */
  OREE_GW_SESSION_BYE,          /* send BYE, call on_left with its outcome */
  OREE_GW_SESSION_END           /* forget it */
} OreeGwSessionStep;

typedef struct
{
  OreeGwSessionState state;
  gboolean ours;       /* we sent the INVITE */
  OreeTime again;      /* ACCEPTED: when to send the 2xx again */
  OreeTime interval;
  OreeTime until;      /* ACCEPTED: no later than that; OPEN: rests until then */
} OreeGwSession;

/* We sent the INVITE; or we just sent the 2xx to theirs. */
void oree_gw_session_init (OreeGwSession *self, gboolean ours, OreeTime now);
/* The final status of our INVITE. A success opens it. */
OreeGwSessionStep oree_gw_session_on_final (OreeGwSession *self, gboolean success, OreeTime now);
void oree_gw_session_on_ack (OreeGwSession *self, OreeTime now);
/* Something was said in it. */
void oree_gw_session_on_traffic (OreeGwSession *self, OreeTime now);
/* The other side said BYE. */
OreeGwSessionStep oree_gw_session_on_bye (OreeGwSession *self);
/* We want it to end. */
OreeGwSessionStep oree_gw_session_leave (OreeGwSession *self);
/* Our BYE was answered, or never will be. */
OreeGwSessionStep oree_gw_session_on_left (OreeGwSession *self);
OreeGwSessionStep oree_gw_session_on_deadline (OreeGwSession *self, OreeTime now);
OreeTime oree_gw_session_deadline (const OreeGwSession *self);
/* May messages be sent in it? */
gboolean oree_gw_session_is_open (const OreeGwSession *self);
/* "inviting", "accepted", "open", "leaving", "over"; static. */
const char *oree_gw_session_state_nick (const OreeGwSession *self);

G_END_DECLS
