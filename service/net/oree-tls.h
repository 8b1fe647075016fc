/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS as a byte filter: OpenSSL between two buffers, no descriptor. */
#pragma once
#include "net/oree-filter.h"
#include "net/oree-peer-cert.h"
#include "net/oree-tls-ctx.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_TLS_CLIENT,
  OREE_TLS_SERVER
} OreeTlsRole;

/* `sni` (clients; NULL: none) is the name asked for, in normal form. `alpn` (NULL: none) is the one protocol
 * offered (client) or chosen when offered (server); a peer that speaks no ALPN is accepted.
 * The context is referenced. Owned by the caller: oree_filter's free. */
OreeFilter *oree_tls_new (OreeTlsCtx *ctx, OreeTlsRole role, const char *sni, const char *alpn);

/* After the handshake; owned by the filter. Never NULL once open. */
OreePeerCert *oree_tls_peer_cert (OreeFilter *self);
/* "TLSv1.3", "TLS_AES_256_GCM_SHA384"; static. */
const char *oree_tls_version (OreeFilter *self);
const char *oree_tls_cipher (OreeFilter *self);
/* What the client asked for; NULL when it did not say; owned by the filter. */
const char *oree_tls_sni (OreeFilter *self);
/* The protocol agreed on; NULL when none. */
const char *oree_tls_alpn (OreeFilter *self);

G_END_DECLS
