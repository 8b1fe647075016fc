/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Manners of the gateway: what it answers to queries, how it refuses what it cannot carry, and how much of its own making a
 * partner may cause. */
#include "base/oree-limits.h"
#include "codec/xmpp/oree-xmpp-ns.h"
#include "gateway/oree-gw-addr.h"
#include "gateway/oree-gw-budget.h"
#include "gateway/oree-gw-query.h"
#include "roles/oree-gateway-role.h"
#include "roles/oree-refusal.h"

gboolean
oree_gateway_budget (OreeLane *lane, const char *domain)
{
  GHashTable *budgets = lane->gateway->budgets;
  OreeGwBudget *budget = g_hash_table_lookup (budgets, domain);

  if (budget == NULL)
    {
      /* Only domains that proved themselves come here: a full table is one of the past. */
      if (g_hash_table_size (budgets) >= OREE_GW_BUDGETS_MAX)
        g_hash_table_remove_all (budgets);
      budget = g_new0 (OreeGwBudget, 1);
      g_hash_table_insert (budgets, g_strdup (domain), budget);
    }
  if (oree_gw_budget_take (budget, OREE_GW_ANSWERS_PER_SECOND, OREE_GW_ANSWERS_BURST, oree_worker_now (lane->worker)))
    return TRUE;
  oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
  lane->matters[OREE_GW_REFUSAL_BUDGET]++;
  return FALSE;
}

/* --- refusals ------------------------------------------------------------------------------------ */

static void
report (OreeLane *lane, const OreeXmppRx *rx, OreeGwRefusalId refusal)
{
  g_autofree char *from = oree_jid_to_bare_string (&rx->stanza->from), *to = oree_jid_to_bare_string (&rx->stanza->to);
  gboolean message = rx->stanza->kind == OREE_STANZA_MESSAGE;

  lane->matters[refusal]++;
  oree_lane_count_one (lane, OREE_COUNT_XMPP_STANZAS_REFUSED);
  oree_lane_event (lane, oree_event_new (message ? OREE_EVENT_MESSAGE_REFUSED : OREE_EVENT_STANZA_REFUSED, "from", from, "to", to,
                                         "kind", oree_stanza_kind_name (rx->stanza->kind), "reason",
                                         oree_gw_refusal (refusal)->nick, NULL));
}

void
oree_gateway_refuse_matter (OreeLane *lane, OreeXmppRx *rx, OreeGwRefusalId refusal)
{
  const OreeGwRefusal *row = oree_gw_refusal (refusal);

  report (lane, rx, refusal);
  oree_gateway_refuse (lane, rx, row->stanza, oree_gw_phrase (row->phrase, rx->stanza->lang));
}

void
oree_gateway_refuse_person (OreeLane *lane, OreeXmppRx *rx, OreeStanzaErr err)
{
  oree_gateway_refuse (lane, rx, err, oree_gw_phrase (oree_gw_phrase_of_err (err), rx->stanza->lang));
}

void
oree_gateway_refuse_request (OreeLane *lane, OreeSipRx *rx, const char *aor, OreeGwRefusalId refusal, const char *unsupported)
{
  const OreeGwRefusal *row = oree_gw_refusal (refusal);
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *to = oree_sip_aor_normalise (rx->msg.ruri);
  char tag[OREE_SIP_ID_SIZE];

  lane->matters[refusal]++;
  oree_lane_event (lane, oree_event_new (OREE_EVENT_MESSAGE_REFUSED, "from", aor, "to", to, "kind", "message", "reason",
                                         row->nick, NULL));
  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  oree_sip_write_response (&writer, &rx->msg, row->sip, oree_refusal_phrase (&rx->msg, row->phrase), tag, FALSE);
  if (row->sip == 415)
    oree_sip_write_header (&writer, OREE_SIP_HDR_ACCEPT, oree_gw_message_accept ());
  if (row->sip == 420 && unsupported != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_UNSUPPORTED, unsupported);
  if (refusal == OREE_GW_REFUSAL_BOUNDARY_RATE)
    oree_sip_write_header_uint (&writer, OREE_SIP_HDR_RETRY_AFTER, OREE_GW_HELD_SECONDS);
  oree_sip_write_header_format (&writer, OREE_SIP_HDR_WARNING, "399 %s \"%s\"", oree_sip_hub_sent_by (lane), row->nick);
  oree_sip_hub_respond_with (lane, rx, &writer);
}

/* XEP-0045 7.8.2: the inviter hears of it through the room. NULL when the room did not say who invites. */
static OreeXmlNode *
build_decline (const OreeStanza *stanza, const OreeXmlNode *invite, const char *text)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autofree char *room = oree_jid_to_bare_string (&stanza->from), *user = oree_jid_to_bare_string (&stanza->to);
  const char *inviter = oree_xml_node_attribute (invite, "from");
  g_auto (OreeJid) jid = OREE_JID_INIT;

  if (inviter == NULL || !oree_jid_parse (&jid, oree_span_str (inviter)))
    return NULL;
  oree_stanza_open (builder, OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_NORMAL, user, room, NULL, NULL);
  oree_xml_builder_open (builder, "x", OREE_NS_MUC_USER);
  oree_xml_builder_open (builder, "decline", NULL);
  oree_xml_builder_attribute (builder, "to", inviter);
  oree_xml_builder_element (builder, "reason", NULL, text);
  return oree_xml_builder_finish (builder);
}

