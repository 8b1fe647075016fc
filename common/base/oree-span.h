/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeSpan: a borrowed pointer and length. Never NUL-terminated, never freed; lives as long as its buffer. */
#pragma once
#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

typedef struct
{
  const char *data; /* may be NULL only when length is 0 */
  gsize length;
} OreeSpan;

#define OREE_SPAN_EMPTY ((OreeSpan){ NULL, 0 })
#define OREE_SPAN_LITERAL(s) ((OreeSpan){ (s), sizeof (s) - 1 })

static inline OreeSpan
oree_span (const void *data, gsize length)
{
  return (OreeSpan){ data, length };
}

/* A span over a C string; NULL gives the empty span. */
static inline OreeSpan
oree_span_str (const char *s)
{
  return (OreeSpan){ s, s ? strlen (s) : 0 };
}

static inline gboolean
oree_span_is_empty (OreeSpan s)
{
  return s.length == 0;
}

static inline gboolean
oree_span_equal (OreeSpan a, OreeSpan b)
{
  return a.length == b.length && (a.length == 0 || memcmp (a.data, b.data, a.length) == 0);
}

static inline gboolean
oree_span_equal_str (OreeSpan a, const char *b)
{
  return oree_span_equal (a, oree_span_str (b));
}

/* 'A'…'Z' → 'a'…'z', whatever the locale. Inline: names and addresses are folded byte by byte. */
static inline char
oree_ascii_lower (char c)
{
  return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
}

/* From `start` (clamped) to the end; at most `length` bytes of it for _sub. */
static inline OreeSpan
oree_span_from (OreeSpan s, gsize start)
{
  start = MIN (start, s.length);
  return s.data ? oree_span (s.data + start, s.length - start) : OREE_SPAN_EMPTY;
}

static inline OreeSpan
oree_span_sub (OreeSpan s, gsize start, gsize length)
{
  s = oree_span_from (s, start);
  s.length = MIN (s.length, length);
  return s;
}

/* Index of `c`, or -1. */
static inline gssize
oree_span_index (OreeSpan s, char c)
{
  const char *at = s.length > 0 ? memchr (s.data, c, s.length) : NULL;

  return at ? at - s.data : -1;
}

/* Cut at the first `c`: `head` before, `tail` after it. FALSE when there is no `c`: head is all, tail empty. */
static inline gboolean
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

/* ASCII case-insensitive equality. */
gboolean oree_span_equal_nocase (OreeSpan a, OreeSpan b);
static inline gboolean
oree_span_equal_nocase_str (OreeSpan a, const char *b)
{
  OreeSpan other = oree_span_str (b);

  return a.length == other.length && oree_span_equal_nocase (a, other);
}

gboolean oree_span_starts_with (OreeSpan s, const char *prefix);
gboolean oree_span_ends_with (OreeSpan s, const char *suffix);
/* Without SP and HTAB (and, for _lws, also CR LF) at both ends. */
OreeSpan oree_span_trim (OreeSpan s);
OreeSpan oree_span_trim_lws (OreeSpan s);
/* Decimal digits only, whole span, no sign; FALSE on empty, other characters or overflow past `max`. */
gboolean oree_span_to_uint (OreeSpan s, guint64 max, guint64 *value);
/* Owned NUL-terminated copy; _lower: with ASCII letters in lower case. */
char *oree_span_dup (OreeSpan s);
char *oree_span_dup_lower (OreeSpan s);
/* Valid UTF-8 without NUL? */
gboolean oree_span_is_utf8 (OreeSpan s);
guint oree_span_hash (OreeSpan s);

/* Inline while there is room: messages are written in pieces of a few bytes. */
static inline void
oree_span_append_to (OreeSpan s, GString *out)
{
  if (s.length < out->allocated_len - out->len)
    {
      if (s.length > 0)
        memcpy (out->str + out->len, s.data, s.length);
      out->len += s.length;
      out->str[out->len] = '\0';
    }
  else
    {
      g_string_append_len (out, s.data, (gssize) s.length);
    }
}
static inline void
oree_str_append_to (const char *s, GString *out)
{
  oree_span_append_to (oree_span_str (s), out);
}
/* Decimal. */
void oree_uint_append_to (guint64 value, GString *out);
/* The last `n_digits` (at most 16) hexadecimal digits of `value`, in lower case, and a NUL; returns where the NUL stands. */
char *oree_hex_write (char *out, guint64 value, guint n_digits);

G_END_DECLS
