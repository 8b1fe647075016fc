/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of somebody's presence may be seen on the other side (presence folding of boundary profiles). */
#pragma once
#include "codec/mime/oree-pidf.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_GW_DETAIL_FULL,
  OREE_GW_DETAIL_FOLDED,   /* available, away or offline, of one nameless device */
  OREE_GW_DETAIL_REACHABLE /* available or offline, likewise */
} OreeGwDetail;

typedef struct
{
  OreeGwDetail detail;
  gboolean notes;
} OreeGwView;

/* The part of `document` that `view` leaves: owned, NULL: all of it. Folded, one tuple stands for all: open when one is,
 * away when every open one is away, busy or gone for long; its devices, priorities, idle and other times are told nobody. The
 * notes are those of the tuple it stands for. */
OreePidf *oree_gw_view_fold (const OreeGwView *view, const OreePidf *document);

G_END_DECLS
