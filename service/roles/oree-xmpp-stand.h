/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the records say about a remote domain, in the words of the stream machines. */
#pragma once
#include "policy/oree-decide-xmpp.h"
#include "proto/xmpp/oree-s2s-policy.h"
#include "proto/xmpp/oree-s2s-reason.h"
#include "roles/oree-lane.h"

G_BEGIN_DECLS

/* The stand of `domain` (NULL: not known yet): partner, stranger or blocked, negotiation, timers. */
void oree_xmpp_stand (const OreePolicy *policy, const char *domain, OreeS2sPolicy *out);
/* The machines' word for a proof in the deciding function's. */
OreeXmppAuth oree_xmpp_auth_of (OreeS2sProof proof);
/* The same as people read it: "sasl-tls", "tls-dialback", "tcp-dialback", "none"; static. */
const char *oree_xmpp_auth_nick (OreeS2sProof proof);
/* May a stream between the two domains stand, given how it was proved? */
OreeVerdict oree_xmpp_stream_verdict (const OreePolicy *policy, OreeDirection direction, const char *local,
                                      const char *remote, OreeXmppAuth auth);
/* Why a stream ended, for events: in the words of policy where policy spoke ("blocked-domain", not "blocked"). */
const char *oree_xmpp_end_nick (const OreePolicy *policy, OreeDirection direction, const char *local,
                                const char *remote, OreeS2sProof proof, OreeS2sReason reason);
/* How many connections there may be with `domain`. */
guint64 oree_xmpp_limit (const OreePolicy *policy, const char *domain);
/* Is `domain` one we speak XMPP for? */
gboolean oree_xmpp_is_ours (const OreePolicy *policy, const char *domain);
/* Is the remote domain `domain` `partner`, or one of the domains of that record? */
gboolean oree_xmpp_is_of (const OreePolicy *policy, const char *partner, const char *domain);
/* A secret made once and kept: the same after a restart, on every lane. Owned. */
char *oree_xmpp_kept_secret (OreeLane *lane);
/* The dialback secret in force: the administrator's passphrase, else one made once and kept. Owned. */
char *oree_xmpp_dialback_secret (OreeLane *lane);

G_END_DECLS
