/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by oree-certs (what there is), oree-certs-files (keys and files) and oree-certs-assign (what serves what). */
#pragma once
#include "control/oree-cert-check.h"
#include "control/oree-certs.h"

G_BEGIN_DECLS

/* In an assignment's `previous`: what the bootstrap file or the lab has. */
#define OREE_CERTS_FILE "-"

struct _OreeCerts
{
  OreeService *service;
  OreeCertStore *store;
  GPtrArray *anchors; /* OreeCert *, trusted here; read anew with every generation */
  GHashTable *said;   /* id → mark + 1: what was told of certificates that are not in the store */
  GSource *clock;
  GCancellable *cancellable; /* cancelled when freed: what runs beside finds nobody */
  guint64 serial;
  guint beside;       /* keys and files that are computed with beside the main thread */
  gboolean swapping;  /* a generation is being put in force */
  char *roll_failed;  /* the certificate whose roll could not be made and was told; NULL: none */
  gint64 roll_again;  /* monotonic: not before */
  OreeCertState last_states[OREE_N_EDGE_USAGES];
  gint64 count_again; /* µs, monotonic: when days are counted next */
  gint64 clock_ahead; /* µs: the wall clock, against the monotonic one, when they were */
  guint64 n_assigned, n_imported, n_requested, n_exported;
};

const OreeRecordSet *oree_certs_records (OreeCerts *self);
/* Tells that something changed. */
void oree_certs_changed (OreeCerts *self);
/* Runs what is due: marks told, states, rolls. */
void oree_certs_tick (OreeCerts *self);
/* Rolls that are due. */
void oree_certs_roll_due (OreeCerts *self, gint64 now);
/* The certificate that serves a usage now, and from where (a nick of List); owned; NULL: none. */
OreeCert *oree_certs_serving (OreeCerts *self, OreeEdgeUsage usage, const char **source);
/* Where the usages of `id` are: current, previous, next. */
void oree_certs_places (OreeCerts *self, const char *id, OreeCertRecord *record);
/* NOT_FOUND for `id`. */
void oree_certs_not_found (const char *id, OreeCertsDone done, gpointer data);
/* aa{sv}, nothing in it; floating. */
GVariant *oree_certs_no_rows (void);

G_END_DECLS
