/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-xmpp-partner.h"

#include "base/oree-limits.h"
#include "model/oree-normalise.h"
#include <string.h>

const OreeEnumValue oree_partner_types[] = {
  { OREE_PARTNER_PUBLIC_UNVERIFIED, "public-unverified" },
  { OREE_PARTNER_PUBLIC_VERIFIED, "public-verified" },
  { OREE_PARTNER_FEDERATED, "federated" },
  { 0, NULL },
};

const OreeEnumValue oree_negotiations[] = {
  { OREE_NEGOTIATION_REQUIRED, "required" },
  { OREE_NEGOTIATION_OPTIONAL, "optional" },
  { OREE_NEGOTIATION_NOT_SUPPORTED, "not-supported" },
  { 0, NULL },
};

const OreeEnumValue oree_client_certificate_usages[] = {
  { OREE_CLIENT_CERTIFICATE_LENIENT, "lenient" },
  { OREE_CLIENT_CERTIFICATE_STRICT, "strict" },
  { OREE_CLIENT_CERTIFICATE_NONE, "none" },
  { 0, NULL },
};

#define F(member, name, TYPE, fallback, max, choices, normalise, doc)                                        \
  OREE_FIELD (OreeXmppPartner, member, name, TYPE, OREE_FIELD_FLAG_NONE, fallback, 0, max, choices, normalise, \
              doc)

static const OreeField fields[] = {
  F (additional_domains, "additional-domains", LIST, "", 0, NULL, oree_normalise_domain,
     "Further XMPP domains of the partner."),
  F (description, "description", STRING, "", 0, NULL, NULL, "Free text."),
  F (partner_type, "partner-type", ENUM, "public-unverified", 0, oree_partner_types, NULL,
     "What the partner's users may do: see a note, add our users, write first."),
  F (tls_negotiation, "tls-negotiation", ENUM, "required", 0, oree_negotiations, NULL, "Encryption by STARTTLS."),
  F (sasl_negotiation, "sasl-negotiation", ENUM, "optional", 0, oree_negotiations, NULL,
     "Proof by certificate (SASL EXTERNAL); it needs TLS."),
  F (support_dialback_negotiation, "support-dialback-negotiation", BOOLEAN, "true", 0, NULL, NULL,
     "Proof by server dialback, weaker than a certificate."),
  F (enable_keep_alive, "enable-keep-alive", BOOLEAN, "true", 0, NULL, NULL,
     "A partner silent for the gateway's keep-alive-interval is disconnected."),
  F (connection_limit, "connection-limit", UINT, "0", G_MAXUINT32, NULL, NULL,
     "Connections with this partner at once; 0: the gateway's partner-connection-limit."),
  F (queue_limit, "queue-limit", UINT, "0", G_MAXUINT32, NULL, NULL,
     "Messages that may wait for one domain of this partner, each way; 0: the gateway's partner-queue-limit."),
  F (proxy_fqdn, "proxy-fqdn", STRING, "", OREE_NAME_MAX, NULL, oree_normalise_fqdn_port,
     "The partner's XMPP server, with its port where that is not 5269; empty: found by DNS."),
  F (enable_bidirectional_streams, "enable-bidirectional-streams", BOOLEAN, "true", 0, NULL, NULL,
     "One stream may carry the messages of both sides, where the partner's server can do so too."),
  F (enable_dane, "enable-dane", BOOLEAN, "true", 0, NULL, NULL,
     "Believe what the partner's DNSSEC-signed zone says of its servers' certificates (TLSA records), and that alone "
     "where it says something."),
  F (enable_posh, "enable-posh", BOOLEAN, "false", 0, NULL, NULL,
     "Accept certificates that the partner publishes by https at its domain; the edge then fetches "
     "/.well-known/posh/xmpp-server.json there."),
  F (client_certificate_usage, "client-certificate-usage", ENUM, "lenient", 0, oree_client_certificate_usages, NULL,
     "lenient: a server certificate also identifies a client; strict: key usage must say so; none: dialback only."),
  F (certificate_pins, "certificate-pins", LIST, "", OREE_PINS_MAX, NULL, oree_normalise_pin,
     "sha256:HEX of public keys; when given, one of them and valid dates prove the partner, and nothing else does."),
  OREE_FIELD (OreeXmppPartner, trust_anchors, "trust-anchors", STRING, OREE_FIELD_FLAG_LINES, "", 0, OREE_PEM_MAX, NULL,
              oree_normalise_pem, "PEM certificates of the authorities trusted for this partner instead of the edge's."),
  F (boundary_profile, "boundary-profile", STRING, "", OREE_NAME_MAX, NULL, oree_normalise_name,
     "The boundary profile that says what may cross between us and this partner; empty: everything the gateway carries."),
};

#define R OREE_NEGOTIATION_REQUIRED
#define O OREE_NEGOTIATION_OPTIONAL
#define N OREE_NEGOTIATION_NOT_SUPPORTED
#define SASL OREE_XMPP_METHOD_SASL_TLS
#define TLSDB OREE_XMPP_METHOD_TLS_DIALBACK
#define TCPDB OREE_XMPP_METHOD_TCP_DIALBACK
#define STORE TRUE, OREE_N_PROBLEMS
#define E1 FALSE, OREE_PROBLEM_SASL_NEEDS_TLS
#define E2 FALSE, OREE_PROBLEM_NO_METHOD

/* "Negotiation settings for XMPP federated partners", row by row. Rows 5 and 11 are printed there as working
 * over TCP dialback and refused by Lync's own panel; Orée refuses them everywhere. Row 12 prints the warning
 * beside "not valid"; its reason is E1's. */
