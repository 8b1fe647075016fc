/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presence subscriptions over time: kept through restarts, ended by a change of rights, asked again when a partner is
 * back. */
#include "gateway/oree-gw-addr.h"
#include "roles/oree-gateway-feeds.h"
#include "roles/oree-gateway-watches.h"

#define SPREAD_MS 50            /* between two pairs that are taken up again: neither side sees a storm */
#define ASK_SPREAD_MS 5         /* the same, where one question costs one stanza */
#define COME_BACK_SECONDS 30    /* devices are told to, when we stop; … */
#define COME_BACK_SPREAD 60     /* … not all at once */

/* The turn of the next pair in a row of many. */
static OreeTime
turn (OreeLane *lane, guint *n)
{
  return oree_worker_now (lane->worker) + OREE_SECOND / 2 + (OreeTime) (*n)++ * SPREAD_MS * OREE_MS;
}

/* Does this lane own the domain of the contact in a row of either space? */
static gboolean
is_of_lane (OreeLane *lane, const OreeRuntimeRow *row)
{
  gboolean dialog = g_str_equal (row->space, OREE_SPACE_DIALOG);
  g_auto (GStrv) parts = g_strsplit (row->key, " ", 3);
  g_auto (OreeJid) contact = OREE_JID_INIT;
  const char *text = NULL;

  if (row->value == NULL || (!dialog && g_strv_length (parts) != 3))
    return FALSE;
  if (dialog)
    g_variant_lookup (row->value, "contact", "&s", &text);
  else
    text = g_str_equal (parts[0], "to-sip") ? parts[1] : parts[2];
  return text != NULL && oree_jid_parse (&contact, oree_span_str (text)) && oree_lane_of (lane, contact.domain) == lane;
}

/* The dialogs of our users' devices; what is over meanwhile, or of no use any more, is forgotten. */
static void
restore_dialogs (OreeLane *lane, guint *n)
{
  GPtrArray *rows = oree_gateway_presence_of (lane)->dialogs;

  for (guint i = 0; i < rows->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (rows, i);

      if (!oree_gateway_device_restore (lane, row, turn (lane, n)))
        oree_lane_save (lane, oree_runtime_row_new (OREE_SPACE_DIALOG, row->key, NULL), NULL, NULL);
    }
  g_ptr_array_set_size (rows, 0);
}

static void
known_cb (OreeLane *lane, gboolean ok, gpointer data)
{
  g_autofree char *key = data;
  OreeGatewayPresence *self = oree_gateway_presence_of (lane);
  OreeGatewayFeed *feed = ok && self != NULL ? g_hash_table_lookup (self->feeds, key) : NULL;

  if (feed == NULL)
    return;
  oree_gw_feed_on_stream (feed->machine, oree_worker_now (lane->worker)); /* what came meanwhile was refused */
  oree_worker_arm (lane->worker, &feed->timer, oree_gw_feed_deadline (feed->machine));
}

/* Whom our user watches our user knows, also when the partner has become of a type for which that matters. */
static void
know (OreeGatewayFeed *feed, const OreePolicy *policy)
{
  OreeGatewayPair *pair = &feed->pair;
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (policy, pair->contact.domain);
  g_autofree char *contact = oree_jid_to_key (&pair->contact);

  if (partner != NULL && !oree_xmpp_partner_trusted (partner) && !oree_gateway_allows (pair->lane, pair->aor, contact))
    oree_gateway_allow_contact (pair->lane, pair->aor, &pair->contact, known_cb, g_strdup (pair->key));
}

/* "direction watcher presentity" → the pair. */
static void
restore_row (OreeLane *lane, const OreeRuntimeRow *row, guint *n)
{
  g_auto (GStrv) parts = g_strsplit (row->key, " ", 3);
  gboolean to_sip;
  g_auto (OreeJid) contact = OREE_JID_INIT, self = OREE_JID_INIT;
  const char *aor;

  if (g_strv_length (parts) != 3)
    return;
  to_sip = g_str_equal (parts[0], "to-sip");
  aor = to_sip ? parts[2] : parts[1];
  if (!oree_jid_parse (&contact, oree_span_str (to_sip ? parts[1] : parts[2]))
      || !oree_gw_jid_from_uri (&self, oree_span_str (aor)))
    return;
  if (to_sip)
    {
      OreeGwWatch *machine
          = oree_gw_watch_new_from_row (&contact, &self, oree_gateway_random32 (), row->value, turn (lane, n));
      OreeGatewayWatch *watch = machine != NULL ? oree_gateway_watch_new (lane, &contact, &self, aor, machine) : NULL;

      if (watch == NULL)
        return;
      g_variant_lookup (row->value, "since", "x", &watch->pair.since);
    }
  else
    {
      OreeGwFeed *machine = oree_gw_feed_new_from_row (&self, &contact, oree_gateway_random32 (), row->value);
      OreeGatewayFeed *feed = machine != NULL ? oree_gateway_feed_new (lane, &contact, &self, aor, machine) : NULL;

      if (feed == NULL)
        return;
      g_variant_lookup (row->value, "since", "x", &feed->pair.since);
      know (feed, lane->policy);
    }
}

