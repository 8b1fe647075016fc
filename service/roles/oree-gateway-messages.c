/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages through the gateway, and who answers for each.
 *
 *   XMPP → SIP   one MESSAGE at a time per pair of people (RFC 3428 8, and so order is kept); the stanza's slot is
 *                settled by the final response, or, when that is a failure, once the error stanza is acknowledged
 *   SIP → XMPP   the MESSAGE is answered when the partner acknowledged the stanza: 200, or 202 where it can only be
 *                written; 504 before the sender's Timer F; an error stanza that comes after the answer goes to the
 *                sender as a message of its own */
#include "base/oree-limits.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-status.h"
#include "gateway/oree-gw-addr.h"
#include "gateway/oree-gw-error.h"
#include "roles/oree-gateway-role.h"
#include "roles/oree-refusal.h"

#define ANSWER_WITHIN (28 * OREE_SECOND) /* the sender's Timer F is 32 s */
#define THREADS_MAX 16384
#define REMEMBERED_MAX 16384 /* answered messages an error may still come back for */

/* A stanza waiting for its MESSAGE's outcome. */
typedef struct
{
  OreeXmppRx *rx;
  OreeGwSip sip;
  char *pair;
} Inbound;

/* Two people, one direction. */
typedef struct
{
  char *key;  /* "from-key aor" */
  char *from; /* SIP URI of the contact, resource and all, changes with each message */
  char *aor;
  GQueue waiting; /* Inbound * */
  gboolean busy;
} Pair;

/* A MESSAGE waiting for its stanza's outcome. */
typedef struct
{
  OreeLane *lane;
  OreeSipRx *rx;
  OreeXmlNode *stanza;
  char *id;
  char *aor;
  OreeJid contact;
  char *local_domain;
  guint64 token;
  OreeTimer timer;
  gboolean sent;
} Outbound;

/* What is needed to tell the sender of an answered MESSAGE that it failed after all. */
typedef struct
{
  char *aor;
  char *contact; /* key */
  char *call_id; /* of the MESSAGE, for In-Reply-To */
} Remembered;

struct _OreeGatewayMessages
{
  OreeGwThreads *threads;
  GHashTable *pairs;      /* key → Pair */
  GHashTable *outbound;   /* stanza id → Outbound */
  GHashTable *remembered; /* stanza id → Remembered */
  GQueue order;           /* ids of `remembered`, borrowed */
  guint inbound;          /* stanzas not settled */
};

static void pump (OreeLane *lane, Pair *pair);

/* --- XMPP → SIP -------------------------------------------------------------------------------- */

static void
inbound_free (Inbound *inbound)
{
  oree_xmpp_rx_free (inbound->rx);
  oree_gw_sip_clear (&inbound->sip);
  g_free (inbound->pair);
  g_free (inbound);
}

static void
pair_free (gpointer data)
{
  Pair *pair = data;

  g_queue_clear_full (&pair->waiting, (GDestroyNotify) inbound_free);
  g_free (pair->key);
  g_free (pair->from);
  g_free (pair->aor);
  g_free (pair);
}

static void
undelivered (OreeLane *lane, Inbound *inbound, OreeStanzaErr err, const char *reason)
{
  g_autofree char *from = oree_jid_to_bare_string (&inbound->rx->stanza->from);
  g_autofree char *to = oree_jid_to_bare_string (&inbound->rx->stanza->to);

  oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_SIP_REPORTED);
  oree_lane_event (lane, oree_event_new (OREE_EVENT_MESSAGE_UNDELIVERED, "from", from, "to", to, "direction", "to-sip",
                                         "reason", reason, NULL));
  oree_gateway_refuse (lane, g_steal_pointer (&inbound->rx), err, NULL);
}

