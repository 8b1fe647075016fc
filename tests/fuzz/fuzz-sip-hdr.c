/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One header value through every value parser. */
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-via.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
inside (OreeSpan part, OreeSpan whole)
{
  return part.length == 0 || (part.data >= whole.data && part.data + part.length <= whole.data + whole.length);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  OreeSpan value = oree_span (data, size);
  OreeSpan rest = value;
  OreeSpan item;
  OreeSipVia via;
  OreeSipAddr addr;
  OreeSipEvent event;
  OreeSipSubstate state;
  OreeSipContentType type;
  OreeSipParam param;
  guint32 number;
  guint n = 0;
  g_autofree char *text = oree_sip_hdr_dup_unquoted (value);

  g_assert (g_utf8_validate (text, -1, NULL));
  oree_sip_hdr_id (value);
  while (oree_sip_hdr_next_value (&rest, &item))
    {
      g_assert (inside (item, value) && n++ <= size);
      if (oree_sip_via_parse (&via, item) > 0)
        g_assert (inside (via.host, value) && inside (via.branch, value) && inside (via.received, value)
                  && via.transport.length > 0 && via.host.length > 0);
      if (oree_sip_addr_parse (&addr, item) > 0 && !addr.star)
        {
          g_autofree char *display = oree_sip_addr_dup_display (&addr);

          g_assert (inside (addr.uri, value) && addr.uri.length > 0 && inside (addr.tag, value));
          g_assert (addr.display.length == 0 || display != NULL);
        }
    }
  rest = value;
  while (oree_sip_hdr_next_param (&rest, &param) > 0)
    g_assert (inside (param.name, value) && inside (param.value, value));
  rest = value;
  while (oree_sip_hdr_next_auth_param (&rest, &param) > 0)
    g_assert (inside (param.name, value) && inside (param.value, value));
  oree_sip_cseq_parse (value, &number, &item);
  oree_sip_event_parse (&event, value);
  oree_sip_substate_parse (&state, value);
  oree_sip_content_type_parse (&type, value);
  return 0;
}
