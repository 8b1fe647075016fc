/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half of a stream that receives the peer's stanzas: which pairs of domains it has proved and how it proves more
 * by dialback (we are receiving or authoritative server), the addressing checks, our acknowledgements. The inbound
 * machine has one, and so has the outbound one whose stream is used both ways (XEP-0288).
 *
 * Functions that return a reason: anything but OK ends the stream with it, after the bytes in `out`.
 * Effects: SEND; READY (code: OreeS2sProof, object: OreeS2sPair: one more pair is proved); ASK (object:
 * OreeDialbackCheck: verify it with the authoritative server, over another connection, and call on_verified); DELIVER
 * (object: OreeStanza, token: its slot for settle); FAIL (code: OreeS2sReason STRANGER, object: OreeStanza, token: slot,
 * settled already). */
#pragma once
#include "codec/xml/oree-xml-reader.h"
#include "codec/xmpp/oree-stanza.h"
#include "proto/oree-effects.h"
#include "proto/xmpp/oree-dialback.h"
#include "proto/xmpp/oree-s2s-acks.h"
#include "proto/xmpp/oree-s2s-pair.h"
#include "proto/xmpp/oree-s2s-policy.h"
#include "proto/xmpp/oree-s2s-reason.h"

G_BEGIN_DECLS

typedef struct
{
  OreeS2sQueries queries;
  OreeSpan secret;     /* dialback; borrowed */
  gboolean tls;        /* the stream is protected; kept true by the machine */
  char *stream_id;     /* of the stream as it is now, as its receiver called it; owned */
  char *lang;          /* of the peer's header; owned */

  OreeS2sPairs pairs;
  GPtrArray *pending;  /* keys presented and not verified yet */
  guint dialback_failures;
  OreeS2sReason refused;  /* why the peer's last try to prove itself was not taken; OK: none was */
  gboolean asked_by_peer; /* it came to verify keys */

  gboolean acks_on;
  OreeS2sAcksIn acks;
  OreeTime news_since; /* h moved and the owner has not flushed */

  guint stranger_stanzas;
  OreeTime stranger_by;
  OreeTime last_stanza;
  OreeTime last_sent;  /* anything of this half */
} OreeS2sReceiver;

/* `queries` is copied, its data and `secret` outlive the receiver. */
void oree_s2s_receiver_init (OreeS2sReceiver *self, const OreeS2sQueries *queries, OreeSpan secret, OreeTime now);
void oree_s2s_receiver_clear (OreeS2sReceiver *self);
/* The stream begins anew under TLS: nothing is proved, nothing counted (RFC 6120 5.4.3.3). */
void oree_s2s_receiver_reset (OreeS2sReceiver *self);
/* Takes `text`. */
void oree_s2s_receiver_send (OreeS2sReceiver *self, GString *text, OreeTime now, OreeEffects *out);

gboolean oree_s2s_receiver_is_ours (const OreeS2sReceiver *self, const char *domain);
/* Does the certificate shown on this stream prove `domain`? */
gboolean oree_s2s_receiver_proves (const OreeS2sReceiver *self, const char *domain);
/* Not yet, but perhaps soon: on_proof_known will tell. */
gboolean oree_s2s_receiver_awaits_proof (const OreeS2sReceiver *self, const char *domain);
/* At least one pair is proved. */
gboolean oree_s2s_receiver_is_proved (const OreeS2sReceiver *self);

/* The peer has proved `from` towards `to`. */
void oree_s2s_receiver_proved (OreeS2sReceiver *self, const char *from, const char *to, OreeS2sProof proof,
                               OreeTime now, OreeEffects *out);
/* <db:result/> and <db:verify/> without a type: requests of the peer. Domains of `element` as written. */
OreeS2sReason oree_s2s_receiver_on_dialback (OreeS2sReceiver *self, const OreeXmlNode *node, OreeTime now,
                                             OreeEffects *out);
/* What came of an ASK (names as in the check). Results nobody waits for are ignored. */
OreeS2sReason oree_s2s_receiver_on_verified (OreeS2sReceiver *self, const char *receiving, const char *originating,
                                             const char *stream_id, OreeDialbackResult result, OreeTime now,
                                             OreeEffects *out);
/* queries.awaits said yes for `domain`, and now `proves` says what holds: keys presented for it go on. */
OreeS2sReason oree_s2s_receiver_on_proof_known (OreeS2sReceiver *self, const char *domain, OreeTime now,
                                                OreeEffects *out);
/* Something a peer may get wrong only so often. */
OreeS2sReason oree_s2s_receiver_dialback_failed (OreeS2sReceiver *self);

/* A stanza: addressing, standing, delivery. */
OreeS2sReason oree_s2s_receiver_on_stanza (OreeS2sReceiver *self, const OreeXmlEvent *event, OreeTime now,
                                           OreeEffects *out);
/* Stanzas count from here on (XEP-0198). */
void oree_s2s_receiver_enable_acks (OreeS2sReceiver *self);
/* <r/>: answered at once with what is settled. */
void oree_s2s_receiver_on_request (OreeS2sReceiver *self, OreeTime now, OreeEffects *out);
/* The acknowledgement that belongs before our last word; appends nothing when they are off. */
void oree_s2s_receiver_last_ack (OreeS2sReceiver *self, GString *text);
/* The outcome of a delivered stanza is known. */
void oree_s2s_receiver_settle (OreeS2sReceiver *self, guint64 slot);
/* At the end of each loop turn: one acknowledgement for all that was settled. */
void oree_s2s_receiver_flush (OreeS2sReceiver *self, OreeTime now, OreeEffects *out);
/* Delivered and not settled, as far as the peer waits for an acknowledgement. */
guint oree_s2s_receiver_open (const OreeS2sReceiver *self);

/* Acknowledgements that became ours to give; unanswered keys when `keys`. */
OreeS2sReason oree_s2s_receiver_on_deadline (OreeS2sReceiver *self, gboolean keys, OreeTime now, OreeEffects *out);
OreeTime oree_s2s_receiver_deadline (const OreeS2sReceiver *self, gboolean keys);

G_END_DECLS
