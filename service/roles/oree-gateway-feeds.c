/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-gateway-feeds.h"
#include "codec/sip/oree-sip-addr.h"
#include "gateway/oree-gw-addr.h"
#include "roles/oree-sub-answer.h"

#define ANSWER_TIME (5 * OREE_SECOND) /* for the contact's server, after a restart of ours */

static void pump_device (OreeGatewayDevice *device);

/* NULL when it went meanwhile. */
static OreeGatewayFeed *
find (OreeLane *lane, const char *key)
{
  OreeGatewayPresence *self = oree_gateway_presence_of (lane);

  return self != NULL ? g_hash_table_lookup (self->feeds, key) : NULL;
}

static void
feed_saved (OreeLane *lane, gboolean ok, gpointer data)
{
  g_autofree char *key = data;
  OreeGatewayFeed *feed = find (lane, key);

  if (feed == NULL)
    return;
  feed->pair.saving = FALSE;
  oree_gateway_feed_run (feed);
}

void
oree_gateway_device_free (gpointer data)
{
  OreeGatewayDevice *device = data;
  OreeLane *lane = device->feed->pair.lane;

  oree_worker_cancel (lane->worker, &device->timer);
  g_hash_table_remove (oree_gateway_presence_of (lane)->by_id, &device->id);
  oree_sip_sub_free (device->sub);
  g_free (device->key);
  g_free (device);
}

void
oree_gateway_feed_free (gpointer data)
{
  OreeGatewayFeed *feed = data;

  oree_worker_cancel (feed->pair.lane->worker, &feed->timer);
  g_ptr_array_unref (feed->devices);
  oree_gw_feed_free (feed->machine);
  oree_gateway_pair_clear (&feed->pair);
  g_free (feed);
}

static void
feed_timer_cb (gpointer data)
{
  OreeGatewayFeed *feed = data;

  oree_gw_feed_on_deadline (feed->machine, oree_worker_now (feed->pair.lane->worker), &feed->pair.out);
  oree_gateway_feed_run (feed);
}

OreeGatewayFeed *
oree_gateway_feed_new (OreeLane *lane, const OreeJid *contact, const OreeJid *self, const char *aor, OreeGwFeed *machine)
{
  OreeGatewayFeed *feed = g_new0 (OreeGatewayFeed, 1);

  oree_gateway_pair_init (&feed->pair, lane, FALSE, contact, self, aor);
  feed->machine = machine;
  feed->devices = g_ptr_array_new ();
  oree_timer_init (&feed->timer, feed_timer_cb, feed);
  g_hash_table_insert (oree_gateway_presence_of (lane)->feeds, feed->pair.key, feed);
  oree_gateway_feed_set_rights (feed, lane->policy);
  return feed;
}

void
oree_gateway_feed_set_rights (OreeGatewayFeed *feed, const OreePolicy *policy)
{
  OreeGwBoundary boundary = { .taken = { OREE_GW_DETAIL_FULL, TRUE } };

  oree_gateway_boundary_read (policy, feed->pair.contact.domain, &boundary);
  oree_gw_feed_set_view (feed->machine, &boundary.taken, &feed->pair.out);
}

/* A dialog lives as long as its device refreshes it, through restarts of ours too: kept at every SUBSCRIBE. */
static void
save_device (const OreeGatewayDevice *device)
{
  const OreeGatewayPair *pair = &device->feed->pair;
  GVariant *state = oree_sip_sub_to_variant (device->sub, oree_worker_now (pair->lane->worker), g_get_real_time ());
  g_autofree char *contact = oree_jid_to_key (&pair->contact);
  GVariantDict dict;

  if (state == NULL)
    return;
  g_variant_dict_init (&dict, state);
  g_variant_unref (g_variant_ref_sink (state));
  g_variant_dict_insert (&dict, "user", "s", pair->aor);
  g_variant_dict_insert (&dict, "contact", "s", contact);
  oree_lane_save (pair->lane, oree_runtime_row_new (OREE_SPACE_DIALOG, device->key, g_variant_dict_end (&dict)), NULL, NULL);
}

void
oree_gateway_device_forget (const OreeGatewayDevice *device)
{
  if (device->saved)
    oree_lane_save (device->feed->pair.lane, oree_runtime_row_new (OREE_SPACE_DIALOG, device->key, NULL), NULL, NULL);
}

