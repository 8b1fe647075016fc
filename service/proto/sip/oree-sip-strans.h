/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Server transaction, INVITE and other (RFC 3261 17.2, RFC 6026, RFC 4320). Absorbs retransmissions, repeats responses.
 *
 *   INVITE      Proceeding (100 after 200 ms) ─3xx-6xx→ Completed ─ACK→ Confirmed ─I→ Terminated; H → FAIL
 *               Proceeding ─2xx→ Accepted (ACK delivered) ─L→ Terminated
 *   other       Trying ─1xx→ Proceeding ─final→ Completed ─J→ Terminated   (100 after 3.5 s)
 *
 * Effects: SEND (a response); DELIVER, code = 0: the ACK just passed in is for the user; FAIL, code = NO_ACK. */
#pragma once
#include "codec/sip/oree-sip-write.h"
#include "proto/oree-effects.h"
#include "proto/sip/oree-sip-match.h"
#include "proto/sip/oree-sip-timers.h"

G_BEGIN_DECLS

typedef struct _OreeSipStrans OreeSipStrans;

/* For a request (any but ACK) that matched none; copies it. `key`: oree_sip_match_server(). */
OreeSipStrans *oree_sip_strans_new (const OreeSipMsg *request, const OreeSipKey *key, gboolean reliable, OreeTime now);
void oree_sip_strans_free (OreeSipStrans *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeSipStrans, oree_sip_strans_free)

const OreeSipKey *oree_sip_strans_key (const OreeSipStrans *self);
OreeSipMethod oree_sip_strans_method (const OreeSipStrans *self);
/* The request again, as spans into the copy held here. */
void oree_sip_strans_request (const OreeSipStrans *self, OreeSipMsg *request);

/* A request with this key: a retransmission, or the ACK. */
void oree_sip_strans_on_request (OreeSipStrans *self, const OreeSipMsg *request, OreeTime now, OreeEffects *out);
/* Takes `response` (made with oree_sip_write_response() from the request) and sends it. FALSE, and dropped, when the
 * transaction has already answered, when `response` is NULL, or for a 408 to anything but INVITE (RFC 4320 4.2); an
 * INVITE answered 2xx passes further 2xx. */
gboolean oree_sip_strans_respond (OreeSipStrans *self, guint status, GString *response, OreeTime now,
                                  OreeEffects *out);
/* A response without more headers or body. */
gboolean oree_sip_strans_respond_simple (OreeSipStrans *self, guint status, const char *phrase, const char *to_tag,
                                         OreeTime now, OreeEffects *out);
void oree_sip_strans_on_deadline (OreeSipStrans *self, OreeTime now, OreeEffects *out);
OreeTime oree_sip_strans_deadline (const OreeSipStrans *self);
/* A non-INVITE never ends by itself before it is answered: its user answers or frees it. */
gboolean oree_sip_strans_is_terminated (const OreeSipStrans *self);
/* A final response was given? */
gboolean oree_sip_strans_is_answered (const OreeSipStrans *self);

G_END_DECLS
