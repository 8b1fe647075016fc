/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-sip-hub.h"

#include "base/oree-hash.h"
#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "codec/sip/oree-sip-check.h"
#include "codec/sip/oree-sip-frame.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-status.h"
#include "codec/sip/oree-sip-via.h"
#include "ident/oree-sip-uri.h"
#include "base/oree-names.h"
#include "proto/sip/oree-sip-ctrans.h"
#include "proto/sip/oree-sip-timers.h"

#define CONTACT_PREFIX "oree-gw-"
#define QUEUED_MAX OREE_GW_QUEUE_PER_PAIR_MAX /* messages waiting for a connection being made */
#define SIGN_IN_WITHIN OREE_MINUTE
#define SLOW_SENDER (20 * OREE_SECOND)  /* a message begun must be complete by then */

typedef struct
{
  OreeLane *lane;
  OreeFlow flow;
  OreeConn *conn;    /* NULL while it is being made */
  GPtrArray *queued; /* Parcel *, until then */
  char *peer;
  OreeSipFrame frame;
  OreeTimer slow;
  OreeTimer strange; /* a user's connection nobody has signed in on */
  GHashTable *waiting; /* branch → lane index + 1, of requests sent here and not answered */
  OreeSipPeer *id;
  guint64 received, sent;
  guint pongs;
  OreeTime last; /* message */
  gint64 since;
} Flow;

typedef struct
{
  OreeLane *lane;
  char *branch;
  OreeTimer timer_f;
  GString *invite; /* what was sent, when it is an INVITE: its ACK or CANCEL is made from it */
  OreeFlow flow;
  gboolean rings;  /* a provisional response came: CANCEL may be sent (RFC 3261 9.1) */
  gboolean cancelled; /* a CANCEL went out, or goes as soon as it rings */
  gboolean accepted;  /* a 2xx came; others may follow until Timer M (RFC 6026 7.2) */
  OreeSipDone done;
  OreeSipHeard heard; /* of a relayed request, instead */
  gpointer data;
} Pending;

struct _OreeSipHub
{
  GHashTable *flows;   /* id → Flow */
  GHashTable *pending; /* branch → Pending */
  guint32 next_flow;
  OreeSipIds ids;
  char *sent_by;
  guint64 sent_by_revision;
  guint n_flows[OREE_N_LEGS];
  OreeSipHandler on_request[OREE_N_LEGS];
  OreeFlowGone on_gone[OREE_N_LEGS];
  OreeInsideFlow inside;
  OreeTime inside_rests_until;
  const OreeOutside *outside;
};

static gboolean
is_in_memory (OreeFlow flow)
{
  return flow.leg == OREE_LEG_GATEWAY || flow.leg == OREE_LEG_FRONT_END;
}

static void flow_free (Flow *flow);
static Flow *flow_find (OreeLane *lane, OreeFlow flow);
static void write_on_lane (OreeLane *lane, gpointer data);
static const OreeConnCallbacks flow_callbacks;

/* One message on its way out, maybe to another lane. */
typedef struct
{
  OreeFlow flow;
  OreeFlow from; /* in-memory legs: who speaks */
  char *branch;  /* of a request of ours; NULL for anything else */
  GString *text;
  gboolean relayed; /* its answer goes back through our Via, not straight to who asked */
} Parcel;

static void
parcel_free (gpointer data)
{
  Parcel *parcel = data;

  g_string_free (parcel->text, TRUE);
  g_free (parcel->branch);
  g_free (parcel);
}

/* --- received messages ------------------------------------------------------------------------- */

static OreeSipRx *
rx_new (OreeFlow flow, const char *peer, const void *data, gsize length, gssize *parsed)
{
  OreeSipMsg msg;
  OreeSipRx *rx;

  /* Two blocks of common sizes: one of 9 KiB a message made malloc tidy up its small ones each time. */
  *parsed = oree_sip_msg_parse (&msg, data, length, OREE_SIP_MSG_STREAM);
  rx = g_malloc (G_STRUCT_OFFSET (OreeSipRx, msg) + oree_sip_msg_size (&msg));
  g_atomic_ref_count_init (&rx->refs);
  rx->flow = flow;
  rx->id = NULL;
  rx->peer = g_strdup (peer);
  rx->branch = NULL;
  rx->data = oree_span_dup (oree_span (data, length));
  oree_sip_msg_move (&rx->msg, &msg, data, rx->data);
  return rx;
}

OreeSipRx *
oree_sip_rx_ref (OreeSipRx *rx)
{
  g_atomic_ref_count_inc (&rx->refs);
  return rx;
}

void
oree_sip_rx_unref (OreeSipRx *rx)
{
  if (g_atomic_ref_count_dec (&rx->refs))
    {
      oree_sip_peer_unref (rx->id);
      g_free (rx->peer);
      g_free (rx->data);
      g_free (rx->branch);
      g_free (rx);
    }
}

static void
rx_unref_data (gpointer data)
{
  oree_sip_rx_unref (data);
}

/* --- requests of ours -------------------------------------------------------------------------- */

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  oree_worker_cancel (pending->lane->worker, &pending->timer_f);
  if (pending->invite != NULL)
    g_string_free (pending->invite, TRUE);
  g_free (pending->branch);
  g_free (pending);
}

/* ACK or CANCEL of an INVITE of ours; `response` NULL: none came. */
static void
send_companion (const Pending *pending, const char *method, const OreeSipRx *response)
{
  g_autofree OreeSipMsg *invite = g_new (OreeSipMsg, 1);
  GString *text = NULL;

  if (oree_sip_msg_parse (invite, pending->invite->str, pending->invite->len, OREE_SIP_MSG_STREAM) > 0)
    text = oree_sip_companion (invite, method,
                               oree_sip_msg_value (response != NULL ? &response->msg : invite, OREE_SIP_HDR_TO));
  if (text != NULL)
    oree_sip_hub_write (pending->lane, pending->flow, text);
}

