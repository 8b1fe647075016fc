/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing byte queue: one block, two marks; compacts before it grows. */
#include "net/oree-buffer.h"

#define FIRST_CAPACITY 512

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
      guint8 *data = g_malloc (capacity);

      if (used > 0)
        memcpy (data, self->data + self->start, used);
      g_free (self->data);
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
  g_clear_pointer (&self->data, g_free);
  self->start = self->end = self->capacity = 0;
}
