/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presence through the gateway, both ways (RFC 8048): the dialogs, streams and store around the two pure machines.
 *
 *   Watch  an XMPP user watches one of ours (gateway/oree-gw-watch): we subscribe for them, one dialog
 *   Feed   one of ours watches an XMPP user (gateway/oree-gw-feed): we are the notifier, one dialog per device
 *
 * Kept per pair of people, on the lane that owns the contact's domain; never shown to anybody else (RFC 8048 8.2). */
#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-misc.h"
#include "gateway/oree-gw-addr.h"
#include "gateway/oree-gw-feed.h"
#include "gateway/oree-gw-watch.h"
#include "roles/oree-gateway-role.h"
#include "roles/oree-refusal.h"
#include "roles/oree-sub-answer.h"

#define SPREAD_MS 50 /* between two resubscriptions after a start */

/* What both have: who, and the list of things to do, which waits while a row is being made durable. */
typedef struct
{
  OreeLane *lane;
  char *key;     /* "contact-key aor" */
  char *row_key; /* of the durable row */
  char *aor;     /* of ours */
  OreeJid self;
  OreeJid contact; /* bare */
  OreeGwOut out;
  gboolean busy, saving;
  gint64 since;
} Pair;

typedef struct
{
  Pair pair;
  char *token; /* in our Contact */
  OreeGwWatch *machine;
  OreeSipDialog *dialog;
  OreeTimer timer;
  OreeXmppSlot slot; /* of the stanza that began it, until the SUBSCRIBE is answered */
} Watch;

typedef struct
{
  Pair pair;
  OreeGwFeed *machine;
  GPtrArray *devices; /* Device * */
} Feed;

/* One device's subscription. */
typedef struct
{
  Feed *feed;
  guint64 id;
  char *key; /* "Call-ID local-tag" */
  OreeSipSub *sub;
  OreeTimer timer;
} Device;

struct _OreeGatewayPresence
{
  GHashTable *watches; /* key → Watch */
  GHashTable *tokens;  /* token → Watch */
  GHashTable *feeds;   /* key → Feed */
  GHashTable *devices; /* "Call-ID local-tag" → Device */
  GHashTable *by_id;   /* id → Device */
  GHashTable *counts;  /* address of record of ours → how many pairs it has on this lane */
  GHashTable *rows;    /* row key → OreeRuntimeRow: what the store has, for the next start of the role */
  guint64 next_id;
};

static void run_watch (Watch *watch);
static void run_feed (Feed *feed);

static OreeGatewayPresence *
presence_of (OreeLane *lane)
{
  return lane->gateway != NULL ? lane->gateway->presence : NULL;
}

static guint32
random32 (void)
{
  guint32 value;

  oree_random_bytes (&value, sizeof value);
  return value;
}

/* --- pairs ------------------------------------------------------------------------------------- */

static char *
pair_key (const OreeJid *contact, const char *aor)
{
  g_autofree char *key = oree_jid_to_key (contact);

  return g_strconcat (key, " ", aor, NULL);
}

static void count_pair (OreeLane *lane, const char *aor, int step);

static void
pair_init (Pair *pair, OreeLane *lane, gboolean to_sip, const OreeJid *contact, const OreeJid *self, const char *aor)
{
  g_autofree char *contact_key = oree_jid_to_key (contact);

  pair->lane = lane;
  pair->key = pair_key (contact, aor);
  pair->row_key = to_sip ? g_strjoin (" ", "to-sip", contact_key, aor, NULL)
                         : g_strjoin (" ", "to-xmpp", aor, contact_key, NULL);
  pair->aor = g_strdup (aor);
  oree_jid_set (&pair->self, self->local, self->domain, NULL);
  oree_jid_set (&pair->contact, contact->local, contact->domain, NULL);
  pair->since = g_get_real_time ();
  count_pair (lane, aor, 1);
}

/* Room for one more pair of this user? No limit is silent: the event names it. */
static gboolean
has_room (OreeLane *lane, const char *aor)
{
  if (GPOINTER_TO_UINT (g_hash_table_lookup (presence_of (lane)->counts, aor)) < OREE_GW_SUBSCRIPTIONS_PER_USER_MAX)
    return TRUE;
  oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
  oree_lane_event (lane, oree_event_new (OREE_EVENT_LIMIT_HIT, "limit", "subscriptions-per-user", "peer", aor, NULL));
  return FALSE;
}

