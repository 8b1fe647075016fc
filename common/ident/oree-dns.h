/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS answers as values: what the resolver found and how far it is to be trusted. */
#pragma once
#include "ident/oree-inet.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_DNS_SRV,      /* answer in `srv` */
  OREE_DNS_ADDRESSES, /* A and AAAA together; answer in `addresses` */
  OREE_DNS_TLSA       /* answer in `tlsa` */
} OreeDnsKind;

typedef enum
{
  OREE_DNS_OK,        /* at least one record */
  OREE_DNS_NO_DATA,   /* the name exists, not with this type */
  OREE_DNS_NO_NAME,   /* NXDOMAIN */
  OREE_DNS_BOGUS,     /* DNSSEC validation failed: as good as no answer, and never to be used */
  OREE_DNS_FAILED,    /* SERVFAIL, refused, no server reachable */
  OREE_DNS_TIMED_OUT,
  OREE_DNS_N_OUTCOMES
} OreeDnsOutcome;

/* Kebab-case nick ("no-name"); static. */
const char *oree_dns_outcome_nick (OreeDnsOutcome outcome);

typedef struct
{
  guint16 priority;
  guint16 weight;
  guint16 port;
  char *target; /* normal form; "" for the root: "service decidedly not available" (RFC 2782) */
} OreeDnsSrv;

/* RFC 6698 2.1: which certificate or key a TLS server shows. Values above those of RFC 7218 are kept: who judges
 * says what is usable. */
typedef struct
{
  guint8 usage;    /* 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE */
  guint8 selector; /* 0 the certificate, 1 its SubjectPublicKeyInfo */
  guint8 matching; /* 0 as it is, 1 SHA-256, 2 SHA-512 */
  GBytes *data;
} OreeDnsTlsa;

typedef struct
{
  gatomicrefcount refs;
  OreeDnsKind kind;
  OreeDnsOutcome outcome;
  gboolean secure; /* DNSSEC-validated; of addresses: both questions, as far as they were answered */
  guint ttl;       /* seconds this answer may be kept */
  char *name;      /* as asked, normal form */
  GPtrArray *srv;    /* OreeDnsSrv *, as received */
  GArray *addresses; /* OreeInetAddress, as received */
  GPtrArray *tlsa;   /* OreeDnsTlsa *, as received; NULL when there are none */
} OreeDnsAnswer;

/* An empty answer with one reference; fill it before sharing it between threads, then leave it alone. */
OreeDnsAnswer *oree_dns_answer_new (OreeDnsKind kind, const char *name, OreeDnsOutcome outcome);
OreeDnsAnswer *oree_dns_answer_ref (OreeDnsAnswer *self);
void oree_dns_answer_unref (OreeDnsAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeDnsAnswer, oree_dns_answer_unref)
/* Adds a record; a target that is no domain name (and not ".") is left out. At most OREE_DNS_TARGETS_MAX. */
gboolean oree_dns_answer_add_srv (OreeDnsAnswer *self, guint16 priority, guint16 weight, guint16 port,
                                  OreeSpan target);
/* At most OREE_DNS_ADDRESSES_MAX of each family. */
gboolean oree_dns_answer_add_address (OreeDnsAnswer *self, const OreeInetAddress *address);
/* `rdata` as on the wire. At most OREE_DNS_TLSA_MAX records of OREE_DNS_TLSA_BYTES_MAX. */
gboolean oree_dns_answer_add_tlsa (OreeDnsAnswer *self, OreeSpan rdata);
/* A certificate association secured by DNSSEC: what else a TLSA answer may hold is never to be used (RFC 6698 4.1). */
gboolean oree_dns_answer_is_secure_tlsa (const OreeDnsAnswer *self);
/* "_5269._tcp.xmpp.fabrikam.test": where the TLSA records of a port stand (RFC 6698 3). Owned. */
char *oree_dns_tlsa_name (const char *host, guint16 port);
/* Is this the single record "." that says the service is not offered? */
gboolean oree_dns_answer_refuses (const OreeDnsAnswer *self);

G_END_DECLS
