/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a certificate fit for its usages? Key, strength, dates, chain, key usages, and its names against the request and against what
 * is needed today. Pure. */
#pragma once
#include "model/oree-cert-needs.h"
#include "pki/oree-cert.h"

G_BEGIN_DECLS

typedef struct
{
  const OreeCert *cert;
  gboolean has_key;
  const GPtrArray *pool;       /* OreeCert *: issuers known */
  const GPtrArray *anchors;    /* OreeCert *: trusted here */
  OreeEdgeUsages usages;       /* 0: what only a usage can ask is not asked */
  const OreeRecordSet *records;
  GVariant *specification;     /* of the request it answers; NULL: none */
  const char *requested;       /* DNS names of that request, comma-separated; NULL or "": none */
  gint64 at;                   /* when it shall serve, microseconds since 1970 */
} OreeCertQuestion;

/* Adds to `problems` (kind "certificate"); `names` (may be NULL) takes aa{sv}, as CheckAnswer says it; floating. */
void oree_cert_check (const OreeCertQuestion *question, OreeProblems *problems, GVariant **names);
/* What is needed today for `usages`, with the ticks and additions of `specification` (may be NULL). Owned. */
OreeCertNeeds *oree_cert_needs_today (const OreeRecordSet *records, GVariant *specification, OreeEdgeUsages usages,
                                      OreeProblems *problems);

/* "2026-11-21T12:00:00Z"; owned. */
char *oree_cert_time_text (gint64 wall);

G_END_DECLS
