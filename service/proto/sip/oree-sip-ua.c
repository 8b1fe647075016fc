/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests the gateway begins outside any dialog. */
#include "proto/sip/oree-sip-ua.h"
#include "codec/sip/oree-sip-addr.h"

char *
oree_sip_ua_via (OreeSipIds *ids, const char *transport, const char *sent_by)
{
  char branch[OREE_SIP_ID_SIZE];

  oree_sip_ids_branch (ids, branch);
  return g_strconcat ("SIP/2.0/", transport, " ", sent_by, ";branch=", branch, NULL);
}

/* A URI that stays inside its <>. */
static gboolean
is_clean (const char *uri)
{
  return uri != NULL && *uri != '\0' && strpbrk (uri, "<>\" \t\r\n") == NULL;
}

static gboolean
parts_are_clean (const OreeSipUaRequest *parts)
{
  for (guint i = 0; parts->routes != NULL && parts->routes[i] != NULL; i++)
    if (!is_clean (parts->routes[i]))
      return FALSE;
  return is_clean (parts->from_uri) && is_clean (parts->to_uri)
         && (parts->ruri == NULL || is_clean (parts->ruri))
         && (parts->contact == NULL || is_clean (parts->contact));
}

void
oree_sip_ua_begin (const OreeSipUaRequest *parts, OreeSipIds *ids, OreeSipWriter *writer)
{
  char fresh[OREE_SIP_ID_SIZE];
  g_autofree char *via = oree_sip_ua_via (ids, parts->transport, parts->sent_by);
  g_autoptr (GString) text = g_string_new (NULL);
  const char *tag = parts->from_tag;

  oree_sip_write_request (writer, parts->method,
                          oree_span_str (parts->ruri != NULL ? parts->ruri : parts->to_uri));
  if (!parts_are_clean (parts))
    writer->failed = TRUE;
  oree_sip_write_header (writer, OREE_SIP_HDR_VIA, via);
  oree_sip_write_header_uint (writer, OREE_SIP_HDR_MAX_FORWARDS,
                              parts->max_forwards > 0 ? (guint) parts->max_forwards : 70);
  for (guint i = 0; parts->routes != NULL && parts->routes[i] != NULL; i++)
    oree_sip_write_header_format (writer, OREE_SIP_HDR_ROUTE, "<%s>", parts->routes[i]);
  if (tag == NULL)
    {
      oree_sip_ids_tag (ids, fresh);
      tag = fresh;
    }
  oree_sip_addr_append (text, parts->from_display, oree_span_str (parts->from_uri), tag);
  oree_sip_write_header (writer, OREE_SIP_HDR_FROM, text->str);
  g_string_truncate (text, 0);
  oree_sip_addr_append (text, NULL, oree_span_str (parts->to_uri), NULL);
  oree_sip_write_header (writer, OREE_SIP_HDR_TO, text->str);
  if (parts->call_id != NULL)
    {
      oree_sip_write_header (writer, OREE_SIP_HDR_CALL_ID, parts->call_id);
    }
  else
    {
      oree_sip_ids_next (ids, fresh);
      oree_sip_write_header (writer, OREE_SIP_HDR_CALL_ID, fresh);
    }
  g_string_truncate (text, 0);
  oree_uint_append_to (parts->cseq > 0 ? parts->cseq : 1, text);
  oree_str_append_to (" ", text);
  oree_str_append_to (parts->method, text);
  oree_sip_write_header (writer, OREE_SIP_HDR_CSEQ, text->str);
  if (parts->contact != NULL)
    oree_sip_write_header_format (writer, OREE_SIP_HDR_CONTACT, "<%s>", parts->contact);
}