static void
count_pair (OreeLane *lane, const char *aor, int step)
{
  GHashTable *counts = presence_of (lane)->counts;
  int now = GPOINTER_TO_INT (g_hash_table_lookup (counts, aor)) + step;

  if (now > 0)
    g_hash_table_insert (counts, g_strdup (aor), GINT_TO_POINTER (now));
  else
    g_hash_table_remove (counts, aor);
}

static void
pair_clear (Pair *pair)
{
  count_pair (pair->lane, pair->aor, -1);
  oree_gw_out_clear (&pair->out);
  oree_jid_clear (&pair->self);
  oree_jid_clear (&pair->contact);
  g_free (pair->key);
  g_free (pair->row_key);
  g_free (pair->aor);
}

static void
send_stanza (const Pair *pair, const OreeXmlNode *node, OreeXmppSent sent)
{
  oree_lane_count_one (pair->lane, OREE_COUNT_PRESENCE_TO_XMPP);
  oree_xmpp_out_send (pair->lane, pair->self.domain, pair->contact.domain, node, sent,
                      sent != NULL ? g_strdup (pair->key) : NULL);
}

/* Presence without any machine: to whom nothing is known. */
static void
send_presence (OreeLane *lane, OreeStanzaType type, const OreeJid *from, const OreeJid *to)
{
  g_autofree char *from_text = oree_jid_to_bare_string (from), *to_text = oree_jid_to_bare_string (to);
  g_autoptr (OreeXmlNode) node = oree_stanza_build_presence (type, from_text, to_text, NULL, NULL, NULL, NULL, 0);

  oree_lane_count_one (lane, OREE_COUNT_PRESENCE_TO_XMPP);
  oree_xmpp_out_send (lane, from->domain, to->domain, node, NULL, NULL);
}

/* The row of the machine's state with when it began. */
static OreeRuntimeRow *
row_of (const Pair *pair, GVariant *state)
{
  GVariantDict dict;

  if (state == NULL)
    return oree_runtime_row_new (OREE_SPACE_SUBSCRIPTION, pair->row_key, NULL);
  g_variant_dict_init (&dict, state);
  g_variant_dict_insert (&dict, "since", "x", pair->since);
  return oree_runtime_row_new (OREE_SPACE_SUBSCRIPTION, pair->row_key, g_variant_dict_end (&dict));
}

static void
watch_saved (OreeLane *lane, gboolean ok, gpointer data)
{
  g_autofree char *key = data;
  Watch *watch = presence_of (lane) != NULL ? g_hash_table_lookup (presence_of (lane)->watches, key) : NULL;

  if (watch == NULL)
    return;
  watch->pair.saving = FALSE;
  run_watch (watch);
}

static void
feed_saved (OreeLane *lane, gboolean ok, gpointer data)
{
  g_autofree char *key = data;
  Feed *feed = presence_of (lane) != NULL ? g_hash_table_lookup (presence_of (lane)->feeds, key) : NULL;

  if (feed == NULL)
    return;
  feed->pair.saving = FALSE;
  run_feed (feed);
}

/* Writes the row; what the machine wants next waits for it. Forgetting waits for nobody. */
static void
save (Pair *pair, GVariant *state, void (*saved) (OreeLane *lane, gboolean ok, gpointer data))
{
  OreeRuntimeRow *row = row_of (pair, state);

  pair->saving = state != NULL;
  if (state != NULL)
    g_hash_table_replace (presence_of (pair->lane)->rows, g_strdup (pair->row_key), oree_runtime_row_copy (row));
  else
    g_hash_table_remove (presence_of (pair->lane)->rows, pair->row_key);
  oree_lane_save (pair->lane, row, state != NULL ? saved : NULL,
                  state != NULL ? g_strdup (pair->key) : NULL);
}

/* --- watches: XMPP users watch ours ------------------------------------------------------------ */

static void
settle_slot (Watch *watch)
{
  oree_xmpp_settle (watch->pair.lane, watch->slot);
  watch->slot = (OreeXmppSlot){ 0, 0, 0 };
}

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  settle_slot (watch);
  oree_worker_cancel (watch->pair.lane->worker, &watch->timer);
  g_hash_table_remove (presence_of (watch->pair.lane)->tokens, watch->token);
  oree_gw_watch_free (watch->machine);
  g_clear_pointer (&watch->dialog, oree_sip_dialog_free);
  pair_clear (&watch->pair);
  g_free (watch->token);
  g_free (watch);
}

