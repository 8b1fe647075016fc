/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-gateway-sessions.h"

#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "codec/sdp/oree-sdp.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-status.h"
#include "gateway/oree-gw-addr.h"
#include "gateway/oree-gw-session.h"
#include "proto/sip/oree-sip-dialog.h"
#include "roles/oree-refusal.h"

#define SDP_TYPE "application/sdp"
#define ALLOW "INVITE, ACK, BYE, CANCEL, INFO, MESSAGE, OPTIONS"

typedef struct
{
  OreeLane *lane;
  char *key;   /* "contact aor" */
  char *token; /* in our Contact */
  char *aor;
  OreeJid contact; /* bare */
  OreeJid self;
  OreeSipDialog *dialog;
  OreeGwSession machine;
  OreeTimer timer;
  OreeFlow flow;
  GString *accepted; /* our 2xx, until the ACK */
  OreeSessionDone done;
  gpointer data;
  gint64 since;
  guint64 received, sent;
} Session;

struct _OreeGatewaySessions
{
  GHashTable *sessions; /* token → Session */
  GHashTable *by_pair;  /* key → Session: the one our messages go to, the newest */
};

static void carry_out (Session *session, OreeGwSessionStep step);

static OreeGatewaySessions *
sessions_of (OreeLane *lane)
{
  return lane->gateway != NULL ? lane->gateway->sessions : NULL;
}

/* --- one session ------------------------------------------------------------------------------- */

static void
session_free (gpointer data)
{
  Session *session = data;
  OreeGatewaySessions *self = sessions_of (session->lane);

  if (g_hash_table_lookup (self->by_pair, session->key) == session)
    g_hash_table_remove (self->by_pair, session->key);
  oree_worker_cancel (session->lane->worker, &session->timer);
  if (session->accepted != NULL)
    g_string_free (session->accepted, TRUE);
  g_clear_pointer (&session->dialog, oree_sip_dialog_free);
  oree_jid_clear (&session->contact);
  oree_jid_clear (&session->self);
  g_free (session->key);
  g_free (session->token);
  g_free (session->aor);
  g_free (session);
}

static void
arm (Session *session)
{
  oree_worker_arm (session->lane->worker, &session->timer, oree_gw_session_deadline (&session->machine));
}

static void
timer_cb (gpointer data)
{
  Session *session = data;

  carry_out (session, oree_gw_session_on_deadline (&session->machine, oree_worker_now (session->lane->worker)));
}

/* Room for one more? No limit is silent. */
static gboolean
has_room (OreeLane *lane, const char *aor)
{
  if (g_hash_table_size (sessions_of (lane)->sessions) < OREE_GW_SESSIONS_MAX)
    return TRUE;
  oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
  oree_lane_event (lane, oree_event_new (OREE_EVENT_LIMIT_HIT, "limit", "message-sessions", "peer", aor, NULL));
  return FALSE;
}

static Session *
session_new (OreeLane *lane, const OreeJid *contact, const OreeJid *self, const char *aor, gboolean ours)
{
  Session *session = g_new0 (Session, 1);
  g_autofree char *contact_key = oree_jid_to_key (contact);

  session->lane = lane;
  session->key = g_strconcat (contact_key, " ", aor, NULL);
  session->token = oree_random_hex (8);
  session->aor = g_strdup (aor);
  oree_jid_set (&session->contact, contact->local, contact->domain, NULL);
  oree_jid_set (&session->self, self->local, self->domain, NULL);
  session->since = g_get_real_time ();
  oree_timer_init (&session->timer, timer_cb, session);
  oree_gw_session_init (&session->machine, ours, oree_worker_now (lane->worker));
  g_hash_table_insert (sessions_of (lane)->sessions, session->token, session);
  g_hash_table_insert (sessions_of (lane)->by_pair, session->key, session);
  oree_lane_count_one (lane, OREE_COUNT_MESSAGE_SESSIONS);
  return session;
}