static void
inbound_done (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  Inbound *inbound = data;
  OreeGatewayMessages *self = lane->gateway->messages;
  Pair *pair = g_hash_table_lookup (self->pairs, inbound->pair);

  self->inbound--;
  if (oree_sip_status_is_success (status))
    {
      oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_SIP_DELIVERED);
      oree_xmpp_settle (lane, inbound->rx->slot);
    }
  else
    {
      g_autofree char *aor = oree_gw_aor_from_jid (&inbound->rx->stanza->to);
      g_autofree char *contact = oree_jid_to_key (&inbound->rx->stanza->from);
      const OreeXmppPartner *partner = oree_policy_xmpp_partner (lane->policy, inbound->rx->stanza->from.domain);
      gboolean authorised = (partner != NULL && oree_xmpp_partner_trusted (partner))
                            || (aor != NULL && oree_gateway_allows (lane, aor, contact));
      g_autofree char *reason = g_strdup_printf ("sip-%u", status);
      OreeStanzaErr err = response != NULL ? oree_gw_err_from_status (status, authorised)
                                           : OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT;

      undelivered (lane, inbound, err, reason);
    }
  inbound_free (inbound);
  if (pair != NULL)
    {
      pair->busy = FALSE;
      pump (lane, pair);
    }
}

static GString *
message_request (OreeLane *lane, const Inbound *inbound, const char *from, const char *aor, OreeFlow flow)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  OreeSipUaRequest parts = {
    .method = "MESSAGE",
    .from_uri = from,
    .to_uri = aor,
    .call_id = inbound->sip.call_id,
    .transport = oree_sip_hub_transport (lane, flow),
    .sent_by = oree_sip_hub_sent_by (lane),
  };

  oree_sip_ua_begin (&parts, oree_sip_hub_ids (lane), &writer);
  if (inbound->sip.subject != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_SUBJECT, inbound->sip.subject);
  if (inbound->sip.language != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_CONTENT_LANGUAGE, inbound->sip.language);
  return oree_sip_write_finish (&writer, "text/plain;charset=UTF-8", oree_span_str (inbound->sip.body));
}

/* Sends the next message of the pair, when none is on its way. */
static void
pump (OreeLane *lane, Pair *pair)
{
  Inbound *inbound;
  OreeFlow flow;
  g_autofree char *from = NULL;

  if (pair->busy)
    return;
  inbound = g_queue_pop_head (&pair->waiting);
  if (inbound == NULL)
    {
      g_hash_table_remove (lane->gateway->messages->pairs, pair->key);
      return;
    }
  pair->busy = TRUE;
  /* RFC 7572 4: the resource goes along as GRUU. */
  from = oree_gw_uri_from_jid (&inbound->rx->stanza->from);
  flow = oree_sip_hub_inside (lane, pair->aor);
  oree_sip_hub_request (lane, flow, message_request (lane, inbound, from != NULL ? from : pair->from, pair->aor, flow),
                        inbound_done, inbound);
}

