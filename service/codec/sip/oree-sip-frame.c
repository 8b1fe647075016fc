/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cuts a byte stream into SIP messages. Every line is looked at once, when it is complete. */
#include "codec/sip/oree-sip-frame.h"
#include "base/oree-limits.h"
#include "codec/sip/oree-sip-hdr.h"

/* The item at hand is new: forget the last one's lines. */
static void
begin_item (OreeSipFrame *self)
{
  self->scanned = 0;
  self->line = 0;
  self->lines = 0;
  self->length = -1;
  self->length_line = FALSE;
  self->error = 0;
}

void
oree_sip_frame_init (OreeSipFrame *self)
{
  *self = (OreeSipFrame){ .kind = OREE_SIP_FRAME_MESSAGE };
  begin_item (self);
}

gboolean
oree_sip_frame_in_progress (const OreeSipFrame *self)
{
  return self->scanned > 0;
}

/* Remembers the first error met in the head, so that the head can be found and the message answered. */
static void
note_error (OreeSipFrame *self, OreeParseError error)
{
  if (self->error == 0)
    self->error = error;
}

/* A complete header line, without its CR LF: is it Content-Length? */
static void
look_at_header (OreeSipFrame *self, OreeSpan line)
{
  OreeSpan name;
  OreeSpan value;
  guint64 number;

  if (line.data[0] == ' ' || line.data[0] == '\t')
    {
      /* A length folded over lines is read differently by different readers (sip-edge sheet 21). */
      if (self->length_line)
        note_error (self, OREE_PARSE_BAD_LENGTH);
      return;
    }
  self->length_line = FALSE;
  if ((line.data[0] | 0x20) != 'c' && (line.data[0] | 0x20) != 'l')
    return;
  if (!oree_span_cut (line, ':', &name, &value)
      || oree_sip_hdr_id (oree_span_trim (name)) != OREE_SIP_HDR_CONTENT_LENGTH)
    return;
  self->length_line = TRUE;
  if (self->length >= 0)
    note_error (self, OREE_PARSE_DUPLICATE);
  else if (!oree_span_to_uint (oree_span_trim (value), G_MAXUINT32, &number))
    note_error (self, OREE_PARSE_BAD_LENGTH);
  else
    self->length = (gint64) number;
  if (self->length < 0)
    self->length = 0; /* counts as seen */
}

/* The head is complete: what follows it? */
static int
end_head (OreeSipFrame *self, gsize head)
{
  self->kind = OREE_SIP_FRAME_MESSAGE;
  self->head = head;
  self->body = 0;
  if (self->error != 0)
    return self->error;
  if (self->length < 0)
    return OREE_PARSE_MISSING;
  if (self->length > OREE_SIP_BODY_MAX)
    return OREE_PARSE_TOO_LONG;
  self->body = (gsize) self->length;
  return 0;
}

/* Reads lines until the head ends. 1: it did; 0: more is needed; < 0: error. */
static int
scan_head (OreeSipFrame *self, const char *data, gsize length)
{
  while (self->scanned < length)
    {
      const char *lf = memchr (data + self->scanned, '\n', length - self->scanned);
      gsize end = lf != NULL ? (gsize) (lf - data) : length;

      if (end - self->line > OREE_SIP_LINE_MAX || end > OREE_SIP_HEAD_MAX)
        return OREE_PARSE_TOO_LONG;
      if (lf == NULL)
        {
          self->scanned = length;
          return 0;
        }
      if (end == self->line || data[end - 1] != '\r')
        return OREE_PARSE_BAD_SYNTAX;
      self->scanned = end + 1;
      if (end - 1 == self->line)
        {
          int result = end_head (self, end + 1);

          return result < 0 ? result : 1;
        }
      if (self->lines > OREE_SIP_HEADERS_MAX)
        return OREE_PARSE_TOO_MANY;
      if (self->lines > 0)
        look_at_header (self, oree_span (data + self->line, end - 1 - self->line));
      self->lines++;
      self->line = end + 1;
    }
  return 0;
}

gssize
oree_sip_frame_next (OreeSipFrame *self, const void *data, gsize length)
{
  const char *text = data;
  gsize total;

  if (length == 0)
    return OREE_PARSE_PARTIAL;
  if (self->scanned == 0)
    {
      self->head = 0;
      self->body = 0;
      if (text[0] == '\r')
        {
          if (length == 1)
            return OREE_PARSE_PARTIAL;
          if (text[1] != '\n')
            return OREE_PARSE_BAD_SYNTAX;
          self->kind = self->after_crlf ? OREE_SIP_FRAME_PING : OREE_SIP_FRAME_CRLF;
          self->after_crlf = !self->after_crlf;
          return 2;
        }
      self->after_crlf = FALSE;
      /* A start line begins with a token; TLS records, HTTP/2 and noise end here, before they are collected. */
      if (!oree_sip_hdr_is_token (oree_span (text, 1)))
        return OREE_PARSE_BAD_SYNTAX;
    }
  if (self->head == 0)
    {
      int result = scan_head (self, text, length);

      if (result <= 0)
        return result;
    }
  total = self->head + self->body;
  if (length < total)
    return OREE_PARSE_PARTIAL;
  begin_item (self);
  return (gssize) total;
}