/* A connection forgets a request it may still hear of. */
typedef struct
{
  guint32 flow;
  char *branch;
} Forget;

static void
forget_free (gpointer data)
{
  Forget *forget = data;

  g_free (forget->branch);
  g_free (forget);
}

static void
forget_on_lane (OreeLane *lane, gpointer data)
{
  Forget *forget = data;
  Flow *flow = lane->sip != NULL ? g_hash_table_lookup (lane->sip->flows, GUINT_TO_POINTER (forget->flow)) : NULL;

  if (flow != NULL)
    g_hash_table_remove (flow->waiting, forget->branch);
  forget_free (forget);
}

static void
forget_request (const Pending *pending)
{
  OreeLane *lane = pending->lane, *target = oree_lane_at (lane, pending->flow.lane);
  Forget *forget;

  if (target == NULL || pending->flow.id == 0)
    return;
  forget = g_new (Forget, 1);
  *forget = (Forget){ pending->flow.id, g_strdup (pending->branch) };
  oree_lane_run (lane, target, forget_on_lane, forget, forget_free);
}

static void
pending_finish (OreeLane *lane, Pending *pending, guint status, const OreeSipRx *response)
{
  OreeSipDone done = pending->done;
  OreeSipHeard heard = pending->heard;
  gpointer data = pending->data;

  /* A connection forgets by itself what it heard the end of, all but an INVITE's success. */
  if (response == NULL)
    forget_request (pending);
  g_hash_table_remove (lane->sip->pending, pending->branch); /* frees */
  if (heard != NULL)
    heard (lane, status, response, TRUE, data);
  else
    done (lane, status, response, data);
}

static void
timer_f_cb (gpointer data)
{
  Pending *pending = data;

  if (pending->accepted)
    {
      pending_finish (pending->lane, pending, 0, NULL); /* Timer M */
      return;
    }
  oree_lane_count_one (pending->lane, OREE_COUNT_SIP_TIMEOUTS);
  if (pending->invite != NULL && pending->rings)
    send_companion (pending, "CANCEL", NULL);
  pending_finish (pending->lane, pending, 408, NULL);
}

static Pending *
find_pending (OreeLane *lane, const char *branch)
{
  return lane->sip != NULL ? g_hash_table_lookup (lane->sip->pending, branch) : NULL;
}

/* A request could not be written, or its connection is gone (RFC 3261 17.1.4: as a 503). */
static void
request_lost (OreeLane *lane, gpointer data)
{
  g_autofree char *branch = data;
  Pending *pending = find_pending (lane, branch);

  if (pending != NULL && !pending->accepted)
    pending_finish (lane, pending, 503, NULL);
}

/* The same of one that may have arrived: whoever relays it must not send it again. */
static void
answer_lost (OreeLane *lane, gpointer data)
{
  g_autofree char *branch = data;
  Pending *pending = find_pending (lane, branch);

  if (pending != NULL && !pending->accepted)
    pending_finish (lane, pending, pending->heard != NULL ? 500 : 503, NULL);
}

static void
tell_lost (OreeLane *on, guint lane, const char *branch)
{
  oree_lane_post (oree_lane_at (on, lane), request_lost, g_strdup (branch), g_free);
}

static void
parcel_lost (OreeLane *lane, Parcel *parcel)
{
  if (parcel->branch != NULL)
    tell_lost (lane, parcel->from.lane, parcel->branch);
  parcel_free (parcel);
}

static void
relay_hears (OreeLane *lane, Pending *pending, const OreeSipRx *rx)
{
  OreeTime now = oree_worker_now (lane->worker);
  guint status = rx->msg.status;
  gboolean invite = pending->invite != NULL;

  if (!oree_sip_status_is_final (status))
    {
      pending->rings = TRUE;
      if (invite && !pending->accepted)
        {
          /* From here Timer C of the response context counts, not Timer B. */
          oree_worker_cancel (lane->worker, &pending->timer_f);
          if (pending->cancelled)
            {
              send_companion (pending, "CANCEL", NULL);
              oree_worker_arm (lane->worker, &pending->timer_f, now + OREE_SIP_TIMEOUT); /* RFC 3261 9.1 */
              pending->cancelled = FALSE;
            }
        }
      pending->heard (lane, status, rx, FALSE, pending->data);
    }
  else if (invite && oree_sip_status_is_success (status))
    {
      if (!pending->accepted)
        oree_worker_arm (lane->worker, &pending->timer_f, now + OREE_SIP_TIMEOUT);
      pending->accepted = TRUE;
      pending->heard (lane, status, rx, FALSE, pending->data);
    }
  else if (!pending->accepted)
    {
      if (invite)
        send_companion (pending, "ACK", rx);
      pending_finish (lane, pending, status, rx);
    }
}

/* The branch of its topmost Via; owned; NULL when that does not parse. */
static char *
branch_of (const OreeSipMsg *msg)
{
  OreeSipVia via;

  return oree_sip_via_top (&via, msg) < 0 ? NULL : oree_span_dup (via.branch);
}

/* The next hop may ask for rest. */
static void
heed_rest (OreeLane *lane, const Pending *pending, const OreeSipMsg *response)
{
  guint32 seconds;

  if (response->status != 503 || pending->flow.leg != OREE_LEG_NEXT_HOP || !oree_sip_retry_after (response, &seconds)
      || seconds == 0)
    return;
  oree_lane_count_one (lane, OREE_COUNT_SIP_SERVERS_RESTING);
  lane->sip->inside_rests_until
    = oree_worker_now (lane->worker) + MIN (seconds, OREE_SIP_REST_SECONDS_MAX) * OREE_SECOND;
}

