/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As in oree-decide-xmpp: a table of questions; each answers with a reason and notes the record it looked at. What the
 * partner is to us is found out first, for several questions rest on it. */
#include "policy/oree-decide-peer.h"

#include <string.h>

const OreeEnumValue oree_relations[] = {
  { OREE_RELATION_NONE, "none" },
  { OREE_RELATION_ALLOWED_SERVER, "allowed-server" },
  { OREE_RELATION_ALLOWED_DOMAIN, "allowed-domain" },
  { OREE_RELATION_HOSTING_PROVIDER, "hosting-provider" },
  { OREE_RELATION_PUBLIC_PROVIDER, "public-provider" },
  { OREE_RELATION_DEFAULT_ROUTE, "default-route" },
  { OREE_RELATION_DISCOVERED, "discovered" },
  { 0, NULL },
};

const OreeEnumValue oree_source_marks[] = {
  { OREE_SOURCE_UNMARKED, "unmarked" },
  { OREE_SOURCE_VERIFIED, "verified" },
  { OREE_SOURCE_UNVERIFIED, "unverified" },
  { 0, NULL },
};

/* What may cross the edge at all; a method that is not here stays where it is. */
typedef struct
{
  const char *name;
  gboolean in_dialog_only; /* REFER outside of one would let a partner make our users' devices call somebody */
} Method;

static const Method methods[] = {
  { "MESSAGE", FALSE },  { "SUBSCRIBE", FALSE }, { "NOTIFY", FALSE },  { "BENOTIFY", FALSE }, { "INVITE", FALSE },
  { "ACK", FALSE },      { "CANCEL", FALSE },    { "BYE", FALSE },     { "PRACK", FALSE },    { "UPDATE", FALSE },
  { "INFO", FALSE },     { "OPTIONS", FALSE },   { "PUBLISH", FALSE }, { "SERVICE", FALSE },  { "REFER", TRUE },
};

char *
oree_peer_methods (void)
{
  GString *names = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", methods[i].name);
  return g_string_free (names, FALSE);
}

typedef struct
{
  const OreePolicy *policy;
  const OreePeerFacts *facts;
  OreePeerStand stand;
  OreeReason why; /* the certificate proves nothing */
  const OreePolicyProvider *unlisted; /* a hosting provider that serves the domain, which nobody listed */
  /* What the question at hand looked at. */
  gboolean skipped;
  const OreeRecord *record;
  const char *field;
  const char *value;
} Asking;

/* --- what the partner is to us ------------------------------------------------------------------ */

/* What the relation's record wants of certificates; records without such wishes (access-edge) take either name. */
static OreePeerAnswer
ask_names (const Asking *a, const OreeRecord *record, const char *server)
{
  OreePeerQuestion question = {
    .names = a->facts->names,
    .domain = a->facts->remote_domain,
    .server = server,
    .srv_targets = a->facts->srv_targets,
    .dns = a->facts->dns,
    .check = OREE_SIP_NAME_EITHER,
  };
  const OreeField *check = record != NULL ? oree_kind_field (record->kind, "name-check") : NULL;
  const OreeField *usage = record != NULL ? oree_kind_field (record->kind, "client-certificate-usage") : NULL;

  if (check != NULL)
    question.check = (OreeSipNameCheck) oree_record_get_enum (record, check);
  if (usage != NULL)
    question.strict = oree_record_get_enum (record, usage) == OREE_CLIENT_CERTIFICATE_STRICT;
  return oree_peer_proof (&question);
}

static void
stand_as (Asking *a, OreeRelation relation, const OreeRecord *record, const char *server, int level)
{
  OreePeerStand *stand = &a->stand;

  stand->relation = relation;
  stand->record = record;
  stand->server = server != NULL && *server != '\0' ? server : NULL;
  stand->level = (OreeVerificationLevel) level;
  stand->discovered = relation == OREE_RELATION_DISCOVERED;
}

static void
stand_as_provider (Asking *a, const OreePolicyProvider *provider)
{
  stand_as (a, provider->is_public ? OREE_RELATION_PUBLIC_PROVIDER : OREE_RELATION_HOSTING_PROVIDER, provider->record,
            provider->server, provider->level);
  a->stand.public_cloud = provider->is_public;
}

