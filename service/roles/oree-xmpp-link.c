/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-xmpp-link.h"

void
oree_xmpp_link_describe (GVariantDict *row, OreeConn *conn, gboolean direct_tls)
{
  const char *alpn = conn != NULL ? oree_conn_tls_alpn (conn) : NULL;

  g_variant_dict_insert (row, "tls", "b", conn != NULL && oree_conn_is_tls (conn));
  g_variant_dict_insert (row, "direct-tls", "b", direct_tls);
  if (alpn != NULL)
    g_variant_dict_insert (row, "alpn", "s", alpn);
}
