/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses that map come back: a JID as itself, a URI as its canonical address of record. */
#include "gateway/oree-gw-addr.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (OreeJid) jid = OREE_JID_INIT, mapped = OREE_JID_INIT, back = OREE_JID_INIT;
  OreeSpan text = oree_span (data, size);

  if (oree_jid_parse (&jid, text))
    {
      g_autofree char *uri = oree_gw_uri_from_jid (&jid);

      if (uri != NULL)
        {
          g_assert_true (oree_gw_jid_from_uri (&back, oree_span_str (uri)));
          g_assert_true (oree_jid_equal (&jid, &back));
        }
    }
  if (oree_gw_jid_from_uri (&mapped, text))
    {
      g_autofree char *aor = oree_gw_aor_from_jid (&mapped);
      g_autofree char *canonical = oree_sip_aor_normalise (text);

      if (aor != NULL && canonical != NULL)
        g_assert_cmpstr (aor, ==, canonical);
    }
  return 0;
}
