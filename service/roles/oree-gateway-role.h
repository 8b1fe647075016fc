/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XMPP gateway: what the roles around it and its own parts need of one another. */
#pragma once
#include "gateway/oree-gw-boundary.h"
#include "gateway/oree-gw-message.h"
#include "gateway/oree-gw-people.h"
#include "gateway/oree-gw-receipts.h"
#include "roles/oree-role-ops.h"
#include "roles/oree-sip-hub.h"
#include "roles/oree-xmpp-out.h"
#include "roles/oree-xmpp-rx.h"

G_BEGIN_DECLS

typedef struct _OreeGatewayPresence OreeGatewayPresence;
typedef struct _OreeGatewayAllow OreeGatewayAllow;
typedef struct _OreeGatewayAnswered OreeGatewayAnswered;
typedef struct _OreeGatewayDebts OreeGatewayDebts;
typedef struct _OreeGatewayMessages OreeGatewayMessages;
typedef struct _OreeGatewayTyping OreeGatewayTyping;
typedef struct _OreeGatewaySessions OreeGatewaySessions;
typedef struct _OreeGatewayBoundary OreeGatewayBoundary;

struct _OreeGatewayRole
{
  OreeLane *lane;
  OreeGatewayAllow *allow;
  OreeGatewayAnswered *answered;
  OreeGatewayDebts *debts;
  OreeGatewayMessages *messages;
  OreeGatewaySessions *sessions;
  OreeGatewayPresence *presence;
  OreeGatewayTyping *typing;
  OreeGwPeople *people;     /* of ours, as seen by the domains of this lane */
  OreeGwReceipts *receipts; /* notifications our users owe contacts of this lane */
  GHashTable *budgets;      /* partner domain → OreeGwBudget */
  OreeGatewayBoundary *boundary;
  OreeTime since;
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
/* The same for a contact of any kind, whoever its domain is: the entry is made when there is none. */
void oree_gateway_allow_contact (OreeLane *lane, const char *aor, const OreeJid *contact,
                                 void (*then) (OreeLane *lane, gboolean ok, gpointer data), gpointer data);
/* Revokes by key "aor contact"; FALSE when this lane has none. */
gboolean oree_gateway_revoke (OreeLane *lane, const char *key);
void oree_gateway_allow_list (OreeLane *lane, GVariantBuilder *rows);

/* --- people (oree-gateway-people.c): what users of ours read and take, kept through restarts -------- */

void oree_gateway_people_init (OreeLane *lane);
/* A request of `aor` that shows something of its sender; as oree_gw_people_learn. */
void oree_gateway_people_learn (OreeLane *lane, const char *aor, const OreeSipMsg *request, OreeSpan display,
                                const OreeGwContent *content);
/* The user's device refused more than plain text. */
void oree_gateway_people_takes_plain (OreeLane *lane, const char *aor);

/* --- boundary profiles (oree-gateway-boundary.c) -------------------------------------------------- */

void oree_gateway_boundary_init (OreeLane *lane);
void oree_gateway_boundary_clear (OreeLane *lane);
/* The profile of the partner of this domain under the policy in force; NULL: everything crosses. Borrowed until the next
 * policy. */
const OreeGwBoundary *oree_gateway_boundary (OreeLane *lane, const char *domain);
/* The same under `policy`; FALSE: none. */
gboolean oree_gateway_boundary_read (const OreePolicy *policy, const char *domain, OreeGwBoundary *out);
/* A new policy: forgets what the old one said, and lets go what waits, to be judged anew once it is in force. */
void oree_gateway_boundary_publish (OreeLane *lane);
/* Answers what waits, before the gateway stops. */
void oree_gateway_boundary_stop (OreeLane *lane);
gboolean oree_gateway_boundary_idle (OreeLane *lane);

typedef enum
{
  OREE_PACE_GO,
  OREE_PACE_WAITS,  /* it was taken, and comes back by oree_gateway_message_in or _message_out when its time has come */
  OREE_PACE_TOO_MUCH /* it would wait too long: refuse it */
} OreePace;

/* A message of `person` comes, from the partner of `boundary` or for it: `rx` or `request`, the other is NULL; `rx` is taken
 * when it waits, of `request` a reference. `contact` as for oree_gateway_message_out. */
OreePace oree_gateway_boundary_pace (OreeLane *lane, const OreeGwBoundary *boundary, const char *person, OreeXmppRx *rx,
                                     OreeSipRx *request, const OreeJid *contact);

/* --- messages (oree-gateway-messages.c) --------------------------------------------------------- */

void oree_gateway_messages_init (OreeLane *lane);
void oree_gateway_messages_clear (OreeLane *lane);
/* A message stanza that is not an error; takes it. */
void oree_gateway_message_in (OreeLane *lane, OreeXmppRx *rx);
/* An error stanza that came back; takes it. */
void oree_gateway_error_in (OreeLane *lane, OreeXmppRx *rx);
/* A MESSAGE for a contact: `contact` when it came inside a session, else NULL: its Request-URI names it. */
void oree_gateway_message_out (OreeLane *lane, OreeSipRx *rx, const OreeJid *contact);
gboolean oree_gateway_messages_idle (OreeLane *lane);
/* Answers everything that waits, before the gateway stops. */
void oree_gateway_messages_stop (OreeLane *lane);
/* The contact confirms stanza `id` of ours: delivered, or displayed. */
void oree_gateway_confirmed (OreeLane *lane, const OreeJid *contact, const char *id, gboolean displayed);

/* --- answered messages (oree-gateway-answered.c): an error or a notification may still come ---------- */

void oree_gateway_answered_init (OreeLane *lane);
void oree_gateway_answered_clear (OreeLane *lane);
#define OREE_GATEWAY_STANZA_ID_SIZE 48
/* An id for a message stanza from `user` to `contact` that proves itself: an error that names it is about a message of ours,
 * whichever life of ours sent it. */
void oree_gateway_stanza_id (OreeLane *lane, const OreeJid *user, const OreeJid *contact, char out[OREE_GATEWAY_STANZA_ID_SIZE]);
/* The MESSAGE of `aor` that became stanza `id` was answered with success. Of `asked` message_id, wants, wall and routes say which
 * notifications its sender wants; message_id and routes are taken. */
void oree_gateway_answered (OreeLane *lane, const char *id, const char *aor, const OreeJid *contact, OreeSpan call_id,
                            OreeGwContent *asked);
/* An error stanza: TRUE when it is about such a message; then its sender is told, and `rx` taken. */
gboolean oree_gateway_answered_failed (OreeLane *lane, OreeXmppRx *rx);
/* As oree_gateway_confirmed, of a message that is answered. */
void oree_gateway_answered_confirmed (OreeLane *lane, const OreeJid *contact, const char *id, gboolean displayed);

/* --- debts (oree-gateway-debts.c): what contacts must still be told ------------------------------- */

void oree_gateway_debts_init (OreeLane *lane);
void oree_gateway_debts_clear (OreeLane *lane);
/* Pays what the last run owed. */
void oree_gateway_debts_start (OreeLane *lane);
/* Sends `error`, the answer to a stanza, until the partner has acknowledged it; then settles the stanza. Takes `rx`. */
void oree_gateway_owe (OreeLane *lane, OreeXmppRx *rx, const OreeXmlNode *error);
/* What a user of ours must hear of a message that was answered with success. All but `type` and `languages` (static) are owned. */
typedef struct
{
  char *aor;
  char *call_id; /* of that message; "": not known any more */
  char *text;
  const char *type;      /* of the text */
  const char *languages; /* of the text, as Content-Language takes them; NULL: not said */
} OreeGatewayTiding;

/* Sends it until a device took it, as a message from the contact that `rx`, the error, came from; then settles that. Takes `rx`
 * and what is in `tiding`. */
void oree_gateway_owe_user (OreeLane *lane, OreeXmppRx *rx, const OreeGatewayTiding *tiding);
/* The outcome of a message takes so long that our acknowledgement passes it now: makes a durable note that its sender waits
 * for a word. */
void oree_gateway_note (OreeLane *lane, OreeXmppRx *rx);
/* A stanza is delivered, or needs no answer: forgets the note, settles it. */
void oree_gateway_settled (OreeLane *lane, OreeXmppRx *rx);

/* --- notifications (oree-gateway-notify.c): receipts ⇄ IMDN --------------------------------------- */

/* What is needed to notify the sender of a MESSAGE. All borrowed. */
typedef struct
{
  const char *aor;        /* who sent it */
  const char *contact;    /* SIP URI of who notifies */
  const char *message_id; /* of the MESSAGE */
  gint64 wall;            /* its DateTime; 0: not said */
  const GPtrArray *routes;
} OreeGatewayNotice;

void oree_gateway_notify_init (OreeLane *lane);
/* A notification (IMDN) as the body of a message, of type OREE_CPIM_TYPE; NULL when an address does not fit. Owned. */
char *oree_gateway_notification (OreeLane *lane, const OreeGatewayNotice *notice, OreeImdnStatus status);
/* Sends it to a user of ours; nobody is told when that fails. */
void oree_gateway_notify (OreeLane *lane, const OreeGatewayNotice *notice, OreeImdnStatus status);
/* Wraps a body in message/cpim with a fresh Message-ID (owned, in *message_id) that asks for notifications. NULL when an address
 * does not fit. Owned. */
GString *oree_gateway_wrap (OreeLane *lane, const char *from, const char *aor, const OreeGwSip *sip, gboolean marker,
                            const char *type, OreeSpan body, char **message_id);
/* A message whose notification is waited for under `message_id`, through restarts of ours; takes the strings of `receipt`. */
void oree_gateway_await (OreeLane *lane, const char *message_id, OreeGwReceipt receipt);
/* No longer. NULL: nothing. */
void oree_gateway_await_no_more (OreeLane *lane, const char *message_id);
/* What is waited for through restarts, as a row of the kind `prefix`: `state` (taken; "since" is added), or NULL: no longer. */
void oree_gateway_receipt_row (OreeLane *lane, const char *prefix, const char *id, GVariantDict *state);
/* Is it a row of this kind (what its key begins with) that is still waited for? What is too old is struck. */
gboolean oree_gateway_receipt_row_is_due (OreeLane *lane, const OreeRuntimeRow *row, const char *prefix);
/* An IMDN of our user `aor` for a contact. */
void oree_gateway_notification_in (OreeLane *lane, const char *aor, const OreeJid *user, const OreeImdn *imdn);

/* --- typing (oree-gateway-typing.c) --------------------------------------------------------------- */

void oree_gateway_typing_init (OreeLane *lane);
void oree_gateway_typing_clear (OreeLane *lane);
/* A message stanza of a contact, allowed, that has a state or content. */
void oree_gateway_typing_stanza (OreeLane *lane, const OreeStanza *stanza, const char *aor, OreeChatState state,
                                 gboolean content);
/* A status message of our user. */
void oree_gateway_typing_status (OreeLane *lane, const char *aor, const OreeJid *contact, const OreeIsComposing *status);
/* A message of our user: TRUE when the contact follows chat states. */
gboolean oree_gateway_typing_content (OreeLane *lane, const char *aor, const OreeJid *contact);

/* --- manners (oree-gateway-manners.c): queries, refusals of the matter, budgets -------------------- */

/* An iq; takes it. */
void oree_gateway_query_in (OreeLane *lane, OreeXmppRx *rx);
/* Refuses what a gateway cannot carry, with a sentence in the sender's language; counts and reports it. Takes `rx`. */
void oree_gateway_refuse_matter (OreeLane *lane, OreeXmppRx *rx, OreeGwRefusalId refusal);
/* The same for a request of our user. */
void oree_gateway_refuse_request (OreeLane *lane, OreeSipRx *rx, const char *aor, OreeGwRefusalId refusal,
                                  const char *unsupported);
/* Refuses an invitation or a call by the message its own protocol has for that, where there is one. Takes `rx`. */
void oree_gateway_decline (OreeLane *lane, OreeXmppRx *rx, const OreeGwExtras *extras, OreeGwRefusalId refusal);
/* May `domain` cause one more stanza or message of our own making? */
gboolean oree_gateway_budget (OreeLane *lane, const char *domain);

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
/* The allow entry of the pair is gone: neither sees the other any more, unless the partner's type needs no entry. */
void oree_gateway_presence_revoked (OreeLane *lane, const char *aor, const char *contact);
void oree_gateway_presence_publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact);
/* A stream from `domain` was just proved. */
void oree_gateway_presence_alive (OreeLane *lane, const char *domain);
/* A stream with `domain` broke. */
void oree_gateway_presence_lost (OreeLane *lane, const char *domain);
/* The next hop was unreachable from this lane, and works again. */
void oree_gateway_presence_returned (OreeLane *lane);
void oree_gateway_presence_list (OreeLane *lane, GVariantBuilder *rows);

/* --- shared by the parts ------------------------------------------------------------------------ */

/* Answers a stanza with an error; its slot is settled when the answer is acknowledged. `text` (NULL: none) is a phrase in the
 * language of the stanza. Takes `rx`. */
void oree_gateway_refuse (OreeLane *lane, OreeXmppRx *rx, OreeStanzaErr err, const char *text);
/* The same with an error already built; NULL: none may be sent. Takes `rx`. */
void oree_gateway_refuse_with (OreeLane *lane, OreeXmppRx *rx, const OreeXmlNode *error);
/* The same with what the condition tells a person, in the sender's language. Takes `rx`. */
void oree_gateway_refuse_person (OreeLane *lane, OreeXmppRx *rx, OreeStanzaErr err);
/* The one decision for a stanza of this kind and for its way back. `aor` may be NULL. */
OreeVerdict oree_gateway_verdict (OreeLane *lane, OreeDirection direction, OreeXmppAsk ask, const char *aor,
                                  const OreeJid *contact, const char *local_domain, OreeXmppAuth auth);

G_END_DECLS
