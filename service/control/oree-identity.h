/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the edge shows and trusts in TLS, from the bootstrap file or from the lab's own authority. */
#pragma once
#include "control/oree-config.h"
#include "model/oree-edge-usage.h"
#include "model/oree-record-set.h"
#include "roles/oree-tls-set.h"

G_BEGIN_DECLS

/* Certificates of the store that take the place of those of the bootstrap file and the lab: files, by usage; NULL: not assigned. And what
 * of ours live streams may stand on although it is not shown any more: SHA-256 in hexadecimal. */
typedef struct
{
  char *certificate[OREE_N_EDGE_USAGES];
  char *key[OREE_N_EDGE_USAGES];
  GHashTable *kept; /* char * */
} OreeAssignedFiles;

OreeAssignedFiles *oree_assigned_files_new (void);
void oree_assigned_files_free (OreeAssignedFiles *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeAssignedFiles, oree_assigned_files_free)

/* Reads every identity anew. In the lab profile without files configured, certificates of the lab's authority are made
 * in the state directory for the names in `records`. Reads and writes files: at the start and when asked to reload.
 * Never NULL: what cannot be had is absent with its reason. */
OreeTlsSet *oree_identities_load (const OreeConfig *config, const OreeRecordSet *records,
                                  const OreeAssignedFiles *assigned, guint64 generation);
/* The file that serves a usage when nothing is assigned to it, and where it comes from: "file", "lab", "external" or "internal" for the usage
 * that falls back to that one, "none". Owned; NULL: none. */
char *oree_identity_file (const OreeConfig *config, OreeEdgeUsage usage, const char **source);
/* The files of trust anchors in force, NULL-terminated; owned. */
char **oree_identity_anchors (const OreeConfig *config);

/* The first identity of `next` that could not be had though it is configured; NULL when all is well. */
const OreeTlsIdentity *oree_identities_problem (const OreeTlsSet *next);
/* The first identity of `next` that cannot be had although it could in `before`, or although a file is assigned to it; NULL: none. */
const OreeTlsIdentity *oree_identities_worse (const OreeTlsSet *before, const OreeTlsSet *next,
                                              const OreeAssignedFiles *assigned);
/* What differs between two generations, as names: "external", "client", "internal", "trust-anchors"; owned. */
char **oree_identities_changed (const OreeTlsSet *before, const OreeTlsSet *next);

G_END_DECLS
