/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formatted text both ways: XHTML-IM (XEP-0071) ⇄ text/html. Nothing is let through: what is on the list of the recommended
 * profile (XEP-0071 7.8) is built anew, of everything else the text is kept. Scripts, forms, objects, event attributes, and
 * addresses of any but the schemes listed are not on it; pictures become links, for who loads one tells where he is. */
#pragma once
#include "codec/xml/oree-xml-node.h"

G_BEGIN_DECLS

/* The elements and text inside `node` as a canonical <body xmlns='http://www.w3.org/1999/xhtml'/>. `node` is an <html/> of
 * XHTML-IM, or a tree of oree_html_parse. NULL when there is no text in it. Owned. */
OreeXmlNode *oree_gw_html_canonical (const OreeXmlNode *node);
/* What a canonical body says without its form: paragraphs and list items on lines of their own, links with their address.
 * Owned, lines end in LF. */
char *oree_gw_html_to_text (const OreeXmlNode *body);
/* A canonical body as a text/html document, UTF-8. Owned. */
char *oree_gw_html_write (const OreeXmlNode *body);
/* Has the canonical body any form at all, or is it text that might as well be plain? */
gboolean oree_gw_html_is_rich (const OreeXmlNode *body);

G_END_DECLS
