/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages through the gateway, and who answers for each.
 *
 *   XMPP → SIP   one MESSAGE at a time per pair of people (RFC 3428 8, and so order is kept); the stanza's slot is
 *                settled by the final response, or, when that is a failure, once the error stanza is acknowledged
 *   SIP → XMPP   the MESSAGE is answered when the partner acknowledged the stanza: 200, or 202 where it can only be
 *                written; 504 before the sender's Timer F; an error stanza that comes after the answer goes to the
 *                sender as a message of its own */
#include "base/oree-hash.h"
#include "base/oree-limits.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-status.h"
#include "gateway/oree-gw-addr.h"
#include "gateway/oree-gw-error.h"
#include "roles/oree-gateway-sessions.h"
#include "roles/oree-queues.h"
#include "roles/oree-refusal.h"

#define ANSWER_WITHIN (28 * OREE_SECOND) /* the sender's Timer F is 32 s */
/* Before our acknowledgement passes the stanza. */
#define NOTE_AFTER ((OREE_REPORT_SECONDS - 1) * OREE_SECOND)
#define THREADS_MAX 16384

/* A stanza waiting for its MESSAGE's outcome. */
typedef struct
{
  OreeXmppRx *rx;
  OreeGwSip sip;
  char *pair;
  char *message_id;  /* of message/cpim: a notification was asked for under it; NULL: none */
  char *from;        /* SIP URI of the sender, resource and all where it has such a form */
  gboolean receipt;  /* the stanza asks for one */
  gboolean marker;
  gboolean plain;    /* text/plain and nothing else, for more was refused */
  gboolean in_session; /* sent inside one */
  gboolean had_session; /* tried that way already */
  OreeQueuePlace place;
  OreeLane *lane;
  OreeTimer slow;      /* until the note that its sender waits */
} Inbound;

/* Two people, one direction. */
typedef struct
{
  char *key; /* "from-key aor" */
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
  gboolean expires; /* it is worth nothing after `timer` */
  char *moved; /* where the contact went: a SIP URI; NULL: nowhere */
  OreeGwContent asked; /* message_id, wants, routes, wall: what notification its sender asked for */
  OreeQueuePlace place; /* until the stanza has one of its own */
} Outbound;

struct _OreeGatewayMessages
{
  OreeGwThreads *threads;
  GHashTable *pairs;      /* key → Pair */
  GHashTable *outbound;   /* stanza id → Outbound */
  guint inbound;          /* stanzas not settled */
};

static void pump (OreeLane *lane, Pair *pair);
static void inbound_done (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data);

/* --- XMPP → SIP -------------------------------------------------------------------------------- */

static void
inbound_free (Inbound *inbound)
{
  oree_queues_leave (&inbound->place);
  oree_worker_cancel (inbound->lane->worker, &inbound->slow);
  oree_xmpp_rx_free (inbound->rx);
  oree_gw_sip_clear (&inbound->sip);
  g_free (inbound->from);
  g_free (inbound->pair);
  g_free (inbound->message_id);
  g_free (inbound);
}

static void
pair_free (gpointer data)
{
  Pair *pair = data;

  g_queue_clear_full (&pair->waiting, (GDestroyNotify) inbound_free);
  g_free (pair->key);
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
  oree_gateway_await_no_more (lane, inbound->message_id);
  oree_gateway_refuse_person (lane, g_steal_pointer (&inbound->rx), err);
}

/* 301: the contact is told where our user went (RFC 7247 table 3). FALSE when the answer does not say. */
static gboolean
moved (OreeLane *lane, Inbound *inbound, const OreeSipRx *response)
{
  const OreeStanza *stanza = inbound->rx->stanza;
  OreeSipAddr contact;
  g_autofree char *address = NULL;
  g_autoptr (OreeXmlNode) error = NULL;

  if (response == NULL || oree_sip_addr_from_msg (&contact, &response->msg, OREE_SIP_HDR_CONTACT) <= 0
      || (address = oree_gw_xmpp_uri_from_uri (contact.uri)) == NULL)
    return FALSE;
  oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_SIP_REPORTED);
  error = oree_stanza_build_error_in (stanza, OREE_STANZA_ERR_GONE, address, oree_gw_phrase (OREE_GW_PHRASE_GONE, stanza->lang),
                                      oree_gw_phrase_language (stanza->lang));
  oree_gateway_refuse_with (lane, g_steal_pointer (&inbound->rx), error);
  return TRUE;
}

