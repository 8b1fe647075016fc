/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of our users that were answered with success, for the partner's server had taken them: an error may come yet
 * (DECISIONS/008), or the notification their sender asked for. Of the latter the gateway keeps a row: they are waited for by the
 * next run too. Of the others nothing is kept but what the stanza's id itself says:
 *
 *   64 bits by chance, the hour, and 64 bits that only we can make of these and of who wrote to whom (SipHash-2-4) */
#include "base/oree-hash.h"
#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "gateway/oree-gw-addr.h"
#include "roles/oree-gateway-role.h"
#include "roles/oree-xmpp-stand.h"

#define ANSWERED_MAX 16384
#define ID_LIFE_HOURS 24 /* an error that comes later is not believed */

/* One block with its words: there are thousands of these, and most are looked at again only to be forgotten. */
typedef struct
{
  GList link; /* in `order`; its data is this */
  const char *id;      /* of the stanza */
  const char *aor;
  const char *contact; /* key */
  const char *call_id; /* of the MESSAGE, for In-Reply-To */
  char *message_id;    /* NULL: no notification was asked for */
  guint wants;         /* OreeCpimWants not yet answered */
  gint64 wall;
  GPtrArray *routes;   /* NULL: none */
  gboolean kept;       /* as a row */
  gboolean told;       /* that it failed: once */
  char words[];
} Answered;

struct _OreeGatewayAnswered
{
  GHashTable *entries; /* stanza id → Answered */
  GQueue order;        /* the oldest first */
  guint8 key[OREE_SIP_SECRET_BYTES];
  gboolean has_key;
};

static void
answered_free (gpointer data)
{
  Answered *one = data;

  g_free (one->message_id);
  g_clear_pointer (&one->routes, g_ptr_array_unref);
  g_free (one);
}

/* --- ids that prove themselves -------------------------------------------------------------------- */

static const guint8 *
key_of (OreeLane *lane)
{
  OreeGatewayAnswered *self = lane->gateway->answered;
  guint8 digest[32];
  gsize length = sizeof digest;
  g_autoptr (GChecksum) checksum = NULL;
  char *secret;

  if (self->has_key)
    return self->key;
  secret = oree_xmpp_kept_secret (lane);
  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guchar *) "stanza id", -1); /* not what dialback makes of it */
  g_checksum_update (checksum, (const guchar *) secret, -1);
  g_checksum_get_digest (checksum, digest, &length);
  memcpy (self->key, digest, sizeof self->key);
  self->has_key = TRUE;
  oree_secret_free (secret);
  return self->key;
}

static guint32
hour_now (void)
{
  return (guint32) (g_get_real_time () / G_USEC_PER_SEC / 3600);
}

static void
write_id (OreeLane *lane, const char *chance, guint32 hour, const OreeJid *user, const OreeJid *contact,
          char out[OREE_GATEWAY_STANZA_ID_SIZE])
{
  g_autofree char *from = oree_jid_to_key (user), *to = oree_jid_to_key (contact);
  OreeSipHash hash;

  oree_sip_hash_init (&hash, key_of (lane));
  oree_sip_hash_add_part (&hash, oree_span_str (chance));
  oree_sip_hash_add (&hash, &hour, sizeof hour);
  oree_sip_hash_add_part (&hash, oree_span_str (from));
  oree_sip_hash_add_part (&hash, oree_span_str (to));
  out = g_stpcpy (out, chance);
  oree_hex_write (oree_hex_write (out, hour, 8), oree_sip_hash_end (&hash), 16);
}

void
oree_gateway_stanza_id (OreeLane *lane, const OreeJid *user, const OreeJid *contact, char out[OREE_GATEWAY_STANZA_ID_SIZE])
{
  char chance[OREE_SIP_ID_SIZE];

  oree_sip_ids_tag (oree_sip_hub_ids (lane), chance);
  write_id (lane, chance, hour_now (), user, contact, out);
}

/* Did a life of ours send a message under `id` from `user` to `contact`, not long ago? */
static gboolean
proves_itself (OreeLane *lane, const char *id, const OreeJid *user, const OreeJid *contact)
{
  char chance[17], made[OREE_GATEWAY_STANZA_ID_SIZE];
  g_autofree char *hour_text = strlen (id) == 40 ? g_strndup (id + 16, 8) : NULL;
  guint64 hour, now = hour_now ();

  if (hour_text == NULL || !g_ascii_string_to_unsigned (hour_text, 16, 0, G_MAXUINT32, &hour, NULL) || hour > now + 1
      || hour + ID_LIFE_HOURS < now)
    return FALSE;
  g_strlcpy (chance, id, sizeof chance);
  write_id (lane, chance, (guint32) hour, user, contact, made);
  return oree_secret_equal (made, id, 40);
}

/* --- rows ---------------------------------------------------------------------------------------- */

#define PREFIX "to-xmpp "

static void
strike (OreeLane *lane, Answered *one)
{
  if (one->kept)
    oree_gateway_receipt_row (lane, PREFIX, one->id, NULL);
  one->kept = FALSE;
}

