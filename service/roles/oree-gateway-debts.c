/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What senders are owed: a contact the error stanza that says what became of theirs, until their server has acknowledged it; a
 * user of ours the message that says so of one that had been answered with success (DECISIONS/008), until a device took it.
 *
 *   send ─► taken: settled, forgotten
 *     ▲  └► failed: durable, waits, once more ─► given up after OREE_GW_DEBT_SECONDS: the administrator is told
 *
 * A contact's server may count a stanza as taken before that (DECISIONS/003): then nobody but us knows that somebody waits for a
 * word, and a note of it must outlive us. A note that is found at the start is paid with "nobody knows". */
#include "base/oree-limits.h"
#include "codec/sip/oree-sip-status.h"
#include "gateway/oree-gw-addr.h"
#include "roles/oree-gateway-role.h"
#include "roles/oree-queues.h"

#define RETRY_MAX (20 * OREE_SECOND)

typedef struct
{
  GList link; /* in `all` */
  OreeLane *lane;
  OreeXmppRx *rx;     /* what is answered; or the error that came for a user of ours */
  OreeXmlNode *error; /* for the contact; or: */
  OreeGatewayTiding tiding;
  OreeTimer timer;
  OreeTime since;
  guint attempts;
  OreeQueuePlace place; /* while it waits to be tried again */
} Debt;

struct _OreeGatewayDebts
{
  GQueue all;
  GPtrArray *found; /* OreeRuntimeRow *, of the last run, until the role starts */
};

/* ---- notes ---- */

static GVariant *
note_of (const OreeStanza *stanza)
{
  g_autofree char *from = oree_jid_to_string (&stanza->from), *to = oree_jid_to_string (&stanza->to);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "from", "s", from);
  g_variant_dict_insert (&dict, "to", "s", to);
  g_variant_dict_insert (&dict, "type", "u", (guint32) stanza->type);
  if (stanza->id != NULL)
    g_variant_dict_insert (&dict, "id", "s", stanza->id);
  if (stanza->lang != NULL)
    g_variant_dict_insert (&dict, "lang", "s", stanza->lang);
  g_variant_dict_insert (&dict, "since", "x", g_get_real_time ());
  return g_variant_dict_end (&dict);
}

void
oree_gateway_note (OreeLane *lane, OreeXmppRx *rx)
{
  char key[OREE_SIP_ID_SIZE];

  if (rx->note != NULL || rx->stanza->kind != OREE_STANZA_MESSAGE)
    return;
  oree_sip_ids_tag (oree_sip_hub_ids (lane), key);
  rx->note = g_strdup (key);
  oree_lane_save (lane, oree_runtime_row_new (OREE_SPACE_DEBT, key, note_of (rx->stanza)), NULL, NULL);
}

static void
strike (OreeLane *lane, const char *note)
{
  if (note != NULL)
    oree_lane_save (lane, oree_runtime_row_new (OREE_SPACE_DEBT, note, NULL), NULL, NULL);
}

void
oree_gateway_settled (OreeLane *lane, OreeXmppRx *rx)
{
  g_autofree char *note = g_steal_pointer (&rx->note);

  strike (lane, note);
  oree_xmpp_settle (lane, rx->slot);
}

/* ---- debts ---- */

static void
debt_free (Debt *debt)
{
  g_queue_unlink (&debt->lane->gateway->debts->all, &debt->link);
  oree_worker_cancel (debt->lane->worker, &debt->timer);
  oree_queues_leave (&debt->place);
  g_clear_pointer (&debt->error, oree_xml_node_unref);
  g_free (debt->tiding.aor);
  g_free (debt->tiding.call_id);
  g_free (debt->tiding.text);
  oree_xmpp_rx_free (debt->rx);
  g_free (debt);
}

/* Paid, or never to be. */
static void
close_account (Debt *debt)
{
  oree_gateway_settled (debt->lane, debt->rx);
  debt_free (debt);
}

static void
give_up (Debt *debt, const char *reason)
{
  const OreeStanza *stanza = debt->rx->stanza;
  g_autofree char *contact = oree_jid_to_bare_string (&stanza->from);
  g_autofree char *user = oree_jid_to_bare_string (&stanza->to);
  gboolean to_sip = debt->error != NULL;

  oree_lane_event (debt->lane, oree_event_new (OREE_EVENT_SENDER_NOT_TOLD, "from", to_sip ? contact : user, "to",
                                               to_sip ? user : contact, "partner", stanza->from.domain, "direction",
                                               to_sip ? "to-sip" : "to-xmpp", "reason", reason, NULL));
  close_account (debt);
}

