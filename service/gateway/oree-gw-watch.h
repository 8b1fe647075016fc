/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An XMPP contact watches a user of ours (RFC 8048 5.2): we are the subscriber on the SIP side. One machine per ordered
 * pair; the authorisation outlives dialogs and restarts.
 *
 *   authorisation   none ─subscribe→ pending ─first active NOTIFY→ granted ─unsubscribe, 403, 489, 603, rejected→ none
 *   subscription    idle ─→ asking ─2xx or NOTIFY→ live ─expiry, 481, no NOTIFY→ asking … ─failure→ waiting ─→ asking
 */
#pragma once
#include "base/oree-time.h"
#include "codec/sip/oree-sip-msg.h"
#include "gateway/oree-gw-out.h"
#include "gateway/oree-gw-view.h"

G_BEGIN_DECLS

typedef struct _OreeGwWatch OreeGwWatch;

/* `contact` the watcher, `user` the watched (their bare JIDs are taken). `seed` spreads this pair's timers. Starts without
 * authorisation: over, unless a stanza changes that. */
OreeGwWatch *oree_gw_watch_new (const OreeJid *contact, const OreeJid *user, guint32 seed);
/* From a row this machine saved, after a restart: subscribes anew at `start`. NULL when the row is damaged. */
OreeGwWatch *oree_gw_watch_new_from_row (const OreeJid *contact, const OreeJid *user, guint32 seed, GVariant *row,
                                         OreeTime start);
void oree_gw_watch_free (OreeGwWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeGwWatch, oree_gw_watch_free)

/* How much the contact may see (default: all but notes), and how many seconds lie between two changes told. Shows again what
 * that changes. */
void oree_gw_watch_set_view (OreeGwWatch *self, const OreeGwView *view, guint interval, OreeTime now, OreeGwOut *out);

/* How many seconds a SUBSCRIBE asks for from now on (xmpp-gateway subscription-refresh-interval); kept between a minute
 * and a day. Default 3600 (RFC 3856 6.4). */
void oree_gw_watch_set_interval (OreeGwWatch *self, guint64 seconds);

/* A presence stanza from the contact to the user, of any type (subscribed and unsubscribed are not for here and do
 * nothing). */
void oree_gw_watch_on_stanza (OreeGwWatch *self, const OreeStanza *stanza, OreeTime now, OreeGwOut *out);
/* The final outcome of the last SUBSCRIBE; `response` NULL: none came (`status` 408) or it could not be sent (503). */
void oree_gw_watch_on_response (OreeGwWatch *self, guint status, const OreeSipMsg *response, OreeTime now,
                                OreeGwOut *out);
/* A NOTIFY in the current dialog. Returns the status that answers it: 200; 400 when Subscription-State or the document is
 * broken, 415 when it is neither PIDF nor Lync's categories, 489 when it is another package. The state it names is taken in any of these
 * cases but the first 400. */
guint oree_gw_watch_on_notify (OreeGwWatch *self, const OreeSipMsg *request, OreeTime now, OreeGwOut *out);
/* The SIP side was away and is back: whatever it forgot, or we waited for, is asked again at `at`. */
void oree_gw_watch_on_return (OreeGwWatch *self, OreeTime at);
void oree_gw_watch_on_deadline (OreeGwWatch *self, OreeTime now, OreeGwOut *out);
OreeTime oree_gw_watch_deadline (const OreeGwWatch *self);
/* The policy does not allow it any more: ends both sides and forgets. */
void oree_gw_watch_end (OreeGwWatch *self, OreeTime now, OreeGwOut *out);

/* Nothing left to do or remember: free it. */
gboolean oree_gw_watch_is_over (const OreeGwWatch *self);
/* "none" "pending" "granted"; "idle" "asking" "live" "waiting" "ending": for lists. Static. */
const char *oree_gw_watch_authorisation (const OreeGwWatch *self);
const char *oree_gw_watch_subscription (const OreeGwWatch *self);
/* When a SUBSCRIBE goes out next, for a refresh or for a new dialog; NEVER: when the contact wants one. */
OreeTime oree_gw_watch_next (const OreeGwWatch *self);
/* The contact was told what the SIP side last said, and the subscription that says it stands. */
gboolean oree_gw_watch_is_known (const OreeGwWatch *self);
/* The contact is offline: the subscription may lapse. */
gboolean oree_gw_watch_is_asleep (const OreeGwWatch *self);

G_END_DECLS
