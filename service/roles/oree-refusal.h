/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a refusal looks like in each protocol: the one table, since policy knows no protocol. */
#pragma once
#include "codec/sip/oree-sip-msg.h"
#include "codec/xmpp/oree-stanza-err.h"
#include "gateway/oree-gw-phrase.h"
#include "policy/oree-verdict.h"
#include "roles/oree-lane.h"

G_BEGIN_DECLS

typedef struct
{
  guint16 sip;          /* status of a request from inside */
  OreeStanzaErr stanza; /* condition of a stanza from a partner */
  OreeStreamErr stream; /* when the stream itself is refused */
  guint16 diagnostics;  /* ms-diagnostics code (lync-behaviour 9.3); 0: none */
} OreeRefusal;

/* The row of `reason`; static. Reasons that would tell a stranger who exists answer `service-unavailable`
 * (RFC 6120 8.3.3.7, 8.3.3.13). */
const OreeRefusal *oree_refusal (OreeReason reason);
/* Counts the refusal on the lane and reports `event` with from, to, what was refused, and the reason. */
void oree_refusal_report (OreeLane *lane, OreeEventId event, const char *from, const char *to, const char *what,
                          OreeReason reason);
/* A sentence for the status line that answers `request`, in the language its writer reads (Accept-Language) or else writes. */
const char *oree_refusal_phrase (const OreeSipMsg *request, OreeGwPhrase phrase);
/* The same for a refusal of policy; NULL: the usual phrase. */
const char *oree_refusal_phrase_of (const OreeSipMsg *request, OreeReason reason);

G_END_DECLS
