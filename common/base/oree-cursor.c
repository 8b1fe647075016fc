/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounds-checked byte reader and writer with sticky failure. */
#include "base/oree-cursor.h"

void
oree_cursor_init (OreeCursor *self, const void *data, gsize length)
{
  *self = (OreeCursor){ data, length, 0, FALSE };
}

gsize
oree_cursor_left (const OreeCursor *self)
{
  return self->failed ? 0 : self->length - self->position;
}

/* The next `n` bytes, or NULL and failure; never partial. */
static const guint8 *
take (OreeCursor *self, gsize n)
{
  const guint8 *at;

  if (self->failed || n > self->length - self->position)
    {
      self->failed = TRUE;
      return NULL;
    }
  at = self->data + self->position;
  self->position += n;
  return at;
}

static guint64
take_number (OreeCursor *self, gsize n)
{
  const guint8 *at = take (self, n);
  guint64 value = 0;

  if (at == NULL)
    return 0;
  for (gsize i = 0; i < n; i++)
    value = value << 8 | at[i];
  return value;
}

guint8
oree_cursor_u8 (OreeCursor *self)
{
  return (guint8) take_number (self, 1);
}

guint16
oree_cursor_u16 (OreeCursor *self)
{
  return (guint16) take_number (self, 2);
}

guint32
oree_cursor_u32 (OreeCursor *self)
{
  return (guint32) take_number (self, 4);
}

guint64
oree_cursor_u64 (OreeCursor *self)
{
  return take_number (self, 8);
}

OreeSpan
oree_cursor_bytes (OreeCursor *self, gsize length)
{
  const guint8 *at;

  if (length == 0)
    return OREE_SPAN_EMPTY;
  at = take (self, length);
  return at ? oree_span (at, length) : OREE_SPAN_EMPTY;
}

void
oree_cursor_skip (OreeCursor *self, gsize length)
{
  if (length > 0)
    take (self, length);
}

void
oree_writer_init (OreeWriter *self, void *data, gsize capacity)
{
  *self = (OreeWriter){ data, capacity, 0, FALSE };
}

void
oree_writer_bytes (OreeWriter *self, const void *data, gsize length)
{
  if (self->failed || length > self->capacity - self->length)
    {
      self->failed = TRUE;
      return;
    }
  if (length > 0)
    memcpy (self->data + self->length, data, length);
  self->length += length;
}

static void
put_number (OreeWriter *self, guint64 value, gsize n)
{
  guint8 bytes[8];

  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) (value >> (8 * (n - 1 - i)));
  oree_writer_bytes (self, bytes, n);
}

void
oree_writer_u8 (OreeWriter *self, guint8 v)
{
  put_number (self, v, 1);
}

void
oree_writer_u16 (OreeWriter *self, guint16 v)
{
  put_number (self, v, 2);
}

void
oree_writer_u32 (OreeWriter *self, guint32 v)
{
  put_number (self, v, 4);
}

void
oree_writer_u64 (OreeWriter *self, guint64 v)
{
  put_number (self, v, 8);
}
