/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML through libxml2's parser, as events: nothing of its document tree is made. */
#include "codec/xml/oree-html-reader.h"
#include "codec/xml/oree-xml-scan.h"

#include <libxml/HTMLparser.h>

typedef struct
{
  OreeXmlBuilder *builder;
  const OreeXmlCaps *caps;
  htmlParserCtxtPtr parser;
  guint open;
  guint children;
  guint hidden; /* elements open from <script>, <style> or <title> inwards */
  OreeParseError error;
} Reader;

static void
fail (Reader *self, OreeParseError error)
{
  if (self->error == 0)
    self->error = error;
  xmlStopParser (self->parser);
}

static gboolean
is_one_of (const xmlChar *name, const char *const *names)
{
  for (; *names != NULL; names++)
    if (strcmp ((const char *) name, *names) == 0)
      return TRUE;
  return FALSE;
}

/* The frame of the document: the root stands for all three. */
static const char *const frame[] = { "html", "head", "body", NULL };
static const char *const hidden[] = { "script", "style", "title", NULL };

static gboolean
is_clean_name (const xmlChar *name)
{
  if (g_ascii_strcasecmp ((const char *) name, "xmlns") == 0)
    return FALSE; /* declares nothing in HTML, and would in XML */
  for (; *name; name++)
    if (!g_ascii_isalnum (*name) && *name != '-' && *name != '_')
      return FALSE;
  return TRUE;
}

static void
on_start (void *data, const xmlChar *name, const xmlChar **attributes)
{
  Reader *self = data;
  guint n = 0;

  if (self->error != 0 || is_one_of (name, frame))
    return;
  while (attributes != NULL && attributes[2 * n] != NULL)
    n++;
  if (self->open >= self->caps->depth)
    fail (self, OREE_PARSE_TOO_DEEP);
  else if (++self->children > self->caps->children || n > self->caps->attributes)
    fail (self, OREE_PARSE_TOO_MANY);
  if (self->error != 0)
    return;
  if (self->hidden > 0 || is_one_of (name, hidden))
    {
      self->hidden++;
      return;
    }
  self->open++;
  oree_xml_builder_open (self->builder, is_clean_name (name) ? (const char *) name : "span", "");
  for (guint i = 0; i < n; i++)
    if (is_clean_name (attributes[2 * i]))
      oree_xml_builder_attribute (self->builder, (const char *) attributes[2 * i],
                                  attributes[2 * i + 1] != NULL ? (const char *) attributes[2 * i + 1] : "");
}

static void
on_end (void *data, const xmlChar *name)
{
  Reader *self = data;

  if (self->error != 0 || is_one_of (name, frame))
    return;
  if (self->hidden > 0)
    self->hidden--;
  else if (self->open > 1) /* the synthetic root stays */
    {
      self->open--;
      oree_xml_builder_close (self->builder);
    }
}

static void
on_text (void *data, const xmlChar *text, int length)
{
  Reader *self = data;

  if (self->error == 0 && self->hidden == 0)
    oree_xml_builder_text_span (self->builder, oree_span (text, (gsize) length));
}

static void
on_error (void *data, xmlErrorPtr error)
{
  /* HTML knows no error. */
}

static const htmlSAXHandler handler = {
  .startElement = on_start,
  .endElement = on_end,
  .characters = on_text,
  .ignorableWhitespace = on_text,
  .serror = on_error,
  .initialized = XML_SAX2_MAGIC,
};

gssize
oree_html_parse (const void *data, gsize length, const OreeXmlCaps *caps, OreeXmlNode **root)
{
  static gsize once = 0;
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  Reader self = { .builder = builder, .caps = caps, .open = 1 };
  OreeXmlUtf8 utf8 = { 0 };
  htmlSAXHandler copy = handler;
  OreeXmlNode *node;

  *root = NULL;
  if (length == 0)
    return OREE_PARSE_MISSING;
  if (length > caps->stanza || length > G_MAXINT)
    return OREE_PARSE_TOO_LONG;
  if (oree_xml_utf8_check (&utf8, data, length) != 0 || utf8.need > 0)
    return OREE_PARSE_BAD_ENCODING;
  if (g_once_init_enter (&once))
    {
      xmlInitParser ();
      g_once_init_leave (&once, 1);
    }
  self.parser = htmlNewParserCtxt ();
  if (self.parser == NULL)
    return OREE_PARSE_UNSUPPORTED;
  memcpy (self.parser->sax, &copy, sizeof copy);
  self.parser->userData = &self;
  oree_xml_builder_open (builder, "html", "");
  htmlCtxtReadMemory (self.parser, data, (int) length, NULL, "UTF-8",
                      HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
  if (self.parser->myDoc != NULL)
    xmlFreeDoc (self.parser->myDoc);
  htmlFreeParserCtxt (self.parser);
  if (self.error != 0)
    return self.error;
  node = oree_xml_builder_finish (builder);
  *root = node;
  return (gssize) length;
}
