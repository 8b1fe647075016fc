/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-access-edge-proxy.h"

#include "base/oree-limits.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-status.h"
#include "codec/sip/oree-sip-via.h"
#include "ident/oree-sip-uri.h"
#include "proto/sip/oree-sip-proxy.h"
#include "roles/oree-access-edge-crossing.h"
#include "roles/oree-access-edge-gate.h"
#include "roles/oree-access-edge-names.h"
#include "roles/oree-peer-pool.h"
#include "roles/oree-refusal.h"
#include "roles/oree-sip-diagnostics.h"
#include "roles/oree-sip-find.h"
#include "roles/oree-sip-peers.h"

#define ATTEMPTS_MAX 3

/* One request on its way through. */
typedef struct
{
  OreeLane *lane;
  OreeCrossing crossing;
  OreeSipRx *rx;
  OreePolicy *policy; /* keeps `stand` alive */
  OreePeerStand stand;
  OreeSipFound *found;
  char *domain;     /* theirs */
  char *local_user; /* ours; NULL: none */
  OreeSipProxyRoute route;
  OreeSipProxyTxn *txn; /* NULL once it is over for the sender */
  OreeFlow flow;
  OreeSipVia via; /* the topmost, as it came */
  char branch[OREE_SIP_ID_SIZE + 20];
  gboolean sending; /* the hub will call */
  guint attempts;
  guint status;     /* final, sent back */
  OreeSipKey key;
  gboolean routes_dropped;
  gboolean keyed;   /* an INVITE, in `invites` */
  OreeTimer timer;  /* C; after a failure of an INVITE: until its ACK (H) */
} Relay;

struct _OreeSipRelays
{
  GHashTable *relays;  /* Relay, owned */
  GHashTable *invites; /* OreeSipKey → Relay */
  OreeEdgeNames names;
};

static void send_on (Relay *relay, OreeFlow avoid);

/* --- helpers ------------------------------------------------------------------------------------ */

static void
rules_of (OreeLane *lane, OreeSipProxyRules *rules)
{
  OreeSipRelays *self = lane->sip_relays;

  oree_edge_names_update (&self->names, lane->policy);
  *rules = (OreeSipProxyRules){ .secret = oree_edge_secret (), .self = self->names.self };
}

static char *
aor_of (const OreeSipMsg *msg, OreeSipHdrId id)
{
  OreeSipAddr addr;

  return oree_sip_addr_from_msg (&addr, msg, id) > 0 ? oree_sip_aor_normalise (addr.uri) : NULL;
}

static char *
domain_of (const char *aor)
{
  const char *at = aor != NULL ? strrchr (aor, '@') : NULL;

  if (aor == NULL)
    return NULL;
  return g_strdup (at != NULL ? at + 1 : aor + strlen ("sip:"));
}

static gboolean
has_to_tag (const OreeSipMsg *msg)
{
  OreeSipAddr to;

  return oree_sip_addr_from_msg (&to, msg, OREE_SIP_HDR_TO) > 0 && !oree_span_is_empty (to.tag);
}

/* Does the session description offer sound or pictures? */
static gboolean
offers_media (const OreeSipMsg *msg)
{
  g_autofree char *body = msg->method == OREE_SIP_METHOD_INVITE || msg->method == OREE_SIP_METHOD_UPDATE
                            ? oree_span_dup (msg->body) : NULL;

  return body != NULL && (strstr (body, "m=audio") != NULL || strstr (body, "m=video") != NULL);
}

static OreeEventId
event_of (OreeSipMethod method)
{
  if (method == OREE_SIP_METHOD_MESSAGE)
    return OREE_EVENT_MESSAGE_REFUSED;
  return method == OREE_SIP_METHOD_SUBSCRIBE ? OREE_EVENT_SUBSCRIPTION_REFUSED : OREE_EVENT_SIP_REQUEST_REFUSED;
}

/* Answers for the edge itself. What went wrong inside stays inside: a partner is told the code, our own people the reason
 * and the partner too (lync-behaviour 9.2). */
static void
answer_with (OreeLane *lane, const OreeSipRx *rx, OreeCrossing crossing, guint status, guint diagnostics,
             const char *const *details, const char *reason, const char *extra)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *methods = status == 405 ? oree_peer_methods () : NULL;
  char tag[OREE_SIP_ID_SIZE];

  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  oree_sip_write_response (&writer, &rx->msg, status, NULL, tag, FALSE);
  if (methods != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_ALLOW, methods); /* RFC 3261 21.4.6 */
  if (status == 420 && extra != NULL && *extra != '\0')
    oree_sip_write_header (&writer, OREE_SIP_HDR_UNSUPPORTED, extra);
  oree_sip_diagnostics_write (&writer, lane->policy, crossing == OREE_CROSSING_OUTWARD, diagnostics, details);
  if (diagnostics != 0 && crossing == OREE_CROSSING_OUTWARD)
    oree_sip_write_header_format (&writer, OREE_SIP_HDR_WARNING, "399 %s \"%s\"", oree_sip_hub_sent_by (lane), reason);
  oree_sip_hub_respond_with (lane, rx, &writer);
}

