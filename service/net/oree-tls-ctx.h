/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a role shows and trusts in TLS: certificate chain, key, trust anchors. Immutable, shared between threads,
 * usable in both directions; a change makes a new one. TLS 1.2 and later; no compression, renegotiation, tickets or resumption, so that every
 * connection proves itself anew. Servers always ask for the peer's certificate and never fail the handshake on it:
 * judging is oree-peer-cert's. */
#pragma once
#include "net/oree-tls-anchors.h"

G_BEGIN_DECLS

typedef struct _OreeTlsCtx OreeTlsCtx;

typedef struct
{
  const char *certificate;    /* PEM file: our certificate, then its intermediates; NULL: show none (clients) */
  const char *key;            /* PEM file, unencrypted; NULL: in the certificate's file */
  const char *const *anchors; /* PEM files of trust anchors, NULL-terminated; NULL: trust nobody */
  OreeTlsAnchors *trust;      /* trust anchors read already, instead of files; borrowed; NULL: the files */
} OreeTlsCtxOptions;

/* Reads the files. Errors: OREE_NET_ERROR, the message begins with the file's name. */
OreeTlsCtx *oree_tls_ctx_new (const OreeTlsCtxOptions *options, GError **error);
OreeTlsCtx *oree_tls_ctx_ref (OreeTlsCtx *self);
void oree_tls_ctx_unref (OreeTlsCtx *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeTlsCtx, oree_tls_ctx_unref)

gboolean oree_tls_ctx_has_certificate (const OreeTlsCtx *self);
/* Whom it trusts; borrowed. */
OreeTlsAnchors *oree_tls_ctx_anchors (const OreeTlsCtx *self);
/* SHA-256 of our own certificate's DER, lower-case hex; "" without one. */
const char *oree_tls_ctx_fingerprint (const OreeTlsCtx *self);
/* What our own certificate may be used for: does it let us be a client (extended key usage clientAuth, any, or none
 * given)? FALSE without a certificate. */
gboolean oree_tls_ctx_may_be_client (const OreeTlsCtx *self);
/* Wall clock, microseconds since 1970, when our own certificate ends; 0 without one. */
gint64 oree_tls_ctx_not_after (const OreeTlsCtx *self);

G_END_DECLS
