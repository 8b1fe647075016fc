/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-ports.h"

#include "net/oree-listen.h"

typedef struct
{
  OreeEndpoint at;
  const char *address_field, *port_field; /* of the topology; static */
} Wanted;

static void
want (GArray *wanted, char **addresses, guint64 port, const char *address_field, const char *port_field)
{
  static char *loopback[] = { (char *) "127.0.0.1", NULL };

  for (char **address = addresses != NULL && *addresses != NULL ? addresses : loopback; *address != NULL; address++)
    {
      Wanted one = { .at = { .port = (guint16) port }, .address_field = address_field, .port_field = port_field };

      if (oree_inet_address_parse (&one.at.address, oree_span_str (*address)))
        g_array_append_val (wanted, one);
    }
}

static GArray *
wanted_by (const OreePolicy *policy)
{
  const OreeTopology *topology = oree_policy_topology (policy);
  GArray *wanted = g_array_new (FALSE, FALSE, sizeof (Wanted));

  /* The front end's port when it is embedded, else the Access Edge's towards the next hop. */
  want (wanted, topology->internal_addresses, topology->access_edge_internal_port, "internal-addresses",
        "access-edge-internal-port");
  if (topology->sip_federation_enabled)
    want (wanted, topology->access_edge_external_addresses, topology->access_edge_external_port,
          "access-edge-external-addresses", "access-edge-external-port");
  if (topology->xmpp_proxy_enabled)
    want (wanted, topology->access_edge_external_addresses, topology->xmpp_external_port,
          "access-edge-external-addresses", "xmpp-external-port");
  return wanted;
}

static gboolean
has (const GArray *wanted, const OreeEndpoint *at)
{
  for (guint i = 0; i < wanted->len; i++)
    if (oree_endpoint_equal (&g_array_index (wanted, Wanted, i).at, at))
      return TRUE;
  return FALSE;
}

static void
complain (const Wanted *one, const GError *error, OreeProblems *problems)
{
  g_autofree char *at = oree_endpoint_to_string (&one->at);
  OreeProblemCode code = OREE_PROBLEM_PORT_BUSY;
  const char *field = one->port_field;

  if (g_error_matches (error, OREE_NET_ERROR, OREE_NET_ERROR_ADDRESS_UNAVAILABLE))
    {
      code = OREE_PROBLEM_ADDRESS_UNAVAILABLE;
      field = one->address_field;
    }
  else if (g_error_matches (error, OREE_NET_ERROR, OREE_NET_ERROR_PERMISSION))
    code = OREE_PROBLEM_PORT_NOT_PERMITTED;
  else if (!g_error_matches (error, OREE_NET_ERROR, OREE_NET_ERROR_PORT_BUSY))
    return; /* out of descriptors: says nothing about this change */
  oree_problems_add (problems, "topology", "global", field, code, at);
}

void
oree_ports_try (const OreePolicy *now, const OreePolicy *next, OreeProblems *problems)
{
  g_autoptr (GArray) before = wanted_by (now), after = wanted_by (next);

  for (guint i = 0; i < after->len; i++)
    {
      const Wanted *one = &g_array_index (after, Wanted, i);
      g_autoptr (GError) error = NULL;

      if (!has (before, &one->at) && !oree_listen_try (&one->at, &error))
        complain (one, error, problems);
    }
}