static void
answer (OreeLane *lane, const OreeSipRx *rx, OreeCrossing crossing, const char *domain, guint status, guint diagnostics,
        const char *reason, const char *extra)
{
  const char *const details[] = { "domain", domain, NULL };

  answer_with (lane, rx, crossing, status, diagnostics, details, reason, extra);
}

static void
refuse (OreeLane *lane, const OreeSipRx *rx, OreeCrossing crossing, const char *domain, OreeReason reason)
{
  const OreeRefusal *refusal = oree_refusal (reason);
  g_autofree char *from = aor_of (&rx->msg, OREE_SIP_HDR_FROM);
  g_autofree char *to = aor_of (&rx->msg, OREE_SIP_HDR_TO);
  g_autofree char *method = oree_span_dup (rx->msg.method_name);

  oree_lane_count_one (lane, OREE_COUNT_SIP_FEDERATION_REFUSED);
  if (reason == OREE_REASON_DNS_BOGUS)
    oree_lane_count_one (lane, OREE_COUNT_SIP_DNS_BOGUS);
  oree_refusal_report (lane, event_of (rx->msg.method), from, to, method, reason);
  if (crossing == OREE_CROSSING_INWARD)
    oree_sip_peers_refused (lane, rx->flow, domain, reason);
  answer (lane, rx, crossing, domain, refusal->sip, refusal->diagnostics, oree_reason_nick (reason), NULL);
}

/* --- the life of a relay ------------------------------------------------------------------------ */

static void
relay_free (gpointer data)
{
  Relay *relay = data;

  oree_worker_cancel (relay->lane->worker, &relay->timer);
  if (relay->keyed)
    g_hash_table_remove (relay->lane->sip_relays->invites, &relay->key);
  oree_sip_proxy_txn_free (relay->txn);
  oree_sip_found_unref (relay->found);
  oree_policy_unref (relay->policy);
  oree_sip_rx_unref (relay->rx);
  g_free (relay->domain);
  g_free (relay->local_user);
  g_free (relay);
}

/* Frees it when nobody will come back to it. */
static void
settle (Relay *relay)
{
  OreeTime now = oree_worker_now (relay->lane->worker);

  if (relay->txn != NULL && !oree_sip_proxy_txn_is_done (relay->txn))
    {
      oree_worker_arm (relay->lane->worker, &relay->timer, oree_sip_proxy_txn_deadline (relay->txn));
      return;
    }
  if (relay->sending)
    return;
  /* A failed INVITE waits for its ACK, which would else go on as that of a success. */
  if (relay->keyed && relay->status >= 300)
    {
      if (!oree_timer_is_armed (&relay->timer))
        oree_worker_arm (relay->lane->worker, &relay->timer, now + OREE_SIP_TIMEOUT);
      relay->status = 1;
      return;
    }
  if (relay->keyed && relay->status == 1 && oree_timer_is_armed (&relay->timer))
    return;
  g_hash_table_remove (relay->lane->sip_relays->relays, relay);
}

static void
note_answer (Relay *relay, guint status)
{
  if (!oree_sip_status_is_final (status) || relay->status != 0)
    return;
  relay->status = status;
  oree_worker_cancel (relay->lane->worker, &relay->timer);
  if (relay->crossing == OREE_CROSSING_INWARD)
    oree_access_edge_gate_answered (relay->lane, relay->domain, relay->local_user, relay->stand.discovered, status);
}

/* The edge's own final answer: the server it was for could not be reached, or was lost. `reason`: unless more is known. */
static void
give_up (Relay *relay, const char *reason)
{
  OreeSipTrouble trouble = { .reason = reason, .domain = relay->domain };
  const char *details[OREE_SIP_DETAILS_MAX];
  guint diagnostics;

  g_clear_pointer (&relay->txn, oree_sip_proxy_txn_free);
  if (relay->status != 0)
    return;
  if (relay->crossing == OREE_CROSSING_OUTWARD)
    {
      oree_peer_pool_trouble (relay->lane, relay->domain, &relay->stand, &trouble);
      oree_lane_count_one (relay->lane, OREE_COUNT_SIP_TO_PARTNERS_FAILED);
      if (g_str_equal (trouble.reason, oree_reason_nick (OREE_REASON_DNS_BOGUS)))
        oree_lane_count_one (relay->lane, OREE_COUNT_SIP_DNS_BOGUS);
    }
  diagnostics = oree_sip_diagnostics_of_trouble (&trouble, details);
  answer_with (relay->lane, relay->rx, relay->crossing, 504, diagnostics, details, trouble.reason, NULL);
  note_answer (relay, 504);
}

