/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a domain publishes by https about its servers' certificates (POSH, RFC 7711): fetched when first asked for, kept
 * on the lane that owns the domain for as long as the document says. Asked from any lane. */
#pragma once
#include "codec/posh/oree-posh.h"
#include "net/oree-peer-cert.h"
#include "roles/oree-lane.h"

G_BEGIN_DECLS

void oree_xmpp_posh_init (OreeLane *lane);
void oree_xmpp_posh_clear (OreeLane *lane);

typedef struct _OreeXmppPoshQuestion OreeXmppPoshQuestion;
/* On the asking lane, once unless cancelled, never from inside the question. `posh` has fingerprints; borrowed; NULL:
 * the domain publishes none that can be used. */
typedef void (*OreeXmppPoshCb) (OreePosh *posh, gpointer data);

OreeXmppPoshQuestion *oree_xmpp_posh_ask (OreeLane *lane, const char *domain, OreeXmppPoshCb callback, gpointer data);
/* Before the callback ran: it never will. */
void oree_xmpp_posh_cancel (OreeXmppPoshQuestion *self);

/* Is `cert` one that `posh` names, and within its dates at `wall` (RFC 7711 6)? OK, NO_CERTIFICATE, EXPIRED,
 * NOT_YET_VALID, or POSH_MISMATCH. */
OreeCertOutcome oree_xmpp_posh_check (const OreePosh *posh, const OreePeerCert *cert, gint64 wall);

G_END_DECLS
