/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SIP switchboard of a lane: connections framed into messages, requests of ours waiting for their final
 * response, and the in-memory leg between gateway and front end. A flow names where bytes go, on any lane.
 *
 *   users ──TLS── flows ─┐                      ┌─ handler of the leg (front end, access edge)
 *   next hop ──── flows ─┼─ frame, parse, check ┼─ pending request of the lane named in the branch
 *   gateway ⇄ front end ─┘                      └─ (responses without one are counted and dropped)
 *
 * All transactions here run over reliable transports, where a server transaction ends with its response and a client
 * transaction has one time-out alone (RFC 3261 17.1.2.2, 17.2.2). A failed INVITE of ours is acknowledged here (17.1.1.3), one
 * without an answer cancelled; the ACK of a success is its sender's. */
#pragma once
#include "codec/sip/oree-sip-msg.h"
#include "codec/sip/oree-sip-write.h"
#include "ident/oree-inet.h"
#include "net/oree-conn.h"
#include "proto/sip/oree-sip-ua.h"
#include "roles/oree-lane.h"
#include "roles/oree-sip-peer.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_LEG_NONE,
  OREE_LEG_USER,      /* an embedded user's connection */
  OREE_LEG_NEXT_HOP,  /* a connection with the configured next hop */
  OREE_LEG_GATEWAY,   /* in memory: the gateway's end */
  OREE_LEG_FRONT_END, /* in memory: the front end's end */
  OREE_LEG_PARTNER,   /* a connection with a federated partner's server */
  OREE_N_LEGS
} OreeSipLeg;

/* Where bytes go, or came from: plain value, good on any lane; the connection may be gone meanwhile. */
typedef struct
{
  guint16 lane;
  guint16 leg;
  guint32 id; /* connection on that lane, never reused; 0 for the in-memory legs */
} OreeFlow;

#define OREE_FLOW_NONE ((OreeFlow){ 0, OREE_LEG_NONE, 0 })

static inline gboolean
oree_flow_is_none (OreeFlow flow)
{
  return flow.leg == OREE_LEG_NONE;
}
static inline guint64
oree_flow_pack (OreeFlow flow)
{
  return ((guint64) flow.lane << 48) | ((guint64) flow.leg << 32) | flow.id;
}
static inline OreeFlow
oree_flow_unpack (guint64 packed)
{
  return (OreeFlow){ (guint16) (packed >> 48), (guint16) (packed >> 32), (guint32) packed };
}

/* One message that came in, with its own bytes: may be kept and may travel between lanes. */
typedef struct
{
  gatomicrefcount refs;
  OreeFlow flow; /* answers go here */
  char *peer;    /* "192.0.2.7:40112", or "gateway", "front-end" */
  OreeSipPeer *id; /* a partner's connection: what its certificate says; else NULL */
  char *data;    /* what `msg` speaks of */
  char *branch;  /* the request of ours it answers, or (in memory) that it is; may be NULL */
  OreeSipMsg msg; /* allocated as far as it has headers */
} OreeSipRx;

OreeSipRx *oree_sip_rx_ref (OreeSipRx *rx);
void oree_sip_rx_unref (OreeSipRx *rx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeSipRx, oree_sip_rx_unref)

/* Final response of a request of ours. `response` is NULL when there was none: 408 (Timer F) or 503 (connection
 * lost, or no connection to be had). Called exactly once. */
typedef void (*OreeSipDone) (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data);

/* A request arrived on a leg; borrowed for the call (take a reference to keep it). It has passed oree_sip_check. */
typedef void (*OreeSipHandler) (OreeLane *lane, OreeSipRx *rx);
/* A connection of a leg ended. */
typedef void (*OreeFlowGone) (OreeLane *lane, OreeFlow flow);
/* Where a request for `aor` of ours goes from this lane, dialling if need be; FLOW_NONE when there is no way. */
typedef OreeFlow (*OreeInsideFlow) (OreeLane *lane, const char *aor);

