/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything the edge shows and trusts in TLS, as one generation: immutable, shared by all lanes, swapped between two
 * events like a policy. A reload makes the next one. */
#pragma once
#include "net/oree-tls-ctx.h"

G_BEGIN_DECLS

typedef struct
{
  OreeTlsCtx *ctx;     /* NULL when it cannot be had… */
  const char *problem; /* …and why: a reason code, static */
  char *detail;        /* the file */
} OreeTlsIdentity;

typedef struct
{
  gatomicrefcount refs;
  guint64 generation;       /* 1 at the start, one more with every reload that succeeded */
  OreeTlsIdentity external; /* shown to partners that connect to us */
  OreeTlsIdentity client;   /* shown to partners we connect to; the external one unless another was assigned */
  OreeTlsIdentity internal; /* shown inside */
  GHashTable *kept;         /* char *, SHA-256 of certificates shown before on which live streams may go on; NULL: none */
} OreeTlsSet;

/* All identities absent; filled by its maker, then shared and never written again. */
OreeTlsSet *oree_tls_set_new (guint64 generation);
OreeTlsSet *oree_tls_set_ref (OreeTlsSet *self);
void oree_tls_set_unref (OreeTlsSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeTlsSet, oree_tls_set_unref)

/* May a stream that was shown `ctx` go on, although another is shown now? */
gboolean oree_tls_set_keeps (const OreeTlsSet *self, const OreeTlsCtx *ctx);

/* Takes `ctx`; NULL takes `problem` (static) and a copy of `detail` instead. */
void oree_tls_identity_set (OreeTlsIdentity *self, OreeTlsCtx *ctx, const char *problem, const char *detail);

G_END_DECLS