/* `branch`: of the request of ours that `rx` answers. */
static void
take_response (OreeLane *lane, const char *branch, const OreeSipRx *rx)
{
  Pending *pending = branch != NULL ? g_hash_table_lookup (lane->sip->pending, branch) : NULL;

  if (rx->msg.method == OREE_SIP_METHOD_CANCEL)
    return; /* the CANCEL of an INVITE has its branch: the answer to it tells nothing */
  if (pending != NULL)
    heed_rest (lane, pending, &rx->msg);
  if (pending == NULL)
    oree_lane_count_one (lane, OREE_COUNT_SIP_STRAY_RESPONSES);
  else if (pending->heard != NULL)
    relay_hears (lane, pending, rx);
  else if (oree_sip_status_is_final (rx->msg.status))
    {
      if (pending->invite != NULL && !oree_sip_status_is_success (rx->msg.status))
        send_companion (pending, "ACK", rx);
      pending_finish (lane, pending, rx->msg.status, rx);
    }
  else
    pending->rings = TRUE;
}

static void
response_on_lane (OreeLane *lane, gpointer data)
{
  g_autoptr (OreeSipRx) rx = data;

  take_response (lane, rx->branch, rx);
}

/* --- one message in ---------------------------------------------------------------------------- */

/* A request that is well framed and parsed; takes `rx`. What was written in this process was made of parts that were
 * checked. */
static void
dispatch_request (OreeLane *lane, OreeSipLeg leg, OreeSipRx *rx)
{
  G_GNUC_UNUSED g_autoptr (OreeSipRx) owned = rx;
  OreeSipCheck check = { 0 };

  oree_lane_count_one (lane, OREE_COUNT_SIP_REQUESTS_IN);
  if (!is_in_memory (rx->flow))
    check = oree_sip_check (&rx->msg);
  if (check.status != 0)
    {
      oree_lane_count_one (lane, OREE_COUNT_SIP_MALFORMED);
      if (oree_sip_msg_can_answer (&rx->msg))
        oree_sip_hub_respond (lane, rx, check.status, NULL);
      return;
    }
  if (lane->sip->on_request[leg] != NULL)
    lane->sip->on_request[leg](lane, rx);
  else
    oree_sip_hub_respond (lane, rx, 503, NULL);
}

/* A response on a connection goes to the lane whose request went out there; from elsewhere it is nobody's. */
static void
dispatch_response (Flow *flow, OreeSipRx *rx)
{
  g_autoptr (OreeSipRx) owned = rx;
  guint lane_plus_1;

  oree_lane_count_one (flow->lane, OREE_COUNT_SIP_RESPONSES_IN);
  rx->branch = branch_of (&rx->msg);
  if (rx->branch == NULL)
    return;
  lane_plus_1 = GPOINTER_TO_UINT (g_hash_table_lookup (flow->waiting, rx->branch));
  if (lane_plus_1 == 0)
    {
      oree_lane_count_one (flow->lane, OREE_COUNT_SIP_STRAY_RESPONSES);
      return;
    }
  /* Of an INVITE's successes more may come, and a CANCEL has the branch of its INVITE. */
  if (oree_sip_status_is_final (rx->msg.status) && rx->msg.method != OREE_SIP_METHOD_CANCEL
      && !(rx->msg.method == OREE_SIP_METHOD_INVITE && oree_sip_status_is_success (rx->msg.status)))
    g_hash_table_remove (flow->waiting, rx->branch);
  /* What cannot be read goes no further; whoever waits for the end of its request hears that there was none. */
  if (oree_sip_check (&rx->msg).status != 0)
    {
      oree_lane_count_one (flow->lane, OREE_COUNT_SIP_MALFORMED);
      if (oree_sip_status_is_final (rx->msg.status) && rx->msg.method != OREE_SIP_METHOD_CANCEL)
        oree_lane_run (flow->lane, oree_lane_at (flow->lane, lane_plus_1 - 1), answer_lost,
                       g_steal_pointer (&rx->branch), g_free);
      return;
    }
  oree_lane_run (flow->lane, oree_lane_at (flow->lane, lane_plus_1 - 1), response_on_lane, g_steal_pointer (&owned),
                 rx_unref_data);
}

/* --- flows ------------------------------------------------------------------------------------- */

static void
slow_cb (gpointer data)
{
  Flow *flow = data;

  oree_lane_count_one (flow->lane, OREE_COUNT_LIMITS_HIT);
  oree_conn_abort (flow->conn);
}

