/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the TLS files share among themselves: the only header that shows OpenSSL's types. */
#pragma once
#include "net/oree-peer-cert.h"
#include "net/oree-tls-ctx.h"
#include <openssl/ssl.h>

G_BEGIN_DECLS

SSL_CTX *oree_tls_ctx_ssl (OreeTlsCtx *self);
X509_STORE *oree_tls_ctx_anchors (OreeTlsCtx *self);

/* The protocol the server side of `ssl` agrees to, set as its application data's answer; implemented in oree-tls.c. */
const char *oree_tls_wanted_alpn (const SSL *ssl);

/* oree_peer_cert_new from what a handshake left; `leaf` and `others` are borrowed and may be NULL. */
OreePeerCert *oree_peer_cert_new_from_x509 (OreeTlsCtx *ctx, X509 *leaf, STACK_OF (X509) *others, gint64 wall);
/* The same against anchors of one's own choice. */
OreePeerCert *oree_peer_cert_new_with_anchors (X509_STORE *anchors, X509 *leaf, STACK_OF (X509) *others, gint64 wall);
/* What was shown: the peer's certificate (NULL: none), and the others in any order (may be NULL). */
X509 *oree_peer_cert_leaf (const OreePeerCert *self);
STACK_OF (X509) *oree_peer_cert_others (const OreePeerCert *self);
/* The path from the peer's certificate to an anchor; NULL when none verified. */
STACK_OF (X509) *oree_peer_cert_path (const OreePeerCert *self);

/* "file: what OpenSSL said", and empties OpenSSL's error queue; owned. */
char *oree_tls_error_text (const char *prefix);
/* Days and seconds of `time` since the epoch in microseconds; FALSE when it cannot be read. */
gboolean oree_tls_asn1_time (const ASN1_TIME *time, gint64 *wall);

G_END_DECLS
