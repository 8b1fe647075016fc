/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decision is a table of questions; each answers with a reason and notes the record it looked at. */
#include "policy/oree-decide-xmpp.h"

const OreeEnumValue oree_directions[] = {
  { OREE_DIRECTION_IN, "in" },
  { OREE_DIRECTION_OUT, "out" },
  { 0, NULL },
};

const OreeEnumValue oree_xmpp_asks[] = {
  { OREE_XMPP_STREAM, "stream" },   { OREE_XMPP_MESSAGE, "message" }, { OREE_XMPP_SUBSCRIBE, "subscribe" },
  { OREE_XMPP_PRESENCE, "presence" }, { OREE_XMPP_LEAVE, "leave" },   { OREE_XMPP_IQ, "iq" },
  { 0, NULL },
};

const OreeEnumValue oree_xmpp_bys[] = {
  { OREE_XMPP_BY_NOTHING, "unknown" }, { OREE_XMPP_BY_PKIX, "pkix" }, { OREE_XMPP_BY_PIN, "pin" },
  { OREE_XMPP_BY_DANE, "dane" },       { OREE_XMPP_BY_POSH, "posh" }, { 0, NULL },
};

const OreeEnumValue oree_xmpp_auths[] = {
  { OREE_XMPP_AUTH_PENDING, "pending" },
  { OREE_XMPP_AUTH_NONE, "none" },
  { OREE_XMPP_AUTH_SASL_TLS, "sasl-tls" },
  { OREE_XMPP_AUTH_TLS_DIALBACK, "tls-dialback" },
  { OREE_XMPP_AUTH_TCP_DIALBACK, "tcp-dialback" },
  { 0, NULL },
};

typedef struct
{
  const OreePolicy *policy;
  const OreeXmppFacts *facts;
  const OreeXmppPartner *partner; /* known after the PARTNER question */
  /* What the question at hand looked at. */
  gboolean skipped;
  gboolean silent; /* not worth a step: nobody set anything */
  const OreeRecord *record;
  const char *field;
  const char *value;
} Asking;

static OreeReason
skip (Asking *a)
{
  a->skipped = TRUE;
  return OREE_REASON_ALLOWED;
}

static void
note (Asking *a, const OreeRecord *record, const char *field, const char *value)
{
  a->record = record;
  a->field = field;
  a->value = value;
}

/* A switch that must be on. */
static OreeReason
need (Asking *a, const OreeRecord *record, const char *field, gboolean on, OreeReason otherwise)
{
  note (a, record, field, on ? "true" : "false");
  return on ? OREE_REASON_ALLOWED : otherwise;
}

static OreeReason
ask_local_domain (Asking *a)
{
  const OreeSipDomain *domain = oree_policy_sip_domain (a->policy, a->facts->local_domain);

  if (domain != NULL)
    return need (a, &domain->record, "xmpp", domain->xmpp, OREE_REASON_DOMAIN_WITHOUT_XMPP);
  note (a, NULL, NULL, a->facts->local_domain);
  return OREE_REASON_NOT_OUR_DOMAIN;
}

static OreeReason
ask_remote_domain (Asking *a)
{
  const OreeSipDomain *ours = oree_policy_sip_domain (a->policy, a->facts->remote_domain);

  note (a, ours ? &ours->record : NULL, NULL, a->facts->remote_domain);
  return ours ? OREE_REASON_OWN_DOMAIN : OREE_REASON_ALLOWED;
}

static OreeReason
ask_organisation (Asking *a)
{
  const OreeAccessEdge *edge = oree_policy_access_edge (a->policy);

  return need (a, &edge->record, "allow-federated-users", edge->allow_federated_users,
               OREE_REASON_FEDERATION_OFF);
}

static OreeReason
ask_xmpp (Asking *a)
{
  const OreeTopology *topology = oree_policy_topology (a->policy);

  return need (a, &topology->record, "xmpp-proxy-enabled", topology->xmpp_proxy_enabled, OREE_REASON_XMPP_OFF);
}

static OreeReason
ask_blocked (Asking *a)
{
  const OreeBlockedDomain *blocked = oree_policy_blocked (a->policy, a->facts->remote_domain);

  note (a, blocked ? &blocked->record : NULL, NULL, a->facts->remote_domain);
  return blocked ? OREE_REASON_BLOCKED_DOMAIN : OREE_REASON_ALLOWED;
}

static OreeReason
ask_partner (Asking *a)
{
  a->partner = oree_policy_xmpp_partner (a->policy, a->facts->remote_domain);
  note (a, a->partner ? &a->partner->record : NULL, NULL, a->facts->remote_domain);
  return a->partner ? OREE_REASON_ALLOWED : OREE_REASON_NOT_A_PARTNER;
}

