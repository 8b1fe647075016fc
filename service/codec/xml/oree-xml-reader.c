/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push reader over libxml2's SAX2 interface.
 *
 *   bytes ─► UTF-8 check ─► scanner (restricted? where does the element end?) ─► libxml2 ─► builder ─► event
 *
 * The scanner hands libxml2 exactly the bytes up to the end of one first-level element, so an event pops out with
 * nothing behind it, and libxml2's context (13 KiB) stands between two stanzas, knowing nothing but the stream's
 * namespace declarations. There it goes back to the thread's shelf, for the next reader whose stream began with the
 * same declarations: a stream nobody speaks on holds none. A new one is told the start tag it has not seen. */
#include "codec/xml/oree-xml-reader.h"
#include "base/oree-limits.h"
#include "codec/xml/oree-xml-scan.h"
#include "codec/xml/oree-xml-write.h"
#include <libxml/parser.h>
#include <libxml/dict.h>
#include <libxml/xmlerror.h>

#define DECLARATION_MAX 128        /* an XML declaration */
#define PIECE_MAX (16 * 1024)      /* bytes handed to libxml2 at once; its buffer follows */
#define NAMES_MAX (128 * 1024)     /* bytes of names libxml2 may keep from stanza to stanza */
#define SHELF_MAX 4                /* parsers that wait: peers of one kind of server declare the same namespaces */

const OreeXmlCaps oree_xml_caps_preauth = {
  OREE_XML_DEPTH_PREAUTH_MAX, OREE_XML_ATTRIBUTES_MAX, OREE_XML_CHILDREN_PREAUTH_MAX,
  OREE_XML_HEADER_MAX, OREE_XML_PREAUTH_MAX, OREE_XML_PREAUTH_MAX
};
const OreeXmlCaps oree_xml_caps_stream = {
  OREE_XML_DEPTH_MAX, OREE_XML_ATTRIBUTES_MAX, OREE_XML_CHILDREN_MAX,
  OREE_XML_HEADER_MAX, OREE_XML_STANZA_MAX, 0
};
const OreeXmlCaps oree_xml_caps_document = {
  OREE_XML_DEPTH_MAX, OREE_XML_ATTRIBUTES_MAX, OREE_XML_CHILDREN_MAX, 0, OREE_PIDF_BYTES_MAX, 0
};

typedef enum
{
  PROLOG,  /* white space, or the first '<' */
  OPENING, /* after the first '<' */
  DECLARATION,
  CONTENT
} Start;

struct _OreeXmlReader
{
  OreeXmlCaps caps;
  gboolean document; /* no stream around: the root is the stanza */
  int error;         /* sticks */
  Start start;
  char declaration[DECLARATION_MAX];
  gsize declaration_length;
  OreeXmlUtf8 utf8;
  guint8 unfinished[4]; /* the bytes of a character not complete yet: libxml2 only sees whole ones */
  OreeXmlScan scan;
  gsize pending; /* bytes since the last event */
  gsize stage;

  xmlParserCtxtPtr parser; /* taken when bytes come, given back between stanzas */
  gboolean priming;        /* it is being told the start tag it has not seen */
  char *root_tag;          /* that tag */
  guint open;              /* open elements, root included */
  guint children;          /* elements of this stanza */
  OreeXmlBuilder *builder;
  OreeXmlNode *ready; /* what the last piece completed */
  OreeXmlEventKind ready_kind;
  gboolean ended;
  gboolean end_waiting;
};

/* ---- SAX ---- */

static void
fail (OreeXmlReader *self, int error)
{
  if (self->error == 0)
    self->error = error;
  if (self->parser != NULL)
    xmlStopParser (self->parser);
}

static gboolean
has_control (const char *text)
{
  for (; *text != '\0'; text++)
    {
      if ((guint8) *text < 0x20 || *text == 0x7f)
        return TRUE;
    }
  return FALSE;
}

static void
append_declaration (GString *tag, const char *prefix, const char *uri)
{
  g_autofree char *name = prefix != NULL ? g_strconcat ("xmlns:", prefix, NULL) : g_strdup ("xmlns");

  oree_xml_write_attribute (tag, name, uri);
}

