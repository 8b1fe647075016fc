/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presence as Lync's servers tell it: application/msrtc-event-categories+xml ([MS-PRES]), of it the state that its availability
 * number says and the personal note. Read into the same document as PIDF; not written. */
#pragma once
#include "codec/mime/oree-pidf.h"

G_BEGIN_DECLS

#define OREE_CATEGORIES_TYPE "application/msrtc-event-categories+xml"

/* Availability number → open and show (lync-behaviour sheet 8.8). */
void oree_availability_read (guint32 availability, gboolean *open, OreeShow *show);

/* Reads a document, at most OREE_PIDF_BYTES_MAX. A notification holds only the categories that changed: what it does not
 * mention stays as in `before` (NULL: offline, no note). The aggregate of the user's states counts, else the first. > 0 octets
 * taken and *pidf owned, of one tuple; else an OreeParseError as oree_pidf_parse, BAD_VALUE: an availability that is none. */
gssize oree_categories_parse (OreePidf **pidf, OreeSpan body, const OreePidf *before);

G_END_DECLS
