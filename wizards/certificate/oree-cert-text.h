/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A certificate in words: what its rows, summaries and details say. */
#pragma once
#include "model/oree-cert-record.h"
#include "wizards/certificate/oree-cert-facts.h"

G_BEGIN_DECLS

/* What people call it: its friendly name, else its common name; borrowed. */
const char *oree_cert_text_name (const OreeCertRecord *record);
/* "sip.contoso.com · Contoso CA · expires in 23 days"; owned. */
char *oree_cert_text_summary (const OreeCertRecord *record);
/* The common name of a distinguished name as RFC 4514 writes it, else all of it; owned. */
char *oree_cert_text_common_name (const char *subject);
/* "Access Edge, Web Conferencing Edge"; owned. */
char *oree_cert_text_usages (OreeEdgeUsages usages);
/* What it is for by its extended key usage; static. */
const char *oree_cert_text_eku (const OreeCertRecord *record);
/* Everything that is known about it, as facts; with its names and chain. */
void oree_cert_text_add_facts (OreeCertFacts *facts, const OreeCertRecord *record);

G_END_DECLS