void
oree_gateway_presence_init (OreeLane *lane)
{
  OreeGatewayPresence *self = g_new0 (OreeGatewayPresence, 1);
  const GPtrArray *runtime = oree_lane_options (lane)->runtime;

  self->dialogs = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_runtime_row_free);
  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) oree_runtime_row_free);
  for (guint i = 0; runtime != NULL && i < runtime->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (runtime, i);

      if (g_str_equal (row->space, OREE_SPACE_SUBSCRIPTION) && is_of_lane (lane, row))
        g_hash_table_replace (self->rows, g_strdup (row->key), oree_runtime_row_copy (row));
      else if (g_str_equal (row->space, OREE_SPACE_DIALOG) && is_of_lane (lane, row))
        g_ptr_array_add (self->dialogs, oree_runtime_row_copy (row));
    }
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->tokens = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, oree_gateway_watch_free);
  self->devices = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, oree_gateway_device_free);
  self->feeds = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, oree_gateway_feed_free);
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
  g_ptr_array_unref (self->dialogs);
  g_hash_table_unref (self->counts);
  g_clear_pointer (&lane->gateway->presence, g_free);
}

/* What was kept is taken up again, one pair after the other. */
void
oree_gateway_presence_start (OreeLane *lane)
{
  g_autoptr (GList) rows = g_hash_table_get_values (oree_gateway_presence_of (lane)->rows);
  g_autoptr (GList) watches = NULL;
  guint n = 0;

  for (GList *l = rows; l != NULL; l = l->next)
    restore_row (lane, l->data, &n);
  restore_dialogs (lane, &n);
  watches = g_hash_table_get_values (oree_gateway_presence_of (lane)->watches);
  for (GList *l = watches; l != NULL; l = l->next)
    oree_gateway_watch_run (l->data);
}

/* Contacts see our users go; who may see whom is kept as rows, and taken up again by the next start. */
void
oree_gateway_presence_stop (OreeLane *lane)
{
  OreeGatewayPresence *self = oree_gateway_presence_of (lane);
  g_autoptr (GList) watches = g_hash_table_get_values (self->watches);
  g_autoptr (GList) feeds = g_hash_table_get_values (self->feeds);

  for (GList *l = watches; l != NULL; l = l->next)
    {
      OreeGatewayWatch *watch = l->data;

      if (strcmp (oree_gw_watch_authorisation (watch->machine), "granted") == 0)
        oree_gateway_send_presence (lane, OREE_STANZA_TYPE_UNAVAILABLE, &watch->pair.self, &watch->pair.contact);
      g_hash_table_remove (self->watches, watch->pair.key);
    }
  for (GList *l = feeds; l != NULL; l = l->next)
    {
      OreeGatewayFeed *feed = l->data;
      OreeGwOutItem item = { .kind = OREE_GW_OUT_STATE, .state = OREE_GW_TERMINATED, .reason = "probation",
                             .retry_after = COME_BACK_SECONDS + oree_gateway_random32 () % COME_BACK_SPREAD };

      feed->pair.busy = TRUE;
      oree_gateway_feed_tell (feed, &item);
      while (feed->devices->len > 0)
        {
          OreeGatewayDevice *device = g_ptr_array_index (feed->devices, 0);

          oree_gateway_device_forget (device);
          g_ptr_array_remove_index (feed->devices, 0);
          g_hash_table_remove (self->devices, device->key);
        }
      g_hash_table_remove (self->feeds, feed->pair.key);
    }
}

