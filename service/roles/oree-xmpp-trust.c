/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-xmpp-trust.h"

#include "base/oree-enum.h"
#include "net/oree-tlsa.h"

struct _OreeXmppTrust
{
  /* PEM text of a record → OreeTlsAnchors, or NULL where it cannot be read: such a partner trusts nobody. */
  GHashTable *anchors;
};

static const OreeCertDirection peer_is[] = {
  [OREE_DIRECTION_IN] = OREE_CERT_PEER_IS_CLIENT,
  [OREE_DIRECTION_OUT] = OREE_CERT_PEER_IS_SERVER,
};

const char *
oree_xmpp_by_nick (OreeXmppBy by)
{
  return oree_enum_to_nick (oree_xmpp_bys, by);
}

/* ---- whom we trust ---- */

static void
unref_anchors (gpointer data)
{
  oree_tls_anchors_unref (data);
}

void
oree_xmpp_trust_init (OreeLane *lane)
{
  lane->xmpp_trust = g_new0 (OreeXmppTrust, 1);
  lane->xmpp_trust->anchors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_anchors);
}

void
oree_xmpp_trust_clear (OreeLane *lane)
{
  g_hash_table_unref (lane->xmpp_trust->anchors);
  g_clear_pointer (&lane->xmpp_trust, g_free);
}

void
oree_xmpp_trust_forget (OreeLane *lane)
{
  g_hash_table_remove_all (lane->xmpp_trust->anchors);
}

/* The record's own authorities; an unreadable text, which no Apply lets in, trusts nobody. Borrowed. */
static OreeTlsAnchors *
private_anchors (OreeLane *lane, const char *pem)
{
  gpointer found;

  if (!g_hash_table_lookup_extended (lane->xmpp_trust->anchors, pem, NULL, &found))
    {
      found = oree_tls_anchors_new_from_pem (pem, NULL);
      if (found == NULL)
        found = oree_tls_anchors_new (NULL, NULL);
      g_hash_table_insert (lane->xmpp_trust->anchors, g_strdup (pem), found);
    }
  return found;
}

/* NULL: there is no identity to take them from. */
static OreeTlsAnchors *
anchors_for (OreeLane *lane, OreeDirection direction, const OreeXmppPartner *partner)
{
  const OreeTlsCtx *ctx;

  if (partner != NULL && *partner->trust_anchors != '\0')
    return private_anchors (lane, partner->trust_anchors);
  ctx = oree_xmpp_trust_ctx (lane, direction, NULL);
  return ctx != NULL ? oree_tls_ctx_anchors (ctx) : NULL;
}

/* ---- what is proved ---- */

/* A question on its way through the ways to prove it. */
typedef struct
{
  const char *domain;
  OreeCertDirection direction;
  OreeCertUsageMode mode;
  gint64 wall;
  const OreePeerCert *cert; /* under the anchors that count for this domain */
} Case;

static OreeXmppProof
proved (OreeXmppBy by, const OreeCertName *name, gint64 until)
{
  return (OreeXmppProof){ TRUE, OREE_CERT_OK, by, name != NULL ? name->text : NULL, until };
}

static OreeXmppProof
not_proved (OreeCertOutcome why)
{
  return (OreeXmppProof){ .outcome = why };
}

static const OreeCertName *
name_of (const Case *asked, const char *host)
{
  const OreeCertName *name = oree_peer_cert_match (asked->cert, OREE_CERT_NAMES_XMPP, asked->domain);

  return name != NULL || host == NULL ? name : oree_peer_cert_match (asked->cert, OREE_CERT_NAMES_HOST, host);
}

/* DECISION 014: a pin is enough by itself, and nothing else is. */
static OreeXmppProof
judge_pins (const Case *asked, char **pins)
{
  OreeCertOutcome outcome = oree_peer_cert_check_pins (asked->cert, (const char *const *) pins, asked->direction,
                                                       asked->mode, asked->wall);

  if (outcome != OREE_CERT_OK)
    return not_proved (outcome);
  return proved (OREE_XMPP_BY_PIN, name_of (asked, NULL), oree_peer_cert_leaf_not_after (asked->cert));
}