/* Why a method the partner's record leaves out is left out. */
static OreeReason
why_not (const OreeXmppPartner *partner, OreeXmppMethods method)
{
  const gboolean over_tls = method != OREE_XMPP_METHOD_TCP_DIALBACK;

  if (over_tls && partner->tls_negotiation == OREE_NEGOTIATION_NOT_SUPPORTED)
    return OREE_REASON_TLS_NOT_ALLOWED;
  if (!over_tls && partner->tls_negotiation == OREE_NEGOTIATION_REQUIRED)
    return OREE_REASON_TLS_REQUIRED;
  if (method == OREE_XMPP_METHOD_SASL_TLS)
    return partner->sasl_negotiation != OREE_NEGOTIATION_NOT_SUPPORTED
               && partner->client_certificate_usage == OREE_CLIENT_CERTIFICATE_NONE
             ? OREE_REASON_CERTIFICATE_NOT_ASKED
             : OREE_REASON_SASL_NOT_ALLOWED;
  if (!partner->support_dialback_negotiation)
    return OREE_REASON_DIALBACK_NOT_ALLOWED;
  return OREE_REASON_SASL_REQUIRED;
}

/* What makes a certificate believable counts as far as the record heeds it: DECISION 014. */
static OreeReason
ask_certificate (Asking *a)
{
  const OreeXmppPartner *partner = a->partner;
  const OreeRecord *record = &partner->record;
  gboolean pinned = *partner->certificate_pins != NULL;

  if (a->facts->by == OREE_XMPP_BY_NOTHING)
    return OREE_REASON_ALLOWED;
  if (pinned != (a->facts->by == OREE_XMPP_BY_PIN))
    {
      note (a, record, "certificate-pins", pinned ? *partner->certificate_pins : "");
      return OREE_REASON_CERTIFICATE_NOT_HEEDED;
    }
  switch (a->facts->by)
    {
    case OREE_XMPP_BY_DANE:
      return need (a, record, "enable-dane", partner->enable_dane, OREE_REASON_CERTIFICATE_NOT_HEEDED);
    case OREE_XMPP_BY_POSH:
      return need (a, record, "enable-posh", partner->enable_posh, OREE_REASON_CERTIFICATE_NOT_HEEDED);
    case OREE_XMPP_BY_NOTHING:
    case OREE_XMPP_BY_PKIX:
    case OREE_XMPP_BY_PIN:
      break;
    }
  return OREE_REASON_ALLOWED;
}

static OreeReason
ask_authentication (Asking *a)
{
  OreeXmppMethods method = OREE_XMPP_METHOD_NONE;

  switch (a->facts->auth)
    {
    case OREE_XMPP_AUTH_PENDING:
      return skip (a);
    case OREE_XMPP_AUTH_NONE:
      break;
    case OREE_XMPP_AUTH_SASL_TLS:
      method = OREE_XMPP_METHOD_SASL_TLS;
      break;
    case OREE_XMPP_AUTH_TLS_DIALBACK:
      method = OREE_XMPP_METHOD_TLS_DIALBACK;
      break;
    case OREE_XMPP_AUTH_TCP_DIALBACK:
      method = OREE_XMPP_METHOD_TCP_DIALBACK;
      break;
    }
  note (a, &a->partner->record, NULL, oree_enum_to_nick (oree_xmpp_auths, a->facts->auth));
  if (method == OREE_XMPP_METHOD_NONE)
    return OREE_REASON_NOT_AUTHENTICATED;
  if ((oree_xmpp_partner_methods (a->partner) & method) == 0)
    return why_not (a->partner, method);
  return method == OREE_XMPP_METHOD_SASL_TLS ? ask_certificate (a) : OREE_REASON_ALLOWED;
}

/* Streams, and stanzas to or from the domain itself, are nobody's. */
static gboolean
concerns_a_user (const Asking *a)
{
  return a->facts->ask != OREE_XMPP_STREAM && a->facts->local_user != NULL;
}

static OreeReason
ask_user_policy (Asking *a)
{
  const OreeExternalPolicy *policy;

  if (!concerns_a_user (a))
    return skip (a);
  policy = oree_policy_external_access (a->policy, a->facts->local_user);
  if (!policy->enable_federation_access)
    return need (a, &policy->record, "enable-federation-access", FALSE, OREE_REASON_USER_FEDERATION_OFF);
  return need (a, &policy->record, "enable-xmpp-access", policy->enable_xmpp_access, OREE_REASON_USER_XMPP_OFF);
}

/* What a contact of an unverified partner may only do once our user subscribed to the contact or wrote first.
 * Our user making that first step is what makes the entry, so it cannot need one. */
