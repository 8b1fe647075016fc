/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounds-checked byte reader and writer with sticky failure: check once at the end. Network byte order. */
#pragma once
#include "base/oree-span.h"

G_BEGIN_DECLS

typedef struct
{
  const guint8 *data;
  gsize length;
  gsize position;
  gboolean failed; /* a read went past the end; all later reads answer 0 */
} OreeCursor;

void oree_cursor_init (OreeCursor *self, const void *data, gsize length);
gsize oree_cursor_left (const OreeCursor *self);
guint8 oree_cursor_u8 (OreeCursor *self);
guint16 oree_cursor_u16 (OreeCursor *self);
guint32 oree_cursor_u32 (OreeCursor *self);
guint64 oree_cursor_u64 (OreeCursor *self);
OreeSpan oree_cursor_bytes (OreeCursor *self, gsize length);
void oree_cursor_skip (OreeCursor *self, gsize length);

typedef struct
{
  guint8 *data;
  gsize capacity;
  gsize length;
  gboolean failed;
} OreeWriter;

void oree_writer_init (OreeWriter *self, void *data, gsize capacity);
void oree_writer_u8 (OreeWriter *self, guint8 v);
void oree_writer_u16 (OreeWriter *self, guint16 v);
void oree_writer_u32 (OreeWriter *self, guint32 v);
void oree_writer_u64 (OreeWriter *self, guint64 v);
void oree_writer_bytes (OreeWriter *self, const void *data, gsize length);

G_END_DECLS
