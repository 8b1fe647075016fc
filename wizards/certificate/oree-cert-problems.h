/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What speaks against something, as a list: a mark, a sentence with its way out. */
#pragma once
#include "model/oree-problem.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PROBLEMS (oree_cert_problems_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertProblems, oree_cert_problems, OREE, CERT_PROBLEMS, AdwBin)

/* Not kept; NULL or empty: the widget hides, unless `fine` says what is well then. */
void oree_cert_problems_set (OreeCertProblems *self, const OreeProblems *problems, const char *fine);

G_END_DECLS
