/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of domains from a file of comma-separated values (RFC 4180), as changes, with what is wrong line by line.
 *
 *   domain,status,access edge,comment
 *   fabrikam.test,allowed,sip.fabrikam.test,"Our supplier, since 2020"
 *   litware.test,blocked
 *
 * A first line that names the columns may be there; the status may be missing (allowed); lines may be empty; ";" and a tab
 * separate as well as ",". */
#pragma once
#include "model/oree-problem.h"

G_BEGIN_DECLS

typedef struct
{
  guint line;     /* counted from 1 */
  char *text;     /* the domain as it stands there */
  OreeProblemCode code;
  char *detail;
} OreeCsvProblem;

typedef struct
{
  GVariant *changes;   /* a(sssa{sv}) */
  guint n_allowed;
  guint n_blocked;
  GPtrArray *problems; /* OreeCsvProblem */
} OreeCsvDomains;

/* Splits `text` (UTF-8) into rows of cells: an array of GStrv, and the line each began at. Never fails: quotes that do not
 * end take the rest. Owned. */
GPtrArray *oree_csv_split (const char *text, GArray *lines);

/* What the rows of `text` are as domains. Owned, never NULL. */
OreeCsvDomains *oree_csv_read_domains (const char *text);
void oree_csv_domains_free (OreeCsvDomains *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeCsvDomains, oree_csv_domains_free)

G_END_DECLS