/* The enabled provider that DNS names for the domain, or whose server speaks here. */
static const OreePolicyProvider *
find_provider (const Asking *a, gboolean *by_dns)
{
  const OreePeerFacts *facts = a->facts;
  const OreePolicyProvider *provider = NULL;

  *by_dns = TRUE;
  for (const char *const *name = facts->srv_targets; name != NULL && *name != NULL && provider == NULL; name++)
    provider = oree_policy_provider (a->policy, *name);
  if (provider != NULL || facts->direction == OREE_DIRECTION_OUT || facts->names == NULL)
    return provider;
  *by_dns = FALSE;
  for (const char *const *name = facts->names->hosts; name != NULL && *name != NULL && provider == NULL; name++)
    provider = oree_policy_provider (a->policy, *name);
  return provider;
}

/* By itself: no server is named for it. `allowed`: its record, or NULL. */
static gboolean
proves_itself (const Asking *a, const OreeAllowedDomain *allowed)
{
  OreePeerProof proof = ask_names (a, allowed != NULL ? &allowed->record : NULL, NULL).proof;

  return proof == OREE_PEER_PROOF_DOMAIN || proof == OREE_PEER_PROOF_SRV_TARGET;
}

static void
find_stand (Asking *a)
{
  const OreeAccessEdge *edge = oree_policy_access_edge (a->policy);
  const OreeAllowedDomain *allowed = oree_policy_allowed_domain (a->policy, a->facts->remote_domain);
  const OreePolicyProvider *provider;
  gboolean by_dns;

  stand_as (a, OREE_RELATION_NONE, NULL, NULL, OREE_VERIFY_ALWAYS_UNVERIFIABLE);
  if (oree_policy_sip_domain (a->policy, a->facts->remote_domain) != NULL)
    {
      /* A domain of ours whose other users are at a provider (split domain). */
      provider = oree_policy_shared_provider (a->policy);
      if (provider != NULL)
        stand_as_provider (a, provider);
      return;
    }
  if (allowed != NULL && *allowed->proxy_fqdn != '\0')
    {
      stand_as (a, OREE_RELATION_ALLOWED_SERVER, &allowed->record, allowed->proxy_fqdn, OREE_VERIFY_ALWAYS_VERIFIABLE);
      return;
    }
  if (edge->routing_method == OREE_ROUTING_DEFAULT_ROUTE)
    {
      /* One server for everybody: DNS is not asked, so an allowed domain without a server is reached there too. */
      stand_as (a, OREE_RELATION_DEFAULT_ROUTE, &edge->record, edge->default_route_fqdn, edge->verification_level);
      a->stand.public_cloud = edge->is_public_provider;
      return;
    }
  a->stand.asks_dns = a->facts->srv_targets == NULL;
  provider = find_provider (a, &by_dns);
  if (allowed != NULL)
    {
      /* A listed domain may be hosted; a public network's server speaks for it only where DNS says so. */
      if (provider != NULL && (by_dns || !provider->is_public) && !proves_itself (a, allowed))
        stand_as_provider (a, provider);
      else
        stand_as (a, OREE_RELATION_ALLOWED_DOMAIN, &allowed->record, NULL, OREE_VERIFY_ALWAYS_VERIFIABLE);
    }
  else if (provider != NULL && (provider->is_public || edge->enable_partner_discovery) && !(!by_dns && proves_itself (a, NULL)))
    stand_as_provider (a, provider);
  else if (edge->enable_partner_discovery)
    stand_as (a, OREE_RELATION_DISCOVERED, &edge->record, NULL, edge->discovered_partner_verification_level);
  else if (provider != NULL && by_dns)
    a->unlisted = provider;
}

static void
judge_stand (Asking *a)
{
  OreePeerStand *stand = &a->stand;
  OreePeerAnswer answer
      = ask_names (a, stand->record, a->unlisted != NULL ? a->unlisted->server : stand->server);

  stand->proof = answer.proof;
  stand->proved_by = answer.name;
  stand->srv_outside = answer.host;
  a->why = answer.why;
  switch (stand->level)
    {
    case OREE_VERIFY_ALWAYS_VERIFIABLE:
      stand->verified = TRUE;
      break;
    case OREE_VERIFY_ALWAYS_UNVERIFIABLE:
      break;
    case OREE_VERIFY_USE_SOURCE:
      stand->verified = a->facts->mark == OREE_SOURCE_VERIFIED;
      break;
    }
}

