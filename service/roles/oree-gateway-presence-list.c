/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of presence subscriptions: who watches whom, how it stands, what either side said last. */
#include "roles/oree-gateway-feeds.h"
#include "roles/oree-gateway-watches.h"

static void
add_row (GVariantBuilder *rows, const OreeGatewayPair *pair, gboolean to_sip, const char *authorisation, const char *state)
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
  OreeGatewayWatch *watch;
  OreeGatewayFeed *feed;

  g_hash_table_iter_init (&iter, oree_gateway_presence_of (lane)->watches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &watch))
    add_row (rows, &watch->pair, TRUE, oree_gw_watch_authorisation (watch->machine),
             oree_gw_watch_subscription (watch->machine));
  g_hash_table_iter_init (&iter, oree_gateway_presence_of (lane)->feeds);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &feed))
    add_row (rows, &feed->pair, FALSE, oree_gw_feed_authorisation (feed->machine),
             feed->devices->len > 0 ? "live" : "idle");
}

/* The stream to a domain is back: ask again what may have changed meanwhile. */