static void
keep (OreeLane *lane, Answered *one)
{
  GVariantBuilder routes;
  GVariantDict dict;

  g_variant_builder_init (&routes, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; one->routes != NULL && i < one->routes->len; i++)
    g_variant_builder_add (&routes, "s", (const char *) g_ptr_array_index (one->routes, i));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "user", "s", one->aor);
  g_variant_dict_insert (&dict, "contact", "s", one->contact);
  g_variant_dict_insert (&dict, "call-id", "s", one->call_id);
  g_variant_dict_insert (&dict, "message-id", "s", one->message_id);
  g_variant_dict_insert (&dict, "wants", "u", (guint32) one->wants);
  g_variant_dict_insert (&dict, "sent", "x", one->wall);
  g_variant_dict_insert_value (&dict, "routes", g_variant_builder_end (&routes));
  one->kept = TRUE;
  oree_gateway_receipt_row (lane, PREFIX, one->id, &dict);
}

/* --- the table ----------------------------------------------------------------------------------- */

/* `call_id`: may be empty, but points somewhere. */
static Answered *
answered_new (const char *id, const char *aor, const char *contact, OreeSpan call_id)
{
  const OreeSpan words[] = { oree_span_str (id), oree_span_str (aor), oree_span_str (contact), call_id };
  const char *kept[G_N_ELEMENTS (words)];
  gsize length = 0;
  Answered *one;
  char *at;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    length += words[i].length + 1;
  one = g_malloc0 (sizeof *one + length);
  at = one->words;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      kept[i] = memcpy (at, words[i].data, words[i].length);
      at += words[i].length + 1;
    }
  one->id = kept[0];
  one->aor = kept[1];
  one->contact = kept[2];
  one->call_id = kept[3];
  one->link.data = one;
  return one;
}

static void
add (OreeLane *lane, Answered *one)
{
  OreeGatewayAnswered *self = lane->gateway->answered;

  if (self->order.length >= ANSWERED_MAX)
    {
      Answered *oldest = g_queue_pop_head_link (&self->order)->data;

      strike (lane, oldest);
      g_hash_table_remove (self->entries, oldest->id);
    }
  g_hash_table_insert (self->entries, (gpointer) one->id, one);
  g_queue_push_tail_link (&self->order, &one->link);
}

void
oree_gateway_answered (OreeLane *lane, const char *id, const char *aor, const OreeJid *contact, OreeSpan call_id,
                       OreeGwContent *asked)
{
  g_autofree char *key = oree_jid_to_key (contact);
  Answered *one = answered_new (id, aor, key, call_id);

  one->message_id = g_steal_pointer (&asked->message_id);
  one->wants = one->message_id != NULL ? asked->wants : 0;
  one->wall = asked->wall;
  one->routes = g_steal_pointer (&asked->routes);
  if (one->wants != 0)
    keep (lane, one);
  add (lane, one);
}

/* --- what comes yet ------------------------------------------------------------------------------ */

static OreeGatewayNotice
notice_of (const Answered *one, const char *contact)
{
  return (OreeGatewayNotice){
    .aor = one->aor,
    .contact = contact,
    .message_id = one->message_id,
    .wall = one->wall,
    .routes = one->routes,
  };
}

/* "Your message was not delivered. The recipient cannot be reached.", in the reader's language; in both when it is not known. */
static char *
failure_text (const OreeGwPerson *person, OreeStanzaErr err, const char **languages)
{
  OreeGwPhrase why = oree_gw_phrase_of_err (err);
  const char *one = person != NULL ? person->language : NULL;
  g_autofree char *english = oree_gw_phrase_with (OREE_GW_PHRASE_UNDELIVERED, "en", oree_gw_phrase (why, "en"));
  g_autofree char *french = oree_gw_phrase_with (OREE_GW_PHRASE_UNDELIVERED, "fr", oree_gw_phrase (why, "fr"));

  *languages = one != NULL ? one : "en, fr";
  if (one != NULL)
    return g_strdup (g_str_equal (one, "fr") ? french : english);
  return g_strconcat (english, "\r\n", french, NULL);
}

/* By the notification asked for, else as a message from the contact, the one form every SIP client shows. Takes `rx`. */
static void
tell_sender (OreeLane *lane, const Answered *one, OreeXmppRx *rx)
{
  g_autofree char *from = oree_gw_aor_from_jid (&rx->stanza->from);
  OreeGatewayTiding tiding = { 0 };
  OreeStanzaErrView error;

  oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_XMPP_REPORTED);
  if (from == NULL)
    {
      oree_xmpp_settle (lane, rx->slot);
      oree_xmpp_rx_free (rx);
      return;
    }
  if (one->wants & OREE_CPIM_NEGATIVE_DELIVERY)
    {
      OreeGatewayNotice notice = notice_of (one, from);

      tiding.type = OREE_CPIM_TYPE;
      tiding.text = oree_gateway_notification (lane, &notice, OREE_IMDN_FAILED);
    }
  if (tiding.text == NULL)
    {
      oree_stanza_err_read (rx->stanza->node, &error);
      tiding.type = "text/plain;charset=UTF-8";
      tiding.text = failure_text (oree_gw_people_find (lane->gateway->people, one->aor), error.condition, &tiding.languages);
    }
  tiding.aor = g_strdup (one->aor);
  tiding.call_id = g_strdup (one->call_id);
  oree_gateway_owe_user (lane, rx, &tiding);
}

