/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is writing, pair by pair: carries out what the machine of oree-gw-typing wants. A pair is known once its contact sent a
 * chat state; whatever fails here fails in silence. */
#include "base/oree-hash.h"
#include "base/oree-limits.h"
#include "gateway/oree-gw-addr.h"
#include "gateway/oree-gw-typing.h"
#include "roles/oree-gateway-sessions.h"

typedef struct
{
  OreeLane *lane;
  char *key;       /* "contact-key aor" */
  char *aor;
  OreeJid user;    /* ours, bare */
  OreeJid contact; /* the full address that spoke last */
  OreeGwTyping state;
  OreeTimer timer;
  GList *link;
} Pair;

struct _OreeGatewayTyping
{
  GHashTable *pairs; /* key → Pair */
  GQueue order;      /* Pair *, the oldest first */
};

static void
pair_free (gpointer data)
{
  Pair *pair = data;

  oree_worker_cancel (pair->lane->worker, &pair->timer);
  oree_jid_clear (&pair->user);
  oree_jid_clear (&pair->contact);
  g_free (pair->key);
  g_free (pair->aor);
  g_free (pair);
}

static void
forget (OreeGatewayTyping *self, Pair *pair)
{
  g_queue_delete_link (&self->order, pair->link);
  g_hash_table_remove (self->pairs, pair->key); /* frees */
}

static Pair *
find (OreeLane *lane, const char *aor, const OreeJid *contact)
{
  g_autofree char *contact_key = NULL, *key = NULL;

  if (g_hash_table_size (lane->gateway->typing->pairs) == 0)
    return NULL; /* the common case: nobody's typing is known */
  contact_key = oree_jid_to_key (contact);
  key = g_strconcat (contact_key, " ", aor, NULL);
  return g_hash_table_lookup (lane->gateway->typing->pairs, key);
}

static void carry_out (Pair *pair, OreeGwTypingDo what);

static void
deadline_cb (gpointer data)
{
  Pair *pair = data;

  carry_out (pair, oree_gw_typing_on_deadline (&pair->state, oree_worker_now (pair->lane->worker)));
}

static void
rearm (Pair *pair)
{
  OreeTime at = oree_gw_typing_deadline (&pair->state);

  oree_worker_cancel (pair->lane->worker, &pair->timer);
  if (at != OREE_TIME_NEVER)
    oree_worker_arm (pair->lane->worker, &pair->timer, at);
}

static Pair *
add (OreeLane *lane, const OreeStanza *stanza, const char *aor)
{
  OreeGatewayTyping *self = lane->gateway->typing;
  g_autofree char *contact_key = oree_jid_to_key (&stanza->from);
  Pair *pair = g_new0 (Pair, 1);

  if (self->order.length >= OREE_GW_TYPING_MAX)
    forget (self, g_queue_peek_head (&self->order));
  pair->lane = lane;
  pair->key = g_strconcat (contact_key, " ", aor, NULL);
  pair->aor = g_strdup (aor);
  oree_jid_set (&pair->user, stanza->to.local, stanza->to.domain, NULL);
  oree_timer_init (&pair->timer, deadline_cb, pair);
  g_queue_push_tail (&self->order, pair);
  pair->link = self->order.tail;
  g_hash_table_insert (self->pairs, pair->key, pair);
  return pair;
}

/* A timer may end long after the policy changed, or the gateway stopped. */
static gboolean
is_allowed (Pair *pair, OreeDirection direction)
{
  const OreeGwBoundary *boundary = oree_gateway_boundary (pair->lane, pair->contact.domain);

  if (boundary != NULL && !(direction == OREE_DIRECTION_OUT ? boundary->typing_out : boundary->typing_in))
    return FALSE;
  return oree_gateway_open (pair->lane)
         && oree_gateway_verdict (pair->lane, direction, OREE_XMPP_MESSAGE, pair->aor, &pair->contact, pair->user.domain,
                                  OREE_XMPP_AUTH_PENDING).allow;
}

/* --- to SIP -------------------------------------------------------------------------------------- */

static void
status_done (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  g_autofree char *key = data;
  Pair *pair = lane->gateway != NULL ? g_hash_table_lookup (lane->gateway->typing->pairs, key) : NULL;

  if (pair != NULL)
    carry_out (pair, oree_gw_typing_on_outcome (&pair->state, status, oree_worker_now (lane->worker)));
}

