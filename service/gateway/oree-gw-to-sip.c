/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Message stanzas → the parts of SIP messages (RFC 7572 table 1). */
#include "gateway/oree-gw-message.h"

#include "base/oree-limits.h"
#include "gateway/oree-gw-html.h"
#include "gateway/oree-gw-text.h"

#define ALTERNATIVE_MAX 512 /* delimiters and headers of the two parts */

void
oree_gw_sip_clear (OreeGwSip *self)
{
  g_clear_pointer (&self->call_id, g_free);
  g_clear_pointer (&self->subject, g_free);
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->date, g_free);
  g_clear_pointer (&self->body, g_free);
  g_clear_pointer (&self->html, g_free);
}

/* --- what a SIP client cannot show, in words ----------------------------------------------------- */

static char *
reactions_text (const OreeXmlNode *reactions, const char *reader)
{
  g_autoptr (GString) signs = g_string_new (NULL);
  const OreeXmlNode *one = oree_xml_node_child (reactions, "reaction", NULL);

  for (; one != NULL; one = oree_xml_node_next_named (one, "reaction", NULL))
    g_string_append_printf (signs, "%s%s", signs->len > 0 ? " " : "", oree_xml_node_text (one));
  return signs->len > 0 ? oree_gw_phrase_with (OREE_GW_PHRASE_REACTION, reader, signs->str)
                        : g_strdup (oree_gw_phrase (OREE_GW_PHRASE_REACTION_OVER, reader));
}