static OreeXmppProof
judge_pkix (const Case *asked, const char *host)
{
  OreeCertOutcome outcome = oree_peer_cert_check (asked->cert, asked->direction, asked->mode, asked->wall);

  if (outcome == OREE_CERT_OK)
    outcome = oree_tlsa_check_names (asked->cert, asked->domain, host);
  if (outcome != OREE_CERT_OK)
    return not_proved (outcome);
  return proved (OREE_XMPP_BY_PKIX, name_of (asked, host), oree_peer_cert_not_after (asked->cert));
}

/* One server the zone names: its keys decide alone, no trust anchor helps against them (RFC 7671 4.1). Where it names
 * the server and no keys, the server's name is as good as the domain's (RFC 7673 4.1). */
static OreeXmppProof
judge_host (const Case *asked, const OreeXmppDnaHost *host)
{
  const OreeTlsaQuestion question = { asked->direction, asked->mode, asked->wall, asked->domain, host->host };

  if (host->tlsa == NULL)
    return judge_pkix (asked, host->delegated ? host->host : NULL);
  switch (oree_tlsa_check (host->tlsa, asked->cert, &question))
    {
    case OREE_TLSA_KEY: /* its dates do not matter (RFC 7671 5.1) */
      return proved (OREE_XMPP_BY_DANE, name_of (asked, host->host), G_MAXINT64);
    case OREE_TLSA_ISSUER:
    case OREE_TLSA_PKIX:
      return proved (OREE_XMPP_BY_DANE, name_of (asked, host->host), oree_peer_cert_leaf_not_after (asked->cert));
    case OREE_TLSA_NONE_USABLE: /* not kept: oree-xmpp-dna.c */
    case OREE_TLSA_MISMATCH:
    case OREE_N_TLSA_OUTCOMES:
      break;
    }

  return not_proved (OREE_CERT_DANE_MISMATCH);
}

/* A server we called is the one whose keys were asked for: they must fit. */
static OreeXmppProof
judge_server (const Case *asked, const OreeXmppDna *dna)
{
  if (dna != NULL && dna->hosts->len > 0)
    return judge_host (asked, g_ptr_array_index (dna->hosts, 0));

  return judge_pkix (asked, NULL);
}

/* RFC 7712 5.1: a client may show the certificate of any of its domain's servers, or another one: servers that call are
 * not always those that answer. So keys that do not fit prove nothing, and refute nothing. */
static OreeXmppProof
judge_client (const Case *asked, const OreeXmppDna *dna)
{
  OreeXmppProof proof = judge_pkix (asked, NULL);

  for (guint i = 0; !proof.proven && dna != NULL && i < dna->hosts->len; i++)
    {
      OreeXmppProof other = judge_host (asked, g_ptr_array_index (dna->hosts, i));

      if (other.proven || other.outcome == OREE_CERT_DANE_MISMATCH)
        proof = other;
    }

  return proof;
}

/* By anchors and by what the domain's names say, as far as the record heeds them. What a signed zone says of a server
 * we called stands against everything else. */
static OreeXmppProof
judge_names (const Case *asked, const OreeXmppTrustFacts *facts, const OreeXmppPartner *partner)
{
  const OreeXmppDna *dna = partner == NULL || partner->enable_dane ? facts->dna : NULL;
  gboolean out = facts->direction == OREE_DIRECTION_OUT;
  OreeXmppProof proof = out ? judge_server (asked, dna) : judge_client (asked, dna);
  OreeCertOutcome outcome;

  if (proof.proven || facts->posh == NULL || partner == NULL || !partner->enable_posh
      || (out && proof.outcome == OREE_CERT_DANE_MISMATCH))
    return proof;
  outcome = oree_xmpp_posh_check (facts->posh, asked->cert, asked->wall);
  return outcome == OREE_CERT_OK
           ? proved (OREE_XMPP_BY_POSH, name_of (asked, NULL), oree_peer_cert_leaf_not_after (asked->cert))
           : not_proved (outcome);
}

