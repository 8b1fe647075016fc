/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as TLSA records, a length before each, and as the certificate they speak of: nothing but the bytes of the
 * certificate itself or its digest is ever a match. */
#include "net/oree-tlsa.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static OreeTlsCtx *ctx;
  OreeTlsCtxOptions options = { NULL, NULL, NULL };
  const OreeTlsaQuestion question = { OREE_CERT_PEER_IS_SERVER, OREE_CERT_USAGE_LENIENT, 0, "fabrikam.test", NULL };
  g_autoptr (OreeDnsAnswer) answer = oree_dns_answer_new (OREE_DNS_TLSA, "_5269._tcp.fabrikam.test", OREE_DNS_OK);
  g_autoptr (OreePeerCert) none = NULL, shown = NULL;
  OreeSpan der = oree_span (data, size);
  OreeTlsaOutcome outcome;

  if (ctx == NULL)
    ctx = oree_tls_ctx_new (&options, NULL);

  for (gsize at = 0; at + 2 <= size;)
    {
      gsize length = MIN ((gsize) (data[at] << 8 | data[at + 1]), size - at - 2);

      oree_dns_answer_add_tlsa (answer, oree_span (data + at + 2, length));
      at += 2 + length;
    }
  none = oree_peer_cert_new (ctx, NULL, 0, 0);
  outcome = oree_tlsa_check (answer, none, &question);
  if (outcome != OREE_TLSA_NONE_USABLE && outcome != OREE_TLSA_MISMATCH)
    abort ();
  if (oree_tlsa_any_usable (answer) != (outcome == OREE_TLSA_MISMATCH))
    abort ();
  /* Records of which one is the certificate would have to be longer than the whole input. */
  shown = oree_peer_cert_new (ctx, &der, 1, 0);
  outcome = oree_tlsa_check (answer, shown, &question);
  if (outcome == OREE_TLSA_ISSUER || outcome == OREE_TLSA_PKIX)
    abort ();

  return 0;
}
