/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any HTML → a tree that is written as clean XML and read again as the same. */
#include "codec/xml/oree-html-reader.h"
#include "codec/xml/oree-xml-write.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  OreeXmlCaps wide = oree_xml_caps_document;
  g_autoptr (OreeXmlNode) root = NULL, again = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (oree_html_parse (data, size, &oree_xml_caps_document, &root) < 0)
    return 0;
  oree_xml_write (text, root, NULL);
  wide.stanza *= 16;
  wide.attributes += 1;
  g_assert_cmpint (oree_xml_document_parse (text->str, text->len, &wide, &again), >, 0);
  return 0;
}
