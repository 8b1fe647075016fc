/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A presence stanza from a partner: judged, then given to who watches and who is watched. */
#include "codec/sip/oree-sip-addr.h"
#include "gateway/oree-gw-addr.h"
#include "roles/oree-gateway-feeds.h"
#include "roles/oree-gateway-watches.h"
#include "roles/oree-refusal.h"

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

/* What the contact says to our user, for the table: answers are about who watches them, questions about who is watched;
 * of an error its condition. */
static void
note_stanza (OreeGatewayPair *pair, const OreeStanza *stanza)
{
  const char *word = oree_stanza_type_name (stanza->type);
  gboolean question = is_request (stanza->type) || stanza->type == OREE_STANZA_TYPE_UNSUBSCRIBE;
  gboolean answer = stanza->type == OREE_STANZA_TYPE_SUBSCRIBED || stanza->type == OREE_STANZA_TYPE_UNSUBSCRIBED;
  OreeStanzaErrView view;

  if (pair->to_sip ? answer : question)
    return;
  if (stanza->type == OREE_STANZA_TYPE_ERROR)
    oree_stanza_err_read (stanza->node, &view);
  oree_gateway_said (&pair->xmpp, word != NULL ? word : "available",
                     stanza->type == OREE_STANZA_TYPE_ERROR ? oree_stanza_err_condition (view.condition) : NULL, 0);
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
      oree_gateway_send_presence (lane, OREE_STANZA_TYPE_UNSUBSCRIBED, &stanza->to, &stanza->from);
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
  g_autofree char *key = oree_gateway_pair_key (&stanza->from, aor != NULL ? aor : "");
  OreeGatewayWatch *watch = g_hash_table_lookup (oree_gateway_presence_of (lane)->watches, key);
  OreeGatewayFeed *feed = g_hash_table_lookup (oree_gateway_presence_of (lane)->feeds, key);
  OreeVerdict verdict;

  if (aor == NULL || stanza->from.local == NULL)
    {
      /* The domain itself has no presence; it answers as somebody unknown does. */
      if (is_request (stanza->type))
        oree_gateway_send_presence (lane, OREE_STANZA_TYPE_UNSUBSCRIBED, &stanza->to, &stanza->from);
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
  if (watch == NULL && stanza->type == OREE_STANZA_TYPE_SUBSCRIBE && !oree_gateway_pair_room (lane, aor))
    {
      oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_RESOURCE_CONSTRAINT, NULL);
      return;
    }
  if (watch == NULL && (is_request (stanza->type) || stanza->type == OREE_STANZA_TYPE_UNSUBSCRIBE))
    {
      watch = oree_gateway_watch_new (lane, &stanza->from, &stanza->to, aor, NULL);
    }
  if (feed != NULL)
    {
      note_stanza (&feed->pair, stanza);
      oree_gw_feed_on_stanza (feed->machine, stanza, now, g_get_real_time (), &feed->pair.out);
      oree_gateway_feed_run (feed);
    }
  if (watch != NULL)
    {
      gboolean answered_later = stanza->type == OREE_STANZA_TYPE_SUBSCRIBE;

      if (answered_later)
        {
          oree_gateway_watch_settle (watch);
          watch->slot = rx->slot;
        }
      note_stanza (&watch->pair, stanza);
      oree_gw_watch_on_stanza (watch->machine, stanza, now, &watch->pair.out);
      if (answered_later && strcmp (oree_gw_watch_subscription (watch->machine), "asking") != 0)
        oree_gateway_watch_settle (watch);
      oree_gateway_watch_run (watch);
      if (answered_later)
        {
          oree_xmpp_rx_free (rx);
          return;
        }
    }
  done_with (lane, rx);
}
