/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records → policy. */
#pragma once
#include "policy/oree-policy.h"

G_BEGIN_DECLS

/* `records` has passed oree_validate (); a reference is taken. A set that has not (a damaged store) still builds:
 * the first of two claimants of a domain wins, and each loss is a problem. `problems` may be NULL. */
OreePolicy *oree_policy_build (OreeRecordSet *records, guint64 revision, OreeProblems *problems);

G_END_DECLS