/* How libxml2's SAX hands on every ampersand of an attribute's value or a namespace's name, and nothing else. */
#define AMPERSAND "&#38;"

/* The value as it is meant. */
static char *
with_ampersands (OreeSpan value)
{
  GString *out = g_string_sized_new (value.length);
  const char *p = value.data, *end = p + value.length;

  while (p < end)
    {
      const char *next = memchr (p, '&', (gsize) (end - p));

      g_string_append_len (out, p, (next != NULL ? next : end) - p);
      if (next == NULL)
        break;
      g_string_append_c (out, '&');
      p = next + ((gsize) (end - next) >= strlen (AMPERSAND) && memcmp (next, AMPERSAND, strlen (AMPERSAND)) == 0
                    ? strlen (AMPERSAND) : 1);
    }
  return g_string_free (out, FALSE);
}

/* A namespace's name as it is meant; `*owned` keeps it when that is not what libxml2 says. */
static const char *
namespace_name (const xmlChar *uri, char **owned)
{
  const char *name = uri != NULL ? (const char *) uri : "";

  if (strchr (name, '&') == NULL)
    return name;
  return *owned = with_ampersands (oree_span_str (name));
}

static void
put_attributes (OreeXmlReader *self, int n, const xmlChar **attributes)
{
  for (int i = 0; i < n; i++, attributes += 5)
    {
      g_autofree char *owned = NULL;
      const char *ns = namespace_name (attributes[2], &owned);
      OreeSpan value = oree_span (attributes[3], (gsize) (attributes[4] - attributes[3]));
      g_autofree char *decoded = memchr (value.data, '&', value.length) != NULL ? with_ampersands (value) : NULL;

      oree_xml_builder_attribute_ns (self->builder, (const char *) attributes[0], ns,
                                     decoded != NULL ? oree_span_str (decoded) : value);
    }
}

/* The stream header becomes an event of its own and the tag that primes a later parser. */
static void
on_root (OreeXmlReader *self, const char *name, const char *prefix, const char *uri, int n_ns,
         const xmlChar **namespaces, int n_attributes, const xmlChar **attributes)
{
  GString *tag;

  if (self->priming)
    return;
  tag = g_string_new ("<");
  if (prefix != NULL)
    g_string_append_printf (tag, "%s:", prefix);
  g_string_append (tag, name);
  oree_xml_builder_open (self->builder, name, uri);
  put_attributes (self, n_attributes, attributes);
  for (int i = 0; i < n_ns; i++)
    {
      const char *declared = (const char *) namespaces[2 * i];
      g_autofree char *owned = NULL;
      const char *bound = namespace_name (namespaces[2 * i + 1], &owned);

      append_declaration (tag, declared, bound);
      oree_xml_builder_attribute_ns (self->builder, declared != NULL ? declared : "xmlns", OREE_NS_XMLNS,
                                     oree_span_str (bound));
    }
  g_string_append (tag, " >"); /* never under the four bytes libxml2 waits for at the start */
  g_free (self->root_tag);
  self->root_tag = g_string_free (tag, FALSE);
  self->ready = oree_xml_builder_finish (self->builder);
  self->ready_kind = OREE_XML_EVENT_HEADER;
}

static void
on_start (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_ns,
          const xmlChar **namespaces, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
  OreeXmlReader *self = data;
  guint inside = self->document ? self->open : self->open - 1;
  g_autofree char *owned = NULL;
  const char *ns = namespace_name (uri, &owned);

  if (self->error != 0)
    return;
  for (int i = 0; i < n_ns; i++)
    {
      if (namespaces[2 * i + 1] != NULL && has_control ((const char *) namespaces[2 * i + 1]))
        {
          fail (self, OREE_PARSE_BAD_SYNTAX);
          return;
        }
    }
  if (!self->document && self->open == 0)
    {
      self->open = 1;
      on_root (self, (const char *) name, (const char *) prefix, ns, n_ns, namespaces, n_attributes, attributes);
      return;
    }
  if (inside >= self->caps.depth)
    fail (self, OREE_PARSE_TOO_DEEP);
  else if (++self->children > self->caps.children
           || (guint) n_ns + (guint) n_attributes > self->caps.attributes)
    fail (self, OREE_PARSE_TOO_MANY);
  else
    {
      self->open++;
      oree_xml_builder_open (self->builder, (const char *) name, ns);
      put_attributes (self, n_attributes, attributes);
    }
}

