/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builds messages from scratch and as responses. */
#include "codec/sip/oree-sip-write.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-status.h"

static void
begin (OreeSipWriter *self)
{
  if (self->text == NULL)
    self->text = g_string_sized_new (768); /* most messages; grows at most once for the others */
  g_string_truncate (self->text, 0);
  self->failed = FALSE;
}

void
oree_sip_writer_clear (OreeSipWriter *self)
{
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  *self = (OreeSipWriter) OREE_SIP_WRITER_INIT;
}

void
oree_sip_write_request (OreeSipWriter *self, const char *method, OreeSpan ruri)
{
  begin (self);
  if (!oree_sip_hdr_is_token (oree_span_str (method)) || ruri.length == 0 || !oree_sip_hdr_is_one_line (ruri)
      || oree_span_index (ruri, ' ') >= 0 || oree_span_index (ruri, '\t') >= 0)
    {
      self->failed = TRUE;
      return;
    }
  oree_str_append_to (method, self->text);
  g_string_append_c (self->text, ' ');
  oree_span_append_to (ruri, self->text);
  oree_str_append_to (" SIP/2.0\r\n", self->text);
}

/* The name, ": ", the value, CR LF. */
static void
append_line (OreeSipWriter *self, OreeSpan name, OreeSpan value)
{
  g_return_if_fail (self->text != NULL);
  if (!oree_sip_hdr_is_token (name) || !oree_sip_hdr_is_one_line (value))
    {
      self->failed = TRUE;
      return;
    }
  oree_span_append_to (name, self->text);
  oree_str_append_to (": ", self->text);
  oree_span_append_to (value, self->text);
  oree_str_append_to ("\r\n", self->text);
}

void
oree_sip_write_header_span (OreeSipWriter *self, OreeSipHdrId id, OreeSpan value)
{
  g_return_if_fail (id != OREE_SIP_HDR_OTHER && id != OREE_SIP_HDR_CONTENT_LENGTH);
  append_line (self, oree_span_str (oree_sip_hdr_name (id)), value);
}

void
oree_sip_write_header (OreeSipWriter *self, OreeSipHdrId id, const char *value)
{
  if (value == NULL)
    self->failed = TRUE;
  else
    oree_sip_write_header_span (self, id, oree_span_str (value));
}

void
oree_sip_write_header_uint (OreeSipWriter *self, OreeSipHdrId id, guint64 value)
{
  g_return_if_fail (self->text != NULL && id != OREE_SIP_HDR_OTHER && id != OREE_SIP_HDR_CONTENT_LENGTH);
  oree_str_append_to (oree_sip_hdr_name (id), self->text);
  oree_str_append_to (": ", self->text);
  oree_uint_append_to (value, self->text);
  oree_str_append_to ("\r\n", self->text);
}

void
oree_sip_write_header_format (OreeSipWriter *self, OreeSipHdrId id, const char *format, ...)
{
  va_list args;
  g_autofree char *value = NULL;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  oree_sip_write_header (self, id, value);
}

void
oree_sip_write_header_named (OreeSipWriter *self, const char *name, OreeSpan value)
{
  OreeSpan span = oree_span_str (name);

  if (oree_sip_hdr_id (span) == OREE_SIP_HDR_CONTENT_LENGTH)
    self->failed = TRUE;
  else
    append_line (self, span, value);
}

void
oree_sip_write_header_copy (OreeSipWriter *self, const OreeSipHeader *header)
{
  if (header->id == OREE_SIP_HDR_CONTENT_LENGTH)
    return;
  if (header->id == OREE_SIP_HDR_OTHER)
    oree_span_append_to (header->name, self->text);
  else
    oree_str_append_to (oree_sip_hdr_name (header->id), self->text);
  oree_str_append_to (": ", self->text);
  oree_sip_hdr_append_unfolded (self->text, header->value);
  oree_str_append_to ("\r\n", self->text);
}