static gboolean
watch_may_stay (const OreeGatewayWatch *watch, const OreePolicy *policy)
{
  const OreeGatewayPair *pair = &watch->pair;
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
  OreeGatewayPresence *self = oree_gateway_presence_of (lane);
  OreeGatewayWatch *watch = self != NULL ? g_hash_table_lookup (self->watches, key) : NULL;
  OreeGatewayFeed *feed = self != NULL ? g_hash_table_lookup (self->feeds, key) : NULL;
  const OreeXmppPartner *partner;

  if (watch != NULL && !watch_may_stay (watch, lane->policy))
    {
      oree_gw_watch_end (watch->machine, oree_worker_now (lane->worker), &watch->pair.out);
      oree_gateway_watch_run (watch);
    }
  partner = feed != NULL ? oree_policy_xmpp_partner (lane->policy, feed->pair.contact.domain) : NULL;
  if (partner == NULL || oree_xmpp_partner_trusted (partner))
    return;
  oree_gw_feed_end (feed->machine, &feed->pair.out); /* what the contact says is not let in any more: nothing would be true */
  oree_gateway_feed_run (feed);
}

/* Rights that `next` takes away end what they allowed. */
void
oree_gateway_presence_publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact)
{
  g_autoptr (GList) watches = g_hash_table_get_values (oree_gateway_presence_of (lane)->watches);
  g_autoptr (GList) feeds = g_hash_table_get_values (oree_gateway_presence_of (lane)->feeds);

  for (GList *l = watches; l != NULL; l = l->next)
    {
      OreeGatewayWatch *watch = l->data;

      if (watch_may_stay (watch, next))
        {
          if (!impact->dry)
            {
              oree_gateway_watch_set_rights (watch, next);
              oree_gateway_watch_run (watch);
            }
          continue;
        }
      impact->subscriptions_ended++;
      if (impact->dry)
        continue;
      oree_gw_watch_end (watch->machine, oree_worker_now (lane->worker), &watch->pair.out);
      oree_gateway_watch_run (watch);
    }
  for (GList *l = feeds; l != NULL; l = l->next)
    {
      OreeGatewayFeed *feed = l->data;
      OreeXmppFacts facts = {
        .direction = OREE_DIRECTION_OUT, .ask = OREE_XMPP_SUBSCRIBE, .local_domain = feed->pair.self.domain,
        .remote_domain = feed->pair.contact.domain, .local_user = feed->pair.aor, .auth = OREE_XMPP_AUTH_PENDING,
      };

      if (oree_decide_xmpp (next, &facts, NULL).allow)
        {
          if (!impact->dry)
            {
              oree_gateway_feed_set_rights (feed, next);
              know (feed, next);
              oree_gateway_feed_run (feed);
            }
          continue;
        }
      impact->subscriptions_ended++;
      if (impact->dry)
        continue;
      oree_gw_feed_end (feed->machine, &feed->pair.out);
      oree_gateway_feed_run (feed);
    }
}
/* Every device that watches somebody there hears anew, one pair after the other: 4,000 stanzas at once fill a stream. */
static void
ask_domain (OreeLane *lane, const char *domain)
{
  GHashTableIter iter;
  OreeGatewayFeed *feed;
  guint n = 0;

  g_hash_table_iter_init (&iter, oree_gateway_presence_of (lane)->feeds);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &feed))
    if (g_str_equal (feed->pair.contact.domain, domain))
      {
        oree_gw_feed_on_stream (feed->machine, oree_worker_now (lane->worker) + (OreeTime) n++ * ASK_SPREAD_MS * OREE_MS);
        oree_worker_arm (lane->worker, &feed->timer, oree_gw_feed_deadline (feed->machine));
      }
}

/* The stream to a domain is back: what may have changed meanwhile is asked again. */
void
oree_gateway_presence_alive (OreeLane *lane, const char *domain)
{
  ask_domain (lane, domain);
}

/* A stream with a domain broke: is anybody still there? */
void
oree_gateway_presence_lost (OreeLane *lane, const char *domain)
{
  ask_domain (lane, domain);
}

/* A presence server that was shot remembers nobody: each subscription is checked, one after the other. */
void
oree_gateway_presence_returned (OreeLane *lane)
{
  GHashTableIter iter;
  OreeGatewayWatch *watch;
  guint n = 0;

  if (oree_gateway_presence_of (lane) == NULL)
    return;
  g_hash_table_iter_init (&iter, oree_gateway_presence_of (lane)->watches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &watch))
    {
      oree_gw_watch_on_return (watch->machine, turn (lane, &n));
      oree_worker_arm (lane->worker, &watch->timer, oree_gw_watch_deadline (watch->machine));
    }
}
