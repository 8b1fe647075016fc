/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-query.h"
#include "base/oree-time.h"

#define NAME "Orée"

typedef struct
{
  const OreeStanza *iq;
  const OreeXmlNode *payload;
  const OreeGwQueryFacts *facts;
  OreeXmlBuilder *out; /* inside it the payload of the result is made */
} Query;

/* TRUE: answer with what was built (nothing: an empty result); FALSE: `*err`. */
typedef gboolean (*Answer) (Query *self, OreeStanzaErr *err);

/* --- discovery ----------------------------------------------------------------------------------- */

static const char *const domain_features[] = {
  OREE_NS_DISCO_INFO, OREE_NS_DISCO_ITEMS, OREE_NS_PING, OREE_NS_VERSION, OREE_NS_TIME, OREE_NS_LAST, OREE_NS_JID_ESCAPING,
};
static const char *const user_features[] = {
  OREE_NS_DISCO_INFO, OREE_NS_DISCO_ITEMS, OREE_NS_PING, OREE_NS_VCARD, OREE_NS_CHATSTATES, OREE_NS_RECEIPTS,
  OREE_NS_XHTML_IM, OREE_NS_JID_ESCAPING,
};

static void
open_query (Query *self, const char *ns)
{
  oree_xml_builder_open (self->out, "query", ns);
}

static void
add_identity (Query *self, const char *category, const char *type, const char *name)
{
  oree_xml_builder_open (self->out, "identity", NULL);
  oree_xml_builder_attribute (self->out, "category", category);
  oree_xml_builder_attribute (self->out, "type", type);
  oree_xml_builder_attribute (self->out, "name", name);
  oree_xml_builder_close (self->out);
}

static gboolean
answer_info (Query *self, OreeStanzaErr *err)
{
  gboolean domain = self->facts->aor == NULL;
  const char *const *features = domain ? domain_features : user_features;
  guint n = domain ? G_N_ELEMENTS (domain_features) : G_N_ELEMENTS (user_features);

  if (oree_xml_node_attribute (self->payload, "node") != NULL)
    {
      *err = OREE_STANZA_ERR_ITEM_NOT_FOUND; /* XEP-0030 7: we have no nodes */
      return FALSE;
    }
  open_query (self, OREE_NS_DISCO_INFO);
  if (domain)
    {
      add_identity (self, "gateway", "simple", NAME);
      add_identity (self, "server", "im", NAME);
    }
  else if (self->iq->to.resource != NULL)
    add_identity (self, "client", "phone", NULL);
  else
    add_identity (self, "account", "registered", NULL);
  for (guint i = 0; i < n; i++)
    {
      oree_xml_builder_open (self->out, "feature", NULL);
      oree_xml_builder_attribute (self->out, "var", features[i]);
      oree_xml_builder_close (self->out);
    }
  return TRUE;
}

static gboolean
answer_items (Query *self, OreeStanzaErr *err)
{
  if (oree_xml_node_attribute (self->payload, "node") != NULL)
    {
      *err = OREE_STANZA_ERR_ITEM_NOT_FOUND;
      return FALSE;
    }
  open_query (self, OREE_NS_DISCO_ITEMS);
  return TRUE;
}

/* --- the small ones ------------------------------------------------------------------------------ */

static gboolean
answer_ping (Query *self, OreeStanzaErr *err)
{
  return TRUE;
}

static gboolean
answer_version (Query *self, OreeStanzaErr *err)
{
  open_query (self, OREE_NS_VERSION);
  oree_xml_builder_element (self->out, "name", NULL, NAME);
  oree_xml_builder_element (self->out, "version", NULL, self->facts->version);
  return TRUE; /* which system we run on is nobody's business */
}

/* XEP-0202; where we stand is nobody's business either. */
static gboolean
answer_time (Query *self, OreeStanzaErr *err)
{
  g_autofree char *utc = oree_time_format_wall (self->facts->wall);

  oree_xml_builder_open (self->out, "time", OREE_NS_TIME);
  oree_xml_builder_element (self->out, "tzo", NULL, "+00:00");
  oree_xml_builder_element (self->out, "utc", NULL, utc);
  return TRUE;
}

/* XEP-0012 4: of a server, how long it is up. */
static gboolean
answer_last (Query *self, OreeStanzaErr *err)
{
  g_autofree char *seconds = g_strdup_printf ("%" G_GUINT64_FORMAT, self->facts->uptime);

  open_query (self, OREE_NS_LAST);
  oree_xml_builder_attribute (self->out, "seconds", seconds);
  return TRUE;
}

/* XEP-0054: who has shown no name, and who does not exist, have the same answer. */
static gboolean
answer_card (Query *self, OreeStanzaErr *err)
{
  if (self->facts->name == NULL || *self->facts->name == '\0')
    return FALSE;
  oree_xml_builder_open (self->out, "vCard", OREE_NS_VCARD);
  oree_xml_builder_element (self->out, "FN", NULL, self->facts->name);
  oree_xml_builder_element (self->out, "URL", NULL, self->facts->aor);
  return TRUE;
}

/* --- dispatch ------------------------------------------------------------------------------------ */

