/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP federation: may this pass between one of ours and a partner, and what are they to us? One function decides live
 * traffic and explains itself; its order is the order of the house (below). Pure: what certificates, DNS and safeguards
 * found out comes in as facts. */
#pragma once
#include "policy/oree-decide-xmpp.h"
#include "policy/oree-peer-proof.h"

G_BEGIN_DECLS

/* What a partner is to us (Lync's table of relationships). */
typedef enum
{
  OREE_RELATION_NONE,
  OREE_RELATION_ALLOWED_SERVER,   /* an allowed domain with the name of its Access Edge */
  OREE_RELATION_ALLOWED_DOMAIN,   /* an allowed domain, found by DNS */
  OREE_RELATION_HOSTING_PROVIDER, /* behind a hosting provider's Access Edge */
  OREE_RELATION_PUBLIC_PROVIDER,
  OREE_RELATION_DEFAULT_ROUTE,    /* everybody, behind one server */
  OREE_RELATION_DISCOVERED        /* nobody listed it: DNS alone speaks for it, and the safeguards watch it */
} OreeRelation;

/* "none" "allowed-server" "allowed-domain" "hosting-provider" "public-provider" "default-route" "discovered" */
extern const OreeEnumValue oree_relations[];

/* How the sender's side marked the user's identity (ms-edge-proxy-message-trust and kin). */
typedef enum
{
  OREE_SOURCE_UNMARKED,
  OREE_SOURCE_VERIFIED,
  OREE_SOURCE_UNVERIFIED
} OreeSourceMark;

extern const OreeEnumValue oree_source_marks[]; /* "unmarked" "verified" "unverified" */

typedef struct
{
  OreeDirection direction;
  const char *method;        /* "MESSAGE"; NULL: the connection itself */
  const char *local_domain;  /* ours, as claimed; normal form */
  const char *remote_domain; /* theirs: of From, inbound; of the Request-URI, outbound; normal form */
  const char *local_user;    /* address of record; NULL: the domain itself, or a connection */
  const OreePeerNames *names;         /* NULL: there was no handshake yet */
  const char *const *srv_targets;     /* hosts that DNS names for the remote domain; NULL: not asked; empty: none */
  OreeReason dns;            /* why there is none: DNS_BOGUS, DNS_FAILED; ALLOWED: DNS answered */
  OreeSourceMark mark;       /* inbound */
  gboolean allow_entry;      /* our user knows this contact */
  gboolean in_dialog;        /* it has a To tag: it was admitted when the dialog began */
  gboolean audio_video;      /* an INVITE that offers sound or pictures */
  /* SEAM (safeguards): what roles/oree-access-edge-gate found about a discovered partner's rate and reach. 0: nothing;
   * else the reason to refuse. A pure quota module fills it; the decision only puts it in its place. */
  OreeReason safeguard;
} OreePeerFacts;

/* What the decision found out about the partner; all borrowed from policy and facts. */
typedef struct
{
  OreeRelation relation;
  const OreeRecord *record;  /* of the relation: allowed-domain, …-provider, access-edge for the rest; NULL: none */
  const char *server;        /* the partner's Access Edge by record; NULL: DNS knows */
  OreeVerificationLevel level;
  gboolean verified;         /* inbound: the identity counts as verified */
  gboolean public_cloud;     /* the network is a public provider's, not federation */
  gboolean discovered;       /* safeguards apply */
  OreePeerProof proof;
  const char *proved_by;     /* the name of the certificate that proves it; NULL: none */
  const char *srv_outside;   /* the host outside the domain that DNS leads to, when that is why nothing is proved */
  gboolean admitted;         /* nothing stands against the partner itself: what is left to ask concerns the request */
  gboolean asks_dns;         /* the relation rests on SRV records that were not asked for yet */
} OreePeerStand;

/* The order, the first "no" is the verdict: organisation switch; the SIP switch; our domain is ours; theirs is not (but
 * for a shared address space); blocked domains; what the certificate proves; the relationship (allowed server, allowed
 * domain, provider, default route, discovery); our user's external access policy; the verification level; the method;
 * safeguards; our user exists. `stand` is filled as far as it is known also when the answer is no. `stand`
 * and `trail` may be NULL. */
OreeVerdict oree_decide_peer (const OreePolicy *policy, const OreePeerFacts *facts, OreePeerStand *stand,
                              OreeTrail *trail);

/* The methods that may cross, comma-separated for an Allow header; owned. REFER does so inside a dialog alone. */
char *oree_peer_methods (void);

G_END_DECLS
