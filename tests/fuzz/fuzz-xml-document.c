/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A document that parses is written, parses again and is the same. */
#include "codec/xml/oree-xml-reader.h"
#include "codec/xml/oree-xml-write.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const OreeXmlCaps wide = { 128, 256, 8192, 0, 4 * 1024 * 1024, 0 };
  g_autoptr (OreeXmlNode) first = NULL, second = NULL;
  g_autofree char *text = NULL;

  if (oree_xml_document_parse (data, size, &oree_xml_caps_document, &first) < 0)
    return 0;
  text = oree_xml_write_document (first);
  g_assert_cmpint (oree_xml_document_parse (text, strlen (text), &wide, &second), >, 0);
  g_assert_true (oree_xml_node_equal (first, second));
  return 0;
}
