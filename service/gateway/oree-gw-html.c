/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-html.h"
#include "base/oree-limits.h"
#include "codec/xml/oree-xml-write.h"
#include "codec/xmpp/oree-xmpp-ns.h"

#define STYLE_VALUE_MAX 100

typedef enum
{
  KEEP_TEXT, /* the element goes, what is inside stays */
  DROP,      /* all of it goes */
  AS,        /* becomes `name` */
  LINK,
  PICTURE,
  BREAK,
  QUOTE,     /* text in quotation marks */
  CELL       /* text, then a space */
} Treat;

typedef struct
{
  const char *element;
  Treat treat;
  const char *name;
  const char *style; /* what the old element said */
} Rule;

/* Elements of the recommended profile stand for themselves; then what programs write for the same. Others: KEEP_TEXT. */
static const Rule rules[] = {
  { "p", AS, "p", NULL },           { "span", AS, "span", NULL },     { "em", AS, "em", NULL },
  { "strong", AS, "strong", NULL }, { "blockquote", AS, "blockquote", NULL }, { "cite", AS, "cite", NULL },
  { "ul", AS, "ul", NULL },         { "ol", AS, "ol", NULL },         { "li", AS, "li", NULL },
  { "a", LINK, "a", NULL },         { "br", BREAK, "br", NULL },      { "img", PICTURE, NULL, NULL },
  { "b", AS, "strong", NULL },      { "i", AS, "em", NULL },          { "dfn", AS, "em", NULL },
  { "u", AS, "span", "text-decoration: underline" },                  { "ins", AS, "span", "text-decoration: underline" },
  { "s", AS, "span", "text-decoration: line-through" },               { "strike", AS, "span", "text-decoration: line-through" },
  { "del", AS, "span", "text-decoration: line-through" },             { "font", AS, "span", NULL },
  { "code", AS, "span", "font-family: monospace" },                   { "tt", AS, "span", "font-family: monospace" },
  { "kbd", AS, "span", "font-family: monospace" },                    { "samp", AS, "span", "font-family: monospace" },
  { "pre", AS, "p", "font-family: monospace" },                       { "div", AS, "p", NULL },
  { "address", AS, "p", NULL },     { "tr", AS, "p", NULL },          { "dt", AS, "p", NULL },
  { "dd", AS, "p", NULL },          { "h1", AS, "p", "font-weight: bold" }, { "h2", AS, "p", "font-weight: bold" },
  { "h3", AS, "p", "font-weight: bold" }, { "h4", AS, "p", "font-weight: bold" }, { "h5", AS, "p", "font-weight: bold" },
  { "h6", AS, "p", "font-weight: bold" }, { "hr", BREAK, "br", NULL }, { "q", QUOTE, NULL, NULL },
  { "td", CELL, NULL, NULL },       { "th", CELL, NULL, NULL },
  { "script", DROP, NULL, NULL },   { "style", DROP, NULL, NULL },    { "head", DROP, NULL, NULL },
  { "title", DROP, NULL, NULL },    { "object", DROP, NULL, NULL },   { "embed", DROP, NULL, NULL },
  { "applet", DROP, NULL, NULL },   { "iframe", DROP, NULL, NULL },   { "frameset", DROP, NULL, NULL },
  { "svg", DROP, NULL, NULL },      { "math", DROP, NULL, NULL },     { "template", DROP, NULL, NULL },
  { "audio", DROP, NULL, NULL },    { "video", DROP, NULL, NULL },    { "canvas", DROP, NULL, NULL },
  { "input", DROP, NULL, NULL },    { "select", DROP, NULL, NULL },   { "textarea", DROP, NULL, NULL },
};

/* XEP-0071 7.4: the properties its profile knows. */
static const char *const properties[] = {
  "background-color", "color", "font-family", "font-size", "font-style", "font-weight", "margin-left", "margin-right",
  "text-align", "text-decoration",
};

static const char *const schemes[] = { "http", "https", "mailto", "xmpp", "sip", "sips", "im", "tel", "ftp" };

