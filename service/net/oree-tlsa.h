/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What TLSA records say of a peer's certificate (RFC 6698, RFC 7671; with SRV: RFC 7673). Pure: records, certificate
 * and time come in. Whether the records may be believed (oree_dns_answer_is_secure_tlsa) is for the caller to see to. */
#pragma once
#include "ident/oree-dns.h"
#include "net/oree-peer-cert.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_TLSA_NONE_USABLE, /* no record we understand: as if there were none (RFC 7671 4.1) */
  OREE_TLSA_KEY,         /* DANE-EE: the records name this very certificate or key; nothing else of it matters */
  OREE_TLSA_ISSUER,      /* DANE-TA: an issuer the records name vouches for it, names and dates included */
  OREE_TLSA_PKIX,        /* PKIX-EE, PKIX-TA: the records name it or its issuer, and our own anchors prove it too */
  OREE_TLSA_MISMATCH,    /* usable records, and none speaks for it */
  OREE_N_TLSA_OUTCOMES
} OreeTlsaOutcome;

/* "none-usable", "key", "issuer", "pkix", "mismatch"; static. */
const char *oree_tlsa_outcome_nick (OreeTlsaOutcome outcome);

typedef struct
{
  OreeCertDirection direction;
  OreeCertUsageMode usage;
  gint64 wall;         /* microseconds since 1970 */
  const char *domain;  /* the service's domain, compared as XMPP names are; RFC 7673 4.2 */
  const char *host;    /* the SRV target, compared as host names are; NULL: the domain alone */
} OreeTlsaQuestion;

/* Can at least one record of `answer` be used? Then TLS is mandatory there (RFC 7673 3.4). */
gboolean oree_tlsa_any_usable (const OreeDnsAnswer *answer);
OreeTlsaOutcome oree_tlsa_check (const OreeDnsAnswer *answer, const OreePeerCert *cert,
                                 const OreeTlsaQuestion *question);
/* RFC 7673 4.1: does the certificate stand for the domain or, the way there being signed, for the host? The names
 * alone; OK or the reason of the domain. */
OreeCertOutcome oree_tlsa_check_names (const OreePeerCert *cert, const char *domain, const char *host);

G_END_DECLS
