/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stanza from a partner on its way to whoever answers for it, and the acknowledgement that waits for its outcome.
 * Streams of either direction put stanzas in here (XEP-0288). */
#pragma once
#include "codec/xmpp/oree-stanza.h"
#include "policy/oree-decide-xmpp.h"
#include "proto/xmpp/oree-dialback.h"
#include "roles/oree-lane.h"

G_BEGIN_DECLS

/* Set in the number of a stream that we opened. */
#define OREE_XMPP_STREAM_OUT 0x80000000u

/* The place of a stanza in its stream: settled once its outcome is known. Plain value, good on any lane. */
typedef struct
{
  guint16 lane;
  guint32 stream; /* never reused; 0: none */
  guint64 slot;
} OreeXmppSlot;

typedef struct
{
  OreeStanza *stanza; /* owned */
  OreeXmppSlot slot;
  OreeXmppAuth auth;  /* how (from, to) was proved */
  OreeTime received;  /* acknowledged OREE_REPORT_SECONDS later at the latest */
  char *note;         /* key of the durable note that its sender waits for a word; NULL: there is none */
} OreeXmppRx;

OreeXmppRx *oree_xmpp_rx_new (OreeStanza *stanza, OreeXmppSlot slot, OreeXmppAuth auth);
void oree_xmpp_rx_free (OreeXmppRx *rx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeXmppRx, oree_xmpp_rx_free)

/* Handles a stanza on the lane that owns its sender's domain; takes it. Sees to it that the slot is settled. */
typedef void (*OreeXmppHandler) (OreeLane *lane, OreeXmppRx *rx);
/* A domain proved itself on a new stream; on the lane that owns it. */
typedef void (*OreeXmppAlive) (OreeLane *lane, const char *domain);
/* A stream with a domain, in either direction, broke without a word; on the lane that owns it. */
typedef void (*OreeXmppLost) (OreeLane *lane, const char *domain);
void oree_xmpp_set_handler (OreeLane *lane, OreeXmppHandler handler, OreeXmppAlive alive, OreeXmppLost lost);
/* The outcome of a stanza is known (from any lane). */
void oree_xmpp_settle (OreeLane *lane, OreeXmppSlot slot);

void oree_xmpp_rx_init (OreeLane *lane);
void oree_xmpp_rx_clear (OreeLane *lane);

/* What a stream of this lane does with what its machine wants. Objects are taken. */
/* DELIVER: to the handler, on the lane that owns the sender's domain, in order. */
void oree_xmpp_rx_deliver (OreeLane *lane, guint32 stream, guint64 slot, OreeStanza *stanza, OreeXmppAuth auth);
/* FAIL of a stranger's stanza: answered `forbidden` over a stream of ours to its domain, which it has proved. */
void oree_xmpp_rx_refuse (OreeLane *lane, OreeStanza *stanza);
/* ASK: the authoritative server is asked over a stream of its own; the answer comes to the stream's machine. */
void oree_xmpp_rx_ask (OreeLane *lane, guint32 stream, OreeDialbackCheck *check);
/* `remote` has proved itself: its back-off ends, who waits for it hears. */
void oree_xmpp_rx_alive (OreeLane *lane, const char *remote);
/* A stream with `remote`, in either direction, broke. Any lane. */
void oree_xmpp_rx_lost (OreeLane *lane, const char *remote);

G_END_DECLS
