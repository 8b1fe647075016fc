/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is at the other end of a SIP federation connection: what its certificate says, read once after the handshake,
 * asked for every domain that speaks through it. */
#pragma once
#include "net/oree-conn.h"
#include "policy/oree-decide-peer.h"
#include "roles/oree-lane.h"

G_BEGIN_DECLS

/* Immutable and counted: travels with messages between lanes. */
typedef struct _OreeSipPeer OreeSipPeer;

struct _OreeSipPeer
{
  gatomicrefcount refs;
  OreePeerCert *cert;
  OreeCertDirection direction;
  OreePeerNames names; /* owned here */
};

/* SEAM (a): a peer's certificate is judged here, once per connection, right after the handshake: chain, dates, usage
 * (lenient: strictness is a record's affair, and decided per domain by oree_decide_peer through names.strict_usage).
 * OK and `*peer`, or why not. Which of its names proves which domain is oree_peer_proof's question. */
OreeCertOutcome oree_sip_peer_judge (OreeConn *conn, OreeCertDirection direction, OreeSipPeer **peer);
/* The same of a certificate (NULL: none was shown) at `wall`, microseconds since 1970. */
OreeCertOutcome oree_sip_peer_read (OreePeerCert *cert, OreeCertDirection direction, gint64 wall, OreeSipPeer **peer);
OreeSipPeer *oree_sip_peer_ref (OreeSipPeer *self);
void oree_sip_peer_unref (OreeSipPeer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeSipPeer, oree_sip_peer_unref)

G_END_DECLS
