/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cuts a byte stream into SIP messages by Content-Length, and tells keep-alives apart (RFC 3261 7.5, 18.3;
 * RFC 5626 3.5.1). Remembers how far it looked, so slow senders cost no second look. */
#pragma once
#include "codec/oree-parse.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_SIP_FRAME_MESSAGE, /* head and body */
  OREE_SIP_FRAME_CRLF,    /* one CR LF: a pong, or the first half of a ping; nothing to do but count */
  OREE_SIP_FRAME_PING     /* the second CR LF in a row: answer with one CR LF */
} OreeSipFrameKind;

typedef struct
{
  /* Of the item returned last, or of the one that failed. */
  OreeSipFrameKind kind;
  gsize head; /* start line, headers and the empty line; 0 while unknown */
  gsize body;
  /* Private. */
  gsize scanned;
  gsize line;
  guint lines;
  gint64 length;
  gboolean length_line;
  gboolean after_crlf;
  int error;
} OreeSipFrame;

void oree_sip_frame_init (OreeSipFrame *self);

/* `data` begins at the first byte not yet consumed; call again with the same start and more bytes after 0.
 * > 0: that many bytes are one item of `kind`; 0: need more; < 0: the stream cannot be cut any further, answer
 * what can be answered (when `head` is known, parse the head) and close:
 * MISSING no Content-Length, BAD_LENGTH not a plain number or folded, DUPLICATE two of them, TOO_LONG head,
 * line or body over its cap, TOO_MANY header lines, BAD_SYNTAX bare LF, or no start line at all. */
gssize oree_sip_frame_next (OreeSipFrame *self, const void *data, gsize length);

/* TRUE when bytes of an item have been seen and it is not complete: the slow-sender clock runs. */
gboolean oree_sip_frame_in_progress (const OreeSipFrame *self);

G_END_DECLS
