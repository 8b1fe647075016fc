/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever comes inside a stream is looked at by every reader, and answered. */
#include "codec/xml/oree-xml-reader.h"
#include "codec/xml/oree-xml-write.h"
#include "codec/xmpp/oree-stanza.h"
#include "codec/xmpp/oree-xmpp-stream.h"

#define HEAD "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback'>"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
look (const OreeXmlNode *node)
{
  OreeParseError error;
  g_autoptr (OreeStanza) stanza = oree_stanza_new (node, "en", &error);
  g_autofree char *authzid = NULL;
  OreeStreamFeatures features;
  OreeDialbackElement element;
  OreeStanzaErrView view;
  const char *text;
  gboolean absent;
  guint32 h;

  oree_stream_features_read (&features, node);
  oree_stream_error_read (node, &text);
  oree_dialback_element_read (&element, node);
  oree_sm_ack_read (node, &h);
  oree_sasl_failure_read (node);
  authzid = oree_sasl_authzid_read (node, &absent);
  if (stanza != NULL)
    {
      g_autoptr (OreeXmlNode) answer = oree_stanza_build_error (stanza, OREE_STANZA_ERR_FORBIDDEN, authzid, NULL);
      g_autoptr (OreeXmlNode) result = oree_stanza_build_result (stanza, oree_stanza_payload (stanza));
      g_autofree char *written = oree_xml_write_document (result);

      g_assert_true ((answer != NULL) == oree_stanza_may_answer (stanza));
      oree_stanza_localised (stanza, "body", stanza->lang);
      oree_stanza_err_read (node, &view);
      g_assert_cmpuint (strlen (written), >, 0);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&oree_xml_caps_stream);
  g_auto (OreeXmlEvent) header = { 0 };
  gsize at = 0;

  oree_xml_reader_feed (reader, HEAD, strlen (HEAD), &header);
  while (at < size)
    {
      g_auto (OreeXmlEvent) event = { 0 };
      gssize n = oree_xml_reader_feed (reader, data + at, size - at, &event);

      if (n < 0)
        break;
      at += (gsize) n;
      if (event.kind == OREE_XML_EVENT_STANZA)
        look (event.node);
    }
  return 0;
}
