/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OREE_NET_ERROR and its nicks. */
#include "net/oree-net-error.h"

G_DEFINE_QUARK (oree-net-error-quark, oree_net_error)

static const char *const nicks[] = {
  [OREE_NET_ERROR_PORT_BUSY] = "port-busy",
  [OREE_NET_ERROR_ADDRESS_UNAVAILABLE] = "address-unavailable",
  [OREE_NET_ERROR_PERMISSION] = "permission",
  [OREE_NET_ERROR_SYSTEM] = "system",
  [OREE_NET_ERROR_CERTIFICATE_UNREADABLE] = "certificate-unreadable",
  [OREE_NET_ERROR_CERTIFICATE_INVALID] = "certificate-invalid",
  [OREE_NET_ERROR_KEY_UNREADABLE] = "key-unreadable",
  [OREE_NET_ERROR_KEY_INVALID] = "key-invalid",
  [OREE_NET_ERROR_KEY_MISMATCH] = "key-mismatch",
  [OREE_NET_ERROR_ANCHORS_UNREADABLE] = "trust-anchors-unreadable",
  [OREE_NET_ERROR_ANCHORS_INVALID] = "trust-anchors-invalid",
  [OREE_NET_ERROR_RESOLVER_OPTION] = "resolver-option",
};
G_STATIC_ASSERT (G_N_ELEMENTS (nicks) == OREE_N_NET_ERRORS);

const char *
oree_net_error_nick (OreeNetError code)
{
  return (guint) code < G_N_ELEMENTS (nicks) ? nicks[code] : nicks[OREE_NET_ERROR_SYSTEM];
}
