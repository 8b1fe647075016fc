/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media types and multipart bodies. */
#include "codec/mime/oree-mime.h"
#include "base/oree-limits.h"

#define BOUNDARY_MAX 70 /* RFC 2046 5.1.1 */

/* Charsets people really write mail and messages in. The name comes from the wire and picks the code that runs: hence a
 * list, not whatever the C library can load. */
static const char *const charsets[] = {
  "iso-8859-1",  "iso-8859-2",  "iso-8859-3",  "iso-8859-4",   "iso-8859-5",   "iso-8859-6",   "iso-8859-7",
  "iso-8859-8",  "iso-8859-9",  "iso-8859-10", "iso-8859-13",  "iso-8859-14",  "iso-8859-15",  "iso-8859-16",
  "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
  "windows-1257", "windows-1258", "koi8-r",     "koi8-u",       "utf-16",       "utf-16be",     "utf-16le",
  "gb2312",      "gbk",         "gb18030",     "big5",         "shift_jis",    "euc-jp",       "euc-kr",
};

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* RFC 2045 5.1: no controls, no spaces, no tspecials. */
static gboolean
is_token_char (char c)
{
  return (guchar) c > 0x20 && (guchar) c < 0x7f && strchr ("()<>@,;:\\\"/[]?=", c) == NULL;
}

static OreeSpan
take_token (OreeSpan *rest)
{
  gsize n = 0;
  OreeSpan token;

  while (n < rest->length && is_token_char (rest->data[n]))
    n++;
  token = oree_span_sub (*rest, 0, n);
  *rest = oree_span_from (*rest, n);
  return token;
}

static void
skip_space (OreeSpan *rest)
{
  gsize n = 0;

  while (n < rest->length && is_space (rest->data[n]))
    n++;
  *rest = oree_span_from (*rest, n);
}

static gboolean
take_char (OreeSpan *rest, char c)
{
  skip_space (rest);
  if (rest->length == 0 || rest->data[0] != c)
    return FALSE;
  *rest = oree_span_from (*rest, 1);
  skip_space (rest);
  return TRUE;
}

/* A quoted string off `rest`, quotes left out, escapes left in. */
static gboolean
take_quoted (OreeSpan *rest, OreeSpan *inside)
{
  for (gsize i = 1; i < rest->length; i++)
    if (rest->data[i] == '\\')
      i++;
    else if (rest->data[i] == '"')
      {
        *inside = oree_span_sub (*rest, 1, i - 1);
        *rest = oree_span_from (*rest, i + 1);
        return TRUE;
      }
  return FALSE;
}

/* 1: a parameter; 0: the end; < 0: an OreeParseError. */
static int
next_param (OreeSpan *rest, OreeSpan *name, OreeSpan *value, gboolean *quoted)
{
  skip_space (rest);
  if (rest->length == 0)
    return 0;
  if (!take_char (rest, ';'))
    return OREE_PARSE_BAD_SYNTAX;
  if (rest->length == 0) /* a semicolon too many: many write one */
    return 0;
  *name = take_token (rest);
  if (name->length == 0 || !take_char (rest, '='))
    return OREE_PARSE_BAD_SYNTAX;
  *quoted = rest->length > 0 && rest->data[0] == '"';
  if (*quoted)
    return take_quoted (rest, value) ? 1 : OREE_PARSE_BAD_SYNTAX;
  *value = take_token (rest);
  return value->length > 0 ? 1 : OREE_PARSE_BAD_SYNTAX;
}

gssize
oree_mime_type_parse (OreeMimeType *self, OreeSpan value)
{
  OreeSpan rest = oree_span_trim_lws (value);
  OreeSpan params, name, text;
  gboolean quoted;
  int got;

  *self = (OreeMimeType){ OREE_SPAN_EMPTY, OREE_SPAN_EMPTY, OREE_SPAN_EMPTY };
  if (rest.length == 0)
    return OREE_PARSE_MISSING;
  self->type = take_token (&rest);
  if (self->type.length == 0 || rest.length == 0 || rest.data[0] != '/')
    return OREE_PARSE_BAD_SYNTAX;
  rest = oree_span_from (rest, 1);
  self->subtype = take_token (&rest);
  if (self->subtype.length == 0)
    return OREE_PARSE_BAD_SYNTAX;
  self->params = params = rest;
  while ((got = next_param (&params, &name, &text, &quoted)) > 0)
    ;
  return got < 0 ? got : (gssize) value.length;
}

gboolean
oree_mime_type_is (const OreeMimeType *self, const char *name)
{
  OreeSpan type, subtype;

  oree_span_cut (oree_span_str (name), '/', &type, &subtype);
  return oree_span_equal_nocase (self->type, type)
         && (subtype.length == 0 || oree_span_equal_nocase (self->subtype, subtype));
}

