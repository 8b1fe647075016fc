/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving side of a server-to-server stream: header, STARTTLS, SASL EXTERNAL, dialback as receiving and as
 * authoritative server, addressing checks, acknowledgements, end; and our own stanzas on the same stream where both
 * sides want that (XEP-0288).
 *
 * Effects: SEND; TLS (throw away what is buffered in clear, start the handshake as server, then on_tls; RESTART
 * comes with it); RESTART (oree_xml_reader_reset); READY (code: OreeS2sProof, object: OreeS2sPair: one more pair is proved; the
 * reader gets oree_xml_caps_stream now); ASK (object: OreeDialbackCheck: verify it with the authoritative server
 * and call on_verified); DELIVER (object: OreeStanza, token: its slot for settle); FAIL (code: OreeS2sReason
 * STRANGER, object: OreeStanza, token: slot, settled already: answer it `forbidden` or drop it); ACKED, FAIL without
 * object: of a token put in with oree_s2s_in_send_bytes, as the outbound machine's; CLOSE (code: OreeS2sReason: write
 * what was sent, close the connection; nothing follows). */
#pragma once
#include "proto/xmpp/oree-s2s-receiver.h"
#include "proto/xmpp/oree-s2s-sender.h"

G_BEGIN_DECLS

typedef struct _OreeS2sIn OreeS2sIn;

/* A connection was accepted. `queries` is copied, its data must outlive the machine; `secret` (dialback, borrowed)
 * too. `certificate`: we have one, so STARTTLS can be offered. */
OreeS2sIn *oree_s2s_in_new (const OreeS2sQueries *queries, OreeSpan secret, gboolean certificate, OreeTime now);
void oree_s2s_in_free (OreeS2sIn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeS2sIn, oree_s2s_in_free)

/* One event of the reader. */
void oree_s2s_in_on_event (OreeS2sIn *self, const OreeXmlEvent *event, OreeTime now, OreeEffects *out);
/* The reader failed with an OreeParseError. */
void oree_s2s_in_on_parse_error (OreeS2sIn *self, gssize error, OreeTime now, OreeEffects *out);
/* Bytes came, whatever they were (white space too): the peer is alive. */
void oree_s2s_in_on_bytes (OreeS2sIn *self, OreeTime now);
/* The peer began with TLS instead of a header (XEP-0368): the handshake has started. */
void oree_s2s_in_on_direct_tls (OreeS2sIn *self);
/* The handshake is done; queries.proves answers from now on. */
void oree_s2s_in_on_tls (OreeS2sIn *self, OreeTime now, OreeEffects *out);
/* queries.awaits said yes for `domain`, and now `proves` says what holds. */
void oree_s2s_in_on_proof_known (OreeS2sIn *self, const char *domain, OreeTime now, OreeEffects *out);
/* The header is answered and the features are not, until on_proof_known: nothing is to be read meanwhile. */
gboolean oree_s2s_in_awaits_proof (const OreeS2sIn *self);
/* What came of an ASK (names as in the check). Results nobody waits for are ignored. */
void oree_s2s_in_on_verified (OreeS2sIn *self, const char *receiving, const char *originating,
                              const char *stream_id, OreeDialbackResult result, OreeTime now, OreeEffects *out);
/* The outcome of a delivered stanza is known. */
void oree_s2s_in_settle (OreeS2sIn *self, guint64 slot);
/* At the end of each loop turn: sends a pending acknowledgement, one for all that was settled. */
void oree_s2s_in_flush (OreeS2sIn *self, OreeTime now, OreeEffects *out);
/* Does this stream carry stanzas of `local` to `remote` (normal forms)? It does when the peer wanted it, and has proved
 * `remote` towards `local` here. */
gboolean oree_s2s_in_carries (const OreeS2sIn *self, const char *local, const char *remote);
/* Puts one in, written already; ask oree_s2s_in_carries first. As oree_s2s_out_send_bytes. */
void oree_s2s_in_send_bytes (OreeS2sIn *self, GBytes *stanza, guint64 token, OreeTime now, OreeEffects *out);
gboolean oree_s2s_in_cancel (OreeS2sIn *self, guint64 token);
/* queries.policy answers otherwise from now on: timers follow, ask for the deadline anew. */
void oree_s2s_in_on_policy (OreeS2sIn *self);
/* The connection is gone or its other half closed. */
void oree_s2s_in_on_lost (OreeS2sIn *self, OreeTime now, OreeEffects *out);
/* Close: SHUTDOWN, REPLACED, BLOCKED or any reason; waits a bounded time for the peer's end tag. */
void oree_s2s_in_close (OreeS2sIn *self, OreeS2sReason reason, OreeTime now, OreeEffects *out);

/* The same, but nothing more of ours is sent to this peer: what waits FAILs now. */
void oree_s2s_in_withdraw (OreeS2sIn *self, OreeS2sReason reason, OreeTime now, OreeEffects *out);

void oree_s2s_in_on_deadline (OreeS2sIn *self, OreeTime now, OreeEffects *out);
OreeTime oree_s2s_in_deadline (const OreeS2sIn *self);

/* For the owner's tables and lists. */
const OreeS2sPairs *oree_s2s_in_pairs (const OreeS2sIn *self);
/* The domain the peer named first, proved or not; NULL before. */
const char *oree_s2s_in_remote (const OreeS2sIn *self);
const char *oree_s2s_in_local (const OreeS2sIn *self);
const char *oree_s2s_in_stream_id (const OreeS2sIn *self);
gboolean oree_s2s_in_is_tls (const OreeS2sIn *self);
gboolean oree_s2s_in_is_ready (const OreeS2sIn *self);
gboolean oree_s2s_in_is_closed (const OreeS2sIn *self);
/* The condition of the stream error the peer ended with; NULL: none. Static. */
const char *oree_s2s_in_peer_error (const OreeS2sIn *self);
/* Acknowledgements are on. */
gboolean oree_s2s_in_has_acks (const OreeS2sIn *self);
/* Delivered stanzas not settled: stop reading the connection at OREE_S2S_UNACKED_MAX. */
guint oree_s2s_in_open (const OreeS2sIn *self);
/* A key it presented is being verified. */
gboolean oree_s2s_in_awaits_keys (const OreeS2sIn *self);
/* The peer asked for stanzas both ways. */
gboolean oree_s2s_in_is_bidirectional (const OreeS2sIn *self);
/* What of ours waits and is in doubt. */
const OreeS2sSender *oree_s2s_in_sender (const OreeS2sIn *self);

G_END_DECLS
