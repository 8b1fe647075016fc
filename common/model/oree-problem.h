/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeProblems: what is wrong (or doubtful) with an administrator's input, as codes. Travels on the bus. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* X (symbol, nick). Sentences live in client/oree-sentences; a test holds them against oree_problem_nicks (). */
#define OREE_PROBLEMS(X)                                                                                    \
  /* the change itself */                                                                                   \
  X (UNKNOWN_OPERATION, "unknown-operation")     /* detail: the operation */                                \
  X (UNKNOWN_KIND, "unknown-kind")               /* detail: the kind */                                     \
  X (TOO_MANY_CHANGES, "too-many-changes")       /* detail: the cap */                                      \
  X (EXISTS, "exists")                           /* add: the id is taken */                                 \
  X (NOT_FOUND, "not-found")                     /* set, remove, reset: no such id */                       \
  X (CANNOT_REMOVE, "cannot-remove")             /* a singleton */                                          \
  X (BAD_ID, "bad-id")                           /* detail: why, a code of this list */                     \
  /* one field */                                                                                           \
  X (UNKNOWN_FIELD, "unknown-field")             /**/                                                       \
  X (WRONG_TYPE, "wrong-type")                   /* detail: the type expected */                            \
  X (OUT_OF_RANGE, "out-of-range")               /* detail: "min-max" */                                    \
  X (BAD_CHOICE, "bad-choice")                   /* detail: the choices, comma-separated */                 \
  X (BAD_TEXT, "bad-text")                       /* not UTF-8, or control characters */                     \
  X (TOO_LONG, "too-long")                       /* detail: the cap */                                      \
  X (TOO_MANY, "too-many")                       /* list entries; detail: the cap */                        \
  X (REQUIRED, "required")                       /* must not be empty */                                    \
  X (WRITE_ONCE, "write-once")                   /* only settable by add */                                 \
  X (ALREADY_IN_LIST, "already-in-list")         /* detail: the entry */                                    \
  X (NOT_IN_LIST, "not-in-list")                 /* detail: the entry */                                    \
  X (BAD_DOMAIN, "bad-domain")                   /* detail: the text */                                     \
  X (DOMAIN_IS_ADDRESS, "domain-is-address")     /* a name is wanted, an IP address was given */            \
  X (BAD_ADDRESS, "bad-address")                 /* not an IP address; detail: the text */                  \
  X (BAD_PORT, "bad-port")                       /* behind a host name's colon: not 1 to 65535 */           \
  X (BAD_NEXT_HOP, "bad-next-hop")               /* not "embedded" nor "host:port;transport=tls|tcp" */     \
  X (BAD_SIP_URI, "bad-sip-uri")                 /**/                                                       \
  X (BAD_URL, "bad-url")                         /* not an https URL */                                     \
  X (BAD_NAME, "bad-name")                       /* of a policy, a provider or a site */                    \
  X (BAD_HOURS, "bad-hours")                     /* not HH:MM-HH:MM */                                      \
  X (BAD_PIN, "bad-pin")                         /* not "sha256:" and 64 hexadecimal digits; detail: the text */ \
  X (BAD_PEM, "bad-pem")                         /* not PEM certificates alone */                           \
  X (BAD_CERTIFICATE, "bad-certificate")         /* PEM, but no certificate; detail: which, counted from 1 */\
  /* several fields of one record */                                                                        \
  X (SASL_NEEDS_TLS, "sasl-needs-tls")           /* SASL wanted, TLS not supported */                       \
  X (NO_METHOD, "no-authentication-method")      /* neither SASL nor dialback can happen */                 \
  X (TLS_OPTIONAL_WITH_SASL, "tls-optional-with-sasl") /* warning: SASL needs TLS, which may not come */    \
  X (DIALBACK_IDLE, "dialback-idle")             /* warning: TLS and SASL required leave dialback unused */ \
  X (CERTIFICATES_IDLE, "certificates-idle") /* warning: nothing asks this partner for a certificate */     \
  X (XMPP_NEEDS_FEDERATION, "xmpp-needs-federation") /* warning: no effect without federation access */     \
  X (AUDIO_VIDEO_NEEDS_PUBLIC, "audio-video-needs-public") /* warning, likewise for public providers */     \
  X (DEFAULT_ROUTE_NEEDED, "default-route-needed") /* default routing without a server name */              \
  X (PORT_TAKEN_TWICE, "port-taken-twice")       /* detail: the other field */                              \
  X (PORT_BUSY, "port-busy")                     /* another program listens there; detail: "address:port" */\
  X (PORT_NOT_PERMITTED, "port-not-permitted")   /* the system keeps the port from us; detail likewise */  \
  X (ADDRESS_UNAVAILABLE, "address-unavailable") /* not of this computer; detail likewise */               \
  X (RANGE_REVERSED, "range-reversed")           /* media-port-last before media-port-first */              \
  X (HOSTS_NEEDS_SHARED, "hosts-needs-shared")   /* warning: hosts-ocs-users without shared address space */\
  /* several records; detail is "kind id" of the other one */                                               \
  X (DUPLICATE, "duplicate")                     /**/                                                       \
  X (OUR_DOMAIN, "our-domain")                   /* a partner's domain is one of ours */                    \
  X (NOT_OUR_DOMAIN, "not-our-domain")           /* a user's domain is none of ours */                      \
  X (NO_SUCH_SITE, "no-such-site")               /* detail: the site */                                     \
  X (NO_SUCH_POLICY, "no-such-policy")           /* detail: the policy */                                   \
  X (PROFILE_XMPP_ONLY, "profile-xmpp-only")     /* SIP partners have no boundary profile */                 \
  X (NO_SUCH_PROFILE, "no-such-profile")         /* detail: the boundary profile */                         \
  X (IN_USE, "in-use")                           /* still named by another record */                        \
  X (ONE_DEFAULT_DOMAIN, "one-default-domain")   /* exactly one sip-domain must be the default */           \
  X (DEFAULT_ROUTE_WITH_PROVIDERS, "default-route-with-providers") /**/                                     \
  /* requests for certificates, and what authorities answer */                                             \
  X (UNKNOWN_USAGE, "unknown-usage")             /* detail: the word */                                     \
  X (BAD_COUNTRY, "bad-country")                 /* not of ISO 3166-1; detail: the text */                  \
  X (WILDCARD, "wildcard")                       /* detail: the name */                                     \
  X (ALREADY_INCLUDED, "already-included")       /* warning; detail: the name */                            \
  X (PRIVATE_NAME, "private-name")               /* warning: no public authority; detail: the name */       \
  X (ABBREVIATION, "abbreviation")               /* warning: state, city; detail: the text */               \
  X (PRIVATE_AUTHORITY_ONLY, "private-authority-only") /* warning: SRVName */                               \
  X (EJABBERD_XMPP_ADDRESS, "ejabberd-xmpp-address")   /* warning: xmppAddr */                              \
  X (PUBLIC_AUTHORITY_USAGE, "public-authority-usage") /* warning: clientAuth asked of a public one */      \
  X (FILE_UNKNOWN, "file-unknown")               /* neither PEM, DER, PKCS#7 nor PKCS#12 */                 \
  X (FILE_EMPTY, "file-empty")                   /* read, but no certificate in it */                       \
  X (FILE_TOO_BIG, "file-too-big")               /* detail: the cap in KiB */                               \
  X (PASSWORD_NEEDED, "password-needed")         /**/                                                       \
  X (WRONG_PASSWORD, "wrong-password")           /**/                                                       \
  X (PASSWORD_TOO_SHORT, "password-too-short")   /* detail: characters needed */                            \
  X (KEY_MISSING, "key-missing")                 /* of no request of ours, and no key came with it */       \
  X (KEY_MISMATCH, "key-mismatch")               /* the key beside it is another one */                     \
  X (KEY_IN_CLEAR, "key-in-clear")               /* a private key that no password protects */              \
  X (KEY_NOT_EXPORTABLE, "key-not-exportable")   /**/                                                       \
  X (WEAK_KEY, "weak-key")                       /* detail: "rsa-1024" */                                   \
  X (WEAK_SIGNATURE, "weak-signature")           /* detail: the algorithm */                                \
  X (IS_AUTHORITY, "is-authority")               /* an authority's certificate cannot be assigned */        \
  X (CERTIFICATE_EXPIRED, "certificate-expired") /* detail: when, ISO 8601 */                               \
  X (CERTIFICATE_NOT_YET_VALID, "certificate-not-yet-valid") /* warning; detail likewise */                 \
  X (CERTIFICATE_ENDS_SOON, "certificate-ends-soon") /* warning; detail: days */                            \
  X (CHAIN_INCOMPLETE, "chain-incomplete")       /* warning; detail: the issuer that is missing */          \
  X (ISSUER_EXPIRED, "issuer-expired")           /* warning; detail: the issuer whose own dates are past */ \
  X (ROOT_UNTRUSTED, "root-untrusted")           /* warning; detail: the root */                            \
  X (SELF_SIGNED, "self-signed")                 /* warning */                                              \
  X (NAME_MISSING, "name-missing")               /* warning: needed today; detail: the name */              \
  X (NAME_NOT_GRANTED, "name-not-granted")       /* warning: asked for, not needed today; detail likewise */\
  X (SUBJECT_DIFFERS, "subject-differs")         /* warning; detail: the name wanted */                     \
  X (FIRST_NAME, "first-name")                   /* warning: next hops may read it alone; detail: the first */\
  X (SERVER_USAGE_MISSING, "server-usage-missing") /* no serverAuth */                                      \
  X (CLIENT_USAGE_MISSING, "client-usage-missing") /* warning: no clientAuth; detail: who needs it */       \
  X (CLIENT_USAGE_NOT_GRANTED, "client-usage-not-granted") /* warning: asked for, not needed today */       \
  X (KEY_USAGE_WRONG, "key-usage-wrong")         /* no digitalSignature */                                  \
  X (PARTNER_WOULD_BREAK, "partner-would-break") /* warning; detail: the partner's domain */                \
  X (NOT_IN_STORE, "not-in-store")               /* of the bootstrap file or the lab */                     \
  X (NO_FORMER, "no-former-certificate")         /* RollBack; detail: the usage */                          \
  X (ROLL_PAST, "roll-in-the-past")              /**/                                                       \
  X (ROLL_TOO_LATE, "roll-too-late")             /* detail: the latest, ISO 8601 */                         \
  X (STORE_FAILED, "store-failed")               /* detail: what the system says */                         \
  X (NO_EFFECT, "no-effect-yet")                 /* warning: stored, but nothing uses it in this version */