static const OreeXmppNegotiationRow rows[] = {
  /* TLS SASL dialback methods                      W1     W2     verdict */
  { R, R, TRUE,  SASL,                              FALSE, TRUE,  STORE },
  { R, R, FALSE, SASL,                              FALSE, FALSE, STORE },
  { O, R, TRUE,  SASL | TLSDB | TCPDB,              TRUE,  FALSE, STORE },
  { O, R, FALSE, SASL,                              TRUE,  FALSE, STORE },
  { N, R, TRUE,  TCPDB,                             TRUE,  FALSE, E1 },
  { N, R, FALSE, OREE_XMPP_METHOD_NONE,             FALSE, FALSE, E1 },
  { R, O, TRUE,  SASL | TLSDB,                      FALSE, FALSE, STORE },
  { R, O, FALSE, SASL,                              FALSE, FALSE, STORE },
  { O, O, TRUE,  SASL | TLSDB | TCPDB,              TRUE,  FALSE, STORE },
  { O, O, FALSE, SASL,                              TRUE,  FALSE, STORE },
  { N, O, TRUE,  TCPDB,                             TRUE,  FALSE, E1 },
  { N, O, FALSE, OREE_XMPP_METHOD_NONE,             TRUE,  FALSE, E1 },
  { R, N, TRUE,  TLSDB,                             FALSE, FALSE, STORE },
  { R, N, FALSE, OREE_XMPP_METHOD_NONE,             FALSE, FALSE, E2 },
  { O, N, TRUE,  TLSDB | TCPDB,                     FALSE, FALSE, STORE },
  { O, N, FALSE, OREE_XMPP_METHOD_NONE,             FALSE, FALSE, E2 },
  { N, N, TRUE,  TCPDB,                             FALSE, FALSE, STORE },
  { N, N, FALSE, OREE_XMPP_METHOD_NONE,             FALSE, FALSE, E2 },
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == 18);

const OreeXmppNegotiationRow *
oree_xmpp_negotiation_row (OreeNegotiation tls, OreeNegotiation sasl, gboolean dialback)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].tls == tls && rows[i].sasl == sasl && rows[i].dialback == !!dialback)
      return &rows[i];
  g_return_val_if_reached (&rows[G_N_ELEMENTS (rows) - 1]);
}

static const OreeXmppNegotiationRow *
row_of (const OreeXmppPartner *self)
{
  return oree_xmpp_negotiation_row ((OreeNegotiation) self->tls_negotiation,
                                    (OreeNegotiation) self->sasl_negotiation, self->support_dialback_negotiation);
}

/* Certificates that are never looked at, or that would leave no way to prove anything. */
static void
check_certificates (const OreeXmppPartner *self, OreeProblems *problems)
{
  const OreeRecord *record = &self->record;
  gboolean idle = (oree_xmpp_partner_methods (self) & OREE_XMPP_METHOD_SASL_TLS) == 0;

  if (oree_xmpp_partner_methods (self) == OREE_XMPP_METHOD_NONE)
    oree_problems_add (problems, record->kind->name, record->id, "client-certificate-usage", OREE_PROBLEM_NO_METHOD,
                       NULL);
  else if (idle && *self->certificate_pins != NULL)
    oree_problems_add (problems, record->kind->name, record->id, "certificate-pins", OREE_PROBLEM_CERTIFICATES_IDLE,
                       NULL);
  else if (idle && *self->trust_anchors != '\0')
    oree_problems_add (problems, record->kind->name, record->id, "trust-anchors", OREE_PROBLEM_CERTIFICATES_IDLE, NULL);
}

static void
check (const OreeRecord *record, OreeProblems *problems)
{
  const OreeXmppNegotiationRow *row = row_of ((const OreeXmppPartner *) record);

  if (!row->storable)
    {
      oree_problems_add (problems, record->kind->name, record->id, "sasl-negotiation", row->refusal, NULL);
      return;
    }
  if (row->warn_tls_optional)
    oree_problems_add (problems, record->kind->name, record->id, "tls-negotiation",
                       OREE_PROBLEM_TLS_OPTIONAL_WITH_SASL, NULL);
  if (row->warn_dialback_idle)
    oree_problems_add (problems, record->kind->name, record->id, "support-dialback-negotiation",
                       OREE_PROBLEM_DIALBACK_IDLE, NULL);
  check_certificates ((const OreeXmppPartner *) record, problems);
}

const OreeKind oree_xmpp_partner_kind = {
  .name = "xmpp-partner",
  .size = sizeof (OreeXmppPartner),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .normalise_id = oree_normalise_domain,
  .id_doc = "The partner's primary domain.",
  .doc = "A federated XMPP domain: what its users may do, and how its servers prove themselves.",
  .check = check,
};

OreeXmppMethods
oree_xmpp_partner_methods (const OreeXmppPartner *self)
{
  const OreeXmppNegotiationRow *row = row_of (self);

  OreeXmppMethods methods = row->storable ? row->methods : OREE_XMPP_METHOD_NONE;

  /* A record that may not be stored permits nothing, should a damaged store hold one. */
  if (self->client_certificate_usage == OREE_CLIENT_CERTIFICATE_NONE)
    methods &= ~(guint) OREE_XMPP_METHOD_SASL_TLS;
  return methods;
}

gboolean
oree_xmpp_partner_has_domain (const OreeXmppPartner *self, const char *domain)
{
  return strcmp (self->record.id, domain) == 0
         || g_strv_contains ((const char *const *) self->additional_domains, domain);
}

gboolean
oree_xmpp_partner_sees_note (const OreeXmppPartner *self)
{
  return self->partner_type == OREE_PARTNER_FEDERATED;
}

gboolean
oree_xmpp_partner_trusted (const OreeXmppPartner *self)
{
  return self->partner_type != OREE_PARTNER_PUBLIC_UNVERIFIED;
}