static void
device_over (OreeGatewayDevice *device)
{
  OreeGatewayFeed *feed = device->feed;

  oree_gateway_device_forget (device);
  g_ptr_array_remove (feed->devices, device);
  g_hash_table_remove (oree_gateway_presence_of (feed->pair.lane)->devices, device->key); /* frees */
  oree_gw_feed_on_over (feed->machine, &feed->pair.out);
}

static void
notified_cb (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  g_autofree guint64 *id = data;
  OreeGatewayDevice *device = oree_gateway_presence_of (lane) != NULL ? g_hash_table_lookup (oree_gateway_presence_of (lane)->by_id, id) : NULL;
  OreeGatewayFeed *feed;

  if (device == NULL)
    return;
  feed = device->feed;
  oree_gateway_said (&feed->pair.sip, "NOTIFY", NULL, status);
  oree_sip_sub_on_response (device->sub, response != NULL ? &response->msg : NULL, response != NULL ? status : 0,
                            oree_worker_now (lane->worker));
  pump_device (device);
  oree_gateway_feed_run (feed);
}

/* Sends what is due; frees the device when it is over. Run the feed afterwards. */
static void
pump_device (OreeGatewayDevice *device)
{
  OreeGatewayFeed *feed = device->feed;
  OreeLane *lane = feed->pair.lane;
  OreeFlow flow = oree_sip_hub_inside (lane, feed->pair.aor);
  g_autofree char *via = oree_sip_hub_via (lane, flow);
  GString *text = oree_sip_sub_take_notify (device->sub, via, oree_worker_now (lane->worker));

  if (text != NULL)
    {
      oree_lane_count_one (lane, OREE_COUNT_PRESENCE_TO_SIP);
      oree_sip_hub_request (lane, flow, text, notified_cb, g_memdup2 (&device->id, sizeof device->id));
    }
  if (oree_sip_sub_is_over (device->sub))
    device_over (device);
  else
    oree_worker_arm (lane->worker, &device->timer, oree_sip_sub_deadline (device->sub));
}

static void
device_timer_cb (gpointer data)
{
  OreeGatewayDevice *device = data;
  OreeGatewayFeed *feed = device->feed;

  oree_sip_sub_on_deadline (device->sub, oree_worker_now (feed->pair.lane->worker));
  pump_device (device);
  oree_gateway_feed_run (feed);
}

static OreeSipSubState
sub_state (OreeGwState state)
{
  static const OreeSipSubState states[] = {
    [OREE_GW_PENDING] = OREE_SIP_SUB_PENDING,
    [OREE_GW_ACTIVE] = OREE_SIP_SUB_ACTIVE,
    [OREE_GW_TERMINATED] = OREE_SIP_SUB_TERMINATED,
  };

  return states[state];
}

/* What the feed asked of the contact did not get there: its devices hear that, and may ask again later. */
static void
feed_sent (OreeLane *lane, gboolean ok, OreeS2sAcked acked, OreeS2sReason reason, gpointer data)
{
  g_autofree char *key = data;
  OreeGatewayFeed *feed = find (lane, key);

  if (ok || feed == NULL)
    return;
  oree_gateway_said (&feed->pair.xmpp, "not-sent", oree_s2s_reason_nick (reason), 0);
  oree_gw_feed_on_error (feed->machine, oree_s2s_reason_stanza_err (reason), oree_worker_now (lane->worker),
                         &feed->pair.out);
  oree_gateway_feed_run (feed);
}

void
oree_gateway_feed_tell (OreeGatewayFeed *feed, const OreeGwOutItem *item)
{
  OreeTime now = oree_worker_now (feed->pair.lane->worker);
  g_autoptr (GPtrArray) devices = g_ptr_array_new ();

  for (guint i = 0; i < feed->devices->len; i++)
    g_ptr_array_add (devices, g_ptr_array_index (feed->devices, i));
  for (guint i = 0; i < devices->len; i++)
    {
      OreeGatewayDevice *device = g_ptr_array_index (devices, i);

      if (item->kind == OREE_GW_OUT_BODY)
        oree_sip_sub_set_body (device->sub, item->body, now);
      else
        oree_sip_sub_set_state (device->sub, sub_state (item->state), item->reason, item->retry_after, now);
      pump_device (device);
    }
}