static void
on_end (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  OreeXmlReader *self = data;

  if (self->error != 0 || self->open == 0)
    return;
  self->open--;
  if (self->open == 0 && !self->document)
    {
      self->ended = TRUE;
      return;
    }
  oree_xml_builder_close (self->builder);
  if (oree_xml_builder_depth (self->builder) == 0)
    {
      self->ready = oree_xml_builder_finish (self->builder);
      self->ready_kind = OREE_XML_EVENT_STANZA;
      self->children = 0;
      self->ended = self->document;
    }
}

static void
on_text (void *data, const xmlChar *text, int length)
{
  OreeXmlReader *self = data;

  if (self->error != 0)
    return;
  if (oree_xml_builder_depth (self->builder) > 0)
    {
      oree_xml_builder_text_span (self->builder, oree_span (text, (gsize) length));
      return;
    }
  for (int i = 0; i < length; i++)
    {
      /* RFC 6120 4.6.1: only white space between first-level elements. */
      if (strchr (" \t\r\n", text[i]) == NULL)
        {
          fail (self, OREE_PARSE_BAD_SYNTAX);
          return;
        }
    }
}

/* The scanner has refused these already; should it ever have missed one, it ends here before any expansion. */
static void
on_restricted_doctype (void *data, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
  fail (data, OREE_PARSE_RESTRICTED);
}

static void
on_restricted_pi (void *data, const xmlChar *target, const xmlChar *text)
{
  fail (data, OREE_PARSE_RESTRICTED);
}

static void
on_restricted_comment (void *data, const xmlChar *text)
{
  fail (data, OREE_PARSE_RESTRICTED);
}

static xmlEntityPtr
on_entity (void *data, const xmlChar *name)
{
  xmlEntityPtr predefined = xmlGetPredefinedEntity (name);

  if (predefined == NULL)
    fail (data, OREE_PARSE_RESTRICTED);
  return predefined;
}

static void
on_error (void *data, xmlErrorPtr error)
{
  /* A namespace name need not be a URI that libxml2 likes ("vcard-temp"). */
  if (error->level == XML_ERR_WARNING || error->code == XML_WAR_NS_URI || error->code == XML_WAR_NS_URI_RELATIVE)
    return;
  fail (data, error->code == XML_ERR_INVALID_ENCODING || error->code == XML_ERR_UNSUPPORTED_ENCODING
                  ? OREE_PARSE_BAD_ENCODING
                  : OREE_PARSE_BAD_SYNTAX);
}

static const xmlSAXHandler handler = {
  .internalSubset = on_restricted_doctype,
  .getEntity = on_entity,
  .characters = on_text,
  .cdataBlock = on_text,
  .ignorableWhitespace = on_text,
  .processingInstruction = on_restricted_pi,
  .comment = on_restricted_comment,
  .startElementNs = on_start,
  .endElementNs = on_end,
  .serror = on_error,
  .initialized = XML_SAX2_MAGIC,
};

/* ---- the parser's life ---- */

/* What waits for a reader, on this thread. */
typedef struct
{
  xmlParserCtxtPtr parser;
  char *root_tag; /* which start tag it has seen */
} Shelved;

typedef struct
{
  Shelved slots[SHELF_MAX];
  guint oldest;
} Shelf;

static void
free_parser (xmlParserCtxtPtr parser)
{
  if (parser == NULL)
    return;
  if (parser->myDoc != NULL)
    xmlFreeDoc (parser->myDoc);
  xmlFreeParserCtxt (parser);
}