/* XEP-0353 3.3: else it rings on over there. NULL when the call has no id. */
static OreeXmlNode *
build_reject (const OreeStanza *stanza, const OreeXmlNode *call, const char *text)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autofree char *caller = oree_jid_to_string (&stanza->from), *user = oree_jid_to_bare_string (&stanza->to);
  const char *id = oree_xml_node_attribute (call, "id");

  if (id == NULL)
    return NULL;
  oree_stanza_open (builder, OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_CHAT, user, caller, NULL, NULL);
  oree_xml_builder_open (builder, "reject", OREE_NS_JINGLE_MESSAGE);
  oree_xml_builder_attribute (builder, "id", id);
  oree_xml_builder_open (builder, "reason", OREE_NS_JINGLE);
  oree_xml_builder_element (builder, "unsupported-applications", NULL, NULL);
  oree_xml_builder_element (builder, "text", NULL, text);
  return oree_xml_builder_finish (builder);
}

void
oree_gateway_decline (OreeLane *lane, OreeXmppRx *rx, const OreeGwExtras *extras, OreeGwRefusalId refusal)
{
  const OreeStanza *stanza = rx->stanza;
  const char *text = oree_gw_phrase (oree_gw_refusal (refusal)->phrase, stanza->lang);
  g_autoptr (OreeXmlNode) answer = NULL;

  if (extras->mediated)
    answer = build_decline (stanza, extras->invitation, text);
  else if (extras->call != NULL)
    answer = build_reject (stanza, extras->call, text);
  if (answer == NULL || !oree_gateway_budget (lane, stanza->from.domain))
    {
      oree_gateway_refuse_matter (lane, rx, refusal);
      return;
    }
  report (lane, rx, refusal);
  oree_xmpp_out_send (lane, stanza->to.domain, stanza->from.domain, answer, NULL, NULL);
  oree_xmpp_settle (lane, rx->slot);
  oree_xmpp_rx_free (rx);
}

/* --- queries ------------------------------------------------------------------------------------- */

static gboolean
is_authorised (OreeLane *lane, const char *aor, const OreeJid *contact)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (lane->policy, contact->domain);
  g_autofree char *key = oree_jid_to_key (contact);

  return (partner != NULL && oree_xmpp_partner_trusted (partner)) || (aor != NULL && oree_gateway_allows (lane, aor, key));
}

static OreeXmlNode *
answer_for (OreeLane *lane, const OreeXmppRx *rx, OreeGwRefusalId *refusal)
{
  const OreeStanza *stanza = rx->stanza;
  g_autofree char *aor = stanza->to.local != NULL ? oree_gw_aor_from_jid (&stanza->to) : NULL;
  const OreeGwPerson *person = aor != NULL ? oree_gw_people_find (lane->gateway->people, aor) : NULL;
  const OreeGwBoundary *boundary = oree_gateway_boundary (lane, stanza->from.domain);
  OreeGwQueryFacts facts = {
    .reserved = boundary != NULL && !boundary->queries,
    .authorised = aor != NULL && is_authorised (lane, aor, &stanza->from),
    .name = person != NULL ? person->name : NULL,
    .aor = aor,
    .version = OREE_VERSION,
    .wall = g_get_real_time (),
    .uptime = (guint64) ((oree_time_now () - lane->gateway->since) / OREE_SECOND),
  };

  return oree_gw_query_answer (stanza, &facts, refusal);
}

void
oree_gateway_query_in (OreeLane *lane, OreeXmppRx *rx)
{
  const OreeStanza *stanza = rx->stanza;
  g_autoptr (OreeXmlNode) answer = NULL;
  OreeGwRefusalId refusal = OREE_GW_REFUSAL_NONE;
  OreeVerdict verdict;

  if (!oree_stanza_may_answer (stanza))
    {
      oree_xmpp_settle (lane, rx->slot); /* the answer to something, or an error: never answered again */
      oree_xmpp_rx_free (rx);
      return;
    }
  verdict = oree_gateway_verdict (lane, OREE_DIRECTION_IN, OREE_XMPP_IQ, NULL, &stanza->from, stanza->to.domain, rx->auth);
  if (!verdict.allow)
    {
      oree_gateway_refuse (lane, rx, oree_refusal (verdict.reason)->stanza, NULL);
      return;
    }
  if (!oree_gateway_budget (lane, stanza->from.domain))
    {
      oree_gateway_refuse (lane, rx, OREE_STANZA_ERR_RESOURCE_CONSTRAINT, NULL);
      return;
    }
  answer = answer_for (lane, rx, &refusal);
  if (refusal != OREE_GW_REFUSAL_NONE)
    report (lane, rx, refusal);
  if (answer != NULL)
    oree_xmpp_out_send (lane, stanza->to.domain, stanza->from.domain, answer, NULL, NULL);
  oree_xmpp_settle (lane, rx->slot);
  oree_xmpp_rx_free (rx);
}
