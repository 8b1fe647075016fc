/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets: wiping, constant-time comparison, randomness from the kernel. */
#include "base/oree-secret.h"
#include <errno.h>
#include <string.h>
#include <sys/random.h>

void
oree_secret_wipe (void *data, gsize length)
{
  if (length > 0)
    explicit_bzero (data, length);
}

void
oree_secret_free (char *secret)
{
  if (secret == NULL)
    return;
  oree_secret_wipe (secret, strlen (secret));
  g_free (secret);
}

gboolean
oree_secret_equal (const void *a, const void *b, gsize length)
{
  const volatile guint8 *left = a;
  const volatile guint8 *right = b;
  guint8 difference = 0;

  for (gsize i = 0; i < length; i++)
    difference |= left[i] ^ right[i];
  return difference == 0;
}

void
oree_random_bytes (void *out, gsize n)
{
  guint8 *at = out;

  while (n > 0)
    {
      gssize got = getrandom (at, MIN (n, 256), 0); /* up to 256 bytes are never interrupted part-way */

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        abort ();
      at += got;
      n -= (gsize) got;
    }
}

char *
oree_random_hex (gsize n_bytes)
{
  static const char digits[] = "0123456789abcdef";
  g_autofree guint8 *bytes = g_malloc (n_bytes);
  char *hex = g_malloc (2 * n_bytes + 1);

  oree_random_bytes (bytes, n_bytes);
  for (gsize i = 0; i < n_bytes; i++)
    {
      hex[2 * i] = digits[bytes[i] >> 4];
      hex[2 * i + 1] = digits[bytes[i] & 15];
    }
  hex[2 * n_bytes] = '\0';
  oree_secret_wipe (bytes, n_bytes);
  return hex;
}
