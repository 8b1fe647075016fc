/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indexes a SIP message. One pass over the head; the first error in what it says is remembered and the pass goes on, so
 * that a refusal can be written; an error in how lines end stops at once, because nothing after it can be trusted. */
#include "codec/sip/oree-sip-msg.h"
#include "codec/sip/oree-sip-misc.h"

static const char *const method_names[] = {
  [OREE_SIP_METHOD_OTHER] = "",
  [OREE_SIP_METHOD_INVITE] = "INVITE",
  [OREE_SIP_METHOD_ACK] = "ACK",
  [OREE_SIP_METHOD_BYE] = "BYE",
  [OREE_SIP_METHOD_CANCEL] = "CANCEL",
  [OREE_SIP_METHOD_OPTIONS] = "OPTIONS",
  [OREE_SIP_METHOD_REGISTER] = "REGISTER",
  [OREE_SIP_METHOD_MESSAGE] = "MESSAGE",
  [OREE_SIP_METHOD_SUBSCRIBE] = "SUBSCRIBE",
  [OREE_SIP_METHOD_NOTIFY] = "NOTIFY",
  [OREE_SIP_METHOD_PUBLISH] = "PUBLISH",
  [OREE_SIP_METHOD_INFO] = "INFO",
  [OREE_SIP_METHOD_UPDATE] = "UPDATE",
  [OREE_SIP_METHOD_PRACK] = "PRACK",
  [OREE_SIP_METHOD_REFER] = "REFER",
  [OREE_SIP_METHOD_BENOTIFY] = "BENOTIFY",
};
G_STATIC_ASSERT (G_N_ELEMENTS (method_names) == OREE_SIP_N_METHODS);

/* RFC 3261 8.1.1: every request, and so every response, has these. Max-Forwards may be missing (16.3). */
static const OreeSipHdrId mandatory[] = {
  OREE_SIP_HDR_VIA, OREE_SIP_HDR_FROM, OREE_SIP_HDR_TO, OREE_SIP_HDR_CALL_ID, OREE_SIP_HDR_CSEQ,
};

typedef struct
{
  const char *data;
  gsize length;
  gsize at;
  int error; /* the first, 0: none */
  gboolean length_folded;
  guint8 last[OREE_SIP_N_HDRS];
} Parse;

static void
note_error (Parse *p, OreeParseError error)
{
  if (p->error == 0)
    p->error = error;
}

OreeSipMethod
oree_sip_method_from_span (OreeSpan text)
{
  for (guint i = 1; i < OREE_SIP_N_METHODS; i++)
    if (text.length > 0 && text.data[0] == method_names[i][0] && oree_span_equal_str (text, method_names[i]))
      return i;
  return OREE_SIP_METHOD_OTHER;
}

const char *
oree_sip_method_name (OreeSipMethod method)
{
  g_return_val_if_fail (method < OREE_SIP_N_METHODS, "");
  return method_names[method];
}

gboolean
oree_sip_method_is_answered (OreeSipMethod method)
{
  return method != OREE_SIP_METHOD_ACK && method != OREE_SIP_METHOD_BENOTIFY;
}

/* Index of the first byte at or after `i` that is below SP or is DEL; eight bytes a step. */
static gsize
skip_text (const char *data, gsize i, gsize length)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
  const guint64 high = G_GUINT64_CONSTANT (0x8080808080808080);

  for (; i + 8 <= length; i += 8)
    {
      guint64 x;
      guint64 del;

      memcpy (&x, data + i, 8);
      del = x ^ (ones * 0x7f);
      /* A set high bit: some byte < 0x20, or == 0x7f. May err upwards only after a true hit: looked at bytewise. */
      if ((((x - ones * 0x20) & ~x) | ((del - ones) & ~del)) & high)
        break;
    }
  while (i < length && (guint8) data[i] >= ' ' && data[i] != 0x7f)
    i++;
  return i;
}

/* Controls may only stand as quoted pairs inside quoted strings (RFC 3261 25.1; RFC 4475 3.1.1.2). */
static gboolean
controls_are_quoted (OreeSpan value)
{
  gboolean quoted = FALSE;

  for (gsize i = 0; i < value.length; i++)
    {
      char c = value.data[i];

      if (quoted && c == '\\')
        {
          i++;
          if (i < value.length && (value.data[i] == '\r' || value.data[i] == '\n'))
            return FALSE;
        }
      else if (c == '"')
        quoted = !quoted;
      else if (((guint8) c < ' ' && c != '\t' && c != '\r' && c != '\n') || c == 0x7f)
        return FALSE;
    }
  return TRUE;
}