void
oree_gateway_message_in (OreeLane *lane, OreeXmppRx *rx)
{
  OreeGatewayMessages *self = lane->gateway->messages;
  const OreeStanza *stanza = rx->stanza;
  g_autofree char *aor = stanza->to.local != NULL ? oree_gw_aor_from_jid (&stanza->to) : NULL;
  g_autofree char *from = oree_gw_aor_from_jid (&stanza->from);
  g_autofree char *contact = oree_jid_to_key (&stanza->from);
  g_autofree char *key = NULL;
  OreeVerdict verdict;
  OreeGwSip sip = { 0 };
  OreeStanzaErr err;
  Inbound *inbound;
  Pair *pair;

  if (from == NULL || (aor == NULL && stanza->to.local != NULL))
    {
      oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_JID_MALFORMED, NULL);
      return;
    }
  verdict = oree_gateway_verdict (lane, OREE_DIRECTION_IN, OREE_XMPP_MESSAGE, aor, &stanza->from, stanza->to.domain, rx->auth);
  if (!verdict.allow)
    {
      g_autofree char *bare = oree_jid_to_bare_string (&stanza->from), *to = oree_jid_to_bare_string (&stanza->to);

      oree_lane_count_one (lane, OREE_COUNT_XMPP_STANZAS_REFUSED);
      oree_refusal_report (lane, OREE_EVENT_MESSAGE_REFUSED, bare, to, "message", verdict.reason);
      oree_gateway_refuse (lane, rx, oree_refusal (verdict.reason)->stanza, NULL);
      return;
    }
  if (aor == NULL)
    {
      oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_SERVICE_UNAVAILABLE, NULL); /* the domain itself reads no messages */
      return;
    }
  switch (oree_gw_message_to_sip (stanza, self->threads, OREE_SIP_BODY_MAX, &sip, &err))
    {
    case OREE_GW_MESSAGE_EMPTY:
      oree_xmpp_settle (lane, rx->slot);
      oree_xmpp_rx_free (rx);
      return;
    case OREE_GW_MESSAGE_REFUSED:
      oree_gateway_refuse (lane, rx, err, NULL);
      return;
    case OREE_GW_MESSAGE_OK:
      break;
    }
  if (!oree_gateway_open (lane))
    {
      oree_gw_sip_clear (&sip);
      oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_RESOURCE_CONSTRAINT, NULL);
      return;
    }
  oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_SIP);
  key = g_strconcat (contact, " ", aor, NULL);
  pair = g_hash_table_lookup (self->pairs, key);
  if (pair == NULL)
    {
      pair = g_new0 (Pair, 1);
      pair->key = g_steal_pointer (&key);
      pair->from = g_steal_pointer (&from);
      pair->aor = g_steal_pointer (&aor);
      g_hash_table_insert (self->pairs, pair->key, pair);
    }
  if (pair->waiting.length >= OREE_GW_QUEUE_PER_PAIR_MAX)
    {
      oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
      oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_SIP_REPORTED);
      oree_gw_sip_clear (&sip);
      oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_RESOURCE_CONSTRAINT, NULL);
      return;
    }
  inbound = g_new0 (Inbound, 1);
  *inbound = (Inbound){ rx, sip, g_strdup (pair->key) };
  self->inbound++;
  g_queue_push_tail (&pair->waiting, inbound);
  pump (lane, pair);
}

/* --- SIP → XMPP -------------------------------------------------------------------------------- */

static void
outbound_free (gpointer data)
{
  Outbound *outbound = data;

  oree_worker_cancel (outbound->lane->worker, &outbound->timer);
  g_clear_pointer (&outbound->rx, oree_sip_rx_unref);
  g_clear_pointer (&outbound->stanza, oree_xml_node_unref);
  oree_jid_clear (&outbound->contact);
  g_free (outbound->id);
  g_free (outbound->aor);
  g_free (outbound->local_domain);
  g_free (outbound);
}

static void
remembered_free (gpointer data)
{
  Remembered *remembered = data;

  g_free (remembered->aor);
  g_free (remembered->contact);
  g_free (remembered->call_id);
  g_free (remembered);
}

/* The partner answers for it now; should an error come yet, we know whose it was. */
static void
remember (OreeGatewayMessages *self, const Outbound *outbound)
{
  Remembered *remembered = g_new (Remembered, 1);
  char *id = g_strdup (outbound->id);

  if (self->order.length >= REMEMBERED_MAX)
    g_hash_table_remove (self->remembered, g_queue_pop_head (&self->order));
  remembered->aor = g_strdup (outbound->aor);
  remembered->contact = oree_jid_to_key (&outbound->contact);
  remembered->call_id = oree_span_dup (oree_sip_msg_value (&outbound->rx->msg, OREE_SIP_HDR_CALL_ID));
  g_hash_table_insert (self->remembered, id, remembered);
  g_queue_push_tail (&self->order, id);
}