static void
watch_timer_cb (gpointer data)
{
  Watch *watch = data;

  oree_gw_watch_on_deadline (watch->machine, oree_worker_now (watch->pair.lane->worker), &watch->pair.out);
  run_watch (watch);
}

/* `machine` is taken; NULL makes a fresh one. */
static Watch *
watch_new (OreeLane *lane, const OreeJid *contact, const OreeJid *self, const char *aor, OreeGwWatch *machine)
{
  Watch *watch = g_new0 (Watch, 1);

  pair_init (&watch->pair, lane, TRUE, contact, self, aor);
  watch->token = oree_random_hex (8);
  watch->machine = machine != NULL ? machine : oree_gw_watch_new (contact, self, random32 ());
  oree_gw_watch_set_interval (watch->machine,
                              oree_policy_xmpp_gateway (lane->policy)->subscription_refresh_interval);
  oree_timer_init (&watch->timer, watch_timer_cb, watch);
  g_hash_table_insert (presence_of (lane)->watches, watch->pair.key, watch);
  g_hash_table_insert (presence_of (lane)->tokens, watch->token, watch);
  return watch;
}

static void
set_notes (Watch *watch, const OreePolicy *policy)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (policy, watch->pair.contact.domain);

  oree_gw_watch_set_notes (watch->machine, partner != NULL && oree_xmpp_partner_sees_note (partner), &watch->pair.out);
}

static void
subscribed_cb (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  g_autofree char *token = data;
  Watch *watch = presence_of (lane) != NULL ? g_hash_table_lookup (presence_of (lane)->tokens, token) : NULL;

  if (watch == NULL)
    return;
  settle_slot (watch);
  if (response != NULL && watch->dialog != NULL && status < 300)
    oree_sip_dialog_on_response (watch->dialog, &response->msg);
  oree_gw_watch_on_response (watch->machine, status, response != NULL ? &response->msg : NULL,
                             oree_worker_now (lane->worker), &watch->pair.out);
  run_watch (watch);
}

static GString *
finish_subscribe (OreeSipWriter *writer, guint32 expires)
{
  oree_sip_write_header (writer, OREE_SIP_HDR_EVENT, OREE_SIP_SUB_PACKAGE);
  oree_sip_write_header (writer, OREE_SIP_HDR_ACCEPT, OREE_SIP_SUB_TYPE);
  oree_sip_write_header (writer, OREE_SIP_HDR_ALLOW_EVENTS, OREE_SIP_SUB_PACKAGE);
  oree_sip_write_header_uint (writer, OREE_SIP_HDR_EXPIRES, expires);
  return oree_sip_write_finish (writer, NULL, OREE_SPAN_EMPTY);
}

static GString *
first_subscribe (Watch *watch, OreeFlow flow, guint32 expires)
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
subscribe (Watch *watch, gboolean fresh, guint32 expires)
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

