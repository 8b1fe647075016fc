/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The (from, to) domain pairs a stream has proved, and how. Exact match: a subdomain is another domain. */
#pragma once
#include "proto/xmpp/oree-s2s-policy.h"

G_BEGIN_DECLS

typedef struct
{
  char *from; /* theirs, normal form */
  char *to;   /* ours */
  OreeS2sProof proof;
} OreeS2sPair;

OreeS2sPair *oree_s2s_pair_new (const char *from, const char *to, OreeS2sProof proof);
void oree_s2s_pair_free (OreeS2sPair *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeS2sPair, oree_s2s_pair_free)

typedef struct
{
  GPtrArray *items; /* OreeS2sPair; made on first use */
} OreeS2sPairs;

#define OREE_S2S_PAIRS_INIT { NULL }

/* FALSE when OREE_S2S_PAIRS_MAX are there already; adding one again keeps the stronger proof. */
gboolean oree_s2s_pairs_add (OreeS2sPairs *self, const char *from, const char *to, OreeS2sProof proof);
/* NONE when not proved. */
OreeS2sProof oree_s2s_pairs_find (const OreeS2sPairs *self, const char *from, const char *to);
/* Is `from` proved towards any domain of ours? */
gboolean oree_s2s_pairs_has_from (const OreeS2sPairs *self, const char *from);
guint oree_s2s_pairs_length (const OreeS2sPairs *self);
const OreeS2sPair *oree_s2s_pairs_nth (const OreeS2sPairs *self, guint index);
void oree_s2s_pairs_clear (OreeS2sPairs *self);

G_END_DECLS
