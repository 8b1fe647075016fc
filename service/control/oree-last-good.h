/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy of the configuration beside the store, so that the service still comes up with it while the store cannot be
 * opened. Holds the password digests: mode 0600. */
#pragma once
#include "model/oree-record-set.h"

G_BEGIN_DECLS

/* Writes `set` at `revision` into `directory`: the old copy or the new one, never a half. */
gboolean oree_last_good_save (const char *directory, const OreeRecordSet *set, guint64 revision, GError **error);
/* Owned; NULL when there is none, or it cannot be used. */
OreeRecordSet *oree_last_good_load (const char *directory, guint64 *revision);

G_END_DECLS