/* Does what the machine wants, in order; frees the watch when it is over. */
static void
run_watch (Watch *watch)
{
  Pair *pair = &watch->pair;
  OreeGwOutItem item;

  if (pair->busy)
    return;
  pair->busy = TRUE;
  while (!pair->saving && oree_gw_out_take (&pair->out, &item))
    {
      switch (item.kind)
        {
        case OREE_GW_OUT_SAVE:
          save (pair, item.row, watch_saved);
          break;
        case OREE_GW_OUT_STANZA:
          send_stanza (pair, item.stanza, NULL);
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
    g_hash_table_remove (presence_of (pair->lane)->watches, pair->key);
  else
    oree_worker_arm (pair->lane->worker, &watch->timer, oree_gw_watch_deadline (watch->machine));
}

void
oree_gateway_notify_in (OreeLane *lane, OreeSipRx *rx)
{
  g_autofree char *token = oree_sip_hub_contact_token (&rx->msg);
  Watch *watch = token != NULL ? g_hash_table_lookup (presence_of (lane)->tokens, token) : NULL;
  guint status;

  if (watch == NULL || watch->dialog == NULL)
    {
      oree_sip_hub_respond (lane, rx, 481, NULL);
      return;
    }
  status = oree_sip_dialog_on_request (watch->dialog, &rx->msg);
  if (status == 0)
    status = oree_gw_watch_on_notify (watch->machine, &rx->msg, oree_worker_now (lane->worker), &watch->pair.out);
  oree_sip_hub_respond (lane, rx, status, NULL);
  run_watch (watch);
}

/* --- feeds: ours watch XMPP users -------------------------------------------------------------- */

static void pump_device (Device *device);

static void
device_free (gpointer data)
{
  Device *device = data;
  OreeLane *lane = device->feed->pair.lane;

  oree_worker_cancel (lane->worker, &device->timer);
  g_hash_table_remove (presence_of (lane)->by_id, &device->id);
  oree_sip_sub_free (device->sub);
  g_free (device->key);
  g_free (device);
}

static void
feed_free (gpointer data)
{
  Feed *feed = data;

  g_ptr_array_unref (feed->devices);
  oree_gw_feed_free (feed->machine);
  pair_clear (&feed->pair);
  g_free (feed);
}

/* `machine` is taken. */
static Feed *
feed_new (OreeLane *lane, const OreeJid *contact, const OreeJid *self, const char *aor, OreeGwFeed *machine)
{
  Feed *feed = g_new0 (Feed, 1);

  pair_init (&feed->pair, lane, FALSE, contact, self, aor);
  feed->machine = machine;
  feed->devices = g_ptr_array_new ();
  g_hash_table_insert (presence_of (lane)->feeds, feed->pair.key, feed);
  return feed;
}

static void
device_over (Device *device)
{
  Feed *feed = device->feed;

  g_ptr_array_remove (feed->devices, device);
  g_hash_table_remove (presence_of (feed->pair.lane)->devices, device->key); /* frees */
  oree_gw_feed_on_over (feed->machine, &feed->pair.out);
}

static void
notified_cb (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  g_autofree guint64 *id = data;
  Device *device = presence_of (lane) != NULL ? g_hash_table_lookup (presence_of (lane)->by_id, id) : NULL;
  Feed *feed;

  if (device == NULL)
    return;
  feed = device->feed;
  oree_sip_sub_on_response (device->sub, response != NULL ? &response->msg : NULL, response != NULL ? status : 0,
                            oree_worker_now (lane->worker));
  pump_device (device);
  run_feed (feed);
}

/* Sends what is due; frees the device when it is over. Run the feed afterwards. */
static void
pump_device (Device *device)
{
  Feed *feed = device->feed;
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
  Device *device = data;
  Feed *feed = device->feed;

  oree_sip_sub_on_deadline (device->sub, oree_worker_now (feed->pair.lane->worker));
  pump_device (device);
  run_feed (feed);
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
  Feed *feed = presence_of (lane) != NULL ? g_hash_table_lookup (presence_of (lane)->feeds, key) : NULL;

  if (ok || feed == NULL)
    return;
  oree_gw_feed_on_error (feed->machine, oree_s2s_reason_stanza_err (reason), &feed->pair.out);
  run_feed (feed);
}

static void
each_device (Feed *feed, const OreeGwOutItem *item)
{
  OreeTime now = oree_worker_now (feed->pair.lane->worker);
  g_autoptr (GPtrArray) devices = g_ptr_array_new ();

  for (guint i = 0; i < feed->devices->len; i++)
    g_ptr_array_add (devices, g_ptr_array_index (feed->devices, i));
  for (guint i = 0; i < devices->len; i++)
    {
      Device *device = g_ptr_array_index (devices, i);

      if (item->kind == OREE_GW_OUT_BODY)
        oree_sip_sub_set_body (device->sub, item->body, now);
      else
        oree_sip_sub_set_state (device->sub, sub_state (item->state), item->reason, item->retry_after, now);
      pump_device (device);
    }
}

/* Does what the machine wants, in order; frees the feed when it is over. */
static void
run_feed (Feed *feed)
{
  Pair *pair = &feed->pair;
  OreeGwOutItem item;

  if (pair->busy)
    return;
  pair->busy = TRUE;
  while (!pair->saving && oree_gw_out_take (&pair->out, &item))
    {
      switch (item.kind)
        {
        case OREE_GW_OUT_SAVE:
          save (pair, item.row, feed_saved);
          break;
        case OREE_GW_OUT_STANZA:
          oree_lane_count_one (pair->lane, OREE_COUNT_SUBSCRIPTIONS_TO_XMPP);
          send_stanza (pair, item.stanza, feed_sent);
          break;
        case OREE_GW_OUT_STATE:
        case OREE_GW_OUT_BODY:
          each_device (feed, &item);
          break;
        case OREE_GW_OUT_SUBSCRIBE:
          break; /* a watch's */
        }
      oree_gw_out_item_clear (&item);
    }
  pair->busy = FALSE;
  if (!pair->saving && feed->devices->len == 0 && oree_gw_feed_is_over (feed->machine))
    g_hash_table_remove (presence_of (pair->lane)->feeds, pair->key);
}

static void
subscribe_again (OreeLane *lane, OreeSipRx *rx, OreeSpan tag)
{
  g_autofree char *key = oree_sub_key (oree_sip_msg_value (&rx->msg, OREE_SIP_HDR_CALL_ID), tag);
  Device *device = g_hash_table_lookup (presence_of (lane)->devices, key);
  guint32 expires = 0;
  Feed *feed;
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
  pump_device (device);
  run_feed (feed);
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
  g_autofree char *key = pair_key (&asking->contact, asking->aor), *own_contact = NULL;
  char tag[OREE_SIP_ID_SIZE];
  OreeSipSubRequest request;
  OreeSipDialog *dialog;
  Device *device;
  Feed *feed = g_hash_table_lookup (presence_of (lane)->feeds, key);
  OreeGwFeed *machine = feed == NULL ? oree_gw_feed_new (&asking->self, &asking->contact) : NULL;
  guint status = ok ? oree_sip_sub_read (&request, &rx->msg, &oree_sub_rules) : 500;

  if (status == 0 && feed == NULL && machine == NULL)
    status = 404;
  if (status == 0 && feed == NULL && !has_room (lane, asking->aor))
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
    feed = feed_new (lane, &asking->contact, &asking->self, asking->aor, machine);
  device = g_new0 (Device, 1);
  device->feed = feed;
  device->id = ++presence_of (lane)->next_id;
  device->key = oree_sub_key (oree_span_str (dialog->call_id), oree_span_str (dialog->local_tag));
  device->sub = oree_sip_sub_new (dialog, &request, sub_state (oree_gw_feed_state (feed->machine)), now);
  oree_timer_init (&device->timer, device_timer_cb, device);
  g_ptr_array_add (feed->devices, device);
  g_hash_table_insert (presence_of (lane)->devices, device->key, device);
  g_hash_table_insert (presence_of (lane)->by_id, &device->id, device);
  oree_sub_accept (lane, rx, dialog, request.expires);
  oree_sip_sub_set_body (device->sub, oree_gw_feed_body (feed->machine), now);
  if (request.expires > 0)
    oree_gw_feed_on_subscribe (feed->machine, &feed->pair.out);
  else
    oree_gw_feed_on_poll (feed->machine, &feed->pair.out);
  pump_device (device);
  run_feed (feed);
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

/* --- presence stanzas -------------------------------------------------------------------------- */

/* Which question of policy a presence stanza is. */
static OreeXmppAsk
ask_of (OreeStanzaType type)
{
  if (type == OREE_STANZA_TYPE_SUBSCRIBE)
    return OREE_XMPP_SUBSCRIBE;
  if (type == OREE_STANZA_TYPE_UNSUBSCRIBE || type == OREE_STANZA_TYPE_UNSUBSCRIBED)
    return OREE_XMPP_LEAVE;
  return OREE_XMPP_PRESENCE;
}

static gboolean
is_request (OreeStanzaType type)
{
  return type == OREE_STANZA_TYPE_SUBSCRIBE || type == OREE_STANZA_TYPE_PROBE;
}

static void
done_with (OreeLane *lane, OreeXmppRx *rx)
{
  oree_xmpp_settle (lane, rx->slot);
  oree_xmpp_rx_free (rx);
}

/* Takes `rx`. A contact without the right is told so; one who must not know who exists is told `unsubscribed`. */
static void
refuse_presence (OreeLane *lane, OreeXmppRx *rx, OreeReason reason)
{
  const OreeStanza *stanza = rx->stanza;
  g_autofree char *from = oree_jid_to_bare_string (&stanza->from), *to = oree_jid_to_bare_string (&stanza->to);

  if (!is_request (stanza->type))
    {
      lane->reasons[reason]++;
      done_with (lane, rx);
      return;
    }
  oree_lane_count_one (lane, OREE_COUNT_XMPP_STANZAS_REFUSED);
  oree_refusal_report (lane, OREE_EVENT_SUBSCRIPTION_REFUSED, from, to, oree_stanza_type_name (stanza->type), reason);
  if (reason == OREE_REASON_ALLOW_ENTRY_NEEDED || reason == OREE_REASON_USER_UNKNOWN)
    {
      send_presence (lane, OREE_STANZA_TYPE_UNSUBSCRIBED, &stanza->to, &stanza->from);
      done_with (lane, rx);
    }
  else
    oree_gateway_refuse (lane, rx, oree_refusal (reason)->stanza, NULL);
}

void
oree_gateway_presence_in (OreeLane *lane, OreeXmppRx *rx)
{
  const OreeStanza *stanza = rx->stanza;
  OreeTime now = oree_worker_now (lane->worker);
  g_autofree char *aor = stanza->to.local != NULL ? oree_gw_aor_from_jid (&stanza->to) : NULL;
  g_autofree char *key = pair_key (&stanza->from, aor != NULL ? aor : "");
  Watch *watch = g_hash_table_lookup (presence_of (lane)->watches, key);
  Feed *feed = g_hash_table_lookup (presence_of (lane)->feeds, key);
  OreeVerdict verdict;

  if (aor == NULL || stanza->from.local == NULL)
    {
      /* The domain itself has no presence; it answers as somebody unknown does. */
      if (is_request (stanza->type))
        send_presence (lane, OREE_STANZA_TYPE_UNSUBSCRIBED, &stanza->to, &stanza->from);
      done_with (lane, rx);
      return;
    }
  if (stanza->type == OREE_STANZA_TYPE_INVALID)
    {
      oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_BAD_REQUEST, NULL);
      return;
    }
  verdict = oree_gateway_verdict (lane, OREE_DIRECTION_IN, ask_of (stanza->type), aor, &stanza->from, stanza->to.domain,
                                  rx->auth);
  if (!verdict.allow)
    {
      refuse_presence (lane, rx, verdict.reason);
      return;
    }
  if (watch == NULL && stanza->type == OREE_STANZA_TYPE_SUBSCRIBE && !has_room (lane, aor))
    {
      oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_RESOURCE_CONSTRAINT, NULL);
      return;
    }
  if (watch == NULL && (is_request (stanza->type) || stanza->type == OREE_STANZA_TYPE_UNSUBSCRIBE))
    {
      watch = watch_new (lane, &stanza->from, &stanza->to, aor, NULL);
      set_notes (watch, lane->policy);
    }
  if (feed != NULL)
    {
      oree_gw_feed_on_stanza (feed->machine, stanza, &feed->pair.out);
      run_feed (feed);
    }
  if (watch != NULL)
    {
      gboolean answered_later = stanza->type == OREE_STANZA_TYPE_SUBSCRIBE;

      if (answered_later)
        {
          settle_slot (watch);
          watch->slot = rx->slot;
        }
      oree_gw_watch_on_stanza (watch->machine, stanza, now, &watch->pair.out);
      if (answered_later && strcmp (oree_gw_watch_subscription (watch->machine), "asking") != 0)
        settle_slot (watch);
      run_watch (watch);
      if (answered_later)
        {
          oree_xmpp_rx_free (rx);
          return;
        }
    }
  done_with (lane, rx);
}

/* --- life -------------------------------------------------------------------------------------- */

/* "direction watcher presentity" → the pair, when this lane owns the contact's domain. */
static void
restore_row (OreeLane *lane, const OreeRuntimeRow *row, guint *n)
{
  g_auto (GStrv) parts = g_strsplit (row->key, " ", 3);
  gboolean to_sip;
  g_auto (OreeJid) contact = OREE_JID_INIT, self = OREE_JID_INIT;
  const char *aor;

  if (g_strv_length (parts) != 3 || row->value == NULL)
    return;
  to_sip = g_str_equal (parts[0], "to-sip");
  aor = to_sip ? parts[2] : parts[1];
  if (!oree_jid_parse (&contact, oree_span_str (to_sip ? parts[1] : parts[2]))
      || !oree_gw_jid_from_uri (&self, oree_span_str (aor)) || oree_lane_of (lane, contact.domain) != lane)
    return;
  if (to_sip)
    {
      OreeTime start = oree_worker_now (lane->worker) + OREE_SECOND / 2 + (OreeTime) (*n)++ * SPREAD_MS * OREE_MS;
      OreeGwWatch *machine = oree_gw_watch_new_from_row (&contact, &self, random32 (), row->value, start);
      Watch *watch = machine != NULL ? watch_new (lane, &contact, &self, aor, machine) : NULL;

      if (watch == NULL)
        return;
      g_variant_lookup (row->value, "since", "x", &watch->pair.since);
      set_notes (watch, lane->policy);
    }
  else
    {
      OreeGwFeed *machine = oree_gw_feed_new_from_row (&self, &contact, row->value);
      Feed *feed = machine != NULL ? feed_new (lane, &contact, &self, aor, machine) : NULL;

      if (feed != NULL)
        g_variant_lookup (row->value, "since", "x", &feed->pair.since);
    }
}

void
oree_gateway_presence_init (OreeLane *lane)
{
  OreeGatewayPresence *self = g_new0 (OreeGatewayPresence, 1);
  const GPtrArray *runtime = oree_lane_options (lane)->runtime;

  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) oree_runtime_row_free);
  for (guint i = 0; runtime != NULL && i < runtime->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (runtime, i);

      if (g_str_equal (row->space, OREE_SPACE_SUBSCRIPTION))
        g_hash_table_replace (self->rows, g_strdup (row->key), oree_runtime_row_copy (row));
    }
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->tokens = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, watch_free);
  self->devices = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, device_free);
  self->feeds = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, feed_free);
  lane->gateway->presence = self;
}

