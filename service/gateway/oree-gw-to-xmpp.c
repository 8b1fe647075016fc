/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bodies of SIP messages → message stanzas (RFC 7572 table 2). */
#include "gateway/oree-gw-message.h"

#include "base/oree-limits.h"
#include "base/oree-time.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/xml/oree-html-reader.h"
#include "gateway/oree-gw-html.h"
#include "gateway/oree-gw-text.h"

#define LATE (60 * OREE_SECOND) /* what took no longer was sent just now */
#define RECIPIENT_LIST "recipient-list-message" /* RFC 5365 */

void
oree_gw_content_clear (OreeGwContent *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->html, oree_xml_node_unref);
  g_clear_pointer (&self->subject, g_free);
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->message_id, g_free);
  g_clear_pointer (&self->routes, g_ptr_array_unref);
  oree_imdn_clear (&self->imdn);
}

const char *
oree_gw_message_accept (void)
{
  return "text/plain, text/html, multipart/alternative, multipart/mixed, message/cpim, message/imdn+xml, "
         "application/im-iscomposing+xml";
}

/* --- reading bodies ---------------------------------------------------------------------------- */

typedef OreeGwRefusalId (*ReadPart) (OreeGwContent *self, const OreeMimeType *type, OreeSpan body, guint depth);

static OreeGwRefusalId read_part (OreeGwContent *self, const OreeMimePart *part, guint depth);

static void
set_language (OreeGwContent *self, OreeSpan tag)
{
  tag = oree_span_trim_lws (tag);
  if (oree_gw_text_is_language (tag))
    {
      g_free (self->language);
      self->language = oree_span_dup (tag);
    }
}

static OreeGwRefusalId
read_plain (OreeGwContent *self, const OreeMimeType *type, OreeSpan body, guint depth)
{
  g_autofree char *utf8 = oree_mime_text (type, body);

  if (utf8 == NULL)
    return OREE_GW_REFUSAL_CONTENT; /* a charset we do not know, or octets that are none of it */
  g_free (self->text);
  self->text = oree_gw_text_clean (strchr (utf8, '\r') != NULL ? oree_gw_text_from_crlf (oree_span_str (utf8))
                                                               : g_steal_pointer (&utf8));
  self->kind = OREE_GW_CONTENT_TEXT;
  return OREE_GW_REFUSAL_NONE;
}

static OreeGwRefusalId
read_html (OreeGwContent *self, const OreeMimeType *type, OreeSpan body, guint depth)
{
  g_autofree char *utf8 = oree_mime_text (type, body);
  g_autofree char *clean = utf8 != NULL ? oree_gw_text_clean (g_steal_pointer (&utf8)) : NULL;
  g_autoptr (OreeXmlNode) tree = NULL;

  if (clean == NULL)
    return OREE_GW_REFUSAL_CONTENT;
  self->kind = OREE_GW_CONTENT_TEXT;
  self->was_html = TRUE;
  if (*clean == '\0')
    return OREE_GW_REFUSAL_NONE;
  if (oree_html_parse (clean, strlen (clean), &oree_xml_caps_document, &tree) <= 0)
    return OREE_GW_REFUSAL_BROKEN;
  g_clear_pointer (&self->html, oree_xml_node_unref);
  self->html = oree_gw_html_canonical (tree);
  return OREE_GW_REFUSAL_NONE;
}

static OreeGwRefusalId
read_cpim (OreeGwContent *self, const OreeMimeType *type, OreeSpan body, guint depth)
{
  g_auto (OreeCpim) cpim = { NULL };
  gssize taken = oree_cpim_parse (&cpim, body);

  if (taken == OREE_PARSE_UNSUPPORTED)
    return OREE_GW_REFUSAL_CONTENT;
  if (taken < 0)
    return OREE_GW_REFUSAL_BROKEN;
  self->was_cpim = TRUE;
  if (cpim.subject != NULL)
    {
      g_free (self->subject);
      self->subject = oree_gw_text_line (oree_span_str (cpim.subject));
    }
  if (cpim.date != NULL)
    oree_gw_date_parse (oree_span_str (cpim.date), &self->wall);
  if (cpim.message_id != NULL)
    {
      g_free (self->message_id);
      self->message_id = g_steal_pointer (&cpim.message_id);
      self->wants = cpim.wants;
      g_clear_pointer (&self->routes, g_ptr_array_unref);
      self->routes = g_steal_pointer (&cpim.routes);
    }
  return read_part (self, &cpim.content, depth + 1);
}

