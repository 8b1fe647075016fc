/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XMPP gateway: what the roles around it and its own parts need of one another. */
#pragma once
#include "gateway/oree-gw-message.h"
#include "roles/oree-role-ops.h"
#include "roles/oree-sip-hub.h"
#include "roles/oree-xmpp-out.h"
#include "roles/oree-xmpp-rx.h"

G_BEGIN_DECLS

typedef struct _OreeGatewayPresence OreeGatewayPresence;
typedef struct _OreeGatewayAllow OreeGatewayAllow;
typedef struct _OreeGatewayMessages OreeGatewayMessages;

struct _OreeGatewayRole
{
  OreeLane *lane;
  OreeGatewayAllow *allow;
  OreeGatewayMessages *messages;
  OreeGatewayPresence *presence;
};

/* Is the gateway taking new work on this lane? */
gboolean oree_gateway_open (OreeLane *lane);

/* --- allow entries (oree-gateway-allow.c): our users know these contacts ------------------------ */

void oree_gateway_allow_init (OreeLane *lane);
void oree_gateway_allow_clear (OreeLane *lane);
/* `aor` of ours, `contact` a bare JID key (oree_jid_to_key). */
gboolean oree_gateway_allows (OreeLane *lane, const char *aor, const char *contact);
/* Our user acted towards a contact: makes the entry durable when the partner's type calls for one, then calls `then`
 * (at once when there is nothing to write). ok FALSE: the store refused. Calls come back in the order made. */
void oree_gateway_allow (OreeLane *lane, const char *aor, const OreeJid *contact,
                         void (*then) (OreeLane *lane, gboolean ok, gpointer data), gpointer data);
/* Revokes by key "aor contact"; FALSE when this lane has none. */
gboolean oree_gateway_revoke (OreeLane *lane, const char *key);
void oree_gateway_allow_list (OreeLane *lane, GVariantBuilder *rows);

/* --- messages (oree-gateway-messages.c) --------------------------------------------------------- */

void oree_gateway_messages_init (OreeLane *lane);
void oree_gateway_messages_clear (OreeLane *lane);
/* A message stanza that is not an error; takes it. */
void oree_gateway_message_in (OreeLane *lane, OreeXmppRx *rx);
/* An error stanza that came back; takes it. */
void oree_gateway_error_in (OreeLane *lane, OreeXmppRx *rx);
/* A MESSAGE for a contact. */
void oree_gateway_message_out (OreeLane *lane, OreeSipRx *rx);
gboolean oree_gateway_messages_idle (OreeLane *lane);
/* Answers everything that waits, before the gateway stops. */
void oree_gateway_messages_stop (OreeLane *lane);

/* --- presence (oree-gateway-presence.c) --------------------------------------------------------- */

void oree_gateway_presence_init (OreeLane *lane);
void oree_gateway_presence_clear (OreeLane *lane);
void oree_gateway_presence_start (OreeLane *lane);
void oree_gateway_presence_stop (OreeLane *lane);
/* A presence stanza; takes it. */
void oree_gateway_presence_in (OreeLane *lane, OreeXmppRx *rx);
/* SUBSCRIBE for a contact, or in a dialog of ours; NOTIFY in a dialog of ours. */
void oree_gateway_subscribe_in (OreeLane *lane, OreeSipRx *rx);
void oree_gateway_notify_in (OreeLane *lane, OreeSipRx *rx);
/* The allow entry of the pair is gone: the contact stops seeing our user, unless the partner's type needs no entry. */
void oree_gateway_presence_revoked (OreeLane *lane, const char *aor, const char *contact);
void oree_gateway_presence_publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact);
/* A stream from `domain` was just proved. */
void oree_gateway_presence_alive (OreeLane *lane, const char *domain);
void oree_gateway_presence_list (OreeLane *lane, GVariantBuilder *rows);

/* --- shared by the parts ------------------------------------------------------------------------ */

/* Answers a stanza with an error; its slot is settled when the answer is acknowledged. Takes `rx`. */
void oree_gateway_refuse (OreeLane *lane, OreeXmppRx *rx, OreeStanzaErr err, const char *text);
/* The one decision for a stanza of this kind and for its way back. `aor` may be NULL. */
OreeVerdict oree_gateway_verdict (OreeLane *lane, OreeDirection direction, OreeXmppAsk ask, const char *aor,
                                  const OreeJid *contact, const char *local_domain, OreeXmppAuth auth);

G_END_DECLS