/* Once more, before everything that waits behind it. */
static void
send_again (OreeLane *lane, Inbound *inbound, Pair *pair)
{
  g_queue_push_head (&pair->waiting, inbound);
  pair->busy = FALSE;
  pump (lane, pair);
}

/* Was it refused for its form, which our user's programs had shown to like? Then it goes once more as what all of them take
 * (RFC 3428 7 wants text/plain of everybody). */
static gboolean
try_plainer (OreeLane *lane, Inbound *inbound, Pair *pair, guint status)
{
  if (status != 415 || inbound->plain || pair == NULL || (inbound->message_id == NULL && inbound->sip.html == NULL))
    return FALSE;
  oree_gateway_people_takes_plain (lane, pair->aor);
  oree_gateway_await_no_more (lane, inbound->message_id);
  g_clear_pointer (&inbound->message_id, g_free);
  inbound->plain = TRUE;
  send_again (lane, inbound, pair);
  return TRUE;
}

static void
session_cb (OreeLane *lane, guint status, gpointer data)
{
  Inbound *inbound = data;
  OreeGatewayMessages *self = lane->gateway->messages;
  Pair *pair = g_hash_table_lookup (self->pairs, inbound->pair);

  if (status == 0 && pair != NULL)
    send_again (lane, inbound, pair);
  else
    inbound_done (lane, status != 0 ? status : 480, NULL, inbound);
}

/* A client that takes no message outside a session gets one; a session that the client has forgotten is not the end of the
 * message. Once each. TRUE: its outcome is still to come. */
static gboolean
another_way (OreeLane *lane, Inbound *inbound, Pair *pair, guint status)
{
  g_autofree char *contact = oree_jid_to_key (&inbound->rx->stanza->from);

  if (pair == NULL || oree_sip_status_is_success (status))
    return FALSE;
  if (inbound->in_session && (status == 481 || status == 408 || status == 503))
    {
      oree_gateway_session_lost (lane, contact, pair->aor);
      if (status != 481)
        return FALSE; /* who knows whether it was shown */
      inbound->in_session = FALSE;
      send_again (lane, inbound, pair);
      return TRUE;
    }
  if (inbound->in_session || inbound->had_session || !oree_gateway_session_wanted (status))
    return FALSE;
  inbound->had_session = TRUE;
  oree_gateway_session_open (lane, &inbound->rx->stanza->from, pair->aor, inbound->sip.subject, session_cb, inbound);
  return TRUE;
}

static void
inbound_done (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  Inbound *inbound = data;
  OreeGatewayMessages *self = lane->gateway->messages;
  Pair *pair = g_hash_table_lookup (self->pairs, inbound->pair);

  if (try_plainer (lane, inbound, pair, status) || another_way (lane, inbound, pair, status))
    return;
  self->inbound--;
  if (oree_sip_status_is_success (status))
    {
      oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_SIP_DELIVERED);
      oree_gateway_settled (lane, inbound->rx);
    }
  else
    {
      g_autofree char *aor = oree_gw_aor_from_jid (&inbound->rx->stanza->to);
      g_autofree char *contact = oree_jid_to_key (&inbound->rx->stanza->from);
      const OreeXmppPartner *partner = oree_policy_xmpp_partner (lane->policy, inbound->rx->stanza->from.domain);
      gboolean authorised = (partner != NULL && oree_xmpp_partner_trusted (partner))
                            || (aor != NULL && oree_gateway_allows (lane, aor, contact));
      g_autofree char *reason = g_strdup_printf ("sip-%u", status);
      const gboolean said = response != NULL || (inbound->had_session && status != 408 && status != 503);
      OreeStanzaErr err = said ? oree_gw_err_from_status (status, authorised)
                                           : OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT;

      if (status != 301 || !authorised || !moved (lane, inbound, response))
        undelivered (lane, inbound, err, reason);
    }
  inbound_free (inbound);
  if (pair != NULL)
    {
      pair->busy = FALSE;
      pump (lane, pair);
    }
}

#define PLAIN "text/plain;charset=UTF-8"
#define WRAPPING_MAX 4096 /* headers of message/cpim: two addresses, a subject */

