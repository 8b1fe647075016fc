/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stateful proxy core, in the order of RFC 3261 16: admit → route → (the owner picks the target) → forward;
 * then responses back, the best of them when targets were tried in turn (16.7, RFC 4320, RFC 5393). */
#pragma once
#include "codec/sip/oree-sip-via.h"
#include "codec/sip/oree-sip-write.h"
#include "proto/oree-effects.h"
#include "proto/sip/oree-sip-match.h"
#include "proto/sip/oree-sip-timers.h"

G_BEGIN_DECLS

/* A name and port by which others address us, in Route and Via. */
typedef struct
{
  const char *host;
  guint16 port; /* 0: matches any port */
} OreeSipSelf;

typedef struct
{
  const guint8 *secret;         /* 16 bytes: keys loop detection */
  const OreeSipSelf *self;      /* ended by a NULL host */
  const char *const *supported; /* option tags a Proxy-Require may name; NULL-terminated; may be NULL */
  /* What else changes in a response on its way back; may be NULL. */
  void (*crossing) (const OreeSipMsg *response, OreeSipEdit *edit, gpointer data);
  gpointer crossing_data;
} OreeSipProxyRules;

/* RFC 3261 16.3 steps 2 to 5: Request-URI scheme (416), Max-Forwards 0 (483), a loop (482), Proxy-Require (420;
 * `unsupported`, may be NULL, then receives the value of the Unsupported header). 0: go on. An ACK that is refused is
 * dropped, not answered. */
guint oree_sip_proxy_admit (const OreeSipProxyRules *rules, const OreeSipMsg *request, GString *unsupported);

/* What the route headers ask for (16.4). Spans are borrowed from the request. */
typedef struct
{
  OreeSpan ruri;        /* the Request-URI after undoing a strict router */
  guint own_routes;     /* values at the top that are ours and go (two of a double Record-Route) */
  gboolean drop_last;   /* the last Route became the Request-URI */
  OreeSpan route;       /* URI of the topmost Route left; empty: none */
  gboolean strict_next; /* that Route has no lr */
} OreeSipProxyRoute;

/* 0, or 400 when a Route does not parse. */
guint oree_sip_proxy_route (const OreeSipProxyRules *rules, const OreeSipMsg *request, OreeSipProxyRoute *route);

/* TRUE when the URI's host and port are ours. */
gboolean oree_sip_proxy_is_us (const OreeSipProxyRules *rules, OreeSpan uri);

/* One copy to send. */
typedef struct
{
  const char *target;          /* new Request-URI; NULL: the one of the route */
  const char *transport;       /* of our Via: "TLS", "TCP" */
  const char *sent_by;         /* of our Via */
  const char *record_route;    /* URI for a Record-Route towards the target; NULL: none */
  const char *record_route_in; /* a second, for the side the request came from (RFC 5658); NULL: none */
  const char *received;        /* source address, to be noted in the Via we found; NULL: do not */
  guint16 rport;               /* source port, when that Via asked for it */
  const OreeSipVia *via;       /* that Via, where it has been read; NULL: it is read here */
  gboolean alias;              /* our Via offers the connection for requests the other way (RFC 5923) */
  char branch[OREE_SIP_ID_SIZE + 20]; /* out: of our Via */
} OreeSipProxyLeg;

/* 16.6 steps 1 to 9, as an edit the owner may add to (strip what must not leak) before oree_sip_edit_finish(): Request-URI,
 * Max-Forwards, Record-Route, Route, received, our Via with a fresh branch that carries the loop hash. */
void oree_sip_proxy_forward (const OreeSipProxyRules *rules, const OreeSipMsg *request,
                             const OreeSipProxyRoute *route, OreeSipProxyLeg *leg, OreeSipIds *ids,
                             OreeSipEdit *edit);

/* A response on its way back: our Via off, 503 made 500. NULL when the top Via is not ours, none is left below it, or
 * the one below points where no response may go (broadcast, multicast, 0.0.0.0). Owned. */
GString *oree_sip_proxy_return (const OreeSipProxyRules *rules, const OreeSipMsg *response);

/* Added to the edit of a response on its way back: whatever the peer made of the Via values below ours, the ones that
 * `request` came with stand there. Whoever forwards it next goes by them, and a peer that wrote its own would have
 * our inside send where it likes. */
void oree_sip_proxy_keep_way (const OreeSipMsg *request, const OreeSipMsg *response, OreeSipEdit *edit);

/* The response context of one proxied request: one target at a time, the next when one fails. */
typedef struct _OreeSipProxyTxn OreeSipProxyTxn;

/* `copy`: the request as received is kept for further targets and our own answers. */
OreeSipProxyTxn *oree_sip_proxy_txn_new (const OreeSipMsg *request, guint n_targets, OreeTime now);
void oree_sip_proxy_txn_free (OreeSipProxyTxn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeSipProxyTxn, oree_sip_proxy_txn_free)

/* Effects: DELIVER, code = status, object = GBytes: give these bytes to the server transaction; ASK, code =
 * OREE_SIP_ASK_NEXT (try the next target) or OREE_SIP_ASK_CANCEL (cancel the client transaction at hand). */
void oree_sip_proxy_txn_on_response (OreeSipProxyTxn *self, const OreeSipProxyRules *rules,
                                     const OreeSipMsg *response, OreeTime now, OreeEffects *out);
/* The client transaction failed (timeout counts as 408, transport as 503: 16.7, 16.9), or a target had no address. */
void oree_sip_proxy_txn_on_failure (OreeSipProxyTxn *self, OreeSipFailure failure, const char *to_tag, OreeTime now,
                                    OreeEffects *out);
/* The upstream client cancelled its INVITE. */
void oree_sip_proxy_txn_on_cancel (OreeSipProxyTxn *self, OreeTime now, OreeEffects *out);
/* Timer C. */
void oree_sip_proxy_txn_on_deadline (OreeSipProxyTxn *self, OreeTime now, OreeEffects *out);
OreeTime oree_sip_proxy_txn_deadline (const OreeSipProxyTxn *self);
/* A final response went upstream, or none ever will (a non-INVITE whose targets stayed silent). */
gboolean oree_sip_proxy_txn_is_done (const OreeSipProxyTxn *self);

G_END_DECLS
