/* SPDX-License-Identifier: GPL-3.0-or-later */
/* topology: names, addresses, ports and the next hop; what Lync kept in its Topology Builder. Singleton. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef struct
{
  OreeRecord record;
  char *site; /* the site of this edge: users without a record, or without a site, belong to it */
  char *edge_internal_fqdn;
  char **internal_addresses;
  char *access_edge_external_fqdn;
  char **access_edge_external_addresses;
  guint64 access_edge_external_port;
  guint64 access_edge_client_port;
  guint64 access_edge_internal_port;
  gboolean sip_federation_enabled;
  gboolean xmpp_proxy_enabled;
  char *xmpp_external_fqdn;
  guint64 xmpp_external_port;
  guint64 xmpp_internal_port;
  gboolean web_conferencing_enabled;
  char *web_conferencing_external_fqdn;
  guint64 web_conferencing_external_port;
  gboolean av_edge_enabled;
  char *av_edge_external_fqdn;
  char **av_edge_external_addresses;
  guint64 stun_port;
  guint64 media_port_first;
  guint64 media_port_last;
  guint64 mras_port;
  char *next_hop; /* "embedded", or "host:port;transport=tls|tcp" in normal form */
} OreeTopology;

extern const OreeKind oree_topology_kind;

typedef struct
{
  gboolean embedded;
  char *host;   /* domain in normal form or IP address without brackets; NULL when embedded */
  guint16 port;
  gboolean tls;
} OreeNextHop;

/* "embedded" or "host:port;transport=tls|tcp" → parts; FALSE when it is neither. */
gboolean oree_next_hop_parse (OreeNextHop *self, const char *text);
/* The normal form; owned. */
char *oree_next_hop_to_text (const OreeNextHop *self);
void oree_next_hop_clear (OreeNextHop *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeNextHop, oree_next_hop_clear)

G_END_DECLS