static gsize
flow_data_cb (OreeConn *conn, OreeSpan data, gpointer user_data)
{
  Flow *flow = user_data;
  OreeLane *lane = flow->lane;
  gsize used = 0;
  guint budget = OREE_CONN_MESSAGE_BUDGET;

  while (used < data.length)
    {
      gssize n = oree_sip_frame_next (&flow->frame, data.data + used, data.length - used);
      gssize parsed;
      OreeSipRx *rx;
      guint32 id = flow->flow.id;

      if (n == OREE_PARSE_PARTIAL)
        break;
      if (budget == 0)
        {
          oree_conn_again (conn);
          oree_sip_frame_init (&flow->frame);
          return used;
        }
      if (n < 0)
        {
          /* The stream cannot be cut any further: answer what can be answered, then close (RFC 3261 18.3). */
          gsize head = flow->frame.head > 0 ? MIN (flow->frame.head, data.length - used) : 0;

          oree_lane_count_one (lane, OREE_COUNT_SIP_MALFORMED);
          if (head > 0)
            {
              rx = rx_new (flow->flow, flow->peer, data.data + used, head, &parsed);
              if (oree_sip_msg_can_answer (&rx->msg))
                oree_sip_hub_respond (lane, rx, oree_sip_msg_error_status (n), NULL);
              oree_sip_rx_unref (rx);
            }
          oree_conn_close (conn);
          return data.length;
        }
      if (flow->frame.kind == OREE_SIP_FRAME_PING)
        oree_conn_write (conn, "\r\n", 2);
      else if (flow->frame.kind == OREE_SIP_FRAME_CRLF)
        flow->pongs++;
      else if (flow->frame.kind == OREE_SIP_FRAME_MESSAGE)
        {
          budget--;
          flow->received++;
          flow->last = oree_worker_now (lane->worker);
          rx = rx_new (flow->flow, flow->peer, data.data + used, (gsize) n, &parsed);
          if (parsed <= 0)
            {
              oree_lane_count_one (lane, OREE_COUNT_SIP_MALFORMED);
              if (oree_sip_msg_can_answer (&rx->msg))
                oree_sip_hub_respond (lane, rx, oree_sip_msg_error_status (parsed), NULL);
              oree_sip_rx_unref (rx);
            }
          else if (rx->msg.is_request)
            {
              rx->id = flow->id != NULL ? oree_sip_peer_ref (flow->id) : NULL;
              dispatch_request (lane, flow->flow.leg, rx);
            }
          else
            dispatch_response (flow, rx);
        }
      used += (gsize) n;
      /* A handler may have ended this connection. */
      if (g_hash_table_lookup (lane->sip->flows, GUINT_TO_POINTER (id)) != flow)
        return used;
    }
  if (oree_sip_frame_in_progress (&flow->frame))
    {
      if (!oree_timer_is_armed (&flow->slow))
        oree_worker_arm (lane->worker, &flow->slow, oree_worker_now (lane->worker) + SLOW_SENDER);
    }
  else
    oree_worker_cancel (lane->worker, &flow->slow);
  return used;
}

static void
flow_closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer user_data)
{
  Flow *flow = user_data;
  OreeLane *lane = flow->lane;
  OreeFlow name = flow->flow;
  OreeFlowGone gone = lane->sip->on_gone[name.leg];

  g_hash_table_remove (lane->sip->flows, GUINT_TO_POINTER (name.id)); /* frees */
  if (gone != NULL)
    gone (lane, name);
}

static const OreeConnCallbacks flow_callbacks = {
  .on_data = flow_data_cb,
  .on_closed = flow_closed_cb,
};

static void
flow_free (Flow *flow)
{
  GHashTableIter iter;
  gpointer key, value;

  flow->lane->sip->n_flows[flow->flow.leg]--;
  oree_worker_cancel (flow->lane->worker, &flow->slow);
  oree_worker_cancel (flow->lane->worker, &flow->strange);
  g_hash_table_iter_init (&iter, flow->waiting);
  while (g_hash_table_iter_next (&iter, &key, &value))
    oree_lane_post (oree_lane_at (flow->lane, GPOINTER_TO_UINT (value) - 1), answer_lost, g_strdup (key), g_free);
  for (guint i = 0; flow->queued != NULL && i < flow->queued->len; i++)
    parcel_lost (flow->lane, g_ptr_array_index (flow->queued, i));
  g_clear_pointer (&flow->queued, g_ptr_array_unref);
  g_hash_table_unref (flow->waiting);
  g_clear_pointer (&flow->conn, oree_conn_free);
  oree_sip_peer_unref (flow->id);
  g_free (flow->peer);
  g_free (flow);
}

OreeFlow
oree_sip_hub_reserve (OreeLane *lane, OreeSipLeg leg, const char *peer)
{
  Flow *flow = g_new0 (Flow, 1);

  flow->lane = lane;
  flow->flow = (OreeFlow){ (guint16) lane->index, (guint16) leg, ++lane->sip->next_flow };
  flow->peer = g_strdup (peer);
  flow->since = g_get_real_time ();
  flow->last = oree_worker_now (lane->worker);
  flow->waiting = g_hash_table_new_full (oree_str_hash, g_str_equal, g_free, NULL);
  oree_sip_frame_init (&flow->frame);
  oree_timer_init (&flow->slow, slow_cb, flow);
  oree_timer_init (&flow->strange, slow_cb, flow);
  g_hash_table_insert (lane->sip->flows, GUINT_TO_POINTER (flow->flow.id), flow);
  lane->sip->n_flows[leg]++;
  return flow->flow;
}

void
oree_sip_hub_attach (OreeLane *lane, OreeFlow name, OreeConn *conn)
{
  Flow *flow = flow_find (lane, name);
  g_autoptr (GPtrArray) queued = NULL;

  if (flow == NULL)
    {
      oree_conn_free (conn);
      return;
    }
  flow->conn = conn;
  g_free (flow->peer);
  flow->peer = oree_endpoint_to_string (oree_conn_peer (conn));
  oree_lane_count_one (lane, OREE_COUNT_SIP_CONNECTIONS);
  oree_conn_set_callbacks (conn, &flow_callbacks, flow);
  if (name.leg == OREE_LEG_USER)
    oree_worker_arm (lane->worker, &flow->strange, oree_worker_now (lane->worker) + SIGN_IN_WITHIN);
  queued = g_steal_pointer (&flow->queued);
  for (guint i = 0; queued != NULL && i < queued->len; i++)
    write_on_lane (lane, g_ptr_array_index (queued, i));
}

void
oree_sip_hub_fail (OreeLane *lane, OreeFlow name)
{
  OreeFlowGone gone = lane->sip->on_gone[name.leg];

  if (g_hash_table_remove (lane->sip->flows, GUINT_TO_POINTER (name.id)) && gone != NULL)
    gone (lane, name);
}