/* The body in the best form our user's programs are known to take; NULL: plain. */
static GString *
rich_body (OreeLane *lane, Inbound *inbound, const char *from, const char *aor, char **type)
{
  const OreeGwPerson *person = inbound->plain ? NULL : oree_gw_people_find (lane->gateway->people, aor);
  const OreeStanza *stanza = inbound->rx->stanza;
  GString *body = NULL, *wrapped;
  char token[OREE_SIP_ID_SIZE];

  oree_gateway_await_no_more (lane, inbound->message_id); /* sent before, another way */
  g_clear_pointer (&inbound->message_id, g_free);
  if (person == NULL)
    return NULL;
  if (person->takes_html && inbound->sip.html != NULL)
    {
      oree_sip_ids_next (oree_sip_hub_ids (lane), token);
      body = oree_gw_sip_alternative (&inbound->sip, token, type);
    }
  if (!person->takes_cpim || !(inbound->receipt || inbound->marker) || stanza->id == NULL
      || (body != NULL ? body->len : strlen (inbound->sip.body)) > OREE_SIP_BODY_MAX - WRAPPING_MAX)
    return body; /* the text before the receipt */
  wrapped = oree_gateway_wrap (lane, from, aor, &inbound->sip, inbound->marker, body != NULL ? *type : PLAIN,
                               body != NULL ? oree_span (body->str, body->len) : oree_span_str (inbound->sip.body),
                               &inbound->message_id);
  if (wrapped == NULL)
    return body;
  if (body != NULL)
    g_string_free (body, TRUE);
  g_free (*type);
  *type = g_strdup (OREE_CPIM_TYPE);
  oree_gateway_await (lane, inbound->message_id,
                      (OreeGwReceipt){ g_strdup (aor), oree_jid_to_string (&stanza->from), g_strdup (stanza->id),
                                       (int) stanza->type, inbound->receipt, inbound->marker });
  return wrapped;
}

static GString *
message_request (OreeLane *lane, Inbound *inbound, const char *from, const char *aor, OreeFlow flow)
{
  g_autofree char *type = NULL;
  GString *rich = rich_body (lane, inbound, from, aor, &type), *text;
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  OreeSipUaRequest parts = {
    .method = "MESSAGE",
    .from_uri = from,
    .to_uri = aor,
    .call_id = inbound->sip.call_id,
    .transport = oree_sip_hub_transport (lane, flow),
    .sent_by = oree_sip_hub_sent_by (lane),
  };
  g_autofree char *contact = oree_jid_to_key (&inbound->rx->stanza->from);

  inbound->in_session = oree_gateway_session_begin (lane, contact, aor, flow, "MESSAGE", &writer);
  if (!inbound->in_session)
    oree_sip_ua_begin (&parts, oree_sip_hub_ids (lane), &writer);
  if (inbound->sip.subject != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_SUBJECT, inbound->sip.subject);
  if (inbound->sip.language != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_CONTENT_LANGUAGE, inbound->sip.language);
  if (inbound->sip.date != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_DATE, inbound->sip.date);
  if (rich == NULL)
    return oree_sip_write_finish (&writer, PLAIN, oree_span_str (inbound->sip.body));
  text = oree_sip_write_finish (&writer, type, oree_span (rich->str, rich->len));
  g_string_free (rich, TRUE);
  return text;
}

/* Behind a recipient that answers nothing each message would take Timer F: nobody waits for that. What was sent once already is
 * tried to its end. */
static gboolean
is_stale (OreeLane *lane, const Inbound *inbound)
{
  return !inbound->plain && !inbound->had_session && !inbound->in_session
         && oree_worker_now (lane->worker) >= inbound->place.since + OREE_GW_WAIT_SECONDS * OREE_SECOND;
}

/* Sends the next message of the pair, when none is on its way. */
static void
pump (OreeLane *lane, Pair *pair)
{
  Inbound *inbound;
  OreeFlow flow;

  if (pair->busy)
    return;
  while ((inbound = g_queue_pop_head (&pair->waiting)) != NULL && is_stale (lane, inbound))
    {
      lane->gateway->messages->inbound--;
      undelivered (lane, inbound, OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT, "waited-too-long");
      inbound_free (inbound);
    }
  if (inbound == NULL)
    {
      g_hash_table_remove (lane->gateway->messages->pairs, pair->key);
      return;
    }
  pair->busy = TRUE;
  flow = oree_sip_hub_inside (lane, pair->aor);
  oree_sip_hub_request (lane, flow, message_request (lane, inbound, inbound->from, pair->aor, flow), inbound_done, inbound);
}

