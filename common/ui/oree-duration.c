/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-duration.h"

#include <glib/gi18n-lib.h>

char *
oree_ui_duration (gint64 microseconds)
{
  guint64 seconds = microseconds > 0 ? (guint64) (microseconds / G_USEC_PER_SEC) : 0;
  guint minutes = (guint) (seconds / 60), hours = minutes / 60, days = hours / 24;

  if (days > 0)
    /* TRANSLATORS: days and hours. */
    return g_strdup_printf (_ ("%u d %u h"), days, hours % 24);
  if (hours > 0)
    /* TRANSLATORS: hours and minutes. */
    return g_strdup_printf (_ ("%u h %u min"), hours, minutes % 60);
  if (minutes > 0)
    return g_strdup_printf (_ ("%u min"), minutes);
  return g_strdup_printf (_ ("%u s"), (guint) seconds);
}