/* Not told: once more later, while there is hope and room. */
static void
put_off (Debt *debt, const char *reason)
{
  OreeLane *lane = debt->lane;
  OreeQueueDirection direction = debt->error != NULL ? OREE_QUEUE_TO_XMPP : OREE_QUEUE_TO_SIP;
  const char *domain = debt->rx->stanza->from.domain;
  OreeTime now = oree_worker_now (lane->worker);

  if (now >= debt->since + OREE_GW_DEBT_SECONDS * OREE_SECOND
      || (debt->place.queue == NULL && !oree_queues_have_room (lane, domain, direction, debt->rx->stanza->size)))
    {
      give_up (debt, reason);
      return;
    }
  if (debt->place.queue == NULL)
    oree_queues_enter (lane, &debt->place, domain, direction, debt->rx->stanza->size);
  oree_worker_arm (lane->worker, &debt->timer, now + MIN (OREE_SECOND << MIN (debt->attempts - 1, 10), RETRY_MAX));
}

static void
contact_told_cb (OreeLane *lane, gboolean ok, OreeS2sAcked acked, OreeS2sReason reason, gpointer data)
{
  Debt *debt = data;
  gboolean final = reason == OREE_S2S_BLOCKED || reason == OREE_S2S_STRANGER || reason == OREE_S2S_TOO_BIG
                   || oree_policy_xmpp_partner (lane->policy, debt->rx->stanza->from.domain) == NULL;

  if (ok || final)
    {
      close_account (debt);
      return;
    }
  oree_gateway_note (lane, debt->rx);
  put_off (debt, oree_s2s_reason_nick (reason));
}

/* Does the status say that another time may be better? */
static gboolean
is_passing (guint status)
{
  return status == 408 || status == 480 || status == 486 || (status >= 500 && status < 600 && status != 501 && status != 505);
}

static void
user_told_cb (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  Debt *debt = data;
  g_autofree char *reason = g_strdup_printf ("sip-%u", status);

  if (oree_sip_status_is_success (status))
    close_account (debt);
  else if (is_passing (status))
    put_off (debt, reason);
  else
    give_up (debt, reason);
}

static void
pay_user (Debt *debt)
{
  OreeLane *lane = debt->lane;
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *from = oree_gw_aor_from_jid (&debt->rx->stanza->from);
  OreeFlow flow = oree_sip_hub_inside (lane, debt->tiding.aor);
  OreeSipUaRequest parts = {
    .method = "MESSAGE",
    .from_uri = from,
    .to_uri = debt->tiding.aor,
    .transport = oree_sip_hub_transport (lane, flow),
    .sent_by = oree_sip_hub_sent_by (lane),
  };

  oree_sip_ua_begin (&parts, oree_sip_hub_ids (lane), &writer);
  if (*debt->tiding.call_id != '\0')
    oree_sip_write_header (&writer, OREE_SIP_HDR_IN_REPLY_TO, debt->tiding.call_id); /* which one: RFC 3261 20.21 */
  if (debt->tiding.languages != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_CONTENT_LANGUAGE, debt->tiding.languages);
  oree_sip_hub_request (lane, flow,
                        oree_sip_write_finish (&writer, debt->tiding.type, oree_span_str (debt->tiding.text)),
                        user_told_cb, debt);
}

static void
pay (gpointer data)
{
  Debt *debt = data;
  const OreeStanza *stanza = debt->rx->stanza;

  debt->attempts++;
  if (debt->error == NULL)
    pay_user (debt);
  else if (debt->lane->mode[OREE_ROLE_XMPP_PROXY] == OREE_MODE_STOPPED)
    put_off (debt, "shutting-down");
  else
    oree_xmpp_out_send (debt->lane, stanza->to.domain, stanza->from.domain, debt->error, contact_told_cb, debt);
}

static Debt *
debt_new (OreeLane *lane, OreeXmppRx *rx)
{
  Debt *debt = g_new0 (Debt, 1);

  debt->lane = lane;
  debt->rx = rx;
  debt->since = oree_worker_now (lane->worker);
  oree_timer_init (&debt->timer, pay, debt);
  debt->link.data = debt;
  g_queue_push_tail_link (&lane->gateway->debts->all, &debt->link);
  return debt;
}

