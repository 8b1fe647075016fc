/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Status documents: somebody is writing (RFC 3994), and what Lync's clients send for it in INFO, "KeyboardActivity". */
#pragma once
#include "codec/oree-parse.h"

G_BEGIN_DECLS

#define OREE_ISCOMPOSING_TYPE "application/im-iscomposing+xml"
#define OREE_ISCOMPOSING_REFRESH_MAX 86400

typedef struct
{
  gboolean active;  /* any state but "active" is idle (RFC 3994 3.5) */
  guint32 refresh;  /* seconds; 0: not said; more than a day is a day */
} OreeIsComposing;

/* Either document. > 0 octets taken, else an OreeParseError: what the XML reader says, BAD_VALUE (no status document), MISSING (its state). */
gssize oree_iscomposing_parse (OreeIsComposing *self, OreeSpan body);
/* The document, contents of type text/plain; `refresh` only when active. Owned. */
char *oree_iscomposing_write (const OreeIsComposing *self);

#define OREE_KEYBOARD_ACTIVITY_TYPE "application/xml"
/* The same as Lync's clients say it. Owned. */
char *oree_keyboard_activity_write (gboolean active);

G_END_DECLS
