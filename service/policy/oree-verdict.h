/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeVerdict: allowed or refused, and the one reason for it. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  OREE_REASON_LEVEL_DEBUG,   /* daily traffic */
  OREE_REASON_LEVEL_INFO,    /* policy at work: somebody was refused as the administrator wants it */
  OREE_REASON_LEVEL_WARNING  /* a peer did what no honest, well-configured peer does */
} OreeReasonLevel;

/* X (symbol, nick, level). Nicks are stable: bus, events, tests and translations use them. */
#define OREE_REASONS(X)                                                                                     \
  X (ALLOWED, "allowed", DEBUG)                                                                             \
  /* domains */                                                                                             \
  X (NOT_OUR_DOMAIN, "not-our-domain", INFO)                 /* we do not speak for the local domain */     \
  X (DOMAIN_WITHOUT_XMPP, "domain-without-xmpp", INFO)       /* ours, but not switched on for XMPP */       \
  X (DOMAIN_WITHOUT_SIP, "domain-without-sip", INFO)         /* ours, but it has no SIP users */            \
  X (OWN_DOMAIN, "own-domain", WARNING)                      /* the remote side claims a domain of ours */  \
  X (FEDERATION_OFF, "federation-off", INFO)                 /* access-edge allow-federated-users */        \
  X (XMPP_OFF, "xmpp-off", INFO)                             /* topology xmpp-proxy-enabled */              \
  X (BLOCKED_DOMAIN, "blocked-domain", INFO)                                                                \
  X (NOT_A_PARTNER, "not-a-partner", INFO)                                                                  \
  /* how the peer proved itself */                                                                          \
  X (NOT_AUTHENTICATED, "not-authenticated", INFO)                                                          \
  X (TLS_REQUIRED, "tls-required", INFO)                                                                    \
  X (TLS_NOT_ALLOWED, "tls-not-allowed", INFO)               /* the partner's record says not supported */  \
  X (SASL_REQUIRED, "sasl-required", INFO)                                                                  \
  X (SASL_NOT_ALLOWED, "sasl-not-allowed", INFO)                                                            \
  X (CERTIFICATE_NOT_ASKED, "certificate-not-asked", INFO)   /* client-certificate-usage is none */         \
  X (DIALBACK_NOT_ALLOWED, "dialback-not-allowed", INFO)                                                    \
  X (CERTIFICATE_NOT_HEEDED, "certificate-not-heeded", INFO) /* what vouches for it does not count here */     \
  /* our user */                                                                                            \
  X (USER_FEDERATION_OFF, "user-federation-off", INFO)       /* policy without enable-federation-access */  \
  X (USER_XMPP_OFF, "user-xmpp-off", INFO)                   /* policy without enable-xmpp-access */        \
  X (ALLOW_ENTRY_NEEDED, "allow-entry-needed", INFO)         /* unverified contact our user does not know */\
  X (USER_UNKNOWN, "user-unknown", INFO)                                                                    \
  X (BOUNDARY_MESSAGES, "boundary-messages", INFO)           /* the partner's profile lets none cross this way */ \
  /* SIP, inside */                                                                                         \
  X (PEER_NOT_NEXT_HOP, "peer-not-next-hop", WARNING)        /* a stranger on the inside leg */             \
  X (METHOD_NOT_ALLOWED, "method-not-allowed", INFO)                                                        \
  X (IDENTITY_MISMATCH, "identity-mismatch", WARNING)        /* From is not who signed in */                \
  X (USER_ELSEWHERE, "user-elsewhere", INFO)                 /* the user's home is not this front end */    \
  X (NO_ROUTE, "no-route", INFO)                             /* no server it could go on to */              \
  /* SIP federation */                                                                                      \
  X (SIP_OFF, "sip-federation-off", INFO)                    /* topology sip-federation-enabled */          \
  X (HOSTED_NOT_ALLOWED, "hosted-domain-not-allowed", INFO)  /* DNS names a hosting provider of ours, no list the domain */ \
  X (USER_PUBLIC_OFF, "user-public-off", INFO)               /* policy without enable-public-cloud-access */ \
  X (USER_PUBLIC_AV_OFF, "user-public-av-off", INFO)         /* … -audio-video-access */                   \
  /* what a SIP peer's certificate proves: policy/oree-peer-proof.h */                                      \
  X (CERTIFICATE_NAME, "certificate-name", WARNING)          /* neither the domain nor its server */        \
  X (CERTIFICATE_USAGE, "certificate-usage", WARNING)        /* the record is strict about key usage */     \
  X (SRV_OUTSIDE, "srv-target-outside", WARNING)             /* DNS leads out of the partner's domain */    \
  X (DNS_BOGUS, "dns-bogus", WARNING)                        /* its SRV records are not what its zone signed */ \
  X (DNS_FAILED, "dns-failed", INFO)                         /* nobody says which server is the domain's */ \
  /* SIP, discovered partners: policy/oree-safeguard.h */                                                   \
  X (DISCOVERED_RATE, "discovered-partner-rate", WARNING)    /* more messages a second than it may send */  \
  X (DISCOVERED_SLOWED, "discovered-partner-slowed", WARNING)/* its failures look like harvesting */        \
  X (DISCOVERED_REACH, "discovered-partner-reach", WARNING)  /* it reached as many users as it may */

typedef enum
{
#define X(symbol, nick, level) OREE_REASON_##symbol,
  OREE_REASONS (X)
#undef X
    OREE_N_REASONS
} OreeReason;

typedef struct
{
  gboolean allow;
  OreeReason reason; /* ALLOWED exactly when `allow` */
} OreeVerdict;

#define OREE_VERDICT_ALLOW ((OreeVerdict){ TRUE, OREE_REASON_ALLOWED })

/* A refusal; `reason` is not ALLOWED. */
static inline OreeVerdict
oree_verdict_refuse (OreeReason reason)
{
  return (OreeVerdict){ FALSE, reason };
}

/* "blocked-domain"; static. */
const char *oree_reason_nick (OreeReason reason);
gboolean oree_reason_from_nick (const char *nick, OreeReason *reason);
OreeReasonLevel oree_reason_level (OreeReason reason);
/* "debug" "info" "warning"; static. */
const char *oree_reason_level_nick (OreeReasonLevel level);
/* Every nick, NULL-terminated, static: a test holds the sentences against it. */
const char *const *oree_reason_nicks (void);

G_END_DECLS
