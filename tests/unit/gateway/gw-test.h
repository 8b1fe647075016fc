/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stanzas and SIP messages from text, and what a machine wants done as text. */
#pragma once
#include "codec/sip/oree-sip-msg.h"
#include "codec/xml/oree-xml-reader.h"
#include "codec/xml/oree-xml-write.h"
#include "gateway/oree-gw-out.h"

G_GNUC_UNUSED static OreeXmlNode *
gw_test_node (const char *xml)
{
  OreeXmlNode *node = NULL;

  g_assert_cmpint (oree_xml_document_parse (xml, strlen (xml), &oree_xml_caps_document, &node), >, 0);
  return node;
}

/* A stanza of jabber:server; `rest` is what follows its name: attributes and contents with the end tag. */
G_GNUC_UNUSED static OreeStanza *
gw_test_stanza (const char *name, const char *rest)
{
  g_autofree char *xml = g_strdup_printf ("<%s xmlns='jabber:server' %s", name, rest);
  g_autoptr (OreeXmlNode) node = gw_test_node (xml);
  OreeParseError error;
  OreeStanza *stanza = oree_stanza_new (node, NULL, &error);

  g_assert_nonnull (stanza);
  return stanza;
}

/* Parses; `text` is kept until the next call. */
G_GNUC_UNUSED static const OreeSipMsg *
gw_test_sip (char *text)
{
  static OreeSipMsg msg;
  static char *kept = NULL;

  g_free (kept);
  kept = text;
  g_assert_cmpint (oree_sip_msg_parse (&msg, text, strlen (text), OREE_SIP_MSG_STREAM), >, 0);
  return &msg;
}

G_GNUC_UNUSED static void
gw_test_append (GString *text, const OreeGwOutItem *item)
{
  static const char *const states[] = { "pending", "active", "terminated" };
  const char *nick = "?";

  switch (item->kind)
    {
    case OREE_GW_OUT_SAVE:
      if (item->row != NULL)
        g_assert_true (g_variant_lookup (item->row, "authorisation", "&s", &nick));
      g_string_append_printf (text, "save %s\n", item->row ? nick : "none");
      break;
    case OREE_GW_OUT_STANZA:
      oree_xml_write (text, item->stanza, "jabber:server");
      g_string_append_c (text, '\n');
      break;
    case OREE_GW_OUT_SUBSCRIBE:
      g_string_append_printf (text, "subscribe %s%u\n", item->fresh ? "fresh " : "", item->expires);
      break;
    case OREE_GW_OUT_STATE:
      g_string_append_printf (text, "state %s", states[item->state]);
      if (item->reason != NULL)
        g_string_append_printf (text, " %s", item->reason);
      if (item->retry_after > 0)
        g_string_append_printf (text, " %u", item->retry_after);
      g_string_append_c (text, '\n');
      break;
    case OREE_GW_OUT_BODY:
      g_string_append_printf (text, "body %s\n", item->body ? (const char *) g_bytes_get_data (item->body, NULL) : "none");
      break;
    }
}

/* Takes everything out; owned. */
G_GNUC_UNUSED static char *
gw_test_drain (OreeGwOut *out)
{
  GString *text = g_string_new (NULL);
  OreeGwOutItem item;

  while (oree_gw_out_take (out, &item))
    {
      gw_test_append (text, &item);
      oree_gw_out_item_clear (&item);
    }
  return g_string_free (text, FALSE);
}

G_GNUC_UNUSED static void
gw_test_expect (OreeGwOut *out, const char *expected)
{
  g_autofree char *got = gw_test_drain (out);

  g_assert_cmpstr (got, ==, expected);
}
