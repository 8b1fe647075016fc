/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-tls-set.h"

OreeTlsSet *
oree_tls_set_new (guint64 generation)
{
  OreeTlsSet *self = g_new0 (OreeTlsSet, 1);

  g_atomic_ref_count_init (&self->refs);
  self->generation = generation;
  return self;
}

OreeTlsSet *
oree_tls_set_ref (OreeTlsSet *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
clear (OreeTlsIdentity *self)
{
  g_clear_pointer (&self->ctx, oree_tls_ctx_unref);
  g_clear_pointer (&self->detail, g_free);
  self->problem = NULL;
}

void
oree_tls_set_unref (OreeTlsSet *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  clear (&self->external);
  clear (&self->client);
  clear (&self->internal);
  g_clear_pointer (&self->kept, g_hash_table_unref);
  g_free (self);
}

gboolean
oree_tls_set_keeps (const OreeTlsSet *self, const OreeTlsCtx *ctx)
{
  return self->kept != NULL && g_hash_table_contains (self->kept, oree_tls_ctx_fingerprint (ctx));
}

void
oree_tls_identity_set (OreeTlsIdentity *self, OreeTlsCtx *ctx, const char *problem, const char *detail)
{
  clear (self);
  self->ctx = ctx;
  if (ctx != NULL)
    return;
  self->problem = problem;
  self->detail = g_strdup (detail);
}