static void
shelf_clear (Shelf *shelf)
{
  for (guint i = 0; i < SHELF_MAX; i++)
    {
      g_clear_pointer (&shelf->slots[i].parser, free_parser);
      g_clear_pointer (&shelf->slots[i].root_tag, g_free);
    }
}

static void
shelf_free (gpointer data)
{
  shelf_clear (data);
  g_free (data);
}

static GPrivate shelves = G_PRIVATE_INIT (shelf_free);

static Shelf *
shelf_here (void)
{
  Shelf *shelf = g_private_get (&shelves);

  if (shelf == NULL)
    {
      shelf = g_new0 (Shelf, 1);
      g_private_set (&shelves, shelf);
    }
  return shelf;
}

void
oree_xml_reader_clear_shelf (void)
{
  shelf_clear (shelf_here ());
}

static void
drop_parser (OreeXmlReader *self)
{
  g_clear_pointer (&self->parser, free_parser);
}

/* It stands between two stanzas, has read all it was given, and its table of names has not grown. */
static gboolean
is_clean (const OreeXmlReader *self)
{
  return self->error == 0 && !self->document && self->pending == 0 && self->root_tag != NULL && self->open == 1
         && self->parser->input->cur == self->parser->input->end && xmlDictGetUsage (self->parser->dict) <= NAMES_MAX;
}

static void
give_back (OreeXmlReader *self)
{
  Shelf *shelf;
  Shelved *slot;

  if (self->parser == NULL || self->pending > 0 || self->open != 1)
    return;
  if (!is_clean (self))
    {
      drop_parser (self);
      return;
    }
  shelf = shelf_here ();
  slot = &shelf->slots[shelf->oldest];
  for (guint i = 0; i < SHELF_MAX; i++)
    if (shelf->slots[i].parser == NULL)
      slot = &shelf->slots[i];
  if (slot->parser != NULL)
    {
      shelf->oldest = (shelf->oldest + 1) % SHELF_MAX;
      free_parser (slot->parser);
    }
  if (g_strcmp0 (slot->root_tag, self->root_tag) != 0)
    {
      g_free (slot->root_tag);
      slot->root_tag = g_strdup (self->root_tag);
    }
  slot->parser = g_steal_pointer (&self->parser);
}

static gboolean
take_from_shelf (OreeXmlReader *self)
{
  Shelf *shelf = shelf_here ();

  for (guint i = 0; self->root_tag != NULL && i < SHELF_MAX; i++)
    {
      Shelved *slot = &shelf->slots[i];

      if (slot->parser == NULL || strcmp (slot->root_tag, self->root_tag) != 0)
        continue;
      self->parser = g_steal_pointer (&slot->parser);
      self->parser->userData = self;
      self->open = 1;
      return TRUE;
    }
  return FALSE;
}

static gboolean
make_parser (OreeXmlReader *self)
{
  static gsize once = 0;
  xmlSAXHandler copy = handler;

  if (g_once_init_enter (&once))
    {
      xmlInitParser ();
      g_once_init_leave (&once, 1);
    }
  self->parser = xmlCreatePushParserCtxt (&copy, self, NULL, 0, NULL);
  if (self->parser == NULL)
    return FALSE;
  xmlCtxtUseOptions (self->parser, XML_PARSE_NONET);
  if (self->root_tag != NULL)
    {
      self->priming = TRUE;
      self->open = 0;
      xmlParseChunk (self->parser, self->root_tag, (int) strlen (self->root_tag), 0);
      self->priming = FALSE;
      if (self->open != 1)
        return FALSE;
    }
  return self->error == 0;
}

static gboolean
need_parser (OreeXmlReader *self)
{
  return self->parser != NULL || take_from_shelf (self) || make_parser (self);
}

static void
push (OreeXmlReader *self, const guint8 *data, gsize length)
{
  if (!need_parser (self))
    {
      fail (self, OREE_PARSE_UNSUPPORTED);
      return;
    }
  if (xmlParseChunk (self->parser, (const char *) data, (int) length, 0) != 0 && self->error == 0
      && !self->parser->wellFormed)
    fail (self, OREE_PARSE_BAD_SYNTAX);
}

