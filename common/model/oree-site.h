/* SPDX-License-Identifier: GPL-3.0-or-later */
/* site: a name that external access policies and users refer to. The id is all there is. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef struct
{
  OreeRecord record;
} OreeSite;

extern const OreeKind oree_site_kind;

G_END_DECLS