static const Rule *
rule_of (const OreeXmlNode *node)
{
  static const Rule otherwise = { NULL, KEEP_TEXT, NULL, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (strcmp (rules[i].element, oree_xml_node_name (node)) == 0)
      return &rules[i];
  return &otherwise;
}

/* --- attributes -------------------------------------------------------------------------------- */

/* An address that may be shown as a link: of a scheme listed, in visible ASCII. NULL, or the address (borrowed). */
static const char *
safe_address (const char *text)
{
  gsize scheme;

  if (text == NULL)
    return NULL;
  while (g_ascii_isspace (*text))
    text++;
  scheme = strcspn (text, ":");
  if (text[scheme] != ':' || strlen (text) > OREE_GW_LINK_MAX)
    return NULL;
  for (const char *p = text; *p; p++)
    if ((guchar) *p <= 0x20 || (guchar) *p >= 0x7f || strchr ("<>\"'`\\", *p) != NULL)
      return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (strlen (schemes[i]) == scheme && g_ascii_strncasecmp (schemes[i], text, scheme) == 0)
      return text;
  return NULL;
}

/* Words, numbers, lengths, names of fonts: no function, no address, no escape. */
static gboolean
is_style_value (OreeSpan value)
{
  if (value.length == 0 || value.length > STYLE_VALUE_MAX)
    return FALSE;
  for (gsize i = 0; i < value.length; i++)
    if (!g_ascii_isalnum (value.data[i]) && strchr (" #%.,-'", value.data[i] ? value.data[i] : '(') == NULL)
      return FALSE;
  return TRUE;
}

static void
add_declaration (GString *style, const char *name, OreeSpan value)
{
  if (!is_style_value (value))
    return;
  if (style->len > 0)
    g_string_append (style, "; ");
  g_string_append_printf (style, "%s: %.*s", name, (int) value.length, value.data);
}

static void
filter_style (GString *style, OreeSpan text)
{
  OreeSpan rest = text, one, name, value;

  while (rest.length > 0)
    {
      oree_span_cut (rest, ';', &one, &rest);
      oree_span_cut (one, ':', &name, &value);
      for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
        if (oree_span_equal_nocase_str (oree_span_trim_lws (name), properties[i]))
          add_declaration (style, properties[i], oree_span_trim_lws (value));
    }
}

static void
put_style (OreeXmlBuilder *out, const OreeXmlNode *node, const Rule *rule)
{
  g_autoptr (GString) style = g_string_new (rule->style);

  filter_style (style, oree_span_str (oree_xml_node_attribute (node, "style")));
  if (strcmp (oree_xml_node_name (node), "font") == 0)
    {
      add_declaration (style, "color", oree_span_str (oree_xml_node_attribute (node, "color")));
      add_declaration (style, "font-family", oree_span_str (oree_xml_node_attribute (node, "face")));
    }
  if (style->len > 0)
    oree_xml_builder_attribute (out, "style", style->str);
}

/* --- the tree ---------------------------------------------------------------------------------- */

typedef struct
{
  OreeXmlBuilder *out;
  gboolean any;       /* text was put in */
  gboolean paragraph; /* inside <p/>: no other inside it */
  gboolean link;      /* inside <a/> */
} Copy;

static void copy_items (Copy *self, const OreeXmlNode *node);

static void
put_text (Copy *self, const char *text)
{
  oree_xml_builder_text (self->out, text);
  for (const char *p = text; *p && !self->any; p++)
    self->any = !g_ascii_isspace (*p);
}

static void
put_link (Copy *self, const char *address, const char *text)
{
  oree_xml_builder_open (self->out, "a", NULL);
  oree_xml_builder_attribute (self->out, "href", address);
  put_text (self, text);
  oree_xml_builder_close (self->out);
}

static void
copy_picture (Copy *self, const OreeXmlNode *node)
{
  const char *address = safe_address (oree_xml_node_attribute (node, "src"));
  const char *alt = oree_xml_node_attribute (node, "alt");
  gboolean named = alt != NULL && *alt != '\0';

  if (address != NULL && !self->link)
    put_link (self, address, named ? alt : address);
  else if (named)
    put_text (self, alt);
}

static void
copy_inside (Copy *self, const OreeXmlNode *node, const Rule *rule)
{
  gboolean paragraph = self->paragraph;

  oree_xml_builder_open (self->out, rule->name, NULL);
  put_style (self->out, node, rule);
  self->paragraph = paragraph || strcmp (rule->name, "p") == 0;
  copy_items (self, node);
  self->paragraph = paragraph;
  oree_xml_builder_close (self->out);
}

static void
copy_link (Copy *self, const OreeXmlNode *node, const Rule *rule)
{
  const char *address = safe_address (oree_xml_node_attribute (node, "href"));

  if (address == NULL || self->link)
    {
      copy_items (self, node);
      return;
    }
  self->link = TRUE;
  oree_xml_builder_open (self->out, "a", NULL);
  oree_xml_builder_attribute (self->out, "href", address);
  put_style (self->out, node, rule);
  copy_items (self, node);
  oree_xml_builder_close (self->out);
  self->link = FALSE;
}

static gboolean
has_paragraphs (const OreeXmlNode *node)
{
  for (const OreeXmlNode *child = oree_xml_node_first (node); child != NULL; child = oree_xml_node_next (child))
    {
      const Rule *rule = rule_of (child);

      if (rule->treat == AS && (strcmp (rule->name, "p") == 0 || strcmp (rule->name, "ul") == 0
                                || strcmp (rule->name, "ol") == 0 || strcmp (rule->name, "blockquote") == 0))
        return TRUE;
      if (rule->treat == KEEP_TEXT && has_paragraphs (child))
        return TRUE;
    }
  return FALSE;
}

static void
copy_element (Copy *self, const OreeXmlNode *node)
{
  const Rule *rule = rule_of (node);

  switch (rule->treat)
    {
    case KEEP_TEXT:
      copy_items (self, node);
      break;
    case DROP:
      break;
    case AS:
      if (strcmp (rule->name, "p") == 0 && (self->paragraph || has_paragraphs (node)))
        {
          /* A box, not a paragraph: a line of its own is what is left of it. */
          if (self->paragraph)
            oree_xml_builder_element (self->out, "br", NULL, NULL);
          copy_items (self, node);
        }
      else
        copy_inside (self, node, rule);
      break;
    case LINK:
      copy_link (self, node, rule);
      break;
    case PICTURE:
      copy_picture (self, node);
      break;
    case BREAK:
      oree_xml_builder_element (self->out, "br", NULL, NULL);
      break;
    case QUOTE:
      oree_xml_builder_text (self->out, "“");
      copy_items (self, node);
      oree_xml_builder_text (self->out, "”");
      break;
    case CELL:
      copy_items (self, node);
      oree_xml_builder_text (self->out, " ");
      break;
    }
}

static void
copy_items (Copy *self, const OreeXmlNode *node)
{
  for (const OreeXmlNode *item = oree_xml_node_first_item (node); item != NULL; item = oree_xml_node_next_item (item))
    if (oree_xml_node_is_text (item))
      put_text (self, oree_xml_node_text (item));
    else
      copy_element (self, item);
}

OreeXmlNode *
oree_gw_html_canonical (const OreeXmlNode *node)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  const OreeXmlNode *body = oree_xml_node_child (node, "body", OREE_NS_XHTML);
  Copy copy = { .out = builder };

  oree_xml_builder_open (builder, "body", OREE_NS_XHTML);
  copy_items (&copy, body != NULL ? body : node);
  return copy.any ? oree_xml_builder_finish (builder) : NULL;
}

