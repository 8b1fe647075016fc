/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XMPP gateway: SIP ⇄ XMPP for the domains its lane owns. This file receives and hands on; messages, presence and
 * allow entries have a file each. */
#include "roles/oree-gateway-role.h"

#include "codec/xmpp/oree-xmpp-ns.h"
#include "gateway/oree-gw-addr.h"
#include "roles/oree-refusal.h"

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

static void
refused_cb (OreeLane *lane, gboolean ok, OreeS2sAcked acked, OreeS2sReason reason, gpointer data)
{
  g_autofree OreeXmppSlot *slot = data;

  oree_xmpp_settle (lane, *slot);
}

void
oree_gateway_refuse (OreeLane *lane, OreeXmppRx *rx, OreeStanzaErr err, const char *text)
{
  G_GNUC_UNUSED g_autoptr (OreeXmppRx) owned = rx;
  g_autoptr (OreeXmlNode) error = oree_stanza_build_error (rx->stanza, err, text, NULL);

  if (error == NULL)
    oree_xmpp_settle (lane, rx->slot);
  else
    oree_xmpp_out_send (lane, rx->stanza->to.domain, rx->stanza->from.domain, error, refused_cb,
                        g_memdup2 (&rx->slot, sizeof rx->slot));
}

/* --- queries ----------------------------------------------------------------------------------- */

static OreeXmlNode *
disco_info (gboolean domain)
{
  static const char *const features[] = { OREE_NS_DISCO_INFO, OREE_NS_DISCO_ITEMS, OREE_NS_PING, OREE_NS_VERSION,
                                          OREE_NS_JID_ESCAPING };
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();

  oree_xml_builder_open (builder, "query", OREE_NS_DISCO_INFO);
  oree_xml_builder_open (builder, "identity", NULL);
  oree_xml_builder_attribute (builder, "category", domain ? "gateway" : "account");
  oree_xml_builder_attribute (builder, "type", domain ? "simple" : "registered");
  oree_xml_builder_attribute (builder, "name", "Orée");
  oree_xml_builder_close (builder);
  for (guint i = 0; i < G_N_ELEMENTS (features); i++)
    {
      oree_xml_builder_open (builder, "feature", NULL);
      oree_xml_builder_attribute (builder, "var", features[i]);
      oree_xml_builder_close (builder);
    }
  return oree_xml_builder_finish (builder);
}

/* What a gateway's domain answers (xmpp-s2s sheet 17). The answer for a user is the same whether there is one or not. */
static void
query_in (OreeLane *lane, OreeXmppRx *rx)
{
  const OreeStanza *stanza = rx->stanza;
  const OreeXmlNode *payload = oree_stanza_payload (stanza);
  gboolean domain = stanza->to.local == NULL;
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autoptr (OreeXmlNode) answer = NULL, result = NULL;
  OreeVerdict verdict;

  if (stanza->type != OREE_STANZA_TYPE_GET && stanza->type != OREE_STANZA_TYPE_SET)
    {
      if (stanza->type == OREE_STANZA_TYPE_INVALID)
        oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_BAD_REQUEST, NULL);
      else
        {
          oree_xmpp_settle (lane, rx->slot);
          oree_xmpp_rx_free (rx);
        }
      return;
    }
  verdict = oree_gateway_verdict (lane, OREE_DIRECTION_IN, OREE_XMPP_IQ, NULL, &stanza->from, stanza->to.domain, rx->auth);
  if (!verdict.allow)
    {
      oree_gateway_refuse (lane, rx, oree_refusal (verdict.reason)->stanza, NULL);
      return;
    }
  if (payload == NULL)
    {
      oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_BAD_REQUEST, NULL);
      return;
    }
  if (stanza->type == OREE_STANZA_TYPE_GET && oree_xml_node_is (payload, "ping", OREE_NS_PING))
    result = oree_stanza_build_result (stanza, NULL);
  else if (stanza->type == OREE_STANZA_TYPE_GET && domain && oree_xml_node_is (payload, "query", OREE_NS_DISCO_INFO)
           && oree_xml_node_attribute (payload, "node") == NULL)
    answer = disco_info (domain);
  else if (stanza->type == OREE_STANZA_TYPE_GET && domain && oree_xml_node_is (payload, "query", OREE_NS_DISCO_ITEMS))
    {
      oree_xml_builder_open (builder, "query", OREE_NS_DISCO_ITEMS);
      answer = oree_xml_builder_finish (builder);
    }
  else if (stanza->type == OREE_STANZA_TYPE_GET && domain && oree_xml_node_is (payload, "query", OREE_NS_VERSION))
    {
      oree_xml_builder_open (builder, "query", OREE_NS_VERSION);
      oree_xml_builder_element (builder, "name", NULL, "Orée");
      oree_xml_builder_element (builder, "version", NULL, OREE_VERSION);
      answer = oree_xml_builder_finish (builder);
    }
  if (answer != NULL)
    result = oree_stanza_build_result (stanza, answer);
  if (result == NULL)
    {
      oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_SERVICE_UNAVAILABLE, NULL);
      return;
    }
  oree_xmpp_out_send (lane, stanza->to.domain, stanza->from.domain, result, NULL, NULL);
  oree_xmpp_settle (lane, rx->slot);
  oree_xmpp_rx_free (rx);
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
      query_in (lane, rx);
      return;
    case OREE_N_STANZA_KINDS:
      break;
    }
  oree_xmpp_rx_free (rx);
}

