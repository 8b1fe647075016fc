/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeSpan: compare, cut, trim, count. */
#include "base/oree-span.h"

/* Its own loop: g_ascii_strncasecmp() stops at a NUL, and would call "a\0b" and "a\0c" equal. */
gboolean
oree_span_equal_nocase (OreeSpan a, OreeSpan b)
{
  if (a.length != b.length)
    return FALSE;
  if (a.length == 0 || memcmp (a.data, b.data, a.length) == 0)
    return TRUE; /* as nearly everybody writes it */
  for (gsize i = 0; i < a.length; i++)
    if (oree_ascii_lower (a.data[i]) != oree_ascii_lower (b.data[i]))
      return FALSE;
  return TRUE;
}

gboolean
oree_span_starts_with (OreeSpan s, const char *prefix)
{
  gsize n = strlen (prefix);

  return n == 0 || (s.length >= n && memcmp (s.data, prefix, n) == 0);
}

gboolean
oree_span_ends_with (OreeSpan s, const char *suffix)
{
  gsize n = strlen (suffix);

  return n == 0 || (s.length >= n && memcmp (s.data + s.length - n, suffix, n) == 0);
}

static inline gboolean
is_blank (char c, gboolean line_ends)
{
  return c == ' ' || c == '\t' || (line_ends && (c == '\r' || c == '\n'));
}

static inline OreeSpan
trim_blanks (OreeSpan s, gboolean line_ends)
{
  while (s.length > 0 && is_blank (s.data[0], line_ends))
    {
      s.data++;
      s.length--;
    }
  while (s.length > 0 && is_blank (s.data[s.length - 1], line_ends))
    s.length--;
  return s;
}

OreeSpan
oree_span_trim (OreeSpan s)
{
  return trim_blanks (s, FALSE);
}

OreeSpan
oree_span_trim_lws (OreeSpan s)
{
  return trim_blanks (s, TRUE);
}

gboolean
oree_span_to_uint (OreeSpan s, guint64 max, guint64 *value)
{
  guint64 sum = 0;

  if (s.length == 0)
    return FALSE;
  for (gsize i = 0; i < s.length; i++)
    {
      guint digit;

      if (!g_ascii_isdigit (s.data[i]))
        return FALSE;
      digit = (guint) (s.data[i] - '0');
      if (sum > (G_MAXUINT64 - digit) / 10)
        return FALSE;
      sum = sum * 10 + digit;
    }
  if (sum > max)
    return FALSE;
  *value = sum;
  return TRUE;
}

char *
oree_span_dup (OreeSpan s)
{
  char *copy = g_malloc (s.length + 1);

  if (s.length > 0)
    memcpy (copy, s.data, s.length);
  copy[s.length] = '\0';
  return copy;
}

char *
oree_span_dup_lower (OreeSpan s)
{
  char *copy = g_malloc (s.length + 1);

  for (gsize i = 0; i < s.length; i++)
    copy[i] = oree_ascii_lower (s.data[i]);
  copy[s.length] = '\0';
  return copy;
}

gboolean
oree_span_is_utf8 (OreeSpan s)
{
  return s.length == 0 || g_utf8_validate_len (s.data, s.length, NULL); /* _len refuses NUL */
}

guint
oree_span_hash (OreeSpan s)
{
  guint hash = 2166136261u; /* FNV-1a */

  for (gsize i = 0; i < s.length; i++)
    hash = (hash ^ (guint8) s.data[i]) * 16777619u;
  return hash;
}

void
oree_uint_append_to (guint64 value, GString *out)
{
  char digits[20]; /* 2^64 - 1 has so many */
  gsize at = sizeof digits;

  do
    {
      digits[--at] = (char) ('0' + value % 10);
      value /= 10;
    }
  while (value > 0);
  oree_span_append_to (oree_span (digits + at, sizeof digits - at), out);
}

char *
oree_hex_write (char *out, guint64 value, guint n_digits)
{
  static const char digits[] = "0123456789abcdef";

  for (guint left = n_digits; left > 0; left--)
    *out++ = digits[(value >> (4 * (left - 1))) & 15];
  *out = '\0';
  return out;
}
