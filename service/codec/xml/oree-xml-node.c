/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Element trees in one arena, and their builder. */
#include "codec/xml/oree-xml-node.h"

/* Small enough for the allocator's per-thread cache (1032 bytes); a chat message takes one or two. */
#define CHUNK_SMALL (1024 - sizeof (Chunk) - sizeof (Arena))
#define CHUNK_MAX (64 * 1024)

typedef struct _Chunk Chunk;
struct _Chunk
{
  Chunk *next;
  gsize size;
  gsize used;
  /* bytes follow */
};

/* Stands at the head of the first chunk. */
typedef struct
{
  gint refs; /* atomic */
  gsize total;
  Chunk *chunks; /* the newest first */
} Arena;

typedef struct _Attribute Attribute;
struct _Attribute
{
  const char *name;
  const char *ns;
  const char *value;
  Attribute *next;
};

struct _OreeXmlNode
{
  Arena *arena;
  const char *name; /* NULL: a run of text */
  const char *ns;
  const char *text; /* of the run; of an element: all runs directly inside */
  OreeXmlNode *parent;
  OreeXmlNode *first; /* items: elements and runs */
  OreeXmlNode *last;
  OreeXmlNode *next;
  Attribute *attributes;
  guint n_attributes;
  guint n_children;
};

struct _OreeXmlBuilder
{
  Arena *arena; /* NULL when empty */
  OreeXmlNode *root;
  OreeXmlNode *open; /* the innermost open element */
  Attribute *last_attribute; /* of it */
  guint depth;
  GString *run; /* character data not yet put into a run */
};

/* ---- arena ---- */

static Arena *
arena_new (void)
{
  Chunk *chunk = g_malloc (sizeof (Chunk) + sizeof (Arena) + CHUNK_SMALL);
  Arena *arena = (Arena *) (chunk + 1);

  *chunk = (Chunk){ NULL, sizeof (Arena) + CHUNK_SMALL, sizeof (Arena) };
  *arena = (Arena){ 1, sizeof (Chunk) + chunk->size, chunk };
  return arena;
}

static gpointer
arena_alloc (Arena *arena, gsize size, gsize align)
{
  Chunk *chunk = arena->chunks;
  gsize start = (chunk->used + align - 1) & ~(align - 1);

  if (start > chunk->size || chunk->size - start < size)
    {
      gsize want = chunk->next == NULL ? chunk->size : MIN (chunk->size * 2, CHUNK_MAX);

      want = MAX (want, size);
      chunk = g_malloc (sizeof (Chunk) + want);
      *chunk = (Chunk){ arena->chunks, want, 0 };
      arena->chunks = chunk;
      arena->total += sizeof (Chunk) + want;
      start = 0;
    }
  chunk->used = start + size;
  return (char *) (chunk + 1) + start;
}

static const char *
arena_text (Arena *arena, OreeSpan text)
{
  char *copy;

  if (text.length == 0)
    return "";
  copy = arena_alloc (arena, text.length + 1, 1);
  memcpy (copy, text.data, text.length);
  copy[text.length] = '\0';
  return copy;
}

static void
arena_free (Arena *arena)
{
  Chunk *next;

  for (Chunk *chunk = arena->chunks; chunk != NULL; chunk = next)
    {
      next = chunk->next;
      g_free (chunk);
    }
}

/* ---- reading ---- */

OreeXmlNode *
oree_xml_node_ref (const OreeXmlNode *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_int_inc (&self->arena->refs);
  return (OreeXmlNode *) self;
}

void
oree_xml_node_unref (OreeXmlNode *self)
{
  if (self != NULL && g_atomic_int_dec_and_test (&self->arena->refs))
    arena_free (self->arena);
}

const char *
oree_xml_node_name (const OreeXmlNode *self)
{
  return self->name;
}

const char *
oree_xml_node_ns (const OreeXmlNode *self)
{
  return self->ns;
}

gboolean
oree_xml_node_is (const OreeXmlNode *self, const char *name, const char *ns)
{
  return self != NULL && self->name != NULL && strcmp (self->name, name) == 0 && strcmp (self->ns, ns) == 0;
}

