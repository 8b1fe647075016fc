/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a gateway's domain, and its users, answer to queries (xmpp-s2s sheet 17). Whether a user exists is told nobody: the
 * answer depends on who asks and on what was seen of the user, never on whether there is one. */
#pragma once
#include "codec/xmpp/oree-stanza.h"
#include "gateway/oree-gw-refusal.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean authorised; /* who asks may see the presence of the user asked for */
  const char *name;    /* display name seen of the user; NULL: none */
  const char *aor;     /* the user's address of record; NULL: the query is for the domain */
  const char *version;
  gint64 wall;         /* microseconds since 1970 */
  guint64 uptime;      /* seconds */
  gboolean reserved;   /* tell nothing of ourselves or our users, but what is needed to talk at all (disco, ping) */
} OreeGwQueryFacts;

/* The answer to an iq get or set that is well-formed and allowed: result or error. NULL when it is neither get nor set.
 * *refusal: what it asked for that a gateway does not carry (a call, a file); else NONE. Owned. */
OreeXmlNode *oree_gw_query_answer (const OreeStanza *iq, const OreeGwQueryFacts *facts, OreeGwRefusalId *refusal);

G_END_DECLS