OreeFlow
oree_sip_hub_adopt (OreeLane *lane, OreeConn *conn, OreeSipLeg leg)
{
  OreeFlow flow = oree_sip_hub_reserve (lane, leg, "");

  oree_sip_hub_attach (lane, flow, conn);
  return flow;
}

static Flow *
flow_find (OreeLane *lane, OreeFlow flow)
{
  return flow.id == 0 ? NULL : g_hash_table_lookup (lane->sip->flows, GUINT_TO_POINTER (flow.id));
}

void
oree_sip_hub_close (OreeLane *lane, OreeFlow name)
{
  Flow *flow = flow_find (lane, name);

  if (flow != NULL && flow->conn != NULL)
    oree_conn_close (flow->conn);
  else if (flow != NULL)
    oree_sip_hub_fail (lane, name);
}

void
oree_sip_hub_close_leg (OreeLane *lane, OreeSipLeg leg)
{
  g_autoptr (GList) flows = g_hash_table_get_values (lane->sip->flows);

  for (GList *l = flows; l != NULL; l = l->next)
    if (((Flow *) l->data)->flow.leg == leg)
      oree_sip_hub_close (lane, ((Flow *) l->data)->flow);
}

void
oree_sip_hub_set_signed_in (OreeLane *lane, OreeFlow name)
{
  Flow *flow = flow_find (lane, name);

  if (flow == NULL || flow->conn == NULL)
    return;
  oree_worker_cancel (lane->worker, &flow->strange);
  oree_conn_set_authenticated (flow->conn);
}

void
oree_sip_hub_identify (OreeLane *lane, OreeFlow name, OreeSipPeer *id)
{
  Flow *flow = flow_find (lane, name);

  if (flow == NULL)
    return;
  oree_sip_peer_unref (flow->id);
  flow->id = oree_sip_peer_ref (id);
}

OreeConn *
oree_sip_hub_conn (OreeLane *lane, OreeFlow name)
{
  Flow *flow = flow_find (lane, name);

  return flow != NULL ? flow->conn : NULL;
}

guint
oree_sip_hub_load (OreeLane *lane, OreeFlow name)
{
  Flow *flow = flow_find (lane, name);

  return flow == NULL ? 0 : g_hash_table_size (flow->waiting) + (flow->queued != NULL ? flow->queued->len : 0);
}

guint
oree_sip_hub_pongs (OreeLane *lane, OreeFlow name)
{
  const Flow *flow = flow_find (lane, name);

  return flow != NULL ? flow->pongs : 0;
}

OreeTime
oree_sip_hub_last_message (OreeLane *lane, OreeFlow name)
{
  const Flow *flow = flow_find (lane, name);

  return flow != NULL ? flow->last : 0;
}

guint
oree_sip_hub_n_flows (OreeLane *lane, OreeSipLeg leg)
{
  return lane->sip->n_flows[leg];
}

gboolean
oree_sip_hub_has_flow (OreeLane *lane, OreeFlow flow)
{
  return flow_find (lane, flow) != NULL;
}

/* --- writing ----------------------------------------------------------------------------------- */

static void
deliver_in_memory (OreeLane *lane, Parcel *parcel)
{
  gssize parsed;
  OreeSipRx *rx = rx_new (parcel->from, parcel->flow.leg == OREE_LEG_GATEWAY ? "front-end" : "gateway",
                          parcel->text->str, parcel->text->len, &parsed);

  /* The front end's own dialogs with partners go out by their Route; all else that it sends is the gateway's. */
  if (parsed > 0 && rx->msg.is_request && parcel->flow.leg == OREE_LEG_GATEWAY
      && oree_sip_hub_partner_takes (lane, rx))
    oree_sip_rx_unref (rx);
  else if (parsed > 0 && rx->msg.is_request)
    {
      if (!parcel->relayed)
        rx->branch = g_steal_pointer (&parcel->branch);
      dispatch_request (lane, parcel->flow.leg, rx);
    }
  else if (parsed > 0)
    {
      rx->branch = branch_of (&rx->msg);
      response_on_lane (lane, rx);
    }
  else
    {
      oree_sip_rx_unref (rx);
      if (parcel->branch != NULL)
        tell_lost (lane, parcel->from.lane, parcel->branch);
    }
}

/* The connection a request of the next hop came on is gone: its answer goes over ours (RFC 3261 18.2.2). */
static Flow *
flow_instead (OreeLane *lane, const Parcel *parcel)
{
  if (parcel->flow.leg != OREE_LEG_NEXT_HOP || parcel->branch != NULL || lane->sip->inside == NULL
      || !g_str_has_prefix (parcel->text->str, "SIP/2.0 "))
    return NULL;
  return flow_find (lane, lane->sip->inside (lane, NULL));
}

static void
write_on_lane (OreeLane *lane, gpointer data)
{
  Parcel *parcel = data;
  Flow *flow = is_in_memory (parcel->flow) ? NULL : flow_find (lane, parcel->flow);

  if (flow == NULL && !is_in_memory (parcel->flow))
    flow = flow_instead (lane, parcel);
  if (is_in_memory (parcel->flow))
    deliver_in_memory (lane, parcel);
  else if (flow != NULL && flow->conn == NULL && (flow->queued == NULL || flow->queued->len < QUEUED_MAX))
    {
      if (flow->queued == NULL)
        flow->queued = g_ptr_array_new ();
      g_ptr_array_add (flow->queued, parcel);
      return;
    }
  else if (flow != NULL && flow->conn != NULL
           && oree_conn_write (flow->conn, parcel->text->str, parcel->text->len))
    {
      flow->sent++;
      flow->last = oree_worker_now (lane->worker);
      if (parcel->branch != NULL)
        g_hash_table_insert (flow->waiting, g_steal_pointer (&parcel->branch),
                             GUINT_TO_POINTER (parcel->from.lane + 1u));
    }
  else
    {
      parcel_lost (lane, parcel);
      return;
    }
  parcel_free (parcel);
}