void
oree_gateway_owe (OreeLane *lane, OreeXmppRx *rx, const OreeXmlNode *error)
{
  Debt *debt = debt_new (lane, rx);

  debt->error = oree_xml_node_ref (error);
  pay (debt);
}

void
oree_gateway_owe_user (OreeLane *lane, OreeXmppRx *rx, const OreeGatewayTiding *tiding)
{
  Debt *debt = debt_new (lane, rx);

  debt->tiding = *tiding;
  pay (debt);
}

/* ---- notes found ---- */

/* What became of the message nobody knows: we ended before we did. */
static void
pay_note (OreeLane *lane, const OreeRuntimeRow *row)
{
  const char *from, *to, *id = NULL, *lang = NULL;
  guint32 type = OREE_STANZA_TYPE_NORMAL;
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autoptr (OreeXmlNode) node = NULL, error = NULL;
  OreeParseError problem;
  OreeStanza *stanza;
  OreeXmppRx *rx;

  g_variant_lookup (row->value, "from", "&s", &from);
  g_variant_lookup (row->value, "to", "&s", &to);
  g_variant_lookup (row->value, "type", "u", &type);
  g_variant_lookup (row->value, "id", "&s", &id);
  g_variant_lookup (row->value, "lang", "&s", &lang);
  oree_stanza_open (builder, OREE_STANZA_MESSAGE, (OreeStanzaType) type, from, to, id, lang);
  node = oree_xml_builder_finish (builder);
  stanza = oree_stanza_new (node, NULL, &problem);
  if (stanza == NULL)
    {
      strike (lane, row->key);
      return;
    }
  rx = oree_xmpp_rx_new (stanza, (OreeXmppSlot){ 0 }, OREE_XMPP_AUTH_NONE);
  rx->note = g_strdup (row->key);
  oree_lane_count_one (lane, OREE_COUNT_MESSAGES_TO_SIP_REPORTED);
  error = oree_stanza_build_error_in (stanza, OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT, NULL,
                                      oree_gw_phrase (oree_gw_phrase_of_err (OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT), lang),
                                      oree_gw_phrase_language (lang));
  if (error != NULL)
    oree_gateway_owe (lane, rx, error);
  else
    {
      strike (lane, row->key);
      oree_xmpp_rx_free (rx);
    }
}

/* Is the row for this lane, and whole? */
static gboolean
is_ours (OreeLane *lane, const OreeRuntimeRow *row)
{
  const char *from, *to;
  g_auto (OreeJid) jid = OREE_JID_INIT;

  return g_str_equal (row->space, OREE_SPACE_DEBT) && row->value != NULL && g_variant_lookup (row->value, "to", "&s", &to)
         && g_variant_lookup (row->value, "from", "&s", &from) && oree_jid_parse (&jid, oree_span_str (from))
         && oree_lane_of (lane, jid.domain) == lane;
}

/* ---- life ---- */

void
oree_gateway_debts_start (OreeLane *lane)
{
  g_autoptr (GPtrArray) found = g_steal_pointer (&lane->gateway->debts->found);

  for (guint i = 0; found != NULL && i < found->len; i++)
    pay_note (lane, g_ptr_array_index (found, i));
}

void
oree_gateway_debts_init (OreeLane *lane)
{
  const GPtrArray *runtime = oree_lane_options (lane)->runtime;
  OreeGatewayDebts *self = g_new0 (OreeGatewayDebts, 1);

  g_queue_init (&self->all);
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_runtime_row_free);
  for (guint i = 0; runtime != NULL && i < runtime->len; i++)
    if (is_ours (lane, g_ptr_array_index (runtime, i)))
      g_ptr_array_add (self->found, oree_runtime_row_copy (g_ptr_array_index (runtime, i)));
  lane->gateway->debts = self;
}

/* The notes stay: they are paid when we run again. */
void
oree_gateway_debts_clear (OreeLane *lane)
{
  OreeGatewayDebts *self = lane->gateway->debts;

  while (self->all.head != NULL)
    debt_free (self->all.head->data);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  g_clear_pointer (&lane->gateway->debts, g_free);
}