static gboolean
is_reachable (const Relay *relay)
{
  OreeSipTrouble trouble;

  return !oree_peer_pool_trouble (relay->lane, relay->domain, &relay->stand, &trouble);
}

static void
run (Relay *relay, OreeEffects *effects)
{
  OreeEffect effect;

  while (oree_effects_take (effects, &effect))
    {
      if (effect.kind == OREE_EFFECT_DELIVER)
        {
          gsize length;
          char *data = g_bytes_unref_to_data (g_steal_pointer (&effect.object), &length);
          GString *text = g_string_new_len (data, (gssize) length);

          g_free (data);
          oree_sip_hub_write (relay->lane, relay->rx->flow, text);
          note_answer (relay, (guint) effect.code);
        }
      else if (effect.kind == OREE_EFFECT_ASK && effect.code == OREE_SIP_ASK_CANCEL && relay->sending)
        oree_sip_hub_relay_cancel (relay->lane, relay->branch);
      else if (effect.kind == OREE_EFFECT_ASK && effect.code == OREE_SIP_ASK_NEXT)
        send_on (relay, relay->flow);
      oree_effect_clear (&effect);
    }
}

static void
cross_back (const OreeSipMsg *response, OreeSipEdit *edit, gpointer data)
{
  Relay *relay = data;
  OreeCrossing back = relay->crossing == OREE_CROSSING_INWARD ? OREE_CROSSING_OUTWARD : OREE_CROSSING_INWARD;

  oree_sip_proxy_keep_way (&relay->rx->msg, response, edit);
  oree_access_edge_crossing (relay->lane, back, response, &relay->stand, relay->domain, edit);
}

/* No response will come. What was never sent may go another way; what may have arrived must not be sent twice. */
static void
on_lost (Relay *relay, guint status)
{
  OreeFlow lost = relay->flow;

  if (status == 408)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

      if (relay->txn != NULL)
        oree_sip_proxy_txn_on_failure (relay->txn, OREE_SIP_FAILURE_TIMEOUT, "oree", oree_worker_now (relay->lane->worker),
                                       &effects);
      run (relay, &effects);
      return;
    }
  if (relay->crossing == OREE_CROSSING_OUTWARD)
    oree_peer_pool_lost (relay->lane, lost);
  if (status == 503 && relay->crossing == OREE_CROSSING_OUTWARD && relay->txn != NULL && relay->attempts < ATTEMPTS_MAX
      && is_reachable (relay))
    {
      send_on (relay, lost);
      return;
    }
  give_up (relay, "connection-lost");
}

static void
heard_cb (OreeLane *lane, guint status, const OreeSipRx *response, gboolean last, gpointer data)
{
  Relay *relay = data;

  if (last)
    relay->sending = FALSE;
  if (response != NULL && relay->txn != NULL)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      OreeSipProxyRules rules;

      if (relay->crossing == OREE_CROSSING_OUTWARD)
        oree_peer_pool_heard (lane, relay->domain, &relay->stand, relay->flow, &response->msg);
      rules_of (lane, &rules);
      rules.crossing = cross_back;
      rules.crossing_data = relay;
      oree_sip_proxy_txn_on_response (relay->txn, &rules, &response->msg, oree_worker_now (lane->worker), &effects);
      run (relay, &effects);
      /* A 408 to what is no INVITE goes no further (RFC 4320 4.2); while the sender waits it may well hear another word. */
      if (status == 408 && relay->rx->msg.method != OREE_SIP_METHOD_INVITE)
        give_up (relay, "no-answer");
    }
  else if (response == NULL && status != 0)
    on_lost (relay, status);
  settle (relay);
}

static void
timer_cb (gpointer data)
{
  Relay *relay = data;
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  if (relay->txn != NULL && !oree_sip_proxy_txn_is_done (relay->txn))
    {
      oree_sip_proxy_txn_on_deadline (relay->txn, oree_worker_now (relay->lane->worker), &effects);
      run (relay, &effects);
    }
  settle (relay);
}

/* Record-Route stands on what begins a dialog, on every NOTIFY, and on methods nobody here knows (RFC 3261 16.6 (4),
 * RFC 6665 4.3). MESSAGE and PUBLISH have none. */