/* Answers the MESSAGE; `reason` (a code) goes along as a warning so that the sender's side can be told why. */
static void
answer (OreeLane *lane, Outbound *outbound, guint status, const char *reason)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  char tag[OREE_SIP_ID_SIZE];

  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  oree_sip_write_response (&writer, &outbound->rx->msg, status, NULL, tag, FALSE);
  if (reason != NULL)
    oree_sip_write_header_format (&writer, OREE_SIP_HDR_WARNING, "399 %s \"%s\"", oree_sip_hub_sent_by (lane), reason);
  oree_sip_hub_respond_with (lane, outbound->rx, &writer);
  if (oree_sip_status_is_success (status))
    {
      oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_XMPP_DELIVERED);
      remember (lane->gateway->messages, outbound);
    }
  else
    {
      g_autofree char *contact = oree_jid_to_bare_string (&outbound->contact);

      oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_XMPP_REPORTED);
      oree_lane_event (lane, oree_event_new (OREE_EVENT_MESSAGE_UNDELIVERED, "from", outbound->aor, "to", contact,
                                             "direction", "to-xmpp", "reason", reason, NULL));
    }
  g_hash_table_remove (lane->gateway->messages->outbound, outbound->id); /* frees */
}

static void
sent_cb (OreeLane *lane, gboolean ok, OreeS2sAcked acked, OreeS2sReason reason, gpointer data)
{
  Outbound *outbound = data; /* whoever frees it before cancels this */

  if (ok)
    answer (lane, outbound, acked == OREE_S2S_ACKED_BY_PEER ? 200 : 202, NULL);
  else
    answer (lane, outbound,
            oree_gw_status_from_err (oree_s2s_reason_stanza_err (reason), outbound->contact.resource != NULL, FALSE),
            oree_s2s_reason_nick (reason));
}

static void
too_late_cb (gpointer data)
{
  Outbound *outbound = data;
  gboolean waiting = outbound->sent && oree_xmpp_out_cancel (outbound->lane, outbound->token);

  answer (outbound->lane, outbound, 504, waiting || !outbound->sent ? "remote-server-timeout" : "outcome-unknown");
}

static void
allowed_cb (OreeLane *lane, gboolean ok, gpointer data)
{
  g_autofree char *id = data;
  Outbound *outbound = lane->gateway != NULL ? g_hash_table_lookup (lane->gateway->messages->outbound, id) : NULL;

  if (outbound == NULL)
    return;
  if (!ok)
    {
      answer (lane, outbound, 500, "store-unavailable");
      return;
    }
  outbound->sent = TRUE;
  outbound->token = oree_xmpp_out_send (lane, outbound->local_domain, outbound->contact.domain, outbound->stanza, sent_cb,
                                        outbound);
  g_clear_pointer (&outbound->stanza, oree_xml_node_unref);
}