/* Takes both. */
static void
send_text (OreeLane *lane, OreeFlow flow, GString *text, char *branch, gboolean relayed)
{
  OreeLane *target = oree_lane_at (lane, flow.lane);
  OreeSipLeg other = flow.leg == OREE_LEG_GATEWAY ? OREE_LEG_FRONT_END : OREE_LEG_GATEWAY;
  Parcel *parcel = g_new (Parcel, 1);

  *parcel = (Parcel){ flow, { (guint16) lane->index, (guint16) other, 0 }, branch, text, relayed };
  if (target == NULL || oree_flow_is_none (flow))
    {
      if (branch != NULL)
        tell_lost (lane, lane->index, branch);
      parcel_free (parcel);
    }
  /* The in-memory leg always goes by mail: a handler must not run inside another one's call. */
  else if (is_in_memory (flow))
    oree_lane_post (target, write_on_lane, parcel, parcel_free);
  else
    oree_lane_run (lane, target, write_on_lane, parcel, parcel_free);
}

void
oree_sip_hub_write (OreeLane *lane, OreeFlow flow, GString *text)
{
  send_text (lane, flow, text, NULL, FALSE);
}

const char *
oree_sip_hub_transport (OreeLane *lane, OreeFlow flow)
{
  return flow.leg == OREE_LEG_NEXT_HOP && !oree_policy_next_hop (lane->policy)->tls ? "TCP" : "TLS";
}

const char *
oree_sip_hub_sent_by (OreeLane *lane)
{
  OreeSipHub *hub = lane->sip;
  guint64 revision = oree_policy_revision (lane->policy);

  if (hub->sent_by == NULL || hub->sent_by_revision != revision)
    {
      const OreeTopology *topology = oree_policy_topology (lane->policy);
      const OreeSipDomain *domain = oree_policy_default_domain (lane->policy);
      const char *host = *topology->edge_internal_fqdn ? topology->edge_internal_fqdn
                         : domain != NULL              ? domain->record.id
                                                       : "localhost";

      g_free (hub->sent_by);
      hub->sent_by = g_strdup_printf ("%s:%u", host, (guint) topology->access_edge_internal_port);
      hub->sent_by_revision = revision;
    }
  return hub->sent_by;
}

OreeSipIds *
oree_sip_hub_ids (OreeLane *lane)
{
  return &lane->sip->ids;
}

char *
oree_sip_hub_via (OreeLane *lane, OreeFlow flow)
{
  return oree_sip_ua_via (&lane->sip->ids, oree_sip_hub_transport (lane, flow), oree_sip_hub_sent_by (lane));
}

typedef struct
{
  OreeSipDone done;
  gpointer data;
} Refused;

static void
refused_on_lane (OreeLane *lane, gpointer data)
{
  g_autofree Refused *refused = data;

  refused->done (lane, 500, NULL, refused->data);
}

/* The branch of the Via our builders put on top; owned; NULL when there is none. */
static char *
top_branch (const GString *text)
{
  const char *mark = strstr (text->str, ";branch=");
  gsize length;

  if (mark == NULL)
    return NULL;
  mark += strlen (";branch=");
  length = strcspn (mark, ";, \r\n");
  return g_strndup (mark, length);
}

void
oree_sip_hub_request (OreeLane *lane, OreeFlow flow, GString *text, OreeSipDone done, gpointer data)
{
  OreeSipHub *hub = lane->sip;
  char *branch = text != NULL ? top_branch (text) : NULL;
  Pending *pending;

  if (branch == NULL)
    {
      Refused *refused = g_new (Refused, 1);

      *refused = (Refused){ done, data };
      if (text != NULL)
        g_string_free (text, TRUE);
      oree_lane_post (lane, refused_on_lane, refused, g_free);
      return;
    }
  pending = g_new0 (Pending, 1);
  pending->lane = lane;
  pending->branch = g_strdup (branch);
  pending->flow = flow;
  if (g_str_has_prefix (text->str, "INVITE "))
    pending->invite = g_string_new_len (text->str, (gssize) text->len);
  pending->done = done;
  pending->data = data;
  oree_timer_init (&pending->timer_f, timer_f_cb, pending);
  oree_worker_arm (lane->worker, &pending->timer_f, oree_worker_now (lane->worker) + OREE_SIP_TIMEOUT);
  g_hash_table_insert (hub->pending, pending->branch, pending);
  oree_lane_count_one (lane, OREE_COUNT_SIP_REQUESTS_OUT);
  send_text (lane, flow, text, branch, FALSE);
}

typedef struct
{
  OreeSipHeard heard;
  gpointer data;
} Unsaid;

static void
unsaid_on_lane (OreeLane *lane, gpointer data)
{
  g_autofree Unsaid *unsaid = data;

  unsaid->heard (lane, 500, NULL, TRUE, unsaid->data);
}