/* ---- before the root ---- */

static gboolean
is_space (guint8 c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One pseudo-attribute: S name S? = S? quoted. FALSE when there is none. */
static gboolean
take_pseudo (OreeSpan *rest, OreeSpan *name, OreeSpan *value)
{
  OreeSpan trimmed = oree_span_trim_lws (*rest);
  gssize close;

  if (trimmed.length == 0 || trimmed.length == rest->length)
    return FALSE;
  if (!oree_span_cut (trimmed, '=', name, rest))
    return FALSE;
  *name = oree_span_trim_lws (*name);
  while (rest->length > 0 && is_space ((guint8) rest->data[0]))
    *rest = oree_span_from (*rest, 1);
  if (rest->length < 2 || (rest->data[0] != '\'' && rest->data[0] != '"'))
    return FALSE;
  close = oree_span_index (oree_span_from (*rest, 1), rest->data[0]);
  if (close < 0)
    return FALSE;
  *value = oree_span_sub (*rest, 1, (gsize) close);
  *rest = oree_span_from (*rest, (gsize) close + 2);
  return TRUE;
}

/* `inside` is what stands between "<?xml" and "?>". XML 1.0 2.8: version, encoding?, standalone?, in this order. */
static int
check_declaration (OreeSpan inside)
{
  static const char *const names[] = { "version", "encoding", "standalone" };
  g_autofree char *text = g_strdup_printf ("%.*s ", (int) inside.length, inside.data);
  OreeSpan rest = oree_span_str (text), name, value;
  guint next = 0;

  while (take_pseudo (&rest, &name, &value))
    {
      guint which = next;

      while (which < G_N_ELEMENTS (names) && !oree_span_equal_str (name, names[which]))
        which++;
      if (which == G_N_ELEMENTS (names) || (next == 0 && which != 0))
        return OREE_PARSE_BAD_SYNTAX;
      next = which + 1;
      if (which == 0 && !oree_span_equal_str (value, "1.0"))
        return OREE_PARSE_BAD_VERSION;
      if (which == 1 && !oree_span_equal_nocase_str (value, "UTF-8"))
        return OREE_PARSE_BAD_ENCODING;
      if (which == 2 && !oree_span_equal_str (value, "yes") && !oree_span_equal_str (value, "no"))
        return OREE_PARSE_BAD_SYNTAX;
    }
  return next == 0 || oree_span_trim_lws (rest).length > 0 ? OREE_PARSE_BAD_SYNTAX : 0;
}

/* Takes bytes before the root element: white space and the XML declaration, which libxml2 never sees. */
static gsize
take_prolog (OreeXmlReader *self, const guint8 *data, gsize length)
{
  gsize i = 0;

  while (i < length && self->start != CONTENT && self->error == 0)
    {
      guint8 c = data[i];

      if (self->start == PROLOG)
        {
          i++;
          if (is_space (c))
            continue;
          /* No UTF-8 has these bytes: the mark of UTF-16, which is refused by its name (RFC 6120 11.6). */
          if (c != '<')
            fail (self, c == 0xfe || c == 0xff ? OREE_PARSE_BAD_ENCODING : OREE_PARSE_BAD_SYNTAX);
          self->start = OPENING;
        }
      else if (self->start == OPENING)
        {
          if (c != '?')
            {
              gboolean boundary;

              self->start = CONTENT;
              oree_xml_scan (&self->scan, (const guint8 *) "<", 1, 0, &boundary);
              push (self, (const guint8 *) "<", 1);
              continue;
            }
          i++;
          /* Only one declaration, and only as the very first thing of a stream. */
          if (self->declaration_length > 0)
            fail (self, OREE_PARSE_RESTRICTED);
          self->start = DECLARATION;
        }
      else
        {
          i++;
          if (self->declaration_length == DECLARATION_MAX)
            {
              fail (self, OREE_PARSE_TOO_LONG);
              break;
            }
          self->declaration[self->declaration_length++] = (char) c;
          if (c == '>' && self->declaration_length >= 2
              && self->declaration[self->declaration_length - 2] == '?')
            {
              OreeSpan text = oree_span (self->declaration, self->declaration_length - 2);
              int error = 0;

              if (!oree_span_starts_with (text, "xml") || text.length < 4 || !is_space ((guint8) text.data[3]))
                error = OREE_PARSE_RESTRICTED;
              else
                error = check_declaration (oree_span_from (text, 3));
              if (error != 0)
                fail (self, error);
              self->start = PROLOG;
            }
          else if (self->declaration_length == 4
                   && (memcmp (self->declaration, "xml", 3) != 0 || !is_space ((guint8) self->declaration[3])))
            fail (self, OREE_PARSE_RESTRICTED);
        }
    }
  return i;
}

/* ---- feeding ---- */

static gsize
cap_now (const OreeXmlReader *self)
{
  return !self->document && self->root_tag == NULL ? self->caps.header : self->caps.stanza;
}

/* Whole characters go to libxml2, an unfinished one waits for its rest. The check has run over `data` already; what
 * it counts as begun are the last `got` bytes of everything so far. */
static void
push_whole (OreeXmlReader *self, guint8 held, const guint8 *data, gsize length)
{
  gsize tail = self->utf8.need > 0 ? self->utf8.got : 0;

  if (tail > length)
    {
      /* The character begun earlier is still not complete. */
      memcpy (self->unfinished + held, data, length);
      return;
    }
  if (held > 0)
    {
      guint8 joined[8];
      gsize n = 0;

      memcpy (joined, self->unfinished, held);
      while (n < length - tail && (data[n] & 0xc0) == 0x80)
        {
          joined[held + n] = data[n];
          n++;
        }
      push (self, joined, held + n);
      data += n;
      length -= n;
    }
  if (self->error == 0 && length > tail)
    push (self, data, length - tail);
  if (tail > 0)
    memcpy (self->unfinished, data + length - tail, tail);
}

static void
give_ready (OreeXmlReader *self, OreeXmlEvent *event)
{
  if (self->ready != NULL)
    {
      *event = (OreeXmlEvent){ self->ready_kind, g_steal_pointer (&self->ready), self->pending };
      self->end_waiting = self->ended && !self->document;
    }
  else if (self->ended)
    *event = (OreeXmlEvent){ OREE_XML_EVENT_END, NULL, self->pending };
  self->pending = 0;
  give_back (self);
}

/* One piece: up to the next boundary, at most PIECE_MAX. Returns how much was taken. */
static gsize
take_piece (OreeXmlReader *self, const guint8 *data, gsize length, OreeXmlEvent *event)
{
  guint8 held = self->utf8.need > 0 ? self->utf8.got : 0;
  gint level = self->document ? 0 : 1;
  gboolean boundary;
  gssize n = oree_xml_scan (&self->scan, data, MIN (length, PIECE_MAX), level, &boundary);
  int bad;

  if (n < 0)
    {
      fail (self, (int) n);
      return 0;
    }
  self->pending += (gsize) n;
  if (self->pending > cap_now (self))
    fail (self, OREE_PARSE_TOO_LONG);
  else if ((bad = oree_xml_utf8_check (&self->utf8, data, (gsize) n)) != 0)
    fail (self, bad);
  else
    push_whole (self, held, data, (gsize) n);
  if (self->error != 0)
    return 0;
  if (self->ready != NULL || self->ended)
    give_ready (self, event);
  else if (boundary)
    fail (self, OREE_PARSE_BAD_SYNTAX); /* the parser sees another end than the scanner: refuse */
  return (gsize) n;
}

/* White space between first-level elements never reaches the parser: keep-alives cost nothing. */
static gsize
skip_space (const OreeXmlReader *self, const guint8 *data, gsize length)
{
  gsize i = 0;

  if (self->start != CONTENT || self->pending > 0)
    return 0;
  while (i < length && is_space (data[i]))
    i++;
  return i;
}

gssize
oree_xml_reader_feed (OreeXmlReader *self, const void *data, gsize length, OreeXmlEvent *event)
{
  const guint8 *p = data;
  gsize done = 0;

  *event = (OreeXmlEvent){ OREE_XML_EVENT_NONE, NULL, 0 };
  if (self->error != 0)
    return self->error;
  if (self->end_waiting)
    {
      self->end_waiting = FALSE;
      event->kind = OREE_XML_EVENT_END;
      return 0;
    }
  while (done < length && self->error == 0 && event->kind == OREE_XML_EVENT_NONE)
    {
      gsize n;

      if (self->start != CONTENT)
        {
          n = take_prolog (self, p + done, length - done);
          self->pending += n;
          if (self->error == 0 && self->pending > cap_now (self))
            fail (self, OREE_PARSE_TOO_LONG);
        }
      else if ((n = skip_space (self, p + done, length - done)) == 0)
        {
          if (self->ended)
            fail (self, OREE_PARSE_BAD_SYNTAX);
          else
            n = take_piece (self, p + done, length - done, event);
        }
      done += n;
      self->stage += n;
      if (self->error == 0 && self->caps.stage > 0 && self->stage > self->caps.stage)
        fail (self, OREE_PARSE_TOO_LONG);
    }
  if (self->error != 0)
    {
      oree_xml_event_clear (event);
      return self->error;
    }
  return (gssize) done;
}

/* ---- the reader's life ---- */

void
oree_xml_event_clear (OreeXmlEvent *self)
{
  g_clear_pointer (&self->node, oree_xml_node_unref);
  self->kind = OREE_XML_EVENT_NONE;
}

OreeXmlReader *
oree_xml_reader_new (const OreeXmlCaps *caps)
{
  OreeXmlReader *self = g_new0 (OreeXmlReader, 1);

  self->builder = oree_xml_builder_new ();
  oree_xml_reader_set_caps (self, caps);
  return self;
}

void
oree_xml_reader_free (OreeXmlReader *self)
{
  if (self == NULL)
    return;
  oree_xml_reader_reset (self);
  oree_xml_builder_free (self->builder);
  g_free (self);
}

void
oree_xml_reader_set_caps (OreeXmlReader *self, const OreeXmlCaps *caps)
{
  self->caps = *caps;
  self->scan.max_attributes = caps->attributes;
  self->stage = 0;
}

void
oree_xml_reader_reset (OreeXmlReader *self)
{
  OreeXmlCaps caps = self->caps;
  OreeXmlBuilder *builder = self->builder;
  gboolean document = self->document;

  drop_parser (self);
  g_clear_pointer (&self->root_tag, g_free);
  g_clear_pointer (&self->ready, oree_xml_node_unref);
  oree_xml_builder_reset (builder);
  memset (self, 0, sizeof *self);
  self->builder = builder;
  self->document = document;
  oree_xml_reader_set_caps (self, &caps);
}

gsize
oree_xml_reader_pending (const OreeXmlReader *self)
{
  return self->pending;
}

gssize
oree_xml_document_parse (const void *data, gsize length, const OreeXmlCaps *caps, OreeXmlNode **root)
{
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (caps);
  g_auto (OreeXmlEvent) event = { OREE_XML_EVENT_NONE, NULL, 0 }, more = { OREE_XML_EVENT_NONE, NULL, 0 };
  const guint8 *p = data;
  gsize start = length >= 3 && memcmp (p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  gssize n;

  *root = NULL;
  if (length == 0)
    return OREE_PARSE_BAD_SYNTAX; /* and no pointer to count from */
  reader->document = TRUE;
  n = oree_xml_reader_feed (reader, p + start, length - start, &event);
  if (n < 0)
    return n;
  if (event.kind != OREE_XML_EVENT_STANZA)
    return OREE_PARSE_BAD_SYNTAX;
  /* Only white space may follow. */
  n = oree_xml_reader_feed (reader, p + start + n, length - start - (gsize) n, &more);
  if (n < 0)
    return n;
  *root = g_steal_pointer (&event.node);
  return (gssize) length;
}
