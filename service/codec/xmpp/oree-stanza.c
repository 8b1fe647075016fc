/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stanzas: the typed view, and builders. */
#include "codec/xmpp/oree-stanza.h"

static const char *const kind_names[] = {
  [OREE_STANZA_MESSAGE] = "message",
  [OREE_STANZA_PRESENCE] = "presence",
  [OREE_STANZA_IQ] = "iq",
};
G_STATIC_ASSERT (G_N_ELEMENTS (kind_names) == OREE_N_STANZA_KINDS);

typedef struct
{
  const char *name; /* the attribute; NULL: none is written */
  guint kinds;      /* bits of the kinds that may have it */
} Type;

#define MESSAGE (1u << OREE_STANZA_MESSAGE)
#define PRESENCE (1u << OREE_STANZA_PRESENCE)
#define IQ (1u << OREE_STANZA_IQ)

static const Type types[] = {
  [OREE_STANZA_TYPE_NORMAL] = { NULL, 0 },
  [OREE_STANZA_TYPE_CHAT] = { "chat", MESSAGE },
  [OREE_STANZA_TYPE_GROUPCHAT] = { "groupchat", MESSAGE },
  [OREE_STANZA_TYPE_HEADLINE] = { "headline", MESSAGE },
  [OREE_STANZA_TYPE_AVAILABLE] = { NULL, 0 },
  [OREE_STANZA_TYPE_UNAVAILABLE] = { "unavailable", PRESENCE },
  [OREE_STANZA_TYPE_SUBSCRIBE] = { "subscribe", PRESENCE },
  [OREE_STANZA_TYPE_SUBSCRIBED] = { "subscribed", PRESENCE },
  [OREE_STANZA_TYPE_UNSUBSCRIBE] = { "unsubscribe", PRESENCE },
  [OREE_STANZA_TYPE_UNSUBSCRIBED] = { "unsubscribed", PRESENCE },
  [OREE_STANZA_TYPE_PROBE] = { "probe", PRESENCE },
  [OREE_STANZA_TYPE_GET] = { "get", IQ },
  [OREE_STANZA_TYPE_SET] = { "set", IQ },
  [OREE_STANZA_TYPE_RESULT] = { "result", IQ },
  [OREE_STANZA_TYPE_ERROR] = { "error", MESSAGE | PRESENCE | IQ },
  [OREE_STANZA_TYPE_INVALID] = { NULL, 0 },
};
G_STATIC_ASSERT (G_N_ELEMENTS (types) == OREE_N_STANZA_TYPES);

const char *
oree_stanza_kind_name (OreeStanzaKind kind)
{
  return kind_names[kind];
}

const char *
oree_stanza_type_name (OreeStanzaType type)
{
  return types[type].name;
}

