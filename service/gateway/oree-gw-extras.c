/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-extras.h"

static const char *const state_names[] = {
  [OREE_CHAT_STATE_NONE] = NULL,       [OREE_CHAT_STATE_ACTIVE] = "active",     [OREE_CHAT_STATE_COMPOSING] = "composing",
  [OREE_CHAT_STATE_PAUSED] = "paused", [OREE_CHAT_STATE_INACTIVE] = "inactive", [OREE_CHAT_STATE_GONE] = "gone",
};
G_STATIC_ASSERT (G_N_ELEMENTS (state_names) == OREE_N_CHAT_STATES);

const char *
oree_chat_state_name (OreeChatState state)
{
  g_return_val_if_fail ((guint) state < OREE_N_CHAT_STATES, NULL);
  return state_names[state];
}

/* Elements that hold a message encrypted end to end: nothing of it can be read here, and the body beside it is only an
 * excuse to people whose programs do not know the scheme. */
static const char *const encryptions[] = {
  OREE_NS_EME, "eu.siacs.conversations.axolotl", "urn:xmpp:omemo:1", "urn:xmpp:omemo:2", "jabber:x:encrypted", "urn:xmpp:openpgp:0",
};

typedef void (*Take) (OreeGwExtras *self, const OreeXmlNode *node);

static void
take_state (OreeGwExtras *self, const OreeXmlNode *node)
{
  for (guint i = OREE_CHAT_STATE_ACTIVE; i < OREE_N_CHAT_STATES; i++)
    if (strcmp (oree_xml_node_name (node), state_names[i]) == 0)
      self->state = (OreeChatState) i;
}

static void
take_receipt (OreeGwExtras *self, const OreeXmlNode *node)
{
  if (strcmp (oree_xml_node_name (node), "request") == 0)
    self->wants_receipt = TRUE;
  else if (strcmp (oree_xml_node_name (node), "received") == 0)
    self->received = oree_xml_node_attribute (node, "id");
}

static void
take_marker (OreeGwExtras *self, const OreeXmlNode *node)
{
  if (strcmp (oree_xml_node_name (node), "markable") == 0)
    self->markable = TRUE;
  else if (strcmp (oree_xml_node_name (node), "displayed") == 0)
    self->displayed = oree_xml_node_attribute (node, "id");
}

static void
take_delay (OreeGwExtras *self, const OreeXmlNode *node)
{
  if (self->stamp == NULL && strcmp (oree_xml_node_name (node), "delay") == 0)
    self->stamp = oree_xml_node_attribute (node, "stamp");
}

static void
take_correction (OreeGwExtras *self, const OreeXmlNode *node)
{
  if (strcmp (oree_xml_node_name (node), "replace") == 0)
    self->replaces = oree_xml_node_attribute (node, "id");
}

static void
take_html (OreeGwExtras *self, const OreeXmlNode *node)
{
  if (strcmp (oree_xml_node_name (node), "html") == 0)
    self->html = node;
}

static void
take_reactions (OreeGwExtras *self, const OreeXmlNode *node)
{
  if (strcmp (oree_xml_node_name (node), "reactions") == 0)
    self->reactions = node;
}

static void
take_direct_invitation (OreeGwExtras *self, const OreeXmlNode *node)
{
  if (self->invitation == NULL && oree_xml_node_attribute (node, "jid") != NULL)
    self->invitation = node;
}

static void
take_mediated_invitation (OreeGwExtras *self, const OreeXmlNode *node)
{
  const OreeXmlNode *invite = oree_xml_node_child (node, "invite", NULL);

  if (invite == NULL)
    return;
  self->invitation = invite;
  self->mediated = TRUE;
}

static void
take_call (OreeGwExtras *self, const OreeXmlNode *node)
{
  if (strcmp (oree_xml_node_name (node), "propose") == 0)
    self->call = node;
}

static void
take_attachment (OreeGwExtras *self, const OreeXmlNode *node)
{
  OreeGwAttachment attachment;

  if (oree_gw_extras_attachment (node, &attachment))
    self->attachments = TRUE;
}

