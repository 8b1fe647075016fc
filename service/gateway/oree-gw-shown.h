/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a contact was shown of a user of ours: presence documents become stanzas, one per device that differs from what was
 * last said (RFC 8048 6). Part of oree-gw-watch, which says when. */
#pragma once
#include "base/oree-time.h"
#include "gateway/oree-gw-out.h"
#include "gateway/oree-gw-view.h"

G_BEGIN_DECLS

typedef struct
{
  const OreeJid *user, *contact; /* bare; the owner's */
  OreeGwView view;
  guint interval;     /* seconds between two changes told; 0: as they come */
  OreePidf *document; /* the last one, whole; NULL: none */
  OreePidf *folded;   /* what of it may be seen, where that is less */
  char *language;     /* its Content-Language */
  GHashTable *shown;  /* resource → the available stanza the contact has last seen */
  gboolean told_gone; /* … and that nothing is available */
  OreeTime last_at;   /* when a document was shown; G_MININT64: never */
  OreeTime show_at;   /* when the last one will be; NEVER: it was */
} OreeGwShown;

/* Shows everything but notes, until the view says otherwise. */
void oree_gw_shown_init (OreeGwShown *self, const OreeJid *user, const OreeJid *contact);
void oree_gw_shown_clear (OreeGwShown *self);
/* A new document: shown, or kept until the interval is over. Takes both. */
void oree_gw_shown_take (OreeGwShown *self, OreePidf *document, char *language, OreeTime now, OreeGwOut *out);
/* Shows the document again as far as that changes it. */
void oree_gw_shown_set_view (OreeGwShown *self, const OreeGwView *view, guint interval, OreeTime now, OreeGwOut *out);
/* Everything shown goes; the contact is told. */
void oree_gw_shown_nothing (OreeGwShown *self, OreeGwOut *out);
/* Nobody there, said once, of the bare address; with what the first tuple has to say about it. */
void oree_gw_shown_gone (OreeGwShown *self, OreeGwOut *out);
/* The answer to a probe: all there is, of one resource when that was asked for (RFC 6121 4.3.2). */
void oree_gw_shown_again (const OreeGwShown *self, const char *resource, OreeGwOut *out);
OreeTime oree_gw_shown_deadline (const OreeGwShown *self);
void oree_gw_shown_on_deadline (OreeGwShown *self, OreeTime now, OreeGwOut *out);

G_END_DECLS