static gboolean
makes_dialog (OreeSipMethod method)
{
  switch (method)
    {
    case OREE_SIP_METHOD_OTHER:
    case OREE_SIP_METHOD_INVITE:
    case OREE_SIP_METHOD_SUBSCRIBE:
    case OREE_SIP_METHOD_NOTIFY:
    case OREE_SIP_METHOD_BENOTIFY:
    case OREE_SIP_METHOD_REFER:
      return TRUE;
    case OREE_SIP_METHOD_ACK:
    case OREE_SIP_METHOD_BYE:
    case OREE_SIP_METHOD_CANCEL:
    case OREE_SIP_METHOD_OPTIONS:
    case OREE_SIP_METHOD_REGISTER:
    case OREE_SIP_METHOD_MESSAGE:
    case OREE_SIP_METHOD_PUBLISH:
    case OREE_SIP_METHOD_INFO:
    case OREE_SIP_METHOD_UPDATE:
    case OREE_SIP_METHOD_PRACK:
    case OREE_SIP_N_METHODS:
      break;
    }
  return FALSE;
}

/* A partner's request goes where we decide. Only a dialog that passed through us has further routes, and is known by our
 * mark: what else stands in Route would lead the inside to wherever the partner likes. */
static void
drop_foreign_routes (const OreeSipProxyRules *rules, Relay *relay)
{
  g_autofree char *partner = NULL;

  if (oree_sip_msg_header (&relay->rx->msg, OREE_SIP_HDR_ROUTE) == NULL)
    return;
  partner = oree_edge_dialog_partner (rules, &relay->rx->msg);
  if (partner != NULL)
    return;
  relay->routes_dropped = TRUE;
  relay->route.route = OREE_SPAN_EMPTY;
  relay->route.strict_next = FALSE;
}

/* The copy that goes on, both sides' names in their places (RFC 5658). */
static GString *
write_copy (Relay *relay, OreeFlow flow)
{
  OreeLane *lane = relay->lane;
  const OreeSipMsg *msg = &relay->rx->msg;
  gboolean inward = relay->crossing == OREE_CROSSING_INWARD;
  OreeSpan call_id = oree_sip_msg_value (msg, OREE_SIP_HDR_CALL_ID);
  gboolean sips = oree_span_starts_with (relay->route.ruri, "sips:");
  const char *colon = strrchr (relay->rx->peer, ':');
  g_autofree char *source = colon != NULL ? g_strndup (relay->rx->peer, (gsize) (colon - relay->rx->peer)) : NULL;
  g_autofree char *inside = NULL, *outside = NULL;
  OreeSipProxyRules rules;
  OreeSipProxyLeg leg = { .transport = "TLS" };
  g_auto (OreeSipEdit) edit = { 0 };

  rules_of (lane, &rules);
  if (makes_dialog (msg->method))
    {
      const char *transport = inward ? oree_sip_hub_transport (lane, flow) : oree_sip_hub_transport (lane, relay->rx->flow);

      inside = oree_edge_record_route (oree_sip_hub_sent_by (lane), sips, transport, relay->domain, call_id);
      outside = oree_edge_record_route (lane->sip_relays->names.outside, sips, "TLS", relay->domain, call_id);
    }
  leg.record_route = inward ? inside : outside;
  leg.record_route_in = inward ? outside : inside;
  leg.transport = inward ? oree_sip_hub_transport (lane, flow) : "TLS";
  leg.sent_by = inward ? oree_sip_hub_sent_by (lane) : lane->sip_relays->names.outside;
  leg.alias = !inward;
  leg.via = &relay->via;
  if (source != NULL && colon[1] != '\0')
    {
      gsize length = strlen (source);
      guint64 port;

      /* RFC 5118 4.5: received carries no brackets. */
      if (source[0] == '[' && length > 2)
        {
          memmove (source, source + 1, length - 2);
          source[length - 2] = '\0';
        }
      leg.received = source;
      if (oree_span_to_uint (oree_span_str (colon + 1), 65535, &port))
        leg.rport = (guint16) port;
    }
  if (inward)
    drop_foreign_routes (&rules, relay);
  oree_sip_proxy_forward (&rules, msg, &relay->route, &leg, oree_sip_hub_ids (lane), &edit);
  if (inward && relay->routes_dropped)
    oree_sip_edit_remove (&edit, OREE_SIP_HDR_ROUTE);
  oree_access_edge_crossing (lane, relay->crossing, msg, &relay->stand, relay->domain, &edit);
  g_strlcpy (relay->branch, leg.branch, sizeof relay->branch);
  return oree_sip_edit_finish (&edit);
}

