/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/oree-peer-proof.h"

#include "ident/oree-domain.h"

#include <string.h>

const OreeEnumValue oree_peer_proofs[] = {
  { OREE_PEER_PROOF_PENDING, "pending" }, { OREE_PEER_PROOF_NONE, "none" },     { OREE_PEER_PROOF_DOMAIN, "domain" },
  { OREE_PEER_PROOF_SRV_TARGET, "srv-target" }, { OREE_PEER_PROOF_SERVER, "server" }, { 0, NULL },
};

static gboolean
lists (const char *const *names, const char *name)
{
  return names != NULL && g_strv_contains (names, name);
}

static OreePeerAnswer
proved (OreePeerProof proof, const char *name)
{
  return (OreePeerAnswer){ proof, name, NULL, OREE_REASON_ALLOWED };
}

static OreePeerAnswer
not_proved (OreeReason why, const char *host)
{
  return (OreePeerAnswer){ OREE_PEER_PROOF_NONE, NULL, host, why };
}

/* Where DNS leads out of the domain only, that is what is wrong, whatever the certificate says; and where DNS gave no answer
 * to be believed, nobody knows whether the certificate is. */
static OreePeerAnswer
by_srv_target (const OreePeerQuestion *question)
{
  const char *outside = NULL;
  gboolean inside = FALSE;

  if (question->dns != OREE_REASON_ALLOWED)
    return not_proved (question->dns, NULL);
  for (const char *const *target = question->srv_targets; target != NULL && *target != NULL; target++)
    {
      if (!oree_domain_is_directly_below (*target, question->domain))
        {
          outside = outside != NULL ? outside : *target;
          continue;
        }
      inside = TRUE;
      if (lists (question->names->hosts, *target))
        return proved (OREE_PEER_PROOF_SRV_TARGET, *target);
    }
  return not_proved (outside != NULL && !inside ? OREE_REASON_SRV_OUTSIDE : OREE_REASON_CERTIFICATE_NAME,
                     inside ? NULL : outside);
}

static OreePeerAnswer
by_name (const OreePeerQuestion *question)
{
  if (question->server != NULL && question->check != OREE_SIP_NAME_DOMAIN)
    return lists (question->names->hosts, question->server) ? proved (OREE_PEER_PROOF_SERVER, question->server)
                                                            : not_proved (OREE_REASON_CERTIFICATE_NAME, NULL);
  if (question->check != OREE_SIP_NAME_SRV_TARGET && lists (question->names->domains, question->domain))
    return proved (OREE_PEER_PROOF_DOMAIN, question->domain);
  if (question->check == OREE_SIP_NAME_DOMAIN)
    return not_proved (OREE_REASON_CERTIFICATE_NAME, NULL);
  return by_srv_target (question);
}

OreePeerAnswer
oree_peer_proof (const OreePeerQuestion *question)
{
  OreePeerAnswer answer;

  if (question->names == NULL)
    return proved (OREE_PEER_PROOF_PENDING, NULL);
  answer = by_name (question);
  if (answer.proof != OREE_PEER_PROOF_NONE && question->strict && !question->names->strict_usage)
    return not_proved (OREE_REASON_CERTIFICATE_USAGE, NULL);
  return answer;
}

gboolean
oree_peer_proof_asks_dns (const OreePeerQuestion *question)
{
  return question->names != NULL && question->srv_targets == NULL && question->server == NULL
         && question->check != OREE_SIP_NAME_DOMAIN && oree_peer_proof (question).proof == OREE_PEER_PROOF_NONE;
}
