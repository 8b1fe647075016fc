/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-xmpp-trust.h"

#include "base/oree-enum.h"

static const OreeEnumValue bys[] = {
  { OREE_XMPP_BY_NOTHING, "" },
  { OREE_XMPP_BY_PKIX, "pkix" },
  { 0, NULL },
};
G_STATIC_ASSERT (G_N_ELEMENTS (bys) == OREE_N_XMPP_BY + 1);

static const OreeCertDirection peer_is[] = {
  [OREE_DIRECTION_IN] = OREE_CERT_PEER_IS_CLIENT,
  [OREE_DIRECTION_OUT] = OREE_CERT_PEER_IS_SERVER,
};

const char *
oree_xmpp_by_nick (OreeXmppBy by)
{
  return oree_enum_to_nick (bys, by);
}

OreeXmppProof
oree_xmpp_trust_judge (OreeLane *lane, const OreeXmppTrustFacts *facts)
{
  OreeXmppProof proof = { FALSE, OREE_CERT_NO_CERTIFICATE, OREE_XMPP_BY_NOTHING };

  if (facts->cert == NULL)
    return proof;
  proof.outcome = oree_peer_cert_check_for (facts->cert, peer_is[facts->direction], OREE_CERT_USAGE_LENIENT,
                                            g_get_real_time (), OREE_CERT_NAMES_XMPP, facts->domain);
  proof.proven = proof.outcome == OREE_CERT_OK;
  if (proof.proven)
    proof.by = OREE_XMPP_BY_PKIX;
  return proof;
}

OreeTlsCtx *
oree_xmpp_trust_ctx (OreeLane *lane, OreeDirection direction, const char *domain)
{
  return oree_lane_options (lane)->external;
}

gboolean
oree_xmpp_trust_has_certificate (OreeLane *lane, OreeDirection direction, const char *domain)
{
  const OreeTlsCtx *ctx = oree_xmpp_trust_ctx (lane, direction, domain);

  return ctx != NULL && oree_tls_ctx_has_certificate (ctx);
}
