/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Common presence and instant messages: message headers, then a MIME part. */
#include "codec/mime/oree-cpim.h"
#include "base/oree-limits.h"

#define IMDN_NS "urn:ietf:params:imdn"
#define PREFIX "imdn" /* when written; read: whatever NS says */

static const struct
{
  const char *name;
  guint want;
} wants[] = {
  { "positive-delivery", OREE_CPIM_POSITIVE_DELIVERY },
  { "negative-delivery", OREE_CPIM_NEGATIVE_DELIVERY },
  { "display", OREE_CPIM_DISPLAY },
  { "processing", OREE_CPIM_PROCESSING },
};

void
oree_cpim_clear (OreeCpim *self)
{
  g_clear_pointer (&self->from, g_free);
  g_clear_pointer (&self->to, g_free);
  g_clear_pointer (&self->date, g_free);
  g_clear_pointer (&self->subject, g_free);
  g_clear_pointer (&self->subject_lang, g_free);
  g_clear_pointer (&self->message_id, g_free);
  g_clear_pointer (&self->routes, g_ptr_array_unref);
}

/* --- reading ----------------------------------------------------------------------------------- */

typedef struct
{
  OreeSpan rest;
  char *prefix;  /* of the IMDN namespace, with its dot; NULL: not declared */
  OreeSpan name;
  OreeSpan params; /* ";lang=fr" */
  OreeSpan value;
} Headers;

/* RFC 3862 2.2: `Name ":" *( ";" param ) SP value CRLF`. 1: one; 0: the empty line was taken; < 0: an OreeParseError. */
static int
next_header (Headers *self)
{
  gssize end = oree_span_index (self->rest, '\n');
  OreeSpan line, after;

  if (end < 0)
    return OREE_PARSE_BAD_SYNTAX;
  line = oree_span_sub (self->rest, 0, end > 0 && self->rest.data[end - 1] == '\r' ? (gsize) end - 1 : (gsize) end);
  self->rest = oree_span_from (self->rest, (gsize) end + 1);
  if (line.length == 0)
    return 0;
  if (!oree_span_is_utf8 (line))
    return OREE_PARSE_BAD_ENCODING;
  if (!oree_span_cut (line, ':', &self->name, &after) || self->name.length == 0 || oree_span_index (self->name, ' ') >= 0)
    return OREE_PARSE_BAD_SYNTAX;
  self->params = OREE_SPAN_EMPTY;
  if (after.length > 0 && after.data[0] == ';')
    oree_span_cut (after, ' ', &self->params, &after);
  self->value = oree_span_trim (after);
  return 1;
}

/* RFC 3862 2.3.1, 2.3.2: \" \\ \' \b \t \n \r \uXXXX. What is not one of them stands for itself. */
static char *
unescaped (OreeSpan text)
{
  static const char letters[] = "btnr", meanings[] = "\b\t\n\r";
  GString *out = g_string_sized_new (text.length);

  for (gsize i = 0; i < text.length; i++)
    {
      const char *letter;
      gunichar c = 0;

      if (text.data[i] != '\\' || i + 1 == text.length)
        {
          g_string_append_c (out, text.data[i]);
          continue;
        }
      i++;
      letter = text.data[i] != '\0' ? strchr (letters, text.data[i]) : NULL;
      if (letter != NULL)
        g_string_append_c (out, meanings[letter - letters]);
      else if (text.data[i] == 'u' && i + 4 < text.length)
        {
          for (guint digit = 1; digit <= 4; digit++)
            c = c * 16 + (gunichar) MAX (g_ascii_xdigit_value (text.data[i + digit]), 0);
          g_string_append_unichar (out, c != 0 && g_unichar_validate (c) ? c : 0xfffd);
          i += 4;
        }
      else
        g_string_append_c (out, text.data[i]);
    }
  return g_string_free (out, FALSE);
}

