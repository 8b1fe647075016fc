/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A POSH document that is read is within its caps, and is a reference or a list, never both. */
#include "base/oree-limits.h"
#include "codec/posh/oree-posh.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (OreePosh) posh = NULL;
  guint8 sha256[OREE_POSH_SHA256_BYTES] = { 0 }, sha512[OREE_POSH_SHA512_BYTES] = { 0 };
  gssize taken = oree_posh_parse (&posh, oree_span (data, size));

  g_assert_true ((posh != NULL) == (taken > 0));
  if (posh == NULL)
    return 0;
  g_assert_true (posh->expires > 0 && posh->expires <= OREE_POSH_SECONDS_MAX);
  g_assert_true ((posh->url != NULL) == (posh->fingerprints->len == 0));
  g_assert_cmpuint (posh->fingerprints->len, <=, OREE_POSH_FINGERPRINTS_MAX);
  g_assert_true (posh->url == NULL || g_str_has_prefix (posh->url, "https://"));
  oree_posh_names (posh, sha256, sha512);
  return 0;
}
