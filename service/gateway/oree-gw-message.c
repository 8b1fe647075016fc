/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-message.h"

#include "base/oree-limits.h"
#include "codec/sip/oree-sip-misc.h"

#define CALL_ID_MAX 255
#define LANGUAGE_MAX 64

/* --- threads ----------------------------------------------------------------------------------- */

struct _OreeGwThreads
{
  guint max;
  GHashTable *threads; /* Call-ID → thread */
  GQueue order;        /* Call-IDs, borrowed, oldest first */
};

OreeGwThreads *
oree_gw_threads_new (guint max)
{
  OreeGwThreads *self = g_new0 (OreeGwThreads, 1);

  self->max = max;
  self->threads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&self->order);
  return self;
}

void
oree_gw_threads_free (OreeGwThreads *self)
{
  if (self == NULL)
    return;
  g_queue_clear (&self->order);
  g_hash_table_unref (self->threads);
  g_free (self);
}

/* word of RFC 3261 25.1 */
static gboolean
is_word (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && (text[i] == '\0' || strchr ("-.!%*_+`'~()<>:\\\"/[]?{}", text[i]) == NULL))
      return FALSE;
  return length > 0;
}

/* Our derived names may not be written by somebody else: they go through the map as well. */
#define DERIVED "oree-thread-"

static gboolean
is_call_id (const char *text)
{
  gsize length = strlen (text);
  const char *at = strchr (text, '@');

  if (length > CALL_ID_MAX || g_str_has_prefix (text, DERIVED))
    return FALSE;
  return at == NULL ? is_word (text, length)
                    : is_word (text, (gsize) (at - text)) && is_word (at + 1, length - (gsize) (at - text) - 1);
}

char *
oree_gw_threads_call_id (OreeGwThreads *self, const char *thread)
{
  g_autofree char *digest = NULL;
  char *call_id;

  if (is_call_id (thread))
    return g_strdup (thread);
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, thread, -1);
  call_id = g_strconcat (DERIVED, digest, NULL);
  if (!g_hash_table_contains (self->threads, call_id))
    {
      char *kept = g_strdup (call_id);

      if (g_queue_get_length (&self->order) >= self->max)
        g_hash_table_remove (self->threads, g_queue_pop_head (&self->order));
      g_hash_table_insert (self->threads, kept, g_strdup (thread));
      g_queue_push_tail (&self->order, kept);
    }
  return call_id;
}

char *
oree_gw_threads_thread (const OreeGwThreads *self, OreeSpan call_id)
{
  g_autofree char *text = oree_span_dup (call_id);
  const char *thread = g_hash_table_lookup (self->threads, text);

  return thread != NULL ? g_strdup (thread) : g_steal_pointer (&text);
}

/* --- text -------------------------------------------------------------------------------------- */

/* Any line end → CR LF; NUL cannot occur in a tree. */
static char *
to_crlf (const char *text)
{
  GString *out = g_string_sized_new (strlen (text) + 16);

  for (const char *p = text; *p; p++)
    {
      if (*p == '\r' && p[1] == '\n')
        continue;
      if (*p == '\n' || *p == '\r')
        g_string_append (out, "\r\n");
      else
        g_string_append_c (out, *p);
    }
  return g_string_free (out, FALSE);
}

static char *
from_crlf (OreeSpan text)
{
  GString *out = g_string_sized_new (text.length);

  for (gsize i = 0; i < text.length; i++)
    if (text.data[i] == '\r')
      {
        g_string_append_c (out, '\n');
        if (i + 1 < text.length && text.data[i + 1] == '\n')
          i++;
      }
    else
      g_string_append_c (out, text.data[i]);
  return g_string_free (out, FALSE);
}

/* One line for a header: controls become spaces. */
static char *
one_line (const char *text)
{
  char *line = g_strdup (text);

  for (char *p = line; *p; p++)
    if ((guchar) *p < 0x20 || *p == 0x7f)
      *p = ' ';
  return g_strstrip (line);
}

/* A language tag as BCP 47 writes it; anything else is not handed on. */
static gboolean
is_language (OreeSpan tag)
{
  if (tag.length == 0 || tag.length > LANGUAGE_MAX || tag.data[0] == '-' || tag.data[tag.length - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < tag.length; i++)
    if (!g_ascii_isalnum (tag.data[i]) && tag.data[i] != '-')
      return FALSE;
  return TRUE;
}

/* What XML cannot carry becomes U+FFFD (XML 1.0 2.2): here, so that the stanza is what will be read. */
static char *
xml_clean (char *text)
{
  GString *out = NULL;
  const char *start = text;

  for (const char *p = text; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if ((c >= 0x20 && c != 0xfffe && c != 0xffff) || c == '\t' || c == '\n' || c == '\r')
        continue;
      if (out == NULL)
        out = g_string_new (NULL);
      g_string_append_len (out, start, p - start);
      g_string_append (out, "\xef\xbf\xbd");
      start = g_utf8_next_char (p);
    }
  if (out == NULL)
    return text;
  g_string_append (out, start);
  g_free (text);
  return g_string_free (out, FALSE);
}

/* --- XMPP → SIP -------------------------------------------------------------------------------- */

void
oree_gw_sip_clear (OreeGwSip *self)
{
  g_clear_pointer (&self->call_id, g_free);
  g_clear_pointer (&self->subject, g_free);
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->body, g_free);
}

