/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Access Edge. Inside: mutual TLS (or TCP) with the configured next hop, both ways; each lane keeps one connection of its
 * own to it. Outside: the listener of SIP federation; what comes in there is oree-sip-peers', what passes
 * oree-access-edge-proxy's. */
#include "base/oree-log.h"
#include "codec/sip/oree-sip-addr.h"
#include "ident/oree-sip-uri.h"
#include "net/oree-dial.h"
#include "net/oree-resolver.h"
#include "policy/oree-decide-sip.h"
#include "proto/oree-target.h"
#include "roles/oree-access-edge-proxy.h"
#include "roles/oree-gateway-role.h"
#include "roles/oree-listeners.h"
#include "roles/oree-peer-pool.h"
#include "roles/oree-refusal.h"
#include "roles/oree-role-ops.h"
#include "roles/oree-sip-hub.h"
#include "roles/oree-sip-peers.h"

#define RETRY_AFTER OREE_SECOND           /* a next hop that refused us is not asked again sooner */
#define RETRY_AFTER_MAX (16 * OREE_SECOND) /* nor, while nobody writes, later: it doubles */

struct _OreeAccessEdgeRole
{
  OreeLane *lane;
  OreeListeners listeners; /* inside */
  OreeListeners outside;
  OreeFlow flow;    /* our connection, or the one being made */
  OreeLookup *lookup;
  OreeDial *dial;
  OreeConn *conn;   /* in its handshake */
  OreeTime retry_at;
  OreeTimer again;  /* armed when the way inside was lost: whoever looks sees whether it is there, nobody has to write first */
  OreeTime pause, since; /* between two tries; when the connection was made */
  gboolean unreachable;
  GArray *known;    /* OreeInetAddress: where the next hop lives, for TCP */
};

/* --- dialling ---------------------------------------------------------------------------------- */

/* Once per change, however many requests find it out. */
static void
say_degraded (OreeAccessEdgeRole *self, const char *reason, const char *detail)
{
  if (self->unreachable == (reason != NULL))
    return;
  self->unreachable = reason != NULL;
  oree_lane_degraded (self->lane, OREE_ROLE_ACCESS_EDGE, reason, detail);
  if (reason == NULL)
    oree_gateway_presence_returned (self->lane);
}

static void
try_again (OreeAccessEdgeRole *self)
{
  OreeTime now = oree_worker_now (self->lane->worker);

  if (self->since != 0 && now - self->since > RETRY_AFTER_MAX)
    self->pause = 0;
  self->since = 0;
  self->pause = CLAMP (2 * self->pause, RETRY_AFTER, RETRY_AFTER_MAX);
  if (self->lane->mode[OREE_ROLE_ACCESS_EDGE] == OREE_MODE_RUNNING)
    oree_worker_arm (self->lane->worker, &self->again, now + self->pause);
}

static void
dial_failed (OreeAccessEdgeRole *self, const char *reason)
{
  OreeFlow flow = self->flow;
  const OreeNextHop *hop = oree_policy_next_hop (self->lane->policy);
  g_autofree char *detail = g_strdup_printf ("%s:%u %s", hop->host ? hop->host : "", hop->port, reason);

  self->flow = OREE_FLOW_NONE;
  self->retry_at = oree_worker_now (self->lane->worker) + RETRY_AFTER;
  say_degraded (self, "next-hop-unreachable", detail);
  try_again (self);
  oree_sip_hub_fail (self->lane, flow);
}

static void
connected (OreeAccessEdgeRole *self, OreeConn *conn)
{
  self->since = oree_worker_now (self->lane->worker);
  say_degraded (self, NULL, NULL);
  oree_sip_hub_attach (self->lane, self->flow, conn);
}

static void
handshake_done_cb (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  OreeAccessEdgeRole *self = data;
  const OreeNextHop *hop = oree_policy_next_hop (self->lane->policy);
  OreeCertOutcome outcome;

  if (!ok)
    return; /* on_closed follows */
  outcome = oree_peer_cert_check_for (oree_conn_peer_cert (conn), OREE_CERT_PEER_IS_SERVER, OREE_CERT_USAGE_LENIENT,
                                      g_get_real_time (), OREE_CERT_NAMES_HOST, hop->host);
  if (outcome != OREE_CERT_OK)
    {
      g_clear_pointer (&self->conn, oree_conn_free);
      dial_failed (self, oree_cert_outcome_nick (outcome));
      return;
    }
  connected (self, g_steal_pointer (&self->conn));
}