void
oree_gateway_feed_run (OreeGatewayFeed *feed)
{
  OreeGatewayPair *pair = &feed->pair;
  OreeGwOutItem item;

  if (pair->busy)
    return;
  pair->busy = TRUE;
  while (!pair->saving && oree_gw_out_take (&pair->out, &item))
    {
      switch (item.kind)
        {
        case OREE_GW_OUT_SAVE:
          oree_gateway_pair_save (pair, item.row, feed_saved);
          break;
        case OREE_GW_OUT_STANZA:
          oree_lane_count_one (pair->lane, OREE_COUNT_SUBSCRIPTIONS_TO_XMPP);
          oree_gateway_pair_send (pair, item.stanza, feed_sent);
          break;
        case OREE_GW_OUT_STATE:
        case OREE_GW_OUT_BODY:
          oree_gateway_feed_tell (feed, &item);
          break;
        case OREE_GW_OUT_SUBSCRIBE:
          break; /* a watch's */
        }
      oree_gw_out_item_clear (&item);
    }
  pair->busy = FALSE;
  if (pair->saving)
    return;
  oree_worker_arm (pair->lane->worker, &feed->timer, oree_gw_feed_deadline (feed->machine));
  if (feed->devices->len == 0 && oree_gw_feed_is_over (feed->machine))
    g_hash_table_remove (oree_gateway_presence_of (pair->lane)->feeds, pair->key);
}

/* In the tables of the lane; `sub` is taken. */
static OreeGatewayDevice *
device_new (OreeGatewayFeed *feed, OreeSipSub *sub)
{
  OreeGatewayPresence *self = oree_gateway_presence_of (feed->pair.lane);
  const OreeSipDialog *dialog = oree_sip_sub_dialog (sub);
  OreeGatewayDevice *device = g_new0 (OreeGatewayDevice, 1);

  device->feed = feed;
  device->id = ++self->next_id;
  device->key = oree_sub_key (oree_span_str (dialog->call_id), oree_span_str (dialog->local_tag));
  device->sub = sub;
  oree_timer_init (&device->timer, device_timer_cb, device);
  g_ptr_array_add (feed->devices, device);
  g_hash_table_insert (self->devices, device->key, device);
  g_hash_table_insert (self->by_id, &device->id, device);
  return device;
}

gboolean
oree_gateway_device_restore (OreeLane *lane, const OreeRuntimeRow *row, OreeTime start)
{
  const char *user, *contact;
  g_autofree char *key = NULL;
  OreeGatewayFeed *feed;
  OreeGatewayDevice *device;
  OreeSipSub *sub;

  if (row->value == NULL || !g_variant_lookup (row->value, "user", "&s", &user)
      || !g_variant_lookup (row->value, "contact", "&s", &contact))
    return FALSE;
  key = g_strconcat (contact, " ", user, NULL);
  feed = find (lane, key);
  sub = feed != NULL ? oree_sip_sub_new_from_variant (row->value, oree_worker_now (lane->worker), g_get_real_time ()) : NULL;
  if (sub == NULL)
    return FALSE;
  device = device_new (feed, sub);
  device->saved = TRUE;
  oree_gw_feed_on_restored (feed->machine, start);
  oree_worker_arm (lane->worker, &feed->timer, oree_gw_feed_deadline (feed->machine));
  /* The contact's answer makes the first NOTIFY; without one it says how things stand. */
  oree_worker_arm (lane->worker, &device->timer, start + ANSWER_TIME);
  return TRUE;
}

static void
subscribe_again (OreeLane *lane, OreeSipRx *rx, OreeSpan tag)
{
  g_autofree char *key = oree_sub_key (oree_sip_msg_value (&rx->msg, OREE_SIP_HDR_CALL_ID), tag);
  OreeGatewayDevice *device = g_hash_table_lookup (oree_gateway_presence_of (lane)->devices, key);
  guint32 expires = 0;
  OreeGatewayFeed *feed;
  guint status;

  if (device == NULL)
    {
      oree_sub_refuse (lane, rx, 481);
      return;
    }
  status = oree_sip_sub_on_subscribe (device->sub, &rx->msg, &oree_sub_rules, oree_worker_now (lane->worker), &expires);
  if (status != 200)
    {
      oree_sub_refuse (lane, rx, status);
      return;
    }
  feed = device->feed;
  oree_sub_accept (lane, rx, oree_sip_sub_dialog (device->sub), expires);
  if (expires > 0)
    {
      save_device (device);
      oree_gw_feed_on_refresh (feed->machine, oree_worker_now (lane->worker), &feed->pair.out);
    }
  pump_device (device);
  oree_gateway_feed_run (feed);
}

