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
  return (self->methods & OREE_S2S_METHOD_SASL_TLS) != 0;
}

gboolean
oree_s2s_policy_dialback (const OreeS2sPolicy *self, gboolean over_tls)
{
  return (self->methods & (over_tls ? OREE_S2S_METHOD_TLS_DIALBACK : OREE_S2S_METHOD_TCP_DIALBACK)) != 0;
}

const char *
oree_s2s_proof_nick (OreeS2sProof proof)
{
  return proof_nicks[proof];
}
