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

/* NULL: nothing is known of `aor`. Borrowed until the next call of _learn. */
OreeGwPerson *oree_gw_people_find (OreeGwPeople *self, const char *aor);
/* A request of `aor`, its display name (raw, unquoted; may be empty), and what its body was (NULL: not looked at). */
OreeGwPerson *oree_gw_people_learn (OreeGwPeople *self, const char *aor, const OreeSipMsg *request, OreeSpan display,
                                    const OreeGwContent *content);

G_END_DECLS