/* Receipt, marker and chat state of a stanza, with content or alone. Nobody is told when they are lost. */
static void
signals_in (OreeLane *lane, const OreeStanza *stanza, const char *aor, const OreeGwExtras *extras, gboolean content)
{
  if (extras->received != NULL)
    oree_gateway_confirmed (lane, &stanza->from, extras->received, FALSE);
  if (extras->displayed != NULL)
    oree_gateway_confirmed (lane, &stanza->from, extras->displayed, TRUE);
  oree_gateway_typing_stanza (lane, stanza, aor, extras->state, content);
}

static void
mere_signal_in (OreeLane *lane, OreeXmppRx *rx, const char *aor, const OreeGwExtras *extras)
{
  signals_in (lane, rx->stanza, aor, extras, FALSE);
  oree_xmpp_settle (lane, rx->slot);
  oree_xmpp_rx_free (rx);
}

/* Has the stanza anything a person would miss? */
static gboolean
is_mere_signal (const OreeStanza *stanza, const OreeGwExtras *extras)
{
  return (extras->state != OREE_CHAT_STATE_NONE || extras->received != NULL || extras->displayed != NULL)
         && oree_xml_node_child (stanza->node, "body", NULL) == NULL;
}

/* RFC 7572 4: the resource goes along as GRUU, where it has such a form. NULL: not even the person has. */
static char *
sender_uri (const OreeJid *from)
{
  char *uri = oree_gw_uri_from_jid (from);

  return uri != NULL ? uri : oree_gw_aor_from_jid (from);
}

static void
slow_cb (gpointer data)
{
  Inbound *inbound = data;

  oree_gateway_note (inbound->lane, inbound->rx);
}

/* Do as many wait for this one recipient as may? */
static gboolean
is_full (const Pair *pair)
{
  if (pair == NULL || pair->waiting.length < OREE_GW_QUEUE_PER_PAIR_MAX)
    return FALSE;
  oree_queues_overflowed (&((const Inbound *) pair->waiting.tail->data)->place);
  return TRUE;
}

/* FALSE: refused, or it waits; `rx` is taken then. */
static gboolean
crosses_boundary (OreeLane *lane, const OreeGwBoundary *boundary, OreeXmppRx *rx, const char *contact, OreeGwSip *sip)
{
  OreeGwRefusalId refusal = oree_gw_boundary_sip (boundary, sip);
  OreePace pace = OREE_PACE_TOO_MUCH;

  if (refusal == OREE_GW_REFUSAL_NONE)
    {
      pace = oree_gateway_boundary_pace (lane, boundary, contact, rx, NULL, NULL);
      refusal = OREE_GW_REFUSAL_BOUNDARY_RATE;
    }
  if (pace == OREE_PACE_TOO_MUCH)
    oree_gateway_refuse_matter (lane, rx, refusal);
  return pace == OREE_PACE_GO;
}

