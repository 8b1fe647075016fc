/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-refusal.h"

static const OreeGwRefusal refusals[] = {
  [OREE_GW_REFUSAL_NONE] = { "", OREE_STANZA_ERR_UNDEFINED_CONDITION, 200, OREE_GW_PHRASE_FAILED },
#define X(symbol, nick, stanza, sip, phrase) { nick, OREE_STANZA_ERR_##stanza, sip, OREE_GW_PHRASE_##phrase },
  OREE_GW_REFUSALS (X)
#undef X
};
G_STATIC_ASSERT (G_N_ELEMENTS (refusals) == OREE_N_GW_REFUSALS);

const OreeGwRefusal *
oree_gw_refusal (OreeGwRefusalId id)
{
  g_return_val_if_fail ((guint) id < OREE_N_GW_REFUSALS, &refusals[0]);
  return &refusals[id];
}
