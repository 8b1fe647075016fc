/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XMPP gateway: SIP ⇄ XMPP for the domains its lane owns. This file receives and hands on; messages, typing, notifications,
 * presence, allow entries and manners have a file each. */
#include "roles/oree-gateway-role.h"

#include "base/oree-limits.h"
#include "roles/oree-gateway-sessions.h"

gboolean
oree_gateway_open (OreeLane *lane)
{
  return lane->mode[OREE_ROLE_XMPP_GATEWAY] == OREE_MODE_RUNNING && lane->mode[OREE_ROLE_XMPP_PROXY] == OREE_MODE_RUNNING;
}

OreeVerdict
oree_gateway_verdict (OreeLane *lane, OreeDirection direction, OreeXmppAsk ask, const char *aor, const OreeJid *contact,
                      const char *local_domain, OreeXmppAuth auth)
{
  g_autofree char *key = oree_jid_to_key (contact);
  OreeXmppFacts facts = {
    .direction = direction,
    .ask = ask,
    .local_domain = local_domain,
    .remote_domain = contact->domain,
    .local_user = aor,
    .auth = auth,
    .allow_entry = aor != NULL && oree_gateway_allows (lane, aor, key),
  };

  return oree_decide_xmpp (lane->policy, &facts, NULL);
}

void
oree_gateway_refuse_with (OreeLane *lane, OreeXmppRx *rx, const OreeXmlNode *error)
{
  if (error != NULL)
    {
      oree_gateway_owe (lane, rx, error);
      return;
    }
  oree_gateway_settled (lane, rx);
  oree_xmpp_rx_free (rx);
}

void
oree_gateway_refuse (OreeLane *lane, OreeXmppRx *rx, OreeStanzaErr err, const char *text)
{
  g_autoptr (OreeXmlNode) error = oree_stanza_build_error_in (rx->stanza, err, NULL, text,
                                                              oree_gw_phrase_language (rx->stanza->lang));

  oree_gateway_refuse_with (lane, rx, error);
}

/* --- what comes in ----------------------------------------------------------------------------- */

static void
stanza_in (OreeLane *lane, OreeXmppRx *rx)
{
  if (lane->mode[OREE_ROLE_XMPP_GATEWAY] == OREE_MODE_STOPPED)
    {
      oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT, NULL);
      return;
    }
  switch (rx->stanza->kind)
    {
    case OREE_STANZA_MESSAGE:
      if (rx->stanza->type == OREE_STANZA_TYPE_ERROR)
        oree_gateway_error_in (lane, rx);
      else
        oree_gateway_message_in (lane, rx);
      return;
    case OREE_STANZA_PRESENCE:
      oree_gateway_presence_in (lane, rx);
      return;
    case OREE_STANZA_IQ:
      oree_gateway_query_in (lane, rx);
      return;
    case OREE_N_STANZA_KINDS:
      break;
    }
  oree_xmpp_rx_free (rx);
}

#define METHODS "MESSAGE, SUBSCRIBE, NOTIFY, OPTIONS, INVITE, ACK, BYE, CANCEL, INFO"

/* What we take for any contact (RFC 3261 11.2), without asking whether there is one. */
static void
options_in (OreeLane *lane, OreeSipRx *rx, guint status)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  char tag[OREE_SIP_ID_SIZE];

  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  oree_sip_write_response (&writer, &rx->msg, status, NULL, tag, FALSE);
  oree_sip_write_header (&writer, OREE_SIP_HDR_ALLOW, METHODS);
  if (status == 200)
    {
      oree_sip_write_header (&writer, OREE_SIP_HDR_ACCEPT, oree_gw_message_accept ());
      oree_sip_write_header_named (&writer, "Accept-Language", OREE_SPAN_LITERAL ("en, fr"));
    }
  oree_sip_hub_respond_with (lane, rx, &writer);
}

static void
message_in_or_out_of_session (OreeLane *lane, OreeSipRx *rx)
{
  g_autofree char *token = oree_sip_hub_contact_token (&rx->msg);
  const OreeJid *contact = NULL;

  if (token != NULL && (contact = oree_gateway_session_message (lane, rx)) == NULL)
    return; /* answered */
  oree_gateway_message_out (lane, rx, contact);
}

