/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ms-diagnostics: why the edge refused, in Lync's numbers and words (MS-OCER; lync-behaviour 9.2, 9.3). The inside is told
 * all; a partner is told only what says nothing of us, and without our names. Pure. */
#pragma once
#include "codec/sip/oree-sip-write.h"
#include "policy/oree-policy.h"

G_BEGIN_DECLS

/* Protocol text of a code, English as on the wire; static; NULL for a code that is none of ours. */
const char *oree_sip_diagnostics_text (guint code);
/* May a partner hear it? */
gboolean oree_sip_diagnostics_is_public (guint code);

/* A partner's server that could not be reached; all borrowed. */
typedef struct
{
  const char *reason; /* a code with a sentence */
  const char *domain; /* the partner's */
  const char *host;   /* whose turn it was; NULL: it did not come so far */
  const char *server; /* the same with its port: "sip.litware.test:5061" */
} OreeSipTrouble;

#define OREE_SIP_DETAILS_MAX 7

/* The code of a trouble, and in `details` what goes with it: name, value, …, NULL; borrowed from `trouble`. A reason that stands
 * in no table is one we cannot say more of: 1007. */
guint oree_sip_diagnostics_of_trouble (const OreeSipTrouble *trouble, const char *details[OREE_SIP_DETAILS_MAX]);

/* Adds the headers of a refusal with `code` (0: none) to a response begun: towards the inside ms-diagnostics with
 * `details` (NULL, or name, value, …, NULL: "domain", "PeerServer", "fqdn1") and our name as source, and
 * ms-edge-proxy-message-trust for an answer of our own; towards a partner ms-diagnostics-public, or nothing. */
void oree_sip_diagnostics_write (OreeSipWriter *writer, const OreePolicy *policy, gboolean inside, guint code,
                                 const char *const *details);

G_END_DECLS
