/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SipHash-2-4 (Aumasson, Bernstein 2012) and identifiers made with it. */
#include "proto/sip/oree-sip-ids.h"

static inline guint64
rotate (guint64 x, guint n)
{
  return (x << n) | (x >> (64 - n));
}

static inline guint64
load (const guint8 *p)
{
  guint64 x;

  memcpy (&x, p, 8);
  return GUINT64_FROM_LE (x);
}

static void
turn (guint64 v[4], guint rounds)
{
  while (rounds-- > 0)
    {
      v[0] += v[1];
      v[1] = rotate (v[1], 13) ^ v[0];
      v[0] = rotate (v[0], 32);
      v[2] += v[3];
      v[3] = rotate (v[3], 16) ^ v[2];
      v[0] += v[3];
      v[3] = rotate (v[3], 21) ^ v[0];
      v[2] += v[1];
      v[1] = rotate (v[1], 17) ^ v[2];
      v[2] = rotate (v[2], 32);
    }
}

static void
compress (OreeSipHash *self, guint64 word)
{
  self->v[3] ^= word;
  turn (self->v, 2);
  self->v[0] ^= word;
}

void
oree_sip_hash_init (OreeSipHash *self, const guint8 secret[OREE_SIP_SECRET_BYTES])
{
  guint64 k0 = load (secret);
  guint64 k1 = load (secret + 8);

  self->v[0] = k0 ^ G_GUINT64_CONSTANT (0x736f6d6570736575);
  self->v[1] = k1 ^ G_GUINT64_CONSTANT (0x646f72616e646f6d);
  self->v[2] = k0 ^ G_GUINT64_CONSTANT (0x6c7967656e657261);
  self->v[3] = k1 ^ G_GUINT64_CONSTANT (0x7465646279746573);
  self->tail = 0;
  self->length = 0;
}

void
oree_sip_hash_add (OreeSipHash *self, const void *data, gsize length)
{
  const guint8 *p = data;

  /* Fill the word begun, then whole words, then begin the next. */
  while (length > 0 && self->length % 8 != 0)
    {
      self->tail |= (guint64) *p++ << (8 * (self->length % 8));
      self->length++;
      length--;
      if (self->length % 8 == 0)
        {
          compress (self, self->tail);
          self->tail = 0;
        }
    }
  for (; length >= 8; length -= 8, p += 8, self->length += 8)
    compress (self, load (p));
  for (; length > 0; length--, self->length++)
    self->tail |= (guint64) *p++ << (8 * (self->length % 8));
}

void
oree_sip_hash_add_part (OreeSipHash *self, OreeSpan part)
{
  guint64 length = part.length;

  oree_sip_hash_add (self, &length, sizeof length);
  oree_sip_hash_add (self, part.data, part.length);
}

guint64
oree_sip_hash_end (OreeSipHash *self)
{
  compress (self, self->tail | (self->length << 56));
  self->v[2] ^= 0xff;
  turn (self->v, 4);
  return self->v[0] ^ self->v[1] ^ self->v[2] ^ self->v[3];
}

void
oree_sip_ids_init (OreeSipIds *self, const guint8 seed[OREE_SIP_SECRET_BYTES])
{
  memcpy (self->secret, seed, OREE_SIP_SECRET_BYTES);
  self->count = 0;
}

/* A number nobody without the secret can tell from chance; `half` gives several of one count. */
static guint64
draw (const OreeSipIds *self, guint64 half)
{
  OreeSipHash hash;

  oree_sip_hash_init (&hash, self->secret);
  oree_sip_hash_add (&hash, &self->count, sizeof self->count);
  oree_sip_hash_add (&hash, &half, sizeof half);
  return oree_sip_hash_end (&hash);
}

void
oree_sip_ids_next (OreeSipIds *self, char out[OREE_SIP_ID_SIZE])
{
  self->count++;
  oree_hex_write (oree_hex_write (out, draw (self, 0), 16), draw (self, 1), 16);
}

void
oree_sip_ids_branch (OreeSipIds *self, char out[OREE_SIP_ID_SIZE])
{
  self->count++;
  memcpy (out, "z9hG4bK", 7);
  oree_hex_write (oree_hex_write (out + 7, draw (self, 0), 16), draw (self, 1), 16);
}

void
oree_sip_ids_tag (OreeSipIds *self, char out[OREE_SIP_ID_SIZE])
{
  self->count++;
  oree_hex_write (out, draw (self, 2), 16);
}
