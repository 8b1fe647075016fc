/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explain: what a partner's boundary profile does to something that is allowed. */
#pragma once
#include "policy/oree-decide-xmpp.h"

G_BEGIN_DECLS

/* One step for each setting of the profile of `domain` that differs from its default and matters to `ask`. `domain`
 * normalised. */
void oree_explain_boundary (const OreePolicy *policy, const char *domain, OreeXmppAsk ask, OreeTrail *trail);

G_END_DECLS
