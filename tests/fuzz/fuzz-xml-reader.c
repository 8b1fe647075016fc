/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream fed whole and byte by byte must give the same events, and what is written must parse to the same tree. */
#include "codec/xml/oree-xml-reader.h"
#include "codec/xml/oree-xml-write.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static GString *
run (const guint8 *data, gsize size, gsize step, gboolean rest)
{
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&oree_xml_caps_stream);
  GString *log = g_string_new (NULL);
  gsize at = 0;

  while (at < size)
    {
      g_auto (OreeXmlEvent) event = { 0 };
      gssize n = oree_xml_reader_feed (reader, data + at, MIN (step, size - at), &event);

      if (n < 0)
        break; /* which error comes first may depend on how much was seen */
      at += (gsize) n;
      g_string_append_printf (log, "%d:", event.kind);
      if (event.kind == OREE_XML_EVENT_NONE)
        g_string_truncate (log, log->len - 2);
      if (event.node != NULL)
        oree_xml_write (log, event.node, NULL);
      if (rest)
        oree_xml_reader_clear_shelf ();
    }
  return log;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GString) whole = run (data, size, size, FALSE);
  g_autoptr (GString) bytes = run (data, size, 1, TRUE);

  g_assert_cmpstr (whole->str, ==, bytes->str);
  return 0;
}
