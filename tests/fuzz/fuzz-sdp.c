/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec/sdp/oree-sdp.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What can be read can be answered, and the answer can be read: as many media, messages alone among them. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  OreeSdp offer, answer;

  if (oree_sdp_parse (&offer, oree_span (data, size)) > 0)
    {
      gboolean has_message = oree_sdp_find_message (&offer, "text/plain") != NULL;
      g_autoptr (GString) text
          = oree_sdp_write_message (&offer, "edge.contoso.test", "sip:juliet@fabrikam.test", "text/plain");

      g_assert_cmpint (oree_sdp_parse (&answer, oree_span (text->str, text->len)), ==, text->len);
      g_assert_cmpuint (answer.n_media, ==, offer.n_media);
      if (has_message)
        g_assert_nonnull (oree_sdp_find_message (&answer, "text/plain"));
    }
  return 0;
}