static Session *
find_by_token (OreeLane *lane, const OreeSipMsg *msg)
{
  g_autofree char *token = oree_sip_hub_contact_token (msg);

  return token != NULL ? g_hash_table_lookup (sessions_of (lane)->sessions, token) : NULL;
}

/* In the dialog, and from the user it is with: who signed in as somebody else has no part in it. 0, or the refusing status. */
static guint
check_request (const Session *session, const OreeSipMsg *msg)
{
  g_autofree char *aor = NULL;
  OreeSipAddr from;

  if (session == NULL || session->dialog == NULL)
    return 481;
  if (oree_sip_addr_from_msg (&from, msg, OREE_SIP_HDR_FROM) > 0)
    aor = oree_sip_aor_normalise (from.uri);
  if (g_strcmp0 (aor, session->aor) != 0)
    return 481;
  return msg->method == OREE_SIP_METHOD_ACK ? 0 : oree_sip_dialog_on_request (session->dialog, msg);
}

/* The host a session description of ours names; the messages go where the dialog goes. */
static char *
own_host (OreeLane *lane)
{
  const char *sent_by = oree_sip_hub_sent_by (lane), *port = strrchr (sent_by, ':');

  return g_strndup (sent_by, port != NULL ? (gsize) (port - sent_by) : strlen (sent_by));
}

static GString *
description (const Session *session, const OreeSdp *offer)
{
  g_autofree char *host = own_host (session->lane);
  g_autofree char *uri = oree_gw_aor_from_jid (&session->contact);
  /* In a session description types stand without commas. */
  g_auto (GStrv) types = g_strsplit (oree_gw_message_accept (), ", ", -1);
  g_autofree char *accept = g_strjoinv (" ", types);

  return oree_sdp_write_message (offer, host, uri, accept);
}

static void
left_cb (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  g_autofree char *token = data;
  Session *session = sessions_of (lane) != NULL ? g_hash_table_lookup (sessions_of (lane)->sessions, token) : NULL;

  if (session != NULL)
    carry_out (session, oree_gw_session_on_left (&session->machine));
}

static void
say_bye (Session *session)
{
  OreeLane *lane = session->lane;
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *via = oree_sip_hub_via (lane, session->flow);

  oree_sip_dialog_begin_request (session->dialog, &writer, "BYE", via);
  oree_sip_hub_request (lane, session->flow, oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY), left_cb,
                        g_strdup (session->token));
}

/* Frees the session when it is over. */
static void
carry_out (Session *session, OreeGwSessionStep step)
{
  switch (step)
    {
    case OREE_GW_SESSION_NOTHING:
      break;
    case OREE_GW_SESSION_ACCEPT_AGAIN:
      if (session->accepted != NULL)
        oree_sip_hub_write (session->lane, session->flow, g_string_new_len (session->accepted->str,
                                                                            (gssize) session->accepted->len));
      break;
    case OREE_GW_SESSION_BYE:
      /* From now on our messages look for another one. */
      if (g_hash_table_lookup (sessions_of (session->lane)->by_pair, session->key) == session)
        g_hash_table_remove (sessions_of (session->lane)->by_pair, session->key);
      say_bye (session);
      break;
    case OREE_GW_SESSION_END:
      g_hash_table_remove (sessions_of (session->lane)->sessions, session->token); /* frees */
      return;
    }
  arm (session);
}

/* --- they ask ---------------------------------------------------------------------------------- */

static void
refuse (OreeLane *lane, OreeSipRx *rx, guint status, OreeSipHdrId header, const char *value)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  char tag[OREE_SIP_ID_SIZE];

  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  oree_sip_write_response (&writer, &rx->msg, status, NULL, tag, FALSE);
  if (value != NULL)
    oree_sip_write_header (&writer, header, value);
  oree_sip_hub_respond_with (lane, rx, &writer);
}