/* Who is asked. */
enum { DOMAIN = 1, USER = 2, RESERVED = 4 }; /* who answers; RESERVED: to those, too, who are told nothing else */

static const struct
{
  const char *name, *ns;
  guint8 whom;
  Answer answer;
} gets[] = {
  { "query", OREE_NS_DISCO_INFO, DOMAIN | USER | RESERVED, answer_info },
  { "query", OREE_NS_DISCO_ITEMS, DOMAIN | USER | RESERVED, answer_items },
  { "ping", OREE_NS_PING, DOMAIN | USER | RESERVED, answer_ping },
  { "query", OREE_NS_VERSION, DOMAIN, answer_version },
  { "time", OREE_NS_TIME, DOMAIN, answer_time },
  { "query", OREE_NS_LAST, DOMAIN, answer_last },
  { "vCard", OREE_NS_VCARD, USER, answer_card },
};

/* What asks for something that is no text. */
static const struct
{
  const char *ns;
  OreeGwRefusalId refusal;
} sets[] = {
  { OREE_NS_SI, OREE_GW_REFUSAL_FILE },
  { OREE_NS_IBB, OREE_GW_REFUSAL_FILE },
  { OREE_NS_BYTESTREAMS, OREE_GW_REFUSAL_FILE },
  { OREE_NS_OOB_IQ, OREE_GW_REFUSAL_FILE },
};

#define JINGLE_FILES "urn:xmpp:jingle:apps:file-transfer:"

/* A Jingle session is for files when every content of it is; else it is a call. */
static OreeGwRefusalId
jingle_refusal (const OreeXmlNode *jingle)
{
  gboolean files = FALSE;

  for (const OreeXmlNode *content = oree_xml_node_child (jingle, "content", NULL); content != NULL;
       content = oree_xml_node_next_named (content, "content", NULL))
    for (const OreeXmlNode *child = oree_xml_node_first (content); child != NULL; child = oree_xml_node_next (child))
      if (strcmp (oree_xml_node_name (child), "description") == 0)
        {
          if (!g_str_has_prefix (oree_xml_node_ns (child), JINGLE_FILES))
            return OREE_GW_REFUSAL_CALL;
          files = TRUE;
        }
  return files ? OREE_GW_REFUSAL_FILE : OREE_GW_REFUSAL_CALL;
}

static OreeGwRefusalId
refusal_of (const OreeXmlNode *payload)
{
  const char *ns = oree_xml_node_ns (payload);

  if (oree_xml_node_is (payload, "jingle", OREE_NS_JINGLE))
    return jingle_refusal (payload);
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    if (strcmp (ns, sets[i].ns) == 0)
      return sets[i].refusal;
  return OREE_GW_REFUSAL_NONE;
}

static OreeXmlNode *
answer_get (Query *self)
{
  guint whom = self->facts->aor == NULL && self->iq->to.local == NULL ? DOMAIN : USER;
  OreeStanzaErr err = OREE_STANZA_ERR_SERVICE_UNAVAILABLE;

  for (guint i = 0; i < G_N_ELEMENTS (gets); i++)
    if ((gets[i].whom & whom) && (!self->facts->reserved || (gets[i].whom & RESERVED)) && oree_xml_node_is (self->payload, gets[i].name, gets[i].ns)
        && (whom == DOMAIN || self->facts->authorised))
      {
        if (gets[i].answer (self, &err))
          {
            g_autoptr (OreeXmlNode) payload = oree_xml_builder_finish (self->out);

            return oree_stanza_build_result (self->iq, payload);
          }
        break;
      }
  return oree_stanza_build_error (self->iq, err, NULL, NULL);
}

OreeXmlNode *
oree_gw_query_answer (const OreeStanza *iq, const OreeGwQueryFacts *facts, OreeGwRefusalId *refusal)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  Query query = { iq, oree_stanza_payload (iq), facts, builder };

  *refusal = OREE_GW_REFUSAL_NONE;
  if (iq->type == OREE_STANZA_TYPE_INVALID)
    return oree_stanza_build_error (iq, OREE_STANZA_ERR_BAD_REQUEST, NULL, NULL);
  if (iq->type != OREE_STANZA_TYPE_GET && iq->type != OREE_STANZA_TYPE_SET)
    return NULL; /* results and errors are answers: never answered again */
  if (query.payload == NULL)
    return oree_stanza_build_error (iq, OREE_STANZA_ERR_BAD_REQUEST, NULL, NULL); /* RFC 6120 8.2.3 */
  if (iq->type == OREE_STANZA_TYPE_GET)
    return answer_get (&query);
  *refusal = refusal_of (query.payload);
  if (*refusal != OREE_GW_REFUSAL_NONE)
    {
      const OreeGwRefusal *row = oree_gw_refusal (*refusal);

      return oree_stanza_build_error_in (iq, row->stanza, NULL, oree_gw_phrase (row->phrase, iq->lang),
                                         oree_gw_phrase_language (iq->lang));
    }
  return oree_stanza_build_error (iq, OREE_STANZA_ERR_SERVICE_UNAVAILABLE, NULL, NULL);
}
