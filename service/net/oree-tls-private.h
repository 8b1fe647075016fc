/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the TLS files share among themselves: the only header that shows OpenSSL's types. */
#pragma once
#include "net/oree-peer-cert.h"
#include "net/oree-tls-ctx.h"
#include <openssl/ssl.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

SSL_CTX *oree_tls_ctx_ssl (OreeTlsCtx *self);
X509_STORE *oree_tls_anchors_store (OreeTlsAnchors *self);
/* Anchors out of certificates (referenced; NULL: none). */
OreeTlsAnchors *oree_tls_anchors_new_from_x509 (STACK_OF (X509) *certs);

/* The protocol the server side of `ssl` agrees to, set as its application data's answer; implemented in oree-tls.c. */
const char *oree_tls_wanted_alpn (const SSL *ssl);

/* oree_peer_cert_new from what a handshake left; `leaf` and `others` are borrowed and may be NULL. */
OreePeerCert *oree_peer_cert_new_from_x509 (OreeTlsAnchors *anchors, X509 *leaf, STACK_OF (X509) *others, gint64 wall);

/* What was shown: the peer's certificate (NULL: none), and the others in any order (may be NULL). */
X509 *oree_peer_cert_leaf (const OreePeerCert *self);
STACK_OF (X509) *oree_peer_cert_others (const OreePeerCert *self);
/* The path from the peer's certificate to an anchor; NULL when none verified. */
STACK_OF (X509) *oree_peer_cert_path (const OreePeerCert *self);

/* The whole file, for PEM reading; FALSE and `unreadable` with the file's name. */
gboolean oree_tls_read_file (const char *path, char **contents, gsize *length, OreeNetError unreadable, GError **error);
/* OpenSSL's question for a passphrase, never put to a terminal: what is encrypted cannot be used unattended. */
int oree_tls_no_passphrase (char *buffer, int size, int writing, void *data);

/* "file: what OpenSSL said", and empties OpenSSL's error queue; owned. */
char *oree_tls_error_text (const char *prefix);
/* Days and seconds of `time` since the epoch in microseconds; FALSE when it cannot be read. */
gboolean oree_tls_asn1_time (const ASN1_TIME *time, gint64 *wall);

G_END_DECLS
