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

/* ASCII case-insensitive equality. */
gboolean oree_span_equal_nocase (OreeSpan a, OreeSpan b);
gboolean oree_span_equal_nocase_str (OreeSpan a, const char *b);
gboolean oree_span_starts_with (OreeSpan s, const char *prefix);
gboolean oree_span_ends_with (OreeSpan s, const char *suffix);
/* Index of `c`, or -1. */
gssize oree_span_index (OreeSpan s, char c);
/* From `start` (clamped) to the end; at most `length` bytes of it for _sub. */
OreeSpan oree_span_from (OreeSpan s, gsize start);
OreeSpan oree_span_sub (OreeSpan s, gsize start, gsize length);
/* Without SP and HTAB (and, for _lws, also CR LF) at both ends. */
OreeSpan oree_span_trim (OreeSpan s);
OreeSpan oree_span_trim_lws (OreeSpan s);
/* Cut at the first `c`: `head` before, `tail` after it. FALSE when there is no `c`: head is all, tail empty. */
gboolean oree_span_cut (OreeSpan s, char c, OreeSpan *head, OreeSpan *tail);
/* Decimal digits only, whole span, no sign; FALSE on empty, other characters or overflow past `max`. */
gboolean oree_span_to_uint (OreeSpan s, guint64 max, guint64 *value);
/* Owned NUL-terminated copy. */
char *oree_span_dup (OreeSpan s);
/* Valid UTF-8 without NUL? */
gboolean oree_span_is_utf8 (OreeSpan s);
guint oree_span_hash (OreeSpan s);
void oree_span_append_to (OreeSpan s, GString *out);

G_END_DECLS