/* `[name] <uri>`; without brackets it is no address. */
static char *
address (OreeSpan value)
{
  OreeSpan uri, before;

  if (!oree_span_ends_with (value, ">") || !oree_span_cut (oree_span_sub (value, 0, value.length - 1), '<', &before, &uri))
    return NULL;
  return oree_span_dup (uri);
}

static guint
read_wants (OreeSpan value)
{
  OreeSpan rest = value, word;
  guint found = 0;

  while (rest.length > 0)
    {
      oree_span_cut (rest, ',', &word, &rest);
      for (guint i = 0; i < G_N_ELEMENTS (wants); i++)
        if (oree_span_equal_str (oree_span_trim (word), wants[i].name))
          found |= wants[i].want;
    }
  return found;
}

/* All that `Require` names must be of a namespace we know. */
static gboolean
understands (const Headers *self, OreeSpan value)
{
  OreeSpan rest = value, word;

  while (rest.length > 0)
    {
      oree_span_cut (rest, ',', &word, &rest);
      word = oree_span_trim (word);
      if (word.length > 0 && (self->prefix == NULL || !oree_span_starts_with (word, self->prefix)))
        return FALSE;
    }
  return TRUE;
}

static void
keep (char **slot, char *text)
{
  if (*slot == NULL)
    *slot = text;
  else
    g_free (text);
}

static void
read_namespace (Headers *self)
{
  g_autofree char *uri = address (self->value);
  OreeSpan prefix, rest;

  if (g_strcmp0 (uri, IMDN_NS) != 0 || !oree_span_cut (self->value, '<', &prefix, &rest))
    return;
  prefix = oree_span_trim (prefix);
  g_free (self->prefix);
  self->prefix = g_strdup_printf ("%.*s.", (int) prefix.length, prefix.data);
}

/* Header names are case-sensitive (RFC 3862 2.1). 0 or an OreeParseError. */
static int
take_header (OreeCpim *self, Headers *headers)
{
  OreeSpan name = headers->name, value = headers->value;

  if (oree_span_equal_str (name, "From"))
    keep (&self->from, address (value));
  else if (oree_span_equal_str (name, "To"))
    keep (&self->to, address (value));
  else if (oree_span_equal_str (name, "DateTime"))
    keep (&self->date, oree_span_dup (value));
  else if (oree_span_equal_str (name, "Subject") && self->subject == NULL)
    {
      self->subject = unescaped (value);
      if (oree_span_starts_with (headers->params, ";lang="))
        self->subject_lang = oree_span_dup (oree_span_from (headers->params, strlen (";lang=")));
    }
  else if (oree_span_equal_str (name, "NS"))
    read_namespace (headers);
  else if (oree_span_equal_str (name, "Require"))
    return understands (headers, value) ? 0 : OREE_PARSE_UNSUPPORTED;
  else if (headers->prefix != NULL && oree_span_starts_with (name, headers->prefix))
    {
      name = oree_span_from (name, strlen (headers->prefix));
      if (oree_span_equal_str (name, "Message-ID"))
        {
          if (value.length > OREE_MESSAGE_ID_MAX)
            return OREE_PARSE_TOO_LONG;
          keep (&self->message_id, oree_span_dup (value));
        }
      else if (oree_span_equal_str (name, "Disposition-Notification"))
        self->wants |= read_wants (value);
      else if (oree_span_equal_str (name, "IMDN-Record-Route"))
        {
          char *uri = address (value);

          if (self->routes == NULL)
            self->routes = g_ptr_array_new_with_free_func (g_free);
          if (uri != NULL)
            g_ptr_array_add (self->routes, uri);
        }
    }
  return 0;
}

static gssize
parse (OreeCpim *self, Headers *headers)
{
  int got;
  gssize taken;

  for (guint n = 0; (got = next_header (headers)) > 0; n++)
    {
      if (n == OREE_MIME_HEADERS_MAX)
        return OREE_PARSE_TOO_MANY;
      got = take_header (self, headers);
      if (got < 0)
        return got;
    }
  if (got < 0)
    return got;
  taken = oree_mime_part_parse (&self->content, headers->rest);
  return taken < 0 ? taken : 1;
}

