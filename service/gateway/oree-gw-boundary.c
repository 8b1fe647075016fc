/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-boundary.h"

#include "base/oree-limits.h"
#include "gateway/oree-gw-html.h"

OreeGwRefusalId
oree_gw_boundary_stanza (const OreeGwBoundary *self, OreeGwExtras *extras)
{
  if ((extras->replaces != NULL && !self->corrections) || (extras->reactions != NULL && !self->reactions)
      || (extras->attachments && !self->attachments))
    return OREE_GW_REFUSAL_BOUNDARY_CONTENT;
  if (!self->receipts_out)
    extras->wants_receipt = extras->markable = FALSE;
  if (!self->receipts_in)
    extras->received = extras->displayed = NULL;
  return OREE_GW_REFUSAL_NONE;
}

OreeGwRefusalId
oree_gw_boundary_sip (const OreeGwBoundary *self, OreeGwSip *sip)
{
  if (!self->formatting)
    g_clear_pointer (&sip->html, g_free);
  return self->body_limit > 0 && strlen (sip->body) > self->body_limit ? OREE_GW_REFUSAL_BOUNDARY_SIZE : OREE_GW_REFUSAL_NONE;
}

OreeGwRefusalId
oree_gw_boundary_content (const OreeGwBoundary *self, OreeGwContent *content)
{
  if (content->kind != OREE_GW_CONTENT_TEXT)
    return OREE_GW_REFUSAL_NONE;
  if (content->html != NULL && (!self->formatting || (self->body_limit > 0 && content->text == NULL)))
    {
      if (content->text == NULL)
        content->text = oree_gw_html_to_text (content->html);
      if (!self->formatting)
        g_clear_pointer (&content->html, oree_xml_node_unref);
    }
  if (!self->receipts_in)
    content->wants &= ~(guint) (OREE_CPIM_POSITIVE_DELIVERY | OREE_CPIM_DISPLAY); /* of a failure everybody hears */
  return self->body_limit > 0 && content->text != NULL && strlen (content->text) > self->body_limit
             ? OREE_GW_REFUSAL_BOUNDARY_SIZE
             : OREE_GW_REFUSAL_NONE;
}

/* The generic cell rate algorithm: each message pays for its share of a minute, a burst may be paid later. */
OreeTime
oree_gw_boundary_due (const OreeGwBoundary *self, OreeTime paid_until, OreeTime now)
{
  OreeTime share = OREE_MINUTE / self->rate, burst = MAX (OREE_MINUTE / 10, share) - share;

  return MAX (now, paid_until - burst);
}

void
oree_gw_boundary_pay (const OreeGwBoundary *self, OreeTime *paid_until, OreeTime now)
{
  *paid_until = MAX (*paid_until, now) + OREE_MINUTE / self->rate;
}
