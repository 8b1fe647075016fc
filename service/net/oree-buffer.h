/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing byte queue: append at the end, consume at the front; holds no memory while empty. Its memory goes round
 * within a thread: given back and asked for every few microseconds, it would keep malloc sorting. */
#pragma once
#include "base/oree-span.h"

G_BEGIN_DECLS

typedef struct
{
  guint8 *data;
  gsize start, end, capacity;
} OreeBuffer;

#define OREE_BUFFER_INIT { NULL, 0, 0, 0 }

static inline gsize
oree_buffer_length (const OreeBuffer *self)
{
  return self->end - self->start;
}

static inline OreeSpan
oree_buffer_span (const OreeBuffer *self)
{
  return oree_span (self->data != NULL ? self->data + self->start : NULL, self->end - self->start);
}

/* Room for at least `length` bytes at the end; fill it, then oree_buffer_commit. */
guint8 *oree_buffer_reserve (OreeBuffer *self, gsize length);
void oree_buffer_commit (OreeBuffer *self, gsize length);
void oree_buffer_append (OreeBuffer *self, const void *data, gsize length);
/* Drops `length` bytes from the front; releases the memory when nothing is left. */
void oree_buffer_consume (OreeBuffer *self, gsize length);
/* Empties it and releases its memory. */
void oree_buffer_clear (OreeBuffer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeBuffer, oree_buffer_clear)
/* Gives back what this thread keeps for reuse: before it ends. */
void oree_buffer_forget (void);

G_END_DECLS
