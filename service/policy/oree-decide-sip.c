/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/oree-decide-sip.h"

#include "policy/oree-decide-peer.h"
#include <string.h>

const OreeEnumValue oree_sip_sources[] = {
  { OREE_SIP_FROM_CLIENT, "client" },
  { OREE_SIP_FROM_NEXT_HOP, "next-hop" },
  { OREE_SIP_FROM_STRANGER, "stranger" },
  { 0, NULL },
};

const OreeEnumValue oree_sip_routes[] = {
  { OREE_SIP_ROUTE_NONE, "none" },
  { OREE_SIP_ROUTE_SELF, "self" },
  { OREE_SIP_ROUTE_FRONT_END, "front-end" },
  { OREE_SIP_ROUTE_NEXT_HOP, "next-hop" },
  { OREE_SIP_ROUTE_XMPP, "xmpp" },
  { OREE_SIP_ROUTE_PARTNER, "partner" },
  { 0, NULL },
};

typedef struct
{
  const char *name;
  gboolean to_self;        /* a question to the front end itself, about the sender */
  gboolean from_client;    /* an embedded user may send it */
  gboolean from_next_hop;  /* the next hop may */
  gboolean needs_identity; /* only from who signed in */
  OreeXmppAsk ask;         /* what it is to an XMPP contact */
} Method;

static const Method methods[] = {
  { "REGISTER", TRUE, TRUE, FALSE, TRUE, OREE_XMPP_IQ },
  { "PUBLISH", TRUE, TRUE, FALSE, TRUE, OREE_XMPP_PRESENCE },
  { "MESSAGE", FALSE, TRUE, TRUE, TRUE, OREE_XMPP_MESSAGE },
  { "SUBSCRIBE", FALSE, TRUE, TRUE, TRUE, OREE_XMPP_SUBSCRIBE },
  { "NOTIFY", FALSE, TRUE, TRUE, TRUE, OREE_XMPP_PRESENCE },
  /* A session of messages, as Lync's clients open it; what else it asks for is declined by its content. */
  { "INVITE", FALSE, TRUE, TRUE, TRUE, OREE_XMPP_MESSAGE },
  { "OPTIONS", FALSE, TRUE, TRUE, FALSE, OREE_XMPP_IQ },
};

const char *
oree_sip_allowed_methods (void)
{
  return "REGISTER, PUBLISH, MESSAGE, SUBSCRIBE, NOTIFY, OPTIONS";
}

/* To a SIP partner: which may cross is the peer decision's question. */
static const Method federated = { "", FALSE, TRUE, TRUE, TRUE, OREE_XMPP_IQ };

typedef struct
{
  const OreePolicy *policy;
  const OreeSipFacts *facts;
  const Method *method;
  OreeSipRoute route;
  OreeTrail *trail;
} Asking;

static const char *
domain_of (const char *aor)
{
  const char *at = strrchr (aor, '@');

  if (at != NULL)
    return at + 1;
  return g_str_has_prefix (aor, "sip:") ? aor + strlen ("sip:") : aor;
}

static OreeReason
answer (Asking *a, OreeStepId step, OreeReason reason, const OreeRecord *record, const char *field,
        const char *value)
{
  oree_trail_add (a->trail, step, reason, record ? record->kind->name : NULL, record ? record->id : NULL, field,
                  value);
  return reason;
}

static OreeReason
ask_peer (Asking *a)
{
  const OreeTopology *topology = oree_policy_topology (a->policy);
  gboolean ok = FALSE;

  switch (a->facts->source)
    {
    case OREE_SIP_FROM_CLIENT:
      ok = oree_policy_next_hop (a->policy)->embedded;
      break;
    case OREE_SIP_FROM_NEXT_HOP:
      ok = !oree_policy_next_hop (a->policy)->embedded;
      break;
    case OREE_SIP_FROM_STRANGER:
      break;
    }
  return answer (a, OREE_STEP_PEER, ok ? OREE_REASON_ALLOWED : OREE_REASON_PEER_NOT_NEXT_HOP, &topology->record,
                 "next-hop", topology->next_hop);
}

/* Over SIP goes what is neither ours nor an XMPP partner's, and what of ours is at a provider: users of a shared domain who
 * have no home here. REGISTER and PUBLISH are questions to ourselves. */
