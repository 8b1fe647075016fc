/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards in front of the XML parser. */
#include "codec/xml/oree-xml-scan.h"

#define HIGH_BITS G_GUINT64_CONSTANT (0x8080808080808080)
#define ONES G_GUINT64_CONSTANT (0x0101010101010101)

/* Eight bytes of printable ASCII at once: no high bit, none below 0x20. */
static inline gboolean
plain_eight (const guint8 *p)
{
  guint64 word;

  memcpy (&word, p, 8);
  return ((word | (word - ONES * 0x20)) & HIGH_BITS) == 0;
}

static int
begin_character (OreeXmlUtf8 *self, guint8 c)
{
  if (c >= 0xc2 && c <= 0xdf)
    *self = (OreeXmlUtf8){ 1, 1, c & 0x1f, 0x80 };
  else if (c >= 0xe0 && c <= 0xef)
    *self = (OreeXmlUtf8){ 2, 1, c & 0x0f, 0x800 };
  else if (c >= 0xf0 && c <= 0xf4)
    *self = (OreeXmlUtf8){ 3, 1, c & 0x07, 0x10000 };
  else
    return OREE_PARSE_BAD_ENCODING;
  return 0;
}

static int
continue_character (OreeXmlUtf8 *self, guint8 c)
{
  if ((c & 0xc0) != 0x80)
    return OREE_PARSE_BAD_ENCODING;
  self->value = self->value << 6 | (c & 0x3f);
  self->got++;
  if (--self->need > 0)
    return 0;
  self->got = 0;
  if (self->value < self->least || self->value > 0x10ffff || (self->value >= 0xd800 && self->value <= 0xdfff))
    return OREE_PARSE_BAD_ENCODING;
  return self->value == 0xfffe || self->value == 0xffff ? OREE_PARSE_BAD_SYNTAX : 0;
}

int
oree_xml_utf8_check (OreeXmlUtf8 *self, const guint8 *data, gsize length)
{
  gsize i = 0;
  int error = 0;

  while (i < length && error == 0)
    {
      guint8 c = data[i];

      if (self->need == 0 && length - i >= 8 && plain_eight (data + i))
        {
          i += 8;
          continue;
        }
      if (self->need > 0)
        error = continue_character (self, c);
      else if (c >= 0x80)
        error = begin_character (self, c);
      else if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
        error = OREE_PARSE_BAD_SYNTAX;
      i++;
    }
  return error;
}

static const guint8 *
find (const guint8 *p, const guint8 *end, char c)
{
  const guint8 *hit = memchr (p, c, (gsize) (end - p));

  return hit != NULL ? hit : end;
}

/* The byte after '<'. */
static int
on_open (OreeXmlScan *self, guint8 c)
{
  self->attributes = 0;
  self->slash = FALSE;
  self->matched = 0;
  switch (c)
    {
    case '?':
      return OREE_PARSE_RESTRICTED;
    case '!':
      self->state = OREE_XML_SCAN_BANG;
      break;
    case '/':
      self->state = OREE_XML_SCAN_END_TAG;
      break;
    default:
      self->state = OREE_XML_SCAN_TAG;
      break;
    }
  return 0;
}

/* A byte of a start tag outside quotes; TRUE in *closed when it ends the tag. */
static int
on_tag (OreeXmlScan *self, guint8 c, gboolean *closed)
{
  if (c == '>')
    {
      self->state = OREE_XML_SCAN_TEXT;
      self->depth += self->slash ? 0 : 1;
      *closed = TRUE;
    }
  else if (c == '\'' || c == '"')
    {
      self->quote = (char) c;
      self->state = OREE_XML_SCAN_QUOTED;
      if (++self->attributes > self->max_attributes)
        return OREE_PARSE_TOO_MANY;
    }
  self->slash = c == '/';
  return 0;
}

static int
on_bang (OreeXmlScan *self, guint8 c)
{
  static const char open[] = "[CDATA[";

  if (c != (guint8) open[self->matched])
    return OREE_PARSE_RESTRICTED;
  if (open[++self->matched] == '\0')
    {
      self->state = OREE_XML_SCAN_CDATA;
      self->matched = 0;
    }
  return 0;
}

static void
on_cdata (OreeXmlScan *self, guint8 c)
{
  if (c == ']')
    self->matched = MIN (self->matched + 1, 2);
  else if (c == '>' && self->matched == 2)
    self->state = OREE_XML_SCAN_TEXT;
  else
    self->matched = 0;
}

gssize
oree_xml_scan (OreeXmlScan *self, const guint8 *data, gsize length, gint level, gboolean *boundary)
{
  const guint8 *p = data, *end = data + length;
  int error = 0;

  *boundary = FALSE;
  while (p < end && !*boundary && error == 0)
    {
      gboolean closed = FALSE;

      switch (self->state)
        {
        case OREE_XML_SCAN_TEXT:
          if ((p = find (p, end, '<')) == end)
            continue;
          self->state = OREE_XML_SCAN_LT;
          break;
        case OREE_XML_SCAN_LT:
          error = on_open (self, *p);
          break;
        case OREE_XML_SCAN_TAG:
          while (p + 1 < end && *p != '>' && *p != '\'' && *p != '"')
            self->slash = *p++ == '/';
          error = on_tag (self, *p, &closed);
          break;
        case OREE_XML_SCAN_QUOTED:
          if ((p = find (p, end, self->quote)) == end)
            continue;
          self->state = OREE_XML_SCAN_TAG;
          break;
        case OREE_XML_SCAN_END_TAG:
          if ((p = find (p, end, '>')) == end)
            continue;
          self->state = OREE_XML_SCAN_TEXT;
          self->depth--;
          closed = TRUE;
          break;
        case OREE_XML_SCAN_BANG:
          error = on_bang (self, *p);
          break;
        case OREE_XML_SCAN_CDATA:
          on_cdata (self, *p);
          break;
        }
      p++;
      *boundary = closed && self->depth <= level;
    }
  return error != 0 ? error : p - data;
}
