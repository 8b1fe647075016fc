/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the edge shows and trusts in TLS, from the bootstrap file or from the lab's own authority. */
#pragma once
#include "control/oree-config.h"
#include "model/oree-record-set.h"
#include "roles/oree-tls-set.h"

G_BEGIN_DECLS

/* Reads every identity anew. In the lab profile without files configured, certificates of the lab's authority are made
 * in the state directory for the names in `records`. Reads and writes files: at the start and when asked to reload.
 * Never NULL: what cannot be had is absent with its reason. */
OreeTlsSet *oree_identities_load (const OreeConfig *config, const OreeRecordSet *records, guint64 generation);

/* The first identity of `next` that could not be had though it is configured; NULL when all is well. */
const OreeTlsIdentity *oree_identities_problem (const OreeTlsSet *next);
/* What differs between two generations, as names: "external", "client", "internal", "trust-anchors"; owned. */
char **oree_identities_changed (const OreeTlsSet *before, const OreeTlsSet *next);

G_END_DECLS