static OreeFlow
next_flow (Relay *relay, OreeFlow avoid)
{
  gboolean ack = relay->rx->msg.method == OREE_SIP_METHOD_ACK; /* asks nothing of anybody: who rests gets it too */

  if (relay->crossing == OREE_CROSSING_OUTWARD)
    return oree_peer_pool_flow (relay->lane, relay->domain, &relay->stand, relay->found, avoid, ack);
  if (!oree_flow_is_none (avoid))
    return OREE_FLOW_NONE;
  return ack ? oree_sip_hub_inside_awake (relay->lane, relay->local_user)
             : oree_sip_hub_inside (relay->lane, relay->local_user);
}

static void
count_crossing (const Relay *relay)
{
  oree_lane_count_one (relay->lane, relay->crossing == OREE_CROSSING_INWARD ? OREE_COUNT_SIP_FROM_PARTNERS
                                                                            : OREE_COUNT_SIP_TO_PARTNERS);
}

static void
send_on (Relay *relay, OreeFlow avoid)
{
  OreeLane *lane = relay->lane;
  OreeFlow flow = next_flow (relay, avoid);

  relay->attempts++;
  if (!oree_flow_is_none (flow))
    {
      relay->flow = flow;
      relay->sending = TRUE;
      count_crossing (relay);
      oree_sip_hub_relay (lane, flow, write_copy (relay, flow), relay->branch, heard_cb, relay);
      return;
    }
  give_up (relay, relay->crossing == OREE_CROSSING_OUTWARD ? "connect-failed" : "next-hop-unreachable");
}

/* --- ACK and CANCEL ----------------------------------------------------------------------------- */

static gboolean
take_ack (OreeLane *lane, const OreeSipRx *rx)
{
  OreeSipKey key;
  Relay *relay;

  if (!oree_sip_match_server (oree_edge_secret (), &rx->msg, &key))
    return TRUE;
  relay = g_hash_table_lookup (lane->sip_relays->invites, &key);
  if (relay == NULL)
    return FALSE;
  if (relay->status == 1)
    {
      oree_worker_cancel (lane->worker, &relay->timer);
      settle (relay);
    }
  return TRUE;
}

static void
take_cancel (OreeLane *lane, const OreeSipRx *rx)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  OreeSipKey key;
  Relay *relay = NULL;

  if (oree_sip_match_cancelled (oree_edge_secret (), &rx->msg, &key))
    relay = g_hash_table_lookup (lane->sip_relays->invites, &key);
  oree_sip_hub_respond (lane, rx, relay != NULL ? 200 : 481, NULL);
  if (relay == NULL || relay->txn == NULL)
    return;
  oree_sip_proxy_txn_on_cancel (relay->txn, oree_worker_now (lane->worker), &effects);
  run (relay, &effects);
  settle (relay);
}

/* --- a request, decided ------------------------------------------------------------------------- */

/* Takes what stands for a fresh relay and sends it on. The ACK of a success is nobody's transaction (RFC 3261 16.7 (10)), nor
 * is what nobody answers. */
static void
begin (OreeLane *lane, OreeCrossing crossing, OreeSipRx *rx, const OreeSipProxyRoute *route, const char *domain,
       const char *local_user, const OreePeerStand *stand, OreeSipFound *found)
{
  Relay *relay;
  guint targets = found != NULL ? MAX (found->targets->targets->len, 1) : 1;

  if (g_hash_table_size (lane->sip_relays->relays) >= OREE_SIP_RELAYS_MAX)
    {
      oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
      answer (lane, rx, crossing, domain, 503, 0, "limit", NULL);
      return;
    }
  relay = g_new0 (Relay, 1);
  relay->lane = lane;
  relay->crossing = crossing;
  relay->rx = oree_sip_rx_ref (rx);
  relay->policy = oree_policy_ref (lane->policy);
  relay->stand = *stand;
  relay->found = found != NULL ? oree_sip_found_ref (found) : NULL;
  relay->domain = g_strdup (domain);
  relay->local_user = g_strdup (local_user);
  relay->route = *route;
  oree_sip_via_top (&relay->via, &rx->msg);
  if (crossing == OREE_CROSSING_INWARD && relay->via.has_alias)
    oree_peer_pool_offer (lane, domain, stand, rx->flow);
  oree_timer_init (&relay->timer, timer_cb, relay);
  g_hash_table_add (lane->sip_relays->relays, relay);
  if (!oree_sip_method_is_answered (rx->msg.method))
    {
      OreeFlow flow = next_flow (relay, OREE_FLOW_NONE);
      GString *text = oree_flow_is_none (flow) ? NULL : write_copy (relay, flow);

      if (text != NULL)
        {
          count_crossing (relay);
          oree_sip_hub_write (lane, flow, text);
        }
      g_hash_table_remove (lane->sip_relays->relays, relay);
      return;
    }
  relay->txn = oree_sip_proxy_txn_new (&rx->msg, MIN (targets, ATTEMPTS_MAX), oree_worker_now (lane->worker));
  if (rx->msg.method == OREE_SIP_METHOD_INVITE)
    {
      relay->keyed = oree_sip_match_server (oree_edge_secret (), &rx->msg, &relay->key)
                     && !g_hash_table_contains (lane->sip_relays->invites, &relay->key);
      if (relay->keyed)
        g_hash_table_insert (lane->sip_relays->invites, &relay->key, relay);
      oree_sip_hub_respond (lane, rx, 100, NULL);
    }
  send_on (relay, OREE_FLOW_NONE);
  settle (relay);
}