/* 0 and the offer (`has_offer` FALSE: none was made, RFC 3261 13.2.1), or the refusing status. */
static guint
read_offer (const OreeSipMsg *msg, OreeSdp *offer, gboolean *has_offer)
{
  OreeSipContentType type;

  *has_offer = !oree_span_is_empty (msg->body);
  if (!*has_offer)
    return 0;
  if (oree_sip_content_type_parse (&type, oree_sip_msg_value (msg, OREE_SIP_HDR_CONTENT_TYPE)) <= 0
      || !oree_sip_content_type_is (&type, "application", "sdp"))
    return 415;
  if (oree_sdp_parse (offer, msg->body) <= 0)
    return 400;
  return oree_sdp_find_message (offer, "text/plain") != NULL ? 0 : 488;
}

/* It is no session of messages: a call, or an application. */
static void
refuse_call (OreeLane *lane, OreeSipRx *rx)
{
  g_autofree char *from = NULL, *to = oree_sip_aor_normalise (rx->msg.ruri);
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  char tag[OREE_SIP_ID_SIZE];
  OreeSipAddr addr;

  if (oree_sip_addr_from_msg (&addr, &rx->msg, OREE_SIP_HDR_FROM) > 0)
    from = oree_sip_aor_normalise (addr.uri);
  lane->matters[OREE_GW_REFUSAL_CALL]++;
  oree_lane_event (lane, oree_event_new (OREE_EVENT_MESSAGE_REFUSED, "from", from, "to", to, "kind", "INVITE", "reason",
                                         oree_gw_refusal (OREE_GW_REFUSAL_CALL)->nick, NULL));
  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  oree_sip_write_response (&writer, &rx->msg, 488, oree_refusal_phrase (&rx->msg, OREE_GW_PHRASE_CALL), tag, FALSE);
  oree_sip_write_header_format (&writer, OREE_SIP_HDR_WARNING, "304 %s \"Messages alone cross this gateway\"",
                                oree_sip_hub_sent_by (lane));
  oree_sip_hub_respond_with (lane, rx, &writer);
}

static void
refuse_offer (OreeLane *lane, OreeSipRx *rx, guint status)
{
  if (status == 488)
    refuse_call (lane, rx);
  else
    refuse (lane, rx, status, OREE_SIP_HDR_ACCEPT, status == 415 ? SDP_TYPE : NULL);
}

/* The 2xx to an INVITE, kept until its ACK. */
static void
accept_offer (Session *session, OreeSipRx *rx, const OreeSdp *offer)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autoptr (GString) sdp = description (session, offer);
  g_autofree char *contact = g_strdup_printf ("<%s>", session->dialog->local_contact);
  GString *text;

  oree_sip_write_response (&writer, &rx->msg, 200, NULL, session->dialog->local_tag, TRUE);
  oree_sip_write_header (&writer, OREE_SIP_HDR_CONTACT, contact);
  oree_sip_write_header (&writer, OREE_SIP_HDR_ALLOW, ALLOW);
  text = oree_sip_write_finish (&writer, SDP_TYPE, oree_span (sdp->str, sdp->len));
  if (text == NULL)
    {
      refuse (session->lane, rx, 400, OREE_SIP_HDR_WARNING, NULL);
      carry_out (session, OREE_GW_SESSION_END);
      return;
    }
  session->flow = rx->flow;
  if (session->accepted != NULL)
    g_string_free (session->accepted, TRUE);
  session->accepted = text;
  oree_sip_hub_write (session->lane, rx->flow, g_string_new_len (text->str, (gssize) text->len));
  arm (session);
}

