/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-sub-answer.h"

const OreeSipSubRules oree_sub_rules = OREE_SIP_SUB_RULES_DEFAULT;
const OreeSipSubRules oree_sub_rules_at_home = { 60, 3600, 7200, TRUE };

void
oree_sub_refuse (OreeLane *lane, const OreeSipRx *rx, guint status)
{
  oree_sub_refuse_by (lane, rx, status, &oree_sub_rules);
}

void
oree_sub_refuse_by (OreeLane *lane, const OreeSipRx *rx, guint status, const OreeSipSubRules *rules)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  char tag[OREE_SIP_ID_SIZE];

  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  oree_sip_write_response (&writer, &rx->msg, status, NULL, tag, FALSE);
  oree_sip_sub_write_refusal (status, &rx->msg, rules, &writer);
  oree_sip_hub_respond_with (lane, rx, &writer);
}

void
oree_sub_accept (OreeLane *lane, const OreeSipRx *rx, const OreeSipDialog *dialog, guint32 expires)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;

  oree_sip_write_response (&writer, &rx->msg, 200, NULL, dialog->local_tag, TRUE);
  oree_sip_write_header_uint (&writer, OREE_SIP_HDR_EXPIRES, expires);
  oree_sip_write_header_format (&writer, OREE_SIP_HDR_CONTACT, "<%s>", dialog->local_contact);
  oree_sip_hub_respond_with (lane, rx, &writer);
}

char *
oree_sub_key (OreeSpan call_id, OreeSpan local_tag)
{
  return g_strdup_printf ("%.*s %.*s", (int) call_id.length, call_id.data, (int) local_tag.length, local_tag.data);
}