void
oree_gateway_presence_clear (OreeLane *lane)
{
  OreeGatewayPresence *self = lane->gateway->presence;

  g_hash_table_unref (self->watches);
  g_hash_table_unref (self->devices);
  g_hash_table_unref (self->feeds);
  g_hash_table_unref (self->tokens);
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->rows);
  g_hash_table_unref (self->counts);
  g_clear_pointer (&lane->gateway->presence, g_free);
}

/* What was kept is taken up again, one pair after the other. */
void
oree_gateway_presence_start (OreeLane *lane)
{
  g_autoptr (GList) rows = g_hash_table_get_values (presence_of (lane)->rows);
  g_autoptr (GList) watches = NULL;
  guint n = 0;

  for (GList *l = rows; l != NULL; l = l->next)
    restore_row (lane, l->data, &n);
  watches = g_hash_table_get_values (presence_of (lane)->watches);
  for (GList *l = watches; l != NULL; l = l->next)
    run_watch (l->data);
}

/* Contacts see our users go; who may see whom is kept as rows, and taken up again by the next start. */
void
oree_gateway_presence_stop (OreeLane *lane)
{
  OreeGatewayPresence *self = presence_of (lane);
  g_autoptr (GList) watches = g_hash_table_get_values (self->watches);
  g_autoptr (GList) feeds = g_hash_table_get_values (self->feeds);

  for (GList *l = watches; l != NULL; l = l->next)
    {
      Watch *watch = l->data;

      if (strcmp (oree_gw_watch_authorisation (watch->machine), "granted") == 0)
        send_presence (lane, OREE_STANZA_TYPE_UNAVAILABLE, &watch->pair.self, &watch->pair.contact);
      g_hash_table_remove (self->watches, watch->pair.key);
    }
  for (GList *l = feeds; l != NULL; l = l->next)
    {
      Feed *feed = l->data;
      OreeGwOutItem item = { .kind = OREE_GW_OUT_STATE, .state = OREE_GW_TERMINATED, .reason = "probation", .retry_after = 30 };

      feed->pair.busy = TRUE;
      each_device (feed, &item);
      while (feed->devices->len > 0)
        {
          Device *device = g_ptr_array_index (feed->devices, 0);

          g_ptr_array_remove_index (feed->devices, 0);
          g_hash_table_remove (self->devices, device->key);
        }
      g_hash_table_remove (self->feeds, feed->pair.key);
    }
}