gboolean
oree_gw_html_is_rich (const OreeXmlNode *body)
{
  for (const OreeXmlNode *child = oree_xml_node_first (body); child != NULL; child = oree_xml_node_next (child))
    {
      const char *name = oree_xml_node_name (child);

      if (strcmp (name, "br") == 0)
        continue;
      if (strcmp (name, "p") != 0 || oree_xml_node_n_attributes (child) > 0 || oree_gw_html_is_rich (child))
        return TRUE;
    }
  return FALSE;
}

/* --- as text ----------------------------------------------------------------------------------- */

typedef struct
{
  GString *text;
  gboolean space; /* white space was seen and not yet written */
  guint item;     /* the number of the list item at hand; 0: not in a numbered list */
} Plain;

static void plain_items (Plain *self, const OreeXmlNode *node);

static void
plain_line (Plain *self)
{
  self->space = FALSE;
  if (self->text->len > 0 && self->text->str[self->text->len - 1] != '\n')
    g_string_append_c (self->text, '\n');
}

/* HTML's white space is one space (no-break space is none of it). */
static void
plain_text (Plain *self, const char *text)
{
  for (; *text; text++)
    if (g_ascii_isspace (*text))
      self->space = TRUE;
    else
      {
        if (self->space && self->text->len > 0 && self->text->str[self->text->len - 1] != '\n')
          g_string_append_c (self->text, ' ');
        self->space = FALSE;
        g_string_append_c (self->text, *text);
      }
}

