/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lab's own certificate authority, made on first start, and the leaf certificates it issues.
 * For tests, demonstrations and a first look; production certificates come from elsewhere. */
#pragma once
#include "base/oree-error.h"
#include <glib.h>

G_BEGIN_DECLS

/* Makes sure `dir` (created, mode 0700) holds ca.pem and ca.key, external.pem and external.key for
 * `external_names`, internal.pem and internal.key for `internal_names` (NULL-terminated DNS names or IP literals,
 * at least one each; the first is also the common name). What is there and still good stays untouched;
 * a leaf is issued anew when it is missing, unreadable, near its end, not signed by this authority, not matching its
 * key, or when its names differ. Leaves carry serverAuth and clientAuth. external.pem and internal.pem hold the
 * chain: leaf, then authority. Keys have mode 0600. */
gboolean oree_lab_ca_ensure (const char *dir, const char *const *external_names, const char *const *internal_names,
                             GError **error);

/* Issues NAME.pem and NAME.key for `names` in the same way, signed by the authority in `dir`, which must exist:
 * a partner's certificate for a demonstration. `name` is a plain file name. */
gboolean oree_lab_ca_issue (const char *dir, const char *name, const char *const *names, GError **error);

G_END_DECLS
