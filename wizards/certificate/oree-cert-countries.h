/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Countries by name, in the user's language, for those who do not think in two letters. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *code; /* two capital letters; static */
  char *name;       /* "France (FR)" */
  char *key;        /* for sorting */
} OreeCertCountry;

/* Every country of the model's list, sorted by its name. The names come from Debian's iso-codes; without that package the codes
 * stand alone. OreeCertCountry *, owned. */
GPtrArray *oree_cert_countries_new (void);

G_END_DECLS