/* What every request passes first. 0, or it was answered. */
static guint
admit (OreeLane *lane, OreeCrossing crossing, const OreeSipRx *rx, const char *domain, OreeSipProxyRoute *route)
{
  g_autoptr (GString) unsupported = g_string_new (NULL);
  OreeSipProxyRules rules;
  guint status;

  rules_of (lane, &rules);
  status = oree_sip_proxy_admit (&rules, &rx->msg, unsupported);
  if (status == 0)
    status = oree_sip_proxy_route (&rules, &rx->msg, route);
  if (status != 0)
    answer (lane, rx, crossing, domain, status, 0, "bad-request", unsupported->str);
  return status;
}

static gboolean
is_running (OreeLane *lane, const OreeSipRx *rx)
{
  OreeRoleMode mode = lane->mode[OREE_ROLE_ACCESS_EDGE];

  return mode == OREE_MODE_RUNNING || (mode != OREE_MODE_STOPPED && has_to_tag (&rx->msg));
}

/* A request on its way to the lane of the partner's domain, or waiting for DNS. */
typedef struct
{
  OreeSipRx *rx;
  char *domain; /* theirs */
} Asked;

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  oree_sip_rx_unref (asked->rx);
  g_free (asked->domain);
  g_free (asked);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asked, asked_free)

/* --- inward ------------------------------------------------------------------------------------- */

static void inward_found (OreeLane *lane, OreeSipFound *found, gpointer data);

/* A partner looks whether we live: OPTIONS to nobody. */
static gboolean
is_ping (OreeLane *lane, const OreeSipRx *rx)
{
  OreeSipProxyRules rules;
  OreeSipUri uri;

  rules_of (lane, &rules);
  return rx->msg.method == OREE_SIP_METHOD_OPTIONS && oree_sip_uri_parse (&uri, rx->msg.ruri)
         && uri.user.length == 0 && oree_sip_proxy_is_us (&rules, rx->msg.ruri);
}

/* Takes `asked`. */
static void
inward_decide (OreeLane *lane, Asked *asked, OreeSipFound *found)
{
  g_autoptr (Asked) owned = asked;
  OreeSipRx *rx = asked->rx;
  const char *domain = asked->domain;
  g_autofree char *to = NULL, *local = NULL, *partner = NULL;
  g_autofree char *method = oree_span_dup (rx->msg.method_name);
  const OreeSipDomain *ours = oree_policy_default_domain (lane->policy);
  OreePeerFacts facts = { .direction = OREE_DIRECTION_IN, .method = method, .remote_domain = domain };
  OreeSipProxyRules rules;
  OreeSipProxyRoute route;
  OreePeerStand stand;
  OreeVerdict verdict;
  gboolean ping = is_ping (lane, rx);

  if (admit (lane, OREE_CROSSING_INWARD, rx, domain, &route) != 0)
    return;
  rules_of (lane, &rules);
  partner = oree_edge_dialog_partner (&rules, &rx->msg);
  facts.in_dialog = partner != NULL && has_to_tag (&rx->msg) && g_str_equal (partner, domain);
  /* Inside a dialog the Request-URI is a device's contact; who it is for stands in To, which is our own word there. */
  to = facts.in_dialog ? aor_of (&rx->msg, OREE_SIP_HDR_TO) : oree_sip_aor_normalise (route.ruri);
  local = ping ? g_strdup (ours != NULL ? ours->record.id : "") : domain_of (to);
  if (local == NULL)
    {
      answer (lane, rx, OREE_CROSSING_INWARD, domain, 404, 0, "bad-request", NULL);
      return;
    }
  facts.local_domain = local;
  facts.names = &rx->id->names;
  facts.srv_targets = found != NULL ? (const char *const *) found->hosts : NULL;
  facts.dns = found != NULL ? oree_sip_found_trouble (found) : OREE_REASON_ALLOWED;
  facts.local_user = !ping && strchr (to, '@') != NULL ? to : NULL;
  facts.audio_video = offers_media (&rx->msg);
  verdict = oree_decide_peer (lane->policy, &facts, &stand, NULL);
  if (!verdict.allow && found == NULL && stand.asks_dns && verdict.reason == OREE_REASON_NOT_AUTHENTICATED)
    {
      if (oree_sip_find (lane, domain, inward_found, owned, asked_free))
        g_steal_pointer (&owned);
      else
        answer (lane, rx, OREE_CROSSING_INWARD, domain, 503, 0, "limit", NULL);
      return;
    }
  if (stand.admitted)
    {
      oree_sip_peers_allowed (lane, rx->flow, domain, &stand);
      /* What the sender says of itself, and how it behaved, matters where it is not simply believed. */
      if (stand.discovered || stand.level != OREE_VERIFY_ALWAYS_VERIFIABLE)
        {
          oree_access_edge_gate_in (lane, rx, rx->id, &stand, &facts);
          verdict = oree_decide_peer (lane->policy, &facts, &stand, NULL);
        }
    }
  if (!verdict.allow)
    {
      refuse (lane, rx, OREE_CROSSING_INWARD, domain, verdict.reason);
      oree_access_edge_gate_answered (lane, domain, facts.local_user, stand.discovered, oree_refusal (verdict.reason)->sip);
    }
  else if (facts.local_user == NULL)
    {
      if (rx->msg.method == OREE_SIP_METHOD_OPTIONS)
        oree_sip_hub_respond (lane, rx, 200, NULL);
      else
        answer (lane, rx, OREE_CROSSING_INWARD, domain, 404, 1003, "user-unknown", NULL);
    }
  else
    begin (lane, OREE_CROSSING_INWARD, rx, &route, domain, facts.local_user, &stand, NULL);
}

