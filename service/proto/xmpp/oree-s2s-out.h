/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The initiating side of a server-to-server stream: one domain of ours to one domain of theirs. Header, STARTTLS,
 * SASL EXTERNAL, dialback as initiating server, questions to an authoritative server, the queue, acknowledgements; and the
 * peer's stanzas on the same stream where both sides want that (XEP-0288).
 *
 * Effects: SEND; TLS (start the handshake as client, then on_tls; RESTART comes with it); RESTART
 * (oree_xml_reader_reset); READY (code: OreeS2sProof; the reader gets oree_xml_caps_stream); ACKED (token; code: OreeS2sAcked; when the peer acknowledges
 * nothing, this follows the SEND at once); FAIL (token; code: OreeS2sReason; OUTCOME_UNKNOWN: it was sent, nobody
 * knows); DELIVER, ASK, FAIL with an object and READY with an object as the inbound machine's, on a stream used both
 * ways; AGAIN (code: OreeS2sReason: write what was sent, close this connection; when another one stands call start
 * with a fresh reader, or on_lost when there is none); ANSWER (token of a verify; code: OreeDialbackResult); CLOSE
 * (code: OreeS2sReason; every token was reported before it). Every token put in comes out exactly once, as ACKED or
 * FAIL, or by cancel. */
#pragma once
#include "proto/xmpp/oree-s2s-receiver.h"
#include "proto/xmpp/oree-s2s-sender.h"

G_BEGIN_DECLS

typedef struct _OreeS2sOut OreeS2sOut;

/* What came of our certificate as proof of who we are. */
typedef enum
{
  OREE_S2S_EXTERNAL_NOT_SEEN,    /* not come so far, or there was none to show */
  OREE_S2S_EXTERNAL_NOT_OFFERED, /* TLS stands, ours was shown, and the peer offers no EXTERNAL */
  OREE_S2S_EXTERNAL_REFUSED,     /* tried and refused */
  OREE_S2S_EXTERNAL_ACCEPTED
} OreeS2sExternal;

typedef struct
{
  const char *from;     /* ours, normal form; copied */
  const char *to;       /* theirs */
  OreeS2sPolicy policy; /* for `to` */
  OreeSpan secret;      /* dialback; borrowed, outlives the machine */
  gboolean certificate; /* we have one to show, so EXTERNAL can succeed */
  gboolean verify_only; /* carries questions only: never authenticates, closes after the last answer */
  /* For a stream used both ways: as the inbound machine's; copied, the data outlives the machine. NULL: one way. */
  const OreeS2sQueries *queries;
} OreeS2sOutOptions;

/* Stanzas may be put in at once; they wait. The establishment time runs from `now` on. */
OreeS2sOut *oree_s2s_out_new (const OreeS2sOutOptions *options, OreeTime now);
void oree_s2s_out_free (OreeS2sOut *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeS2sOut, oree_s2s_out_free)

/* Before `start`: the domain's zone names keys of this server, so there is TLS or nothing (RFC 7673 3.4). */
void oree_s2s_out_require_tls (OreeS2sOut *self);
/* A connection stands: sends the header; with `direct_tls` (XEP-0368) the handshake comes first, tell on_tls.
 * `spare`: should this server fail before it has proved anything, another can be tried: AGAIN follows then, not CLOSE. */
void oree_s2s_out_start (OreeS2sOut *self, gboolean direct_tls, gboolean spare, OreeTime now, OreeEffects *out);
void oree_s2s_out_on_event (OreeS2sOut *self, const OreeXmlEvent *event, OreeTime now, OreeEffects *out);
void oree_s2s_out_on_parse_error (OreeS2sOut *self, gssize error, OreeTime now, OreeEffects *out);
void oree_s2s_out_on_bytes (OreeS2sOut *self, OreeTime now);
/* The handshake is done; does the server's certificate prove `to`? */
void oree_s2s_out_on_tls (OreeS2sOut *self, gboolean proven, OreeTime now, OreeEffects *out);
/* There will be no connection (CONNECT_FAILED, NOT_FOUND, TLS_FAILED) or it is gone (CONNECTION_LOST). */
void oree_s2s_out_on_lost (OreeS2sOut *self, OreeS2sReason reason, OreeTime now, OreeEffects *out);

