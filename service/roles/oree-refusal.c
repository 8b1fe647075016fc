/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-refusal.h"

#define S(x) OREE_STANZA_ERR_##x
#define T(x) OREE_STREAM_ERR_##x

static const OreeRefusal refusals[] = {
  [OREE_REASON_ALLOWED] = { 200, S (UNDEFINED_CONDITION), T (NONE), 0 },
  [OREE_REASON_NOT_OUR_DOMAIN] = { 404, S (SERVICE_UNAVAILABLE), T (HOST_UNKNOWN), 1005 },
  [OREE_REASON_DOMAIN_WITHOUT_XMPP] = { 403, S (SERVICE_UNAVAILABLE), T (HOST_UNKNOWN), 1005 },
  [OREE_REASON_DOMAIN_WITHOUT_SIP] = { 404, S (SERVICE_UNAVAILABLE), T (HOST_UNKNOWN), 1005 },
  [OREE_REASON_OWN_DOMAIN] = { 403, S (FORBIDDEN), T (INVALID_FROM), 1017 },
  [OREE_REASON_FEDERATION_OFF] = { 403, S (FORBIDDEN), T (POLICY_VIOLATION), 1012 },
  [OREE_REASON_XMPP_OFF] = { 403, S (FORBIDDEN), T (POLICY_VIOLATION), 1012 },
  [OREE_REASON_BLOCKED_DOMAIN] = { 403, S (FORBIDDEN), T (POLICY_VIOLATION), 1005 },
  [OREE_REASON_NOT_A_PARTNER] = { 403, S (FORBIDDEN), T (POLICY_VIOLATION), 1005 },
  [OREE_REASON_NOT_AUTHENTICATED] = { 504, S (NOT_AUTHORIZED), T (NOT_AUTHORIZED), 1010 },
  [OREE_REASON_TLS_REQUIRED] = { 504, S (POLICY_VIOLATION), T (POLICY_VIOLATION), 1010 },
  [OREE_REASON_TLS_NOT_ALLOWED] = { 504, S (POLICY_VIOLATION), T (POLICY_VIOLATION), 1010 },
  [OREE_REASON_SASL_REQUIRED] = { 504, S (POLICY_VIOLATION), T (POLICY_VIOLATION), 1010 },
  [OREE_REASON_SASL_NOT_ALLOWED] = { 504, S (POLICY_VIOLATION), T (POLICY_VIOLATION), 1010 },
  [OREE_REASON_CERTIFICATE_NOT_ASKED] = { 504, S (POLICY_VIOLATION), T (POLICY_VIOLATION), 1010 },
  [OREE_REASON_DIALBACK_NOT_ALLOWED] = { 504, S (POLICY_VIOLATION), T (POLICY_VIOLATION), 1010 },
  [OREE_REASON_CERTIFICATE_NOT_HEEDED] = { 504, S (NOT_AUTHORIZED), T (NOT_AUTHORIZED), 1010 },
  [OREE_REASON_USER_FEDERATION_OFF] = { 403, S (SERVICE_UNAVAILABLE), T (NONE), 1002 },
  [OREE_REASON_USER_XMPP_OFF] = { 403, S (SERVICE_UNAVAILABLE), T (NONE), 1012 },
  [OREE_REASON_ALLOW_ENTRY_NEEDED] = { 403, S (SERVICE_UNAVAILABLE), T (NONE), 0 },
  [OREE_REASON_USER_UNKNOWN] = { 404, S (SERVICE_UNAVAILABLE), T (NONE), 1003 },
  [OREE_REASON_BOUNDARY_MESSAGES] = { 403, S (POLICY_VIOLATION), T (NONE), 0 },
  [OREE_REASON_PEER_NOT_NEXT_HOP] = { 403, S (FORBIDDEN), T (NONE), 0 },
  [OREE_REASON_METHOD_NOT_ALLOWED] = { 405, S (FEATURE_NOT_IMPLEMENTED), T (NONE), 1027 },
  [OREE_REASON_IDENTITY_MISMATCH] = { 403, S (FORBIDDEN), T (NONE), 0 },
  [OREE_REASON_USER_ELSEWHERE] = { 404, S (SERVICE_UNAVAILABLE), T (NONE), 1003 },
  [OREE_REASON_NO_ROUTE] = { 404, S (SERVICE_UNAVAILABLE), T (NONE), 1005 },
  [OREE_REASON_SIP_OFF] = { 403, S (FORBIDDEN), T (NONE), 1005 },
  [OREE_REASON_USER_PUBLIC_OFF] = { 403, S (SERVICE_UNAVAILABLE), T (NONE), 1001 },
  [OREE_REASON_USER_PUBLIC_AV_OFF] = { 403, S (SERVICE_UNAVAILABLE), T (NONE), 1001 },
  [OREE_REASON_CERTIFICATE_NAME] = { 504, S (NOT_AUTHORIZED), T (NOT_AUTHORIZED), 1010 },
  [OREE_REASON_CERTIFICATE_USAGE] = { 504, S (NOT_AUTHORIZED), T (NOT_AUTHORIZED), 1010 },
  [OREE_REASON_SRV_OUTSIDE] = { 504, S (NOT_AUTHORIZED), T (NOT_AUTHORIZED), 1009 },
  [OREE_REASON_DISCOVERED_RATE] = { 480, S (RESOURCE_CONSTRAINT), T (NONE), 1007 },
  [OREE_REASON_DISCOVERED_SLOWED] = { 480, S (RESOURCE_CONSTRAINT), T (NONE), 1007 },
  [OREE_REASON_DISCOVERED_REACH] = { 403, S (FORBIDDEN), T (NONE), 0 },
};
G_STATIC_ASSERT (G_N_ELEMENTS (refusals) == OREE_N_REASONS);

const OreeRefusal *
oree_refusal (OreeReason reason)
{
  return &refusals[reason];
}

void
oree_refusal_report (OreeLane *lane, OreeEventId event, const char *from, const char *to, const char *what,
                     OreeReason reason)
{
  lane->reasons[reason]++;
  oree_lane_event (lane, oree_event_new (event, "from", from, "to", to, "kind", what, "reason",
                                         oree_reason_nick (reason), NULL));
}

const char *
oree_refusal_phrase (const OreeSipMsg *request, OreeGwPhrase phrase)
{
  const OreeSipHeader *accepts = oree_sip_msg_header_named (request, "Accept-Language");
  const char *language = accepts != NULL ? oree_gw_phrase_choose (accepts->value) : NULL;

  if (language == NULL)
    language = oree_gw_phrase_choose (oree_sip_msg_value (request, OREE_SIP_HDR_CONTENT_LANGUAGE));
  return oree_gw_phrase (phrase, language);
}

const char *
oree_refusal_phrase_of (const OreeSipMsg *request, OreeReason reason)
{
  return reason == OREE_REASON_METHOD_NOT_ALLOWED && request->method == OREE_SIP_METHOD_INVITE
             ? oree_refusal_phrase (request, OREE_GW_PHRASE_CALL)
             : NULL;
}
