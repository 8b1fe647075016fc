/* SPDX-License-Identifier: GPL-3.0-or-later */
/* name-addr and addr-spec. */
#include "codec/sip/oree-sip-addr.h"

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* display-name of tokens: `text` up to the '<', white space between them. */
static gboolean
tokens_only (OreeSpan text)
{
  for (gsize i = 0; i < text.length; i++)
    if (!is_blank (text.data[i]) && oree_sip_hdr_token_length (oree_span_sub (text, i, 1)) == 0)
      return FALSE;
  return TRUE;
}

static gboolean
has_blank (OreeSpan text)
{
  for (gsize i = 0; i < text.length; i++)
    if (is_blank (text.data[i]))
      return TRUE;
  return FALSE;
}

/* Everything before '<': a quoted string, tokens, or nothing. */
static int
take_display (OreeSipAddr *self, OreeSpan before)
{
  before = oree_span_trim_lws (before);
  if (before.length > 0 && before.data[0] == '"')
    {
      if (oree_sip_hdr_quoted_length (before) != before.length)
        return OREE_PARSE_BAD_SYNTAX;
      self->display = oree_span_sub (before, 1, before.length - 2);
      self->display_quoted = TRUE;
      return 0;
    }
  if (!tokens_only (before))
    return OREE_PARSE_BAD_SYNTAX;
  self->display = before;
  return 0;
}

/* Where the '<' is that opens the URI: not one inside the quoted display name. -1: none; -2: a quote is not closed. */
static gssize
find_open (OreeSpan value)
{
  gsize i = 0;

  if (value.length > 0 && value.data[0] == '"')
    {
      i = oree_sip_hdr_quoted_length (value);
      if (i == 0)
        return -2;
    }
  for (; i < value.length; i++)
    {
      if (value.data[i] == '<')
        return (gssize) i;
      if (value.data[i] == '"' || value.data[i] == ';')
        return -1;
    }
  return -1;
}

/* "display" <uri> params. The '<' is at `open`. */
static int
take_name_addr (OreeSipAddr *self, OreeSpan value, gsize open)
{
  gssize close = oree_span_index (oree_span_from (value, open), '>');
  int result = take_display (self, oree_span_sub (value, 0, open));

  if (result < 0)
    return result;
  if (close < 0)
    return OREE_PARSE_BAD_SYNTAX;
  self->bracketed = TRUE;
  self->uri = oree_span_sub (value, open + 1, (gsize) close - 1);
  self->params = oree_span_from (value, open + (gsize) close + 1);
  return 0;
}

/* uri params: the first ';' ends the URI, and it may hold neither ',' nor '?' (RFC 3261 20). */
static int
take_addr_spec (OreeSipAddr *self, OreeSpan value)
{
  gssize semicolon = oree_span_index (value, ';');
  gsize end = semicolon >= 0 ? (gsize) semicolon : value.length;

  self->uri = oree_span_trim_lws (oree_span_sub (value, 0, end));
  self->params = oree_span_from (value, end);
  if (oree_span_index (self->uri, ',') >= 0 || oree_span_index (self->uri, '?') >= 0
      || oree_span_index (self->uri, '"') >= 0)
    return OREE_PARSE_BAD_SYNTAX;
  return 0;
}

static int
take_params (OreeSipAddr *self)
{
  OreeSpan rest = self->params;
  OreeSipParam param;
  int result;

  while ((result = oree_sip_hdr_next_param (&rest, &param)) > 0)
    if (oree_span_equal_nocase_str (param.name, "tag"))
      {
        if (self->tag.length > 0)
          return OREE_PARSE_DUPLICATE;
        if (!oree_sip_hdr_is_token (param.value))
          return OREE_PARSE_BAD_SYNTAX;
        self->tag = param.value;
      }
  return result;
}

gssize
oree_sip_addr_parse (OreeSipAddr *self, OreeSpan value)
{
  gssize open;
  int result;

  *self = (OreeSipAddr){ .value = value };
  value = oree_span_trim_lws (value);
  if (oree_span_equal_str (value, "*"))
    {
      self->star = TRUE;
      return (gssize) self->value.length;
    }
  open = find_open (value);
  if (open < -1)
    return OREE_PARSE_BAD_SYNTAX;
  result = open >= 0 ? take_name_addr (self, value, (gsize) open) : take_addr_spec (self, value);
  if (result < 0)
    return result;
  if (self->uri.length == 0 || has_blank (self->uri) || oree_span_index (self->uri, '<') >= 0)
    return OREE_PARSE_BAD_SYNTAX;
  if (self->uri.length > OREE_SIP_URI_MAX)
    return OREE_PARSE_TOO_LONG;
  result = take_params (self);
  return result < 0 ? result : (gssize) self->value.length;
}

gssize
oree_sip_addr_from_msg (OreeSipAddr *self, const OreeSipMsg *msg, OreeSipHdrId id)
{
  const OreeSipHeader *header = oree_sip_msg_header (msg, id);
  OreeSpan rest;
  OreeSpan value;

  if (header == NULL)
    {
      *self = (OreeSipAddr){ .star = FALSE };
      return OREE_PARSE_MISSING;
    }
  value = header->value;
  rest = header->value;
  if (oree_sip_hdr_flags (id) & OREE_SIP_HDR_FLAG_LIST)
    oree_sip_hdr_next_value (&rest, &value);
  return oree_sip_addr_parse (self, value);
}

gboolean
oree_sip_addr_param (const OreeSipAddr *self, const char *name, OreeSipParam *out)
{
  return oree_sip_hdr_find_param (self->params, name, out);
}

char *
oree_sip_addr_dup_display (const OreeSipAddr *self)
{
  if (self->display.length == 0)
    return NULL;
  if (self->display_quoted)
    return oree_sip_hdr_dup_unquoted (self->display);
  else
    {
      g_autoptr (GString) text = g_string_new (NULL);

      oree_sip_hdr_append_unfolded (text, self->display);
      return g_string_free (g_steal_pointer (&text), FALSE);
    }
}

void
oree_sip_addr_append (GString *out, const char *display, OreeSpan uri, const char *tag)
{
  if (display != NULL && *display != '\0')
    {
      oree_sip_hdr_append_quoted (out, oree_span_str (display));
      g_string_append_c (out, ' ');
    }
  g_string_append_c (out, '<');
  oree_span_append_to (uri, out);
  g_string_append_c (out, '>');
  if (tag != NULL && *tag != '\0')
    {
      oree_str_append_to (";tag=", out);
      oree_str_append_to (tag, out);
    }
}
