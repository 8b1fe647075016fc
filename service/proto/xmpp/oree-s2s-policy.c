/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which methods a policy leaves. */
#include "proto/xmpp/oree-s2s-policy.h"

static const char *const proof_nicks[] = {
  [OREE_S2S_PROOF_NONE] = "none",
  [OREE_S2S_PROOF_EXTERNAL] = "external",
  [OREE_S2S_PROOF_CERTIFICATE] = "certificate",
  [OREE_S2S_PROOF_DIALBACK_TLS] = "dialback-tls",
  [OREE_S2S_PROOF_DIALBACK] = "dialback",
};
G_STATIC_ASSERT (G_N_ELEMENTS (proof_nicks) == OREE_N_S2S_PROOFS);

gboolean
oree_s2s_policy_sasl (const OreeS2sPolicy *self)
{
  return self->sasl != OREE_S2S_NOT_SUPPORTED && self->tls != OREE_S2S_NOT_SUPPORTED;
}

gboolean
oree_s2s_policy_dialback (const OreeS2sPolicy *self, gboolean over_tls)
{
  if (!self->dialback)
    return FALSE;
  if (!over_tls)
    return self->tls != OREE_S2S_REQUIRED;
  return self->tls != OREE_S2S_NOT_SUPPORTED
         && !(self->tls == OREE_S2S_REQUIRED && self->sasl == OREE_S2S_REQUIRED);
}

const char *
oree_s2s_proof_nick (OreeS2sProof proof)
{
  return proof_nicks[proof];
}
