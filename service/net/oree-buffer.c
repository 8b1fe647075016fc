/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing byte queue: one block, two marks; compacts before it grows. */
#include "net/oree-buffer.h"

#define FIRST_CAPACITY 512
/* Capacities kept for reuse are powers of two up to 128 KiB, as many of each as make this, and never fewer than four. */
#define KEPT_CLASSES 9
#define KEPT_BYTES (16 * 1024)
#define KEPT_LEAST 4
#define KEPT_MOST (KEPT_BYTES / FIRST_CAPACITY)

/* The address sanitizer has to see every block come and go. */
#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined __SANITIZE_ADDRESS__ || __has_feature (address_sanitizer)
#define KEEPS FALSE
#else
#define KEEPS TRUE
#endif

/* Blocks nobody uses; a block may come from one thread and stay with another. */
static _Thread_local struct
{
  guint8 *blocks[KEPT_MOST];
  guint n;
} kept[KEPT_CLASSES];

/* Capacities are powers of two from FIRST_CAPACITY. Answers KEPT_CLASSES, or more, for what is not kept. */
static guint
class_of (gsize capacity)
{
  return g_bit_storage (capacity / FIRST_CAPACITY) - 1;
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

  if (KEEPS && block != NULL && class < KEPT_CLASSES && kept[class].n < MAX (KEPT_LEAST, KEPT_BYTES / capacity))
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