static void
inward_found (OreeLane *lane, OreeSipFound *found, gpointer data)
{
  inward_decide (lane, data, found);
}

static void
inward_on_owner (OreeLane *lane, gpointer data)
{
  g_autoptr (Asked) asked = data;
  OreeSipRx *rx = asked->rx;

  if (!is_running (lane, rx))
    oree_sip_hub_respond (lane, rx, 503, NULL);
  else if (rx->msg.method == OREE_SIP_METHOD_CANCEL)
    take_cancel (lane, rx);
  else if (rx->msg.method != OREE_SIP_METHOD_ACK || !take_ack (lane, rx))
    inward_decide (lane, g_steal_pointer (&asked), NULL);
}

void
oree_access_edge_inward (OreeLane *lane, OreeSipRx *rx)
{
  g_autofree char *from = aor_of (&rx->msg, OREE_SIP_HDR_FROM), *domain = domain_of (from);
  Asked *asked;

  if (domain == NULL || rx->id == NULL)
    {
      oree_sip_hub_respond (lane, rx, 403, NULL); /* nobody's: From is what the certificate speaks for */
      return;
    }
  asked = g_new (Asked, 1);
  *asked = (Asked){ oree_sip_rx_ref (rx), g_steal_pointer (&domain) };
  oree_lane_run (lane, oree_lane_of (lane, asked->domain), inward_on_owner, asked, asked_free);
}

/* --- outward ------------------------------------------------------------------------------------ */

static void outward_found (OreeLane *lane, OreeSipFound *found, gpointer data);

/* Takes `asked`. */
static void
outward_decide (OreeLane *lane, Asked *asked, OreeSipFound *found)
{
  g_autoptr (Asked) owned = asked;
  OreeSipRx *rx = asked->rx;
  const char *domain = asked->domain;
  g_autofree char *from = aor_of (&rx->msg, OREE_SIP_HDR_FROM), *local = domain_of (from), *partner = NULL;
  g_autofree char *method = oree_span_dup (rx->msg.method_name);
  g_autoptr (OreeSipFound) server = NULL;
  OreePeerFacts facts = {
    .direction = OREE_DIRECTION_OUT, .method = method, .remote_domain = domain, .local_domain = local,
    .srv_targets = found != NULL ? (const char *const *) found->hosts : NULL,
    .audio_video = offers_media (&rx->msg),
  };
  OreeSipProxyRules rules;
  OreeSipProxyRoute route;
  OreePeerStand stand;
  OreeVerdict verdict;

  if (local == NULL)
    {
      answer (lane, rx, OREE_CROSSING_OUTWARD, domain, 400, 0, "bad-request", NULL);
      return;
    }
  if (admit (lane, OREE_CROSSING_OUTWARD, rx, domain, &route) != 0)
    return;
  rules_of (lane, &rules);
  partner = oree_edge_dialog_partner (&rules, &rx->msg);
  facts.in_dialog = partner != NULL && has_to_tag (&rx->msg) && g_str_equal (partner, domain);
  facts.local_user = strchr (from, '@') != NULL ? from : NULL;
  verdict = oree_decide_peer (lane->policy, &facts, &stand, NULL);
  /* DNS may name a provider: then somebody else decides, and is called. */
  if (found == NULL && stand.asks_dns
      && (verdict.allow
          || (verdict.reason == OREE_REASON_NOT_A_PARTNER && oree_policy_has_providers (lane->policy))))
    {
      if (oree_sip_find (lane, domain, outward_found, owned, asked_free))
        g_steal_pointer (&owned);
      else
        answer (lane, rx, OREE_CROSSING_OUTWARD, domain, 503, 0, "limit", NULL);
      return;
    }
  if (!verdict.allow)
    {
      refuse (lane, rx, OREE_CROSSING_OUTWARD, domain, verdict.reason);
      return;
    }
  if (stand.server != NULL)
    server = oree_sip_found_new_server (stand.server);
  begin (lane, OREE_CROSSING_OUTWARD, rx, &route, domain, facts.local_user, &stand, server != NULL ? server : found);
}

