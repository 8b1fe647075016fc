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

/* Adds the headers of a refusal with `code` (0: none) to a response begun: towards the inside ms-diagnostics with
 * `details` (NULL, or name, value, …, NULL: "domain", "PeerServer", "fqdn1") and our name as source, and
 * ms-edge-proxy-message-trust for an answer of our own; towards a partner ms-diagnostics-public, or nothing. */
void oree_sip_diagnostics_write (OreeSipWriter *writer, const OreePolicy *policy, gboolean inside, guint code,
                                 const char *const *details);

G_END_DECLS