/* --- the questions ------------------------------------------------------------------------------ */

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
ask_organisation (Asking *a)
{
  const OreeAccessEdge *edge = oree_policy_access_edge (a->policy);

  return need (a, &edge->record, "allow-federated-users", edge->allow_federated_users, OREE_REASON_FEDERATION_OFF);
}

static OreeReason
ask_sip (Asking *a)
{
  const OreeTopology *topology = oree_policy_topology (a->policy);

  return need (a, &topology->record, "sip-federation-enabled", topology->sip_federation_enabled, OREE_REASON_SIP_OFF);
}

/* What a partner sends to a domain that is not ours would only pass through: no open relay. */
static OreeReason
ask_local_domain (Asking *a)
{
  const OreeSipDomain *domain = oree_policy_sip_domain (a->policy, a->facts->local_domain);

  if (domain != NULL)
    return need (a, &domain->record, "sip", domain->sip, OREE_REASON_DOMAIN_WITHOUT_SIP);
  note (a, NULL, NULL, a->facts->local_domain);
  return OREE_REASON_NOT_OUR_DOMAIN;
}

static OreeReason
ask_remote_domain (Asking *a)
{
  const OreeSipDomain *ours = oree_policy_sip_domain (a->policy, a->facts->remote_domain);

  note (a, ours ? &ours->record : NULL, NULL, a->facts->remote_domain);
  if (ours == NULL)
    return OREE_REASON_ALLOWED;
  if (a->stand.relation != OREE_RELATION_HOSTING_PROVIDER)
    return OREE_REASON_OWN_DOMAIN;
  note (a, a->stand.record, "enabled-shared-address-space", a->facts->remote_domain);
  return OREE_REASON_ALLOWED;
}

static OreeReason
ask_blocked (Asking *a)
{
  const OreeBlockedDomain *blocked = oree_policy_blocked (a->policy, a->facts->remote_domain);

  note (a, blocked ? &blocked->record : NULL, NULL, a->facts->remote_domain);
  return blocked ? OREE_REASON_BLOCKED_DOMAIN : OREE_REASON_ALLOWED;
}

static OreeReason
ask_authentication (Asking *a)
{
  const OreePeerStand *stand = &a->stand;

  switch (stand->proof)
    {
    case OREE_PEER_PROOF_PENDING:
      return skip (a);
    case OREE_PEER_PROOF_NONE:
      note (a, stand->record, a->why == OREE_REASON_CERTIFICATE_USAGE ? "client-certificate-usage" : NULL,
            stand->srv_outside != NULL ? stand->srv_outside
            : stand->server != NULL    ? stand->server
                                       : a->facts->remote_domain);
      /* Before DNS was asked nobody knows which server's name would do. */
      return stand->asks_dns && a->why == OREE_REASON_CERTIFICATE_NAME ? OREE_REASON_NOT_AUTHENTICATED : a->why;
    case OREE_PEER_PROOF_DOMAIN:
    case OREE_PEER_PROOF_SRV_TARGET:
    case OREE_PEER_PROOF_SERVER:
      break;
    }
  note (a, stand->record, NULL, stand->proved_by);
  return OREE_REASON_ALLOWED;
}

static OreeReason
ask_relation (Asking *a)
{
  note (a, a->stand.record, NULL, oree_enum_to_nick (oree_relations, a->stand.relation));
  if (a->stand.relation != OREE_RELATION_NONE)
    return OREE_REASON_ALLOWED;
  note (a, a->unlisted != NULL ? a->unlisted->record : NULL, NULL, a->facts->remote_domain);
  return a->unlisted != NULL ? OREE_REASON_HOSTED_NOT_ALLOWED : OREE_REASON_NOT_A_PARTNER;
}

static gboolean
concerns_a_user (const Asking *a)
{
  return a->facts->method != NULL && a->facts->local_user != NULL;
}