static void
outward_found (OreeLane *lane, OreeSipFound *found, gpointer data)
{
  outward_decide (lane, data, found);
}

static void
outward_on_owner (OreeLane *lane, gpointer data)
{
  Asked *asked = data;
  OreeSipRx *rx = asked->rx;

  if (!is_running (lane, rx))
    oree_sip_hub_respond (lane, rx, 503, NULL);
  else if (rx->msg.method == OREE_SIP_METHOD_CANCEL)
    take_cancel (lane, rx);
  else if (rx->msg.method != OREE_SIP_METHOD_ACK || !take_ack (lane, rx))
    {
      outward_decide (lane, asked, NULL);
      return;
    }
  asked_free (asked);
}

void
oree_access_edge_outward (OreeLane *lane, OreeSipRx *rx, const char *domain)
{
  Asked *asked = g_new (Asked, 1);

  *asked = (Asked){ oree_sip_rx_ref (rx), g_strdup (domain) };
  oree_lane_run (lane, oree_lane_of (lane, domain), outward_on_owner, asked, asked_free);
}

gboolean
oree_access_edge_takes (OreeLane *lane, OreeSipRx *rx)
{
  OreeSipProxyRules rules;
  g_autofree char *partner = NULL;

  if (oree_sip_msg_header (&rx->msg, OREE_SIP_HDR_ROUTE) == NULL)
    return FALSE;
  rules_of (lane, &rules);
  partner = oree_edge_dialog_partner (&rules, &rx->msg);
  if (partner == NULL)
    return FALSE;
  oree_access_edge_outward (lane, rx, partner);
  return TRUE;
}

/* --- policy -------------------------------------------------------------------------------------- */

/* The connection itself, asked anew as oree-sip-peers does. */
static gboolean
still_may (const Relay *relay, const OreePolicy *next)
{
  const OreeSipDomain *ours = oree_policy_default_domain (next);
  const char *const targets[] = { relay->stand.server, NULL };
  const OreePeerFacts facts = { .direction = OREE_DIRECTION_IN, .local_domain = ours != NULL ? ours->record.id : "",
                                .remote_domain = relay->domain, .srv_targets = targets };
  OreeVerdict verdict = oree_decide_peer (next, &facts, NULL, NULL);

  return verdict.allow || verdict.reason == OREE_REASON_DOMAIN_WITHOUT_SIP;
}

void
oree_access_edge_proxy_publish (OreeLane *lane, const OreePolicy *next)
{
  g_autoptr (GList) relays = g_hash_table_get_keys (lane->sip_relays->relays);

  for (GList *l = relays; l != NULL; l = l->next)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      Relay *relay = l->data;

      if (relay->crossing != OREE_CROSSING_INWARD || relay->rx->msg.method != OREE_SIP_METHOD_INVITE || relay->status != 0
          || relay->txn == NULL || still_may (relay, next))
        continue;
      oree_sip_proxy_txn_on_cancel (relay->txn, oree_worker_now (lane->worker), &effects);
      run (relay, &effects);
      settle (relay);
    }
}

/* --- life --------------------------------------------------------------------------------------- */

void
oree_access_edge_proxy_init (OreeLane *lane)
{
  OreeSipRelays *self = g_new0 (OreeSipRelays, 1);

  self->relays = g_hash_table_new_full (NULL, NULL, relay_free, NULL);
  self->invites = g_hash_table_new (oree_sip_key_hash, oree_sip_key_equal);
  lane->sip_relays = self;
}

void
oree_access_edge_proxy_clear (OreeLane *lane)
{
  g_hash_table_unref (lane->sip_relays->relays);
  g_hash_table_unref (lane->sip_relays->invites);
  oree_edge_names_clear (&lane->sip_relays->names);
  g_clear_pointer (&lane->sip_relays, g_free);
}
