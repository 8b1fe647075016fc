/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP messages out of their interesting lines, for the tests of registrar, presence and subscriptions. */
#pragma once
#include "codec/sip/oree-sip-write.h"

typedef struct
{
  GString *text;
  OreeSipMsg msg;
} SipText;

/* A request: request line, the lines every request has, then `lines` ("\r\n" ended each), then `body`. */
static inline void
sip_text_init (SipText *self, const char *method, const char *ruri, guint cseq, const char *lines, const char *body)
{
  gssize length;

  self->text = g_string_new (NULL);
  g_string_printf (self->text,
                   "%s %s SIP/2.0\r\n"
                   "Via: SIP/2.0/TLS client.contoso.test:5061;branch=z9hG4bK-1\r\n"
                   "Max-Forwards: 70\r\n"
                   "CSeq: %u %s\r\n"
                   "%s"
                   "Content-Length: %u\r\n\r\n%s",
                   method, ruri, cseq, method, lines, (guint) strlen (body), body);
  length = oree_sip_msg_parse (&self->msg, self->text->str, self->text->len, OREE_SIP_MSG_STREAM);
  if (length != (gssize) self->text->len)
    g_error ("the test's own message is bad (%d): %s", (int) length, self->text->str);
}

static inline void
sip_text_clear (SipText *self)
{
  g_string_free (self->text, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SipText, sip_text_clear)

/* What `write` puts into a response to `msg`, as text; owned. */
static inline char *
sip_text_finish (OreeSipWriter *writer)
{
  GString *text = oree_sip_write_finish (writer, NULL, OREE_SPAN_EMPTY);

  return text ? g_string_free (text, FALSE) : NULL;
}
