/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which headers cross the edge, and what the edge says of a sender: ms-edge-proxy-message-trust for the inside, the
 * verification mark for partners (MS-SIPRE 2.2.15, lync-behaviour 4 and 9; RFC 3325). Pure. */
#pragma once
#include "codec/sip/oree-sip-write.h"
#include "policy/oree-decide-peer.h"

G_BEGIN_DECLS

typedef struct
{
  const OreePolicy *policy;
  const OreePeerStand *stand; /* of the partner on the other side */
  const char *remote_domain;  /* the partner's, normal form */
  gboolean inward;            /* from the partner to the inside; FALSE: the other way */
} OreeSipMarking;

/* Adds to `edit`, of `msg`, what must go and what we say. Rules, for requests and responses alike:
 *
 *   header                            inward                                   outward
 *   ms-edge-…, ms-source-… and kin    go; ours is added                        go; the verification mark is added
 *   P-Asserted-Identity               verified, and of the partner's domain    no Privacy asked, and of our domains
 *   P-Preferred-Identity,             goes                                     goes
 *   Remote-Party-ID
 *   Call-Info, Alert-Info, Error-Info from partners somebody listed            no addresses in it
 *   History-Info, Diversion           verified                                 only our domains and the partner's in it
 *   Identity (RFC 8224)               stays: it proves itself                  stays
 *   Authorization                     stays                                    goes where the realm is ours
 *   ms-diagnostics                    stays                                    goes: it tells of the inside
 *
 * Needs at most 24 of an edit's changes. */
void oree_sip_mark_edit (const OreeSipMarking *marking, const OreeSipMsg *msg, OreeSipEdit *edit);

/* What the partner's side says of its sender. More than one mark, or one that is neither, is as good as unverified. */
OreeSourceMark oree_sip_mark_read (const OreeSipMsg *msg);

/* The value of ms-edge-proxy-message-trust for what the partner sent; owned. */
char *oree_sip_mark_trust (const OreePolicy *policy, const OreePeerStand *stand);
/* The same for what the edge itself answers to the inside. Owned. */
char *oree_sip_mark_trust_own (const OreePolicy *policy);

G_END_DECLS