static void
invited (OreeLane *lane, OreeSipRx *rx)
{
  g_auto (OreeJid) self = OREE_JID_INIT, contact = OREE_JID_INIT;
  g_autofree char *aor = NULL, *own_contact = NULL;
  g_autofree OreeSdp *offer = g_new (OreeSdp, 1);
  gboolean has_offer;
  char tag[OREE_SIP_ID_SIZE];
  OreeSipAddr from;
  OreeSipDialog *dialog;
  Session *session;
  guint status;

  if (oree_sip_addr_from_msg (&from, &rx->msg, OREE_SIP_HDR_FROM) <= 0 || !oree_gw_jid_from_uri (&self, from.uri)
      || (aor = oree_sip_aor_normalise (from.uri)) == NULL)
    status = 400;
  else if (!oree_gw_jid_from_uri (&contact, rx->msg.ruri) || contact.local == NULL)
    status = 404;
  else if (!oree_gateway_open (lane) || !has_room (lane, aor))
    status = 480;
  else
    status = read_offer (&rx->msg, offer, &has_offer);
  if (status != 0)
    {
      refuse_offer (lane, rx, status);
      return;
    }
  session = session_new (lane, &contact, &self, aor, FALSE);
  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  own_contact = oree_sip_hub_contact (lane, rx->flow, session->token);
  dialog = oree_sip_dialog_new_uas (&rx->msg, tag, own_contact);
  if (dialog == NULL)
    {
      refuse (lane, rx, 400, OREE_SIP_HDR_WARNING, NULL);
      carry_out (session, OREE_GW_SESSION_END);
      return;
    }
  session->dialog = dialog;
  accept_offer (session, rx, has_offer ? offer : NULL);
}

/* The same again inside a session: messages stay, whatever else is asked for is declined. */
static void
invited_again (Session *session, OreeSipRx *rx)
{
  g_autofree OreeSdp *offer = g_new (OreeSdp, 1);
  gboolean has_offer;
  guint status = read_offer (&rx->msg, offer, &has_offer);

  if (status != 0)
    refuse_offer (session->lane, rx, status);
  else
    accept_offer (session, rx, has_offer ? offer : NULL);
}

void
oree_gateway_session_in (OreeLane *lane, OreeSipRx *rx)
{
  const gboolean is_ack = rx->msg.method == OREE_SIP_METHOD_ACK;
  OreeSipAddr to;
  const gboolean in_dialog = oree_sip_addr_from_msg (&to, &rx->msg, OREE_SIP_HDR_TO) > 0 && !oree_span_is_empty (to.tag);
  Session *session = in_dialog ? find_by_token (lane, &rx->msg) : NULL;
  OreeTime now = oree_worker_now (lane->worker);
  guint status;

  if (!in_dialog && rx->msg.method == OREE_SIP_METHOD_INVITE)
    {
      invited (lane, rx);
      return;
    }
  status = check_request (session, &rx->msg);
  if (status != 0)
    {
      if (!is_ack)
        refuse (lane, rx, status, OREE_SIP_HDR_WARNING, NULL);
      return;
    }
  if (is_ack)
    {
      if (session->accepted != NULL)
        g_string_free (g_steal_pointer (&session->accepted), TRUE);
      oree_gw_session_on_ack (&session->machine, now);
      arm (session);
    }
  else if (rx->msg.method == OREE_SIP_METHOD_BYE)
    {
      oree_sip_hub_respond (lane, rx, 200, NULL);
      carry_out (session, oree_gw_session_on_bye (&session->machine));
    }
  else if (rx->msg.method == OREE_SIP_METHOD_INVITE)
    invited_again (session, rx);
  else if (rx->msg.method == OREE_SIP_METHOD_INFO)
    {
      OreeIsComposing typing;

      oree_gw_session_on_traffic (&session->machine, now);
      arm (session);
      oree_sip_hub_respond (lane, rx, 200, NULL);
      if (oree_iscomposing_parse (&typing, rx->msg.body) > 0)
        oree_gateway_typing_status (lane, session->aor, &session->contact, &typing);
    }
  else
    refuse (lane, rx, rx->msg.method == OREE_SIP_METHOD_REFER ? 403 : 405, OREE_SIP_HDR_ALLOW, ALLOW);
}

const OreeJid *
oree_gateway_session_message (OreeLane *lane, OreeSipRx *rx)
{
  Session *session = find_by_token (lane, &rx->msg);
  guint status = check_request (session, &rx->msg);

  if (status != 0)
    {
      refuse (lane, rx, status, OREE_SIP_HDR_WARNING, NULL);
      return NULL;
    }
  session->received++;
  /* Where it came from is where the client is. */
  session->flow = rx->flow;
  oree_gw_session_on_traffic (&session->machine, oree_worker_now (lane->worker));
  arm (session);
  return &session->contact;
}

