/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of presence subscriptions: who watches whom, how it stands, what either side said last. */
#include "roles/oree-gateway-feeds.h"
#include "roles/oree-gateway-watches.h"

/* "SUBSCRIBE 200", "terminated rejected", "error item-not-found" and when; nothing before anything was said. */
static void
add_said (GVariantDict *row, const char *name, const OreeGatewaySaid *said)
{
  g_autofree char *time_name = g_strconcat (name, "-time", NULL);
  g_autoptr (GString) text = g_string_new (said->word);

  if (*said->word == '\0')
    return;
  if (said->detail != NULL)
    g_string_append_printf (text, " %s", said->detail);
  if (said->status != 0)
    g_string_append_printf (text, " %u", said->status);
  g_variant_dict_insert (row, name, "s", text->str);
  g_variant_dict_insert (row, time_name, "x", said->at);
}

static void
begin_row (GVariantDict *row, const OreeGatewayPair *pair, const char *authorisation, const char *state, gboolean known)
{
  g_autofree char *contact = oree_jid_to_key (&pair->contact);

  g_variant_dict_init (row, NULL);
  g_variant_dict_insert (row, "direction", "s", pair->to_sip ? "to-sip" : "to-xmpp");
  g_variant_dict_insert (row, "watcher", "s", pair->to_sip ? contact : pair->aor);
  g_variant_dict_insert (row, "presentity", "s", pair->to_sip ? pair->aor : contact);
  g_variant_dict_insert (row, "authorisation", "s", authorisation);
  g_variant_dict_insert (row, "state", "s", state);
  g_variant_dict_insert (row, "known", "b", known);
  g_variant_dict_insert (row, "since", "x", pair->since);
  add_said (row, "last-sip", &pair->sip);
  add_said (row, "last-xmpp", &pair->xmpp);
}

/* The moment of `at` on the wall; nothing for NEVER. */
static void
add_next (GVariantDict *row, OreeLane *lane, OreeTime at)
{
  if (at != OREE_TIME_NEVER)
    g_variant_dict_insert (row, "next", "x", g_get_real_time () + MAX (at - oree_worker_now (lane->worker), 0));
}

static GVariant *
watch_row (const OreeGatewayWatch *watch)
{
  const OreeGwWatch *machine = watch->machine;
  const char *state = oree_gw_watch_subscription (machine);
  GVariantDict row;

  if (oree_gw_watch_is_asleep (machine))
    state = "asleep";
  begin_row (&row, &watch->pair, oree_gw_watch_authorisation (machine), state, oree_gw_watch_is_known (machine));
  add_next (&row, watch->pair.lane, oree_gw_watch_next (machine));
  return g_variant_dict_end (&row);
}

/* A feed is refreshed by its devices; `next` is when the first of them lapses if it is not. */
static GVariant *
feed_row (const OreeGatewayFeed *feed)
{
  OreeTime now = oree_worker_now (feed->pair.lane->worker), first = OREE_TIME_NEVER;
  GVariantDict row;

  for (guint i = 0; i < feed->devices->len; i++)
    {
      const OreeGatewayDevice *device = g_ptr_array_index (feed->devices, i);

      first = MIN (first, now + (OreeTime) oree_sip_sub_expires (device->sub, now) * OREE_SECOND);
    }
  begin_row (&row, &feed->pair, oree_gw_feed_authorisation (feed->machine), feed->devices->len > 0 ? "live" : "idle",
             oree_gw_feed_is_known (feed->machine));
  g_variant_dict_insert (&row, "devices", "u", feed->devices->len);
  add_next (&row, feed->pair.lane, first);
  return g_variant_dict_end (&row);
}

void
oree_gateway_presence_list (OreeLane *lane, GVariantBuilder *rows)
{
  GHashTableIter iter;
  OreeGatewayWatch *watch;
  OreeGatewayFeed *feed;

  g_hash_table_iter_init (&iter, oree_gateway_presence_of (lane)->watches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &watch))
    g_variant_builder_add_value (rows, watch_row (watch));
  g_hash_table_iter_init (&iter, oree_gateway_presence_of (lane)->feeds);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &feed))
    g_variant_builder_add_value (rows, feed_row (feed));
}