void
oree_sip_write_headers_from (OreeSipWriter *self, const OreeSipMsg *msg, OreeSipHdrId id)
{
  for (const OreeSipHeader *header = oree_sip_msg_header (msg, id); header != NULL;
       header = oree_sip_msg_next (msg, header))
    {
      oree_sip_write_header_copy (self, header);
      /* Of a singleton that came twice (and is being refused for it) one copy goes back. */
      if (oree_sip_hdr_flags (id) & OREE_SIP_HDR_FLAG_SINGLE)
        return;
    }
}

/* To: as in the request, with our tag when it has none. */
static void
write_to (OreeSipWriter *self, const OreeSipMsg *request, const char *to_tag)
{
  OreeSipAddr to;
  OreeSpan value = oree_sip_msg_value (request, OREE_SIP_HDR_TO);

  if (oree_sip_msg_header (request, OREE_SIP_HDR_TO) == NULL)
    return; /* being refused for just that */
  oree_str_append_to ("To: ", self->text);
  oree_sip_hdr_append_unfolded (self->text, value);
  /* A To that cannot be read gets no tag: it is being answered 400, and is given back as it came. */
  if (to_tag != NULL && oree_sip_addr_parse (&to, value) > 0 && to.tag.length == 0)
    {
      if (!oree_sip_hdr_is_token (oree_span_str (to_tag)))
        self->failed = TRUE;
      oree_str_append_to (";tag=", self->text);
      oree_str_append_to (to_tag, self->text);
    }
  oree_str_append_to ("\r\n", self->text);
}

void
oree_sip_write_response (OreeSipWriter *self, const OreeSipMsg *request, guint status, const char *phrase,
                         const char *to_tag, gboolean dialog)
{
  g_return_if_fail (oree_sip_status_is_valid (status));
  begin (self);
  if (phrase == NULL)
    phrase = oree_sip_status_phrase (status);
  if (!oree_sip_hdr_is_one_line (oree_span_str (phrase)))
    self->failed = TRUE;
  oree_str_append_to ("SIP/2.0 ", self->text);
  oree_uint_append_to (status, self->text);
  g_string_append_c (self->text, ' ');
  oree_str_append_to (phrase, self->text);
  oree_str_append_to ("\r\n", self->text);
  oree_sip_write_headers_from (self, request, OREE_SIP_HDR_VIA);
  if (dialog)
    oree_sip_write_headers_from (self, request, OREE_SIP_HDR_RECORD_ROUTE);
  oree_sip_write_headers_from (self, request, OREE_SIP_HDR_FROM);
  write_to (self, request, status > 100 ? to_tag : NULL);
  oree_sip_write_headers_from (self, request, OREE_SIP_HDR_CALL_ID);
  oree_sip_write_headers_from (self, request, OREE_SIP_HDR_CSEQ);
  if (status == 100)
    oree_sip_write_headers_from (self, request, OREE_SIP_HDR_TIMESTAMP);
}

void
oree_sip_write_end (GString *text, gsize body)
{
  oree_str_append_to ("Content-Length: ", text);
  oree_uint_append_to (body, text);
  oree_str_append_to ("\r\n\r\n", text);
}

GString *
oree_sip_write_finish (OreeSipWriter *self, const char *content_type, OreeSpan body)
{
  g_return_val_if_fail (self->text != NULL, NULL);
  if (content_type != NULL)
    oree_sip_write_header (self, OREE_SIP_HDR_CONTENT_TYPE, content_type);
  if (self->failed)
    {
      oree_sip_writer_clear (self);
      return NULL;
    }
  oree_sip_write_end (self->text, body.length);
  oree_span_append_to (body, self->text);
  return g_steal_pointer (&self->text);
}

GString *
oree_sip_write_simple_response (const OreeSipMsg *request, guint status, const char *phrase, const char *to_tag)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;

  oree_sip_write_response (&writer, request, status, phrase, to_tag, FALSE);
  return oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY);
}