static OreeGwRefusalId
read_composing (OreeGwContent *self, const OreeMimeType *type, OreeSpan body, guint depth)
{
  if (oree_iscomposing_parse (&self->composing, body) <= 0)
    return OREE_GW_REFUSAL_BROKEN;
  self->kind = OREE_GW_CONTENT_COMPOSING;
  return OREE_GW_REFUSAL_NONE;
}

static OreeGwRefusalId
read_imdn (OreeGwContent *self, const OreeMimeType *type, OreeSpan body, guint depth)
{
  oree_imdn_clear (&self->imdn);
  if (oree_imdn_parse (&self->imdn, body) <= 0)
    return OREE_GW_REFUSAL_BROKEN;
  self->kind = OREE_GW_CONTENT_IMDN;
  return OREE_GW_REFUSAL_NONE;
}

static OreeGwRefusalId
read_list (OreeGwContent *self, const OreeMimeType *type, OreeSpan body, guint depth)
{
  return OREE_GW_REFUSAL_MANY_RECIPIENTS;
}

/* Every form that we know is taken; the plain one is what is shown where the formatted one is not. */
static OreeGwRefusalId
read_alternative (OreeGwContent *self, const OreeMimeType *type, OreeSpan body, guint depth)
{
  OreeMimePart parts[OREE_MIME_PARTS_MAX];
  OreeGwRefusalId refusal = OREE_GW_REFUSAL_CONTENT;
  guint n;

  if (oree_mime_multipart_parse (type, body, parts, G_N_ELEMENTS (parts), &n) < 0)
    return OREE_GW_REFUSAL_BROKEN;
  for (guint i = 0; i < n; i++)
    {
      OreeGwRefusalId one = read_part (self, &parts[i], depth + 1);

      if (one == OREE_GW_REFUSAL_NONE || refusal == OREE_GW_REFUSAL_CONTENT)
        refusal = one;
    }
  return self->kind != OREE_GW_CONTENT_EMPTY ? OREE_GW_REFUSAL_NONE : refusal;
}

/* A part joins what stands before it as a paragraph of its own. */
static void
join (OreeGwContent *self, OreeGwContent *part)
{
  g_autofree char *mine = self->text != NULL || self->html == NULL ? g_strdup (self->text) : oree_gw_html_to_text (self->html);
  g_autofree char *its = part->text != NULL || part->html == NULL ? g_strdup (part->text) : oree_gw_html_to_text (part->html);

  g_clear_pointer (&self->html, oree_xml_node_unref);
  g_free (self->text);
  self->text = g_strjoin ("\n\n", mine != NULL ? mine : "", its, NULL);
}

/* Each part is understood, or may be left out, or nothing of it is taken. */
static OreeGwRefusalId
read_mixed (OreeGwContent *self, const OreeMimeType *type, OreeSpan body, guint depth)
{
  OreeMimePart parts[OREE_MIME_PARTS_MAX];
  guint n;

  if (oree_mime_multipart_parse (type, body, parts, G_N_ELEMENTS (parts), &n) < 0)
    return OREE_GW_REFUSAL_BROKEN;
  for (guint i = 0; i < n; i++)
    {
      g_auto (OreeGwContent) one = { OREE_GW_CONTENT_EMPTY };
      gboolean more = self->kind == OREE_GW_CONTENT_TEXT;
      OreeGwRefusalId refusal = read_part (more ? &one : self, &parts[i], depth + 1);

      if (refusal != OREE_GW_REFUSAL_NONE && (refusal == OREE_GW_REFUSAL_MANY_RECIPIENTS || !oree_mime_part_is_optional (&parts[i])))
        return refusal;
      if (more && refusal == OREE_GW_REFUSAL_NONE && one.kind == OREE_GW_CONTENT_TEXT)
        join (self, &one);
    }
  return OREE_GW_REFUSAL_NONE;
}

/* RFC 2387: the first part is the text, the rest what it shows. */
static OreeGwRefusalId
read_related (OreeGwContent *self, const OreeMimeType *type, OreeSpan body, guint depth)
{
  OreeMimePart parts[OREE_MIME_PARTS_MAX];
  guint n;

  if (oree_mime_multipart_parse (type, body, parts, G_N_ELEMENTS (parts), &n) < 0)
    return OREE_GW_REFUSAL_BROKEN;
  return read_part (self, &parts[0], depth + 1);
}

