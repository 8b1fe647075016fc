/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XMPP addresses (RFC 7622 grammar; prepared by Nodeprep and Resourceprep, which Prosody and ejabberd use). */
#pragma once
#include "base/oree-span.h"

G_BEGIN_DECLS

typedef struct
{
  char *local;    /* prepared (lower-case); NULL when the address has none */
  char *domain;   /* normal form: lower-case A-labels */
  char *resource; /* prepared, case kept; NULL when bare */
} OreeJid;

#define OREE_JID_INIT { NULL, NULL, NULL }

/* Cuts the resource at the first "/", then the local part at the first "@" before it, and prepares each.
 * FALSE (and *self empty) when a part is empty, over OREE_JID_PART_MAX octets, not UTF-8, forbidden, or the
 * domain is no host name (IP literals are refused). */
gboolean oree_jid_parse (OreeJid *self, OreeSpan text);
/* Prepares and joins parts; `local` and `resource` may be NULL. FALSE as above. */
gboolean oree_jid_set (OreeJid *self, const char *local, const char *domain, const char *resource);
void oree_jid_copy (OreeJid *self, const OreeJid *other);
void oree_jid_clear (OreeJid *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeJid, oree_jid_clear)

gboolean oree_jid_is_bare (const OreeJid *self);
/* Full equality, and equality without resources. */
gboolean oree_jid_equal (const OreeJid *a, const OreeJid *b);
gboolean oree_jid_bare_equal (const OreeJid *a, const OreeJid *b);

/* The form of the wire: domain in U-labels (RFC 7622 3.2.1). Owned. */
char *oree_jid_to_string (const OreeJid *self);
char *oree_jid_to_bare_string (const OreeJid *self);
/* The form of tables and durable rows: bare, domain in A-labels. Owned. */
char *oree_jid_to_key (const OreeJid *self);

/* Text folded as a local part is (mapped to nothing, case-folded, NFKC) without its forbidden characters being
 * looked at: what "the same user" means on both sides of the gateway. NULL when not UTF-8 or not stable. Owned. */
char *oree_jid_fold (OreeSpan text);

G_END_DECLS
