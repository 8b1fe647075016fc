/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-gateway-watches.h"
#include "base/oree-secret.h"
#include "codec/mime/oree-categories.h"
#include "codec/sip/oree-sip-misc.h"
#include "gateway/oree-gw-addr.h"
#include "proto/sip/oree-sip-sub.h"

/* By pair key, or by the token in our Contact; NULL when it went meanwhile. */
static OreeGatewayWatch *
find (OreeLane *lane, const char *key, gboolean by_token)
{
  OreeGatewayPresence *self = oree_gateway_presence_of (lane);

  return self != NULL ? g_hash_table_lookup (by_token ? self->tokens : self->watches, key) : NULL;
}

static void
watch_saved (OreeLane *lane, gboolean ok, gpointer data)
{
  g_autofree char *key = data;
  OreeGatewayWatch *watch = find (lane, key, FALSE);

  if (watch == NULL)
    return;
  watch->pair.saving = FALSE;
  oree_gateway_watch_run (watch);
}

void
oree_gateway_watch_settle (OreeGatewayWatch *watch)
{
  oree_xmpp_settle (watch->pair.lane, watch->slot);
  watch->slot = (OreeXmppSlot){ 0, 0, 0 };
}

void
oree_gateway_watch_free (gpointer data)
{
  OreeGatewayWatch *watch = data;

  oree_gateway_watch_settle (watch);
  oree_worker_cancel (watch->pair.lane->worker, &watch->timer);
  g_hash_table_remove (oree_gateway_presence_of (watch->pair.lane)->tokens, watch->token);
  oree_gw_watch_free (watch->machine);
  g_clear_pointer (&watch->dialog, oree_sip_dialog_free);
  oree_gateway_pair_clear (&watch->pair);
  g_free (watch->token);
  g_free (watch);
}

static void
watch_timer_cb (gpointer data)
{
  OreeGatewayWatch *watch = data;

  oree_gw_watch_on_deadline (watch->machine, oree_worker_now (watch->pair.lane->worker), &watch->pair.out);
  oree_gateway_watch_run (watch);
}

OreeGatewayWatch *
oree_gateway_watch_new (OreeLane *lane, const OreeJid *contact, const OreeJid *self, const char *aor, OreeGwWatch *machine)
{
  OreeGatewayWatch *watch = g_new0 (OreeGatewayWatch, 1);

  oree_gateway_pair_init (&watch->pair, lane, TRUE, contact, self, aor);
  watch->token = oree_random_hex (8);
  watch->machine = machine != NULL ? machine : oree_gw_watch_new (contact, self, oree_gateway_random32 ());
  oree_timer_init (&watch->timer, watch_timer_cb, watch);
  g_hash_table_insert (oree_gateway_presence_of (lane)->watches, watch->pair.key, watch);
  g_hash_table_insert (oree_gateway_presence_of (lane)->tokens, watch->token, watch);
  oree_gateway_watch_set_rights (watch, lane->policy);
  return watch;
}

void
oree_gateway_watch_set_rights (OreeGatewayWatch *watch, const OreePolicy *policy)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (policy, watch->pair.contact.domain);

  OreeGwBoundary boundary = { .shown = { OREE_GW_DETAIL_FULL, TRUE } };

  oree_gateway_boundary_read (policy, watch->pair.contact.domain, &boundary);
  boundary.shown.notes = boundary.shown.notes && partner != NULL && oree_xmpp_partner_sees_note (partner);
  oree_gw_watch_set_view (watch->machine, &boundary.shown, boundary.interval, oree_worker_now (watch->pair.lane->worker),
                          &watch->pair.out);
  oree_gw_watch_set_interval (watch->machine, oree_policy_xmpp_gateway (policy)->subscription_refresh_interval);
}

static void
subscribed_cb (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  g_autofree char *token = data;
  OreeGatewayWatch *watch = find (lane, token, TRUE);

  if (watch == NULL)
    return;
  oree_gateway_watch_settle (watch);
  if (response != NULL && watch->dialog != NULL && status < 300)
    oree_sip_dialog_on_response (watch->dialog, &response->msg);
  oree_gateway_said (&watch->pair.sip, "SUBSCRIBE", NULL, status);
  oree_gw_watch_on_response (watch->machine, status, response != NULL ? &response->msg : NULL,
                             oree_worker_now (lane->worker), &watch->pair.out);
  oree_gateway_watch_run (watch);
}

static GString *
finish_subscribe (OreeSipWriter *writer, guint32 expires)
{
  oree_sip_write_header (writer, OREE_SIP_HDR_EVENT, OREE_SIP_SUB_PACKAGE);
  oree_sip_write_header (writer, OREE_SIP_HDR_ACCEPT, OREE_SIP_SUB_TYPE ", " OREE_CATEGORIES_TYPE);
  oree_sip_write_header (writer, OREE_SIP_HDR_ALLOW_EVENTS, OREE_SIP_SUB_PACKAGE);
  oree_sip_write_header_uint (writer, OREE_SIP_HDR_EXPIRES, expires);
  return oree_sip_write_finish (writer, NULL, OREE_SPAN_EMPTY);
}

