/* SPDX-License-Identifier: GPL-3.0-or-later */
/* May this SIP request from inside pass, and where to? */
#pragma once
#include "policy/oree-policy.h"
#include "policy/oree-trail.h"

G_BEGIN_DECLS

/* Who sent the request. */
typedef enum
{
  OREE_SIP_FROM_CLIENT,   /* a device on the embedded front end */
  OREE_SIP_FROM_NEXT_HOP, /* the configured next hop (proved by its address or certificate) */
  OREE_SIP_FROM_STRANGER  /* neither */
} OreeSipSource;

typedef enum
{
  OREE_SIP_ROUTE_NONE,
  OREE_SIP_ROUTE_SELF,      /* the front end answers: REGISTER, PUBLISH, OPTIONS, own subscriptions */
  OREE_SIP_ROUTE_FRONT_END, /* a user on the embedded front end */
  OREE_SIP_ROUTE_NEXT_HOP,  /* a user behind the next hop */
  OREE_SIP_ROUTE_XMPP,      /* a contact at an XMPP partner: oree_decide_xmpp () was asked too */
  OREE_SIP_ROUTE_PARTNER    /* a contact at a SIP partner: oree_decide_peer () was asked. With a refusal (not-a-partner): DNS
                               may name a provider that serves the domain, which only the Access Edge can ask */
} OreeSipRoute;

extern const OreeEnumValue oree_sip_sources[]; /* "client" "next-hop" "stranger" */
extern const OreeEnumValue oree_sip_routes[];  /* "none" "self" "front-end" "next-hop" "xmpp" "partner" */

typedef struct
{
  OreeSipSource source;
  const char *method;        /* upper case, "MESSAGE" */
  const char *from;          /* address of record of From */
  const char *to;            /* address of record of the Request-URI (REGISTER: of To); "sip:domain" without user */
  const char *authenticated; /* address of record that signed in; NULL before or without digest */
} OreeSipFacts;

/* The verdict; `*route` (may be NULL) says where to. For an XMPP contact the organisation, partner and user
 * questions are those of oree_decide_xmpp (), asked here. `trail` may be NULL. */
OreeVerdict oree_decide_sip (const OreePolicy *policy, const OreeSipFacts *facts, OreeSipRoute *route,
                             OreeTrail *trail);

/* The methods the inside takes part in, comma-separated for an Allow header; static. */
const char *oree_sip_allowed_methods (void);

G_END_DECLS