void
oree_sip_hub_relay (OreeLane *lane, OreeFlow flow, GString *text, const char *branch, OreeSipHeard heard, gpointer data)
{
  Pending *pending;

  if (text == NULL)
    {
      Unsaid *unsaid = g_new (Unsaid, 1);

      *unsaid = (Unsaid){ heard, data };
      oree_lane_post (lane, unsaid_on_lane, unsaid, g_free);
      return;
    }
  pending = g_new0 (Pending, 1);
  pending->lane = lane;
  pending->branch = g_strdup (branch);
  pending->flow = flow;
  if (g_str_has_prefix (text->str, "INVITE "))
    pending->invite = g_string_new_len (text->str, (gssize) text->len);
  pending->heard = heard;
  pending->data = data;
  oree_timer_init (&pending->timer_f, timer_f_cb, pending);
  oree_worker_arm (lane->worker, &pending->timer_f, oree_worker_now (lane->worker) + OREE_SIP_TIMEOUT);
  g_hash_table_insert (lane->sip->pending, pending->branch, pending);
  oree_lane_count_one (lane, OREE_COUNT_SIP_REQUESTS_OUT);
  send_text (lane, flow, text, g_strdup (branch), TRUE);
}

void
oree_sip_hub_relay_cancel (OreeLane *lane, const char *branch)
{
  Pending *pending = find_pending (lane, branch);

  if (pending == NULL || pending->invite == NULL || pending->accepted)
    return;
  pending->cancelled = !pending->rings;
  if (pending->cancelled)
    return;
  send_companion (pending, "CANCEL", NULL);
  oree_worker_arm (lane->worker, &pending->timer_f, oree_worker_now (lane->worker) + OREE_SIP_TIMEOUT);
}

/* --- to the gateway ---------------------------------------------------------------------------- */

static void
gateway_on_lane (OreeLane *lane, gpointer data)
{
  g_autoptr (OreeSipRx) rx = data;

  if (lane->sip->on_request[OREE_LEG_GATEWAY] != NULL && lane->mode[OREE_ROLE_XMPP_GATEWAY] != OREE_MODE_STOPPED)
    lane->sip->on_request[OREE_LEG_GATEWAY](lane, rx);
  else
    oree_sip_hub_respond (lane, rx, 503, NULL);
}

void
oree_sip_hub_to_gateway (OreeLane *lane, OreeSipRx *rx, const char *domain)
{
  oree_lane_run (lane, oree_lane_of (lane, domain), gateway_on_lane, oree_sip_rx_ref (rx), rx_unref_data);
}

char *
oree_sip_hub_contact (OreeLane *lane, OreeFlow flow, const char *token)
{
  return g_strdup_printf ("sip:" CONTACT_PREFIX "%u-%s@%s;transport=%s", lane->index, token,
                          oree_sip_hub_sent_by (lane),
                          g_str_equal (oree_sip_hub_transport (lane, flow), "TLS") ? "tls" : "tcp");
}

/* The lane and token of a Request-URI that is a Contact of ours. */
static gboolean
contact_parts (const OreeSipMsg *msg, guint64 *lane, OreeSpan *token)
{
  OreeSipUri uri;
  OreeSpan index;

  return oree_sip_uri_parse (&uri, msg->ruri) && oree_span_starts_with (uri.user, CONTACT_PREFIX)
         && oree_span_cut (oree_span_from (uri.user, strlen (CONTACT_PREFIX)), '-', &index, token)
         && oree_span_to_uint (index, 255, lane);
}

gboolean
oree_sip_hub_to_contact (OreeLane *lane, OreeSipRx *rx)
{
  guint64 index;
  OreeSpan token;
  OreeLane *target;

  if (!contact_parts (&rx->msg, &index, &token) || (target = oree_lane_at (lane, (guint) index)) == NULL)
    return FALSE;
  oree_lane_run (lane, target, gateway_on_lane, oree_sip_rx_ref (rx), rx_unref_data);
  return TRUE;
}

char *
oree_sip_hub_contact_token (const OreeSipMsg *msg)
{
  guint64 index;
  OreeSpan token;

  return contact_parts (msg, &index, &token) ? oree_span_dup (token) : NULL;
}

guint
oree_sip_hub_n_pending (OreeLane *lane)
{
  GHashTableIter iter;
  gpointer pending;
  guint n = 0;

  g_hash_table_iter_init (&iter, lane->sip->pending);
  while (g_hash_table_iter_next (&iter, NULL, &pending))
    n += !((Pending *) pending)->accepted;
  return n;
}

typedef struct
{
  char *branch;
  OreeSipRx *response;
} HandOver;

static void
hand_over_free (gpointer data)
{
  HandOver *answer = data;

  g_free (answer->branch);
  oree_sip_rx_unref (answer->response);
  g_free (answer);
}

static void
hand_over_on_lane (OreeLane *lane, gpointer data)
{
  HandOver *answer = data;

  take_response (lane, answer->branch, answer->response);
  hand_over_free (answer);
}

gboolean
oree_sip_hub_hand_over (OreeLane *lane, const OreeSipRx *rx, const OreeSipRx *response)
{
  OreeLane *target = oree_lane_at (lane, rx->flow.lane);
  HandOver *answer;

  if (!is_in_memory (rx->flow) || rx->branch == NULL || target == NULL)
    return FALSE;
  answer = g_new (HandOver, 1);
  *answer = (HandOver){ g_strdup (rx->branch), oree_sip_rx_ref ((OreeSipRx *) response) };
  oree_lane_post (target, hand_over_on_lane, answer, hand_over_free);
  return TRUE;
}

void
oree_sip_hub_respond_text (OreeLane *lane, const OreeSipRx *rx, GString *text)
{
  if (text == NULL)
    text = oree_sip_write_simple_response (&rx->msg, 500, NULL, "oree");
  if (text != NULL && !oree_sip_method_is_answered (rx->msg.method))
    g_string_free (text, TRUE);
  else if (text != NULL)
    oree_sip_hub_write (lane, rx->flow, text);
}

void
oree_sip_hub_respond_with (OreeLane *lane, const OreeSipRx *rx, OreeSipWriter *writer)
{
  oree_sip_hub_respond_text (lane, rx, oree_sip_write_finish (writer, NULL, OREE_SPAN_EMPTY));
}

