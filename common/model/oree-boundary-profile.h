/* SPDX-License-Identifier: GPL-3.0-or-later */
/* boundary-profile: what may cross between us and the partners that name it, beyond what everybody is held to. The id is a
 * name; with its defaults a profile lets everything through. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

/* How much of somebody's presence is told. */
typedef enum
{
  OREE_PRESENCE_DETAIL_FULL,
  OREE_PRESENCE_DETAIL_FOLDED,   /* available, away or offline; one device without a name */
  OREE_PRESENCE_DETAIL_REACHABLE /* available or offline; likewise */
} OreePresenceDetail;

/* Which way something may cross. */
typedef enum
{
  OREE_BOUNDARY_WAY_BOTH,
  OREE_BOUNDARY_WAY_TO_PARTNER,
  OREE_BOUNDARY_WAY_FROM_PARTNER,
  OREE_BOUNDARY_WAY_NONE
} OreeBoundaryWay;

typedef struct
{
  OreeRecord record;
  char *description;
  int presence_shown;        /* OreePresenceDetail: of our users, to the partner's */
  int presence_taken;        /* of the partner's users, to ours */
  guint64 presence_interval; /* seconds between two changes of one user told to one contact; 0: as they come */
  gboolean notes_shown;      /* status notes of our users; they need a federated partner all the same */
  gboolean notes_taken;
  int messages;              /* OreeBoundaryWay */
  int typing;                /* OreeBoundaryWay */
  int receipts;              /* OreeBoundaryWay */
  gboolean formatting;
  gboolean attachments;
  gboolean corrections;
  gboolean reactions;
  gboolean queries;
  guint64 body_limit;        /* octets; 0: what both sides take */
  guint64 message_rate;      /* messages a minute of one person; 0: as many as come */
  char *quiet_hours;         /* "22:00-06:00", local time; "": never */
} OreeBoundaryProfile;

extern const OreeKind oree_boundary_profile_kind;
extern const OreeEnumValue oree_presence_details[];
extern const OreeEnumValue oree_boundary_ways[];

/* Does it let something cross to the partner (`out`), or from it? */
gboolean oree_boundary_way_allows (OreeBoundaryWay crossing, gboolean out);
/* "HH:MM-HH:MM" with two different times, the second up to 24:00. */
char *oree_normalise_hours (const char *text, OreeProblemCode *code);
/* Does `minute` of a day (0 … 1439) lie in the quiet hours? They may span midnight. */
gboolean oree_boundary_profile_is_quiet (const OreeBoundaryProfile *self, guint minute);

G_END_DECLS