static void
handshake_closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  OreeAccessEdgeRole *self = data;

  g_clear_pointer (&self->conn, oree_conn_free);
  dial_failed (self, oree_closed_reason_nick (reason));
}

static const OreeConnCallbacks handshake_callbacks = {
  .on_tls = handshake_done_cb,
  .on_closed = handshake_closed_cb,
};

static void
dialled_cb (OreeConn *conn, guint index, const char *reason, gpointer data)
{
  OreeAccessEdgeRole *self = data;
  const OreeNextHop *hop = oree_policy_next_hop (self->lane->policy);

  self->dial = NULL;
  if (conn == NULL)
    {
      dial_failed (self, reason);
      return;
    }
  if (!hop->tls)
    {
      connected (self, conn);
      return;
    }
  self->conn = conn;
  oree_conn_set_callbacks (conn, &handshake_callbacks, self);
  oree_conn_start_tls (conn, self->lane->tls->internal.ctx, OREE_TLS_CLIENT, hop->host, NULL);
}

static void
dial_addresses (OreeAccessEdgeRole *self, const OreeDnsAnswer *answer)
{
  const OreeNextHop *hop = oree_policy_next_hop (self->lane->policy);
  OreeTarget target = { .host = hop->host, .port = hop->port };
  g_autoptr (GArray) endpoints = g_array_new (FALSE, FALSE, sizeof (OreeEndpoint));

  oree_target_endpoints (&target, answer, endpoints);
  g_array_set_size (self->known, 0);
  for (guint i = 0; i < endpoints->len; i++)
    g_array_append_val (self->known, g_array_index (endpoints, OreeEndpoint, i).address);
  self->dial = oree_dial_start (self->lane->worker, (const OreeEndpoint *) (gpointer) endpoints->data, endpoints->len,
                                OREE_TIME_NEVER, dialled_cb, self);
}

static void
resolved_cb (const OreeDnsAnswer *answer, gpointer data)
{
  OreeAccessEdgeRole *self = data;

  self->lookup = NULL;
  dial_addresses (self, answer);
}

static void
dial (OreeAccessEdgeRole *self)
{
  const OreeNextHop *hop = oree_policy_next_hop (self->lane->policy);
  OreeInetAddress literal;

  self->flow = oree_sip_hub_reserve (self->lane, OREE_LEG_NEXT_HOP, hop->host);
  if (oree_inet_address_parse (&literal, oree_span_str (hop->host)))
    {
      g_autoptr (OreeDnsAnswer) answer = oree_dns_answer_new (OREE_DNS_ADDRESSES, hop->host, OREE_DNS_OK);

      oree_dns_answer_add_address (answer, &literal);
      dial_addresses (self, answer);
    }
  else
    self->lookup = oree_resolver_lookup_addresses (oree_lane_options (self->lane)->resolver, hop->host,
                                                   self->lane->worker, resolved_cb, self);
}

/* The way to a user behind the next hop. */
static OreeFlow
inside_flow (OreeLane *lane, const char *aor)
{
  OreeAccessEdgeRole *self = lane->access_edge;

  if (lane->mode[OREE_ROLE_ACCESS_EDGE] == OREE_MODE_STOPPED)
    return OREE_FLOW_NONE;
  if (oree_flow_is_none (self->flow) && oree_worker_now (lane->worker) >= self->retry_at)
    dial (self);
  return self->flow;
}

static void
again_cb (gpointer data)
{
  OreeAccessEdgeRole *self = data;

  if (!oree_policy_next_hop (self->lane->policy)->embedded)
    inside_flow (self->lane, NULL);
}

static void
flow_gone (OreeLane *lane, OreeFlow flow)
{
  OreeAccessEdgeRole *self = lane->access_edge;

  if (self->flow.id != flow.id)
    return;
  self->flow = OREE_FLOW_NONE;
  try_again (self);
}

/* --- accepting --------------------------------------------------------------------------------- */

typedef struct
{
  OreeAccessEdgeRole *role;
  OreeConn *conn;
} Guest;

