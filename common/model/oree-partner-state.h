/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person wants to know of an XMPP partner at a glance: is it connected, does it rest, does it fail? */
#pragma once
#include "base/oree-enum.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_PARTNER_IDLE,      /* no stream, and the last thing about it was no failure */
  OREE_PARTNER_CONNECTED, /* at least one stream */
  OREE_PARTNER_FAILING    /* no stream, and the last thing about it was that one did not come about */
} OreePartnerState;

extern const OreeEnumValue oree_partner_states[];

/* `streams`: open now, both ways; `last_event`: nick of the last event about the partner, NULL or "" when there is none. */
OreePartnerState oree_partner_state (guint64 streams, const char *last_event);

G_END_DECLS