static void
request_in (OreeLane *lane, OreeSipRx *rx)
{
  switch (rx->msg.method)
    {
    case OREE_SIP_METHOD_MESSAGE:
      oree_gateway_message_out (lane, rx);
      break;
    case OREE_SIP_METHOD_SUBSCRIBE:
      oree_gateway_subscribe_in (lane, rx);
      break;
    case OREE_SIP_METHOD_NOTIFY:
      oree_gateway_notify_in (lane, rx);
      break;
    case OREE_SIP_METHOD_ACK:
      break;
    case OREE_SIP_METHOD_OTHER:
    case OREE_SIP_METHOD_INVITE:
    case OREE_SIP_METHOD_BYE:
    case OREE_SIP_METHOD_CANCEL:
    case OREE_SIP_METHOD_OPTIONS:
    case OREE_SIP_METHOD_REGISTER:
    case OREE_SIP_METHOD_PUBLISH:
    case OREE_SIP_METHOD_INFO:
    case OREE_SIP_METHOD_UPDATE:
    case OREE_SIP_METHOD_PRACK:
    case OREE_SIP_METHOD_REFER:
    case OREE_SIP_N_METHODS:
      {
        g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
        char tag[OREE_SIP_ID_SIZE];

        oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
        oree_sip_write_response (&writer, &rx->msg, 405, NULL, tag, FALSE);
        oree_sip_write_header (&writer, OREE_SIP_HDR_ALLOW, "MESSAGE, SUBSCRIBE, NOTIFY");
        oree_sip_hub_respond_with (lane, rx, &writer);
      }
    }
}

/* --- the role ---------------------------------------------------------------------------------- */

static void
init (OreeLane *lane)
{
  lane->gateway = g_new0 (OreeGatewayRole, 1);
  lane->gateway->lane = lane;
  oree_gateway_allow_init (lane);
  oree_gateway_messages_init (lane);
  oree_gateway_presence_init (lane);
  oree_xmpp_set_handler (lane, stanza_in, oree_gateway_presence_alive);
  oree_sip_hub_set_handler (lane, OREE_LEG_GATEWAY, request_in, NULL);
}

static void
clear (OreeLane *lane)
{
  oree_gateway_presence_clear (lane);
  oree_gateway_messages_clear (lane);
  oree_gateway_allow_clear (lane);
  g_clear_pointer (&lane->gateway, g_free);
}

static const char *
start (OreeLane *lane, char **detail)
{
  oree_gateway_presence_start (lane);
  return NULL;
}

static void
stop (OreeLane *lane)
{
  oree_gateway_messages_stop (lane);
  oree_gateway_presence_stop (lane);
}

static gboolean
idle (OreeLane *lane)
{
  return oree_gateway_messages_idle (lane);
}

static void
publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact)
{
  oree_gateway_presence_publish (lane, old, next, impact);
}

static void
list (OreeLane *lane, const char *what, GVariantBuilder *rows)
{
  if (g_strcmp0 (what, "allow-entries") == 0)
    oree_gateway_allow_list (lane, rows);
  else if (g_strcmp0 (what, "subscriptions") == 0)
    oree_gateway_presence_list (lane, rows);
}

const OreeRoleOps oree_gateway_ops = { init, clear, start, stop, idle, publish, NULL, NULL, list };