void oree_sip_hub_init (OreeLane *lane);
void oree_sip_hub_clear (OreeLane *lane);
/* Ends every request of ours with 503, so that whoever waits is told before the lane goes. */
void oree_sip_hub_fail_all (OreeLane *lane);
void oree_sip_hub_set_handler (OreeLane *lane, OreeSipLeg leg, OreeSipHandler on_request, OreeFlowGone on_gone);
/* The way to SIP partners: `takes` hands over what belongs to a dialog with one, by its Route; `outward` sends a request of the
 * inside, its sender proved, towards a domain. */
typedef struct
{
  gboolean (*takes) (OreeLane *lane, OreeSipRx *rx);
  void (*outward) (OreeLane *lane, OreeSipRx *rx, const char *domain);
} OreeOutside;

void oree_sip_hub_set_outside (OreeLane *lane, const OreeOutside *outside);
gboolean oree_sip_hub_partner_takes (OreeLane *lane, OreeSipRx *rx);
void oree_sip_hub_to_partner (OreeLane *lane, OreeSipRx *rx, const char *domain);
void oree_sip_hub_set_inside (OreeLane *lane, OreeInsideFlow inside);
/* FLOW_NONE too while the next hop rests: a 503 of its with Retry-After asked us for no more (RFC 3261 21.5.4). */
OreeFlow oree_sip_hub_inside (OreeLane *lane, const char *aor);
/* The same whether it rests or not: for an ACK. */
OreeFlow oree_sip_hub_inside_awake (OreeLane *lane, const char *aor);
/* The next hop is another now: it does not rest. */
void oree_sip_hub_wake_inside (OreeLane *lane);

/* Takes over a connection (accepted or dialled, TLS done or in clear) as a flow of `leg`. */
OreeFlow oree_sip_hub_adopt (OreeLane *lane, OreeConn *conn, OreeSipLeg leg);
/* A flow whose connection is still being made: what is written to it waits (a bounded number) until it is attached,
 * and is lost when it fails. */
OreeFlow oree_sip_hub_reserve (OreeLane *lane, OreeSipLeg leg, const char *peer);
void oree_sip_hub_attach (OreeLane *lane, OreeFlow flow, OreeConn *conn);
void oree_sip_hub_fail (OreeLane *lane, OreeFlow flow);
/* Closes a flow of this lane once what is written has gone. */
void oree_sip_hub_close (OreeLane *lane, OreeFlow flow);
void oree_sip_hub_close_leg (OreeLane *lane, OreeSipLeg leg);
/* Somebody signed in on this connection: it no longer counts as a stranger's, and may stay. A user's connection on which
 * nobody has within a minute is closed. */
void oree_sip_hub_set_signed_in (OreeLane *lane, OreeFlow flow);
/* Who is at the other end of a flow of this lane; every request read from then on carries it. */
void oree_sip_hub_identify (OreeLane *lane, OreeFlow flow, OreeSipPeer *id);
/* A flow of this lane: its connection (NULL: gone, or still being made), and how many requests wait on it. */
OreeConn *oree_sip_hub_conn (OreeLane *lane, OreeFlow flow);
guint oree_sip_hub_load (OreeLane *lane, OreeFlow flow);
/* Single CRLFs that came on it (RFC 5626 pongs), and when the last message came or went. */
guint oree_sip_hub_pongs (OreeLane *lane, OreeFlow flow);
OreeTime oree_sip_hub_last_message (OreeLane *lane, OreeFlow flow);
/* What Monitor says of every flow: protocol, leg, peer, tls, since, messages. */
void oree_sip_hub_describe (OreeLane *lane, OreeFlow flow, GVariantDict *row);
guint oree_sip_hub_n_flows (OreeLane *lane, OreeSipLeg leg);
gboolean oree_sip_hub_has_flow (OreeLane *lane, OreeFlow flow);

