/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-hash.h"
#include <string.h>

/* Where a string lies in memory does not matter, every byte and the length do. */
static void
test_every_byte_counts (void)
{
  char text[40], moved[48];

  for (gsize length = 0; length < 33; length++)
    {
      guint hash;

      memset (text, 'a', length);
      text[length] = '\0';
      hash = oree_str_hash (text);
      for (gsize at = 0; at < 8; at++)
        {
          memset (moved, 'x', sizeof moved);
          memcpy (moved + at, text, length + 1);
          g_assert_cmpuint (oree_str_hash (moved + at), ==, hash);
        }
      for (gsize i = 0; i < length; i++)
        {
          text[i] = 'b';
          g_assert_cmpuint (oree_str_hash (text), !=, hash);
          text[i] = 'a';
        }
      text[length] = 'a';
      text[length + 1] = '\0';
      g_assert_cmpuint (oree_str_hash (text), !=, hash);
    }
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  guint left = *(const guint *) a, right = *(const guint *) b;

  return left < right ? -1 : left > right;
}

/* Names as alike as those of real users stay apart: of 4096 in 2^32 two agree once in 500 runs, eight never. */
static void
test_like_names_differ (void)
{
  guint hashes[4096], same = 0;

  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    {
      g_autofree char *name = g_strdup_printf ("sip:user%u@contoso.test", i);

      hashes[i] = oree_str_hash (name);
    }
  qsort (hashes, G_N_ELEMENTS (hashes), sizeof hashes[0], compare);
  for (guint i = 1; i < G_N_ELEMENTS (hashes); i++)
    same += hashes[i] == hashes[i - 1];
  g_assert_cmpuint (same, <, 8);
}

/* Strings made to collide in g_str_hash, which is what a stranger would send: "ab" and "bA" weigh the same there. */
static void
test_known_collisions_do_not (void)
{
  g_assert_cmpuint (g_str_hash ("ab"), ==, g_str_hash ("bA"));
  g_assert_cmpuint (oree_str_hash ("ab"), !=, oree_str_hash ("bA"));
  g_assert_cmpuint (oree_str_hash ("ababababab"), !=, oree_str_hash ("bAbAbAbAbA"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/hash/every-byte-counts", test_every_byte_counts);
  g_test_add_func ("/base/hash/like-names-differ", test_like_names_differ);
  g_test_add_func ("/base/hash/known-collisions-do-not", test_known_collisions_do_not);
  return g_test_run ();
}
