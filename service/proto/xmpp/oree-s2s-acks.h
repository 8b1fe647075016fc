/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0198 without resumption: what of ours the peer has acknowledged and what is in doubt, and what of theirs we
 * answer for. Counters are modulo 2^32. */
#pragma once
#include "base/oree-time.h"

G_BEGIN_DECLS

/* Outbound: tokens of stanzas sent and not acknowledged, oldest first. */
typedef struct
{
  guint64 *ring;
  guint capacity; /* a power of two, or 0 */
  guint first;
  guint length;
  guint32 acked;    /* the h last seen */
  guint unasked;    /* stanzas sent since the last <r/> */
  guint asked;      /* <r/> not yet answered */
  OreeTime oldest_ask; /* when the oldest unanswered <r/> was sent; NEVER when none */
  OreeTime last_ask;
} OreeS2sAcksOut;

void oree_s2s_acks_out_init (OreeS2sAcksOut *self);
void oree_s2s_acks_out_clear (OreeS2sAcksOut *self);
/* One more stanza went out. FALSE when OREE_S2S_UNACKED_MAX are in flight: nothing was noted. */
gboolean oree_s2s_acks_out_sent (OreeS2sAcksOut *self, guint64 token);
gboolean oree_s2s_acks_out_full (const OreeS2sAcksOut *self);
/* How many are in doubt. */
guint oree_s2s_acks_out_length (const OreeS2sAcksOut *self);
/* The oldest one, taken off; FALSE when none. What on_ack said is taken this way, and all of it at loss. */
gboolean oree_s2s_acks_out_take (OreeS2sAcksOut *self, guint64 *token);
/* <a h/>: sets *count to how many of the oldest are now acknowledged (take them next). FALSE: h is more than was
 * sent, a stream error. */
gboolean oree_s2s_acks_out_on_ack (OreeS2sAcksOut *self, guint32 h, OreeTime now, guint *count);
/* Should an <r/> be sent now? `quiet`: the owner has nothing more to send this turn. If so, call _asked. */
gboolean oree_s2s_acks_out_wants_ask (const OreeS2sAcksOut *self, gboolean quiet, OreeTime now);
void oree_s2s_acks_out_asked (OreeS2sAcksOut *self, OreeTime now);
/* When to look again (ask again, or give up); NEVER when nothing is in doubt. */
OreeTime oree_s2s_acks_out_deadline (const OreeS2sAcksOut *self);
/* An <r/> is unanswered for too long. */
gboolean oree_s2s_acks_out_overdue (const OreeS2sAcksOut *self, OreeTime now);

/* Inbound: h does not count what came in but what is settled, in order: a stanza is settled when its outcome is
 * known, or OREE_REPORT_SECONDS after it came, when its outcome is ours to report. */
typedef struct
{
  OreeTime *ring;   /* when the slot came in; 0: settled */
  guint capacity;
  guint first;
  guint length;     /* slots not yet passed by h */
  guint64 passed;   /* slots passed by h; h is its low 32 bits */
  guint64 told;     /* the h last sent */
  gboolean wanted;  /* the peer asked while something was open: tell it when h moves */
} OreeS2sAcksIn;

void oree_s2s_acks_in_init (OreeS2sAcksIn *self);
void oree_s2s_acks_in_clear (OreeS2sAcksIn *self);
/* One more stanza came; its slot, from 1 on. */
guint64 oree_s2s_acks_in_received (OreeS2sAcksIn *self, OreeTime now);
/* Its outcome is known. Slots may settle in any order, late or twice; unknown ones are ignored. */
void oree_s2s_acks_in_settle (OreeS2sAcksIn *self, guint64 slot);
/* Settles what is older than OREE_REPORT_SECONDS. */
void oree_s2s_acks_in_expire (OreeS2sAcksIn *self, OreeTime now);
/* How many are open. */
guint oree_s2s_acks_in_open (const OreeS2sAcksIn *self);
/* <r/> came: the h to answer at once. */
guint32 oree_s2s_acks_in_on_request (OreeS2sAcksIn *self);
/* Is an unsolicited <a/> due (h moved since the peer asked and was told)? If so *h, noted as told. */
gboolean oree_s2s_acks_in_take_news (OreeS2sAcksIn *self, guint32 *h);
gboolean oree_s2s_acks_in_has_news (const OreeS2sAcksIn *self);
/* When the oldest open slot expires; NEVER when none. */
OreeTime oree_s2s_acks_in_deadline (const OreeS2sAcksIn *self);

G_END_DECLS
