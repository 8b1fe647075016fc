/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-own-srv.h"

#include "ident/oree-domain.h"

#include <string.h>

const OreeEnumValue oree_own_srvs[] = {
  { OREE_OWN_SRV_OFF, "off" },
  { OREE_OWN_SRV_OK, "ok" },
  { OREE_OWN_SRV_MISSING, "missing" },
  { OREE_OWN_SRV_ELSEWHERE, "elsewhere" },
  { OREE_OWN_SRV_OUTSIDE, "outside" },
  { OREE_OWN_SRV_PORT, "port" },
  { OREE_OWN_SRV_UNKNOWN, "unknown" },
  { 0, NULL },
};

char *
oree_own_srv_host (const OreeTopology *topology, const char *domain)
{
  const char *name = topology->access_edge_external_fqdn;

  return oree_domain_is_directly_below (name, domain) ? g_strdup (name) : g_strconcat ("sip.", domain, NULL);
}

static OreeOwnSrv
judge_records (const OreeTopology *topology, const char *domain, const GPtrArray *records)
{
  g_autofree char *host = oree_own_srv_host (topology, domain), *usual = g_strconcat ("sip.", domain, NULL);
  OreeOwnSrv found = OREE_OWN_SRV_ELSEWHERE;

  for (guint i = 0; i < records->len; i++)
    {
      const OreeDnsSrv *srv = g_ptr_array_index (records, i);

      if (strcmp (srv->target, host) == 0 || strcmp (srv->target, usual) == 0)
        {
          if (srv->port == topology->access_edge_external_port)
            return OREE_OWN_SRV_OK;
          found = OREE_OWN_SRV_PORT;
        }
      else if (found == OREE_OWN_SRV_ELSEWHERE && strcmp (srv->target, topology->access_edge_external_fqdn) == 0)
        found = OREE_OWN_SRV_OUTSIDE;
    }
  return found;
}

OreeOwnSrv
oree_own_srv_judge (const OreeTopology *topology, const char *domain, const OreeDnsAnswer *srv)
{
  if (!topology->sip_federation_enabled)
    return OREE_OWN_SRV_OFF;
  switch (srv->outcome)
    {
    case OREE_DNS_OK:
      return oree_dns_answer_refuses (srv) ? OREE_OWN_SRV_MISSING : judge_records (topology, domain, srv->srv);
    case OREE_DNS_NO_DATA:
    case OREE_DNS_NO_NAME:
      return OREE_OWN_SRV_MISSING;
    case OREE_DNS_BOGUS:
    case OREE_DNS_FAILED:
    case OREE_DNS_TIMED_OUT:
    case OREE_DNS_N_OUTCOMES:
      break;
    }
  return OREE_OWN_SRV_UNKNOWN;
}
