/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delivery notifications both ways: XEP-0184 and XEP-0333 ⇄ IMDN (RFC 5438). */
#include "base/oree-limits.h"
#include "base/oree-time.h"
#include "gateway/oree-gw-addr.h"
#include "roles/oree-gateway-role.h"

/* --- to SIP -------------------------------------------------------------------------------------- */

static void
notified (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  /* An IMDN asks for nothing and is answered by nothing (RFC 5438 5). */
}

char *
oree_gateway_notification (OreeLane *lane, const OreeGatewayNotice *notice, OreeImdnStatus status)
{
  g_autofree char *date = oree_time_format_wall (notice->wall != 0 ? notice->wall : g_get_real_time ());
  g_autofree char *document = NULL;
  GString *body;
  OreeImdn imdn = {
    .message_id = (char *) notice->message_id,
    .date = date,
    .recipient = (char *) notice->contact,
    .status = status,
    .display = status == OREE_IMDN_DISPLAYED,
  };
  char id[OREE_SIP_ID_SIZE];
  OreeCpim cpim = {
    .from = (char *) notice->contact,
    .to = (char *) notice->aor,
    .message_id = id,
    .routes = (GPtrArray *) notice->routes,
  };

  oree_sip_ids_next (oree_sip_hub_ids (lane), id);
  document = oree_imdn_write (&imdn);
  body = oree_cpim_write (&cpim, OREE_IMDN_TYPE, "notification", oree_span_str (document));
  return body != NULL ? g_string_free (body, FALSE) : NULL;
}

void
oree_gateway_notify (OreeLane *lane, const OreeGatewayNotice *notice, OreeImdnStatus status)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *body = oree_gateway_notification (lane, notice, status);
  OreeFlow flow = oree_sip_hub_inside (lane, notice->aor);
  OreeSipUaRequest parts = {
    .method = "MESSAGE",
    .from_uri = notice->contact,
    .to_uri = notice->aor,
    .transport = oree_sip_hub_transport (lane, flow),
    .sent_by = oree_sip_hub_sent_by (lane),
  };

  if (body == NULL)
    return;
  oree_sip_ua_begin (&parts, oree_sip_hub_ids (lane), &writer);
  oree_sip_hub_request (lane, flow, oree_sip_write_finish (&writer, OREE_CPIM_TYPE, oree_span_str (body)), notified, NULL);
}

GString *
oree_gateway_wrap (OreeLane *lane, const char *from, const char *aor, const OreeGwSip *sip, gboolean marker, const char *type,
                   OreeSpan body, char **message_id)
{
  g_autofree char *date = oree_time_format_wall (g_get_real_time ());
  char id[OREE_SIP_ID_SIZE];
  OreeCpim cpim = {
    .from = (char *) from,
    .to = (char *) aor,
    .date = date,
    .subject = sip->subject,
    .message_id = id,
    .wants = OREE_CPIM_POSITIVE_DELIVERY | OREE_CPIM_NEGATIVE_DELIVERY | (marker ? OREE_CPIM_DISPLAY : 0),
  };
  GString *text;

  oree_sip_ids_next (oree_sip_hub_ids (lane), id);
  text = oree_cpim_write (&cpim, type, NULL, body);
  if (text != NULL)
    *message_id = g_strdup (id);
  return text;
}

/* --- what is waited for, through restarts ------------------------------------------------------------ */

#define PREFIX "to-sip "

void
oree_gateway_receipt_row (OreeLane *lane, const char *prefix, const char *id, GVariantDict *state)
{
  g_autofree char *key = g_strconcat (prefix, id, NULL);

  if (state != NULL)
    g_variant_dict_insert (state, "since", "x", g_get_real_time ());
  oree_lane_save (lane, oree_runtime_row_new (OREE_SPACE_RECEIPT, key, state != NULL ? g_variant_dict_end (state) : NULL), NULL,
                  NULL);
}

static void
keep (OreeLane *lane, const char *message_id, const OreeGwReceipt *receipt)
{
  g_autoptr (GVariant) row = g_variant_ref_sink (oree_gw_receipt_to_row (receipt));
  GVariantDict state;

  g_variant_dict_init (&state, row);
  oree_gateway_receipt_row (lane, PREFIX, message_id, &state);
}

static void
add (OreeLane *lane, const char *message_id, OreeGwReceipt receipt)
{
  g_autofree char *oldest = NULL;

  oree_gw_receipts_add (lane->gateway->receipts, message_id, receipt);
  oldest = oree_gw_receipts_spill (lane->gateway->receipts);
  if (oldest != NULL)
    oree_gateway_receipt_row (lane, PREFIX, oldest, NULL);
}

void
oree_gateway_await (OreeLane *lane, const char *message_id, OreeGwReceipt receipt)
{
  keep (lane, message_id, &receipt);
  add (lane, message_id, receipt);
}

void
oree_gateway_await_no_more (OreeLane *lane, const char *message_id)
{
  if (message_id != NULL && oree_gw_receipts_forget (lane->gateway->receipts, message_id))
    oree_gateway_receipt_row (lane, PREFIX, message_id, NULL);
}

