/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a peer's certificate proves. Built once after the handshake, it keeps what was shown, belongs to no thread and
 * can be asked for several domains, times, directions and trust anchors later. Each answer is a reason, never a
 * failure. */
#pragma once
#include "base/oree-span.h"
#include "net/oree-tls-ctx.h"

G_BEGIN_DECLS

/* In the order they are looked at: the first that applies is the answer. */
typedef enum
{
  OREE_CERT_OK,
  OREE_CERT_NO_CERTIFICATE,   /* the peer showed none */
  OREE_CERT_MALFORMED,        /* cannot be read; a NUL in a name; broken extensions; a signature that does not fit */
  OREE_CERT_TOO_MANY_NAMES,   /* more than OREE_CERT_NAMES_MAX */
  OREE_CERT_SELF_SIGNED,      /* its own issuer, and not a trust anchor */
  OREE_CERT_UNTRUSTED_ISSUER, /* no path to a trust anchor */
  OREE_CERT_INVALID_ISSUER,   /* a certificate on the path may not issue this one */
  OREE_CERT_WEAK_KEY,         /* RSA or DSA under 2048 bits, EC under 224, MD5 or SHA-1 signature on the path */
  OREE_CERT_NOT_YET_VALID,
  OREE_CERT_EXPIRED,
  OREE_CERT_WRONG_USAGE,      /* key usage or extended key usage forbids what it was used for */
  OREE_CERT_WRONG_NAME,       /* valid, but not for this domain */
  OREE_CERT_DANE_MISMATCH,    /* the domain's signed zone names other keys (RFC 7671): said by oree-tlsa's callers */
  OREE_CERT_PIN_MISMATCH,     /* its key is none of those pinned */
  OREE_CERT_NOT_ASKED,        /* certificates prove nothing here, by the record */
  OREE_CERT_POSH_MISMATCH,    /* not one that the domain publishes (RFC 7711): said by oree-xmpp-posh */
  OREE_N_CERT_OUTCOMES
} OreeCertOutcome;

/* "ok", "no-certificate", "untrusted-issuer", …; static. */
const char *oree_cert_outcome_nick (OreeCertOutcome outcome);

/* What the peer was in the handshake. */
typedef enum
{
  OREE_CERT_PEER_IS_SERVER,
  OREE_CERT_PEER_IS_CLIENT
} OreeCertDirection;

/* How extended key usage is judged when the certificate has that extension (without it every use is allowed). */
typedef enum
{
  OREE_CERT_USAGE_LENIENT, /* serverAuth or clientAuth, either direction: public issuers give serverAuth alone */
  OREE_CERT_USAGE_STRICT   /* serverAuth for a server, clientAuth for a client; anyExtendedKeyUsage for both */
} OreeCertUsageMode;

/* Which names count, and how they are compared. */
typedef enum
{
  /* RFC 6120 13.7.1.2: dNSName and SRVName "_xmpp-server" with wildcards, xmppAddr without. */
  OREE_CERT_NAMES_XMPP,
  /* RFC 5922 7: "sip:" URIs without user part; dNSNames only when there is no such URI; the common name only
   * without any alternative name. No wildcards. */
  OREE_CERT_NAMES_SIP,
  /* RFC 9525: dNSName with wildcards: a host we chose to connect to. */
  OREE_CERT_NAMES_HOST
} OreeCertNameRule;

typedef enum
{
  OREE_CERT_NAME_DNS,
  OREE_CERT_NAME_SRV_XMPP_SERVER, /* text: the domain behind "_xmpp-server." */
  OREE_CERT_NAME_XMPP_ADDR,       /* text: a domain; addresses with '@' or '/' are not kept */
  OREE_CERT_NAME_SIP_URI,         /* text: the host of a "sip:" URI without user part */
  OREE_CERT_NAME_COMMON           /* the subject's common name, kept only without alternative names */
} OreeCertNameKind;

typedef struct
{
  OreeCertNameKind kind;
  char *text; /* as in the certificate; never contains NUL */
} OreeCertName;

typedef struct _OreePeerCert OreePeerCert;

/* `chain`: n DER certificates, the peer's first, the others in any order; n = 0: it showed none. `ctx` gives the
 * trust anchors. `wall` is the time paths are preferred at, microseconds since 1970. Never NULL. */