gssize
oree_cpim_parse (OreeCpim *self, OreeSpan body)
{
  static const char *const firsts[] = { "\r\nFrom:", "\r\nTo:", "\r\nNS:" };
  Headers headers = { .rest = body };
  gssize taken;

  *self = (OreeCpim){ NULL };
  /* Some write an empty line before the message headers. */
  for (guint i = 0; i < G_N_ELEMENTS (firsts); i++)
    if (oree_span_starts_with (body, firsts[i]))
      headers.rest = oree_span_from (body, 2);
  taken = parse (self, &headers);
  g_free (headers.prefix);
  if (taken > 0)
    return (gssize) body.length;
  oree_cpim_clear (self);
  *self = (OreeCpim){ NULL };
  return taken;
}

/* --- writing ----------------------------------------------------------------------------------- */

/* Free of line ends and other controls: may stand in a header unescaped. */
static gboolean
is_line (const char *text)
{
  for (const char *p = text; *p; p++)
    if ((guchar) *p < 0x20 || *p == 0x7f)
      return FALSE;
  return g_utf8_validate (text, -1, NULL);
}

static gboolean
write_line (GString *out, const char *name, const char *value)
{
  if (value == NULL)
    return TRUE;
  if (!is_line (value))
    return FALSE;
  g_string_append_printf (out, "%s: %s\r\n", name, value);
  return TRUE;
}

static gboolean
write_address (GString *out, const char *name, const char *uri)
{
  if (uri == NULL)
    return TRUE;
  if (!is_line (uri) || strpbrk (uri, "<>") != NULL)
    return FALSE;
  g_string_append_printf (out, "%s: <%s>\r\n", name, uri);
  return TRUE;
}

static void
write_escaped (GString *out, const char *text)
{
  for (const char *p = text; *p; p++)
    if ((guchar) *p < 0x20 || *p == 0x7f)
      g_string_append_printf (out, "\\u%04x", (guint) (guchar) *p);
    else if (*p == '\\')
      g_string_append (out, "\\\\");
    else
      g_string_append_c (out, *p);
}

static gboolean
write_headers (GString *out, const OreeCpim *self)
{
  if (!write_address (out, "From", self->from) || !write_address (out, "To", self->to)
      || !write_line (out, "DateTime", self->date))
    return FALSE;
  if (self->subject != NULL)
    {
      g_string_append (out, "Subject: ");
      write_escaped (out, self->subject);
      g_string_append (out, "\r\n");
    }
  if (self->message_id == NULL && self->wants == 0 && self->routes == NULL)
    return TRUE;
  g_string_append (out, "NS: " PREFIX " <" IMDN_NS ">\r\n");
  if (!write_line (out, PREFIX ".Message-ID", self->message_id))
    return FALSE;
  if (self->wants != 0)
    {
      const char *comma = "";

      g_string_append (out, PREFIX ".Disposition-Notification: ");
      for (guint i = 0; i < G_N_ELEMENTS (wants); i++)
        if (self->wants & wants[i].want)
          {
            g_string_append_printf (out, "%s%s", comma, wants[i].name);
            comma = ", ";
          }
      g_string_append (out, "\r\n");
    }
  for (guint i = 0; self->routes != NULL && i < self->routes->len; i++)
    if (!write_address (out, PREFIX ".IMDN-Route", g_ptr_array_index (self->routes, i)))
      return FALSE;
  return TRUE;
}

GString *
oree_cpim_write (const OreeCpim *self, const char *content_type, const char *disposition, OreeSpan body)
{
  g_autoptr (GString) out = g_string_sized_new (256 + body.length);

  if (!write_headers (out, self))
    return NULL;
  g_string_append (out, "\r\n");
  if (!write_line (out, "Content-Type", content_type) || !write_line (out, "Content-Disposition", disposition))
    return NULL;
  g_string_append_printf (out, "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n", body.length);
  oree_span_append_to (body, out);
  return g_steal_pointer (&out);
}
