/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-boundary-profile.h"

#include "base/oree-limits.h"
#include "model/oree-normalise.h"
#include <string.h>

#define DAY_MINUTES (24 * 60)

const OreeEnumValue oree_presence_details[] = {
  { OREE_PRESENCE_DETAIL_FULL, "full" },
  { OREE_PRESENCE_DETAIL_FOLDED, "folded" },
  { OREE_PRESENCE_DETAIL_REACHABLE, "reachable" },
  { 0, NULL },
};

const OreeEnumValue oree_boundary_ways[] = {
  { OREE_BOUNDARY_WAY_BOTH, "both" },
  { OREE_BOUNDARY_WAY_TO_PARTNER, "to-partner" },
  { OREE_BOUNDARY_WAY_FROM_PARTNER, "from-partner" },
  { OREE_BOUNDARY_WAY_NONE, "none" },
  { 0, NULL },
};

#define F(member, name, TYPE, fallback, max, choices, normalise, doc)                                                  \
  OREE_FIELD (OreeBoundaryProfile, member, name, TYPE, OREE_FIELD_FLAG_NONE, fallback, 0, max, choices, normalise, doc)

static const OreeField fields[] = {
  F (description, "description", STRING, "", 0, NULL, NULL, "Free text."),
  F (presence_shown, "presence-shown", ENUM, "full", 0, oree_presence_details, NULL,
     "What the partner's users see of ours: full; folded: available, away or offline; reachable: available or offline."),
  F (presence_taken, "presence-taken", ENUM, "full", 0, oree_presence_details, NULL,
     "What our users see of the partner's, in the same words."),
  F (presence_interval, "presence-interval", UINT, "0", OREE_PRESENCE_INTERVAL_MAX, NULL, NULL,
     "Seconds between two changes of a user's presence told to a contact; the last one is always told; 0: as they come."),
  F (notes_shown, "notes-shown", BOOLEAN, "true", 0, NULL, NULL,
     "Status notes of our users go to the partner; only a partner of type federated sees them in any case."),
  F (notes_taken, "notes-taken", BOOLEAN, "true", 0, NULL, NULL, "Status notes of the partner's users come to ours."),
  F (messages, "messages", ENUM, "both", 0, oree_boundary_ways, NULL,
     "Which way messages may cross: both, to-partner, from-partner or none; others are refused."),
  F (typing, "typing", ENUM, "both", 0, oree_boundary_ways, NULL,
     "Which way it may be told that somebody is writing."),
  F (receipts, "receipts", ENUM, "both", 0, oree_boundary_ways, NULL,
     "Which way it may be told that a message arrived or was read; failures are always told."),
  F (formatting, "formatting", BOOLEAN, "true", 0, NULL, NULL,
     "Formatted text may cross; false: its plain text crosses instead."),
  F (attachments, "attachments", BOOLEAN, "true", 0, NULL, NULL,
     "Messages of the partner that carry addresses of files may cross; false: they are refused."),
  F (corrections, "corrections", BOOLEAN, "true", 0, NULL, NULL,
     "Corrections of messages sent before may come from the partner; false: they are refused."),
  F (reactions, "reactions", BOOLEAN, "true", 0, NULL, NULL,
     "Reactions to messages may come from the partner; false: they are refused."),
  F (queries, "queries", BOOLEAN, "true", 0, NULL, NULL,
     "The partner is told our version, time, time since the start, and names of users; false: these queries are refused."),
  F (body_limit, "body-limit", UINT, "0", OREE_SIP_BODY_MAX, NULL, NULL,
     "Octets of text that one message may have; longer ones are refused, never cut; 0: what both protocols take."),
  F (message_rate, "message-rate", UINT, "0", OREE_MESSAGE_RATE_MAX, NULL, NULL,
     "Messages a minute of one person; more wait up to three seconds, then are refused; 0: as many as come."),
  F (quiet_hours, "quiet-hours", STRING, "", 0, NULL, oree_normalise_hours,
     "Hours of local time, as 22:00-06:00, in which no event names people of this partner; they are counted all the same."),
};

const OreeKind oree_boundary_profile_kind = {
  .name = "boundary-profile",
  .size = sizeof (OreeBoundaryProfile),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .normalise_id = oree_normalise_name,
  .id_doc = "The profile's name.",
  .doc = "What may cross between us and the partners that name it.",
};

gboolean
oree_boundary_way_allows (OreeBoundaryWay crossing, gboolean out)
{
  return crossing == OREE_BOUNDARY_WAY_BOTH || crossing == (out ? OREE_BOUNDARY_WAY_TO_PARTNER : OREE_BOUNDARY_WAY_FROM_PARTNER);
}

/* "HH:MM" → minutes; -1 when it is none. */
static int
minutes_of (const char *text)
{
  if (!g_ascii_isdigit (text[0]) || !g_ascii_isdigit (text[1]) || text[2] != ':' || !g_ascii_isdigit (text[3])
      || !g_ascii_isdigit (text[4]) || text[3] > '5')
    return -1;
  return ((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
}

static gboolean
read_hours (const char *text, guint *from, guint *until)
{
  int first, last;

  if (strlen (text) != strlen ("HH:MM-HH:MM") || text[5] != '-')
    return FALSE;
  first = minutes_of (text);
  last = minutes_of (text + 6);
  if (first < 0 || first >= DAY_MINUTES || last < 0 || last > DAY_MINUTES || first == last)
    return FALSE;
  *from = (guint) first;
  *until = (guint) last;
  return TRUE;
}

char *
oree_normalise_hours (const char *text, OreeProblemCode *code)
{
  guint from, until;

  if (read_hours (text, &from, &until))
    return g_strdup (text);
  *code = OREE_PROBLEM_BAD_HOURS;
  return NULL;
}

gboolean
oree_boundary_profile_is_quiet (const OreeBoundaryProfile *self, guint minute)
{
  guint from, until;

  if (*self->quiet_hours == '\0' || !read_hours (self->quiet_hours, &from, &until))
    return FALSE;
  if (from < until)
    return minute >= from && minute < until;
  return minute >= from || minute < until;
}