static GString *
first_subscribe (OreeGatewayWatch *watch, OreeFlow flow, guint32 expires)
{
  OreeLane *lane = watch->pair.lane;
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *from = oree_gw_aor_from_jid (&watch->pair.contact);
  g_autofree char *contact = oree_sip_hub_contact (lane, flow, watch->token);
  g_autofree OreeSipMsg *msg = g_new (OreeSipMsg, 1);
  OreeSipUaRequest parts = {
    .method = "SUBSCRIBE",
    .from_uri = from,
    .to_uri = watch->pair.aor,
    .contact = contact,
    .transport = oree_sip_hub_transport (lane, flow),
    .sent_by = oree_sip_hub_sent_by (lane),
  };
  GString *text;

  oree_sip_ua_begin (&parts, oree_sip_hub_ids (lane), &writer);
  text = finish_subscribe (&writer, expires);
  g_clear_pointer (&watch->dialog, oree_sip_dialog_free);
  if (text != NULL && oree_sip_msg_parse (msg, text->str, text->len, OREE_SIP_MSG_STREAM) > 0)
    watch->dialog = oree_sip_dialog_new_uac (msg);
  return text;
}

static void
subscribe (OreeGatewayWatch *watch, gboolean fresh, guint32 expires)
{
  OreeLane *lane = watch->pair.lane;
  OreeFlow flow = oree_sip_hub_inside (lane, watch->pair.aor);
  GString *text;

  oree_lane_count_one (lane, OREE_COUNT_SUBSCRIPTIONS_TO_SIP);
  if (fresh || watch->dialog == NULL || !oree_sip_dialog_is_complete (watch->dialog))
    text = first_subscribe (watch, flow, expires);
  else
    {
      g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
      g_autofree char *via = oree_sip_hub_via (lane, flow);

      oree_sip_dialog_begin_request (watch->dialog, &writer, "SUBSCRIBE", via);
      text = finish_subscribe (&writer, expires);
    }
  oree_sip_hub_request (lane, flow, text, subscribed_cb, g_strdup (watch->token));
}

void
oree_gateway_watch_run (OreeGatewayWatch *watch)
{
  OreeGatewayPair *pair = &watch->pair;
  OreeGwOutItem item;

  if (pair->busy)
    return;
  pair->busy = TRUE;
  while (!pair->saving && oree_gw_out_take (&pair->out, &item))
    {
      switch (item.kind)
        {
        case OREE_GW_OUT_SAVE:
          oree_gateway_pair_save (pair, item.row, watch_saved);
          break;
        case OREE_GW_OUT_STANZA:
          oree_gateway_pair_send (pair, item.stanza, NULL);
          break;
        case OREE_GW_OUT_SUBSCRIBE:
          subscribe (watch, item.fresh, item.expires);
          break;
        case OREE_GW_OUT_STATE:
        case OREE_GW_OUT_BODY:
          break; /* a feed's */
        }
      oree_gw_out_item_clear (&item);
    }
  pair->busy = FALSE;
  if (pair->saving)
    return;
  if (oree_gw_watch_is_over (watch->machine))
    g_hash_table_remove (oree_gateway_presence_of (pair->lane)->watches, pair->key);
  else
    oree_worker_arm (pair->lane->worker, &watch->timer, oree_gw_watch_deadline (watch->machine));
}

/* What a NOTIFY says of the subscription: one of the words of RFC 6665 4.1.3, or "NOTIFY" for another. */
static void
note_state (OreeGatewayWatch *watch, const OreeSipMsg *notify)
{
  static const char *const words[] = {
    [OREE_SIP_SUBSTATE_OTHER] = "NOTIFY", [OREE_SIP_SUBSTATE_ACTIVE] = "active",
    [OREE_SIP_SUBSTATE_PENDING] = "pending", [OREE_SIP_SUBSTATE_TERMINATED] = "terminated",
  };
  static const char *const reasons[]
      = { "deactivated", "probation", "rejected", "timeout", "giveup", "noresource", "invariant" };
  const char *reason = NULL;
  OreeSipSubstate state;

  if (oree_sip_substate_parse (&state, oree_sip_msg_value (notify, OREE_SIP_HDR_SUBSCRIPTION_STATE)) <= 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (oree_span_equal_nocase_str (state.reason, reasons[i]))
      reason = reasons[i];
  oree_gateway_said (&watch->pair.sip, words[state.kind], reason, 0);
}

void
oree_gateway_notify_in (OreeLane *lane, OreeSipRx *rx)
{
  g_autofree char *token = oree_sip_hub_contact_token (&rx->msg);
  OreeGatewayWatch *watch = token != NULL ? find (lane, token, TRUE) : NULL;
  guint status;

  if (watch == NULL || watch->dialog == NULL)
    {
      oree_sip_hub_respond (lane, rx, 481, NULL);
      return;
    }
  status = oree_sip_dialog_on_request (watch->dialog, &rx->msg);
  if (status == 0)
    {
      note_state (watch, &rx->msg);
      status = oree_gw_watch_on_notify (watch->machine, &rx->msg, oree_worker_now (lane->worker), &watch->pair.out);
    }
  oree_sip_hub_respond (lane, rx, status, NULL);
  oree_gateway_watch_run (watch);
}