const char *
oree_xml_node_attribute (const OreeXmlNode *self, const char *name)
{
  return oree_xml_node_attribute_ns (self, name, "");
}

const char *
oree_xml_node_attribute_ns (const OreeXmlNode *self, const char *name, const char *ns)
{
  for (const Attribute *a = self->attributes; a != NULL; a = a->next)
    {
      if (strcmp (a->name, name) == 0 && strcmp (a->ns, ns) == 0)
        return a->value;
    }
  return NULL;
}

guint
oree_xml_node_n_attributes (const OreeXmlNode *self)
{
  return self->n_attributes;
}

void
oree_xml_node_nth_attribute (const OreeXmlNode *self, guint index, const char **name, const char **ns,
                             const char **value)
{
  const Attribute *a = self->attributes;

  g_return_if_fail (index < self->n_attributes);
  while (index-- > 0)
    a = a->next;
  if (name != NULL)
    *name = a->name;
  if (ns != NULL)
    *ns = a->ns;
  if (value != NULL)
    *value = a->value;
}

const char *
oree_xml_node_lang (const OreeXmlNode *self)
{
  for (; self != NULL; self = self->parent)
    {
      const char *lang = oree_xml_node_attribute_ns (self, "lang", OREE_NS_XML);

      if (lang != NULL)
        return lang;
    }
  return NULL;
}

const char *
oree_xml_node_text (const OreeXmlNode *self)
{
  return self->text;
}

static const OreeXmlNode *
skip_text (const OreeXmlNode *item)
{
  while (item != NULL && item->name == NULL)
    item = item->next;
  return item;
}

const OreeXmlNode *
oree_xml_node_first (const OreeXmlNode *self)
{
  return skip_text (self->first);
}

const OreeXmlNode *
oree_xml_node_next (const OreeXmlNode *self)
{
  return skip_text (self->next);
}

guint
oree_xml_node_n_children (const OreeXmlNode *self)
{
  return self->n_children;
}

static const OreeXmlNode *
find_named (const OreeXmlNode *item, const char *name, const char *ns)
{
  for (item = skip_text (item); item != NULL; item = skip_text (item->next))
    {
      if ((name == NULL || strcmp (item->name, name) == 0) && strcmp (item->ns, ns) == 0)
        return item;
    }
  return NULL;
}

const OreeXmlNode *
oree_xml_node_child (const OreeXmlNode *self, const char *name, const char *ns)
{
  return self == NULL ? NULL : find_named (self->first, name, ns != NULL ? ns : self->ns);
}

const OreeXmlNode *
oree_xml_node_next_named (const OreeXmlNode *sibling, const char *name, const char *ns)
{
  if (ns == NULL)
    ns = sibling->parent != NULL ? sibling->parent->ns : "";
  return find_named (sibling->next, name, ns);
}

const char *
oree_xml_node_child_text (const OreeXmlNode *self, const char *name, const char *ns)
{
  const OreeXmlNode *child = oree_xml_node_child (self, name, ns);

  return child == NULL ? NULL : child->text;
}

const OreeXmlNode *
oree_xml_node_parent (const OreeXmlNode *self)
{
  return self->parent;
}

const OreeXmlNode *
oree_xml_node_first_item (const OreeXmlNode *self)
{
  return self->first;
}

const OreeXmlNode *
oree_xml_node_next_item (const OreeXmlNode *self)
{
  return self->next;
}

gboolean
oree_xml_node_is_text (const OreeXmlNode *self)
{
  return self->name == NULL;
}

gsize
oree_xml_node_memory (const OreeXmlNode *self)
{
  return self->arena->total;
}

static gboolean
attributes_equal (const OreeXmlNode *a, const OreeXmlNode *b)
{
  if (a->n_attributes != b->n_attributes)
    return FALSE;
  for (const Attribute *x = a->attributes; x != NULL; x = x->next)
    {
      const char *value = oree_xml_node_attribute_ns (b, x->name, x->ns);

      if (value == NULL || strcmp (value, x->value) != 0)
        return FALSE;
    }
  return TRUE;
}