/* --- we ask ------------------------------------------------------------------------------------ */

gboolean
oree_gateway_session_wanted (guint status)
{
  /* Method not allowed, media not supported, not acceptable here, not implemented. */
  return status == 405 || status == 415 || status == 488 || status == 501;
}

gboolean
oree_gateway_session_begin (OreeLane *lane, const char *contact, const char *aor, OreeFlow flow, const char *method,
                            OreeSipWriter *writer)
{
  g_autofree char *key = g_strconcat (contact, " ", aor, NULL);
  Session *session = g_hash_table_lookup (sessions_of (lane)->by_pair, key);
  g_autofree char *via = NULL;

  if (session == NULL || !oree_gw_session_is_open (&session->machine))
    return FALSE;
  via = oree_sip_hub_via (lane, flow);
  session->sent++;
  oree_gw_session_on_traffic (&session->machine, oree_worker_now (lane->worker));
  arm (session);
  oree_sip_dialog_begin_request (session->dialog, writer, method, via);
  return TRUE;
}

void
oree_gateway_session_lost (OreeLane *lane, const char *contact, const char *aor)
{
  g_autofree char *key = g_strconcat (contact, " ", aor, NULL);
  Session *session = g_hash_table_lookup (sessions_of (lane)->by_pair, key);

  if (session != NULL)
    carry_out (session, OREE_GW_SESSION_END);
}

static void
send_ack (Session *session)
{
  OreeLane *lane = session->lane;
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *via = oree_sip_hub_via (lane, session->flow);
  GString *text;

  oree_sip_dialog_begin_request (session->dialog, &writer, "ACK", via);
  text = oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY);
  if (text != NULL)
    oree_sip_hub_write (lane, session->flow, text);
}

/* Did the client take messages, or something else? */
static gboolean
answer_takes_messages (const OreeSipMsg *msg)
{
  g_autofree OreeSdp *answer = g_new (OreeSdp, 1);

  return oree_sdp_parse (answer, msg->body) > 0 && oree_sdp_find_message (answer, "text/plain") != NULL;
}

static void
answered_cb (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  g_autofree char *token = data;
  Session *session = sessions_of (lane) != NULL ? g_hash_table_lookup (sessions_of (lane)->sessions, token) : NULL;
  gboolean success = response != NULL && oree_sip_status_is_success (status), takes = FALSE;
  OreeSessionDone done;
  gpointer done_data;

  if (session == NULL)
    return;
  done = session->done;
  done_data = session->data;
  session->done = NULL;
  if (success && oree_sip_dialog_on_response (session->dialog, &response->msg))
    {
      takes = answer_takes_messages (&response->msg);
      send_ack (session);
      carry_out (session, oree_gw_session_on_final (&session->machine, TRUE, oree_worker_now (lane->worker)));
      if (!takes)
        carry_out (session, oree_gw_session_leave (&session->machine));
    }
  else
    carry_out (session, oree_gw_session_on_final (&session->machine, FALSE, oree_worker_now (lane->worker)));
  if (done != NULL)
    done (lane, takes ? 0 : success ? 488 : status, done_data);
}

