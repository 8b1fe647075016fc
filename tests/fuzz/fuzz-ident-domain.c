/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A domain that normalises is normal, stays so, and survives its U-label form. */
#include "ident/oree-domain.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *domain = oree_domain_normalise (oree_span (data, size));

  if (domain != NULL)
    {
      g_autofree char *again = oree_domain_normalise (oree_span_str (domain));
      g_autofree char *unicode = oree_domain_to_unicode (domain);
      g_autofree char *back = oree_domain_normalise (oree_span_str (unicode));

      g_assert_cmpstr (again, ==, domain);
      g_assert_cmpstr (back, ==, domain);
      g_assert_true (oree_domain_is_normal (oree_span_str (domain)));
    }
  oree_domain_name_match (oree_span (data, size), "xmpp.fabrikam.test");
  return 0;
}