/* The partner's record says what counts: nothing, its pins, or what the anchors (its own or ours) and its zone say. */
OreeXmppProof
oree_xmpp_trust_judge (OreeLane *lane, const OreeXmppTrustFacts *facts)
{
  const OreePolicy *policy = facts->policy != NULL ? facts->policy : lane->policy;
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (policy, facts->domain);
  int usage = partner != NULL ? partner->client_certificate_usage : OREE_CLIENT_CERTIFICATE_LENIENT;
  OreeTlsAnchors *anchors = anchors_for (lane, facts->direction, partner);
  g_autoptr (OreePeerCert) cert = NULL;
  Case asked = {
    .domain = facts->domain,
    .direction = peer_is[facts->direction],
    .mode = usage == OREE_CLIENT_CERTIFICATE_STRICT ? OREE_CERT_USAGE_STRICT : OREE_CERT_USAGE_LENIENT,
    .wall = g_get_real_time (),
  };

  if (facts->cert == NULL)
    return not_proved (OREE_CERT_NO_CERTIFICATE);
  if (usage == OREE_CLIENT_CERTIFICATE_NONE)
    return not_proved (OREE_CERT_NOT_ASKED);
  /* Names are of what was shown and live with facts->cert, whoever judges. */
  asked.cert = cert = anchors != NULL ? oree_peer_cert_under (facts->cert, anchors, asked.wall)
                                      : oree_peer_cert_ref (facts->cert);
  if (partner != NULL && *partner->certificate_pins != NULL)
    return judge_pins (&asked, partner->certificate_pins);
  return judge_names (&asked, facts, partner);
}

gboolean
oree_xmpp_trust_heeds_names (OreeLane *lane, const char *domain)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (lane->policy, domain);

  return partner != NULL && *partner->certificate_pins == NULL
         && partner->client_certificate_usage != OREE_CLIENT_CERTIFICATE_NONE
         && (partner->enable_dane || partner->enable_posh);
}

gboolean
oree_xmpp_by_certificate (OreeS2sProof proof)
{
  return proof == OREE_S2S_PROOF_EXTERNAL || proof == OREE_S2S_PROOF_CERTIFICATE;
}

/* ---- what we show ---- */

OreeTlsCtx *
oree_xmpp_trust_ctx (OreeLane *lane, OreeDirection direction, const char *domain)
{
  return direction == OREE_DIRECTION_OUT ? lane->tls->client.ctx : lane->tls->external.ctx;
}

gboolean
oree_xmpp_trust_has_certificate (OreeLane *lane, OreeDirection direction, const char *domain)
{
  const OreeTlsCtx *ctx = oree_xmpp_trust_ctx (lane, direction, domain);

  return ctx != NULL && oree_tls_ctx_has_certificate (ctx);
}

gboolean
oree_xmpp_trust_is_current (OreeLane *lane, OreeDirection direction, const OreeTlsCtx *shown)
{
  const OreeTlsCtx *ctx = oree_xmpp_trust_ctx (lane, direction, NULL);

  if (shown == NULL || ctx == NULL)
    return shown == ctx;
  return g_str_equal (oree_tls_ctx_fingerprint (shown), oree_tls_ctx_fingerprint (ctx))
         || oree_tls_set_keeps (lane->tls, shown);
}

/* ---- what is told ---- */

const char *
oree_xmpp_trust_refused (OreeLane *lane, const OreeXmppProof *proof)
{
  if (proof->proven || proof->outcome == OREE_CERT_NOT_ASKED)
    return NULL;
  oree_lane_count_one (lane, OREE_COUNT_XMPP_CERTIFICATES_REFUSED);
  lane->certificates[proof->outcome]++;
  return oree_cert_outcome_nick (proof->outcome);
}

void
oree_xmpp_trust_describe (const OreePeerCert *cert, const OreeXmppProof *proof, GVariantDict *row)
{
  if (proof->name != NULL)
    g_variant_dict_insert (row, "certificate-name", "s", proof->name);
  if (proof->proven)
    g_variant_dict_insert (row, "certificate-by", "s", oree_xmpp_by_nick (proof->by));
  else
    g_variant_dict_insert (row, "certificate-problem", "s", oree_cert_outcome_nick (proof->outcome));
  if (cert == NULL || !oree_peer_cert_is_readable (cert))
    return;
  g_variant_dict_insert (row, "certificate-expires", "x",
                         proof->proven ? MIN (proof->until, oree_peer_cert_leaf_not_after (cert))
                                       : oree_peer_cert_leaf_not_after (cert));
  g_variant_dict_insert (row, "certificate-fingerprint", "s", oree_peer_cert_fingerprint (cert));
  g_variant_dict_insert (row, "certificate-subject", "s", oree_peer_cert_subject (cert));
}
