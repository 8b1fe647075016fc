/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Serialisation of element trees. */
#include "codec/xml/oree-xml-write.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Bytes that need more than copying: markup, quotes, controls, everything outside ASCII. */
static inline gboolean
is_plain (guint8 c)
{
  return c >= 0x20 && c < 0x80 && c != '<' && c != '>' && c != '&' && c != '\'' && c != '"';
}

/* The length of the well-formed character at `p` that XML 1.0 2.2 allows; 0 when there is none. */
static gsize
char_length (const char *p, gsize left)
{
  guint8 c = (guint8) p[0];
  gunichar u;

  if (c < 0x80)
    return c >= 0x20 || c == '\t' || c == '\n' || c == '\r' ? 1 : 0;
  u = g_utf8_get_char_validated (p, (gssize) left);
  if (u == (gunichar) -1 || u == (gunichar) -2 || u == 0xfffe || u == 0xffff)
    return 0;
  return (gsize) g_unichar_to_utf8 (u, NULL);
}

static const char *
entity (guint8 c)
{
  switch (c)
    {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '&': return "&amp;";
    case '\'': return "&apos;";
    case '"': return "&quot;";
    case '\r': return "&#13;"; /* else line-end normalisation would eat it (XML 1.0 2.11) */
    default: return NULL;
    }
}

/* `attribute`: TAB and LF too are escaped, against attribute-value normalisation (XML 1.0 3.3.3). */
static void
escape (GString *out, OreeSpan text, gboolean attribute)
{
  const char *p = text.data, *end = p + text.length;

  while (p < end)
    {
      const char *run = p;
      const char *name;
      gsize n;

      while (p < end && is_plain ((guint8) *p))
        p++;
      if (p > run)
        g_string_append_len (out, run, p - run);
      if (p == end)
        break;
      if ((name = entity ((guint8) *p)) != NULL)
        {
          g_string_append (out, name);
          p++;
        }
      else if (attribute && (*p == '\t' || *p == '\n'))
        g_string_append (out, *p++ == '\t' ? "&#9;" : "&#10;");
      else if ((n = char_length (p, (gsize) (end - p))) > 0)
        {
          g_string_append_len (out, p, (gssize) n);
          p += n;
        }
      else
        {
          g_string_append (out, REPLACEMENT);
          p++;
        }
    }
}

void
oree_xml_escape (GString *out, OreeSpan text)
{
  escape (out, text, FALSE);
}

void
oree_xml_write_attribute (GString *out, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_c (out, ' ');
  g_string_append (out, name);
  g_string_append_len (out, "='", 2);
  escape (out, oree_span_str (value), TRUE);
  g_string_append_c (out, '\'');
}

gboolean
oree_xml_is_clean (OreeSpan text)
{
  const char *p = text.data, *end = p + text.length;

  while (p < end)
    {
      gsize n = char_length (p, (gsize) (end - p));

      if (n == 0)
        return FALSE;
      p += n;
    }
  return TRUE;
}

/* An attribute of a namespace other than XML's own needs a prefix, declared where it is used. */
static void
write_foreign_attribute (GString *out, const char *name, const char *ns, const char *value, guint *n_prefixes)
{
  g_autofree char *declaration = g_strdup_printf ("xmlns:ns%u", ++*n_prefixes);
  g_autofree char *qualified = g_strdup_printf ("ns%u:%s", *n_prefixes, name);

  oree_xml_write_attribute (out, declaration, ns);
  oree_xml_write_attribute (out, qualified, value);
}

static void
write_attributes (GString *out, const OreeXmlNode *node)
{
  guint n = oree_xml_node_n_attributes (node);
  guint n_prefixes = 0;

  for (guint i = 0; i < n; i++)
    {
      const char *name, *ns, *value;

      oree_xml_node_nth_attribute (node, i, &name, &ns, &value);
      if (*ns == '\0')
        oree_xml_write_attribute (out, name, value);
      else if (strcmp (ns, OREE_NS_XML) == 0)
        {
          g_string_append_len (out, " xml:", 5);
          g_string_append (out, name);
          g_string_append_len (out, "='", 2);
          escape (out, oree_span_str (value), TRUE);
          g_string_append_c (out, '\'');
        }
      else if (strcmp (ns, OREE_NS_XMLNS) != 0)
        write_foreign_attribute (out, name, ns, value, &n_prefixes);
    }
}

void
oree_xml_write (GString *out, const OreeXmlNode *node, const char *default_ns)
{
  const char *ns = oree_xml_node_ns (node);

  if (oree_xml_node_is_text (node))
    {
      escape (out, oree_span_str (oree_xml_node_text (node)), FALSE);
      return;
    }
  g_string_append_c (out, '<');
  g_string_append (out, oree_xml_node_name (node));
  if (strcmp (ns, default_ns != NULL ? default_ns : "") != 0)
    oree_xml_write_attribute (out, "xmlns", ns);
  write_attributes (out, node);
  if (oree_xml_node_first_item (node) == NULL)
    {
      g_string_append_len (out, "/>", 2);
      return;
    }
  g_string_append_c (out, '>');
  for (const OreeXmlNode *i = oree_xml_node_first_item (node); i != NULL; i = oree_xml_node_next_item (i))
    oree_xml_write (out, i, ns);
  g_string_append_len (out, "</", 2);
  g_string_append (out, oree_xml_node_name (node));
  g_string_append_c (out, '>');
}

char *
oree_xml_write_document (const OreeXmlNode *node)
{
  GString *out = g_string_new ("<?xml version='1.0' encoding='UTF-8'?>\n");

  oree_xml_write (out, node, NULL);
  return g_string_free (out, FALSE);
}
