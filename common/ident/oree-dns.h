/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS answers as values: what the resolver found and how far it is to be trusted. */
#pragma once
#include "ident/oree-inet.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_DNS_SRV,      /* answer in `srv` */
  OREE_DNS_ADDRESSES /* A and AAAA together; answer in `addresses` */
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

typedef struct
{
  gatomicrefcount refs;
  OreeDnsKind kind;
  OreeDnsOutcome outcome;
  gboolean secure; /* DNSSEC-validated */
  guint ttl;       /* seconds this answer may be kept */
  char *name;      /* as asked, normal form */
  GPtrArray *srv;    /* OreeDnsSrv *, as received */
  GArray *addresses; /* OreeInetAddress, as received */
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
/* Is this the single record "." that says the service is not offered? */
gboolean oree_dns_answer_refuses (const OreeDnsAnswer *self);

G_END_DECLS
