/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-xmpp-trust.h"

#include "base/oree-enum.h"
#include "net/oree-tlsa.h"

static const OreeEnumValue bys[] = {
  { OREE_XMPP_BY_NOTHING, "" },
  { OREE_XMPP_BY_PKIX, "pkix" },
  { OREE_XMPP_BY_DANE, "dane" },
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

static OreeXmppProof
proved (OreeXmppBy by)
{
  return (OreeXmppProof){ TRUE, OREE_CERT_OK, by };
}

static OreeXmppProof
not_proved (OreeCertOutcome why)
{
  return (OreeXmppProof){ FALSE, why, OREE_XMPP_BY_NOTHING };
}

static OreeXmppProof
judge_pkix (const OreeXmppTrustFacts *facts, gint64 wall, const char *host)
{
  OreeCertOutcome outcome = oree_peer_cert_check (facts->cert, peer_is[facts->direction], OREE_CERT_USAGE_LENIENT, wall);

  if (outcome == OREE_CERT_OK)
    outcome = oree_tlsa_check_names (facts->cert, facts->domain, host);

  return outcome == OREE_CERT_OK ? proved (OREE_XMPP_BY_PKIX) : not_proved (outcome);
}

/* One server the zone names: its keys decide alone, no trust anchor helps against them (RFC 7671 4.1). Where it names
 * the server and no keys, the server's name is as good as the domain's (RFC 7673 4.1). */
static OreeXmppProof
judge_host (const OreeXmppTrustFacts *facts, gint64 wall, const OreeXmppDnaHost *host)
{
  const OreeTlsaQuestion question = { peer_is[facts->direction], OREE_CERT_USAGE_LENIENT, wall, facts->domain,
                                      host->host };

  if (host->tlsa == NULL)
    return judge_pkix (facts, wall, host->delegated ? host->host : NULL);
  switch (oree_tlsa_check (host->tlsa, facts->cert, &question))
    {
    case OREE_TLSA_KEY:
    case OREE_TLSA_ISSUER:
    case OREE_TLSA_PKIX:
      return proved (OREE_XMPP_BY_DANE);
    case OREE_TLSA_NONE_USABLE: /* not kept: oree-xmpp-dna.c */
    case OREE_TLSA_MISMATCH:
    case OREE_N_TLSA_OUTCOMES:
      break;
    }

  return not_proved (OREE_CERT_DANE_MISMATCH);
}

/* A server we called is the one whose keys were asked for: they must fit. */
static OreeXmppProof
judge_server (const OreeXmppTrustFacts *facts, gint64 wall)
{
  if (facts->dna != NULL && facts->dna->hosts->len > 0)
    return judge_host (facts, wall, g_ptr_array_index (facts->dna->hosts, 0));

  return judge_pkix (facts, wall, NULL);
}

/* RFC 7712 5.1: a client may show the certificate of any of its domain's servers, or another one: servers that call are
 * not always those that answer. So keys that do not fit prove nothing, and refute nothing. */
static OreeXmppProof
judge_client (const OreeXmppTrustFacts *facts, gint64 wall)
{
  OreeXmppProof proof = judge_pkix (facts, wall, NULL);

  for (guint i = 0; !proof.proven && facts->dna != NULL && i < facts->dna->hosts->len; i++)
    {
      OreeXmppProof other = judge_host (facts, wall, g_ptr_array_index (facts->dna->hosts, i));

      if (other.proven || other.outcome == OREE_CERT_DANE_MISMATCH)
        proof = other;
    }

  return proof;
}

OreeXmppProof
oree_xmpp_trust_judge (OreeLane *lane, const OreeXmppTrustFacts *facts)
{
  gint64 wall = g_get_real_time ();

  if (facts->cert == NULL)
    return not_proved (OREE_CERT_NO_CERTIFICATE);
  if (facts->direction == OREE_DIRECTION_OUT)
    return judge_server (facts, wall);

  return judge_client (facts, wall);
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
