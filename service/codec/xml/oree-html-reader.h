/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML as people's programs write it → an element tree, balanced, names in lower case, in no namespace. Scripts, comments and
 * declarations are not in it; entities are resolved. */
#pragma once
#include "codec/oree-parse.h"
#include "codec/xml/oree-xml-reader.h"

G_BEGIN_DECLS

/* Whatever it is, it has a tree with root <html/>: HTML knows no error. > 0 octets taken (all), or BAD_ENCODING (not UTF-8, or
 * a character XML has not), TOO_LONG, TOO_DEEP, TOO_MANY (elements, or attributes of one), MISSING (nothing in it), and *root
 * NULL. A charset the document names is not looked at. */
gssize oree_html_parse (const void *data, gsize length, const OreeXmlCaps *caps, OreeXmlNode **root);

G_END_DECLS