static void
refuse_guest (Guest *guest, const char *reason)
{
  g_autofree char *peer = oree_endpoint_to_string (oree_conn_peer (guest->conn));

  guest->role->lane->reasons[OREE_REASON_PEER_NOT_NEXT_HOP]++;
  oree_lane_event (guest->role->lane, oree_event_new (OREE_EVENT_SIP_PEER_REFUSED, "peer", peer, "reason", reason, NULL));
}

static void
guest_tls_cb (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  Guest *guest = data;
  OreeLane *lane = guest->role->lane;
  OreeCertOutcome outcome;

  if (!ok)
    return;
  outcome = oree_peer_cert_check_for (oree_conn_peer_cert (conn), OREE_CERT_PEER_IS_CLIENT, OREE_CERT_USAGE_LENIENT,
                                      g_get_real_time (), OREE_CERT_NAMES_HOST,
                                      oree_policy_next_hop (lane->policy)->host);
  if (outcome == OREE_CERT_OK)
    {
      oree_conn_set_authenticated (conn);
      oree_sip_hub_adopt (lane, conn, OREE_LEG_NEXT_HOP);
      g_free (guest);
      return;
    }
  refuse_guest (guest, oree_cert_outcome_nick (outcome));
  oree_conn_close (conn);
}

static void
guest_closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  oree_conn_free (conn);
  g_free (data);
}

static const OreeConnCallbacks guest_callbacks = {
  .on_tls = guest_tls_cb,
  .on_closed = guest_closed_cb,
};

/* Over TCP the address is all the proof there is. */
static gboolean
is_next_hop_address (OreeAccessEdgeRole *self, const OreeInetAddress *address)
{
  OreeInetAddress literal;

  if (oree_inet_address_parse (&literal, oree_span_str (oree_policy_next_hop (self->lane->policy)->host)))
    return oree_inet_address_equal (&literal, address);
  for (guint i = 0; i < self->known->len; i++)
    if (oree_inet_address_equal (&g_array_index (self->known, OreeInetAddress, i), address))
      return TRUE;
  return FALSE;
}

static void
accept_cb (OreeListen *listen, OreeConn *conn, gpointer data)
{
  OreeAccessEdgeRole *self = data;
  Guest *guest = g_new (Guest, 1);

  *guest = (Guest){ self, conn };
  if (oree_policy_next_hop (self->lane->policy)->tls)
    {
      oree_conn_set_callbacks (conn, &guest_callbacks, guest);
      oree_conn_start_tls (conn, self->lane->tls->internal.ctx, OREE_TLS_SERVER, NULL, NULL);
      return;
    }
  if (is_next_hop_address (self, &oree_conn_peer (conn)->address))
    {
      oree_conn_set_authenticated (conn);
      oree_sip_hub_adopt (self->lane, conn, OREE_LEG_NEXT_HOP);
    }
  else
    {
      refuse_guest (guest, oree_reason_nick (OREE_REASON_PEER_NOT_NEXT_HOP));
      oree_conn_free (conn);
    }
  g_free (guest);
}

/* --- requests from the next hop ---------------------------------------------------------------- */

/* ACK and CANCEL go where their INVITE went. One for the gateway was answered at once: there is nothing to cancel. */
static void
follow_invite (OreeLane *lane, OreeSipRx *rx, const char *domain)
{
  if (oree_policy_sip_domain (lane->policy, domain) == NULL && oree_policy_xmpp_partner (lane->policy, domain) == NULL)
    oree_access_edge_outward (lane, rx, domain);
  else
    oree_sip_hub_respond (lane, rx, 481, NULL); /* nothing to an ACK */
}

