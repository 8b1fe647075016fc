/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec/sdp/oree-sdp.h"

#include <string.h>

#define MESSAGE_PORT 5060 /* means nothing: the messages go where the dialog goes */

/* The next line without its end; FALSE at the end of the body. */
static gboolean
next_line (OreeSpan *rest, OreeSpan *line)
{
  if (oree_span_is_empty (*rest))
    return FALSE;
  oree_span_cut (*rest, '\n', line, rest);
  if (line->length > 0 && line->data[line->length - 1] == '\r')
    line->length--;
  return TRUE;
}

/* The next word of a line; FALSE when there is none. */
static gboolean
next_word (OreeSpan *rest, OreeSpan *word)
{
  while (rest->length > 0 && *rest->data == ' ')
    *rest = oree_span (rest->data + 1, rest->length - 1);
  if (rest->length == 0)
    return FALSE;
  oree_span_cut (*rest, ' ', word, rest);
  return TRUE;
}

static OreeSdpMediaKind
kind_of (OreeSpan media, OreeSpan proto)
{
  if (!oree_span_equal_nocase_str (media, "message") && !oree_span_equal_nocase_str (media, "x-ms-message"))
    return OREE_SDP_OTHER;
  if (oree_span_equal_nocase_str (proto, "sip"))
    return OREE_SDP_MESSAGE_SIP;
  if (oree_span_equal_nocase_str (proto, "TCP/MSRP") || oree_span_equal_nocase_str (proto, "TCP/TLS/MSRP"))
    return OREE_SDP_MESSAGE_MSRP;
  return OREE_SDP_OTHER;
}

/* RFC 8866 5.14: "media port[/n] proto formats". */
static gboolean
read_media (OreeSdpMedia *self, OreeSpan value)
{
  OreeSpan port, number, count;
  guint64 n;

  if (!next_word (&value, &self->media) || !next_word (&value, &port) || !next_word (&value, &self->proto))
    return FALSE;
  oree_span_cut (port, '/', &number, &count);
  if (!oree_span_to_uint (number, 65535, &n))
    return FALSE;
  self->port = (guint) n;
  self->formats = value;
  self->kind = kind_of (self->media, self->proto);
  return TRUE;
}

gssize
oree_sdp_parse (OreeSdp *self, OreeSpan body)
{
  OreeSpan rest = body, line;

  *self = (OreeSdp){ 0 };
  if (memchr (body.data, '\0', body.length) != NULL)
    return OREE_PARSE_BAD_ENCODING;
  if (!next_line (&rest, &line) || !oree_span_equal_str (line, "v=0"))
    return OREE_PARSE_BAD_VERSION;
  while (next_line (&rest, &line))
    {
      OreeSpan value;

      if (line.length == 0)
        continue; /* some clients end with an empty line */
      if (line.length < 2 || line.data[1] != '=')
        return OREE_PARSE_BAD_SYNTAX;
      value = oree_span (line.data + 2, line.length - 2);
      if (line.data[0] == 'm')
        {
          if (self->n_media >= OREE_SDP_MEDIA_MAX)
            return OREE_PARSE_TOO_MANY;
          if (!read_media (&self->media[self->n_media], value))
            return OREE_PARSE_BAD_VALUE;
          self->n_media++;
        }
      else if (line.data[0] == 'a' && self->n_media > 0 && oree_span_starts_with (value, "accept-types:"))
        {
          const gsize skip = strlen ("accept-types:");

          self->media[self->n_media - 1].accept_types = oree_span (value.data + skip, value.length - skip);
        }
    }
  return (gssize) body.length;
}

/* RFC 4975 8.6: types, "type/ *", or "*" for everything; nothing said is taken for text. */
static gboolean
takes (const OreeSdpMedia *media, const char *type)
{
  OreeSpan rest = media->accept_types, word;
  const gsize main_type = strcspn (type, "/") + 1;

  if (oree_span_is_empty (rest))
    return TRUE;
  while (next_word (&rest, &word))
    if (oree_span_equal_str (word, "*") || oree_span_equal_nocase_str (word, type)
        || (word.length == main_type + 1 && word.data[main_type] == '*'
            && oree_span_equal_nocase (oree_span (word.data, main_type), oree_span (type, main_type))))
      return TRUE;
  return FALSE;
}

const OreeSdpMedia *
oree_sdp_find_message (const OreeSdp *self, const char *type)
{
  for (guint i = 0; i < self->n_media; i++)
    if (self->media[i].kind == OREE_SDP_MESSAGE_SIP && self->media[i].port != 0 && takes (&self->media[i], type))
      return &self->media[i];
  return NULL;
}

static void
append_medium (GString *out, OreeSpan media, guint port, OreeSpan proto, OreeSpan formats)
{
  g_string_append (out, "m=");
  oree_span_append_to (media, out);
  g_string_append_printf (out, " %u ", port);
  oree_span_append_to (proto, out);
  if (!oree_span_is_empty (formats))
    {
      g_string_append_c (out, ' ');
      oree_span_append_to (formats, out);
    }
  g_string_append (out, "\r\n");
}

static void
append_message (GString *out, OreeSpan media, const char *uri, const char *accept_types)
{
  append_medium (out, media, MESSAGE_PORT, OREE_SPAN_LITERAL ("sip"), oree_span_str (uri));
  g_string_append_printf (out, "a=accept-types:%s\r\n", accept_types);
}

GString *
oree_sdp_write_message (const OreeSdp *offer, const char *host, const char *uri, const char *accept_types)
{
  const char *family = strchr (host, ':') != NULL ? "IP6" : "IP4";
  GString *out = g_string_sized_new (256);
  gboolean taken = FALSE;

  g_string_append_printf (out, "v=0\r\no=- 0 0 IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n", family, host, family, host);
  if (offer == NULL)
    append_message (out, OREE_SPAN_LITERAL ("message"), uri, accept_types);
  /* RFC 3264 6: as many media as offered, in that order. */
  for (guint i = 0; offer != NULL && i < offer->n_media; i++)
    {
      const OreeSdpMedia *medium = &offer->media[i];

      if (!taken && medium->kind == OREE_SDP_MESSAGE_SIP && medium->port != 0)
        {
          append_message (out, medium->media, uri, accept_types);
          taken = TRUE;
        }
      else
        append_medium (out, medium->media, 0, medium->proto, medium->formats);
    }
  return out;
}
