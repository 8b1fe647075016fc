/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allow entries: an unverified contact may add our user and write to them once our user subscribed to the contact or
 * wrote first (lync-behaviour 8.2). Durable before it takes effect; kept on the lane that owns the contact's domain. */
#include "roles/oree-gateway-role.h"

typedef struct
{
  void (*then) (OreeLane *lane, gboolean ok, gpointer data);
  gpointer data;
} Waiter;

typedef struct
{
  OreeLane *lane;
  char *key;
  gboolean known;
  gint64 since;
  GQueue waiters; /* Waiter *: what waits for the store */
} Entry;

struct _OreeGatewayAllow
{
  GHashTable *entries; /* key → Entry */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_queue_clear_full (&entry->waiters, g_free);
  g_free (entry->key);
  g_free (entry);
}

static Entry *
entry_new (OreeLane *lane, const char *key)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->lane = lane;
  entry->key = g_strdup (key);
  g_queue_init (&entry->waiters);
  g_hash_table_insert (lane->gateway->allow->entries, entry->key, entry);
  return entry;
}

void
oree_gateway_allow_init (OreeLane *lane)
{
  const GPtrArray *runtime = oree_lane_options (lane)->runtime;

  lane->gateway->allow = g_new0 (OreeGatewayAllow, 1);
  lane->gateway->allow->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  for (guint i = 0; runtime != NULL && i < runtime->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (runtime, i);
      const char *contact;
      g_auto (OreeJid) jid = OREE_JID_INIT;
      Entry *entry;

      if (!g_str_equal (row->space, OREE_SPACE_ALLOW) || (contact = strchr (row->key, ' ')) == NULL
          || !oree_jid_parse (&jid, oree_span_str (contact + 1)) || oree_lane_of (lane, jid.domain) != lane)
        continue;
      entry = entry_new (lane, row->key);
      entry->known = TRUE;
      if (row->value != NULL)
        g_variant_lookup (row->value, "since", "x", &entry->since);
    }
}

void
oree_gateway_allow_clear (OreeLane *lane)
{
  g_hash_table_unref (lane->gateway->allow->entries);
  g_clear_pointer (&lane->gateway->allow, g_free);
}

gboolean
oree_gateway_allows (OreeLane *lane, const char *aor, const char *contact)
{
  g_autofree char *key = g_strconcat (aor, " ", contact, NULL);
  Entry *entry = g_hash_table_lookup (lane->gateway->allow->entries, key);

  return entry != NULL && entry->known;
}

static void
saved_cb (OreeLane *lane, gboolean ok, gpointer data)
{
  g_autofree char *key = data;
  Entry *entry = lane->gateway != NULL ? g_hash_table_lookup (lane->gateway->allow->entries, key) : NULL;
  GQueue waiters = G_QUEUE_INIT;
  Waiter *waiter;

  if (entry == NULL)
    return;
  entry->known = ok;
  waiters = entry->waiters;
  g_queue_init (&entry->waiters);
  if (ok)
    {
      g_auto (GStrv) parts = g_strsplit (key, " ", 2);

      oree_lane_event (lane, oree_event_new (OREE_EVENT_ALLOW_ENTRY_MADE, "user", parts[0], "contact", parts[1], NULL));
    }
  else
    g_hash_table_remove (lane->gateway->allow->entries, key);
  while ((waiter = g_queue_pop_head (&waiters)) != NULL)
    {
      waiter->then (lane, ok, waiter->data);
      g_free (waiter);
    }
}

void
oree_gateway_allow (OreeLane *lane, const char *aor, const OreeJid *contact,
                    void (*then) (OreeLane *lane, gboolean ok, gpointer data), gpointer data)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (lane->policy, contact->domain);

  if (partner == NULL || oree_xmpp_partner_trusted (partner))
    then (lane, TRUE, data);
  else
    oree_gateway_allow_contact (lane, aor, contact, then, data);
}

void
oree_gateway_allow_contact (OreeLane *lane, const char *aor, const OreeJid *contact,
                            void (*then) (OreeLane *lane, gboolean ok, gpointer data), gpointer data)
{
  g_autofree char *contact_key = oree_jid_to_key (contact);
  g_autofree char *key = g_strconcat (aor, " ", contact_key, NULL);
  Entry *entry;
  Waiter *waiter;

  entry = g_hash_table_lookup (lane->gateway->allow->entries, key);
  if (entry != NULL && entry->known)
    {
      then (lane, TRUE, data);
      return;
    }
  waiter = g_new (Waiter, 1);
  *waiter = (Waiter){ then, data };
  if (entry == NULL)
    {
      GVariantDict dict;

      entry = entry_new (lane, key);
      entry->since = g_get_real_time ();
      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "since", "x", entry->since);
      oree_lane_save (lane, oree_runtime_row_new (OREE_SPACE_ALLOW, key, g_variant_dict_end (&dict)), saved_cb,
                      g_strdup (key));
    }
  g_queue_push_tail (&entry->waiters, waiter);
}

gboolean
oree_gateway_revoke (OreeLane *lane, const char *key)
{
  Entry *entry = lane->gateway != NULL ? g_hash_table_lookup (lane->gateway->allow->entries, key) : NULL;
  g_auto (GStrv) parts = NULL;

  if (entry == NULL || !entry->known)
    return FALSE;
  parts = g_strsplit (key, " ", 2);
  oree_lane_save (lane, oree_runtime_row_new (OREE_SPACE_ALLOW, key, NULL), NULL, NULL);
  oree_lane_event (lane, oree_event_new (OREE_EVENT_ALLOW_ENTRY_REVOKED, "user", parts[0], "contact", parts[1], NULL));
  g_hash_table_remove (lane->gateway->allow->entries, key);
  oree_gateway_presence_revoked (lane, parts[0], parts[1]);
  return TRUE;
}

void
oree_gateway_allow_list (OreeLane *lane, GVariantBuilder *rows)
{
  GHashTableIter iter;
  Entry *entry;

  g_hash_table_iter_init (&iter, lane->gateway->allow->entries);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &entry))
    {
      GVariantDict row;
      g_auto (GStrv) parts = g_strsplit (entry->key, " ", 2);

      if (!entry->known)
        continue;
      g_variant_dict_init (&row, NULL);
      g_variant_dict_insert (&row, "key", "s", entry->key);
      g_variant_dict_insert (&row, "user", "s", parts[0]);
      g_variant_dict_insert (&row, "contact", "s", parts[1]);
      g_variant_dict_insert (&row, "since", "x", entry->since);
      g_variant_builder_add_value (rows, g_variant_dict_end (&row));
    }
}
