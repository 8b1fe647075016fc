/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of transactions and dialogs. */
#include "proto/sip/oree-sip-match.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-via.h"

typedef enum
{
  KIND_SERVER = 1,
  KIND_SERVER_2543,
  KIND_CLIENT,
  KIND_MERGED,
  KIND_DIALOG
} Kind;

/* Two hashes over the same parts: 128 bits. */
typedef struct
{
  OreeSipHash a;
  OreeSipHash b;
} Pair;

static void
pair_init (Pair *self, const guint8 *secret, Kind kind)
{
  guint8 tag = (guint8) kind;

  oree_sip_hash_init (&self->a, secret);
  oree_sip_hash_add (&self->a, &tag, 1);
  self->b = self->a;
  oree_sip_hash_add (&self->b, "b", 1);
}

static void
pair_add (Pair *self, OreeSpan part)
{
  oree_sip_hash_add_part (&self->a, part);
  oree_sip_hash_add_part (&self->b, part);
}

static void
pair_add_number (Pair *self, guint32 number)
{
  pair_add (self, oree_span (&number, sizeof number));
}

/* Host names and branches compare without case (RFC 3261 7.3.1). */
static void
pair_add_folded (Pair *self, OreeSpan part)
{
  char small[256];
  gsize n = MIN (part.length, sizeof small);

  for (gsize i = 0; i < n; i++)
    small[i] = g_ascii_tolower (part.data[i]);
  pair_add (self, oree_span (small, n));
  pair_add (self, oree_span_from (part, n));
}

static void
pair_end (Pair *self, OreeSipKey *key)
{
  key->a = oree_sip_hash_end (&self->a);
  key->b = oree_sip_hash_end (&self->b);
}

guint
oree_sip_key_hash (gconstpointer key)
{
  return (guint) ((const OreeSipKey *) key)->a;
}

gboolean
oree_sip_key_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (OreeSipKey)) == 0;
}

/* RFC 3261 17.2.3: the request of a client that makes no unique branches. Its ACK differs in the To tag only, which is
 * therefore left out; its top Via is the same. */
static gboolean
match_2543 (const guint8 *secret, const OreeSipMsg *request, const OreeSipVia *via, OreeSpan method,
            OreeSipKey *key)
{
  Pair pair;
  OreeSipAddr from;

  if (oree_sip_addr_from_msg (&from, request, OREE_SIP_HDR_FROM) < 0)
    return FALSE;
  pair_init (&pair, secret, KIND_SERVER_2543);
  pair_add (&pair, method);
  pair_add (&pair, request->ruri);
  pair_add (&pair, from.tag);
  pair_add (&pair, oree_sip_msg_value (request, OREE_SIP_HDR_CALL_ID));
  pair_add_number (&pair, request->cseq);
  pair_add_folded (&pair, via->host);
  pair_add_number (&pair, via->port);
  pair_add (&pair, via->params);
  pair_end (&pair, key);
  return TRUE;
}

static gboolean
match_server (const guint8 *secret, const OreeSipMsg *request, OreeSpan method, OreeSipKey *key)
{
  OreeSipVia via;
  Pair pair;

  if (!request->is_request || oree_sip_via_top (&via, request) < 0)
    return FALSE;
  if (!via.has_cookie)
    return match_2543 (secret, request, &via, method, key);
  pair_init (&pair, secret, KIND_SERVER);
  pair_add (&pair, method);
  pair_add_folded (&pair, via.branch);
  pair_add_folded (&pair, via.host);
  pair_add_number (&pair, oree_sip_via_port (&via));
  pair_end (&pair, key);
  return TRUE;
}

gboolean
oree_sip_match_server (const guint8 *secret, const OreeSipMsg *request, OreeSipKey *key)
{
  OreeSpan method
    = request->method == OREE_SIP_METHOD_ACK ? OREE_SPAN_LITERAL ("INVITE") : request->method_name;

  return match_server (secret, request, method, key);
}

gboolean
oree_sip_match_cancelled (const guint8 *secret, const OreeSipMsg *cancel, OreeSipKey *key)
{
  return match_server (secret, cancel, OREE_SPAN_LITERAL ("INVITE"), key);
}

gboolean
oree_sip_match_client (const guint8 *secret, const OreeSipMsg *msg, OreeSipKey *key)
{
  OreeSipVia via;
  Pair pair;

  if (oree_sip_via_top (&via, msg) < 0 || !via.has_cookie)
    return FALSE;
  pair_init (&pair, secret, KIND_CLIENT);
  pair_add_folded (&pair, via.branch);
  pair_add (&pair, msg->method_name);
  pair_end (&pair, key);
  return TRUE;
}

gboolean
oree_sip_match_merged (const guint8 *secret, const OreeSipMsg *request, OreeSipKey *key)
{
  OreeSipAddr from;
  Pair pair;

  if (!request->is_request || oree_sip_addr_from_msg (&from, request, OREE_SIP_HDR_FROM) < 0)
    return FALSE;
  pair_init (&pair, secret, KIND_MERGED);
  pair_add (&pair, request->method_name);
  pair_add (&pair, from.tag);
  pair_add (&pair, oree_sip_msg_value (request, OREE_SIP_HDR_CALL_ID));
  pair_add_number (&pair, request->cseq);
  pair_end (&pair, key);
  return TRUE;
}

gboolean
oree_sip_match_dialog (const guint8 *secret, const OreeSipMsg *msg, OreeSipKey *key)
{
  OreeSipAddr from;
  OreeSipAddr to;
  OreeSpan local;

  if (oree_sip_addr_from_msg (&from, msg, OREE_SIP_HDR_FROM) < 0
      || oree_sip_addr_from_msg (&to, msg, OREE_SIP_HDR_TO) < 0)
    return FALSE;
  local = msg->is_request ? to.tag : from.tag;
  if (local.length == 0)
    return FALSE;
  oree_sip_match_dialog_parts (secret, oree_sip_msg_value (msg, OREE_SIP_HDR_CALL_ID), local,
                               msg->is_request ? from.tag : to.tag, key);
  return TRUE;
}

void
oree_sip_match_dialog_parts (const guint8 *secret, OreeSpan call_id, OreeSpan local_tag, OreeSpan remote_tag,
                             OreeSipKey *key)
{
  Pair pair;

  pair_init (&pair, secret, KIND_DIALOG);
  pair_add (&pair, call_id);
  pair_add (&pair, local_tag);
  pair_add (&pair, remote_tag);
  pair_end (&pair, key);
}