static const struct
{
  const char *ns;
  Take take;
} takers[] = {
  { OREE_NS_CHATSTATES, take_state },       { OREE_NS_RECEIPTS, take_receipt },
  { OREE_NS_MARKERS, take_marker },         { OREE_NS_DELAY, take_delay },
  { OREE_NS_CORRECT, take_correction },     { OREE_NS_XHTML_IM, take_html },
  { OREE_NS_REACTIONS, take_reactions },    { OREE_NS_CONFERENCE, take_direct_invitation },
  { OREE_NS_MUC_USER, take_mediated_invitation }, { OREE_NS_JINGLE_MESSAGE, take_call },
  { OREE_NS_OOB, take_attachment },         { OREE_NS_REFERENCE, take_attachment },
  { OREE_NS_SFS, take_attachment },
};

void
oree_gw_extras_read (OreeGwExtras *self, const OreeStanza *stanza)
{
  *self = (OreeGwExtras){ 0 };
  for (const OreeXmlNode *child = oree_xml_node_first (stanza->node); child != NULL; child = oree_xml_node_next (child))
    {
      const char *ns = oree_xml_node_ns (child);

      if (strcmp (ns, OREE_NS_SERVER) == 0)
        continue;
      for (guint i = 0; i < G_N_ELEMENTS (takers); i++)
        if (strcmp (ns, takers[i].ns) == 0)
          takers[i].take (self, child);
      for (guint i = 0; i < G_N_ELEMENTS (encryptions) && !self->encrypted; i++)
        self->encrypted = strcmp (ns, encryptions[i]) == 0;
    }
}

/* --- attachments ------------------------------------------------------------------------------- */

static const char *
fetchable (const char *url)
{
  static const char *const schemes[] = { "https://", "http://", "ftp://" };

  if (url == NULL)
    return NULL;
  for (const char *p = url; *p; p++)
    if ((guchar) *p <= 0x20 || *p == 0x7f)
      return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (url, schemes[i], strlen (schemes[i])) == 0)
      return url;
  return NULL;
}

/* A child by name alone: XEP-0385 and 0447 take the <file/> of whichever file transfer or metadata version. */
static const OreeXmlNode *
child_named (const OreeXmlNode *node, const char *name)
{
  for (const OreeXmlNode *child = oree_xml_node_first (node); child != NULL; child = oree_xml_node_next (child))
    if (strcmp (oree_xml_node_name (child), name) == 0)
      return child;
  return NULL;
}

static void
read_sharing (const OreeXmlNode *sharing, OreeGwAttachment *out)
{
  const OreeXmlNode *file = child_named (sharing, "file"), *sources = child_named (sharing, "sources");

  if (file != NULL)
    {
      out->name = oree_xml_node_child_text (file, "name", NULL);
      out->size = oree_xml_node_child_text (file, "size", NULL);
    }
  for (const OreeXmlNode *source = oree_xml_node_first (sources != NULL ? sources : sharing);
       source != NULL && out->url == NULL; source = oree_xml_node_next (source))
    {
      out->url = fetchable (oree_xml_node_attribute (source, "uri"));
      if (out->url == NULL)
        out->url = fetchable (oree_xml_node_attribute (source, "target"));
    }
}

gboolean
oree_gw_extras_attachment (const OreeXmlNode *node, OreeGwAttachment *out)
{
  const OreeXmlNode *sharing = NULL;

  *out = (OreeGwAttachment){ NULL, NULL, NULL };
  if (oree_xml_node_is (node, "x", OREE_NS_OOB))
    {
      const char *url = oree_xml_node_child_text (node, "url", NULL);

      out->url = fetchable (url);
      out->name = oree_xml_node_child_text (node, "desc", NULL);
      return url != NULL;
    }
  if (oree_xml_node_is (node, "file-sharing", OREE_NS_SFS))
    sharing = node;
  else if (oree_xml_node_is (node, "reference", OREE_NS_REFERENCE))
    sharing = oree_xml_node_child (node, "media-sharing", OREE_NS_SIMS);
  if (sharing == NULL)
    return FALSE;
  read_sharing (sharing, out);
  return TRUE;
}