static gboolean
goes_to_peer (const Asking *a)
{
  const char *domain = domain_of (a->facts->to);
  const OreeUser *user;
  OreeUserHome home;

  if (!oree_policy_topology (a->policy)->sip_federation_enabled || strcmp (a->facts->method, "REGISTER") == 0)
    return FALSE;
  if (oree_policy_sip_domain (a->policy, domain) == NULL)
    return oree_policy_xmpp_partner (a->policy, domain) == NULL;
  if (oree_policy_shared_provider (a->policy) == NULL || strchr (a->facts->to, '@') == NULL)
    return FALSE;
  user = oree_policy_user (a->policy, a->facts->to);
  return user == NULL
         && (!oree_policy_user_home (a->policy, a->facts->to, &home) || a->facts->source == OREE_SIP_FROM_NEXT_HOP);
}

static OreeReason
ask_method (Asking *a)
{
  if (goes_to_peer (a))
    {
      a->method = &federated;
      oree_trail_skip (a->trail, OREE_STEP_METHOD);
      return OREE_REASON_ALLOWED;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (methods) && a->method == NULL; i++)
    if (strcmp (methods[i].name, a->facts->method) == 0)
      a->method = &methods[i];
  if (a->method != NULL
      && !(a->facts->source == OREE_SIP_FROM_NEXT_HOP ? a->method->from_next_hop : a->method->from_client))
    a->method = NULL;
  return answer (a, OREE_STEP_METHOD, a->method ? OREE_REASON_ALLOWED : OREE_REASON_METHOD_NOT_ALLOWED, NULL, NULL,
                 a->facts->method);
}

static OreeReason
ask_local_domain (Asking *a)
{
  const char *name = domain_of (a->facts->from);
  const OreeSipDomain *domain = oree_policy_sip_domain (a->policy, name);

  if (domain == NULL)
    return answer (a, OREE_STEP_LOCAL_DOMAIN, OREE_REASON_NOT_OUR_DOMAIN, NULL, NULL, name);
  return answer (a, OREE_STEP_LOCAL_DOMAIN, domain->sip ? OREE_REASON_ALLOWED : OREE_REASON_DOMAIN_WITHOUT_SIP,
                 &domain->record, "sip", domain->sip ? "true" : "false");
}

/* Nobody speaks for another, nor registers or publishes for one. */
static OreeReason
ask_identity (Asking *a)
{
  const char *authenticated = a->facts->authenticated;
  OreeReason reason = OREE_REASON_ALLOWED;

  if (a->facts->source == OREE_SIP_FROM_NEXT_HOP || !a->method->needs_identity)
    {
      oree_trail_skip (a->trail, OREE_STEP_IDENTITY);
      return OREE_REASON_ALLOWED;
    }
  if (authenticated == NULL)
    reason = OREE_REASON_NOT_AUTHENTICATED;
  else if (strcmp (authenticated, a->facts->from) != 0)
    reason = OREE_REASON_IDENTITY_MISMATCH;
  else if (a->method->to_self && strcmp (authenticated, a->facts->to) != 0)
    reason = OREE_REASON_IDENTITY_MISMATCH;
  return answer (a, OREE_STEP_IDENTITY, reason, NULL, NULL, authenticated);
}

/* The sender is ours and lives where the request comes from. */
static OreeReason
ask_user (Asking *a)
{
  const OreeUser *user = oree_policy_user (a->policy, a->facts->from);
  const OreeUserHome here = a->facts->source == OREE_SIP_FROM_CLIENT ? OREE_HOME_EMBEDDED : OREE_HOME_NEXT_HOP;
  OreeReason reason = OREE_REASON_ALLOWED;
  OreeUserHome home;

  if (!a->method->needs_identity)
    {
      oree_trail_skip (a->trail, OREE_STEP_USER);
      return OREE_REASON_ALLOWED;
    }
  if (!oree_policy_user_home (a->policy, a->facts->from, &home))
    reason = OREE_REASON_USER_UNKNOWN;
  else if (home != here)
    reason = OREE_REASON_USER_ELSEWHERE;
  return answer (a, OREE_STEP_USER, reason, user ? &user->record : NULL, user ? "home" : NULL, a->facts->from);
}

static OreeReason
route_to (Asking *a, OreeSipRoute route, const OreeRecord *record)
{
  a->route = route;
  return answer (a, OREE_STEP_ROUTE, OREE_REASON_ALLOWED, record, NULL, oree_enum_to_nick (oree_sip_routes, route));
}

static OreeReason
no_route (Asking *a, OreeReason reason, const OreeRecord *record)
{
  return answer (a, OREE_STEP_ROUTE, reason, record, NULL, a->facts->to);
}

