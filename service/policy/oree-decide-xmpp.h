/* SPDX-License-Identifier: GPL-3.0-or-later */
/* May this XMPP stream or stanza pass? One function decides live traffic and explains itself. */
#pragma once
#include "policy/oree-policy.h"
#include "policy/oree-trail.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_DIRECTION_IN, /* from the partner to us */
  OREE_DIRECTION_OUT /* from us to the partner */
} OreeDirection;

/* What is asked. */
typedef enum
{
  OREE_XMPP_STREAM,    /* the stream itself: may this pair of domains talk at all */
  OREE_XMPP_MESSAGE,
  OREE_XMPP_SUBSCRIBE, /* presence subscribe */
  OREE_XMPP_PRESENCE,  /* availability, probe, subscribed: anything that shows or asks for presence */
  OREE_XMPP_LEAVE,     /* unsubscribe, unsubscribed: giving up a right needs none */
  OREE_XMPP_IQ
} OreeXmppAsk;

/* How the pair of domains was proved. */
typedef enum
{
  OREE_XMPP_AUTH_PENDING,      /* not yet: the authentication step is skipped */
  OREE_XMPP_AUTH_NONE,         /* it was tried, or is being bypassed, and nothing is proved */
  OREE_XMPP_AUTH_SASL_TLS,
  OREE_XMPP_AUTH_TLS_DIALBACK,
  OREE_XMPP_AUTH_TCP_DIALBACK
} OreeXmppAuth;

/* What made a certificate believable. */
typedef enum
{
  OREE_XMPP_BY_NOTHING, /* nothing did, or it is not told */
  OREE_XMPP_BY_PKIX,    /* a path to a trust anchor, and the name (RFC 6120 13.7) */
  OREE_XMPP_BY_PIN,     /* its key is one the partner's record names */
  OREE_XMPP_BY_DANE,    /* TLSA records of the domain's signed zone (RFC 7673, RFC 7712) */
  OREE_XMPP_BY_POSH     /* what the domain publishes by https (RFC 7711) */
} OreeXmppBy;

extern const OreeEnumValue oree_directions[]; /* "in" "out" */
extern const OreeEnumValue oree_xmpp_asks[];  /* "stream" "message" "subscribe" "presence" "leave" "iq" */
extern const OreeEnumValue oree_xmpp_auths[]; /* "pending" "none" "sasl-tls" "tls-dialback" "tcp-dialback" */

extern const OreeEnumValue oree_xmpp_bys[];   /* "unknown" "pkix" "pin" "dane" "posh" */

typedef struct
{
  OreeDirection direction;
  OreeXmppAsk ask;
  const char *local_domain;  /* ours, as claimed; normal form */
  const char *remote_domain; /* theirs, as proved or claimed; normal form */
  const char *local_user;    /* address of record; NULL: the domain itself, or a stream */
  OreeXmppAuth auth;
  OreeXmppBy by;             /* with SASL_TLS; NOTHING: the certificate was judged already */
  gboolean allow_entry;      /* our user knows this contact */
} OreeXmppFacts;

/* The order: local domain is ours and has XMPP; remote domain is not ours; organisation switch; XMPP switch;
 * blocked domains; partner; authentication; the user's external access policy; the partner type's rights; the
 * user exists. The first "no" is the verdict. `trail` may be NULL. */
OreeVerdict oree_decide_xmpp (const OreePolicy *policy, const OreeXmppFacts *facts, OreeTrail *trail);

/* The methods a stream with `domain` may use. A stranger gets what proves a name without risk (SASL and dialback over
 * TLS): strangers are authenticated, then answered. */
OreeXmppMethods oree_policy_xmpp_methods (const OreePolicy *policy, const char *domain);

G_END_DECLS