void
oree_gateway_message_out (OreeLane *lane, OreeSipRx *rx)
{
  OreeGatewayMessages *self = lane->gateway->messages;
  g_auto (OreeJid) from = OREE_JID_INIT, to = OREE_JID_INIT;
  g_autofree char *from_text = NULL, *to_text = NULL, *aor = NULL;
  g_autoptr (OreeXmlNode) stanza = NULL;
  OreeSipAddr from_addr;
  char id[OREE_SIP_ID_SIZE];
  guint status = 0;
  Outbound *outbound;

  if (oree_sip_max_forwards (&rx->msg, 70) <= 0)
    {
      oree_sip_hub_respond (lane, rx, 483, NULL);
      return;
    }
  if (oree_sip_addr_from_msg (&from_addr, &rx->msg, OREE_SIP_HDR_FROM) <= 0
      || !oree_gw_jid_from_uri (&from, from_addr.uri) || (aor = oree_sip_aor_normalise (from_addr.uri)) == NULL)
    {
      oree_sip_hub_respond (lane, rx, 400, NULL);
      return;
    }
  if (!oree_gw_jid_from_uri (&to, rx->msg.ruri) || to.local == NULL)
    {
      oree_sip_hub_respond (lane, rx, 404, NULL);
      return;
    }
  if (!oree_gateway_open (lane))
    {
      oree_sip_hub_respond (lane, rx, 480, NULL);
      return;
    }
  oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_XMPP);
  oree_sip_ids_tag (oree_sip_hub_ids (lane), id);
  from_text = oree_jid_to_string (&from);
  to_text = oree_jid_to_string (&to);
  stanza = oree_gw_message_to_xmpp (&rx->msg, self->threads, from_text, to_text, id, &status);
  if (stanza == NULL)
    {
      g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
      char tag[OREE_SIP_ID_SIZE];

      oree_lane_count_one (lane, oree_sip_status_is_success (status) ? OREE_COUNT_MESSAGES_TO_XMPP_DELIVERED
                                                                     : OREE_COUNT_MESSAGES_TO_XMPP_REPORTED);
      oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
      oree_sip_write_response (&writer, &rx->msg, status, NULL, tag, FALSE);
      if (status == 415)
        oree_sip_write_header (&writer, OREE_SIP_HDR_ACCEPT, oree_gw_message_accept ());
      oree_sip_hub_respond_with (lane, rx, &writer);
      return;
    }
  outbound = g_new0 (Outbound, 1);
  outbound->lane = lane;
  outbound->rx = oree_sip_rx_ref (rx);
  outbound->stanza = g_steal_pointer (&stanza);
  outbound->id = g_strdup (id);
  outbound->aor = g_steal_pointer (&aor);
  outbound->local_domain = g_strdup (from.domain);
  oree_jid_copy (&outbound->contact, &to);
  oree_timer_init (&outbound->timer, too_late_cb, outbound);
  oree_worker_arm (lane->worker, &outbound->timer, oree_worker_now (lane->worker) + ANSWER_WITHIN);
  g_hash_table_insert (self->outbound, outbound->id, outbound);
  oree_gateway_allow (lane, outbound->aor, &outbound->contact, allowed_cb, g_strdup (id));
}

/* --- errors that come back --------------------------------------------------------------------- */

static void
notice_done (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  OreeXmppRx *rx = data;

  oree_xmpp_settle (lane, rx->slot);
  oree_xmpp_rx_free (rx);
}

/* The MESSAGE was answered 2xx, for the partner had taken it; now its user is told, as a message from the contact, the one
 * form every SIP client shows. Both languages: we do not know the reader's. */
static void
tell_sender (OreeLane *lane, const Remembered *remembered, OreeXmppRx *rx)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *from = oree_gw_aor_from_jid (&rx->stanza->from);
  g_autofree char *text = NULL;
  OreeFlow flow = oree_sip_hub_inside (lane, remembered->aor);
  OreeStanzaErrView error;
  OreeSipUaRequest parts = {
    .method = "MESSAGE",
    .from_uri = from,
    .to_uri = remembered->aor,
    .transport = oree_sip_hub_transport (lane, flow),
    .sent_by = oree_sip_hub_sent_by (lane),
  };

  oree_stanza_err_read (rx->stanza->node, &error);
  text = g_strdup_printf ("Your message was not delivered (%s).\r\nVotre message n’a pas été remis (%s).",
                          oree_stanza_err_condition (error.condition), oree_stanza_err_condition (error.condition));
  oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_XMPP_REPORTED);
  if (from == NULL)
    {
      oree_xmpp_settle (lane, rx->slot);
      oree_xmpp_rx_free (rx);
      return;
    }
  oree_sip_ua_begin (&parts, oree_sip_hub_ids (lane), &writer);
  oree_sip_write_header (&writer, OREE_SIP_HDR_IN_REPLY_TO, remembered->call_id); /* which one: RFC 3261 20.21 */
  oree_sip_write_header (&writer, OREE_SIP_HDR_CONTENT_LANGUAGE, "en, fr");
  oree_sip_hub_request (lane, flow,
                        oree_sip_write_finish (&writer, "text/plain;charset=UTF-8", oree_span_str (text)), notice_done, rx);
}

