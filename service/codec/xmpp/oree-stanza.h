/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stanza: a typed view over an element, and builders. */
#pragma once
#include "codec/oree-parse.h"
#include "codec/xml/oree-xml-node.h"
#include "codec/xmpp/oree-stanza-err.h"
#include "codec/xmpp/oree-xmpp-ns.h"
#include "ident/oree-jid.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_STANZA_MESSAGE,
  OREE_STANZA_PRESENCE,
  OREE_STANZA_IQ,
  OREE_N_STANZA_KINDS
} OreeStanzaKind;

typedef enum
{
  OREE_STANZA_TYPE_NORMAL, /* message: none, "normal", or unknown (RFC 6121 5.2.2) */
  OREE_STANZA_TYPE_CHAT,
  OREE_STANZA_TYPE_GROUPCHAT,
  OREE_STANZA_TYPE_HEADLINE,
  OREE_STANZA_TYPE_AVAILABLE, /* presence without type */
  OREE_STANZA_TYPE_UNAVAILABLE,
  OREE_STANZA_TYPE_SUBSCRIBE,
  OREE_STANZA_TYPE_SUBSCRIBED,
  OREE_STANZA_TYPE_UNSUBSCRIBE,
  OREE_STANZA_TYPE_UNSUBSCRIBED,
  OREE_STANZA_TYPE_PROBE,
  OREE_STANZA_TYPE_GET,
  OREE_STANZA_TYPE_SET,
  OREE_STANZA_TYPE_RESULT,
  OREE_STANZA_TYPE_ERROR,   /* every kind */
  OREE_STANZA_TYPE_INVALID, /* presence or iq of a type nobody defined, iq without type or id: bad-request */
  OREE_N_STANZA_TYPES
} OreeStanzaType;

typedef struct
{
  OreeStanzaKind kind;
  OreeStanzaType type;
  OreeXmlNode *node; /* a reference */
  OreeJid from;
  OreeJid to;
  const char *id;   /* borrowed from node; NULL when none */
  const char *lang; /* its own xml:lang, else the stream's (a copy inside); NULL when neither says */
  char *stream_lang;
  gsize size;       /* bytes on the wire, 0 when not from the wire */
} OreeStanza;

/* "message", "presence", "iq"; static. */
const char *oree_stanza_kind_name (OreeStanzaKind kind);
/* The type attribute; NULL where there is none (normal message, available presence). Static. */
const char *oree_stanza_type_name (OreeStanzaType type);

/* Is it a message, presence or iq of jabber:server? */
gboolean oree_stanza_is (const OreeXmlNode *node);
/* A view over `node` (referenced). NULL and *error: UNSUPPORTED when it is none of the three; MISSING when from or
 * to is absent or empty, BAD_VALUE when one is no JID. `stream_lang` may be NULL. */
OreeStanza *oree_stanza_new (const OreeXmlNode *node, const char *stream_lang, OreeParseError *error);
void oree_stanza_free (OreeStanza *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeStanza, oree_stanza_free)

/* A presence of the subscription family: subscribe, subscribed, unsubscribe, unsubscribed. */
gboolean oree_stanza_is_subscription (const OreeStanza *self);
/* May an error be sent for it at all? Not for errors, nor for iq results (RFC 6120 8.3.1). */
gboolean oree_stanza_may_answer (const OreeStanza *self);
/* An iq's one payload element; NULL when it has none or more than one. */
const OreeXmlNode *oree_stanza_payload (const OreeStanza *self);
/* A message's <body/> (or other child of jabber:server) in the language best for `lang` (NULL: the stanza's own);
 * NULL when there is none. */
const OreeXmlNode *oree_stanza_localised (const OreeStanza *self, const char *name, const char *lang);

/* Opens <message/>, <presence/> or <iq/> in jabber:server with its attributes (NULL: left out); put the contents
 * in and call oree_xml_builder_finish. `type` gives the attribute of oree_stanza_type_name. */
void oree_stanza_open (OreeXmlBuilder *builder, OreeStanzaKind kind, OreeStanzaType type, const char *from,
                       const char *to, const char *id, const char *lang);
/* <message type><subject/><body/><thread/></message>; any part may be NULL. */
OreeXmlNode *oree_stanza_build_message (OreeStanzaType type, const char *from, const char *to, const char *id,
                                        const char *lang, const char *subject, const char *body,
                                        const char *thread);
/* <presence type><show/><status/><priority/></presence>; `show`, `status` may be NULL; priority 0 is left out. */
OreeXmlNode *oree_stanza_build_presence (OreeStanzaType type, const char *from, const char *to, const char *id,
                                         const char *lang, const char *show, const char *status, int priority);
/* The result of an iq get or set: addresses swapped, same id, `payload` (NULL: empty) copied inside. */
OreeXmlNode *oree_stanza_build_result (const OreeStanza *request, const OreeXmlNode *payload);
/* The error for a stanza: addresses swapped, same id, type='error', <error/>. `text`, `by` may be NULL.
 * NULL when none may be sent. */
OreeXmlNode *oree_stanza_build_error (const OreeStanza *stanza, OreeStanzaErr err, const char *text,
                                      const char *by);
/* The same with a text in the language `lang`, and where the recipient went (a URI; NULL: nowhere). */
OreeXmlNode *oree_stanza_build_error_in (const OreeStanza *stanza, OreeStanzaErr err, const char *address, const char *text,
                                         const char *lang);

G_END_DECLS