static OreeReason
ask_user_policy (Asking *a)
{
  const OreeExternalPolicy *policy;

  if (!concerns_a_user (a))
    return skip (a);
  policy = oree_policy_external_access (a->policy, a->facts->local_user);
  if (!a->stand.public_cloud)
    return need (a, &policy->record, "enable-federation-access", policy->enable_federation_access,
                 OREE_REASON_USER_FEDERATION_OFF);
  if (!policy->enable_public_cloud_access || !a->facts->audio_video)
    return need (a, &policy->record, "enable-public-cloud-access", policy->enable_public_cloud_access,
                 OREE_REASON_USER_PUBLIC_OFF);
  return need (a, &policy->record, "enable-public-cloud-audio-video-access",
               policy->enable_public_cloud_audio_video_access, OREE_REASON_USER_PUBLIC_AV_OFF);
}

/* Whose identity nobody verified reaches only those who know the contact. What belongs to a dialog was asked when the
 * dialog began. */
static OreeReason
ask_rights (Asking *a)
{
  if (!concerns_a_user (a) || a->facts->direction == OREE_DIRECTION_OUT || a->facts->in_dialog)
    return skip (a);
  note (a, a->stand.record, NULL, oree_enum_to_nick (oree_verification_levels, a->stand.level));
  return a->stand.verified || a->facts->allow_entry ? OREE_REASON_ALLOWED : OREE_REASON_ALLOW_ENTRY_NEEDED;
}

static OreeReason
ask_method (Asking *a)
{
  const Method *method = NULL;

  if (a->facts->method == NULL)
    return skip (a);
  note (a, NULL, NULL, a->facts->method);
  for (gsize i = 0; i < G_N_ELEMENTS (methods) && method == NULL; i++)
    if (strcmp (methods[i].name, a->facts->method) == 0)
      method = &methods[i];
  return method != NULL && (!method->in_dialog_only || a->facts->in_dialog) ? OREE_REASON_ALLOWED
                                                                           : OREE_REASON_METHOD_NOT_ALLOWED;
}

static OreeReason
ask_safeguards (Asking *a)
{
  if (!a->stand.discovered || a->facts->direction == OREE_DIRECTION_OUT)
    return skip (a);
  note (a, a->stand.record, NULL, a->facts->remote_domain);
  return a->facts->safeguard;
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

static const struct
{
  OreeStepId step;
  OreeReason (*ask) (Asking *a);
} questions[] = {
  { OREE_STEP_ORGANISATION_SWITCH, ask_organisation },
  { OREE_STEP_SIP_SWITCH, ask_sip },
  { OREE_STEP_LOCAL_DOMAIN, ask_local_domain },
  { OREE_STEP_REMOTE_DOMAIN, ask_remote_domain },
  { OREE_STEP_BLOCKED_DOMAINS, ask_blocked },
  { OREE_STEP_AUTHENTICATION, ask_authentication },
  { OREE_STEP_RELATION, ask_relation },
  { OREE_STEP_USER_POLICY, ask_user_policy },
  { OREE_STEP_PARTNER_RIGHTS, ask_rights },
  { OREE_STEP_METHOD, ask_method },
  { OREE_STEP_SAFEGUARDS, ask_safeguards },
  { OREE_STEP_USER, ask_user },
};

OreeVerdict
oree_decide_peer (const OreePolicy *policy, const OreePeerFacts *facts, OreePeerStand *stand, OreeTrail *trail)
{
  Asking asking = { .policy = policy, .facts = facts };
  OreeVerdict verdict = OREE_VERDICT_ALLOW;

  find_stand (&asking);
  judge_stand (&asking);
  for (gsize i = 0; i < G_N_ELEMENTS (questions) && verdict.allow; i++)
    {
      OreeReason reason;

      asking.skipped = FALSE;
      note (&asking, NULL, NULL, NULL);
      reason = questions[i].ask (&asking);
      if (asking.skipped)
        oree_trail_skip (trail, questions[i].step);
      else
        oree_trail_add (trail, questions[i].step, reason, asking.record ? asking.record->kind->name : NULL,
                        asking.record ? asking.record->id : NULL, asking.field, asking.value);
      if (reason != OREE_REASON_ALLOWED)
        verdict = oree_verdict_refuse (reason);
      else if (questions[i].step == OREE_STEP_RELATION)
        asking.stand.admitted = TRUE;
    }
  if (stand != NULL)
    *stand = asking.stand;
  return verdict;
}
