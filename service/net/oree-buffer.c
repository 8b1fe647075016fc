/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing byte queue: one block, two marks; compacts before it grows. */
#include "net/oree-buffer.h"

#define FIRST_CAPACITY 512
#define KEPT_FIRST (16 * 1024) /* capacities kept for reuse: this, and twice, four and eight times as much */
#define KEPT_CLASSES 4
#define KEPT_EACH 4

/* Blocks nobody uses; a block may come from one thread and stay with another. */
static _Thread_local struct
{
  guint8 *blocks[KEPT_EACH];
  guint n;
} kept[KEPT_CLASSES];

/* Capacities are powers of two from FIRST_CAPACITY. Answers KEPT_CLASSES for what is not kept. */
static guint
class_of (gsize capacity)
{
  guint class = 0;

  if (capacity < KEPT_FIRST)
    return KEPT_CLASSES;
  while (class < KEPT_CLASSES && (gsize) KEPT_FIRST << class != capacity)
    class++;

  return class;
}

static guint8 *
block_take (gsize capacity)
{
  guint class = class_of (capacity);

  if (class < KEPT_CLASSES && kept[class].n > 0)
    return kept[class].blocks[--kept[class].n];

  return g_malloc (capacity);
}

static void
block_give (guint8 *block, gsize capacity)
{
  guint class = class_of (capacity);

  if (block != NULL && class < KEPT_CLASSES && kept[class].n < KEPT_EACH)
    kept[class].blocks[kept[class].n++] = block;
  else
    g_free (block);
}

void
oree_buffer_forget (void)
{
  for (guint class = 0; class < KEPT_CLASSES; class++)
    while (kept[class].n > 0)
      g_free (kept[class].blocks[--kept[class].n]);
}

guint8 *
oree_buffer_reserve (OreeBuffer *self, gsize length)
{
  gsize used = self->end - self->start;
  gsize wanted;
  gsize capacity = MAX (self->capacity, FIRST_CAPACITY);

  if (self->capacity - self->end >= length && self->data != NULL)
    return self->data + self->end;

  if (!g_size_checked_add (&wanted, used, length))
    g_error ("buffer of %" G_GSIZE_FORMAT " + %" G_GSIZE_FORMAT " bytes", used, length);

  while (capacity < wanted)
    {
      if (capacity > G_MAXSIZE / 2)
        g_error ("buffer of %" G_GSIZE_FORMAT " bytes", wanted);
      capacity *= 2;
    }

  if (capacity == self->capacity)
    {
      memmove (self->data, self->data + self->start, used);
    }
  else
    {
      guint8 *data = block_take (capacity);

      if (used > 0)
        memcpy (data, self->data + self->start, used);
      block_give (self->data, self->capacity);
      self->data = data;
      self->capacity = capacity;
    }

  self->start = 0;
  self->end = used;
  return self->data + self->end;
}

void
oree_buffer_commit (OreeBuffer *self, gsize length)
{
  g_assert (length <= self->capacity - self->end);
  self->end += length;
}

void
oree_buffer_append (OreeBuffer *self, const void *data, gsize length)
{
  if (length == 0)
    return;

  memcpy (oree_buffer_reserve (self, length), data, length);
  self->end += length;
}

void
oree_buffer_consume (OreeBuffer *self, gsize length)
{
  g_assert (length <= self->end - self->start);
  self->start += length;

  if (self->start == self->end)
    oree_buffer_clear (self);
}

void
oree_buffer_clear (OreeBuffer *self)
{
  if (self->data == NULL)
    return;

  block_give (self->data, self->capacity);
  self->data = NULL;
  self->start = self->end = self->capacity = 0;
}