void
oree_gateway_message_in (OreeLane *lane, OreeXmppRx *rx)
{
  OreeGatewayMessages *self = lane->gateway->messages;
  const OreeStanza *stanza = rx->stanza;
  g_autofree char *aor = stanza->to.local != NULL ? oree_gw_aor_from_jid (&stanza->to) : NULL;
  g_autofree char *from = sender_uri (&stanza->from);
  g_autofree char *contact = oree_jid_to_key (&stanza->from);
  g_autofree char *key = NULL;
  OreeVerdict verdict;
  OreeGwSip sip = { 0 };
  OreeGwExtras extras;
  OreeGwRefusalId refusal = OREE_GW_REFUSAL_NONE;
  const OreeGwBoundary *boundary = oree_gateway_boundary (lane, stanza->from.domain);
  const OreeGwPerson *person;
  Inbound *inbound;
  Pair *pair;
  gsize size;

  if (from == NULL || (aor == NULL && stanza->to.local != NULL))
    {
      oree_gateway_refuse_matter (lane, rx, OREE_GW_REFUSAL_ADDRESS);
      return;
    }
  oree_gw_extras_read (&extras, stanza);
  verdict = oree_gateway_verdict (lane, OREE_DIRECTION_IN, OREE_XMPP_MESSAGE, aor, &stanza->from, stanza->to.domain, rx->auth);
  if (verdict.reason == OREE_REASON_BOUNDARY_MESSAGES && is_mere_signal (stanza, &extras))
    verdict = OREE_VERDICT_ALLOW; /* it tells of messages that went the other way; typing asks for itself */
  if (!verdict.allow && is_mere_signal (stanza, &extras))
    {
      lane->reasons[verdict.reason]++; /* that somebody writes is worth no error to a person */
      oree_xmpp_settle (lane, rx->slot);
      oree_xmpp_rx_free (rx);
      return;
    }
  if (!verdict.allow)
    {
      g_autofree char *bare = oree_jid_to_bare_string (&stanza->from), *to = oree_jid_to_bare_string (&stanza->to);

      oree_lane_count_one (lane, OREE_COUNT_XMPP_STANZAS_REFUSED);
      oree_refusal_report (lane, OREE_EVENT_MESSAGE_REFUSED, bare, to, "message", verdict.reason);
      oree_gateway_refuse_person (lane, rx, oree_refusal (verdict.reason)->stanza);
      return;
    }
  if (aor == NULL)
    {
      oree_gateway_refuse_matter (lane, rx, OREE_GW_REFUSAL_NOT_A_PERSON); /* the domain itself reads no messages */
      return;
    }
  if (boundary != NULL && (refusal = oree_gw_boundary_stanza (boundary, &extras)) != OREE_GW_REFUSAL_NONE)
    {
      oree_gateway_refuse_matter (lane, rx, refusal);
      return;
    }
  person = oree_gw_people_find (lane->gateway->people, aor);
  switch (oree_gw_message_to_sip (stanza, &extras, self->threads, OREE_SIP_BODY_MAX, person != NULL ? person->language : NULL,
                                  &sip, &refusal))
    {
    case OREE_GW_MESSAGE_SIGNAL:
      mere_signal_in (lane, rx, aor, &extras);
      return;
    case OREE_GW_MESSAGE_EMPTY:
      oree_xmpp_settle (lane, rx->slot);
      oree_xmpp_rx_free (rx);
      return;
    case OREE_GW_MESSAGE_REFUSED:
      if (extras.invitation != NULL || extras.call != NULL)
        oree_gateway_decline (lane, rx, &extras, refusal);
      else
        oree_gateway_refuse_matter (lane, rx, refusal);
      return;
    case OREE_GW_MESSAGE_OK:
      break;
    }
  if (!oree_gateway_open (lane))
    {
      oree_gw_sip_clear (&sip);
      oree_gateway_refuse_person (lane, rx, OREE_STANZA_ERR_RESOURCE_CONSTRAINT);
      return;
    }
  if (boundary != NULL && !crosses_boundary (lane, boundary, rx, contact, &sip))
    {
      oree_gw_sip_clear (&sip);
      return;
    }
  signals_in (lane, stanza, aor, &extras, TRUE);
  oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_SIP);
  key = g_strconcat (contact, " ", aor, NULL);
  pair = g_hash_table_lookup (self->pairs, key);
  size = strlen (sip.body) + (sip.html != NULL ? strlen (sip.html) : 0);
  if (is_full (pair) || !oree_queues_have_room (lane, stanza->from.domain, OREE_QUEUE_TO_SIP, size))
    {
      oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_SIP_REPORTED);
      oree_gw_sip_clear (&sip);
      oree_gateway_refuse_matter (lane, rx, OREE_GW_REFUSAL_QUEUE_FULL);
      return;
    }
  if (pair == NULL)
    {
      pair = g_new0 (Pair, 1);
      pair->key = g_steal_pointer (&key);
      pair->aor = g_steal_pointer (&aor);
      g_hash_table_insert (self->pairs, pair->key, pair);
    }
  inbound = g_new0 (Inbound, 1);
  *inbound = (Inbound){ .rx = rx, .sip = sip, .from = g_steal_pointer (&from), .pair = g_strdup (pair->key), .receipt = extras.wants_receipt,
                        .marker = extras.markable };
  self->inbound++;
  inbound->lane = lane;
  oree_timer_init (&inbound->slow, slow_cb, inbound);
  oree_worker_arm (lane->worker, &inbound->slow, rx->received + NOTE_AFTER);
  oree_queues_enter (lane, &inbound->place, stanza->from.domain, OREE_QUEUE_TO_SIP, size);
  g_queue_push_tail (&pair->waiting, inbound);
  pump (lane, pair);
}

