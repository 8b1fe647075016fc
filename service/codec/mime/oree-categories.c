/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec/mime/oree-categories.h"

#include "base/oree-limits.h"
#include "codec/xml/oree-xml-reader.h"

#include <string.h>

#define NS_CATEGORIES "http://schemas.microsoft.com/2006/09/sip/categories"
#define NS_STATE "http://schemas.microsoft.com/2006/09/sip/state"
#define NS_NOTE "http://schemas.microsoft.com/2006/09/sip/note"
#define NS_XSI "http://www.w3.org/2001/XMLSchema-instance"

#define ONE_DEVICE "lync" /* what the server says is of all devices together */

/* The first number of each range. */
static const struct
{
  guint32 from;
  gboolean open;
  OreeShow show;
} ranges[] = {
  { 18000, FALSE, OREE_SHOW_NONE }, /* offline */
  { 15000, TRUE, OREE_SHOW_AWAY },
  { 12000, TRUE, OREE_SHOW_AWAY }, /* be right back */
  { 9000, TRUE, OREE_SHOW_DND },
  { 7500, TRUE, OREE_SHOW_DND }, /* busy, idle */
  { 6000, TRUE, OREE_SHOW_DND }, /* busy */
  { 0, TRUE, OREE_SHOW_NONE },   /* from 4500 on idle */
};

void
oree_availability_read (guint32 availability, gboolean *open, OreeShow *show)
{
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (availability >= ranges[i].from)
      {
        *open = ranges[i].open;
        *show = ranges[i].show;
        return;
      }
}

static gboolean
is_aggregate (const OreeXmlNode *state)
{
  const char *type = oree_xml_node_attribute_ns (state, "type", NS_XSI);
  const char *colon = type != NULL ? strrchr (type, ':') : NULL;

  return type != NULL && strcmp (colon != NULL ? colon + 1 : type, "aggregateState") == 0;
}

/* 0, or an OreeParseError. */
static int
take_state (const OreeXmlNode *state, OreePidfTuple *tuple)
{
  const char *text = oree_xml_node_child_text (state, "availability", NS_STATE);
  guint64 number;

  if (text == NULL)
    return 0;
  if (!oree_span_to_uint (oree_span_trim_lws (oree_span_str (text)), G_MAXUINT32, &number))
    return OREE_PARSE_BAD_VALUE;
  oree_availability_read ((guint32) number, &tuple->open, &tuple->show);
  return 0;
}

static void
take_note (const OreeXmlNode *note, OreePidfTuple *tuple)
{
  const OreeXmlNode *body = oree_xml_node_child (note, "body", NS_NOTE);

  g_ptr_array_set_size (tuple->notes, 0); /* an empty one takes the last one back */
  if (body != NULL && *oree_xml_node_text (body) != '\0')
    oree_pidf_tuple_add_note (tuple, oree_xml_node_lang (body), oree_xml_node_text (body));
}

static void
keep (OreePidfTuple *tuple, const OreePidf *before)
{
  const OreePidfTuple *old = before != NULL && before->tuples->len > 0 ? g_ptr_array_index (before->tuples, 0) : NULL;

  if (old == NULL)
    return;
  tuple->open = old->open;
  tuple->show = old->show;
  for (guint i = 0; i < old->notes->len; i++)
    {
      const OreePidfNote *note = g_ptr_array_index (old->notes, i);

      oree_pidf_tuple_add_note (tuple, note->lang, note->text);
    }
}

gssize
oree_categories_parse (OreePidf **pidf, OreeSpan body, const OreePidf *before)
{
  g_autoptr (OreeXmlNode) root = NULL;
  g_autoptr (OreePidf) self = NULL;
  const OreeXmlNode *category, *state = NULL;
  const char *uri;
  OreePidfTuple *tuple;
  gssize taken;
  int error = 0;

  *pidf = NULL;
  if (body.length > OREE_PIDF_BYTES_MAX)
    return OREE_PARSE_TOO_LONG;
  taken = oree_xml_document_parse (body.data, body.length, &oree_xml_caps_document, &root);
  if (taken <= 0)
    return taken < 0 ? taken : OREE_PARSE_BAD_SYNTAX;
  if (!oree_xml_node_is (root, "categories", NS_CATEGORIES))
    return OREE_PARSE_BAD_VALUE;
  uri = oree_xml_node_attribute (root, "uri");
  if (uri == NULL || *uri == '\0')
    return OREE_PARSE_MISSING;
  self = oree_pidf_new (uri);
  tuple = oree_pidf_add_tuple (self, ONE_DEVICE);
  tuple->priority = OREE_PIDF_NO_PRIORITY;
  keep (tuple, before);
  for (category = oree_xml_node_child (root, "category", NS_CATEGORIES); category != NULL;
       category = oree_xml_node_next_named (category, "category", NS_CATEGORIES))
    {
      const OreeXmlNode *one = oree_xml_node_child (category, "state", NS_STATE);
      const OreeXmlNode *note = oree_xml_node_child (category, "note", NS_NOTE);

      if (one != NULL && (state == NULL || (is_aggregate (one) && !is_aggregate (state))))
        state = one;
      if (note != NULL || g_strcmp0 (oree_xml_node_attribute (category, "name"), "note") == 0)
        take_note (note != NULL ? note : category, tuple);
    }
  if (state != NULL)
    error = take_state (state, tuple);
  if (error < 0)
    return error;
  *pidf = g_steal_pointer (&self);
  return taken;
}