static void
request_cb (OreeLane *lane, OreeSipRx *rx)
{
  OreeSipAddr from_addr;
  OreeSipUri ruri;
  g_autofree char *from = NULL, *to = NULL, *domain = NULL, *method = NULL;
  OreeSipFacts facts = { .source = OREE_SIP_FROM_NEXT_HOP };
  OreeSipRoute route;
  OreeVerdict verdict;

  if (oree_sip_hub_to_contact (lane, rx) || oree_access_edge_takes (lane, rx))
    return;
  method = oree_span_dup (rx->msg.method_name);
  if (oree_sip_addr_from_msg (&from_addr, &rx->msg, OREE_SIP_HDR_FROM) > 0)
    from = oree_sip_aor_normalise (from_addr.uri);
  if (oree_sip_uri_parse (&ruri, rx->msg.ruri))
    {
      to = oree_sip_uri_dup_aor (&ruri);
      domain = oree_sip_uri_dup_domain (&ruri);
    }
  if (from == NULL || to == NULL || domain == NULL)
    {
      oree_sip_hub_respond (lane, rx, 404, NULL);
      return;
    }
  if (rx->msg.method == OREE_SIP_METHOD_ACK || rx->msg.method == OREE_SIP_METHOD_CANCEL)
    {
      follow_invite (lane, rx, domain);
      return;
    }
  /* A next hop checks that we live by OPTIONS to our own address. */
  if (rx->msg.method == OREE_SIP_METHOD_OPTIONS && oree_policy_sip_domain (lane->policy, domain) != NULL)
    {
      oree_sip_hub_respond (lane, rx, 200, NULL);
      return;
    }
  facts.method = method;
  facts.from = from;
  facts.to = to;
  facts.authenticated = from;
  verdict = oree_decide_sip (lane->policy, &facts, &route, NULL);
  if (!verdict.allow && route != OREE_SIP_ROUTE_PARTNER)
    {
      oree_refusal_report (lane, OREE_EVENT_MESSAGE_REFUSED, from, to, method, verdict.reason);
      oree_sip_hub_respond (lane, rx, oree_refusal (verdict.reason)->sip, oree_refusal_phrase_of (&rx->msg, verdict.reason));
    }
  else if (route == OREE_SIP_ROUTE_XMPP)
    oree_sip_hub_to_gateway (lane, rx, domain);
  else if (route == OREE_SIP_ROUTE_PARTNER)
    oree_access_edge_outward (lane, rx, domain);
  else
    oree_sip_hub_respond (lane, rx, 404, NULL); /* the next hop's own users are its own affair */
}

static const OreeOutside outside = { oree_access_edge_takes, oree_access_edge_outward };

static void
init (OreeLane *lane)
{
  lane->access_edge = g_new0 (OreeAccessEdgeRole, 1);
  lane->access_edge->lane = lane;
  lane->access_edge->known = g_array_new (FALSE, FALSE, sizeof (OreeInetAddress));
  oree_timer_init (&lane->access_edge->again, again_cb, lane->access_edge);
  oree_sip_hub_set_handler (lane, OREE_LEG_NEXT_HOP, request_cb, flow_gone);
  oree_sip_hub_set_handler (lane, OREE_LEG_PARTNER, oree_access_edge_inward, oree_sip_peers_gone);
  oree_sip_hub_set_inside (lane, inside_flow);
  oree_sip_hub_set_outside (lane, &outside);
  oree_sip_find_init (lane);
  oree_peer_pool_init (lane);
  oree_sip_peers_init (lane);
  oree_access_edge_proxy_init (lane);
}

/* --- outside ----------------------------------------------------------------------------------- */

static void
outside_cb (OreeListen *listen, OreeConn *conn, gpointer data)
{
  OreeLane *lane = data;

  if (lane->mode[OREE_ROLE_ACCESS_EDGE] == OREE_MODE_RUNNING && lane->tls->external.ctx != NULL)
    oree_sip_peers_accept (lane, conn);
  else
    oree_conn_free (conn);
}

static char *
outside_signature (const OreePolicy *policy)
{
  const OreeTopology *topology = oree_policy_topology (policy);

  return topology->sip_federation_enabled
           ? oree_listeners_signature ((const char *const *) topology->access_edge_external_addresses,
                                       topology->access_edge_external_port)
           : NULL;
}

static const char *
open_outside (OreeLane *lane, char **detail)
{
  const OreeTlsIdentity *identity = &lane->tls->external;
  g_autofree char *signature = outside_signature (lane->policy);

  if (signature == NULL)
    return NULL;
  if (identity->ctx != NULL)
    identity = &lane->tls->client;
  if (identity->ctx == NULL)
    {
      *detail = g_strdup (identity->detail);
      return identity->problem != NULL ? identity->problem : "certificate-unreadable";
    }
  return oree_listeners_open (&lane->access_edge->outside, lane, OREE_ROLE_ACCESS_EDGE, signature, outside_cb, lane,
                              detail);
}

/* --- inside ------------------------------------------------------------------------------------- */