static OreeReason
route_inside (Asking *a)
{
  const OreeUser *user = oree_policy_user (a->policy, a->facts->to);
  const OreeRecord *record = user ? &user->record : NULL;
  OreeUserHome home;

  /* Between users of its own the front end carries no sessions: it is no proxy for calls. */
  if (a->facts->source == OREE_SIP_FROM_CLIENT && strcmp (a->method->name, "INVITE") == 0)
    return no_route (a, OREE_REASON_METHOD_NOT_ALLOWED, record);
  if (strchr (a->facts->to, '@') == NULL)
    return route_to (a, OREE_SIP_ROUTE_SELF, NULL);
  if (!oree_policy_user_home (a->policy, a->facts->to, &home))
    return no_route (a, OREE_REASON_USER_UNKNOWN, record);
  switch (home)
    {
    case OREE_HOME_EMBEDDED:
      return route_to (a, OREE_SIP_ROUTE_FRONT_END, record);
    case OREE_HOME_NEXT_HOP:
      /* What the next hop sent for one of its own would come back for ever. */
      if (oree_policy_next_hop (a->policy)->embedded || a->facts->source == OREE_SIP_FROM_NEXT_HOP)
        return no_route (a, OREE_REASON_NO_ROUTE, record);
      return route_to (a, OREE_SIP_ROUTE_NEXT_HOP, record);
    }
  g_return_val_if_reached (OREE_REASON_NO_ROUTE);
}

/* The contact's side is not ours: the XMPP decision is asked in full. A NOTIFY belongs to a subscription that
 * was decided when it began. */
static OreeReason
route_outside (Asking *a)
{
  const char *remote = domain_of (a->facts->to);
  const OreeXmppFacts facts = {
    .direction = OREE_DIRECTION_OUT,
    .ask = a->method->ask,
    .local_domain = domain_of (a->facts->from),
    .remote_domain = remote,
    .local_user = strchr (a->facts->from, '@') ? a->facts->from : NULL,
    .auth = OREE_XMPP_AUTH_PENDING,
    .allow_entry = TRUE,
  };
  const OreeXmppPartner *partner;
  OreeVerdict verdict = oree_decide_xmpp (a->policy, &facts, a->trail);

  if (!verdict.allow)
    return verdict.reason;
  partner = oree_policy_xmpp_partner (a->policy, remote);
  return route_to (a, OREE_SIP_ROUTE_XMPP, &partner->record);
}

static OreeReason
route_to_peer (Asking *a)
{
  const OreePeerFacts facts = {
    .direction = OREE_DIRECTION_OUT,
    .method = a->facts->method,
    .local_domain = domain_of (a->facts->from),
    .remote_domain = domain_of (a->facts->to),
    .local_user = strchr (a->facts->from, '@') ? a->facts->from : NULL,
  };
  OreePeerStand stand;
  OreeVerdict verdict = oree_decide_peer (a->policy, &facts, &stand, a->trail);

  /* Refused or not, it is the Access Edge's: it says why in Lync's words, and may learn from DNS that a provider serves the
   * domain. */
  a->route = OREE_SIP_ROUTE_PARTNER;
  if (!verdict.allow)
    return verdict.reason;
  return route_to (a, OREE_SIP_ROUTE_PARTNER, stand.record);
}

static OreeReason
ask_route (Asking *a)
{
  if (a->method == &federated)
    return route_to_peer (a);
  if (a->method->to_self)
    return route_to (a, OREE_SIP_ROUTE_SELF, NULL);
  if (oree_policy_sip_domain (a->policy, domain_of (a->facts->to)) != NULL)
    return route_inside (a);
  return route_outside (a);
}

OreeVerdict
oree_decide_sip (const OreePolicy *policy, const OreeSipFacts *facts, OreeSipRoute *route, OreeTrail *trail)
{
  static OreeReason (*const questions[]) (Asking *a) = {
    ask_peer, ask_method, ask_local_domain, ask_identity, ask_user, ask_route,
  };
  Asking asking = { .policy = policy, .facts = facts, .route = OREE_SIP_ROUTE_NONE, .trail = trail };
  OreeReason reason = OREE_REASON_ALLOWED;

  for (gsize i = 0; i < G_N_ELEMENTS (questions) && reason == OREE_REASON_ALLOWED; i++)
    reason = questions[i](&asking);
  if (route != NULL)
    *route = asking.route;
  return reason == OREE_REASON_ALLOWED ? OREE_VERDICT_ALLOW : oree_verdict_refuse (reason);
}
