/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does DNS lead to this edge those who look for a SIP domain of ours: partners who discover us, and the push service of mobile
 * clients, which needs the record of each domain even with discovery off (lync-dns-ports-certs 1.3). Pure. */
#pragma once
#include "ident/oree-dns.h"
#include "model/oree-topology.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_OWN_SRV_OFF,       /* SIP federation is switched off: nobody needs it */
  OREE_OWN_SRV_OK,
  OREE_OWN_SRV_MISSING,   /* there is none, or it says that the service is not offered */
  OREE_OWN_SRV_ELSEWHERE, /* it names none of our names */
  OREE_OWN_SRV_OUTSIDE,   /* our name, but of another domain: Lync's 1009 at partners */
  OREE_OWN_SRV_PORT,      /* our name, but not the port the Access Edge listens at */
  OREE_OWN_SRV_UNKNOWN,   /* DNS failed, or is forged */
} OreeOwnSrv;

extern const OreeEnumValue oree_own_srvs[]; /* "off" "ok" "missing" "elsewhere" "outside" "port" "unknown" */

/* What the record of `domain` (normal form) should name: the Access Edge's name where that lies directly in the domain, else
 * sip.DOMAIN, as certificates have it (oree-cert-needs). Owned. */
char *oree_own_srv_host (const OreeTopology *topology, const char *domain);
/* `srv`: the answer for _sipfederationtls._tcp.DOMAIN. One good record among several will do. */
OreeOwnSrv oree_own_srv_judge (const OreeTopology *topology, const char *domain, const OreeDnsAnswer *srv);

G_END_DECLS
