/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a role shows and trusts in TLS: certificate chain, key, trust anchors. Immutable, shared between threads,
 * usable in both directions. TLS 1.2 and later; no compression, renegotiation, tickets or resumption, so that every
 * connection proves itself anew. Servers always ask for the peer's certificate and never fail the handshake on it:
 * judging is oree-peer-cert's. */
#pragma once
#include "net/oree-net-error.h"

G_BEGIN_DECLS

typedef struct _OreeTlsCtx OreeTlsCtx;

typedef struct
{
  const char *certificate;    /* PEM file: our certificate, then its intermediates; NULL: show none (clients) */
  const char *key;            /* PEM file, unencrypted; NULL: in the certificate's file */
  const char *const *anchors; /* PEM files of trust anchors, NULL-terminated; NULL: trust nobody */
} OreeTlsCtxOptions;

/* Reads the files. Errors: OREE_NET_ERROR, the message begins with the file's name. */
OreeTlsCtx *oree_tls_ctx_new (const OreeTlsCtxOptions *options, GError **error);
OreeTlsCtx *oree_tls_ctx_ref (OreeTlsCtx *self);
void oree_tls_ctx_unref (OreeTlsCtx *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeTlsCtx, oree_tls_ctx_unref)

gboolean oree_tls_ctx_has_certificate (const OreeTlsCtx *self);
/* How many trust anchors were read. */
guint oree_tls_ctx_n_anchors (const OreeTlsCtx *self);
/* Wall clock, microseconds since 1970, when our own certificate ends; 0 without one. */
gint64 oree_tls_ctx_not_after (const OreeTlsCtx *self);

G_END_DECLS