static void
request_in (OreeLane *lane, OreeSipRx *rx)
{
  switch (rx->msg.method)
    {
    case OREE_SIP_METHOD_MESSAGE:
      message_in_or_out_of_session (lane, rx);
      break;
    case OREE_SIP_METHOD_SUBSCRIBE:
      oree_gateway_subscribe_in (lane, rx);
      break;
    case OREE_SIP_METHOD_NOTIFY:
      oree_gateway_notify_in (lane, rx);
      break;
    case OREE_SIP_METHOD_OPTIONS:
      options_in (lane, rx, 200);
      break;
    case OREE_SIP_METHOD_ACK:
    case OREE_SIP_METHOD_INVITE:
    case OREE_SIP_METHOD_BYE:
    case OREE_SIP_METHOD_CANCEL:
    case OREE_SIP_METHOD_INFO:
    case OREE_SIP_METHOD_UPDATE:
    case OREE_SIP_METHOD_PRACK:
    case OREE_SIP_METHOD_REFER:
      oree_gateway_session_in (lane, rx);
      break;
    case OREE_SIP_METHOD_OTHER:
    case OREE_SIP_METHOD_REGISTER:
    case OREE_SIP_METHOD_PUBLISH:
    case OREE_SIP_METHOD_BENOTIFY: /* for a subscription of nobody's: the gateway's own do not support it */
    case OREE_SIP_N_METHODS:
      options_in (lane, rx, 405);
    }
}

/* --- the role ---------------------------------------------------------------------------------- */

static void
init (OreeLane *lane)
{
  lane->gateway = g_new0 (OreeGatewayRole, 1);
  lane->gateway->lane = lane;
  lane->gateway->since = oree_time_now ();
  oree_gateway_people_init (lane);
  oree_gateway_notify_init (lane);
  lane->gateway->budgets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  oree_gateway_boundary_init (lane);
  oree_gateway_typing_init (lane);
  oree_gateway_allow_init (lane);
  oree_gateway_debts_init (lane);
  oree_gateway_answered_init (lane);
  oree_gateway_messages_init (lane);
  oree_gateway_sessions_init (lane);
  oree_gateway_presence_init (lane);
  oree_xmpp_set_handler (lane, stanza_in, oree_gateway_presence_alive, oree_gateway_presence_lost);
  oree_sip_hub_set_handler (lane, OREE_LEG_GATEWAY, request_in, NULL);
}

static void
clear (OreeLane *lane)
{
  oree_gateway_presence_clear (lane);
  oree_gateway_sessions_clear (lane);
  oree_gateway_messages_clear (lane);
  oree_gateway_answered_clear (lane);
  oree_gateway_debts_clear (lane);
  oree_gateway_allow_clear (lane);
  oree_gateway_typing_clear (lane);
  oree_gateway_boundary_clear (lane);
  g_hash_table_unref (lane->gateway->budgets);
  oree_gw_receipts_free (lane->gateway->receipts);
  oree_gw_people_free (lane->gateway->people);
  g_clear_pointer (&lane->gateway, g_free);
}

static const char *
start (OreeLane *lane, char **detail)
{
  oree_gateway_presence_start (lane);
  oree_gateway_debts_start (lane);
  return NULL;
}

static void
stop (OreeLane *lane)
{
  oree_gateway_boundary_stop (lane);
  oree_gateway_messages_stop (lane);
  oree_gateway_sessions_stop (lane);
  oree_gateway_presence_stop (lane);
}

static gboolean
idle (OreeLane *lane)
{
  return oree_gateway_messages_idle (lane) && oree_gateway_boundary_idle (lane);
}

static void
publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact)
{
  if (!impact->dry)
    oree_gateway_boundary_publish (lane);
  oree_gateway_presence_publish (lane, old, next, impact);
  oree_gateway_sessions_publish (lane, next, impact);
}

static void
list (OreeLane *lane, const char *what, GVariantBuilder *rows)
{
  if (g_strcmp0 (what, "allow-entries") == 0)
    oree_gateway_allow_list (lane, rows);
  else if (g_strcmp0 (what, "subscriptions") == 0)
    oree_gateway_presence_list (lane, rows);
  else if (g_strcmp0 (what, "sessions") == 0)
    oree_gateway_sessions_list (lane, rows);
}

const OreeRoleOps oree_gateway_ops = { init, clear, start, stop, idle, publish, NULL, NULL, list };
