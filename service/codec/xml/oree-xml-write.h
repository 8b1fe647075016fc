/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Element trees → bytes. One canonical form: default namespace declarations only where the namespace changes,
 * prefixes only on attributes that have a namespace, single quotes. What XML cannot carry (control characters,
 * invalid UTF-8) becomes U+FFFD, so whatever is written parses again. */
#pragma once
#include "codec/xml/oree-xml-node.h"

G_BEGIN_DECLS

/* Appends `node`. `default_ns` is the default namespace in force around it ("jabber:server" on a stream whose
 * header declared it; NULL or "" for a document of its own). */
void oree_xml_write (GString *out, const OreeXmlNode *node, const char *default_ns);
/* A whole document with XML declaration. Owned. */
char *oree_xml_write_document (const OreeXmlNode *node);
/* Appends text escaped for character data and for attribute values in either quotes. */
void oree_xml_escape (GString *out, OreeSpan text);
static inline void
oree_xml_escape_str (GString *out, const char *text)
{
  oree_xml_escape (out, oree_span_str (text));
}
/* Appends ` name='value'`, escaped; nothing when `value` is NULL. */
void oree_xml_write_attribute (GString *out, const char *name, const char *value);
/* TRUE when XML can carry the text as it is: UTF-8, no characters forbidden by XML 1.0 2.2. */
gboolean oree_xml_is_clean (OreeSpan text);

G_END_DECLS