gboolean
oree_xml_node_equal (const OreeXmlNode *a, const OreeXmlNode *b)
{
  const OreeXmlNode *x, *y;

  if ((a->name == NULL) != (b->name == NULL))
    return FALSE;
  if (a->name == NULL)
    return strcmp (a->text, b->text) == 0;
  if (strcmp (a->name, b->name) != 0 || strcmp (a->ns, b->ns) != 0 || !attributes_equal (a, b))
    return FALSE;
  for (x = a->first, y = b->first; x != NULL && y != NULL; x = x->next, y = y->next)
    {
      if (!oree_xml_node_equal (x, y))
        return FALSE;
    }
  return x == NULL && y == NULL;
}

/* ---- building ---- */

OreeXmlBuilder *
oree_xml_builder_new (void)
{
  OreeXmlBuilder *self = g_new0 (OreeXmlBuilder, 1);

  self->run = g_string_new (NULL);
  return self;
}

void
oree_xml_builder_free (OreeXmlBuilder *self)
{
  if (self == NULL)
    return;
  oree_xml_builder_reset (self);
  g_string_free (self->run, TRUE);
  g_free (self);
}

void
oree_xml_builder_reset (OreeXmlBuilder *self)
{
  g_clear_pointer (&self->arena, arena_free);
  self->root = NULL;
  self->open = NULL;
  self->depth = 0;
  g_string_truncate (self->run, 0);
}

guint
oree_xml_builder_depth (const OreeXmlBuilder *self)
{
  return self->depth;
}

static OreeXmlNode *
append_node (OreeXmlBuilder *self)
{
  OreeXmlNode *node = arena_alloc (self->arena, sizeof (OreeXmlNode), sizeof (gpointer));
  OreeXmlNode *parent = self->open;

  *node = (OreeXmlNode){ .arena = self->arena, .ns = "", .text = "", .parent = parent };
  if (parent == NULL)
    return node;
  if (parent->last != NULL)
    parent->last->next = node;
  else
    parent->first = node;
  parent->last = node;
  return node;
}

/* One run at a time: pieces the parser hands in (an entity splits text) end up joined. */
static void
flush_run (OreeXmlBuilder *self)
{
  OreeXmlNode *node;

  if (self->run->len == 0)
    return;
  node = append_node (self);
  node->text = arena_text (self->arena, oree_span (self->run->str, self->run->len));
  g_string_truncate (self->run, 0);
}

/* Namespaces repeat: share the string of the element around or just before. */
static const char *
share_ns (OreeXmlBuilder *self, const char *ns)
{
  const OreeXmlNode *parent = self->open;

  if (*ns == '\0')
    return "";
  if (parent != NULL && strcmp (parent->ns, ns) == 0)
    return parent->ns;
  if (parent != NULL && parent->last != NULL && strcmp (parent->last->ns, ns) == 0)
    return parent->last->ns;
  return arena_text (self->arena, oree_span_str (ns));
}

void
oree_xml_builder_open (OreeXmlBuilder *self, const char *name, const char *ns)
{
  OreeXmlNode *node;

  g_return_if_fail (name != NULL && (self->root == NULL || self->open != NULL));
  if (self->arena == NULL)
    self->arena = arena_new ();
  flush_run (self);
  if (ns == NULL)
    ns = self->open != NULL ? self->open->ns : "";
  ns = share_ns (self, ns);
  node = append_node (self);
  node->name = arena_text (self->arena, oree_span_str (name));
  node->ns = ns;
  if (self->open != NULL)
    self->open->n_children++;
  else
    self->root = node;
  self->open = node;
  self->last_attribute = NULL;
  self->depth++;
}

void
oree_xml_builder_attribute (OreeXmlBuilder *self, const char *name, const char *value)
{
  if (value != NULL)
    oree_xml_builder_attribute_ns (self, name, "", oree_span_str (value));
}