/* Takes one logical line from p->at on, folds included; p->at moves behind its CR LF.
 * 1: `line` without the last CR LF; 0: more is needed; < 0: its end cannot be trusted. */
static int
take_line (Parse *p, gboolean may_fold, OreeSpan *line, gboolean *controls, gboolean *folded)
{
  gsize i = p->at;

  *controls = FALSE;
  *folded = FALSE;
  for (;;)
    {
      i = skip_text (p->data, i, p->length);
      if (i - p->at > OREE_SIP_LINE_MAX || i > OREE_SIP_HEAD_MAX)
        return OREE_PARSE_TOO_LONG;
      if (i >= p->length)
        return OREE_PARSE_PARTIAL;
      if (p->data[i] == '\r')
        {
          if (i + 1 >= p->length)
            return OREE_PARSE_PARTIAL;
          if (p->data[i + 1] != '\n')
            return OREE_PARSE_BAD_SYNTAX;
          if (i + 2 >= p->length)
            return OREE_PARSE_PARTIAL; /* a line is over when the next has begun: it may be a fold */
          if (!may_fold || (p->data[i + 2] != ' ' && p->data[i + 2] != '\t'))
            break;
          *folded = TRUE;
          i += 3;
        }
      else if (p->data[i] == '\n')
        return OREE_PARSE_BAD_SYNTAX;
      else
        {
          if (p->data[i] != '\t')
            *controls = TRUE;
          i++;
        }
    }
  *line = oree_span (p->data + p->at, i - p->at);
  p->at = i + 2;
  return 1;
}

/* "SIP/2.0", any case: 0; "SIP/x.y": BAD_VERSION; else BAD_SYNTAX. */
static int
check_version (OreeSpan text)
{
  OreeSpan major;
  OreeSpan minor;
  guint64 number;

  if (oree_span_equal_nocase_str (text, "SIP/2.0"))
    return 0;
  if (text.length < 4 || !oree_span_equal_nocase_str (oree_span_sub (text, 0, 4), "SIP/")
      || !oree_span_cut (oree_span_from (text, 4), '.', &major, &minor)
      || !oree_span_to_uint (major, G_MAXUINT32, &number) || !oree_span_to_uint (minor, G_MAXUINT32, &number))
    return OREE_PARSE_BAD_SYNTAX;
  return OREE_PARSE_BAD_VERSION;
}

static void
parse_status_line (OreeSipMsg *self, Parse *p, OreeSpan line)
{
  OreeSpan version;
  OreeSpan rest;
  OreeSpan code;
  guint64 status = 0;
  int result;

  self->is_request = FALSE;
  oree_span_cut (line, ' ', &version, &rest);
  oree_span_cut (rest, ' ', &code, &self->reason);
  result = check_version (version);
  if (result < 0)
    note_error (p, result);
  if (code.length != 3 || !oree_span_to_uint (code, 699, &status) || status < 100)
    note_error (p, OREE_PARSE_BAD_VALUE);
  else
    self->status = (guint) status;
}

static void
parse_request_line (OreeSipMsg *self, Parse *p, OreeSpan line)
{
  OreeSpan rest;
  OreeSpan version;
  int result;

  self->is_request = TRUE;
  oree_span_cut (line, ' ', &self->method_name, &rest);
  oree_span_cut (rest, ' ', &self->ruri, &version);
  if (!oree_sip_hdr_is_token (self->method_name))
    {
      self->method_name = OREE_SPAN_EMPTY;
      note_error (p, OREE_PARSE_BAD_SYNTAX);
    }
  self->method = oree_sip_method_from_span (self->method_name);
  /* Single spaces, none inside the Request-URI, nothing at the end (RFC 3261 7.1). */
  if (self->ruri.length == 0 || oree_span_index (self->ruri, '\t') >= 0)
    note_error (p, OREE_PARSE_BAD_SYNTAX);
  result = check_version (version);
  if (result < 0)
    note_error (p, result);
}