static const struct
{
  const char *type;
  ReadPart read;
} readers[] = {
  { "text/plain", read_plain },
  { "text/html", read_html },
  { "multipart/alternative", read_alternative },
  { "multipart/mixed", read_mixed },
  { "multipart/related", read_related },
  { OREE_CPIM_TYPE, read_cpim },
  { OREE_ISCOMPOSING_TYPE, read_composing },
  { OREE_IMDN_TYPE, read_imdn },
  { "application/resource-lists+xml", read_list },
};

static OreeGwRefusalId
read_part (OreeGwContent *self, const OreeMimePart *part, guint depth)
{
  for (guint i = 0; i < G_N_ELEMENTS (readers) && depth <= OREE_MIME_DEPTH_MAX; i++)
    if (oree_mime_type_is (&part->type, readers[i].type))
      {
        OreeGwRefusalId refusal;
        GString *decoded;

        set_language (self, part->language);
        if (part->encoding.length == 0)
          return readers[i].read (self, &part->type, part->body, depth);
        decoded = oree_mime_decode (part->body, part->encoding);
        if (decoded == NULL)
          return OREE_GW_REFUSAL_CONTENT;
        refusal = readers[i].read (self, &part->type, oree_span (decoded->str, decoded->len), depth);
        g_string_free (decoded, TRUE);
        return refusal;
      }
  return OREE_GW_REFUSAL_CONTENT;
}

/* --- reading requests -------------------------------------------------------------------------- */

/* RFC 3261 8.2.2.3: not one extension is understood here. */
static OreeGwRefusalId
check_require (const OreeSipMsg *request, char **unsupported)
{
  OreeSipValues values;
  OreeSpan value;
  g_autoptr (GString) names = NULL;
  OreeGwRefusalId refusal = OREE_GW_REFUSAL_NONE;

  if (oree_sip_msg_header (request, OREE_SIP_HDR_REQUIRE) == NULL)
    return OREE_GW_REFUSAL_NONE;
  oree_sip_values_init (&values, request, OREE_SIP_HDR_REQUIRE);
  while (oree_sip_values_next (&values, &value))
    {
      if (!oree_sip_hdr_is_token (value))
        continue;
      if (names == NULL)
        names = g_string_new (NULL);
      g_string_append_printf (names, "%s%.*s", names->len > 0 ? ", " : "", (int) value.length, value.data);
      if (oree_span_equal_nocase_str (value, RECIPIENT_LIST))
        refusal = OREE_GW_REFUSAL_MANY_RECIPIENTS;
      else if (refusal == OREE_GW_REFUSAL_NONE)
        refusal = OREE_GW_REFUSAL_EXTENSION;
    }
  if (names != NULL)
    *unsupported = g_string_free (g_steal_pointer (&names), FALSE);
  return refusal;
}

OreeGwRefusalId
oree_gw_content_read (OreeGwContent *self, const OreeSipMsg *request, char **unsupported)
{
  OreeSpan subject = oree_sip_msg_value (request, OREE_SIP_HDR_SUBJECT);
  OreeSpan date = oree_sip_msg_value (request, OREE_SIP_HDR_DATE);
  OreeMimePart top = { .body = request->body };
  OreeGwRefusalId refusal;

  *self = (OreeGwContent){ OREE_GW_CONTENT_EMPTY };
  *unsupported = NULL;
  refusal = check_require (request, unsupported);
  if (refusal != OREE_GW_REFUSAL_NONE || request->body.length == 0)
    return refusal;
  if (oree_mime_type_parse (&top.type, oree_sip_msg_value (request, OREE_SIP_HDR_CONTENT_TYPE)) <= 0
      || !oree_span_is_empty (oree_sip_msg_value (request, OREE_SIP_HDR_CONTENT_ENCODING)))
    return OREE_GW_REFUSAL_CONTENT;
  if (!oree_span_is_empty (subject))
    {
      g_autofree char *line = oree_gw_text_line (subject);

      if (*line != '\0')
        self->subject = g_steal_pointer (&line);
    }
  if (!oree_span_is_empty (date))
    oree_gw_date_parse (date, &self->wall);
  top.language = oree_sip_msg_value (request, OREE_SIP_HDR_CONTENT_LANGUAGE);
  refusal = read_part (self, &top, 0);
  if (refusal == OREE_GW_REFUSAL_NONE && self->kind == OREE_GW_CONTENT_TEXT && self->text == NULL && self->html == NULL)
    self->kind = OREE_GW_CONTENT_EMPTY;
  return refusal;
}