/* --- SIP → XMPP -------------------------------------------------------------------------------- */

static void
outbound_free (gpointer data)
{
  Outbound *outbound = data;

  oree_worker_cancel (outbound->lane->worker, &outbound->timer);
  oree_queues_leave (&outbound->place);
  g_clear_pointer (&outbound->rx, oree_sip_rx_unref);
  g_clear_pointer (&outbound->stanza, oree_xml_node_unref);
  oree_jid_clear (&outbound->contact);
  g_free (outbound->id);
  g_free (outbound->aor);
  g_free (outbound->local_domain);
  oree_gw_content_clear (&outbound->asked);
  g_free (outbound->moved);
  g_free (outbound);
}

/* What a failure tells its sender beside the status. */
static const char *
phrase_of (const Outbound *outbound, guint status)
{
  return oree_sip_status_is_success (status)
             ? NULL
             : oree_refusal_phrase (&outbound->rx->msg, oree_gw_phrase_of_err (oree_gw_err_from_status (status, TRUE)));
}

/* Answers the MESSAGE; `reason` (a code) goes along as a warning so that the sender's side can be told why. */
static void
answer (OreeLane *lane, Outbound *outbound, guint status, const char *reason)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  char tag[OREE_SIP_ID_SIZE];

  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  oree_sip_write_response (&writer, &outbound->rx->msg, status, phrase_of (outbound, status), tag, FALSE);
  if (outbound->moved != NULL)
    oree_sip_write_header_format (&writer, OREE_SIP_HDR_CONTACT, "<%s>", outbound->moved);
  if (reason != NULL)
    oree_sip_write_header_format (&writer, OREE_SIP_HDR_WARNING, "399 %s \"%s\"", oree_sip_hub_sent_by (lane), reason);
  oree_sip_hub_respond_with (lane, outbound->rx, &writer);
  if (oree_sip_status_is_success (status))
    {
      oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_XMPP_DELIVERED);
      oree_gateway_answered (lane, outbound->id, outbound->aor, &outbound->contact,
                             oree_sip_msg_value (&outbound->rx->msg, OREE_SIP_HDR_CALL_ID), &outbound->asked);
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
  else if (reason == OREE_S2S_TOO_BIG || reason == OREE_S2S_QUEUE_FULL)
    answer (lane, outbound,
            oree_gw_refusal (reason == OREE_S2S_TOO_BIG ? OREE_GW_REFUSAL_BODY_TOO_BIG : OREE_GW_REFUSAL_QUEUE_FULL)->sip,
            oree_s2s_reason_nick (reason));
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
  const OreeGwRefusal *expired = oree_gw_refusal (OREE_GW_REFUSAL_EXPIRED);

  if (outbound->expires && (waiting || !outbound->sent))
    answer (outbound->lane, outbound, expired->sip, expired->nick);
  else
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
  oree_queues_leave (&outbound->place);
  outbound->token = oree_xmpp_out_send (lane, outbound->local_domain, outbound->contact.domain, outbound->stanza, sent_cb,
                                        outbound);
  g_clear_pointer (&outbound->stanza, oree_xml_node_unref);
}

/* Remembers what the request shows of its sender. */
static void
learn (OreeLane *lane, const char *aor, const OreeSipMsg *request, const OreeSipAddr *from, const OreeGwContent *content)
{
  g_autofree char *unquoted = from->display_quoted ? oree_sip_addr_dup_display (from) : NULL;

  oree_gateway_people_learn (lane, aor, request, unquoted != NULL ? oree_span_str (unquoted) : from->display, content);
}