/* "name (1234) https://…" */
static char *
attachment_text (const OreeGwAttachment *attachment, const char *reader)
{
  g_autoptr (GString) text = g_string_new (attachment->name);

  if (attachment->size != NULL && *attachment->size != '\0')
    g_string_append_printf (text, " (%s B)", attachment->size);
  if (attachment->url != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", attachment->url);
  return oree_gw_phrase_with (attachment->url != NULL ? OREE_GW_PHRASE_ATTACHMENT : OREE_GW_PHRASE_ATTACHMENT_LOST, reader,
                              text->str);
}

/* Adds what is attached and not named in the text already. */
static void
add_attachments (GString *text, const OreeStanza *stanza, const char *reader)
{
  OreeGwAttachment attachment;
  guint n = 0;

  for (const OreeXmlNode *child = oree_xml_node_first (stanza->node); child != NULL; child = oree_xml_node_next (child))
    {
      g_autofree char *line = NULL;

      if (!oree_gw_extras_attachment (child, &attachment)
          || (attachment.url != NULL && strstr (text->str, attachment.url) != NULL) || n++ >= OREE_GW_ATTACHMENTS_MAX)
        continue;
      line = attachment_text (&attachment, reader);
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", line);
    }
}

/* All that is to be read, lines ending in LF; *as_written: it is the body and nothing else. NULL: there is nothing. */
static char *
whole_text (const OreeStanza *stanza, const OreeGwExtras *extras, const OreeXmlNode *body, const OreeXmlNode *html,
            const char *subject, const char *reader, gboolean *as_written)
{
  g_autofree char *first = NULL;
  GString *text;

  *as_written = TRUE;
  if (body != NULL)
    first = g_strdup (oree_xml_node_text (body));
  else if (extras->reactions != NULL)
    first = reactions_text (extras->reactions, reader);
  else if (html != NULL)
    first = oree_gw_html_to_text (html); /* XEP-0071 demands a body; not everybody obeys */
  else if (subject != NULL && *subject != '\0')
    first = g_strdup (subject);
  if (first != NULL && extras->replaces != NULL)
    {
      char *corrected = oree_gw_phrase_with (OREE_GW_PHRASE_CORRECTION, reader, first);

      g_free (first);
      first = corrected;
      *as_written = FALSE;
    }
  if (!extras->attachments)
    return g_steal_pointer (&first);
  text = g_string_new (first);
  add_attachments (text, stanza, reader);
  if (first == NULL || strcmp (text->str, first) != 0)
    *as_written = FALSE;
  return g_string_free (text, text->len == 0);
}

/* --- the message ------------------------------------------------------------------------------- */

static OreeGwRefusalId
not_for_sip (const OreeStanza *stanza, const OreeGwExtras *extras)
{
  if (stanza->type == OREE_STANZA_TYPE_GROUPCHAT)
    return OREE_GW_REFUSAL_GROUP_CHAT;
  if (extras->invitation != NULL)
    return OREE_GW_REFUSAL_INVITATION;
  if (extras->call != NULL)
    return OREE_GW_REFUSAL_CALL;
  /* The body beside it tells the reader that there was something; its writer must hear that it was lost. */
  if (extras->encrypted)
    return OREE_GW_REFUSAL_ENCRYPTED;
  return OREE_GW_REFUSAL_NONE;
}

static gboolean
is_signal (const OreeGwExtras *extras)
{
  return extras->state != OREE_CHAT_STATE_NONE || extras->received != NULL || extras->displayed != NULL;
}

static void
set_language (OreeGwSip *out, const OreeStanza *stanza, const OreeXmlNode *body)
{
  const char *language = body != NULL ? oree_xml_node_lang (body) : NULL;

  if (language == NULL)
    language = stanza->lang;
  if (language != NULL && oree_gw_text_is_language (oree_span_str (language)))
    out->language = g_strdup (language);
}

/* A subject too long for a header stands above the text instead. */
static void
set_subject (OreeGwSip *out, const char *subject)
{
  if (subject == NULL)
    return;
  out->subject = oree_gw_text_line (oree_span_str (subject));
  if (strlen (out->subject) > OREE_GW_HEADER_TEXT_MAX)
    {
      char *both = g_strconcat (out->subject, "\r\n\r\n", out->body, NULL);

      g_free (out->body);
      out->body = both;
      g_clear_pointer (&out->html, g_free);
    }
  if (*out->subject == '\0' || strlen (out->subject) > OREE_GW_HEADER_TEXT_MAX)
    g_clear_pointer (&out->subject, g_free);
}

OreeGwMessageOutcome
oree_gw_message_to_sip (const OreeStanza *stanza, const OreeGwExtras *extras, OreeGwThreads *threads, gsize max_body,
                        const char *reader, OreeGwSip *out, OreeGwRefusalId *refusal)
{
  const OreeXmlNode *body = oree_stanza_localised (stanza, "body", reader);
  const OreeXmlNode *subject_node = oree_stanza_localised (stanza, "subject", reader);
  const char *subject = subject_node != NULL ? oree_xml_node_text (subject_node) : NULL;
  g_autoptr (OreeXmlNode) html = NULL;
  g_autofree char *text = NULL;
  gboolean as_written = TRUE;
  const char *thread;

  *out = (OreeGwSip){ NULL };
  *refusal = not_for_sip (stanza, extras);
  if (*refusal != OREE_GW_REFUSAL_NONE)
    return OREE_GW_MESSAGE_REFUSED;
  if (extras->html != NULL)
    html = oree_gw_html_canonical (extras->html);
  if (body == NULL || extras->replaces != NULL || extras->attachments)
    {
      text = whole_text (stanza, extras, body, html, subject, reader != NULL ? reader : stanza->lang, &as_written);
      if (text == NULL)
        return is_signal (extras) ? OREE_GW_MESSAGE_SIGNAL : OREE_GW_MESSAGE_EMPTY;
    }
  out->body = oree_gw_text_to_crlf (text != NULL ? text : oree_xml_node_text (body));
  if (html != NULL && as_written && oree_gw_html_is_rich (html))
    out->html = oree_gw_html_write (html);
  if (body != NULL || extras->reactions != NULL || html != NULL)
    set_subject (out, subject);
  if (out->html != NULL && strlen (out->body) + strlen (out->html) + ALTERNATIVE_MAX > max_body)
    g_clear_pointer (&out->html, g_free); /* its text goes whole, and that is what counts */
  if (strlen (out->body) > max_body)
    {
      oree_gw_sip_clear (out);
      *refusal = OREE_GW_REFUSAL_BODY_TOO_BIG; /* RFC 7572 6 */
      return OREE_GW_MESSAGE_REFUSED;
    }
  thread = oree_xml_node_child_text (stanza->node, "thread", NULL);
  if (thread != NULL && *thread)
    out->call_id = oree_gw_threads_call_id (threads, thread);
  set_language (out, stanza, body);
  out->date = oree_gw_date_to_sip (extras->stamp);
  return OREE_GW_MESSAGE_OK;
}

GString *
oree_gw_sip_alternative (const OreeGwSip *self, const char *token, char **type)
{
  GString *out = g_string_sized_new (strlen (self->body) + strlen (self->html) + 256);

  *type = g_strdup_printf ("multipart/alternative;boundary=\"%s\"", token);
  g_string_append_printf (out, "--%s\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\n%s\r\n", token, self->body);
  g_string_append_printf (out, "--%s\r\nContent-Type: text/html;charset=UTF-8\r\n\r\n%s\r\n--%s--\r\n", token, self->html, token);
  return out;
}
