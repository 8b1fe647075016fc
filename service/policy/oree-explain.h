/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explain: facts from the bus → the live decision, with every step. */
#pragma once
#include "policy/oree-decide-peer.h"
#include "policy/oree-decide-sip.h"
#include "policy/oree-decide-xmpp.h"

G_BEGIN_DECLS

/* `what` is "xmpp", "sip" or "peer"; `facts` is a{sv}, every value a string (as the CLI sends) or of its own type.
 *   xmpp  direction (in), ask (message), local-domain (the default domain), remote-domain, local-user, auth (sasl-tls),
 *         allow-entry (false); a local-user gives local-domain too; from= and to= addresses may be given instead
 *   peer  a SIP partner: direction (in), method (MESSAGE; none: the connection), local-domain, remote-domain, local-user, from=
 *         and to= as above; what was found out: names (of the certificate, a,b or none; not given: no handshake yet),
 *         srv-targets (likewise; dns-bogus or dns-failed: no answer to be believed, or none), usage (strict: its key usage holds in strict eyes; lenient), mark (unmarked), allow-entry, in-dialog, audio-video (false)
 *   sip   source (client; next-hop when there is one), method (MESSAGE), from, to, authenticated (= from)
 * On success TRUE: `*verdict` a{sv} (allow b, reason s, level s; route s for sip, relation s for peer) and `*steps` aa{sv}, both floating.
 * FALSE: `problems`, empty when handed in, says what is wrong with the facts (kind "explain"). */
gboolean oree_explain (const OreePolicy *policy, const char *what, GVariant *facts, GVariant **verdict,
                       GVariant **steps, OreeProblems *problems);

G_END_DECLS
