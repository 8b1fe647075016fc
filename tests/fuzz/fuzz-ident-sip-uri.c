/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A URI that parses equals itself, equals what is written from its parts, and its AOR is canonical. */
#include "ident/oree-sip-uri.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  OreeSipUri uri, again;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *aor = NULL;

  if (!oree_sip_uri_parse (&uri, oree_span (data, size)))
    return 0;
  g_assert_true (oree_sip_uri_equal (&uri, &uri));
  oree_sip_uri_write (&uri, out);
  g_assert_true (oree_sip_uri_parse (&again, oree_span (out->str, out->len)));
  g_assert_true (oree_sip_uri_equal (&uri, &again));
  aor = oree_sip_uri_dup_aor (&uri);
  if (aor != NULL && strlen (aor) < 1000)
    {
      g_autofree char *twice = oree_sip_aor_normalise (oree_span_str (aor));

      g_assert_cmpstr (twice, ==, aor);
    }
  return 0;
}
