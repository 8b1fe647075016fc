/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A JID that parses is written in a form that parses to itself. */
#include "ident/oree-jid.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (OreeJid) jid = OREE_JID_INIT;
  g_auto (OreeJid) again = OREE_JID_INIT;
  g_autofree char *text = NULL;
  g_autofree char *fold = oree_jid_fold (oree_span (data, size));

  if (fold != NULL)
    {
      g_autofree char *twice = oree_jid_fold (oree_span_str (fold));

      g_assert_cmpstr (fold, ==, twice);
    }
  if (!oree_jid_parse (&jid, oree_span (data, size)))
    return 0;
  text = oree_jid_to_string (&jid);
  g_assert_true (oree_jid_parse (&again, oree_span_str (text)));
  g_assert_true (oree_jid_equal (&jid, &again));
  return 0;
}
