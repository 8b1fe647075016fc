/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SipHash-2-4 and what is made with it: identifiers nobody can guess or collide with, from one seed drawn by the
 * caller, without a system call each. */
#pragma once
#include "base/oree-span.h"

G_BEGIN_DECLS

#define OREE_SIP_SECRET_BYTES 16

typedef struct
{
  guint64 v[4];
  guint64 tail;
  guint64 length;
} OreeSipHash;

void oree_sip_hash_init (OreeSipHash *self, const guint8 secret[OREE_SIP_SECRET_BYTES]);
void oree_sip_hash_add (OreeSipHash *self, const void *data, gsize length);
/* Adds `part` and its length, so that ("ab", "c") and ("a", "bc") differ. */
void oree_sip_hash_add_part (OreeSipHash *self, OreeSpan part);
guint64 oree_sip_hash_end (OreeSipHash *self);

/* A generator; one per thread. */
typedef struct
{
  guint8 secret[OREE_SIP_SECRET_BYTES];
  guint64 count;
} OreeSipIds;

#define OREE_SIP_ID_SIZE 40 /* fits every identifier below, NUL included */

/* `seed`: 16 bytes of oree_random_bytes(). */
void oree_sip_ids_init (OreeSipIds *self, const guint8 seed[OREE_SIP_SECRET_BYTES]);
/* 128 bits in hex, never the same twice. */
void oree_sip_ids_next (OreeSipIds *self, char out[OREE_SIP_ID_SIZE]);
/* The same behind the cookie: "z9hG4bK…". */
void oree_sip_ids_branch (OreeSipIds *self, char out[OREE_SIP_ID_SIZE]);
/* 64 bits in hex: From and To tags. */
void oree_sip_ids_tag (OreeSipIds *self, char out[OREE_SIP_ID_SIZE]);

G_END_DECLS
