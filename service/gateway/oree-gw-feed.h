/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A user of ours watches an XMPP contact (RFC 8048 5.3): we are the notifier on the SIP side. One machine per ordered pair,
 * however many devices subscribed; their dialogs are the driver's, and take state and document from here.
 *
 *   authorisation   none ─first SUBSCRIBE→ pending ─subscribed, or presence shown→ granted ─unsubscribed, error→ none
 */
#pragma once
#include "base/oree-time.h"
#include "gateway/oree-gw-out.h"
#include "gateway/oree-gw-view.h"

G_BEGIN_DECLS

typedef struct _OreeGwFeed OreeGwFeed;

/* `user` the watcher, `contact` the watched (their bare JIDs are taken). `seed` spreads this pair's questions. NULL when the
 * contact has no SIP address. */
OreeGwFeed *oree_gw_feed_new (const OreeJid *user, const OreeJid *contact, guint32 seed);
/* From a row this machine saved; no dialogs yet. NULL when damaged. */
OreeGwFeed *oree_gw_feed_new_from_row (const OreeJid *user, const OreeJid *contact, guint32 seed, GVariant *row);
void oree_gw_feed_free (OreeGwFeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeGwFeed, oree_gw_feed_free)

/* How much of the contact our user may see (default: everything). Shows again what that changes. */
void oree_gw_feed_set_view (OreeGwFeed *self, const OreeGwView *view, OreeGwOut *out);

/* What a dialog starts with: PENDING or ACTIVE, and the document (borrowed; NULL: nothing known, or not to be shown). */
OreeGwState oree_gw_feed_state (const OreeGwFeed *self);
GBytes *oree_gw_feed_body (const OreeGwFeed *self);

/* A dialog was made by a SUBSCRIBE accepted: asks the contact when that is due. */
void oree_gw_feed_on_subscribe (OreeGwFeed *self, OreeTime now, OreeGwOut *out);
/* A dialog was brought back after a restart: the contact is asked at `start`, by the deadline. */
void oree_gw_feed_on_restored (OreeGwFeed *self, OreeTime start);
/* A dialog was refreshed: the contact is asked again when it is long since anybody was. */
void oree_gw_feed_on_refresh (OreeGwFeed *self, OreeTime now, OreeGwOut *out);
/* A poll (SUBSCRIBE with Expires 0 outside a dialog): only what is known; asks for more when allowed to. */
void oree_gw_feed_on_poll (OreeGwFeed *self, OreeTime now, OreeGwOut *out);
/* A dialog is over, however it ended, a poll's too: once for each on_subscribe and on_poll. After a STATE of TERMINATED
 * the dialogs of that moment count as ended already; saying so of each is still due and changes nothing. */
void oree_gw_feed_on_over (OreeGwFeed *self, OreeGwOut *out);

/* A presence stanza from the contact to the user, of any type (subscribe, unsubscribe and probe do nothing here). `wall`,
 * µs since 1970, is what seconds of idleness are counted back from. */
void oree_gw_feed_on_stanza (OreeGwFeed *self, const OreeStanza *stanza, OreeTime now, gint64 wall, OreeGwOut *out);
/* A stanza of ours failed, by error stanza or because it could not be sent. What was agreed on survives what may pass: the
 * devices see nobody there, and the contact is asked again later, later each time. */
void oree_gw_feed_on_error (OreeGwFeed *self, OreeStanzaErr err, OreeTime now, OreeGwOut *out);
/* The stream to the contact's domain was lost, or is back after a loss: the contact is asked again at `start`, by the
 * deadline. */
void oree_gw_feed_on_stream (OreeGwFeed *self, OreeTime start);
void oree_gw_feed_on_deadline (OreeGwFeed *self, OreeTime now, OreeGwOut *out);
/* When the contact is asked again; NEVER: when somebody wants to know. */
OreeTime oree_gw_feed_deadline (const OreeGwFeed *self);
/* The policy does not allow it any more, or our user gave the contact up: ends both sides and forgets. */
void oree_gw_feed_end (OreeGwFeed *self, OreeGwOut *out);

/* No dialogs and nothing to remember: free it. */
gboolean oree_gw_feed_is_over (const OreeGwFeed *self);
guint oree_gw_feed_dialogs (const OreeGwFeed *self);
/* "none" "pending" "granted"; static. */
const char *oree_gw_feed_authorisation (const OreeGwFeed *self);
/* The contact's presence was seen since somebody asked. */
gboolean oree_gw_feed_is_known (const OreeGwFeed *self);

G_END_DECLS
