/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second look at a message: the inside of the headers a server acts on. */
#include "codec/sip/oree-sip-check.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-via.h"
#include "ident/oree-sip-uri.h"

static guint
check_ruri (const OreeSipMsg *msg)
{
  OreeSipUri uri;

  if (!oree_sip_uri_parse (&uri, msg->ruri))
    return 400;
  if (uri.scheme != OREE_SIP_SCHEME_SIP && uri.scheme != OREE_SIP_SCHEME_SIPS)
    return 416;
  /* RFC 3261 19.1.1: no headers in a Request-URI; turned into real ones they would be a way in (RFC 4475 3.1.2.11). */
  if (uri.host.length == 0 || uri.headers.length > 0)
    return 400;
  return 0;
}

static guint
check_vias (const OreeSipMsg *msg)
{
  OreeSipValues values;
  OreeSpan value;
  OreeSipVia via;
  guint n = 0;

  oree_sip_values_init (&values, msg, OREE_SIP_HDR_VIA);
  while (oree_sip_values_next (&values, &value))
    {
      if (++n > OREE_SIP_VIA_MAX)
        return 400;
      /* Those of a response are compared with what its request had, or not looked at any more. */
      if (!msg->is_request)
        continue;
      if (oree_sip_via_parse (&via, value) < 0)
        return 400;
      if (n == 1 && via.bad_version)
        return 505;
    }
  return 0;
}

/* A sip or sips URI must parse; other schemes may stand where nothing is routed by them (RFC 4475 3.3.4). */
static gboolean
uri_is_fine (OreeSpan text)
{
  OreeSipUri uri;

  return oree_sip_uri_parse (&uri, text);
}

static guint
check_address (const OreeSipMsg *msg, OreeSipHdrId id)
{
  OreeSipAddr addr;

  if (oree_sip_addr_parse (&addr, oree_sip_msg_value (msg, id)) < 0 || addr.star || !uri_is_fine (addr.uri))
    return 400;
  return 0;
}

static guint
check_address_list (const OreeSipMsg *msg, OreeSipHdrId id, guint max, gboolean star)
{
  OreeSipValues values;
  OreeSpan value;
  OreeSipAddr addr;
  guint n = 0;

  oree_sip_values_init (&values, msg, id);
  while (oree_sip_values_next (&values, &value))
    {
      if (++n > max || oree_sip_addr_parse (&addr, value) < 0)
        return 400;
      if (addr.star ? !star : !uri_is_fine (addr.uri))
        return 400;
    }
  return 0;
}

OreeSipCheck
oree_sip_check (const OreeSipMsg *msg)
{
  static const struct
  {
    OreeSipHdrId id;
    guint max;
  } lists[] = {
    { OREE_SIP_HDR_CONTACT, OREE_SIP_HEADERS_MAX },
    { OREE_SIP_HDR_ROUTE, OREE_SIP_ROUTE_MAX },
    { OREE_SIP_HDR_RECORD_ROUTE, OREE_SIP_ROUTE_MAX },
    { OREE_SIP_HDR_PATH, OREE_SIP_ROUTE_MAX },
    { OREE_SIP_HDR_P_ASSERTED_IDENTITY, OREE_SIP_HEADERS_MAX },
  };
  OreeSipContentType type;
  guint status = check_vias (msg);

  if (status != 0)
    return (OreeSipCheck){ status, OREE_SIP_HDR_VIA };
  if (check_address (msg, OREE_SIP_HDR_FROM) != 0)
    return (OreeSipCheck){ 400, OREE_SIP_HDR_FROM };
  if (check_address (msg, OREE_SIP_HDR_TO) != 0)
    return (OreeSipCheck){ 400, OREE_SIP_HDR_TO };
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (check_address_list (msg, lists[i].id, lists[i].max, lists[i].id == OREE_SIP_HDR_CONTACT) != 0)
      return (OreeSipCheck){ 400, lists[i].id };
  if (oree_sip_max_forwards (msg, 70) < 0)
    return (OreeSipCheck){ 400, OREE_SIP_HDR_MAX_FORWARDS };
  if (oree_sip_msg_header (msg, OREE_SIP_HDR_CONTENT_TYPE) != NULL
      && oree_sip_content_type_parse (&type, oree_sip_msg_value (msg, OREE_SIP_HDR_CONTENT_TYPE)) < 0)
    return (OreeSipCheck){ 400, OREE_SIP_HDR_CONTENT_TYPE };
  if (msg->is_request)
    return (OreeSipCheck){ check_ruri (msg), OREE_SIP_HDR_OTHER };
  return (OreeSipCheck){ 0, OREE_SIP_HDR_OTHER };
}
