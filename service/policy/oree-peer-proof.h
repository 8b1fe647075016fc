/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which name in a SIP peer's certificate stands for a partner. Pure: names, DNS and the record's wish come in. */
#pragma once
#include "model/oree-sip-peer.h"
#include "policy/oree-verdict.h"

G_BEGIN_DECLS

/* What the peer's certificate was found to prove. */
typedef enum
{
  OREE_PEER_PROOF_PENDING,    /* no handshake yet: the question is put off */
  OREE_PEER_PROOF_NONE,
  OREE_PEER_PROOF_DOMAIN,     /* the partner's domain (RFC 5922 7) */
  OREE_PEER_PROOF_SRV_TARGET, /* a host directly below that domain which its SRV records name (Lync's way) */
  OREE_PEER_PROOF_SERVER      /* the server that the record names */
} OreePeerProof;

extern const OreeEnumValue oree_peer_proofs[]; /* "pending" "none" "domain" "srv-target" "server" */

/* The names a certificate carries whose chain, dates and usage hold. All in normal form, NULL-terminated, borrowed.
 * Wildcards are no names here (RFC 5922 7.2), the common name is one only where there is no alternative name. */
typedef struct
{
  const char *const *domains; /* SIP identities as RFC 5922 7.1 reads them */
  const char *const *hosts;   /* dNSNames */
  gboolean strict_usage;      /* key usage allows what it was used for in strict eyes too */
} OreePeerNames;

typedef struct
{
  const OreePeerNames *names;           /* NULL: there was no handshake yet */
  const char *domain;                   /* the partner's, normal form */
  const char *server;                   /* the Access Edge that its record names; NULL: DNS says */
  const char *const *srv_targets;       /* hosts that DNS names; NULL: not asked; empty: none */
  OreeReason dns;                       /* why it named none: DNS_BOGUS, DNS_FAILED; ALLOWED: it answered */
  OreeSipNameCheck check;               /* of the record */
  gboolean strict;                      /* the record's client-certificate-usage */
} OreePeerQuestion;

typedef struct
{
  OreePeerProof proof;
  const char *name; /* of the certificate; NULL: none counts */
  const char *host; /* with SRV_OUTSIDE: the host DNS leads to; borrowed */
  OreeReason why;   /* NONE: CERTIFICATE_NAME, CERTIFICATE_USAGE, SRV_OUTSIDE, DNS_BOGUS or DNS_FAILED; else ALLOWED */
} OreePeerAnswer;

/* A server that the record names counts alone, unless name-check is `domain`: whoever else has a certificate of that
 * domain is not the partner's edge. Otherwise the domain itself, or a target of its SRV records that lies directly below
 * it, neither deeper nor elsewhere: whoever answers for the domain's DNS could send its traffic anywhere
 * (lync-behaviour 5, RFC 5922 7.3, 7.4). */
OreePeerAnswer oree_peer_proof (const OreePeerQuestion *question);

/* Could SRV records, not asked for yet, still prove what the names alone do not? */
gboolean oree_peer_proof_asks_dns (const OreePeerQuestion *question);

G_END_DECLS
