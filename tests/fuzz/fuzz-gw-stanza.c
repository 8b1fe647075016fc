/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any stanza → the parts of a SIP message with no line end in a header, every line end CR LF in the text, and formatted text
 * that is on the list; any query → an answer that is a stanza. */
#include "base/oree-limits.h"
#include "codec/xml/oree-html-reader.h"
#include "codec/xml/oree-xml-write.h"
#include "gateway/oree-gw-html.h"
#include "gateway/oree-gw-message.h"
#include "gateway/oree-gw-query.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_line (const char *text)
{
  g_assert_true (text == NULL || (strpbrk (text, "\r\n") == NULL && g_utf8_validate (text, -1, NULL)));
}

static void
check_message (const OreeStanza *stanza)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (4);
  g_auto (OreeGwSip) sip = { NULL };
  OreeGwExtras extras;
  OreeGwRefusalId refusal;

  oree_gw_extras_read (&extras, stanza);
  if (oree_gw_message_to_sip (stanza, &extras, threads, OREE_SIP_BODY_MAX, NULL, &sip, &refusal) != OREE_GW_MESSAGE_OK)
    return;
  check_line (sip.call_id);
  check_line (sip.subject);
  check_line (sip.language);
  check_line (sip.date);
  g_assert_cmpuint (strlen (sip.body), <=, OREE_SIP_BODY_MAX);
  for (const char *p = sip.body; *p; p++)
    g_assert_true (*p == '\n' ? p > sip.body && p[-1] == '\r' : *p != '\r' || p[1] == '\n');
  if (sip.html != NULL)
    {
      g_autoptr (OreeXmlNode) tree = NULL;

      g_assert_null (strcasestr (sip.html, "<script"));
      g_assert_cmpint (oree_html_parse (sip.html, strlen (sip.html), &oree_xml_caps_stream, &tree), !=, OREE_PARSE_BAD_ENCODING);
    }
}

static void
check_query (const OreeStanza *stanza)
{
  OreeGwQueryFacts facts = { TRUE, "Otto", stanza->to.local != NULL ? "sip:otto@phone.test" : NULL, "1", 0, 0 };
  OreeGwRefusalId refusal;
  g_autoptr (OreeXmlNode) answer = oree_gw_query_answer (stanza, &facts, &refusal);

  g_assert_true (answer != NULL || stanza->type == OREE_STANZA_TYPE_RESULT || stanza->type == OREE_STANZA_TYPE_ERROR);
  if (answer != NULL)
    g_assert_true (oree_stanza_is (answer));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (OreeXmlNode) node = NULL;
  g_autoptr (OreeStanza) stanza = NULL;
  OreeParseError error;

  if (oree_xml_document_parse (data, size, &oree_xml_caps_document, &node) <= 0)
    return 0;
  stanza = oree_stanza_new (node, NULL, &error);
  if (stanza == NULL)
    return 0;
  if (stanza->kind == OREE_STANZA_MESSAGE && stanza->type != OREE_STANZA_TYPE_ERROR)
    check_message (stanza);
  if (stanza->kind == OREE_STANZA_IQ)
    check_query (stanza);
  return 0;
}
