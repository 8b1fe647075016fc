/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any SIP message that parses → a stanza that is written as clean XML → the parts of a SIP message: no line end in a
 * header, no way out of the body. */
#include "codec/xml/oree-xml-reader.h"
#include "codec/xml/oree-xml-write.h"
#include "gateway/oree-gw-message.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_line (const char *text)
{
  g_assert_true (text == NULL || strpbrk (text, "\r\n") == NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static OreeSipMsg msg;
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (4);
  g_autoptr (OreeXmlNode) node = NULL;
  g_autoptr (OreeXmlNode) again = NULL;
  g_autoptr (GString) xml = g_string_new (NULL);
  g_autoptr (OreeStanza) stanza = NULL;
  g_auto (OreeGwSip) sip = { 0 };
  g_auto (OreeGwContent) content = { OREE_GW_CONTENT_EMPTY };
  g_autofree char *unsupported = NULL, *thread = NULL;
  OreeGwStanzaParts parts = { "otto@phone.test", "mira@cafe.test", "id1", NULL, TRUE, G_MAXINT64, "phone.test" };
  OreeParseError error;
  OreeGwRefusalId refusal;
  OreeGwExtras extras;

  if (oree_sip_msg_parse (&msg, data, size, OREE_SIP_MSG_STREAM) <= 0)
    return 0;
  if (oree_gw_content_read (&content, &msg, &unsupported) != OREE_GW_REFUSAL_NONE || content.kind != OREE_GW_CONTENT_TEXT)
    return 0;
  parts.thread = thread = oree_gw_threads_thread (threads, oree_sip_msg_value (&msg, OREE_SIP_HDR_CALL_ID));
  node = oree_gw_content_to_stanza (&content, &parts);
  oree_xml_write (xml, node, NULL);
  if (xml->len > OREE_PIDF_BYTES_MAX) /* the cap of a document, not of a stanza */
    return 0;
  g_assert_cmpint (oree_xml_document_parse (xml->str, (gssize) xml->len, &oree_xml_caps_document, &again), >, 0);
  g_assert_true (oree_xml_node_equal (node, again));
  stanza = oree_stanza_new (again, NULL, &error);
  g_assert_nonnull (stanza);
  oree_gw_extras_read (&extras, stanza);
  if (oree_gw_message_to_sip (stanza, &extras, threads, G_MAXSIZE, "fr", &sip, &refusal) == OREE_GW_MESSAGE_OK)
    {
      check_line (sip.date);
      check_line (sip.call_id);
      check_line (sip.subject);
      check_line (sip.language);
    }
  return 0;
}
