/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One of several certificates or requests: rows with a radio button, in a preferences group. */
#pragma once
#include "model/oree-cert-record.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_CERT_CHOICE (oree_cert_choice_get_type ())
/* Signal "chosen" (s id): by the user. */
G_DECLARE_FINAL_TYPE (OreeCertChoice, oree_cert_choice, OREE, CERT_CHOICE, AdwBin)

/* Records (OreeCertRecord *) that `keep` says TRUE of (NULL: all), one of them marked. Nothing is drawn anew when they are
 * the same as before. `empty` stands there when there is none. */
void oree_cert_choice_set (OreeCertChoice *self, GPtrArray *records, gboolean (*keep) (const OreeCertRecord *record),
                           const char *chosen, const char *empty);

G_END_DECLS
