/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that look at more than one record. */
#pragma once
#include "model/oree-record-set.h"

G_BEGIN_DECLS

/* Checks what no single record can know: names unique across lists, references that must exist, one default domain.
 * `before` is the set the change started from, NULL when there is none (start of the service): with it a removal
 * that leaves a user without a domain is told on the domain that was removed.
 * FALSE when it added an error. */
gboolean oree_validate (const OreeRecordSet *set, const OreeRecordSet *before, OreeProblems *problems);

G_END_DECLS