static gboolean
watch_may_stay (const Watch *watch, const OreePolicy *policy)
{
  const Pair *pair = &watch->pair;
  g_autofree char *contact = oree_jid_to_key (&pair->contact);
  OreeXmppFacts facts = {
    .direction = OREE_DIRECTION_IN, .ask = OREE_XMPP_PRESENCE, .local_domain = pair->self.domain,
    .remote_domain = pair->contact.domain, .local_user = pair->aor, .auth = OREE_XMPP_AUTH_PENDING,
    .allow_entry = oree_gateway_allows (pair->lane, pair->aor, contact),
  };

  return oree_decide_xmpp (policy, &facts, NULL).allow;
}

void
oree_gateway_presence_revoked (OreeLane *lane, const char *aor, const char *contact)
{
  g_autofree char *key = g_strconcat (contact, " ", aor, NULL);
  Watch *watch = presence_of (lane) != NULL ? g_hash_table_lookup (presence_of (lane)->watches, key) : NULL;

  if (watch == NULL || watch_may_stay (watch, lane->policy))
    return;
  oree_gw_watch_end (watch->machine, oree_worker_now (lane->worker), &watch->pair.out);
  run_watch (watch);
}

/* Rights that `next` takes away end what they allowed. */
void
oree_gateway_presence_publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact)
{
  g_autoptr (GList) watches = g_hash_table_get_values (presence_of (lane)->watches);
  g_autoptr (GList) feeds = g_hash_table_get_values (presence_of (lane)->feeds);

  for (GList *l = watches; l != NULL; l = l->next)
    {
      Watch *watch = l->data;

      if (watch_may_stay (watch, next))
        {
          if (!impact->dry)
            {
              set_notes (watch, next);
              oree_gw_watch_set_interval (watch->machine,
                                          oree_policy_xmpp_gateway (next)->subscription_refresh_interval);
              run_watch (watch);
            }
          continue;
        }
      impact->subscriptions_ended++;
      if (impact->dry)
        continue;
      oree_gw_watch_end (watch->machine, oree_worker_now (lane->worker), &watch->pair.out);
      run_watch (watch);
    }
  for (GList *l = feeds; l != NULL; l = l->next)
    {
      Feed *feed = l->data;
      OreeXmppFacts facts = {
        .direction = OREE_DIRECTION_OUT, .ask = OREE_XMPP_SUBSCRIBE, .local_domain = feed->pair.self.domain,
        .remote_domain = feed->pair.contact.domain, .local_user = feed->pair.aor, .auth = OREE_XMPP_AUTH_PENDING,
      };

      if (oree_decide_xmpp (next, &facts, NULL).allow)
        continue;
      impact->subscriptions_ended++;
      if (impact->dry)
        continue;
      oree_gw_feed_end (feed->machine, &feed->pair.out);
      run_feed (feed);
    }
}

