/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeSpan: compare, cut, trim, count. */
#include "base/oree-span.h"

/* Its own loop: g_ascii_strncasecmp() stops at a NUL, and would call "a\0b" and "a\0c" equal. */
gboolean
oree_span_equal_nocase (OreeSpan a, OreeSpan b)
{
  if (a.length != b.length)
    return FALSE;
  for (gsize i = 0; i < a.length; i++)
    if (a.data[i] != b.data[i] && g_ascii_tolower (a.data[i]) != g_ascii_tolower (b.data[i]))
      return FALSE;
  return TRUE;
}

gboolean
oree_span_equal_nocase_str (OreeSpan a, const char *b)
{
  return oree_span_equal_nocase (a, oree_span_str (b));
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

gssize
oree_span_index (OreeSpan s, char c)
{
  const char *at = s.length > 0 ? memchr (s.data, c, s.length) : NULL;

  return at ? at - s.data : -1;
}

OreeSpan
oree_span_from (OreeSpan s, gsize start)
{
  start = MIN (start, s.length);
  return s.data ? oree_span (s.data + start, s.length - start) : OREE_SPAN_EMPTY;
}

OreeSpan
oree_span_sub (OreeSpan s, gsize start, gsize length)
{
  s = oree_span_from (s, start);
  s.length = MIN (s.length, length);
  return s;
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
oree_span_cut (OreeSpan s, char c, OreeSpan *head, OreeSpan *tail)
{
  gssize at = oree_span_index (s, c);

  if (at < 0)
    {
      *head = s;
      *tail = OREE_SPAN_EMPTY;
      return FALSE;
    }
  *head = oree_span (s.data, (gsize) at);
  *tail = oree_span (s.data + at + 1, s.length - (gsize) at - 1);
  return TRUE;
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
oree_span_append_to (OreeSpan s, GString *out)
{
  if (s.length > 0)
    g_string_append_len (out, s.data, (gssize) s.length);
}
