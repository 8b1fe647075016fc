/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents by https, through libsoup. */
#pragma once
#include "control/oree-fetcher.h"

G_BEGIN_DECLS

/* Fills `fetcher`; its `free` ends it. */
void oree_fetch_init (OreeFetcher *fetcher);

G_END_DECLS
