/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the people of ours have shown of themselves: their name, their language, what their programs take. Learnt from what
 * they send, for SIP has no way to ask before a message (RFC 3428 4); bounded, the oldest forgotten first. */
#pragma once
#include "codec/sip/oree-sip-msg.h"
#include "gateway/oree-gw-message.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;           /* display name, one line; NULL: none seen */
  const char *language; /* "en" or "fr"; NULL: not known; static */
  gboolean takes_html;  /* sent text/html, and refused none since */
  gboolean takes_cpim;  /* sent message/cpim or a notification, and refused none since */
} OreeGwPerson;

typedef struct _OreeGwPeople OreeGwPeople;
OreeGwPeople *oree_gw_people_new (guint max);
void oree_gw_people_free (OreeGwPeople *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeGwPeople, oree_gw_people_free)

/* What is known of a person as a row (a{sv}, floating). */
GVariant *oree_gw_person_to_row (const OreeGwPerson *person);
/* Knows of `aor` what `row` says, whatever was known before; FALSE when the row is damaged. */
gboolean oree_gw_people_take_row (OreeGwPeople *self, const char *aor, GVariant *row);
/* Forgets the oldest of more than `max`; owned, NULL when there are not too many. To be asked after _learn and _take_row. */
char *oree_gw_people_spill (OreeGwPeople *self);
/* NULL: nothing is known of `aor`. Borrowed until the next call of _learn. */
OreeGwPerson *oree_gw_people_find (OreeGwPeople *self, const char *aor);
/* A request of `aor`, its display name (raw, unquoted; may be empty), and what its body was (NULL: not looked at). Returns the
 * person (borrowed, as by _find) when that was news, else NULL. */
const OreeGwPerson *oree_gw_people_learn (OreeGwPeople *self, const char *aor, const OreeSipMsg *request, OreeSpan display,
                                          const OreeGwContent *content);

G_END_DECLS