static void
plain_link (Plain *self, const OreeXmlNode *node)
{
  const char *address = oree_xml_node_attribute (node, "href");
  gsize before = self->text->len;

  plain_items (self, node);
  if (address == NULL || strstr (self->text->str + before, address) != NULL)
    return;
  if (g_str_has_prefix (address, "mailto:") && strstr (self->text->str + before, address + strlen ("mailto:")) != NULL)
    return;
  g_string_append_printf (self->text, " <%s>", address);
}

static void
plain_item (Plain *self, const OreeXmlNode *node)
{
  plain_line (self);
  if (self->item > 0)
    g_string_append_printf (self->text, "%u. ", self->item++);
  else
    g_string_append (self->text, "• ");
  plain_items (self, node);
  plain_line (self);
}

static void
plain_element (Plain *self, const OreeXmlNode *node)
{
  const char *name = oree_xml_node_name (node);
  guint item = self->item;

  if (strcmp (name, "br") == 0)
    {
      self->space = FALSE;
      g_string_append_c (self->text, '\n');
    }
  else if (strcmp (name, "a") == 0)
    plain_link (self, node);
  else if (strcmp (name, "li") == 0)
    plain_item (self, node);
  else if (strcmp (name, "p") == 0 || strcmp (name, "blockquote") == 0 || strcmp (name, "ul") == 0 || strcmp (name, "ol") == 0)
    {
      plain_line (self);
      self->item = strcmp (name, "ol") == 0 ? 1 : 0;
      plain_items (self, node);
      self->item = item;
      plain_line (self);
    }
  else
    plain_items (self, node);
}

static void
plain_items (Plain *self, const OreeXmlNode *node)
{
  for (const OreeXmlNode *item = oree_xml_node_first_item (node); item != NULL; item = oree_xml_node_next_item (item))
    if (oree_xml_node_is_text (item))
      plain_text (self, oree_xml_node_text (item));
    else
      plain_element (self, item);
}

char *
oree_gw_html_to_text (const OreeXmlNode *body)
{
  Plain plain = { .text = g_string_new (NULL) };

  plain_items (&plain, body);
  return g_strstrip (g_string_free (plain.text, FALSE));
}

/* --- as HTML ----------------------------------------------------------------------------------- */

/* Not the writer of XML: in HTML <p/> opens a paragraph, and only <br> has no end. */
static void
write_html (GString *out, const OreeXmlNode *node)
{
  guint n = oree_xml_node_n_attributes (node);

  g_string_append_printf (out, "<%s", oree_xml_node_name (node));
  for (guint i = 0; i < n; i++)
    {
      const char *name, *value;

      oree_xml_node_nth_attribute (node, i, &name, NULL, &value);
      oree_xml_write_attribute (out, name, value);
    }
  g_string_append_c (out, '>');
  if (strcmp (oree_xml_node_name (node), "br") == 0)
    return;
  for (const OreeXmlNode *item = oree_xml_node_first_item (node); item != NULL; item = oree_xml_node_next_item (item))
    if (oree_xml_node_is_text (item))
      oree_xml_escape_str (out, oree_xml_node_text (item));
    else
      write_html (out, item);
  g_string_append_printf (out, "</%s>", oree_xml_node_name (node));
}

char *
oree_gw_html_write (const OreeXmlNode *body)
{
  GString *out = g_string_new ("<!DOCTYPE html>\r\n<html>");

  write_html (out, body);
  g_string_append (out, "</html>\r\n");
  return g_string_free (out, FALSE);
}