/* The policy for `to` is another one: timers follow, ask for the deadline anew. */
void oree_s2s_out_on_policy (OreeS2sOut *self, const OreeS2sPolicy *policy);

/* Puts a stanza in: sent when ready, in order. When it cannot be taken (queue full, closed, over the peer's limit)
 * FAIL follows in `out`. `token` is the caller's name for it. */
void oree_s2s_out_send (OreeS2sOut *self, const OreeXmlNode *stanza, guint64 token, OreeTime now,
                        OreeEffects *out);
/* The same for a stanza written already (bytes of oree_xml_write with default namespace jabber:server). */
void oree_s2s_out_send_bytes (OreeS2sOut *self, GBytes *stanza, guint64 token, OreeTime now, OreeEffects *out);
/* The caller gives up on a stanza: TRUE when it was still waiting and is now forgotten, FALSE when it was sent (its
 * outcome will come, and now says nothing more to the caller). */
gboolean oree_s2s_out_cancel (OreeS2sOut *self, guint64 token);
/* Asks the remote domain, as authoritative server, about a key presented to us; ANSWER follows. */
void oree_s2s_out_verify (OreeS2sOut *self, const OreeDialbackCheck *check, guint64 token, OreeTime now,
                          OreeEffects *out);
/* Of a stream used both ways: the outcome of a stanza DELIVERed; what came of an ASK. */
void oree_s2s_out_settle (OreeS2sOut *self, guint64 slot);
void oree_s2s_out_on_verified (OreeS2sOut *self, const char *receiving, const char *originating, const char *stream_id,
                               OreeDialbackResult result, OreeTime now, OreeEffects *out);
/* At the end of each loop turn: asks for an acknowledgement when something is in doubt, gives those that are due. */
void oree_s2s_out_flush (OreeS2sOut *self, OreeTime now, OreeEffects *out);
/* No more stanzas are taken; closes once everything is acknowledged, at the latest after OREE_S2S_CLOSE_SECONDS. */
void oree_s2s_out_close (OreeS2sOut *self, OreeS2sReason reason, OreeTime now, OreeEffects *out);

/* The same, but nothing more is sent to this peer: what waits FAILs now, what was sent may still be acknowledged. */
void oree_s2s_out_withdraw (OreeS2sOut *self, OreeS2sReason reason, OreeTime now, OreeEffects *out);

void oree_s2s_out_on_deadline (OreeS2sOut *self, OreeTime now, OreeEffects *out);
OreeTime oree_s2s_out_deadline (const OreeS2sOut *self);

const char *oree_s2s_out_from (const OreeS2sOut *self);
const char *oree_s2s_out_to (const OreeS2sOut *self);
gboolean oree_s2s_out_is_tls (const OreeS2sOut *self);
gboolean oree_s2s_out_is_ready (const OreeS2sOut *self);
/* Takes no more stanzas: closing or closed. The machine is to be kept until CLOSE. */
gboolean oree_s2s_out_is_closed (const OreeS2sOut *self);
gboolean oree_s2s_out_has_acks (const OreeS2sOut *self);
/* Waiting to be sent; sent and not acknowledged. */
guint oree_s2s_out_queued (const OreeS2sOut *self);
guint oree_s2s_out_in_doubt (const OreeS2sOut *self);
/* The peer's stanzas come on this stream too; for which pairs; delivered and not settled. */
gboolean oree_s2s_out_is_bidirectional (const OreeS2sOut *self);
const OreeS2sPairs *oree_s2s_out_pairs (const OreeS2sOut *self);
guint oree_s2s_out_open (const OreeS2sOut *self);
/* `detail` (may be NULL) becomes the peer's own words for a refusal, "" without any; borrowed. */
OreeS2sExternal oree_s2s_out_external (const OreeS2sOut *self, const char **detail);
/* How the peer named itself failing: the condition of its stream error, "" when it sent none. */
const char *oree_s2s_out_peer_error (const OreeS2sOut *self);

G_END_DECLS