/* Of a former life: which message it was its sender must guess. NULL: none of ours. */
static Answered *
recognise (OreeLane *lane, const OreeStanza *stanza, const char *contact)
{
  g_autofree char *aor = stanza->to.local != NULL ? oree_gw_aor_from_jid (&stanza->to) : NULL;
  Answered *one;

  if (aor == NULL || !proves_itself (lane, stanza->id, &stanza->to, &stanza->from))
    return NULL;
  one = answered_new (stanza->id, aor, contact, oree_span_str (""));
  add (lane, one);
  return one;
}

gboolean
oree_gateway_answered_failed (OreeLane *lane, OreeXmppRx *rx)
{
  const OreeStanza *stanza = rx->stanza;
  Answered *one = stanza->id != NULL ? g_hash_table_lookup (lane->gateway->answered->entries, stanza->id) : NULL;
  g_autofree char *contact = oree_jid_to_key (&stanza->from);

  if (one == NULL && stanza->id != NULL)
    one = recognise (lane, stanza, contact);
  if (one == NULL || one->told || !g_str_equal (one->contact, contact))
    return FALSE;
  strike (lane, one);
  one->told = TRUE;
  tell_sender (lane, one, rx);
  return TRUE;
}

void
oree_gateway_answered_confirmed (OreeLane *lane, const OreeJid *contact, const char *id, gboolean displayed)
{
  guint want = displayed ? OREE_CPIM_DISPLAY : OREE_CPIM_POSITIVE_DELIVERY;
  Answered *one = g_hash_table_lookup (lane->gateway->answered->entries, id);
  g_autofree char *key = oree_jid_to_key (contact), *from = oree_gw_aor_from_jid (contact);
  OreeGatewayNotice notice;

  if (one == NULL || one->told || from == NULL || !g_str_equal (one->contact, key) || !(one->wants & want))
    return;
  one->wants &= ~want; /* one notification of each kind (RFC 5438 7.1) */
  if (one->wants & (OREE_CPIM_DISPLAY | OREE_CPIM_POSITIVE_DELIVERY))
    keep (lane, one);
  else
    strike (lane, one);
  notice = notice_of (one, from);
  oree_gateway_notify (lane, &notice, displayed ? OREE_IMDN_DISPLAYED : OREE_IMDN_DELIVERED);
}

/* --- life ---------------------------------------------------------------------------------------- */

/* NULL: damaged, or of another lane. */
static Answered *
from_row (OreeLane *lane, const OreeRuntimeRow *row)
{
  const char *aor, *contact, *call_id, *message_id;
  g_autofree const char **routes = NULL;
  g_auto (OreeJid) jid = OREE_JID_INIT;
  guint32 wants = 0;
  Answered *one;

  if (row->value == NULL || !g_variant_lookup (row->value, "user", "&s", &aor)
      || !g_variant_lookup (row->value, "contact", "&s", &contact) || !g_variant_lookup (row->value, "call-id", "&s", &call_id)
      || !g_variant_lookup (row->value, "message-id", "&s", &message_id)
      || !g_variant_lookup (row->value, "wants", "u", &wants) || !oree_jid_parse (&jid, oree_span_str (contact))
      || oree_lane_of (lane, jid.domain) != lane)
    return NULL;
  one = answered_new (row->key + strlen (PREFIX), aor, contact, oree_span_str (call_id));
  one->message_id = g_strdup (message_id);
  one->wants = wants;
  g_variant_lookup (row->value, "sent", "x", &one->wall);
  if (g_variant_lookup (row->value, "routes", "^a&s", &routes) && routes[0] != NULL)
    {
      one->routes = g_ptr_array_new_with_free_func (g_free);
      for (guint i = 0; routes[i] != NULL; i++)
        g_ptr_array_add (one->routes, g_strdup (routes[i]));
    }
  one->kept = TRUE;
  return one;
}

void
oree_gateway_answered_init (OreeLane *lane)
{
  const GPtrArray *runtime = oree_lane_options (lane)->runtime;
  OreeGatewayAnswered *self = g_new0 (OreeGatewayAnswered, 1);

  self->entries = g_hash_table_new_full (oree_str_hash, g_str_equal, NULL, answered_free);
  g_queue_init (&self->order);
  lane->gateway->answered = self;
  for (guint i = 0; runtime != NULL && i < runtime->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (runtime, i);
      Answered *one = oree_gateway_receipt_row_is_due (lane, row, PREFIX) ? from_row (lane, row) : NULL;

      if (one != NULL)
        add (lane, one);
    }
}

void
oree_gateway_answered_clear (OreeLane *lane)
{
  oree_secret_wipe (lane->gateway->answered->key, sizeof lane->gateway->answered->key);
  g_hash_table_unref (lane->gateway->answered->entries); /* and what stands in `order` */
  g_clear_pointer (&lane->gateway->answered, g_free);
}
