/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A presence document of either kind that parses is written as one that parses, with as many tuples. */
#include "base/oree-limits.h"
#include "codec/mime/oree-categories.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (OreePidf) pidf = NULL;
  g_autoptr (OreePidf) back = NULL;
  g_autoptr (GBytes) body = NULL;
  gssize taken;

  if (oree_pidf_parse (&pidf, oree_span (data, size)) < 0 && oree_categories_parse (&pidf, oree_span (data, size), NULL) < 0)
    return 0;
  body = oree_pidf_write (pidf);
  if (g_bytes_get_size (body) > OREE_PIDF_BYTES_MAX)
    return 0;
  taken = oree_pidf_parse (&back, oree_span (g_bytes_get_data (body, NULL), g_bytes_get_size (body)));
  /* Two odd identifiers may become one in hex only when one was that hex already. */
  g_assert_true (taken > 0 || taken == OREE_PARSE_DUPLICATE);
  if (back != NULL)
    g_assert_cmpuint (pidf->tuples->len, ==, back->tuples->len);
  return 0;
}
