/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-xmpp-rx.h"

#include "roles/oree-refusal.h"
#include "roles/oree-xmpp-in.h"
#include "roles/oree-xmpp-out.h"

struct _OreeXmppRxHub
{
  OreeXmppHandler handler;
  OreeXmppAlive alive;
  OreeXmppLost lost;
};

void
oree_xmpp_rx_init (OreeLane *lane)
{
  lane->xmpp_rx = g_new0 (OreeXmppRxHub, 1);
}

void
oree_xmpp_rx_clear (OreeLane *lane)
{
  g_clear_pointer (&lane->xmpp_rx, g_free);
}

OreeXmppRx *
oree_xmpp_rx_new (OreeStanza *stanza, OreeXmppSlot slot, OreeXmppAuth auth)
{
  OreeXmppRx *rx = g_new (OreeXmppRx, 1);

  *rx = (OreeXmppRx){ .stanza = stanza, .slot = slot, .auth = auth };
  return rx;
}

void
oree_xmpp_rx_free (OreeXmppRx *rx)
{
  if (rx == NULL)
    return;
  oree_stanza_free (rx->stanza);
  g_free (rx->note);
  g_free (rx);
}

static void
rx_free_data (gpointer data)
{
  oree_xmpp_rx_free (data);
}

void
oree_xmpp_set_handler (OreeLane *lane, OreeXmppHandler handler, OreeXmppAlive alive, OreeXmppLost lost)
{
  lane->xmpp_rx->handler = handler;
  lane->xmpp_rx->alive = alive;
  lane->xmpp_rx->lost = lost;
}

/* --- stanzas ----------------------------------------------------------------------------------- */

static void
settle_on_lane (OreeLane *lane, gpointer data)
{
  g_autofree OreeXmppSlot *slot = data;

  if ((slot->stream & OREE_XMPP_STREAM_OUT) != 0)
    oree_xmpp_out_settle (lane, slot->stream, slot->slot);
  else
    oree_xmpp_in_settle (lane, slot->stream, slot->slot);
}

void
oree_xmpp_settle (OreeLane *lane, OreeXmppSlot slot)
{
  OreeLane *target = oree_lane_at (lane, slot.lane);

  if (slot.stream != 0 && target != NULL)
    oree_lane_run (lane, target, settle_on_lane, g_memdup2 (&slot, sizeof slot), g_free);
}

static void
handle_on_owner (OreeLane *lane, gpointer data)
{
  g_autoptr (OreeXmppRx) rx = data;

  if (lane->xmpp_rx->handler != NULL)
    lane->xmpp_rx->handler (lane, g_steal_pointer (&rx));
}

void
oree_xmpp_rx_deliver (OreeLane *lane, guint32 stream, guint64 slot, OreeStanza *stanza, OreeXmppAuth auth)
{
  OreeXmppRx *rx = oree_xmpp_rx_new (stanza, (OreeXmppSlot){ (guint16) lane->index, stream, slot }, auth);

  rx->received = oree_worker_now (lane->worker);
  oree_lane_count_one (lane, OREE_COUNT_XMPP_STANZAS_IN);
  oree_lane_run (lane, oree_lane_of (lane, stanza->from.domain), handle_on_owner, rx, rx_free_data);
}

static void
answer_stranger (OreeLane *lane, gpointer data)
{
  g_autoptr (OreeXmppRx) rx = data;
  OreeReason reason = OREE_REASON_NOT_A_PARTNER;
  g_autoptr (OreeXmlNode) error = oree_stanza_build_error (rx->stanza, oree_refusal (reason)->stanza, NULL, NULL);
  g_autofree char *from = oree_jid_to_bare_string (&rx->stanza->from);
  g_autofree char *to = oree_jid_to_bare_string (&rx->stanza->to);

  oree_lane_count_one (lane, OREE_COUNT_XMPP_STANZAS_REFUSED);
  oree_refusal_report (lane, OREE_EVENT_STANZA_REFUSED, from, to, oree_stanza_kind_name (rx->stanza->kind), reason);
  if (error != NULL)
    oree_xmpp_out_send (lane, rx->stanza->to.domain, rx->stanza->from.domain, error, NULL, NULL);
}

void
oree_xmpp_rx_refuse (OreeLane *lane, OreeStanza *stanza)
{
  OreeXmppRx *rx = oree_xmpp_rx_new (stanza, (OreeXmppSlot){ 0, 0, 0 }, OREE_XMPP_AUTH_NONE);

  oree_lane_run (lane, oree_lane_of (lane, stanza->from.domain), answer_stranger, rx, rx_free_data);
}

/* --- dialback: asking the authoritative server ------------------------------------------------- */

typedef struct
{
  guint16 lane;
  guint32 stream;
  OreeDialbackCheck *check; /* for the question; its names come back with the answer */
  char *receiving, *originating, *stream_id;
  OreeDialbackResult result;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  if (question->check != NULL)
    oree_dialback_check_free (question->check);
  g_free (question->receiving);
  g_free (question->originating);
  g_free (question->stream_id);
  g_free (question);
}

static void
verified_on_lane (OreeLane *lane, gpointer data)
{
  Question *question = data;

  if ((question->stream & OREE_XMPP_STREAM_OUT) != 0)
    oree_xmpp_out_verified (lane, question->stream, question->receiving, question->originating, question->stream_id,
                            question->result);
  else
    oree_xmpp_in_verified (lane, question->stream, question->receiving, question->originating, question->stream_id,
                           question->result);
  question_free (question);
}

static void
verified_cb (OreeLane *lane, OreeDialbackResult result, gpointer data)
{
  Question *question = data;

  question->result = result;
  oree_lane_run (lane, oree_lane_at (lane, question->lane), verified_on_lane, question, question_free);
}

static void
ask_on_owner (OreeLane *lane, gpointer data)
{
  Question *question = data;

  oree_xmpp_out_verify (lane, g_steal_pointer (&question->check), verified_cb, question);
}

void
oree_xmpp_rx_ask (OreeLane *lane, guint32 stream, OreeDialbackCheck *check)
{
  Question *question = g_new0 (Question, 1);

  question->lane = (guint16) lane->index;
  question->stream = stream;
  question->receiving = g_strdup (check->receiving);
  question->originating = g_strdup (check->originating);
  question->stream_id = g_strdup (check->stream_id);
  question->check = check;
  oree_lane_run (lane, oree_lane_of (lane, check->originating), ask_on_owner, question, question_free);
}

static void
alive_on_owner (OreeLane *lane, gpointer data)
{
  g_autofree char *remote = data;

  oree_xmpp_out_alive (lane, remote);
  if (lane->xmpp_rx->alive != NULL)
    lane->xmpp_rx->alive (lane, remote);
}

void
oree_xmpp_rx_alive (OreeLane *lane, const char *remote)
{
  oree_lane_run (lane, oree_lane_of (lane, remote), alive_on_owner, g_strdup (remote), g_free);
}

static void
lost_on_owner (OreeLane *lane, gpointer data)
{
  g_autofree char *remote = data;

  if (lane->xmpp_rx != NULL && lane->xmpp_rx->lost != NULL)
    lane->xmpp_rx->lost (lane, remote);
}

void
oree_xmpp_rx_lost (OreeLane *lane, const char *remote)
{
  oree_lane_run (lane, oree_lane_of (lane, remote), lost_on_owner, g_strdup (remote), g_free);
}
