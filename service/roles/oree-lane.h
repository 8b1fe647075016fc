/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lane: what of the data plane lives on one worker. Nothing in it is touched by another thread;
 * lanes speak by posting work to each other. A domain's streams, gateway sessions and subscriptions live
 * on the lane that owns the domain, an embedded user's bindings on the lane that owns the address. */
#pragma once
#include "gateway/oree-gw-refusal.h"
#include "net/oree-peer-cert.h"
#include "net/oree-worker.h"
#include "policy/oree-policy.h"
#include "policy/oree-verdict.h"
#include "roles/oree-counters.h"
#include "roles/oree-roles.h"

G_BEGIN_DECLS

typedef struct _OreeLane OreeLane;
typedef struct _OreeQueues OreeQueues;
typedef struct _OreeSipHub OreeSipHub;
typedef struct _OreeSipFind OreeSipFind;
typedef struct _OreePeerPool OreePeerPool;
typedef struct _OreeSipPeers OreeSipPeers;
typedef struct _OreeSipRelays OreeSipRelays;
typedef struct _OreeXmppProxy OreeXmppProxy;
typedef struct _OreeXmppIn OreeXmppIn;
typedef struct _OreeXmppOut OreeXmppOut;
typedef struct _OreeXmppRxHub OreeXmppRxHub;
typedef struct _OreeXmppTrust OreeXmppTrust;
typedef struct _OreeXmppTemper OreeXmppTemper;
typedef struct _OreeXmppPosh OreeXmppPosh;
typedef struct _OreeGatewayRole OreeGatewayRole;
typedef struct _OreeFrontEndRole OreeFrontEndRole;
typedef struct _OreeAccessEdgeRole OreeAccessEdgeRole;
typedef struct _OreeAccessEdgeGate OreeAccessEdgeGate;

/* How a role treats work right now, on each lane. */
typedef enum
{
  OREE_MODE_STOPPED,
  OREE_MODE_RUNNING,
  OREE_MODE_PAUSED,  /* connections stay; new work is refused for the moment */
  OREE_MODE_DRAINING /* as paused; done when nothing is pending */
} OreeRoleMode;

/* Events of kinds that strangers cause as often as they like. */
typedef enum
{
  OREE_NOISE_STREAM_REFUSED,
  OREE_NOISE_STANZA_REFUSED,
  OREE_NOISE_MESSAGE_REFUSED,
  OREE_NOISE_SUBSCRIPTION_REFUSED,
  OREE_NOISE_LIMIT_HIT,
  OREE_NOISE_SIP_PEER_REFUSED,
  OREE_NOISE_PARTNER_DISCOVERED,
  OREE_NOISE_PARTNER_LIMITED,
  OREE_NOISE_PARTNER_WATCHED,
  OREE_NOISE_PARTNER_SLOWED,
  OREE_NOISE_SIP_PARTNER_READY,
  OREE_NOISE_SIP_PARTNER_CLOSED,
  OREE_NOISE_SIP_PARTNER_FAILED,
  OREE_NOISE_SIP_REQUEST_REFUSED,
  OREE_N_NOISES
} OreeNoise;

typedef struct
{
  OreeTime second; /* when the second began in which `told` were told */
  guint told, untold;
} OreeNoiseCount;

struct _OreeLane
{
  OreeWorker *worker;
  guint index;
  OreeRoles *roles;
  gboolean gone;      /* cleared: its last mail is being thrown away */
  OreePolicy *policy; /* swapped between two events, never within one */
  OreeTlsSet *tls;    /* likewise */
  OreeRoleMode mode[OREE_N_ROLES];
  guint64 counters[OREE_N_COUNTERS];
  guint64 reasons[OREE_N_REASONS]; /* refusals by reason */
  const char *limit_said; /* the limit last spoken of, and when: oree-listeners.h */
  OreeTime limit_said_at;
  guint64 certificates[OREE_N_CERT_OUTCOMES]; /* certificates that proved nothing, by what was wrong */
  guint64 matters[OREE_N_GW_REFUSALS]; /* what the gateway could not carry */
  OreeNoiseCount noise[OREE_N_NOISES];

  OreeQueues *queues;
  OreeSipHub *sip;
  OreeSipFind *sip_find;
  OreePeerPool *peer_pool;
  OreeSipPeers *sip_peers;
  OreeSipRelays *sip_relays;
  OreeXmppProxy *xmpp_proxy;
  OreeXmppIn *xmpp_in;
  OreeXmppOut *xmpp_out;
  OreeXmppRxHub *xmpp_rx;
  OreeXmppTrust *xmpp_trust;
  OreeXmppTemper *xmpp_temper;
  OreeXmppPosh *xmpp_posh;
  OreeGatewayRole *gateway;
  OreeFrontEndRole *front_end;
  OreeAccessEdgeRole *access_edge;
  OreeAccessEdgeGate *gate;
};

typedef void (*OreeLaneFunc) (OreeLane *lane, gpointer data);

/* The lane that owns `domain` (normalised) or an address of record. Same on every thread. */
OreeLane *oree_lane_of (OreeLane *any, const char *owned_name);
OreeLane *oree_lane_at (OreeLane *any, guint index);
guint oree_lane_count (OreeLane *any);
const OreeRolesOptions *oree_lane_options (OreeLane *any);

/* Runs `func (to, data)` on `to`'s thread: at once when we are on it, else by mail, in order. `free_data` (may be
 * NULL) is called if the lane is gone before it runs. `from` is the lane we are on, NULL off the lanes. */
void oree_lane_run (OreeLane *from, OreeLane *to, OreeLaneFunc func, gpointer data, GDestroyNotify free_data);
/* As above but always later, after the event at hand. */
void oree_lane_post (OreeLane *to, OreeLaneFunc func, gpointer data, GDestroyNotify free_data);

/* Reports an event to the owner of the roles; takes it. On the lane's own thread. Of kinds that strangers can cause
 * (OreeNoise) only OREE_EVENTS_PER_SECOND_MAX are told; the next one told says how many were not ("untold"). */
void oree_lane_event (OreeLane *lane, OreeEvent *event);
/* The role became worse (reason code, detail) or better (NULL) by itself. Any lane. */
void oree_lane_degraded (OreeLane *lane, OreeRoleId role, const char *reason, const char *detail);
/* Makes a row durable, then runs `done` on this lane (ok FALSE: the store refused). Takes the row. */
void oree_lane_save (OreeLane *lane, OreeRuntimeRow *row, void (*done) (OreeLane *lane, gboolean ok, gpointer data),
                     gpointer data);

/* Fetches an https document, then runs `done` on this lane, never from inside: `problem` (a code of the fetcher's, or
 * NULL), HTTP's status, and what was there. `free_data` is called if the lane is gone by then. */
typedef void (*OreeLaneFetched) (OreeLane *lane, const char *problem, guint status, GBytes *body, gpointer data);
void oree_lane_fetch (OreeLane *lane, const char *url, OreeLaneFetched done, gpointer data, GDestroyNotify free_data);

static inline void
oree_lane_count_one (OreeLane *lane, OreeCounter counter)
{
  lane->counters[counter]++;
}

G_END_DECLS