static gboolean
needs_allow_entry (const OreeXmppFacts *facts)
{
  switch (facts->ask)
    {
    case OREE_XMPP_STREAM:
    case OREE_XMPP_LEAVE:
      return FALSE;
    case OREE_XMPP_PRESENCE:
      return TRUE; /* both ways: nobody sees our user's presence before */
    case OREE_XMPP_MESSAGE:
    case OREE_XMPP_SUBSCRIBE:
    case OREE_XMPP_IQ:
      return facts->direction == OREE_DIRECTION_IN;
    }
  g_return_val_if_reached (TRUE);
}

static OreeReason
ask_partner_rights (Asking *a)
{
  if (!concerns_a_user (a) || !needs_allow_entry (a->facts))
    return skip (a);
  note (a, &a->partner->record, "partner-type",
        oree_enum_to_nick (oree_partner_types, a->partner->partner_type));
  if (oree_xmpp_partner_trusted (a->partner) || a->facts->allow_entry)
    return OREE_REASON_ALLOWED;
  return OREE_REASON_ALLOW_ENTRY_NEEDED;
}

/* Last: whoever is refused for another reason does not learn whether the user exists. */
static OreeReason
ask_user (Asking *a)
{
  const OreeUser *user;
  OreeUserHome home;

  if (!concerns_a_user (a))
    return skip (a);
  user = oree_policy_user (a->policy, a->facts->local_user);
  note (a, user ? &user->record : NULL, NULL, a->facts->local_user);
  return oree_policy_user_home (a->policy, a->facts->local_user, &home) ? OREE_REASON_ALLOWED
                                                                         : OREE_REASON_USER_UNKNOWN;
}

/* Whether messages cross this boundary at all; what else a profile holds back changes what crosses, not whether. */
static OreeReason
ask_boundary (Asking *a)
{
  const OreeBoundaryProfile *profile = oree_policy_boundary_profile (a->policy, a->facts->remote_domain);
  gboolean out = a->facts->direction == OREE_DIRECTION_OUT;

  if (profile == NULL || a->facts->ask != OREE_XMPP_MESSAGE || profile->messages == OREE_BOUNDARY_WAY_BOTH)
    {
      a->silent = TRUE;
      return OREE_REASON_ALLOWED;
    }
  note (a, &profile->record, "messages", oree_enum_to_nick (oree_boundary_ways, profile->messages));
  return oree_boundary_way_allows ((OreeBoundaryWay) profile->messages, out) ? OREE_REASON_ALLOWED : OREE_REASON_BOUNDARY_MESSAGES;
}

static const struct
{
  OreeStepId step;
  OreeReason (*ask) (Asking *a);
} questions[] = {
  { OREE_STEP_LOCAL_DOMAIN, ask_local_domain },
  { OREE_STEP_REMOTE_DOMAIN, ask_remote_domain },
  { OREE_STEP_ORGANISATION_SWITCH, ask_organisation },
  { OREE_STEP_XMPP_SWITCH, ask_xmpp },
  { OREE_STEP_BLOCKED_DOMAINS, ask_blocked },
  { OREE_STEP_PARTNER, ask_partner },
  { OREE_STEP_AUTHENTICATION, ask_authentication },
  { OREE_STEP_USER_POLICY, ask_user_policy },
  { OREE_STEP_PARTNER_RIGHTS, ask_partner_rights },
  { OREE_STEP_BOUNDARY, ask_boundary },
  { OREE_STEP_USER, ask_user },
};

OreeVerdict
oree_decide_xmpp (const OreePolicy *policy, const OreeXmppFacts *facts, OreeTrail *trail)
{
  Asking asking = { .policy = policy, .facts = facts };

  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      OreeReason reason;

      asking.skipped = asking.silent = FALSE;
      note (&asking, NULL, NULL, NULL);
      reason = questions[i].ask (&asking);
      if (asking.skipped)
        oree_trail_skip (trail, questions[i].step);
      else if (!asking.silent)
        oree_trail_add (trail, questions[i].step, reason, asking.record ? asking.record->kind->name : NULL,
                        asking.record ? asking.record->id : NULL, asking.field, asking.value);
      if (reason != OREE_REASON_ALLOWED)
        return oree_verdict_refuse (reason);
    }
  return OREE_VERDICT_ALLOW;
}

OreeXmppMethods
oree_policy_xmpp_methods (const OreePolicy *policy, const char *domain)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (policy, domain);

  if (partner != NULL)
    return oree_xmpp_partner_methods (partner);
  return OREE_XMPP_METHOD_SASL_TLS | OREE_XMPP_METHOD_TLS_DIALBACK;
}
