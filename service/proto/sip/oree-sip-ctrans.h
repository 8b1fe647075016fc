/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Client transaction, INVITE and other (RFC 3261 17.1, RFC 6026). One request, its retransmissions, its responses.
 *
 *   INVITE      Calling ─1xx→ Proceeding ─3xx-6xx (ACK)→ Completed ─D→ Terminated
 *               Calling, Proceeding ─2xx→ Accepted (every 2xx delivered) ─M→ Terminated
 *   other       Trying ─1xx→ Proceeding ─final→ Completed ─K→ Terminated
 *   both        B, F, transport error → FAIL, Terminated
 *
 * Effects: SEND (request, ACK); DELIVER, code = status: the response just passed in is for the transaction's user;
 * FAIL, code = OreeSipFailure; ASK, code = OREE_SIP_ASK_CANCEL. */
#pragma once
#include "proto/oree-effects.h"
#include "proto/sip/oree-sip-match.h"
#include "proto/sip/oree-sip-timers.h"

G_BEGIN_DECLS

typedef struct _OreeSipCtrans OreeSipCtrans;

/* Takes `request` (any but ACK) and sends it. `reliable`: a stream. NULL, and nothing sent, when it does not parse.
 * Free it once oree_sip_ctrans_is_terminated(), or at any time to forget it. */
OreeSipCtrans *oree_sip_ctrans_new (GString *request, gboolean reliable, const guint8 *secret, OreeTime now,
                                    OreeEffects *out);
void oree_sip_ctrans_free (OreeSipCtrans *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeSipCtrans, oree_sip_ctrans_free)

/* Where responses find it: oree_sip_match_client(). */
const OreeSipKey *oree_sip_ctrans_key (const OreeSipCtrans *self);
OreeSipMethod oree_sip_ctrans_method (const OreeSipCtrans *self);
/* The request as sent; borrowed. */
GBytes *oree_sip_ctrans_request (const OreeSipCtrans *self);

void oree_sip_ctrans_on_response (OreeSipCtrans *self, const OreeSipMsg *response, OreeTime now, OreeEffects *out);
void oree_sip_ctrans_on_transport_error (OreeSipCtrans *self, OreeTime now, OreeEffects *out);
void oree_sip_ctrans_on_deadline (OreeSipCtrans *self, OreeTime now, OreeEffects *out);
/* OREE_TIME_NEVER once terminated. */
OreeTime oree_sip_ctrans_deadline (const OreeSipCtrans *self);
gboolean oree_sip_ctrans_is_terminated (const OreeSipCtrans *self);
/* A final response was delivered? */
gboolean oree_sip_ctrans_is_answered (const OreeSipCtrans *self);

/* INVITE only: asks to cancel, now or after the first provisional response (RFC 3261 9.1). Then, without a final
 * response within 64*T1 it fails with TIMEOUT. */
void oree_sip_ctrans_cancel (OreeSipCtrans *self, OreeTime now, OreeEffects *out);
/* The CANCEL for the request; owned. Send it with a client transaction of its own. */
GString *oree_sip_ctrans_build_cancel (const OreeSipCtrans *self);

/* The ACK for a failure, or the CANCEL, of `request`: its Request-URI, top Via, Route, From, Call-ID and CSeq number
 * (RFC 3261 9.1, 17.1.1.3). `to`: the To of the response, or the request's own. Owned; NULL when it is refused. */
GString *oree_sip_companion (const OreeSipMsg *request, const char *method, OreeSpan to);

G_END_DECLS
