/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/oree-explain-boundary.h"

#include <string.h>

#define ASK(ask) (1u << OREE_XMPP_##ask)
#define PRESENCE (ASK (SUBSCRIBE) | ASK (PRESENCE))
#define ANYTHING (ASK (MESSAGE) | PRESENCE | ASK (LEAVE) | ASK (IQ))

/* Which setting matters to which question; `messages` is a question of the decision itself. */
static const struct
{
  const char *field;
  guint asks;
} settings[] = {
  { "body-limit", ASK (MESSAGE) },  { "message-rate", ASK (MESSAGE) }, { "formatting", ASK (MESSAGE) },
  { "attachments", ASK (MESSAGE) }, { "corrections", ASK (MESSAGE) },  { "reactions", ASK (MESSAGE) },
  { "typing", ASK (MESSAGE) },      { "receipts", ASK (MESSAGE) },     { "presence-shown", PRESENCE },
  { "notes-shown", PRESENCE },      { "presence-interval", PRESENCE }, { "presence-taken", PRESENCE },
  { "notes-taken", PRESENCE },      { "queries", ASK (IQ) },           { "quiet-hours", ANYTHING },
};

void
oree_explain_boundary (const OreePolicy *policy, const char *domain, OreeXmppAsk ask, OreeTrail *trail)
{
  const OreeBoundaryProfile *profile = oree_policy_boundary_profile (policy, domain);

  if (profile == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      const OreeField *field = oree_kind_field (&oree_boundary_profile_kind, settings[i].field);
      g_autofree char *value = oree_record_get_text (&profile->record, field);

      if (!(settings[i].asks & (1u << ask)) || strcmp (value, oree_field_default_text (field)) == 0)
        continue;
      oree_trail_add (trail, OREE_STEP_BOUNDARY, OREE_REASON_ALLOWED, profile->record.kind->name, profile->record.id,
                      field->name, value);
    }
}
