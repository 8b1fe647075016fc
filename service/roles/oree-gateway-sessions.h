/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions of messages with clients behind the next hop that speak no other way: Lync's and its like send INVITE with
 * "m=message … sip" and then MESSAGE inside the dialog. A session lives on the lane that owns the contact's domain. */
#pragma once
#include "roles/oree-gateway-role.h"

G_BEGIN_DECLS

void oree_gateway_sessions_init (OreeLane *lane);
void oree_gateway_sessions_clear (OreeLane *lane);
/* Says BYE in every session. */
void oree_gateway_sessions_stop (OreeLane *lane);
/* Ends the sessions that `next` no longer allows. */
void oree_gateway_sessions_publish (OreeLane *lane, OreePolicy *next, OreeImpact *impact);
/* Rows for "sessions". */
void oree_gateway_sessions_list (OreeLane *lane, GVariantBuilder *rows);

/* INVITE, ACK, BYE, INFO and what else belongs to a session. */
void oree_gateway_session_in (OreeLane *lane, OreeSipRx *rx);
/* A MESSAGE inside a dialog: its contact (bare; borrowed until the next call), or NULL, then it was answered. */
const OreeJid *oree_gateway_session_message (OreeLane *lane, OreeSipRx *rx);

/* Begins a request ("MESSAGE", "INFO") in the open session of contact (key) and user, Via and all; FALSE: there is none. */
gboolean oree_gateway_session_begin (OreeLane *lane, const char *contact, const char *aor, OreeFlow flow,
                                     const char *method, OreeSipWriter *writer);
/* The other side knows the session no more (481, 408 …). */
void oree_gateway_session_lost (OreeLane *lane, const char *contact, const char *aor);
/* Does a final response to a MESSAGE outside any dialog mean that this client wants a session? */
gboolean oree_gateway_session_wanted (guint status);

/* Opens a session of ours to `aor` in the name of the contact; `done` is called once: with 0 when it is open, else with the
 * status that refused it. */
typedef void (*OreeSessionDone) (OreeLane *lane, guint status, gpointer data);
void oree_gateway_session_open (OreeLane *lane, const OreeJid *contact, const char *aor, const char *subject,
                                OreeSessionDone done, gpointer data);

G_END_DECLS
