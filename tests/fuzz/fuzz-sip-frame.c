/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The framer: whole and byte by byte it cuts the same, and never past the end. */
#include "codec/sip/oree-sip-frame.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Hash of the items a stream is cut into, fed `step` bytes at a time (0: all at once). */
static guint64
cut (const guint8 *data, gsize size, gsize step)
{
  OreeSipFrame frame;
  gsize start = 0;
  gsize end = step == 0 ? size : 0;
  guint64 hash = 1;

  oree_sip_frame_init (&frame);
  for (;;)
    {
      gssize result = oree_sip_frame_next (&frame, data + start, end - start);

      if (result < 0)
        return hash * 31 + (guint64) -result;
      if (result > 0)
        {
          g_assert ((gsize) result <= end - start);
          hash = hash * 31 + (guint64) result * 4 + frame.kind;
          start += (gsize) result;
        }
      else if (end == size)
        return hash * 31;
      else
        end = MIN (end + step, size);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint64 whole = cut (data, size, 0);

  g_assert (size > 4096 || cut (data, size, 1) == whole);
  g_assert (cut (data, size, 7) == whole);
  return 0;
}