/* What is no text and goes no further as it is: typing and notifications. Its sender hears 200 whatever becomes of it. */
static void
status_in (OreeLane *lane, OreeSipRx *rx, const char *aor, const OreeJid *from, const OreeJid *to, const OreeGwContent *content)
{
  if (content->kind == OREE_GW_CONTENT_COMPOSING)
    oree_gateway_typing_status (lane, aor, to, &content->composing);
  else if (content->kind == OREE_GW_CONTENT_IMDN)
    oree_gateway_notification_in (lane, aor, from, &content->imdn);
  oree_sip_hub_respond (lane, rx, 200, NULL);
}

static OreeXmlNode *
build_stanza (OreeLane *lane, const OreeSipMsg *request, const OreeGwContent *content, const char *id, const OreeJid *from,
              const OreeJid *to, gboolean active)
{
  g_autofree char *from_text = oree_jid_to_string (from), *to_text = oree_jid_to_string (to);
  g_autofree char *thread = oree_gw_threads_thread (lane->gateway->messages->threads,
                                                    oree_sip_msg_value (request, OREE_SIP_HDR_CALL_ID));
  OreeGwStanzaParts parts = {
    .from = from_text,
    .to = to_text,
    .id = id,
    .thread = thread,
    .active = active,
    .now = content->wall != 0 ? g_get_real_time () : 0,
    .by = from->domain,
  };

  return oree_gw_content_to_stanza (content, &parts);
}

/* The same the other way; TOO_MUCH: *refusal says why. */
static OreePace
leaves_boundary (OreeLane *lane, const OreeGwBoundary *boundary, OreeSipRx *rx, const char *aor, const OreeJid *to,
                 const OreeJid *contact, OreeGwContent *content, OreeGwRefusalId *refusal)
{
  g_autofree char *person = g_strconcat (aor, " ", to->domain, NULL);
  OreePace pace;

  *refusal = oree_gw_boundary_content (boundary, content);
  if (*refusal != OREE_GW_REFUSAL_NONE)
    return OREE_PACE_TOO_MUCH;
  pace = oree_gateway_boundary_pace (lane, boundary, person, NULL, rx, contact);
  if (pace == OREE_PACE_TOO_MUCH)
    *refusal = OREE_GW_REFUSAL_BOUNDARY_RATE;
  return pace;
}

void
oree_gateway_message_out (OreeLane *lane, OreeSipRx *rx, const OreeJid *contact)
{
  OreeGatewayMessages *self = lane->gateway->messages;
  g_auto (OreeJid) from = OREE_JID_INIT, to = OREE_JID_INIT;
  g_auto (OreeGwContent) content = { OREE_GW_CONTENT_EMPTY };
  g_autofree char *aor = NULL, *unsupported = NULL;
  const OreeGwBoundary *boundary;
  guint32 life = G_MAXUINT32;
  OreeGwRefusalId refusal;
  OreeSipAddr from_addr;
  char id[OREE_GATEWAY_STANZA_ID_SIZE];
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
  if (contact != NULL)
    oree_jid_copy (&to, contact);
  else if (!oree_gw_jid_from_uri (&to, rx->msg.ruri) || to.local == NULL)
    {
      oree_gateway_refuse_request (lane, rx, aor, to.domain == NULL ? OREE_GW_REFUSAL_ADDRESS : OREE_GW_REFUSAL_NOT_A_PERSON,
                                   NULL);
      return;
    }
  if (!oree_gateway_open (lane))
    {
      oree_sip_hub_respond (lane, rx, 480, NULL);
      return;
    }
  boundary = oree_gateway_boundary (lane, to.domain);
  refusal = oree_gw_content_read (&content, &rx->msg, &unsupported);
  learn (lane, aor, &rx->msg, &from_addr, &content);
  if (refusal == OREE_GW_REFUSAL_NONE && content.kind != OREE_GW_CONTENT_TEXT)
    {
      status_in (lane, rx, aor, &from, &to, &content);
      return;
    }
  if (refusal == OREE_GW_REFUSAL_NONE && (life = oree_gw_content_life (&content, &rx->msg, g_get_real_time ())) == 0)
    refusal = OREE_GW_REFUSAL_EXPIRED;
  if (refusal == OREE_GW_REFUSAL_NONE && boundary != NULL)
    {
      OreePace pace = leaves_boundary (lane, boundary, rx, aor, &to, contact, &content, &refusal);

      if (pace == OREE_PACE_WAITS)
        return;
    }
  oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_XMPP);
  if (refusal != OREE_GW_REFUSAL_NONE)
    {
      oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_XMPP_REPORTED);
      oree_gateway_refuse_request (lane, rx, aor, refusal, unsupported);
      return;
    }
  if (!oree_queues_have_room (lane, to.domain, OREE_QUEUE_TO_XMPP, rx->msg.body.length))
    {
      oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_XMPP_REPORTED);
      oree_gateway_refuse_request (lane, rx, aor, OREE_GW_REFUSAL_QUEUE_FULL, NULL);
      return;
    }
  oree_gateway_stanza_id (lane, &from, &to, id);
  outbound = g_new0 (Outbound, 1);
  outbound->lane = lane;
  outbound->rx = oree_sip_rx_ref (rx);
  outbound->stanza = build_stanza (lane, &rx->msg, &content, id, &from, &to, oree_gateway_typing_content (lane, aor, &to));
  outbound->id = g_strdup (id);
  outbound->aor = g_steal_pointer (&aor);
  outbound->local_domain = g_strdup (from.domain);
  outbound->asked = (OreeGwContent){ .message_id = g_steal_pointer (&content.message_id), .wants = content.wants,
                                     .wall = content.wall, .routes = g_steal_pointer (&content.routes) };
  oree_jid_copy (&outbound->contact, &to);
  oree_timer_init (&outbound->timer, too_late_cb, outbound);
  outbound->expires = (OreeTime) life * OREE_SECOND < ANSWER_WITHIN;
  oree_worker_arm (lane->worker, &outbound->timer,
                   oree_worker_now (lane->worker) + MIN ((OreeTime) life * OREE_SECOND, ANSWER_WITHIN));
  g_hash_table_insert (self->outbound, outbound->id, outbound);
  oree_queues_enter (lane, &outbound->place, to.domain, OREE_QUEUE_TO_XMPP, rx->msg.body.length);
  oree_gateway_allow (lane, outbound->aor, &outbound->contact, allowed_cb, g_strdup (id));
}

