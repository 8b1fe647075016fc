/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Multiplication to 128 bits, folded: eight bytes a step. */
#include "base/oree-hash.h"
#include "base/oree-secret.h"
#include <string.h>

static guint64
fold (guint64 a, guint64 b)
{
  unsigned __int128 product = (unsigned __int128) a * b;

  return (guint64) product ^ (guint64) (product >> 64);
}

static const guint64 *
secret (void)
{
  static guint64 words[2];
  static gsize made = 0;

  if (g_once_init_enter (&made))
    {
      oree_random_bytes (words, sizeof words);
      words[1] |= 1; /* a factor must not be 0 */
      g_once_init_leave (&made, 1);
    }
  return words;
}

guint
oree_str_hash (gconstpointer key)
{
  const guint64 *words = secret ();
  const char *at = key;
  gsize left = strlen (at);
  guint64 hash = words[0] ^ left, word;

  for (; left >= sizeof word; at += sizeof word, left -= sizeof word)
    {
      memcpy (&word, at, sizeof word);
      hash = fold (hash ^ word, words[1]);
    }
  word = 0;
  memcpy (&word, at, left);
  hash = fold (hash ^ word, words[1]);
  return (guint) (hash ^ hash >> 32);
}
