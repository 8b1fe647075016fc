/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-topology.h"

#include "base/oree-limits.h"
#include "ident/oree-domain.h"
#include "ident/oree-inet.h"
#include "model/oree-normalise.h"

#define EMBEDDED "embedded"
#define NOW OREE_FIELD_FLAG_NONE
#define LATER OREE_FIELD_FLAG_NO_EFFECT

#define F(member, name, TYPE, flags, fallback, min, max, normalise, doc) \
  OREE_FIELD (OreeTopology, member, name, TYPE, flags, fallback, min, max, NULL, normalise, doc)
#define NAME(member, name, flags, doc) F (member, name, STRING, flags, "", 0, OREE_NAME_MAX, oree_normalise_fqdn, doc)
#define PORT(member, name, flags, fallback, doc) F (member, name, UINT, flags, fallback, 1, 65535, NULL, doc)
#define FLAG(member, name, flags, fallback, doc) F (member, name, BOOLEAN, flags, fallback, 0, 0, NULL, doc)
#define ADDRESSES(member, name, flags, doc) F (member, name, LIST, flags, "", 0, 0, oree_normalise_address, doc)

static const OreeField fields[] = {
  F (site, "site", STRING, NOW, "", 0, OREE_NAME_MAX, oree_normalise_name,
     "The site of this edge; users without a site of their own belong to it."),
  NAME (edge_internal_fqdn, "edge-internal-fqdn", NOW, "The name of this edge as the inside knows it."),
  ADDRESSES (internal_addresses, "internal-addresses", NOW,
             "Addresses the inside is served on; empty: only 127.0.0.1."),
  NAME (access_edge_external_fqdn, "access-edge-external-fqdn", NOW,
        "The name of the Access Edge service as the Internet knows it; the lab certificate carries it."),
  ADDRESSES (access_edge_external_addresses, "access-edge-external-addresses", NOW,
             "Addresses partners are served on; empty: only 127.0.0.1."),
  PORT (access_edge_external_port, "access-edge-external-port", NOW, "5061", "SIP federation."),
  PORT (access_edge_client_port, "access-edge-client-port", LATER, "443", "SIP clients from the Internet."),
  PORT (access_edge_internal_port, "access-edge-internal-port", NOW, "5061", "SIP from inside."),
  FLAG (sip_federation_enabled, "sip-federation-enabled", NOW, "false", "This edge carries SIP federation."),
  FLAG (xmpp_proxy_enabled, "xmpp-proxy-enabled", NOW, "false", "This edge carries XMPP federation."),
  NAME (xmpp_external_fqdn, "xmpp-external-fqdn", NOW,
        "The name XMPP partners find this edge by; the lab certificate carries it."),
  PORT (xmpp_external_port, "xmpp-external-port", NOW, "5269", "XMPP server to server."),
  PORT (xmpp_internal_port, "xmpp-internal-port", LATER, "23456", "The gateway's link to the XMPP proxy."),
  FLAG (web_conferencing_enabled, "web-conferencing-enabled", LATER, "false", "This edge carries web conferencing."),
  NAME (web_conferencing_external_fqdn, "web-conferencing-external-fqdn", LATER,
        "The name of the web conferencing service."),
  PORT (web_conferencing_external_port, "web-conferencing-external-port", LATER, "443", "Web conferencing clients."),
  FLAG (av_edge_enabled, "av-edge-enabled", LATER, "false", "This edge relays audio and video."),
  NAME (av_edge_external_fqdn, "av-edge-external-fqdn", LATER, "The name of the media relay."),
  ADDRESSES (av_edge_external_addresses, "av-edge-external-addresses", LATER,
             "Addresses media is relayed on, as the Internet sees them."),
  PORT (stun_port, "stun-port", LATER, "3478", "STUN and TURN."),
  PORT (media_port_first, "media-port-first", LATER, "50000", "The first port media is relayed on."),
  PORT (media_port_last, "media-port-last", LATER, "59999", "The last port media is relayed on."),
  PORT (mras_port, "mras-port", LATER, "5062", "Media relay authentication."),
  F (next_hop, "next-hop", STRING, NOW, EMBEDDED, 0, OREE_NAME_MAX + 32, oree_normalise_next_hop,
     "The SIP server inside: embedded, or host:port;transport=tls or tcp."),
};

/* Two listeners on the same side must not share a port. Access Edge external and client ports may: Lync
 * recommends 5061 for both when there is one address. */
static void
check (const OreeRecord *record, OreeProblems *problems)
{
  static const char *const pairs[][2] = {
    { "access-edge-internal-port", "xmpp-internal-port" }, { "access-edge-internal-port", "mras-port" },
    { "xmpp-internal-port", "mras-port" },                 { "access-edge-external-port", "xmpp-external-port" },
    { "access-edge-client-port", "xmpp-external-port" },
  };
  const OreeTopology *self = (const OreeTopology *) record;

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (oree_record_get_uint (record, oree_kind_field (record->kind, pairs[i][0]))
        == oree_record_get_uint (record, oree_kind_field (record->kind, pairs[i][1])))
      oree_problems_add (problems, record->kind->name, record->id, pairs[i][1], OREE_PROBLEM_PORT_TAKEN_TWICE,
                         pairs[i][0]);
  if (self->media_port_last < self->media_port_first)
    oree_problems_add (problems, record->kind->name, record->id, "media-port-last", OREE_PROBLEM_RANGE_REVERSED,
                       "media-port-first");
}

const OreeKind oree_topology_kind = {
  .name = "topology",
  .singleton = TRUE,
  .size = sizeof (OreeTopology),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .normalise_id = oree_normalise_global,
  .id_doc = "Always global.",
  .doc = "Names, addresses, ports and the next hop of this edge.",
  .check = check,
};

static char *
dup_host (OreeSpan host)
{
  OreeInetAddress address;

  if (oree_inet_address_parse (&address, host))
    return oree_inet_address_to_string (&address);
  return oree_domain_normalise (host);
}

gboolean
oree_next_hop_parse (OreeNextHop *self, const char *text)
{
  OreeSpan where, transport, host;
  g_autofree char *name = NULL;
  gboolean tls;
  guint16 port;

  if (g_ascii_strcasecmp (text, EMBEDDED) == 0)
    {
      *self = (OreeNextHop){ .embedded = TRUE };
      return TRUE;
    }
  if (!oree_span_cut (oree_span_str (text), ';', &where, &transport))
    return FALSE;
  tls = oree_span_equal_nocase_str (transport, "transport=tls");
  if (!tls && !oree_span_equal_nocase_str (transport, "transport=tcp"))
    return FALSE;
  if (!oree_host_port_parse (where, 0, &host, &port) || port == 0)
    return FALSE;
  name = dup_host (host);
  if (name == NULL)
    return FALSE;
  *self = (OreeNextHop){ .host = g_steal_pointer (&name), .port = port, .tls = tls };
  return TRUE;
}

char *
oree_next_hop_to_text (const OreeNextHop *self)
{
  gboolean v6;

  if (self->embedded)
    return g_strdup (EMBEDDED);
  v6 = strchr (self->host, ':') != NULL;
  return g_strdup_printf ("%s%s%s:%u;transport=%s", v6 ? "[" : "", self->host, v6 ? "]" : "", self->port,
                          self->tls ? "tls" : "tcp");
}

void
oree_next_hop_clear (OreeNextHop *self)
{
  g_clear_pointer (&self->host, g_free);
}