static char *
dup_unescaped (OreeSpan text)
{
  GString *out = g_string_sized_new (text.length);

  for (gsize i = 0; i < text.length; i++)
    {
      if (text.data[i] == '\\' && i + 1 < text.length)
        i++;
      if ((guchar) text.data[i] >= 0x20 && text.data[i] != 0x7f)
        g_string_append_c (out, text.data[i]);
    }
  return g_string_free (out, FALSE);
}

static gboolean
find_param (const OreeMimeType *self, const char *name, OreeSpan *value, gboolean *quoted)
{
  OreeSpan rest = self->params, key;

  while (next_param (&rest, &key, value, quoted) > 0)
    if (oree_span_equal_nocase_str (key, name))
      return TRUE;
  return FALSE;
}

char *
oree_mime_type_param (const OreeMimeType *self, const char *name)
{
  OreeSpan value;
  gboolean quoted;

  if (!find_param (self, name, &value, &quoted))
    return NULL;
  return quoted ? dup_unescaped (value) : oree_span_dup (value);
}

/* --- parts ------------------------------------------------------------------------------------- */

/* The next line off `rest`, without its end; FALSE at the end of the text. A lone LF ends a line too: many write so. */
static gboolean
next_line (OreeSpan *rest, OreeSpan *line)
{
  gssize at = oree_span_index (*rest, '\n');

  if (at < 0)
    return FALSE;
  *line = oree_span_sub (*rest, 0, at > 0 && rest->data[at - 1] == '\r' ? (gsize) at - 1 : (gsize) at);
  *rest = oree_span_from (*rest, (gsize) at + 1);
  return TRUE;
}

/* One header with its folds; FALSE when there is none, an empty line included. */
static gboolean
next_header (OreeSpan *rest, OreeSpan *name, OreeSpan *value)
{
  OreeSpan after = *rest, line;

  if (!next_line (&after, &line) || line.length == 0 || !oree_span_cut (line, ':', name, value))
    return FALSE;
  *rest = after;
  while (next_line (&after, &line) && line.length > 0 && (line.data[0] == ' ' || line.data[0] == '\t'))
    {
      value->length = (gsize) (line.data + line.length - value->data);
      *rest = after;
    }
  *name = oree_span_trim (*name);
  *value = oree_span_trim_lws (*value);
  return TRUE;
}

gssize
oree_mime_part_parse (OreeMimePart *self, OreeSpan text)
{
  OreeSpan rest = text, name, value, line;
  OreeSpan type = OREE_SPAN_EMPTY;
  gssize taken;

  memset (self, 0, sizeof *self);
  for (guint n = 0; next_header (&rest, &name, &value); n++)
    {
      if (n == OREE_MIME_HEADERS_MAX)
        return OREE_PARSE_TOO_MANY;
      if (oree_span_equal_nocase_str (name, "Content-Type"))
        type = value;
      else if (oree_span_equal_nocase_str (name, "Content-Language"))
        self->language = value;
      else if (oree_span_equal_nocase_str (name, "Content-Disposition"))
        self->disposition = value;
      else if (oree_span_equal_nocase_str (name, "Content-Transfer-Encoding"))
        self->encoding = value;
    }
  if (!next_line (&rest, &line) ? rest.length > 0 : line.length > 0)
    return OREE_PARSE_BAD_SYNTAX; /* neither a header nor the empty line */
  self->body = rest;
  if (type.length == 0)
    self->type = (OreeMimeType){ OREE_SPAN_LITERAL ("text"), OREE_SPAN_LITERAL ("plain"), OREE_SPAN_EMPTY };
  else if ((taken = oree_mime_type_parse (&self->type, type)) < 0)
    return taken;
  return (gssize) text.length;
}

gboolean
oree_mime_part_is_optional (const OreeMimePart *self)
{
  static const char *const others[] = { "session", "icon", "alert", "early-session" };
  OreeSpan rest = self->disposition, kind, name, value;
  gboolean quoted;

  skip_space (&rest);
  kind = take_token (&rest);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (oree_span_equal_nocase_str (kind, others[i]))
      return TRUE;
  while (next_param (&rest, &name, &value, &quoted) > 0)
    if (oree_span_equal_nocase_str (name, "handling"))
      return oree_span_equal_nocase_str (value, "optional");
  return FALSE;
}

typedef enum
{
  LINE_OF_PART,
  LINE_DELIMITS,
  LINE_CLOSES
} Line;

static Line
line_is (OreeSpan line, OreeSpan boundary)
{
  OreeSpan rest;

  if (!oree_span_starts_with (line, "--") || !oree_span_equal (oree_span_sub (line, 2, boundary.length), boundary))
    return LINE_OF_PART;
  rest = oree_span_from (line, 2 + boundary.length);
  if (oree_span_starts_with (rest, "--"))
    return oree_span_trim_lws (oree_span_from (rest, 2)).length == 0 ? LINE_CLOSES : LINE_OF_PART;
  return oree_span_trim_lws (rest).length == 0 ? LINE_DELIMITS : LINE_OF_PART;
}