/* --- errors that come back --------------------------------------------------------------------- */

void
oree_gateway_error_in (OreeLane *lane, OreeXmppRx *rx)
{
  OreeGatewayMessages *self = lane->gateway->messages;
  const char *id = rx->stanza->id;
  Outbound *outbound = id != NULL ? g_hash_table_lookup (self->outbound, id) : NULL;

  if (outbound != NULL && oree_jid_bare_equal (&outbound->contact, &rx->stanza->from))
    {
      OreeStanzaErrView error;

      oree_stanza_err_read (rx->stanza->node, &error);
      if (outbound->sent)
        oree_xmpp_out_cancel (lane, outbound->token);
      if (error.condition == OREE_STANZA_ERR_GONE && error.address != NULL)
        outbound->moved = oree_gw_aor_from_xmpp_uri (error.address);
      answer (lane, outbound,
              oree_gw_status_from_err (error.condition, outbound->contact.resource != NULL, outbound->moved != NULL),
              oree_stanza_err_condition (error.condition));
    }
  else if (oree_gateway_answered_failed (lane, rx))
    return;
  oree_xmpp_settle (lane, rx->slot);
  oree_xmpp_rx_free (rx);
}

void
oree_gateway_confirmed (OreeLane *lane, const OreeJid *contact, const char *id, gboolean displayed)
{
  Outbound *outbound = g_hash_table_lookup (lane->gateway->messages->outbound, id);

  /* Who confirms it has it, whatever the stream may still say. */
  if (outbound != NULL && outbound->sent && oree_jid_bare_equal (&outbound->contact, contact))
    {
      oree_xmpp_out_cancel (lane, outbound->token);
      answer (lane, outbound, 200, NULL);
    }
  oree_gateway_answered_confirmed (lane, contact, id, displayed);
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
  self->pairs = g_hash_table_new_full (oree_str_hash, g_str_equal, NULL, pair_free);
  self->outbound = g_hash_table_new_full (oree_str_hash, g_str_equal, NULL, outbound_free);
  lane->gateway->messages = self;
}

void
oree_gateway_messages_clear (OreeLane *lane)
{
  OreeGatewayMessages *self = lane->gateway->messages;

  g_hash_table_unref (self->pairs);
  g_hash_table_unref (self->outbound);
  oree_gw_threads_free (self->threads);
  g_clear_pointer (&lane->gateway->messages, g_free);
}