gboolean
oree_gateway_receipt_row_is_due (OreeLane *lane, const OreeRuntimeRow *row, const char *prefix)
{
  gint64 since = 0;

  if (!g_str_equal (row->space, OREE_SPACE_RECEIPT) || !g_str_has_prefix (row->key, prefix))
    return FALSE;
  if (row->value != NULL && g_variant_lookup (row->value, "since", "x", &since)
      && since + (gint64) OREE_GW_RECEIPT_SECONDS * G_USEC_PER_SEC > g_get_real_time ())
    return TRUE;
  if (lane->index == 0)
    oree_lane_save (lane, oree_runtime_row_new (OREE_SPACE_RECEIPT, row->key, NULL), NULL, NULL);
  return FALSE;
}

static gboolean
is_of_lane (OreeLane *lane, const OreeGwReceipt *receipt)
{
  g_auto (OreeJid) jid = OREE_JID_INIT;

  return oree_jid_parse (&jid, oree_span_str (receipt->contact)) && oree_lane_of (lane, jid.domain) == lane;
}

void
oree_gateway_notify_init (OreeLane *lane)
{
  const GPtrArray *runtime = oree_lane_options (lane)->runtime;

  lane->gateway->receipts = oree_gw_receipts_new (OREE_GW_RECEIPTS_MAX);
  for (guint i = 0; runtime != NULL && i < runtime->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (runtime, i);
      OreeGwReceipt receipt;

      if (!oree_gateway_receipt_row_is_due (lane, row, PREFIX) || !oree_gw_receipt_from_row (row->value, &receipt))
        continue;
      if (is_of_lane (lane, &receipt))
        add (lane, row->key + strlen (PREFIX), receipt);
      else
        oree_gw_receipt_clear (&receipt);
    }
}

/* --- to XMPP ------------------------------------------------------------------------------------- */

static void
send_stanza (OreeLane *lane, const OreeJid *user, const char *contact, const OreeXmlNode *stanza)
{
  g_auto (OreeJid) to = OREE_JID_INIT;

  if (oree_jid_parse (&to, oree_span_str (contact)))
    oree_xmpp_out_send (lane, user->domain, to.domain, stanza, NULL, NULL);
}

/* The message was taken, and its slot settled, before it failed: what comes late is an error all the same. */
static OreeXmlNode *
build_failure (const OreeGwReceipt *receipt, const char *from)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();

  oree_stanza_open (builder, OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_ERROR, from, receipt->contact, receipt->id, NULL);
  oree_stanza_err_build (builder, OREE_STANZA_ERR_SERVICE_UNAVAILABLE, NULL, NULL);
  return oree_xml_builder_finish (builder);
}

/* The profile may have changed since the message asked. */
static gboolean
may_confirm (OreeLane *lane, const char *contact)
{
  g_auto (OreeJid) jid = OREE_JID_INIT;
  const OreeGwBoundary *boundary
      = oree_jid_parse (&jid, oree_span_str (contact)) ? oree_gateway_boundary (lane, jid.domain) : NULL;

  return boundary == NULL || boundary->receipts_out;
}

void
oree_gateway_notification_in (OreeLane *lane, const char *aor, const OreeJid *user, const OreeImdn *imdn)
{
  OreeGwReceipts *receipts = lane->gateway->receipts;
  OreeGwReceipt *receipt = oree_gw_receipts_find (receipts, imdn->message_id, aor);
  g_autofree char *from = oree_jid_to_string (user);
  g_autoptr (OreeXmlNode) stanza = NULL;
  char id[OREE_SIP_ID_SIZE];
  OreeGwStanzaParts parts = { .from = from, .id = id };
  gboolean last = FALSE;

  if (receipt == NULL)
    return; /* of a message that was none of ours, or was forgotten */
  if (imdn->status != OREE_IMDN_FAILED && !may_confirm (lane, receipt->contact))
    return;
  oree_sip_ids_tag (oree_sip_hub_ids (lane), id);
  parts.to = receipt->contact;
  switch (imdn->status)
    {
    case OREE_IMDN_DELIVERED:
      if (receipt->receipt)
        stanza = oree_gw_receipt_to_stanza (FALSE, receipt->id, (OreeStanzaType) receipt->type, &parts);
      receipt->receipt = FALSE; /* once */
      last = !receipt->marker;
      break;
    case OREE_IMDN_DISPLAYED:
      if (receipt->marker)
        stanza = oree_gw_receipt_to_stanza (TRUE, receipt->id, (OreeStanzaType) receipt->type, &parts);
      last = TRUE;
      break;
    case OREE_IMDN_FAILED:
      stanza = build_failure (receipt, from);
      last = TRUE;
      break;
    case OREE_IMDN_PROCESSED:
    case OREE_IMDN_STORED:    /* no word for it in XMPP */
    case OREE_IMDN_FORBIDDEN:
    case OREE_IMDN_ERROR:     /* about the notification, not about the message */
    case OREE_N_IMDN_STATUSES:
      break;
    }
  if (stanza != NULL)
    send_stanza (lane, user, receipt->contact, stanza);
  if (last)
    oree_gateway_await_no_more (lane, imdn->message_id);
  else
    keep (lane, imdn->message_id, receipt);
}
