/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS answers → where to connect, in order (RFC 2782; XMPP: RFC 6120 3.2; SIP over TLS: RFC 3263 as far as an edge
 * needs it). Pure: the answers and the random numbers are passed in. */
#pragma once
#include "ident/oree-dns.h"

G_BEGIN_DECLS

/* A host to ask addresses for. */
typedef struct
{
  char *host; /* normal form, or an address literal */
  guint16 port;
  gboolean direct_tls; /* TLS from the first byte (XEP-0368) */
  gboolean secure;     /* the answer that named it was DNSSEC-validated */
} OreeTarget;

typedef enum
{
  OREE_TARGETS_OK,
  OREE_TARGETS_NOT_OFFERED, /* SRV ".": the domain says it does not offer the service */
  OREE_TARGETS_NO_NAME,     /* the domain does not exist */
  OREE_TARGETS_UNUSABLE,    /* DNSSEC failure: no fallback may follow */
  OREE_TARGETS_UNREACHABLE  /* the question found no answer: try later, do not fall back */
} OreeTargetsOutcome;

typedef struct
{
  OreeTargetsOutcome outcome;
  gboolean secure;    /* every answer used was DNSSEC-validated */
  gboolean fallback;  /* no SRV: the domain itself stands */
  gboolean fixed;     /* from configuration: as good as signed, but its name proves nothing of the domain */
  GPtrArray *targets; /* OreeTarget *, best first; at most OREE_DNS_TARGETS_MAX */
} OreeTargets;

void oree_targets_free (OreeTargets *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeTargets, oree_targets_free)

/* From the answer to the SRV question of `domain`. `random` seeds the weighted choice among equal priorities (RFC 2782).
 * With no SRV records at all the domain itself with `fallback_port` (XMPP 5269, SIP over TLS 5061) is the one
 * target; `fallback_port` 0: none is. */
OreeTargets *oree_targets_from_srv (const OreeDnsAnswer *srv, const char *domain, guint16 fallback_port,
                                    guint64 random);
/* The same for an XMPP domain that is asked for both services (XEP-0368): `direct` the answer for
 * _xmpps-server._tcp, `plain` for _xmpp-server._tcp. Both sets are one: priorities and weights of either count together.
 * A service refused by "." is not used, and forbids the fallback to the domain's own addresses. One answer that failed
 * does no harm where the other names servers; a bogus one ends the search. `direct` NULL: it was not asked. */
OreeTargets *oree_targets_from_xmpp (const OreeDnsAnswer *direct, const OreeDnsAnswer *plain, const char *domain,
                                     guint64 random);
/* One host and port from configuration, or an address literal: no SRV question is asked. */
OreeTargets *oree_targets_from_host (const char *host, guint16 port);

typedef enum
{
  OREE_TARGET_ASK_SRV,      /* ask `name` for SRV */
  OREE_TARGET_ASK_ADDRESSES /* ask `name` for addresses; `port` is known */
} OreeTargetAsk;

typedef struct
{
  OreeTargetAsk ask;
  char *name; /* owned */
  guint16 port;
} OreeTargetQuestion;

/* What to ask for a SIP host (RFC 3263 4.2, TLS only): an address literal or an explicit port needs addresses only,
 * else SRV of _sips._tcp.<host>. Release `question` with oree_target_question_clear(). */
void oree_target_question_sip (const char *host, guint16 port, OreeTargetQuestion *question);
/* What to ask for an XMPP domain: SRV of _xmpp-server._tcp.<domain>, or of _xmpps-server._tcp for `direct_tls`. */
void oree_target_question_xmpp (const char *domain, gboolean direct_tls, OreeTargetQuestion *question);
void oree_target_question_clear (OreeTargetQuestion *question);

/* The addresses of one target as endpoints, IPv6 first, alternating, at most OREE_DNS_ADDRESSES_MAX; appended to `out`
 * (GArray of OreeEndpoint). */
void oree_target_endpoints (const OreeTarget *target, const OreeDnsAnswer *addresses, GArray *out);

G_END_DECLS