typedef struct
{
  OreeSipRx *rx;
  char *aor;
  OreeJid self, contact;
} Asking;

static void
asking_free (Asking *asking)
{
  oree_sip_rx_unref (asking->rx);
  g_free (asking->aor);
  oree_jid_clear (&asking->self);
  oree_jid_clear (&asking->contact);
  g_free (asking);
}

/* The allow entry is durable: accept, and ask the contact. */
static void
subscribe_allowed (OreeLane *lane, gboolean ok, gpointer data)
{
  Asking *asking = data;
  OreeSipRx *rx = asking->rx;
  OreeTime now = oree_worker_now (lane->worker);
  OreeFlow flow = oree_sip_hub_inside (lane, asking->aor);
  g_autofree char *key = oree_gateway_pair_key (&asking->contact, asking->aor), *own_contact = NULL;
  char tag[OREE_SIP_ID_SIZE];
  OreeSipSubRequest request;
  OreeSipDialog *dialog;
  OreeGatewayDevice *device;
  OreeGatewayFeed *feed = g_hash_table_lookup (oree_gateway_presence_of (lane)->feeds, key);
  OreeGwFeed *machine = feed == NULL ? oree_gw_feed_new (&asking->self, &asking->contact, oree_gateway_random32 ()) : NULL;
  guint status = ok ? oree_sip_sub_read (&request, &rx->msg, &oree_sub_rules) : 500;

  if (status == 0 && feed == NULL && machine == NULL)
    status = 404;
  if (status == 0 && feed == NULL && !oree_gateway_pair_room (lane, asking->aor))
    status = 480;
  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  own_contact = oree_sip_hub_contact (lane, flow, tag);
  dialog = status == 0 ? oree_sip_dialog_new_uas (&rx->msg, tag, own_contact) : NULL;
  if (dialog == NULL)
    {
      oree_sub_refuse (lane, rx, status != 0 ? status : 400);
      g_clear_pointer (&machine, oree_gw_feed_free);
      asking_free (asking);
      return;
    }
  if (feed == NULL)
    feed = oree_gateway_feed_new (lane, &asking->contact, &asking->self, asking->aor, machine);
  device = device_new (feed, oree_sip_sub_new (dialog, &request, sub_state (oree_gw_feed_state (feed->machine)), now));
  oree_sub_accept (lane, rx, dialog, request.expires);
  oree_sip_sub_set_body (device->sub, oree_gw_feed_body (feed->machine), now);
  if (request.expires > 0)
    {
      device->saved = TRUE;
      save_device (device);
      oree_gw_feed_on_subscribe (feed->machine, now, &feed->pair.out);
    }
  else
    oree_gw_feed_on_poll (feed->machine, now, &feed->pair.out);
  pump_device (device);
  oree_gateway_feed_run (feed);
  asking_free (asking);
}

void
oree_gateway_subscribe_in (OreeLane *lane, OreeSipRx *rx)
{
  OreeSipAddr from, to;
  OreeSipSubRequest request;
  Asking *asking;
  guint status;

  if (oree_sip_addr_from_msg (&to, &rx->msg, OREE_SIP_HDR_TO) > 0 && !oree_span_is_empty (to.tag))
    {
      subscribe_again (lane, rx, to.tag);
      return;
    }
  status = oree_sip_sub_read (&request, &rx->msg, &oree_sub_rules);
  if (status == 0 && !oree_gateway_open (lane))
    status = 480;
  if (status != 0)
    {
      oree_sub_refuse (lane, rx, status);
      return;
    }
  asking = g_new0 (Asking, 1);
  asking->rx = oree_sip_rx_ref (rx);
  if (oree_sip_addr_from_msg (&from, &rx->msg, OREE_SIP_HDR_FROM) > 0)
    asking->aor = oree_sip_aor_normalise (from.uri);
  if (asking->aor == NULL || !oree_gw_jid_from_uri (&asking->self, oree_span_str (asking->aor))
      || !oree_gw_jid_from_uri (&asking->contact, rx->msg.ruri) || asking->contact.local == NULL)
    {
      oree_sub_refuse (lane, rx, 404);
      asking_free (asking);
      return;
    }
  g_clear_pointer (&asking->contact.resource, g_free);
  if (request.expires > 0)
    oree_gateway_allow (lane, asking->aor, &asking->contact, subscribe_allowed, asking);
  else
    subscribe_allowed (lane, TRUE, asking);
}
