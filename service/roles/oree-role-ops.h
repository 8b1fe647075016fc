/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each role does on one lane. `oree-roles` calls these; roles never call one another through it. */
#pragma once
#include "roles/oree-lane.h"

G_BEGIN_DECLS

/* What a new snapshot did, or would do, to the living. */
typedef struct
{
  guint streams_closed;
  guint sip_closed; /* connections with SIP partners */
  guint sessions_ended; /* of messages, with a client inside */
  guint subscriptions_ended;
  guint users_signed_out;
  guint listeners_changed;
  gboolean dry; /* count only */
} OreeImpact;

typedef struct
{
  /* Makes the role's state on a new lane; frees it on a stopped one. */
  void (*init) (OreeLane *lane);
  void (*clear) (OreeLane *lane);
  /* Binds and admits. NULL, or the reason code; then `detail` (owned) names the thing. */
  const char *(*start) (OreeLane *lane, char **detail);
  /* Answers what is pending and closes everything. */
  void (*stop) (OreeLane *lane);
  /* Nothing pending: a drain may end. */
  gboolean (*idle) (OreeLane *lane);
  /* lane->policy is `next` already unless impact->dry; `old` is what it was. Closes the listeners that no longer fit. */
  void (*publish) (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact);
  /* Opens what the snapshot wants and is not open. Runs when every role on every lane has published: one role may
   * take over the port of another. As `start`; not while the role drains, which closed them itself; NULL: the role binds nothing. */
  const char *(*reopen) (OreeLane *lane, char **detail);
  /* lane->tls is the next generation already. Closes what was proved by what is gone; NULL: nothing is. */
  void (*retrust) (OreeLane *lane, OreeImpact *impact);
  /* Adds the role's rows (a{sv} each) to `rows` (aa{sv}). */
  void (*list) (OreeLane *lane, const char *what, GVariantBuilder *rows);
} OreeRoleOps;

extern const OreeRoleOps oree_xmpp_proxy_ops;
extern const OreeRoleOps oree_gateway_ops;
extern const OreeRoleOps oree_front_end_ops;
extern const OreeRoleOps oree_access_edge_ops;

G_END_DECLS