void
oree_gateway_session_open (OreeLane *lane, const OreeJid *contact, const char *aor, const char *subject,
                           OreeSessionDone done, gpointer data)
{
  g_auto (OreeJid) self = OREE_JID_INIT;
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *from = oree_gw_aor_from_jid (contact), *own_contact = NULL;
  g_autofree OreeSipMsg *msg = g_new (OreeSipMsg, 1);
  g_autoptr (GString) sdp = NULL;
  OreeFlow flow = oree_sip_hub_inside (lane, aor);
  OreeSipUaRequest parts = { .method = "INVITE", .from_uri = from, .to_uri = aor };
  Session *session;
  GString *text;

  if (from == NULL || !oree_gw_jid_from_uri (&self, oree_span_str (aor)) || !has_room (lane, aor))
    {
      done (lane, 480, data);
      return;
    }
  session = session_new (lane, contact, &self, aor, TRUE);
  session->flow = flow;
  session->done = done;
  session->data = data;
  own_contact = oree_sip_hub_contact (lane, flow, session->token);
  sdp = description (session, NULL);
  parts.contact = own_contact;
  parts.transport = oree_sip_hub_transport (lane, flow);
  parts.sent_by = oree_sip_hub_sent_by (lane);
  oree_sip_ua_begin (&parts, oree_sip_hub_ids (lane), &writer);
  if (subject != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_SUBJECT, subject);
  oree_sip_write_header (&writer, OREE_SIP_HDR_ALLOW, ALLOW);
  text = oree_sip_write_finish (&writer, SDP_TYPE, oree_span (sdp->str, sdp->len));
  if (text != NULL && oree_sip_msg_parse (msg, text->str, text->len, OREE_SIP_MSG_STREAM) > 0)
    session->dialog = oree_sip_dialog_new_uac (msg);
  oree_sip_hub_request (lane, flow, text, answered_cb, g_strdup (session->token));
}

/* --- life -------------------------------------------------------------------------------------- */

void
oree_gateway_sessions_init (OreeLane *lane)
{
  OreeGatewaySessions *self = g_new0 (OreeGatewaySessions, 1);

  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, session_free);
  self->by_pair = g_hash_table_new (g_str_hash, g_str_equal);
  lane->gateway->sessions = self;
}

void
oree_gateway_sessions_clear (OreeLane *lane)
{
  OreeGatewaySessions *self = lane->gateway->sessions;

  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->by_pair);
  g_clear_pointer (&lane->gateway->sessions, g_free);
}

/* Whoever waits for a session of ours to open is told. */
static void
leave (Session *session, guint status)
{
  OreeLane *lane = session->lane;
  OreeSessionDone done = g_steal_pointer (&session->done);
  gpointer data = session->data;

  carry_out (session, oree_gw_session_leave (&session->machine));
  if (done != NULL)
    done (lane, status, data);
}

void
oree_gateway_sessions_stop (OreeLane *lane)
{
  g_autoptr (GList) all = g_hash_table_get_values (sessions_of (lane)->sessions);

  for (GList *l = all; l != NULL; l = l->next)
    leave (l->data, 480);
}

void
oree_gateway_sessions_publish (OreeLane *lane, OreePolicy *next, OreeImpact *impact)
{
  g_autoptr (GList) all = g_hash_table_get_values (sessions_of (lane)->sessions);

  for (GList *l = all; l != NULL; l = l->next)
    {
      Session *session = l->data;
      OreeXmppFacts facts = {
        .direction = OREE_DIRECTION_OUT, .ask = OREE_XMPP_MESSAGE, .local_domain = session->self.domain,
        .remote_domain = session->contact.domain, .local_user = session->aor, .auth = OREE_XMPP_AUTH_PENDING,
      };

      if (oree_decide_xmpp (next, &facts, NULL).allow)
        continue;
      impact->sessions_ended++;
      if (!impact->dry)
        leave (session, 403);
    }
}

void
oree_gateway_sessions_list (OreeLane *lane, GVariantBuilder *rows)
{
  GHashTableIter iter;
  Session *session;

  g_hash_table_iter_init (&iter, sessions_of (lane)->sessions);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &session))
    {
      g_autofree char *contact = oree_jid_to_key (&session->contact);
      GVariantDict row;

      g_variant_dict_init (&row, NULL);
      g_variant_dict_insert (&row, "user", "s", session->aor);
      g_variant_dict_insert (&row, "contact", "s", contact);
      g_variant_dict_insert (&row, "direction", "s", session->machine.ours ? "to-sip" : "to-xmpp");
      g_variant_dict_insert (&row, "state", "s", oree_gw_session_state_nick (&session->machine));
      g_variant_dict_insert (&row, "since", "x", session->since);
      g_variant_dict_insert (&row, "messages-in", "t", session->received);
      g_variant_dict_insert (&row, "messages-out", "t", session->sent);
      g_variant_builder_add_value (rows, g_variant_dict_end (&row));
    }
}