/* Writes bytes to a flow on any lane; takes `text`. Lost when the flow is gone: for responses only. */
void oree_sip_hub_write (OreeLane *lane, OreeFlow flow, GString *text);
/* What a request to `flow` is built with: the Via (fresh branch; owned), its parts, and the lane's generator. */
char *oree_sip_hub_via (OreeLane *lane, OreeFlow flow);
const char *oree_sip_hub_transport (OreeLane *lane, OreeFlow flow);
/* "edge.contoso.test:5061"; borrowed until the policy changes. */
const char *oree_sip_hub_sent_by (OreeLane *lane);
OreeSipIds *oree_sip_hub_ids (OreeLane *lane);
/* Sends a request that carries such a Via on top, and calls `done (data)` with its outcome. Takes `text`; NULL
 * (a builder refused its values) gives 500 as the outcome. */
void oree_sip_hub_request (OreeLane *lane, OreeFlow flow, GString *text, OreeSipDone done, gpointer data);
/* What comes of a request that is relayed: every response, 100 too, and at last exactly one call with `last`: with the final
 * response, or without one: 408 (Timer B, F), 503 (it was never sent), 500 (sent, and its connection was lost), or 0
 * after the responses of success of an INVITE, of which more may come for a while (RFC 6026). */
typedef void (*OreeSipHeard) (OreeLane *lane, guint status, const OreeSipRx *response, gboolean last, gpointer data);
/* Sends a request with `branch` in its topmost Via. Takes `text`; NULL gives 500 later, with `last`. */
void oree_sip_hub_relay (OreeLane *lane, OreeFlow flow, GString *text, const char *branch, OreeSipHeard heard,
                         gpointer data);
/* Cancels a relayed INVITE: now, or as soon as a provisional response came (RFC 3261 9.1). What follows is heard. */
void oree_sip_hub_relay_cancel (OreeLane *lane, const char *branch);
/* How many requests of ours wait for their response. */
guint oree_sip_hub_n_pending (OreeLane *lane);

/* Hands a request to the gateway on the lane that owns `domain`; `rx` keeps its way back. */
void oree_sip_hub_to_gateway (OreeLane *lane, OreeSipRx *rx, const char *domain);
/* A Contact of the gateway on this lane: "sip:oree-gw-LANE-TOKEN@host:port;transport=…"; owned. */
char *oree_sip_hub_contact (OreeLane *lane, OreeFlow flow, const char *token);
/* A request sent to such a Contact goes to its lane: TRUE when it was one. */
gboolean oree_sip_hub_to_contact (OreeLane *lane, OreeSipRx *rx);
/* The token of such a Request-URI; owned; NULL when it is none. */
char *oree_sip_hub_contact_token (const OreeSipMsg *msg);

/* Answers `rx` from any lane; `phrase` NULL: the usual one. */
void oree_sip_hub_respond (OreeLane *lane, const OreeSipRx *rx, guint status, const char *phrase);
/* The front end's answer to a request `rx` of the gateway is `response`, which came from a device: handed over as it is,
 * since only their two Via differ. FALSE, and nothing done, when `rx` did not come in memory. */
gboolean oree_sip_hub_hand_over (OreeLane *lane, const OreeSipRx *rx, const OreeSipRx *response);
/* Finishes and sends a response begun with oree_sip_write_response. */
void oree_sip_hub_respond_with (OreeLane *lane, const OreeSipRx *rx, OreeSipWriter *writer);
/* The same after any lane wrote the body and finished it; takes `text`, NULL gives 500. */
void oree_sip_hub_respond_text (OreeLane *lane, const OreeSipRx *rx, GString *text);

/* Adds the SIP connections of the lane to `rows` when `what` is "connections". */
void oree_sip_hub_list (OreeLane *lane, const char *what, GVariantBuilder *rows);

G_END_DECLS