static void
send_status (Pair *pair, gboolean active)
{
  OreeLane *lane = pair->lane;
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  OreeIsComposing status = { active, OREE_GW_TYPING_REFRESH };
  g_autofree char *from = oree_gw_uri_from_jid (&pair->contact);
  g_autofree char *body = NULL;
  gboolean in_session;
  g_autofree char *contact = oree_jid_to_key (&pair->contact);
  OreeFlow flow = oree_sip_hub_inside (lane, pair->aor);
  OreeSipUaRequest parts = {
    .method = "MESSAGE",
    .from_uri = from,
    .to_uri = pair->aor,
    .transport = oree_sip_hub_transport (lane, flow),
    .sent_by = oree_sip_hub_sent_by (lane),
  };

  /* A Lync client that opened a session wants it as its own kind says it. */
  in_session = oree_gateway_session_begin (lane, contact, pair->aor, flow, "INFO", &writer);
  if (!in_session)
    oree_sip_ua_begin (&parts, oree_sip_hub_ids (lane), &writer);
  body = in_session ? oree_keyboard_activity_write (active) : oree_iscomposing_write (&status);
  oree_sip_hub_request (lane, flow,
                        oree_sip_write_finish (&writer, in_session ? OREE_KEYBOARD_ACTIVITY_TYPE : OREE_ISCOMPOSING_TYPE,
                                               oree_span_str (body)),
                        status_done, g_strdup (pair->key));
}

/* --- to XMPP ------------------------------------------------------------------------------------- */

static void
send_state (Pair *pair, OreeChatState state)
{
  OreeLane *lane = pair->lane;
  g_autofree char *from = oree_jid_to_string (&pair->user), *to = oree_jid_to_string (&pair->contact);
  OreeGwStanzaParts parts = { .from = from, .to = to };
  g_autoptr (OreeXmlNode) stanza = NULL;

  if (!is_allowed (pair, OREE_DIRECTION_OUT))
    return;
  stanza = oree_gw_state_to_stanza (state, &parts);
  oree_xmpp_out_send (lane, pair->user.domain, pair->contact.domain, stanza, NULL, NULL);
}

static void
carry_out (Pair *pair, OreeGwTypingDo what)
{
  switch (what)
    {
    case OREE_GW_TYPING_NOTHING:
      break;
    case OREE_GW_TYPING_ACTIVE:
    case OREE_GW_TYPING_IDLE:
      if (is_allowed (pair, OREE_DIRECTION_IN) && oree_gateway_budget (pair->lane, pair->contact.domain))
        send_status (pair, what == OREE_GW_TYPING_ACTIVE);
      else
        oree_gw_typing_on_outcome (&pair->state, 480, oree_worker_now (pair->lane->worker));
      break;
    case OREE_GW_TYPING_COMPOSING:
      send_state (pair, OREE_CHAT_STATE_COMPOSING);
      break;
    case OREE_GW_TYPING_PAUSED:
      send_state (pair, OREE_CHAT_STATE_PAUSED);
      break;
    }
  rearm (pair);
}

/* --- what comes in ------------------------------------------------------------------------------- */

void
oree_gateway_typing_stanza (OreeLane *lane, const OreeStanza *stanza, const char *aor, OreeChatState state, gboolean content)
{
  Pair *pair = find (lane, aor, &stanza->from);

  if (pair == NULL && state == OREE_CHAT_STATE_NONE)
    return;
  if (pair == NULL)
    pair = add (lane, stanza, aor);
  oree_jid_clear (&pair->contact);
  oree_jid_copy (&pair->contact, &stanza->from);
  carry_out (pair, oree_gw_typing_on_stanza (&pair->state, state, content, oree_worker_now (lane->worker)));
}

void
oree_gateway_typing_status (OreeLane *lane, const char *aor, const OreeJid *contact, const OreeIsComposing *status)
{
  Pair *pair = find (lane, aor, contact);

  if (pair != NULL)
    carry_out (pair, oree_gw_typing_on_status (&pair->state, status, oree_worker_now (lane->worker)));
}

gboolean
oree_gateway_typing_content (OreeLane *lane, const char *aor, const OreeJid *contact)
{
  const OreeGwBoundary *boundary = oree_gateway_boundary (lane, contact->domain);
  Pair *pair = find (lane, aor, contact);

  if (pair == NULL)
    return FALSE;
  oree_gw_typing_on_content (&pair->state);
  rearm (pair);
  return pair->state.follows && (boundary == NULL || boundary->typing_in);
}

void
oree_gateway_typing_init (OreeLane *lane)
{
  OreeGatewayTyping *self = g_new0 (OreeGatewayTyping, 1);

  self->pairs = g_hash_table_new_full (oree_str_hash, g_str_equal, NULL, pair_free);
  g_queue_init (&self->order);
  lane->gateway->typing = self;
}

void
oree_gateway_typing_clear (OreeLane *lane)
{
  OreeGatewayTyping *self = lane->gateway->typing;

  g_queue_clear (&self->order);
  g_hash_table_unref (self->pairs);
  g_clear_pointer (&lane->gateway->typing, g_free);
}
