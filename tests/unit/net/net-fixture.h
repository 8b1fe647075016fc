/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the net tests share: a directory with an issuer and two identities, contexts over them, and waiting on an
 * event with a deadline. */
#pragma once
#include "cert-maker.h"
#include "net/oree-tls-ctx.h"
#include "net/oree-worker.h"

typedef struct
{
  char *directory;
  char *anchors;
  OreeTlsCtx *contoso, *fabrikam; /* certificates for contoso.test and fabrikam.test, both trusting the issuer */
} TlsFixture;

void tls_fixture_init (TlsFixture *self);
void tls_fixture_clear (TlsFixture *self);

/* Runs the adopted worker's loop until `*flag` is at least `value`; fails the test after ten seconds. */
void run_until (OreeWorker *worker, const guint *flag, guint value);
/* Removes a directory of plain files. */
void remove_directory (const char *directory);