static const char *
open_inside (OreeLane *lane, char **detail)
{
  const OreeTopology *topology = oree_policy_topology (lane->policy);
  const OreeNextHop *hop = oree_policy_next_hop (lane->policy);
  g_autofree char *signature = NULL;

  if (hop->embedded)
    return NULL;
  if (hop->tls && lane->tls->internal.ctx == NULL)
    {
      *detail = g_strdup (lane->tls->internal.detail);
      return lane->tls->internal.problem != NULL ? lane->tls->internal.problem : "certificate-unreadable";
    }
  signature = oree_listeners_signature ((const char *const *) topology->internal_addresses,
                                        topology->access_edge_internal_port);
  return oree_listeners_open (&lane->access_edge->listeners, lane, OREE_ROLE_ACCESS_EDGE, signature, accept_cb,
                              lane->access_edge, detail);
}

static void
close_inside (OreeLane *lane)
{
  OreeAccessEdgeRole *self = lane->access_edge;

  oree_listeners_close (&self->listeners);
  g_clear_pointer (&self->lookup, oree_lookup_cancel);
  g_clear_pointer (&self->dial, oree_dial_cancel);
  g_clear_pointer (&self->conn, oree_conn_free);
  oree_sip_hub_close_leg (lane, OREE_LEG_NEXT_HOP);
  self->flow = OREE_FLOW_NONE;
  oree_worker_cancel (lane->worker, &self->again);
  self->pause = self->since = 0;
}

/* --- the role ----------------------------------------------------------------------------------- */

static const char *
start (OreeLane *lane, char **detail)
{
  const char *problem = open_inside (lane, detail);

  return problem != NULL ? problem : open_outside (lane, detail);
}

static void
stop (OreeLane *lane)
{
  oree_listeners_close (&lane->access_edge->outside);
  close_inside (lane);
  oree_peer_pool_close_all (lane);
  oree_sip_peers_close_all (lane);
}

static void
clear (OreeLane *lane)
{
  oree_access_edge_proxy_clear (lane);
  oree_peer_pool_clear (lane);
  oree_sip_peers_clear (lane);
  oree_sip_find_clear (lane);
  oree_worker_cancel (lane->worker, &lane->access_edge->again);
  g_array_unref (lane->access_edge->known);
  g_clear_pointer (&lane->access_edge, g_free);
}

static gboolean
idle (OreeLane *lane)
{
  return oree_sip_hub_n_pending (lane) == 0;
}

static void
publish_inside (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact)
{
  const OreeTopology *a = oree_policy_topology (old), *b = oree_policy_topology (next);
  g_autofree char *was = oree_listeners_signature ((const char *const *) a->internal_addresses,
                                                   a->access_edge_internal_port);
  g_autofree char *is = oree_listeners_signature ((const char *const *) b->internal_addresses,
                                                  b->access_edge_internal_port);

  if (g_str_equal (a->next_hop, b->next_hop) && g_str_equal (was, is))
    return;
  impact->listeners_changed = 1;
  if (impact->dry)
    return;
  close_inside (lane);
  lane->access_edge->unreachable = FALSE;
  lane->access_edge->retry_at = 0; /* the one that failed was another */
  oree_sip_hub_wake_inside (lane);
}

static void
publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact)
{
  g_autofree char *was = outside_signature (old), *is = outside_signature (next);

  publish_inside (lane, old, next, impact);
  oree_sip_peers_publish (lane, next, impact);
  oree_peer_pool_publish (lane, next, impact);
  if (!impact->dry)
    oree_access_edge_proxy_publish (lane, next);
  if (g_strcmp0 (was, is) == 0)
    return;
  impact->listeners_changed = 1;
  if (!impact->dry)
    oree_listeners_close (&lane->access_edge->outside);
}

static const char *
reopen (OreeLane *lane, char **detail)
{
  const char *problem = lane->access_edge->listeners.listens == NULL ? open_inside (lane, detail) : NULL;

  if (problem == NULL && lane->access_edge->outside.listens == NULL)
    problem = open_outside (lane, detail);
  return problem;
}

static void
list (OreeLane *lane, const char *what, GVariantBuilder *rows)
{
  if (g_strcmp0 (what, "connections") == 0)
    oree_sip_peers_list (lane, rows);
}

const OreeRoleOps oree_access_edge_ops = {
  init, clear, start, stop, idle, publish, reopen, oree_sip_peers_retrust, list,
};
