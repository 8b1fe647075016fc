/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half of a stream that carries our stanzas: the queue, what was sent and not acknowledged, the peer's size limit.
 * The outbound machine has one, and so has the inbound one whose stream is used both ways (XEP-0288).
 *
 * Effects: SEND; ACKED and FAIL with a token. Every token put in comes out exactly once, or by cancel. */
#pragma once
#include "codec/xml/oree-xml-node.h"
#include "codec/xmpp/oree-stanza-err.h"
#include "proto/oree-effects.h"
#include "proto/xmpp/oree-s2s-acks.h"
#include "proto/xmpp/oree-s2s-reason.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_S2S_ACKED_BY_PEER, /* XEP-0198 */
  OREE_S2S_ACKED_WRITTEN  /* handed to an authenticated stream; the peer acknowledges nothing */
} OreeS2sAcked;

typedef enum
{
  OREE_S2S_SENDER_ACKS_OFF,
  OREE_S2S_SENDER_ACKS_ASKED, /* <enable/> is under way; what is sent counts already */
  OREE_S2S_SENDER_ACKS_ON
} OreeS2sSenderAcks;

typedef struct
{
  GQueue queue; /* what waits: its order is the order of sending */
  OreeS2sSenderAcks acks_state;
  OreeS2sAcksOut acks;
  OreeTime enabled_by; /* ACKS_ASKED: the peer has answered by then */
  gsize max_bytes;     /* the peer's (XEP-0478); 0: not said */
  gboolean open;       /* the stream carries stanzas */
  gboolean shut;       /* and takes no more */
  OreeTime last_stanza;
  OreeTime last_sent;  /* anything of this half */
} OreeS2sSender;

void oree_s2s_sender_init (OreeS2sSender *self, OreeTime now);
void oree_s2s_sender_clear (OreeS2sSender *self);

/* The stream is authenticated: what waits goes out. `enable`: acknowledgements are asked for (XEP-0198). */
void oree_s2s_sender_open (OreeS2sSender *self, gboolean enable, OreeTime now, OreeEffects *out);
/* The peer switched acknowledgements on for both directions; we agreed. What is sent from here on counts. */
void oree_s2s_sender_enabled_by_peer (OreeS2sSender *self);
/* No more is taken; what is there still goes out. */
void oree_s2s_sender_shut (OreeS2sSender *self);

/* One stanza, sent when it may be, in order. */
void oree_s2s_sender_put (OreeS2sSender *self, GBytes *stanza, guint64 token, OreeTime now, OreeEffects *out);
/* TRUE when it was still waiting and is now forgotten. */
gboolean oree_s2s_sender_cancel (OreeS2sSender *self, guint64 token);
/* <a/>, <enabled/>, <failed/>. Anything but OK ends the stream; *err is what the peer is told (NONE: it was told). */
OreeS2sReason oree_s2s_sender_on_sm (OreeS2sSender *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out,
                                     OreeStreamErr *err);
/* At the end of each loop turn: asks for an acknowledgement when something is in doubt. */
void oree_s2s_sender_flush (OreeS2sSender *self, OreeTime now, OreeEffects *out);
/* Asks for an acknowledgement for the sake of the answer, which shows that the peer lives; FALSE when it cannot. */
gboolean oree_s2s_sender_probe (OreeS2sSender *self, OreeTime now, OreeEffects *out);
/* What waits has failed, what was sent may still be acknowledged. */
void oree_s2s_sender_fail_waiting (OreeS2sSender *self, OreeS2sReason reason, OreeEffects *out);
/* Everything put in comes out: sent and unacknowledged is unknown, waiting has failed for `reason`. Shut after that. */
void oree_s2s_sender_fail_all (OreeS2sSender *self, OreeS2sReason reason, OreeEffects *out);

/* Anything but OK ends the stream. */
OreeS2sReason oree_s2s_sender_on_deadline (OreeS2sSender *self, OreeTime now, OreeEffects *out);
OreeTime oree_s2s_sender_deadline (const OreeS2sSender *self);

/* Nothing waits, nothing is in doubt. */
gboolean oree_s2s_sender_is_drained (const OreeS2sSender *self);
guint oree_s2s_sender_queued (const OreeS2sSender *self);
guint oree_s2s_sender_in_doubt (const OreeS2sSender *self);

G_END_DECLS