OreePeerCert *oree_peer_cert_new (OreeTlsCtx *ctx, const OreeSpan *chain, gsize n, gint64 wall);
/* The same from PEM text, the certificate first; NULL when it holds none. For asking what one of ours would prove. */
OreePeerCert *oree_peer_cert_new_from_pem (OreeTlsCtx *ctx, const char *pem, gint64 wall);
/* Thread-safe. */
OreePeerCert *oree_peer_cert_ref (OreePeerCert *self);
void oree_peer_cert_unref (OreePeerCert *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreePeerCert, oree_peer_cert_unref)

/* The same certificate judged by other trust anchors, at `wall`; a reference to `self` when those are its own. What
 * was read is shared, so the getters' texts live on with either. What was found is remembered for the next time. */
OreePeerCert *oree_peer_cert_under (const OreePeerCert *self, OreeTlsAnchors *anchors, gint64 wall);

/* Everything but the names: chain, strength, dates at `wall` (microseconds since 1970), usage. */
OreeCertOutcome oree_peer_cert_check (const OreePeerCert *self, OreeCertDirection direction,
                                      OreeCertUsageMode mode, gint64 wall);
/* Does it stand for `domain` (normal form)? OK, WRONG_NAME, or NO_CERTIFICATE, MALFORMED, TOO_MANY_NAMES.
 * Says nothing about the chain: ask oree_peer_cert_check too. */
OreeCertOutcome oree_peer_cert_check_name (const OreePeerCert *self, OreeCertNameRule rule, const char *domain);
/* Both, chain first. */
OreeCertOutcome oree_peer_cert_check_for (const OreePeerCert *self, OreeCertDirection direction,
                                          OreeCertUsageMode mode, gint64 wall, OreeCertNameRule rule,
                                          const char *domain);

/* By its key alone: one of `pins` (NULL-terminated, "sha256:HEX" of the SubjectPublicKeyInfo) is the certificate's; its
 * own dates at `wall` and its usage hold as well; neither chain nor names are looked at. */
OreeCertOutcome oree_peer_cert_check_pins (const OreePeerCert *self, const char *const *pins,
                                           OreeCertDirection direction, OreeCertUsageMode mode, gint64 wall);
/* Its own dates and usage alone, whoever issued it. */
OreeCertOutcome oree_peer_cert_check_leaf (const OreePeerCert *self, OreeCertDirection direction,
                                           OreeCertUsageMode mode, gint64 wall);
/* The name that stands for `domain`; borrowed; NULL when none does. */
const OreeCertName *oree_peer_cert_match (const OreePeerCert *self, OreeCertNameRule rule, const char *domain);

/* FALSE when the peer showed none or it could not be read: the getters below then answer 0 or NULL. */
gboolean oree_peer_cert_is_readable (const OreePeerCert *self);
/* Its names, at most OREE_CERT_NAMES_MAX. */
guint oree_peer_cert_n_names (const OreePeerCert *self);
const OreeCertName *oree_peer_cert_name (const OreePeerCert *self, guint i);
/* RFC 2253 text for people and logs. */
const char *oree_peer_cert_subject (const OreePeerCert *self);
const char *oree_peer_cert_issuer (const OreePeerCert *self);
/* SHA-256 of the DER, lower-case hex. */
const char *oree_peer_cert_fingerprint (const OreePeerCert *self);
/* SHA-256 (32 bytes) and SHA-512 (64) of the DER; FALSE when there is nothing to read. */
gboolean oree_peer_cert_digests (const OreePeerCert *self, guint8 *sha256, guint8 *sha512);
/* "sha256:HEX" of its SubjectPublicKeyInfo, as pins are written; owned; NULL when there is none to read. */
char *oree_peer_cert_dup_pin (const OreePeerCert *self);
/* Does it let its owner be a TLS client in a strict peer's eyes (clientAuth, any, or no extended key usage)? */
gboolean oree_peer_cert_may_be_client (const OreePeerCert *self);
/* When the last certificate of the path begins and the first one ends, wall clock microseconds since 1970:
 * connections end there too. */
gint64 oree_peer_cert_not_before (const OreePeerCert *self);
gint64 oree_peer_cert_not_after (const OreePeerCert *self);
/* The same of the peer's own certificate alone. */
gint64 oree_peer_cert_leaf_not_before (const OreePeerCert *self);
gint64 oree_peer_cert_leaf_not_after (const OreePeerCert *self);

G_END_DECLS