static void
parse_header (OreeSipMsg *self, Parse *p, OreeSpan line, gboolean controls, gboolean folded)
{
  gsize n = oree_sip_hdr_token_length (line);
  gsize colon = n;
  OreeSipHeader *header = &self->headers[self->n_headers];
  OreeSipHdrId id;

  while (colon < line.length && (line.data[colon] == ' ' || line.data[colon] == '\t'))
    colon++;
  if (n == 0 || colon >= line.length || line.data[colon] != ':')
    {
      note_error (p, OREE_PARSE_BAD_SYNTAX);
      return;
    }
  header->name = oree_span_sub (line, 0, n);
  header->value = oree_span_trim_lws (oree_span_from (line, colon + 1));
  if (controls && !controls_are_quoted (header->value))
    {
      note_error (p, OREE_PARSE_BAD_SYNTAX);
      return;
    }
  id = oree_sip_hdr_id (header->name);
  header->id = (guint8) id;
  header->next = 0;
  self->n_headers++;
  if (id == OREE_SIP_HDR_CONTENT_LENGTH && folded)
    p->length_folded = TRUE;
  if (p->last[id] == 0)
    {
      self->first[id] = (guint8) self->n_headers;
    }
  else
    {
      self->headers[p->last[id] - 1].next = (guint8) self->n_headers;
      if (oree_sip_hdr_flags (id) & OREE_SIP_HDR_FLAG_SINGLE)
        note_error (p, OREE_PARSE_DUPLICATE);
    }
  p->last[id] = (guint8) self->n_headers;
}

/* Start line and headers up to the empty line. 1, 0 or an error in the lines themselves. */
static int
parse_head (OreeSipMsg *self, Parse *p)
{
  OreeSpan line;
  gboolean controls;
  gboolean folded;
  int result = take_line (p, FALSE, &line, &controls, &folded);

  if (result <= 0)
    return result;
  if (controls)
    note_error (p, OREE_PARSE_BAD_SYNTAX);
  if (line.length >= 4 && oree_span_equal_nocase_str (oree_span_sub (line, 0, 4), "SIP/"))
    parse_status_line (self, p, line);
  else
    parse_request_line (self, p, line);
  if (p->data[p->at] == ' ' || p->data[p->at] == '\t')
    note_error (p, OREE_PARSE_BAD_SYNTAX); /* a folded start line */

  for (;;)
    {
      if (p->at + 1 < p->length && p->data[p->at] == '\r' && p->data[p->at + 1] == '\n')
        {
          p->at += 2;
          return p->at > OREE_SIP_HEAD_MAX ? OREE_PARSE_TOO_LONG : 1;
        }
      result = take_line (p, TRUE, &line, &controls, &folded);
      if (result <= 0)
        return result;
      if (self->n_headers == OREE_SIP_HEADERS_MAX)
        return OREE_PARSE_TOO_MANY;
      parse_header (self, p, line, controls, folded);
    }
}

/* callid = word [ "@" word ]: visible ASCII, never empty. */
static gboolean
call_id_is_fine (OreeSpan call_id)
{
  for (gsize i = 0; i < call_id.length; i++)
    if ((guint8) call_id.data[i] <= ' ' || (guint8) call_id.data[i] >= 0x7f)
      return FALSE;
  return call_id.length > 0;
}

static void
check_head (OreeSipMsg *self, Parse *p)
{
  OreeSpan method;
  gssize result;

  for (guint i = 0; i < G_N_ELEMENTS (mandatory); i++)
    if (self->first[mandatory[i]] == 0)
      note_error (p, OREE_PARSE_MISSING);
  if (self->first[OREE_SIP_HDR_CALL_ID] != 0 && !call_id_is_fine (oree_sip_msg_value (self, OREE_SIP_HDR_CALL_ID)))
    note_error (p, OREE_PARSE_BAD_SYNTAX);
  if (self->first[OREE_SIP_HDR_CSEQ] == 0)
    return;
  result = oree_sip_cseq_parse (oree_sip_msg_value (self, OREE_SIP_HDR_CSEQ), &self->cseq, &method);
  if (result < 0)
    {
      note_error (p, (OreeParseError) result);
    }
  else if (!self->is_request)
    {
      self->method = oree_sip_method_from_span (method);
      self->method_name = method;
    }
  else if (!oree_span_equal (method, self->method_name))
    {
      note_error (p, OREE_PARSE_BAD_VALUE);
    }
}

/* How long the body is. FALSE: more bytes are needed. */
static gboolean
cut_body (OreeSipMsg *self, Parse *p, OreeSipMsgFraming framing)
{
  gsize rest = p->length - p->at;
  guint64 declared = 0;

  if (self->first[OREE_SIP_HDR_CONTENT_LENGTH] == 0)
    {
      if (framing == OREE_SIP_MSG_STREAM)
        note_error (p, OREE_PARSE_MISSING);
      else
        declared = rest;
    }
  else if (p->length_folded
           || !oree_span_to_uint (oree_sip_msg_value (self, OREE_SIP_HDR_CONTENT_LENGTH), G_MAXUINT32, &declared))
    {
      note_error (p, OREE_PARSE_BAD_LENGTH);
      declared = 0;
    }
  if (declared > OREE_SIP_BODY_MAX)
    {
      note_error (p, OREE_PARSE_TOO_LONG);
      declared = 0;
    }
  if (declared > rest)
    {
      if (framing == OREE_SIP_MSG_STREAM && p->error == 0)
        return FALSE;
      note_error (p, OREE_PARSE_BAD_LENGTH);
      declared = 0;
    }
  self->body = oree_span (p->data + p->at, (gsize) declared);
  return TRUE;
}