void
oree_sip_hub_respond (OreeLane *lane, const OreeSipRx *rx, guint status, const char *phrase)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  char tag[OREE_SIP_ID_SIZE];

  oree_sip_ids_tag (&lane->sip->ids, tag);
  oree_sip_write_response (&writer, &rx->msg, status, phrase, tag, FALSE);
  oree_sip_write_header (&writer, OREE_SIP_HDR_SERVER, OREE_USER_AGENT);
  oree_sip_hub_respond_with (lane, rx, &writer);
}

/* --- the rest ---------------------------------------------------------------------------------- */

void
oree_sip_hub_set_handler (OreeLane *lane, OreeSipLeg leg, OreeSipHandler on_request, OreeFlowGone on_gone)
{
  lane->sip->on_request[leg] = on_request;
  lane->sip->on_gone[leg] = on_gone;
}

void
oree_sip_hub_set_inside (OreeLane *lane, OreeInsideFlow inside)
{
  lane->sip->inside = inside;
}

void
oree_sip_hub_set_outside (OreeLane *lane, const OreeOutside *outside)
{
  lane->sip->outside = outside;
}

gboolean
oree_sip_hub_partner_takes (OreeLane *lane, OreeSipRx *rx)
{
  return lane->sip->outside != NULL && lane->sip->outside->takes (lane, rx);
}

void
oree_sip_hub_to_partner (OreeLane *lane, OreeSipRx *rx, const char *domain)
{
  if (lane->sip->outside != NULL)
    lane->sip->outside->outward (lane, rx, domain);
  else
    oree_sip_hub_respond (lane, rx, 503, NULL);
}

OreeFlow
oree_sip_hub_inside (OreeLane *lane, const char *aor)
{
  if (!oree_policy_next_hop (lane->policy)->embedded && oree_worker_now (lane->worker) < lane->sip->inside_rests_until)
    return OREE_FLOW_NONE;
  return oree_sip_hub_inside_awake (lane, aor);
}

void
oree_sip_hub_wake_inside (OreeLane *lane)
{
  lane->sip->inside_rests_until = 0;
}

OreeFlow
oree_sip_hub_inside_awake (OreeLane *lane, const char *aor)
{
  if (oree_policy_next_hop (lane->policy)->embedded)
    {
      if (lane->mode[OREE_ROLE_FRONT_END] == OREE_MODE_STOPPED)
        return OREE_FLOW_NONE;
      return (OreeFlow){ (guint16) oree_lane_of (lane, aor)->index, OREE_LEG_FRONT_END, 0 };
    }
  return lane->sip->inside != NULL ? lane->sip->inside (lane, aor) : OREE_FLOW_NONE;
}

void
oree_sip_hub_describe (OreeLane *lane, OreeFlow name, GVariantDict *row)
{
  static const char *const leg_nicks[OREE_N_LEGS] = {
    [OREE_LEG_NONE] = "",           [OREE_LEG_USER] = "user",           [OREE_LEG_NEXT_HOP] = "next-hop",
    [OREE_LEG_GATEWAY] = "gateway", [OREE_LEG_FRONT_END] = "front-end", [OREE_LEG_PARTNER] = "partner",
  };
  Flow *flow = flow_find (lane, name);

  if (flow == NULL)
    return;
  g_variant_dict_insert (row, "protocol", "s", "sip");
  g_variant_dict_insert (row, "leg", "s", leg_nicks[flow->flow.leg]);
  g_variant_dict_insert (row, "peer", "s", flow->peer);
  g_variant_dict_insert (row, "tls", "b", flow->conn != NULL && oree_conn_is_tls (flow->conn));
  g_variant_dict_insert (row, "since", "x", flow->since);
  g_variant_dict_insert (row, "messages-in", "t", flow->received);
  g_variant_dict_insert (row, "messages-out", "t", flow->sent);
}

/* Partners' connections are told by the Access Edge, which knows whose they are. */
void
oree_sip_hub_list (OreeLane *lane, const char *what, GVariantBuilder *rows)
{
  GHashTableIter iter;
  Flow *flow;

  if (g_strcmp0 (what, "connections") != 0)
    return;
  g_hash_table_iter_init (&iter, lane->sip->flows);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &flow))
    {
      GVariantDict row;

      if (flow->flow.leg == OREE_LEG_PARTNER)
        continue;
      g_variant_dict_init (&row, NULL);
      oree_sip_hub_describe (lane, flow->flow, &row);
      g_variant_builder_add_value (rows, g_variant_dict_end (&row));
    }
}

void
oree_sip_hub_init (OreeLane *lane)
{
  guint8 seed[OREE_SIP_SECRET_BYTES];

  lane->sip = g_new0 (OreeSipHub, 1);
  lane->sip->flows = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) flow_free);
  lane->sip->pending = g_hash_table_new_full (oree_str_hash, g_str_equal, NULL, pending_free);
  oree_random_bytes (seed, sizeof seed);
  oree_sip_ids_init (&lane->sip->ids, seed);
}

void
oree_sip_hub_fail_all (OreeLane *lane)
{
  g_autoptr (GList) all = g_hash_table_get_values (lane->sip->pending);

  for (GList *l = all; l != NULL; l = l->next)
    pending_finish (lane, l->data, 503, NULL);
}

void
oree_sip_hub_clear (OreeLane *lane)
{
  g_hash_table_remove_all (lane->sip->flows);
  g_hash_table_unref (lane->sip->flows);
  g_hash_table_unref (lane->sip->pending);
  g_free (lane->sip->sent_by);
  g_clear_pointer (&lane->sip, g_free);
}
