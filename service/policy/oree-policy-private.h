/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a policy: filled by oree-policy-build, read by oree-policy. */
#pragma once
#include "policy/oree-policy.h"

struct _OreePolicy
{
  gatomicrefcount refs;
  guint64 revision;
  OreeRecordSet *records; /* owns every record below */
  const OreeTopology *topology;
  const OreeAccessEdge *access_edge;
  const OreeXmppGateway *xmpp_gateway;
  OreeNextHop next_hop;
  const OreeSipDomain *default_domain;
  const OreeExternalPolicy *global_policy;
  const OreeExternalPolicy *home_policy; /* of users without site: that of the edge's site, else the global one */
  /* Keys belong to the records. */
  GHashTable *sip_domains;
  GHashTable *users;
  GHashTable *partners; /* by every domain of each */
  GHashTable *profiles; /* boundary profiles by every domain of the partners that name one; NULL: none does */
  gboolean quiet;       /* one of them has quiet hours */
  GHashTable *blocked;
  GHashTable *allowed;
  GHashTable *providers; /* by server; OreePolicyProvider *, owned */
  const OreePolicyProvider *shared_provider;
  GHashTable *user_policies; /* by id */
  GHashTable *site_policies; /* by site */
};
