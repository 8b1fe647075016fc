/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A set of trust anchors. What is listed is an anchor, be it a root, an intermediate or a peer's own certificate.
 * Immutable, shared between threads. */
#pragma once
#include "net/oree-net-error.h"

G_BEGIN_DECLS

typedef struct _OreeTlsAnchors OreeTlsAnchors;

/* Reads PEM files, NULL-terminated (NULL: no file, nobody is trusted). Errors: OREE_NET_ERROR_ANCHORS_…, the message
 * begins with the file's name. */
OreeTlsAnchors *oree_tls_anchors_new (const char *const *files, GError **error);
/* Reads PEM text. NULL when it holds no certificate or one that cannot be read: `bad` (may be NULL) is its number,
 * counted from 1. */
OreeTlsAnchors *oree_tls_anchors_new_from_pem (const char *pem, guint *bad);
OreeTlsAnchors *oree_tls_anchors_ref (OreeTlsAnchors *self);
void oree_tls_anchors_unref (OreeTlsAnchors *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeTlsAnchors, oree_tls_anchors_unref)

/* How many there are. */
guint oree_tls_anchors_n (const OreeTlsAnchors *self);
/* The same certificates, in whatever order. */
gboolean oree_tls_anchors_equal (const OreeTlsAnchors *a, const OreeTlsAnchors *b);

G_END_DECLS
