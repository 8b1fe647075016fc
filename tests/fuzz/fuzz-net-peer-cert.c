/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the certificate of a peer: judged, questioned, never believed and never a crash. */
#include "net/oree-peer-cert.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const pins[] = { "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", NULL };
  static OreeTlsCtx *ctx;
  OreeTlsCtxOptions options = { NULL, NULL, NULL };
  OreeSpan der = oree_span (data, size);
  g_autoptr (OreePeerCert) cert = NULL;

  if (ctx == NULL)
    ctx = oree_tls_ctx_new (&options, NULL);

  cert = oree_peer_cert_new (ctx, &der, 1, 0);
  if (oree_peer_cert_check (cert, OREE_CERT_PEER_IS_CLIENT, OREE_CERT_USAGE_LENIENT, 0) == OREE_CERT_OK)
    abort ();
  for (guint rule = OREE_CERT_NAMES_XMPP; rule <= OREE_CERT_NAMES_HOST; rule++)
    oree_peer_cert_check_name (cert, (OreeCertNameRule) rule, "fabrikam.test");
  if (oree_peer_cert_check_pins (cert, pins, OREE_CERT_PEER_IS_CLIENT, OREE_CERT_USAGE_LENIENT, 0) == OREE_CERT_OK)
    abort ();
  for (guint i = 0; i < oree_peer_cert_n_names (cert); i++)
    if (strlen (oree_peer_cert_name (cert, i)->text) > size)
      abort ();

  return 0;
}
