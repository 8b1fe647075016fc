/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-gateway-pair.h"
#include "base/oree-limits.h"
#include "base/oree-secret.h"

OreeGatewayPresence *
oree_gateway_presence_of (OreeLane *lane)
{
  return lane->gateway != NULL ? lane->gateway->presence : NULL;
}

guint32
oree_gateway_random32 (void)
{
  guint32 value;

  oree_random_bytes (&value, sizeof value);
  return value;
}

char *
oree_gateway_pair_key (const OreeJid *contact, const char *aor)
{
  g_autofree char *key = oree_jid_to_key (contact);

  return g_strconcat (key, " ", aor, NULL);
}

static void
count_pair (OreeLane *lane, const char *aor, int step)
{
  GHashTable *counts = oree_gateway_presence_of (lane)->counts;
  int now = GPOINTER_TO_INT (g_hash_table_lookup (counts, aor)) + step;

  if (now > 0)
    g_hash_table_insert (counts, g_strdup (aor), GINT_TO_POINTER (now));
  else
    g_hash_table_remove (counts, aor);
}

void
oree_gateway_pair_init (OreeGatewayPair *pair, OreeLane *lane, gboolean to_sip, const OreeJid *contact, const OreeJid *self,
                        const char *aor)
{
  pair->lane = lane;
  pair->key = oree_gateway_pair_key (contact, aor);
  pair->to_sip = to_sip;
  pair->aor = g_strdup (aor);
  oree_jid_set (&pair->self, self->local, self->domain, NULL);
  oree_jid_set (&pair->contact, contact->local, contact->domain, NULL);
  pair->since = g_get_real_time ();
  pair->sip.word = pair->xmpp.word = "";
  count_pair (lane, aor, 1);
}

gboolean
oree_gateway_pair_room (OreeLane *lane, const char *aor)
{
  if (GPOINTER_TO_UINT (g_hash_table_lookup (oree_gateway_presence_of (lane)->counts, aor)) < OREE_GW_SUBSCRIPTIONS_PER_USER_MAX)
    return TRUE;
  oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
  oree_lane_event (lane, oree_event_new (OREE_EVENT_LIMIT_HIT, "limit", "subscriptions-per-user", "peer", aor, NULL));
  return FALSE;
}

void
oree_gateway_pair_clear (OreeGatewayPair *pair)
{
  count_pair (pair->lane, pair->aor, -1);
  oree_gw_out_clear (&pair->out);
  oree_jid_clear (&pair->self);
  oree_jid_clear (&pair->contact);
  g_free (pair->key);
  g_free (pair->aor);
}

void
oree_gateway_pair_send (const OreeGatewayPair *pair, const OreeXmlNode *node, OreeXmppSent sent)
{
  oree_lane_count_one (pair->lane, OREE_COUNT_PRESENCE_TO_XMPP);
  oree_xmpp_out_send (pair->lane, pair->self.domain, pair->contact.domain, node, sent,
                      sent != NULL ? g_strdup (pair->key) : NULL);
}

void
oree_gateway_send_presence (OreeLane *lane, OreeStanzaType type, const OreeJid *from, const OreeJid *to)
{
  g_autofree char *from_text = oree_jid_to_bare_string (from), *to_text = oree_jid_to_bare_string (to);
  g_autoptr (OreeXmlNode) node = oree_stanza_build_presence (type, from_text, to_text, NULL, NULL, NULL, NULL, 0);

  oree_lane_count_one (lane, OREE_COUNT_PRESENCE_TO_XMPP);
  oree_xmpp_out_send (lane, from->domain, to->domain, node, NULL, NULL);
}

/* "direction watcher presentity"; made when it is needed: most pairs are written once in months. */
static char *
row_key_of (const OreeGatewayPair *pair)
{
  g_autofree char *contact = oree_jid_to_key (&pair->contact);

  return pair->to_sip ? g_strjoin (" ", "to-sip", contact, pair->aor, NULL)
                      : g_strjoin (" ", "to-xmpp", pair->aor, contact, NULL);
}

/* The row of the machine's state with when it began. */
static OreeRuntimeRow *
row_of (const OreeGatewayPair *pair, const char *key, GVariant *state)
{
  GVariantDict dict;

  if (state == NULL)
    return oree_runtime_row_new (OREE_SPACE_SUBSCRIPTION, key, NULL);
  g_variant_dict_init (&dict, state);
  g_variant_dict_insert (&dict, "since", "x", pair->since);
  return oree_runtime_row_new (OREE_SPACE_SUBSCRIPTION, key, g_variant_dict_end (&dict));
}

void
oree_gateway_pair_save (OreeGatewayPair *pair, GVariant *state, void (*saved) (OreeLane *lane, gboolean ok, gpointer data))
{
  GHashTable *rows = oree_gateway_presence_of (pair->lane)->rows;
  g_autofree char *key = row_key_of (pair);
  OreeRuntimeRow *row = row_of (pair, key, state);

  pair->saving = state != NULL;
  if (state != NULL)
    g_hash_table_replace (rows, g_steal_pointer (&key), oree_runtime_row_copy (row));
  else
    g_hash_table_remove (rows, key);
  oree_lane_save (pair->lane, row, state != NULL ? saved : NULL, state != NULL ? g_strdup (pair->key) : NULL);
}

void
oree_gateway_said (OreeGatewaySaid *said, const char *word, const char *detail, guint status)
{
  *said = (OreeGatewaySaid){ word, detail, status, g_get_real_time () };
}