static void
add_row (GVariantBuilder *rows, const Pair *pair, gboolean to_sip, const char *authorisation, const char *state)
{
  g_autofree char *contact = oree_jid_to_key (&pair->contact);
  GVariantDict row;

  g_variant_dict_init (&row, NULL);
  g_variant_dict_insert (&row, "direction", "s", to_sip ? "to-sip" : "to-xmpp");
  g_variant_dict_insert (&row, "watcher", "s", to_sip ? contact : pair->aor);
  g_variant_dict_insert (&row, "presentity", "s", to_sip ? pair->aor : contact);
  g_variant_dict_insert (&row, "authorisation", "s", authorisation);
  g_variant_dict_insert (&row, "state", "s", state);
  g_variant_dict_insert (&row, "since", "x", pair->since);
  g_variant_builder_add_value (rows, g_variant_dict_end (&row));
}

void
oree_gateway_presence_list (OreeLane *lane, GVariantBuilder *rows)
{
  GHashTableIter iter;
  Watch *watch;
  Feed *feed;

  g_hash_table_iter_init (&iter, presence_of (lane)->watches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &watch))
    add_row (rows, &watch->pair, TRUE, oree_gw_watch_authorisation (watch->machine),
             oree_gw_watch_subscription (watch->machine));
  g_hash_table_iter_init (&iter, presence_of (lane)->feeds);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &feed))
    add_row (rows, &feed->pair, FALSE, oree_gw_feed_authorisation (feed->machine),
             feed->devices->len > 0 ? "live" : "idle");
}

/* The stream to a domain is back: ask again what may have changed meanwhile. */
void
oree_gateway_presence_alive (OreeLane *lane, const char *domain)
{
  g_autoptr (GList) feeds = g_hash_table_get_values (presence_of (lane)->feeds);

  for (GList *l = feeds; l != NULL; l = l->next)
    {
      Feed *feed = l->data;

      if (!g_str_equal (feed->pair.contact.domain, domain))
        continue;
      oree_gw_feed_on_stream (feed->machine, &feed->pair.out);
      run_feed (feed);
    }
}
