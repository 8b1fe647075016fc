/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes → element trees. Restricted XML of RFC 6120 11.1: no DTD, no comments, no processing instructions, no
 * entity but the five predefined; UTF-8 only, checked before the parser sees it; caps on everything, also on
 * unfinished tokens. Only the implementation and that of oree-html-reader name libxml2. */
#pragma once
#include "codec/oree-parse.h"
#include "codec/xml/oree-xml-node.h"

G_BEGIN_DECLS

typedef struct
{
  guint depth;      /* nesting inside a stanza or document, itself counted */
  guint attributes; /* attributes and namespace declarations of one element */
  guint children;   /* elements in one stanza or document, itself counted */
  gsize header;     /* bytes of the stream header, XML declaration included */
  gsize stanza;     /* bytes of one stanza from '<' to '>', or of a document */
  gsize stage;      /* bytes since the stream (re)started or the caps were set; 0: no cap */
} OreeXmlCaps;

extern const OreeXmlCaps oree_xml_caps_preauth;  /* before the peer is authenticated */
extern const OreeXmlCaps oree_xml_caps_stream;   /* after */
extern const OreeXmlCaps oree_xml_caps_document; /* a PIDF or other body */

typedef enum
{
  OREE_XML_EVENT_NONE,   /* more bytes are needed */
  OREE_XML_EVENT_HEADER, /* the stream's start tag, as an element without contents */
  OREE_XML_EVENT_STANZA, /* a whole first-level element */
  OREE_XML_EVENT_END     /* the stream's end tag */
} OreeXmlEventKind;

typedef struct
{
  OreeXmlEventKind kind;
  OreeXmlNode *node; /* HEADER, STANZA: owned by whoever took the event */
  gsize size;        /* bytes from '<' to '>' */
} OreeXmlEvent;

void oree_xml_event_clear (OreeXmlEvent *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeXmlEvent, oree_xml_event_clear)

typedef struct _OreeXmlReader OreeXmlReader;

OreeXmlReader *oree_xml_reader_new (const OreeXmlCaps *caps);
void oree_xml_reader_free (OreeXmlReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeXmlReader, oree_xml_reader_free)

/* Takes bytes until one event is complete or none are left. Returns how many were taken: all of them when
 * event->kind is NONE, else up to and including the event's '>', so that what follows a <starttls/> or a
 * <success/> was never looked at. Call again with the rest. < 0: an OreeParseError, which sticks until reset:
 * BAD_SYNTAX not well-formed, BAD_ENCODING not UTF-8, RESTRICTED, TOO_LONG, TOO_DEEP, TOO_MANY, BAD_VERSION.
 * With length 0 only an event that is already waiting (the end of a self-closed stream) is given. */
gssize oree_xml_reader_feed (OreeXmlReader *self, const void *data, gsize length, OreeXmlEvent *event);
/* From here on; restarts the count of the stage. */
void oree_xml_reader_set_caps (OreeXmlReader *self, const OreeXmlCaps *caps);
/* A new stream follows on the same connection: everything known is forgotten. */
void oree_xml_reader_reset (OreeXmlReader *self);
/* Frees the parsers that wait on the calling thread for a reader that needs one; tests call it, to have new ones made. */
void oree_xml_reader_clear_shelf (void);
/* Bytes of an unfinished token or stanza held inside. */
gsize oree_xml_reader_pending (const OreeXmlReader *self);

/* Parses one whole document (a leading UTF-8 byte order mark is tolerated here). Returns `length` and the root in
 * *root, or an OreeParseError and *root NULL. */
gssize oree_xml_document_parse (const void *data, gsize length, const OreeXmlCaps *caps, OreeXmlNode **root);

G_END_DECLS
