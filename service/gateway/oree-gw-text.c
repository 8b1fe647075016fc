/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-text.h"
#include "base/oree-time.h"

#define LANGUAGE_MAX 64
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

char *
oree_gw_text_to_crlf (const char *text)
{
  GString *out;

  if (text[strcspn (text, "\r\n")] == '\0')
    return g_strdup (text); /* most are one line */
  out = g_string_sized_new (strlen (text) + 16);
  while (*text)
    {
      gsize run = strcspn (text, "\r\n");

      g_string_append_len (out, text, (gssize) run);
      text += run;
      if (*text == '\0')
        break;
      g_string_append_len (out, "\r\n", 2);
      text += text[0] == '\r' && text[1] == '\n' ? 2 : 1;
    }
  return g_string_free (out, FALSE);
}

char *
oree_gw_text_from_crlf (OreeSpan text)
{
  GString *out;

  if (oree_span_index (text, '\r') < 0)
    return oree_span_dup (text);
  out = g_string_sized_new (text.length);
  for (gsize i = 0; i < text.length; i++)
    if (text.data[i] == '\r')
      {
        g_string_append_c (out, '\n');
        if (i + 1 < text.length && text.data[i + 1] == '\n')
          i++;
      }
    else
      g_string_append_c (out, text.data[i]);
  return g_string_free (out, FALSE);
}

static gboolean
breaks_lines (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

static gboolean
turns_direction (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *
oree_gw_text_line (OreeSpan text)
{
  GString *out;
  const char *p = text.data, *end = text.data + text.length;

  while (p < end && *p >= 0x20 && *p < 0x7f)
    p++;
  if (p == end)
    return g_strstrip (oree_span_dup (text)); /* most are visible ASCII */
  out = g_string_sized_new (text.length);
  p = text.data;
  while (p < end)
    {
      gunichar c = g_utf8_get_char_validated (p, end - p);
      const char *next = c == (gunichar) -1 || c == (gunichar) -2 ? p + 1 : g_utf8_next_char (p);

      if ((next == p + 1 && (guchar) *p >= 0x80) || c == 0xfffe || c == 0xffff)
        g_string_append (out, REPLACEMENT);
      else if (breaks_lines (c))
        g_string_append_c (out, ' ');
      else if (!turns_direction (c))
        g_string_append_len (out, p, next - p);
      p = next;
    }
  return g_strstrip (g_string_free (out, FALSE));
}

char *
oree_gw_text_clean (char *text)
{
  GString *out = NULL;
  const char *start = text, *p = text;

  while (*p >= 0x20 && *p < 0x7f)
    p++;
  for (; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if ((c >= 0x20 && c != 0xfffe && c != 0xffff) || c == '\t' || c == '\n' || c == '\r')
        continue;
      if (out == NULL)
        out = g_string_new (NULL);
      g_string_append_len (out, start, p - start);
      g_string_append (out, REPLACEMENT);
      start = g_utf8_next_char (p);
    }
  if (out == NULL)
    return text;
  g_string_append (out, start);
  g_free (text);
  return g_string_free (out, FALSE);
}

gboolean
oree_gw_text_is_language (OreeSpan tag)
{
  if (tag.length == 0 || tag.length > LANGUAGE_MAX || tag.data[0] == '-' || tag.data[tag.length - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < tag.length; i++)
    if (!g_ascii_isalnum (tag.data[i]) && tag.data[i] != '-')
      return FALSE;
  return TRUE;
}

/* --- dates ------------------------------------------------------------------------------------- */

char *
oree_gw_date_to_sip (const char *stamp)
{
  g_autoptr (GDateTime) at = NULL;
  gint64 wall;

  if (stamp == NULL || !oree_time_parse_wall (stamp, strlen (stamp), &wall))
    return NULL;
  at = g_date_time_new_from_unix_utc (wall / G_USEC_PER_SEC);
  if (at == NULL)
    return NULL;
  return g_strdup_printf ("%s, %02d %s %04d %02d:%02d:%02d GMT", days[g_date_time_get_day_of_week (at) - 1],
                          g_date_time_get_day_of_month (at), months[g_date_time_get_month (at) - 1],
                          g_date_time_get_year (at), g_date_time_get_hour (at), g_date_time_get_minute (at),
                          g_date_time_get_second (at));
}

static gboolean
number (OreeSpan text, gsize start, gsize length, guint64 *value)
{
  return text.length >= start + length && oree_span_to_uint (oree_span_sub (text, start, length), 9999, value);
}

gboolean
oree_gw_date_parse (OreeSpan text, gint64 *wall)
{
  OreeSpan trimmed = oree_span_trim_lws (text), rest;
  guint64 day, year, hour, minute, second;
  guint month = 0;
  g_autoptr (GDateTime) at = NULL;

  if (oree_time_parse_wall (trimmed.data, trimmed.length, wall))
    return TRUE;
  /* "Sat, 13 Nov 2010 23:29:00 GMT" */
  if (trimmed.length != 29 || !oree_span_ends_with (trimmed, " GMT"))
    return FALSE;
  rest = oree_span_from (trimmed, 5);
  while (month < G_N_ELEMENTS (months) && !oree_span_equal_nocase_str (oree_span_sub (rest, 3, 3), months[month]))
    month++;
  if (month == G_N_ELEMENTS (months) || !number (rest, 0, 2, &day) || !number (rest, 7, 4, &year) || !number (rest, 12, 2, &hour)
      || !number (rest, 15, 2, &minute) || !number (rest, 18, 2, &second))
    return FALSE;
  at = g_date_time_new_utc ((int) year, (int) month + 1, (int) day, (int) hour, (int) minute, (double) second);
  if (at == NULL)
    return FALSE;
  *wall = g_date_time_to_unix (at) * G_USEC_PER_SEC;
  return TRUE;
}