/* The text before a delimiter: the line end in front of it belongs to the delimiter (RFC 2046 5.1.1). */
static OreeSpan
until (const char *start, const char *delimiter)
{
  gsize length = (gsize) (delimiter - start);

  if (length > 0 && start[length - 1] == '\n')
    length -= length > 1 && start[length - 2] == '\r' ? 2 : 1;
  return oree_span (start, length);
}

gssize
oree_mime_multipart_parse (const OreeMimeType *type, OreeSpan body, OreeMimePart *parts, guint max, guint *n)
{
  g_autofree char *name = oree_mime_type_param (type, "boundary");
  OreeSpan boundary = oree_span_str (name), rest = body;
  const char *start = NULL;

  *n = 0;
  if (boundary.length == 0)
    return OREE_PARSE_MISSING;
  if (boundary.length > BOUNDARY_MAX)
    return OREE_PARSE_TOO_LONG;
  while (rest.length > 0)
    {
      const char *begin = rest.data;
      OreeSpan line;
      Line what;
      gssize taken;

      if (!next_line (&rest, &line)) /* the last line needs no end */
        {
          line = rest;
          rest = oree_span_from (rest, rest.length);
        }
      what = line_is (line, boundary);
      if (what == LINE_OF_PART)
        continue;
      if (start != NULL)
        {
          if (*n == max)
            return OREE_PARSE_TOO_MANY;
          taken = oree_mime_part_parse (&parts[*n], until (start, begin));
          if (taken < 0)
            return taken;
          (*n)++;
        }
      if (what == LINE_CLOSES)
        return *n > 0 ? (gssize) body.length : OREE_PARSE_MISSING;
      start = rest.data;
    }
  return OREE_PARSE_MISSING;
}

/* --- contents ---------------------------------------------------------------------------------- */

static GString *
from_base64 (OreeSpan text)
{
  g_autofree char *copy = g_malloc (text.length + 1);
  gsize kept = 0, length;
  guchar *bytes;
  GString *out;

  for (gsize i = 0; i < text.length; i++)
    if (g_ascii_isalnum (text.data[i]) || strchr ("+/=", text.data[i] ? text.data[i] : ' ') != NULL)
      copy[kept++] = text.data[i];
    else if (!is_space (text.data[i]))
      return NULL;
  copy[kept] = '\0';
  if (kept % 4 != 0)
    return NULL;
  bytes = g_base64_decode (copy, &length);
  out = g_string_new_len ((const char *) bytes, (gssize) length);
  g_free (bytes);
  return out;
}

/* RFC 2045 6.7; a line's trailing white space goes, "=" at its end joins it with the next. */
static GString *
from_quoted_printable (OreeSpan text)
{
  g_autoptr (GString) out = g_string_sized_new (text.length);

  for (gsize i = 0; i < text.length; i++)
    {
      char c = text.data[i];

      if (c != '=')
        {
          g_string_append_c (out, c);
          continue;
        }
      if (i + 1 < text.length && text.data[i + 1] == '\n')
        i++;
      else if (i + 2 < text.length && text.data[i + 1] == '\r' && text.data[i + 2] == '\n')
        i += 2;
      else if (i + 2 < text.length && g_ascii_isxdigit (text.data[i + 1]) && g_ascii_isxdigit (text.data[i + 2]))
        {
          g_string_append_c (out, (char) (g_ascii_xdigit_value (text.data[i + 1]) * 16
                                          + g_ascii_xdigit_value (text.data[i + 2])));
          i += 2;
        }
      else
        return NULL;
    }
  return g_steal_pointer (&out);
}

GString *
oree_mime_decode (OreeSpan body, OreeSpan encoding)
{
  static const char *const plain[] = { "7bit", "8bit", "binary" };
  OreeSpan name = oree_span_trim_lws (encoding);

  if (oree_span_equal_nocase_str (name, "base64"))
    return from_base64 (body);
  if (oree_span_equal_nocase_str (name, "quoted-printable"))
    return from_quoted_printable (body);
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (name.length == 0 || oree_span_equal_nocase_str (name, plain[i]))
      return g_string_new_len (body.data, (gssize) body.length);
  return NULL;
}

char *
oree_mime_text (const OreeMimeType *type, OreeSpan body)
{
  g_autofree char *utf8 = NULL;
  OreeSpan charset;
  gboolean quoted;
  gsize length;

  if (!find_param (type, "charset", &charset, &quoted) || oree_span_equal_nocase_str (charset, "utf-8")
      || oree_span_equal_nocase_str (charset, "us-ascii"))
    return oree_span_is_utf8 (body) ? oree_span_dup (body) : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (charsets); i++)
    if (oree_span_equal_nocase_str (charset, charsets[i]))
      {
        utf8 = g_convert (body.data, (gssize) body.length, "UTF-8", charsets[i], NULL, &length, NULL);
        return utf8 != NULL && oree_span_is_utf8 (oree_span (utf8, length)) ? g_steal_pointer (&utf8) : NULL;
      }
  return NULL;
}
