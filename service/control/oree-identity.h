/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the edge shows and trusts in TLS, from the bootstrap file or from the lab's own authority. */
#pragma once
#include "control/oree-config.h"
#include "model/oree-record-set.h"
#include "net/oree-tls-ctx.h"

G_BEGIN_DECLS

typedef struct
{
  OreeTlsCtx *ctx;     /* NULL when it cannot be had… */
  const char *problem; /* …and why: a reason code, static */
  char *detail;        /* the file */
} OreeIdentity;

typedef struct
{
  OreeIdentity external;
  OreeIdentity internal;
} OreeIdentities;

/* Loads both. In the lab profile without files configured, certificates of the lab's authority are made in the state
 * directory for the names in `records`. Reads and writes files: at the start only. */
void oree_identities_load (OreeIdentities *self, const OreeConfig *config, const OreeRecordSet *records);
void oree_identities_clear (OreeIdentities *self);

G_END_DECLS