static gboolean
find_kind (const OreeXmlNode *node, OreeStanzaKind *kind)
{
  for (guint i = 0; i < OREE_N_STANZA_KINDS; i++)
    {
      if (oree_xml_node_is (node, kind_names[i], OREE_NS_SERVER))
        {
          *kind = i;
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
oree_stanza_is (const OreeXmlNode *node)
{
  OreeStanzaKind kind;

  return find_kind (node, &kind);
}

static OreeStanzaType
find_type (OreeStanzaKind kind, const char *name)
{
  for (guint i = 0; name != NULL && i < OREE_N_STANZA_TYPES; i++)
    {
      if (types[i].name != NULL && (types[i].kinds & 1u << kind) != 0 && strcmp (types[i].name, name) == 0)
        return i;
    }
  if (kind == OREE_STANZA_MESSAGE)
    return OREE_STANZA_TYPE_NORMAL;
  return kind == OREE_STANZA_PRESENCE && name == NULL ? OREE_STANZA_TYPE_AVAILABLE : OREE_STANZA_TYPE_INVALID;
}

static int
read_address (const OreeXmlNode *node, const char *name, OreeJid *jid)
{
  const char *text = oree_xml_node_attribute (node, name);

  if (text == NULL || *text == '\0')
    return OREE_PARSE_MISSING;
  return oree_jid_parse (jid, oree_span_str (text)) ? 0 : OREE_PARSE_BAD_VALUE;
}

OreeStanza *
oree_stanza_new (const OreeXmlNode *node, const char *stream_lang, OreeParseError *error)
{
  g_autoptr (OreeStanza) self = NULL;
  OreeStanzaKind kind;
  int bad;

  if (!find_kind (node, &kind))
    {
      *error = OREE_PARSE_UNSUPPORTED;
      return NULL;
    }
  self = g_new0 (OreeStanza, 1);
  self->kind = kind;
  if ((bad = read_address (node, "to", &self->to)) != 0
      || (bad = read_address (node, "from", &self->from)) != 0)
    {
      *error = bad;
      return NULL;
    }
  self->node = oree_xml_node_ref (node);
  self->id = oree_xml_node_attribute (node, "id");
  self->type = find_type (kind, oree_xml_node_attribute (node, "type"));
  if (kind == OREE_STANZA_IQ && (self->id == NULL || *self->id == '\0'))
    self->type = OREE_STANZA_TYPE_INVALID; /* RFC 6120 8.1.3 */
  self->lang = oree_xml_node_attribute_ns (node, "lang", OREE_NS_XML);
  if (self->lang == NULL && stream_lang != NULL)
    self->lang = self->stream_lang = g_strdup (stream_lang);
  return g_steal_pointer (&self);
}

void
oree_stanza_free (OreeStanza *self)
{
  if (self == NULL)
    return;
  oree_jid_clear (&self->from);
  oree_jid_clear (&self->to);
  g_clear_pointer (&self->node, oree_xml_node_unref);
  g_free (self->stream_lang);
  g_free (self);
}

gboolean
oree_stanza_is_subscription (const OreeStanza *self)
{
  return self->type >= OREE_STANZA_TYPE_SUBSCRIBE && self->type <= OREE_STANZA_TYPE_UNSUBSCRIBED;
}

gboolean
oree_stanza_may_answer (const OreeStanza *self)
{
  /* An iq of a type nobody defined might be an answer: RFC 6120 8.2.3 wants bad-request all the same. */
  return self->type != OREE_STANZA_TYPE_ERROR && self->type != OREE_STANZA_TYPE_RESULT;
}

const OreeXmlNode *
oree_stanza_payload (const OreeStanza *self)
{
  return oree_xml_node_n_children (self->node) == 1 ? oree_xml_node_first (self->node) : NULL;
}

/* 2: same tag; 1: same primary language; 0: else. */
static guint
lang_rank (const char *have, const char *want)
{
  gsize n;

  if (have == NULL || want == NULL)
    return 0;
  if (g_ascii_strcasecmp (have, want) == 0)
    return 2;
  n = strcspn (want, "-");
  return strcspn (have, "-") == n && g_ascii_strncasecmp (have, want, n) == 0 ? 1 : 0;
}

const OreeXmlNode *
oree_stanza_localised (const OreeStanza *self, const char *name, const char *lang)
{
  const OreeXmlNode *best = NULL;
  guint best_rank = 0;
  const OreeXmlNode *child = oree_xml_node_child (self->node, name, OREE_NS_SERVER);

  if (lang == NULL)
    lang = self->lang;
  for (; child != NULL; child = oree_xml_node_next_named (child, name, OREE_NS_SERVER))
    {
      const char *own = oree_xml_node_attribute_ns (child, "lang", OREE_NS_XML);
      /* Without a tag it is in the language of the stanza: what to show when nothing fits better. */
      guint rank = 4 * lang_rank (own != NULL ? own : self->lang, lang) + (own == NULL ? 2 : 1);

      if (rank > best_rank)
        {
          best = child;
          best_rank = rank;
        }
    }
  return best;
}

/* ---- builders ---- */

void
oree_stanza_open (OreeXmlBuilder *builder, OreeStanzaKind kind, OreeStanzaType type, const char *from,
                  const char *to, const char *id, const char *lang)
{
  oree_xml_builder_open (builder, kind_names[kind], OREE_NS_SERVER);
  oree_xml_builder_attribute (builder, "from", from);
  oree_xml_builder_attribute (builder, "to", to);
  oree_xml_builder_attribute (builder, "type", types[type].name);
  oree_xml_builder_attribute (builder, "id", id);
  if (lang != NULL)
    oree_xml_builder_attribute_ns (builder, "lang", OREE_NS_XML, oree_span_str (lang));
}

static void
add_text (OreeXmlBuilder *builder, const char *name, const char *text)
{
  if (text != NULL)
    oree_xml_builder_element (builder, name, NULL, text);
}

OreeXmlNode *
oree_stanza_build_message (OreeStanzaType type, const char *from, const char *to, const char *id,
                           const char *lang, const char *subject, const char *body, const char *thread)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();

  oree_stanza_open (builder, OREE_STANZA_MESSAGE, type, from, to, id, lang);
  add_text (builder, "subject", subject);
  add_text (builder, "body", body);
  add_text (builder, "thread", thread);
  return oree_xml_builder_finish (builder);
}

OreeXmlNode *
oree_stanza_build_presence (OreeStanzaType type, const char *from, const char *to, const char *id,
                            const char *lang, const char *show, const char *status, int priority)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();

  oree_stanza_open (builder, OREE_STANZA_PRESENCE, type, from, to, id, lang);
  add_text (builder, "show", show);
  add_text (builder, "status", status);
  if (priority != 0)
    {
      g_autofree char *text = g_strdup_printf ("%d", priority);

      add_text (builder, "priority", text);
    }
  return oree_xml_builder_finish (builder);
}

/* Addresses swapped as they were written, so that the peer recognises its own spelling. */
static void
open_answer (OreeXmlBuilder *builder, const OreeStanza *to, OreeStanzaType type)
{
  oree_stanza_open (builder, to->kind, type, oree_xml_node_attribute (to->node, "to"),
                    oree_xml_node_attribute (to->node, "from"), to->id, NULL);
}

OreeXmlNode *
oree_stanza_build_result (const OreeStanza *request, const OreeXmlNode *payload)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();

  open_answer (builder, request, OREE_STANZA_TYPE_RESULT);
  if (payload != NULL)
    oree_xml_builder_add (builder, payload);
  return oree_xml_builder_finish (builder);
}

OreeXmlNode *
oree_stanza_build_error (const OreeStanza *stanza, OreeStanzaErr err, const char *text, const char *by)
{
  g_autoptr (OreeXmlBuilder) builder = NULL;

  if (!oree_stanza_may_answer (stanza))
    return NULL;
  builder = oree_xml_builder_new ();
  open_answer (builder, stanza, OREE_STANZA_TYPE_ERROR);
  oree_stanza_err_build (builder, err, text, by);
  return oree_xml_builder_finish (builder);
}

OreeXmlNode *
oree_stanza_build_error_in (const OreeStanza *stanza, OreeStanzaErr err, const char *address, const char *text, const char *lang)
{
  g_autoptr (OreeXmlBuilder) builder = NULL;

  if (!oree_stanza_may_answer (stanza))
    return NULL;
  builder = oree_xml_builder_new ();
  open_answer (builder, stanza, OREE_STANZA_TYPE_ERROR);
  oree_stanza_err_build_in (builder, err, address, text, lang);
  return oree_xml_builder_finish (builder);
}