guint32
oree_gw_content_life (const OreeGwContent *self, const OreeSipMsg *request, gint64 now)
{
  guint32 expires = oree_sip_expires (request, G_MAXUINT32);
  gint64 age = self->wall > 0 ? MAX ((now - self->wall) / G_USEC_PER_SEC, 0) : 0;

  if (expires == G_MAXUINT32)
    return G_MAXUINT32;
  return age < expires ? expires - (guint32) age : 0;
}

/* --- stanzas ----------------------------------------------------------------------------------- */

static void
add_empty (OreeXmlBuilder *builder, const char *name, const char *ns)
{
  oree_xml_builder_element (builder, name, ns, NULL);
}

static void
add_html (OreeXmlBuilder *builder, const OreeXmlNode *html)
{
  oree_xml_builder_open (builder, "html", OREE_NS_XHTML_IM);
  oree_xml_builder_add (builder, html);
  oree_xml_builder_close (builder);
}

static void
add_stamp (OreeXmlBuilder *builder, gint64 wall, const OreeGwStanzaParts *parts)
{
  g_autofree char *stamp = NULL;

  if (wall <= 0 || parts->by == NULL || wall > parts->now - LATE)
    return;
  stamp = oree_time_format_wall (wall);
  oree_xml_builder_open (builder, "delay", OREE_NS_DELAY);
  oree_xml_builder_attribute (builder, "from", parts->by);
  oree_xml_builder_attribute (builder, "stamp", stamp);
  oree_xml_builder_close (builder);
}

OreeXmlNode *
oree_gw_content_to_stanza (const OreeGwContent *self, const OreeGwStanzaParts *parts)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autofree char *shown = self->text == NULL && self->html != NULL ? oree_gw_html_to_text (self->html) : NULL;

  /* RFC 7572 table 2: pager-mode messages are of type normal. */
  oree_stanza_open (builder, OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_NORMAL, parts->from, parts->to, parts->id, self->language);
  if (self->subject != NULL)
    oree_xml_builder_element (builder, "subject", NULL, self->subject);
  oree_xml_builder_element (builder, "body", NULL, shown != NULL ? shown : self->text);
  if (parts->thread != NULL)
    oree_xml_builder_element (builder, "thread", NULL, parts->thread);
  if (self->html != NULL && oree_gw_html_is_rich (self->html))
    add_html (builder, self->html);
  if (parts->active)
    add_empty (builder, "active", OREE_NS_CHATSTATES);
  if (self->wants & OREE_CPIM_POSITIVE_DELIVERY)
    add_empty (builder, "request", OREE_NS_RECEIPTS);
  if (self->wants & OREE_CPIM_DISPLAY)
    add_empty (builder, "markable", OREE_NS_MARKERS);
  add_stamp (builder, self->wall, parts);
  return oree_xml_builder_finish (builder);
}

OreeXmlNode *
oree_gw_state_to_stanza (OreeChatState state, const OreeGwStanzaParts *parts)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();

  oree_stanza_open (builder, OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_CHAT, parts->from, parts->to, parts->id, NULL);
  if (parts->thread != NULL)
    oree_xml_builder_element (builder, "thread", NULL, parts->thread);
  add_empty (builder, oree_chat_state_name (state), OREE_NS_CHATSTATES);
  return oree_xml_builder_finish (builder);
}

OreeXmlNode *
oree_gw_receipt_to_stanza (gboolean displayed, const char *confirms, OreeStanzaType type, const OreeGwStanzaParts *parts)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();

  oree_stanza_open (builder, OREE_STANZA_MESSAGE, type, parts->from, parts->to, parts->id, NULL);
  oree_xml_builder_open (builder, displayed ? "displayed" : "received", displayed ? OREE_NS_MARKERS : OREE_NS_RECEIPTS);
  oree_xml_builder_attribute (builder, "id", confirms);
  return oree_xml_builder_finish (builder);
}
