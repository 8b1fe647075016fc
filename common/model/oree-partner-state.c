/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-partner-state.h"

#include "model/oree-event.h"

const OreeEnumValue oree_partner_states[] = {
  { OREE_PARTNER_IDLE, "idle" },
  { OREE_PARTNER_CONNECTED, "connected" },
  { OREE_PARTNER_FAILING, "failing" },
  { 0, NULL },
};

static const OreeEventId failures[] = { OREE_EVENT_STREAM_FAILED, OREE_EVENT_STREAM_REFUSED, OREE_EVENT_POSH_FAILED };

OreePartnerState
oree_partner_state (guint64 streams, const char *last_event)
{
  if (streams > 0)
    return OREE_PARTNER_CONNECTED;
  for (gsize i = 0; last_event != NULL && i < G_N_ELEMENTS (failures); i++)
    if (g_str_equal (oree_event_nick (failures[i]), last_event))
      return OREE_PARTNER_FAILING;
  return OREE_PARTNER_IDLE;
}
