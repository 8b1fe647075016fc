/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wall clock text (RFC 3339). Calendar arithmetic by hand: no locale, no time zone files, no allocation. */
#include "base/oree-time.h"
#include "base/oree-span.h"

#define SECONDS_PER_DAY G_GINT64_CONSTANT (86400)

/* Days since 1970-01-01 of a proleptic Gregorian date (years counted from 1 March, 400-year eras). */
static gint64
days_from_civil (gint64 year, guint month, guint day)
{
  gint64 era;
  guint year_of_era, day_of_year;

  year -= month <= 2;
  era = (year >= 0 ? year : year - 399) / 400;
  year_of_era = (guint) (year - era * 400);
  day_of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
  return era * 146097 + (gint64) (year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year) - 719468;
}

static void
civil_from_days (gint64 days, gint64 *year, guint *month, guint *day)
{
  gint64 era;
  guint day_of_era, year_of_era, day_of_year, shifted;

  days += 719468;
  era = (days >= 0 ? days : days - 146096) / 146097;
  day_of_era = (guint) (days - era * 146097);
  year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  shifted = (5 * day_of_year + 2) / 153;
  *day = day_of_year - (153 * shifted + 2) / 5 + 1;
  *month = shifted < 10 ? shifted + 3 : shifted - 9;
  *year = (gint64) year_of_era + era * 400 + (*month <= 2);
}

char *
oree_time_format_wall (gint64 wall_us)
{
  gint64 seconds = wall_us / G_USEC_PER_SEC - (wall_us % G_USEC_PER_SEC < 0);
  gint64 days = seconds / SECONDS_PER_DAY - (seconds % SECONDS_PER_DAY < 0);
  guint rest = (guint) (seconds - days * SECONDS_PER_DAY);
  gint64 year;
  guint month, day;

  civil_from_days (days, &year, &month, &day);
  return g_strdup_printf ("%04" G_GINT64_FORMAT "-%02u-%02uT%02u:%02u:%02uZ", year, month, day, rest / 3600,
                          rest / 60 % 60, rest % 60);
}

/* `n` digits at the head of *s within [low, high], moved past. */
static gboolean
take_digits (OreeSpan *s, gsize n, guint low, guint high, guint *value)
{
  guint64 number;

  if (s->length < n || !oree_span_to_uint (oree_span_sub (*s, 0, n), high, &number) || number < low)
    return FALSE;
  *value = (guint) number;
  *s = oree_span_from (*s, n);
  return TRUE;
}

static gboolean
take_char (OreeSpan *s, const char *set)
{
  if (s->length == 0 || s->data[0] == '\0' || strchr (set, s->data[0]) == NULL)
    return FALSE;
  *s = oree_span_from (*s, 1);
  return TRUE;
}

static gboolean
take_fraction (OreeSpan *s, gint64 *micros)
{
  gint64 scale = 100000;
  gsize n = 0;

  *micros = 0;
  if (!take_char (s, "."))
    return TRUE;
  for (; n < s->length && g_ascii_isdigit (s->data[n]); n++, scale /= 10)
    *micros += (s->data[n] - '0') * scale;
  *s = oree_span_from (*s, n);
  return n > 0;
}

static gboolean
take_offset (OreeSpan *s, gint64 *seconds)
{
  gboolean west;
  guint hours, minutes;

  *seconds = 0;
  if (take_char (s, "Zz"))
    return TRUE;
  if (s->length == 0)
    return FALSE;
  west = s->data[0] == '-';
  if (!take_char (s, "+-") || !take_digits (s, 2, 0, 23, &hours) || !take_char (s, ":")
      || !take_digits (s, 2, 0, 59, &minutes))
    return FALSE;
  *seconds = (gint64) (hours * 3600 + minutes * 60) * (west ? -1 : 1);
  return TRUE;
}

gboolean
oree_time_parse_wall (const char *text, gsize length, gint64 *wall_us)
{
  static const guint8 month_days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  OreeSpan s = oree_span (text, length);
  guint year, month, day, hour, minute, second;
  gint64 micros, offset;
  gboolean leap;

  if (!take_digits (&s, 4, 0, 9999, &year) || !take_char (&s, "-") || !take_digits (&s, 2, 1, 12, &month)
      || !take_char (&s, "-") || !take_digits (&s, 2, 1, month_days[month - 1], &day)
      || !take_char (&s, "Tt ") || !take_digits (&s, 2, 0, 23, &hour) || !take_char (&s, ":")
      || !take_digits (&s, 2, 0, 59, &minute) || !take_char (&s, ":")
      || !take_digits (&s, 2, 0, 60, &second) || !take_fraction (&s, &micros) || !take_offset (&s, &offset)
      || s.length > 0)
    return FALSE;
  leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (month == 2 && day == 29 && !leap)
    return FALSE;

  *wall_us = (days_from_civil (year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset)
             * G_USEC_PER_SEC + micros;
  return TRUE;
}
