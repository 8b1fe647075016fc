/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Status documents. */
#include "codec/mime/oree-iscomposing.h"
#include "codec/xml/oree-xml-reader.h"
#include "codec/xml/oree-xml-write.h"

#include <string.h>

#define NS "urn:ietf:params:xml:ns:im-iscomposing"

/* <KeyboardActivity><status status="type"/></KeyboardActivity>, in whatever namespace. */
static gssize
read_keyboard (OreeIsComposing *self, const OreeXmlNode *root, gssize taken)
{
  const OreeXmlNode *status = oree_xml_node_child (root, "status", NULL);
  const char *state = status != NULL ? oree_xml_node_attribute (status, "status") : NULL;

  if (state == NULL)
    return OREE_PARSE_MISSING;
  self->active = strcmp (state, "type") == 0;
  return taken;
}

gssize
oree_iscomposing_parse (OreeIsComposing *self, OreeSpan body)
{
  g_autoptr (OreeXmlNode) root = NULL;
  gssize taken = oree_xml_document_parse (body.data, body.length, &oree_xml_caps_document, &root);
  const char *state, *refresh;
  guint64 seconds;

  *self = (OreeIsComposing){ FALSE, 0 };
  if (taken < 0)
    return taken;
  if (strcmp (oree_xml_node_name (root), "KeyboardActivity") == 0)
    return read_keyboard (self, root, taken);
  if (!oree_xml_node_is (root, "isComposing", NS))
    return OREE_PARSE_BAD_VALUE;
  state = oree_xml_node_child_text (root, "state", NULL);
  if (state == NULL)
    return OREE_PARSE_MISSING;
  self->active = oree_span_equal_str (oree_span_trim_lws (oree_span_str (state)), "active");
  refresh = oree_xml_node_child_text (root, "refresh", NULL);
  if (refresh != NULL && oree_span_to_uint (oree_span_trim_lws (oree_span_str (refresh)), G_MAXUINT32, &seconds))
    self->refresh = (guint32) MIN (seconds, OREE_ISCOMPOSING_REFRESH_MAX);
  return taken;
}

char *
oree_iscomposing_write (const OreeIsComposing *self)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autoptr (OreeXmlNode) root = NULL;

  oree_xml_builder_open (builder, "isComposing", NS);
  oree_xml_builder_element (builder, "state", NULL, self->active ? "active" : "idle");
  oree_xml_builder_element (builder, "contenttype", NULL, "text/plain"); /* schema order: state, lastactive, contenttype, refresh */
  if (self->active && self->refresh > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", self->refresh);

      oree_xml_builder_element (builder, "refresh", NULL, seconds);
    }
  root = oree_xml_builder_finish (builder);
  return oree_xml_write_document (root);
}

char *
oree_keyboard_activity_write (gboolean active)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autoptr (OreeXmlNode) root = NULL;

  oree_xml_builder_open (builder, "KeyboardActivity", NULL);
  oree_xml_builder_open (builder, "status", NULL);
  oree_xml_builder_attribute (builder, "status", active ? "type" : "idle");
  oree_xml_builder_close (builder);
  root = oree_xml_builder_finish (builder);
  return oree_xml_write_document (root);
}
