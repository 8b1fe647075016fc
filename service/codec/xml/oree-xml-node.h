/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small immutable element tree. All of a tree lies in one arena; a reference to any node keeps the whole tree.
 * Immutable after building and counted atomically, so a tree may travel between threads.
 * Names, namespaces, values and text are NUL-terminated UTF-8, borrowed, and live as long as the tree. */
#pragma once
#include "base/oree-span.h"

G_BEGIN_DECLS

typedef struct _OreeXmlNode OreeXmlNode;
typedef struct _OreeXmlBuilder OreeXmlBuilder;

#define OREE_NS_XML "http://www.w3.org/XML/1998/namespace"
/* Stream headers keep their namespace declarations as attributes of this namespace: name "xmlns" for the
 * default one, else the prefix (Namespaces in XML 1.0, 3). Other elements do not. The writer skips them. */
#define OREE_NS_XMLNS "http://www.w3.org/2000/xmlns/"

OreeXmlNode *oree_xml_node_ref (const OreeXmlNode *self);
void oree_xml_node_unref (OreeXmlNode *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeXmlNode, oree_xml_node_unref)

/* Local name; namespace ("" when none). NULL, NULL for a run of text. */
const char *oree_xml_node_name (const OreeXmlNode *self);
const char *oree_xml_node_ns (const OreeXmlNode *self);
/* Is it element `name` of namespace `ns`? FALSE for a NULL node. */
gboolean oree_xml_node_is (const OreeXmlNode *self, const char *name, const char *ns);

/* The value of an attribute without namespace; NULL when absent. */
const char *oree_xml_node_attribute (const OreeXmlNode *self, const char *name);
const char *oree_xml_node_attribute_ns (const OreeXmlNode *self, const char *name, const char *ns);
guint oree_xml_node_n_attributes (const OreeXmlNode *self);
/* Attribute number `index` in document order; any out pointer may be NULL; `ns` is "" when none. */
void oree_xml_node_nth_attribute (const OreeXmlNode *self, guint index, const char **name, const char **ns,
                                  const char **value);
/* The element's own xml:lang, or that of its nearest ancestor in the tree; NULL when none says. */
const char *oree_xml_node_lang (const OreeXmlNode *self);

/* The character data directly inside, runs joined; "" when none; never NULL. */
const char *oree_xml_node_text (const OreeXmlNode *self);

/* Element children, in order. NULL at the end. */
const OreeXmlNode *oree_xml_node_first (const OreeXmlNode *self);
const OreeXmlNode *oree_xml_node_next (const OreeXmlNode *self);
guint oree_xml_node_n_children (const OreeXmlNode *self);
/* The first child element `name` of `ns` (`name` NULL: any name; `ns` NULL: the namespace of `self`).
 * NULL when absent or when `self` is NULL. */
const OreeXmlNode *oree_xml_node_child (const OreeXmlNode *self, const char *name, const char *ns);
/* The same, the next one after `sibling`. */
const OreeXmlNode *oree_xml_node_next_named (const OreeXmlNode *sibling, const char *name, const char *ns);
/* The text of that child; NULL when there is no such child. */
const char *oree_xml_node_child_text (const OreeXmlNode *self, const char *name, const char *ns);
const OreeXmlNode *oree_xml_node_parent (const OreeXmlNode *self);

/* Everything inside in document order: elements and runs of text. */
const OreeXmlNode *oree_xml_node_first_item (const OreeXmlNode *self);
const OreeXmlNode *oree_xml_node_next_item (const OreeXmlNode *self);
gboolean oree_xml_node_is_text (const OreeXmlNode *self);

/* A tree of its own with this node as root. */
OreeXmlNode *oree_xml_node_copy (const OreeXmlNode *self);
/* The same with namespace `from` replaced by `to` on every element (jabber:client ⇄ jabber:server). */
OreeXmlNode *oree_xml_node_copy_renamed (const OreeXmlNode *self, const char *from, const char *to);
/* Same names, namespaces, attributes in any order, and contents. */
gboolean oree_xml_node_equal (const OreeXmlNode *a, const OreeXmlNode *b);
/* Bytes the tree holds in memory. */
gsize oree_xml_node_memory (const OreeXmlNode *self);

/* Building. Calls nest like the document; a builder is reused from tree to tree. */
OreeXmlBuilder *oree_xml_builder_new (void);
void oree_xml_builder_free (OreeXmlBuilder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeXmlBuilder, oree_xml_builder_free)

/* Opens an element; `ns` NULL: that of the element around it ("" at the root). */
void oree_xml_builder_open (OreeXmlBuilder *self, const char *name, const char *ns);
/* On the element just opened, before anything is put inside; a NULL value adds nothing. */
void oree_xml_builder_attribute (OreeXmlBuilder *self, const char *name, const char *value);
void oree_xml_builder_attribute_ns (OreeXmlBuilder *self, const char *name, const char *ns, OreeSpan value);
void oree_xml_builder_text (OreeXmlBuilder *self, const char *text);
void oree_xml_builder_text_span (OreeXmlBuilder *self, OreeSpan text);
void oree_xml_builder_close (OreeXmlBuilder *self);
/* Open, text (NULL: none), close. */
void oree_xml_builder_element (OreeXmlBuilder *self, const char *name, const char *ns, const char *text);
/* Copies a subtree in here. */
void oree_xml_builder_add (OreeXmlBuilder *self, const OreeXmlNode *node);
/* How many elements are open. */
guint oree_xml_builder_depth (const OreeXmlBuilder *self);
/* Closes what is open and hands the root over; the builder is empty again. NULL when nothing was opened. */
OreeXmlNode *oree_xml_builder_finish (OreeXmlBuilder *self);
/* Drops what was built so far. */
void oree_xml_builder_reset (OreeXmlBuilder *self);

G_END_DECLS
