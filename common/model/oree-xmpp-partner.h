/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xmpp-partner: a federated XMPP domain, what its users may do, and how its servers must prove themselves.
 * The id is the primary domain. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_PARTNER_PUBLIC_UNVERIFIED,
  OREE_PARTNER_PUBLIC_VERIFIED,
  OREE_PARTNER_FEDERATED
} OreePartnerType;

typedef enum
{
  OREE_NEGOTIATION_REQUIRED,
  OREE_NEGOTIATION_OPTIONAL,
  OREE_NEGOTIATION_NOT_SUPPORTED
} OreeNegotiation;

/* What a certificate must say of its use to prove who a server is. */
typedef enum
{
  OREE_CLIENT_CERTIFICATE_LENIENT, /* a server's certificate is taken from a client too: public issuers give no other */
  OREE_CLIENT_CERTIFICATE_STRICT,  /* a client shows clientAuth, a server serverAuth */
  OREE_CLIENT_CERTIFICATE_NONE     /* certificates prove nothing: dialback only */
} OreeClientCertificateUsage;

typedef struct
{
  OreeRecord record;
  char **additional_domains;
  char *description;
  int partner_type;      /* OreePartnerType */
  int tls_negotiation;   /* OreeNegotiation */
  int sasl_negotiation;  /* OreeNegotiation */
  gboolean support_dialback_negotiation;
  gboolean enable_keep_alive;
  guint64 connection_limit; /* 0: the gateway's partner-connection-limit */
  guint64 queue_limit;      /* 0: the gateway's partner-queue-limit */
  char *proxy_fqdn;         /* host or host:port; "": found by DNS SRV */
  gboolean enable_bidirectional_streams; /* XEP-0288 */
  gboolean enable_dane;     /* TLSA records of a signed zone speak for its servers (RFC 7673, RFC 7712) */
  gboolean enable_posh;     /* so does what it publishes by https (RFC 7711): the edge asks the domain's web server */
  int client_certificate_usage; /* OreeClientCertificateUsage */
  char **certificate_pins;      /* "sha256:HEX" of the SubjectPublicKeyInfo; one of them is enough, and needed */
  char *trust_anchors;          /* PEM certificates instead of the edge's own anchors; "": those */
  char *boundary_profile;       /* "": everything may cross */
} OreeXmppPartner;

extern const OreeKind oree_xmpp_partner_kind;
extern const OreeEnumValue oree_partner_types[];
extern const OreeEnumValue oree_negotiations[];
extern const OreeEnumValue oree_client_certificate_usages[];

/* How two servers may prove who they are to each other. */
typedef enum
{
  OREE_XMPP_METHOD_NONE = 0,
  OREE_XMPP_METHOD_SASL_TLS = 1 << 0,     /* SASL EXTERNAL over TLS */
  OREE_XMPP_METHOD_TLS_DIALBACK = 1 << 1, /* dialback over TLS */
  OREE_XMPP_METHOD_TCP_DIALBACK = 1 << 2  /* dialback in the clear */
} OreeXmppMethods;

/* One row of the table of TLS × SASL × dialback (18 rows, all filled). */
typedef struct
{
  OreeNegotiation tls;
  OreeNegotiation sasl;
  gboolean dialback;
  OreeXmppMethods methods;     /* what may happen */
  gboolean warn_tls_optional;  /* SASL needs TLS, and leaving TLS optional may make the negotiation fail */
  gboolean warn_dialback_idle; /* TLS and SASL both required leave no use for dialback */
  gboolean storable;
  OreeProblemCode refusal;     /* when not storable: SASL_NEEDS_TLS or NO_METHOD */
} OreeXmppNegotiationRow;

/* The row of a combination; static, never NULL. The panel shows it while the administrator edits. */
const OreeXmppNegotiationRow *oree_xmpp_negotiation_row (OreeNegotiation tls, OreeNegotiation sasl,
                                                         gboolean dialback);
/* The methods the record permits. */
OreeXmppMethods oree_xmpp_partner_methods (const OreeXmppPartner *self);
/* The domain is the partner's primary or an additional one; `domain` in normal form. */
gboolean oree_xmpp_partner_has_domain (const OreeXmppPartner *self, const char *domain);
/* Does a contact there see our users' status note? Federated partners only. */
gboolean oree_xmpp_partner_sees_note (const OreeXmppPartner *self);
/* May a contact add one of ours, and write first, without our user knowing the contact? */
gboolean oree_xmpp_partner_trusted (const OreeXmppPartner *self);

G_END_DECLS
