/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which transaction or dialog a message belongs to, as a key of fixed size for a hash table (RFC 3261 17.1.3, 17.2.3,
 * 12; RFC 2543 clients too). Keys are 128 bits of keyed hash: equal keys mean equal, and nobody without the secret can
 * make two collide. */
#pragma once
#include "codec/sip/oree-sip-msg.h"
#include "proto/sip/oree-sip-ids.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 a;
  guint64 b;
} OreeSipKey;

/* For GHashTable, keys by pointer. */
guint oree_sip_key_hash (gconstpointer key);
gboolean oree_sip_key_equal (gconstpointer a, gconstpointer b);

/* Server side: branch, sent-by and method (ACK counts as INVITE; without the cookie: Request-URI, tags, Call-ID, CSeq
 * and top Via). FALSE when the top Via, From or CSeq cannot be read. */
gboolean oree_sip_match_server (const guint8 *secret, const OreeSipMsg *request, OreeSipKey *key);
/* For a CANCEL: the key of the INVITE it is about. */
gboolean oree_sip_match_cancelled (const guint8 *secret, const OreeSipMsg *cancel, OreeSipKey *key);
/* Client side: top branch and CSeq method; of the request sent or the response to it. */
gboolean oree_sip_match_client (const guint8 *secret, const OreeSipMsg *msg, OreeSipKey *key);
/* Merged requests (RFC 3261 8.2.2.2): From tag, Call-ID, CSeq. A second request without To tag, with this key but
 * another server key, is answered 482. */
gboolean oree_sip_match_merged (const guint8 *secret, const OreeSipMsg *request, OreeSipKey *key);
/* The dialog a message that reached us is in: Call-ID, our tag, their tag. For a request ours is the To tag, for a
 * response the From tag. FALSE when it has no tag of ours (then it is in none). */
gboolean oree_sip_match_dialog (const guint8 *secret, const OreeSipMsg *msg, OreeSipKey *key);
/* The same from its parts; `remote_tag` may be empty (RFC 2543). */
void oree_sip_match_dialog_parts (const guint8 *secret, OreeSpan call_id, OreeSpan local_tag, OreeSpan remote_tag,
                                  OreeSipKey *key);

G_END_DECLS