void
oree_xml_builder_attribute_ns (OreeXmlBuilder *self, const char *name, const char *ns, OreeSpan value)
{
  OreeXmlNode *node = self->open;
  Attribute *a;

  g_return_if_fail (node != NULL && node->first == NULL && self->run->len == 0);
  a = arena_alloc (self->arena, sizeof (Attribute), sizeof (gpointer));
  a->name = arena_text (self->arena, oree_span_str (name));
  a->ns = strcmp (ns, OREE_NS_XML) == 0 ? OREE_NS_XML : arena_text (self->arena, oree_span_str (ns));
  a->value = arena_text (self->arena, value);
  a->next = NULL;
  if (self->last_attribute != NULL)
    self->last_attribute->next = a;
  else
    node->attributes = a;
  self->last_attribute = a;
  node->n_attributes++;
}

void
oree_xml_builder_text (OreeXmlBuilder *self, const char *text)
{
  oree_xml_builder_text_span (self, oree_span_str (text));
}

void
oree_xml_builder_text_span (OreeXmlBuilder *self, OreeSpan text)
{
  g_return_if_fail (self->open != NULL);
  g_string_append_len (self->run, text.data, text.length);
}

/* The joined text of an element: its only run, or a string of all of them. */
static const char *
join_runs (OreeXmlBuilder *self, const OreeXmlNode *node)
{
  const char *only = NULL;
  guint n = 0;

  for (const OreeXmlNode *item = node->first; item != NULL; item = item->next)
    {
      if (item->name == NULL)
        {
          only = item->text;
          n++;
        }
    }
  if (n <= 1)
    return only != NULL ? only : "";
  for (const OreeXmlNode *item = node->first; item != NULL; item = item->next)
    {
      if (item->name == NULL)
        g_string_append (self->run, item->text);
    }
  only = arena_text (self->arena, oree_span (self->run->str, self->run->len));
  g_string_truncate (self->run, 0);
  return only;
}

void
oree_xml_builder_close (OreeXmlBuilder *self)
{
  g_return_if_fail (self->open != NULL);
  flush_run (self);
  self->open->text = join_runs (self, self->open);
  self->open = self->open->parent;
  self->depth--;
}

void
oree_xml_builder_element (OreeXmlBuilder *self, const char *name, const char *ns, const char *text)
{
  oree_xml_builder_open (self, name, ns);
  if (text != NULL)
    oree_xml_builder_text (self, text);
  oree_xml_builder_close (self);
}

static void
add_renamed (OreeXmlBuilder *self, const OreeXmlNode *node, const char *from, const char *to)
{
  if (node->name == NULL)
    {
      oree_xml_builder_text (self, node->text);
      return;
    }
  oree_xml_builder_open (self, node->name, from != NULL && strcmp (node->ns, from) == 0 ? to : node->ns);
  for (const Attribute *a = node->attributes; a != NULL; a = a->next)
    oree_xml_builder_attribute_ns (self, a->name, a->ns, oree_span_str (a->value));
  for (const OreeXmlNode *item = node->first; item != NULL; item = item->next)
    add_renamed (self, item, from, to);
  oree_xml_builder_close (self);
}

void
oree_xml_builder_add (OreeXmlBuilder *self, const OreeXmlNode *node)
{
  add_renamed (self, node, NULL, NULL);
}

OreeXmlNode *
oree_xml_builder_finish (OreeXmlBuilder *self)
{
  OreeXmlNode *root;

  while (self->open != NULL)
    oree_xml_builder_close (self);
  root = self->root;
  self->arena = NULL;
  self->root = NULL;
  return root;
}

OreeXmlNode *
oree_xml_node_copy (const OreeXmlNode *self)
{
  return oree_xml_node_copy_renamed (self, NULL, NULL);
}

OreeXmlNode *
oree_xml_node_copy_renamed (const OreeXmlNode *self, const char *from, const char *to)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();

  g_return_val_if_fail (self->name != NULL, NULL);
  add_renamed (builder, self, from, to);
  return oree_xml_builder_finish (builder);
}
