/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a boundary profile does to what crosses: takes away what nobody waits for an answer to, refuses the rest. */
#pragma once
#include "base/oree-time.h"
#include "gateway/oree-gw-message.h"
#include "gateway/oree-gw-view.h"

G_BEGIN_DECLS

/* The profile of one partner; whoever has none has no such struct, and none of this is called. */
typedef struct
{
  OreeGwView shown; /* of our users */
  OreeGwView taken; /* of the partner's */
  guint interval;   /* seconds between two changes of presence told; 0: as they come */
  gboolean typing_out, typing_in;     /* out: to the partner */
  gboolean receipts_out, receipts_in; /* out: that our users got and read */
  gboolean formatting, attachments, corrections, reactions, queries;
  gsize body_limit; /* octets; 0: none */
  guint rate;       /* messages a minute of one person; 0: any */
} OreeGwBoundary;

/* A stanza of the partner, before it is mapped: NONE, or why it may not cross. Receipts and typing it may not have are taken
 * out of `extras`. */
OreeGwRefusalId oree_gw_boundary_stanza (const OreeGwBoundary *self, OreeGwExtras *extras);
/* The same stanza mapped. */
OreeGwRefusalId oree_gw_boundary_sip (const OreeGwBoundary *self, OreeGwSip *sip);
/* What our user sends, read. */
OreeGwRefusalId oree_gw_boundary_content (const OreeGwBoundary *self, OreeGwContent *content);

/* When the next message of one person may go: *paid_until is that person's (0: never wrote). At once while a burst of a
 * tenth of a minute's messages, at least one, is not used up; `now` or later. Does not take it. */
OreeTime oree_gw_boundary_due (const OreeGwBoundary *self, OreeTime paid_until, OreeTime now);
/* One message goes at `now`. */
void oree_gw_boundary_pay (const OreeGwBoundary *self, OreeTime *paid_until, OreeTime now);

G_END_DECLS