gssize
oree_sip_msg_parse (OreeSipMsg *self, const void *data, gsize length, OreeSipMsgFraming framing)
{
  Parse p = { .data = data, .length = length };
  int result;

  /* All but the header table, which is filled as far as it is used. */
  memset (self, 0, G_STRUCT_OFFSET (OreeSipMsg, headers));
  result = parse_head (self, &p);
  if (result <= 0)
    return result;
  self->head = oree_span (data, p.at);
  check_head (self, &p);
  if (!cut_body (self, &p, framing))
    return OREE_PARSE_PARTIAL;
  if (p.error != 0)
    return p.error;
  return (gssize) (framing == OREE_SIP_MSG_DATAGRAM ? length : p.at + self->body.length);
}

static void
move (OreeSpan *span, const char *from, const char *to)
{
  if (span->data != NULL)
    span->data = to + (span->data - from);
}

void
oree_sip_msg_move (OreeSipMsg *self, const OreeSipMsg *other, const char *from, const char *to)
{
  memcpy (self, other, oree_sip_msg_size (other));
  move (&self->head, from, to);
  move (&self->body, from, to);
  move (&self->method_name, from, to);
  move (&self->ruri, from, to);
  move (&self->reason, from, to);
  for (guint i = 0; i < self->n_headers; i++)
    {
      move (&self->headers[i].name, from, to);
      move (&self->headers[i].value, from, to);
    }
}

gboolean
oree_sip_msg_can_answer (const OreeSipMsg *self)
{
  /* Branch and CSeq are what a client finds its transaction by (RFC 3261 17.1.3). */
  return self->is_request && oree_sip_method_is_answered (self->method) && self->method_name.length > 0
         && self->head.length > 0 && self->first[OREE_SIP_HDR_VIA] != 0 && self->first[OREE_SIP_HDR_CSEQ] != 0;
}

guint
oree_sip_msg_error_status (gssize error)
{
  if (error == OREE_PARSE_BAD_VERSION)
    return 505;
  if (error == OREE_PARSE_TOO_LONG)
    return 513;
  return 400;
}

const OreeSipHeader *
oree_sip_msg_header (const OreeSipMsg *self, OreeSipHdrId id)
{
  g_return_val_if_fail (id < OREE_SIP_N_HDRS, NULL);
  return self->first[id] != 0 ? &self->headers[self->first[id] - 1] : NULL;
}

const OreeSipHeader *
oree_sip_msg_next (const OreeSipMsg *self, const OreeSipHeader *header)
{
  return header->next != 0 ? &self->headers[header->next - 1] : NULL;
}

OreeSpan
oree_sip_msg_value (const OreeSipMsg *self, OreeSipHdrId id)
{
  const OreeSipHeader *header = oree_sip_msg_header (self, id);

  return header != NULL ? header->value : OREE_SPAN_EMPTY;
}

const OreeSipHeader *
oree_sip_msg_header_named (const OreeSipMsg *self, const char *name)
{
  const OreeSipHeader *header = oree_sip_msg_header (self, OREE_SIP_HDR_OTHER);

  while (header != NULL && !oree_span_equal_nocase_str (header->name, name))
    header = oree_sip_msg_next (self, header);
  return header;
}

gboolean
oree_sip_msg_lists (const OreeSipMsg *self, OreeSipHdrId id, const char *token)
{
  for (const OreeSipHeader *header = oree_sip_msg_header (self, id); header != NULL;
       header = oree_sip_msg_next (self, header))
    if (oree_sip_hdr_list_has (header->value, token))
      return TRUE;
  return FALSE;
}

void
oree_sip_values_init (OreeSipValues *self, const OreeSipMsg *msg, OreeSipHdrId id)
{
  self->msg = msg;
  self->header = oree_sip_msg_header (msg, id);
  self->rest = self->header != NULL ? self->header->value : OREE_SPAN_EMPTY;
}

gboolean
oree_sip_values_next (OreeSipValues *self, OreeSpan *value)
{
  while (self->header != NULL)
    {
      if (oree_sip_hdr_next_value (&self->rest, value))
        return TRUE;
      self->header = oree_sip_msg_next (self->msg, self->header);
      self->rest = self->header != NULL ? self->header->value : OREE_SPAN_EMPTY;
    }
  return FALSE;
}