OreeGwMessageOutcome
oree_gw_message_to_sip (const OreeStanza *stanza, OreeGwThreads *threads, gsize max_body, OreeGwSip *out,
                        OreeStanzaErr *err)
{
  const OreeXmlNode *body, *subject;
  const char *thread, *language;

  if (stanza->type == OREE_STANZA_TYPE_GROUPCHAT)
    {
      *err = OREE_STANZA_ERR_SERVICE_UNAVAILABLE;
      return OREE_GW_MESSAGE_REFUSED;
    }
  body = oree_stanza_localised (stanza, "body", NULL);
  if (body == NULL)
    return OREE_GW_MESSAGE_EMPTY;
  *out = (OreeGwSip){ .body = to_crlf (oree_xml_node_text (body)) };
  if (strlen (out->body) > max_body)
    {
      oree_gw_sip_clear (out);
      *err = OREE_STANZA_ERR_POLICY_VIOLATION; /* RFC 7572 6 */
      return OREE_GW_MESSAGE_REFUSED;
    }
  thread = oree_xml_node_child_text (stanza->node, "thread", NULL);
  if (thread != NULL && *thread)
    out->call_id = oree_gw_threads_call_id (threads, thread);
  subject = oree_stanza_localised (stanza, "subject", NULL);
  if (subject != NULL)
    out->subject = one_line (oree_xml_node_text (subject));
  language = oree_xml_node_lang (body);
  if (language == NULL)
    language = stanza->lang;
  if (language != NULL && is_language (oree_span_str (language)))
    out->language = g_strdup (language);
  return OREE_GW_MESSAGE_OK;
}

/* --- SIP → XMPP -------------------------------------------------------------------------------- */

const char *
oree_gw_message_accept (void)
{
  return "text/plain";
}

/* The body as UTF-8 text; NULL when its charset is unknown to us or it is not what it says. */
static char *
body_text (const OreeSipMsg *request, const OreeSipContentType *type)
{
  OreeSipParam charset;
  g_autofree char *name = NULL;
  g_autofree char *utf8 = NULL;
  gsize written;

  if (!oree_sip_hdr_find_param (type->params, "charset", &charset)
      || oree_span_equal_nocase_str (charset.value, "utf-8") || oree_span_equal_nocase_str (charset.value, "us-ascii"))
    return oree_span_is_utf8 (request->body) ? from_crlf (request->body) : NULL;
  name = oree_span_dup (charset.value);
  utf8 = g_convert (request->body.data, (gssize) request->body.length, "UTF-8", name, NULL, &written, NULL);
  return utf8 != NULL && oree_span_is_utf8 (oree_span (utf8, written)) ? from_crlf (oree_span (utf8, written)) : NULL;
}

OreeXmlNode *
oree_gw_message_to_xmpp (const OreeSipMsg *request, const OreeGwThreads *threads, const char *from, const char *to,
                         const char *id, guint *status)
{
  OreeSipContentType type = { 0 };
  OreeSpan content_type = oree_sip_msg_value (request, OREE_SIP_HDR_CONTENT_TYPE);
  OreeSpan language = oree_span_trim_lws (oree_sip_msg_value (request, OREE_SIP_HDR_CONTENT_LANGUAGE));
  OreeSpan subject = oree_sip_msg_value (request, OREE_SIP_HDR_SUBJECT);
  g_autofree char *body = NULL, *thread = NULL, *subject_text = NULL, *lang = NULL;

  if (request->body.length == 0)
    {
      *status = 200;
      return NULL;
    }
  if (oree_sip_content_type_parse (&type, content_type) <= 0 || !oree_sip_content_type_is (&type, "text", "plain")
      || !oree_span_is_empty (oree_sip_msg_value (request, OREE_SIP_HDR_CONTENT_ENCODING)))
    {
      *status = 415;
      return NULL;
    }
  body = body_text (request, &type);
  if (body == NULL)
    {
      *status = 415;
      return NULL;
    }
  body = xml_clean (g_steal_pointer (&body));
  thread = xml_clean (oree_gw_threads_thread (threads, oree_sip_msg_value (request, OREE_SIP_HDR_CALL_ID)));
  if (!oree_span_is_empty (subject) && oree_span_is_utf8 (subject))
    {
      g_autofree char *raw = oree_span_dup (subject);

      subject_text = xml_clean (one_line (raw));
    }
  if (is_language (language))
    lang = oree_span_dup (language);
  /* RFC 7572 table 2: pager-mode messages are of type normal. */
  return oree_stanza_build_message (OREE_STANZA_TYPE_NORMAL, from, to, id, lang, subject_text, body, thread);
}