void
oree_gateway_error_in (OreeLane *lane, OreeXmppRx *rx)
{
  OreeGatewayMessages *self = lane->gateway->messages;
  const char *id = rx->stanza->id;
  Outbound *outbound = id != NULL ? g_hash_table_lookup (self->outbound, id) : NULL;
  Remembered *remembered = id != NULL ? g_hash_table_lookup (self->remembered, id) : NULL;
  g_autofree char *contact = oree_jid_to_key (&rx->stanza->from);

  if (outbound != NULL && oree_jid_bare_equal (&outbound->contact, &rx->stanza->from))
    {
      OreeStanzaErrView error;

      oree_stanza_err_read (rx->stanza->node, &error);
      if (outbound->sent)
        oree_xmpp_out_cancel (lane, outbound->token);
      answer (lane, outbound, oree_gw_status_from_err (error.condition, outbound->contact.resource != NULL, FALSE),
              oree_stanza_err_condition (error.condition));
    }
  else if (remembered != NULL && g_str_equal (remembered->contact, contact))
    {
      Remembered copy = { g_strdup (remembered->aor), NULL, g_strdup (remembered->call_id) };
      GList *link = g_queue_find_custom (&self->order, id, (GCompareFunc) g_strcmp0);

      if (link != NULL)
        g_queue_delete_link (&self->order, link);
      g_hash_table_remove (self->remembered, id);
      tell_sender (lane, &copy, rx);
      g_free (copy.aor);
      g_free (copy.call_id);
      return;
    }
  oree_xmpp_settle (lane, rx->slot);
  oree_xmpp_rx_free (rx);
}

/* --- life -------------------------------------------------------------------------------------- */

gboolean
oree_gateway_messages_idle (OreeLane *lane)
{
  return lane->gateway->messages->inbound == 0 && g_hash_table_size (lane->gateway->messages->outbound) == 0;
}

void
oree_gateway_messages_stop (OreeLane *lane)
{
  OreeGatewayMessages *self = lane->gateway->messages;
  g_autoptr (GList) pairs = g_hash_table_get_values (self->pairs);
  g_autoptr (GList) outbound = g_hash_table_get_values (self->outbound);

  for (GList *l = pairs; l != NULL; l = l->next)
    {
      Inbound *inbound;

      while ((inbound = g_queue_pop_head (&((Pair *) l->data)->waiting)) != NULL)
        {
          self->inbound--;
          undelivered (lane, inbound, OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT, "shutting-down");
          inbound_free (inbound);
        }
    }
  for (GList *l = outbound; l != NULL; l = l->next)
    {
      Outbound *one = l->data;
      gboolean waiting = !one->sent || oree_xmpp_out_cancel (lane, one->token);

      answer (lane, one, 504, waiting ? "shutting-down" : "outcome-unknown");
    }
}

void
oree_gateway_messages_init (OreeLane *lane)
{
  OreeGatewayMessages *self = g_new0 (OreeGatewayMessages, 1);

  self->threads = oree_gw_threads_new (THREADS_MAX);
  self->pairs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, pair_free);
  self->outbound = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, outbound_free);
  self->remembered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, remembered_free);
  g_queue_init (&self->order);
  lane->gateway->messages = self;
}

void
oree_gateway_messages_clear (OreeLane *lane)
{
  OreeGatewayMessages *self = lane->gateway->messages;

  g_hash_table_unref (self->pairs);
  g_hash_table_unref (self->outbound);
  g_queue_clear (&self->order);
  g_hash_table_unref (self->remembered);
  oree_gw_threads_free (self->threads);
  g_clear_pointer (&lane->gateway->messages, g_free);
}