typedef enum
{
#define X(symbol, nick) OREE_PROBLEM_##symbol,
  OREE_PROBLEMS (X)
#undef X
    OREE_N_PROBLEMS
} OreeProblemCode;

typedef enum
{
  OREE_SEVERITY_ERROR,  /* nothing is stored */
  OREE_SEVERITY_WARNING /* stored, and said */
} OreeSeverity;

typedef struct
{
  char *kind;   /* "xmpp-partner"; "" when the change named none we know */
  char *id;     /* as the client wrote it when it is bad, else normalised */
  char *field;  /* "" for the record as a whole */
  OreeProblemCode code;
  char *detail; /* "" or what the comment of the code above says */
  OreeSeverity severity;
} OreeProblem;

typedef struct _OreeProblems OreeProblems; /* a growing list; at most OREE_PROBLEMS_MAX are kept */

OreeProblems *oree_problems_new (void);
void oree_problems_free (OreeProblems *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeProblems, oree_problems_free)

/* Appends; NULL texts become "". The severity follows from the code (see oree_problem_severity ()).
 * `self` may be NULL: the problem is then dropped. */
void oree_problems_add (OreeProblems *self, const char *kind, const char *id, const char *field,
                        OreeProblemCode code, const char *detail);
guint oree_problems_n (const OreeProblems *self);
/* Borrowed; NULL when out of range. */
const OreeProblem *oree_problems_get (const OreeProblems *self, guint index);
guint oree_problems_n_errors (const OreeProblems *self);
/* TRUE when one has this code; `field` NULL matches any field. */
gboolean oree_problems_has (const OreeProblems *self, OreeProblemCode code, const char *field);

/* "write-once"; static. */
const char *oree_problem_nick (OreeProblemCode code);
gboolean oree_problem_from_nick (const char *nick, OreeProblemCode *code);
OreeSeverity oree_problem_severity (OreeProblemCode code);
/* Every nick, NULL-terminated, static. */
const char *const *oree_problem_nicks (void);

/* aa{sv}: kind s, id s, field s, code s, detail s, severity s ("error", "warning"); floating. */
GVariant *oree_problems_to_variant (const OreeProblems *self);
/* The inverse; rows with an unknown code (a newer service) are kept as severity says with code
 * OREE_N_PROBLEMS and the nick as detail. Never NULL. */
OreeProblems *oree_problems_from_variant (GVariant *rows);

G_END_DECLS
