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

OreeTime
oree_s2s_policy_keep_alive_at (const OreeS2sPolicy *self, OreeTime heard, OreeTime sent, OreeTime peer_idle)
{
  OreeTime at;

  if (self->keep_alive_interval == OREE_TIME_NEVER)
    return OREE_TIME_NEVER;
  at = MAX (heard, sent) + self->keep_alive_interval;
  /* Well before the peer's patience ends: what we send has a way to go. */
  return peer_idle == OREE_TIME_NEVER ? at : MIN (at, sent + peer_idle / 4 * 3);
}

OreeTime
oree_s2s_policy_inactive_at (const OreeS2sPolicy *self, OreeTime last_stanza)
{
  return self->inactivity == OREE_TIME_NEVER ? OREE_TIME_NEVER : last_stanza + self->inactivity;
}

guint
oree_s2s_policy_idle_seconds (const OreeS2sPolicy *self)
{
  return self->inactivity == OREE_TIME_NEVER ? 0 : (guint) MIN (self->inactivity / OREE_SECOND, G_MAXUINT);
}

const char *
oree_s2s_proof_nick (OreeS2sProof proof)
{
  return proof_nicks[proof];
}
