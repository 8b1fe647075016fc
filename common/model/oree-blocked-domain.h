/* SPDX-License-Identifier: GPL-3.0-or-later */
/* blocked-domain: nothing to it and nothing from it, whatever else says yes. The id is the domain. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef struct
{
  OreeRecord record;
  char *comment;
  gboolean include_subdomains;
} OreeBlockedDomain;

extern const OreeKind oree_blocked_domain_kind;

G_END_DECLS
